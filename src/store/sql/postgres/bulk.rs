//! Rows that wait to be added, many with one statement: taking a statement apart, starting it, and
//! checking what holds for its table costs a server more than a row does.

use std::collections::{BTreeMap, HashSet};

use super::super::value::Owned;

/// At most so many rows go with one statement: a power of two.
const ROWS_MAX: usize = 64;

/// Tables whose rows others refer to, in an order in which they can be filled. All other tables are
/// filled behind them.
const PARENTS: &[&str] = &["submission", "case_"];

/// Rows that wait, by the statement that adds one of them.
#[derive(Default)]
pub(super) struct Bulk(BTreeMap<(usize, String), Waiting>);

struct Waiting {
    rows: Vec<Vec<Owned>>,
    /// What no two rows of one statement may have in common.
    keys: HashSet<Vec<Owned>>,
}

impl Bulk {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a row with this key waits already: the same statement cannot add another one.
    pub(super) fn has(&self, sql: &str, key: &[Owned]) -> bool {
        let waiting = self.0.get(&(rank(sql), sql.to_owned()));
        waiting.is_some_and(|waiting| waiting.keys.contains(key))
    }

    /// A row, whose key is its first columns.
    pub(super) fn add(&mut self, sql: &str, row: Vec<Owned>, key: usize) {
        let new = || Waiting { rows: Vec::new(), keys: HashSet::new() };
        let waiting = self.0.entry((rank(sql), sql.to_owned())).or_insert_with(new);
        waiting.keys.insert(row[..key].to_vec());
        waiting.rows.push(row);
    }

    /// Whether a statement says something about a table that rows wait for.
    pub(super) fn is_named_in(&self, sql: &str) -> bool {
        self.0.keys().any(|(_, adding)| names(sql, table(adding)))
    }

    /// All that waits: the statement for one row, and rows for it, a power of two at a time.
    pub(super) fn take(&mut self) -> Vec<(String, Vec<Vec<Owned>>)> {
        let mut taken = Vec::new();
        for ((_, sql), Waiting { mut rows, .. }) in std::mem::take(&mut self.0) {
            while !rows.is_empty() {
                let most = rows.len().min(ROWS_MAX);
                let rest = rows.split_off(1 << most.ilog2());
                taken.push((sql.clone(), std::mem::replace(&mut rows, rest)));
            }
        }
        taken
    }
}

/// The name behind `INSERT INTO`.
fn table(sql: &str) -> &str {
    sql.split_whitespace().nth(2).unwrap_or_default()
}

fn rank(sql: &str) -> usize {
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

/// The statement that adds one row, for so many: with as many lists of values, their places numbered
/// on. `None`: it has no list of values.
pub(super) fn repeated(sql: &str, places: usize, rows: usize) -> Option<String> {
    let (head, rest) = sql.split_once(" VALUES (")?;
    let (list, tail) = rest.split_once(')')?;
    let mut repeated = format!("{head} VALUES ");
    for row in 0..rows {
        repeated.push_str(if row == 0 { "(" } else { ", (" });
        let mut parts = list.split('?');
        repeated.push_str(parts.next()?);
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let place: usize = part[..digits].parse().ok()?;
            repeated.push('?');
            repeated.push_str(&(row * places + place).to_string());
            repeated.push_str(&part[digits..]);
        }
        repeated.push(')');
    }
    repeated.push_str(tail);
    Some(repeated)
}

#[cfg(test)]
mod tests {
    use super::{Bulk, names, repeated};
    use crate::store::sql::value::Owned;

    #[test]
    fn a_statement_is_repeated_with_its_places_numbered_on() {
        let one = "INSERT INTO a (b, c, d) VALUES (?1, 'x', ?2) ON CONFLICT (b) DO NOTHING";
        let two = "INSERT INTO a (b, c, d) VALUES (?1, 'x', ?2), (?3, 'x', ?4) ON CONFLICT (b) DO NOTHING";
        assert_eq!(repeated(one, 2, 1).unwrap(), one);
        assert_eq!(repeated(one, 2, 2).unwrap(), two);
        let twice = "INSERT INTO a (b, c) VALUES (?2, ?2)";
        assert_eq!(
            repeated(twice, 2, 2).unwrap(),
            "INSERT INTO a (b, c) VALUES (?2, ?2), (?4, ?4)"
        );
        assert_eq!(repeated("INSERT INTO a SELECT ?1", 1, 2), None);
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
            bulk.add("INSERT INTO payload (a) VALUES (?1)", row(n), 1);
            bulk.add("INSERT INTO case_ (a) VALUES (?1)", row(n), 1);
        }
        assert!(bulk.has("INSERT INTO case_ (a) VALUES (?1)", &row(70)));
        assert!(!bulk.has("INSERT INTO case_ (a) VALUES (?1)", &row(71)));
        assert!(bulk.is_named_in("DELETE FROM payload") && !bulk.is_named_in("DELETE FROM leaf"));
        let taken = bulk.take();
        let sizes: Vec<_> = taken.iter().map(|(sql, rows)| (&sql[12..15], rows.len())).collect();
        let each = |name| [64, 4, 2, 1].map(|n| (name, n));
        assert_eq!(sizes, [each("cas"), each("pay")].concat());
        assert!(bulk.is_empty());
    }
}
