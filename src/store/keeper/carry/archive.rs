//! The archive: two lines that anybody may read, and behind them what only the deployment's master key
//! opens: tables with their rows, the list of the erased, and an end that counts them.

use std::io::{self, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::super::super::StoreError;
use super::super::super::seal::Vault;
use super::super::super::sql::{Kind, Value};
use super::rows::Columns;
use super::stream::{Opener, Sealer};
use super::{TABLES, Table};
use crate::domain::Entropy;

/// The first line.
const FORMAT: &str = "sluss backup 1\n";
/// The longest second line that is read.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
/// The longest record that is read: a row is a few kilobytes, the list of the erased up to this.
const RECORD_BYTES_MAX: u32 = 256 * 1024 * 1024;

/// What stands in the second line, as JSON. Nothing personal: it is what a person goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Head {
    /// Which sluss made it.
    pub(super) sluss: String,
    /// When.
    pub(super) made: String,
    /// The log's name, and the key that it is signed with.
    pub(super) origin: String,
    pub(super) log_key: String,
    /// Which migrations the tables are of.
    pub(super) schema: u32,
    pub(super) keys_schema: u32,
    /// How many leaves, and their signed checkpoint; empty where there are none.
    pub(super) size: u64,
    pub(super) checkpoint: String,
    /// What tells this archive's key from others.
    pub(super) salt: String,
}

impl Head {
    pub(super) fn draw_salt(entropy: &dyn Entropy) -> String {
        BASE64.encode(entropy.array::<32>())
    }

    /// Both lines.
    fn lines(&self) -> Result<String, StoreError> {
        let line = serde_json::to_string(self);
        let line = line.map_err(|error| StoreError::unavailable("writing a backup", error))?;
        Ok(format!("{FORMAT}{line}\n"))
    }

    fn key(&self, vault: &Vault) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let salt = BASE64.decode(&self.salt).ok().and_then(|salt| salt.try_into().ok());
        Ok(vault.backup_key(&salt.ok_or_else(unreadable)?))
    }
}

/// Tags of records.
const TABLE: u8 = 1;
const ROW: u8 = 2;
const ERASED: u8 = 3;
const END: u8 = 4;

pub(super) struct Writer<W: Write> {
    to: Sealer<W>,
    rows: u64,
    record: Zeroizing<Vec<u8>>,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(head: &Head, vault: &Vault, mut to: W) -> Result<Self, StoreError> {
        let lines = head.lines()?;
        to.write_all(lines.as_bytes()).map_err(unwritable)?;
        let hash = Sha256::digest(lines.as_bytes()).into();
        let to = Sealer::new(&*head.key(vault)?, hash, to);
        Ok(Self { to, rows: 0, record: Zeroizing::new(Vec::new()) })
    }

    pub(super) fn table(&mut self, table: &Table, columns: &Columns) -> Result<(), StoreError> {
        self.record.clear();
        put(&mut self.record, table.name.as_bytes());
        for (name, kind) in columns {
            self.record.push(match kind {
                Kind::Integer => b'i',
                Kind::Text => b't',
                Kind::Blob => b'b',
            });
            put(&mut self.record, name.as_bytes());
        }
        self.record(TABLE)
    }

    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.record.clear();
        for value in values {
            match *value {
                Value::Null(_) => self.record.push(b'n'),
                Value::Integer(integer) => {
                    self.record.push(b'i');
                    self.record.extend_from_slice(&integer.to_be_bytes());
                }
                Value::Text(text) => {
                    self.record.push(b't');
                    put(&mut self.record, text.as_bytes());
                }
                Value::Blob(bytes) => {
                    self.record.push(b'b');
                    put(&mut self.record, bytes);
                }
            }
        }
        self.rows += 1;
        self.record(ROW)
    }

    pub(super) fn erased(&mut self, list: &str) -> Result<(), StoreError> {
        self.record.clear();
        self.record.extend_from_slice(list.as_bytes());
        self.record(ERASED)
    }

    /// The end; how many rows there are.
    pub(super) fn end(mut self) -> Result<(W, u64), StoreError> {
        self.record.clear();
        self.record.extend_from_slice(&self.rows.to_be_bytes());
        self.record(END)?;
        let rows = self.rows;
        Ok((self.to.finish().map_err(unwritable)?, rows))
    }

    fn record(&mut self, tag: u8) -> Result<(), StoreError> {
        let length = u32::try_from(self.record.len()).ok().filter(|n| *n <= RECORD_BYTES_MAX);
        let length = length.ok_or_else(|| StoreError::Archive("a row is too long".to_owned()))?;
        let mut write = |bytes: &[u8]| self.to.write_all(bytes).map_err(unwritable);
        write(&[tag])?;
        write(&length.to_be_bytes())?;
        write(&self.record)
    }
}

fn put(record: &mut Vec<u8>, bytes: &[u8]) {
    // Longer ones make the record too long, which is told there.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(bytes);
}

/// What an archive tells, piece by piece.
pub(super) enum Piece<'r> {
    Table(&'static Table, Columns),
    Row(Vec<Value<'r>>),
    Erased(&'r str),
    End,
}

pub(super) struct Reader<R> {
    from: Opener<R>,
    kinds: Vec<Kind>,
    rows: u64,
    record: Zeroizing<Vec<u8>>,
}

/// Reads the two lines, which nothing vouches for yet.
pub(super) fn head(from: &mut impl Read) -> Result<Head, StoreError> {
    let mut lines = Vec::new();
    let (mut byte, mut ended) = ([0], 0);
    while ended < 2 {
        from.read_exact(&mut byte).map_err(|_| unreadable())?;
        lines.push(byte[0]);
        ended += u8::from(byte == [b'\n']);
        if lines.len() as u64 > HEAD_BYTES_MAX {
            return Err(unreadable());
        }
    }
    let lines = String::from_utf8(lines).map_err(|_| unreadable())?;
    let head = lines.strip_prefix(FORMAT).ok_or_else(unreadable)?;
    let head: Head = serde_json::from_str(head).map_err(|_| unreadable())?;
    // As it was written, to the byte: that is what is vouched for.
    if head.lines()? == lines { Ok(head) } else { Err(unreadable()) }
}

impl<R: Read> Reader<R> {
    /// Behind the head.
    pub(super) fn open(head: &Head, vault: &Vault, from: R) -> Result<Self, StoreError> {
        let hash = Sha256::digest(head.lines()?.as_bytes()).into();
        let from = Opener::new(&*head.key(vault)?, hash, from).map_err(|error| damaged(&error))?;
        Ok(Self { from, kinds: Vec::new(), rows: 0, record: Zeroizing::new(Vec::new()) })
    }

    pub(super) fn next(&mut self) -> Result<Piece<'_>, StoreError> {
        let mut fixed = [0; 5];
        self.from.read_exact(&mut fixed).map_err(|error| damaged(&error))?;
        let [tag, length @ ..] = fixed;
        let length = u32::from_be_bytes(length);
        if length > RECORD_BYTES_MAX {
            return Err(unreadable());
        }
        self.record.clear();
        let mut record = Read::by_ref(&mut self.from).take(length.into());
        record.read_to_end(&mut self.record).map_err(|error| damaged(&error))?;
        if self.record.len() != length as usize {
            return Err(unreadable());
        }
        match tag {
            TABLE => {
                let mut rest = &self.record[..];
                let name = text(&mut rest)?;
                let table = TABLES.iter().find(|table| table.name == name);
                let table = table.ok_or_else(|| {
                    StoreError::Archive(format!(
                        "it has a table {name}, which this sluss does not know"
                    ))
                })?;
                let mut columns = Columns::new();
                while let [kind, behind @ ..] = rest {
                    rest = behind;
                    let kind = match kind {
                        b'i' => Kind::Integer,
                        b't' => Kind::Text,
                        b'b' => Kind::Blob,
                        _ => return Err(unreadable()),
                    };
                    columns.push((text(&mut rest)?.to_owned(), kind));
                }
                self.kinds = columns.iter().map(|(_, kind)| *kind).collect();
                Ok(Piece::Table(table, columns))
            }
            ROW => {
                self.rows += 1;
                let mut rest = &self.record[..];
                let values = self.kinds.iter().map(|kind| value(&mut rest, *kind));
                let values = values.collect::<Result<Vec<_>, _>>()?;
                if rest.is_empty() { Ok(Piece::Row(values)) } else { Err(unreadable()) }
            }
            ERASED => {
                std::str::from_utf8(&self.record).map(Piece::Erased).map_err(|_| unreadable())
            }
            END if *self.record == self.rows.to_be_bytes() => Ok(Piece::End),
            _ => Err(unreadable()),
        }
    }
}

fn value<'r>(rest: &mut &'r [u8], kind: Kind) -> Result<Value<'r>, StoreError> {
    let (tag, behind) = rest.split_first().ok_or_else(unreadable)?;
    *rest = behind;
    match tag {
        b'n' => Ok(Value::Null(kind)),
        b'i' => {
            let (integer, behind) = rest.split_first_chunk().ok_or_else(unreadable)?;
            *rest = behind;
            Ok(Value::Integer(i64::from_be_bytes(*integer)))
        }
        b't' => text(rest).map(Value::Text),
        b'b' => bytes(rest).map(Value::Blob),
        _ => Err(unreadable()),
    }
}

fn text<'r>(rest: &mut &'r [u8]) -> Result<&'r str, StoreError> {
    std::str::from_utf8(bytes(rest)?).map_err(|_| unreadable())
}

fn bytes<'r>(rest: &mut &'r [u8]) -> Result<&'r [u8], StoreError> {
    let (length, behind) = rest.split_first_chunk().ok_or_else(unreadable)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (bytes, behind) = behind.split_at_checked(length).ok_or_else(unreadable)?;
    *rest = behind;
    Ok(bytes)
}

fn unreadable() -> StoreError {
    StoreError::Archive("it is no backup of sluss, or of a newer one".to_owned())
}

fn damaged(error: &io::Error) -> StoreError {
    StoreError::Archive(match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            "it is damaged or cut off, or keys/master.key is of another deployment".to_owned()
        }
        _ => error.to_string(),
    })
}

pub(super) fn unwritable(error: io::Error) -> StoreError {
    StoreError::unavailable("writing the backup", error)
}
