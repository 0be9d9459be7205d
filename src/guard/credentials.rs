//! Codes and passwords. A cue opens; the value behind it has no shape to trust, so all of it goes.

mod cues;
mod doors;
mod logins;
mod phrases;
mod values;
mod words;
mod zone;

use std::ops::Range;

use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for at in 0..page.len() {
        ranges.extend(doors::reversed(page, at));
        ranges.extend(doors::opened(page, at));
        ranges.extend(logins::named(page, at));
        if let Some((from, strength)) = cues::cue(page, at).or_else(|| cues::changed(page, at)) {
            ranges.extend(values::values(page, from, strength));
        }
        ranges.extend(phrases::phrase(page, at));
        zone::near(page, at, &mut ranges);
        ranges.extend(doors::spoken(page, at));
    }
    let finding =
        |range| Finding { range, kind: Kind::Credential, layer: Layer::Context, why: Why::Cue };
    ranges.into_iter().map(finding).collect()
}

/// How surely a code follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// Only what has digits or signs.
    Weak,
    Code,
    /// Any word that is not a common one.
    Password,
}
