//! Backup: everything in one encrypted file, while others go on.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::backups::BackedUp;
use super::super::super::erased::ErasedList;
use super::super::super::seal::Vault;
use super::super::super::sql::{Connection, Databases};
use super::super::super::{StoreError, files};
use super::super::{Keeper, log};
use super::archive::{Head, Writer, unwritable};
use super::{Side, of, rows};
use crate::domain::{HaltReason, Timestamp};
use crate::log::{TreeSize, VerifierKey};

/// What the head of an archive tells of its deployment.
struct From {
    databases: Arc<Databases>,
    vault: Arc<Vault>,
    erased: Arc<ErasedList>,
    key: VerifierKey,
    now: Timestamp,
    salt: String,
}

impl Keeper {
    /// Writes a backup to a file that is not there yet. A log that is not trusted is not backed up:
    /// its files are evidence, and are to be kept as they are.
    pub(in crate::store) async fn backup(&self, to: PathBuf) -> Result<BackedUp, StoreError> {
        if let Some(halted) = self.halt.latched() {
            return Err(StoreError::Diverged(halted.reason));
        }
        let from = From {
            databases: Arc::clone(&self.databases),
            vault: Arc::clone(&self.vault),
            erased: Arc::clone(&self.erased),
            key: self.key.clone(),
            now: self.clock.now(),
            salt: Head::draw_salt(&*self.entropy),
        };
        self.readers.beside(move || from.write(&to)).await
    }
}

impl From {
    fn write(&self, to: &Path) -> Result<BackedUp, StoreError> {
        if to.exists() {
            return Err(StoreError::Occupied(to.display().to_string()));
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(unwritable)?;
        let (size, rows) = self.carry(&file)?;
        file.as_file().sync_all().map_err(unwritable)?;
        let placed = file.persist_noclobber(to).map_err(|error| unwritable(error.error))?;
        let bytes = placed.metadata().map_err(unwritable)?.len();
        files::sync_folder(&fs::canonicalize(to).map_err(unwritable)?).map_err(unwritable)?;
        Ok(BackedUp { size, rows, bytes })
    }

    /// The store first: its keys commit before it does, so that each case finds its key in what is read
    /// later. Who is erased meanwhile is without a key, and on the list, which comes last.
    fn carry(&self, to: impl Write) -> Result<(TreeSize, u64), StoreError> {
        let (database, keys) = (self.databases.reader()?, self.databases.keys_reader()?);
        let database = database.snapshot()?;
        let size = log::head(&database)?.size;
        let checkpoint = match size {
            TreeSize(0) => String::new(),
            size => log::checkpoint(&database, Some(size))?
                .ok_or(StoreError::Diverged(HaltReason::LogChanged))?,
        };
        let head = Head {
            sluss: env!("CARGO_PKG_VERSION").to_owned(),
            made: self.now.rfc3339(),
            origin: self.key.name().to_string(),
            log_key: self.key.to_string(),
            schema: database.schema()?,
            keys_schema: keys.schema()?,
            size: size.0,
            checkpoint,
            salt: self.salt.clone(),
        };
        let mut archive = Writer::begin(&head, &self.vault, BufWriter::new(to))?;
        tables(Side::Log, &database, &mut archive)?;
        tables(Side::Keys, &*keys.snapshot()?, &mut archive)?;
        archive.erased(&self.erased.text()?)?;
        let (mut to, rows) = archive.end()?;
        to.flush().map_err(unwritable)?;
        Ok((size, rows))
    }
}

fn tables<W: Write>(
    side: Side,
    database: &Connection,
    archive: &mut Writer<W>,
) -> Result<(), StoreError> {
    for table in of(side) {
        let columns = database.columns(table.name)?;
        archive.table(table, &columns)?;
        rows::each(database, table, &columns, |values| archive.row(values))?;
    }
    Ok(())
}
