//! Which operators are left alone, as the processes that work have found.

use std::time::Duration;

use super::super::StoreError;
use super::super::processes::Epoch;
use super::super::sql::{self, Connection, params};
use super::super::watch::LeftAlone;
use super::Keeper;
use super::tx::Tx;
use crate::domain::{RecipientId, Timestamp};

/// A note is believed for so long behind the end of its pause. The process that made it may be gone
/// with its host.
const STALE: Duration = Duration::from_hours(1);

impl Keeper {
    pub(in crate::store) async fn note_left_alone(
        &self,
        recipient: RecipientId,
        stands: Option<LeftAlone>,
    ) -> Result<(), StoreError> {
        let epoch = self.processes.epoch();
        self.writer.run(move |tx| note(tx, &recipient, epoch, stands)).await
    }

    pub(in crate::store) async fn left_alone(
        &self,
    ) -> Result<Vec<(RecipientId, LeftAlone)>, StoreError> {
        let now = self.clock.now();
        self.read(move |database| left_alone(database, now)).await
    }
}

fn note(
    tx: &Tx<'_>,
    recipient: &RecipientId,
    epoch: Epoch,
    stands: Option<LeftAlone>,
) -> Result<(), StoreError> {
    let Some(LeftAlone { since, until, probing }) = stands else {
        tx.database
            .prepare_cached("DELETE FROM breaker WHERE recipient = ?1 AND epoch = ?2")?
            .execute(params![recipient.as_str(), epoch])?;
        return Ok(());
    };
    tx.database
        .prepare_cached(
            "INSERT INTO breaker (recipient, epoch, probing, since_us, until_us)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (recipient, epoch) DO UPDATE SET probing = excluded.probing,
                since_us = excluded.since_us, until_us = excluded.until_us",
        )?
        .execute(params![recipient.as_str(), epoch, probing, since.micros(), until.micros()])?;
    Ok(())
}

/// What processes that are gone had noted is gone, too.
pub(super) fn free(tx: &Tx<'_>, gone: &[Epoch]) -> Result<(), StoreError> {
    for epoch in gone {
        tx.database.prepare_cached("DELETE FROM breaker WHERE epoch = ?1")?.execute([epoch])?;
    }
    Ok(())
}

/// A row for each process, by recipient.
pub(super) fn left_alone(
    database: &Connection,
    now: Timestamp,
) -> Result<Vec<(RecipientId, LeftAlone)>, StoreError> {
    let believed =
        now.micros().saturating_sub(i64::try_from(STALE.as_micros()).unwrap_or(i64::MAX));
    let mut select = database.prepare_cached(
        "SELECT recipient, probing, since_us, until_us FROM breaker
          WHERE until_us >= ?1 ORDER BY recipient, since_us",
    )?;
    let rows = select.query_map([believed], |row| {
        let stands = LeftAlone {
            probing: row.get(1)?,
            since: Timestamp::from_micros(row.get(2)?),
            until: Timestamp::from_micros(row.get(3)?),
        };
        Ok((row.get::<_, String>(0)?, stands))
    })?;
    rows.collect::<sql::Result<Vec<_>>>()?
        .into_iter()
        .map(|(id, stands)| {
            let id =
                RecipientId::parse(&id).map_err(|_| StoreError::Corrupt { table: "breaker" })?;
            Ok((id, stands))
        })
        .collect()
}
