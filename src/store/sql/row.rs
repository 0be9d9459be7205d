//! Rows, as a statement gives them.

use rusqlite::types::ValueRef;

use super::value::{Cell, Column};
use super::{Error, Result};

/// One row.
pub(in crate::store) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    /// A column, by place or by name.
    pub(in crate::store) fn get<I: Place, T: Column>(&self, place: I) -> Result<T> {
        let place = place.of(self)?;
        T::of(self.cell(place)?).ok_or(Error::Column(place))
    }

    /// A column's bytes, where they stand.
    pub(in crate::store) fn bytes(&self, place: usize) -> Result<&'r [u8]> {
        match self.cell(place)? {
            Cell::Blob(bytes) => Ok(bytes),
            _ => Err(Error::Column(place)),
        }
    }

    /// A column, as it stands.
    pub(in crate::store) fn cell(&self, place: usize) -> Result<Cell<'r>> {
        match self {
            Self::Sqlite(row) => match row.get_ref(place)? {
                ValueRef::Null => Ok(Cell::Null),
                ValueRef::Integer(integer) => Ok(Cell::Integer(integer)),
                ValueRef::Text(text) => {
                    std::str::from_utf8(text).map(Cell::Text).map_err(|_| Error::Column(place))
                }
                ValueRef::Blob(bytes) => Ok(Cell::Blob(bytes)),
                ValueRef::Real(_) => Err(Error::Column(place)),
            },
            Self::Postgres(row) => row.try_get(place).map_err(|_| Error::Column(place)),
        }
    }
}

/// How a column is named: by its place or by its name.
pub(in crate::store) trait Place: Copy {
    fn of(self, row: &Row<'_>) -> Result<usize>;
}

impl Place for usize {
    fn of(self, _: &Row<'_>) -> Result<usize> {
        Ok(self)
    }
}

impl Place for &str {
    fn of(self, row: &Row<'_>) -> Result<usize> {
        match row {
            Row::Sqlite(row) => Ok(row.as_ref().column_index(self)?),
            Row::Postgres(row) => {
                let found = row.columns().iter().position(|column| column.name() == self);
                found.ok_or(Error::Column(row.len()))
            }
        }
    }
}

/// Rows, one after the other.
pub(in crate::store) enum Rows<'s> {
    Sqlite(rusqlite::Rows<'s>),
    /// All of them, and the one that is looked at.
    Postgres(std::vec::IntoIter<tokio_postgres::Row>, Option<tokio_postgres::Row>),
}

impl Rows<'_> {
    pub(super) fn of(rows: Vec<tokio_postgres::Row>) -> Self {
        Self::Postgres(rows.into_iter(), None)
    }

    pub(in crate::store) fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            Self::Postgres(rows, looked_at) => {
                *looked_at = rows.next();
                Ok(looked_at.as_ref().map(Row::Postgres))
            }
        }
    }
}

/// Rows, each read as it comes.
pub(in crate::store) struct Mapped<'s, F> {
    pub(super) rows: Rows<'s>,
    pub(super) read: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Mapped<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(Some(row)) => Some((self.read)(&row)),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }
}
