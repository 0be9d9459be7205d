//! What an audit asks the store, to hold log and cases against each other. Nothing personal comes
//! out of it: ids, states, and whether something fits.

use super::{CaseRow, Store, StoreError};
use crate::domain::CaseId;
use crate::log::Leaf;

/// What a leaf about a case leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// To this case: the index says so, the case is kept, and the leaf commits to it.
    Case(CaseId),
    /// To none any more, or never to one: no index entry, or no key to open the leaf with.
    Cut,
    /// The index leads to a case that is not kept, or that the leaf does not commit to.
    Foreign,
}

/// Whether a leaf opens to one of several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// To this one, counted from 0.
    To(usize),
    /// To none of them.
    ToNone,
    /// Nobody can tell: its key is gone.
    Cut,
}

impl Store {
    /// What each of these leaves leads to, in order.
    pub async fn links(
        &self,
        leaves: impl Iterator<Item = &Leaf>,
    ) -> Result<Vec<Linked>, StoreError> {
        self.0.links(leaves).await
    }

    /// Cases in the order of their ids, from behind one on.
    pub async fn kept_cases(
        &self,
        after: Option<CaseId>,
        most: usize,
    ) -> Result<Vec<CaseRow>, StoreError> {
        self.0.kept_cases(after, most).await
    }

    /// To which of these names and values a leaf commits, if to any.
    pub async fn opens(
        &self,
        leaf: &Leaf,
        candidates: Vec<(String, String)>,
    ) -> Result<Opens, StoreError> {
        self.0.opens(leaf, candidates).await
    }
}
