//! Orders and tickets: hand in, look up.

use axum::body::Body;
use axum::extract::State;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::answer::{Answer, PathId, answer, id_of};
use super::problem::{halted, not_found};
use super::tmf::render;
use super::{App, Problem, batch, body};
use crate::auth::Caller;
use crate::desk::Desk;
use crate::domain::{ClientId, SubmissionId};
use crate::intake::{self, Context, Kind, Submission};
use crate::log::Role;
use crate::store::{Accepted, Sight, SubmissionRow};
use crate::tmf::{Fields, href};

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

pub(super) async fn get_order(app: State<App>, caller: Caller, uri: Uri, id: PathId) -> Answer {
    get(app, Kind::Order, &caller, &uri, id).await
}

pub(super) async fn get_ticket(app: State<App>, caller: Caller, uri: Uri, id: PathId) -> Answer {
    get(app, Kind::Ticket, &caller, &uri, id).await
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
    if body::kind_of(headers).as_deref() == Some(batch::TYPE) {
        return Ok(batch::batch(app, kind, caller.clone(), body));
    }
    let bytes = body::read(shared, headers, body).await?;
    let accepted = take_in(&app, kind, caller.client(), &bytes).await?;
    let status = match accepted {
        Accepted::New(_) => StatusCode::CREATED,
        Accepted::Existing(_) => StatusCode::OK,
    };
    let row = shared.store.submission(kind, accepted.id()).await?.ok_or_else(not_found)?;
    let mut response = answer(status, &render(&row));
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag(&row));
    if let Ok(location) = HeaderValue::from_str(&href(kind, accepted.id())) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Reads one body, and takes it into keeping.
async fn take_in(
    app: &App,
    kind: Kind,
    client: &ClientId,
    bytes: &[u8],
) -> Result<Accepted, Problem> {
    Ok(app.0.store.accept(read(app, kind, client, bytes)?).await?)
}

/// Reads one body.
pub(super) fn read(
    app: &App,
    kind: Kind,
    client: &ClientId,
    bytes: &[u8],
) -> Result<Submission, Problem> {
    let shared = &*app.0;
    let context = Context {
        client,
        recipients: &shared.recipients,
        now: shared.clock.now(),
        entropy: &*shared.entropy,
        bytes_max: shared.body_bytes_max,
        // Asked only where a body leaves operator or access open: one look at an index.
        accesses: &shared.store,
    };
    Ok(intake::read(kind, bytes, &context)?)
}

async fn get(State(app): State<App>, kind: Kind, caller: &Caller, uri: &Uri, id: PathId) -> Answer {
    let fields = Fields::of_query(uri.query().unwrap_or_default())?;
    let row = find(&app, kind, caller, id).await?;
    let mut response = answer(StatusCode::OK, &fields.of(render(&row)));
    response.headers_mut().insert(header::ETAG, etag(&row));
    Ok(response)
}

/// One of the caller's own. What another client has handed in is not there.
pub(super) async fn find(
    app: &App,
    kind: Kind,
    caller: &Caller,
    id: PathId,
) -> Result<SubmissionRow, Problem> {
    let id = id_of(id)?.and_then(|id| SubmissionId::parse(&id)).ok_or_else(not_found)?;
    let row = app.0.store.submission(kind, id).await?;
    let row = row.filter(|row| row.client == *caller.client()).ok_or_else(not_found)?;
    if sight(caller) == Sight::Ordinary {
        for case in &row.cases {
            app.0.store.look_at(case.id, Sight::Ordinary).await?.ok_or_else(not_found)?;
        }
    }
    Ok(row)
}

/// An ordering system knows of whom it has told us. People, and what asks on their behalf, see here what
/// they see at a page.
pub(super) fn sight(caller: &Caller) -> Sight {
    match caller.role() {
        Role::Ordering => Sight::Restricted,
        _ => Desk::sight(caller.roles()),
    }
}

/// The version of what is shown, as a strong entity tag.
pub(super) fn etag(row: &SubmissionRow) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", row.version()))
        .unwrap_or(HeaderValue::from_static("\"\""))
}
