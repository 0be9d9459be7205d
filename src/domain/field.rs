//! The field catalogue: everything that sluss can know about a case, as a closed list.
//!
//! A policy names fields from here and nothing else. A field that no policy may ever open is
//! [`Sensitivity::Never`]: intake uses its value to clean free text and then drops it, and only its
//! name goes on. `match` on [`Field`] is written without a wildcard wherever a new field must be
//! thought about.

use std::fmt;

/// What kind of thing a field is; the policy linter and the reports group by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// An id that the operator or we gave out.
    Reference,
    /// What is ordered, and when.
    Delivery,
    /// Where the delivery point is.
    Place,
    /// How to reach a person.
    Contact,
    /// Who somebody is.
    Identity,
    /// The customer's equipment and addresses on the network.
    Equipment,
    /// What is broken and what has been tried.
    Fault,
    /// A technician's visit.
    Visit,
    /// Text that people have written.
    FreeText,
    /// The provider's own business with the customer.
    Commercial,
}

/// How much harm a value can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// Says nothing about a person by itself.
    Low,
    /// Leads to a person, or is about one.
    Personal,
    /// Opens a door, or is as hard to take back.
    Secret,
    /// No purpose of sluss needs it: no policy may open it, and it is not stored.
    Never,
}

macro_rules! catalogue {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal, $category:ident, $sensitivity:ident; )+) => {
        /// One entry of the field catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $( $(#[$doc])* $variant ),+ }

        impl Field {
            /// The whole catalogue, in its order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The name, as it stands in policies and in the disclosure log.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name ),+ }
            }

            /// What kind of thing it is.
            pub const fn category(self) -> Category {
                match self { $( Self::$variant => Category::$category ),+ }
            }

            /// How much harm its value can do.
            pub const fn sensitivity(self) -> Sensitivity {
                match self { $( Self::$variant => Sensitivity::$sensitivity ),+ }
            }
        }
    };
}

catalogue! {
    /// The operator's id of the delivery point.
    AccessId = "access.id", Reference, Personal;
    /// The operator's id of the active service.
    SubscriptionId = "subscription.id", Reference, Personal;
    /// Our random reference of the case at this operator.
    CaseReference = "case.reference", Reference, Low;
    /// The operator's id of the order or ticket that something is told about.
    OperatorReference = "case.operator_reference", Reference, Low;
    /// The operator's code of what is delivered.
    ServiceId = "service.id", Delivery, Low;
    /// What the order asks for: activate, change or terminate.
    Operation = "order.operation", Delivery, Low;
    /// Not before this time; RFC 3339 in UTC.
    RequestedDate = "order.requested_date", Delivery, Low;
    /// Replaces another provider's service: `true` or `false`.
    ForcedTakeover = "order.forced_takeover", Delivery, Personal;
    /// A fixed IP address is part of the service: `true` or `false`.
    FixedIp = "service.fixed_ip", Delivery, Low;
    /// The service level that is ordered, in the operator's words.
    Sla = "service.sla", Delivery, Low;

    /// Street, village or yard name.
    Street = "place.street", Place, Personal;
    /// House number, or meter number such as `652-16`.
    StreetNumber = "place.number", Place, Personal;
    /// Letter or entrance behind the number.
    StreetLittera = "place.littera", Place, Personal;
    /// Five digits.
    Postcode = "place.postcode", Place, Personal;
    /// Post town.
    City = "place.city", Place, Personal;
    /// Four-digit apartment number, leading zero kept.
    Apartment = "place.apartment", Place, Personal;

    /// First name and initial of whom to ask for, or the full name of the customer.
    ContactName = "contact.name", Contact, Personal;
    /// One telephone number, E.164.
    ContactPhone = "contact.phone", Contact, Personal;
    /// E-mail address.
    ContactEmail = "contact.email", Contact, Personal;
    /// Any further telephone number of the customer.
    ContactPhoneOther = "contact.phone_other", Contact, Never;

    /// Personnummer or samordningsnummer.
    Personnummer = "identity.personnummer", Identity, Never;
    /// Date of birth.
    BirthDate = "identity.birth_date", Identity, Never;
    /// Name of the company; of an enskild firma it is often the owner's.
    CompanyName = "company.name", Identity, Personal;
    /// Organisation number; of an enskild firma it is a personnummer.
    CompanyOrgNo = "company.org_no", Identity, Never;
    /// That the customer's identity is protected. The flag itself is a danger.
    ProtectedIdentity = "identity.protected", Identity, Never;
    /// Whatever else the register says about the customer as a person.
    IdentityOther = "identity.other", Identity, Never;

    /// MAC address of the customer's equipment, `AA:BB:CC:11:22:33`.
    CpeMac = "cpe.mac", Equipment, Personal;
    /// Model or vendor class of the customer's equipment.
    CpeModel = "cpe.model", Equipment, Low;
    /// The customer's IP address.
    IpAddress = "cpe.ip", Equipment, Personal;

    /// `NO_LINK`, `NO_ACCESS`, `QUALITY` or `OTHER`.
    ProblemType = "fault.problem_type", Fault, Low;
    /// One line that names the fault; ours, made of the problem type.
    FaultHeading = "fault.heading", Fault, Low;
    /// `minor`, `moderate`, `significant` or `extensive`.
    FaultSeverity = "fault.severity", Fault, Low;
    /// When it began; RFC 3339 in UTC.
    FaultSince = "fault.since", Fault, Low;
    /// `constant` or `intermittent`.
    FaultPattern = "fault.pattern", Fault, Low;
    /// State of the lamps on the media converter, a coded value.
    FaultLamps = "fault.lamps", Fault, Low;
    /// Whether the operator's port shows link: `true` or `false`.
    FaultLink = "fault.link", Fault, Low;
    /// Tried with a cable directly at the converter: `true` or `false`.
    FaultWiredTest = "fault.wired_test", Fault, Low;
    /// Equipment restarted: `true` or `false`.
    FaultRestarted = "fault.restarted", Fault, Low;
    /// Measured speed in Mbit/s, down and up, `93/88`.
    FaultSpeed = "fault.speed", Fault, Low;
    /// Optical level received at the converter, in dBm: `-22.5`.
    FaultLevel = "fault.level", Fault, Low;
    /// How many neighbours have the same fault; a count, no addresses.
    FaultNeighbours = "fault.neighbours", Fault, Low;
    /// Whose turn it is, `SP` or `CO`, by which an operator counts its times.
    FaultResponsible = "fault.responsible", Fault, Low;

    /// A technician's visit is booked or agreed: `true` or `false`.
    VisitBooked = "visit.booked", Visit, Low;
    /// When the technician may come, RFC 3339 start and end joined by `/`.
    VisitWindow = "visit.window", Visit, Personal;
    /// Code or key that opens a door.
    DoorCode = "visit.door_code", Visit, Secret;

    /// What somebody wrote about the fault.
    FaultDescription = "fault.description", FreeText, Personal;
    /// What somebody wrote on the order or the ticket.
    Note = "note.text", FreeText, Personal;
    /// Files, screenshots, mail threads.
    Attachment = "attachment", FreeText, Never;

    /// Our own number of the customer.
    CustomerNumber = "customer.number", Commercial, Never;
    /// Where invoices go.
    InvoiceAddress = "invoice.address", Commercial, Never;
    /// Who at the provider wrote or handled it.
    StaffName = "staff.name", Commercial, Never;
    /// Prices, payment, agreements, credit, other parties.
    CommercialOther = "commercial.other", Commercial, Never;
}

impl Field {
    /// Reads a name; `None` where the catalogue does not have it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.as_str() == text)
    }

    /// Whether the value is an id with a format of its own, so that it is exempt *by type* when
    /// finished messages are searched for identity numbers.
    pub const fn is_reference(self) -> bool {
        matches!(self.category(), Category::Reference)
    }

    /// Whether the value is text that people have written, so that it passes the guard.
    pub const fn is_free_text(self) -> bool {
        matches!(self.category(), Category::FreeText)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
