//! What was sent that should not have been: the drafts of reports with their clocks, one of them with what
//! the log says, how it was closed, and all of them to be taken along.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::pieces::Behind;
use super::policies::named;
use super::sheet::Failed;
use super::words::Words;
use super::{Posted, Sheet, Visit, moment, see};
use crate::auth::Action;
use crate::desk::{Desk, DeskError, Report, Sent};
use crate::domain::{Field, IncidentId, Timestamp};
use crate::gate::Person;
use crate::store::{IncidentDecision, IncidentRow, Sight};

use std::fmt::Write as _;
use std::time::Duration;

/// How many a page shows.
const SHOWN: u32 = 25;
/// No register is longer; one that was would be read at the log.
const TAKEN_MAX: u32 = 10_000;

/// The clocks that run from when something was noticed: to PTS (LEK), and to IMY (GDPR art. 33).
pub(super) const PTS_WITHIN: Duration = Duration::from_hours(24);
pub(super) const IMY_WITHIN: Duration = Duration::from_hours(72);

/// `GET /incidents`: the latest first.
pub async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    person: Person,
    Query(behind): Query<Behind>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let sight = Desk::sight(&person.roles);
    let rows = desk.store.all_incidents(sight, behind.read(IncidentId::parse), SHOWN).await?;
    let now = desk.clock.now();
    let next = rows.last().filter(|_| rows.len() == SHOWN as usize);
    let body = html! {
        p.lead { (words.say("incidents-lead")) }
        @if rows.is_empty() {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("incidents-none")) }
        } @else {
            ul.rows { @for row in &rows { li {
                div.what {
                    a href=(format!("/incidents/{}", row.id)) {
                        strong { (words.one_of("incident", row.kind.as_str())) } }
                    p.soft.small { (words.say("wrongly-noticed")) " " (moment(row.noticed)) " · "
                        (words.say("reviews-case")) " " (short(row)) }
                }
                div { (stands(words, row, now)) }
            } } }
            p { (words.say("incidents-take")) " " a href="/incidents.csv" { "CSV" } " "
                a href="/incidents.json" { "JSON" } }
        }
        @if let Some(last) = next {
            p { a href=(format!("/incidents?behind={}-{}", last.noticed.micros(), last.id)) {
                (words.say("cases-further")) } }
        }
    };
    Ok(visit.sheet(words.say("incidents"), body))
}

fn short(row: &IncidentRow) -> String {
    row.case.short()
}

/// Closed, and how; or how long there is left.
fn stands(words: Words, row: &IncidentRow, now: Timestamp) -> Markup {
    html! { @if let Some((_, decision)) = row.closed {
        span.state.good { span aria-hidden="true" { "✓ " } (words.one_of("closing", decision.as_str())) }
    } @else {
        (clock(words, "PTS", row.noticed.after(PTS_WITHIN), now)) " "
        (clock(words, "IMY", row.noticed.after(IMY_WITHIN), now))
    } }
}

fn clock(words: Words, whom: &str, until: Timestamp, now: Timestamp) -> Markup {
    let (class, sign, told) = if now > until {
        ("bad", "!", words.say("clock-over"))
    } else {
        let hours = until.since(now).as_secs().div_ceil(3_600);
        let hours = usize::try_from(hours).unwrap_or(0);
        ("warn", "→", words.count("clock-left", hours))
    };
    html! { span class=(format!("state {class}")) { span aria-hidden="true" { (sign) " " } (whom) ": " (told) } }
}

async fn find(desk: &Desk, id: &str, sight: Sight) -> Result<IncidentRow, Failed> {
    let id = IncidentId::parse(id).ok_or(DeskError::NotThere)?;
    Ok(desk.store.incident(id, sight).await?.ok_or(DeskError::NotThere)?)
}

/// `GET /incidents/{id}`: what to report, as the log tells it. Fit to be printed.
pub async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    person: Person,
    Path(id): Path<String>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let sight = Desk::sight(&person.roles);
    let incident = find(&desk, &id, sight).await?;
    let report = desk.report_of(incident, sight).await?;
    let Report { incident, case, sent } = &report;
    let now = desk.clock.now();
    let body = html! {
        dl.facts {
            dt { (words.say("wrongly-kind")) } dd { strong { (words.one_of("incident", incident.kind.as_str())) } }
            dt { (words.say("incidents-noticed")) } dd { (moment(incident.noticed)) }
            dt { (words.say("wrongly-24")) } dd { strong { (moment(incident.noticed.after(PTS_WITHIN))) } }
            dt { (words.say("wrongly-72")) } dd { strong { (moment(incident.noticed.after(IMY_WITHIN))) } }
            dt { (words.say("reviews-case")) }
            dd { @if visit.may(Action::SeeCases) { a href=(format!("/cases/{}", case.id)) { (case.id) } }
                @else { code.long { (case.id) } } }
            dt { (words.say("incidents-persons")) } dd { "1" }
            dt { (words.say("incidents-stands")) } dd { (stands(words, incident, now)) }
            @if let Some((at, _)) = incident.closed { dt { (words.say("incidents-closed")) } dd { (moment(at)) } }
        }
        h2 { (words.say("incidents-sent")) }
        @if sent.is_empty() { p { (words.say("incidents-nothing-sent")) } }
        @for one in sent { (disclosed(words, one)) }
        h2 { (words.say("incidents-blanks")) }
        ul { @for key in ["incidents-blank-what", "incidents-blank-risk", "incidents-blank-done"] {
            li { (words.say(key)) }
        } }
        @if incident.closed.is_none() && visit.may(Action::CloseIncident) { (closing(&visit, incident)) }
    };
    Ok(visit.sheet(words.say("incidents-one"), body))
}

fn disclosed(words: Words, one: &Sent) -> Markup {
    let to = &one.intent.recipient;
    let names = |fields: &std::collections::BTreeSet<Field>| {
        named(words, &fields.iter().copied().collect::<Vec<_>>())
    };
    let masked: u32 = one.intent.masked.iter().map(|mask| mask.count).sum();
    html! {
        section.report {
            h3 { (words.say("leaf-of")) " " (one.leaf) " · " (moment(one.at)) }
            dl.facts {
                dt { (words.say("case-recipient")) } dd { (to.legal_name) ", " (to.org_no) ", " (words.one_of("country", &to.country)) }
                dt { (words.say("agreement")) } dd { (to.agreement) }
                dt { (words.say("case-purpose")) } dd { (words.one_of("purpose", one.intent.purpose.as_str())) }
                dt { (words.say("rules-allowed")) } dd { (names(&one.intent.sent)) }
                @if masked > 0 { dt { (words.say("seen-mask")) } dd { (words.count("seen-masked", masked as usize)) } }
                dt { (words.say("incidents-result")) }
                dd { @match one.result {
                    Some(result) => (words.one_of("result", result.as_str())),
                    None => (words.one_of("result", "unknown")),
                } }
            }
        }
    }
}

fn closing(visit: &Visit, incident: &IncidentRow) -> Markup {
    let words = visit.words;
    html! {
        form method="post" action=(format!("/incidents/{}/close", incident.id)) {
            (visit.token())
            fieldset.part {
                legend { (words.say("incidents-close")) }
                @for decision in IncidentDecision::ALL {
                    label.tick {
                        input type="radio" name="decision" value=(decision.as_str()) required;
                        span { (words.one_of("closing", decision.as_str())) }
                    }
                }
            }
            p.acts { button { (words.say("incidents-close")) } }
        }
    }
}

/// `POST /incidents/{id}/close`.
pub async fn close(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let incident = find(&desk, &id, Desk::sight(&person.roles)).await?;
    let decision = form.get("decision").and_then(|word| IncidentDecision::parse(&word));
    let decision = decision.ok_or(DeskError::NotThere)?;
    if desk.store.close_incident(incident.id, decision).await? {
        Ok(see(&format!("/incidents/{}", incident.id)))
    } else {
        Err(Failed::moved())
    }
}

/// `GET /incidents.csv`: codes, ids and times, and nothing else: no cell can be taken for a formula.
pub async fn csv(State(desk): State<Desk>, person: Person) -> Result<Response, Failed> {
    let rows = desk.store.all_incidents(Desk::sight(&person.roles), None, TAKEN_MAX).await?;
    let mut text = "id,case,kind,noticed,pts_by,imy_by,closed,decision\r\n".to_owned();
    for row in &rows {
        let closed = row.closed.map(|(at, _)| at.rfc3339()).unwrap_or_default();
        let decision = row.closed.map_or("", |(_, decision)| decision.as_str());
        let _ = write!(
            text,
            "{},{},{},{},{},{},{closed},{decision}\r\n",
            row.id,
            row.case,
            row.kind,
            row.noticed.rfc3339(),
            row.noticed.after(PTS_WITHIN).rfc3339(),
            row.noticed.after(IMY_WITHIN).rfc3339(),
        );
    }
    Ok(file("text/csv;charset=utf-8", "attachment; filename=\"incidents.csv\"", text))
}

/// `GET /incidents.json`: the same, with when it was taken.
pub async fn data(State(desk): State<Desk>, person: Person) -> Result<Response, Failed> {
    let rows = desk.store.all_incidents(Desk::sight(&person.roles), None, TAKEN_MAX).await?;
    let told: Vec<Value> = rows.iter().map(incident).collect();
    let body = json!({
        "schema": 1,
        "taken": desk.clock.now().rfc3339(),
        "count": told.len(),
        "incidents": told,
    });
    let name = "attachment; filename=\"incidents.json\"";
    Ok(file("application/json;charset=utf-8", name, body.to_string()))
}

fn incident(row: &IncidentRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "case": row.case.to_string(),
        "kind": row.kind.as_str(),
        "noticed": row.noticed.rfc3339(),
        "ptsBy": row.noticed.after(PTS_WITHIN).rfc3339(),
        "imyBy": row.noticed.after(IMY_WITHIN).rfc3339(),
        "closed": row.closed.map(|(at, _)| at.rfc3339()),
        "decision": row.closed.map(|(_, decision)| decision.as_str()),
    })
}

fn file(kind: &'static str, name: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    (headers, text).into_response()
}
