//! The two databases of a deployment, the store and the key store, wherever they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

use super::super::StoreError;
use super::postgres::{self, Listener, Servers};
use super::{Connection, sqlite};

const DATABASE: &str = "sluss.db";
const KEYS: &str = "keys.db";

/// Where the databases are.
pub(in crate::store) enum Databases {
    Files { database: PathBuf, keys: PathBuf },
    Servers(Box<Servers>),
}

/// The databases under the lock of an opening: several that start at once make them one after the
/// other.
pub(in crate::store) enum Opened {
    Files,
    Servers(Box<postgres::Opening>),
}

impl Databases {
    /// In a folder, where no servers are named.
    pub(in crate::store) fn of(dir: &Path, servers: Option<&Servers>) -> Self {
        match servers {
            Some(servers) => Self::Servers(Box::new(servers.clone())),
            None => Self::Files { database: dir.join(DATABASE), keys: dir.join(KEYS) },
        }
    }

    /// Takes the lock of servers; that of files is the folder's.
    pub(in crate::store) fn opened(&self) -> Result<Opened, StoreError> {
        Ok(match self {
            Self::Files { .. } => Opened::Files,
            Self::Servers(servers) => Opened::Servers(Box::new(postgres::Opening::begin(servers)?)),
        })
    }

    /// Whether the store was made already.
    pub(in crate::store) fn is_there(&self, opened: &Opened) -> Result<bool, StoreError> {
        match (self, opened) {
            (_, Opened::Servers(opening)) => Ok(opening.finds_a_store()?),
            (Self::Files { database, .. }, Opened::Files) => Ok(database.exists()),
            (Self::Servers(_), Opened::Files) => Ok(false),
        }
    }

    /// Whether the key store is there.
    pub(in crate::store) fn has_keys(&self) -> Result<bool, StoreError> {
        match self {
            Self::Files { keys, .. } => Ok(keys.exists()),
            Self::Servers(servers) => Ok(servers.has_keys()?),
        }
    }

    /// What the key store is called, for a person who must restore it.
    pub(in crate::store) fn keys_name(&self) -> String {
        match self {
            Self::Files { keys, .. } => keys.display().to_string(),
            Self::Servers(_) => "the key store (store.keys_url)".to_owned(),
        }
    }

    /// To write the store with; made where it is not there.
    pub(in crate::store) fn database(&self) -> Result<Connection, StoreError> {
        match self {
            Self::Files { database, .. } => sqlite::open(database),
            Self::Servers(servers) => servers.log().map(Connection::Postgres),
        }
    }

    /// To write the key store with; made where it is not there.
    pub(in crate::store) fn keys(&self) -> Result<Connection, StoreError> {
        match self {
            Self::Files { keys, .. } => sqlite::open_keys(keys),
            Self::Servers(servers) => servers.keys().map(Connection::Postgres),
        }
    }

    pub(in crate::store) fn reader(&self) -> Result<Connection, StoreError> {
        match self {
            Self::Files { database, .. } => sqlite::open_reader(database),
            Self::Servers(servers) => Ok(servers.reader().map(Connection::Postgres)?),
        }
    }

    pub(in crate::store) fn keys_reader(&self) -> Result<Connection, StoreError> {
        match self {
            Self::Files { keys, .. } => sqlite::open_reader(keys),
            Self::Servers(servers) => Ok(servers.keys_reader().map(Connection::Postgres)?),
        }
    }

    /// The files of the databases, and what belongs to them.
    pub(in crate::store) fn files(&self) -> Vec<PathBuf> {
        let with = |path: &PathBuf| {
            ["", "-wal", "-shm"].map(|end| {
                let mut name = path.clone().into_os_string();
                name.push(end);
                PathBuf::from(name)
            })
        };
        match self {
            Self::Files { database, keys } => [database, keys].into_iter().flat_map(with).collect(),
            Self::Servers(_) => Vec::new(),
        }
    }

    /// Takes out what was deleted, where it still stands; false: something may be left of it.
    pub(in crate::store) fn sweep(&self) -> bool {
        let swept = |swept: Result<bool, StoreError>| {
            swept.unwrap_or_else(|error| {
                tracing::warn!(%error, "What was deleted may still stand in the database's files");
                false
            })
        };
        match self {
            Self::Files { database, keys } => {
                [database, keys].iter().all(|path| swept(sqlite::truncate(path)))
            }
            Self::Servers(servers) => {
                swept(servers.vacuum().map(|()| true).map_err(StoreError::from))
            }
        }
    }

    /// Hears from other hosts that something may have become due. On one host, each process looks.
    pub(in crate::store) fn listen(
        &self,
        changed: &Arc<Notify>,
    ) -> Result<Option<Listener>, StoreError> {
        match self {
            Self::Files { .. } => Ok(None),
            Self::Servers(servers) => postgres::listen(servers, Arc::clone(changed))
                .map(Some)
                .map_err(|error| StoreError::unavailable("listening to the database", error)),
        }
    }
}
