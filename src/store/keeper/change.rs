//! What is asked about something in our keeping comes into keeping too, as a case of its own for
//! each item that it is about; and what is asked goes on when what it is about has.
//!
//! One that is about another begins with what that one holds, sealed under the same person's key. It
//! waits until the operator has the other, and until what was asked before it is through: what an
//! operator reads stands in the order in which it was written.

use std::sync::Arc;
use std::time::Duration;

use super::super::StoreError;
use super::super::rows::{Accepted, CaseRow, ChangeRow};
use super::super::seal::{self, Vault};
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::super::subjects::Keep;
use super::keys::wrapped_key;
use super::tx::Tx;
use super::{Keeper, cancel, cases, desk, heard, read, retention};
use crate::domain::{
    Act, Case, CaseId, CaseParts, CaseState, Entropy, Field, LeafId, OpaqueReference,
    OperatorReference, Personal, Purpose, RecipientId, Step, SubjectId, SubmissionId, Timestamp,
};
use crate::intake::{Change, Kind, Wish};
use crate::log::{Code, Event, Release, Role};

impl Keeper {
    pub(in crate::store) async fn accept_change(
        &self,
        change: Change,
        version: Option<String>,
    ) -> Result<Accepted, StoreError> {
        let accepted = self.writer.run(move |tx| {
            if let Some(version) = version {
                let row = read::submission(tx.database, change.kind, change.of)?;
                if row.is_none_or(|row| row.version() != version) {
                    return Err(StoreError::Stale);
                }
            }
            let accepted = accept(tx, &change)?;
            tx.wake();
            Ok(accepted)
        });
        let accepted = accepted.await?;
        self.changed.notify_one();
        Ok(accepted)
    }

    pub(in crate::store) async fn as_asked(
        &self,
        about: CaseId,
        change: Change,
    ) -> Result<Option<Case>, StoreError> {
        let (entropy, now) = (Arc::clone(&self.entropy), self.clock.now());
        self.read_both(move |database, keys, vault| {
            as_asked(database, (keys, vault), about, (&change, &*entropy, now))
        })
        .await
    }

    pub(in crate::store) async fn case_of(
        &self,
        recipient: RecipientId,
        reference: OperatorReference,
    ) -> Result<Option<CaseRow>, StoreError> {
        self.read(move |database| read::case_of(database, &recipient, &reference)).await
    }

    pub(in crate::store) async fn change(
        &self,
        id: SubmissionId,
    ) -> Result<Option<ChangeRow>, StoreError> {
        self.read(move |database| read::change(database, id)).await
    }
}

/// The case that would come of a change, sealed and opened as it would be; nothing is kept.
fn as_asked(
    database: &Connection,
    (keys, vault): (&Connection, &Vault),
    base: CaseId,
    (change, entropy, now): (&Change, &dyn Entropy, Timestamp),
) -> Result<Option<Case>, StoreError> {
    let Some(wish) = change.wishes.first() else { return Ok(None) };
    let Some(told) = heard::opened(database, keys, vault, base)? else { return Ok(None) };
    let Some(key) = heard::key_of(database, keys, vault, base)? else { return Ok(None) };
    let case = about(told, wish, (change.drawn.as_deref().unwrap_or(entropy), now));
    let sealed = seal::seal_case(&case, &key, entropy)?;
    let reference = read::case(database, base)?.and_then(|row| row.operator_reference);
    seal::open_case(case.id(), &sealed, &key, reference.as_ref()).map(Some)
}

/// Why what was asked about a case was not sent: the operator never had it.
const NEVER_THERE: &str = "never-at-operator";

/// Takes a change into keeping. The same again is the same change.
fn accept(tx: &mut Tx<'_>, change: &Change) -> Result<Accepted, StoreError> {
    let mac = tx.vault.body_mac(&change.canonical);
    let handed_in = tx
        .database
        .prepare_cached("SELECT 1 FROM submission WHERE id = ?1 AND kind = ?2 AND client = ?3")?
        .exists(params![change.of.bytes(), change.kind.as_str(), change.client.as_str()])?;
    if !handed_in {
        return Err(StoreError::NoSuchCase);
    }
    if let Some((id, known)) = known(tx, change)? {
        if known == mac {
            return Ok(Accepted::Existing(SubmissionId::from_bytes(id)));
        } else if change.key.is_some() {
            return Err(StoreError::Conflict);
        }
    }
    tx.forward()?;
    tx.room()?;
    // Behind the one before it, whatever the clock says: the order is what counts.
    tx.database
        .prepare_cached(
            "INSERT INTO change (id, submission, key, body_mac, accepted_us)
             SELECT ?1, ?2, ?3, ?4,
                    CASE WHEN max(accepted_us) >= ?5 THEN max(accepted_us) + 1 ELSE ?5 END
               FROM change WHERE submission = ?2",
        )?
        .put(params![
            change.id.bytes(),
            change.of.bytes(),
            change.key.as_ref().map(crate::domain::ExternalId::as_str),
            mac,
            tx.now.micros(),
        ])?;
    for wish in &change.wishes {
        grant(tx, change, wish)?;
    }
    if change.kind == Kind::Order && change.wishes.iter().any(|wish| wish.act() == Act::Cancel) {
        cancel::note(tx, change.id, change.of)?;
    }
    Ok(Accepted::New(change.id))
}

/// Id of a change, and MAC of its body.
type Known = ([u8; 16], [u8; 32]);

/// The change under the same key; without a key, the one before this.
fn known(tx: &Tx<'_>, change: &Change) -> Result<Option<Known>, StoreError> {
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = match &change.key {
        Some(key) => tx
            .database
            .prepare_cached("SELECT id, body_mac FROM change WHERE submission = ?1 AND key = ?2")?
            .query_row(params![change.of.bytes(), key.as_str()], row),
        None => tx
            .database
            .prepare_cached(
                "SELECT id, body_mac FROM change WHERE submission = ?1
                  ORDER BY accepted_us DESC, id LIMIT 1",
            )?
            .query_row([change.of.bytes()], row),
    };
    Ok(found.optional()?)
}

/// A case that something is asked about.
struct Base {
    id: CaseId,
    item: String,
    recipient: String,
    purpose: String,
    state: CaseState,
    subject: Option<SubjectId>,
    leased: bool,
    attempt: u32,
    at_operator: bool,
    /// The operator was told that whoever reported the fault agrees: nothing follows on that.
    closed: bool,
}

/// Asks about each item that is meant and that has not ended. Where all have, it is too late.
fn grant(tx: &mut Tx<'_>, change: &Change, wish: &Wish) -> Result<(), StoreError> {
    let bases = bases(tx, change.of, wish.item())?;
    let last = bases.last().ok_or(StoreError::NoSuchCase)?.state;
    let mut granted = false;
    for base in bases {
        if base.closed || !base.state.permits(wish.act()) {
            continue;
        }
        granted = true;
        if is_ours_alone(&base, wish.act()) {
            stop(tx, &base)?;
        } else {
            put(tx, change, wish, &base)?;
        }
    }
    if granted { Ok(()) } else { Err(StoreError::NotNow { act: wish.act(), state: last }) }
}

fn bases(
    tx: &Tx<'_>,
    submission: SubmissionId,
    item: Option<&str>,
) -> Result<Vec<Base>, StoreError> {
    let mut select = tx.database.prepare_cached(
        "SELECT id, item, recipient, purpose, state, subject, lease_until_us > ?3, attempt,
                operator_reference IS NOT NULL,
                EXISTS (SELECT 1 FROM case_ a WHERE a.about = case_.id
                                                AND a.act = 'close' AND a.state = 'completed')
           FROM case_ WHERE submission = ?1 AND about IS NULL AND (?2 IS NULL OR item = ?2)
          ORDER BY length(item), item",
    )?;
    let rows = select.query_map(params![submission.bytes(), item, tx.now.micros()], |row| {
        let subject: Option<[u8; 16]> = row.get(5)?;
        let base = Base {
            id: CaseId::from_bytes(row.get(0)?),
            item: row.get(1)?,
            recipient: row.get(2)?,
            purpose: row.get(3)?,
            state: CaseState::Held,
            subject: subject.map(SubjectId::from_bytes),
            leased: row.get(6)?,
            attempt: row.get(7)?,
            at_operator: row.get(8)?,
            closed: row.get(9)?,
        };
        Ok((base, row.get::<_, String>(4)?))
    })?;
    rows.map(|row| {
        let (base, state) = row?;
        let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
        Ok(Base { state, ..base })
    })
    .collect()
}

/// Whether nothing of it has left and nobody works on it: then nobody but us need know that it is
/// not wanted any more.
fn is_ours_alone(base: &Base, act: Act) -> bool {
    matches!(act, Act::Cancel | Act::Close)
        && matches!(base.state, CaseState::Accepted | CaseState::Held)
        && base.attempt == 0
        && !base.at_operator
        && !base.leased
}

/// The ordering system has decided, as a person may: the same leaf says so.
fn stop(tx: &mut Tx<'_>, base: &Base) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let event = Event::Release(Release {
        recipient: RecipientId::parse(&base.recipient).map_err(|_| corrupt())?,
        purpose: Purpose::parse(&base.purpose).ok_or_else(corrupt)?,
        reason: Code::parse("withdrawn").ok_or_else(corrupt)?,
        actor: Role::Ordering,
        sd: [].into(),
    });
    let leaf = LeafId::draw(tx.entropy);
    cases::decide(tx, base.id, Step::Cancel, (leaf, event))
}

/// A case about a case. Where that one is wiped or erased, nobody could say what must be kept out of
/// a text about it: then it is too late to write one.
fn put(tx: &mut Tx<'_>, change: &Change, wish: &Wish, base: &Base) -> Result<(), StoreError> {
    let act = wish.act();
    let too_late = StoreError::NotNow { act, state: base.state };
    let Some(subject) = base.subject else { return Err(too_late) };
    let vault = tx.vault;
    let Some(wrapped) = wrapped_key(tx.keys()?, subject)? else { return Err(too_late) };
    let key = vault.subject_key(&wrapped)?;
    let sealed: Option<Vec<u8>> = tx
        .database
        .prepare_cached("SELECT sealed FROM payload WHERE case_id = ?1")?
        .query_row([base.id.bytes()], |row| row.get(0))
        .optional()?;
    let Some(sealed) = sealed else { return Err(too_late) };
    let told = seal::open_case(base.id, &sealed, &key, None)?;

    let case = about(told, wish, (change.drawn.as_deref().unwrap_or(tx.entropy), tx.now));
    let sealed = seal::seal_case(&case, &key, tx.entropy)?;
    tx.database
        .prepare_cached(
            "INSERT INTO case_ (id, submission, item, recipient, purpose, act, about, change,
                                subject, state, due_us, accepted_us, changed_us)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, id, ?9, 'waiting', ?10, accepted_us,
                    accepted_us
               FROM change WHERE id = ?8",
        )?
        .put(params![
            case.id().bytes(),
            change.of.bytes(),
            base.item,
            base.recipient,
            case.purpose().as_str(),
            act.as_str(),
            base.id.bytes(),
            change.id.bytes(),
            subject.bytes(),
            // By the clock, and not by the order of changes, which runs ahead of it within a moment.
            tx.now.after(change.wait).micros(),
        ])?;
    desk::file(tx, &case)?;
    tx.database
        .prepare_cached("INSERT INTO payload (case_id, sealed) VALUES (?1, ?2)")?
        .put(params![case.id().bytes(), sealed])?;
    retention::keep(tx, case.id(), Keep::AfterEnd(Duration::ZERO))?;
    if act == Act::Cancel {
        overtake(tx, base.id, case.id())?;
    }
    go_on(tx, base.id)
}

/// What the new case tells, and what it knows by the one that it is about. Whoever books a visit by
/// it tells whom to ask for; all else that the operator was told stands in its own records.
fn about(told: Case, wish: &Wish, (entropy, now): (&dyn Entropy, Timestamp)) -> Case {
    let parts = told.into_parts();
    let reference = OpaqueReference::draw(entropy);
    let mut facts = wish.facts();
    let mut known = parts.known;
    known.extend(parts.facts);
    known.retain(|field, _| !field.is_free_text() && *field != Field::Operation);
    if seal::is_true(facts.get(&Field::VisitBooked)) {
        for field in [Field::ContactName, Field::ContactPhone, Field::CompanyName] {
            if let Some(value) = known.remove(&field) {
                facts.insert(field, value);
            }
        }
    }
    facts.insert(Field::CaseReference, Personal::new(reference.as_str().to_owned()));
    Case::new(CaseParts {
        id: CaseId::draw(entropy, now),
        recipient: parts.recipient,
        purpose: wish.act().purpose(parts.purpose),
        act: wish.act(),
        reference,
        subject: parts.subject,
        handling: parts.handling,
        facts,
        known,
        dropped: wish.dropped(),
        masked: wish.masked().to_vec(),
        vouched: Vec::new(),
    })
}

/// What is withdrawn need not be amended first.
fn overtake(tx: &Tx<'_>, base: CaseId, by: CaseId) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "UPDATE case_ SET state = 'cancelled', reason = 'overtaken', changed_us = ?1
              WHERE about = ?2 AND id <> ?3 AND state = 'waiting'",
        )?
        .put(params![tx.now.micros(), base.bytes(), by.bytes()])?;
    Ok(())
}

/// Lets the next of what was asked about a case go on, if it may: the operator has the case, and
/// nothing that was asked before is under way. What is held holds nothing else up.
pub(super) fn go_on(tx: &mut Tx<'_>, base: CaseId) -> Result<(), StoreError> {
    debug_assert_eq!(CaseState::Waiting.after(Step::Ready), Ok(CaseState::Accepted));
    // Few cases have one; looking is much less than trying.
    let waits = tx
        .database
        .prepare_cached("SELECT 1 FROM case_ WHERE about = ?1 AND state = 'waiting'")?
        .exists([base.bytes()])?;
    if waits { next_of(tx, base) } else { Ok(()) }
}

fn next_of(tx: &Tx<'_>, base: CaseId) -> Result<(), StoreError> {
    tx.forget();
    tx.database
        .prepare_cached(
            "UPDATE case_ SET state = 'accepted', changed_us = ?1,
                              due_us = CASE WHEN due_us > ?1 THEN due_us ELSE ?1 END
              WHERE id = (SELECT id FROM case_ WHERE about = ?2 AND state = 'waiting'
                           ORDER BY accepted_us, id LIMIT 1)
                AND (SELECT operator_reference FROM case_ WHERE id = ?2) IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM case_ WHERE about = ?2
                                   AND state IN ('accepted', 'recorded'))",
        )?
        .put(params![tx.now.micros(), base.bytes()])?;
    Ok(())
}

/// What a case has to do with others.
pub(super) struct Kin {
    pub(super) act: String,
    /// The case that it is about.
    pub(super) about: Option<CaseId>,
    pub(super) at_operator: bool,
    /// Whether something that is asked about it waits.
    pub(super) awaited: bool,
}

/// A case has moved: what was asked about it goes on, or is over; and what it was asked for itself
/// has come true for the case that it is about.
pub(super) fn moved(tx: &mut Tx<'_>, case: CaseId, state: CaseState) -> Result<(), StoreError> {
    let kin = tx
        .database
        .prepare_cached(
            "SELECT act, about, operator_reference IS NOT NULL,
                    EXISTS (SELECT 1 FROM case_ w WHERE w.about = case_.id AND w.state = 'waiting')
               FROM case_ WHERE id = ?1",
        )?
        .query_row([case.bytes()], |row| {
            let about: Option<[u8; 16]> = row.get(1)?;
            Ok(Kin {
                act: row.get(0)?,
                about: about.map(CaseId::from_bytes),
                at_operator: row.get(2)?,
                awaited: row.get(3)?,
            })
        })?;
    moved_with(tx, case, state, &kin)
}

/// The same for whoever knows the case.
pub(super) fn moved_with(
    tx: &mut Tx<'_>,
    case: CaseId,
    state: CaseState,
    kin: &Kin,
) -> Result<(), StoreError> {
    let Some(base) = kin.about else {
        return match (kin.awaited, kin.at_operator) {
            (true, true) => next_of(tx, case),
            (true, false) if state.is_final() => never_there(tx, case),
            _ => Ok(()),
        };
    };
    if state == CaseState::Completed {
        let act = Act::parse(&kin.act).ok_or(StoreError::Corrupt { table: "case_" })?;
        come_true(tx, base, act)?;
    }
    if state.is_final() || state == CaseState::Held { go_on(tx, base) } else { Ok(()) }
}

/// It ended without the operator: there is nothing there to be told about.
fn never_there(tx: &Tx<'_>, base: CaseId) -> Result<(), StoreError> {
    tx.forget();
    tx.database
        .prepare_cached(
            "UPDATE case_ SET state = 'cancelled', reason = ?1, changed_us = ?2
              WHERE about = ?3 AND state = 'waiting'",
        )?
        .put(params![NEVER_THERE, tx.now.micros(), base.bytes()])?;
    Ok(())
}

/// What the operator has done with what it has, because it was asked to. It may have said so itself
/// meanwhile, and then nothing is left to be moved.
fn come_true(tx: &mut Tx<'_>, base: CaseId, act: Act) -> Result<(), StoreError> {
    let state: String = tx
        .database
        .prepare_cached("SELECT state FROM case_ WHERE id = ?1")?
        .query_row([base.bytes()], |row| row.get(0))?;
    let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
    let step = match act {
        Act::Cancel => Step::Withdraw,
        Act::Close => Step::Complete,
        Act::Reopen => Step::Reopen,
        _ => return Ok(()),
    };
    match state.after(step) {
        Ok(next) => {
            desk::left(tx, base, next)?;
            cases::move_on(tx, base, next, None, None, tx.now)
        }
        Err(_) => Ok(()),
    }
}
