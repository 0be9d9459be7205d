//! One statement for many rows, or many questions, made of the one for a single one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::super::value::Question;

/// At most so many rows go with one statement: a power of two.
const ROWS_MAX: usize = 64;

/// How many of so many rows go with the next statement.
pub(super) fn share(rows: usize) -> usize {
    1 << rows.clamp(1, ROWS_MAX).ilog2()
}

/// Questions that one statement asks, each with how often its answer is to be given.
pub(super) type Alike = Vec<(Question, usize)>;

/// Those that differ only in their values are asked together.
pub(super) fn together(questions: Vec<Question>) -> Vec<Alike> {
    let mut times: HashMap<Question, usize> = HashMap::with_capacity(questions.len());
    for question in questions {
        *times.entry(question).or_default() += 1;
    }
    let mut by_sql: BTreeMap<Cow<'static, str>, Alike> = BTreeMap::new();
    for (question, times) in times {
        by_sql.entry(question.sql.clone()).or_default().push((question, times));
    }
    let mut together = Vec::new();
    for (sql, mut alike) in by_sql {
        while !alike.is_empty() {
            let rest = alike.split_off(if is_for_many(&sql) { share(alike.len()) } else { 1 });
            together.push(std::mem::replace(&mut alike, rest));
        }
    }
    together
}

/// The statement for one row, for so many. `None`: it does not look like one.
pub(super) fn repeated(sql: &str, places: usize, rows: usize) -> Option<String> {
    if sql.starts_with("SELECT ") {
        asking(sql, places, rows)
    } else if is_change(sql) {
        changing(sql, places, rows)
    } else {
        adding(sql, places, rows)
    }
}

pub(super) fn is_change(sql: &str) -> bool {
    sql.starts_with("UPDATE ")
}

/// Whether it can be asked for many at once: in which order rows come is not to be lost.
fn is_for_many(sql: &str) -> bool {
    sql.starts_with("SELECT ") && !sql.contains("ORDER BY") && sql.contains('?')
}

/// With as many lists of values, their places numbered on.
fn adding(sql: &str, places: usize, rows: usize) -> Option<String> {
    let (head, rest) = sql.split_once(" VALUES (")?;
    let (list, tail) = rest.split_once(')')?;
    let lists: Option<Vec<String>> = (0..rows)
        .map(|row| with_places(list, |place| format!("?{}", row * places + place)))
        .collect();
    Some(format!("{head} VALUES ({}){tail}", lists?.join("), (")))
}

/// With the values as a table of its own, and a column of that for each place.
fn changing(sql: &str, places: usize, rows: usize) -> Option<String> {
    let (head, tail) = sql.split_once(" WHERE ")?;
    let (head, tail) = (with_places(head, column)?, with_places(tail, column)?);
    let lists: Vec<_> = (0..rows).map(|row| list(row, places)).collect();
    let (lists, columns) = (lists.join("), ("), columns(places));
    Some(format!("{head} FROM (VALUES ({lists})) AS new ({columns}) WHERE {tail}"))
}

/// The same: for each row of that table what it finds, and behind it the number of the row.
fn asking(sql: &str, places: usize, rows: usize) -> Option<String> {
    let asked = with_places(sql, column)?;
    let lists: Vec<_> = (0..rows).map(|row| format!("{row}, {}", list(row, places))).collect();
    let (lists, columns) = (lists.join("), ("), columns(places));
    Some(format!(
        "SELECT asked.*, new.row FROM (VALUES ({lists})) AS new (row, {columns}) \
         CROSS JOIN LATERAL ({asked}) AS asked"
    ))
}

fn column(place: usize) -> String {
    format!("new.v{place}")
}

fn columns(places: usize) -> String {
    let columns: Vec<_> = (1..=places).map(|place| format!("v{place}")).collect();
    columns.join(", ")
}

fn list(row: usize, places: usize) -> String {
    let places: Vec<_> = (1..=places).map(|place| format!("?{}", row * places + place)).collect();
    places.join(", ")
}

/// A text with something else for each of its places.
fn with_places(text: &str, name: impl Fn(usize) -> String) -> Option<String> {
    let mut parts = text.split('?');
    let mut named = parts.next()?.to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        named.push_str(&name(part[..digits].parse().ok()?));
        named.push_str(&part[digits..]);
    }
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::super::super::value::Question;
    use super::{is_for_many, repeated, share, together};

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
    fn a_change_is_repeated_as_a_table_of_its_values() {
        let one = "UPDATE a\n SET b = ?2, c = coalesce(?10, c), d = d + 1 WHERE id = ?1";
        let ten = |first: i32| {
            let places: Vec<_> = (first..first + 10).map(|place| format!("?{place}")).collect();
            places.join(", ")
        };
        assert_eq!(
            repeated(one, 10, 2).unwrap(),
            format!(
                "UPDATE a\n SET b = new.v2, c = coalesce(new.v10, c), d = d + 1 \
                 FROM (VALUES ({}), ({})) AS new (v1, v2, v3, v4, v5, v6, v7, v8, v9, v10) \
                 WHERE id = new.v1",
                ten(1),
                ten(11)
            )
        );
        assert_eq!(repeated("UPDATE a SET b = ?1", 1, 2), None);
    }

    #[test]
    fn a_question_is_repeated_with_the_number_of_each() {
        let one = "SELECT a, b FROM t WHERE id = ?1 AND token = ?2";
        assert_eq!(
            repeated(one, 2, 2).unwrap(),
            "SELECT asked.*, new.row FROM (VALUES (0, ?1, ?2), (1, ?3, ?4)) AS new (row, v1, v2) \
             CROSS JOIN LATERAL (SELECT a, b FROM t WHERE id = new.v1 AND token = new.v2) AS asked"
        );
        assert!(is_for_many(one));
        assert!(!is_for_many("SELECT a FROM t WHERE b = ?1 ORDER BY a"));
        assert!(!is_for_many("SELECT a FROM t"));
    }

    #[test]
    fn rows_go_by_powers_of_two() {
        assert_eq!([1, 2, 3, 63, 64, 100].map(share), [1, 2, 2, 32, 64, 64]);
    }

    #[test]
    fn questions_that_differ_in_their_values_are_asked_together_and_each_once() {
        const ONE: &str = "SELECT a FROM t WHERE id = ?1";
        const LAST: &str = "SELECT a FROM t WHERE id = ?1 ORDER BY a";
        let mut questions: Vec<Question> =
            (0..67_u32).map(|n| Question::new(ONE, [n % 66])).collect();
        questions.extend((0..2_u32).map(|n| Question::new(LAST, [n])));
        questions.extend((0..3).map(|_| Question::new("SELECT a FROM t", [])));
        let together = together(questions);
        let of = |sql: &str| {
            let of = together.iter().filter(|alike| alike[0].0.sql == sql);
            let mut sizes: Vec<_> = of.clone().map(Vec::len).collect();
            sizes.sort_unstable();
            let times: usize = of.flatten().map(|(_, times)| times).sum();
            (sizes, times)
        };
        assert_eq!(of(ONE), (vec![2, 64], 67));
        assert_eq!(of(LAST), (vec![1, 1], 2));
        assert_eq!(of("SELECT a FROM t"), (vec![1], 3));
    }
}
