//! The section `[desk]`: how people at a desk work.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::HoldReason;
use crate::table::{Faults, Table};

/// How a desk works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// How long what people have written can be taken back, before it leaves.
    pub undo: Duration,
    /// Why a case is held that two persons must release together.
    pub four_eyes: BTreeSet<HoldReason>,
}

pub(super) fn read(mut desk: Table<'_>, faults: &mut Faults) -> Desk {
    let undo = desk.number("undo_seconds", 30, 0..=600, faults);
    let words = desk.text("four_eyes", faults);
    let words = words.unwrap_or_else(|| "special-handling screened".to_owned());
    let mut four_eyes = BTreeSet::new();
    for word in words.split_ascii_whitespace() {
        match HoldReason::parse(word) {
            Some(reason) => {
                four_eyes.insert(reason);
            }
            None => faults.add("desk.four_eyes", "must hold reasons for which a case is held"),
        }
    }
    desk.nothing_else(faults);
    Desk { undo: Duration::from_secs(undo.into()), four_eyes }
}
