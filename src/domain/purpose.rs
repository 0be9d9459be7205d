//! Why something is disclosed (closed list), and on which legal basis.

use std::fmt;

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal ),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$vdoc])* $variant ),+ }

        impl $name {
            /// Every member, in the order of the list.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The word as it stands in policies, log leaves and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),+ }
            }

            /// Reads the word; `None` where the list does not have it.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_list;

closed_list! {
    /// Why a disclosure is made. Every disclosure has exactly one.
    Purpose {
        /// Can this address be delivered?
        Feasibility = "feasibility",
        /// A new service at an access.
        Activate = "delivery.activate",
        /// Another service at the same access.
        Change = "delivery.change",
        /// Pause a service.
        Suspend = "delivery.suspend",
        /// End a pause.
        Resume = "delivery.resume",
        /// End a service.
        Terminate = "delivery.terminate",
        /// A fault to be mended.
        FaultReport = "fault.report",
        /// More about a fault already reported.
        FaultSupplement = "fault.supplement",
        /// The fault is gone, or was never there.
        FaultClose = "fault.close",
        /// The operator asks us for a contact.
        ContactPull = "contact.pull",
        /// Something we disclosed was wrong (GDPR art. 16 and 19).
        NoticeRectification = "notice.rectification",
        /// Something we disclosed is to be erased (GDPR art. 17 and 19).
        NoticeErasure = "notice.erasure",
    }
}

closed_list! {
    /// What an order asks the operator to do with a service.
    Operation {
        /// Start it.
        Activate = "activate",
        /// Replace it by another.
        Change = "change",
        /// The same one with other equipment or characteristics.
        Modify = "modify",
        /// Pause it.
        Suspend = "suspend",
        /// End the pause.
        Resume = "resume",
        /// End it.
        Terminate = "terminate",
    }
}

closed_list! {
    /// On which ground of the law a field may leave.
    LegalBasis {
        /// Needed to fulfil the customer's contract: GDPR art. 6(1)(b).
        Contract = "gdpr.6.1.b",
        /// A legal obligation, such as a notice under art. 19: GDPR art. 6(1)(c).
        LegalObligation = "gdpr.6.1.c",
        /// A legitimate interest with a balancing note: GDPR art. 6(1)(f).
        LegitimateInterest = "gdpr.6.1.f",
    }
}

impl Purpose {
    /// Whether this is about getting a service delivered (an order) rather than repaired.
    pub const fn is_order(self) -> bool {
        self.operation().is_some()
    }

    /// What an order with this purpose asks for first of all; `None` where it is not an order that
    /// sluss places.
    pub const fn operation(self) -> Option<Operation> {
        super::Act::of(self).operation()
    }
}
