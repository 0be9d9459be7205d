//! What a failure leads to. Four words, and the only place that chooses between them.

use std::time::Duration;

use crate::dialects::Verdict;
use crate::domain::{HaltReason, HoldReason};
use crate::log::OutcomeResult;
use crate::store::StoreError;
use crate::transmit::WireError;

/// What a failure leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// The operator did not act: ask the policy again later, not before this long.
    Retry {
        /// What is known about the disclosure.
        result: OutcomeResult,
        /// How long the operator asked us to wait.
        wait: Option<Duration>,
    },
    /// Nobody knows whether the operator acted: ask it.
    Reconcile,
    /// A person decides.
    Hold {
        /// What is known about the disclosure.
        result: OutcomeResult,
        /// Why.
        reason: HoldReason,
    },
    /// The log cannot be written or trusted: stop all sending.
    Halt(HaltReason),
}

impl Consequence {
    /// Of a request that brought no answer.
    pub const fn of_wire(error: &WireError) -> Self {
        match error {
            WireError::Address => {
                Self::Hold { result: OutcomeResult::Unsent, reason: HoldReason::RecipientDisabled }
            }
            WireError::NotSent(_)
            | WireError::TooLate
            | WireError::Refused
            | WireError::NotTaken => Self::Retry { result: OutcomeResult::Unsent, wait: None },
            // Halted: nothing left, and nothing may be written of it now. It is asked about later.
            WireError::Unanswered(_) | WireError::AnswerTooLong | WireError::Halted => {
                Self::Reconcile
            }
        }
    }

    /// Of an answer that is neither yes nor no.
    pub const fn of_refusal(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Busy(wait) => Self::Retry { result: OutcomeResult::Rejected, wait: *wait },
            Verdict::Credentials => {
                Self::Hold { result: OutcomeResult::Rejected, reason: HoldReason::Credentials }
            }
            Verdict::Puzzling(reason) => {
                Self::Hold { result: OutcomeResult::Rejected, reason: *reason }
            }
            Verdict::NotOffered | Verdict::Rejected(_) => {
                Self::Hold { result: OutcomeResult::Rejected, reason: HoldReason::NotOffered }
            }
            Verdict::Unclear | Verdict::Accepted(_) => Self::Reconcile,
        }
    }

    /// Of a store that did not do what was asked: what was begun is asked about later, unless
    /// nothing may be trusted.
    pub const fn of_store(error: &StoreError) -> Self {
        match error.halt() {
            Some(reason) if reason.latches() => Self::Halt(reason),
            // Where the store stops by itself it also goes on by itself.
            _ => Self::Reconcile,
        }
    }
}
