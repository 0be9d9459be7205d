//! The published log (C2SP `tlog-tiles`) below `/log`: checkpoint and hashes for anybody, leaves for
//! auditors.
//!
//! Hashes say how much was disclosed and that nothing was changed, never what; so whoever wants can
//! watch the log grow. Who reads leaves is written down first, as with every other reader.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::{Problem, no_such_path};
use crate::log::{Code, LeafIndex, Role, Tile, TileOf};

/// The checkpoint of a second ago is another one.
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");
/// What a path of a tile names never changes: whoever has it need not ask again.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The same, but a cache between us and an auditor would let others read unseen.
const FOR_EVER_TO_ONE: HeaderValue =
    HeaderValue::from_static("private, max-age=31536000, immutable");

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// `GET /log/checkpoint`.
pub(super) async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let note = app.0.store.checkpoint(None).await?.ok_or_else(not_there)?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)], note).into_response())
}

/// `GET /log/tile/<L>/<N>[.p/<W>]` and `GET /log/tile/entries/<N>[.p/<W>]`.
pub(super) async fn tile(
    State(app): State<App>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(tile) = Tile::parse(&format!("tile/{path}")) else {
        return Err(no_such_path().await);
    };
    let keep = match tile.of() {
        TileOf::Hashes(_) => FOR_EVER,
        TileOf::Leaves => {
            admit(&app, &headers)?;
            note_read(&app, tile).await?;
            FOR_EVER_TO_ONE
        }
    };
    let bytes = app.0.store.tile(tile).await.inspect_err(|error| {
        if let Some(reason) = error.halt().filter(|_| error.halts()) {
            app.0.halt.pull(reason);
        }
    })?;
    let bytes = bytes.ok_or_else(not_there)?;
    Ok(([(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, keep)], bytes).into_response())
}

fn admit(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = &app.0.auditor else {
        let reason = "leaves are for auditors, and this deployment has no http.auditor_token_file";
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", reason));
    };
    token.admit(headers)
}

/// The leaf before the answer. What is not there yet is not read, and leaves none.
async fn note_read(app: &App, tile: Tile) -> Result<(), Problem> {
    if !tile.is_in(app.0.store.size().await?) {
        return Err(not_there());
    }
    let what = Code::parse("bundle").ok_or_else(not_there)?;
    let (first, count) = (LeafIndex(tile.members().start), tile.width().into());
    Ok(app.0.store.note_read(Role::Auditor, what, first, count).await?)
}

fn not_there() -> Problem {
    let reason = "the log has not grown that far: ask for the checkpoint first";
    Problem::new(StatusCode::NOT_FOUND, "notFound", reason)
}
