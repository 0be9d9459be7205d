//! Which field stands where: the one table between the field catalogue and the schema.
//!
//! It says what a message has a place for. What goes in is the policy's to say, each day anew.

use super::Call;
use super::shape::Shape;
use crate::domain::{Act, Field};

/// One place in a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The element of a field; see [`element`].
    Field(Field),
    /// The same, under another name.
    Named(&'static str, Field),
    /// An element around others. It is left out where none of them is there.
    Block(&'static str, &'static [Self]),
}

/// A message that discloses something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// The operation.
    pub(super) call: Call,
    /// What the first element, `Operation` or `Action`, says. It is the kind of the message, as the purpose in
    /// the log is: there is no order without it, so no rule can withhold it.
    pub(super) operation: Option<&'static str>,
    /// All places, in the order of the schema.
    pub(super) parts: &'static [Part],
    /// Those without which the operator could not act, or we could not ask whether it did.
    pub(super) required: &'static [Field],
}

/// How the message that asks for something is made; `None` where the interface has none.
pub(super) const fn layout(act: Act) -> Option<Layout> {
    // The reference is required though ON-API makes it optional: the operator finds a message of
    // ours by nothing else, and what cannot be found could be sent twice.
    use Field::{
        AccessId, CaseReference, OperatorReference, ProblemType, ServiceId, SubscriptionId,
    };
    match act {
        Act::Activate => Some(order("ACTIVATE", &[CaseReference, AccessId, ServiceId])),
        Act::Change => Some(order("CHANGE", &[CaseReference, SubscriptionId, ServiceId])),
        Act::Terminate => Some(order("DEACTIVATE", &[CaseReference, SubscriptionId])),
        Act::Modify => Some(order("MODIFY", &[CaseReference, SubscriptionId])),
        Act::Suspend => Some(order("SUSPEND", &[CaseReference, SubscriptionId])),
        Act::Resume => Some(order("RESUME", &[CaseReference, SubscriptionId])),
        Act::Amend => Some(Layout {
            call: Call::AmendOrder,
            operation: None,
            parts: AMENDMENT,
            required: &[OperatorReference],
        }),
        Act::Cancel => Some(Layout {
            call: Call::CancelOrder,
            operation: None,
            parts: &[ORDER_ID],
            required: &[OperatorReference],
        }),
        Act::Supplement => Some(update("COMMENT")),
        Act::Close => Some(update("CLOSE")),
        Act::Reopen => Some(update("REOPEN")),
        Act::Report => Some(Layout {
            call: Call::ReportFault,
            operation: None,
            parts: FAULT,
            required: &[CaseReference, AccessId, ProblemType],
        }),
        _ => None,
    }
}

/// What may be other about a service that stays.
const MODIFIED: &[Field] = &[
    Field::Operation,
    Field::CaseReference,
    Field::SubscriptionId,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeModel,
    Field::CpeMac,
    Field::IpAddress,
];

/// What may be other about an order that nobody has begun with.
const AMENDED: &[Field] = &[
    Field::OperatorReference,
    Field::ServiceId,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeModel,
    Field::CpeMac,
    Field::IpAddress,
];

/// What may be said of a ticket that is there.
const UPDATED: &[Field] = &[
    Field::OperatorReference,
    Field::CaseReference,
    Field::FaultResponsible,
    Field::ProblemType,
    Field::FaultDescription,
    Field::Note,
    Field::FaultSince,
    Field::FaultPattern,
    Field::FaultLamps,
    Field::FaultLink,
    Field::FaultWiredTest,
    Field::FaultRestarted,
    Field::FaultSpeed,
    Field::FaultLevel,
    Field::FaultNeighbours,
    Field::CpeModel,
    Field::CpeMac,
    Field::IpAddress,
    Field::ContactName,
    Field::ContactPhone,
    Field::CompanyName,
    Field::VisitBooked,
    Field::VisitWindow,
    Field::DoorCode,
];

/// What a message has a place for. An operation has no place for what it has no use
/// for: a new service has no subscription yet, and to end one nobody needs to know where it is.
pub(super) const fn carries(act: Act) -> &'static [Field] {
    use Field as F;
    match act {
        Act::Activate => &[
            F::Operation,
            F::CaseReference,
            F::AccessId,
            F::ServiceId,
            F::RequestedDate,
            F::ForcedTakeover,
            F::FixedIp,
            F::Sla,
            F::CpeModel,
            F::CpeMac,
            F::IpAddress,
            F::Street,
            F::StreetNumber,
            F::StreetLittera,
            F::Postcode,
            F::City,
            F::Apartment,
            F::ContactName,
            F::ContactPhone,
            F::CompanyName,
            F::VisitBooked,
            F::VisitWindow,
        ],
        Act::Change => &[
            F::Operation,
            F::CaseReference,
            F::AccessId,
            F::SubscriptionId,
            F::ServiceId,
            F::RequestedDate,
            F::FixedIp,
            F::Sla,
            F::CpeModel,
            F::CpeMac,
            F::IpAddress,
            F::Street,
            F::StreetNumber,
            F::StreetLittera,
            F::Postcode,
            F::City,
            F::Apartment,
            F::ContactName,
            F::ContactPhone,
            F::CompanyName,
            F::VisitBooked,
            F::VisitWindow,
        ],
        Act::Modify => MODIFIED,
        Act::Suspend | Act::Resume => {
            &[F::Operation, F::CaseReference, F::SubscriptionId, F::RequestedDate]
        }
        Act::Amend => AMENDED,
        Act::Cancel => &[F::OperatorReference],
        Act::Supplement | Act::Close | Act::Reopen => UPDATED,
        Act::Terminate => &[
            F::Operation,
            F::CaseReference,
            F::AccessId,
            F::SubscriptionId,
            F::ServiceId,
            F::RequestedDate,
        ],
        Act::Report => &[
            F::CaseReference,
            F::AccessId,
            F::SubscriptionId,
            F::ProblemType,
            F::FaultHeading,
            F::FaultDescription,
            F::FaultSeverity,
            F::FaultSince,
            F::FaultPattern,
            F::FaultLamps,
            F::FaultLink,
            F::FaultWiredTest,
            F::FaultRestarted,
            F::FaultSpeed,
            F::FaultLevel,
            F::FaultNeighbours,
            F::CpeModel,
            F::CpeMac,
            F::IpAddress,
            F::ContactName,
            F::ContactPhone,
            F::CompanyName,
            F::VisitBooked,
            F::VisitWindow,
            F::DoorCode,
        ],
        _ => &[],
    }
}

const fn update(action: &'static str) -> Layout {
    Layout {
        call: Call::UpdateTicket,
        operation: Some(action),
        parts: UPDATE,
        required: &[Field::OperatorReference, Field::CaseReference],
    }
}

/// The element of a field and the form of its value; `None` where the schema has none.
///
/// No wildcard: a new field must be thought about here before the crate compiles.
pub(super) const fn element(field: Field) -> Option<(&'static str, Shape)> {
    use Field as F;
    Some(match field {
        F::AccessId => ("AccessId", Shape::Id),
        F::SubscriptionId => ("SubscriptionId", Shape::Id),
        F::CaseReference => ("Reference", Shape::Id),
        F::ServiceId => ("ServiceId", Shape::ServiceId),
        F::RequestedDate => ("RequestedDate", Shape::Moment),
        F::ForcedTakeover => ("ForcedTakeover", Shape::FLAG),
        F::FixedIp => ("FixedIp", Shape::FLAG),
        F::Sla => ("Sla", Shape::ShortText),

        F::Street => ("Street", Shape::ShortText),
        F::StreetNumber => ("StreetNumber", Shape::ShortText),
        F::StreetLittera => ("StreetLittera", Shape::ShortText),
        F::Postcode => ("Postcode", Shape::Postcode),
        F::City => ("City", Shape::ShortText),
        F::Apartment => ("Apartment", Shape::Apartment),

        F::ContactName => ("ContactName", Shape::ShortText),
        F::ContactPhone => ("ContactPhone", Shape::Phone),
        F::CompanyName => ("CompanyName", Shape::ShortText),
        F::VisitBooked => ("VisitBooked", Shape::FLAG),
        F::VisitWindow => ("VisitWindow", Shape::Window),
        F::DoorCode => ("DoorCode", Shape::ShortText),

        F::CpeMac => ("CpeMac", Shape::Mac),
        F::CpeModel => ("CpeModel", Shape::ShortText),
        F::IpAddress => ("IpAddress", Shape::IpAddress),

        F::ProblemType => {
            ("ProblemType", Shape::OneOf(&["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"]))
        }
        F::FaultHeading => ("Heading", Shape::ShortText),
        F::FaultDescription => ("Description", Shape::LongText),
        F::FaultSeverity => {
            ("Severity", Shape::OneOf(&["minor", "moderate", "significant", "extensive"]))
        }
        F::FaultSince => ("Since", Shape::Moment),
        F::FaultPattern => ("Pattern", Shape::OneOf(&["constant", "intermittent"])),
        F::FaultLamps => ("Lamps", Shape::ShortText),
        F::FaultLink => ("Link", Shape::FLAG),
        F::FaultWiredTest => ("WiredTest", Shape::FLAG),
        F::FaultRestarted => ("Restarted", Shape::FLAG),
        F::FaultSpeed => ("Speed", Shape::Speed),
        F::FaultLevel => ("Level", Shape::Level),
        F::FaultNeighbours => ("Neighbours", Shape::Count),
        F::FaultResponsible => ("Responsible", Shape::OneOf(&["SP", "CO"])),
        F::Note => ("Note", Shape::LongText),
        F::OperatorReference => ("OrderId", Shape::OperatorId),

        // The operation is written from the act, ahead of everything else: see
        // `Layout::operation`. For the others no message of this interface has a use.
        F::Operation
        | F::ContactEmail
        | F::ContactPhoneOther
        | F::Personnummer
        | F::BirthDate
        | F::CompanyOrgNo
        | F::ProtectedIdentity
        | F::IdentityOther
        | F::Attachment
        | F::CustomerNumber
        | F::InvoiceAddress
        | F::StaffName
        | F::CommercialOther => return None,
    })
}

const fn order(operation: &'static str, required: &'static [Field]) -> Layout {
    Layout { call: Call::PlaceOrder, operation: Some(operation), parts: ORDER, required }
}

const ORDER_ID: Part = Part::Field(Field::OperatorReference);

const AMENDMENT: &[Part] = &[
    ORDER_ID,
    Part::Field(Field::ServiceId),
    Part::Field(Field::RequestedDate),
    Part::Field(Field::FixedIp),
    Part::Field(Field::Sla),
    EQUIPMENT,
];

const UPDATE: &[Part] = &[
    Part::Named("TicketId", Field::OperatorReference),
    Part::Field(Field::CaseReference),
    Part::Field(Field::FaultResponsible),
    Part::Field(Field::ProblemType),
    Part::Field(Field::FaultDescription),
    Part::Field(Field::Note),
    Part::Field(Field::FaultSince),
    Part::Field(Field::FaultPattern),
    Part::Field(Field::FaultLamps),
    Part::Field(Field::FaultLink),
    Part::Field(Field::FaultWiredTest),
    Part::Field(Field::FaultRestarted),
    Part::Field(Field::FaultSpeed),
    Part::Field(Field::FaultLevel),
    Part::Field(Field::FaultNeighbours),
    EQUIPMENT,
    CONTACT,
];

const ORDER: &[Part] = &[
    Part::Field(Field::CaseReference),
    Part::Field(Field::AccessId),
    Part::Field(Field::SubscriptionId),
    Part::Field(Field::ServiceId),
    Part::Field(Field::RequestedDate),
    Part::Field(Field::ForcedTakeover),
    Part::Field(Field::FixedIp),
    Part::Field(Field::Sla),
    EQUIPMENT,
    Part::Block(
        "Address",
        &[
            Part::Field(Field::Street),
            Part::Field(Field::StreetNumber),
            Part::Field(Field::StreetLittera),
            Part::Field(Field::Postcode),
            Part::Field(Field::City),
            Part::Field(Field::Apartment),
        ],
    ),
    CONTACT,
];

const FAULT: &[Part] = &[
    Part::Field(Field::CaseReference),
    Part::Field(Field::AccessId),
    Part::Field(Field::SubscriptionId),
    Part::Field(Field::ProblemType),
    Part::Field(Field::FaultHeading),
    Part::Field(Field::FaultDescription),
    Part::Field(Field::FaultSeverity),
    Part::Field(Field::FaultSince),
    Part::Field(Field::FaultPattern),
    Part::Field(Field::FaultLamps),
    Part::Field(Field::FaultLink),
    Part::Field(Field::FaultWiredTest),
    Part::Field(Field::FaultRestarted),
    Part::Field(Field::FaultSpeed),
    Part::Field(Field::FaultLevel),
    Part::Field(Field::FaultNeighbours),
    EQUIPMENT,
    CONTACT,
];

const EQUIPMENT: Part = Part::Block(
    "Equipment",
    &[Part::Field(Field::CpeModel), Part::Field(Field::CpeMac), Part::Field(Field::IpAddress)],
);

/// An order has no place for a door code: [`carries`] keeps it out, and the schema too.
const CONTACT: Part = Part::Block(
    "Contact",
    &[
        Part::Field(Field::ContactName),
        Part::Field(Field::ContactPhone),
        Part::Field(Field::CompanyName),
        Part::Field(Field::VisitBooked),
        Part::Field(Field::VisitWindow),
        Part::Field(Field::DoorCode),
    ],
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn places(parts: &[Part], into: &mut Vec<Field>) {
        for part in parts {
            match *part {
                Part::Field(field) | Part::Named(_, field) => into.push(field),
                Part::Block(_, parts) => places(parts, into),
            }
        }
    }

    #[test]
    fn every_field_that_is_carried_has_one_place_and_a_form() {
        for &act in Act::ALL {
            let carried = carries(act);
            let Some(layout) = layout(act) else {
                assert!(carried.is_empty(), "{act}");
                continue;
            };
            let mut places_there = Vec::new();
            places(layout.parts, &mut places_there);
            let distinct: BTreeSet<_> = places_there.iter().copied().collect();
            assert_eq!(distinct.len(), places_there.len(), "{act}: a field stands twice");
            for &field in carried {
                let written = field == Field::Operation && layout.operation.is_some();
                assert!(written || distinct.contains(&field), "{act}: {field} has no place");
                assert!(written || element(field).is_some(), "{act}: {field} has no element");
            }
            for field in layout.required {
                assert!(carried.contains(field), "{act} needs {field} and does not carry it");
            }
        }
    }

    #[test]
    fn a_door_code_is_for_a_fault_and_an_identity_for_nothing() {
        for &act in Act::ALL {
            let carried = carries(act);
            assert_eq!(carried.contains(&Field::DoorCode), act.is_fault());
            assert!(carried.iter().all(|f| f.sensitivity() != crate::domain::Sensitivity::Never));
        }
    }
}
