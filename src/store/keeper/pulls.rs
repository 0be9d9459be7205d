//! Contact pulls over both files: looked up by an HMAC of the reference, recorded beside the case.

use super::super::StoreError;
use super::super::processes::Epoch;
use super::super::pulls::{Asked, Pull};
use super::super::rows::{Appended, Disclosure};
use super::super::seal::{self, Vault};
use super::super::sql::{self, Connection, OptionalExtension, Row, params};
use super::keys::wrapped_key;
use super::log::signed;
use super::tx::{self, Tx};
use super::{Keeper, keys, log, retention, tally};
use crate::domain::{
    CaseId, CaseState, LeafId, OpaqueReference, Purpose, RecipientId, SubjectId, Timestamp,
};
use crate::log::{Code, Draft, Event, Hash, LeafIndex, Outcome, OutcomeResult};

/// The code of an outcome that nobody could tell.
const INTERRUPTED: &str = "interrupted";
/// How many are closed in one commit.
const CLOSED_MAX: usize = 1_000;

impl Keeper {
    pub(in crate::store) async fn asked(
        &self,
        reference: &OpaqueReference,
    ) -> Result<Option<Asked>, StoreError> {
        let mac = self.vault.reference_mac(reference);
        self.read_both(move |database, keys, vault| asked(database, keys, vault, mac)).await
    }

    pub(in crate::store) async fn record_pull(
        &self,
        disclosure: Disclosure,
    ) -> Result<Appended, StoreError> {
        let (draft, epoch) =
            (tx::draft(disclosure.leaf, &disclosure.event)?, self.processes.epoch());
        self.writer.run(move |tx| record(tx, &disclosure, &draft, epoch)).await
    }

    pub(in crate::store) async fn settle_pull(
        &self,
        pull: Pull,
        intent: Appended,
        result: OutcomeResult,
        code: String,
    ) -> Result<(), StoreError> {
        let leaf = LeafId::draw(&*self.entropy);
        let intent = (intent.index, intent.hash, pull.case);
        self.writer.run(move |tx| settle(tx, intent, leaf, result, &code)).await
    }

    pub(in crate::store) async fn refuse_pull(
        &self,
        leaf: (LeafId, Event),
        about: Option<CaseId>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| refuse(tx, leaf, about)).await
    }

    pub(in crate::store) async fn close_pulls(
        &self,
        before: Timestamp,
    ) -> Result<usize, StoreError> {
        let open =
            self.read(move |database| Ok(!open_before(database, before)?.is_empty())).await?;
        if !open {
            return Ok(0);
        }
        self.writer
            .run(move |tx| {
                let open = open_before(tx.database, before)?;
                close(tx, &open)
            })
            .await
    }
}

fn asked(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    mac: [u8; 32],
) -> Result<Option<Asked>, StoreError> {
    let found = database
        .prepare_cached(
            "SELECT c.id, c.subject, c.recipient, c.state, c.accepted_us,
                    c.attempt > 0 OR c.operator_reference IS NOT NULL,
                    (SELECT sealed FROM payload WHERE case_id = c.id),
                    (SELECT count(*) FROM pull WHERE case_id = c.id), c.purpose
               FROM reference r JOIN case_ c ON c.id = r.case_id WHERE r.mac = ?1",
        )?
        .query_row([mac], |row| Ok((asked_row(row), row.get::<_, Option<Vec<u8>>>(6)?)))
        .optional()?;
    let Some((asked, sealed)) = found else { return Ok(None) };
    let mut asked = asked?;
    let wrapped = asked.subject.map(|subject| wrapped_key(keys, subject)).transpose()?.flatten();
    if let (Some(wrapped), Some(sealed)) = (wrapped, sealed) {
        let key = vault.subject_key(&wrapped)?;
        let case = seal::open_case(asked.pull.case, &sealed, &key, None)?;
        asked.opened = Some((case.as_pulled(), seal::commitment_key(&key)));
    }
    Ok(Some(asked))
}

fn asked_row(row: &Row<'_>) -> Result<Asked, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let case = CaseId::from_bytes(row.get(0)?);
    Ok(Asked {
        pull: Pull { case, answered: row.get(7)?, by_ticket: false },
        subject: row.get::<_, Option<[u8; 16]>>(1)?.map(SubjectId::from_bytes),
        recipient: RecipientId::parse(&row.get::<_, String>(2)?).map_err(|_| corrupt())?,
        purpose: Purpose::parse(&row.get::<_, String>(8)?).ok_or_else(corrupt)?,
        state: CaseState::parse(&row.get::<_, String>(3)?).ok_or_else(corrupt)?,
        disclosed: row.get(5)?,
        accepted: Timestamp::from_micros(row.get(4)?),
        opened: None,
    })
}

/// By what a case can be asked about.
pub(super) fn refer(
    tx: &Tx<'_>,
    reference: &OpaqueReference,
    case: CaseId,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("INSERT INTO reference (mac, case_id) VALUES (?1, ?2)")?
        .add(1, params![tx.vault.reference_mac(reference), case.bytes()])?;
    Ok(())
}

/// The intent leaf of an answer. A case that has ended since it was looked at is asked about in vain.
fn record(
    tx: &mut Tx<'_>,
    disclosure: &Disclosure,
    draft: &Draft,
    epoch: Epoch,
) -> Result<Appended, StoreError> {
    tx.room()?;
    let case = disclosure.case;
    let (state, subject) = standing(tx, case)?;
    let subject = subject.filter(|_| !state.is_final()).ok_or(StoreError::Fenced)?;
    if disclosure.day.is_some_and(|day| tx.now.date() != day) {
        // Midnight has passed since the policy was asked.
        return Err(StoreError::Fenced);
    }
    if let Event::Intent(intent) = &disclosure.event {
        log::in_force(tx, intent)?;
    }
    let appended = tx.append_draft(draft, &disclosure.event)?;
    keys::remember(tx, draft.id(), subject, case)?;
    for (keep, sealed) in &disclosure.parts {
        tx.database
            .prepare_cached("INSERT INTO opening (leaf, part, sealed) VALUES (?1, ?2, ?3)")?
            .put(params![draft.id().bytes(), keep.part(), sealed])?;
        retention::keep(tx, case, *keep)?;
    }
    tx.database
        .prepare_cached(
            "INSERT INTO pull (intent, intent_hash, case_id, epoch, recorded_us)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .put(params![
            signed(appended.index.0)?,
            appended.hash.bytes(),
            case.bytes(),
            epoch,
            tx.now.micros(),
        ])?;
    tally::pulled(tx, &disclosure.event, disclosure.by_ticket);
    Ok(appended)
}

/// Whoever comes second has lost it: an answer has one outcome.
fn settle(
    tx: &mut Tx<'_>,
    (intent, intent_hash, case): (LeafIndex, Hash, CaseId),
    leaf: LeafId,
    result: OutcomeResult,
    code: &str,
) -> Result<(), StoreError> {
    let ended = tx
        .database
        .prepare_cached(
            "UPDATE pull SET ended = 1
              WHERE intent = ?1 AND intent_hash = ?2 AND case_id = ?3 AND ended = 0",
        )?
        .execute(params![signed(intent.0)?, intent_hash.bytes(), case.bytes()])?;
    if ended == 0 {
        return Err(StoreError::Fenced);
    }
    let code = Code::parse(code);
    let outcome = tx.append(leaf, Event::Outcome(Outcome { intent, intent_hash, result, code }))?;
    tx.database
        .prepare_cached("INSERT INTO outcome_of (intent, leaf) VALUES (?1, ?2)")?
        .put(params![signed(intent.0)?, signed(outcome.index.0)?])?;
    let to: String = tx
        .database
        .prepare_cached("SELECT recipient FROM case_ WHERE id = ?1")?
        .query_row([case.bytes()], |row| row.get(0))?;
    tally::ended(tx, &to, Purpose::ContactPull.as_str(), result);
    Ok(())
}

fn refuse(
    tx: &mut Tx<'_>,
    (leaf, event): (LeafId, Event),
    about: Option<CaseId>,
) -> Result<(), StoreError> {
    tx.room()?;
    let subject =
        about.map(|case| standing(tx, case)).transpose()?.and_then(|(_, subject)| subject);
    tx.append(leaf, event)?;
    if let (Some(subject), Some(case)) = (subject, about) {
        keys::remember(tx, leaf, subject, case)?;
    }
    Ok(())
}

fn standing(tx: &Tx<'_>, case: CaseId) -> Result<(CaseState, Option<SubjectId>), StoreError> {
    let (state, subject): (String, Option<[u8; 16]>) = tx
        .database
        .prepare_cached("SELECT state, subject FROM case_ WHERE id = ?1")?
        .query_row([case.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(StoreError::NoSuchCase)?;
    let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
    Ok((state, subject.map(SubjectId::from_bytes)))
}

/// An answer without outcome.
type Open = (LeafIndex, Hash, CaseId);

fn open(row: &Row<'_>) -> sql::Result<(i64, [u8; 32], [u8; 16])> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn opened((intent, hash, case): (i64, [u8; 32], [u8; 16])) -> Result<Open, StoreError> {
    let intent = u64::try_from(intent).map_err(|_| StoreError::Corrupt { table: "pull" })?;
    Ok((LeafIndex(intent), Hash::new(hash), CaseId::from_bytes(case)))
}

fn open_before(database: &Connection, before: Timestamp) -> Result<Vec<Open>, StoreError> {
    let most = i64::try_from(CLOSED_MAX).unwrap_or(i64::MAX);
    let mut select = database.prepare_cached(
        "SELECT intent, intent_hash, case_id FROM pull
          WHERE ended = 0 AND recorded_us < ?1 ORDER BY recorded_us LIMIT ?2",
    )?;
    let rows = select.query_map(params![before.micros(), most], open)?;
    rows.map(|row| opened(row?)).collect()
}

/// What processes that are gone were to answer may have left: nobody can tell.
pub(super) fn free(tx: &mut Tx<'_>, gone: &[Epoch]) -> Result<usize, StoreError> {
    let mut closed = 0;
    for epoch in gone {
        let open: Vec<Open> = tx
            .database
            .prepare_cached(
                "SELECT intent, intent_hash, case_id FROM pull WHERE ended = 0 AND epoch = ?1",
            )?
            .query_map([epoch], open)?
            .map(|row| opened(row?))
            .collect::<Result<_, StoreError>>()?;
        closed += close(tx, &open)?;
    }
    Ok(closed)
}

fn close(tx: &mut Tx<'_>, open: &[Open]) -> Result<usize, StoreError> {
    for &intent in open {
        let leaf = LeafId::draw(tx.entropy);
        settle(tx, intent, leaf, OutcomeResult::Unknown, INTERRUPTED)?;
    }
    Ok(open.len())
}

/// Every answer without outcome, for who looks whether all open intents are somebody's.
pub(super) fn all_open(database: &Connection) -> Result<Vec<(LeafIndex, Hash)>, StoreError> {
    let mut select =
        database.prepare("SELECT intent, intent_hash, case_id FROM pull WHERE ended = 0")?;
    let rows = select.query_map([], open)?;
    rows.map(|row| opened(row?).map(|(intent, hash, _)| (intent, hash))).collect()
}
