//! The circuit breaker of one recipient: an operator that is down, too slow or too busy is left alone
//! for a while, and then one case looks whether it is back. Pure: time and chance come in.
//!
//! | it is | and hears | then it is |
//! |---|---|---|
//! | closed | a success | closed, counting from nothing |
//! | closed | failures of so many cases in a row | open, for a pause |
//! | open | that the pause is over, and a case is due | probing, with that case alone |
//! | probing | that the case succeeded | closed |
//! | probing | that it failed | open, for a longer pause |
//! | probing | that nothing came of it (held, not its day) | open, with the pause over |
//!
//! What was begun before it opened and ends later says nothing any more. One case that fails over and
//! over counts once: it may be that case, and it waits by itself.

use crate::domain::{CaseId, Entropy, Timestamp};
use crate::settle::{Sign, Timing};
use crate::store::LeftAlone;

/// How it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    /// All goes well, but for so many cases in a row, of which this was the last.
    #[default]
    Closed,
    /// Nothing is taken on before `until`.
    Open { until: Timestamp },
    /// One case, once it is known which, looks whether the operator is back.
    Probing { case: Option<CaseId>, until: Timestamp },
}

/// What may be taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    /// As much as there is room for.
    All,
    /// One case, and nothing beside it.
    Probe,
    /// Nothing.
    Nothing,
}

/// The circuit breaker of one recipient.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    standing: Standing,
    /// Cases in a row that have met a failure, and the last of them.
    failures: u32,
    last: Option<CaseId>,
    /// How often in a row it has opened, and when it did first.
    opened: u32,
    since: Option<Timestamp>,
}

impl Breaker {
    /// What may be taken on now.
    pub(super) fn admits(&self, now: Timestamp) -> Admits {
        match self.standing {
            Standing::Closed => Admits::All,
            Standing::Open { until } if now >= until => Admits::Probe,
            Standing::Open { .. } | Standing::Probing { .. } => Admits::Nothing,
        }
    }

    /// Begins to probe, where that is due.
    pub(super) fn probe(&mut self, now: Timestamp) -> bool {
        match self.standing {
            Standing::Open { until } if now >= until => {
                self.standing = Standing::Probing { case: None, until };
                true
            }
            _ => false,
        }
    }

    /// This is the case that looks.
    pub(super) fn probes_with(&mut self, probe: CaseId) {
        if let Standing::Probing { case, .. } = &mut self.standing {
            *case = Some(probe);
        }
    }

    /// The probe has ended; whether nothing was heard by it. Then the next case is one.
    pub(super) fn probed(&mut self) -> bool {
        let Standing::Probing { until, .. } = self.standing else { return false };
        self.standing = Standing::Open { until };
        true
    }

    /// A case has heard of the operator; whether that changes anything.
    pub(super) fn hear(
        &mut self,
        by: CaseId,
        sign: Sign,
        now: Timestamp,
        (timing, entropy): (&Timing, &dyn Entropy),
    ) -> bool {
        let is_probe =
            matches!(self.standing, Standing::Probing { case: Some(case), .. } if case == by);
        match (self.standing, sign) {
            (Standing::Closed, Sign::Works) => {
                (self.failures, self.last) = (0, None);
                false
            }
            (Standing::Probing { .. }, Sign::Works) if is_probe => {
                *self = Self::default();
                true
            }
            (Standing::Closed, Sign::Fails { wait }) if self.last != Some(by) => {
                (self.failures, self.last) = (self.failures.saturating_add(1), Some(by));
                let opens = self.failures >= timing.pause_after;
                if opens {
                    self.since = Some(now);
                    self.open(now, timing.pause(1, wait, entropy));
                }
                opens
            }
            (Standing::Probing { .. }, Sign::Fails { wait }) if is_probe => {
                let times = self.opened.saturating_add(1);
                self.open(now, timing.pause(times, wait, entropy));
                true
            }
            _ => false,
        }
    }

    fn open(&mut self, now: Timestamp, pause: std::time::Duration) {
        self.opened = self.opened.saturating_add(1);
        self.standing = Standing::Open { until: now.after(pause) };
    }

    /// How it stands, for those who watch; `None`: closed.
    pub(super) fn stands(&self) -> Option<LeftAlone> {
        let (until, probing) = match self.standing {
            Standing::Closed => return None,
            Standing::Open { until } => (until, false),
            Standing::Probing { until, .. } => (until, true),
        };
        Some(LeftAlone { since: self.since.unwrap_or(until), until, probing })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::SeededEntropy;

    const FAILS: Sign = Sign::Fails { wait: None };

    fn timing() -> Timing {
        Timing {
            lease: Duration::from_mins(1),
            settle: Duration::from_secs(10),
            doubt_max: Duration::from_hours(24),
            retry_first: Duration::from_secs(5),
            retry_max: Duration::from_hours(1),
            attempts_max: 8,
            pause_after: 3,
            pause_max: Duration::from_mins(5),
        }
    }

    fn case(n: u8) -> CaseId {
        CaseId::from_bytes([n; 16])
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0).after(Duration::from_secs(seconds))
    }

    /// A breaker that is told things.
    struct Told(Breaker, Timing, SeededEntropy);

    impl Told {
        fn new() -> Self {
            Self(Breaker::default(), timing(), SeededEntropy::new(7))
        }

        fn hears(&mut self, by: u8, sign: Sign, now: u64) -> bool {
            self.0.hear(case(by), sign, at(now), (&self.1, &self.2))
        }

        /// Three cases have failed.
        fn opened() -> Self {
            let mut told = Self::new();
            assert!(!told.hears(1, FAILS, 0) && !told.hears(2, FAILS, 0));
            assert!(told.hears(3, FAILS, 0));
            told
        }

        fn probes(&mut self, by: u8, now: u64) {
            assert!(self.0.probe(at(now)));
            self.0.probes_with(case(by));
        }

        fn pause(&self, now: u64) -> f64 {
            self.0.stands().unwrap().until.since(at(now)).as_secs_f64()
        }
    }

    #[test]
    fn cases_in_a_row_open_it_and_nothing_is_taken_on() {
        let told = Told::opened();
        assert_eq!(told.0.admits(at(0)), Admits::Nothing);
        assert!((4.0..=6.0).contains(&told.pause(0)), "{}", told.pause(0));
        assert_eq!(told.0.admits(at(7)), Admits::Probe);
    }

    #[test]
    fn one_success_between_counts_from_nothing() {
        let mut told = Told::new();
        for _ in 0..10 {
            assert!(!told.hears(1, FAILS, 0) && !told.hears(2, FAILS, 0));
            assert!(!told.hears(4, Sign::Works, 0));
        }
        assert_eq!(told.0.admits(at(0)), Admits::All);
    }

    #[test]
    fn one_case_over_and_over_does_not_open_it_nor_what_says_nothing() {
        let mut told = Told::new();
        for _ in 0..100 {
            assert!(!told.hears(1, FAILS, 0) && !told.hears(2, Sign::None, 0));
        }
        assert_eq!(told.0.admits(at(0)), Admits::All);
    }

    #[test]
    fn one_probe_at_a_time_and_a_success_closes_it() {
        let mut told = Told::opened();
        told.probes(9, 7);
        assert!(!told.0.probe(at(7)));
        assert_eq!(told.0.admits(at(1_000)), Admits::Nothing);
        assert!(!told.hears(1, Sign::Works, 8), "what was begun before says nothing");
        assert!(!told.hears(1, FAILS, 8));
        assert!(told.hears(9, Sign::Works, 9));
        assert_eq!((told.0.admits(at(9)), told.0.stands()), (Admits::All, None));
        assert!(!told.0.probed());
        assert_eq!(told.0.admits(at(9)), Admits::All);
        // And everything counts from nothing again.
        assert!(!told.hears(1, FAILS, 9) && !told.hears(2, FAILS, 9));
    }

    #[test]
    fn each_failed_probe_opens_it_for_longer_up_to_the_limit() {
        let mut told = Told::opened();
        let mut now = 7;
        for expected in [10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0_f64] {
            told.probes(9, now);
            assert!(told.hears(9, FAILS, now));
            told.0.probed();
            let pause = told.pause(now);
            assert!((expected * 0.8..=expected * 1.2).contains(&pause), "{expected}: {pause}");
            assert_eq!(told.0.stands().unwrap().since, at(0), "it is one outage");
            now += 400;
        }
    }

    #[test]
    fn a_probe_that_hears_nothing_is_followed_by_another() {
        let mut told = Told::opened();
        told.probes(9, 7);
        assert!(!told.hears(9, Sign::None, 7));
        assert!(told.0.probed());
        assert_eq!(told.0.admits(at(7)), Admits::Probe);
    }

    #[test]
    fn what_the_operator_asks_is_kept_within_the_limit() {
        let asked = |seconds| {
            let mut told = Told::new();
            for by in 1..=3 {
                told.hears(by, Sign::Fails { wait: Some(Duration::from_secs(seconds)) }, 0);
            }
            told.pause(0)
        };
        assert!((asked(120) - 120.0).abs() < f64::EPSILON);
        assert!((asked(86_400) - 300.0).abs() < f64::EPSILON);
    }

    proptest! {
        /// Whatever is heard in whatever order: no more than one probe is out, pauses are bounded, and
        /// an operator that works again is served again after one pause.
        #[test]
        fn it_never_stays_shut(steps in prop::collection::vec((0_u8..4, 0_u8..6, 0_u64..200), 0..200)) {
            let mut told = Told::new();
            let (mut now, mut probing) = (0, None);
            for (what, by, passed) in steps {
                now += passed;
                match what {
                    0 => _ = told.hears(by, FAILS, now),
                    1 => _ = told.hears(by, Sign::Works, now),
                    2 if told.0.probe(at(now)) => {
                        prop_assert_eq!(probing, None);
                        told.0.probes_with(case(by));
                        probing = Some(by);
                    }
                    _ => {
                        told.0.probed();
                        probing = None;
                    }
                }
                // A probe that was answered has ended.
                match told.0.stands() {
                    Some(LeftAlone { probing: true, .. }) => {
                        prop_assert!(probing.is_some());
                        prop_assert_eq!(told.0.admits(at(now)), Admits::Nothing);
                    }
                    Some(LeftAlone { until, since, .. }) => {
                        probing = None;
                        prop_assert!(until <= at(now + 360) && since <= at(now));
                    }
                    None => {
                        probing = None;
                        prop_assert_eq!(told.0.admits(at(now)), Admits::All);
                    }
                }
            }
            told.0.probed();
            now += 360;
            if told.0.admits(at(now)) != Admits::All {
                told.probes(5, now);
                prop_assert!(told.hears(5, Sign::Works, now));
            }
            prop_assert_eq!(told.0.admits(at(now)), Admits::All);
        }
    }
}
