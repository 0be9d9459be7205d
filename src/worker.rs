//! The loop: claim → minimise → record → transmit → settle, one lane per recipient.
//!
//! A lane claims no more than its recipient has room for, so a slow operator holds nobody else up.
//! What a lane does with a case is decided by the case's state alone; stopping is crashing with
//! manners, and starting again is the same path as going on.
//!
//! `ask` is what is asked of operators besides: what they offer, what stands in the way of an order.
//! `breaker` is when an operator that is down is left alone, `breakers` those of this process.
//! `feeds` is what they tell by themselves, `subscriptions` by which ids they know our services.
//! `upkeep` is what is done once in a while to what is kept.

mod accesses;
mod ask;
mod breaker;
mod breakers;
mod feeds;
mod subscriptions;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error, info, instrument, warn};

pub use accesses::{ListPart, ListUpdate};
use ask::Offers;
use breaker::Admits;
use breakers::{Breakers, Probe};

use crate::config::Upkeep;
use crate::crash;
use crate::dialects::{self, Dialect, Heard, Remark};
use crate::domain::{Case, CaseId, Clock, Entropy, HaltReason, LeafId, RecipientId};
use crate::log::SubjectKey;
use crate::minimise::{Refusal, minimise, shown};
use crate::notify::Notifier;
use crate::recipients::{Recipient, Recipients};
use crate::record::{Ready, Record, Recorded, record, refusal};
use crate::settle::{Consequence, Halt, Settled, Settling, Timing, sought};
use crate::store::{Claim, Claimed, Doubt, Hearing, Placed, Store, StoreError, Work};
use crate::transmit::{Permit, Wire};

/// Between two looks of who has nothing to do, where somebody tells them of news.
pub const TOLD: Duration = Duration::from_millis(250);
/// The same where nobody does: what another process accepts is to leave within a tenth of a second.
pub const UNTOLD: Duration = Duration::from_millis(40);
const IDLE: Duration = TOLD;

/// Moves cases from accepted to their end.
#[derive(Clone)]
pub struct Worker(Arc<Parts>, Arc<Offers>, Arc<Breakers>);

/// What a worker is made of.
pub struct Parts {
    /// Tells ordering systems what has become of their orders.
    pub notifier: Notifier,
    /// Where cases and log are.
    pub store: Store,
    /// Who may receive.
    pub recipients: Arc<Recipients>,
    /// The way out.
    pub wire: Arc<Wire>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For ids and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// How long to wait for what.
    pub timing: Timing,
    /// How many cases are recorded in one commit, at most.
    pub batch_max: usize,
    /// How long the log is silent, at most.
    pub heartbeat: Duration,
    /// What is done once in a while to what is kept.
    pub upkeep: Upkeep,
    /// The brake.
    pub halt: Halt,
    /// How often every stored leaf is hashed again; `None`: never.
    pub scrub: Option<Duration>,
    /// How long a lane that has nothing to do sleeps at most: what another process accepts is seen no later,
    /// unless the database tells of it.
    pub look: Duration,
}

impl Worker {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default(), Arc::default())
    }

    /// The brake on all sending.
    pub fn halt(&self) -> &Halt {
        &self.0.halt
    }

    /// Runs until told to stop, and then lets what is under way end.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) -> Result<(), StoreError> {
        let mut pause = Pause::default();
        while let Err(error) = self.keep_policies().await {
            // Also where the store is halted: a person may resume it.
            self.failed(&error);
            tokio::select! { () = pause.longer() => {}, _ = stop.changed() => return Ok(()) }
        }
        let mut lanes = JoinSet::new();
        for id in self.0.recipients.keys() {
            let (worker, to, stopped) = (self.clone(), id.clone(), stop.clone());
            lanes.spawn(async move { worker.lane(&to, stopped).await });
            let (worker, to, stopped) = (self.clone(), id.clone(), stop.clone());
            lanes.spawn(async move { worker.feed_lane(&to, stopped).await });
            if self.0.recipients.get(id).is_some_and(|one| one.enabled && one.accesses.is_some()) {
                let (worker, to, stopped) = (self.clone(), id.clone(), stop.clone());
                lanes.spawn(async move { worker.access_lane(&to, stopped).await });
            }
        }
        let (notifier, stopped) = (self.0.notifier.clone(), stop.clone());
        lanes.spawn(async move { notifier.run(stopped).await });
        let (worker, stopped) = (self.clone(), stop.clone());
        lanes.spawn(async move { worker.upkeep_lane(stopped).await });
        if let Some(every) = self.0.scrub {
            let (worker, stopped) = (self.clone(), stop.clone());
            lanes.spawn(async move { worker.scrub_lane(every, stopped).await });
        }
        while !*stop.borrow() {
            match self.0.store.reap().await {
                Ok(0) => {}
                Ok(cases) => info!("{cases} cases and answers of a process that is gone are free"),
                Err(error) => self.failed(&error),
            }
            if let Err(error) = self.heartbeat().await {
                self.failed(&error);
            }
            let second = tokio::time::sleep(Duration::from_secs(1));
            tokio::select! {
                () = second => {}
                _ = stop.changed() => {}
                // A lane ends when it is told to. One that ends by itself has failed, and its
                // recipient would get nothing, in silence.
                Some(_) = lanes.join_next() => {
                    if !*stop.borrow() {
                        self.0.halt.pull(HaltReason::PartFailed);
                    }
                }
            }
        }
        while lanes.join_next().await.is_some() {}
        Ok(())
    }

    /// Where the log has been silent for long, a leaf says that nothing has happened. Asked every
    /// second, of a reader: the writer is not troubled before it is time.
    async fn heartbeat(&self) -> Result<(), StoreError> {
        let parts = &self.0;
        let silent = parts.clock.now().since(parts.store.last().await?);
        if parts.halt.reason().is_none() && silent >= parts.heartbeat {
            parts.store.heartbeat(parts.heartbeat).await?;
        }
        Ok(())
    }

    /// Every policy that can decide something stands in the log before it does.
    pub async fn keep_policies(&self) -> Result<(), StoreError> {
        for recipient in self.0.recipients.values() {
            self.0.store.keep_policy(recipient).await?;
        }
        Ok(())
    }

    /// Does all that is due now, and what becomes due by doing it, without waiting for time to
    /// pass; how many cases were moved. For one-shot commands and for tests that hold the clock.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        self.keep_policies().await?;
        self.remember_offers().await?;
        self.0.store.reap().await?;
        let mut moved = 0;
        loop {
            let mut turn = 0;
            for recipient in self.0.recipients.values() {
                if let Some(reason) = self.0.halt.reason() {
                    return Err(StoreError::Halted(reason));
                }
                turn += self.read_feed(recipient).await?;
                turn += self.read_changes(recipient).await?;
                turn += self.read_subscriptions(recipient).await?;
                let mut under_way = JoinSet::new();
                let turned = self.turn(recipient, &mut under_way).await;
                // What was begun ends, whatever else went wrong.
                while under_way.join_next().await.is_some() {}
                turn += turned?;
            }
            while self.0.notifier.turn().await? > 0 {}
            if turn == 0 {
                return Ok(moved);
            }
            moved += turn;
        }
    }

    async fn lane(&self, id: &RecipientId, mut stop: watch::Receiver<bool>) {
        let Some(recipient) = self.0.recipients.get(id) else { return };
        let mut under_way = JoinSet::new();
        let mut pause = Pause::default();
        while !*stop.borrow() {
            let turned = self.turn(recipient, &mut under_way).await;
            while under_way.try_join_next().is_some() {}
            match turned {
                Ok(0) if recipient.enabled && self.0.wire.room(id) == 0 => {
                    // Nothing can be begun before something ends.
                    tokio::select! { _ = under_way.join_next() => {}, _ = stop.changed() => {} }
                }
                Ok(0) => {
                    tokio::select! {
                        () = self.0.store.changed() => {}
                        () = self.nap(id) => {}
                        Some(_) = under_way.join_next() => {}
                        _ = stop.changed() => {}
                    }
                }
                Ok(_) => pause = Pause::default(),
                Err(error) => {
                    self.failed(&error);
                    tokio::select! { () = pause.longer() => {}, _ = stop.changed() => {} }
                }
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn nap(&self, id: &RecipientId) {
        if self.0.halt.reason().is_some() || self.is_left_alone(id) {
            return tokio::time::sleep(IDLE).await;
        }
        let due = self.0.store.next_due(id).await.ok().flatten();
        let now = self.0.clock.now().micros();
        let look = self.0.look;
        let wait = due.map_or(look, |due| {
            Duration::from_micros(u64::try_from(due.micros() - now).unwrap_or(1_000).max(1_000))
        });
        tokio::time::sleep(wait.min(look)).await;
    }

    fn failed(&self, error: &StoreError) {
        if let Consequence::Halt(reason) = Consequence::of_store(error) {
            self.0.halt.pull(reason);
        } else {
            error!(error = %crate::telemetry::chain(error), "The store does not do what is asked");
        }
    }

    /// One look at what is due at a recipient. Sends and questions go on in `under_way`.
    #[instrument(skip_all, fields(recipient = %recipient.id))]
    async fn turn(
        &self,
        recipient: &Recipient,
        under_way: &mut JoinSet<()>,
    ) -> Result<usize, StoreError> {
        let parts = &self.0;
        if parts.halt.reason().is_some() {
            return Ok(0);
        }
        let channel = &recipient.channel;
        let Some(dialect) = dialects::dialect(&channel.dialect, channel.version.as_deref()) else {
            return Ok(0);
        };
        if self.is_refused(&recipient.id).await? {
            return Ok(0);
        }
        let now = parts.clock.now();
        let admits = self.admits(&recipient.id, now);
        if admits == Admits::Nothing {
            return Ok(0);
        }
        // A recipient that is switched off has no line: its cases are still decided, that is, held.
        let room = if recipient.enabled { parts.wire.room(&recipient.id) } else { parts.batch_max };
        let mut most = room.min(parts.batch_max);
        let waiting = parts.store.next_due(&recipient.id).await?;
        if most == 0 || waiting.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let mut probe = None;
        if admits == Admits::Probe {
            probe = self.probe(&recipient.id, now).await?;
            most = 1;
        }
        let work = parts.store.claim(&recipient.id, most, parts.timing.lease).await?;
        crash::point("claimed");
        let moved = work.len();
        let mut deliver = Vec::new();
        for work in work {
            if let Some(probe) = &probe {
                probe.with(work.case());
            }
            match work {
                Work::Deliver(claimed) if self.is_surveyed(recipient, dialect, &claimed) => {
                    let with = (*claimed, probe.take());
                    self.spawn(recipient, under_way, with, Self::survey_and_send).await;
                }
                Work::Deliver(claimed) => deliver.push(*claimed),
                Work::Reconcile(doubt) => {
                    self.spawn(recipient, under_way, (*doubt, probe.take()), Self::reconcile).await;
                }
                Work::Follow(placed) => {
                    self.spawn(recipient, under_way, (placed, probe.take()), Self::follow).await;
                }
            }
        }
        if deliver.is_empty() {
            self.ended(probe).await;
            return Ok(moved);
        }
        let (recorded, failed) = self.decide(recipient, dialect, deliver).await?;
        for recorded in recorded {
            self.spawn(recipient, under_way, (recorded, probe.take()), Self::send).await;
        }
        self.ended(probe).await;
        failed.map_or(Ok(moved), Err)
    }

    /// Begins something with a case, which may be the one that looks whether the operator is back.
    async fn spawn<T: Send + 'static, F>(
        &self,
        recipient: &Recipient,
        under_way: &mut JoinSet<()>,
        (work, probe): (T, Option<Probe>),
        how: fn(Self, RecipientId, T) -> F,
    ) where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let permit: Option<Permit> = self.0.wire.permit(&recipient.id).await;
        let (worker, id) = (self.clone(), recipient.id.clone());
        under_way.spawn(async move {
            if let Err(error) = how(worker.clone(), id, work).await {
                worker.failed(&error);
            }
            worker.ended(probe).await;
            drop(permit);
        });
    }

    /// Minimise and record: what may leave stands in the log when this returns. Where some of it
    /// could not be written, the rest goes on, and the error is told beside it.
    async fn decide(
        &self,
        recipient: &Recipient,
        dialect: &'static dyn Dialect,
        claimed: Vec<Claimed>,
    ) -> Result<(Vec<Recorded>, Option<StoreError>), StoreError> {
        let parts = &self.0;
        let today = parts.clock.now().date();
        let mut failed = None;
        let mut ready = Vec::with_capacity(claimed.len());
        let mut kept = Vec::with_capacity(claimed.len());
        let mut claims = Vec::with_capacity(claimed.len());
        let offered = self.1.of(recipient);
        let recipient = &*offered;
        for Claimed { claim, case, key, released, .. } in claimed {
            kept.push((case, key, released));
            claims.push(claim);
        }
        for ((case, key, released), claim) in kept.iter().zip(claims) {
            match minimise(case, recipient, dialect, today, *released) {
                Ok(minimised) => match minimised.waits_until(parts.clock.now()) {
                    None => ready.push(Ready { claim, key, minimised }),
                    // Nothing has happened yet, and nothing is written: it is decided on its day.
                    Some(day) => {
                        let given_back = parts.store.give_back(claim, day).await;
                        failed = ignore_fenced(given_back).err().or(failed);
                    }
                },
                Err(stop) => {
                    failed = self.refuse(recipient, claim, case, key, &stop).await.err().or(failed);
                }
            }
        }
        let now = parts.clock.now();
        let lease = parts.timing.lease;
        let records = record(&parts.store, &*parts.entropy, lease, now, ready).await?;
        crash::point("recorded");
        let mut recorded = Vec::with_capacity(records.len());
        for one in records {
            match one {
                Record::Recorded(one) => recorded.push(one),
                Record::Failed(error) => failed = Some(error),
                Record::Lost => warn!("A case was taken over by another worker"),
                Record::Refused(claim, error) => {
                    warn!(case.id = %claim.case(), error = %error, "A case cannot be recorded");
                    let Some((case, key, _)) =
                        kept.iter().find(|(case, _, _)| case.id() == claim.case())
                    else {
                        continue;
                    };
                    let stop = Refusal {
                        reason: error.reason(),
                        policy: Some(recipient.policy.id()),
                        withheld: case
                            .facts()
                            .keys()
                            .chain(case.known().keys())
                            .chain(case.dropped())
                            .copied()
                            .collect(),
                    };
                    failed = self.refuse(recipient, claim, case, key, &stop).await.err().or(failed);
                }
            }
        }
        Ok((recorded, failed))
    }

    /// Holds a case. Should that fail, its lease runs out and it is decided anew: the others of its
    /// batch go on.
    async fn refuse(
        &self,
        recipient: &Recipient,
        claim: Claim,
        case: &Case,
        key: &SubjectKey,
        stop: &Refusal,
    ) -> Result<(), StoreError> {
        let leaf = LeafId::draw(&*self.0.entropy);
        let event = refusal(&recipient.id, case.purpose(), stop, key, leaf, case.id());
        info!(case.id = %case.id(), reason = %stop.reason, "The case is held");
        ignore_fenced(self.0.store.hold(claim, (leaf, event), stop.reason).await)?;
        crash::point("held");
        Ok(())
    }

    async fn send(self, id: RecipientId, recorded: Recorded) -> Result<(), StoreError> {
        let parts = &self.0;
        if parts.halt.reason().is_some() {
            // Recorded and not sent: its lease runs out, and the operator is asked about it.
            return Ok(());
        }
        let transmitted = parts.wire.send(recorded).await;
        crash::point("sent");
        if let Some(mut settling) = self.settling(&id) {
            settling.moved = self.has_moved(&id, &transmitted).await?;
            let case = transmitted.case();
            self.settled(&id, case, settling.sent(transmitted).await).await?;
        }
        crash::point("settled");
        Ok(())
    }

    async fn reconcile(self, id: RecipientId, doubt: Doubt) -> Result<(), StoreError> {
        let Some(settling) = self.settling(&id) else {
            return Ok(());
        };
        let Some(sought) = sought(&doubt) else {
            return Err(StoreError::Corrupt { table: "case_" });
        };
        let timeout = self.0.recipients.get(&id).map(|recipient| recipient.channel.timeout);
        if let Some(earliest) = settling.too_early(&doubt, timeout.unwrap_or_default()) {
            return ignore_fenced(settling.later(doubt.claim, earliest).await.map(|_| ()));
        }
        let answer = self.0.wire.ask(&id, &settling.dialect.find(&sought)).await;
        crash::point("asked");
        let case = doubt.claim.case();
        self.settled(&id, case, settling.found(doubt, &sought, answer).await).await
    }

    async fn follow(self, id: RecipientId, placed: Placed) -> Result<(), StoreError> {
        let Some(settling) = self.settling(&id) else {
            return Ok(());
        };
        let Placed { claim, act, reference } = placed;
        let query = settling.dialect.follow(act, &reference);
        let answer = self.0.wire.ask(&id, &query).await;
        crash::point("followed");
        if let Ok(answer) = &answer {
            let heard = settling.dialect.heard(act, answer);
            if !heard.is_empty() {
                self.hear(claim.case(), heard).await?;
            }
        }
        let case = claim.case();
        self.settled(&id, case, settling.followed(claim, act, answer).await).await
    }

    async fn settled(
        &self,
        id: &RecipientId,
        case: CaseId,
        settled: Result<Settled, StoreError>,
    ) -> Result<(), StoreError> {
        if let Ok(settled) = &settled {
            self.heard_of(id, case, settled.sign()).await;
        }
        ignore_fenced(settled.map(|_| ()))
    }

    /// Keeps what an operator said of a fault. The guard reads its words before anybody else does.
    async fn hear(&self, case: CaseId, heard: Heard) -> Result<(), StoreError> {
        let store = &self.0.store;
        let mut hearings: Vec<Hearing> = heard.turn.map(Hearing::Turn).into_iter().collect();
        if !heard.remarks.is_empty()
            && let Some(opened) = store.open_case(case).await?
        {
            hearings.extend(heard.remarks.into_iter().map(|Remark { at, text }| {
                let shown = zeroize::Zeroizing::new(shown(&opened, &text));
                Hearing::Comment { said: at, written: text, shown }
            }));
        }
        hearings.extend(heard.mended.map(|at| Hearing::Mended(Some(at))));
        store.hear(case, hearings).await
    }

    fn settling(&self, id: &RecipientId) -> Option<Settling<'_>> {
        let parts = &self.0;
        let channel = &parts.recipients.get(id)?.channel;
        Some(Settling {
            store: &parts.store,
            dialect: dialects::dialect(&channel.dialect, channel.version.as_deref())?,
            reasons: &channel.reasons,
            timing: &parts.timing,
            poll: channel.poll,
            entropy: &*parts.entropy,
            now: parts.clock.now(),
            moved: false,
        })
    }
}

/// How long to wait after a failure: longer each time, to half a minute.
#[derive(Default)]
struct Pause(u32);

impl Pause {
    async fn longer(&mut self) {
        let wait = IDLE.saturating_mul(1 << self.0.min(7)).min(Duration::from_secs(30));
        self.0 += 1;
        tokio::time::sleep(wait).await;
    }
}

/// Who lost the lease changes nothing: whoever has it now writes what is true.
fn ignore_fenced(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Fenced) => {
            // As when the feed said it first: nothing that anybody needs to look at.
            debug!("A case has moved on meanwhile");
            Ok(())
        }
        other => other,
    }
}
