//! Contact pulls: an operator asks how to reach the customer of a case that it has (ON-API
//! `contacts/{spReference}`), and gets the one channel that the policy of the day lets it have, or
//! nothing.
//!
//! The same way as a message of ours goes: minimised, recorded, and then spent by leaving. Whoever
//! gets nothing is told nothing more: an unknown reference, another operator's, a case that has
//! ended and one under special handling are answered alike, and each is one leaf and one commit.
//!
//! ```text
//! door      who asks: name and password, lock-out, rate
//! question  on which ground: a reason or a ticket
//! ground    whether there is something to ask about
//! ```

mod door;
mod ground;
mod question;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{error, info, instrument, warn};

pub use door::{Admitted, Denied, DoorError};
pub use question::Malformed;

pub use crate::transmit::Reply;

use crate::crash;
use crate::dialects;
use crate::domain::{
    CaseId, Clock, Entropy, Field, HoldReason, LeafId, OpaqueReference, PolicyId, RecipientId,
};
use crate::log::SubjectKey;
use crate::minimise::minimise;
use crate::recipients::{Recipient, Recipients};
use crate::record::{PullReady, Recorded, record_pull, refused_pull};
use crate::settle::{Halt, answered};
use crate::store::{Asked, Pull, Store, StoreError};
use crate::transmit::answer;
use door::Door;
use ground::{Refused, choose};
use question::Question;

/// Longer bodies hold no question of the standard.
pub const BODY_BYTES_MAX: usize = 8 * 1024;

/// How long whoever asks is told to wait where nothing can be recorded.
const STOPPED: Duration = Duration::from_secs(30);

/// Answers operators.
#[derive(Clone)]
pub struct Pulls(Arc<Parts>);

struct Parts {
    store: Store,
    recipients: Arc<Recipients>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    halt: Halt,
    door: Door,
    /// How many answers are on their way.
    under_way: watch::Sender<usize>,
}

/// What an operator gets.
pub enum Answered {
    /// The contact. It is recorded; giving it away settles it.
    Contact(Reply),
    /// Nothing, whatever the reason.
    Nothing,
    /// The question is not one of the standard; nothing was looked up.
    Malformed(Malformed),
    /// Nothing can be recorded now, so nothing is answered.
    Stopped(Duration),
}

impl Pulls {
    /// Reads the operators' passwords.
    pub fn open(
        store: Store,
        recipients: Arc<Recipients>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, DoorError> {
        let door = Door::open(&recipients, Arc::clone(&clock), &*entropy)?;
        let (halt, under_way) = (store.halt(), watch::Sender::new(0));
        Ok(Self(Arc::new(Parts { store, recipients, clock, entropy, halt, door, under_way })))
    }

    /// Lets an operator in by its `Authorization` header (RFC 7617), before its body is read.
    pub fn admit(&self, authorization: Option<&str>) -> Result<Admitted, Denied> {
        self.0.door.admit(authorization)
    }

    /// Answers who was let in. What was begun ends, also where whoever asked hangs up meanwhile.
    pub async fn answer(&self, who: Admitted, reference: &str, body: &[u8]) -> Answered {
        if self.0.halt.reason().is_some() {
            return Answered::Stopped(STOPPED);
        }
        let question = match Question::read(body) {
            Ok(question) => question,
            Err(malformed) => return Answered::Malformed(malformed),
        };
        let reference = OpaqueReference::parse(reference);
        let pulls = self.clone();
        let asked = async move { pulls.decide(who.recipient(), reference, &question).await };
        match tokio::spawn(asked).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => {
                self.failed(&error);
                Answered::Stopped(STOPPED)
            }
            Err(_) => Answered::Stopped(STOPPED),
        }
    }

    /// Waits until what became of every answer stands in the log.
    pub async fn settled(&self) {
        // The sender is ours: it is never gone.
        let _ = self.0.under_way.subscribe().wait_for(|under_way| *under_way == 0).await;
    }

    #[instrument(skip_all, fields(recipient = %to))]
    async fn decide(
        &self,
        to: &RecipientId,
        reference: Option<OpaqueReference>,
        question: &Question,
    ) -> Result<Answered, StoreError> {
        let parts = &*self.0;
        let Some(recipient) = parts.recipients.get(to) else {
            return Ok(Answered::Nothing);
        };
        let referred = self.look_up(reference.as_ref()).await?;
        let ticket = self.look_up(question.ticket().as_ref()).await?;
        let asked = match choose(recipient, referred, ticket, question, parts.clock.now()) {
            Ok(asked) => asked,
            Err(Refused { reason, about }) => {
                let (case, key) = about.map_or((None, None), |asked| {
                    let case = asked.case();
                    (Some(case), asked.into_parts().1.map(|(_, key)| key))
                });
                return self.refuse(recipient, Refusal::of(reason, case, key.as_ref())).await;
            }
        };
        match self.record(recipient, asked, question.ground()).await? {
            Some(recorded) => Ok(self.give(recorded)),
            None => Ok(Answered::Nothing),
        }
    }

    async fn look_up(
        &self,
        reference: Option<&OpaqueReference>,
    ) -> Result<Option<Asked>, StoreError> {
        match reference {
            Some(reference) => self.0.store.asked(reference).await,
            None => Ok(None),
        }
    }

    /// Asks the policy of the day, and writes the answer down; `None`: it was a refusal.
    async fn record(
        &self,
        recipient: &Recipient,
        asked: Asked,
        ground: &str,
    ) -> Result<Option<Recorded<Pull>>, StoreError> {
        let parts = &*self.0;
        let now = parts.clock.now();
        let (pull, opened) = asked.into_parts();
        let case_id = pull.case();
        let Some((case, key)) = opened else {
            let refusal = Refusal::of(HoldReason::NotLive, Some(case_id), None);
            return self.refuse(recipient, refusal).await.map(|_| None);
        };
        let refusal = |reason, policy, withheld| Refusal {
            policy,
            withheld,
            ..Refusal::of(reason, Some(case_id), Some(&key))
        };
        let everything = || case.facts().keys().chain(case.dropped()).copied().collect();
        let asked = Some(recipient.policy.id());
        // Nobody can release an answer that nobody has asked for yet: what a machine may not decide
        // is refused.
        let minimised = match minimise(&case, recipient, dialects::contacts(), now.date(), false) {
            Ok(minimised) => minimised,
            Err(stop) => {
                let withheld = stop.withheld.iter().copied().collect();
                let refusal = refusal(stop.reason, stop.policy, withheld);
                return self.refuse(recipient, refusal).await.map(|_| None);
            }
        };
        let reachable =
            [Field::ContactPhone, Field::ContactEmail].map(|field| minimised.text(field).is_some());
        if reachable == [false, false] {
            let refusal = refusal(HoldReason::NoContact, asked, everything());
            return self.refuse(recipient, refusal).await.map(|_| None);
        }
        let ready = PullReady { pull, key: &key, minimised, ground };
        let reason = match record_pull(&parts.store, &*parts.entropy, now, ready).await {
            Ok(Ok(recorded)) => {
                crash::point("pull-recorded");
                return Ok(Some(recorded));
            }
            Ok(Err(error)) => {
                warn!(case.id = %case_id, error = %error, "A contact cannot be recorded");
                error.reason()
            }
            // It ended while it was looked at.
            Err(StoreError::Fenced) => HoldReason::NotLive,
            Err(error) => return Err(error),
        };
        self.refuse(recipient, refusal(reason, asked, everything())).await.map(|_| None)
    }

    /// Writes down that nothing is answered.
    async fn refuse(
        &self,
        recipient: &Recipient,
        refusal: Refusal<'_>,
    ) -> Result<Answered, StoreError> {
        let Refusal { reason, policy, withheld, case, key } = refusal;
        let leaf = LeafId::draw(&*self.0.entropy);
        let about = case.zip(key);
        let event = refused_pull(&recipient.id, reason, policy, withheld, leaf, about);
        info!(reason = %reason, "A contact pull is refused");
        self.0.store.refuse_pull((leaf, event), about.and(case)).await?;
        Ok(Answered::Nothing)
    }

    /// Spends what was recorded. What became of it is written when the connection is done with it.
    fn give(&self, recorded: Recorded<Pull>) -> Answered {
        let (reply, end) = answer(recorded, self.0.clock.now());
        let pulls = self.clone();
        self.0.under_way.send_modify(|under_way| *under_way += 1);
        tokio::spawn(async move {
            if let Ok(transmitted) = end.await
                && let Err(error) = answered(&pulls.0.store, transmitted).await
            {
                // Nobody knows then, and it is closed as that.
                pulls.failed(&error);
            }
            pulls.0.under_way.send_modify(|under_way| *under_way -= 1);
        });
        // Halted or late: dropped as it is, nothing has left.
        if self.0.halt.reason().is_some() || !reply.is_waiting() {
            return Answered::Stopped(STOPPED);
        }
        Answered::Contact(reply)
    }

    fn failed(&self, error: &StoreError) {
        match error.halt() {
            Some(reason) if error.halts() => self.0.halt.pull(reason),
            _ => error!(error = %crate::telemetry::chain(error), "A contact pull failed"),
        }
    }
}

/// What a refusal leaf is made of.
struct Refusal<'k> {
    reason: HoldReason,
    policy: Option<PolicyId>,
    withheld: BTreeSet<Field>,
    case: Option<CaseId>,
    key: Option<&'k SubjectKey>,
}

impl<'k> Refusal<'k> {
    fn of(reason: HoldReason, case: Option<CaseId>, key: Option<&'k SubjectKey>) -> Self {
        Self { reason, policy: None, withheld: BTreeSet::new(), case, key }
    }
}
