//! What may leave, over the whole way from a case to the finished bytes, for both recipients that we
//! ship and both dialects.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod generated;
mod journey;
mod refusals;
mod screening;
mod texts;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};
use sluss::dialects::{self, Dialect};
use sluss::domain::{
    Act, Case, CaseId, CaseParts, Field, Handling, MaskCount, OpaqueReference, Personal, Purpose,
    RecipientId, SubjectKind,
};
use sluss::minimise::{Minimised, Refusal, minimise};
use sluss::recipients::{Recipient, read};

const TODAY: Date = date(2026, 11, 22);
const REFERENCE: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

fn shipped(id: &str) -> Recipient {
    with(id, &[])
}

/// A recipient that we ship, with some of its text replaced.
#[track_caller]
fn with(id: &str, changes: &[(&str, &str)]) -> Recipient {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("config/recipients").join(format!("{id}.toml"));
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{id} holds {from}");
        text = text.replace(from, to);
    }
    read(&path, root, &text).unwrap_or_else(|faults| panic!("{faults:#?}")).recipient
}

fn spoken(recipient: &Recipient) -> &'static dyn Dialect {
    let channel = &recipient.channel;
    dialects::dialect(&channel.dialect, channel.version.as_deref()).unwrap()
}

/// What a case is made of, before it is one. Unlike a case it can be shown, and made anew.
#[derive(Clone, Debug)]
struct Draft {
    recipient: &'static str,
    purpose: Purpose,
    subject: SubjectKind,
    handling: Handling,
    facts: Vec<(Field, String)>,
    dropped: Vec<Field>,
    masked: Vec<MaskCount>,
}

impl Draft {
    /// A private person's case that a machine may decide.
    fn new(recipient: &'static str, purpose: Purpose, facts: &[(Field, &str)]) -> Self {
        let facts = facts.iter().map(|(field, value)| (*field, (*value).to_owned()));
        Self {
            recipient,
            purpose,
            subject: SubjectKind::Person,
            handling: Handling::Ordinary,
            facts: facts.collect(),
            dropped: Vec::new(),
            masked: Vec::new(),
        }
    }

    fn with(mut self, field: Field, value: &str) -> Self {
        self.facts.retain(|(known, _)| *known != field);
        self.facts.push((field, value.to_owned()));
        self
    }

    fn case(&self) -> Case {
        let facts = self.facts.iter();
        Case::new(CaseParts {
            id: CaseId::from_bytes([7; 16]),
            recipient: RecipientId::parse(self.recipient).unwrap(),
            purpose: self.purpose,
            act: Act::of(self.purpose),
            reference: OpaqueReference::parse(REFERENCE).unwrap(),
            subject: self.subject,
            handling: self.handling,
            facts: facts.map(|(field, text)| (*field, Personal::new(text.clone()))).collect(),
            known: BTreeMap::new(),
            dropped: self.dropped.iter().copied().collect(),
            masked: self.masked.clone(),
            vouched: Vec::new(),
        })
    }

    fn value(&self, field: Field) -> Option<&str> {
        let known = self.facts.iter().find(|(known, _)| *known == field);
        known.map(|(_, value)| value.as_str())
    }
}

/// Decides as the worker does, today.
fn decide<'case>(
    case: &'case Case,
    recipient: &'case Recipient,
) -> Result<Minimised<'case>, Refusal> {
    minimise(case, recipient, spoken(recipient), TODAY, false)
}

/// A fault with all that is known about who has it; no visit is booked.
fn fault(recipient: &'static str) -> Draft {
    let facts = [
        (Field::AccessId, "STTA0001"),
        (Field::CaseReference, REFERENCE),
        (Field::ServiceId, "BB-1000-1000"),
        (Field::ProblemType, "NO_LINK"),
        (Field::FaultHeading, "NO_LINK: ingen länk"),
        (Field::ContactName, "Astrid Lindqvist"),
        (Field::ContactPhone, "+46701740605"),
        (Field::ContactEmail, "astrid@example.se"),
        (Field::Street, "Kungsgatan"),
        (Field::StreetNumber, "10"),
        (Field::Postcode, "41369"),
        (Field::City, "Göteborg"),
        (Field::Apartment, "1101"),
        (Field::IpAddress, "192.0.2.17"),
        (Field::VisitBooked, "false"),
        (Field::DoorCode, "4711"),
    ];
    Draft::new(recipient, Purpose::FaultReport, &facts)
}
