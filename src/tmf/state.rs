//! The state of a whole order or ticket, out of the states of its cases.

use std::fmt;

use crate::domain::{Act, CaseState, closed_list};
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
    /// What the cases of an order or a ticket are together, and what is asked about them: a ticket
    /// is closed when the operator has been told so, and an order waits while the operator is asked
    /// whether it can still be stopped.
    pub fn of(kind: Kind, cases: &[CaseState], asked: &[(Act, CaseState)]) -> Self {
        let has = |act, is: fn(CaseState) -> bool| {
            asked.iter().any(|(asked, state)| *asked == act && is(*state))
        };
        match kind {
            Kind::Order => match Self::of_order(cases) {
                state if state.is_final() => state,
                _ if has(Act::Cancel, |state| !state.is_final() && state != CaseState::Held) => {
                    Self::AssessingCancellation
                }
                state => state,
            },
            Kind::Ticket => match cases.first() {
                Some(CaseState::Completed)
                    if has(Act::Close, |state| state == CaseState::Completed) =>
                {
                    Self::Closed
                }
                Some(case) => Self::of_ticket(*case),
                None => Self::Acknowledged,
            },
        }
    }

    /// Where the task of cancelling stands, by the cases that it has made. None: nothing had left
    /// yet, and it was stopped at once.
    pub fn of_task(asked: &[CaseState]) -> Self {
        use CaseState as C;
        if asked.iter().all(|state| *state == C::Completed) {
            Self::Done
        } else if asked.iter().all(|state| state.is_final() || *state == C::Held) {
            Self::TerminatedWithError
        } else {
            Self::InProgress
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

    /// The states of a task of cancelling, as they are shown.
    pub const TASK: &'static [Self] = &[Self::InProgress, Self::Done, Self::TerminatedWithError];

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
        assert_eq!(TmfState::of(Kind::Order, cases, &[]), expected);
        let mut turned = cases.to_vec();
        turned.reverse();
        assert_eq!(TmfState::of(Kind::Order, &turned, &[]), expected, "in another order");
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
                let together = TmfState::of(Kind::Order, &[one, other], &[]);
                assert_eq!(together.is_final(), one.is_final() && other.is_final());
                assert!(TmfState::ORDER.contains(&together));
            }
        }
    }

    #[test]
    fn what_is_asked_shows() {
        let of = |kind, case, act, asked| TmfState::of(kind, &[case], &[(act, asked)]);
        let order = |case, asked| of(Kind::Order, case, Act::Cancel, asked);
        assert_eq!(order(C::Placed, C::Accepted), TmfState::AssessingCancellation);
        assert_eq!(order(C::Placed, C::Recorded), TmfState::AssessingCancellation);
        assert_eq!(order(C::Placed, C::Rejected), TmfState::InProgress);
        assert_eq!(order(C::Cancelled, C::Completed), TmfState::Cancelled);
        let ticket = |case, asked| of(Kind::Ticket, case, Act::Close, asked);
        assert_eq!(ticket(C::Completed, C::Completed), TmfState::Closed);
        assert_eq!(ticket(C::Completed, C::Accepted), TmfState::Resolved);
        assert_eq!(TmfState::of_task(&[]), TmfState::Done);
        assert_eq!(TmfState::of_task(&[C::Completed, C::Rejected]), TmfState::TerminatedWithError);
        assert_eq!(TmfState::of_task(&[C::Completed, C::Waiting]), TmfState::InProgress);
    }
}
