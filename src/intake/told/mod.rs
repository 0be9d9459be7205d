//! Facts that somebody wrote in words and that have a field of their own: since when, lamps, what
//! was tried, what was measured. In its field a fact reaches the technician whatever becomes of the
//! text.
//!
//! Only certain readings count. A sentence that asks, wishes or supposes says nothing here, nor does
//! one about somebody else's equipment; of two readings that differ neither is taken; and what the
//! ticket states itself is never touched. Swedish and English. Every value is a code, a number or a
//! time, so none can be about a person.
//!
//! ```text
//! clause   a text in clauses and words; what is said, denied or left open
//! tried    restarted, tested by cable    lamps    on the converter
//! measured speed, level, neighbours      times    since when, the visit's window
//! ```

mod clause;
mod lamps;
mod measured;
mod times;
mod tried;

use std::collections::BTreeMap;

use super::draft::Facts;
use crate::domain::{Field, Timestamp};

/// Adds to the facts what the texts among them say, where no fact is stated.
///
/// `now` is when the ticket came in: a day without a year is the nearest one.
pub(super) fn complete(facts: &mut Facts, now: Timestamp) {
    let mut readings = Readings::default();
    for field in [Field::FaultDescription, Field::Note] {
        let Some(text) = facts.get(field) else { continue };
        for clause in &clause::clauses(text) {
            tried::read(clause, &mut readings);
            lamps::read(clause, &mut readings);
            measured::read(clause, &mut readings);
            times::since(clause, now, &mut readings);
            // A visit that the text alone tells of is none yet: that one is booked opens the
            // contact to the operator.
            if facts.get(Field::VisitBooked) == Some("true") {
                times::window(clause, now, &mut readings);
            }
        }
    }
    for (field, value) in readings.agreed() {
        if facts.get(field).is_none() {
            facts.set(field, value);
        }
    }
}

/// What was read for each field: one value, or several that do not fit together.
#[derive(Default)]
struct Readings(BTreeMap<Field, Reading>);

enum Reading {
    One(String),
    Several,
}

impl Readings {
    fn add(&mut self, field: Field, value: impl Into<String>) {
        let value = value.into();
        self.0
            .entry(field)
            .and_modify(|known| {
                if !matches!(known, Reading::One(one) if *one == value) {
                    *known = Reading::Several;
                }
            })
            .or_insert(Reading::One(value));
    }

    fn add_flag(&mut self, field: Field, value: Option<bool>) {
        if let Some(value) = value {
            self.add(field, value.to_string());
        }
    }

    fn agreed(self) -> impl Iterator<Item = (Field, String)> {
        self.0.into_iter().filter_map(|(field, reading)| match reading {
            Reading::One(value) => Some((field, value)),
            Reading::Several => None,
        })
    }
}
