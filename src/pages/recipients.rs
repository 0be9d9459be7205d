//! The list of recipients, for everybody: to be shown, and to be published elsewhere. What it says is
//! what the registry and the policies say today.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::{Value, json};

use super::policies::named;
use super::words::Words;
use super::{Sheet, Visit};
use crate::desk::Desk;
use crate::domain::{Field, Purpose};
use crate::recipients::{Effect, Recipient};

/// A list of today is good for an hour.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Who may receive today: switched on, and with an agreement that covers the day.
fn receiving(desk: &Desk) -> Vec<&Recipient> {
    let today = desk.clock.now().date();
    let all = desk.recipients.values();
    let mut open: Vec<&Recipient> =
        all.filter(|one| one.enabled && one.agreement_on(today).is_some()).collect();
    super::sorted_by(&mut open, |one| &one.legal_name);
    open
}

/// For each purpose that the policy opens: what always may leave, and what under a condition.
fn opened(recipient: &Recipient) -> Vec<(Purpose, Vec<Field>, Vec<Field>)> {
    let of = |purpose, effect| {
        let decided = move |field: &&Field| {
            recipient.policy.rule(purpose, **field).is_some_and(|rule| rule.effect == effect)
        };
        Field::ALL.iter().filter(decided).copied().collect()
    };
    let purposes = Purpose::ALL.iter().copied().filter(|purpose| recipient.policy.opens(*purpose));
    purposes
        .map(|purpose| (purpose, of(purpose, Effect::Allowed), of(purpose, Effect::Conditional)))
        .collect()
}

/// `GET /recipients`.
pub async fn list(State(desk): State<Desk>, visit: Visit) -> Sheet {
    let words = visit.words;
    let recipients = receiving(&desk);
    let body = html! {
        p.lead { (words.tell("recipients-lead", &[("day", &desk.clock.now().here().date().to_string())])) " "
            a href="/recipients.json" { (words.say("recipients-json")) } }
        @if recipients.is_empty() { p { (words.say("recipients-none")) } }
        @for recipient in recipients {
            h2 { (recipient.legal_name) }
            dl.facts {
                dt { (words.say("recipient-org-no")) } dd { (recipient.org_no) }
                dt { (words.say("recipient-country")) } dd { (words.one_of("country", &recipient.country)) }
                @if !recipient.address.is_empty() {
                    dt { (words.say("recipient-address")) } dd { (recipient.address) }
                }
                dt { (words.say("recipient-role")) } dd { (words.one_of("party", recipient.role.as_str())) }
            }
            details {
                summary { (words.say("recipient-fields")) }
                ul.rules { @for (purpose, always, sometimes) in &opened(recipient) { li {
                    strong { (words.one_of("purpose", purpose.as_str())) }
                    @if !always.is_empty() { p { (words.say("recipient-always")) ": " (named(words, always)) } }
                    @if !sometimes.is_empty() { p { (words.say("recipient-sometimes")) ": " (named(words, sometimes)) } }
                } } }
            }
        }
    };
    visit.sheet(words.say("recipients"), body)
}

/// `GET /recipients.json`: the same, for programs. Names are in the language that is asked for.
pub async fn data(State(desk): State<Desk>, visit: Visit) -> Response {
    let words = visit.words;
    let recipients: Vec<Value> =
        receiving(&desk).into_iter().map(|one| recipient(words, one)).collect();
    let body = json!({
        "schema": 1,
        "language": words.tag(),
        "day": desk.clock.now().here().date().to_string(),
        "recipients": recipients,
    });
    let kind = HeaderValue::from_static("application/json;charset=utf-8");
    let vary = HeaderValue::from_static("accept-language, cookie");
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FRESH), (header::VARY, vary)];
    (headers, body.to_string()).into_response()
}

fn recipient(words: Words, recipient: &Recipient) -> Value {
    let field = |field: &Field, is_conditional: bool| {
        let name = words.one_of("field", field.as_str());
        json!({ "field": field.as_str(), "name": name, "conditional": is_conditional })
    };
    let purposes: Vec<Value> = opened(recipient)
        .iter()
        .map(|(purpose, always, sometimes)| {
            let always = always.iter().map(|one| field(one, false));
            let fields: Vec<Value> =
                always.chain(sometimes.iter().map(|one| field(one, true))).collect();
            let name = words.one_of("purpose", purpose.as_str());
            json!({ "purpose": purpose.as_str(), "name": name, "fields": fields })
        })
        .collect();
    json!({
        "id": recipient.id.as_str(),
        "legalName": recipient.legal_name,
        "orgNo": recipient.org_no,
        "country": recipient.country,
        "address": recipient.address,
        "role": recipient.role.as_str(),
        "purposes": purposes,
    })
}
