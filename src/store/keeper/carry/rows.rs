//! Rows of a table, out of one database and into another.

use super::super::super::StoreError;
use super::super::super::sql::{Connection, Kind, Value};
use super::Table;

/// The columns of a table, by name and type, in the order in which its rows are told.
pub(super) type Columns = Vec<(String, Kind)>;

/// Looks at each row of a table, as values of its columns' types; how many there are.
pub(super) fn each(
    database: &Connection,
    table: &Table,
    columns: &Columns,
    mut look: impl FnMut(&[Value<'_>]) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let mut sql = format!("SELECT {} FROM {}", names.join(", "), table.name);
    if let Some(order) = table.order {
        sql = format!("{sql} ORDER BY {order}");
    }
    let mut rows = 0;
    database.each(table.name, &sql, |row| {
        let values = columns
            .iter()
            .enumerate()
            .map(|(place, (_, kind))| row.cell(place).map(|cell| Value::of(cell, *kind)));
        rows += 1;
        look(&values.collect::<Result<Vec<_>, _>>()?)
    })?;
    Ok(rows)
}

/// Puts rows into a table that is empty.
pub(super) struct Loader<'d> {
    database: &'d Connection,
    insert: String,
}

impl<'d> Loader<'d> {
    /// For rows with these columns; all of the table's, and no others.
    pub(super) fn of(
        database: &'d Connection,
        table: &Table,
        columns: &Columns,
    ) -> Result<Self, StoreError> {
        let ours = database.columns(table.name)?;
        let corrupt = || StoreError::Archive(format!("{} has other columns here", table.name));
        // `only` is a word of PostgreSQL's own: there it has a stroke behind it.
        let same = |a: &str, b: &str| a.trim_end_matches('_') == b.trim_end_matches('_');
        let named = columns.iter().map(|(name, _)| {
            let found = ours.iter().find(|(ours, _)| same(ours, name));
            found.map(|(ours, _)| format!("\"{ours}\"")).ok_or_else(corrupt)
        });
        let named = named.collect::<Result<Vec<_>, _>>()?;
        if named.len() != ours.len() {
            return Err(corrupt());
        }
        let places: Vec<String> = (1..=named.len()).map(|place| format!("?{place}")).collect();
        let (named, places) = (named.join(", "), places.join(", "));
        let insert = format!("INSERT INTO {} ({named}) VALUES ({places})", table.name);
        // An empty store says of itself that it is empty.
        if table.name == "head" {
            database.execute("DELETE FROM head", [])?;
        }
        Ok(Self { database, insert })
    }

    pub(super) fn row(&self, values: &[Value<'_>]) -> Result<(), StoreError> {
        Ok(self.database.prepare_cached(&self.insert)?.put(values)?)
    }
}

/// How many rows a table has.
pub(super) fn count(database: &Connection, table: &Table) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM {}", table.name);
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}
