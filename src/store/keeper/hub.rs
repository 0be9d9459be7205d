//! Registrations for notifications, and the errands to them: leased like cases, one at a time for
//! each registration, so that what is told is told in order.

use std::time::Duration;

use super::super::StoreError;
use super::super::notices::{Errand, Fate, Registered, Registration};
use super::super::processes::Epoch;
use super::super::seal::Vault;
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::log::signed;
use super::outbox;
use super::tx::Tx;
use crate::domain::{ClientId, RegistrationId, Timestamp};
use crate::intake::Kind;

/// How many registrations a client has for one API, at most.
const REGISTRATIONS_MAX: i64 = 20;
/// How many registrations are spoken to at once.
const ERRANDS_MAX: usize = 8;
/// How much is told to one before what became of it is written.
const TELLINGS_MAX: usize = 32;

const REGISTRATION: &str =
    "SELECT h.id, h.client, h.kind, h.callback, h.query, h.created_us, h.sequence,
       (SELECT count(*) FROM outbox WHERE hub = h.id AND dead = 0),
       (SELECT count(*) FROM outbox WHERE hub = h.id AND dead = 1)
  FROM hub h";

pub(super) fn register(
    tx: &mut Tx<'_>,
    registration: &Registration,
    sealed: &[u8],
) -> Result<Registered, StoreError> {
    let Registration { id, client, kind, callback, query, .. } = registration;
    let (all, same): (i64, i64) = tx
        .database
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE callback = ?3 AND query = ?4)
               FROM hub WHERE client = ?1 AND kind = ?2",
        )?
        .query_row(params![client.as_str(), kind.as_str(), callback, query], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if same > 0 {
        return Ok(Registered::Twice);
    }
    if all >= REGISTRATIONS_MAX {
        return Ok(Registered::TooMany);
    }
    tx.room()?;
    tx.database
        .prepare_cached(
            "INSERT INTO hub (id, client, kind, callback, query, secret, created_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id.bytes(),
            client.as_str(),
            kind.as_str(),
            callback,
            query,
            sealed,
            registration.created.micros(),
        ])?;
    Ok(Registered::New)
}

/// Whether there was one. What was still to be told to it goes, too.
pub(super) fn unregister(
    tx: &mut Tx<'_>,
    client: &ClientId,
    kind: Kind,
    id: RegistrationId,
) -> Result<bool, StoreError> {
    let gone = tx
        .database
        .prepare_cached("DELETE FROM hub WHERE id = ?1 AND client = ?2 AND kind = ?3")?
        .execute(params![id.bytes(), client.as_str(), kind.as_str()])?;
    Ok(gone > 0)
}

/// Of one client, or of all.
pub(super) fn registrations(
    database: &Connection,
    client: Option<&ClientId>,
    kind: Option<Kind>,
) -> Result<Vec<Registration>, StoreError> {
    let sql = format!(
        "{REGISTRATION} WHERE (?1 IS NULL OR h.client = ?1) AND (?2 IS NULL OR h.kind = ?2)
          ORDER BY h.created_us, h.id"
    );
    let mut select = database.prepare_cached(&sql)?;
    let rows = select
        .query_map(params![client.map(ClientId::as_str), kind.map(Kind::as_str)], |row| {
            Ok(registration(row))
        })?;
    rows.map(|row| row?).collect()
}

fn registration(row: &Row<'_>) -> Result<Registration, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "hub" };
    let count = |column: usize| -> Result<u64, StoreError> {
        u64::try_from(row.get::<_, i64>(column)?).map_err(|_| corrupt())
    };
    Ok(Registration {
        id: RegistrationId::from_bytes(row.get(0)?),
        client: ClientId::parse(&row.get::<_, String>(1)?).map_err(|_| corrupt())?,
        kind: Kind::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?,
        callback: row.get(3)?,
        query: row.get(4)?,
        created: Timestamp::from_micros(row.get(5)?),
        sequence: count(6)?,
        waiting: count(7)?,
        dead: count(8)?,
    })
}

/// Whether anybody is to be told anything by now: asked of a reader, so that the writer is not
/// troubled for nothing.
pub(super) fn is_due(database: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    Ok(database
        .prepare_cached(&format!("SELECT EXISTS ({DUE})"))?
        .query_row([now.micros()], |row| row.get(0))?)
}

const DUE: &str = "SELECT h.id FROM hub h
  WHERE h.due_us <= ?1 AND h.lease_until_us <= ?1 AND EXISTS
    (SELECT 1 FROM outbox o WHERE o.hub = h.id AND o.dead = 0 AND o.due_us <= ?1)";

/// An errand, its secret still sealed.
pub(super) struct Leased {
    errand: Errand,
    sealed: Vec<u8>,
}

impl Leased {
    pub(super) fn open(mut self, vault: &Vault) -> Result<Errand, StoreError> {
        self.errand.secret = vault.hub_secret(self.errand.to, &self.sealed)?;
        Ok(self.errand)
    }
}

/// Leases registrations that are to be told something, with what they are to be told.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    lease: Duration,
    epoch: Epoch,
) -> Result<Vec<Leased>, StoreError> {
    let (now, until) = (tx.now, tx.now.after(lease));
    let due: Vec<[u8; 16]> = tx
        .database
        .prepare_cached(&format!("{DUE} ORDER BY h.due_us LIMIT ?2"))?
        .query_map(params![now.micros(), signed(ERRANDS_MAX as u64)?], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    due.iter().map(|id| lease_one(tx, id, until, epoch)).collect()
}

fn lease_one(
    tx: &mut Tx<'_>,
    id: &[u8; 16],
    until: Timestamp,
    epoch: Epoch,
) -> Result<Leased, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "hub" };
    let (kind, callback, query, sealed, failures, token): (String, _, _, _, _, _) = tx
        .database
        .prepare_cached(
            "UPDATE hub SET lease_until_us = ?1, lease_token = lease_token + 1, epoch = ?2
              WHERE id = ?3
          RETURNING kind, callback, query, secret, failures, lease_token",
        )?
        .query_row(params![until.micros(), epoch, id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
    let sql = format!(
        "SELECT {} FROM outbox o
          WHERE o.hub = ?1 AND o.dead = 0 AND o.due_us <= ?2 ORDER BY o.sequence LIMIT ?3",
        outbox::TELLING
    );
    let mut select = tx.database.prepare_cached(&sql)?;
    let most = signed(TELLINGS_MAX as u64)?;
    let rows =
        select.query_map(params![id, tx.now.micros(), most], |row| Ok(outbox::telling(row)))?;
    let notices = rows.map(|row| row?).collect::<Result<_, StoreError>>()?;
    let kind = Kind::parse(&kind).ok_or_else(corrupt)?;
    let to = RegistrationId::from_bytes(*id);
    let secret = Box::new([0; 32]).into();
    Ok(Leased {
        errand: Errand { to, kind, callback, query, secret, failures, until, notices, token },
        sealed,
    })
}

/// What became of an errand. `pause`: the registration did not answer, and is not spoken to before.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    (to, token): (RegistrationId, i64),
    fates: &[(u64, Fate)],
    pause: Option<Timestamp>,
) -> Result<(), StoreError> {
    let held = tx
        .database
        .prepare_cached(
            "UPDATE hub SET lease_until_us = 0, due_us = coalesce(?1, 0),
                            failures = CASE WHEN ?1 IS NULL THEN 0 ELSE failures + 1 END
              WHERE id = ?2 AND lease_token = ?3",
        )?
        .execute(params![pause.map(Timestamp::micros), to.bytes(), token])?;
    if held == 0 {
        return Err(StoreError::Fenced);
    }
    for (sequence, fate) in fates {
        let place = signed(*sequence)?;
        let (due, code, dead) = match fate {
            Fate::Told => {
                tx.database
                    .prepare_cached("DELETE FROM outbox WHERE hub = ?1 AND sequence = ?2")?
                    .execute(params![to.bytes(), place])?;
                continue;
            }
            Fate::Later { due, code } => (*due, code, false),
            Fate::Dead { code } => (tx.now, code, true),
        };
        tx.database
            .prepare_cached(
                "UPDATE outbox SET attempt = attempt + 1, due_us = ?1, answer = ?2, dead = ?3
                  WHERE hub = ?4 AND sequence = ?5",
            )?
            .execute(params![due.micros(), code, dead, to.bytes(), place])?;
    }
    Ok(())
}

/// What was given up is tried again, now and for as long as anything else; how many that are.
pub(super) fn replay(tx: &mut Tx<'_>, of: Option<RegistrationId>) -> Result<usize, StoreError> {
    let of = of.as_ref().map(RegistrationId::bytes);
    let revived = tx
        .database
        .prepare_cached(
            "UPDATE outbox SET dead = 0, attempt = 0, due_us = ?1, since_us = ?1
              WHERE dead = 1 AND (?2 IS NULL OR hub = ?2)",
        )?
        .execute(params![tx.now.micros(), of])?;
    tx.database
        .prepare_cached("UPDATE hub SET due_us = 0, failures = 0 WHERE ?1 IS NULL OR id = ?1")?
        .execute([of])?;
    Ok(revived)
}

/// What processes that are gone had leased.
pub(super) fn free(tx: &mut Tx<'_>, gone: &[Epoch]) -> Result<(), StoreError> {
    for epoch in gone {
        tx.database
            .prepare_cached("UPDATE hub SET lease_until_us = 0 WHERE epoch = ?1")?
            .execute([epoch])?;
    }
    Ok(())
}

/// The registration of a client; `None`: there is none.
pub(super) fn find(
    database: &Connection,
    client: &ClientId,
    kind: Kind,
    id: RegistrationId,
) -> Result<Option<Registration>, StoreError> {
    database
        .prepare_cached(&format!(
            "{REGISTRATION} WHERE h.id = ?1 AND h.client = ?2 AND h.kind = ?3"
        ))?
        .query_row(params![id.bytes(), client.as_str(), kind.as_str()], |row| Ok(registration(row)))
        .optional()?
        .transpose()
}
