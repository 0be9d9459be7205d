//! The door for the ordering system: TMF641 service orders, TMF621 trouble tickets, and whether the
//! house stands; for operators, contacts; for everybody, the published log.
//!
//! A handler parses, calls and renders. Answers carry ids, states and dates; errors name members.
//! Neither ever repeats what was submitted.

mod answer;
mod body;
mod contacts;
mod feasibility;
mod guard;
mod health;
mod hub;
mod lists;
mod log;
mod metrics;
mod problem;
mod routes;
mod status;
mod submissions;
mod tmf;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use problem::Problem;
pub use routes::{ROUTES, Route};
pub use tmf::render;

use crate::domain::{ClientId, Clock, Entropy, IdError, RecipientId};
use crate::gate::{self, Gate};
use crate::pulls::Pulls;
use crate::settle::Halt;
use crate::store::Store;
use crate::tmf::Doors;

/// What the handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of an [`App`].
pub struct Shared {
    /// Where cases and log are.
    pub store: Store,
    /// Who may receive; an order for anybody else is refused at the door.
    pub recipients: BTreeSet<RecipientId>,
    /// Who is let in.
    pub gate: Gate,
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
    /// Which callbacks may be registered.
    pub doors: Doors,
    /// What is to stay free on each volume, in bytes: told beside what is free.
    pub reserve_bytes: u64,
}

/// The client that the command line hands in as. A token of that name sees the same orders.
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
        routes::router(self)
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
    let notes = tokio::spawn(gate::run(app.0.gate.clone(), stop.clone()));
    let (stopped, closing) = (told(stop.clone()), told(stop));
    let served = axum::serve(listener, app.router()).with_graceful_shutdown(closing);
    let out_of_patience = async {
        stopped.await;
        tokio::time::sleep(patience).await;
    };
    let ended = tokio::select! {
        ended = async {
            let ended = served.into_future().await;
            // What has left is said to have left before the store closes.
            pulls.settled().await;
            ended
        } => ended,
        () = out_of_patience => Ok(()),
    };
    // What was denied until now is kept before the end.
    let _ = notes.await;
    ended
}

async fn told(mut stop: watch::Receiver<bool>) {
    // A sender that is gone stops us too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
