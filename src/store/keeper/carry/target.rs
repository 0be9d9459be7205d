//! Where rows arrive: a store and a key store that nobody sees before both are whole and verified.

use super::super::super::fsck::Findings;
use super::super::super::seal::Vault;
use super::super::super::sql::{Connection, Databases, Fresh, Opened};
use super::super::super::{Opening, StoreError, files};
use super::super::{fsck, log, shared};
use super::rows::{self, Columns, Loader};
use super::{Side, Table};
use crate::crash;
use crate::domain::HaltReason;
use crate::log::{Checkpoint, Hash, KeyName, SigningKey, TreeSize, VerifierKey};

/// One of the two databases.
enum Half {
    /// It is there already: a try before this one was killed between the two commits.
    There(Connection),
    Fresh(Fresh),
}

impl Half {
    const fn connection(&self) -> &Connection {
        match self {
            Self::There(connection) => connection,
            Self::Fresh(fresh) => fresh.connection(),
        }
    }
}

pub(super) struct Target {
    log: Half,
    keys: Half,
    key: VerifierKey,
}

/// What is carried: so many leaves with this root, in tables of these schemas.
pub(super) struct Cargo {
    pub(super) size: TreeSize,
    pub(super) root: Option<Hash>,
    pub(super) schema: u32,
    pub(super) keys_schema: u32,
}

impl Target {
    /// Two empty databases. Those that are there already are taken for what a try before this one has
    /// left where they hold the same log, and nothing more; else nothing is touched.
    pub(super) fn prepare(
        databases: &Databases,
        opened: &Opened,
        cargo: &Cargo,
        key: &VerifierKey,
    ) -> Result<Self, StoreError> {
        let (log_is_there, keys_are_there) = (databases.is_there(opened)?, databases.has_keys()?);
        if keys_are_there && !log_is_there {
            return Err(StoreError::Occupied(databases.keys_name()));
        }
        let log = if log_is_there {
            let connection = databases.reader()?;
            if !is_same(&connection, cargo, key)? {
                return Err(StoreError::Occupied(databases.name()));
            }
            Half::There(connection)
        } else {
            Half::Fresh(databases.fresh(cargo.schema)?)
        };
        let keys = if keys_are_there {
            Half::There(databases.keys_reader()?)
        } else {
            Half::Fresh(databases.fresh_keys(cargo.keys_schema)?)
        };
        Ok(Self { log, keys, key: key.clone() })
    }

    /// Whether nothing is left to be done.
    pub(super) const fn is_whole(&self) -> bool {
        matches!((&self.log, &self.keys), (Half::There(_), Half::There(_)))
    }

    /// What puts rows into a table; `None` where they are there already.
    pub(super) fn loader(
        &self,
        table: &Table,
        columns: &Columns,
    ) -> Result<Option<Loader<'_>>, StoreError> {
        let half = match table.side {
            Side::Log => &self.log,
            Side::Keys => &self.keys,
        };
        match half {
            Half::There(_) => Ok(None),
            Half::Fresh(fresh) => Loader::of(fresh.connection(), table, columns).map(Some),
        }
    }

    /// Whether a table has so many rows, and how many that are.
    pub(super) fn holds(&self, table: &Table, rows: u64) -> Result<u64, StoreError> {
        let half = match table.side {
            Side::Log => &self.log,
            Side::Keys => &self.keys,
        };
        if rows::count(half.connection(), table)? == rows {
            return Ok(rows);
        }
        Err(StoreError::Archive(format!("not all rows of {} have arrived", table.name)))
    }

    /// Derives everything anew from what has arrived, and holds it against the checkpoint that was
    /// signed last.
    pub(super) fn verify(&self, signed: Option<Checkpoint>) -> Result<Findings, StoreError> {
        let (log, keys) = (self.log.connection(), self.keys.connection());
        if let Half::Fresh(_) = self.log {
            // Whatever arrives is new, and has not moved.
            log.execute("DELETE FROM moved", [])?;
            shared::is_ours(log, &self.key)?;
            log.settled()?;
        }
        keys.settled()?;
        let size = log::head(log)?.size;
        match &signed {
            Some(signed) if signed.size > size => {
                return Err(StoreError::Behind { backup: size, signed: signed.size });
            }
            Some(signed) if log::root_at(log, signed.size)? != signed.root => {
                return Err(StoreError::Diverged(HaltReason::Forked));
            }
            _ => {}
        }
        let mut check = fsck::Check::new(self.key.clone());
        if let Half::Fresh(_) = self.log {
            check.file(log)?;
        }
        while check.page(log, keys)? {}
        let findings = check.finish(log, keys, Ok(signed))?;
        match findings.wrong.first() {
            Some(wrong) => Err(StoreError::Unsound(*wrong)),
            None => Ok(findings),
        }
    }

    /// Makes it durable. The log first: without its keys nobody opens it.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        crash::point("carried");
        if let Half::Fresh(log) = self.log {
            log.commit()?;
        }
        crash::point("carried-log");
        if let Half::Fresh(keys) = self.keys {
            keys.commit()?;
        }
        crash::point("carried-keys");
        Ok(())
    }
}

/// Whether a store holds this log, to its last leaf and not a leaf more.
fn is_same(database: &Connection, cargo: &Cargo, key: &VerifierKey) -> Result<bool, StoreError> {
    let same_key = !database.is_shared()
        || database
            .prepare("SELECT 1 FROM deployment WHERE log_key = ?1")?
            .exists([key.to_string()])?;
    let same_schema = database.schema()? == cargo.schema;
    let same_root = match cargo.root {
        Some(root) => {
            log::head(database)?.size == cargo.size && log::root_at(database, cargo.size)? == root
        }
        // An empty one is everybody's, and nobody's.
        None => false,
    };
    Ok(same_key && same_schema && same_root)
}

/// The root of a log, `None` where it is empty.
pub(super) fn root(database: &Connection, size: TreeSize) -> Result<Option<Hash>, StoreError> {
    if size == TreeSize(0) { Ok(None) } else { log::root_at(database, size).map(Some) }
}

/// The keys of a deployment that is there. Never drawn: without those that were there nothing that is
/// carried can be read.
pub(super) fn identity(opening: &Opening<'_>) -> Result<(Vault, VerifierKey), StoreError> {
    let name = KeyName::parse(opening.origin)
        .map_err(|error| StoreError::KeyFile(format!("log.origin: {error}")))?;
    let secrets = opening.dir.join("keys");
    let master = files::key(&secrets.join("master.key"), false, &*opening.entropy)?;
    let seed = files::key(&secrets.join("log.key"), false, &*opening.entropy)?;
    Ok((Vault::new(master), SigningKey::new(name, &seed).verifier().clone()))
}
