//! Copies of access lists: rows are replaced one by one, and what a complete list does not have goes
//! in the commit that ends it, so that half a list takes nothing away.

use super::super::StoreError;
use super::super::accesses::{AccessList, ListEnd, ROWS_READ, Resolved, resolved};
use super::super::sql::{self, Connection, Row, params};
use super::Keeper;
use super::tx::Tx;
use crate::address::{Access, AccessState, Listed, Place, Premises, Written};
use crate::domain::{AccessId, RecipientId, Timestamp};

const ROW: &str = "SELECT recipient, id, legacy, street, number, littera, apartment, distinguisher,
       outlet, postcode, city, premises, state FROM access";

impl Keeper {
    pub(in crate::store) async fn put_accesses(
        &self,
        recipient: RecipientId,
        begun: Timestamp,
        rows: Vec<Access>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| put(tx, &recipient, begun, &rows)).await
    }

    pub(in crate::store) async fn end_accesses(
        &self,
        recipient: RecipientId,
        begun: Timestamp,
        end: ListEnd,
    ) -> Result<usize, StoreError> {
        self.writer.run(move |tx| ended(tx, &recipient, begun, &end)).await
    }

    pub(in crate::store) async fn access_lists(&self) -> Result<Vec<AccessList>, StoreError> {
        self.read(lists).await
    }

    pub(in crate::store) async fn accesses_by_id(
        &self,
        id: AccessId,
    ) -> Result<Vec<Listed>, StoreError> {
        self.read(move |database| by_id(database, &id)).await
    }

    pub(in crate::store) async fn access_at(
        &self,
        place: Place,
        at: Option<RecipientId>,
    ) -> Result<Resolved, StoreError> {
        self.read(move |database| Ok(resolved(&place, &of_street(database, &place, at.as_ref())?)))
            .await
    }

    pub(in crate::store) fn accesses_by_id_now(
        &self,
        id: &AccessId,
    ) -> Result<Vec<Listed>, StoreError> {
        self.readers.now(|database| by_id(database, id))
    }

    pub(in crate::store) fn access_at_now(
        &self,
        place: &Place,
        at: Option<&RecipientId>,
    ) -> Result<Resolved, StoreError> {
        let rows = self.readers.now(|database| of_street(database, place, at))?;
        Ok(resolved(place, &rows))
    }
}

fn put(
    tx: &mut Tx<'_>,
    recipient: &RecipientId,
    begun: Timestamp,
    rows: &[Access],
) -> Result<(), StoreError> {
    tx.room()?;
    let mut insert = tx.database.prepare_cached(
        "INSERT INTO access (recipient, id, legacy, street_key, street, number, littera, apartment,
                             distinguisher, outlet, postcode, city, premises, state, seen_us, gone_us)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, NULL)
         ON CONFLICT (recipient, id) DO UPDATE
            SET legacy = excluded.legacy, street_key = excluded.street_key,
                street = excluded.street, number = excluded.number, littera = excluded.littera,
                apartment = excluded.apartment, distinguisher = excluded.distinguisher,
                outlet = excluded.outlet, postcode = excluded.postcode, city = excluded.city,
                premises = excluded.premises, state = excluded.state, seen_us = excluded.seen_us,
                gone_us = NULL",
    )?;
    for row in rows {
        let Written { street, number, littera, apartment, distinguisher, outlet, postcode, city } =
            &row.written;
        insert.execute(params![
            recipient.as_str(),
            row.id.as_str(),
            row.legacy.as_ref().map(AccessId::as_str),
            row.place.key(),
            street,
            number,
            littera,
            apartment,
            distinguisher,
            outlet,
            postcode,
            city,
            row.premises.as_str(),
            row.state.as_str(),
            begun.micros(),
        ])?;
    }
    Ok(())
}

fn ended(
    tx: &mut Tx<'_>,
    recipient: &RecipientId,
    begun: Timestamp,
    end: &ListEnd,
) -> Result<usize, StoreError> {
    let (last_modified, complete, failed) = match end {
        ListEnd::Complete { last_modified } => (last_modified.as_deref(), true, None),
        ListEnd::Changes { last_modified } => (last_modified.as_deref(), false, None),
        ListEnd::Failed(code) => (None, false, Some(code.as_str())),
    };
    let gone = if complete {
        tx.database
            .prepare_cached(
                "UPDATE access SET gone_us = ?1
                  WHERE recipient = ?2 AND seen_us < ?3 AND gone_us IS NULL",
            )?
            .execute(params![tx.now.micros(), recipient.as_str(), begun.micros()])?
    } else {
        0
    };
    // A complete list without a name for its state has none: the next one is complete, too.
    tx.database
        .prepare_cached(
            "INSERT INTO access_list (recipient, last_modified, complete_us, confirmed_us, tried_us,
                                      failed)
             VALUES (?1, ?2, CASE WHEN ?3 = 1 THEN ?4 END, CASE WHEN ?5 IS NULL THEN ?4 END, ?4, ?5)
             ON CONFLICT (recipient) DO UPDATE
                SET last_modified = CASE WHEN ?3 = 1 THEN ?2
                                         ELSE coalesce(?2, access_list.last_modified) END,
                    complete_us = coalesce(excluded.complete_us, access_list.complete_us),
                    confirmed_us = coalesce(excluded.confirmed_us, access_list.confirmed_us),
                    tried_us = excluded.tried_us, failed = excluded.failed",
        )?
        .execute(params![recipient.as_str(), last_modified, complete, begun.micros(), failed])?;
    Ok(gone)
}

fn lists(database: &Connection) -> Result<Vec<AccessList>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT recipient, last_modified, complete_us, confirmed_us, tried_us, failed,
                (SELECT count(*) FROM access a
                  WHERE a.recipient = l.recipient AND gone_us IS NULL)
           FROM access_list l ORDER BY recipient",
    )?;
    let time = |row: &Row<'_>, column| {
        row.get::<_, Option<i64>>(column).map(|time| time.map(Timestamp::from_micros))
    };
    let rows = select.query_map([], |row| {
        let list = |recipient| {
            Ok::<_, sql::Error>(AccessList {
                recipient,
                last_modified: row.get(1)?,
                complete: time(row, 2)?,
                confirmed: time(row, 3)?,
                tried: Timestamp::from_micros(row.get(4)?),
                failed: row.get(5)?,
                accesses: u64::try_from(row.get::<_, i64>(6)?).unwrap_or(0),
            })
        };
        RecipientId::parse(&row.get::<_, String>(0)?)
            .map(list)
            .map_or(Ok(None), |one| one.map(Some))
    })?;
    rows.map(|row| row?.ok_or(StoreError::Corrupt { table: "access_list" })).collect()
}

fn by_id(database: &Connection, id: &AccessId) -> Result<Vec<Listed>, StoreError> {
    let mut select = database.prepare_cached(&format!(
        "{ROW} WHERE gone_us IS NULL AND id = ?1
         UNION ALL {ROW} WHERE gone_us IS NULL AND legacy IS NOT NULL AND legacy = ?1 AND id <> ?1
         ORDER BY recipient, id LIMIT 100"
    ))?;
    let rows = select.query_map([id.as_str()], |row| Ok(listed(row)))?;
    rows.map(|row| row?).collect()
}

/// The rows whose street may be this one, at the postcode where that is known.
fn of_street(
    database: &Connection,
    place: &Place,
    at: Option<&RecipientId>,
) -> Result<Vec<Listed>, StoreError> {
    let mut select = database.prepare_cached(&format!(
        "{ROW} WHERE gone_us IS NULL AND street_key = ?1 AND (?2 IS NULL OR postcode = ?2)
            AND (?3 IS NULL OR recipient = ?3) LIMIT ?4"
    ))?;
    let most = i64::try_from(ROWS_READ).unwrap_or(i64::MAX);
    let rows = select.query_map(
        params![place.key(), place.postcode(), at.map(RecipientId::as_str), most],
        |row| Ok(listed(row)),
    )?;
    rows.map(|row| row?).collect()
}

fn listed(row: &Row<'_>) -> Result<Listed, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "access" };
    let text = |column: usize| row.get::<_, String>(column);
    let written = Written {
        street: text(3)?,
        number: text(4)?,
        littera: text(5)?,
        apartment: text(6)?,
        distinguisher: text(7)?,
        outlet: text(8)?,
        postcode: text(9)?,
        city: text(10)?,
    };
    let id = AccessId::parse(&text(1)?).map_err(|_| corrupt())?;
    let premises = Premises::parse(&text(11)?).ok_or_else(corrupt)?;
    let state = AccessState::parse(&text(12)?).ok_or_else(corrupt)?;
    let mut access = Access::new(id, written, premises, state);
    let legacy: Option<String> = row.get(2)?;
    access.legacy = legacy.and_then(|id| AccessId::parse(&id).ok());
    Ok(Listed { recipient: RecipientId::parse(&text(0)?).map_err(|_| corrupt())?, access })
}
