//! "This is what the operator sees, exactly": made of the very bytes that would be sent.

use maud::{Markup, html};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::Visit;
use super::pieces::hidden;
use super::words::Words;
use crate::desk::{Leaving, Seen};
use crate::minimise::{CUT_MARK, Finding, TextFate, WithheldField};

/// The pane.
pub(super) fn pane(words: Words, seen: &Seen) -> Markup {
    html! {
        p.to { (words.say("seen-to")) " " strong { (seen.legal_name) } }
        @match &seen.leaves {
            Ok(leaving) => (leaves(words, leaving)),
            Err(reason) => div.note.warn {
                span.sign aria-hidden="true" { "!" }
                p { strong { (words.say("seen-held")) } " " (words.one_of("hold", reason.as_str())) "." }
                p { (words.one_of("advice", reason.as_str())) }
            },
        }
        @if let Some(explanation) = &seen.explanation {
            @let masked: u32 = explanation.masked.iter().map(|mask| mask.count).sum();
            @for text in &explanation.texts {
                @match text.fate {
                    TextFate::Replaced => p.note.warn { span.sign aria-hidden="true" { "!" }
                        (words.say("seen-replaced")) },
                    TextFate::AsWritten | TextFate::Masked | TextFate::Cut => {}
                }
            }
            ul.counts {
                li { (words.count("seen-sent", explanation.sent.len())) }
                @if masked > 0 { li { span.masks { (sign()) (words.count("seen-masked", masked as usize)) } } }
            }
            (withheld(words, &explanation.withheld))
        }
    }
}

fn leaves(words: Words, leaving: &Leaving) -> Markup {
    let told = rows(&leaving.body);
    // By the policy's length or the dialect's, whichever is shorter: the mark says so.
    let is_cut = told.iter().any(|(_, value)| value.contains(CUT_MARK.trim()));
    html! {
        @if is_cut {
            p.note.warn { span.sign aria-hidden="true" { "!" } (words.say("seen-cut")) }
        }
        dl.wire {
            @for (name, value) in &told {
                div { dt { (name) } dd { (marked(words, value)) } }
            }
        }
        details {
            summary { (words.say("seen-bytes")) }
            pre tabindex="0" { code { (leaving.method) " " (leaving.path) "\n"
                (String::from_utf8_lossy(&leaving.body)) } }
        }
    }
}

/// What stays, counted, with the reason of each: those of one reason together.
fn withheld(words: Words, fields: &[WithheldField]) -> Markup {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for field in fields {
        let name = words.one_of("field", field.field.as_str()).into_owned();
        match reasons.iter_mut().find(|(why, _)| *why == field.why_sv) {
            Some((_, names)) => names.push(name),
            None => reasons.push((&field.why_sv, vec![name])),
        }
    }
    html! {
        details {
            summary { (words.count("seen-withheld", fields.len())) " " span.why { (words.say("seen-why")) } }
            ul { @for (why, names) in &reasons {
                li { strong { (names.join(", ")) } ": " span lang="sv" { (why) } }
            } }
        }
    }
}

/// A mask is told by a sign and by its word, and not by a colour alone.
pub(super) fn marked(words: Words, text: &str) -> Markup {
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some(start) = rest.find('[') {
        let Some(end) = rest[start..].find(']').map(|end| start + end + 1) else { break };
        let tag = &rest[start + 1..end - 1];
        let is_tag = !tag.is_empty() && tag.chars().all(|c| c.is_lowercase() || c == '-');
        let before = if is_tag { start } else { end };
        pieces.push(html! { (&rest[..before]) });
        if is_tag {
            pieces.push(
                html! { mark title=(words.say("seen-mask")) { (sign()) (&rest[start..end]) } },
            );
        }
        rest = &rest[end..];
    }
    html! { @for piece in &pieces { (piece) } (rest) }
}

fn sign() -> Markup {
    html! { span.hid aria-hidden="true" { "▨ " } }
}

/// The members of a message that hold something, in its own names.
fn rows(body: &[u8]) -> Vec<(String, String)> {
    match serde_json::from_slice::<Value>(body) {
        Ok(json) => {
            let mut rows = Vec::new();
            of_json("", &json, &mut rows);
            rows
        }
        Err(_) => of_xml(body),
    }
}

fn of_json(name: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(members) => {
            for (member, value) in members {
                let name =
                    if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                of_json(&name, value, rows);
            }
            return;
        }
        Value::Array(values) => {
            for value in values {
                of_json(name, value, rows);
            }
            return;
        }
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if !text.is_empty() {
        rows.push((name.to_owned(), text));
    }
}

/// Elements that hold text. What cannot be read on is shown by its bytes alone.
fn of_xml(body: &[u8]) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(std::str::from_utf8(body).unwrap_or_default());
    let (mut rows, mut name, mut text) = (Vec::new(), String::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                start.local_name().as_ref().clone_into(&mut name);
                text.clear();
            }
            Ok(Event::Text(piece)) => {
                text.push_str(&piece);
            }
            Ok(Event::GeneralRef(reference)) => {
                let character = match &*reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                text.extend(character);
            }
            Ok(Event::End(_)) => {
                if !text.trim().is_empty() {
                    rows.push((name.clone(), text.trim().to_owned()));
                }
                text.clear();
            }
            Ok(Event::Eof) | Err(_) => return rows,
            Ok(_) => {}
        }
    }
}

/// What the guard has found in the text, with what can be done about each: buttons of the form that they
/// stand in.
pub(super) fn findings(visit: &Visit, findings: &[Finding]) -> Markup {
    let words = visit.words;
    html! {
        @if !findings.is_empty() {
            h2.small-head #findings-head { (words.count("findings", findings.len())) }
            p.hint { (words.say("findings-hint")) }
            ul.findings aria-labelledby="findings-head" {
                @for (at, finding) in findings.iter().enumerate() { li {
                    span.words { (sign()) "“" (*finding.words) "” → [" (finding.tag) "]" }
                    span.acts-small {
                        button.quiet name="act" value=(format!("drop:{at}")) { (words.say("finding-drop"))
                            span.unseen { " " (*finding.words) } }
                        button.quiet name="act" value=(format!("tag:{at}")) { (words.say("finding-tag"))
                            span.unseen { " " (*finding.words) } }
                        @if finding.vouchable {
                            label.inline { span.unseen { (words.say("finding-reason")) " " (*finding.words) }
                                select name=(format!("reason:{at}")) {
                                    option value="" { (words.say("finding-not-personal")) }
                                    @for reason in super::fault::REASONS {
                                        option value=(reason) { (words.one_of("vouch", reason)) }
                                    }
                                }
                            }
                            button.quiet name="act" value=(format!("vouch:{at}")) { (words.say("finding-vouch"))
                                span.unseen { " " (*finding.words) } }
                        } @else { span.soft.small { (words.say("finding-fixed")) } }
                    }
                } }
            }
        }
    }
}

/// What was vouched for, carried by the form.
pub(super) fn vouched(visit: &Visit, vouched: &[(String, String)]) -> Markup {
    let words = visit.words;
    html! {
        @if !vouched.is_empty() {
            p.soft.small { (words.count("finding-vouched", vouched.len())) }
            @for (reason, said) in vouched { (hidden("vouched", &format!("{reason}:{said}"))) }
        }
    }
}
