//! One job's view of the transaction that it shares with others.

use super::super::StoreError;
use super::super::halt::Halt;
use super::super::rows::Appended;
use super::super::seal::Vault;
use super::super::sql::Connection;
use super::ahead::Ahead;
use super::entries::Tallied;
use super::thread::notice;
use super::{entries, log, tally};
use crate::crash::{self, Write};
use crate::domain::{Clock, Entropy, LeafId, Timestamp};
use crate::log::{
    Checkpoint, Draft, Event, Frontier, LeafIndex, Note, SigningKey, TreeSize, leaf_hash,
};
use crate::tally::Count;

/// One job's view of the transaction.
pub(super) struct Tx<'t> {
    pub(super) database: &'t Connection,
    pub(super) keys: &'t Connection,
    pub(super) keys_begun: bool,
    pub(super) frontier: &'t mut Frontier,
    /// When the last leaf was written.
    pub(super) last: Timestamp,
    pub(super) clock: &'t dyn Clock,
    /// When this commit began.
    pub(super) now: Timestamp,
    pub(super) entropy: &'t dyn Entropy,
    pub(super) vault: &'t Vault,
    pub(super) signer: &'t SigningKey,
    pub(super) halt: &'t Halt,
    /// Whether the volumes have their reserve.
    pub(super) reserve: Result<(), StoreError>,
    /// What is to be counted with this commit.
    pub(super) counts: Vec<Count>,
    /// What leaves add to the counts that they are found by, with this commit.
    pub(super) tallied: Vec<Tallied>,
    /// A job has failed half way: nothing of the whole commit may stay.
    pub(super) torn: Option<StoreError>,
    /// That has happened lately: each job gets a savepoint of its own.
    pub(super) careful: bool,
    /// Something may be due with this commit.
    pub(super) wakes: bool,
}

impl Tx<'_> {
    /// Fetches what the next jobs will ask.
    pub(super) fn ask_ahead(&mut self, ahead: Ahead) -> Result<(), StoreError> {
        if !ahead.database.is_empty() {
            self.database.ask_ahead(|| ahead.database)?;
        }
        if !ahead.keys.is_empty() {
            self.keys()?.ask_ahead(|| ahead.keys)?;
        }
        Ok(())
    }

    /// What was fetched may change now: whoever asks later is answered anew.
    pub(super) fn forget(&self) {
        self.database.forget();
        self.keys.forget();
    }

    /// Signs the log as it is at this point of the transaction, whatever else shares it.
    pub(super) fn sign_here(&mut self) -> Result<Note, StoreError> {
        let (origin, size) = (self.signer.name().clone(), self.frontier.size());
        let note = Checkpoint { origin, size, root: self.frontier.root() }
            .sign(self.signer)
            .map_err(|error| StoreError::unavailable("a checkpoint cannot be signed", error))?;
        log::put_checkpoint(self.database, size, &note.to_string())?;
        Ok(note)
    }

    /// How many leaves there are at this point of the transaction.
    pub(super) fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// Runs a piece that fails alone.
    pub(super) fn savepoint<T>(
        &mut self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        in_transaction(self.database)?;
        self.database.savepoint()?;
        let (before, last) = (self.frontier.clone(), self.last);
        let (counted, tallied) = (self.counts.len(), self.tallied.len());
        let result = crash::write(Write::Job, || {
            let done = job(self)?;
            self.database.settled()?;
            Ok(done)
        });
        if result.is_err() {
            *self.frontier = before;
            self.last = last;
            self.counts.truncate(counted);
            self.tallied.truncate(tallied);
            // Where this fails, the transaction is gone, and with it whatever shared it.
            self.database.back_to_savepoint()?;
        }
        self.database.release()?;
        result
    }

    /// Runs a piece that fails before it has written anything, or else takes the commit with it:
    /// those that share it are told to try again, and for a while each is then written apart. What
    /// a savepoint costs, a copy of each page, is saved meanwhile.
    pub(super) fn all_or_nothing<T>(
        &mut self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.careful {
            return self.savepoint(job);
        }
        in_transaction(self.database)?;
        // The frontier moves before the first row of its leaf.
        let before = (self.database.written(), self.frontier.size());
        let result = crash::write(Write::Job, || job(self));
        if let Err(error) = &result {
            if !self.database.is_in_transaction() {
                self.torn = Some(error.clone());
            } else if (self.database.written(), self.frontier.size()) != before {
                self.torn = Some(StoreError::Busy);
            }
        }
        result
    }

    /// A job has failed: where that says something about the log, everybody is stopped.
    pub(super) fn failed(&mut self, error: &StoreError) {
        notice(self.halt, error);
    }

    /// Writes down what was counted, each kind once however often it was.
    pub(super) fn tally(&mut self) -> Result<(), StoreError> {
        in_transaction(self.database)?;
        entries::tally(self.database, std::mem::take(&mut self.tallied))?;
        tally::add(self.database, std::mem::take(&mut self.counts))?;
        if self.wakes {
            self.database.notify()?;
        }
        Ok(())
    }

    /// The key store, in a transaction that commits before the database does.
    pub(super) fn keys(&mut self) -> Result<&Connection, StoreError> {
        if !self.keys_begun {
            let begun = crash::write(Write::KeysBegin, || Ok::<_, StoreError>(self.keys.begin()?));
            if begun.is_err() {
                // One that was begun all the same would never be committed.
                let _ = self.keys.rollback();
            }
            begun?;
            self.keys_begun = true;
        }
        Ok(self.keys)
    }

    /// Something may be due with this commit: other processes hear of it, once.
    pub(super) const fn wake(&mut self) {
        self.wakes = true;
    }

    /// Whether something new may begin. What has begun is settled out of the reserve: that is what
    /// it is for.
    pub(super) fn room(&self) -> Result<(), StoreError> {
        self.reserve.clone()
    }

    /// The time of what is written: the commit's, and never behind the last leaf.
    pub(super) fn forward(&mut self) -> Result<Timestamp, StoreError> {
        let now = self.now;
        if now.seconds() < self.last.seconds() {
            // The commit may have begun before another process' last leaf; the clock decides.
            let now = self.clock.now();
            if now.seconds() < self.last.seconds() {
                return Err(StoreError::ClockBehind { now, last: self.last });
            }
            self.now = now;
        }
        Ok(self.now)
    }

    /// Appends a leaf.
    #[expect(clippy::needless_pass_by_value, reason = "it is made for this one leaf")]
    pub(super) fn append(&mut self, id: LeafId, event: Event) -> Result<Appended, StoreError> {
        self.append_draft(&draft(id, &event)?, &event)
    }

    /// Appends a leaf that was written before the commit began, but for its time: the draft of this
    /// event. Leaves never run backwards.
    pub(super) fn append_draft(
        &mut self,
        draft: &Draft,
        event: &Event,
    ) -> Result<Appended, StoreError> {
        let body = draft.at(self.forward()?)?;
        let hash = leaf_hash(&body);
        let index = LeafIndex(self.frontier.size().0);
        // The frontier moves with the first row: whoever fails behind it has written something.
        let completed = self.frontier.push(hash);
        log::put_leaf(self.database, index, (draft.id(), draft.kind()), hash, &body)?;
        self.tallied.push(entries::put(self.database, index, draft.facets(), self.now)?);
        if let Some((intent, result)) = draft.ends() {
            self.tallied.push(entries::end(self.database, intent, result)?);
        }
        for node in completed.iter().filter(|node| node.level > 0) {
            log::put_node(self.database, node)?;
        }
        self.last = self.now;
        self.counts.extend(Count::of(event, self.now));
        Ok(Appended { index, hash })
    }
}

/// A leaf in the making. On the caller's own thread where that can be: writing it is most of the
/// work, and the thread that commits has everybody's leaves to write.
pub(super) fn draft(id: LeafId, event: &Event) -> Result<Draft, StoreError> {
    Ok(Draft::new(id, event)?)
}

/// On a full disk SQLite undoes the whole transaction by itself. What came after it would be
/// committed piece by piece.
pub(super) fn in_transaction(database: &Connection) -> Result<(), StoreError> {
    if !database.is_in_transaction() {
        let undone = std::io::Error::other("the database has undone the transaction");
        return Err(StoreError::unavailable("committing", undone));
    }
    Ok(())
}
