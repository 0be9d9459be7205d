//! Cases: looked for, listed, and those that wait for a person.

use axum::extract::{Query, State};
use maud::{Markup, html};

use super::case::name;
use super::pieces::{Behind, alert, hidden};
use super::sheet::Failed;
use super::words::Words;
use super::{Posted, Sheet, Visit, moment, sorted_by};
use crate::address::{Listed, Written};
use crate::auth::Action;
use crate::desk::{Desk, Finds, SEARCH_MAX};
use crate::domain::{CaseId, CaseState, RecipientId, Timestamp};
use crate::gate::Person;
use crate::store::{DeskRow, Look, Sought};

/// How many cases a page shows.
const SHOWN: u32 = 25;

/// `GET /cases`: the newest, and where to look for one.
pub async fn newest(
    State(desk): State<Desk>,
    visit: Visit,
    person: Person,
    Query(behind): Query<Behind>,
) -> Result<Sheet, Failed> {
    let look = Look {
        sought: Sought::Newest,
        sight: Desk::sight(&person.roles),
        behind: behind.read(CaseId::parse),
        most: SHOWN,
    };
    let rows = desk.store.look(look).await?;
    let words = visit.words;
    let next = full(&rows).map(|row| (row.case.accepted, row.case.id));
    let body = html! {
        (search(&visit, ""))
        h2 { (words.say("cases-newest")) }
        @if rows.is_empty() { p.soft { (words.say("cases-none")) } }
        @else { (table(words, &desk, &rows)) }
        (further(words, "/cases", next))
    };
    Ok(visit.sheet(words.say("cases"), body).wide())
}

/// `POST /cases`: what was found. What was looked for stands in no address and in no log.
pub async fn found(
    State(desk): State<Desk>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let text = form.get("text").unwrap_or_default();
    let Finds { cases, mut accesses, doubt } = desk.find(&text, Desk::sight(&person.roles)).await?;
    sorted_by(&mut accesses, |listed| &listed.access.written.street);
    let nothing = cases.is_empty() && accesses.is_empty();
    let body = html! {
        (search(&visit, &text))
        div role="status" {
            @if nothing { p.note.warn { span.sign aria-hidden="true" { "?" } (words.say("find-nothing")) } }
            @else { p.soft { (words.count("find-cases", cases.len())) } }
        }
        @if doubt { p { (words.say("find-doubt")) } }
        @if !accesses.is_empty() {
            h2 { (words.say("find-accesses")) }
            ul.rows { @for listed in &accesses { li { (access(&visit, &desk, listed)) } } }
        }
        @if !cases.is_empty() {
            h2 { (words.say("cases")) }
            (table(words, &desk, &cases))
        }
    };
    Ok(visit.sheet(words.say("find"), body).wide())
}

/// `GET /held`: what waits for a person, the longest waiting first.
pub async fn held(
    State(desk): State<Desk>,
    visit: Visit,
    person: Person,
    Query(behind): Query<Behind>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let look = Look {
        sought: Sought::Held,
        sight: Desk::sight(&person.roles),
        behind: behind.read(CaseId::parse),
        most: SHOWN,
    };
    let rows = desk.store.look(look).await?;
    let next = full(&rows).map(|row| (row.case.changed, row.case.id));
    let body = html! {
        p.lead { (words.say("held-lead")) }
        @if rows.is_empty() {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("held-none")) }
        } @else {
            ul.rows {
                @for row in &rows { li { (held_row(&visit, &desk, row)) } }
            }
        }
        (further(words, "/held", next))
    };
    Ok(visit.sheet(words.say("held"), body).wide())
}

fn held_row(visit: &Visit, desk: &Desk, row: &DeskRow) -> Markup {
    let words = visit.words;
    let case = &row.case;
    let reason = case.reason.as_deref().unwrap_or_default();
    html! {
        div.what {
            a href=(format!("/cases/{}", case.id)) {
                strong { (words.one_of("hold", reason)) }
            }
            p { (words.one_of("advice", reason)) }
            p.soft.small {
                (words.one_of("purpose", case.purpose.as_str())) " · "
                (operator(desk, &case.recipient)) " · "
                (words.say("held-since")) " " (moment(case.changed))
                @if let Some(who) = &row.assigned {
                    " · " (words.tell("held-assigned", &[("who", who)]))
                }
                @if desk.wants_two(row) { " · " (words.say("held-four-eyes")) }
                @if row.agreed { " · " strong { (words.say("held-agreed")) } }
            }
        }
        @if visit.may(Action::DecideCases) {
            form method="post" action=(format!("/cases/{}/decide", case.id)) {
                (visit.token())
                (hidden("back", "/held"))
                @if row.assigned.is_none() {
                    button.second name="decision" value="take" { (words.say("decide-take")) }
                } @else {
                    button.second name="decision" value="leave" { (words.say("decide-leave")) }
                }
                button.second name="decision" value="retry" { (words.say("decide-retry")) }
            }
        }
    }
}

fn search(visit: &Visit, text: &str) -> Markup {
    let words = visit.words;
    html! {
        form.search method="post" action="/cases" role="search" {
            (visit.token())
            label for="text" { (words.say("find-label"))
                span.hint { (words.say("find-hint")) } }
            div.line {
                input #text type="search" name="text" value=(text) required autocomplete="off"
                    maxlength=(SEARCH_MAX);
                button { (words.say("find")) }
            }
        }
    }
}

fn access(visit: &Visit, desk: &Desk, listed: &Listed) -> Markup {
    html! {
        div.what {
            strong { (address(&listed.access.written)) }
            p.soft.small { (operator(desk, &listed.recipient)) " · " (listed.access.id) }
        }
        @if visit.may(Action::FileFault) { (begin(visit, None, Some(listed.access.id.as_str()))) }
    }
}

/// A recipient by its legal name.
pub(super) fn operator<'d>(desk: &'d Desk, recipient: &'d RecipientId) -> &'d str {
    desk.recipients.get(recipient).map_or(recipient.as_str(), |one| one.legal_name.as_str())
}

/// The button that begins a fault, at a case or an access.
pub(super) fn begin(visit: &Visit, case: Option<CaseId>, access: Option<&str>) -> Markup {
    html! {
        form method="post" action="/faults/new" {
            (visit.token())
            @if let Some(case) = case { (hidden("case", &case.to_string())) }
            @if let Some(access) = access { (hidden("access", access)) }
            button { (visit.words.say("fault-begin")) }
        }
    }
}

/// An address as its operator writes it, in one line.
pub(super) fn address(written: &Written) -> String {
    let house = format!("{}{}", written.number, written.littera);
    let unit = if written.apartment.is_empty() {
        String::new()
    } else {
        format!("lgh {}", written.apartment)
    };
    let parts = [&written.street, &house, &unit];
    let street: Vec<&str> =
        parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    let city = format!("{} {}", written.postcode, written.city);
    format!("{}, {}", street.join(" "), city.trim())
}

fn table(words: Words, desk: &Desk, rows: &[DeskRow]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.say("cases")) {
            table {
                thead { tr {
                    th scope="col" { (words.say("case-id")) }
                    th scope="col" { (words.say("case-what")) }
                    th scope="col" { (words.say("case-state")) }
                    th scope="col" { (words.say("case-recipient")) }
                    th scope="col" { (words.say("case-accepted")) }
                } }
                tbody { @for row in rows { @let case = &row.case; tr {
                    td { a href=(format!("/cases/{}", case.about.map_or(case.id, |(of, _)| of))) {
                        (name(case))
                    } }
                    td { (words.one_of("act", case.act.as_str())) }
                    td { (state(words, case.state)) }
                    td { (operator(desk, &case.recipient)) }
                    td { (moment(case.accepted)) }
                } } }
            }
        }
    }
}

/// Where a case stands: by a word, and by a sign beside it.
pub(super) fn state(words: Words, state: CaseState) -> Markup {
    let (class, sign) = match state {
        CaseState::Completed => ("good", "✓"),
        CaseState::Held => ("warn", "!"),
        CaseState::Failed | CaseState::Rejected => ("bad", "×"),
        CaseState::Cancelled => ("soft", "–"),
        CaseState::Waiting | CaseState::Accepted | CaseState::Recorded | CaseState::Placed => {
            ("going", "→")
        }
    };
    html! {
        span class=(format!("state {class}")) {
            span aria-hidden="true" { (sign) } " " (words.one_of("state", state.as_str()))
        }
    }
}

fn full(rows: &[DeskRow]) -> Option<&DeskRow> {
    (rows.len() == SHOWN as usize).then(|| rows.last()).flatten()
}

fn further(words: Words, path: &str, next: Option<(Timestamp, CaseId)>) -> Markup {
    html! {
        @if let Some((at, id)) = next {
            p { a href=(format!("{path}?behind={}-{id}", at.micros())) { (words.say("cases-further")) } }
        }
    }
}

/// What could not be done, told above the page that it was asked on.
pub(super) fn not_now(visit: &Visit) -> Markup {
    alert(&visit.words.say("decide-not-now"))
}
