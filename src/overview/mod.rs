//! What those who look after it all are shown: how much left, was stopped and denied; how it stands at
//! each operator, with the log and with what is to be wiped; and what stands out.
//!
//! It is asked for in one look at the store, of numbers that are kept by the hour, so that it is quick
//! however long the log is. How it looks is `pages`'.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;

use crate::domain::{Clock, HaltReason, RecipientId, Timestamp};
use crate::log::quorum::Policy;
use crate::recipients::Recipients;
use crate::settle::Halt;
use crate::store::{AtOperator, Glance, Halted, Looked, Retention, Sight, Store, StoreError};
use crate::tally::{BASELINE_DAYS, Counted, Days, Hour, JUDGED_DAYS, Share, Unusual, unusual};
use crate::witness::Standing;

/// What is to be wiped is counted over all that is kept. So that nobody waits for it, it is told as it
/// was a while ago, with the time, and counted anew beside.
const COUNTED_EVERY: Duration = Duration::from_mins(5);

/// So many days can be looked at.
pub const DAYS: [u32; 3] = [7, 30, 90];

/// What an overview is made of.
#[derive(Clone)]
pub struct Overview(Arc<Parts>);

struct Parts {
    store: Store,
    recipients: Arc<Recipients>,
    clock: Arc<dyn Clock>,
    halt: Halt,
    witnesses: Option<Policy>,
    case_minimum: Duration,
    kept: Mutex<Kept>,
}

/// What was counted last, and whether it is being counted.
#[derive(Default)]
struct Kept {
    last: Option<(Timestamp, Retention)>,
    under_way: bool,
}

/// The parts of an [`Overview`].
pub struct OverviewParts {
    /// Where cases and log are.
    pub store: Store,
    /// Who may receive.
    pub recipients: Arc<Recipients>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The brake on all sending.
    pub halt: Halt,
    /// Who is to vouch for the log; `None`: nobody is asked.
    pub witnesses: Option<Policy>,
    /// How long each case's data is kept after its end.
    pub case_minimum: Duration,
}

/// Everything at one moment.
pub struct Picture {
    /// When this was.
    pub now: Timestamp,
    /// The day, here.
    pub today: Date,
    /// What left.
    pub disclosed: Days,
    /// What was refused or held.
    pub stopped: Days,
    /// What was denied at the door.
    pub denied: Days,
    /// By recipient, purpose and result, over the same days.
    pub shares: Vec<Share>,
    /// Each operator by its legal name.
    pub operators: Vec<(String, AtOperator)>,
    /// What stands out.
    pub unusual: Vec<Unusual>,
    /// How the log stands.
    pub log: LogStands,
    /// What is to be wiped, and when that was counted.
    pub retention: (Timestamp, Retention),
}

/// How the log stands.
pub struct LogStands {
    /// How many leaves it has.
    pub leaves: u64,
    /// When its last checkpoint was signed.
    pub signed: Option<Timestamp>,
    /// Why all is stopped, and since when.
    pub halted: Option<(HaltReason, Timestamp)>,
    /// Who vouches for it.
    pub witnessed: Vouched,
}

/// Who vouches for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// Nobody is asked.
    NotAsked,
    /// Too few have.
    TooFew,
    /// So many have, for the log as it was at this time.
    By(usize, Option<Timestamp>),
}

impl Overview {
    /// Puts the parts together.
    pub fn new(parts: OverviewParts) -> Self {
        let OverviewParts { store, recipients, clock, halt, witnesses, case_minimum } = parts;
        let kept = Mutex::default();
        Self(Arc::new(Parts { store, recipients, clock, halt, witnesses, case_minimum, kept }))
    }

    /// Looks, over the last days, for somebody who sees so much.
    pub async fn picture(&self, days: u32, sight: Sight) -> Result<Picture, StoreError> {
        let parts = &*self.0;
        let now = parts.clock.now();
        let (here, today) = (Hour::of(now), now.here().date());
        let looked = Looked {
            // Whole days, so that what is closed is the same for a day.
            since: first_hour(today, days.max(JUDGED_DAYS + BASELINE_DAYS)).unwrap_or(here),
            shared: first_hour(today, days).unwrap_or(here),
            // Another process may be late by a moment, not by a day.
            closed: first_hour(today, 2).unwrap_or(here),
            judged: first_hour(today, JUDGED_DAYS).unwrap_or(here),
            recipients: parts.recipients.keys().cloned().collect(),
            sight,
        };
        let Glance { counts, shares, operators, again } = parts.store.glance(looked).await?;
        let of = |what| Days::of_kind(&counts, (today, days), what);
        Ok(Picture {
            now,
            today,
            disclosed: of(Counted::Disclosed),
            stopped: of(Counted::Stopped),
            denied: of(Counted::Denied),
            shares,
            operators: operators.into_iter().map(|one| (self.name(&one.recipient), one)).collect(),
            unusual: unusual(&counts, &again, today),
            log: self.log(now).await?,
            retention: self.retention(now).await?,
        })
    }

    /// A recipient by its legal name; by its id where it is not in the registry any more.
    pub fn name(&self, recipient: &RecipientId) -> String {
        let known = self.0.recipients.get(recipient);
        known.map_or_else(|| recipient.to_string(), |known| known.legal_name.clone())
    }

    async fn log(&self, now: Timestamp) -> Result<LogStands, StoreError> {
        let parts = &*self.0;
        let witnessed = match &parts.witnesses {
            None => Vouched::NotAsked,
            Some(policy) => match Standing::of(&parts.store, policy, now).await? {
                None => Vouched::TooFew,
                Some(standing) => Vouched::By(standing.witnessed.by.len(), standing.witnessed.at),
            },
        };
        Ok(LogStands {
            leaves: parts.store.size().await?.0,
            signed: parts.store.checkpoint_moved(),
            halted: parts.halt.gravest().map(|Halted { reason, since }| (reason, since)),
            witnessed,
        })
    }

    /// As it was counted last; for the very first time, as it is.
    async fn retention(&self, now: Timestamp) -> Result<(Timestamp, Retention), StoreError> {
        let known = {
            let mut kept = self.kept();
            let known = kept.last;
            let is_old = known.is_some_and(|(at, _)| now.since(at) >= COUNTED_EVERY);
            if is_old && !kept.under_way {
                kept.under_way = true;
                let overview = self.clone();
                tokio::spawn(async move { overview.count(now).await });
            }
            known
        };
        match known {
            Some(known) => Ok(known),
            None => self.count(now).await,
        }
    }

    async fn count(&self, now: Timestamp) -> Result<(Timestamp, Retention), StoreError> {
        let counted = self.0.store.retention(self.0.case_minimum).await;
        let mut kept = self.kept();
        kept.under_way = false;
        let counted = (now, counted?);
        kept.last = Some(counted);
        Ok(counted)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing that is done under it can fail half way.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overview").finish_non_exhaustive()
    }
}

/// The hour in which the first of so many days up to today began.
fn first_hour(today: Date, days: u32) -> Option<Hour> {
    let back = jiff::Span::new().try_days(i64::from(days) - 1).ok()?;
    let first = today.checked_sub(back).ok()?.at(0, 0, 0, 0);
    Timestamp::of_here(first).map(Hour::of)
}
