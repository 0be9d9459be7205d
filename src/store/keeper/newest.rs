//! The newest leaves that are wanted: the last places of the lists that hold them, merged.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt::Write as _;

use super::super::StoreError;
use super::super::entries::{Count, Ending, FoundLeaf, Wanted};
use super::super::sql::{Connection, params};
use super::entries::{bounds, number};
use super::found::found;
use super::log::signed;
use crate::log::{Kind, LeafIndex};

/// How many places of one list are looked up at a time.
const CHUNK: usize = 32;
/// So many of the last leaves are looked through before lists are asked,
const LAST_MAX: i64 = 400;
/// where there are at least so many lists.
const LAST_WORTH: usize = 8;

/// One list of the index: facets and ending.
type List = (i64, i64);

/// The last leaves of what was counted, the newest first.
pub(super) fn newest(
    database: &Connection,
    wanted: &Wanted,
    counts: &[(i64, Count)],
    before: Option<LeafIndex>,
    most: usize,
) -> Result<Vec<FoundLeaf>, StoreError> {
    let Some((low, high)) = bounds(database, wanted)? else {
        return Ok(Vec::new());
    };
    let before = before.map(|before| signed(before.0)).transpose()?;
    let high = before.map_or(high, |before| before.min(high));
    let lists = lists(counts, wanted.ending);
    // Of what there is much, the newest are among the newest of all; else each list is asked.
    let (mut places, low_enough) = among_the_last(database, &lists, (low, high), most)?;
    if places.len() < most {
        let left = most - places.len();
        places.extend(last(database, &lists, (low, low_enough), left)?);
    }
    found(database, &places)
}

/// Those of the last few leaves that stand in a list, and up to which place that was looked at.
fn among_the_last(
    database: &Connection,
    lists: &BTreeSet<List>,
    (low, high): (i64, i64),
    most: usize,
) -> Result<(Vec<i64>, i64), StoreError> {
    let (mut places, mut seen) = (Vec::new(), high);
    // A few lists are sooner asked.
    if lists.len() < LAST_WORTH {
        return Ok((places, seen));
    }
    let mut select = database.prepare_cached(
        "SELECT idx, facets, ending FROM entry WHERE idx >= ?1 AND idx < ?2
          ORDER BY idx DESC LIMIT ?3",
    )?;
    let mut rows = select.query(params![low, high, LAST_MAX])?;
    while places.len() < most {
        let Some(row) = rows.next()? else { break };
        seen = row.get(0)?;
        if lists.contains(&(row.get(1)?, row.get(2)?)) {
            places.push(seen);
        }
    }
    Ok((places, seen))
}

/// The lists of the index that hold something of this.
fn lists(counts: &[(i64, Count)], ending: Option<Ending>) -> BTreeSet<List> {
    let mut lists = BTreeSet::new();
    for (facets, count) in counts {
        let is_disclosure = count.facets.kind == Kind::Intent;
        if !is_disclosure {
            lists.extend(ending.is_none().then_some((*facets, number(None))));
            continue;
        }
        let some = |one: &&Ending| ending.is_none_or(|ending| ending == **one);
        let there = Ending::ALL.iter().filter(some).filter(|one| count.of(Some(**one)) > 0);
        lists.extend(there.map(|one| (*facets, number(Some(*one)))));
    }
    lists
}

/// The last places of several lists, merged: the highest first.
fn last(
    database: &Connection,
    lists: &BTreeSet<List>,
    (low, high): (i64, i64),
    most: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut heap: BinaryHeap<(i64, List)> = heads(database, lists, low, high)?.into();
    let mut ahead: BTreeMap<List, Vec<i64>> = BTreeMap::new();
    let mut select = database.prepare_cached(
        "SELECT idx FROM entry WHERE facets = ?1 AND ending = ?2 AND idx >= ?3 AND idx < ?4
          ORDER BY idx DESC LIMIT ?5",
    )?;
    let mut places = Vec::new();
    while places.len() < most {
        let Some((place, list)) = heap.pop() else { break };
        places.push(place);
        let ahead = ahead.entry(list).or_default();
        if ahead.is_empty() {
            let chunk = i64::try_from(CHUNK.min(most - places.len())).unwrap_or(1);
            let rows =
                select.query_map(params![list.0, list.1, low, place, chunk], |row| row.get(0))?;
            *ahead = rows.collect::<Result<_, _>>()?;
            ahead.reverse();
        }
        heap.extend(ahead.pop().map(|next| (next, list)));
    }
    Ok(places)
}

/// How many lists are asked for in one statement.
const LISTS_MAX: usize = 400;

/// The last place of each list, where there is one.
fn heads(
    database: &Connection,
    lists: &BTreeSet<List>,
    low: i64,
    high: i64,
) -> Result<Vec<(i64, List)>, StoreError> {
    let lists: Vec<List> = lists.iter().copied().collect();
    let mut heads = Vec::new();
    for lists in lists.chunks(LISTS_MAX) {
        // Numbers of our own: there is nothing in them to be bound.
        let mut values = String::new();
        for (facets, ending) in lists {
            let comma = if values.is_empty() { "" } else { "," };
            let _ = write!(values, "{comma}(CAST({facets} AS BIGINT), CAST({ending} AS BIGINT))");
        }
        let mut select = database.prepare(&format!(
            "WITH list (facets, ending) AS (VALUES {values})
             SELECT l.facets, l.ending,
                    (SELECT max(e.idx) FROM entry e
                      WHERE e.facets = l.facets AND e.ending = l.ending
                        AND e.idx >= ?1 AND e.idx < ?2)
               FROM list l"
        ))?;
        let mut rows = select.query([low, high])?;
        while let Some(row) = rows.next()? {
            let head: Option<i64> = row.get(2)?;
            let list = (row.get(0)?, row.get(1)?);
            heads.extend(head.map(|head| (head, list)));
        }
    }
    Ok(heads)
}
