//! The two databases of a deployment, the store and the key store, wherever they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

use super::super::{StoreError, files};
use super::postgres::{self, Listener, Servers};
use super::{Connection, sqlite};

const DATABASE: &str = "sluss.db";
const KEYS: &str = "keys.db";

/// Where the databases are.
pub(in crate::store) enum Databases {
    Files { database: PathBuf, keys: PathBuf },
    Servers(Box<Servers>),
}

/// A database that is being filled: nobody sees it before [`Fresh::commit`].
pub(in crate::store) struct Fresh {
    connection: Connection,
    /// Where its file is meanwhile, and where it belongs.
    file: Option<(PathBuf, PathBuf)>,
}

impl Fresh {
    pub(in crate::store) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes it durable, and puts it in its place.
    pub(in crate::store) fn commit(self) -> Result<(), StoreError> {
        self.connection.commit()?;
        let Some((new, place)) = self.file else {
            return Ok(());
        };
        drop(self.connection);
        let placed = std::fs::File::open(&new)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&new, &place))
            .and_then(|()| files::sync_folder(&place));
        placed.map_err(|error| StoreError::unavailable("putting a database in its place", error))
    }
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

    /// Whether a store in files is there.
    pub(in crate::store) fn are_files_there(&self) -> bool {
        matches!(self, Self::Files { database, .. } if database.exists())
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

    /// A store of a schema, empty, to be filled in one transaction.
    pub(in crate::store) fn fresh(&self, schema: u32) -> Result<Fresh, StoreError> {
        match self {
            Self::Files { database, .. } => fresh_file(database, sqlite::DATABASE, schema),
            Self::Servers(servers) => {
                let connection = Connection::Postgres(servers.fresh_log(schema)?);
                Ok(Fresh { connection, file: None })
            }
        }
    }

    /// A key store of a schema, likewise.
    pub(in crate::store) fn fresh_keys(&self, schema: u32) -> Result<Fresh, StoreError> {
        match self {
            Self::Files { keys, .. } => fresh_file(keys, sqlite::KEYS, schema),
            Self::Servers(servers) => {
                let connection = Connection::Postgres(servers.fresh_keys(schema)?);
                Ok(Fresh { connection, file: None })
            }
        }
    }

    /// What the store is called, for a person.
    pub(in crate::store) fn name(&self) -> String {
        match self {
            Self::Files { database, .. } => database.display().to_string(),
            Self::Servers(_) => "the database (store.url)".to_owned(),
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
        let with = |path: &PathBuf| ["", "-wal", "-shm"].map(|end| beside(path, end));
        match self {
            Self::Files { database, keys } => [database, keys].into_iter().flat_map(with).collect(),
            Self::Servers(_) => Vec::new(),
        }
    }

    /// Puts the files out of the way, under names that nothing opens.
    pub(in crate::store) fn put_away(&self) -> Result<(), StoreError> {
        let Self::Files { database, keys } = self else {
            return Ok(());
        };
        let away = |error| StoreError::unavailable("putting the old files away", error);
        // The store first: without it nobody opens the other.
        for place in [database, keys] {
            let moved = beside(place, ".moved");
            for end in ["", "-wal", "-shm"] {
                match std::fs::rename(beside(place, end), beside(&moved, end)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(away(error));
                    }
                    _ => {}
                }
            }
            files::sync_folder(place).map_err(away)?;
        }
        Ok(())
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

fn fresh_file(place: &Path, migrations: &[&str], schema: u32) -> Result<Fresh, StoreError> {
    let new = beside(place, ".new");
    let connection = sqlite::fresh(&new, migrations, schema)?;
    Ok(Fresh { connection, file: Some((new, place.to_owned())) })
}

/// The same name with an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    PathBuf::from(name)
}
