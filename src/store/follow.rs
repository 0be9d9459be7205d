//! What happens to a case after its first message: what is asked about it, and what becomes of that.

use super::{Accepted, CancellationRow, ChangeRow, Half, Store, StoreError};
use crate::domain::{ClientId, SubmissionId};
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
        let Half::Sqlite(half) = &*self.0;
        half.accept_change(change, version).await
    }

    /// A client's task of cancelling an order; `None`: there is none with this id.
    pub async fn cancellation(
        &self,
        client: &ClientId,
        id: SubmissionId,
    ) -> Result<Option<CancellationRow>, StoreError> {
        let Half::Sqlite(half) = &*self.0;
        half.cancellation(client.clone(), id).await
    }

    /// A page of a client's tasks of cancelling, newest first, and how many there are.
    pub async fn cancellations(
        &self,
        client: &ClientId,
        page: &Page,
    ) -> Result<(u64, Vec<CancellationRow>), StoreError> {
        let Half::Sqlite(half) = &*self.0;
        half.cancellations(client.clone(), page.clone()).await
    }

    /// What was asked by a change, and how far it is; `None` where there is none with this id.
    pub async fn change(&self, id: SubmissionId) -> Result<Option<ChangeRow>, StoreError> {
        let Half::Sqlite(half) = &*self.0;
        half.change(id).await
    }
}
