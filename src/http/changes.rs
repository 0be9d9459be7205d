//! What is asked about orders and tickets that are there: `PATCH`, and the task of cancelling an
//! order (`cancelServiceOrder`). Both go to the operator as messages of their own, so an answer says
//! what is asked, and not yet what became of it.

use axum::body::Body;
use axum::extract::State;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::answer::{Answer, PathId, answer, id_of};
use super::lists::paged;
use super::problem::{halted, not_found};
use super::submissions::{etag, find};
use super::tmf::render;
use super::{App, Problem, body};
use crate::auth::Caller;
use crate::domain::SubmissionId;
use crate::intake::{self, Context, Kind};
use crate::store::{Accepted, CancellationRow, SubmissionRow};
use crate::tmf::{Cursor, Fields, Page, TmfState, base};

/// JSON merge patch (RFC 7386), also under the name that TMF630 v4 has for it. JSON patch is none.
const MERGE_PATCH: &[&str] = &["application/json", "application/merge-patch+json"];

pub(super) async fn patch_order(
    State(app): State<App>,
    caller: Caller,
    id: PathId,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    patch(&app, Kind::Order, &caller, id, &headers, body).await
}

pub(super) async fn patch_ticket(
    State(app): State<App>,
    caller: Caller,
    id: PathId,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    patch(&app, Kind::Ticket, &caller, id, &headers, body).await
}

async fn patch(
    app: &App,
    kind: Kind,
    caller: &Caller,
    id: PathId,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    may_take(app)?;
    let row = find(app, kind, caller, id).await?;
    let bytes = match body::read_as(MERGE_PATCH, &app.0, headers, body).await {
        Err(problem) if problem.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            return Err(problem.accepting_patch(&MERGE_PATCH.join(", ")));
        }
        read => read?,
    };
    let change = intake::change(kind, row.id, &bytes, &context(app, caller))?;
    // Looked at here for the answer, and again in the commit: what has changed since is not touched.
    let version = expected(headers, &row)?;
    app.0.store.accept_change(change, version).await?;
    let row = app.0.store.submission(kind, row.id).await?.ok_or_else(not_found)?;
    let mut response = answer(StatusCode::OK, &render(&row));
    response.headers_mut().insert(header::ETAG, etag(&row));
    Ok(response)
}

/// The version that `If-Match` names, where it is the present one; `None`: any will do.
fn expected(headers: &HeaderMap, row: &SubmissionRow) -> Result<Option<String>, Problem> {
    let mut named = headers.get_all(header::IF_MATCH).iter().peekable();
    if named.peek().is_none() {
        return Ok(None);
    }
    let tags = named.filter_map(|value| value.to_str().ok());
    let tags: Vec<&str> = tags.flat_map(|value| value.split(',')).map(str::trim).collect();
    if tags.contains(&"*") {
        return Ok(None);
    }
    let version = row.version();
    if tags.contains(&format!("\"{version}\"").as_str()) {
        Ok(Some(version))
    } else {
        Err(Problem::stale())
    }
}

fn may_take(app: &App) -> Result<(), Problem> {
    app.0.halt.reason().map_or(Ok(()), |reason| Err(halted(reason)))
}

fn context<'c>(app: &'c App, caller: &'c Caller) -> Context<'c> {
    let shared = &*app.0;
    Context {
        client: caller.client(),
        recipients: &shared.recipients,
        now: shared.clock.now(),
        entropy: &*shared.entropy,
        bytes_max: shared.body_bytes_max,
        accesses: &shared.store,
    }
}

/// 201 with the task; 200 where the same was asked before.
pub(super) async fn post_cancellation(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    may_take(&app)?;
    let bytes = body::read(&app.0, &headers, body).await?;
    let change = intake::cancellation(&bytes, &context(&app, &caller))?;
    let accepted = app.0.store.accept_change(change, None).await?;
    let task = app.0.store.cancellation(caller.client(), accepted.id()).await?;
    let task = task.ok_or_else(not_found)?;
    let status = match accepted {
        Accepted::New(_) => StatusCode::CREATED,
        Accepted::Existing(_) => StatusCode::OK,
    };
    let mut response = answer(status, &shown(&task));
    if let Ok(location) = HeaderValue::from_str(&place(task.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

pub(super) async fn get_cancellation(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    id: PathId,
) -> Answer {
    let fields = Fields::of_query(uri.query().unwrap_or_default())?;
    let id = id_of(id)?.and_then(|id| SubmissionId::parse(&id)).ok_or_else(not_found)?;
    let task = app.0.store.cancellation(caller.client(), id).await?.ok_or_else(not_found)?;
    Ok(answer(StatusCode::OK, &fields.of(shown(&task))))
}

/// Newest first.
pub(super) async fn list_cancellations(State(app): State<App>, caller: Caller, uri: Uri) -> Answer {
    let page = Page::of_tasks(uri.query().unwrap_or_default())?;
    let (total, tasks) = app.0.store.cancellations(caller.client(), &page).await?;
    let last = tasks.last().map(|task| Cursor { accepted: task.requested, id: task.id });
    let tasks = tasks.iter().map(|task| page.fields.of(shown(task))).collect();
    Ok(paged(&uri, &page, total, tasks, last))
}

fn place(id: SubmissionId) -> String {
    format!("{}/cancelServiceOrder/{id}", base(Kind::Order))
}

/// Without `href`, here and of the order: TMF641 wants absolute addresses in these two places alone,
/// and by which name we are called from outside is not known here. `Location` leads to the task.
fn shown(task: &CancellationRow) -> Value {
    let mut body = json!({
        "@type": "CancelServiceOrder",
        "id": task.id.to_string(),
        "requestedCancellationDate": task.requested.rfc3339(),
        "state": task.state.as_str(),
        "serviceOrder": { "id": task.order.to_string() },
    });
    match task.state {
        TmfState::Done => body["effectiveCancellationDate"] = json!(task.changed.rfc3339()),
        TmfState::TerminatedWithError => {
            let code = "not-cancelled";
            let reason = "the operator did not stop every item: the order says which";
            body["errorMessage"] = json!({ "code": code, "reason": reason });
        }
        _ => {}
    }
    body
}
