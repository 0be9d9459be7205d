//! The story of a case in its order, with the numbers of its leaves, and the clocks that an agreement
//! counts by. Nothing personal: codes, ids, times, and comments as the guard has left them.

use thiserror::Error;

use crate::dialects::Turn;
use crate::domain::{Act, CaseState, Timestamp};
use crate::log::{Event, Leaf, LeafError, LeafIndex, OutcomeResult};
use crate::store::{CaseRow, HeardRow, Store, StoreError, What};

/// Why a story cannot be told.
#[derive(Debug, Error)]
pub enum StoryError {
    /// It cannot be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A leaf is none.
    #[error("a leaf of the case cannot be read: {0}")]
    Leaf(#[from] LeafError),
}

/// One thing that happened.
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What kind of thing; words of a closed list.
    pub what: &'static str,
    /// Of which case, where it is one that is about this one.
    pub act: Option<Act>,
    /// Its leaf.
    pub leaf: Option<LeafIndex>,
    /// A code.
    pub code: Option<String>,
    /// A comment of the operator's, as it may be shown.
    pub text: Option<String>,
}

/// What there is to tell of a case.
pub struct Story {
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// What an agreement counts by.
    pub clocks: Clocks,
}

/// An operator's time runs from our report to its word that the fault is mended.
#[derive(Default)]
pub struct Clocks {
    /// When the message that the operator took was recorded: it left right behind that.
    pub sent: Option<Timestamp>,
    /// When the operator had said that it has it.
    pub acknowledged: Option<Timestamp>,
    /// When it was mended, as the operator has it: by its clock.
    pub repaired: Option<Timestamp>,
    /// When we read that, by our own: clocks may be hours apart, and this one counts with `sent`.
    pub noticed: Option<Timestamp>,
    /// Whose turn it was, from when to when.
    pub spans: Vec<(Turn, Timestamp, Option<Timestamp>)>,
}

impl Story {
    /// Of a case, and of what was asked about it.
    pub async fn of(store: &Store, row: &CaseRow) -> Result<Self, StoryError> {
        let mut entries = own(store, row, None).await?;
        let mut clocks = clocks(&entries);
        let heard = store.heard(row.id).await?;
        clocks.hear(&heard);
        entries.extend(heard.iter().map(told));
        let submission = store.submission(row.kind, row.submission).await?;
        let asked = submission.map(|submission| submission.asked).unwrap_or_default();
        for one in asked.iter().filter(|one| one.about.is_some_and(|(case, _)| case == row.id)) {
            entries.extend(own(store, one, Some(one.act)).await?);
        }
        // A leaf tells its time to the second: within one, entries stand as they came.
        entries.sort_by_key(|entry| entry.at.seconds());
        Ok(Self { entries, clocks })
    }
}

/// What happened to one case: when it came, its leaves, and how it ended where no leaf says so.
async fn own(store: &Store, row: &CaseRow, act: Option<Act>) -> Result<Vec<Entry>, StoryError> {
    let entry = |at, what, leaf, code| Entry { at, what, act, leaf, code, text: None };
    let mut entries = vec![entry(row.accepted, "in our keeping", None, None)];
    for stored in store.leaves_of(row.id).await? {
        let leaf = Leaf::parse(&stored.body)?;
        let (what, code) = match &leaf.event {
            Event::Intent(intent) => ("recorded", Some(format!("attempt {}", intent.attempt))),
            Event::Outcome(outcome) => {
                let what = match outcome.result {
                    OutcomeResult::Accepted => "acknowledged",
                    OutcomeResult::Rejected => "refused",
                    OutcomeResult::Unsent => "not sent",
                    OutcomeResult::Unknown => "unknown",
                };
                (what, outcome.code.as_ref().map(ToString::to_string))
            }
            Event::Refusal(stopped) | Event::Hold(stopped) => {
                ("held", Some(stopped.reason.to_string()))
            }
            Event::Release(release) => ("decided", Some(release.reason.to_string())),
            _ => continue,
        };
        entries.push(entry(leaf.at, what, Some(stored.index), code));
    }
    let end = match row.state {
        CaseState::Completed => Some("completed"),
        CaseState::Failed => Some("failed"),
        CaseState::Rejected => Some("rejected"),
        CaseState::Cancelled => Some("cancelled"),
        CaseState::Waiting
        | CaseState::Accepted
        | CaseState::Recorded
        | CaseState::Placed
        | CaseState::Held => None,
    };
    entries.extend(end.map(|end| entry(row.changed, end, None, row.reason.clone())));
    Ok(entries)
}

fn told(heard: &HeardRow) -> Entry {
    let what = match heard.what {
        What::Comment => "the operator wrote",
        What::Turn(Turn::Provider) => "responsible SP",
        What::Turn(Turn::Operator) => "responsible CO",
        What::Mended => "mended",
    };
    Entry { at: heard.at(), what, act: None, leaf: None, code: None, text: heard.shown.clone() }
}

/// The message that was taken is the one before the first yes.
fn clocks(entries: &[Entry]) -> Clocks {
    let acknowledged = entries.iter().position(|entry| entry.what == "acknowledged");
    let Some(acknowledged) = acknowledged else { return Clocks::default() };
    let recorded = entries[..acknowledged].iter().rfind(|entry| entry.what == "recorded");
    Clocks {
        sent: recorded.map(|entry| entry.at),
        acknowledged: Some(entries[acknowledged].at),
        ..Clocks::default()
    }
}

impl Clocks {
    fn hear(&mut self, heard: &[HeardRow]) {
        for one in heard {
            match one.what {
                What::Mended => {
                    (self.repaired, self.noticed) = (Some(one.at()), Some(one.heard));
                }
                What::Turn(turn) => {
                    if let Some((_, _, end)) = self.spans.last_mut() {
                        *end = Some(one.at());
                    }
                    self.spans.push((turn, one.at(), None));
                }
                What::Comment => {}
            }
        }
        if let (Some((_, _, end @ None)), Some(repaired)) = (self.spans.last_mut(), self.repaired) {
            *end = Some(repaired);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-11-22T{time}Z")).expect("a moment")
    }

    fn entry(time: &str, what: &'static str) -> Entry {
        Entry { at: at(time), what, act: None, leaf: None, code: None, text: None }
    }

    fn heard(heard: &str, said: Option<&str>, what: What) -> HeardRow {
        HeardRow { heard: at(heard), said: said.map(at), what, shown: None }
    }

    /// The message that was taken begins the operator's time, and not one that never left; whose turn
    /// it was is told without a gap.
    #[test]
    fn clocks_run_from_the_report_that_was_taken_to_the_notice_of_repair() {
        let entries = [
            entry("12:00:00", "in our keeping"),
            entry("12:00:01", "recorded"),
            entry("12:00:11", "not sent"),
            entry("12:05:00", "recorded"),
            entry("12:05:02", "acknowledged"),
        ];
        let mut clocks = clocks(&entries);
        assert_eq!(clocks.sent, Some(at("12:05:00")));
        assert_eq!(clocks.acknowledged, Some(at("12:05:02")));
        clocks.hear(&[
            heard("12:06:00", None, What::Turn(Turn::Operator)),
            heard("13:00:00", None, What::Turn(Turn::Provider)),
            heard("14:30:00", None, What::Turn(Turn::Operator)),
            // The operator's clock is an hour behind.
            heard("15:01:00", Some("14:00:30"), What::Comment),
            heard("15:01:00", Some("14:31:00"), What::Mended),
        ]);
        assert_eq!(clocks.repaired, Some(at("14:31:00")), "as the operator has it");
        assert_eq!(clocks.noticed, Some(at("15:01:00")), "by our clock");
        let expected = [
            (Turn::Operator, at("12:06:00"), Some(at("13:00:00"))),
            (Turn::Provider, at("13:00:00"), Some(at("14:30:00"))),
            (Turn::Operator, at("14:30:00"), Some(at("14:31:00"))),
        ];
        assert_eq!(clocks.spans, expected);
    }

    #[test]
    fn without_a_yes_no_clock_runs() {
        let none = clocks(&[entry("12:00:00", "recorded"), entry("12:00:01", "refused")]);
        assert_eq!((none.sent, none.acknowledged), (None, None));
        let mut open = clocks(&[entry("12:00:00", "recorded"), entry("12:00:01", "acknowledged")]);
        open.hear(&[heard("12:01:00", None, What::Turn(Turn::Operator))]);
        assert_eq!(open.spans, [(Turn::Operator, at("12:01:00"), None)]);
        assert_eq!((open.repaired, open.noticed), (None, None));
    }
}
