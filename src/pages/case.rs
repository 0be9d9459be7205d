//! One case: where it stands, what happened, what can be said or decided; and while it can be undone,
//! what will leave.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{Markup, html};
use zeroize::Zeroizing;

use super::cases::{begin, not_now, operator, state};
use super::incidents::{IMY_WITHIN, PTS_WITHIN};
use super::moment::clock;
use super::pieces::hidden;
use super::sheet::Failed;
use super::words::Words;
use super::{Form, Posted, Sheet, Visit, moment, see, seen};
use crate::auth::{Action, Caller};
use crate::desk::{Decided, Decision, Desk, DeskError, DraftId, Entry, Said, Story};
use crate::domain::{Act, CaseId, CaseState, Timestamp};
use crate::gate::Person;
use crate::intake::Kind;
use crate::store::{CaseRow, DeskRow, IncidentKind, Sight, StoreError};

use std::time::Duration;

/// `GET /cases/{id}`.
pub async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    person: Person,
    Path(id): Path<String>,
) -> Result<Sheet, Failed> {
    let sight = Desk::sight(&person.roles);
    page(&desk, &visit, read(&id)?, sight, (html! {}, Comment::none(&desk))).await
}

/// `POST /cases/{id}/decide`.
pub async fn decide(
    State(desk): State<Desk>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let sight = Desk::sight(&person.roles);
    let case = read(&id)?;
    let decision = form.get("decision").and_then(|word| Decision::parse(&word));
    let decision = decision.ok_or(DeskError::NotThere)?;
    let by = (person.name.as_str(), caller.role());
    let told = match desk.decide(case, decision, by, sight).await? {
        Decided::Done => {
            let back = form.get("back").filter(|back| back == "/held");
            let of = match desk.store.look_at(case, sight).await? {
                Some(row) => row.case.about.map_or(case, |(of, _)| of),
                None => case,
            };
            return Ok(see(&back.unwrap_or_else(|| format!("/cases/{of}"))));
        }
        Decided::AwaitsSecond => html! {
            p.note.warn role="status" { span.sign aria-hidden="true" { "2" }
                (visit.words.say("decide-second")) }
        },
        Decided::NotNow => not_now(&visit),
    };
    let told = (told, Comment::none(&desk));
    Ok(page(&desk, &visit, case, sight, told).await?.into_response())
}

/// `POST /cases/{id}/say`: a comment, an end, or that it is not mended.
pub async fn say(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let sight = Desk::sight(&person.roles);
    let case = read(&id)?;
    let row = desk.store.look_at(case, sight).await?.ok_or(DeskError::NotThere)?;
    let status = match form.get("act").as_deref() {
        Some("close") => Some("closed"),
        Some("reopen") => Some("inProgress"),
        _ => None,
    };
    let comment = Comment::of(&desk, &form);
    if form.all("act").any(|act| act == "look") {
        // To be looked at; or written before a session ended. Not sent yet.
        return Ok(page(&desk, &visit, case, sight, (html! {}, comment)).await?.into_response());
    }
    match desk.say(&comment.said(&row.case, status)).await {
        Ok(_) => Ok(see(&format!("/cases/{case}"))),
        Err(DeskError::Intake(_) | DeskError::Store(StoreError::NotNow { .. })) => {
            let told = (not_now(&visit), comment);
            Ok(page(&desk, &visit, case, sight, told).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /cases/{id}/preview`: only what the operator would see of a comment, for the script.
pub async fn preview(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Html<String>, Failed> {
    let row = desk.store.look_at(read(&id)?, Desk::sight(&person.roles)).await?;
    let row = row.filter(|row| is_fault(&row.case)).ok_or(DeskError::NotThere)?;
    let shown = seen_of(&desk, &visit, &row.case, &Comment::of(&desk, &form)).await?;
    Ok(Html(html! { div { (shown) } div {} }.into_string()))
}

/// What somebody writes about a fault, and what names the form that they write it in.
struct Comment {
    draft: DraftId,
    text: Zeroizing<String>,
}

impl Comment {
    fn none(desk: &Desk) -> Self {
        Self { draft: DraftId::draw(&*desk.entropy), text: Zeroizing::default() }
    }

    fn of(desk: &Desk, form: &Form) -> Self {
        let draft = form.get("draft").and_then(|text| DraftId::parse(&text));
        let draft = draft.unwrap_or_else(|| DraftId::draw(&*desk.entropy));
        Self { draft, text: Zeroizing::new(form.get("comment").unwrap_or_default()) }
    }

    fn said<'s>(&'s self, case: &CaseRow, status: Option<&'s str>) -> Said<'s> {
        Said { of: case.submission, draft: &self.draft, text: &self.text, status }
    }
}

/// What the operator would see of a comment; empty where there is none.
async fn seen_of(
    desk: &Desk,
    visit: &Visit,
    case: &CaseRow,
    comment: &Comment,
) -> Result<Markup, Failed> {
    let words = visit.words;
    if comment.text.trim().is_empty() {
        return Ok(html! { p.soft { (words.say("say-nothing-yet")) } });
    }
    Ok(match desk.see_said(case.id, &comment.said(case, None)).await {
        Ok(Some(seen)) => seen::pane(words, &seen),
        Ok(None) | Err(DeskError::Intake(_)) => html! { p.soft { (words.say("seen-not-yet")) } },
        Err(error) => return Err(error.into()),
    })
}

/// `POST /cases/{id}/incident`.
pub async fn incident(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let case = read(&id)?;
    let kind = form.get("kind").and_then(|word| IncidentKind::parse(&word));
    let kind = kind.ok_or(DeskError::NotThere)?;
    desk.wrongly_sent(case, kind, Desk::sight(&person.roles)).await?;
    Ok(see(&format!("/cases/{case}")))
}

fn read(id: &str) -> Result<CaseId, Failed> {
    Ok(CaseId::parse(id).ok_or(DeskError::NotThere)?)
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    id: CaseId,
    sight: Sight,
    (told, comment): (Markup, Comment),
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let row = desk.store.look_at(id, sight).await?.ok_or(DeskError::NotThere)?;
    let case = &row.case;
    let story = Story::of(&desk.store, case).await.map_err(DeskError::from)?;
    let submission = desk.store.submission(case.kind, case.submission).await?;
    let asked = submission.map(|one| one.asked).unwrap_or_default();
    let now = desk.clock.now();
    let own = asked.iter().filter(|one| one.about.is_some_and(|(of, _)| of == id));
    let waiting: Vec<&CaseRow> =
        [case].into_iter().chain(own).filter(|one| can_be_undone(one, now)).collect();
    let mut undo = Vec::new();
    for one in waiting {
        undo.push(undoable(desk, visit, one).await?);
    }
    let refresh = matches!(case.state, CaseState::Accepted | CaseState::Recorded);
    let incidents = desk.store.incidents(id).await?;
    let is_fault = is_fault(case);
    let seen = if is_fault {
        seen_of(desk, visit, case, &comment).await?
    } else {
        html! {}
    };
    let title = format!("{} {}", capital(&words.one_of("act", case.act.as_str())), name(case));
    let body = html! {
        (told)
        @for one in &undo { (one) }
        div #live data-refresh=[refresh.then_some("3")] {
            dl.facts {
                dt { (words.say("case-state")) } dd { (state(words, case.state)) }
                dt { (words.say("case-recipient")) } dd {
                    (operator(desk, &case.recipient))
                }
                dt { (words.say("case-purpose")) } dd { (words.one_of("purpose", case.purpose.as_str())) }
                @if let Some(reference) = &case.operator_reference {
                    dt { (words.say("case-reference")) } dd { (reference.as_str()) }
                }
                dt { (words.say("case-receipt")) } dd { (receipt(words, &story)) }
            }
            @if case.state == CaseState::Held { (held(visit, desk, &row)) }
            @else if undo.is_empty() { (waits(visit, case, now)) }
            (clocks(words, &story, now))
            h2 { (words.say("story")) }
            ol.story { @for entry in &story.entries { (entry_of(words, entry)) } }
        }
        @if is_fault { (say_more(visit, desk, case, (&comment, &seen))) }
        @if !incidents.is_empty() {
            h2 { (words.say("incidents")) }
            @for one in &incidents {
                div.note.wrong {
                    span.sign aria-hidden="true" { "!" }
                    p { strong { @if visit.may(Action::SeeIncidents) {
                            a href=(format!("/incidents/{}", one.id)) { (words.one_of("incident", one.kind.as_str())) }
                        } @else { (words.one_of("incident", one.kind.as_str())) } } " · "
                        (words.say("wrongly-noticed")) " " (moment(one.noticed)) }
                    p { (words.say("wrongly-24")) " " strong { (moment(one.noticed.after(PTS_WITHIN))) } ". "
                        (words.say("wrongly-72")) " " strong { (moment(one.noticed.after(IMY_WITHIN))) } "." }
                    @match one.closed {
                        Some((at, decision)) => p { (words.one_of("closing", decision.as_str())) " " (moment(at)) },
                        None => p { (words.say("wrongly-next")) },
                    }
                }
            }
        }
        @if visit.may(Action::FileFault) {
            h2 { (words.say("case-more")) }
            div.acts {
                @if !case.erased { (begin(visit, Some(id), None)) }
            }
            @if case.attempt > 0 || case.operator_reference.is_some() { (wrongly_sent(visit, id)) }
        }
    };
    Ok(visit.sheet(title, body))
}

/// A fault, and not what was said about one.
fn is_fault(case: &CaseRow) -> bool {
    case.kind == Kind::Ticket && case.about.is_none()
}

/// What a desk has handed in has no number but ours.
fn is_ours(case: &CaseRow) -> bool {
    case.external_id.as_ref().is_none_or(|external| external.as_str().starts_with("desk-"))
}

/// What people call it: by the ordering system's number, or the end of ours.
pub(super) fn name(case: &CaseRow) -> String {
    match case.external_id.as_ref().filter(|_| !is_ours(case)) {
        Some(external) => external.to_string(),
        None => case.id.short(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn can_be_undone(row: &CaseRow, now: Timestamp) -> bool {
    let unsent = matches!(row.state, CaseState::Accepted | CaseState::Waiting) && row.attempt == 0;
    unsent && row.due > now
}

/// What will leave, until when it can be taken back, and the button that does.
async fn undoable(desk: &Desk, visit: &Visit, row: &CaseRow) -> Result<Markup, Failed> {
    let words = visit.words;
    let opened = desk.store.open_case(row.id).await?;
    let seen = opened.as_ref().map(|case| desk.see(case)).transpose()?;
    Ok(html! {
        section.undo aria-labelledby=(format!("undo-{}", row.id)) {
            h2 #(format!("undo-{}", row.id)) { (capital(&words.one_of("act", row.act.as_str()))) " – "
                (words.say("undo")) }
            p { (words.say("undo-leaves")) " " strong { (clock(row.due)) }
                span data-until=(row.due.seconds()) data-words=(words.say("undo-left")) {} }
            form method="post" action=(format!("/cases/{}/decide", row.id)) {
                (visit.token())
                button.danger name="decision" value="cancel" { (words.say("undo-do")) }
            }
            @if let Some(seen) = &seen {
                details { summary { (words.tell("seen", &[("operator", &seen.legal_name)])) }
                    div.operator.alone { (seen::pane(words, seen)) } }
            }
        }
    })
}

fn receipt(words: Words, story: &Story) -> Markup {
    let leaves: Vec<String> =
        story.entries.iter().filter_map(|entry| entry.leaf).map(|leaf| leaf.to_string()).collect();
    html! {
        @if leaves.is_empty() { (words.say("receipt-none")) }
        @else { (words.count("receipt-leaves", leaves.len())) " " strong { (leaves.join(", ")) } }
    }
}

fn held(visit: &Visit, desk: &Desk, row: &DeskRow) -> Markup {
    let words = visit.words;
    let case = &row.case;
    let reason = case.reason.as_deref().unwrap_or_default();
    html! {
        section.note.warn aria-labelledby="held-head" {
            span.sign aria-hidden="true" { "!" }
            h2 #held-head { (words.say("held-why")) ": " (words.one_of("hold", reason)) }
            p { (words.one_of("advice", reason)) }
            @if let Some(who) = &row.assigned { p { (words.tell("held-assigned", &[("who", who)])) } }
            @if desk.wants_two(row) {
                p { (words.say("held-four-eyes")) @if row.agreed { ". " strong { (words.say("held-agreed")) } } }
            }
            @if visit.may(Action::DecideCases) {
                form.acts method="post" action=(format!("/cases/{}/decide", case.id)) {
                    (visit.token())
                    button name="decision" value="release" { (words.say("decide-release")) }
                    button.second name="decision" value="retry" { (words.say("decide-retry")) }
                    @if row.assigned.is_none() {
                        button.second name="decision" value="take" { (words.say("decide-take")) }
                    } @else {
                        button.second name="decision" value="leave" { (words.say("decide-leave")) }
                    }
                    button.danger name="decision" value="cancel" { (words.say("decide-cancel")) }
                }
            }
        }
    }
}

/// What waits for a time can be looked at now.
fn waits(visit: &Visit, case: &CaseRow, now: Timestamp) -> Markup {
    let words = visit.words;
    let moves = matches!(case.state, CaseState::Accepted | CaseState::Recorded | CaseState::Placed);
    html! {
        @if visit.may(Action::DecideCases) && moves && case.due > now {
            form.acts method="post" action=(format!("/cases/{}/decide", case.id)) {
                (visit.token())
                span.soft { (words.say("case-next-look")) " " (moment(case.due)) }
                button.second name="decision" value="retry" { (words.say("decide-hurry")) }
            }
        }
    }
}

fn clocks(words: Words, story: &Story, now: Timestamp) -> Markup {
    let clocks = &story.clocks;
    let Some(sent) = clocks.sent else { return html! {} };
    let end = clocks.noticed.unwrap_or(now);
    html! {
        h2 { (words.say("clocks")) }
        dl.facts {
            dt { (words.say("clock-sent")) } dd { (moment(sent)) }
            @if let Some(at) = clocks.acknowledged { dt { (words.say("clock-acknowledged")) } dd { (moment(at)) } }
            @if let Some(at) = clocks.repaired { dt { (words.say("clock-repaired")) } dd { (moment(at)) } }
            dt { (words.say("clock-total")) } dd { (length(end.since(sent))) }
            @for (turn, from, to) in &clocks.spans {
                dt { (words.one_of("turn", turn.as_str())) }
                dd { (moment(*from)) " – " @if let Some(to) = to { (moment(*to)) } " ("
                    (length(to.unwrap_or(now).since(*from))) ")" }
            }
        }
    }
}

/// `27 h 05 min`.
fn length(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

fn entry_of(words: Words, entry: &Entry) -> Markup {
    let what = entry.what.replace(' ', "-");
    html! {
        li {
            span.at { (moment(entry.at)) }
            div {
                strong {
                    @if let Some(act) = entry.act { (words.one_of("act", act.as_str())) ": " }
                    (words.one_of("story", &what))
                }
                @if let Some(leaf) = entry.leaf { " " span.leaf { (words.say("leaf-of")) " " (leaf) } }
                @if let Some(code) = &entry.code {
                    span.soft { " · " } (code_of(words, entry.what, code))
                }
                @if let Some(text) = &entry.text { blockquote { (seen::marked(words, text)) } }
            }
        }
    }
}

/// A code in words where people have some for it.
fn code_of(words: Words, what: &str, code: &str) -> Markup {
    let attempt = code.strip_prefix("attempt ");
    html! {
        @if let Some(number) = attempt { span.soft { (words.tell("attempt", &[("number", number)])) } }
        @else if what == "held" { span.soft { (words.one_of("hold", code)) } }
        @else { code { (code) } }
    }
}

fn say_more(
    visit: &Visit,
    desk: &Desk,
    case: &CaseRow,
    (comment, seen): (&Comment, &Markup),
) -> Markup {
    let words = visit.words;
    let permits = |act| case.state.permits(act);
    html! {
        @if visit.may(Action::FileFault) && permits(Act::Supplement) {
            h2 { (words.say("say")) }
            form.panes method="post" action=(format!("/cases/{}/say", case.id))
                data-preview=(format!("/cases/{}/preview", case.id)) {
                div.pane {
                    (visit.token())
                    (hidden("draft", comment.draft.as_str()))
                    div.field {
                        label for="comment" { (words.say("say-label")) span.hint { (words.say("say-hint")) } }
                        textarea #comment name="comment" maxlength="2000" rows="3" { (*comment.text) }
                    }
                    p.acts {
                        button name="act" value="comment" { (words.say("say-comment")) }
                        button.second name="act" value="look" { (words.say("fault-look")) }
                        @if permits(Act::Close) {
                            button.second name="act" value="close" { (words.say("say-close")) }
                        }
                        @if permits(Act::Reopen) {
                            button.second name="act" value="reopen" { (words.say("say-reopen")) }
                        }
                    }
                }
                section.pane.operator aria-labelledby="seen-head" {
                    h2 #seen-head { (words.tell("seen", &[("operator", operator(desk, &case.recipient))])) }
                    div #seen { (seen) }
                }
                div #findings {}
                p #said.unseen role="status" aria-live="polite" data-changed=(words.say("seen-changed"))
                    data-lost=(words.say("seen-lost")) {}
            }
        }
    }
}

fn wrongly_sent(visit: &Visit, case: CaseId) -> Markup {
    let words = visit.words;
    html! {
        details.incident {
            summary { (words.say("wrongly-report")) }
            p { (words.say("wrongly-report-what")) }
            form method="post" action=(format!("/cases/{case}/incident")) {
                (visit.token())
                (hidden("case", &case.to_string()))
                fieldset {
                    legend { (words.say("wrongly-kind")) }
                    @for kind in IncidentKind::ALL {
                        label.tick {
                            input type="radio" name="kind" value=(kind.as_str()) required;
                            span { (words.one_of("incident", kind.as_str())) }
                        }
                    }
                }
                p.acts { button.danger { (words.say("wrongly-draft")) } }
            }
        }
    }
}
