//! What can be asked for at the door, and of which roles. The one place that says so.

use std::fmt;

use crate::domain::closed_list;
use crate::log::Role;

closed_list! {
    /// One thing that can be done at the door; each route is one of these.
    Action {
        /// Ask whether the process lives, and whether it may take orders and send.
        Health = "health",
        /// Read what there is at the door.
        ReadApi = "read-api",
        /// Read how the log stands, as numbers or as a page.
        Watch = "watch",
        /// Follow the log by its checkpoints and hashes, which tell nothing about anybody.
        FollowLog = "follow-log",
        /// Read leaves.
        ReadLeaves = "read-leaves",
        /// Hand in a service order.
        HandInOrder = "hand-in-order",
        /// Look up orders: ids, states and dates.
        SeeOrders = "see-orders",
        /// File a trouble ticket.
        HandInTicket = "hand-in-ticket",
        /// Look up tickets.
        SeeTickets = "see-tickets",
        /// Ask whether an address can be delivered; answered from what is copied here.
        AskFeasibility = "ask-feasibility",
        /// Ask us for a contact, as an operator.
        AskContact = "ask-contact",
        /// Sign in at a browser.
        SignIn = "sign-in",
        /// See as whom one has signed in, and sign out.
        OwnSession = "own-session",
        /// Take the style and the script of pages, and choose their language.
        SeePages = "see-pages",
        /// Look for cases, at a page, and at one of them.
        SeeCases = "see-cases",
        /// Report a fault at a page, say more of it, and that something was wrongly sent.
        FileFault = "file-fault",
        /// Decide about a held case, or take back what has not left.
        DecideCases = "decide-cases",
        /// Look at what somebody else said is nobody's.
        ReviewTexts = "review-texts",
        /// Find leaves at a page, look at them, verify them, and take one along with its proof.
        ReadLog = "read-log",
        /// Take along what was found, for other programs or on paper.
        ExportLog = "export-log",
        /// Draw a random sample of the log, say what one thinks of it, sign it off.
        ReviewSamples = "review-samples",
        /// See what left about somebody.
        TellPerson = "tell-person",
        /// See, in numbers, how it goes, and what stands out.
        Oversee = "oversee",
        /// See reports of what was wrongly sent, and take them along.
        SeeIncidents = "see-incidents",
        /// Say how such a report was closed.
        CloseIncident = "close-incident",
        /// Read who may receive what, and why; and what has changed of that.
        ReadPolicies = "read-policies",
        /// Read the list of recipients, as it is published.
        ReadRecipients = "read-recipients",
        /// Register a callback for notifications, look at one's own, end one.
        Subscribe = "subscribe",
    }
}

/// Of whom an action may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Of anybody, unknown.
    Anybody,
    /// Of an operator, by the name and password that its recipient's file names: the handler asks
    /// for them, before it reads anything.
    Operator,
    /// Of who has one of these roles.
    Roles(&'static [Role]),
}

impl Action {
    /// Who may.
    pub const fn who(self) -> Who {
        match self {
            Self::Health
            | Self::ReadApi
            | Self::FollowLog
            | Self::SignIn
            | Self::SeePages
            | Self::ReadRecipients => Who::Anybody,
            Self::OwnSession => Who::Roles(&super::ROLES),
            Self::Watch => Who::Roles(&[Role::Operations, Role::Privacy, Role::Auditor]),
            Self::ReadLog | Self::ExportLog | Self::ReviewSamples | Self::TellPerson => {
                Who::Roles(&[Role::Auditor, Role::Privacy])
            }
            Self::Oversee | Self::SeeIncidents => Who::Roles(&[Role::Auditor, Role::Privacy]),
            Self::CloseIncident => Who::Roles(&[Role::Privacy]),
            Self::ReadPolicies => Who::Roles(&[
                Role::Support,
                Role::Auditor,
                Role::Privacy,
                Role::Policy,
                Role::Operations,
            ]),
            Self::ReadLeaves => Who::Roles(&[Role::Auditor]),
            Self::HandInOrder | Self::Subscribe => Who::Roles(&[Role::Ordering]),
            Self::SeeCases | Self::DecideCases => {
                Who::Roles(&[Role::Support, Role::Operations, Role::Privacy])
            }
            Self::FileFault | Self::ReviewTexts => Who::Roles(&[Role::Support, Role::Privacy]),
            Self::AskContact => Who::Operator,
            Self::SeeOrders | Self::HandInTicket | Self::SeeTickets | Self::AskFeasibility => {
                Who::Roles(&[Role::Ordering, Role::Support])
            }
        }
    }
}
