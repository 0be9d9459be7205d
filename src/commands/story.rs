//! The story of a case, as lines for people and as data.

use serde_json::{Value, json};

use super::Output;
use crate::desk::Story;
use crate::domain::{Act, Timestamp};

/// As lines for people.
pub(super) fn print(story: &Story, output: &Output) {
    for entry in &story.entries {
        let mut line = format!("  {}  ", entry.at.rfc3339());
        if let Some(act) = entry.act {
            line = format!("{line}{act} ");
        }
        line.push_str(entry.what);
        if let Some(leaf) = entry.leaf {
            line = format!("{line}  leaf {leaf}");
        }
        if let Some(code) = &entry.code {
            line = format!("{line}  {code}");
        }
        if let Some(text) = &entry.text {
            line = format!("{line}  {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        output.line(line);
    }
    let clock = |name: &str, at: Option<Timestamp>| {
        if let Some(at) = at {
            output.line(format!("  {name:<13} {}", at.rfc3339()));
        }
    };
    clock("sent", story.clocks.sent);
    clock("acknowledged", story.clocks.acknowledged);
    clock("repaired", story.clocks.repaired);
    clock("noticed", story.clocks.noticed);
    for (turn, from, to) in &story.clocks.spans {
        let to = to.map_or_else(|| "now".to_owned(), Timestamp::rfc3339);
        output.line(format!("  responsible {} {} to {to}", turn.as_str(), from.rfc3339()));
    }
}

/// As data: the story, and the clocks.
pub(super) fn data(story: &Story) -> (Value, Value) {
    let entries = story.entries.iter().map(|entry| {
        json!({
            "at": entry.at.rfc3339(),
            "what": entry.what,
            "act": entry.act.map(Act::as_str),
            "leaf": entry.leaf.map(|leaf| leaf.0),
            "code": entry.code,
            "text": entry.text,
        })
    });
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    let spans = story.clocks.spans.iter().map(|(turn, from, to)| {
        json!({ "party": turn.as_str(), "from": from.rfc3339(), "to": time(*to) })
    });
    let clocks = json!({
        "sent": time(story.clocks.sent),
        "acknowledged": time(story.clocks.acknowledged),
        "repaired": time(story.clocks.repaired),
        "noticed": time(story.clocks.noticed),
        "responsible": spans.collect::<Vec<_>>(),
    });
    (entries.collect(), clocks)
}
