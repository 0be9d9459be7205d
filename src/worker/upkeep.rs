//! What is done once in a while to what is kept: wiping what is due, new epochs of keys, and a look at
//! every stored leaf.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{info, warn};

use super::{Parts, Worker};
use crate::domain::Timestamp;
use crate::log::LeafIndex;
use crate::store::StoreError;

/// How often it is looked whether something kept is due, or a key is old.
const UPKEEP: Duration = Duration::from_hours(1);
/// An answer to a contact pull that has no outcome for so long gets none any more: ten minutes.
const PULL_OPEN_MICROS: i64 = 10 * 60 * 1_000_000;
/// How often it is looked whether a scrub is due.
const SCRUB_LOOK: Duration = Duration::from_mins(10);
/// Between two pages of a scrub: others have more to do.
const SCRUB_PAUSE: Duration = Duration::from_millis(5);

impl Worker {
    /// Beside the lanes of recipients: it never makes a case wait for more than one small commit.
    pub(super) async fn upkeep_lane(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if self.0.halt.reason().is_none()
                && let Err(error) = self.upkeep().await
            {
                self.failed(&error);
            }
            let pause = tokio::time::sleep(UPKEEP);
            tokio::select! { () = pause => {}, _ = stop.changed() => {} }
        }
    }

    /// Wipes what is due, and begins an epoch where the last one is old, or a rotation was cut short.
    pub async fn upkeep(&self) -> Result<(), StoreError> {
        let Parts { store, clock, upkeep, .. } = &*self.0;
        let wiped = store.wipe_due(upkeep.case_minimum).await?;
        if wiped > 0 {
            info!(
                "What was sealed of {wiped} cases is wiped: it was kept as long as the rules say"
            );
        }
        let closed = store.close_pulls(Timestamp::from_micros(
            clock.now().micros().saturating_sub(PULL_OPEN_MICROS),
        ));
        if closed.await? > 0 {
            warn!("Answers to contact pulls are closed as unknown: nobody said how they ended");
        }
        let epochs = store.epochs().await?;
        let age = epochs.last().map_or(Duration::ZERO, |latest| clock.now().since(latest.since));
        let is_old = upkeep.rotate_after.is_some_and(|after| age >= after);
        if is_old || epochs.len() > 1 {
            let rotation = store.rotate_epoch().await?;
            info!("Epoch {} has begun: customers' keys are sealed anew", rotation.epoch);
        }
        Ok(())
    }

    /// What lies still is looked at too: consistency proofs do not protect the bodies.
    pub(super) async fn scrub_lane(&self, every: Duration, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.scrub(every, &stop).await {
                self.failed(&error);
            }
            let nap = tokio::time::sleep(every.min(SCRUB_LOOK));
            tokio::select! { () = nap => {}, _ = stop.changed() => {} }
        }
    }

    /// Hashes every stored leaf again where that is due, a page at a time. One that has changed
    /// halts everything.
    async fn scrub(&self, every: Duration, stop: &watch::Receiver<bool>) -> Result<(), StoreError> {
        let (store, begun) = (&self.0.store, self.0.clock.now());
        if store.scrubbed().is_some_and(|last| begun.since(last) < every) {
            return Ok(());
        }
        let mut next = Some(LeafIndex(0));
        while let Some(first) = next {
            if *stop.borrow() {
                return Ok(());
            }
            next = store.scrub(first).await?;
            tokio::time::sleep(SCRUB_PAUSE).await;
        }
        store.note_scrubbed(begun)
    }
}
