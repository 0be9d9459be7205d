//! What operators say: of their interface, of our cases in their own words, and how far their feeds
//! have been read.

use std::time::Duration;

use super::super::StoreError;
use super::super::rows::{FeedFrom, Moved, Work};
use super::super::seal::{self, Vault};
use super::super::sql::{Connection, OptionalExtension, params};
use super::Keeper;
use super::keys::wrapped_key;
use super::tx::Tx;
use crate::dialects::offer::Offer;
use crate::dialects::reasons::Words;
use crate::dialects::{Level, LinkState};
use crate::domain::{
    Case, CaseId, Field, OpaqueReference, OperatorReference, RecipientId, SubjectId,
    SubscriptionId, Timestamp,
};

/// Behind a gap of this length something may have been missed: `events` are kept "for a minimum of
/// 24 hours" (ON-API spec/events.md), and no version says how long order events are.
const GAP: Duration = Duration::from_hours(24);

/// Behind more changes than this in one answer, all that is open is asked about.
const TOUCHED_MAX: usize = 10_000;

impl Keeper {
    pub(in crate::store) async fn feed_lost(
        &self,
        recipient: RecipientId,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.writer.run(move |tx| feed_lost(tx, &recipient, due)).await
    }

    pub(in crate::store) async fn feed_failed(
        &self,
        recipient: RecipientId,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| feed_failed(tx, &recipient, due)).await
    }

    pub(in crate::store) async fn changes_due(
        &self,
        recipient: RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.read(move |database| changes_due(database, &recipient, now)).await
    }

    pub(in crate::store) async fn changes(
        &self,
        recipient: RecipientId,
        read: Option<(Vec<OperatorReference>, Option<String>)>,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.writer.run(move |tx| changes(tx, &recipient, read.as_ref(), due)).await
    }

    pub(in crate::store) async fn keep_words(
        &self,
        case: CaseId,
        words: Words,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| keep_words(tx, case, &words)).await
    }

    pub(in crate::store) async fn words(
        &self,
        case: CaseId,
    ) -> Result<Option<(Words, Case)>, StoreError> {
        self.read_both(move |database, keys, vault| words(database, keys, vault, case)).await
    }

    pub(in crate::store) async fn keep_line(
        &self,
        case: CaseId,
        line: LinkState,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| keep_line(tx, case, &line)).await
    }

    pub(in crate::store) async fn line(
        &self,
        case: CaseId,
    ) -> Result<Option<(LinkState, Timestamp)>, StoreError> {
        self.read(move |database| line(database, case)).await
    }

    pub(in crate::store) async fn keep_offer(
        &self,
        recipient: RecipientId,
        offer: Option<Offer>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| keep_offer(tx, &recipient, offer.as_ref())).await
    }

    pub(in crate::store) async fn offers(
        &self,
    ) -> Result<Vec<(RecipientId, Offer, Timestamp)>, StoreError> {
        self.read(offers).await
    }

    pub(in crate::store) async fn has_acted(
        &self,
        recipient: RecipientId,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        self.read(move |database| has_acted(database, &recipient, since)).await
    }

    pub(in crate::store) async fn moved(
        &self,
        recipient: RecipientId,
        old: SubscriptionId,
    ) -> Result<Option<SubscriptionId>, StoreError> {
        self.read(move |database| moved(database, &recipient, &old)).await
    }

    /// Where an operator has replaced the id that a case names, the new one stands in it.
    pub(super) async fn with_new_ids(
        &self,
        recipient: RecipientId,
        work: Vec<Work>,
    ) -> Result<Vec<Work>, StoreError> {
        let named = |case: &Case| {
            let text = case.fact(Field::SubscriptionId)?.disclose();
            SubscriptionId::parse(text).ok()
        };
        let mut turned = Vec::with_capacity(work.len());
        for mut one in work {
            let case = match &mut one {
                Work::Deliver(claimed) => Some(&mut claimed.case),
                Work::Reconcile(doubt) => Some(&mut doubt.case),
                Work::Follow(_) => None,
            };
            if let Some(case) = case
                && let Some(old) = named(case)
                && let Some(new) = self.moved(recipient.clone(), old).await?
            {
                case.learn(Field::SubscriptionId, new.as_str());
            }
            turned.push(one);
        }
        Ok(turned)
    }

    pub(in crate::store) async fn subscribed_as(
        &self,
        recipient: RecipientId,
        references: &[OpaqueReference],
    ) -> Result<Vec<Option<(CaseId, SubscriptionId)>>, StoreError> {
        let macs: Vec<[u8; 32]> =
            references.iter().map(|reference| self.vault.reference_mac(reference)).collect();
        self.read(move |database| {
            macs.iter().map(|mac| subscribed_as(database, &recipient, mac)).collect()
        })
        .await
    }

    pub(in crate::store) async fn relearn(
        &self,
        recipient: RecipientId,
        moves: Vec<Moved>,
    ) -> Result<(), StoreError> {
        self.writer
            .run(move |tx| moves.iter().try_for_each(|one| relearn(tx, &recipient, one)))
            .await
    }

    pub(in crate::store) async fn subscriptions_due(
        &self,
        recipient: RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.read(move |database| subscriptions_due(database, &recipient, now)).await
    }

    pub(in crate::store) async fn subscriptions_read(
        &self,
        recipient: RecipientId,
        cursor: Option<String>,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| subscriptions_read(tx, &recipient, cursor.as_deref(), due)).await
    }
}

/// Keeps what the operator said last about a case.
fn keep_words(tx: &mut Tx<'_>, case: CaseId, words: &Words) -> Result<(), StoreError> {
    let subject: Option<Option<[u8; 16]>> = tx
        .database
        .prepare_cached("SELECT subject FROM case_ WHERE id = ?1")?
        .query_row([case.bytes()], |row| row.get(0))
        .optional()?;
    // Of somebody who is erased nothing is kept.
    let Some(subject) = subject.flatten().map(SubjectId::from_bytes) else { return Ok(()) };
    let vault = tx.vault;
    let Some(wrapped) = wrapped_key(tx.keys()?, subject)? else { return Ok(()) };
    let key = vault.subject_key(&wrapped)?;
    let sealed = seal::seal_words(case, words.reveal(), &key, tx.entropy)?;
    tx.database
        .prepare_cached(
            "INSERT INTO said (case_id, sealed, said_us) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id)
             DO UPDATE SET sealed = excluded.sealed, said_us = excluded.said_us",
        )?
        .execute(params![case.bytes(), sealed, tx.now.micros()])?;
    Ok(())
}

/// What the operator said last about a case, and the case itself, as far as it is kept.
fn words(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    case: CaseId,
) -> Result<Option<(Words, Case)>, StoreError> {
    type Sealed = (Option<[u8; 16]>, Vec<u8>, Vec<u8>);
    let row: Option<Sealed> = database
        .prepare_cached(
            "SELECT subject, said.sealed, payload.sealed
               FROM case_ JOIN said ON said.case_id = id JOIN payload ON payload.case_id = id
              WHERE id = ?1",
        )?
        .query_row([case.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((Some(subject), said, payload)) = row else { return Ok(None) };
    let Some(wrapped) = wrapped_key(keys, SubjectId::from_bytes(subject))? else {
        return Ok(None);
    };
    let key = vault.subject_key(&wrapped)?;
    let text = seal::open_words(case, &said, &key)?;
    let case = seal::open_case(case, &payload, &key, None)?;
    Ok(Words::new(&text).map(|words| (words, case)))
}

/// Keeps how an operator saw the line of a case: the latest.
fn keep_line(tx: &Tx<'_>, case: CaseId, line: &LinkState) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO line (case_id, up, shut, since_us, speed, received, sent, errors, asked_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (case_id)
             DO UPDATE SET up = excluded.up, shut = excluded.shut, since_us = excluded.since_us,
                           speed = excluded.speed, received = excluded.received,
                           sent = excluded.sent, errors = excluded.errors,
                           asked_us = excluded.asked_us",
        )?
        .execute(params![
            case.bytes(),
            line.up,
            line.shut,
            line.since.map(Timestamp::micros),
            line.speed.map(i64::from),
            line.received.map(Level::hundredths),
            line.sent.map(Level::hundredths),
            line.errors.map(i64::from),
            tx.now.micros(),
        ])?;
    Ok(())
}

/// How an operator saw the line of a case, and when.
fn line(database: &Connection, case: CaseId) -> Result<Option<(LinkState, Timestamp)>, StoreError> {
    let count = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let row = database
        .prepare_cached(
            "SELECT up, shut, since_us, speed, received, sent, errors, asked_us FROM line WHERE case_id = ?1",
        )?
        .query_row([case.bytes()], |row| {
            let state = LinkState {
                up: row.get(0)?,
                shut: row.get(1)?,
                since: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_micros),
                speed: count(row.get(3)?),
                received: row.get::<_, Option<i64>>(4)?.and_then(Level::of_hundredths),
                sent: row.get::<_, Option<i64>>(5)?.and_then(Level::of_hundredths),
                errors: count(row.get(6)?),
            };
            Ok((state, Timestamp::from_micros(row.get(7)?)))
        });
    Ok(row.optional()?)
}

/// Remembers what an operator said of its interface; `None`: it did not tell, and what it said
/// before holds.
fn keep_offer(
    tx: &Tx<'_>,
    recipient: &RecipientId,
    offer: Option<&Offer>,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO offer (recipient, told, asked_us) VALUES (?1, coalesce(?2, ''), ?3)
             ON CONFLICT (recipient)
             DO UPDATE SET told = coalesce(?2, offer.told), asked_us = excluded.asked_us",
        )?
        .execute(params![recipient.as_str(), offer.map(Offer::to_lines), tx.now.micros()])?;
    Ok(())
}

/// What each operator said of its interface, and when it was asked.
fn offers(database: &Connection) -> Result<Vec<(RecipientId, Offer, Timestamp)>, StoreError> {
    let mut select = database.prepare_cached("SELECT recipient, told, asked_us FROM offer")?;
    let rows = select.query_map([], |row| {
        let (id, told, asked): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(RecipientId::parse(&id)
            .ok()
            .map(|id| (id, Offer::from_lines(&told), Timestamp::from_micros(asked))))
    })?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Whether a person has let a case of this recipient go on since.
fn has_acted(
    database: &Connection,
    recipient: &RecipientId,
    since: Timestamp,
) -> Result<bool, StoreError> {
    Ok(database
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM case_
                WHERE recipient = ?1 AND state = 'accepted' AND attempt = 0
                  AND changed_us >= ?2 AND changed_us > accepted_us)",
        )?
        .query_row(params![recipient.as_str(), since.micros()], |row| row.get(0))?)
}

/// Every case that a recipient has is asked about at once, and its whole list of subscriptions is
/// read; how many cases that are.
fn resync(tx: &Tx<'_>, recipient: &RecipientId) -> Result<usize, StoreError> {
    tx.database
        .prepare_cached("DELETE FROM subscriptions WHERE recipient = ?1")?
        .execute([recipient.as_str()])?;
    Ok(tx
        .database
        .prepare_cached(
            "UPDATE case_ SET due_us = ?1 WHERE recipient = ?2 AND state = 'placed' AND due_us > ?1",
        )?
        .execute(params![tx.now.micros(), recipient.as_str()])?)
}

/// The event that the feed was read to is none of the operator's: it is read from the beginning,
/// and every case is asked about.
fn feed_lost(tx: &Tx<'_>, recipient: &RecipientId, due: Timestamp) -> Result<usize, StoreError> {
    tx.database
        .prepare_cached("UPDATE feed SET event = NULL, due_us = ?1 WHERE recipient = ?2")?
        .execute(params![due.micros(), recipient.as_str()])?;
    resync(tx, recipient)
}

/// The feed could not be read: it is read from the same place later.
fn feed_failed(tx: &Tx<'_>, recipient: &RecipientId, due: Timestamp) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO feed (recipient, due_us) VALUES (?1, ?2)
             ON CONFLICT (recipient) DO UPDATE SET due_us = excluded.due_us",
        )?
        .execute(params![recipient.as_str(), due.micros()])?;
    Ok(())
}

/// Notes that the feed was read, and asks about every case where that had not been so for long.
pub(super) fn feed_read(tx: &Tx<'_>, recipient: &RecipientId) -> Result<usize, StoreError> {
    let read: Option<Option<i64>> = tx
        .database
        .prepare_cached("SELECT read_us FROM feed WHERE recipient = ?1")?
        .query_row([recipient.as_str()], |row| row.get(0))
        .optional()?;
    tx.database
        .prepare_cached("UPDATE feed SET read_us = ?1 WHERE recipient = ?2")?
        .execute(params![tx.now.micros(), recipient.as_str()])?;
    let read = read.flatten().map(Timestamp::from_micros);
    let is_gap = read.is_some_and(|read| tx.now.since(read) > GAP);
    if is_gap { resync(tx, recipient) } else { Ok(0) }
}

/// From where to read what has changed, where that is due.
fn changes_due(
    database: &Connection,
    recipient: &RecipientId,
    now: Timestamp,
) -> Result<Option<FeedFrom>, StoreError> {
    let row: Option<(Option<String>, i64)> = database
        .prepare_cached("SELECT cursor, due_us FROM changes WHERE recipient = ?1")?
        .query_row([recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match row {
        None => Some(FeedFrom(None)),
        Some((cursor, due)) if due <= now.micros() => Some(FeedFrom(cursor)),
        Some(_) => None,
    })
}

/// What has changed at the operator is asked about at once. `None`: its list could not be read.
fn changes(
    tx: &Tx<'_>,
    recipient: &RecipientId,
    read: Option<&(Vec<OperatorReference>, Option<String>)>,
    due: Timestamp,
) -> Result<usize, StoreError> {
    let last: Option<Option<i64>> = tx
        .database
        .prepare_cached("SELECT read_us FROM changes WHERE recipient = ?1")?
        .query_row([recipient.as_str()], |row| row.get(0))
        .optional()?;
    let cursor = read.and_then(|(_, cursor)| cursor.as_deref());
    let read_now = read.map(|_| tx.now.micros());
    tx.database
        .prepare_cached(
            "INSERT INTO changes (recipient, cursor, due_us, read_us) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (recipient)
             DO UPDATE SET cursor = coalesce(?2, changes.cursor), due_us = ?3,
                           read_us = coalesce(?4, changes.read_us)",
        )?
        .execute(params![recipient.as_str(), cursor, due.micros(), read_now])?;
    let Some((touched, _)) = read else { return Ok(0) };
    let last = last.flatten().map(Timestamp::from_micros);
    let is_long_ago = last.is_some_and(|last| tx.now.since(last) > GAP);
    if is_long_ago || touched.len() > TOUCHED_MAX {
        return resync(tx, recipient);
    }
    let mut moved = 0;
    for reference in touched {
        moved += tx
            .database
            .prepare_cached(
                "UPDATE case_ SET due_us = ?1
                  WHERE recipient = ?2 AND operator_reference = ?3 AND state = 'placed'
                    AND due_us > ?1",
            )?
            .execute(params![tx.now.micros(), recipient.as_str(), reference.as_str()])?;
    }
    Ok(moved)
}

/// What an operator calls by now what it called so once.
fn moved(
    database: &Connection,
    recipient: &RecipientId,
    old: &SubscriptionId,
) -> Result<Option<SubscriptionId>, StoreError> {
    let new: Option<String> = database
        .prepare_cached("SELECT new FROM renamed WHERE recipient = ?1 AND old = ?2")?
        .query_row([recipient.as_str(), old.as_str()], |row| row.get(0))
        .optional()?;
    let new = new.as_deref().map(SubscriptionId::parse).transpose();
    new.map_err(|_| StoreError::Corrupt { table: "renamed" })
}

/// Of which case this is our reference, and under which id the operator has its service.
fn subscribed_as(
    database: &Connection,
    recipient: &RecipientId,
    mac: &[u8; 32],
) -> Result<Option<(CaseId, SubscriptionId)>, StoreError> {
    let row: Option<([u8; 16], String)> = database
        .prepare_cached(
            "SELECT id, subscription FROM reference JOIN case_ ON id = case_id
              WHERE mac = ?1 AND recipient = ?2 AND subscription IS NOT NULL",
        )?
        .query_row(params![mac, recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((case, subscription)) = row else { return Ok(None) };
    let subscription =
        SubscriptionId::parse(&subscription).map_err(|_| StoreError::Corrupt { table: "case_" })?;
    Ok(Some((CaseId::from_bytes(case), subscription)))
}

/// The operator's new id of a service; whatever was known to lead to the old one leads to it, too.
fn relearn(tx: &Tx<'_>, recipient: &RecipientId, moved: &Moved) -> Result<(), StoreError> {
    let (old, new) = (moved.old.as_str(), moved.new.as_str());
    for statement in [
        "UPDATE renamed SET new = ?3 WHERE recipient = ?1 AND new = ?2",
        "UPDATE case_ SET subscription = ?3 WHERE recipient = ?1 AND subscription = ?2",
        // An id that has come back leads nowhere else.
        "DELETE FROM renamed WHERE recipient = ?1 AND (old = ?3 OR old = ?2)",
    ] {
        tx.database.prepare_cached(statement)?.execute(params![recipient.as_str(), old, new])?;
    }
    tx.database
        .prepare_cached(
            "INSERT INTO renamed (recipient, old, new, case_id, learned_us)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![recipient.as_str(), old, new, moved.case.bytes(), tx.now.micros()])?;
    Ok(())
}

/// From where to read an operator's list of subscriptions, where that is due.
fn subscriptions_due(
    database: &Connection,
    recipient: &RecipientId,
    now: Timestamp,
) -> Result<Option<FeedFrom>, StoreError> {
    let row: Option<(Option<String>, i64)> = database
        .prepare_cached("SELECT cursor, due_us FROM subscriptions WHERE recipient = ?1")?
        .query_row([recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match row {
        None => Some(FeedFrom(None)),
        Some((cursor, due)) if due <= now.micros() => Some(FeedFrom(cursor)),
        Some(_) => None,
    })
}

/// Notes how far the list of subscriptions was read; without a cursor all of it is read next.
fn subscriptions_read(
    tx: &Tx<'_>,
    recipient: &RecipientId,
    cursor: Option<&str>,
    due: Timestamp,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO subscriptions (recipient, cursor, due_us) VALUES (?1, ?2, ?3)
             ON CONFLICT (recipient) DO UPDATE SET cursor = excluded.cursor,
                                                   due_us = excluded.due_us",
        )?
        .execute(params![recipient.as_str(), cursor, due.micros()])?;
    Ok(())
}
