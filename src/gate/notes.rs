//! What the gate notes: denials by minute, and when tokens were last used. Bounded, whoever knocks.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Gate;
use crate::auth::{Action, Denial, TokenId};
use crate::domain::Timestamp;
use crate::store::Gathered;

/// How often what has gathered is written.
const EVERY: Duration = Duration::from_mins(1);

/// How long a denial is kept.
const KEPT: Duration = Duration::from_hours(24 * 90);

/// How much gathers at most while nothing can be written. What is beyond is counted in memory only.
const GATHERED_MAX: usize = 10_000;

#[derive(Default)]
pub(super) struct Notes(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    gathered: Gathered,
    totals: BTreeMap<Denial, u64>,
}

impl Notes {
    pub(super) fn denied(&self, now: Timestamp, action: Action, reason: Denial) {
        let mut noted = self.lock();
        *noted.totals.entry(reason).or_default() += 1;
        let seconds = now.seconds();
        let minute = Timestamp::from_micros((seconds - seconds.rem_euclid(60)) * 1_000_000);
        let denied = &mut noted.gathered.denied;
        let key = (minute, action, reason);
        if denied.len() < GATHERED_MAX || denied.contains_key(&key) {
            *denied.entry(key).or_default() += 1;
        }
    }

    pub(super) fn used(&self, token: TokenId, now: Timestamp) {
        // No more than there are tokens.
        self.lock().gathered.used.insert(token, now);
    }

    pub(super) fn totals(&self) -> Vec<(Denial, u64)> {
        let noted = self.lock();
        Denial::ALL.iter().map(|one| (*one, noted.totals.get(one).copied().unwrap_or(0))).collect()
    }

    fn take(&self) -> Gathered {
        std::mem::take(&mut self.lock().gathered)
    }

    /// Puts back what could not be written, beside what has come since.
    fn put_back(&self, gathered: Gathered) {
        let mut noted = self.lock();
        for (key, times) in gathered.denied {
            if noted.gathered.denied.len() < GATHERED_MAX {
                *noted.gathered.denied.entry(key).or_default() += times;
            }
        }
        for (token, at) in gathered.used {
            noted.gathered.used.entry(token).or_insert(at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        // Counting cannot break half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what has gathered once a minute, and once more when told to stop.
pub async fn run(gate: Gate, mut stop: watch::Receiver<bool>) {
    loop {
        // A sender that is gone stops us too.
        let told = stop.wait_for(|stopped| *stopped);
        let is_over = tokio::time::timeout(EVERY, told).await.is_ok();
        keep(&gate).await;
        if is_over {
            return;
        }
    }
}

async fn keep(gate: &Gate) {
    let gathered = gate.0.notes.take();
    if gathered.is_empty() {
        return;
    }
    let now = gate.0.clock.now();
    let oldest = Timestamp::from_micros(
        now.micros().saturating_sub(i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX)),
    );
    if let Err(error) = gate.0.store.keep_gathered(gathered.clone(), oldest).await {
        tracing::warn!(error = %crate::telemetry::chain(&error), "Denied attempts wait to be kept");
        gate.0.notes.put_back(gathered);
    }
}
