//! The state of a whole order or ticket, out of the states of its cases.

use std::fmt;

use crate::domain::{CaseState, closed_list};
use crate::intake::Kind;

closed_list! {
    /// Where an order, a ticket or the task of cancelling one stands.
    TmfState {
        /// In our keeping; the operator does not have it yet.
        Acknowledged = "acknowledged",
        /// The operator refused it.
        Rejected = "rejected",
        /// It waits for information.
        Pending = "pending",
        /// A person must decide.
        Held = "held",
        /// The operator works on it.
        InProgress = "inProgress",
        /// It was stopped.
        Cancelled = "cancelled",
        /// All of it is delivered.
        Completed = "completed",
        /// None of it could be delivered.
        Failed = "failed",
        /// Some of it is delivered, and the rest will not be.
        Partial = "partial",
        /// The operator is asked whether it can be stopped.
        AssessingCancellation = "assessingCancellation",
        /// The operator is stopping it.
        PendingCancellation = "pendingCancellation",
        /// The operator says that the fault is mended.
        Resolved = "resolved",
        /// Whoever reported the fault agrees.
        Closed = "closed",
        /// A task that has not begun.
        Accepted = "accepted",
        /// A task that has done what it was to do.
        Done = "done",
        /// A task that could not do it.
        TerminatedWithError = "terminatedWithError",
    }
}

impl TmfState {
    /// What the cases of an order or a ticket are together.
    pub fn of(kind: Kind, cases: &[CaseState]) -> Self {
        match kind {
            Kind::Order => Self::of_order(cases),
            Kind::Ticket => cases.first().map_or(Self::Acknowledged, |case| Self::of_ticket(*case)),
        }
    }

    /// The state of one order item.
    pub fn of_item(case: CaseState) -> Self {
        Self::parse(case.tmf641()).unwrap_or(Self::Held)
    }

    fn of_ticket(case: CaseState) -> Self {
        Self::parse(case.tmf621()).unwrap_or(Self::Held)
    }

    fn of_order(cases: &[CaseState]) -> Self {
        let items: Vec<Self> = cases.iter().map(|case| Self::of_item(*case)).collect();
        let all = |state| items.iter().all(|item| *item == state);
        let any = |state| items.contains(&state);
        match items.first() {
            None => Self::Acknowledged,
            Some(first) if all(*first) => *first,
            Some(_) if items.iter().all(|item| item.is_final()) => {
                if any(Self::Completed) {
                    Self::Partial
                } else {
                    Self::Failed
                }
            }
            Some(_) if any(Self::Held) => Self::Held,
            Some(_) => Self::InProgress,
        }
    }

    /// Whether nothing moves it any more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Rejected
                | Self::Cancelled
                | Self::Completed
                | Self::Failed
                | Self::Partial
                | Self::Closed
                | Self::Done
                | Self::TerminatedWithError
        )
    }

    /// The states of an order.
    pub const ORDER: &'static [Self] = &[
        Self::Acknowledged,
        Self::Rejected,
        Self::Pending,
        Self::Held,
        Self::InProgress,
        Self::Cancelled,
        Self::Completed,
        Self::Failed,
        Self::Partial,
        Self::AssessingCancellation,
        Self::PendingCancellation,
    ];

    /// The states of a ticket.
    pub const TICKET: &'static [Self] = &[
        Self::Acknowledged,
        Self::Rejected,
        Self::Pending,
        Self::Held,
        Self::InProgress,
        Self::Cancelled,
        Self::Resolved,
        Self::Closed,
    ];

    /// The states that a kind of submission can be in.
    pub const fn of_kind(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Order => Self::ORDER,
            Kind::Ticket => Self::TICKET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseState as C;

    #[track_caller]
    fn check(cases: &[CaseState], expected: TmfState) {
        assert_eq!(TmfState::of(Kind::Order, cases), expected);
        let mut turned = cases.to_vec();
        turned.reverse();
        assert_eq!(TmfState::of(Kind::Order, &turned), expected, "in another order");
    }

    #[test]
    fn an_order_is_what_its_items_are_together() {
        check(&[C::Accepted, C::Recorded], TmfState::Acknowledged);
        check(&[C::Accepted, C::Placed], TmfState::InProgress);
        check(&[C::Completed, C::Accepted], TmfState::InProgress);
        check(&[C::Completed, C::Held, C::Placed], TmfState::Held);
        check(&[C::Completed, C::Completed], TmfState::Completed);
        check(&[C::Completed, C::Failed], TmfState::Partial);
        check(&[C::Completed, C::Cancelled], TmfState::Partial);
        check(&[C::Rejected, C::Rejected], TmfState::Rejected);
        check(&[C::Rejected, C::Cancelled], TmfState::Failed);
    }

    #[test]
    fn an_order_has_ended_exactly_when_each_item_has() {
        for &one in CaseState::ALL {
            for &other in CaseState::ALL {
                let together = TmfState::of(Kind::Order, &[one, other]);
                assert_eq!(together.is_final(), one.is_final() && other.is_final());
                assert!(TmfState::ORDER.contains(&together));
            }
        }
    }
}
