//! What the log says about itself over time: how long it was silent, and who read it.

use std::time::Duration;

use super::report::Report;
use super::{Rule, Terms, hours};
use crate::domain::Timestamp;
use crate::log::{LeafIndex, Read};

/// A heartbeat may come late by this much: whoever writes it has other things to do.
const SLACK: Duration = Duration::from_mins(2);

#[derive(Debug, Default)]
pub(super) struct Times {
    last: Option<(LeafIndex, Timestamp)>,
}

impl Times {
    pub(super) fn leaf(
        &mut self,
        index: LeafIndex,
        at: Timestamp,
        terms: &Terms,
        report: &mut Report,
    ) {
        if let Some((before, then)) = self.last {
            gap(before, then, at, terms, report);
        }
        report.first.get_or_insert(at);
        report.last = Some(at);
        self.last = Some((index, at));
    }

    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.last.map(|(_, at)| at)
    }

    /// The silence since the last leaf, where the clock can tell it.
    pub(super) fn finish(&self, terms: &Terms, report: &mut Report) {
        if let (Some((before, then)), Some(now)) = (self.last, terms.now) {
            gap(before, then, now, terms, report);
        }
    }
}

/// Only what was there can be read; an export may tell of itself.
pub(super) fn read(index: LeafIndex, read: &Read, report: &mut Report) {
    *report.reads.entry((read.actor, read.what.clone())).or_default() += 1;
    let end = read.first.0.saturating_add(read.count);
    if read.count > 0 && end > index.0 + 1 {
        let what = format!(
            "tells of {} leaves read from {} on, and stands at {index} itself",
            read.count, read.first
        );
        report.find(Rule::ReadRange, index, what);
    }
}
fn gap(before: LeafIndex, then: Timestamp, now: Timestamp, terms: &Terms, report: &mut Report) {
    let silent = now.since(then);
    if report.longest_silence.is_none_or(|(_, longest)| silent > longest) {
        report.longest_silence = Some((before, silent));
    }
    if silent > terms.heartbeat + SLACK {
        let what = format!(
            "is followed by {} of silence, to {}; a heartbeat is due after {}",
            hours(silent),
            now.rfc3339(),
            hours(terms.heartbeat)
        );
        report.find(Rule::Silence, before, what);
    }
}
