//! The door for the ordering system: TMF641 service orders, TMF621 trouble tickets, and whether the
//! house stands; for operators, contacts; for everybody, the published log.
//!
//! A handler parses, calls and renders. Answers carry ids, states and dates; errors name members.
//! Neither ever repeats what was submitted.

mod answer;
mod batch;
mod body;
mod changes;
mod contacts;
mod docs;
mod feasibility;
mod guard;
mod headers;
mod health;
mod hub;
mod lists;
mod log;
mod metrics;
mod pages;
mod problem;
mod rate;
mod routes;
mod server;
mod sign_in;
mod status;
mod submissions;
mod tmf;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use zeroize::Zeroizing;

pub use problem::Problem;
pub use routes::{ROUTES, Route};
pub use server::{Tls, TlsError, serve};
pub use tmf::render;

use crate::config::DoorLimits;
use crate::desk::Desk;
use crate::domain::{ClientId, Clock, Entropy, IdError, RecipientId};
use crate::gate::Gate;
use crate::inspection::Inspection;
use crate::overview::Overview;
use crate::pulls::Pulls;
use crate::settle::Halt;
use crate::store::{Store, StoreError};
use crate::tmf::Doors;
use rate::Rate;

/// What the handlers share.
#[derive(Clone)]
pub struct App(Arc<Open>);

/// The parts, and how it goes with them.
struct Open {
    shared: Shared,
    rate: Rate,
    stopping: AtomicBool,
    answered: metrics::Answered,
}

impl Deref for Open {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

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
    /// What people at a desk work with.
    pub desk: Desk,
    /// What auditors work with.
    pub inspection: Inspection,
    /// What those who look after it all are shown.
    pub overview: Overview,
    /// How often a client may ask.
    pub requests_per_second: u32,
    /// Connections, and their times.
    pub limits: DoorLimits,
    /// TLS, where it ends here.
    pub tls: Option<Arc<Tls>>,
    /// Whether a proxy in front ends TLS, and tells addresses truly.
    pub behind_proxy: bool,
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
        let rate = Rate::new(shared.requests_per_second);
        let answered = metrics::Answered::default();
        Self(Arc::new(Open { shared, rate, stopping: AtomicBool::new(false), answered }))
    }

    /// All routes.
    pub fn router(self) -> Router {
        routes::router(self)
    }

    /// The one-time token of a deployment where nobody can sign in yet; `None`: somebody can.
    pub async fn first_token(&self) -> Option<Result<Zeroizing<String>, StoreError>> {
        self.0.gate.first_token().await.transpose()
    }

    /// Says in `/health/ready` that no more should be sent here.
    fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }
}

impl Open {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Whether whoever asks came by TLS.
    fn is_secure(&self) -> bool {
        self.tls.is_some() || self.behind_proxy
    }
}
