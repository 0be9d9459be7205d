//! The states of a case, in one place, with the table of what moves them.
//!
//! ```text
//! from       step          to          what it means
//! waiting    ready         accepted    what it is about is at the operator, and nothing before it is under way
//! waiting    cancel        cancelled   what it is about never came to the operator, or a person said: stop
//! accepted   record        recorded    an intent leaf stands in the log; bytes may leave
//! accepted   hold          held        a person must decide (policy said no, or nobody may decide alone)
//! recorded   retry         accepted    the operator did not act, for certain: ask the policy again later
//! recorded   place         placed      the operator has it and works on it
//! recorded   complete      completed   the operator had it done at once
//! recorded   fail          failed      the operator tried and could not
//! recorded   reject        rejected    the operator refused it
//! recorded   hold          held        the operator's answer needs a person
//! placed     progress      placed      still working
//! placed     complete      completed
//! placed     fail          failed
//! placed     hold          held        an unknown operator state is never guessed
//! held       release       accepted    a person said: go on
//! held       retry         accepted    a person said: try again; what stood in the way is looked at anew
//! held       resume        placed      the same, of what the operator has already: only follow it
//! accepted   cancel        cancelled   a person said: stop, before anything was sent
//! held       cancel        cancelled
//! placed     withdraw      cancelled   the operator has taken it back, as it was asked to
//! held       withdraw      cancelled   the same, of what the operator has
//! completed  reopen        placed      the operator goes on with a fault that it called mended
//! ```
//!
//! A case about another one (a comment, a withdrawal) goes the same way and ends with the
//! operator's answer: it is never *placed*. [`CaseState::permits`] says what may be asked about a
//! case, and when.
//!
//! `recorded` with its lease run out is *in doubt*: the operator is asked before anything else.

use std::fmt;

use thiserror::Error;

use super::Act;
use super::purpose::closed_list;

closed_list! {
    /// Where a case stands.
    CaseState {
        /// In our keeping, and about another case that must come first.
        Waiting = "waiting",
        /// In our keeping, to be minimised and recorded when it is due.
        Accepted = "accepted",
        /// A disclosure is in the log and its outcome is not.
        Recorded = "recorded",
        /// The operator has it.
        Placed = "placed",
        /// Delivered, or mended.
        Completed = "completed",
        /// The operator tried and could not.
        Failed = "failed",
        /// The operator refused it.
        Rejected = "rejected",
        /// A person must decide.
        Held = "held",
        /// Stopped by a person before the operator had it.
        Cancelled = "cancelled",
    }
}

closed_list! {
    /// What moves a case.
    Step {
        /// What had to come first has come.
        Ready = "ready",
        /// An intent leaf was written.
        Record = "record",
        /// The operator did not act; or a person decided: try again, and decide anew.
        Retry = "retry",
        /// The operator has it.
        Place = "place",
        /// The operator moved it on without ending it.
        Progress = "progress",
        /// Done.
        Complete = "complete",
        /// Tried, in vain.
        Fail = "fail",
        /// Refused.
        Reject = "reject",
        /// A person must decide.
        Hold = "hold",
        /// A person decided: go on.
        Release = "release",
        /// A person decided: go on with what the operator has; nothing is sent again.
        Resume = "resume",
        /// A person decided: stop.
        Cancel = "cancel",
        /// The operator has taken it back.
        Withdraw = "withdraw",
        /// The operator goes on with it.
        Reopen = "reopen",
    }
}

/// A step that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{step} is not possible for a case that is {from}")]
pub struct StateError {
    /// Where it stands.
    pub from: CaseState,
    /// What was tried.
    pub step: Step,
}

impl CaseState {
    /// Where a step leads.
    pub const fn after(self, step: Step) -> Result<Self, StateError> {
        use CaseState as S;
        match (self, step) {
            (S::Accepted, Step::Record) => Ok(S::Recorded),
            (S::Waiting, Step::Ready)
            | (S::Recorded | S::Held, Step::Retry)
            | (S::Held, Step::Release) => Ok(S::Accepted),
            (S::Recorded, Step::Place)
            | (S::Placed, Step::Progress)
            | (S::Held, Step::Resume)
            | (S::Completed, Step::Reopen) => Ok(S::Placed),
            (S::Recorded | S::Placed, Step::Complete) => Ok(S::Completed),
            (S::Recorded | S::Placed, Step::Fail) => Ok(S::Failed),
            (S::Recorded, Step::Reject) => Ok(S::Rejected),
            (S::Accepted | S::Recorded | S::Placed, Step::Hold) => Ok(S::Held),
            (S::Waiting | S::Accepted | S::Held, Step::Cancel)
            | (S::Placed | S::Held, Step::Withdraw) => Ok(S::Cancelled),
            (from, step) => Err(StateError { from, step }),
        }
    }

    /// Whether this may be asked about a case that stands here. Whether the operator still does it is
    /// for the operator to say: it may be quicker than what we know of it.
    pub const fn permits(self, act: Act) -> bool {
        use CaseState as S;
        match act {
            Act::Amend | Act::Cancel => {
                matches!(self, S::Accepted | S::Recorded | S::Placed | S::Held)
            }
            Act::Supplement | Act::Close => {
                matches!(self, S::Accepted | S::Recorded | S::Placed | S::Held | S::Completed)
            }
            Act::Reopen => matches!(self, S::Completed),
            Act::Activate
            | Act::Change
            | Act::Modify
            | Act::Suspend
            | Act::Resume
            | Act::Terminate
            | Act::Report
            | Act::Ask
            | Act::Answer
            | Act::Notify => false,
        }
    }

    /// Whether nothing moves it any more, but for a fault that was not mended after all.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Rejected | Self::Cancelled)
    }

    /// The state of a TMF641 v4.1.0 service order item.
    pub const fn tmf641(self) -> &'static str {
        match self {
            Self::Waiting | Self::Accepted | Self::Recorded => "acknowledged",
            Self::Placed => "inProgress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a TMF621 v4.0.0 trouble ticket. The operator's "closed" is our *resolved*:
    /// whether it is closed is for whoever reported the fault to say.
    pub const fn tmf621(self) -> &'static str {
        match self {
            Self::Waiting | Self::Accepted | Self::Recorded => "acknowledged",
            Self::Placed => "inProgress",
            Self::Completed => "resolved",
            Self::Failed | Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

closed_list! {
    /// Why a person must decide, or why a contact pull is refused (the last five; those hold no
    /// case). Codes: the words for people are in [`HoldReason::advice`].
    HoldReason {
        /// The case may not be decided by a machine.
        SpecialHandling = "special-handling",
        /// The recipient has no agreement that is valid today.
        NoAgreement = "no-valid-agreement",
        /// The recipient is switched off, or not in the registry.
        RecipientDisabled = "recipient-disabled",
        /// No rule of the policy covers this purpose.
        NoRule = "no-rule",
        /// The policy withholds something without which the operator cannot act.
        MissingField = "missing-field",
        /// The finished message still held an identity number or a withheld value.
        Screened = "screened",
        /// Too much of the text was personal.
        TextNeedsReview = "text-needs-review",
        /// The operator refuses our credentials.
        Credentials = "credentials-refused",
        /// The operator does not have this interface.
        NotOffered = "not-offered",
        /// The operator's answer cannot be understood.
        Unclear = "answer-unclear",
        /// The operator refused in words that nobody has a reason for yet.
        ReasonUnknown = "reason-unknown",
        /// The operator says that the service cannot be had at this access on that day.
        ServiceUnavailable = "service-unavailable",
        /// The operator says that another provider has the service type at this access.
        Taken = "held-by-another-provider",
        /// The operator says that it does not replace another provider's service here.
        TakeoverNotOffered = "takeover-not-offered",
        /// The service requires something that the order does not say, or not so.
        CharacteristicMissing = "characteristic-missing",
        /// It was tried as often as is allowed.
        AttemptsUsedUp = "attempts-used-up",
        /// What is kept of the case cannot be opened.
        Unreadable = "unreadable",
        /// Somebody asked for it.
        Person = "person",
        /// The operator asks by a reference that is none of ours.
        ReferenceUnknown = "reference-unknown",
        /// The operator asks by a reference that another operator got.
        ReferenceElsewhere = "reference-of-another",
        /// The case has ended, is not at the operator yet, or is too old to be asked about.
        NotLive = "case-not-live",
        /// The ticket that the operator names is not open there, or is about something else.
        TicketUnknown = "ticket-not-open",
        /// There is no channel that the policy lets the operator have.
        NoContact = "no-contact",
    }
}

impl HoldReason {
    /// Whether the operator's own list of services stands in the way: a person may know better, and
    /// then the order is sent all the same.
    pub const fn is_forecast(self) -> bool {
        matches!(
            self,
            Self::ServiceUnavailable
                | Self::Taken
                | Self::TakeoverNotOffered
                | Self::CharacteristicMissing
        )
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::SpecialHandling => "handle this case by the written routine for special handling",
            Self::NoAgreement => {
                "sign or renew the agreement, enter its dates in the recipient file, then release the case"
            }
            Self::RecipientDisabled => "enable the recipient in its file, or cancel the case",
            Self::NoRule => {
                "add a rule for this purpose to the recipient's policy, then release the case"
            }
            Self::MissingField => {
                "complete the order, or open the field in the policy, then release the case"
            }
            Self::Screened => {
                "a value that may not leave was found in the finished message: correct the text and hand the case in anew"
            }
            Self::TextNeedsReview => {
                "shorten the text to what the technician needs and hand the case in anew"
            }
            Self::Credentials => {
                "check user name and password of the channel with the operator, then release the case"
            }
            Self::NotOffered => {
                "the operator does not offer this: deliver it by hand, then cancel the case"
            }
            Self::Unclear => {
                "ask the operator what it has done with our reference, then release or cancel the case"
            }
            Self::ReasonUnknown => {
                "read the operator's words (`sluss case show`), give them a code under [[channel.reason]] in the recipient's file, then release or cancel the case"
            }
            Self::ServiceUnavailable => {
                "choose another service or day and hand the order in anew, or release the case to send it all the same"
            }
            Self::Taken => {
                "the other provider's service must end first: wait, order a takeover where the operator offers it, or release the case to send it all the same"
            }
            Self::TakeoverNotOffered => {
                "hand the order in anew without a takeover, or release the case to send it all the same"
            }
            Self::CharacteristicMissing => {
                "hand the order in anew with what the service requires, or release the case to send it all the same"
            }
            Self::AttemptsUsedUp => "check the operator's interface, then release the case",
            Self::Unreadable => {
                "restore the key store or the database from a backup, then release the case"
            }
            Self::Person => "release or cancel the case when the matter is clear",
            Self::ReferenceUnknown | Self::ReferenceElsewhere => {
                "ask the operator where it has the reference from, should it go on"
            }
            Self::NotLive | Self::TicketUnknown => {
                "should the operator need the customer all the same, pass its question on yourself"
            }
            Self::NoContact => "complete the customer's number in the register",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_what_is_final_and_nothing_is_sent_unrecorded() {
        for &state in CaseState::ALL {
            for &step in Step::ALL {
                let next = state.after(step);
                if step == Step::Reopen {
                    assert_eq!(next.is_ok(), state == CaseState::Completed);
                } else if state.is_final() {
                    assert_eq!(next, Err(StateError { from: state, step }));
                }
                if next == Ok(CaseState::Placed) && step != Step::Reopen {
                    assert!(matches!(
                        state,
                        CaseState::Recorded | CaseState::Placed | CaseState::Held
                    ));
                }
            }
        }
    }
}
