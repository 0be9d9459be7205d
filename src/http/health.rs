//! `GET /health`: the process lives. `GET /health/ready` (and `/ready`): it can take orders and may
//! send.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use super::problem::{Problem, halted};

pub(super) async fn health() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

pub(super) async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    if app.0.is_stopping() {
        let reason = "the service is stopping: ask another one";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", reason));
    }
    if let Some(reason) = app.0.halt.reason() {
        return Err(halted(reason));
    }
    // The way of a write: a file that was replaced or a disk that is full shows here.
    app.0.store.check().await?;
    let size = app.0.store.size().await?;
    Ok(Json(json!({ "status": "ready", "logSize": size.0 })).into_response())
}
