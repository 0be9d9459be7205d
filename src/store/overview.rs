//! What those who look after it all ask for: numbers by the hour, how it stands at each operator, what
//! happened again, and which policies there were.

use super::{LeftAlone, Sight, Store, StoreError};
use crate::domain::{PolicyId, RecipientId, Timestamp};
use crate::log::LeafIndex;
use crate::tally::{Again, Counts, Hour, Share};

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Numbers by the hour from here on.
    pub since: Hour,
    /// Numbers over all the time, from here on.
    pub shared: Hour,
    /// Nothing is added to the numbers of before this hour any more.
    pub closed: Hour,
    /// What happened again is counted from here on.
    pub judged: Hour,
    /// At which operators.
    pub recipients: Vec<RecipientId>,
    /// For whom.
    pub sight: Sight,
}

/// What there is to see.
#[derive(Clone, Debug)]
pub struct Glance {
    /// Numbers by the hour, in order; where hours are closed, those of a day are told together.
    pub counts: Vec<Counts>,
    /// Numbers over all the time.
    pub shares: Vec<Share>,
    /// How it stands at each operator, in the order in which they were asked for.
    pub operators: Vec<AtOperator>,
    /// What happened again.
    pub again: Vec<Again>,
}

/// How it stands at an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtOperator {
    /// Which one.
    pub recipient: RecipientId,
    /// Since when the oldest of what is due waits; `None`: nothing is.
    pub oldest_due: Option<Timestamp>,
    /// How many cases wait for a person.
    pub held: u32,
    /// Whether those are all; else there are more.
    pub held_is_all: bool,
    /// When its feed was last read to its end.
    pub feed_read: Option<Timestamp>,
    /// When the copy of its list of accesses was last known to be as its own.
    pub list_confirmed: Option<Timestamp>,
    /// Why the last try to copy it came to nothing; a code.
    pub list_failed: Option<String>,
    /// Whether it is left alone for a while, by the process that found so first.
    pub left_alone: Option<LeftAlone>,
}

/// A policy that came into force, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Where the log says so.
    pub leaf: LeafIndex,
    /// Its hash.
    pub policy: PolicyId,
    /// Since when.
    pub since: Timestamp,
    /// What its authors call it.
    pub version: String,
}

impl Store {
    /// One look at it all.
    pub async fn glance(&self, look: Looked) -> Result<Glance, StoreError> {
        self.0.glance(look).await
    }

    /// The policies of a recipient as they came into force, the latest first; a change of the registry
    /// entry alone is one, too.
    pub async fn policy_versions(
        &self,
        recipient: &RecipientId,
    ) -> Result<Vec<PolicyVersion>, StoreError> {
        self.0.policy_versions(recipient.clone()).await
    }
}
