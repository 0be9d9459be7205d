//! What happens to a case after its first message: what is asked about it, and what becomes of that.

use super::{
    Accepted, CancellationRow, ChangeRow, HeardRow, Hearing, Store, StoreError, StoredLeaf,
};
use crate::domain::{Case, CaseId, ClientId, SubmissionId};
use crate::intake::Change;
use crate::tmf::Page;

impl Store {
    /// Takes what is asked about a submission into keeping: a case for each item that it is about.
    /// It goes on when the operator has that one. Returns after the durable commit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`] where there is no such submission of this client, or no such item;
    /// [`StoreError::NotNow`] where it is too late for each item; [`StoreError::Conflict`] where the
    /// key was used for another change; [`StoreError::Stale`] where a version is named and it is not
    /// that one any more.
    pub async fn accept_change(
        &self,
        change: Change,
        version: Option<String>,
    ) -> Result<Accepted, StoreError> {
        self.0.accept_change(change, version).await
    }

    /// The case that would come of what is asked about another one, to be looked at; nothing is kept.
    /// `None`: nothing can be asked about that one any more.
    pub async fn as_asked(
        &self,
        about: CaseId,
        change: Change,
    ) -> Result<Option<Case>, StoreError> {
        self.0.as_asked(about, change).await
    }

    /// A client's task of cancelling an order; `None`: there is none with this id.
    pub async fn cancellation(
        &self,
        client: &ClientId,
        id: SubmissionId,
    ) -> Result<Option<CancellationRow>, StoreError> {
        self.0.cancellation(client.clone(), id).await
    }

    /// A page of a client's tasks of cancelling, newest first, and how many there are.
    pub async fn cancellations(
        &self,
        client: &ClientId,
        page: &Page,
    ) -> Result<(u64, Vec<CancellationRow>), StoreError> {
        self.0.cancellations(client.clone(), page.clone()).await
    }

    /// What was asked by a change, and how far it is; `None` where there is none with this id.
    pub async fn change(&self, id: SubmissionId) -> Result<Option<ChangeRow>, StoreError> {
        self.0.change(id).await
    }

    /// A case that is still kept, opened: to know what must be kept out of a text about it. `None`
    /// once it is wiped.
    pub async fn open_case(&self, case: CaseId) -> Result<Option<Case>, StoreError> {
        self.0.open_case(case).await
    }

    /// Keeps what an operator said of a case, as far as it is new.
    pub async fn hear(&self, case: CaseId, heard: Vec<Hearing>) -> Result<(), StoreError> {
        self.0.hear(case, heard).await
    }

    /// What an operator said of a case, in the order in which it was read. Comments as they may be
    /// shown.
    pub async fn heard(&self, case: CaseId) -> Result<Vec<HeardRow>, StoreError> {
        self.0.heard(case).await
    }

    /// The leaves about a case, with the outcomes of its disclosures, in the order of the log.
    pub async fn leaves_of(&self, case: CaseId) -> Result<Vec<StoredLeaf>, StoreError> {
        self.0.leaves_of(case).await
    }

    /// Looks at a case now that waits for a time; `false` where it waits for something else.
    pub async fn hurry(&self, case: CaseId) -> Result<bool, StoreError> {
        self.0.hurry(case).await
    }
}
