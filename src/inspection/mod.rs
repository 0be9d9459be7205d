//! What an auditor and the data protection officer do with the disclosure log: find, look, verify, take
//! along, draw a sample and sign it off, tell a person what left about them. Not how it looks; that is
//! `pages`.
//!
//! Whoever looks is written down first: nothing here hands out a leaf whose reading is not one itself.
//! What is shown of a leaf is read from its body, and a body holds no personal value. Which case a leaf
//! is about stands beside the keys, and is told to who may see that case.
//!
//! ```text
//! query    what somebody asks for, as it stands in an address    listing  leaves found, and counted
//! record   one leaf: why, verified, as a file to take along      handout  rows for other programs
//! draw     which leaves a seed chooses. Pure                     sample   kept, judged, signed off
//! person   what left about somebody
//! ```

pub mod draw;
pub mod handout;
mod listing;
pub mod person;
mod query;
mod record;
pub mod sample;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use thiserror::Error;

pub use listing::{Listing, Row};
pub use query::{BadQuery, Group, NAMES, Query};
pub use record::{Because, Record, Step, Verified};

use crate::domain::{Clock, Entropy};
use crate::log::{Code, Leaf, LeafIndex, Role};
use crate::store::{Store, StoreError, StoredLeaf};

/// What an auditor works with.
#[derive(Clone)]
pub struct Inspection(Arc<Parts>);

/// The parts of an [`Inspection`].
pub struct Parts {
    /// Where the log is.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For ids.
    pub entropy: Arc<dyn Entropy>,
}

/// Why it cannot be shown.
#[derive(Debug, Error)]
pub enum InspectionError {
    /// It is not there, or not for whoever asks.
    #[error("there is no such record, case, person or sample")]
    NotThere,
    /// It cannot be read or written now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// So many rows are not handed out at once.
    #[error("{rows} rows are asked for, and at most {most} are handed out at once")]
    TooMany {
        /// How many there are.
        rows: u64,
        /// How many are handed out.
        most: u64,
    },
}

impl Inspection {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Writes down that somebody reads: how, from which leaf on, and how many.
    async fn note(
        &self,
        role: Role,
        what: &'static str,
        first: LeafIndex,
        count: u64,
    ) -> Result<(), InspectionError> {
        let what = Code::parse(what).ok_or(InspectionError::NotThere)?;
        Ok(self.store.note_read(role, what, first, count).await?)
    }
}

/// What a stored leaf says.
fn leaf_of(stored: &StoredLeaf) -> Result<Leaf, StoreError> {
    Leaf::parse(&stored.body).map_err(|_| StoreError::Corrupt { table: "leaf" })
}

impl Deref for Inspection {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection").finish_non_exhaustive()
    }
}
