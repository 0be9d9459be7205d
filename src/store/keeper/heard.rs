//! What an operator says of a case besides how far it is, and all that there is to tell of a case.

use super::super::StoreError;
use super::super::rows::{HeardRow, Hearing, StoredLeaf, What};
use super::super::seal::{self, Vault};
use super::super::sql::{Connection, OptionalExtension, params};
use super::keys::wrapped_key;
use super::subjects::leaf_by;
use super::tx::Tx;
use super::{Keeper, erase};
use crate::domain::{Case, CaseId, OperatorReference, SubjectId, Timestamp};

/// How many comments of one case are kept: an operator that writes more is a loop.
const COMMENTS_MAX: i64 = 1_000;

impl Keeper {
    pub(in crate::store) async fn open_case(
        &self,
        case: CaseId,
    ) -> Result<Option<Case>, StoreError> {
        self.read_both(move |database, keys, vault| opened(database, keys, vault, case)).await
    }

    pub(in crate::store) async fn hear(
        &self,
        case: CaseId,
        heard: Vec<Hearing>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| hear(tx, case, &heard)).await
    }

    pub(in crate::store) async fn heard(&self, case: CaseId) -> Result<Vec<HeardRow>, StoreError> {
        self.read_both(move |database, keys, vault| heard(database, keys, vault, case)).await
    }

    pub(in crate::store) async fn leaves_of(
        &self,
        case: CaseId,
    ) -> Result<Vec<StoredLeaf>, StoreError> {
        self.read_both(move |database, keys, _| leaves_of(database, keys, case)).await
    }

    pub(in crate::store) async fn hurry(&self, case: CaseId) -> Result<bool, StoreError> {
        let hurried = self
            .writer
            .run(move |tx| {
                tx.wake();
                hurry(tx, case)
            })
            .await?;
        self.changed.notify_one();
        Ok(hurried)
    }
}

pub(super) fn key_of(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    case: CaseId,
) -> Result<Option<zeroize::Zeroizing<[u8; 32]>>, StoreError> {
    let subject: Option<Option<[u8; 16]>> = database
        .prepare_cached("SELECT subject FROM case_ WHERE id = ?1")?
        .query_row([case.bytes()], |row| row.get(0))
        .optional()?;
    let Some(subject) = subject.flatten().map(SubjectId::from_bytes) else {
        return Ok(None);
    };
    wrapped_key(keys, subject)?.map(|wrapped| vault.subject_key(&wrapped)).transpose()
}

pub(super) fn opened(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    case: CaseId,
) -> Result<Option<Case>, StoreError> {
    let found: Option<(Vec<u8>, Option<String>)> = database
        .prepare_cached(
            "SELECT sealed, (SELECT b.operator_reference FROM case_ c JOIN case_ b ON b.id = c.about
                              WHERE c.id = case_id)
               FROM payload WHERE case_id = ?1",
        )?
        .query_row([case.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (Some((sealed, about)), Some(key)) = (found, key_of(database, keys, vault, case)?) else {
        return Ok(None);
    };
    let corrupt = |_| StoreError::Corrupt { table: "case_" };
    let about = about.map(|text| OperatorReference::parse(&text)).transpose().map_err(corrupt)?;
    seal::open_case(case, &sealed, &key, about.as_ref()).map(Some)
}

/// Only what is new is written: an operator shows its whole ticket each time.
fn hear(tx: &mut Tx<'_>, case: CaseId, heard: &[Hearing]) -> Result<(), StoreError> {
    let vault = tx.vault;
    for one in heard {
        let last: i64 = tx
            .database
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM heard WHERE case_id = ?1")?
            .query_row([case.bytes()], |row| row.get(0))?;
        let seq = last + 1;
        let (said, mac, sealed) = match one {
            Hearing::Turn(turn) => {
                let before: Option<String> = tx
                    .database
                    .prepare_cached(
                        "SELECT what FROM heard WHERE case_id = ?1 AND what LIKE 'turn-%'
                          ORDER BY seq DESC LIMIT 1",
                    )?
                    .query_row([case.bytes()], |row| row.get(0))
                    .optional()?;
                if before.as_deref() == Some(What::Turn(*turn).as_str()) {
                    continue;
                }
                (None, None, None)
            }
            Hearing::Mended(said) => {
                let known = tx
                    .database
                    .prepare_cached(
                        "SELECT 1 FROM heard
                          WHERE case_id = ?1 AND what = 'mended' AND said_us IS NOT DISTINCT FROM ?2",
                    )?
                    .exists(params![case.bytes(), said.map(Timestamp::micros)])?;
                if known {
                    continue;
                }
                (*said, None, None)
            }
            Hearing::Comment { said, written, shown } => {
                let mac = vault.comment_mac(case, said.map_or(0, Timestamp::micros), written);
                let known = tx
                    .database
                    .prepare_cached("SELECT 1 FROM heard WHERE case_id = ?1 AND mac = ?2")?
                    .exists(params![case.bytes(), mac])?;
                if known || seq > COMMENTS_MAX {
                    continue;
                }
                let (database, entropy) = (tx.database, tx.entropy);
                let Some(key) = key_of(database, tx.keys()?, vault, case)? else { continue };
                let sealed = seal::seal_comment((case, seq), (written, shown), &key, entropy)?;
                (*said, Some(mac), Some(sealed))
            }
        };
        tx.database
            .prepare_cached(
                "INSERT INTO heard (case_id, seq, heard_us, said_us, what, mac, sealed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                case.bytes(),
                seq,
                tx.now.micros(),
                said.map(Timestamp::micros),
                one.what().as_str(),
                mac,
                sealed,
            ])?;
    }
    Ok(())
}

fn heard(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    case: CaseId,
) -> Result<Vec<HeardRow>, StoreError> {
    let key = key_of(database, keys, vault, case)?;
    let mut select = database.prepare_cached(
        "SELECT seq, heard_us, said_us, what, sealed FROM heard WHERE case_id = ?1 ORDER BY seq",
    )?;
    let rows = select.query_map([case.bytes()], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, Option<i64>>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, Option<Vec<u8>>>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (seq, heard, said, what, sealed) = row?;
        let shown = match (&sealed, &key) {
            (Some(sealed), Some(key)) => Some(seal::open_comment((case, seq), sealed, key)?),
            _ => None,
        };
        Ok(HeardRow {
            heard: Timestamp::from_micros(heard),
            said: said.map(Timestamp::from_micros),
            what: What::parse(&what).ok_or(StoreError::Corrupt { table: "heard" })?,
            shown,
        })
    })
    .collect()
}

/// The leaves about a case, and the outcomes of its disclosures, in the order of the log.
fn leaves_of(
    database: &Connection,
    keys: &Connection,
    case: CaseId,
) -> Result<Vec<StoredLeaf>, StoreError> {
    let mut found = Vec::new();
    for link in erase::links_of_case(keys, case)? {
        let Some(leaf) = link.leaf(database)? else { continue };
        let of = "idx = (SELECT leaf FROM outcome_of WHERE intent = ?1)";
        let index = super::log::signed(leaf.index.0)?;
        found.push(leaf);
        found.extend(leaf_by(database, of, params![index])?);
    }
    found.sort_by_key(|leaf| leaf.index);
    found.dedup_by_key(|leaf| leaf.index);
    Ok(found)
}

/// What waits for a time is looked at now.
fn hurry(tx: &mut Tx<'_>, case: CaseId) -> Result<bool, StoreError> {
    let hurried = tx
        .database
        .prepare_cached(
            "UPDATE case_ SET due_us = ?1
              WHERE id = ?2 AND state IN ('accepted', 'recorded', 'placed') AND lease_until_us <= ?1",
        )?
        .execute(params![tx.now.micros(), case.bytes()])?;
    Ok(hurried > 0)
}
