//! Step 3: fix the bytes, look through them once more, and write the disclosure down, before it
//! happens.
//!
//! [`record`] is the only maker of [`Recorded`], after the log's durable commit. A `Recorded` lives in
//! memory only: it is not `Clone`, cannot be stored or read back, and is spent by sending. One leaf,
//! one send: a retry comes through here again.

mod pull;
mod screen;

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use pull::{GROUND, PullReady, record_pull, refused_pull};
pub use screen::Screened;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::dialects::{self, Message, Request};
use crate::domain::{
    Act, Case, CaseId, Entropy, Field, HoldReason, LeafId, Purpose, RecipientId, Timestamp,
};
use crate::log::digest::digest;
use crate::log::{
    ConditionName, Event, FieldDigest, Hash, Intent, RecipientRecord, Role, Stopped, SubjectKey,
};
use crate::minimise::{Minimised, Refusal, minimise};
use crate::recipients::{self, Moment, Recipient, Retain, Ruling};
use crate::store::{Appended, Claim, Disclosure, Keep, Store, StoreError};

/// The name under which an intent leaf commits to the finished message.
pub const MESSAGE: &str = "message";
/// The name under which an intent leaf commits to the case.
pub const CASE: &str = "case";

/// A disclosure that stands in the log and has not been sent.
///
/// A value of this type is the proof. There is no constructor but [`record`] and, for the answer to
/// a contact pull, [`record_pull`], not even for tests. `R` is the right to say how it ended: what
/// was recorded to be sent cannot be answered with, nor the other way round.
#[must_use = "the log says this was disclosed: send it, or settle it as unsent"]
pub struct Recorded<R = Claim> {
    right: R,
    to: RecipientId,
    act: Act,
    message: Message,
    receipt: Receipt,
    /// After this the lease may run out before an answer can come, or whoever asked has given up.
    send_before: Timestamp,
}

/// What a message is on its way into the log.
type Pending<R> = (R, RecipientId, Act, Message, LeafId, Timestamp);

/// Where a disclosure stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    leaf: LeafId,
    appended: Appended,
}

impl Receipt {
    /// Id of the intent leaf.
    pub const fn leaf(&self) -> LeafId {
        self.leaf
    }

    /// Its position and hash.
    pub const fn appended(&self) -> Appended {
        self.appended
    }
}

impl Recorded {
    /// Which case it is about.
    pub const fn case(&self) -> CaseId {
        self.right.case()
    }
}

impl<R> Recorded<R> {
    /// Behind the commit, and nowhere else.
    fn behind(appended: Appended, pending: Pending<R>) -> Self {
        let (right, to, act, message, leaf, send_before) = pending;
        let receipt = Receipt { leaf, appended };
        Self { right, to, act, message, receipt, send_before }
    }

    /// Where it stands in the log.
    pub const fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// Who may have it.
    pub const fn to(&self) -> &RecipientId {
        &self.to
    }

    /// Takes it apart, for the wire: what is sent is not recorded any more.
    pub(crate) fn spend(self) -> (R, RecipientId, Act, Message, Receipt, Timestamp) {
        (self.right, self.to, self.act, self.message, self.receipt, self.send_before)
    }
}

/// A minimised case on its way into the log.
pub struct Ready<'case> {
    /// The right to move it.
    pub claim: Claim,
    /// The key that its commitments are salted with.
    pub key: &'case SubjectKey,
    /// What may leave.
    pub minimised: Minimised<'case>,
}

/// What became of one of them.
pub enum Record {
    /// It stands in the log.
    Recorded(Recorded),
    /// It may not leave as it is.
    Refused(Claim, RecordError),
    /// Another worker has it.
    Lost,
    /// It was not recorded: its lease runs out, and it is decided anew.
    Failed(StoreError),
}

/// Why a minimised case cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The dialect cannot say it.
    #[error(transparent)]
    Encode(#[from] dialects::EncodeError),
    /// The finished bytes hold what may not leave.
    #[error(transparent)]
    Screened(#[from] Screened),
}

impl RecordError {
    /// Why a person must decide.
    pub const fn reason(&self) -> HoldReason {
        match self {
            Self::Encode(dialects::EncodeError::Missing(_)) => HoldReason::MissingField,
            Self::Encode(dialects::EncodeError::Act(_)) => HoldReason::NotOffered,
            Self::Screened(_) => HoldReason::Screened,
        }
    }
}

/// The finished message: encoded, and looked through. Preview and explain show just this.
pub fn finish(minimised: &Minimised<'_>) -> Result<Message, RecordError> {
    let dialect = minimised.dialect();
    let message = dialect.encode(minimised)?;
    screen::screen(&message, dialect.id_members(), minimised)?;
    Ok(message)
}

/// What would leave today.
pub struct Preview<'case> {
    /// The decision.
    pub minimised: Minimised<'case>,
    /// The finished message; or why it may not leave as it is.
    pub message: Result<Message, RecordError>,
}

/// What would leave today, by the very steps that send: [`minimise`], then [`finish`].
///
/// # Errors
/// Why nothing may leave.
pub fn preview<'case>(
    case: &'case Case,
    recipient: &'case Recipient,
    today: Date,
) -> Result<Preview<'case>, HoldReason> {
    let channel = &recipient.channel;
    let dialect = dialects::dialect(&channel.dialect, channel.version.as_deref());
    let dialect = dialect.ok_or(HoldReason::NotOffered)?;
    let minimised = minimise(case, recipient, dialect, today, false);
    let minimised = minimised.map_err(|refusal| refusal.reason)?;
    let message = finish(&minimised);
    Ok(Preview { minimised, message })
}

/// Writes the disclosures down, in one durable commit. One answer for each, in order.
pub async fn record(
    store: &Store,
    entropy: &dyn Entropy,
    lease: Duration,
    now: Timestamp,
    batch: Vec<Ready<'_>>,
) -> Result<Vec<Record>, StoreError> {
    let mut disclosures = Vec::with_capacity(batch.len());
    let mut pending = Vec::with_capacity(batch.len());
    for Ready { claim, key, minimised } in batch {
        match finish(&minimised) {
            Ok(message) => {
                let leaf = LeafId::draw(entropy);
                let event =
                    Event::Intent(intent(&minimised, &message, leaf, key, claim.attempt() + 1));
                let disclosure = Disclosure::new(&claim, leaf, event).decided(now.date());
                disclosures.push(disclosure.showing(kept(&minimised, now), key, entropy)?);
                let to = minimised.recipient().id.clone();
                let timeout = minimised.recipient().channel.timeout;
                let send_before = now.after(lease.saturating_sub(timeout));
                pending.push(Ok((claim, to, minimised.act(), message, leaf, send_before)));
            }
            Err(error) => pending.push(Err((claim, error))),
        }
    }
    let appended =
        if disclosures.is_empty() { Vec::new() } else { store.append(disclosures, lease).await? };
    let mut appended = appended.into_iter();
    let mut records = Vec::with_capacity(pending.len());
    for one in pending {
        records.push(match one {
            Err((claim, error)) => Record::Refused(claim, error),
            Ok(pending) => match appended.next() {
                Some(Ok(appended)) => Record::Recorded(Recorded::behind(appended, pending)),
                Some(Err(StoreError::Fenced | StoreError::State(_))) | None => Record::Lost,
                // The others of the batch stand in the log: they are sent all the same.
                Some(Err(error)) => Record::Failed(error),
            },
        });
    }
    Ok(records)
}

/// What is kept of what leaves, and how long.
fn kept<'m>(
    minimised: &'m Minimised<'_>,
    now: Timestamp,
) -> impl Iterator<Item = (Field, &'m str, Keep)> {
    minimised.fields().map(move |(field, value)| (field, value, keep(minimised, field, now)))
}

/// How long the rule that opens a field asks to keep it.
fn keep(minimised: &Minimised<'_>, field: Field, now: Timestamp) -> Keep {
    let retain = match minimised.rulings().get(&field) {
        Some(Ruling::Sent(rule)) => rule.retain.as_deref().and_then(Retain::parse),
        _ => None,
    };
    // The linter asks every rule for it; where one says nothing, the case's own minimum holds.
    let Some(Retain { from, time }) = retain else {
        return Keep::AfterEnd(Duration::ZERO);
    };
    let visit_end = || {
        let (_, end) = minimised.text(Field::VisitWindow)?.split_once('/')?;
        Timestamp::parse(end)
    };
    match from {
        Moment::End => Keep::AfterEnd(time),
        // A visit without a known end is over when the case is.
        Moment::VisitEnd => match visit_end() {
            Some(end) => Keep::AfterVisit(end.after(time)),
            None => Keep::AfterEnd(time),
        },
        Moment::Record => Keep::AfterRecord(now.after(time)),
    }
}

/// The leaf that says that nothing may leave, and why.
pub fn refusal(
    recipient: &RecipientId,
    purpose: Purpose,
    refusal: &Refusal,
    key: &SubjectKey,
    leaf: LeafId,
    case: CaseId,
) -> Event {
    let stopped = Stopped {
        recipient: recipient.clone(),
        purpose,
        policy: refusal.policy,
        reason: refusal.reason,
        withheld: refusal.withheld.iter().copied().collect(),
        actor: Role::System,
        sd: BTreeSet::from([digest(key, leaf, CASE, &case.to_string())]),
    };
    // The policy said no, or nobody but a person may say anything.
    match refusal.reason {
        HoldReason::SpecialHandling | HoldReason::TextNeedsReview | HoldReason::Screened => {
            Event::Hold(stopped)
        }
        _ => Event::Refusal(stopped),
    }
}

/// SHA-256 over what is on the wire but for host and credentials: method, path and body.
pub fn message_hash(method: &str, path: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), body] {
        // The length first, so that no two messages hash alike by moving a boundary.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Hash::new(hash.finalize().into()).to_string()
}

fn hash_of(request: &Request) -> String {
    message_hash(request.method.as_str(), &request.path, &request.body)
}

fn intent(
    minimised: &Minimised<'_>,
    message: &Message,
    leaf: LeafId,
    key: &SubjectKey,
    attempt: u32,
) -> Intent {
    let recipient = minimised.recipient();
    let endpoint = match minimised.purpose() {
        Purpose::ContactPull => recipients::CONTACTS.to_owned(),
        _ => recipient.endpoint(),
    };
    let commit = |name: &str, value: &str| digest(key, leaf, name, value);
    let mut sd: BTreeSet<FieldDigest> =
        minimised.fields().map(|(field, value)| commit(field.as_str(), value)).collect();
    sd.insert(commit(MESSAGE, &hash_of(message.request())));
    sd.insert(commit(CASE, &minimised.case().id().to_string()));
    let conditions = minimised.conditions().iter();
    let name = |(name, held): (&String, &bool)| Some((ConditionName::parse(name)?, *held));
    Intent {
        recipient: RecipientRecord {
            id: recipient.id.clone(),
            legal_name: recipient.legal_name.clone(),
            org_no: recipient.org_no.clone(),
            country: recipient.country.clone(),
            agreement: minimised.agreement().reference.clone(),
        },
        endpoint,
        purpose: minimised.purpose(),
        basis: minimised.basis(),
        policy: recipient.policy.id(),
        rules: minimised.rules(),
        sent: minimised.fields().map(|(field, _)| field).collect(),
        withheld: minimised.withheld().into_iter().collect(),
        not_carried: minimised.not_carried().clone(),
        conditions: conditions.filter_map(name).collect(),
        handling: minimised.case().handling(),
        masked: minimised.masked().to_vec(),
        replaced: minimised.replaced(),
        actor: Role::System,
        attempt,
        sd,
    }
}
