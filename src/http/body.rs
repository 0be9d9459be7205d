//! Reads a body, within its limits of size and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use zeroize::Zeroizing;

use super::{Problem, Shared};
use crate::pages::Form;

/// How much of a body that is too long is taken from the line and dropped.
const PASSED_OVER_MAX: usize = 16 * 1024 * 1024;

/// A form's body.
pub(super) async fn form(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Form, Problem> {
    let kind = "application/x-www-form-urlencoded";
    read_as(&[kind], shared, headers, body).await.map(Form::new)
}

/// The bytes of a JSON body.
pub(super) async fn read(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    read_as(&["application/json"], shared, headers, body).await
}

/// The bytes of a body of one of these types.
pub(super) async fn read_as(
    wanted: &[&str],
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if !kind_of(headers).is_some_and(|kind| wanted.contains(&kind.as_str())) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(
            status,
            "mediaType",
            format!("the body must be {}", wanted.join(" or ")),
        ));
    }
    collect_all(shared, headers, body).await
}

/// The media type of a body, in small letters and without parameters.
pub(super) fn kind_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// More than this deployment takes.
pub(super) fn too_large(shared: &Shared) -> Problem {
    longer_than(shared.body_bytes_max)
}

fn longer_than(bytes_max: usize) -> Problem {
    let reason = format!("the body is longer than {bytes_max} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", reason)
}

/// The bytes of a body of any type.
pub(super) async fn collect_all(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    bounded(headers, body, shared.body_bytes_max, shared.request_timeout).await
}

/// The bytes of a body of any type, within limits of its own.
pub(super) async fn bounded(
    headers: &HeaderMap,
    mut body: Body,
    bytes_max: usize,
    patience: Duration,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let too_large = || longer_than(bytes_max);
    // What is announced as too long is not read at all.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > bytes_max)
    {
        tokio::spawn(pass_over(body, patience));
        return Err(too_large());
    }
    let read = collect(&mut body, bytes_max);
    match tokio::time::timeout(patience, read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Cut::TooLarge)) => {
            tokio::spawn(pass_over(body, patience));
            Err(too_large())
        }
        Ok(Err(Cut::Broken)) => {
            let reason = "the body broke off, or its chunks are not well formed";
            Err(Problem::new(StatusCode::BAD_REQUEST, "brokenBody", reason))
        }
        Err(_) => {
            let reason = "the body took too long to arrive";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", reason))
        }
    }
}

/// Why a body is not read to its end.
pub(super) enum Cut {
    TooLarge,
    Broken,
}

async fn collect(body: &mut Body, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, Cut> {
    // With room for all from the start, growing leaves no copies behind.
    let announced = body.size_hint().exact();
    let announced = announced.and_then(|length| usize::try_from(length).ok());
    let room = announced.unwrap_or(bytes_max).min(bytes_max);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    while let Some(piece) = next(body).await? {
        if bytes.len() + piece.len() > bytes_max {
            return Err(Cut::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Takes the rest from the line while the answer leaves. A sender that listens only when it has
/// said all would otherwise see its connection reset, and never the answer.
async fn pass_over(mut body: Body, patience: Duration) {
    let passing = async {
        let mut passed = 0;
        while let Ok(Some(piece)) = next(&mut body).await {
            passed += piece.len();
            if passed > PASSED_OVER_MAX {
                break;
            }
        }
    };
    // Out of patience is out of mind: dropping the body closes the connection.
    let _ = tokio::time::timeout(patience, passing).await;
}

/// The next piece of data; `None` at the end. Trailers are passed over.
pub(super) async fn next(body: &mut Body) -> Result<Option<Bytes>, Cut> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            Some(Err(_)) => return Err(Cut::Broken),
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}
