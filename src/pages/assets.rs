//! Style, script and icon: in the program, and named by their hash, so that a browser may keep them for
//! good and never has the old ones.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

/// One file that pages name.
pub struct Asset {
    /// Where it is: `/assets/style-1f0c….css`.
    pub path: String,
    kind: &'static str,
    bytes: &'static str,
}

const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css", include_str!("style.css")));
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("script", "js", "text/javascript", include_str!("script.js")));
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

impl Asset {
    fn new(name: &str, ending: &str, kind: &'static str, bytes: &'static str) -> Self {
        let hash = Sha256::digest(bytes);
        let mut short = [0; 8];
        short.copy_from_slice(&hash[..8]);
        let short = u64::from_be_bytes(short);
        Self { path: format!("/assets/{name}-{short:016x}.{ending}"), kind, bytes }
    }

    /// The one of a path; `None` for every other path, an older hash among them.
    pub fn find(path: &str) -> Option<&'static Self> {
        let all: [&'static Self; 3] = [&STYLE, &SCRIPT, &ICON];
        all.into_iter().find(|asset| asset.path == path)
    }
}

impl IntoResponse for &'static Asset {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_str(&format!("{}; charset=utf-8", self.kind));
        let kind = kind.unwrap_or(HeaderValue::from_static("text/plain"));
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEEP)], self.bytes).into_response()
    }
}
