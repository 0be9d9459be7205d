//! What is handed in and not kept: "everything the register knows" is welcome and goes no further.
//! The values live until the free texts are clean of them; then only the names of fields go on.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::json::Json;
use crate::domain::Field;
use crate::guard::Kind;
use crate::guard::identity::{Confidence, is_personnummer};

/// Members that say what a thing is, and nothing about anybody.
pub(super) const STRUCTURE: &[&str] = &[
    "role",
    "href",
    "mediumType",
    "contactType",
    "preferred",
    "valueType",
    "identificationType",
    "validFor",
    "@type",
    "@baseType",
    "@schemaLocation",
    "@referredType",
];

/// The values that no case keeps, and the fields they belong to.
#[derive(Default)]
pub(super) struct Surplus {
    values: Vec<(Kind, Zeroizing<String>)>,
    dropped: BTreeSet<Field>,
}

impl Surplus {
    /// How many values one body's texts are searched for.
    pub(super) const VALUES_MAX: usize = 500;
    /// A longer text is no value that somebody would repeat in a note.
    const LENGTH_MAX: usize = 400;

    /// Remembers a value until the texts are clean of it.
    pub(super) fn add(&mut self, field: Field, kind: Kind, text: &str) {
        self.dropped.insert(field);
        let text = text.trim();
        if !text.is_empty() && text.len() <= Self::LENGTH_MAX {
            self.values.push((kind, Zeroizing::new(text.to_owned())));
        }
    }

    /// Remembers all values in a tree, each for what the name it stands under and its form make it.
    pub(super) fn add_all(&mut self, name: &str, json: &Json, of: Whose) {
        each_scalar(name, json, &mut |name, text| self.add_as(name, text, of));
    }

    /// Remembers one value for what the name it stands under and its form make it.
    pub(super) fn add_as(&mut self, name: &str, text: &str, of: Whose) {
        match classify(name, text, of) {
            (field, Some(kind)) => self.add(field, kind, text),
            (field, None) => self.name(field),
        }
    }

    /// Something that no text would repeat was there.
    pub(super) fn name(&mut self, field: Field) {
        self.dropped.insert(field);
    }

    /// How many values it holds.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The fields that were handed in and not kept.
    pub(super) fn names(&self) -> impl Iterator<Item = Field> {
        self.dropped.iter().copied()
    }

    /// What the texts must be clean of.
    pub(super) fn values(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.values.iter().map(|(kind, text)| (*kind, text.as_str()))
    }
}

/// Whose the surplus is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The customer's.
    Customer,
    /// Anybody else's: the seller's, the neighbour's, the colleague's.
    Others,
}

/// Calls for every text and number in a tree, with the name that it stands under: the member's, or
/// that of the characteristic whose value it is.
pub(super) fn each_scalar<'j>(
    name: &'j str,
    json: &'j Json,
    call: &mut dyn FnMut(&'j str, &'j str),
) {
    match json {
        Json::Array(entries) => entries.iter().for_each(|entry| each_scalar(name, entry, call)),
        Json::Object(members) => {
            let named = members.get("name").and_then(Json::scalar);
            if let (Some(name), Some(value)) = (named, members.get("value")) {
                each_scalar(name, value, call);
                return;
            }
            for (name, value) in members {
                if !STRUCTURE.contains(&name.as_str()) {
                    each_scalar(name, value, call);
                }
            }
        }
        Json::Number(text) | Json::Text(text) => call(name, text),
        Json::Null | Json::Bool(_) => {}
    }
}

/// What a value is, by the name that it stands under and by its form. Without a kind, the texts
/// are not searched for it: a town or a country names nobody.
fn classify(name: &str, text: &str, of: Whose) -> (Field, Option<Kind>) {
    let name = name.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let (field, kind) = if has(&["mail"]) || text.contains('@') {
        (Field::IdentityOther, Kind::Email)
    } else if has(&["phone", "telefon", "mobil", "fax", "msisdn"]) {
        (Field::ContactPhoneOther, Kind::Phone)
    } else if has(&["birthdate", "dateofbirth", "födel", "fodel"]) {
        (Field::BirthDate, Kind::BirthDate)
    } else if has(&["personnummer", "personalid", "samordning", "ssn", "nationalid"])
        || is_personnummer(text) == Some(Confidence::High)
    {
        (Field::Personnummer, Kind::Personnummer)
    } else if has(&[
        "orgno",
        "orgnr",
        "organisationsnummer",
        "organizationid",
        "organizationnumber",
    ]) {
        (Field::CompanyOrgNo, Kind::OrgNo)
    } else if has(&["city", "country", "stateorprovince", "locality", "postort"]) {
        return (Field::InvoiceAddress, None);
    } else if has(&["street", "postcode", "postalcode", "address", "gatu"]) {
        (Field::InvoiceAddress, Kind::Address)
    } else if has(&[
        "price",
        "payment",
        "credit",
        "account",
        "invoice",
        "bank",
        "iban",
        "agreement",
    ]) {
        (Field::CommercialOther, Kind::Other)
    } else if has(&["name", "namn", "author"]) {
        (Field::IdentityOther, Kind::Person)
    } else {
        (Field::IdentityOther, Kind::Other)
    };
    match (of, field, kind) {
        (Whose::Others, _, Kind::Person) => (Field::StaffName, Some(kind)),
        (Whose::Others, Field::IdentityOther | Field::InvoiceAddress, _) => {
            (Field::CommercialOther, Some(kind))
        }
        _ => (field, Some(kind)),
    }
}
