//! Copies of operators' lists of accesses: all of it once a day, what has changed in between.
//!
//! A list that cannot be read to its end takes nothing away: the copy stays, and is as old as it
//! says. Rows are taken a page at a time, so that no delivery waits for a long list.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{info, instrument, warn};

use super::{IDLE, Pause, Worker};
use crate::address::Access;
use crate::dialects::{self, Dialect, Entries, ListError};
use crate::domain::{RecipientId, Timestamp};
use crate::log::Code;
use crate::recipients::{ListPace, Recipient};
use crate::store::{AccessList, ListEnd, StoreError};
use crate::transmit::{Listing, WireError};

/// How many rows are taken in one commit.
const PAGE: usize = 500;
/// After a list that could not be read, the next try is no sooner.
const AGAIN: Duration = Duration::from_mins(10);

/// What of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPart {
    /// All of it.
    Complete,
    /// What has changed since it was last asked; all, where that is not known.
    Changes,
}

/// What became of asking for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListUpdate {
    /// Rows that were taken.
    pub taken: usize,
    /// Rows that could not be used.
    pub passed_over: usize,
    /// Rows that are gone.
    pub gone: usize,
    /// Why it came to nothing; a code.
    pub failed: Option<&'static str>,
}

/// Why a list cannot be taken. The copy stays as it is.
enum Cut {
    Store(StoreError),
    Code(&'static str),
}

impl From<StoreError> for Cut {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WireError> for Cut {
    fn from(error: WireError) -> Self {
        Self::Code(match error {
            WireError::NotSent(_) => "not-reached",
            WireError::AnswerTooLong => "answer-too-long",
            WireError::Halted => "halted",
            WireError::Refused => "credentials-refused",
            _ => "no-answer",
        })
    }
}

impl From<ListError> for Cut {
    fn from(error: ListError) -> Self {
        Self::Code(match error {
            ListError::NoList => "no-list",
            ListError::EntryTooLong => "entry-too-long",
            ListError::CutShort => "cut-short",
        })
    }
}

impl Worker {
    /// Beside the recipient's lane, so that a long list holds no message up.
    pub(super) async fn access_lane(&self, id: &RecipientId, mut stop: watch::Receiver<bool>) {
        let Some(recipient) = self.0.recipients.get(id) else { return };
        let Some(pace) = recipient.accesses.filter(|_| recipient.enabled) else { return };
        let mut pause = Pause::default();
        while !*stop.borrow() {
            match self.access_turn(recipient, pace).await {
                Ok(()) => {
                    pause = Pause::default();
                    let nap = tokio::time::sleep(IDLE * 4);
                    tokio::select! { () = nap => {}, _ = stop.changed() => {} }
                }
                Err(error) => {
                    self.failed(&error);
                    tokio::select! { () = pause.longer() => {}, _ = stop.changed() => {} }
                }
            }
        }
    }

    async fn access_turn(&self, recipient: &Recipient, pace: ListPace) -> Result<(), StoreError> {
        let list = self.access_list(&recipient.id).await?;
        let now = self.0.clock.now();
        if self.0.halt.reason().is_none()
            && let Some(part) = due(list.as_ref(), pace, now)
        {
            self.update_accesses(recipient, part).await?;
        }
        Ok(())
    }

    async fn access_list(&self, id: &RecipientId) -> Result<Option<AccessList>, StoreError> {
        let lists = self.0.store.access_lists().await?;
        Ok(lists.into_iter().find(|list| list.recipient == *id))
    }

    /// Asks for an operator's list, and takes it into the copy.
    #[instrument(skip_all, fields(recipient = %recipient.id))]
    pub async fn update_accesses(
        &self,
        recipient: &Recipient,
        part: ListPart,
    ) -> Result<ListUpdate, StoreError> {
        let parts = &self.0;
        let begun = parts.clock.now();
        let since = match part {
            ListPart::Complete => None,
            ListPart::Changes => {
                self.access_list(&recipient.id).await?.and_then(|list| list.last_modified)
            }
        };
        let mut update = ListUpdate { taken: 0, passed_over: 0, gone: 0, failed: None };
        let end = match self.take(recipient, since.as_deref(), begun, &mut update).await {
            Ok(end) => end,
            Err(Cut::Store(error)) => return Err(error),
            Err(Cut::Code(code)) => {
                warn!(reason = code, "The operator's list of accesses cannot be copied");
                update.failed = Some(code);
                let code = Code::parse(code).unwrap_or_else(|| Code::http(0));
                ListEnd::Failed(code)
            }
        };
        update.gone = parts.store.end_accesses(&recipient.id, begun, end).await?;
        if update.failed.is_none() {
            info!("{} accesses taken, {} gone", update.taken, update.gone);
        }
        Ok(update)
    }

    async fn take(
        &self,
        recipient: &Recipient,
        since: Option<&str>,
        begun: Timestamp,
        update: &mut ListUpdate,
    ) -> Result<ListEnd, Cut> {
        let channel = &recipient.channel;
        let dialect = dialects::dialect(&channel.dialect, channel.version.as_deref());
        let Some((dialect, query)) =
            dialect.and_then(|dialect| Some((dialect, dialect.accesses()?)))
        else {
            return Err(Cut::Code("not-offered"));
        };
        let listing = self.0.wire.list(&recipient.id, &query, since).await?;
        let last_modified = listing.last_modified().map(str::to_owned);
        match (listing.status(), since) {
            (200, _) => {
                self.take_rows(recipient, dialect, listing, begun, update).await?;
                Ok(match since {
                    None => ListEnd::Complete { last_modified },
                    Some(_) => ListEnd::Changes { last_modified },
                })
            }
            (304, Some(_)) => Ok(ListEnd::Changes { last_modified: None }),
            // The standard's answer of an operator that has none at all. A wrong address is answered
            // so, too, but names no state of a list.
            (404, None) if last_modified.is_some() => Ok(ListEnd::Complete { last_modified }),
            // Some say so of changes that there are none of; all that is certain is the daily list.
            (404, Some(_)) if last_modified.is_some() => {
                Ok(ListEnd::Changes { last_modified: None })
            }
            (401 | 403, _) => Err(Cut::Code("credentials-refused")),
            (429, _) => Err(Cut::Code("too-many-requests")),
            (404 | 405 | 501, _) => Err(Cut::Code("not-offered")),
            _ => Err(Cut::Code("unexpected-status")),
        }
    }

    async fn take_rows(
        &self,
        recipient: &Recipient,
        dialect: &'static dyn Dialect,
        mut listing: Listing,
        begun: Timestamp,
        update: &mut ListUpdate,
    ) -> Result<(), Cut> {
        let mut entries = Entries::default();
        let mut page: Vec<Access> = Vec::with_capacity(PAGE);
        while let Some(piece) = listing.piece().await? {
            for entry in entries.push(piece.as_ref())? {
                match dialect.access(&entry) {
                    Some(access) => page.push(access),
                    None => update.passed_over += 1,
                }
                if page.len() == PAGE {
                    let rows = std::mem::replace(&mut page, Vec::with_capacity(PAGE));
                    update.taken += rows.len();
                    self.0.store.put_accesses(&recipient.id, begun, rows).await?;
                }
            }
        }
        update.taken += page.len();
        self.0.store.put_accesses(&recipient.id, begun, page).await?;
        entries.finish()?;
        // A list in another language than ours would take everything away.
        if update.passed_over > update.taken { Err(Cut::Code("no-accesses")) } else { Ok(()) }
    }
}

/// What is to be asked for now.
fn due(list: Option<&AccessList>, pace: ListPace, now: Timestamp) -> Option<ListPart> {
    let Some(list) = list else { return Some(ListPart::Complete) };
    if list.failed.is_some() && now.since(list.tried) < AGAIN.min(pace.changes) {
        return None;
    }
    let old = |since: Option<Timestamp>, pace| since.is_none_or(|since| now.since(since) >= pace);
    if old(list.complete, pace.complete) {
        Some(ListPart::Complete)
    } else {
        old(list.confirmed, pace.changes).then_some(ListPart::Changes)
    }
}
