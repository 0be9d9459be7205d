//! What a case asks of the operator: to take on something new, or to do something about what it has.

use std::fmt;

use super::purpose::{Operation, Purpose, closed_list};

closed_list! {
    /// What is asked of the operator. The purpose says why something is told, the act what is to be
    /// done with it: an order that is amended or withdrawn is told of for the order's own purpose.
    Act {
        /// A new order: start a service.
        Activate = "activate",
        /// A new order: another service in place of one.
        Change = "change",
        /// A new order: the same service with other equipment or characteristics.
        Modify = "modify",
        /// A new order: pause a service.
        Suspend = "suspend",
        /// A new order: end a pause.
        Resume = "resume",
        /// A new order: end a service.
        Terminate = "terminate",
        /// About an order that nobody has begun with: other than it was.
        Amend = "amend",
        /// About an order that nobody has begun with: not at all.
        Cancel = "cancel",
        /// A new fault.
        Report = "report",
        /// About a fault: more that is known of it.
        Supplement = "supplement",
        /// About a fault: it is gone, or was none.
        Close = "close",
        /// About a fault that the operator calls mended: it is not.
        Reopen = "reopen",
        /// A question whether a service can be delivered.
        Ask = "ask",
        /// An answer to an operator that asks for a contact.
        Answer = "answer",
        /// A notice about something that was disclosed before.
        Notify = "notify",
    }
}

impl Act {
    /// What is asked first of all for a purpose.
    pub const fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Feasibility => Self::Ask,
            Purpose::Activate => Self::Activate,
            Purpose::Change => Self::Change,
            Purpose::Suspend => Self::Suspend,
            Purpose::Resume => Self::Resume,
            Purpose::Terminate => Self::Terminate,
            Purpose::FaultReport => Self::Report,
            Purpose::FaultSupplement => Self::Supplement,
            Purpose::FaultClose => Self::Close,
            Purpose::ContactPull => Self::Answer,
            Purpose::NoticeRectification | Purpose::NoticeErasure => Self::Notify,
        }
    }

    /// Of a new order for this.
    pub const fn of_operation(operation: Operation) -> Self {
        match operation {
            Operation::Activate => Self::Activate,
            Operation::Change => Self::Change,
            Operation::Modify => Self::Modify,
            Operation::Suspend => Self::Suspend,
            Operation::Resume => Self::Resume,
            Operation::Terminate => Self::Terminate,
        }
    }

    /// What a new order asks for; `None` where it is not a new order.
    pub const fn operation(self) -> Option<Operation> {
        match self {
            Self::Activate => Some(Operation::Activate),
            Self::Change => Some(Operation::Change),
            Self::Modify => Some(Operation::Modify),
            Self::Suspend => Some(Operation::Suspend),
            Self::Resume => Some(Operation::Resume),
            Self::Terminate => Some(Operation::Terminate),
            Self::Amend
            | Self::Cancel
            | Self::Report
            | Self::Supplement
            | Self::Close
            | Self::Reopen
            | Self::Ask
            | Self::Answer
            | Self::Notify => None,
        }
    }

    /// For which purpose it is told of something that the operator has for `purpose`.
    pub const fn purpose(self, purpose: Purpose) -> Purpose {
        match self {
            Self::Supplement | Self::Reopen => Purpose::FaultSupplement,
            Self::Close => Purpose::FaultClose,
            _ => purpose,
        }
    }

    /// Whether it is about something that the operator has already. It is no order and no ticket
    /// of its own: done or refused, it is over.
    pub const fn is_about(self) -> bool {
        matches!(self, Self::Amend | Self::Cancel | Self::Supplement | Self::Close | Self::Reopen)
    }

    /// Whether it has to do with a fault; everything else that an operator keeps is an order.
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Report | Self::Supplement | Self::Close | Self::Reopen)
    }
}
