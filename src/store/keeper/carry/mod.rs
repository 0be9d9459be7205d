//! All that is kept, carried somewhere else: into an encrypted archive (`backup.rs`), out of one
//! (`restore.rs`), or from files to servers (`moving.rs`).
//!
//! Rows are taken as they stand, table by table, in one view of each database; what is sealed stays
//! sealed. Where they arrive they are one transaction in each, which is committed once everything in
//! it was derived anew as `sluss log fsck` does (`target.rs`).

mod archive;
mod backup;
mod moving;
mod restore;
mod rows;
mod stream;
mod target;

pub(in crate::store) use moving::to_servers;
pub(in crate::store) use restore::{check, restore};

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Log,
    Keys,
}

/// A table that is carried.
struct Table {
    side: Side,
    name: &'static str,
    /// What its rows are ordered by, where some refer to others of them.
    order: Option<&'static str>,
}

const fn log(name: &'static str) -> Table {
    Table { side: Side::Log, name, order: None }
}

const fn keys(name: &'static str) -> Table {
    Table { side: Side::Keys, name, order: None }
}

/// Each behind those that it refers to. Left out is what no two commits share (`moved`), and what a
/// server has for itself (`migration`, `deployment`, `halted`).
const TABLES: &[Table] = &[
    log("head"),
    log("leaf"),
    log("node"),
    log("outcome_of"),
    log("checkpoint"),
    log("cosigned"),
    log("facets"),
    log("entry"),
    log("tally"),
    log("sample"),
    log("sample_item"),
    log("hourly"),
    log("policy"),
    log("registry"),
    log("in_force"),
    log("submission"),
    log("change"),
    // What is asked about a case behind the case that it is about.
    Table {
        side: Side::Log,
        name: "case_",
        order: Some("CASE WHEN about IS NULL THEN 0 ELSE 1 END"),
    },
    log("payload"),
    log("opening"),
    log("keep"),
    log("heard"),
    log("said"),
    log("line"),
    log("cancellation"),
    log("reference"),
    log("renamed"),
    log("case_access"),
    log("assigned"),
    log("agreed"),
    log("incident"),
    log("vouched"),
    log("pull"),
    log("hub"),
    log("outbox"),
    log("feed"),
    log("offer"),
    log("breaker"),
    log("changes"),
    log("subscriptions"),
    log("access_list"),
    log("access"),
    log("token"),
    log("account"),
    log("denied"),
    keys("epoch_key"),
    keys("subject_key"),
    keys("subject_leaf"),
    keys("erased_key"),
];

fn of(side: Side) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(move |table| table.side == side)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::sql;
    use super::*;

    /// A table that is added and not carried would be lost by the next restore.
    #[test]
    fn every_table_is_carried() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str, side| {
            let path = folder.path().join(name);
            let database = match side {
                Side::Log => sql::open(&path).unwrap(),
                Side::Keys => sql::open_keys(&path).unwrap(),
            };
            let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'moved'";
            let mut select = database.prepare(tables).unwrap();
            let found = select.query_map([], |row| row.get(0)).unwrap();
            found.map(Result::unwrap).collect::<BTreeSet<String>>()
        };
        for (name, side) in [("sluss.db", Side::Log), ("keys.db", Side::Keys)] {
            let carried: BTreeSet<_> = of(side).map(|table| table.name.to_owned()).collect();
            assert_eq!(open(name, side), carried);
        }
    }
}
