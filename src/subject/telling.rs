//! A statement as lines for people and as data. Values only where they were asked for: a report is
//! read on a screen, perhaps with somebody looking on.

use serde_json::{Value, json};

use super::statement::{CaseStatement, Statement, Stop, Utterance};
use super::swedish;
use crate::domain::{ExternalId, HoldReason, Personal};
use crate::log::OutcomeResult;

/// For people.
pub fn lines(statement: &Statement<'_>, values: bool) -> Vec<String> {
    let mut lines = vec![format!(
        "{} ärenden, {} utlämnanden. Tider är i UTC.",
        statement.cases.len(),
        statement.count()
    )];
    for case in &statement.cases {
        lines.push(String::new());
        lines.push(heading(case));
        for one in &case.disclosures {
            lines.extend(told(one, values).into_iter().map(|line| format!("  {line}")));
        }
        lines.extend(case.stops.iter().map(|stop| format!("  {}", stopped(stop))));
        if case.disclosures.is_empty() {
            lines.push("  Inget har lämnats ut.".to_owned());
        }
    }
    lines
}

fn heading(case: &CaseStatement<'_>) -> String {
    match case.case {
        Some(of) => {
            let name = of.external_id.as_ref().map_or("utan nummer", |id| id.as_str());
            format!(
                "Ärende {name}, inkommet {}, {} ({})",
                of.accepted.date(),
                swedish::state(of.state),
                case.id
            )
        }
        None => format!("Ärende {}", case.id),
    }
}

/// One disclosure: to whom, when, what for, what, and why.
pub fn told(one: &Utterance<'_>, values: bool) -> Vec<String> {
    let to = &one.recipient;
    let mut lines = vec![
        format!("{} lämnades uppgifter ut till {}", one.at.rfc3339(), to.legal_name),
        format!("  mottagare: {}, {} ({})", to.legal_name, to.org_no, to.country),
        format!("  avtal med mottagaren: {}", to.agreement),
        format!("  ändamål: {} ({})", swedish::purpose(one.purpose), one.purpose),
    ];
    lines.extend(
        one.basis.iter().map(|basis| format!("  rättslig grund: {}", swedish::basis(*basis))),
    );
    for sent in &one.sent {
        let value = match (values, sent.value) {
            (true, Some(value)) => format!(" = {}", value.disclose()),
            (true, None) => " (innehållet är inte kvar här)".to_owned(),
            (false, _) => String::new(),
        };
        lines.push(format!("  lämnades ut: {}{value}", swedish::field(sent.field)));
        if let Some((rule, why)) = &sent.rule {
            lines.push(format!("    därför att: {why} (regel {rule})"));
        }
    }
    lines.extend(one.withheld.iter().map(|withheld| {
        format!("  undanhölls: {}: {}", swedish::field(withheld.field), withheld.why_sv)
    }));
    lines.extend(one.masked.iter().map(|mask| format!("  maskerades: {}", swedish::masked(mask))));
    lines.push(format!("  utfall: {}", swedish::outcome(one.outcome)));
    lines.push(format!(
        "  i utlämnandeloggen: post {}, försök {}, regelverk {}",
        one.told.leaf.index, one.attempt, one.policy
    ));
    lines
}

fn stopped(stop: &Stop) -> String {
    let what = match stop.reason {
        Some(reason) => format!("lämnades inget ut: {}", swedish::stopped(reason)),
        None => "beslutade en handläggare om ärendet".to_owned(),
    };
    format!("{} {what} (post {})", stop.at.rfc3339(), stop.index)
}

/// As data.
pub fn data(statement: &Statement<'_>, values: bool) -> Value {
    let cases: Vec<Value> = statement.cases.iter().map(|case| case_data(case, values)).collect();
    json!({ "disclosures": statement.count(), "cases": cases })
}

fn case_data(case: &CaseStatement<'_>, values: bool) -> Value {
    let of = case.case;
    let disclosures: Vec<Value> =
        case.disclosures.iter().map(|one| disclosure_data(one, values)).collect();
    let stops: Vec<Value> = case
        .stops
        .iter()
        .map(|stop| {
            json!({
                "at": stop.at.rfc3339(),
                "leaf": stop.index.0,
                "recipient": stop.recipient.as_str(),
                "purpose": stop.purpose.as_str(),
                "reason": stop.reason.map(HoldReason::as_str),
                "reasonSv": stop.reason.map(swedish::stopped),
            })
        })
        .collect();
    json!({
        "id": case.id.to_string(),
        "client": of.map(|of| of.client.as_str()),
        "externalId": of.and_then(|of| of.external_id.as_ref()).map(ExternalId::as_str),
        "state": of.map(|of| of.state.as_str()),
        "accepted": of.map(|of| of.accepted.rfc3339()),
        "disclosures": disclosures,
        "stops": stops,
    })
}

fn disclosure_data(one: &Utterance<'_>, values: bool) -> Value {
    let to = &one.recipient;
    let shown = |value: Option<&Personal>| {
        value.filter(|_| values).map(|value| value.disclose().to_owned())
    };
    let sent: Vec<Value> = one
        .sent
        .iter()
        .map(|sent| {
            json!({
                "field": sent.field.as_str(),
                "fieldSv": swedish::field(sent.field),
                "value": shown(sent.value),
                "rule": sent.rule.as_ref().map(|(rule, _)| rule),
                "whySv": sent.rule.as_ref().map(|(_, why)| why),
            })
        })
        .collect();
    let withheld: Vec<Value> = one
        .withheld
        .iter()
        .map(|withheld| {
            json!({
                "field": withheld.field.as_str(),
                "fieldSv": swedish::field(withheld.field),
                "whySv": withheld.why_sv,
            })
        })
        .collect();
    let masked: Vec<Value> = one
        .masked
        .iter()
        .map(|mask| json!({ "field": mask.field.as_str(), "kind": mask.kind, "count": mask.count }))
        .collect();
    let basis: Vec<Value> = one
        .basis
        .iter()
        .map(|basis| json!({ "code": basis.as_str(), "sv": swedish::basis(*basis) }))
        .collect();
    json!({
        "leaf": one.told.leaf.index.0,
        "at": one.at.rfc3339(),
        "recipient": {
            "id": to.id.as_str(),
            "legalName": to.legal_name,
            "orgNo": to.org_no,
            "country": to.country,
            "agreement": to.agreement,
        },
        "purpose": one.purpose.as_str(),
        "purposeSv": swedish::purpose(one.purpose),
        "basis": basis,
        "policy": one.policy.to_string(),
        "attempt": one.attempt,
        "sent": sent,
        "withheld": withheld,
        "masked": masked,
        "outcome": one.outcome.map(OutcomeResult::as_str),
        "outcomeSv": swedish::outcome(one.outcome),
    })
}
