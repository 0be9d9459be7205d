//! Rows that wait to be added or changed, many with one statement: taking a statement apart, starting
//! it, and checking what holds for its table costs a server more than a row does.

use std::collections::{BTreeMap, HashSet};

use super::super::value::Owned;
use super::many::{is_change, share};

/// Tables whose rows others refer to, in an order in which they can be filled. All other tables are
/// filled behind them, and rows are changed last.
const PARENTS: &[&str] = &["submission", "case_"];

/// Rows that wait, by the statement that adds or changes one of them. No two of them are the same row: in
/// which order they are written does not matter.
#[derive(Default)]
pub(super) struct Bulk(BTreeMap<(usize, String), Waiting>);

struct Waiting {
    table: String,
    rows: Vec<Vec<Owned>>,
    keys: HashSet<Vec<Owned>>,
}

impl Bulk {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a row waits that is, or may be, the one with this key in the statement's table.
    pub(super) fn has(&self, sql: &str, key: &[Owned]) -> bool {
        let table = table(sql);
        self.0.values().filter(|waiting| waiting.table == table).any(|waiting| {
            let alike = waiting.keys.iter().next().is_some_and(|other| other.len() == key.len());
            !alike || waiting.keys.contains(key)
        })
    }

    /// A row, whose key is its first columns.
    pub(super) fn add(&mut self, sql: &str, row: Vec<Owned>, key: usize) {
        let new =
            || Waiting { table: table(sql).to_owned(), rows: Vec::new(), keys: HashSet::new() };
        let waiting = self.0.entry((rank(sql), sql.to_owned())).or_insert_with(new);
        waiting.keys.insert(row[..key].to_vec());
        waiting.rows.push(row);
    }

    /// Whether a statement says something about a table that rows wait for.
    pub(super) fn is_named_in(&self, sql: &str) -> bool {
        self.0.values().any(|waiting| names(sql, &waiting.table))
    }

    /// All that waits: the statement for one row, and rows for it, a power of two at a time.
    pub(super) fn take(&mut self) -> Vec<(String, Vec<Vec<Owned>>)> {
        let mut taken = Vec::new();
        for ((_, sql), Waiting { mut rows, .. }) in std::mem::take(&mut self.0) {
            while !rows.is_empty() {
                let rest = rows.split_off(share(rows.len()));
                taken.push((sql.clone(), std::mem::replace(&mut rows, rest)));
            }
        }
        taken
    }
}

/// The name behind `INSERT INTO` or `UPDATE`.
fn table(sql: &str) -> &str {
    let behind = if is_change(sql) { 1 } else { 2 };
    sql.split_whitespace().nth(behind).unwrap_or_default()
}

fn rank(sql: &str) -> usize {
    if is_change(sql) {
        return PARENTS.len() + 1;
    }
    let table = table(sql);
    PARENTS.iter().position(|parent| *parent == table).unwrap_or(PARENTS.len())
}

/// Whether a name stands in a statement as a word.
fn names(sql: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.match_indices(name).any(|(at, _)| {
        let before = sql[..at].chars().next_back();
        let behind = sql[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !behind.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::{Bulk, names};
    use crate::store::sql::value::Owned;

    #[test]
    fn a_row_waits_once_whatever_is_done_to_it() {
        let mut bulk = Bulk::default();
        let row = |n: i64| vec![Owned::Integer(n), Owned::Integer(7)];
        bulk.add("UPDATE a SET b = ?2 WHERE id = ?1", row(1), 1);
        bulk.add("INSERT INTO b (id, part) VALUES (?1, ?2)", row(1), 2);
        let other = "UPDATE a SET c = ?2 WHERE id = ?1";
        assert!(bulk.has(other, &row(1)[..1]) && !bulk.has(other, &row(2)[..1]));
        assert!(bulk.has("INSERT INTO a (id) VALUES (?1)", &row(1)[..1]));
        // Keys of another length: nobody can tell.
        assert!(bulk.has("UPDATE b SET c = ?2 WHERE id = ?1", &row(2)[..1]));
        assert!(!bulk.has("INSERT INTO b (id, part) VALUES (?1, ?2)", &row(2)));
    }

    #[test]
    fn a_table_is_named_as_a_word() {
        assert!(names("UPDATE case_ SET a = 1", "case_"));
        assert!(names("SELECT 1 FROM a JOIN case_", "case_"));
        assert!(!names("UPDATE keep SET case_id = 1", "case_"));
        assert!(!names("UPDATE subject_leaf SET a = 1", "leaf"));
    }

    #[test]
    fn parents_come_first_and_rows_by_powers_of_two() {
        let mut bulk = Bulk::default();
        let row = |n: i64| vec![Owned::Integer(n)];
        for n in 0..71 {
            bulk.add("UPDATE case_ SET a = 1 WHERE a = ?1", row(100 + n), 1);
            bulk.add("INSERT INTO payload (a) VALUES (?1)", row(n), 1);
            bulk.add("INSERT INTO case_ (a) VALUES (?1)", row(n), 1);
        }
        assert!(bulk.has("INSERT INTO case_ (a) VALUES (?1)", &row(70)));
        assert!(!bulk.has("INSERT INTO case_ (a) VALUES (?1)", &row(71)));
        assert!(bulk.is_named_in("DELETE FROM payload") && !bulk.is_named_in("DELETE FROM leaf"));
        let taken = bulk.take();
        let sizes: Vec<_> = taken.iter().map(|(sql, rows)| (&sql[..15], rows.len())).collect();
        let each = |name| [64, 4, 2, 1].map(|n| (name, n));
        let in_order = ["INSERT INTO cas", "INSERT INTO pay", "UPDATE case_ SE"];
        assert_eq!(sizes, in_order.map(each).concat());
        assert!(bulk.is_empty());
    }
}
