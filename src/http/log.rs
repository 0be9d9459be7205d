//! The published log (C2SP `tlog-tiles`) below `/log`: checkpoint and hashes for anybody, leaves for
//! auditors.
//!
//! Hashes say how much was disclosed and that nothing was changed, never what; so whoever wants can
//! watch the log grow. Who reads leaves is written down first, as with every other reader.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::{Problem, no_such_path};
use crate::auth::Caller;
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

/// `GET /log/tile/<L>/<N>[.p/<W>]`: hashes.
pub(super) async fn hashes(State(app): State<App>, path: Where) -> Result<Response, Problem> {
    let Some(tile) = parse("tile", path) else { return Err(no_such_path().await) };
    serve(&app, tile, FOR_EVER).await
}

/// `GET /log/tile/entries/<N>[.p/<W>]`: leaves.
pub(super) async fn leaves(
    State(app): State<App>,
    caller: Caller,
    path: Where,
) -> Result<Response, Problem> {
    let Some(tile) = parse("tile/entries", path) else { return Err(no_such_path().await) };
    note_read(&app, caller.role(), tile).await?;
    serve(&app, tile, FOR_EVER_TO_ONE).await
}

/// What cannot be decoded is no path of a tile either.
type Where = Result<Path<String>, PathRejection>;

fn parse(below: &str, path: Where) -> Option<Tile> {
    let Path(path) = path.ok()?;
    let tile = Tile::parse(&format!("{below}/{path}"))?;
    // Another way to spell the way to leaves would not be behind the guard for leaves.
    ((tile.of() == TileOf::Leaves) == (below == "tile/entries")).then_some(tile)
}

async fn serve(app: &App, tile: Tile, keep: HeaderValue) -> Result<Response, Problem> {
    let bytes = app.0.store.tile(tile).await.inspect_err(|error| {
        if let Some(reason) = error.halt().filter(|_| error.halts()) {
            app.0.halt.pull(reason);
        }
    })?;
    let bytes = bytes.ok_or_else(not_there)?;
    Ok(([(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, keep)], bytes).into_response())
}

/// The leaf before the answer. What is not there yet is not read, and leaves none.
async fn note_read(app: &App, role: Role, tile: Tile) -> Result<(), Problem> {
    if !tile.is_in(app.0.store.size().await?) {
        return Err(not_there());
    }
    let what = Code::parse("bundle").ok_or_else(not_there)?;
    let (first, count) = (LeafIndex(tile.members().start), tile.width().into());
    Ok(app.0.store.note_read(role, what, first, count).await?)
}

fn not_there() -> Problem {
    let reason = "the log has not grown that far: ask for the checkpoint first";
    Problem::new(StatusCode::NOT_FOUND, "notFound", reason)
}
