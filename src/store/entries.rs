//! Leaves found by what stands in them, and counted. The index is read from the leaves as they are
//! appended; what is shown of a leaf is always its own body.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Store, StoreError, StoredLeaf};
use crate::domain::closed_list;
use crate::log::{Facets, Filter, LeafIndex, OutcomeResult, TreeSize};

closed_list! {
    /// How a disclosure has ended so far.
    Ending {
        /// It has not.
        Open = "open",
        /// The operator has it.
        Accepted = "accepted",
        /// The operator got it and refused.
        Rejected = "rejected",
        /// It did not leave, for certain.
        Unsent = "unsent",
        /// Nobody can tell.
        Unknown = "unknown",
    }
}

impl From<OutcomeResult> for Ending {
    fn from(result: OutcomeResult) -> Self {
        match result {
            OutcomeResult::Accepted => Self::Accepted,
            OutcomeResult::Rejected => Self::Rejected,
            OutcomeResult::Unsent => Self::Unsent,
            OutcomeResult::Unknown => Self::Unknown,
        }
    }
}

/// Which leaves somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// By what stands in them.
    pub filter: Filter,
    /// Disclosures that have ended so.
    pub ending: Option<Ending>,
    /// From this day on, by the clocks of Sweden.
    pub from: Option<Date>,
    /// Until this day, and that day too.
    pub to: Option<Date>,
}

/// A leaf that was found.
#[derive(Clone, Debug)]
pub struct FoundLeaf {
    /// As it is stored.
    pub leaf: StoredLeaf,
    /// The leaf that says how it ended, where it is a disclosure and has.
    pub outcome: Option<StoredLeaf>,
}

/// What was found, and what it is a part of.
#[derive(Clone, Debug)]
pub struct Listed {
    /// How many there are, by what they have in common.
    pub counts: Vec<Count>,
    /// How many there are on each day that has any, by the clocks of Sweden, where that was asked.
    pub days: Vec<(Date, u64)>,
    /// The last of them, the newest first.
    pub found: Vec<FoundLeaf>,
    /// How large the log was.
    pub size: TreeSize,
}

/// How many leaves there are with the same facets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What they have in common.
    pub facets: Arc<Facets>,
    /// How many there are.
    pub total: u64,
    /// How many of them are disclosures that have ended so; in the order of [`Ending`], from
    /// `accepted`.
    pub ended: [u64; 4],
}

impl Count {
    /// How many have ended so; all of them, where that is not asked.
    pub fn of(&self, ending: Option<Ending>) -> u64 {
        let [accepted, rejected, unsent, unknown] = self.ended;
        match ending {
            None => self.total,
            Some(Ending::Open) => self.open(),
            Some(Ending::Accepted) => accepted,
            Some(Ending::Rejected) => rejected,
            Some(Ending::Unsent) => unsent,
            Some(Ending::Unknown) => unknown,
        }
    }

    fn open(&self) -> u64 {
        let is_disclosure = self.facets.kind == crate::log::Kind::Intent;
        let ended: u64 = self.ended.iter().sum();
        if is_disclosure { self.total.saturating_sub(ended) } else { 0 }
    }
}

impl Store {
    /// Leaves that are wanted, the newest first, from before one on.
    pub async fn find_leaves(
        &self,
        wanted: &Wanted,
        before: Option<LeafIndex>,
        most: usize,
    ) -> Result<Vec<FoundLeaf>, StoreError> {
        self.0.find_leaves(wanted.clone(), before, most).await
    }

    /// The same, and how many leaves are wanted in all, by what they have in common; by day besides,
    /// where that is asked. Of one view of the log.
    pub async fn list_leaves(
        &self,
        wanted: &Wanted,
        by_day: bool,
        before: Option<LeafIndex>,
        most: usize,
    ) -> Result<Listed, StoreError> {
        self.0.list_leaves(wanted.clone(), by_day, before, most).await
    }

    /// Where leaves stand that are wanted, in the order of the log, among the next `most` leaves from
    /// one on; and where to go on. What stands behind a tree of this size does not count. Endings are
    /// not looked at: they may come later.
    pub async fn places(
        &self,
        wanted: &Wanted,
        within: TreeSize,
        first: LeafIndex,
        most: u32,
    ) -> Result<(Vec<(LeafIndex, Arc<Facets>)>, Option<LeafIndex>), StoreError> {
        self.0.places(wanted.clone(), within, first, most).await
    }

    /// Leaves with their outcomes, in the order asked for; `None`: one of them is not there.
    pub async fn leaves_at(
        &self,
        places: Vec<LeafIndex>,
    ) -> Result<Option<Vec<FoundLeaf>>, StoreError> {
        self.0.leaves_at(places).await
    }

    /// A leaf with what became of it; `None` where the log has not grown that far.
    pub async fn leaf_at(&self, index: LeafIndex) -> Result<Option<FoundLeaf>, StoreError> {
        self.0.leaf_at(index).await
    }
}
