//! The key store's rows: epochs, and a key for each subject.
//!
//! A rotation goes in small steps, each a commit of its own, so that it runs beside everything else
//! and may end anywhere: at every moment each subject's key is sealed under an epoch that is there.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::super::StoreError;
use super::super::seal::{EpochKey, Vault, WrappedKey};
use super::super::sql::{self, Connection, OptionalExtension, Question, Row, params};
use super::super::subjects::{Epoch, Rotation};
use super::among::Among;
use super::tx::Tx;
use crate::domain::{CaseId, Entropy, LeafId, SubjectId, SubjectRef, Timestamp};
use crate::log::{Event, KeyInForce};

const WRAPPED: &str = "SELECT s.id, s.epoch, e.wrapped, s.wrapped
  FROM subject_key s JOIN epoch_key e ON e.epoch = s.epoch WHERE s.id IN (?)";
const WRAPPED_OF: &str = "SELECT s.id, s.epoch, e.wrapped, s.wrapped
  FROM subject_key s JOIN epoch_key e ON e.epoch = s.epoch WHERE s.subject = ?1";
const WRAPPED_BEFORE: &str = "SELECT s.id, s.epoch, e.wrapped, s.wrapped
  FROM subject_key s JOIN epoch_key e ON e.epoch = s.epoch WHERE s.epoch < ?1 LIMIT ?2";
const LATEST: &str = "SELECT epoch, wrapped FROM epoch_key ORDER BY epoch DESC LIMIT 1";

/// What [`subject`] will ask.
pub(super) fn subject_questions(pseudonym: SubjectRef) -> [Question; 2] {
    [Question::new(WRAPPED_OF, [pseudonym.bytes()]), Question::new(LATEST, [])]
}

/// Makes the first epoch where there is none.
pub(super) fn first_epoch(
    keys: &Connection,
    vault: &Vault,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let some: bool =
        keys.query_row("SELECT EXISTS (SELECT 1 FROM epoch_key)", [], |row| row.get(0))?;
    if some { Ok(()) } else { put_epoch(keys, vault, 1, entropy, now) }
}

fn put_epoch(
    keys: &Connection,
    vault: &Vault,
    epoch: u32,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let wrapped = vault.new_epoch_key(epoch, entropy)?;
    keys.prepare_cached("INSERT INTO epoch_key (epoch, wrapped, created_us) VALUES (?1, ?2, ?3)")?
        .execute(params![epoch, wrapped, now.micros()])?;
    Ok(())
}

fn latest_epoch(keys: &Connection, vault: &Vault) -> Result<EpochKey, StoreError> {
    let latest: Option<(u32, Vec<u8>)> = keys
        .prepare_cached(LATEST)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (epoch, wrapped) = latest.ok_or(StoreError::Corrupt { table: "epoch_key" })?;
    vault.epoch_key(epoch, &wrapped)
}

/// The subject of a pseudonym; it gets a key where it has none.
pub(super) fn subject(
    tx: &mut Tx<'_>,
    pseudonym: SubjectRef,
) -> Result<(SubjectId, Zeroizing<[u8; 32]>), StoreError> {
    let (vault, entropy, now) = (tx.vault, tx.entropy, tx.now);
    let keys = tx.keys()?;
    let known =
        keys.prepare_cached(WRAPPED_OF)?.query_row([pseudonym.bytes()], wrapped).optional()?;
    if let Some(known) = known {
        return Ok((known.subject, vault.subject_key(&known)?));
    }
    let id = SubjectId::draw(entropy);
    let epoch = latest_epoch(keys, vault)?;
    let (key, wrapped) = epoch.new_subject_key(id, entropy)?;
    keys.prepare_cached(
        "INSERT INTO subject_key (id, subject, epoch, wrapped, created_us)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .add(1, params![id.bytes(), pseudonym.bytes(), epoch.epoch, wrapped, now.micros()])?;
    Ok((id, key))
}

/// Who goes by a pseudonym; `None`: nobody, or nobody any more.
pub(super) fn subject_of(
    keys: &Connection,
    pseudonym: SubjectRef,
) -> Result<Option<SubjectId>, StoreError> {
    let id: Option<[u8; 16]> = keys
        .prepare_cached("SELECT id FROM subject_key WHERE subject = ?1")?
        .query_row([pseudonym.bytes()], |row| row.get(0))
        .optional()?;
    Ok(id.map(SubjectId::from_bytes))
}

/// A subject's key, still sealed; `None` once it is destroyed.
pub(super) fn wrapped_key(
    keys: &Connection,
    subject: SubjectId,
) -> Result<Option<WrappedKey>, StoreError> {
    Ok(wrapped_keys(keys, &[subject])?.remove(&subject))
}

/// The keys that subjects have, still sealed.
pub(super) fn wrapped_keys(
    keys: &Connection,
    subjects: &[SubjectId],
) -> Result<HashMap<SubjectId, WrappedKey>, StoreError> {
    let ids: Vec<_> = subjects.iter().map(SubjectId::bytes).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for list in Among::of(&ids) {
        let mut select = keys.prepare_cached(&list.said(WRAPPED))?;
        let mut rows = select.query(&list.keys()[..])?;
        while let Some(row) = rows.next()? {
            let key = wrapped(&row)?;
            found.insert(key.subject, key);
        }
    }
    Ok(found)
}

fn wrapped(row: &Row<'_>) -> sql::Result<WrappedKey> {
    Ok(WrappedKey {
        subject: SubjectId::from_bytes(row.get(0)?),
        epoch: row.get(1)?,
        epoch_key: row.get(2)?,
        key: row.get(3)?,
    })
}

/// Whom a leaf is about, and which case.
pub(super) fn remember(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    subject: SubjectId,
    case: CaseId,
) -> Result<(), StoreError> {
    // It is the one that was appended last. Should that be undone, another one will stand there.
    let place = tx.size().0.checked_sub(1).map(super::log::signed).transpose()?;
    tx.keys()?
        .prepare_cached(
            "INSERT INTO subject_leaf (leaf, subject, case_id, place) VALUES (?1, ?2, ?3, ?4)",
        )?
        .add(1, params![leaf.bytes(), subject.bytes(), case.bytes(), place])?;
    Ok(())
}

/// Begins an epoch: what is sealed from now on is sealed under its key.
pub(super) fn begin_epoch(tx: &mut Tx<'_>) -> Result<u32, StoreError> {
    let (vault, entropy, now) = (tx.vault, tx.entropy, tx.forward()?);
    let keys = tx.keys()?;
    let epoch = latest_epoch(keys, vault)?.epoch + 1;
    put_epoch(keys, vault, epoch, entropy, now)?;
    Ok(epoch)
}

/// Seals up to `most` keys of older epochs under the latest; how many that were.
pub(super) fn rewrap(tx: &mut Tx<'_>, most: usize) -> Result<usize, StoreError> {
    let (vault, entropy) = (tx.vault, tx.entropy);
    let keys = tx.keys()?;
    let latest = latest_epoch(keys, vault)?;
    let old: Vec<WrappedKey> = keys
        .prepare_cached(WRAPPED_BEFORE)?
        .query_map(params![latest.epoch, i64::try_from(most).unwrap_or(i64::MAX)], wrapped)?
        .collect::<Result<_, _>>()?;
    let mut put =
        keys.prepare_cached("UPDATE subject_key SET epoch = ?1, wrapped = ?2 WHERE id = ?3")?;
    for one in &old {
        let key = vault.subject_key(one)?;
        let sealed = latest.seal(one.subject, &key, entropy)?;
        put.execute(params![latest.epoch, sealed, one.subject.bytes()])?;
    }
    Ok(old.len())
}

/// Destroys the epochs that nothing is sealed under any more, and says so in the log.
pub(super) fn end_epochs(tx: &mut Tx<'_>, leaf: LeafId) -> Result<Option<Rotation>, StoreError> {
    tx.forward()?;
    let keys = tx.keys()?;
    let epoch: u32 = keys.query_row("SELECT max(epoch) FROM epoch_key", [], |row| row.get(0))?;
    let destroyed = keys
        .prepare_cached(
            "DELETE FROM epoch_key
              WHERE epoch < ?1 AND epoch NOT IN (SELECT epoch FROM subject_key)",
        )?
        .execute([epoch])?;
    if destroyed == 0 {
        return Ok(None);
    }
    let subjects: i64 = keys.query_row("SELECT count(*) FROM subject_key", [], |row| row.get(0))?;
    tx.append(leaf, Event::Key(KeyInForce::epoch(epoch)))?;
    let subjects = u64::try_from(subjects).unwrap_or(0);
    Ok(Some(Rotation { epoch, subjects, destroyed: destroyed as u64, traces: false }))
}

/// Every epoch that is there, oldest first.
pub(super) fn epochs(keys: &Connection) -> Result<Vec<Epoch>, StoreError> {
    let mut select = keys.prepare_cached(
        "SELECT e.epoch, e.created_us, count(s.id)
           FROM epoch_key e LEFT JOIN subject_key s ON s.epoch = e.epoch
          GROUP BY e.epoch ORDER BY e.epoch",
    )?;
    let rows = select.query_map([], |row| {
        Ok(Epoch {
            number: row.get(0)?,
            since: Timestamp::from_micros(row.get(1)?),
            subjects: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
