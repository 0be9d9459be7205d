//! A witness over HTTP: `POST /add-checkpoint`, and `GET /<hash of the origin>/checkpoint`.
//!
//! It asks for no sign-in: what a log has signed may be brought by anybody. TLS is for a proxy in
//! front; nothing that passes here is secret.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::door::Door;
use super::folder::{Denied, Folder};
use crate::domain::Clock;
use crate::log::Refusal;
use crate::log::witness::REQUEST_BYTES_MAX;
use crate::telemetry;

/// The longest that a request may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// The longest that a stop waits for what is under way.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How much a witness takes on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once.
    pub connections_max: u32,
    /// Requests to cosign a second, from everybody together.
    pub requests_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections_max: 64, requests_per_second: 20 }
    }
}

#[derive(Clone)]
struct Shared {
    folder: Arc<Folder>,
    clock: Arc<dyn Clock>,
    rate: Arc<DefaultDirectRateLimiter>,
}

/// Serves until told to stop, and then lets what is under way end.
pub async fn serve(
    folder: Folder,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let limits = folder.limits();
    let rate = NonZeroU32::new(limits.requests_per_second).unwrap_or(NonZeroU32::MIN);
    let shared = Shared {
        folder: Arc::new(folder),
        clock,
        rate: Arc::new(RateLimiter::direct(Quota::per_second(rate))),
    };
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .with_state(shared);
    let door = Door::new(listener, limits.connections_max);
    let (stopped, closing) = (told(stop.clone()), told(stop));
    let served = axum::serve(door, router).with_graceful_shutdown(closing);
    let out_of_patience = async {
        stopped.await;
        tokio::time::sleep(STOP_PATIENCE).await;
    };
    tokio::select! {
        ended = served.into_future() => ended,
        () = out_of_patience => Ok(()),
    }
}

async fn told(mut stop: watch::Receiver<bool>) {
    // A sender that is gone stops us too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn add_checkpoint(State(shared): State<Shared>, body: Body) -> Response {
    if shared.rate.check().is_err() {
        let later = [(header::RETRY_AFTER, "1")];
        return (StatusCode::TOO_MANY_REQUESTS, later, "too many requests\n").into_response();
    }
    let body = match tokio::time::timeout(ARRIVAL, to_bytes(body, REQUEST_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long, or was cut");
        }
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request took too long"),
    };
    let Ok(request) = String::from_utf8(body.into()) else {
        return plain(StatusCode::BAD_REQUEST, "the request is not text");
    };
    // The disk holds up a thread of its own, and nobody else. A client that goes away now does not
    // take the step back.
    let Shared { folder, clock, .. } = shared;
    let answer =
        tokio::task::spawn_blocking(move || folder.add_checkpoint(&request, clock.now())).await;
    match answer {
        Ok(Ok(line)) => (StatusCode::OK, format!("{line}\n")).into_response(),
        Ok(Err(denied)) => deny(&denied),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the witness has failed"),
    }
}

fn deny(denied: &Denied) -> Response {
    match denied {
        Denied::Refused(Refusal::Stale { latest }) => {
            let kind = [(header::CONTENT_TYPE, "text/x.tlog.size")];
            (StatusCode::CONFLICT, kind, format!("{latest}\n")).into_response()
        }
        Denied::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.status());
            plain(status.unwrap_or(StatusCode::BAD_REQUEST), &refusal.to_string())
        }
        Denied::Clock | Denied::Unkept(_) => {
            tracing::error!(error = %telemetry::chain(denied), "A checkpoint cannot be cosigned");
            plain(StatusCode::SERVICE_UNAVAILABLE, &denied.to_string())
        }
    }
}

async fn checkpoint(State(shared): State<Shared>, Path(origin): Path<String>) -> Response {
    match shared.folder.checkpoint(&origin) {
        // It may be another one at the next moment.
        Some(note) => ([(header::CACHE_CONTROL, "no-cache")], note).into_response(),
        None => plain(StatusCode::NOT_FOUND, "no checkpoint of that log was cosigned here"),
    }
}

fn plain(status: StatusCode, what: &str) -> Response {
    (status, format!("{what}\n")).into_response()
}
