//! What leaves are found by: written with them, and looked up.
//!
//! Leaves with the same facets, and the same ending, stand in one list of the index, in the order of the
//! log. Which lists are wanted is decided here and not by the database; a page is then the last few of
//! those lists, merged. So a page costs as many looks as there are lists and rows on it, however long
//! the log is and however rare what is asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use super::super::StoreError;
use super::super::entries::{Count, Ending, FoundLeaf, Listed, Wanted};
use super::super::sql::{Connection, OptionalExtension, Question, Row, params};
use super::Keeper;
use super::found::found;
use super::log::{self, signed};
use super::newest::newest;
use crate::crash::{self, Write};
use crate::domain::Timestamp;
use crate::log::{Event, Facets, Kind, Leaf, LeafIndex, OutcomeResult, TreeSize};

/// How many leaves get their entries in one commit, where a store has none yet.
const CAUGHT_UP_MAX: usize = 2_000;

/// The day under which all days are counted: what is asked of the whole log is not summed up day by day.
pub(super) const EVER: i64 = 0;

/// The day under which a month is counted: 20260300.
pub(super) const fn month(day: i64) -> i64 {
    day / 100 * 100
}

/// The number of an ending in the tables; 0 for what is no disclosure.
pub(super) fn number(ending: Option<Ending>) -> i64 {
    match ending {
        None => 0,
        Some(Ending::Open) => 1,
        Some(Ending::Accepted) => 2,
        Some(Ending::Rejected) => 3,
        Some(Ending::Unsent) => 4,
        Some(Ending::Unknown) => 5,
    }
}

/// A day as the tables have it: 20260301.
pub(super) fn day(at: Timestamp) -> i64 {
    numbered(at.day())
}

fn numbered(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

fn date(day: i64) -> Option<Date> {
    let part = |of: i64| i8::try_from(of % 100).ok();
    Date::new(i16::try_from(day / 10_000).ok()?, part(day / 100)?, part(day)?).ok()
}

/// What one leaf adds to the counts: written by [`tally`], for all leaves of a commit at once.
pub(super) enum Tallied {
    Leaf { day: i64, facets: i64, index: i64, told: String },
    End { intent: i64, result: OutcomeResult },
}

/// Writes what a leaf is found by.
pub(super) fn put(
    database: &Connection,
    index: LeafIndex,
    told: &str,
    at: Timestamp,
) -> Result<Tallied, StoreError> {
    let (index, facets, day) = (signed(index.0)?, Facets::number(told), day(at));
    let is_disclosure = told.starts_with("kind intent\n");
    let ending = number(is_disclosure.then_some(Ending::Open));
    crash::write(Write::Entry, || {
        database
            .prepare_cached("INSERT INTO entry (idx, facets, ending, day) VALUES (?1, ?2, ?3, ?4)")?
            .add(1, params![index, facets, ending, day])?;
        Ok::<_, StoreError>(())
    })?;
    Ok(Tallied::Leaf { day, facets, index, told: told.to_owned() })
}

/// Writes how a disclosure has ended.
pub(super) fn end(
    database: &Connection,
    intent: LeafIndex,
    result: OutcomeResult,
) -> Result<Tallied, StoreError> {
    let intent = signed(intent.0)?;
    crash::write(Write::Entry, || {
        database
            .prepare_cached("UPDATE entry SET ending = ?2 WHERE idx = ?1")?
            .change(params![intent, number(Some(result.into()))])?;
        Ok::<_, StoreError>(())
    })?;
    Ok(Tallied::End { intent, result })
}

/// Leaves of one day with the same facets: the first of them, and how many they are.
struct Same {
    told: String,
    first: i64,
    total: i64,
}

/// Counts leaves, in the transaction that appends them.
pub(super) fn tally(database: &Connection, tallied: Vec<Tallied>) -> Result<(), StoreError> {
    let (mut leaves, mut ends) = (BTreeMap::<(i64, i64), Same>::new(), Vec::new());
    for one in tallied {
        match one {
            Tallied::Leaf { day, facets, index, told } => {
                let new = Same { told, first: index, total: 0 };
                leaves.entry((day, facets)).or_insert(new).total += 1;
            }
            Tallied::End { intent, result } => ends.push((intent, result)),
        }
    }
    crash::write(Write::Tally, || {
        for ((day, facets), Same { told, first, total }) in leaves {
            database
                .prepare_cached(
                    "INSERT INTO facets (id, told, first) VALUES (?1, ?2, ?3)
                     ON CONFLICT (id) DO NOTHING",
                )?
                .put(params![facets, told, first])?;
            database
                .prepare_cached(
                    "INSERT INTO tally (day, facets, first, total)
                     VALUES (?1, ?2, ?3, ?4), (?5, ?2, ?3, ?4), (?6, ?2, ?3, ?4)
                     ON CONFLICT (day, facets) DO UPDATE SET total = tally.total + excluded.total",
                )?
                .put(params![day, facets, first, total, month(day), EVER])?;
        }
        let ended = places_of(database, &ends)?;
        for ((facets, day, result), times) in ended {
            database
                .prepare_cached(&format!(
                    "UPDATE tally SET {result} = {result} + ?1
                      WHERE day IN (?2, ?3, ?4) AND facets = ?5"
                ))?
                .put(params![times, day, month(day), EVER, facets])?;
        }
        Ok(())
    })
}

/// Facets, day, and how it ended.
type Ended = (i64, i64, &'static str);

/// Where disclosures that have ended are counted, and how many in each place.
fn places_of(
    database: &Connection,
    ends: &[(i64, OutcomeResult)],
) -> Result<BTreeMap<Ended, i64>, StoreError> {
    const ENTRY: &str = "SELECT facets, day FROM entry WHERE idx = ?1";
    database
        .ask_ahead(|| ends.iter().map(|(intent, _)| Question::new(ENTRY, [*intent])).collect())?;
    let mut places = BTreeMap::new();
    for (intent, result) in ends {
        let found = database
            .prepare_cached(ENTRY)?
            .query_row([*intent], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        // An outcome of something that is not there: the full check names it.
        if let Some((facets, day)) = found {
            *places.entry((facets, day, result.as_str())).or_default() += 1;
        }
    }
    Ok(places)
}

/// A store that was made before there were entries gets them, before anything else is done with it.
pub(super) fn catch_up(database: &Connection) -> Result<(), StoreError> {
    while behind(database)?.is_some() {
        crash::write(Write::Begin, || Ok::<_, StoreError>(database.begin()?))?;
        // Others may have written meanwhile: what counts is what stands there now.
        let next = behind(database)?.unwrap_or(LeafIndex(u64::MAX >> 1));
        let leaves = log::leaves(database, next, CAUGHT_UP_MAX)?;
        let is_short = leaves.is_empty();
        let mut tallied = Vec::with_capacity(leaves.len());
        for stored in leaves {
            // What is damaged is for the full check to name; it stands in no other list meanwhile.
            let (at, told, ends) = match Leaf::parse(&stored.body) {
                Ok(leaf) => {
                    let ends = match &leaf.event {
                        Event::Outcome(outcome) => Some((outcome.intent, outcome.result)),
                        _ => None,
                    };
                    (leaf.at, Facets::of(&leaf.event).told(), ends)
                }
                Err(_) => (Timestamp::from_micros(0), Facets::bare(Kind::Anchor).told(), None),
            };
            tallied.push(put(database, stored.index, &told, at)?);
            if let Some((intent, result)) = ends {
                tallied.push(end(database, intent, result)?);
            }
        }
        tally(database, tallied)?;
        crash::write(Write::Commit, || Ok::<_, StoreError>(database.commit()?))?;
        // A head that tells of more leaves than there are: the check of the log refuses it.
        if is_short {
            break;
        }
    }
    Ok(())
}

/// The first leaf without an entry; `None`: each has one.
fn behind(database: &Connection) -> Result<Option<LeafIndex>, StoreError> {
    let next = "SELECT coalesce(max(idx) + 1, 0) FROM entry";
    let next = database.query_row(next, [], |row| row.get(0))?;
    let size = log::head(database)?.size;
    Ok(Some(LeafIndex(next)).filter(|next| size.holds(*next)))
}

/// The facets that there are: they are never changed, so that what was read once is known.
#[derive(Default)]
pub(super) struct Known(Mutex<(i64, HashMap<i64, Arc<Facets>>)>);

impl Known {
    /// Every set of facets that this view of the database has, and perhaps some that are younger.
    fn all(&self, database: &Connection) -> Result<HashMap<i64, Arc<Facets>>, StoreError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (upto, all) = &mut *known;
        let mut select = database.prepare_cached(
            "SELECT id, told, first FROM facets WHERE first >= ?1 ORDER BY first",
        )?;
        let mut rows = select.query([*upto])?;
        while let Some(row) = rows.next()? {
            let corrupt = StoreError::Corrupt { table: "facets" };
            let facets = Facets::parse(&row.get::<_, String>(1)?).ok_or(corrupt)?;
            all.insert(row.get(0)?, Arc::new(facets));
            *upto = row.get(2)?;
        }
        Ok(all.clone())
    }
}

impl Keeper {
    pub(in crate::store) async fn find_leaves(
        &self,
        wanted: Wanted,
        before: Option<LeafIndex>,
        most: usize,
    ) -> Result<Vec<FoundLeaf>, StoreError> {
        let known = Arc::clone(&self.facets);
        self.read(move |database| {
            let counts = counts(database, &known, &wanted)?;
            newest(database, &wanted, &counts, before, most)
        })
        .await
    }

    pub(in crate::store) async fn list_leaves(
        &self,
        wanted: Wanted,
        by_day: bool,
        before: Option<LeafIndex>,
        most: usize,
    ) -> Result<Listed, StoreError> {
        let known = Arc::clone(&self.facets);
        self.read(move |database| {
            let size = log::head(database)?.size;
            let counts = counts(database, &known, &wanted)?;
            let found = newest(database, &wanted, &counts, before, most)?;
            let days = if by_day { days(database, &known, &wanted)? } else { Vec::new() };
            let counts = counts.into_iter().map(|(_, count)| count);
            let counts = counts.filter(|count| count.of(wanted.ending) > 0).collect();
            Ok(Listed { counts, days, found, size })
        })
        .await
    }

    pub(in crate::store) async fn places(
        &self,
        wanted: Wanted,
        within: TreeSize,
        first: LeafIndex,
        most: u32,
    ) -> Result<(Vec<(LeafIndex, Arc<Facets>)>, Option<LeafIndex>), StoreError> {
        let known = Arc::clone(&self.facets);
        self.read(move |database| {
            let all = known.all(database)?;
            let Some((low, high)) = bounds(database, &wanted)? else {
                return Ok((Vec::new(), None));
            };
            let low = low.max(signed(first.0)?);
            let high = high.min(signed(within.0)?);
            let end = high.min(low.saturating_add(i64::from(most)));
            let mut select = database.prepare_cached(
                "SELECT idx, facets FROM entry WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
            )?;
            let mut rows = select.query([low, end])?;
            let mut places = Vec::new();
            while let Some(row) = rows.next()? {
                let facets = all.get(&row.get::<_, i64>(1)?);
                let facets = facets.ok_or(StoreError::Corrupt { table: "facets" })?;
                if wanted.filter.fits(facets) {
                    places.push((place(&row, 0)?, Arc::clone(facets)));
                }
            }
            let further = u64::try_from(end).ok().filter(|_| end < high).map(LeafIndex);
            Ok((places, further))
        })
        .await
    }

    pub(in crate::store) async fn leaf_at(
        &self,
        index: LeafIndex,
    ) -> Result<Option<FoundLeaf>, StoreError> {
        self.read(move |database| {
            if log::head(database)?.size.holds(index) {
                Ok(found(database, &[signed(index.0)?])?.pop())
            } else {
                Ok(None)
            }
        })
        .await
    }

    pub(in crate::store) async fn leaves_at(
        &self,
        places: Vec<LeafIndex>,
    ) -> Result<Option<Vec<FoundLeaf>>, StoreError> {
        self.read(move |database| {
            let size = log::head(database)?.size;
            if !places.iter().all(|index| size.holds(*index)) {
                return Ok(None);
            }
            let places = places.into_iter().map(|index| signed(index.0));
            found(database, &places.collect::<Result<Vec<_>, _>>()?).map(Some)
        })
        .await
    }
}

fn place(row: &Row<'_>, column: usize) -> Result<LeafIndex, StoreError> {
    Ok(LeafIndex(row.get(column)?))
}

/// From which place on, and before which, the days stand that are wanted; `None`: nowhere.
pub(super) fn bounds(
    database: &Connection,
    wanted: &Wanted,
) -> Result<Option<(i64, i64)>, StoreError> {
    let mut first_of = database.prepare_cached(
        "SELECT min(first) FROM tally WHERE day = (SELECT min(day) FROM tally WHERE day >= ?1)",
    )?;
    let mut first_of = |day: i64| -> Result<Option<i64>, StoreError> {
        Ok(first_of.query_row([day], |row| row.get(0))?)
    };
    let low = match wanted.from {
        None => 0,
        Some(from) => match first_of(numbered(from))? {
            Some(low) => low,
            None => return Ok(None),
        },
    };
    let high = match wanted.to {
        None => None,
        Some(to) => first_of(numbered(to) + 1)?,
    };
    Ok(Some((low, high.unwrap_or(i64::MAX))))
}

/// What is wanted, counted by facets: whole months by their own sums, and of the others the days.
fn counts(
    database: &Connection,
    known: &Known,
    wanted: &Wanted,
) -> Result<Vec<(i64, Count)>, StoreError> {
    let all = known.all(database)?;
    let mut select = database.prepare_cached(
        "SELECT facets, total, accepted, rejected, unsent, unknown FROM tally
          WHERE day >= ?1 AND day <= ?2",
    )?;
    let mut counts: BTreeMap<i64, Count> = BTreeMap::new();
    for (first, last) in spans(database, wanted)? {
        let mut rows = select.query([first, last])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let facets = all.get(&id).ok_or(StoreError::Corrupt { table: "facets" })?;
            if !wanted.filter.fits(facets) {
                continue;
            }
            let none = || Count { facets: Arc::clone(facets), total: 0, ended: [0; 4] };
            let count = counts.entry(id).or_insert_with(none);
            count.total += row.get::<_, u64>(1)?;
            for (ended, column) in count.ended.iter_mut().zip(2..) {
                *ended += row.get::<_, u64>(column)?;
            }
        }
    }
    Ok(counts.into_iter().collect())
}

/// The rows of the tally that add up to the days that are wanted, from number to number.
fn spans(database: &Connection, wanted: &Wanted) -> Result<Vec<(i64, i64)>, StoreError> {
    if (wanted.from, wanted.to) == (None, None) {
        return Ok(vec![(EVER, EVER)]);
    }
    // Each by itself is one look into the index; both together would read all of it.
    let ends = "SELECT (SELECT min(day) FROM tally WHERE day > ?1), (SELECT max(day) FROM tally)";
    let (oldest, newest): (Option<i64>, Option<i64>) =
        database.prepare_cached(ends)?.query_row([EVER], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(Vec::new()) };
    // The row of a month stands before its days.
    let from = wanted.from.map_or(oldest, numbered).max(oldest);
    let to = wanted.to.map_or(newest, numbered).min(newest);
    let (Some(mut first), Some(last)) = (first_of(from), first_of(to)) else {
        return Ok(Vec::new());
    };
    let mut spans = Vec::new();
    while first <= last {
        let whole = month(numbered(first));
        let (begins, ends) = (from.max(whole + 1), to.min(whole + 31));
        let is_whole = begins == whole + 1 && ends >= numbered(first.last_of_month());
        spans.push(if is_whole || to == newest && begins == whole + 1 {
            (whole, whole)
        } else {
            (begins, ends)
        });
        let Ok(next) = first.checked_add(jiff::Span::new().months(1)) else { break };
        first = next;
    }
    Ok(spans)
}

/// The first day of the month of a day, or of a month.
fn first_of(day: i64) -> Option<Date> {
    date(month(day) + 1)
}

/// How many are wanted on each day.
fn days(
    database: &Connection,
    known: &Known,
    wanted: &Wanted,
) -> Result<Vec<(Date, u64)>, StoreError> {
    let number = match wanted.ending {
        None => "total",
        Some(Ending::Open) => "total - accepted - rejected - unsent - unknown",
        Some(ended) => ended.as_str(),
    };
    let all = known.all(database)?;
    // Only a disclosure ends, or has not ended yet.
    let ends = |facets: &Facets| wanted.ending.is_none() || facets.kind == Kind::Intent;
    let (fit, other): (Vec<_>, Vec<_>) =
        all.iter().partition(|(_, facets)| wanted.filter.fits(facets) && ends(facets));
    if fit.is_empty() {
        return Ok(Vec::new());
    }
    // Each row is looked up in the shorter list, and in none where that is empty. They are numbers of our
    // own: there is nothing in them to be bound.
    let (not, named) = if other.len() < fit.len() { ("NOT ", other) } else { ("", fit) };
    let named: Vec<String> = named.iter().map(|(id, _)| id.to_string()).collect();
    let among = match &*named.join(",") {
        "" => String::new(),
        named => format!("AND facets {not}IN ({named})"),
    };
    let mut select = database.prepare(&format!(
        "SELECT day, CAST(sum({number}) AS BIGINT) FROM tally
          WHERE day >= ?1 AND day <= ?2 AND day % 100 > 0 {among}
          GROUP BY day ORDER BY day"
    ))?;
    let from = wanted.from.map_or(EVER + 1, numbered);
    let to = wanted.to.map_or(i64::from(i32::MAX), numbered);
    let mut rows = select.query([from, to])?;
    let mut days = Vec::new();
    while let Some(row) = rows.next()? {
        let day = date(row.get(0)?).ok_or(StoreError::Corrupt { table: "tally" })?;
        days.push((day, row.get(1)?));
    }
    days.retain(|(_, number)| *number > 0);
    Ok(days)
}

/// The entry of a leaf, as it is stored: facets, ending, day.
pub(super) fn stored(
    database: &Connection,
    index: LeafIndex,
) -> Result<Option<(i64, i64, i64)>, StoreError> {
    let found = database
        .prepare_cached("SELECT facets, ending, day FROM entry WHERE idx = ?1")?
        .query_row([signed(index.0)?], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found)
}
