//! The full check of what leaves are found by: read from the leaves anew, and counted.

use std::collections::BTreeMap;

use super::super::StoreError;
use super::super::entries::Ending;
use super::super::fsck::{Findings, Wrong};
use super::super::sql::Connection;
use super::entries::{self, number};
use crate::log::{Event, Facets, Leaf, LeafIndex};

/// Day and facets of a leaf.
type Heap = (i64, i64);

/// What the leaves so far say.
#[derive(Default)]
pub(super) struct Recount {
    /// How many, and how many of them have ended as accepted, rejected, unsent, unknown.
    tally: BTreeMap<Heap, [i64; 5]>,
    open: BTreeMap<LeafIndex, Heap>,
    leaves: i64,
    /// A leaf is missing or cannot be read: the sums would only say so again.
    blind: bool,
}

impl Recount {
    /// The next leaf is not there, or cannot be read.
    pub(super) fn passed_over(&mut self) {
        self.blind = true;
    }

    /// Takes the next leaf.
    pub(super) fn leaf(
        &mut self,
        database: &Connection,
        index: LeafIndex,
        leaf: &Leaf,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        self.leaves += 1;
        let told = Facets::of(&leaf.event).told();
        let (facets, day) = (Facets::number(&told), entries::day(leaf.at));
        for day in [day, entries::month(day), entries::EVER] {
            self.tally.entry((day, facets)).or_default()[0] += 1;
        }
        let kept = entries::stored(database, index)?;
        let is_disclosure = matches!(leaf.event, Event::Intent(_));
        // How it ended is looked at with its outcome.
        let fits = kept.is_some_and(|(kept, ending, of)| {
            (kept, of) == (facets, day) && (ending != number(None)) == is_disclosure
        });
        if !fits {
            findings.add(Wrong::Entry(index));
        }
        match &leaf.event {
            Event::Intent(_) => {
                self.open.insert(index, (day, facets));
            }
            Event::Outcome(outcome) => {
                // One without its intent is told elsewhere.
                let Some(heap) = self.open.remove(&outcome.intent) else { return Ok(()) };
                let ending = number(Some(Ending::from(outcome.result)));
                let column = usize::try_from(ending - 1).unwrap_or(0);
                for day in [heap.0, entries::month(heap.0), entries::EVER] {
                    self.tally.entry((day, heap.1)).or_default()[column] += 1;
                }
                let kept = entries::stored(database, outcome.intent)?;
                if kept.is_none_or(|(_, kept, _)| kept != ending) {
                    findings.add(Wrong::Entry(outcome.intent));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Holds what was counted against what is kept.
    pub(super) fn finish(
        mut self,
        database: &Connection,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        for index in self.open.keys() {
            let kept = entries::stored(database, *index)?;
            if kept.is_none_or(|(_, ending, _)| ending != number(Some(Ending::Open))) {
                findings.add(Wrong::Entry(*index));
            }
        }
        if self.blind {
            return Ok(());
        }
        let entries: i64 =
            database.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?;
        let mut fits = entries == self.leaves;
        let mut select = database
            .prepare("SELECT day, facets, total, accepted, rejected, unsent, unknown FROM tally")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let kept = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
            let counted = self.tally.remove(&(row.get(0)?, row.get(1)?));
            fits &= counted == Some(kept);
        }
        if !(fits && self.tally.is_empty()) {
            findings.add(Wrong::Tally);
        }
        Ok(())
    }
}
