//! Answers of the TM Forum APIs, and what their paths hold.

use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::Problem;

/// What a handler gives.
pub(super) type Answer = Result<Response, Problem>;

/// An id in a path. What cannot be extracted is answered in our words: axum's own would be plain
/// text.
pub(super) type PathId = Result<Path<String>, PathRejection>;

/// What both APIs produce, as their files say.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

/// A body in JSON.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The text of an id; `None` where it is none that could be an id of ours.
pub(super) fn id_of(id: PathId) -> Result<Option<String>, Problem> {
    let Path(id) = id.map_err(|_| {
        let reason = "the id in the path is not percent-encoded UTF-8";
        Problem::new(StatusCode::BAD_REQUEST, "invalidPath", reason)
    })?;
    Ok(Some(id).filter(|id| id.len() == 32))
}
