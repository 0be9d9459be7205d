//! What differs between the versions of ON-API, as data: each row names the clause it is read from
//! (`spec/orders.md` and so on, within the folder of its version). What is not here is the same in all.
//!
//! | | 2.3.1 | 2.4 | 2.5 | 2.6 |
//! |---|---|---|---|---|
//! | a service that exists is named by | access and service | these and `subscriptionId` | `subscriptionId` | `subscriptionId` |
//! | operations | ACTIVATE, DEACTIVATE | all six | all six | all six |
//! | an order may be amended and taken back, a ticket commented on | no | yes | yes | yes |
//! | order states | no IN_PROGRESS | all four | all four | all four |
//! | `spReference` in ACTIVATE | mandatory | mandatory | optional | optional |
//! | members without a value | written empty | left out | left out | left out |
//! | a later day, characteristics | no | yes | yes | yes |
//! | orders of an access are listed | no: `accesses/{accessId}` tells what is active | yes | yes | yes |
//! | services of an access | `accesses/{accessId}` | `accesses/{accessId}` | `accesses/{accessId}` | `services/{accessId}` |
//! | when a service can be had | `available`: YES, NO or a date | the same | `availableDateTime` | `availableDateTime` |
//! | subscriptions of an access | `accesses/{accessId}`, `active` | the same, `subscriptions` | the same | `subscriptions/{accessId}` |
//! | link of an access | `accesses/{accessId}/link` | `tech/access/{accessId}/link/status` | the same | the same |
//! | list of endpoints, tickets, `events` | no | yes | yes | yes |

use super::super::Standing;
use super::about::{AMEND, CANCEL, UPDATE};
use crate::domain::{Act, Field};

/// One version of the text.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a table of what a text has and has not")]
pub(super) struct Version {
    /// Name and version, as it stands in the leaves.
    pub(super) name: &'static str,
    /// The version alone, as in the path and in the list of endpoints.
    pub(super) number: &'static str,
    /// The fields that a message which asks for this has a place for; no row, no message.
    pub(super) carries: &'static [(Act, &'static [Field])],
    /// By what an order names a service that exists.
    pub(super) named_by: NamedBy,
    /// Whether ACTIVATE must have our reference.
    pub(super) reference_required: bool,
    /// Whether ACTIVATE has every member of the text, with or without a value.
    pub(super) writes_empty: bool,
    /// The longest access id that the text knows.
    pub(super) access_id_max: usize,
    /// What the states of an order mean.
    pub(super) order_states: &'static [(&'static str, Standing)],
    /// Whether orders are listed by their access.
    pub(super) lists_orders: bool,
    /// Under which word in the path the subscriptions of an access stand, and in which member.
    pub(super) subscriptions: (&'static str, &'static str),
    /// Under which word in the path the services of an access stand.
    pub(super) services: &'static str,
    /// The member of a service that tells when it can be ordered.
    pub(super) available: &'static str,
    /// The member of a service that tells when it ends; not in 2.3.1.
    pub(super) disconnection: Option<&'static str>,
    /// Where the state of the line is: before and behind the access id.
    pub(super) link: (&'static str, &'static str),
    /// Whether the interface has a list of its endpoints, and `events`.
    pub(super) lists_endpoints: bool,
}

/// By what an order names a service that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// `accessId` and `service`: there are no subscriptions (2.3.1 `service_activation.md`).
    Access,
    /// `accessId` and `service`, which are "Mandatory", and `subscriptionId` (2.4 spec/orders.md).
    AccessAndSubscription,
    /// `subscriptionId` alone (2.5 spec/orders.md, "operation").
    Subscription,
}

/// dataformats.md, "orderState".
const ALL_STATES: &[(&str, Standing)] = &[
    ("RECEIVED", Standing::Working),
    ("IN_PROGRESS", Standing::Working),
    ("DONE_SUCCESS", Standing::Done),
    ("DONE_FAILED", Standing::Failed),
];

/// 2.3.1 `service_activation.md`, `state`: "Giltiga värden".
const FIRST_STATES: &[(&str, Standing)] = &[
    ("RECEIVED", Standing::Working),
    ("DONE_SUCCESS", Standing::Done),
    ("DONE_FAILED", Standing::Failed),
];

/// spec/orders.md, "Activate a service".
const ACTIVATE: &[Field] = &[
    Field::AccessId,
    Field::CaseReference,
    Field::ServiceId,
    Field::Operation,
    Field::RequestedDate,
    Field::ForcedTakeover,
    Field::FixedIp,
    Field::Sla,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
];

/// spec/orders.md, "Change service".
const CHANGE: &[Field] = &[
    Field::SubscriptionId,
    Field::CaseReference,
    Field::ServiceId,
    Field::Operation,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
];

/// spec/orders.md, "Deactivate a service".
const TERMINATE: &[Field] = &[Field::SubscriptionId, Field::Operation, Field::RequestedDate];

/// spec/orders.md, "operation": MODIFY updates "a service with new parameters".
const MODIFY: &[Field] = &[
    Field::SubscriptionId,
    Field::CaseReference,
    Field::Operation,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
];

/// spec/orders.md, "Suspend a service" and "Resume a service". `externalNote` is left out: the operator
/// may show it to the customer, and why a service is paused is between the customer and us. Our
/// reference is in it, as in any order: without it a pause in doubt could not be told from the last one.
const PAUSE: &[Field] =
    &[Field::SubscriptionId, Field::CaseReference, Field::Operation, Field::RequestedDate];

/// 2.4 names the service beside the subscription in every order about one that exists.
const MODIFY_2_4: &[Field] = &[
    Field::AccessId,
    Field::SubscriptionId,
    Field::CaseReference,
    Field::ServiceId,
    Field::Operation,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
];

/// The same.
const PAUSE_2_4: &[Field] = &[
    Field::AccessId,
    Field::SubscriptionId,
    Field::CaseReference,
    Field::ServiceId,
    Field::Operation,
    Field::RequestedDate,
];

/// spec/tickets.md, "POST tickets"; the same in 2.4, 2.5 and 2.6.
const TICKET: &[Field] = &[
    Field::AccessId,
    Field::SubscriptionId,
    Field::CaseReference,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
    Field::ProblemType,
    Field::FaultHeading,
    Field::FaultSeverity,
    Field::FaultSince,
    Field::FaultPattern,
    Field::FaultLamps,
    Field::FaultLink,
    Field::FaultWiredTest,
    Field::FaultRestarted,
    Field::FaultSpeed,
    Field::FaultLevel,
    Field::FaultNeighbours,
    Field::VisitBooked,
    Field::VisitWindow,
    Field::FaultDescription,
];

/// 2.6, of 2023.
pub(super) const V2_6: Version = Version {
    name: "on-api 2.6",
    number: "2.6",
    carries: &[
        (Act::Activate, ACTIVATE),
        (Act::Change, CHANGE),
        (Act::Modify, MODIFY),
        (Act::Suspend, PAUSE),
        (Act::Resume, PAUSE),
        (Act::Terminate, TERMINATE),
        (Act::Amend, AMEND),
        (Act::Cancel, CANCEL),
        (Act::Report, TICKET),
        (Act::Supplement, UPDATE),
        (Act::Close, UPDATE),
        (Act::Reopen, UPDATE),
    ],
    named_by: NamedBy::Subscription,
    reference_required: false,
    writes_empty: false,
    access_id_max: 36,
    order_states: ALL_STATES,
    lists_orders: true,
    // changelog.md: "subscription sub-part has been removed into its own endpoint".
    subscriptions: ("subscriptions", "subscriptions"),
    services: "services",
    available: "availableDateTime",
    disconnection: Some("disconnectionDateTime"),
    link: ("tech/access/", "/link/status"),
    lists_endpoints: true,
};

/// 2.5, of 2021.
pub(super) const V2_5: Version =
    Version { name: "on-api 2.5", subscriptions: ("accesses", "subscriptions"), ..V2_6 };

/// 2.4, of 2020.
pub(super) const V2_4: Version = Version {
    name: "on-api 2.4",
    number: "2.4",
    // 2.5 changelog.md: "services.available is renamed to services.availableDateTime".
    available: "available",
    disconnection: Some("disconnection"),
    carries: &[
        (Act::Activate, ACTIVATE),
        (
            Act::Change,
            &[
                Field::AccessId,
                Field::SubscriptionId,
                Field::CaseReference,
                Field::ServiceId,
                Field::Operation,
                Field::RequestedDate,
                Field::FixedIp,
                Field::Sla,
                Field::CpeMac,
                Field::CpeModel,
                Field::IpAddress,
            ],
        ),
        (
            Act::Terminate,
            &[
                Field::AccessId,
                Field::SubscriptionId,
                Field::ServiceId,
                Field::Operation,
                Field::RequestedDate,
            ],
        ),
        (Act::Modify, MODIFY_2_4),
        (Act::Suspend, PAUSE_2_4),
        (Act::Resume, PAUSE_2_4),
        (Act::Amend, AMEND),
        (Act::Cancel, CANCEL),
        (Act::Report, TICKET),
        (Act::Supplement, UPDATE),
        (Act::Close, UPDATE),
        (Act::Reopen, UPDATE),
    ],
    named_by: NamedBy::AccessAndSubscription,
    // spec/orders.md, "spReference": Mandatory.
    reference_required: true,
    ..V2_5
};

/// 2.3.1: PI-API 2.3 with small additions, in Swedish.
pub(super) const V2_3_1: Version = Version {
    name: "on-api 2.3.1",
    number: "2.3.1",
    disconnection: None,
    // fm_linkstatus.md.
    link: ("accesses/", "/link"),
    lists_endpoints: false,
    carries: &[
        (
            Act::Activate,
            &[
                Field::AccessId,
                Field::CaseReference,
                Field::ServiceId,
                Field::Operation,
                Field::ForcedTakeover,
                Field::CpeMac,
                Field::CpeModel,
            ],
        ),
        (Act::Terminate, &[Field::AccessId, Field::ServiceId, Field::Operation]),
    ],
    named_by: NamedBy::Access,
    // service_activation.md: "Gemensamt för alla fält är att de måste finnas i JSON-strukturen".
    writes_empty: true,
    // service_activation.md, `accessId`: "max 32 tecken".
    access_id_max: 32,
    order_states: FIRST_STATES,
    lists_orders: false,
    // availability.md, "active".
    subscriptions: ("accesses", "active"),
    ..V2_4
};
