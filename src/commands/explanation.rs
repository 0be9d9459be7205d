//! A decision for people and as data: the same in `explain` and in `demo`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Output;
use crate::domain::RuleId;
use crate::minimise::{Explanation, TextFate, ToldText};

/// Prints what is sent, withheld and masked. Fields that stay for the same reason share a line.
pub(crate) fn print(explanation: &Explanation, output: &Output) {
    let sent: Vec<_> = explanation.sent.iter().map(|field| field.field.as_str()).collect();
    output.line(format!("  sent      {}", sent.join(", ")));
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for field in &explanation.withheld {
        reasons.entry(&field.why_sv).or_default().push(field.field.as_str());
    }
    for (reason, fields) in reasons {
        output.line(format!("  withheld  {}: {reason}", fields.join(", ")));
    }
    for mask in &explanation.masked {
        output.line(format!("  masked    {}: {} {}", mask.field, mask.count, mask.kind));
    }
    for text in &explanation.texts {
        if text.fate != TextFate::AsWritten {
            output.line(format!("  text      {}", fate(text)));
        }
    }
}

/// `fault.description: replaced, 43 % of it was personal and 15 % may be`
fn fate(text: &ToldText) -> String {
    let ToldText { field, fate, masked_percent, masked_percent_max } = text;
    let fate = fate.as_str();
    format!(
        "{field}: {fate}, {masked_percent} % of it was personal and {masked_percent_max} % may be"
    )
}

/// The same as data.
pub(crate) fn data(explanation: &Explanation) -> Value {
    let sent: Vec<Value> = explanation
        .sent
        .iter()
        .map(|field| {
            json!({
                "field": field.field.as_str(),
                "rule": field.rule.as_str(),
                "basis": field.basis,
                "why": field.why_sv,
            })
        })
        .collect();
    let withheld: Vec<Value> = explanation
        .withheld
        .iter()
        .map(|field| {
            json!({
                "field": field.field.as_str(),
                "because": field.because,
                "rule": field.rule.as_ref().map(RuleId::as_str),
                "why": field.why_sv,
            })
        })
        .collect();
    let masked: Vec<Value> = explanation
        .masked
        .iter()
        .map(|mask| json!({ "field": mask.field.as_str(), "kind": mask.kind, "count": mask.count }))
        .collect();
    let texts: Vec<Value> = explanation
        .texts
        .iter()
        .map(|text| {
            json!({
                "field": text.field.as_str(),
                "as": text.fate.as_str(),
                "maskedPercent": text.masked_percent,
                "maskedPercentMax": text.masked_percent_max,
            })
        })
        .collect();
    json!({ "sent": sent, "withheld": withheld, "masked": masked, "texts": texts })
}
