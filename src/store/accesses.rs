//! Copies of operators' lists of accesses.

use super::{Store, StoreError};
use crate::address::{Access, Doubt, Found, Listed, Place, resolve};
use crate::domain::{AccessId, RecipientId, Timestamp};
use crate::intake::{Accesses, ListsUnavailable, Meant};
use crate::log::Code;

/// How many rows of one street are compared.
const ROWS_MAX: usize = 20_000;

/// How the copy of one operator's list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessList {
    /// Whose list.
    pub recipient: RecipientId,
    /// What the operator calls its state.
    pub last_modified: Option<String>,
    /// When a complete list was last taken.
    pub complete: Option<Timestamp>,
    /// When the copy was last known to be as the operator's: its age counts from here.
    pub confirmed: Option<Timestamp>,
    /// When it was last asked.
    pub tried: Timestamp,
    /// Why that came to nothing; a code.
    pub failed: Option<String>,
    /// How many accesses there are.
    pub accesses: u64,
}

/// How asking for a list ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// All of it was taken: what it does not have is gone.
    Complete {
        /// What the operator calls its state.
        last_modified: Option<String>,
    },
    /// What has changed was taken, if anything had.
    Changes {
        /// What the operator calls its state; `None`: as before.
        last_modified: Option<String>,
    },
    /// It came to nothing: the copy stays as it is, and older.
    Failed(Code),
}

/// What several places mean: each found, in order of `Listed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// This one.
    One(Box<Listed>),
    /// Nothing like it.
    None,
    /// A person decides, perhaps between these.
    Doubt(Doubt, Vec<Listed>),
}

impl Store {
    /// Takes rows of a list into the copy. `begun` says which list they are of.
    pub async fn put_accesses(
        &self,
        recipient: &RecipientId,
        begun: Timestamp,
        rows: Vec<Access>,
    ) -> Result<(), StoreError> {
        self.0.put_accesses(recipient.clone(), begun, rows).await
    }

    /// Says how asking for a list ended; how many rows are gone by that.
    pub async fn end_accesses(
        &self,
        recipient: &RecipientId,
        begun: Timestamp,
        end: ListEnd,
    ) -> Result<usize, StoreError> {
        self.0.end_accesses(recipient.clone(), begun, end).await
    }

    /// How each copy stands.
    pub async fn access_lists(&self) -> Result<Vec<AccessList>, StoreError> {
        self.0.access_lists().await
    }

    /// The accesses that have this id, or had it with the operator before.
    pub async fn accesses_by_id(&self, id: &AccessId) -> Result<Vec<Listed>, StoreError> {
        self.0.accesses_by_id(id.clone()).await
    }

    /// Which access is meant by a place, at one operator or at any.
    pub async fn access_at(
        &self,
        place: Place,
        at: Option<RecipientId>,
    ) -> Result<Resolved, StoreError> {
        self.0.access_at(place, at).await
    }
}

/// For a thread that may wait.
impl Accesses for Store {
    fn operators(&self, access: &AccessId) -> Result<Vec<RecipientId>, ListsUnavailable> {
        let rows = self.0.accesses_by_id_now(access).map_err(|_| ListsUnavailable)?;
        // An id of before names nobody's delivery point of today.
        let current = rows.into_iter().filter(|row| row.access.id == *access);
        Ok(current.map(|row| row.recipient).collect())
    }

    fn meant(&self, place: &Place, at: Option<&RecipientId>) -> Result<Meant, ListsUnavailable> {
        Ok(match self.0.access_at_now(place, at).map_err(|_| ListsUnavailable)? {
            Resolved::One(listed) if listed.access.state.is_served() => {
                Meant::One(listed.recipient, listed.access.id)
            }
            Resolved::One(_) | Resolved::None => Meant::None,
            Resolved::Doubt(doubt, _) => Meant::Doubt(doubt),
        })
    }
}

/// Compares, where there are not too many.
pub(super) fn resolved(place: &Place, rows: &[Listed]) -> Resolved {
    if rows.len() > ROWS_MAX {
        return Resolved::Doubt(Doubt::TooMany, Vec::new());
    }
    match resolve(place, rows) {
        Found::One(listed) => Resolved::One(Box::new(listed.clone())),
        Found::None => Resolved::None,
        Found::Doubt(doubt, rows) => Resolved::Doubt(doubt, rows.into_iter().cloned().collect()),
    }
}

/// How many rows are read at most: one more than are compared shows that there are more.
pub(super) const ROWS_READ: usize = ROWS_MAX + 1;
