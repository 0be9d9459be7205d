//! Who may receive, under which agreement, and what: the registry, each recipient's policy field by
//! purpose, and one purpose with the reason for each field.

use axum::extract::{Path, State};
use jiff::civil::Date;
use maud::{Markup, html};

use super::sheet::Failed;
use super::words::Words;
use super::{Sheet, Visit};
use crate::desk::{Desk, DeskError};
use crate::domain::{Field, Purpose, RecipientId};
use crate::recipients::{Agreement, Condition, Effect, Moment, Policy, Recipient, Retain, Rule};

/// `GET /policies`: the registry.
pub async fn registry(State(desk): State<Desk>, visit: Visit) -> Sheet {
    let words = visit.words;
    let today = desk.clock.now().date();
    let body = html! {
        p.lead { (words.say("registry-lead")) " "
            a href="/recipients" { (words.say("registry-public")) } }
        ul.rows {
            @for recipient in desk.recipients.values() { li {
                div.what {
                    a href=(format!("/policies/{}", recipient.id)) { strong { (recipient.legal_name) } }
                    p.soft.small {
                        (recipient.org_no) " · " (words.one_of("country", &recipient.country)) " · "
                        (words.one_of("party", recipient.role.as_str()))
                        @if !recipient.enabled { " · " strong { (words.say("registry-disabled")) } }
                    }
                }
                div.what { (agreement(words, &desk, recipient.agreement.as_ref(), today)) }
            } }
        }
    };
    visit.sheet(words.say("registry"), body).wide()
}

/// The agreement, how long it lasts, and what that means: by a word and a sign.
fn agreement(words: Words, desk: &Desk, agreement: Option<&Agreement>, today: Date) -> Markup {
    let Some(agreement) = agreement else {
        return html! { span.state.bad { span aria-hidden="true" { "× " } (words.say("agreement-none")) } };
    };
    let left = (agreement.valid_to - today).get_days();
    let soon = i32::try_from(desk.rules.agreement_warning_days).unwrap_or(i32::MAX);
    let (class, sign, told) = if today < agreement.valid_from {
        ("warn", "!", words.say("agreement-not-yet"))
    } else if left < 0 {
        ("bad", "×", words.say("agreement-over"))
    } else {
        let (class, sign) = if left < soon { ("warn", "!") } else { ("good", "✓") };
        (class, sign, words.count("agreement-left", usize::try_from(left).unwrap_or(0)))
    };
    html! {
        span class=(format!("state {class}")) { span aria-hidden="true" { (sign) } " " (told) }
        p.soft.small { (agreement.reference) " · " (agreement.valid_from) " – " (agreement.valid_to) }
    }
}

pub(super) fn find<'d>(desk: &'d Desk, id: &str) -> Result<&'d Recipient, Failed> {
    let id = RecipientId::parse(id).map_err(|_| DeskError::NotThere)?;
    Ok(desk.recipients.get(&id).ok_or(DeskError::NotThere)?)
}

/// `GET /policies/{id}`: which field for which purpose, and where to read why.
pub async fn matrix(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let recipient = find(&desk, &id)?;
    let policy = &recipient.policy;
    let purposes: Vec<Purpose> =
        Purpose::ALL.iter().copied().filter(|purpose| policy.opens(*purpose)).collect();
    let closed = Purpose::ALL.iter().filter(|purpose| !policy.opens(**purpose));
    let closed: Vec<_> = closed.map(|one| words.one_of("purpose", one.as_str())).collect();
    let body = html! {
        dl.facts {
            dt { (words.say("policy-version")) } dd { (policy.version()) " "
                a href=(format!("/policies/{}/changes", recipient.id)) { (words.say("policy-changes")) } }
            dt { (words.say("policy-hash")) } dd { code.long { (policy.id()) } }
            dt { (words.say("policy-notice")) } dd lang="sv" { (policy.notice()) }
            dt { (words.say("agreement")) }
            dd { (agreement(words, &desk, recipient.agreement.as_ref(), desk.clock.now().date())) }
        }
        p { (words.say("matrix-lead")) }
        div.scroll tabindex="0" role="region" aria-label=(words.say("matrix")) {
            table.matrix {
                thead { tr {
                    td {}
                    @for purpose in &purposes { th scope="col" {
                        a href=(format!("/policies/{}/{purpose}", recipient.id)) {
                            (words.one_of("purpose", purpose.as_str())) }
                    } }
                } }
                tbody { @for field in Field::ALL { tr {
                    th scope="row" { (words.one_of("field", field.as_str())) }
                    @for purpose in &purposes { (cell(words, policy.rule(*purpose, *field))) }
                } } }
            }
        }
        @if !closed.is_empty() { p.soft { (words.say("matrix-closed")) " " (closed.join(", ")) "." } }
    };
    Ok(visit.sheet(recipient.legal_name.clone(), body).wide())
}

/// As short as it can be said: there are hundreds of them.
fn cell(words: Words, rule: Option<&Rule>) -> Markup {
    match rule.map(|rule| rule.effect) {
        Some(Effect::Allowed) => html! { td.y { (words.say("matrix-yes")) } },
        Some(Effect::Conditional) => html! { td.i { (words.say("matrix-if")) } },
        Some(Effect::Never) | None => html! { td.n { (words.say("matrix-no")) } },
    }
}

/// `GET /policies/{id}/{purpose}`: each field, whether it leaves, when, why, and for how long.
pub async fn purpose(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, purpose)): Path<(String, String)>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let recipient = find(&desk, &id)?;
    let purpose = Purpose::parse(&purpose).ok_or(DeskError::NotThere)?;
    let name = words.one_of("purpose", purpose.as_str());
    let policy = &recipient.policy;
    let body = html! {
        p.lead { (words.tell("rules-lead", &[("recipient", &recipient.legal_name), ("purpose", &name)])) }
        p { a href=(format!("/policies/{}", recipient.id)) { (words.say("rules-back")) } }
        @for (key, effect) in [
            ("rules-allowed", Effect::Allowed), ("rules-conditional", Effect::Conditional),
            ("rules-never", Effect::Never),
        ] { (rules_of(words, policy, purpose, (key, effect))) }
        @let silent = silent(policy, purpose);
        @if !silent.is_empty() {
            h2 { (words.say("rules-silent")) }
            p { (named(words, &silent)) }
        }
    };
    Ok(visit.sheet(format!("{} – {name}", recipient.legal_name), body).wide())
}

fn silent(policy: &Policy, purpose: Purpose) -> Vec<Field> {
    Field::ALL.iter().copied().filter(|field| policy.rule(purpose, *field).is_none()).collect()
}

/// The rules of one effect, each with the fields that it decides for this purpose.
fn rules_of(
    words: Words,
    policy: &Policy,
    purpose: Purpose,
    (key, effect): (&str, Effect),
) -> Markup {
    let mut rules: Vec<(&Rule, Vec<Field>)> = Vec::new();
    for &field in Field::ALL {
        let Some(rule) = policy.rule(purpose, field).filter(|rule| rule.effect == effect) else {
            continue;
        };
        match rules.iter_mut().find(|(known, _)| known.id == rule.id) {
            Some((_, fields)) => fields.push(field),
            None => rules.push((rule, vec![field])),
        }
    }
    html! {
        @if !rules.is_empty() {
            h2 { (words.say(key)) }
            ul.rules { @for (rule, fields) in &rules { li {
                strong { (named(words, fields)) }
                @if !rule.when.is_empty() { p { (words.say("rule-when")) " " (conditions(words, &rule.when)) "." } }
                p lang="sv" { (rule.why_sv) }
                p.soft.small {
                    @if let Some(basis) = rule.basis { (words.one_of("basis", basis.as_str())) " · " }
                    @if let Some(retain) = &rule.retain { (kept(words, retain)) " · " }
                    @if let Some(how) = rule.transform { (words.one_of("transform", how.as_str())) " · " }
                    (words.say("rule-id")) " " code { (rule.id) }
                }
            } } }
        }
    }
}

/// Fields, by their names.
pub(super) fn named(words: Words, fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| words.one_of("field", field.as_str())).collect();
    names.join(", ")
}

/// Conditions that must all hold.
pub(super) fn conditions(words: Words, when: &[Condition]) -> String {
    let told: Vec<_> = when.iter().map(|one| condition(words, one)).collect();
    told.join(&words.say("rule-and"))
}

fn condition(words: Words, condition: &Condition) -> String {
    match condition {
        Condition::ProblemTypeIn(types) => {
            let types: Vec<_> = types.iter().map(|one| words.one_of("problem", one)).collect();
            words.tell("when-problem", &[("types", &types.join(", "))]).into_owned()
        }
        Condition::ServiceTypeIn(types) => {
            words.tell("when-service", &[("types", &types.join(", "))]).into_owned()
        }
        plain => words.one_of("condition", &plain.to_string()).into_owned(),
    }
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// A twelfth of a year, as [`Retain`] counts it.
const MONTH: u64 = 1_461 * HOUR / 2;

/// How long something is kept, in words; as the policy has it where that cannot be read.
pub(super) fn kept(words: Words, retain: &str) -> String {
    let Some(read) = Retain::parse(retain) else { return retain.to_owned() };
    let seconds = read.time.as_secs();
    let (key, unit) = [("kept-months", MONTH), ("kept-days", DAY)]
        .into_iter()
        .find(|(_, unit)| seconds.is_multiple_of(*unit))
        .unwrap_or(("kept-hours", HOUR));
    let time = words.count(key, usize::try_from(seconds / unit).unwrap_or(0));
    let key = match read.from {
        Moment::End => "kept-after-end",
        Moment::VisitEnd => "kept-after-visit",
        Moment::Record => "kept-after-record",
    };
    words.tell(key, &[("time", &time)]).into_owned()
}
