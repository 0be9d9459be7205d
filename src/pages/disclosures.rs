//! The disclosure log: asked, counted, page by page, and taken along.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use tokio::sync::mpsc;

use super::moment::written;
use super::outflow::Outflow;
use super::pieces::{alert, hidden};
use super::sheet::Failed;
use super::words::{Words, grouped};
use super::{Posted, Sheet, Visit, moment, sorted_by};
use crate::auth::{Action, Caller};
use crate::desk::Desk;
use crate::domain::{Field, HoldReason, Purpose, RecipientId, RuleId};
use crate::gate::Person;
use crate::inspection::handout::{Form, Handout, Head};
use crate::inspection::{BadQuery, Group, Inspection, InspectionError, Listing, Query, Row};
use crate::log::{Event, Filter, Kind, Kinds, Role};
use crate::store::{Ending, Wanted};

/// How many pieces of what is taken along wait to be sent.
const PIECES_MAX: usize = 2;

/// `GET /disclosures`.
pub async fn list(
    State(desk): State<Desk>,
    State(inspection): State<Inspection>,
    visit: Visit,
    person: Person,
    caller: Caller,
    RawQuery(asked): RawQuery,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let query = match Query::of_address(asked.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(BadQuery(name)) => {
            let name = words.one_of("ask", name);
            let body = html! {
                (alert(&words.tell("log-bad", &[("name", &name)])))
                (filters(words, &desk, &Query::default()))
            };
            return Ok(visit.sheet(words.say("log"), body).wide().with(StatusCode::BAD_REQUEST));
        }
    };
    let sight = Desk::sight(&person.roles);
    let found = inspection.list(&query, (caller.role(), sight)).await?;
    let total = usize::try_from(found.total).unwrap_or(usize::MAX);
    let body = html! {
        p.lead { (words.say("log-lead")) }
        (filters(words, &desk, &query))
        p.found role="status" { strong { (words.count("log-found", total)) } " "
            span.soft { (words.tell("log-size", &[("size", &grouped(found.size.0))])) } }
        (groups(words, &desk, &query, &found))
        @if found.rows.is_empty() {
            p.note.warn { span.sign aria-hidden="true" { "?" } (words.say("log-nothing")) }
        } @else {
            (table(words, &desk, &found.rows))
        }
        (further(words, &query, &found))
        @if visit.may(Action::ExportLog) && found.total > 0 { (take_along(&visit, &query)) }
    };
    Ok(visit.sheet(words.say("log"), body).wide())
}

/// `POST /disclosures/export`.
pub async fn export(
    State(inspection): State<Inspection>,
    State(desk): State<Desk>,
    visit: Visit,
    caller: Caller,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let query = Query::read(form.pairs()).map_err(|_| Failed::unreadable())?;
    let kind = form.get("form").and_then(|word| Form::parse(&word));
    let kind = kind.ok_or_else(Failed::unreadable)?;
    let with_mark = form.get("mark").is_some();
    let by = (person.name.as_str(), caller.role(), Desk::sight(&person.roles));
    let handout = match inspection.hand_out(&query, kind, by).await {
        Ok(handout) => handout,
        Err(InspectionError::TooMany { rows, most }) => {
            let words = visit.words;
            let (rows, most) = (grouped(rows), grouped(most));
            let told = words.tell("taken-too-many", &[("rows", &rows), ("most", &most)]);
            let body = html! {
                (alert(&told))
                (filters(words, &desk, &query))
                (take_along(&visit, &query))
            };
            let sheet = visit.sheet(words.say("log"), body).wide();
            return Ok(sheet.with(StatusCode::PAYLOAD_TOO_LARGE).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    if kind == Form::Print {
        return Ok(printed(&visit, &desk, handout).await?.into_response());
    }
    let name = format!("attachment; filename=\"{}\"", handout.file_name());
    let mut response = Response::new(Body::new(flow(handout, with_mark)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Piece by piece, as it is taken: in memory is one page of rows. What breaks off has no end.
fn flow(mut handout: Handout, with_mark: bool) -> Outflow {
    let (pieces, outflow) = mpsc::channel(PIECES_MAX);
    tokio::spawn(async move {
        let mut piece = handout.begin(with_mark);
        loop {
            if pieces.send(Ok(Bytes::from(piece))).await.is_err() {
                return;
            }
            let told = match handout.rows().await {
                Ok(rows) if rows.is_empty() => break,
                Ok(rows) => handout.tell(&rows).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match told {
                Ok(told) => piece = told,
                Err(error) => {
                    tracing::error!(error, "What was being handed out broke off");
                    let _ = pieces.send(Err(std::io::Error::other("broken off"))).await;
                    return;
                }
            }
        }
        let _ = pieces.send(Ok(Bytes::from(handout.end()))).await;
    });
    Outflow(outflow)
}

/// A page to be printed: all rows at once, with the head of what is taken along.
async fn printed(visit: &Visit, desk: &Desk, mut handout: Handout) -> Result<Sheet, Failed> {
    let words = visit.words;
    let mut all = Vec::new();
    loop {
        let rows = handout.rows().await?;
        if rows.is_empty() {
            break;
        }
        all.extend(rows);
    }
    let Head { query, at, by: (name, role), rows, head, .. } = &handout.head;
    let asked = if query.is_empty() { words.say("log-all").into_owned() } else { query.clone() };
    let body = html! {
        dl.facts {
            dt { (words.say("taken-query")) } dd { code { (asked) } }
            dt { (words.say("taken-at")) } dd { (moment(*at)) }
            dt { (words.say("taken-by")) } dd { (name) " (" (words.one_of("actor", role.as_str())) ")" }
            dt { (words.say("taken-rows")) } dd { (rows) }
            dt { (words.say("taken-head")) } dd { (head.origin.as_str()) " · " (head.size) " · "
                code { (head.root.base64()) } }
        }
        (table(words, desk, &all))
    };
    Ok(visit.sheet(words.say("log"), body).wide())
}

fn filters(words: Words, desk: &Desk, query: &Query) -> Markup {
    let Query { wanted, case, group, .. } = query;
    let Wanted { filter, ending, from, to } = wanted;
    let mut recipients: Vec<(String, String)> =
        desk.recipients.values().map(|one| (one.id.to_string(), one.legal_name.clone())).collect();
    sorted_by(&mut recipients, |(_, name)| name);
    let kinds = [Kinds::Disclosures, Kinds::All];
    let kinds = kinds.into_iter().chain(Kind::ALL.iter().map(|kind| Kinds::One(*kind)));
    let kinds = kinds.map(|kinds| (kinds.as_str(), words.one_of("leafkind", kinds.as_str())));
    let purposes = named(words, "purpose", Purpose::ALL.iter().map(|one| one.as_str()));
    let endings = named(words, "ending", Ending::ALL.iter().map(|one| one.as_str()));
    let mut fields: Vec<_> = named(words, "field", Field::ALL.iter().map(|one| one.as_str()));
    sorted_by(&mut fields, |(_, name)| name);
    let reasons = named(words, "hold", HoldReason::ALL.iter().map(|one| one.as_str()));
    let actors = named(words, "actor", Role::ALL.iter().map(|one| one.as_str()));
    let sides = named(words, "side", ["sent", "withheld"].into_iter());
    let groups = named(words, "group", Group::ALL.iter().map(|one| one.as_str()));
    let Filter { left, .. } = filter;
    let side = left.map(|left| if left { "sent" } else { "withheld" });
    let more = filter.rule.is_some()
        || filter.reason.is_some()
        || filter.actor.is_some()
        || filter.field.is_some()
        || case.is_some();
    html! {
        form.filters method="get" action="/disclosures" role="search" aria-label=(words.say("log-filter")) {
            div.grid {
                (select(words, "what", kinds, Some(filter.kinds.as_str()), false))
                (select(words, "recipient", recipients.into_iter(),
                    filter.recipient.as_ref().map(RecipientId::as_str), true))
                (select(words, "purpose", purposes.into_iter(), filter.purpose.map(Purpose::as_str), true))
                (select(words, "outcome", endings.into_iter(), ending.map(Ending::as_str), true))
                (date(words, "from", from.map(|day| day.to_string())))
                (date(words, "to", to.map(|day| day.to_string())))
                (select(words, "group", groups.into_iter(), group.map(Group::as_str), true))
            }
            details open[more] {
                summary { (words.say("log-more")) }
                div.grid {
                    (select(words, "field", fields.into_iter(), filter.field.map(Field::as_str), true))
                    (select(words, "side", sides.into_iter(), side, true))
                    (text(words, "rule", filter.rule.as_ref().map(RuleId::as_str)))
                    (select(words, "reason", reasons.into_iter(), filter.reason.as_deref(), true))
                    (select(words, "actor", actors.into_iter(), filter.actor.map(Role::as_str), true))
                    (text(words, "case", case.map(|case| case.to_string()).as_deref()))
                }
            }
            div.acts {
                button { (words.say("log-show")) }
                a href="/disclosures" { (words.say("log-clear")) }
            }
        }
    }
}

pub(super) fn named<'w>(
    words: Words,
    family: &str,
    all: impl Iterator<Item = &'w str>,
) -> Vec<(String, String)> {
    all.map(|word| (word.to_owned(), words.one_of(family, word).into_owned())).collect()
}

pub(super) fn select<V: AsRef<str>, N: AsRef<str>>(
    words: Words,
    name: &str,
    all: impl Iterator<Item = (V, N)>,
    chosen: Option<&str>,
    may_be_any: bool,
) -> Markup {
    let id = format!("ask-{name}");
    html! {
        div {
            label for=(id) { (words.one_of("ask", name)) }
            select #(id) name=(name) {
                @if may_be_any { option value="" { (words.one_of("any", name)) } }
                @for (value, told) in all {
                    option value=(value.as_ref()) selected[chosen == Some(value.as_ref())] { (told.as_ref()) }
                }
            }
        }
    }
}

fn date(words: Words, name: &str, value: Option<String>) -> Markup {
    let id = format!("ask-{name}");
    html! {
        div {
            label for=(id) { (words.one_of("ask", name)) }
            input #(id) type="date" name=(name) value=[value];
        }
    }
}

fn text(words: Words, name: &str, value: Option<&str>) -> Markup {
    let id = format!("ask-{name}");
    html! {
        div {
            label for=(id) { (words.one_of("ask", name)) }
            input #(id) type="text" name=(name) value=[value] maxlength="80" autocomplete="off"
                spellcheck="false";
        }
    }
}

/// The word of a group, as people say it.
fn told(words: Words, desk: &Desk, group: Group, word: &str) -> String {
    if word.is_empty() {
        return words.say("log-none-of").into_owned();
    }
    let family = match group {
        Group::Recipient => {
            let known = desk.recipients.values().find(|one| one.id.as_str() == word);
            return known.map_or_else(|| word.to_owned(), |one| one.legal_name.clone());
        }
        Group::Purpose => "purpose",
        Group::Outcome => "ending",
        Group::What => "leafkind",
        Group::Actor => "actor",
        Group::Reason => "hold",
        Group::Sent | Group::Withheld => "field",
        Group::Rule | Group::Month | Group::Day => return word.to_owned(),
    };
    words.one_of(family, word).into_owned()
}

/// The same question, for one group alone.
fn narrowed(query: &Query, group: Group, word: &str) -> Option<String> {
    let mut pairs: Vec<(String, String)> =
        query.whole().pairs().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut put = |name: &str, value: &str| {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.to_owned(), value.to_owned()));
    };
    match group {
        Group::Sent | Group::Withheld => {
            put("field", word);
            put("side", group.as_str());
        }
        Group::Day => {
            put("from", word);
            put("to", word);
        }
        // The days of a month are asked for by hand.
        Group::Month => return None,
        group => put(group.as_str(), word),
    }
    Query::read(pairs.into_iter()).ok().filter(|_| !word.is_empty()).map(|query| query.address())
}

fn groups(words: Words, desk: &Desk, query: &Query, found: &Listing) -> Markup {
    let Some(group) = query.group else { return html! {} };
    let most = found.groups.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
    html! {
        @if !found.groups.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(words.say("log-counted")) {
                table.counted {
                    thead { tr {
                        th scope="col" { (words.one_of("group", group.as_str())) }
                        th.number scope="col" { (words.say("log-number")) }
                        th scope="col" { span.unseen { (words.say("log-share")) } }
                    } }
                    tbody { @for (word, number) in &found.groups { tr {
                        th scope="row" {
                            @let name = told(words, desk, group, word);
                            @if let Some(address) = narrowed(query, group, word) {
                                a href=(format!("/disclosures?{address}")) { (name) }
                            } @else { (name) }
                        }
                        td.number { (number) }
                        td.bar { svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                            rect width=(number * 100 / most) height="8" {}
                        } }
                    } } }
                }
            }
        }
    }
}

pub(super) fn table(words: Words, desk: &Desk, rows: &[Row]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.say("log")) {
            table.log {
                thead { tr {
                    th.number scope="col" { (words.say("log-leaf")) }
                    th scope="col" { (words.say("log-at")) }
                    th scope="col" { (words.say("log-what")) }
                    th scope="col" { (words.say("log-to")) }
                    th scope="col" { (words.say("log-fields")) }
                    th scope="col" { (words.say("log-end")) }
                    th scope="col" { (words.say("log-actor")) }
                } }
                tbody { @for row in rows { (line(words, desk, row)) } }
            }
        }
    }
}

fn line(words: Words, desk: &Desk, row: &Row) -> Markup {
    let facets = crate::log::Facets::of(&row.leaf.event);
    let kind = facets.kind;
    html! { tr {
        td.number { a href=(format!("/disclosures/{}", row.index)) { (row.index) } }
        td.at { time datetime=(row.leaf.at.rfc3339()) { (written(row.leaf.at, "%Y-%m-%d %H:%M:%S")) } }
        td {
            (words.one_of("leafkind", kind.as_str()))
            @if let Some(purpose) = facets.purpose { br; span.soft { (words.one_of("purpose", purpose.as_str())) } }
        }
        td { @if let Some(id) = &facets.recipient { (recipient(desk, row, id.as_str())) } }
        td {
            @if let Event::Intent(intent) = &row.leaf.event {
                @let masked: u32 = intent.masked.iter().map(|mask| mask.count).sum();
                (words.count("log-sent", intent.sent.len()))
                br; span.soft { (words.count("log-withheld", intent.withheld.len()))
                    @if masked > 0 { ", " (words.count("log-masked", masked as usize)) } }
            } @else if !facets.withheld.is_empty() {
                span.soft { (words.count("log-withheld", facets.withheld.len())) }
            }
        }
        td {
            @if let Some(ending) = row.ending() { (state(words, ending)) }
            @else if let Some(reason) = &facets.reason { (words.one_of("hold", reason)) }
            @else if let Event::Read(read) = &row.leaf.event { code { (read.what) } }
            @else if let Event::Outcome(outcome) = &row.leaf.event {
                (state(words, outcome.result.into())) " "
                a href=(format!("/disclosures/{}", outcome.intent)) { (words.say("log-of")) " " (outcome.intent) }
            }
        }
        td { @if let Some(actor) = facets.actor { (words.one_of("actor", actor.as_str())) } }
    } }
}

/// By the name in the leaf; where that has none, by the one of today.
fn recipient(desk: &Desk, row: &Row, id: &str) -> String {
    match &row.leaf.event {
        Event::Intent(intent) => intent.recipient.legal_name.clone(),
        Event::Policy(policy) => policy.registered.legal_name.clone(),
        _ => told(Words::Swedish, desk, Group::Recipient, id),
    }
}

/// How it ended: by a word, and by a sign beside it.
pub(super) fn state(words: Words, ending: Ending) -> Markup {
    let (class, sign) = match ending {
        Ending::Accepted => ("good", "✓"),
        Ending::Rejected => ("bad", "×"),
        Ending::Unsent => ("soft", "–"),
        Ending::Unknown => ("warn", "?"),
        Ending::Open => ("going", "→"),
    };
    html! {
        span class=(format!("state {class}")) {
            span aria-hidden="true" { (sign) } " " (words.one_of("ending", ending.as_str()))
        }
    }
}

fn further(words: Words, query: &Query, found: &Listing) -> Markup {
    let top = query.from_the_top().address();
    let next = found.next.map(|next| Query { before: Some(next), ..query.clone() }.address());
    html! {
        @if query.before.is_some() || next.is_some() {
            nav.pager aria-label=(words.say("log-pages")) {
                @if query.before.is_some() { a href=(format!("/disclosures?{top}")) { (words.say("log-newest")) } }
                @if let Some(next) = next { a href=(format!("/disclosures?{next}")) { (words.say("log-older")) } }
            }
        }
    }
}

fn take_along(visit: &Visit, query: &Query) -> Markup {
    let words = visit.words;
    html! {
        section.take aria-labelledby="take-head" {
            h2 #take-head { (words.say("taken")) }
            p.soft { (words.say("taken-about")) " " (words.tell("taken-most", &[
                ("most", &grouped(Form::Csv.rows_max())),
                ("print", &grouped(Form::Print.rows_max())),
            ])) }
            form.line method="post" action="/disclosures/export" {
                (visit.token())
                @for (name, value) in query.whole().pairs() { (hidden(name, &value)) }
                div {
                    label for="take-form" { (words.say("taken-form")) }
                    select #take-form name="form" {
                        @for form in Form::ALL {
                            option value=(form.as_str()) { (words.one_of("takenform", form.as_str())) }
                        }
                    }
                }
                label.tick { input type="checkbox" name="mark" value="yes"; span { (words.say("taken-mark")) } }
                button { (words.say("taken-do")) }
            }
        }
    }
}
