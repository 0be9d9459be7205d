//! The circuit breakers of a worker, one for each recipient. They are of this process: another worker
//! on the same database finds out for itself. What each has found stands in the store, so that
//! whoever watches sees it wherever they look.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::{info, warn};

use super::Worker;
use super::breaker::{Admits, Breaker};
use crate::domain::{CaseId, RecipientId, Timestamp};
use crate::settle::Sign;
use crate::store::{LeftAlone, StoreError};

/// The circuit breakers of a worker.
#[derive(Default)]
pub(super) struct Breakers(Mutex<BTreeMap<RecipientId, Breaker>>);

impl Breakers {
    fn of<T>(&self, id: &RecipientId, ask: impl FnOnce(&mut Breaker) -> T) -> T {
        // Each change is made by one call, which does not panic half way.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ask(all.entry(id.clone()).or_default())
    }
}

/// The right to look, with one case, whether an operator is back. It ends by being dropped, whatever
/// became of the case.
pub(super) struct Probe {
    breakers: Arc<Breakers>,
    recipient: RecipientId,
}

impl Probe {
    /// This is the case.
    pub(super) fn with(&self, case: CaseId) {
        self.breakers.of(&self.recipient, |breaker| breaker.probes_with(case));
    }
}

/// Also where its task fails.
impl Drop for Probe {
    fn drop(&mut self) {
        self.breakers.of(&self.recipient, Breaker::probed);
    }
}

impl Worker {
    /// What may be taken on for a recipient.
    pub(super) fn admits(&self, id: &RecipientId, now: Timestamp) -> Admits {
        self.2.of(id, |breaker| breaker.admits(now))
    }

    /// Whether an operator is not even to be asked: it refuses our credentials, or is left alone. What
    /// is asked besides cases does not count as a sign of how it is.
    pub(super) fn is_left_alone(&self, id: &RecipientId) -> bool {
        self.0.wire.refused(id).is_some() || self.admits(id, self.0.clock.now()) == Admits::Nothing
    }

    /// The right to look whether an operator is back, where that is due.
    pub(super) async fn probe(
        &self,
        id: &RecipientId,
        now: Timestamp,
    ) -> Result<Option<Probe>, StoreError> {
        if !self.2.of(id, |breaker| breaker.probe(now)) {
            return Ok(None);
        }
        let probe = Probe { breakers: Arc::clone(&self.2), recipient: id.clone() };
        info!(recipient = %id, "One case looks whether the operator is back");
        self.tell(id).await;
        Ok(Some(probe))
    }

    /// The case that looked has been worked on.
    pub(super) async fn ended(&self, probe: Option<Probe>) {
        if let Some(probe) = probe
            && self.2.of(&probe.recipient, Breaker::probed)
        {
            self.tell(&probe.recipient).await;
        }
    }

    /// A case has heard of the operator.
    pub(super) async fn heard_of(&self, id: &RecipientId, by: CaseId, sign: Sign) {
        let parts = &self.0;
        let with = (&parts.timing, &*parts.entropy);
        let now = parts.clock.now();
        let (changed, stands) =
            self.2.of(id, |breaker| (breaker.hear(by, sign, now, with), breaker.stands()));
        if !changed {
            return;
        }
        match stands {
            None => info!(recipient = %id, "The operator answers again"),
            Some(LeftAlone { since, until, .. }) => warn!(
                recipient = %id,
                "The operator is down, too slow or too busy since {}: it is left alone until {}",
                since.rfc3339(), until.rfc3339()
            ),
        }
        self.tell(id).await;
    }

    /// Writes down how it stands. Nothing hangs on that but what people see.
    async fn tell(&self, id: &RecipientId) {
        let stands = self.2.of(id, |breaker| breaker.stands());
        if let Err(error) = self.0.store.note_left_alone(id, stands).await {
            self.failed(&error);
        }
    }
}
