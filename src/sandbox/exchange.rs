//! A question and its answer as the two faces of a simulated operator see them: HTTP without the
//! wire.

use axum::http::HeaderMap;

use crate::domain::Timestamp;

/// A request, read whole.
pub(super) struct Asked<'a> {
    /// `GET`, `POST`, ..
    pub(super) method: &'a str,
    /// The path, without the query.
    pub(super) path: &'a str,
    /// The query's parameters, decoded, in the order they came.
    pub(super) query: &'a [(String, String)],
    /// Headers.
    pub(super) headers: &'a HeaderMap,
    /// The body.
    pub(super) body: &'a [u8],
    /// The time now.
    pub(super) now: Timestamp,
}

impl<'a> Asked<'a> {
    /// A header's value, where it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is said to be of this media type; parameters such as the charset aside.
    pub(super) fn has_content_type(&self, wanted: &str) -> bool {
        let media = self.header("content-type").and_then(|value| value.split(';').next());
        media.is_some_and(|media| media.trim().eq_ignore_ascii_case(wanted))
    }
}

/// An answer, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// HTTP status.
    pub(super) status: u16,
    /// `Content-Type`.
    pub(super) content_type: &'static str,
    /// Further headers.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}
