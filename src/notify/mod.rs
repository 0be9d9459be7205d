//! Tells ordering systems what has become of their orders and tickets: from the outbox, signed, in
//! order, until it is taken or given up.
//!
//! ```text
//! outbox ──► errand (leased) ──► message (signed) ──► client ──► fate (settled)
//! ```
//!
//! At least once: whoever receives sorts out repetitions by `webhook-id`, and order by
//! `sequenceNumber`. What is sent is made of a `Message`, which has no place for anything personal.

mod addresses;
mod client;
mod message;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

pub use addresses::is_public;
pub use client::{Client, ClientError, OpenError};
pub use message::{Message, shown_secret};

use crate::domain::{Clock, Entropy, Timestamp};
use crate::store::{Errand, Fate, Store, StoreError, Telling};
use crate::tmf::{Callback, Doors, HubQuery};

/// How often it is looked whether there is anything to tell.
const LOOK: Duration = Duration::from_millis(250);

/// How to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which addresses may be called.
    pub doors: Doors,
    /// How long one may take to answer.
    pub timeout: Duration,
    /// After the first failure it is tried again in this time, then in twice as long, and so on.
    pub retry_first: Duration,
    /// To this, at most.
    pub retry_max: Duration,
    /// How long an event is tried.
    pub give_up: Duration,
}

/// The lane of notifications.
#[derive(Clone)]
pub struct Notifier(Arc<Parts>);

struct Parts {
    plan: Plan,
    store: Store,
    client: Client,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Notifier {
    /// Makes the client.
    pub fn open(
        plan: Plan,
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let calls_somebody = !plan.doors.hosts.is_empty() || plan.doors.allow_http_loopback;
        let client = Client::open(plan.timeout, calls_somebody)?;
        Ok(Self(Arc::new(Parts { plan, store, client, clock, entropy })))
    }

    /// Runs until told to stop.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.turn().await {
                // There may be more: errands are short.
                Ok(told) if told > 0 => {}
                Ok(_) => {
                    let nap = tokio::time::sleep(LOOK);
                    tokio::select! { () = nap => {}, _ = stop.changed() => {} }
                }
                Err(error) => {
                    warn!(error = %crate::telemetry::chain(&error), "Notifications wait");
                    let nap = tokio::time::sleep(self.0.plan.retry_first);
                    tokio::select! { () = nap => {}, _ = stop.changed() => {} }
                }
            }
        }
    }

    /// Does the errands that are due now, side by side; how many events were tried.
    pub async fn turn(&self) -> Result<usize, StoreError> {
        let Parts { store, clock, plan, .. } = &*self.0;
        if !store.is_anything_to_tell(clock.now()).await? {
            return Ok(0);
        }
        // Long enough for a few that are slow; what is left then comes with the next errand.
        let errands = store.claim_errands(plan.timeout.saturating_mul(3)).await?;
        let mut running = JoinSet::new();
        for errand in errands {
            let notifier = self.clone();
            running.spawn(async move { notifier.errand(errand).await });
        }
        let mut tried = 0;
        while let Some(ended) = running.join_next().await {
            tried += match ended {
                Ok(result) => result?,
                Err(error) => return Err(StoreError::interrupted(error)),
            };
        }
        Ok(tried)
    }

    /// Tells one registration what it is to be told, one event after the other, and writes what
    /// became of them in one commit. One that does not answer ends the errand: the rest would fare no
    /// better, and order would be lost.
    async fn errand(&self, errand: Errand) -> Result<usize, StoreError> {
        let Parts { plan, store, clock, .. } = &*self.0;
        crate::crash::point("notice-leased");
        let mut fates = Vec::with_capacity(errand.notices.len());
        let mut pause = None;
        for telling in &errand.notices {
            if clock.now().after(plan.timeout) >= errand.until {
                break;
            }
            let (fate, silent) = self.tell(&errand, telling).await;
            fates.push((telling.notice.sequence, fate));
            if silent {
                pause = Some(self.later(errand.failures));
                break;
            }
        }
        crate::crash::point("notice-told");
        let tried = fates.len();
        match store.settle_errand(&errand, fates, pause).await {
            // It was ended meanwhile, or another process has it: that one tells it again.
            Err(StoreError::Fenced) => Ok(tried),
            other => other.map(|()| tried),
        }
    }

    /// What becomes of one event, and whether the registration did not answer at all.
    async fn tell(&self, errand: &Errand, telling: &Telling) -> (Fate, bool) {
        let Parts { plan, client, clock, .. } = &*self.0;
        let now = clock.now();
        let dead = |code: &str| (Fate::Dead { code: code.to_owned() }, false);
        // The list of hosts may have become shorter since.
        let Ok(callback) = Callback::parse(&errand.callback, &plan.doors) else {
            return dead("not-allowed");
        };
        let Ok(query) = HubQuery::parse(errand.kind, &errand.query) else {
            return dead("query-unreadable");
        };
        let message = Message::signed(&telling.notice, query.fields(), &errand.secret, now);
        let (code, silent) = match client.deliver(&callback, &message).await {
            Ok(200..=299) => return (Fate::Told, false),
            Ok(410) => return dead("http-410"),
            Ok(status) => (format!("http-{status}"), matches!(status, 408 | 425 | 429 | 500..)),
            Err(error) => (error.code().to_owned(), true),
        };
        if now.since(telling.since) >= plan.give_up {
            info!(reason = code, "A notification is given up");
            return (Fate::Dead { code }, silent);
        }
        let due = self.later(telling.attempt);
        (Fate::Later { due, code }, silent)
    }

    /// When to try again: after twice as long each time, and a bit more or less, so that those who
    /// failed together do not come back together.
    fn later(&self, attempts: u32) -> Timestamp {
        let Parts { plan, clock, entropy, .. } = &*self.0;
        let wait = plan.retry_first.saturating_mul(1 << attempts.min(20)).min(plan.retry_max);
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let jitter = Duration::from_millis(entropy.below(millis / 4 + 1));
        clock.now().after(wait + jitter)
    }
}
