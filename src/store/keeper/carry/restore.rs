//! Restore: an archive becomes a store again, if nothing was signed behind it.
//!
//! The checkpoint beside the store is never set back: it is held against the archive before anything is
//! put in its place. The list of the erased only grows, and is there before the keys are.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::super::super::backups::{Archived, Restored, Restoring};
use super::super::super::checkpoint_file::CheckpointFile;
use super::super::super::erased::ErasedList;
use super::super::super::fsck::Findings;
use super::super::super::seal::Vault;
use super::super::super::sql::{Databases, Opened};
use super::super::super::{Opening, StoreError, files};
use super::super::{CHECKPOINT, ERASED, HALTED, Keeper};
use super::archive::{self, Head, Piece, Reader};
use super::target::{self, Cargo, Target};
use crate::log::{Checkpoint, Note, TreeSize, VerifierKey};

/// The longest note that is read.
const NOTE_BYTES_MAX: u64 = 64 * 1024;

/// A deployment without a store.
struct Place<'o> {
    opening: &'o Opening<'o>,
    vault: Vault,
    key: VerifierKey,
    checkpoint: CheckpointFile,
}

/// Puts an archive in the place of a store that is not there, and opens it.
pub(in crate::store) fn restore(
    opening: &Opening<'_>,
    restoring: &Restoring<'_>,
) -> Result<Restored, StoreError> {
    let place = Place::of(opening)?;
    let (archived, from) = place.look(restoring.archive)?;
    let databases = Databases::of(opening.dir, opening.servers);
    let opened = databases.opened()?;
    let lock = files::lock(&opening.dir.join("open.lock"))?;
    let signed = place.signed(&archived, restoring.checkpoint)?;
    let findings = place.carry(&archived, from, &databases, &opened, &signed)?;
    drop((lock, opened));
    // As every start does: against the checkpoint, and with the list of the erased gone through again.
    drop(Keeper::open(opening)?);
    let is_halted = opening.dir.join(HALTED).exists();
    Ok(Restored { archived: archived.told, findings, is_halted })
}

/// The same into a folder that is thrown away again: whether the archive is whole, and everything in it
/// verifies. Whether it could be restored today is told beside.
pub(in crate::store) fn check(
    opening: &Opening<'_>,
    restoring: &Restoring<'_>,
) -> Result<(Archived, Findings, Option<StoreError>), StoreError> {
    let place = Place::of(opening)?;
    let (archived, from) = place.look(restoring.archive)?;
    let unusable = |error| StoreError::unavailable("making a folder to check in", error);
    let folder = tempfile::tempdir_in(opening.dir).map_err(unusable)?;
    let databases = Databases::of(folder.path(), None);
    let own = archived.own(&place.key)?;
    let findings = place.fill(&archived, from, &databases, &Opened::Files, own, false)?.1;
    let behind = place.signed(&archived, restoring.checkpoint).err();
    Ok((archived.told, findings, behind))
}

/// The head of an archive, and what it means.
struct Found {
    head: Head,
    told: Archived,
}

impl Found {
    /// The checkpoint in the archive.
    fn own(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, StoreError> {
        if self.told.size == TreeSize(0) {
            return Ok(None);
        }
        let checkpoint = open(&self.head.checkpoint, key)?;
        let own = checkpoint.size == self.told.size;
        own.then_some(Some(checkpoint)).ok_or_else(|| not_signed("the backup's checkpoint"))
    }
}

/// The checkpoint that was signed last, as far as anybody here knows.
struct Signed {
    checkpoint: Option<Checkpoint>,
    /// What is to stand in the file where there is none.
    text: Option<String>,
}

impl<'o> Place<'o> {
    fn of(opening: &'o Opening<'o>) -> Result<Self, StoreError> {
        files::folder(opening.dir)?;
        let (vault, key) = target::identity(opening)?;
        let beside = opening.limits.checkpoint_dir.as_deref().unwrap_or(opening.dir);
        files::folder(beside)?;
        let checkpoint = CheckpointFile::new(beside.join(CHECKPOINT), key.clone());
        Ok(Self { opening, vault, key, checkpoint })
    }

    fn look(&self, path: &Path) -> Result<(Found, BufReader<File>), StoreError> {
        let file = File::open(path)
            .map_err(|error| StoreError::Archive(format!("{}: {error}", path.display())))?;
        let mut from = BufReader::new(file);
        let head = archive::head(&mut from)?;
        if head.log_key != self.key.to_string() {
            let what = format!(
                "it is of the log {} ({}), and this deployment's is {}",
                head.origin, head.log_key, self.key
            );
            return Err(StoreError::Archive(what));
        }
        let told = Archived {
            made: head.made.clone(),
            by: head.sluss.clone(),
            size: TreeSize(head.size),
            checkpoint: head.checkpoint.clone(),
        };
        Ok((Found { head, told }, from))
    }

    /// What was signed last; an error where that is more than the archive has, or where nobody knows.
    fn signed(&self, archived: &Found, named: Option<&Path>) -> Result<Signed, StoreError> {
        let found = self.checkpoint.read()?;
        let named = named.map(read_note).transpose()?;
        let given = named.as_deref().map(|text| open(text, &self.key)).transpose()?;
        let newest = [&found, &given].into_iter().flatten().max_by_key(|one| one.size.0).cloned();
        let size = archived.told.size;
        match &newest {
            Some(signed) if signed.size > size => {
                Err(StoreError::Behind { backup: size, signed: signed.size })
            }
            None if size > TreeSize(0) => Err(StoreError::NoCheckpoint),
            _ => Ok(Signed { checkpoint: newest, text: named.filter(|_| found.is_none()) }),
        }
    }

    fn carry(
        &self,
        archived: &Found,
        from: BufReader<File>,
        databases: &Databases,
        opened: &Opened,
        signed: &Signed,
    ) -> Result<Findings, StoreError> {
        let last = match &signed.checkpoint {
            Some(last) => Some(last.clone()),
            None => archived.own(&self.key)?,
        };
        let (target, findings) = self.fill(archived, from, databases, opened, last, true)?;
        // Before the store is there: without it nobody opens that.
        if let Some(text) = &signed.text {
            self.checkpoint.place_first(text)?;
        }
        target.commit()?;
        Ok(findings)
    }

    /// Reads the archive to its end, and verifies what has arrived. `erases`: the list of the erased is
    /// added to that of the deployment.
    fn fill(
        &self,
        archived: &Found,
        from: BufReader<File>,
        databases: &Databases,
        opened: &Opened,
        signed: Option<Checkpoint>,
        erases: bool,
    ) -> Result<(Target, Findings), StoreError> {
        let own = archived.own(&self.key)?;
        let cargo = Cargo {
            size: archived.told.size,
            root: own.map(|own| own.root),
            schema: archived.head.schema,
            keys_schema: archived.head.keys_schema,
        };
        let mut archive = Reader::open(&archived.head, &self.vault, from)?;
        let target = Target::prepare(databases, opened, &cargo, &self.key)?;
        if target.is_whole() {
            return Err(StoreError::Occupied(databases.name()));
        }
        let mut loader = None;
        loop {
            match archive.next()? {
                Piece::Table(table, columns) => loader = target.loader(table, &columns)?,
                Piece::Row(values) => {
                    if let Some(loader) = &loader {
                        loader.row(&values)?;
                    }
                }
                Piece::Erased(list) if erases => {
                    ErasedList::new(self.opening.dir.join(ERASED)).merge(list)?;
                }
                Piece::Erased(_) => {}
                Piece::End => break,
            }
        }
        drop(loader);
        let findings = target.verify(signed)?;
        Ok((target, findings))
    }
}

fn open(text: &str, key: &VerifierKey) -> Result<Checkpoint, StoreError> {
    let note = Note::parse(text).map_err(|_| not_signed("the checkpoint"))?;
    let opened = Checkpoint::open(&note, std::slice::from_ref(key));
    opened.map_err(|_| not_signed("the checkpoint"))
}

fn not_signed(what: &str) -> StoreError {
    StoreError::Archive(format!("{what} is not signed by this log"))
}

fn read_note(path: &Path) -> Result<String, StoreError> {
    let unreadable = |error| StoreError::Archive(format!("{}: {error}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(NOTE_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}
