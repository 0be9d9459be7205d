//! What the store can do about one person: find, show, erase; and the keys that all hangs on.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Sight, Store, StoreError, StoredLeaf};
use crate::domain::{
    CaseId, CaseState, ClientId, ExternalId, Field, LeafId, Personal, SubjectId, Timestamp,
};
use crate::log::{ErasureReason, LeafIndex, Opening, RecipientRecord};

/// A person in the store, by what leads to them. An order without a customer number makes a person
/// of each of its cases, as nothing says that they are one: therefore there may be several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects(pub(super) Vec<SubjectId>);

impl Subjects {
    /// The random numbers that the store knows them by.
    pub fn ids(&self) -> &[SubjectId] {
        &self.0
    }
}

/// What a person is asked for by.
pub struct Reference {
    pub(super) case: Option<CaseId>,
    pub(super) external: Option<ExternalId>,
    pub(super) customer: Personal,
}

impl Reference {
    /// The text may be a case's id, the ordering system's id, or the customer's number as it was
    /// handed in; which of them is found out by looking.
    pub fn new(text: String) -> Self {
        Self {
            case: CaseId::parse(&text),
            external: ExternalId::parse(&text).ok(),
            customer: Personal::new(text),
        }
    }
}

/// Who is meant by a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody: never heard of, or erased.
    Nobody,
    /// This person.
    One(Subjects),
    /// Several persons go by it at these clients: say which client, or the id of a case.
    Several(Vec<ClientId>),
}

/// One leaf about a person, with what became of it.
pub struct Told {
    /// Its id.
    pub id: LeafId,
    /// The leaf as it is stored.
    pub leaf: StoredLeaf,
    /// The leaf that says how the disclosure ended, where it is one and has ended.
    pub outcome: Option<StoredLeaf>,
    /// The case that it is about.
    pub case: CaseId,
    /// What was sent, field by field, as far as it is still kept.
    pub values: BTreeMap<Field, Personal>,
    /// What opens the digests of those fields, and no other.
    pub openings: Vec<Opening>,
}

/// A case of a person, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOf {
    /// Our id.
    pub id: CaseId,
    /// Who handed it in.
    pub client: ClientId,
    /// Its id there.
    pub external_id: Option<ExternalId>,
    /// Where it stands.
    pub state: CaseState,
    /// When it came into our keeping.
    pub accepted: Timestamp,
}

/// All that is kept about a person.
pub struct About {
    /// The cases, oldest first.
    pub cases: Vec<CaseOf>,
    /// The leaves, in the order of the log.
    pub told: Vec<Told>,
}

/// What an erasure did.
pub struct Erased {
    /// Where the log says so.
    pub leaves: Vec<LeafIndex>,
    /// How many leaves are about nobody any more.
    pub cut: u64,
    /// Of how many cases what was sealed is gone.
    pub cases: u64,
    /// Who must be told (GDPR art. 19): received something, or may have.
    pub recipients: Vec<RecipientRecord>,
    /// What opens the commitments of the erasure leaves. Kept nowhere: the keys are gone.
    pub openings: Vec<Opening>,
    /// Bytes of the destroyed keys may stand in `keys.db-wal` until the next commits write over them.
    pub traces: bool,
}

/// One key that subjects' keys are sealed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Its number, from 1.
    pub number: u32,
    /// Since when.
    pub since: Timestamp,
    /// How many subjects' keys are sealed under it.
    pub subjects: u64,
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The epoch that is in force.
    pub epoch: u32,
    /// How many subjects' keys are sealed under it.
    pub subjects: u64,
    /// How many older epochs' keys were destroyed.
    pub destroyed: u64,
    /// Bytes of what was destroyed may stand in `keys.db-wal` until the next commits write over them.
    pub traces: bool,
}

/// How it stands with keeping no longer than promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Cases whose data is kept and that have ended.
    pub ended: u64,
    /// Of these, how many are due to be wiped.
    pub due: u64,
    /// Of these, how many have been due for more than a day.
    pub overdue: u64,
    /// When the next one is due.
    pub next: Option<Timestamp>,
}

/// How long something is to be kept, by the moment from which that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// So long after the case has ended.
    AfterEnd(Duration),
    /// Until so long after a visit, which is known to end at that time; the moment itself.
    AfterVisit(Timestamp),
    /// Until so long after the record, whatever becomes of the case; the moment itself.
    AfterRecord(Timestamp),
}

impl Keep {
    /// What is counted from the same moment is sealed, and goes, together.
    pub(super) const fn part(self) -> u8 {
        match self {
            Self::AfterEnd(_) => 0,
            Self::AfterVisit(_) => 1,
            Self::AfterRecord(_) => 2,
        }
    }
}

impl Store {
    /// Who is meant: by a case's id, by the ordering system's id, or by the customer's number as it
    /// was handed in. Who is not for whoever looks is nobody, and not one of several either.
    pub async fn find_subject(
        &self,
        reference: Reference,
        client: Option<ClientId>,
        sight: Sight,
    ) -> Result<Found, StoreError> {
        self.0.find_subject(reference, client, sight).await
    }

    /// All that is kept about a person.
    pub async fn about(&self, subjects: &Subjects) -> Result<About, StoreError> {
        self.0.about(subjects.clone()).await
    }

    /// Destroys a person's keys, and with them every link from the log to the person. Refused while
    /// a case has not ended.
    pub async fn erase(
        &self,
        subjects: &Subjects,
        reason: ErasureReason,
    ) -> Result<Erased, StoreError> {
        self.0.erase(subjects.clone(), reason).await
    }

    /// Begins an epoch, seals every subject's key under its key, and destroys the older ones. What
    /// a rotation that was cut short has left is made good.
    pub async fn rotate_epoch(&self) -> Result<Rotation, StoreError> {
        self.0.rotate_epoch().await
    }

    /// The epochs that there are, oldest first: more than one while a rotation runs, or was cut
    /// short.
    pub async fn epochs(&self) -> Result<Vec<Epoch>, StoreError> {
        self.0.epochs().await
    }

    /// Wipes what was kept as long as the rules say, and writes that down where it was something; of
    /// how many cases.
    pub async fn wipe_due(&self, minimum: Duration) -> Result<u64, StoreError> {
        self.0.wipe_due(minimum).await
    }

    /// How it stands with keeping no longer than promised. `minimum` is how long every case's data
    /// is kept after its end.
    pub async fn retention(&self, minimum: Duration) -> Result<Retention, StoreError> {
        self.0.retention(minimum).await
    }
}
