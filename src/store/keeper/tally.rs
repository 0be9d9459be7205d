//! Numbers by the hour, added to in the same commit as what they are of; and what is asked for by those
//! who look after it all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::StoreError;
use super::super::desk::Sight;
use super::super::overview::{AtOperator, Glance, Looked, PolicyVersion};
use super::super::sql::{self, Connection, OptionalExtension, Row, params};
use super::tx::Tx;
use super::{Keeper, breaker};
use crate::auth::{Action, Denial};
use crate::domain::{CaseId, PolicyId, Purpose, RecipientId, Timestamp};
use crate::log::{Event, LeafIndex, OutcomeResult};
use crate::tally::{
    AGAIN_CASES_MIN, AGAIN_PULLS_MIN, Again, BY_REASON, BY_TICKET, Count, Counted, Counts, Hour,
    Pattern, Share, by_day, together,
};

/// Of at most so many of the newest cases it is asked whether several are about one person, and of so
/// many of the newest pulls whether several are about one case: an answer that takes long is none.
const LOOKED_AT_MAX: u32 = 20_000;
/// No more of what happened again is told.
const AGAIN_MAX: u32 = 50;
/// Held cases are counted up to so many at one operator.
const HELD_MAX: u32 = 1_000;

const ADD: &str = "INSERT INTO hourly (hour, what, recipient, matter, actor, code, times)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
 ON CONFLICT (hour, what, recipient, matter, actor, code)
 DO UPDATE SET times = hourly.times + excluded.times";

/// What a day's picture and what stands out need, and no more: codes where they tell ground or reason.
const BY_HOUR: &str = "SELECT hour, what, recipient, actor,
        CASE WHEN what IN ('pulled', 'denied') THEN code ELSE '' END AS told, CAST(sum(times) AS BIGINT)
   FROM hourly WHERE hour >= ?1 AND hour < ?2
  GROUP BY hour, what, recipient, actor, told ORDER BY hour";
const SHARES: &str = "SELECT what, recipient, matter, code, CAST(sum(times) AS BIGINT)
   FROM hourly WHERE hour >= ?1 AND hour < ?2 AND what <> 'denied'
  GROUP BY what, recipient, matter, code";

/// Counted here: the database would sort them first.
const PEOPLE: &str = "SELECT subject FROM case_
     WHERE accepted_us >= ?1 AND restricted <= ?2 AND subject IS NOT NULL AND about IS NULL
     ORDER BY accepted_us DESC LIMIT ?3";
const NEWEST_OF: &str = "SELECT id FROM case_ WHERE subject = ?1 AND restricted <= ?2
  ORDER BY accepted_us DESC LIMIT 1";
const SAME_PULL: &str = "SELECT c.id, count(*) FROM (
    SELECT case_id FROM pull WHERE recorded_us >= ?1 ORDER BY recorded_us DESC LIMIT ?3) AS recent
  JOIN case_ c ON c.id = recent.case_id AND c.restricted <= ?2
  GROUP BY c.id HAVING count(*) >= ?4 ORDER BY count(*) DESC LIMIT ?5";

const DUE: &str = "SELECT min(due_us) FROM case_
  WHERE recipient = ?1 AND state IN ('accepted', 'recorded', 'placed')";
const HELD: &str = "SELECT count(*) FROM (
    SELECT 1 FROM case_ WHERE recipient = ?1 AND state = 'held' AND restricted <= ?2 LIMIT ?3) AS held";
const FEED: &str = "SELECT read_us FROM feed WHERE recipient = ?1";
const LIST: &str = "SELECT confirmed_us, failed FROM access_list WHERE recipient = ?1";

impl Keeper {
    pub(in crate::store) async fn glance(&self, look: Looked) -> Result<Glance, StoreError> {
        let now = self.clock.now();
        let closed = Arc::clone(&self.closed);
        self.read(move |database| glance(database, &closed, &look, now)).await
    }

    pub(in crate::store) async fn policy_versions(
        &self,
        recipient: RecipientId,
    ) -> Result<Vec<PolicyVersion>, StoreError> {
        self.read(move |database| policy_versions(database, &recipient)).await
    }
}

/// Adds what was counted within a commit: one row for each kind, however often it was.
pub(super) fn add(database: &Connection, mut counts: Vec<Count>) -> Result<(), StoreError> {
    counts.sort_unstable();
    for same in counts.chunk_by(|one, next| one == next) {
        put(database, &same[0], same.len() as u64)?;
    }
    Ok(())
}

fn put(database: &Connection, count: &Count, times: u64) -> Result<(), StoreError> {
    database.prepare_cached(ADD)?.put(params![
        count.hour.number(),
        count.what.as_str(),
        count.recipient,
        count.matter,
        count.actor,
        count.code,
        i64::try_from(times).unwrap_or(i64::MAX),
    ])?;
    Ok(())
}

/// An outcome leaf was written, of a disclosure to somebody for a purpose.
pub(super) fn ended(tx: &mut Tx<'_>, to: &str, purpose: &str, result: OutcomeResult) {
    let matter = Purpose::parse(purpose).map_or("", Purpose::as_str);
    tx.counts.push(Count::ended(tx.now, to, matter, result.as_str()));
}

/// A contact was given.
pub(super) fn pulled(tx: &mut Tx<'_>, event: &Event, by_ticket: bool) {
    let counted = Count::of(event, tx.now);
    tx.counts.extend(counted.map(|disclosed| Count {
        what: Counted::Pulled,
        actor: "",
        code: if by_ticket { BY_TICKET } else { BY_REASON }.to_owned(),
        ..disclosed
    }));
}

/// Requests were denied within a minute.
pub(super) fn denied(
    tx: &Tx<'_>,
    minute: Timestamp,
    action: Action,
    reason: Denial,
    times: u64,
) -> Result<(), StoreError> {
    let count = Count {
        hour: Hour::of(minute),
        what: Counted::Denied,
        recipient: String::new(),
        matter: action.as_str(),
        actor: "",
        code: reason.as_str().to_owned(),
    };
    put(tx.database, &count, times)
}

/// Numbers of hours that are over, summed up once: by the first hour of them, and the one behind them.
#[derive(Default)]
pub(super) struct Closed(Mutex<Sums>);

#[derive(Default)]
struct Sums {
    counts: BTreeMap<(Hour, Hour), Arc<Vec<Counts>>>,
    shares: BTreeMap<(Hour, Hour), Arc<Vec<Share>>>,
}

/// There are few spans that anybody looks at; when there are more than this, a new day has begun.
const SPANS_MAX: usize = 8;

impl Closed {
    fn counts(
        &self,
        database: &Connection,
        span: (Hour, Hour),
    ) -> Result<Arc<Vec<Counts>>, StoreError> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sums.counts.get(&span) {
            return Ok(Arc::clone(known));
        }
        let summed = Arc::new(by_day(by_hour(database, span)?));
        if sums.counts.len() >= SPANS_MAX {
            sums.counts.clear();
        }
        sums.counts.insert(span, Arc::clone(&summed));
        Ok(summed)
    }

    fn shares(
        &self,
        database: &Connection,
        span: (Hour, Hour),
    ) -> Result<Arc<Vec<Share>>, StoreError> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sums.shares.get(&span) {
            return Ok(Arc::clone(known));
        }
        let summed = Arc::new(shares(database, span)?);
        if sums.shares.len() >= SPANS_MAX {
            sums.shares.clear();
        }
        sums.shares.insert(span, Arc::clone(&summed));
        Ok(summed)
    }
}

fn by_hour(database: &Connection, (from, before): (Hour, Hour)) -> Result<Vec<Counts>, StoreError> {
    let mut select = database.prepare_cached(BY_HOUR)?;
    let counts = select.query_map([from.number(), before.number()], |row| {
        Ok(Counts {
            hour: Hour::new(row.get(0)?),
            what: what(row, 1)?,
            recipient: row.get(2)?,
            actor: row.get(3)?,
            code: row.get(4)?,
            times: row.get(5)?,
        })
    })?;
    Ok(counts.collect::<sql::Result<_>>()?)
}

fn shares(database: &Connection, (from, before): (Hour, Hour)) -> Result<Vec<Share>, StoreError> {
    let mut select = database.prepare_cached(SHARES)?;
    let shares = select.query_map([from.number(), before.number()], |row| {
        Ok(Share {
            what: what(row, 0)?,
            recipient: row.get(1)?,
            matter: row.get(2)?,
            code: row.get(3)?,
            times: row.get(4)?,
        })
    })?;
    Ok(shares.collect::<sql::Result<_>>()?)
}

fn glance(
    database: &Connection,
    closed: &Closed,
    look: &Looked,
    now: Timestamp,
) -> Result<Glance, StoreError> {
    let ever = Hour::new(i64::MAX);
    let mut counts = Vec::new();
    if look.since < look.closed {
        counts.extend_from_slice(&closed.counts(database, (look.since, look.closed))?);
    }
    counts.extend(by_hour(database, (look.closed.max(look.since), ever))?);
    let mut all = shares(database, (look.closed.max(look.shared), ever))?;
    if look.shared < look.closed {
        let before = closed.shares(database, (look.shared, look.closed))?;
        all = together(all.into_iter().chain(before.iter().cloned()));
    }
    let shares = all;
    let mut operators = Vec::with_capacity(look.recipients.len());
    let left_alone = breaker::left_alone(database, now)?;
    for recipient in &look.recipients {
        let mut operator = at_operator(database, recipient, look.sight, now)?;
        let first = left_alone.iter().find(|(id, _)| id == recipient);
        operator.left_alone = first.map(|(_, stands)| *stands);
        operators.push(operator);
    }
    Ok(Glance { counts, shares, operators, again: again(database, look)? })
}

fn what(row: &Row<'_>, place: usize) -> sql::Result<Counted> {
    Counted::parse(&row.get::<_, String>(place)?).ok_or(sql::Error::Column(place))
}

fn at_operator(
    database: &Connection,
    recipient: &RecipientId,
    sight: Sight,
    now: Timestamp,
) -> Result<AtOperator, StoreError> {
    let name = recipient.as_str();
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let due = database.prepare_cached(DUE)?.query_row([name], |row| row.get(0))?;
    let held = database
        .prepare_cached(HELD)?
        .query_row(params![name, sight == Sight::Restricted, HELD_MAX], |row| row.get(0))?;
    let feed: Option<Option<i64>> =
        database.prepare_cached(FEED)?.query_row([name], |row| row.get(0)).optional()?;
    let list: Option<(Option<i64>, Option<String>)> = database
        .prepare_cached(LIST)?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (confirmed, list_failed) = list.unwrap_or_default();
    Ok(AtOperator {
        recipient: recipient.clone(),
        oldest_due: moment(due).filter(|due| *due <= now),
        held,
        held_is_all: held < HELD_MAX,
        feed_read: moment(feed.flatten()),
        list_confirmed: moment(confirmed),
        list_failed,
        left_alone: None,
    })
}

/// A person or a case, by its bytes, and how often.
type Often = ([u8; 16], u64);

fn again(database: &Connection, look: &Looked) -> Result<Vec<Again>, StoreError> {
    let (since, sight) = (look.judged.began().micros(), look.sight == Sight::Restricted);
    let often = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut people: HashMap<[u8; 16], u64> = HashMap::new();
    let mut select = database.prepare_cached(PEOPLE)?;
    let mut rows = select.query(params![since, sight, LOOKED_AT_MAX])?;
    while let Some(row) = rows.next()? {
        *people.entry(row.get(0)?).or_default() += 1;
    }
    let mut people: Vec<Often> = people.into_iter().collect();
    people.retain(|(_, times)| *times >= u64::from(AGAIN_CASES_MIN));
    people.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    people.truncate(AGAIN_MAX as usize);
    let mut all = Vec::with_capacity(people.len());
    for (subject, times) in people {
        let case = database
            .prepare_cached(NEWEST_OF)?
            .query_row(params![subject, sight], |row| row.get(0).map(CaseId::from_bytes))?;
        all.push(Again { pattern: Pattern::SamePerson, case, times });
    }
    let pulls: Vec<Often> = database
        .prepare_cached(SAME_PULL)?
        .query_map(params![since, sight, LOOKED_AT_MAX, AGAIN_PULLS_MIN, AGAIN_MAX], often)?
        .collect::<sql::Result<_>>()?;
    all.extend(pulls.into_iter().map(|(case, times)| {
        let case = CaseId::from_bytes(case);
        Again { pattern: Pattern::SamePull, case, times }
    }));
    Ok(all)
}

fn policy_versions(
    database: &Connection,
    recipient: &RecipientId,
) -> Result<Vec<PolicyVersion>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT i.leaf, i.policy, i.at_us, p.version
           FROM in_force i JOIN policy p ON p.id = i.policy
          WHERE i.recipient = ?1 ORDER BY i.leaf DESC LIMIT 100",
    )?;
    let rows = select.query_map([recipient.as_str()], |row| {
        Ok(PolicyVersion {
            leaf: LeafIndex(row.get(0)?),
            policy: PolicyId::new(row.get(1)?),
            since: Timestamp::from_micros(row.get(2)?),
            version: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked for each time that somebody looks goes by an index, and sorts no table.
    /// What the database does for a statement, step by step.
    fn plan(database: &Connection, statement: &str) -> Vec<String> {
        let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let places = statement.matches('?').count();
        let none: Vec<sql::Value<'_>> = (1..=places)
            .filter(|place| statement.contains(&format!("?{place}")))
            .map(|_| sql::Value::Integer(0))
            .collect();
        let steps = plan.query_map(&*none, |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn no_table_of_cases_or_pulls_is_read_from_end_to_end() {
        let folder = tempfile::tempdir().unwrap();
        let database = sql::open(&folder.path().join("sluss.db")).unwrap();
        for (statement, table) in [
            (BY_HOUR, "SCAN hourly"),
            (SHARES, "SCAN hourly"),
            (PEOPLE, "SCAN case_"),
            (SAME_PULL, "SCAN pull"),
            (DUE, "SCAN case_"),
            (HELD, "SCAN case_"),
        ] {
            let steps = plan(&database, statement);
            assert!(!steps.iter().any(|step| step.starts_with(table)), "{statement}: {steps:?}");
        }
    }

    #[test]
    fn no_case_is_looked_up_to_be_counted_and_none_sorted_to_find_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let database = sql::open(&folder.path().join("sluss.db")).unwrap();
        for statement in [PEOPLE, HELD] {
            let steps = plan(&database, statement);
            let covered = steps.iter().any(|step| step.contains("case_ USING COVERING INDEX"));
            assert!(covered, "{statement}: {steps:?}");
        }
        let steps = plan(&database, NEWEST_OF);
        assert!(!steps.iter().any(|step| step.contains("TEMP")), "{steps:?}");
    }
}
