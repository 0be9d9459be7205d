//! The door for the ordering system: TMF641 service orders, TMF621 trouble tickets, and whether the
//! house stands; for operators, contacts; for everybody, the published log.
//!
//! A handler parses, calls and renders. Answers carry ids, states and dates; errors name members.
//! Neither ever repeats what was submitted.

mod auditor;
mod body;
mod contacts;
mod feasibility;
mod health;
mod log;
mod metrics;
mod problem;
mod status;
mod submissions;
mod tmf;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use auditor::{AuditorToken, TokenError};
pub use problem::Problem;
pub use tmf::render;

use crate::domain::{ClientId, Clock, Entropy, IdError, RecipientId};
use crate::pulls::Pulls;
use crate::settle::Halt;
use crate::store::Store;

/// What the handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of an [`App`].
pub struct Shared {
    /// Where cases and log are.
    pub store: Store,
    /// Who may receive; an order for anybody else is refused at the door.
    pub recipients: BTreeSet<RecipientId>,
    /// Who hands in. One system, until there is a sign-in.
    pub client: ClientId,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For ids.
    pub entropy: Arc<dyn Entropy>,
    /// The brake on all sending: while it is pulled nothing is accepted.
    pub halt: Halt,
    /// The longest body that is read.
    pub body_bytes_max: usize,
    /// The longest a request may take.
    pub request_timeout: Duration,
    /// Answers operators that ask for a contact.
    pub pulls: Pulls,
    /// By what an auditor is known; without it nobody reads leaves.
    pub auditor: Option<AuditorToken>,
    /// What is to stay free on each volume, in bytes: told beside what is free.
    pub reserve_bytes: u64,
}

/// The client that everybody is, on a loopback address without sign-in.
pub fn local_client() -> Result<ClientId, IdError> {
    ClientId::parse("local")
}

impl App {
    /// Puts the parts together.
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// All routes.
    pub fn router(self) -> Router {
        let orders = get(submissions::list_orders).post(submissions::post_order);
        let tickets = get(submissions::list_tickets).post(submissions::post_ticket);
        Router::new()
            .route("/health", get(health::health))
            .route("/health/ready", get(health::ready))
            .route("/ready", get(health::ready))
            .route("/metrics", get(metrics::metrics))
            .route("/status", get(status::status))
            .route("/tmf-api/serviceOrdering/v4/serviceOrder", orders)
            .route("/tmf-api/serviceOrdering/v4/serviceOrder/{id}", get(submissions::get_order))
            .route("/tmf-api/troubleTicket/v4/troubleTicket", tickets)
            .route("/tmf-api/troubleTicket/v4/troubleTicket/{id}", get(submissions::get_ticket))
            .route(
                "/tmf-api/serviceQualificationManagement/v4/checkServiceQualification",
                post(feasibility::check),
            )
            .route("/onapi/{version}/contacts/{reference}", post(contacts::pull))
            .route("/log/checkpoint", get(log::checkpoint))
            .route("/log/tile/{*path}", get(log::tile))
            .fallback(problem::no_such_path)
            .method_not_allowed_fallback(problem::no_such_method)
            .with_state(self)
    }
}

/// The longest that a stop waits for what is under way. A client that never ends its request must
/// not keep the process; one whose request is cut has no answer, and may hand in again.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Serves until told to stop, and then lets what is under way end.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let patience = app.0.request_timeout.min(STOP_PATIENCE);
    let pulls = app.0.pulls.clone();
    let (stopped, closing) = (told(stop.clone()), told(stop));
    let served = axum::serve(listener, app.router()).with_graceful_shutdown(closing);
    let out_of_patience = async {
        stopped.await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        ended = async {
            let ended = served.into_future().await;
            // What has left is said to have left before the store closes.
            pulls.settled().await;
            ended
        } => ended,
        () = out_of_patience => Ok(()),
    }
}

async fn told(mut stop: watch::Receiver<bool>) {
    // A sender that is gone stops us too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
