//! Simulated operators: what `sluss sandbox` and `sluss demo` talk to, and what tests break on
//! purpose.
//!
//! Each operator listens on this machine only and speaks ON-API (2.6, 2.5, 2.4 and 2.3.1, by the path), PI-API 2.2 or our SOAP contract. They are
//! written from those texts and share no code with [`crate::dialects`], so that a misreading on
//! either side shows. They are strict where a real operator may be lenient: a member that the text
//! does not have is refused, because it may be more than an operator should be told.
//!
//! What is made up, and only here:
//! - The accesses `STTA0001` to `STTA9999` exist, at every operator.
//! - A service whose code contains `UNKNOWN` is not offered, `TAKEN` is held by another provider
//!   until a forced takeover, and `FAIL` ends as failed.
//! - A subscription that this operator never issued counts as one from before it was started,
//!   unless its id is `unknown`. If the id ends in four digits they are those of its access.
//! - Time is squeezed: a requested date is noted and shown, and not waited for. Orders and tickets
//!   move on at the operator's [`Pace`].
//!
//! They call nobody unless told to ask for a contact ([`Sandbox::pull`]), and keep nothing but the journal they are asked to write.

mod caller;
mod engine;
mod exchange;
mod formats;
mod identity;
mod journal;
mod line;
mod on_api;
mod pi_api;
mod profile;
mod server;
mod soap;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::domain::{AccessId, Clock, Operation, RecipientId};
use journal::Journal;
use server::Desk;

pub use caller::ContactPull;
pub use journal::Received;
pub use profile::Profile;

/// How long [`Sandbox::stop`] waits for answers that are under way.
const STOP_WAIT: Duration = Duration::from_secs(2);

/// One operator to simulate.
pub struct SimulatedOperator {
    /// Whom it stands for.
    pub recipient: RecipientId,
    /// What it speaks.
    pub speaks: Speaks,
    /// The user name it knows us by.
    pub username: String,
    /// The password that goes with it.
    pub password: SecretString,
    /// Where it listens; port 0 takes any that is free. Only addresses of this machine.
    pub listen: SocketAddr,
    /// How fast it works.
    pub pace: Pace,
}

/// The wire format of a simulated operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// ON-API 2.6: JSON, HTTP Basic.
    OnApi,
    /// PI-API 2.2: JSON, HTTP Basic.
    PiApi,
    /// Our SOAP 1.1 contract, with a WS-Security user name and password.
    Soap,
}

/// How fast an operator works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// An order or ticket moves one state each time it is read, by itself or in a list, and then
    /// the answer is given.
    EveryRead,
    /// It moves one state each time this long has passed on the clock.
    Every(Duration),
}

/// What goes wrong with one message. Reads are never troubled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Answers with this status and does not act.
    Status {
        /// HTTP status, 400 to 599.
        code: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// Closes the connection and does not act.
    DropBefore,
    /// Acts, then closes the connection without a byte of answer.
    ActThenDrop,
    /// Acts, then closes the connection in the middle of the answer's body.
    ActThenCutShort,
    /// Acts, and answers after this long.
    ActThenDelay(Duration),
    /// Acts, and answers one byte at a time, each after this long.
    ActThenTrickle(Duration),
    /// Acts, and answers 200 with bytes that are not the format.
    ActThenGarbage,
    /// Answers 200 with bytes that are not the format, and does not act.
    Garbage,
}

/// An order or ticket that an operator has taken on: the proof of "once".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The operator's own id of it.
    pub id: String,
    /// What was taken on.
    pub kind: EffectKind,
    /// At which access; `None` where a subscription was named whose access the operator does not
    /// know.
    pub access: Option<AccessId>,
    /// Our reference in it: `spReference` of an order, `spTicketReference` of a ticket. Orders in
    /// PI-API have none.
    pub reference: Option<String>,
    /// Its state, in the words of ON-API.
    pub state: &'static str,
}

/// What an operator has taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// To start, replace or end a service.
    Order(Operation),
    /// To mend a fault.
    Ticket,
}

/// Why the simulated operators did not start.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The address is not of this machine.
    #[error("{0} simulates without TLS and listens on 127.0.0.1 or ::1 only, not on {1}")]
    NotLoopback(RecipientId, SocketAddr),
    /// Two operators have one name.
    #[error("{0} is given twice")]
    Twice(RecipientId),
    /// The address cannot be listened on.
    #[error("{0} cannot listen on {1}")]
    Listen(RecipientId, SocketAddr, #[source] std::io::Error),
    /// The journal cannot be opened.
    #[error("the journal {0} cannot be opened")]
    Journal(PathBuf, #[source] std::io::Error),
}

/// Simulated operators at work. Dropping it stops them.
pub struct Sandbox {
    desks: Vec<(Arc<Desk>, SocketAddr)>,
    journal: Arc<Journal>,
    closing: watch::Sender<bool>,
    at_work: JoinSet<()>,
}

impl Sandbox {
    /// Opens every operator for business. With a journal, each request is a line in that file
    /// before it is answered.
    pub async fn start(
        operators: Vec<SimulatedOperator>,
        clock: Arc<dyn Clock>,
        journal: Option<PathBuf>,
    ) -> Result<Self, SandboxError> {
        let journal = match journal {
            Some(path) => Journal::open(&path).map_err(|e| SandboxError::Journal(path, e))?,
            None => Journal::in_memory(),
        };
        let (closing, _) = watch::channel(false);
        let mut sandbox = Self {
            desks: Vec::new(),
            journal: Arc::new(journal),
            closing,
            at_work: JoinSet::new(),
        };
        for operator in operators {
            sandbox.open(operator, Arc::clone(&clock)).await?;
        }
        Ok(sandbox)
    }

    /// The address to configure as the channel's `base_url`; `None` for an operator that is not
    /// simulated here.
    pub fn base_url(&self, recipient: &RecipientId) -> Option<String> {
        let (desk, address) = self.find(recipient)?;
        Some(format!("http://{address}{}", desk.base_path()))
    }

    /// What has come in, oldest first, at all operators. Passwords are struck out. At most
    /// [`Received::KEPT_MAX`] requests are kept; the journal has them all.
    pub fn received(&self) -> Vec<Received> {
        self.journal.received()
    }

    /// What an operator has taken on: its orders, then its tickets, each oldest first. Empty for
    /// an operator that is not simulated here.
    pub fn effects(&self, recipient: &RecipientId) -> Vec<Effect> {
        self.find(recipient).map(|(desk, _)| desk.effects()).unwrap_or_default()
    }

    /// Lets the next messages to an operator go wrong, one trouble each, in order, behind those
    /// already planned. Does nothing for an operator that is not simulated here.
    pub fn script(&self, recipient: &RecipientId, troubles: Vec<Trouble>) {
        if let Some((desk, _)) = self.find(recipient) {
            desk.plan(troubles);
        }
    }

    /// Lets an operator behave otherwise from here on. Does nothing for an operator that is not
    /// simulated here.
    pub fn wear(&self, recipient: &RecipientId, profile: Profile) {
        if let Some((desk, _)) = self.find(recipient) {
            desk.wear(profile);
        }
    }

    /// Lets an operator give every subscription another id, as when it moves a network. Does nothing
    /// for an operator that is not simulated here.
    pub fn migrate(&self, recipient: &RecipientId) {
        if let Some((desk, _)) = self.find(recipient) {
            desk.migrate();
        }
    }

    /// Lets every operator rest: what it has stays as it is until it works again.
    pub fn rest(&self, resting: bool) {
        self.desks.iter().for_each(|(desk, _)| desk.rest(resting));
    }

    /// Lets an operator ask the provider for a contact. Gives HTTP status and body.
    pub async fn pull(&self, pull: &ContactPull<'_>) -> std::io::Result<(u16, Vec<u8>)> {
        caller::call(pull).await
    }

    /// Closes. Answers under way have two seconds to get out.
    pub async fn stop(mut self) {
        self.closing.send_replace(true);
        let all = async { while self.at_work.join_next().await.is_some() {} };
        // Who is still waiting after that is cut off when the tasks are dropped.
        let _ = tokio::time::timeout(STOP_WAIT, all).await;
    }

    async fn open(
        &mut self,
        operator: SimulatedOperator,
        clock: Arc<dyn Clock>,
    ) -> Result<(), SandboxError> {
        let SimulatedOperator { recipient, listen, .. } = &operator;
        if !listen.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(recipient.clone(), *listen));
        }
        if self.find(recipient).is_some() {
            return Err(SandboxError::Twice(recipient.clone()));
        }
        let cannot = |e| SandboxError::Listen(recipient.clone(), *listen, e);
        let listener = TcpListener::bind(listen).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let desk = Arc::new(Desk::new(operator, clock, Arc::clone(&self.journal)));
        self.at_work.spawn(server::serve(listener, Arc::clone(&desk), self.closing.subscribe()));
        self.desks.push((desk, address));
        Ok(())
    }

    fn find(&self, recipient: &RecipientId) -> Option<&(Arc<Desk>, SocketAddr)> {
        self.desks.iter().find(|(desk, _)| desk.recipient() == recipient)
    }
}
