//! Why an operator refused, or could not: our own closed list. Operators say it in free text (no
//! version of ON-API has codes), so each word here is what a text was understood as.

use std::fmt;

use super::purpose::closed_list;

closed_list! {
    /// Why the operator refused, or tried in vain.
    RejectReason {
        /// The status says that the request is invalid, and no text says why.
        Invalid = "operator-invalid",
        /// The status says that something is in the way, and no text says what.
        Conflict = "operator-conflict",
        /// The status says that the operator does not know what the request is about.
        NotFound = "operator-not-found",
        /// The operator does not know the access.
        AccessUnknown = "access-unknown",
        /// The operator does not offer the service at this access.
        ServiceUnknown = "service-unknown",
        /// The operator does not know the subscription.
        SubscriptionUnknown = "subscription-unknown",
        /// Another service of the same type is ours already at this access.
        ServiceActive = "service-active",
        /// Another provider has the service type at this access.
        Taken = "taken-by-another",
        /// An earlier order about the same is not done.
        OrderPending = "order-pending",
        /// The service is not active, so there is nothing to do with it.
        NotActive = "not-active",
        /// The operator does not replace the other provider's service.
        TakeoverRefused = "takeover-refused",
        /// The day cannot be had.
        DateRefused = "date-refused",
        /// Something in the order is not as the operator wants it.
        FieldRefused = "field-refused",
        /// The order must say more, such as a characteristic that the service requires.
        InformationRequired = "information-required",
        /// The access is not built or not connected.
        AccessNotReady = "access-not-ready",
        /// There is no free port, address or capacity.
        Capacity = "capacity",
        /// Something in the operator's network is broken.
        NetworkFault = "network-fault",
        /// Somebody must look at the place, or get permission, first.
        SurveyRequired = "survey-required",
        /// Nobody could get in, or was there.
        NoAccessToSite = "no-access-to-site",
        /// The operator's equipment did not take it.
        ActivationFailed = "activation-failed",
        /// The operator stopped it, or says that it is not wanted any more.
        Cancelled = "cancelled-by-operator",
        /// It is under way and cannot be changed any more.
        TooLate = "too-late-to-change",
        /// Our agreement with the operator does not cover it.
        NotPermitted = "not-permitted",
    }
}

impl RejectReason {
    /// Whether an earlier message of the same case, of which nobody knows, would bring it about.
    pub const fn may_be_our_own(self) -> bool {
        matches!(
            self,
            Self::Conflict
                | Self::NotFound
                | Self::SubscriptionUnknown
                | Self::ServiceActive
                | Self::Taken
                | Self::OrderPending
                | Self::NotActive
        )
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Invalid | Self::FieldRefused => {
                "ask the operator what it misses, and hand the order in anew"
            }
            Self::Conflict => "ask the operator what is in the way at this access",
            Self::NotFound | Self::AccessUnknown => {
                "check the access id against the operator's list"
            }
            Self::ServiceUnknown => "order a service that the operator offers at this access",
            Self::SubscriptionUnknown => "check the subscription against the operator's list",
            Self::ServiceActive => "change the service that is there, or end it first",
            Self::Taken => {
                "the customer ends the other provider's service, or the order asks for a takeover"
            }
            Self::OrderPending => "wait until the earlier order is done, and hand it in anew",
            Self::NotActive => "nothing to do: the service is not active",
            Self::TakeoverRefused => "wait until the other provider's service has ended",
            Self::DateRefused => "choose another day",
            Self::InformationRequired => {
                "add what the service requires, and hand the order in anew"
            }
            Self::AccessNotReady => "wait until the access is built and connected",
            Self::Capacity | Self::NetworkFault | Self::ActivationFailed => {
                "ask the operator when it can be delivered, and hand the order in anew then"
            }
            Self::SurveyRequired | Self::NoAccessToSite => "agree on a visit with the customer",
            Self::Cancelled => "ask the operator why, and tell the customer",
            Self::TooLate => "wait until the order is done, and place a new one",
            Self::NotPermitted => "check the agreement with the operator",
        }
    }
}
