//! What the demo says: per case what was sent, what was withheld and why, and what the operator
//! answered; then the log.

use std::path::Path;

use serde_json::{Value, json};

use super::pulls::Asked;
use super::{Handed, Outcome, Preview, Shown};
use crate::commands::{Output, explanation, log, refused};
use crate::domain::HoldReason;

pub(super) fn print(outcome: &Outcome, kept: Option<&Path>, output: &Output) {
    for handed in &outcome.handed {
        text(handed, outcome, output);
    }
    let report = &outcome.report;
    let vouched = &outcome.vouched;
    if outcome.asks {
        asked(&outcome.asked, output);
    }
    output.line("");
    output.line("The disclosure log");
    let sound = if report.is_sound() { "verified" } else { "NOT SOUND" };
    output.line(format!("  {sound}: {} leaves, root {}", report.size.0, report.root.base64()));
    for (kind, count) in &report.kinds {
        output.line(format!("    {:<10} {count}", kind.as_str()));
    }
    output.line("  checkpoint");
    for line in outcome.checkpoint.lines() {
        output.line(format!("    {line}"));
    }
    output.line(format!("  key {}", outcome.key));
    output.line("");
    output.line("What arrived, and what the log vouches for");
    output.line(format!(
        "  {} messages received, {} disclosures recorded, {} do not fit",
        vouched.messages,
        vouched.intents,
        vouched.faults.len()
    ));
    for fault in &vouched.faults {
        output.line(format!("    {fault}"));
    }
    output.line(format!("  {} withheld values in the bytes that left", outcome.leaks.len()));
    for leak in &outcome.leaks {
        output
            .line(format!("    {} of {} is in request {}", leak.member, leak.place, leak.message));
    }
    for index in &report.open_intents {
        output.line(format!("  leaf {index} has no outcome"));
    }
    for fault in &report.faults {
        let place = fault.index.map_or_else(String::new, |index| format!("leaf {index}: "));
        output.line(format!("  {place}{}", fault.what));
    }
    if outcome.unfinished > 0 {
        output.line(format!("  {} cases have not come to an end", outcome.unfinished));
    }
    if let Some(kept) = kept {
        output.line(format!("  everything is kept in {}", kept.display()));
    }
    output.line(if outcome.held() { "All of it held." } else { "NOT ALL OF IT HELD." });
    output.data(&data(outcome));
}

fn text(handed: &Handed, outcome: &Outcome, output: &Output) {
    let name = handed.external_id.as_deref().unwrap_or(&handed.place);
    match &handed.result {
        Err(problem) => {
            output.line("");
            output.line(format!("{name}: refused at the door"));
            output.line(format!("  {}", refused(problem)));
        }
        Ok(cases) if cases.is_empty() => {
            output.line("");
            output.line(format!("{name}: handed in before"));
        }
        Ok(cases) => cases.iter().for_each(|shown| case(name, shown, outcome, output)),
    }
}

fn case(name: &str, shown: &Shown, outcome: &Outcome, output: &Output) {
    output.line("");
    output.line(format!(
        "{name}/{}  {} → {} ({})",
        shown.item, shown.purpose, shown.legal_name, shown.recipient
    ));
    let row = outcome.rows.get(&shown.id);
    match &shown.preview {
        Preview::Sends { explanation, request } => {
            explanation::print(explanation, output);
            let body = String::from_utf8_lossy(&request.body);
            output.line(format!("  message   {} {}", request.method.as_str(), request.path));
            output.line(format!("            {body}"));
        }
        Preview::Stays { explanation, reason } => {
            if let Some(explanation) = explanation {
                explanation::print(explanation, output);
            }
            output.line(format!("  withheld  everything: {reason}"));
            if let Some(reason) = HoldReason::parse(reason) {
                output.line(format!("  to do     {}", reason.advice()));
            }
        }
    }
    let Some(row) = row else { return };
    let answer = row.answer.as_deref().unwrap_or("none: nothing was sent");
    let reference = row.operator_reference.as_ref();
    let reference = reference.map(|id| format!(", operator's id {id}")).unwrap_or_default();
    let reason = row.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    output.line(format!("  answer    {answer}{reference}"));
    output.line(format!("  state     {}{reason}", row.state));
    for (_, leaf) in outcome.vouched.by_case.get(&shown.id).into_iter().flatten() {
        output.line(format!("  recorded  leaf {leaf}"));
    }
}

fn data(outcome: &Outcome) -> Value {
    let handed: Vec<Value> = outcome
        .handed
        .iter()
        .map(|handed| {
            let cases = handed.result.as_ref().map_or_else(
                |problem| json!({ "error": problem.body() }),
                |cases| json!({ "cases": cases.iter().map(|shown| case_data(shown, outcome)).collect::<Vec<_>>() }),
            );
            let mut one = json!({ "place": handed.place, "externalId": handed.external_id });
            if let (Some(one), Value::Object(cases)) = (one.as_object_mut(), cases) {
                one.extend(cases);
            }
            one
        })
        .collect();
    let leaks: Vec<Value> = outcome
        .leaks
        .iter()
        .map(|leak| json!({ "of": leak.place, "member": leak.member, "request": leak.message }))
        .collect();
    json!({
        "handedIn": handed,
        "log": {
            "report": log::data_of(&outcome.report),
            "checkpoint": outcome.checkpoint,
            "key": outcome.key,
        },
        "received": {
            "messages": outcome.vouched.messages,
            "intents": outcome.vouched.intents,
            "faults": outcome.vouched.faults,
            "leaks": leaks,
        },
        "asked": asked_data(&outcome.asked),
        "unfinished": outcome.unfinished,
        "held": outcome.held(),
    })
}

/// What operators asked for, and what was found without asking them.
fn asked(asked: &Asked, output: &Output) {
    output.line("");
    output.line("What operators asked for, and what was looked up without asking");
    for pull in &asked.pulls {
        let body = String::from_utf8_lossy(&pull.body);
        output.line(format!("  {} asks for a contact: {} {body}", pull.to, pull.status));
    }
    if let Some((access, recipient)) = &asked.found {
        output.line(format!("  an address in the copied lists is {access} at {recipient}"));
    }
}

fn asked_data(asked: &Asked) -> Value {
    let pulls = asked.pulls.iter().map(|pull| {
        json!({
            "recipient": pull.to.as_str(),
            "status": pull.status,
            "body": String::from_utf8_lossy(&pull.body),
        })
    });
    let found = asked
        .found
        .as_ref()
        .map(|(access, recipient)| json!({ "accessId": access, "recipient": recipient.as_str() }));
    json!({ "pulls": pulls.collect::<Vec<_>>(), "found": found })
}

fn case_data(shown: &Shown, outcome: &Outcome) -> Value {
    let row = outcome.rows.get(&shown.id);
    let mut case = json!({
        "id": shown.id.to_string(),
        "item": shown.item,
        "recipient": shown.recipient,
        "legalName": shown.legal_name,
        "purpose": shown.purpose,
        "state": row.map(|row| row.state.as_str()),
        "reason": row.and_then(|row| row.reason.clone()),
        "answer": row.and_then(|row| row.answer.clone()),
        "operatorReference": row.and_then(|row| row.operator_reference.as_ref().map(ToString::to_string)),
        "leaves": outcome.vouched.by_case.get(&shown.id).into_iter().flatten().map(|(_, leaf)| leaf.0).collect::<Vec<_>>(),
    });
    let told = match &shown.preview {
        Preview::Sends { explanation, request } => {
            case["message"] = json!({
                "method": request.method.as_str(),
                "path": request.path,
                "body": String::from_utf8_lossy(&request.body),
            });
            Some(explanation)
        }
        Preview::Stays { explanation, reason } => {
            case["held"] = json!(reason);
            explanation.as_ref()
        }
    };
    if let (Some(case), Some(told)) = (case.as_object_mut(), told)
        && let Value::Object(told) = explanation::data(told)
    {
        case.extend(told);
    }
    case
}
