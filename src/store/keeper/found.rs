//! Leaves by their places, each with the one that says how it ended.

use std::collections::HashMap;

use super::super::StoreError;
use super::super::entries::FoundLeaf;
use super::super::rows::StoredLeaf;
use super::super::sql::{Connection, Row};
use crate::log::{Hash, LeafIndex};

/// How many leaves are asked for in one statement.
const PLACES_MAX: usize = 400;

/// In the order in which they are asked for. A leaf whose entry is there is there itself.
pub(super) fn found(database: &Connection, places: &[i64]) -> Result<Vec<FoundLeaf>, StoreError> {
    let mut all: HashMap<i64, FoundLeaf> = HashMap::with_capacity(places.len());
    for places in places.chunks(PLACES_MAX) {
        // Numbers of our own: there is nothing in them to be bound.
        let numbers: Vec<String> = places.iter().map(i64::to_string).collect();
        let mut select = database.prepare(&format!(
            "SELECT l.idx, l.hash, l.body, o.idx, o.hash, o.body
               FROM leaf l LEFT JOIN outcome_of e ON e.intent = l.idx LEFT JOIN leaf o ON o.idx = e.leaf
              WHERE l.idx IN ({})",
            numbers.join(",")
        ))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            let leaf = stored(&row, place, 1)?;
            let end: Option<i64> = row.get(3)?;
            let outcome = end.map(|end| stored(&row, end, 4)).transpose()?;
            all.insert(place, FoundLeaf { leaf, outcome });
        }
    }
    let one = |place| all.get(place).cloned().ok_or(StoreError::Corrupt { table: "leaf" });
    places.iter().map(one).collect()
}

fn stored(row: &Row<'_>, place: i64, at: usize) -> Result<StoredLeaf, StoreError> {
    let index = u64::try_from(place).map_err(|_| StoreError::Corrupt { table: "leaf" })?;
    let hash = Hash::new(row.get(at)?);
    Ok(StoredLeaf { index: LeafIndex(index), hash, body: row.get(at + 1)? })
}
