//! The answer to a contact pull, written down before it is given; and a pull that gets none.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{CASE, Pending, RecordError, Recorded, finish, intent, kept};
use crate::domain::{
    CaseId, Entropy, Field, HoldReason, LeafId, PolicyId, Purpose, RecipientId, Timestamp,
};
use crate::log::digest::digest;
use crate::log::{Event, Role, Stopped, SubjectKey};
use crate::minimise::Minimised;
use crate::store::{Disclosure, Pull, Store, StoreError};

/// The name under which an intent leaf commits to what the operator gave as its ground: the reason
/// or the ticket, as it came. The text itself is not kept.
pub const GROUND: &str = "ground";

/// How long an operator is taken to wait for its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A minimised case on its way to whoever asked about it.
pub struct PullReady<'case> {
    /// The right to answer.
    pub pull: Pull,
    /// The key that its commitments are salted with.
    pub key: &'case SubjectKey,
    /// What may leave.
    pub minimised: Minimised<'case>,
    /// What the operator gives as its ground.
    pub ground: &'case str,
}

/// Writes one down. The inner error is that it may not leave as it is.
pub async fn record_pull(
    store: &Store,
    entropy: &dyn Entropy,
    now: Timestamp,
    ready: PullReady<'_>,
) -> Result<Result<Recorded<Pull>, RecordError>, StoreError> {
    let PullReady { pull, key, minimised, ground } = ready;
    let message = match finish(&minimised) {
        Ok(message) => message,
        Err(error) => return Ok(Err(error)),
    };
    let leaf = LeafId::draw(entropy);
    let mut intent = intent(&minimised, &message, leaf, key, pull.answered() + 1);
    intent.sd.insert(digest(key, leaf, GROUND, ground));
    let disclosure = Disclosure::answering(&pull, leaf, Event::Intent(intent)).decided(now.date());
    let disclosure = disclosure.showing(kept(&minimised, now), key, entropy)?;
    let (to, act) = (minimised.recipient().id.clone(), minimised.case().act());
    let appended = store.record_pull(disclosure).await?;
    let pending: Pending<Pull> = (pull, to, act, message, leaf, now.after(ANSWER_WITHIN));
    Ok(Ok(Recorded::behind(appended, pending)))
}

/// The leaf that says that a contact pull got no contact, and why. Where the case is known and its
/// key is there, it commits to it.
pub fn refused_pull(
    recipient: &RecipientId,
    reason: HoldReason,
    policy: Option<PolicyId>,
    withheld: BTreeSet<Field>,
    leaf: LeafId,
    about: Option<(CaseId, &SubjectKey)>,
) -> Event {
    let commit = |(case, key): (CaseId, &SubjectKey)| digest(key, leaf, CASE, &case.to_string());
    Event::Refusal(Stopped {
        recipient: recipient.clone(),
        purpose: Purpose::ContactPull,
        policy,
        reason,
        withheld,
        actor: Role::System,
        sd: about.map(commit).into_iter().collect(),
    })
}
