//! What is known of a customer, as the guard is told it: the one place where a field of the
//! catalogue becomes a value to look for, or one that may stand. `minimise` fills it from a case,
//! `sluss redact` from a record of the register.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::domain::Field;
use crate::guard::{self, Kind, Vocabulary};

/// Values to look for in a text, and values that may stand in it. No `Debug`: it is a list of
/// personal values.
#[derive(Default)]
pub struct KnownValues<'v> {
    masked: Vec<(Kind, Value<'v>)>,
    protected: Vec<Value<'v>>,
    allowed: Vec<Value<'v>>,
}

/// A value of somebody else's, or one that was put together here.
enum Value<'v> {
    Known(&'v str),
    Made(Zeroizing<String>),
}

impl<'v> From<Cow<'v, str>> for Value<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Known(text),
            Cow::Owned(text) => Self::Made(Zeroizing::new(text)),
        }
    }
}

impl Value<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Made(text) => text,
        }
    }
}

/// Where the delivery point is; parts that are not known are empty.
#[derive(Clone, Copy, Default)]
pub struct Place<'v> {
    /// Street, village or yard.
    pub street: &'v str,
    /// House number.
    pub number: &'v str,
    /// Letter behind the number.
    pub littera: &'v str,
    /// Apartment number.
    pub apartment: &'v str,
}

impl<'v> KnownValues<'v> {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something personal: it goes, however it is spelt.
    pub fn mask(&mut self, kind: Kind, value: impl Into<Cow<'v, str>>) {
        self.masked.push((kind, Value::from(value.into())));
    }

    /// Something of the service, or something that may leave.
    pub fn protect(&mut self, value: impl Into<Cow<'v, str>>) {
        self.protected.push(Value::from(value.into()));
    }

    /// A name of somebody whom the recipient may know by name: it may stand in any spelling.
    pub fn allow(&mut self, name: impl Into<Cow<'v, str>>) {
        self.allowed.push(Value::from(name.into()));
    }

    /// A value of the catalogue. What leaves in its own field may stand in the text too; every
    /// other goes, as what it is.
    pub fn field(&mut self, field: Field, value: &'v str, leaves: bool) {
        if leaves {
            // In a text nobody can tell an access id of ten digits from a personnummer that it
            // equals: there it is masked, and its own field tells it.
            if field == Field::ContactName {
                self.allow(value);
            } else if guard::identity::is_personnummer(value).is_none() {
                self.protect(value);
            }
        } else if let Some(kind) = kind_in_text(field, value) {
            self.mask(kind, value);
        }
    }

    /// Street and number as people write them together, and the apartment behind its word: alone
    /// they are too short to be looked for.
    pub fn place(&mut self, place: Place<'v>, street_leaves: bool, apartment_leaves: bool) {
        let Place { street, number, littera, apartment } = place;
        if !street.is_empty() && !number.is_empty() {
            self.line(format!("{street} {number}"), street_leaves);
            if !littera.is_empty() {
                self.line(format!("{street} {number}{littera}"), street_leaves);
                self.line(format!("{street} {number} {littera}"), street_leaves);
            }
        }
        if !apartment.is_empty() {
            for word in APARTMENT {
                self.line(format!("{word} {apartment}"), apartment_leaves);
            }
            if !street.is_empty() && !number.is_empty() {
                let leaves = street_leaves && apartment_leaves;
                self.line(format!("{street} {number}{littera}/{apartment}"), leaves);
            }
        }
    }

    /// A line of an address.
    pub fn line(&mut self, line: String, leaves: bool) {
        if leaves {
            self.protect(line);
        } else {
            self.mask(Kind::Address, line);
        }
    }

    /// As the guard takes it.
    pub fn vocabulary(&self) -> Vocabulary<'_> {
        let masked = self.masked.iter();
        let vocabulary = masked
            .fold(Vocabulary::new(), |words, (kind, value)| words.mask(*kind, value.as_str()));
        let vocabulary =
            self.protected.iter().fold(vocabulary, |words, value| words.protect(value.as_str()));
        self.allowed.iter().fold(vocabulary, |words, name| words.allow(name.as_str()))
    }
}

/// What stands before an apartment's number.
const APARTMENT: [&str; 6] = ["lgh", "lägenhet", "lägenhetsnummer", "apt", "flat", "apartment"];

/// As what a withheld value is taken out of a text. House numbers and apartment numbers alone are
/// too short to be looked for; they go with their street or with the word before them. The number
/// of a meter address (`652-16`) is not.
fn kind_in_text(field: Field, value: &str) -> Option<Kind> {
    let telling = || value.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
    match field {
        Field::StreetNumber if telling() => Some(Kind::Address),
        Field::ContactName | Field::CompanyName => Some(Kind::Person),
        Field::ContactPhone | Field::ContactPhoneOther => Some(Kind::Phone),
        Field::ContactEmail => Some(Kind::Email),
        Field::Street | Field::Postcode | Field::City => Some(Kind::Address),
        Field::DoorCode => Some(Kind::Credential),
        Field::CpeMac => Some(Kind::Mac),
        Field::IpAddress => Some(Kind::Ip),
        Field::Personnummer => Some(Kind::Personnummer),
        Field::CompanyOrgNo => Some(Kind::OrgNo),
        Field::BirthDate => Some(Kind::BirthDate),
        Field::CustomerNumber => Some(Kind::CustomerNumber),
        Field::AccessId
        | Field::SubscriptionId
        | Field::CaseReference
        | Field::OperatorReference
        | Field::ServiceId
        | Field::Operation
        | Field::RequestedDate
        | Field::ForcedTakeover
        | Field::FixedIp
        | Field::Sla
        | Field::StreetNumber
        | Field::StreetLittera
        | Field::Apartment
        | Field::ProtectedIdentity
        | Field::IdentityOther
        | Field::CpeModel
        | Field::ProblemType
        | Field::FaultHeading
        | Field::FaultSeverity
        | Field::FaultSince
        | Field::FaultPattern
        | Field::FaultLamps
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::FaultSpeed
        | Field::FaultLevel
        | Field::FaultNeighbours
        | Field::FaultResponsible
        | Field::VisitBooked
        | Field::VisitWindow
        | Field::FaultDescription
        | Field::Note
        | Field::Attachment
        | Field::InvoiceAddress
        | Field::StaffName
        | Field::CommercialOther => None,
    }
}
