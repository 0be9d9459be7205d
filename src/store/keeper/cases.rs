//! The life of a case, one intention at a time. Every write names the claim's token: who lost the
//! lease changes nothing.

use std::time::Duration;

use super::super::StoreError;
use super::super::processes::Epoch;
use super::super::rows::{Appended, Claim, Disclosure, Settlement};
use super::super::seal;
use super::super::sql::{OptionalExtension, Question, params};
use super::ahead::{About, Ahead};
use super::change::{self, Kin};
use super::desk;
use super::keys::{self, wrapped_key};
use super::log::{self, signed};
use super::operators;
use super::retention;
use super::tally;
use super::tx::Tx;
use crate::dialects::{FeedEvent, Standing};
use crate::domain::{
    CaseId, CaseState, HoldReason, LeafId, OperatorReference, RecipientId, StateError, Step,
    SubjectId, SubscriptionId, Timestamp,
};
use crate::log::digest::digest;
use crate::log::{Code, Draft, Event, Hash, LeafIndex, Outcome, OutcomeResult};

const HELD_BY: &str = "SELECT state, subject FROM case_ WHERE id = ?1 AND lease_token = ?2";
/// All that [`settle`] must know.
const OPEN: &str = "SELECT state, intent, intent_hash, recipient, purpose,
        act, about, operator_reference IS NOT NULL,
        EXISTS (SELECT 1 FROM case_ w WHERE w.about = case_.id AND w.state = 'waiting')
   FROM case_ WHERE id = ?1 AND lease_token = ?2";

/// What recording these will ask.
pub(super) fn record_ahead(disclosures: &[Disclosure]) -> Ahead {
    let mut ahead = Ahead::default();
    for one in disclosures {
        let about = About::Case(one.case);
        // Of the same case again: after the first of them the answer is another.
        if !ahead.about.contains(&about) {
            ahead.about.push(about);
            ahead.database.push(Question::new(HELD_BY, params![one.case.bytes(), one.token]));
        }
        if let Event::Intent(intent) = &one.event {
            ahead.database.push(log::in_force_question(&intent.recipient.id));
        }
    }
    ahead
}

/// What settling, or, with the other, holding and waiting, will ask.
pub(super) fn settle_ahead(claim: &Claim) -> Ahead {
    asked_about(claim, OPEN)
}

pub(super) fn claim_ahead(claim: &Claim) -> Ahead {
    asked_about(claim, HELD_BY)
}

fn asked_about(claim: &Claim, sql: &'static str) -> Ahead {
    Ahead {
        about: vec![About::Case(claim.case)],
        database: vec![Question::new(sql, params![claim.case.bytes(), claim.token])],
        keys: Vec::new(),
    }
}

/// Writes an intent leaf; the case is recorded. The outer result is the batch's, the inner one this
/// disclosure's: a case that was lost meanwhile takes no other with it.
pub(super) fn record(
    tx: &mut Tx<'_>,
    disclosure: &Disclosure,
    draft: &Draft,
    lease: Duration,
) -> Result<Appended, StoreError> {
    tx.room()?;
    let case = disclosure.case;
    let (state, subject) = held_by(tx, case, disclosure.token)?;
    let next = state.after(Step::Record)?;
    if disclosure.day.is_some_and(|day| tx.now.date() != day) {
        // Midnight has passed since the policy was asked: it is asked again.
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
            .add(2, params![draft.id().bytes(), keep.part(), sealed])?;
        retention::keep(tx, case, *keep)?;
    }
    tx.database
        .prepare_cached(
            "UPDATE case_
                SET state = ?2, intent = ?3, intent_hash = ?4, intent_us = ?5, absent = 0,
                    attempt = attempt + 1, lease_until_us = ?6, changed_us = ?5
              WHERE id = ?1",
        )?
        .change(params![
            case.bytes(),
            next.as_str(),
            signed(appended.index.0)?,
            appended.hash.bytes(),
            tx.now.micros(),
            tx.now.after(lease).micros(),
        ])?;
    Ok(appended)
}

/// What became of the open disclosure, and of the case.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    claim: &Claim,
    leaf: LeafId,
    settlement: &Settlement,
) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let Open { state, intent, to, purpose, kin } = open(tx, claim)?;
    let row = Next::of(settlement);
    let state = CaseState::parse(&state).ok_or_else(corrupt)?;
    let next = moved(CaseState::Recorded, state, row.step)?;
    let code = Code::parse(row.code);
    let (intent, intent_hash) = intent.ok_or_else(corrupt)?;
    let intent = u64::try_from(intent).map_err(|_| corrupt())?;
    let outcome = tx.append(
        leaf,
        Event::Outcome(Outcome {
            intent: LeafIndex(intent),
            intent_hash: Hash::new(intent_hash),
            result: row.result,
            code: code.clone(),
        }),
    )?;
    tx.database
        .prepare_cached("INSERT INTO outcome_of (intent, leaf) VALUES (?1, ?2)")?
        .add(1, params![signed(intent)?, signed(outcome.index.0)?])?;
    tally::ended(tx, &to, &purpose, row.result);
    tx.database
        .prepare_cached(
            "UPDATE case_
                SET state = ?2, reason = ?3, intent = NULL, intent_hash = NULL, intent_us = NULL,
                    operator_reference = coalesce(?4, operator_reference),
                    subscription = coalesce(?5, subscription), answer = ?6,
                    due_us = coalesce(?7, due_us), lease_until_us = 0, changed_us = ?8
              WHERE id = ?1",
        )?
        .change(params![
            claim.case.bytes(),
            next.as_str(),
            row.reason,
            row.reference.map(OperatorReference::as_str),
            row.subscription.map(SubscriptionId::as_str),
            code.as_ref().map(Code::as_str),
            row.due.map(Timestamp::micros),
            tx.now.micros(),
        ])?;
    let at_operator = kin.at_operator || row.reference.is_some();
    change::moved_with(tx, claim.case, next, &Kin { at_operator, ..kin })
}

/// A case as [`settle`] finds it.
struct Open {
    state: String,
    /// Index and hash of the intent that is open.
    intent: Option<(i64, [u8; 32])>,
    to: String,
    purpose: String,
    kin: Kin,
}

fn open(tx: &Tx<'_>, claim: &Claim) -> Result<Open, StoreError> {
    tx.database
        .prepare_cached(OPEN)?
        .query_row(params![claim.case.bytes(), claim.token], |row| {
            let (index, hash): (Option<i64>, Option<[u8; 32]>) = (row.get(1)?, row.get(2)?);
            let about: Option<[u8; 16]> = row.get(6)?;
            Ok(Open {
                state: row.get(0)?,
                intent: index.zip(hash),
                to: row.get(3)?,
                purpose: row.get(4)?,
                kin: Kin {
                    act: row.get(5)?,
                    about: about.map(CaseId::from_bytes),
                    at_operator: row.get(7)?,
                    awaited: row.get(8)?,
                },
            })
        })
        .optional()?
        .ok_or(StoreError::Fenced)
}

/// A settlement as columns.
struct Next<'s> {
    step: Step,
    result: OutcomeResult,
    code: &'s str,
    reason: Option<&'static str>,
    reference: Option<&'s OperatorReference>,
    subscription: Option<&'s SubscriptionId>,
    due: Option<Timestamp>,
}

impl<'s> Next<'s> {
    fn of(settlement: &'s Settlement) -> Self {
        let accepted = |step, code| Self {
            step,
            result: OutcomeResult::Accepted,
            code,
            reason: None,
            reference: None,
            subscription: None,
            due: None,
        };
        match settlement {
            Settlement::Placed { reference, subscription, code, due } => Self {
                reference: Some(reference),
                subscription: subscription.as_ref(),
                due: Some(*due),
                ..accepted(Step::Place, code)
            },
            Settlement::Completed { reference, subscription, code } => Self {
                reference: reference.as_ref(),
                subscription: subscription.as_ref(),
                ..accepted(Step::Complete, code)
            },
            Settlement::Failed { reference, code, reason } => {
                let reference = reference.as_ref();
                Self { reference, reason: *reason, ..accepted(Step::Fail, code) }
            }
            Settlement::Rejected { reason, code } => Self {
                result: OutcomeResult::Rejected,
                reason: Some(reason.as_str()),
                ..accepted(Step::Reject, code)
            },
            Settlement::Retry { result, code, due } => {
                Self { result: *result, due: Some(*due), ..accepted(Step::Retry, code) }
            }
            Settlement::Held { result, code, reason, reference } => Self {
                result: *result,
                reason: Some(reason.as_str()),
                reference: reference.as_ref(),
                ..accepted(Step::Hold, code)
            },
        }
    }
}

/// Nothing may leave: a leaf says so, and a person decides.
pub(super) fn hold(
    tx: &mut Tx<'_>,
    claim: &Claim,
    (leaf, event): (LeafId, Event),
    reason: HoldReason,
) -> Result<(), StoreError> {
    let (state, subject) = held_by(tx, claim.case, claim.token)?;
    let next = moved(CaseState::Accepted, state, Step::Hold)?;
    tx.append(leaf, event)?;
    keys::remember(tx, leaf, subject, claim.case)?;
    tx.database
        .prepare_cached(
            "UPDATE case_ SET state = ?2, reason = ?3, released = 0, lease_until_us = 0,
                              changed_us = ?4
              WHERE id = ?1",
        )?
        .change(params![claim.case.bytes(), next.as_str(), reason.as_str(), tx.now.micros()])?;
    change::moved(tx, claim.case, next)
}

/// Nothing has happened to the case; it is looked at again later.
pub(super) fn wait(
    tx: &mut Tx<'_>,
    claim: &Claim,
    due: Timestamp,
    absent: u32,
) -> Result<(), StoreError> {
    held_by(tx, claim.case, claim.token)?;
    tx.database
        .prepare_cached(
            "UPDATE case_ SET due_us = ?2, lease_until_us = 0, absent = absent + ?3 WHERE id = ?1",
        )?
        .change(params![claim.case.bytes(), due.micros(), absent])?;
    Ok(())
}

/// The operator has moved something that it has.
pub(super) fn progress(
    tx: &mut Tx<'_>,
    claim: &Claim,
    step: Step,
    reason: Option<&'static str>,
    subscription: Option<&SubscriptionId>,
    due: Timestamp,
) -> Result<(), StoreError> {
    let (state, _) = held_by(tx, claim.case, claim.token)?;
    let next = moved(CaseState::Placed, state, step)?;
    move_on(tx, claim.case, next, reason, subscription, due)
}

/// Whoever asks about the case meanwhile has lost it: an older answer must not overwrite this one.
pub(super) fn move_on(
    tx: &mut Tx<'_>,
    case: CaseId,
    next: CaseState,
    reason: Option<&'static str>,
    subscription: Option<&SubscriptionId>,
    due: Timestamp,
) -> Result<(), StoreError> {
    // It may be another case than the one that the job is about.
    tx.forget();
    tx.database
        .prepare_cached(
            "UPDATE case_ SET state = ?2, reason = ?3, subscription = coalesce(?4, subscription),
                              due_us = ?5, lease_until_us = 0, changed_us = ?6,
                              lease_token = lease_token + 1
              WHERE id = ?1",
        )?
        .change(params![
            case.bytes(),
            next.as_str(),
            reason,
            subscription.map(SubscriptionId::as_str),
            due.micros(),
            tx.now.micros(),
        ])?;
    Ok(())
}

/// What the operator's feed says of cases that it has. A reference that is not known yet is looked
/// up by following its case: the feed may be quicker than the answer to our own message.
pub(super) fn feed(
    tx: &mut Tx<'_>,
    recipient: &RecipientId,
    events: &[FeedEvent],
    due: Timestamp,
) -> Result<usize, StoreError> {
    let mut moved = 0;
    for event in events {
        let found: Option<([u8; 16], String)> = tx
            .database
            .prepare_cached(
                "SELECT id, state FROM case_
                  WHERE recipient = ?1 AND operator_reference = ?2 AND state = 'placed'",
            )?
            .query_row(params![recipient.as_str(), event.reference.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((id, state)) = found else { continue };
        let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
        // What has ended is followed once more, for what the feed does not say: the subscription,
        // and in which words it failed.
        let step = match event.standing {
            Standing::Working | Standing::Done | Standing::Failed => Step::Progress,
            Standing::Unknown => Step::Hold,
        };
        let reason = (step == Step::Hold).then_some(HoldReason::Unclear.as_str());
        let ended = matches!(event.standing, Standing::Done | Standing::Failed);
        let due = if ended { tx.now } else { due };
        move_on(tx, CaseId::from_bytes(id), state.after(step)?, reason, None, due)?;
        moved += 1;
    }
    tx.database
        .prepare_cached(
            "INSERT INTO feed (recipient, event, due_us) VALUES (?1, ?2, ?3)
             ON CONFLICT (recipient)
             DO UPDATE SET event = coalesce(excluded.event, feed.event), due_us = excluded.due_us",
        )?
        .put(params![
            recipient.as_str(),
            events.last().map(|event| event.event.as_str()),
            due.micros(),
        ])?;
    moved += operators::feed_read(tx, recipient)?;
    Ok(moved)
}

/// A person's decision. Whoever worked on the case until its lease ran out has lost it by that. A
/// disclosure without outcome is the worker's to clear up first: it cannot be decided away.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    case: CaseId,
    step: Step,
    (leaf, event): (LeafId, Event),
) -> Result<(), StoreError> {
    type Found = (String, Option<[u8; 16]>, bool, bool, Option<String>);
    let (state, subject, leased, at_operator, held_for): Found = tx
        .database
        .prepare_cached(
            "SELECT state, subject, lease_until_us > ?1, operator_reference IS NOT NULL, reason
               FROM case_ WHERE id = ?2",
        )?
        .query_row(params![tx.now.micros(), case.bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?
        .ok_or(StoreError::NoSuchCase)?;
    if leased {
        return Err(StoreError::Fenced);
    }
    let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
    let decides = matches!(step, Step::Release | Step::Retry | Step::Cancel | Step::Hold);
    if !decides || state == CaseState::Recorded {
        return Err(StateError { from: state, step }.into());
    }
    // What the operator has already is followed, never sent again.
    let releases = step == Step::Release;
    let goes_on = matches!(step, Step::Release | Step::Retry);
    let step = if goes_on && at_operator { Step::Resume } else { step };
    let next = state.after(step)?;
    // Only what has ended can be about nobody, and nothing moves that.
    let subject = subject.ok_or(StoreError::Corrupt { table: "case_" })?;
    let subject = SubjectId::from_bytes(subject);
    let event = about(tx, case, subject, leaf, event)?;
    tx.append(leaf, event)?;
    keys::remember(tx, leaf, subject, case)?;
    let reason = (step == Step::Hold).then_some(HoldReason::Person.as_str());
    let forecast =
        held_for.as_deref().and_then(HoldReason::parse).is_some_and(HoldReason::is_forecast);
    tx.database
        .prepare_cached(
            // To go on after an expired agreement, say, is not to disclose a protected identity.
            "UPDATE case_ SET state = ?1, reason = ?2,
                              released = CASE WHEN ?3 = 1 AND (released = 1 OR reason = ?4)
                                              THEN 1 ELSE 0 END,
                              overruled = CASE WHEN overruled = 1 OR (?3 = 1 AND ?7 = 1)
                                               THEN 1 ELSE 0 END,
                              attempt = 0, due_us = ?5, changed_us = ?5,
                              lease_token = lease_token + 1
              WHERE id = ?6",
        )?
        .put(params![
            next.as_str(),
            reason,
            releases,
            HoldReason::SpecialHandling.as_str(),
            tx.now.micros(),
            case.bytes(),
            forecast,
        ])?;
    desk::left(tx, case, next)?;
    change::moved(tx, case, next)
}

/// A decision that commits to its case, so that it can be shown which one it was about. Where the
/// subject's key is destroyed there is nothing left to show.
fn about(
    tx: &mut Tx<'_>,
    case: CaseId,
    subject: SubjectId,
    leaf: LeafId,
    mut event: Event,
) -> Result<Event, StoreError> {
    let digests = match &mut event {
        Event::Hold(stopped) => &mut stopped.sd,
        Event::Release(release) => &mut release.sd,
        _ => return Ok(event),
    };
    let vault = tx.vault;
    if let Some(wrapped) = wrapped_key(tx.keys()?, subject)? {
        let key = seal::commitment_key(&*vault.subject_key(&wrapped)?);
        digests.insert(digest(&key, leaf, "case", &case.to_string()));
    }
    Ok(event)
}

/// What processes that are gone had leased is free at once.
pub(super) fn free(tx: &mut Tx<'_>, gone: &[Epoch]) -> Result<usize, StoreError> {
    let mut freed = 0;
    for epoch in gone {
        freed += tx
            .database
            .prepare_cached(
                "UPDATE case_ SET lease_until_us = 0 WHERE epoch = ?1 AND lease_until_us > 0",
            )?
            .execute([epoch])?;
    }
    super::hub::free(tx, gone)?;
    super::breaker::free(tx, gone)?;
    Ok(freed)
}

/// The state and subject of a case whose lease is this claim's.
fn held_by(tx: &Tx<'_>, case: CaseId, token: i64) -> Result<(CaseState, SubjectId), StoreError> {
    let (state, subject): (String, [u8; 16]) = tx
        .database
        .prepare_cached(HELD_BY)?
        .query_row(params![case.bytes(), token], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(StoreError::Fenced)?;
    let state = CaseState::parse(&state).ok_or(StoreError::Corrupt { table: "case_" })?;
    Ok((state, SubjectId::from_bytes(subject)))
}

/// Where a step leads from the one state that an intention is about: the table has some steps from
/// several.
fn moved(from: CaseState, state: CaseState, step: Step) -> Result<CaseState, StoreError> {
    if state == from {
        Ok(state.after(step)?)
    } else {
        Err(StateError { from: state, step }.into())
    }
}
