//! Log and cases, held against each other over both files.

use std::collections::BTreeSet;

use super::super::StoreError;
use super::super::audit::{Linked, Opens};
use super::super::rows::CaseRow;
use super::super::seal::Vault;
use super::super::sql::{Connection, OptionalExtension, params};
use super::{Keeper, read};
use crate::domain::{CaseId, LeafId};
use crate::log::digest::digest;
use crate::log::{FieldDigest, Leaf};

/// What is needed of a leaf: its id, and what it commits with.
type Committed = (LeafId, BTreeSet<FieldDigest>);

fn committed(leaf: &Leaf) -> Committed {
    (leaf.id, leaf.event.digests().cloned().unwrap_or_default())
}

impl Keeper {
    pub(in crate::store) async fn links(
        &self,
        leaves: impl Iterator<Item = &Leaf>,
    ) -> Result<Vec<Linked>, StoreError> {
        let leaves: Vec<Committed> = leaves.map(committed).collect();
        self.read_both(move |database, keys, vault| {
            leaves.iter().map(|leaf| link(database, keys, vault, leaf)).collect()
        })
        .await
    }

    pub(in crate::store) async fn kept_cases(
        &self,
        after: Option<CaseId>,
        most: usize,
    ) -> Result<Vec<CaseRow>, StoreError> {
        self.read(move |database| read::kept_cases(database, after, most)).await
    }

    pub(in crate::store) async fn opens(
        &self,
        leaf: &Leaf,
        candidates: Vec<(String, String)>,
    ) -> Result<Opens, StoreError> {
        let (id, digests) = committed(leaf);
        self.read_both(move |_, keys, vault| {
            let Some(key) = read::key_of_leaf(keys, vault, id)? else {
                return Ok(Opens::Cut);
            };
            let fits =
                |(name, value): &(String, String)| digests.contains(&digest(&key, id, name, value));
            Ok(candidates.iter().position(fits).map_or(Opens::ToNone, Opens::To))
        })
        .await
    }
}

fn link(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    (leaf, digests): &Committed,
) -> Result<Linked, StoreError> {
    let case: Option<[u8; 16]> = keys
        .prepare_cached("SELECT case_id FROM subject_leaf WHERE leaf = ?1")?
        .query_row([leaf.bytes()], |row| row.get(0))
        .optional()?;
    let (Some(case), Some(key)) = (case, read::key_of_leaf(keys, vault, *leaf)?) else {
        return Ok(Linked::Cut);
    };
    let case = CaseId::from_bytes(case);
    let kept = database
        .prepare_cached("SELECT 1 FROM case_ WHERE id = ?1")?
        .exists(params![case.bytes()])?;
    let commits = digests.contains(&digest(&key, *leaf, "case", &case.to_string()));
    Ok(if kept && commits { Linked::Case(case) } else { Linked::Foreign })
}
