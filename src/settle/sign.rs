//! What an exchange about one case says about the operator: whether it works at all.

use std::time::Duration;

use crate::dialects::{Answer, Finding, Progress, Verdict};
use crate::transmit::WireError;

/// What an exchange says about the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// Nothing: it was not asked, or the answer leaves it open.
    #[default]
    None,
    /// It answers. A refusal of one case is an answer, too.
    Works,
    /// It is down, too slow or too busy.
    Fails {
        /// How long it asked us to wait.
        wait: Option<Duration>,
    },
}

impl Sign {
    /// Of a request that brought no answer.
    pub const fn of_wire(error: &WireError) -> Self {
        match error {
            WireError::NotSent(_) | WireError::Unanswered(_) => Self::Fails { wait: None },
            WireError::Address
            | WireError::TooLate
            | WireError::Refused
            | WireError::Halted
            | WireError::NotTaken
            | WireError::AnswerTooLong => Self::None,
        }
    }

    /// Of the answer to a message.
    pub const fn of_verdict(verdict: &Verdict, answer: &Answer) -> Self {
        match verdict {
            Verdict::Busy(wait) => Self::Fails { wait: *wait },
            Verdict::Unclear => Self::of_unclear(answer),
            _ => Self::Works,
        }
    }

    /// Of the answer to whether it has a message.
    pub const fn of_finding(finding: &Finding, answer: &Answer) -> Self {
        match finding {
            Finding::Busy(wait) => Self::Fails { wait: *wait },
            Finding::Unclear => Self::of_unclear(answer),
            Finding::Present(_) | Finding::Absent => Self::Works,
        }
    }

    /// Of the answer to how far it is.
    pub const fn of_progress(progress: &Progress, answer: &Answer) -> Self {
        match progress {
            Progress::Busy(wait) => Self::Fails { wait: *wait },
            Progress::Unclear => Self::of_unclear(answer),
            Progress::At(_) | Progress::Gone => Self::Works,
        }
    }

    /// The status alone is not enough: SOAP refuses a single case with 500. One that cannot be read
    /// and is no 5xx may be about this case alone.
    const fn of_unclear(answer: &Answer) -> Self {
        if answer.status >= 500 { Self::Fails { wait: answer.retry_after } } else { Self::Works }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RejectReason;

    fn answer(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }

    #[test]
    fn a_refusal_of_one_case_is_an_answer_whatever_its_status() {
        let refused = Verdict::Rejected(RejectReason::Conflict);
        for status in [400, 404, 409, 422, 500] {
            assert_eq!(Sign::of_verdict(&refused, &answer(status)), Sign::Works);
        }
        assert_eq!(Sign::of_finding(&Finding::Absent, &answer(404)), Sign::Works);
        assert_eq!(Sign::of_progress(&Progress::Gone, &answer(410)), Sign::Works);
    }

    #[test]
    fn a_5xx_that_says_nothing_and_too_much_at_once_are_a_failure() {
        for status in [500, 502, 503, 504] {
            let fails = Sign::Fails { wait: None };
            assert_eq!(Sign::of_verdict(&Verdict::Unclear, &answer(status)), fails);
            assert_eq!(Sign::of_finding(&Finding::Unclear, &answer(status)), fails);
            assert_eq!(Sign::of_progress(&Progress::Unclear, &answer(status)), fails);
        }
        assert_eq!(Sign::of_verdict(&Verdict::Unclear, &answer(200)), Sign::Works);
        let wait = Some(Duration::from_secs(7));
        assert_eq!(Sign::of_verdict(&Verdict::Busy(wait), &answer(429)), Sign::Fails { wait });
    }

    #[test]
    fn what_never_left_says_nothing() {
        for error in [WireError::TooLate, WireError::Refused, WireError::Halted] {
            assert_eq!(Sign::of_wire(&error), Sign::None);
        }
    }
}
