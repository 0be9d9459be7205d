//! How the store stands: whether it is halted, what a full check finds, what room there is; and how a
//! halted one goes on.

use super::super::checkpoint_file::CheckpointFile;
use super::super::fsck::Findings;
use super::super::halt::Halt;
use super::super::rows::Appended;
use super::super::watch::{self, Facts, Load, Volume};
use super::super::{StoreError, scrubbed};
use super::{CHECKPOINT, Keeper, SCRUBBED, fsck, load, log, shared};
use crate::domain::{HaltReason, LeafId, Timestamp};
use crate::log::{Code, Event, LeafIndex, Resume, Role};

impl Keeper {
    pub(in crate::store) fn halt(&self) -> Halt {
        self.halt.clone()
    }

    pub(in crate::store) fn volumes(&self) -> Result<Vec<Volume>, StoreError> {
        let named = ["store", "checkpoint"].into_iter().zip(&self.folders);
        named.map(|(name, folder)| Ok(Volume { name, free_bytes: watch::free(folder)? })).collect()
    }

    pub(in crate::store) async fn facts(&self) -> Result<Facts, StoreError> {
        self.read(|database| {
            let last = log::head(database)?.last;
            let (engine, clock) = database.engine()?;
            Ok(Facts {
                engine,
                schema: database.schema()?,
                clock: clock.map(Timestamp::from_micros),
                last,
            })
        })
        .await
    }

    pub(in crate::store) async fn load(&self) -> Result<Load, StoreError> {
        let now = self.clock.now();
        self.read(move |database| load::load(database, now)).await
    }

    /// When the copy of the checkpoint last moved.
    pub(in crate::store) fn checkpoint_moved(&self) -> Option<Timestamp> {
        CheckpointFile::moved(&self.folders[1].join(CHECKPOINT))
    }

    /// Lets a halted log go on. The leaf is durable before the marker goes: whoever is killed in
    /// between has resumed nothing, and says so twice.
    pub(in crate::store) async fn resume(
        &self,
        reason: Code,
        actor: Role,
    ) -> Result<Appended, StoreError> {
        let halted = match self.halt.latched() {
            Some(halted) if !self.halt.noticed_here() => halted.reason,
            // It may hold files that are gone: another process must look.
            Some(halted) => return Err(StoreError::Diverged(halted.reason)),
            None => return Err(StoreError::NotHalted),
        };
        let leaf = LeafId::draw(&*self.entropy);
        let event = Event::Resume(Resume { halted, reason, actor });
        let appended = self
            .writer
            .run_halted(move |tx| {
                shared::resume(tx.database)?;
                tx.append(leaf, event)
            })
            .await?;
        self.halt.resume()?;
        Ok(appended)
    }

    pub(in crate::store) async fn fsck(&self) -> Result<Findings, StoreError> {
        let mut check = fsck::Check::new(self.key.clone());
        check = self.read(move |database| check.file(database).map(|()| check)).await?;
        loop {
            let (more, checked) = self
                .read_both(move |database, keys, _| Ok((check.page(database, keys)?, check)))
                .await?;
            check = checked;
            if !more {
                break;
            }
        }
        let copy = CheckpointFile::clone(&self.copy());
        self.read_both(move |database, keys, _| check.finish(database, keys, copy.read())).await
    }

    pub(in crate::store) async fn scrub(
        &self,
        first: LeafIndex,
    ) -> Result<Option<LeafIndex>, StoreError> {
        let scrubbed = self.read(move |database| fsck::scrub(database, first)).await;
        scrubbed.inspect_err(|error| {
            if error.halts() {
                self.halt.pull(HaltReason::Damaged);
            }
        })
    }

    pub(in crate::store) fn scrubbed(&self) -> Option<Timestamp> {
        scrubbed::read(&self.folders[0].join(SCRUBBED))
    }

    pub(in crate::store) fn note_scrubbed(&self, now: Timestamp) -> Result<(), StoreError> {
        scrubbed::write(&self.folders[0].join(SCRUBBED), now)
    }
}
