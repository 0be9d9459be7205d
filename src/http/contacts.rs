//! `POST /onapi/{version}/contacts/{spReference}`: operators ask us for a contact, in the words and
//! with the answers of ON-API (`spec_sp/contacts.md`, common/responses.md).
//!
//! Nothing in an answer tells an unknown reference from one that is refused: status, headers and
//! body are the same bytes.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use serde_json::json;

use super::problem::no_such_path;
use super::{App, body};
use crate::pulls::{Answered, BODY_BYTES_MAX, Denied, Reply};

/// What the path of a version stands for is the same in all of them.
const VERSIONS: &[&str] = &["2.6", "2.5", "2.4"];

/// What somebody is told who gets nothing.
const NOTHING: &str = "there is no contact to give for this reference";

pub(super) async fn pull(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // What cannot be read as a path is no reference either.
    let (version, reference) = match path {
        Ok(Path((version, reference))) => (version, reference),
        Err(_) => ("2.6".to_owned(), String::new()),
    };
    if !VERSIONS.contains(&version.as_str()) {
        return no_such_path().await.into_response();
    }
    let shared = &*app.0;
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let who = match shared.pulls.admit(authorization) {
        Ok(who) => who,
        Err(Denied::Stranger) => {
            let mut response = cause(StatusCode::UNAUTHORIZED, "user name or password is wrong");
            let asks = HeaderValue::from_static("Basic realm=\"contacts\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
            return response;
        }
        Err(Denied::Wait(wait)) => {
            return later(StatusCode::TOO_MANY_REQUESTS, "too many requests", wait);
        }
    };
    let read = body::bounded(&headers, body, BODY_BYTES_MAX, shared.request_timeout).await;
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(problem) => return cause(problem.status(), "the body cannot be read"),
    };
    match shared.pulls.answer(who, &reference, &bytes).await {
        Answered::Contact(reply) => contact(reply),
        Answered::Nothing => cause(StatusCode::NOT_FOUND, NOTHING),
        Answered::Malformed(malformed) => cause(StatusCode::BAD_REQUEST, &malformed.to_string()),
        Answered::Stopped(wait) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "contacts cannot be given now", wait)
        }
    }
}

fn contact(reply: Reply) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = Response::new(Body::new(Leaving(reply)));
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    kept_by_nobody(response)
}

/// ON-API's own form of an error.
fn cause(status: StatusCode, cause: &str) -> Response {
    kept_by_nobody((status, Json(json!({ "cause": cause }))).into_response())
}

fn later(status: StatusCode, what: &str, wait: Duration) -> Response {
    let mut response = cause(status, what);
    // A second more: whoever comes at the very moment would be early.
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    response
}

fn kept_by_nobody(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A body whose end is what settles the disclosure.
struct Leaving(Reply);

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(Bytes::from(bytes)))))
    }

    fn is_end_stream(&self) -> bool {
        !self.0.is_waiting()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(if self.0.is_waiting() { self.0.length() as u64 } else { 0 })
    }
}
