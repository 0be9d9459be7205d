//! Orders and tickets: hand in, look up, list.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::problem::{halted, not_found};
use super::tmf::{self, render};
use super::{App, Problem, body};
use crate::auth::Caller;
use crate::domain::SubmissionId;
use crate::intake::{self, Context, Kind};
use crate::store::{Accepted, SubmissionRow};

pub(super) async fn post_order(
    app: State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    post(app, Kind::Order, &caller, &headers, body).await
}

pub(super) async fn post_ticket(
    app: State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    post(app, Kind::Ticket, &caller, &headers, body).await
}

pub(super) async fn get_order(app: State<App>, caller: Caller, id: PathId) -> Answer {
    get(app, Kind::Order, &caller, id).await
}

pub(super) async fn get_ticket(app: State<App>, caller: Caller, id: PathId) -> Answer {
    get(app, Kind::Ticket, &caller, id).await
}

pub(super) async fn list_orders(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    list(app, Kind::Order, &caller, page).await
}

pub(super) async fn list_tickets(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    list(app, Kind::Ticket, &caller, page).await
}

type Answer = Result<Response, Problem>;
// What cannot be extracted is answered in our words: axum's own would be plain text.
type PathId = Result<Path<String>, PathRejection>;
type PageQuery = Result<Query<Page>, QueryRejection>;

/// Which part of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    offset: u32,
    #[serde(default = "Page::limit_default")]
    limit: u32,
}

impl Page {
    const LIMIT_MAX: u32 = 1_000;

    const fn limit_default() -> u32 {
        100
    }
}

/// 201 after the durable commit; the same again gives 200 and the first answer.
async fn post(
    State(app): State<App>,
    kind: Kind,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let shared = &*app.0;
    if let Some(reason) = shared.halt.reason() {
        return Err(halted(reason));
    }
    let bytes = body::read(shared, headers, body).await?;
    let (reading, client) = (app.clone(), caller.client().clone());
    // It may look something up in the store, and takes its time with a long body.
    let read = tokio::task::spawn_blocking(move || {
        let shared = &*reading.0;
        let context = Context {
            client: &client,
            recipients: &shared.recipients,
            now: shared.clock.now(),
            entropy: &*shared.entropy,
            bytes_max: shared.body_bytes_max,
            accesses: &shared.store,
        };
        intake::read(kind, &bytes, &context)
    });
    let submission = read.await.map_err(|_| failed())??;
    let accepted = shared.store.accept(submission).await?;
    let status = match accepted {
        Accepted::New(_) => StatusCode::CREATED,
        Accepted::Existing(_) => StatusCode::OK,
    };
    let row = shared.store.submission(kind, accepted.id()).await?.ok_or_else(not_found)?;
    let mut response = (status, Json(render(&row))).into_response();
    if let Ok(location) = HeaderValue::from_str(&tmf::href(kind, accepted.id())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// A fault of ours. What was handed in is not in its text.
fn failed() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the body could not be read")
}

async fn get(State(app): State<App>, kind: Kind, caller: &Caller, id: PathId) -> Answer {
    let bad = || {
        let reason = "the id in the path is not percent-encoded UTF-8";
        Problem::new(StatusCode::BAD_REQUEST, "invalidPath", reason)
    };
    let Path(id) = id.map_err(|_| bad())?;
    let id = SubmissionId::parse(&id).ok_or_else(not_found)?;
    // What another client has handed in is not there.
    let row = app.0.store.submission(kind, id).await?;
    let is_theirs =
        |row: &SubmissionRow| row.cases.first().is_some_and(|case| case.client == *caller.client());
    let row = row.filter(is_theirs).ok_or_else(not_found)?;
    Ok(Json(render(&row)).into_response())
}

async fn list(State(app): State<App>, kind: Kind, caller: &Caller, page: PageQuery) -> Answer {
    let bad = || {
        let reason = "only offset and limit can be given, as whole numbers";
        Problem::new(StatusCode::BAD_REQUEST, "invalidQuery", reason)
    };
    let Query(page) = page.map_err(|_| bad())?;
    let limit = page.limit.min(Page::LIMIT_MAX);
    let (total, rows) = app.0.store.submissions(kind, caller.client(), page.offset, limit).await?;
    let shown = rows.len();
    let rows: Vec<_> = rows.iter().map(render).collect();
    let mut response = Json(rows).into_response();
    let headers = response.headers_mut();
    headers.insert("X-Total-Count", HeaderValue::from(total));
    headers.insert("X-Result-Count", HeaderValue::from(shown));
    Ok(response)
}
