//! Moving: a deployment in files becomes one on servers, with the same log.
//!
//! Nobody may use the files meanwhile: the folder's lock is held, which every opening waits for, and
//! whoever is alive is told by a lock of its own. Everything arrives in one transaction in each database; a
//! kill leaves the files as they are, and the same command goes on from there. In the end the files are
//! put away under other names, so that nobody goes on with them.

use std::sync::Arc;

use super::super::super::backups::Moved;
use super::super::super::checkpoint_file::CheckpointFile;
use super::super::super::halt::Halt;
use super::super::super::processes::Processes;
use super::super::super::sql::{Connection, Databases};
use super::super::super::{Opening, StoreError, files};
use super::super::{CHECKPOINT, HALTED, Keeper, log};
use super::target::{self, Cargo, Target};
use super::{Side, of, rows};
use crate::crash;

/// Moves what stands in the folder to the servers that the opening names.
pub(in crate::store) fn to_servers(opening: &Opening<'_>) -> Result<Moved, StoreError> {
    let source = Databases::of(opening.dir, None);
    let servers = Databases::of(opening.dir, opening.servers);
    if !source.are_files_there() {
        return Err(StoreError::NothingToMove);
    }
    if let Some(halted) =
        Halt::open(opening.dir.join(HALTED), Arc::clone(&opening.clock))?.latched()
    {
        return Err(StoreError::Diverged(halted.reason));
    }
    let (_, key) = target::identity(opening)?;
    // As at every start: migrated, held against the checkpoint, the erased gone through again. Not where
    // a log stands on the servers already: it may have gone on from here, and that would halt it.
    if !is_there(&servers)? {
        drop(Keeper::open(&Opening {
            dir: opening.dir,
            origin: opening.origin,
            clock: Arc::clone(&opening.clock),
            entropy: Arc::clone(&opening.entropy),
            limits: opening.limits.clone(),
            servers: None,
        })?);
    }
    let _lock = files::lock(&opening.dir.join("open.lock"))?;
    if Processes::is_anybody_alive(&opening.dir.join("processes"))? {
        return Err(StoreError::InUse);
    }
    source.sweep();
    let beside = opening.limits.checkpoint_dir.as_deref().unwrap_or(opening.dir);
    let signed = CheckpointFile::new(beside.join(CHECKPOINT), key.clone()).read()?;
    let opened = servers.opened()?;
    let moved = {
        let (database, keys) = (source.reader()?, source.keys_reader()?);
        let (database, keys) = (database.snapshot()?, keys.snapshot()?);
        let size = log::head(&database)?.size;
        let cargo = Cargo {
            size,
            root: target::root(&database, size)?,
            schema: database.schema()?,
            keys_schema: keys.schema()?,
        };
        let arriving = Target::prepare(&servers, &opened, &cargo, &key)?;
        let rows = carry(Side::Log, &database, &arriving)? + carry(Side::Keys, &keys, &arriving)?;
        let findings = arriving.verify(signed)?;
        arriving.commit()?;
        Moved { findings, rows }
    };
    source.put_away()?;
    crash::point("carried-away");
    Ok(moved)
}

fn is_there(servers: &Databases) -> Result<bool, StoreError> {
    servers.is_there(&servers.opened()?)
}

fn carry(side: Side, from: &Connection, to: &Target) -> Result<u64, StoreError> {
    let mut all = 0;
    for table in of(side) {
        let columns = from.columns(table.name)?;
        if let Some(loader) = to.loader(table, &columns)? {
            rows::each(from, table, &columns, |values| loader.row(values))?;
        }
        all += to.holds(table, rows::count(from, table)?)?;
    }
    Ok(all)
}
