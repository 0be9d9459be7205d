//! What every answer says to browsers and caches, unless its handler has said otherwise.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::App;

/// Nothing here is a page to be framed, sniffed or kept; pages say what they need.
const EACH: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Two years, as browsers' own lists ask for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(super) async fn put(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in EACH {
        unless_there(headers, name, value);
    }
    if app.0.is_secure() {
        unless_there(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

fn unless_there(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}
