//! What somebody said is nobody's, looked at by somebody else.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;

use super::sheet::Failed;
use super::{Posted, Sheet, Visit, moment, see};
use crate::desk::{Desk, DeskError};
use crate::domain::CaseId;
use crate::gate::Person;

/// `GET /reviews`.
pub async fn list(State(desk): State<Desk>, visit: Visit, person: Person) -> Result<Sheet, Failed> {
    let words = visit.words;
    let vouched = desk.unreviewed(Desk::sight(&person.roles), &person.name).await?;
    let body = html! {
        p.lead { (words.say("reviews-lead")) }
        @if vouched.is_empty() {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("reviews-none")) }
        } @else {
            ul.rows { @for one in &vouched { li {
                div.what {
                    strong { @match &one.words {
                        Some(said) => { "“" (said) "”" },
                        None => (words.say("reviews-wiped")),
                    } }
                    p.soft.small {
                        (words.one_of("vouch", &one.row.reason)) " · " (moment(one.row.at)) " · "
                        a href=(format!("/cases/{}", one.row.case)) { (words.say("reviews-case"))
                            " " (one.row.case.short()) }
                    }
                }
                @if one.row.is_own { p.soft.small { (words.say("reviews-own")) } }
                @else {
                    form.acts method="post" action=(format!("/reviews/{}", one.row.case)) {
                        (visit.token())
                        input type="hidden" name="seq" value=(one.row.seq);
                        button.second name="verdict" value="right" { (words.say("reviews-right")) }
                        button.danger name="verdict" value="wrong" { (words.say("reviews-wrong")) }
                    }
                }
            } } }
        }
    };
    Ok(visit.sheet(words.say("reviews"), body))
}

/// `POST /reviews/{case}`.
pub async fn judge(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let case = CaseId::parse(&case).ok_or(DeskError::NotThere)?;
    desk.store.look_at(case, Desk::sight(&person.roles)).await?.ok_or(DeskError::NotThere)?;
    let seq = form.get("seq").and_then(|seq| seq.parse().ok()).ok_or(DeskError::NotThere)?;
    let is_right = form.get("verdict").as_deref() == Some("right");
    if desk.store.review((case, seq), is_right, &person.name).await? {
        Ok(see("/reviews"))
    } else {
        Err(Failed::moved())
    }
}
