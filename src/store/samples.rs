//! Random samples of the log: kept with what their reviewers say, and signed off in the log itself.

use sha2::{Digest as _, Sha256};

use std::fmt;
use std::fmt::Write as _;

use super::{Store, StoreError};
use crate::domain::{SampleId, Timestamp, closed_list};
use crate::log::{LeafIndex, Role, TreeSize};

closed_list! {
    /// What a reviewer says of one disclosure.
    Verdict {
        /// It is as it should be.
        Right = "right",
        /// More left than was needed.
        TooMuch = "too-much",
        /// It went to somebody who should not have it.
        WrongRecipient = "wrong-recipient",
        /// There was no ground for it.
        NoGround = "no-ground",
        /// It cannot be told from the record.
        Unclear = "unclear",
    }
}

/// A sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// Our id.
    pub id: SampleId,
    /// When it was drawn.
    pub drawn: Timestamp,
    /// By whom.
    pub drawn_by: String,
    /// What makes it the same again.
    pub seed: String,
    /// How many were asked for.
    pub wanted: u32,
    /// By which strata, with spaces between.
    pub strata: String,
    /// Of what, as it stands in an address.
    pub query: String,
    /// In which log.
    pub size: TreeSize,
    /// How many there were to draw from.
    pub population: u64,
    /// When it was signed off, by whom, and where the log says so.
    pub signed: Option<(Timestamp, String, LeafIndex)>,
    /// How many it has.
    pub items: u32,
    /// How many of them have a verdict.
    pub judged: u32,
}

/// One disclosure of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleItem {
    /// Its place in the sample, from 1.
    pub seq: u32,
    /// Where it stands in the log.
    pub index: LeafIndex,
    /// What it was drawn as.
    pub stratum: String,
    /// What a reviewer says of it, who, and when.
    pub verdict: Option<(Verdict, String, Timestamp)>,
}

/// What is signed: SHA-256 over these lines.
///
/// ```text
/// sluss-sample/1
/// seed SEED
/// wanted N
/// strata WORDS
/// query ADDRESS
/// size LEAVES
/// population N
/// INDEX VERDICT        one line for each, in their order; `-` for none
/// ```
pub fn sample_digest(row: &SampleRow, items: &[SampleItem]) -> [u8; 32] {
    let SampleRow { seed, wanted, strata, query, size, population, .. } = row;
    let mut lines = format!(
        "sluss-sample/1\nseed {seed}\nwanted {wanted}\nstrata {strata}\nquery {query}\nsize {size}\n\
         population {population}\n"
    );
    for item in items {
        let verdict = item.verdict.as_ref().map_or("-", |(verdict, ..)| verdict.as_str());
        let _ = writeln!(lines, "{} {verdict}", item.index);
    }
    Sha256::digest(lines).into()
}

impl Store {
    /// Keeps a sample that was drawn.
    pub async fn keep_sample(
        &self,
        row: SampleRow,
        items: Vec<SampleItem>,
    ) -> Result<(), StoreError> {
        self.0.keep_sample(row, items).await
    }

    /// Samples, the newest first.
    pub async fn samples(&self, most: u32) -> Result<Vec<SampleRow>, StoreError> {
        self.0.samples(most).await
    }

    /// One sample, with what is in it.
    pub async fn sample(
        &self,
        id: SampleId,
    ) -> Result<Option<(SampleRow, Vec<SampleItem>)>, StoreError> {
        self.0.sample(id).await
    }

    /// Writes what a reviewer says of some of it; false: it is signed off, or none of these is in it.
    pub async fn judge(
        &self,
        id: SampleId,
        verdicts: Vec<(u32, Verdict)>,
        who: &str,
    ) -> Result<bool, StoreError> {
        self.0.judge(id, verdicts, who).await
    }

    /// Signs a sample off: a leaf holds the hash of all of it, and nothing of it changes any more.
    /// `None`: it is not there, signed already, or something of it has no verdict.
    pub async fn sign_sample(
        &self,
        id: SampleId,
        who: &str,
        role: Role,
    ) -> Result<Option<LeafIndex>, StoreError> {
        self.0.sign_sample(id, who, role).await
    }
}
