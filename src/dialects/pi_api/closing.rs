//! How a ticket ended (tt.md, `state.action` and `state.code`): two closed lists, and one table of
//! what they mean to us.

use super::super::Standing;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal ),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$vdoc])* $variant, )+
            /// A code that the specification does not have.
            Unknown,
        }

        impl $name {
            /// Reads the operator's code, whatever its letters' size.
            pub fn parse(text: &str) -> Self {
                match text.trim().to_ascii_uppercase().as_str() {
                    $( $text => Self::$variant, )+
                    _ => Self::Unknown,
                }
            }
        }
    };
}

codes! {
    /// What was done: `action`.
    Action {
        /// It went away by itself.
        ClearedByItself = "FAULT_CLEARED_BY_ITSELF",
        /// Nothing was found.
        NoFaultFound = "NO_FAULT_FOUND",
        /// Something was replaced or repaired.
        Hardware = "HARDWARE_REPLACE_OR_REPAIR",
        /// Software was replaced.
        Software = "SOFTWARE_RELEASE_OR_PATCH",
        /// A setting or a record was mended.
        Reconfiguration = "RECONFIGURATION_OR_DATA_FIX",
        /// Power, heat, water.
        Environmental = "ENVIRONMENTAL",
        /// Nobody could have prevented it.
        ForceMajeure = "FORCE_MAJEURE",
        /// Somebody else's fault.
        ThirdParty = "THIRD_PARTY",
        /// Restarted.
        Reset = "RESET",
        /// A change was asked for, and is to come.
        ChangeRequested = "CR_ISSUED",
        /// The ticket is not this operator's to solve.
        WrongAssignment = "WRONG_ASSIGNMENT",
        /// None of these.
        Other = "OTHER",
    }
}

codes! {
    /// How it went: `code`.
    Outcome {
        /// Solved.
        Solved = "PROBLEM_SOLVED",
        /// Not solved.
        NotSolved = "PROBLEM_NOT_SOLVED",
        /// Solved for now.
        Interim = "PROBLEM_SOLVED_WITH_INTERIM_SOLUTION",
        /// Called off.
        Cancelled = "CANCELLED",
        /// Refused.
        Rejected = "REJECTED",
        /// None of these.
        Other = "OTHER",
    }
}

/// The codes that a ticket was cleared or closed with. Both are optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// What was done.
    pub action: Option<Action>,
    /// How it went.
    pub outcome: Option<Outcome>,
}

impl Closing {
    /// What it means for a ticket that is cleared or closed. How it went decides; where that is not
    /// said, what was done does. Where neither tells whether the customer's service works, a person
    /// finds out.
    pub fn standing(self) -> Standing {
        match (self.outcome, self.action) {
            (Some(Outcome::Solved | Outcome::Interim), _) | (None, None) => Standing::Done,
            (Some(Outcome::NotSolved | Outcome::Cancelled | Outcome::Rejected), _) => {
                Standing::Failed
            }
            (Some(Outcome::Other | Outcome::Unknown), _) => Standing::Unknown,
            (None, Some(action)) => match action {
                Action::ClearedByItself
                | Action::NoFaultFound
                | Action::Hardware
                | Action::Software
                | Action::Reconfiguration
                | Action::Environmental
                | Action::ForceMajeure
                | Action::ThirdParty
                | Action::Reset => Standing::Done,
                Action::ChangeRequested
                | Action::WrongAssignment
                | Action::Other
                | Action::Unknown => Standing::Unknown,
            },
        }
    }
}
