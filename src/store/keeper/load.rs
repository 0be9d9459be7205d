//! How much waits, in numbers: what a person who watches goes by.

use super::super::StoreError;
use super::super::sql::{Connection, params};
use super::super::watch::Load;
use super::breaker;
use crate::domain::{RecipientId, Timestamp};

/// What is due by now, by recipient; what is held; what is to be told. Each by an index that holds just
/// that, so that it takes no longer for all that has ended.
pub(super) fn load(database: &Connection, now: Timestamp) -> Result<Load, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT recipient, count(*), min(due_us) FROM case_
          WHERE state IN ('accepted', 'recorded', 'placed') AND due_us <= ?1
          GROUP BY recipient",
    )?;
    let mut rows = select.query(params![now.micros()])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let recipient = RecipientId::parse(&row.get::<_, String>(0)?);
        let recipient = recipient.map_err(|_| StoreError::Corrupt { table: "case_" })?;
        due.push((recipient, row.get(1)?, Timestamp::from_micros(row.get(2)?)));
    }
    let count = |sql: &str| -> Result<u64, StoreError> {
        Ok(database.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    };
    Ok(Load {
        due,
        held: count("SELECT count(*) FROM case_ WHERE state = 'held'")?,
        notices: count("SELECT count(*) FROM outbox WHERE dead = 0")?,
        notices_given_up: count("SELECT count(*) FROM outbox WHERE dead = 1")?,
        left_alone: breaker::left_alone(database, now)?,
    })
}
