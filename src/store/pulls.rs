//! Contact pulls: the case that an operator asks about, and what it was answered.

use super::{Appended, Disclosure, Store, StoreError};
use crate::domain::{
    Case, CaseId, CaseState, LeafId, OpaqueReference, Purpose, RecipientId, SubjectId, Timestamp,
};
use crate::log::{Event, OutcomeResult, SubjectKey};

/// The right to answer one contact pull. Made by the store only, and spent by the write that says
/// how it ended. It takes nobody's lease: the case goes on beside it.
#[derive(Debug)]
pub struct Pull {
    pub(super) case: CaseId,
    /// How many were answered before, for the same case.
    pub(super) answered: u32,
    /// Whether it is asked for by a ticket of ours.
    pub(super) by_ticket: bool,
}

impl Pull {
    /// Which case it is about.
    pub const fn case(&self) -> CaseId {
        self.case
    }

    /// How many were answered before, for the same case.
    pub const fn answered(&self) -> u32 {
        self.answered
    }
}

/// A case that one of our references leads to.
pub struct Asked {
    pub(super) pull: Pull,
    /// Whom it is about; `None` once that person is erased.
    pub(super) subject: Option<SubjectId>,
    /// Who got the reference.
    pub recipient: RecipientId,
    /// What was ordered or reported.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: CaseState,
    /// Whether the operator has heard of it.
    pub disclosed: bool,
    /// When it came into our keeping.
    pub accepted: Timestamp,
    /// What is known of it, as it is asked about; `None` once that is wiped.
    pub opened: Option<(Case, SubjectKey)>,
}

impl Asked {
    /// Which case it is.
    pub const fn case(&self) -> CaseId {
        self.pull.case
    }

    /// The same, where it is by a ticket of ours that the contact is asked for.
    #[must_use]
    pub fn by_ticket(mut self) -> Self {
        self.pull.by_ticket = true;
        self
    }

    /// Whether both are about one person.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        self.subject.is_some() && self.subject == other.subject
    }

    /// The right to answer, and what there is to answer with.
    pub fn into_parts(self) -> (Pull, Option<(Case, SubjectKey)>) {
        (self.pull, self.opened)
    }
}

impl Store {
    /// The case that one of our references leads to.
    pub async fn asked(&self, reference: &OpaqueReference) -> Result<Option<Asked>, StoreError> {
        self.0.asked(reference).await
    }

    /// Writes the intent leaf of an answer, where the case has not ended meanwhile.
    pub async fn record_pull(&self, disclosure: Disclosure) -> Result<Appended, StoreError> {
        self.0.record_pull(disclosure).await
    }

    /// Writes what became of an answer.
    pub async fn settle_pull(
        &self,
        pull: Pull,
        intent: Appended,
        result: OutcomeResult,
        code: String,
    ) -> Result<(), StoreError> {
        self.0.settle_pull(pull, intent, result, code).await
    }

    /// Writes that a contact pull got no contact; `about` is the case, where the leaf commits to one.
    pub async fn refuse_pull(
        &self,
        leaf: (LeafId, Event),
        about: Option<CaseId>,
    ) -> Result<(), StoreError> {
        self.0.refuse_pull(leaf, about).await
    }

    /// Closes answers that were recorded before a moment and of which nobody said how they ended:
    /// they may have left. How many those were.
    pub async fn close_pulls(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.0.close_pulls(before).await
    }
}
