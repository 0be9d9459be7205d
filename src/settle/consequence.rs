//! What a failure leads to. Four words, and the only place that chooses between them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::dialects::Verdict;
use crate::domain::HoldReason;
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
    /// The log cannot be trusted: stop all sending.
    Halt(&'static str),
}

impl Consequence {
    /// Of a request that brought no answer.
    pub const fn of_wire(error: &WireError) -> Self {
        match error {
            WireError::Address => {
                Self::Hold { result: OutcomeResult::Unsent, reason: HoldReason::RecipientDisabled }
            }
            WireError::NotSent(_) => Self::Retry { result: OutcomeResult::Unsent, wait: None },
            WireError::Unanswered(_) | WireError::AnswerTooLong => Self::Reconcile,
        }
    }

    /// Of an answer that is neither yes nor no.
    pub const fn of_refusal(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Busy(wait) => Self::Retry { result: OutcomeResult::Rejected, wait: *wait },
            Verdict::Credentials => {
                Self::Hold { result: OutcomeResult::Rejected, reason: HoldReason::Credentials }
            }
            Verdict::NotOffered | Verdict::Rejected(_) => {
                Self::Hold { result: OutcomeResult::Rejected, reason: HoldReason::NotOffered }
            }
            Verdict::Unclear | Verdict::Accepted(_) => Self::Reconcile,
        }
    }

    /// Of a store that did not do what was asked: it is tried again, unless nothing may be trusted.
    pub const fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::Diverged(reason) => Self::Halt(reason),
            StoreError::Corrupt { table } => Self::Halt(table),
            _ => Self::Reconcile,
        }
    }
}

/// The brake on all sending. Once pulled it stays: going on needs a person and a restart.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<OnceLock<String>>);

impl Halt {
    /// Pulls it; the first reason stands.
    pub fn pull(&self, reason: &str) {
        if self.0.set(reason.to_owned()).is_ok() {
            tracing::error!(reason, "All sending is stopped");
        }
    }

    /// Why all sending is stopped; `None`: it is not.
    pub fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}
