//! What happens to a case after its first message: what is asked about it, and what becomes of that.

use super::{Accepted, ChangeRow, Half, Store, StoreError};
use crate::domain::SubmissionId;
use crate::intake::Change;

impl Store {
    /// Takes what is asked about a submission into keeping: a case for each item that it is about.
    /// It goes on when the operator has that one. Returns after the durable commit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`] where there is no such submission of this client, or no such item;
    /// [`StoreError::NotNow`] where it is too late for each item; [`StoreError::Conflict`] where the
    /// key was used for another change.
    pub async fn accept_change(&self, change: Change) -> Result<Accepted, StoreError> {
        let Half::Sqlite(half) = &*self.0;
        half.accept_change(change).await
    }

    /// What was asked by a change, and how far it is; `None` where there is none with this id.
    pub async fn change(&self, id: SubmissionId) -> Result<Option<ChangeRow>, StoreError> {
        let Half::Sqlite(half) = &*self.0;
        half.change(id).await
    }
}
