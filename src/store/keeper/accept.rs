//! A submission comes into keeping: its cases sealed, each under its subject's key.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::super::StoreError;
use super::super::rows::Accepted;
use super::super::seal::{self, Vault};
use super::super::sql::{OptionalExtension, Question, params};
use super::super::subjects::Keep;
use super::ahead::{About, Ahead};
use super::tx::Tx;
use super::{desk, keys, pulls, retention};
use crate::domain::{SubjectId, SubmissionId};
use crate::intake::Submission;

/// How many submissions wait for their commit at most, of those that come one by one and of those that
/// come in batches, each: a second's worth on a slow disk. That is far less than the writer's queue holds,
/// so that whoever works on cases always finds room in it, and no flood makes a commit come later than
/// `log.deadline_seconds`, which would halt everything.
const WAITING_MAX: usize = 512;

/// A place among the submissions that wait for their commit; given back when dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// The places there are. Neither way of handing in can take those of the other.
pub(super) struct Places {
    alone: Arc<Semaphore>,
    batches: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        let places = || Arc::new(Semaphore::new(WAITING_MAX));
        Self { alone: places(), batches: places() }
    }
}

impl Places {
    /// For one that comes by itself: it is told at once to come back where there is none.
    pub(super) fn alone(&self) -> Result<Place, StoreError> {
        Arc::clone(&self.alone).try_acquire_owned().map_err(|_| StoreError::Busy)
    }

    /// For one of many: it waits for its place. The semaphore is never closed.
    pub(super) async fn in_batch(&self) -> Option<Place> {
        Arc::clone(&self.batches).acquire_owned().await.ok()
    }
}

const CALLED: &str = "SELECT id, body_mac FROM submission
  WHERE client = ?1 AND kind = ?2 AND external_id = ?3";

/// What accepting it will ask.
pub(super) fn accept_ahead(vault: &Vault, submission: &Submission) -> Ahead {
    let mut ahead = Ahead::default();
    let Submission { client, kind, external_id, customer, .. } = submission;
    if let Some(external) = external_id {
        ahead.about.push(About::Called(client.clone(), *kind, external.clone()));
    }
    ahead.database.push(called(submission));
    // Whoever follows another case is known by that one.
    if submission.follows.is_none() {
        for item in &submission.items {
            let pseudonym = vault.subject(client, customer.as_ref(), item.case.id());
            // Several cases about one person: after the first of them the answer is another.
            if !ahead.about.contains(&About::Person(pseudonym)) {
                ahead.about.push(About::Person(pseudonym));
                ahead.keys.extend(keys::subject_questions(pseudonym));
            }
        }
    }
    ahead
}

fn called(submission: &Submission) -> Question {
    let external = submission.external_id.as_ref().map(crate::domain::ExternalId::as_str);
    Question::new(CALLED, params![submission.client.as_str(), submission.kind.as_str(), external])
}

/// The same (client, external id) gives the first answer again; with another body it is a conflict.
pub(super) fn accept(tx: &mut Tx<'_>, submission: &Submission) -> Result<Accepted, StoreError> {
    let mac = tx.vault.body_mac(&submission.canonical);
    let external = submission.external_id.as_ref().map(crate::domain::ExternalId::as_str);
    let known: Option<([u8; 16], [u8; 32])> = tx
        .database
        .prepare_cached(CALLED)?
        .query_row(params![submission.client.as_str(), submission.kind.as_str(), external], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((id, known)) = known {
        return if known == mac {
            Ok(Accepted::Existing(SubmissionId::from_bytes(id)))
        } else {
            Err(StoreError::Conflict)
        };
    }
    // What it leads to could not be logged.
    tx.forward()?;
    tx.room()?;
    tx.database
        .prepare_cached(
            "INSERT INTO submission (id, kind, client, external_id, body_mac, accepted_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .add(
            1,
            params![
                submission.id.bytes(),
                submission.kind.as_str(),
                submission.client.as_str(),
                external,
                mac,
                tx.now.micros(),
            ],
        )?;
    for item in &submission.items {
        let case = &item.case;
        let (subject, key) = if let Some(known) = known_customer(tx, submission)? {
            known
        } else {
            let (client, customer) = (&submission.client, submission.customer.as_ref());
            keys::subject(tx, tx.vault.subject(client, customer, case.id()))?
        };
        let sealed = seal::seal_case(case, &key, tx.entropy)?;
        tx.database
            .prepare_cached(
                "INSERT INTO case_ (id, submission, item, recipient, purpose, act, subject,
                                    state, due_us, accepted_us, changed_us)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'accepted', ?9, ?8, ?8)",
            )?
            .add(
                1,
                params![
                    case.id().bytes(),
                    submission.id.bytes(),
                    item.id,
                    case.recipient().as_str(),
                    case.purpose().as_str(),
                    case.act().as_str(),
                    subject.bytes(),
                    tx.now.micros(),
                    tx.now.after(submission.wait).micros(),
                ],
            )?;
        tx.database
            .prepare_cached("INSERT INTO payload (case_id, sealed) VALUES (?1, ?2)")?
            .add(1, params![case.id().bytes(), sealed])?;
        retention::keep(tx, case.id(), Keep::AfterEnd(Duration::ZERO))?;
        desk::file(tx, case)?;
        pulls::refer(tx, case.reference(), case.id())?;
    }
    Ok(Accepted::New(submission.id))
}

/// A customer with their key.
type Known = (SubjectId, Zeroizing<[u8; 32]>);

/// Whom the case that it follows is about, with their key; `None`: it follows none, or that person is
/// erased, and whoever comes back is somebody new.
fn known_customer(tx: &mut Tx<'_>, submission: &Submission) -> Result<Option<Known>, StoreError> {
    let Some(follows) = submission.follows else { return Ok(None) };
    let subject: Option<Option<[u8; 16]>> = tx
        .database
        .prepare_cached("SELECT subject FROM case_ WHERE id = ?1")?
        .query_row([follows.bytes()], |row| row.get(0))
        .optional()?;
    let Some(subject) = subject.flatten().map(SubjectId::from_bytes) else { return Ok(None) };
    let vault = tx.vault;
    let wrapped = keys::wrapped_key(tx.keys()?, subject)?;
    wrapped.map(|wrapped| Ok((subject, vault.subject_key(&wrapped)?))).transpose()
}
