//! Whole tables, for who carries all that is kept somewhere else: their columns, and every row; and
//! what a database says of itself.

use super::{Connection, Kind, Result, Row};

/// So many rows are fetched from a server at once: leaves are up to 64 KiB.
const FETCHED: usize = 256;

impl Connection {
    /// The columns of a table, in order. None: there is no such table.
    pub(in crate::store) fn columns(&self, table: &str) -> Result<Vec<(String, Kind)>> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name, type FROM pragma_table_info(?1)",
            Self::Postgres(_) => {
                "SELECT column_name::text, data_type::text FROM information_schema.columns
                  WHERE table_schema = current_schema() AND table_name = ?1
                  ORDER BY ordinal_position"
            }
        };
        let mut select = self.prepare(sql)?;
        let columns = select.query_map([table], |row| {
            let kind = match row.get::<_, String>(1)?.to_ascii_lowercase().as_str() {
                "integer" | "bigint" => Kind::Integer,
                "blob" | "bytea" => Kind::Blob,
                _ => Kind::Text,
            };
            Ok((row.get(0)?, kind))
        })?;
        columns.collect()
    }

    /// Which migration the tables are of.
    pub(in crate::store) fn schema(&self) -> Result<u32> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT user_version FROM pragma_user_version",
            Self::Postgres(_) => "SELECT max(number) FROM migration",
        };
        self.query_row(sql, [], |row| row.get(0))
    }

    /// Name and version of the database, and a server's clock in microseconds.
    pub(in crate::store) fn engine(&self) -> Result<(String, Option<i64>)> {
        match self {
            Self::Sqlite(_) => Ok((format!("SQLite {}", rusqlite::version()), None)),
            Self::Postgres(_) => {
                let sql = "SELECT current_setting('server_version'),
                                  (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
                let (version, clock): (String, i64) =
                    self.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok((format!("PostgreSQL {version}"), Some(clock)))
            }
        }
    }

    /// Looks at each row that a statement without values gives, within a snapshot or a transaction;
    /// however many they are, a few are in memory at once. `name` is the statement's own.
    pub(in crate::store) fn each<E: From<super::Error>>(
        &self,
        name: &str,
        sql: &str,
        mut look: impl FnMut(&Row<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        if let Self::Postgres(link) = self {
            link.ask(&format!("DECLARE walk_{name} NO SCROLL CURSOR FOR {sql}"))?;
            loop {
                let rows = link.query(&format!("FETCH {FETCHED} FROM walk_{name}"), &[])?;
                for row in &rows {
                    look(&Row::Postgres(row))?;
                }
                if rows.len() < FETCHED {
                    link.ask(&format!("CLOSE walk_{name}"))?;
                    return Ok(());
                }
            }
        }
        let mut select = self.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            look(&row)?;
        }
        Ok(())
    }
}
