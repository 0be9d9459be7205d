//! Reads a body, within its limits of size and time.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};

use super::{Problem, Shared};

/// The bytes of a JSON body.
pub(super) async fn read(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind =
        kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if kind.as_deref() != Some("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "mediaType", "the body must be application/json"));
    }
    let too_large = || {
        let reason = format!("the body is longer than {} bytes", shared.body_bytes_max);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", reason)
    };
    // What is announced as too long is not read at all.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > shared.body_bytes_max)
    {
        return Err(too_large());
    }
    let read = axum::body::to_bytes(body, shared.body_bytes_max);
    match tokio::time::timeout(shared.request_timeout, read).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => {
            let reason = "the body took too long to arrive";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", reason))
        }
    }
}
