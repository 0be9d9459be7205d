//! The conditions that a rule may have: a closed list, so that a policy can be explained, compared
//! and tested exhaustively.

use std::fmt;

use crate::domain::{Field, Handling, Purpose, SubjectKind};

/// The problem types of ON-API (spec/tickets.md), which the catalogue has taken over.
const PROBLEM_TYPES: &[&str] = &["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"];

/// What a condition may look at.
pub struct Situation<'a> {
    /// What the disclosure would be for.
    pub purpose: Purpose,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// Whether a machine may decide.
    pub handling: Handling,
    /// What is known, by field.
    pub value: &'a dyn Fn(Field) -> Option<&'a str>,
    /// Whether a free text was within the policy's limits after the guard.
    pub text_clean: &'a dyn Fn(Field) -> bool,
}

/// Under which circumstance a conditional rule opens its field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// A technician's visit is booked.
    VisitBooked,
    /// There is no access id to name the place by.
    AccessMissing,
    /// There is no subscription id to name the service by.
    SubscriptionMissing,
    /// There is no number to call.
    PhoneMissing,
    /// The place is an apartment.
    PremisesApartment,
    /// The customer is a legal person.
    SubjectLegalPerson,
    /// The customer is a person, or an enskild firma.
    SubjectPerson,
    /// The fault is of one of these types.
    ProblemTypeIn(Vec<String>),
    /// The service is of one of these types: what stands before the first `-` of its id.
    ServiceTypeIn(Vec<String>),
    /// A fixed IP address is ordered.
    FixedIpOrdered,
    /// The guard left enough of the text.
    TextClean,
}

impl Condition {
    /// Reads a condition as it stands in a policy; `None` where the list does not have it.
    pub fn parse(text: &str) -> Option<Self> {
        let list = |rest: &str| -> Option<Vec<String>> {
            let members: Vec<String> = rest.split('|').map(|m| m.trim().to_owned()).collect();
            let sound = |m: &String| {
                !m.is_empty()
                    && m.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
            };
            // As long as a leaf of the log has room for, with the words before it.
            (rest.len() <= 180 && members.iter().all(sound)).then_some(members)
        };
        match text.trim() {
            "visit.booked" => Some(Self::VisitBooked),
            "access.missing" => Some(Self::AccessMissing),
            "subscription.missing" => Some(Self::SubscriptionMissing),
            "phone.missing" => Some(Self::PhoneMissing),
            "premises.apartment" => Some(Self::PremisesApartment),
            "subject.legal_person" => Some(Self::SubjectLegalPerson),
            "subject.person" => Some(Self::SubjectPerson),
            "fixed_ip.ordered" => Some(Self::FixedIpOrdered),
            "text.clean" => Some(Self::TextClean),
            other => {
                if let Some(rest) = other.strip_prefix("problem_type in ") {
                    // A misspelt type would be a condition that never holds.
                    let known = |types: &Vec<String>| {
                        types.iter().all(|one| PROBLEM_TYPES.contains(&one.as_str()))
                    };
                    list(rest).filter(known).map(Self::ProblemTypeIn)
                } else if let Some(rest) = other.strip_prefix("service_type in ") {
                    list(rest).map(Self::ServiceTypeIn)
                } else {
                    None
                }
            }
        }
    }

    /// Those that have no list behind them, as they stand in a policy.
    pub const PLAIN: [&'static str; 9] = [
        "visit.booked",
        "access.missing",
        "subscription.missing",
        "phone.missing",
        "premises.apartment",
        "subject.legal_person",
        "subject.person",
        "fixed_ip.ordered",
        "text.clean",
    ];

    /// Whether another one holds wherever this does.
    pub fn implies(&self, other: &Self) -> bool {
        let within =
            |types: &[String], wider: &[String]| types.iter().all(|one| wider.contains(one));
        match (self, other) {
            (Self::ProblemTypeIn(types), Self::ProblemTypeIn(wider))
            | (Self::ServiceTypeIn(types), Self::ServiceTypeIn(wider)) => within(types, wider),
            (one, other) => one == other,
        }
    }

    /// Whether it holds for this field in this situation.
    pub fn holds(&self, field: Field, situation: &Situation<'_>) -> bool {
        let is_true = |field| (situation.value)(field) == Some("true");
        match self {
            Self::VisitBooked => is_true(Field::VisitBooked),
            Self::AccessMissing => (situation.value)(Field::AccessId).is_none(),
            Self::SubscriptionMissing => (situation.value)(Field::SubscriptionId).is_none(),
            Self::PhoneMissing => (situation.value)(Field::ContactPhone).is_none(),
            Self::PremisesApartment => (situation.value)(Field::Apartment).is_some(),
            Self::SubjectLegalPerson => situation.subject == SubjectKind::LegalPerson,
            Self::SubjectPerson => situation.subject != SubjectKind::LegalPerson,
            Self::ProblemTypeIn(types) => (situation.value)(Field::ProblemType)
                .is_some_and(|value| types.iter().any(|member| member == value)),
            Self::ServiceTypeIn(types) => (situation.value)(Field::ServiceId)
                .and_then(|service| service.split('-').next())
                .is_some_and(|value| types.iter().any(|member| member == value)),
            Self::FixedIpOrdered => is_true(Field::FixedIp),
            Self::TextClean => (situation.text_clean)(field),
        }
    }

    /// Why a field is withheld when this does not hold; plain Swedish, for the people it is about.
    pub fn failed_sv(&self) -> &'static str {
        match self {
            Self::VisitBooked => "inget platsbesök är bokat",
            Self::AccessMissing => "platsen är redan angiven med access-id",
            Self::SubscriptionMissing => "tjänsten är redan angiven med operatörens abonnemangs-id",
            Self::PhoneMissing => "ett telefonnummer räcker",
            Self::PremisesApartment => "platsen är ingen lägenhet",
            Self::SubjectLegalPerson => "kunden är ingen juridisk person",
            Self::SubjectPerson => "kunden är ingen person",
            Self::ProblemTypeIn(_) => "uppgiften behövs inte för den här typen av fel",
            Self::ServiceTypeIn(_) => "tjänsten är inte knuten till utrustningen",
            Self::FixedIpOrdered => "ingen fast IP-adress är beställd",
            Self::TextClean => "för mycket av texten var personuppgifter",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VisitBooked => f.write_str("visit.booked"),
            Self::AccessMissing => f.write_str("access.missing"),
            Self::SubscriptionMissing => f.write_str("subscription.missing"),
            Self::PhoneMissing => f.write_str("phone.missing"),
            Self::PremisesApartment => f.write_str("premises.apartment"),
            Self::SubjectLegalPerson => f.write_str("subject.legal_person"),
            Self::SubjectPerson => f.write_str("subject.person"),
            Self::ProblemTypeIn(types) => write!(f, "problem_type in {}", types.join("|")),
            Self::ServiceTypeIn(types) => write!(f, "service_type in {}", types.join("|")),
            Self::FixedIpOrdered => f.write_str("fixed_ip.ordered"),
            Self::TextClean => f.write_str("text.clean"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_read() {
        for text in
            ["visit.booked", "problem_type in NO_LINK|OTHER", "service_type in VOIP", "text.clean"]
        {
            assert_eq!(Condition::parse(text).map(|c| c.to_string()).as_deref(), Some(text));
        }
        for text in Condition::PLAIN {
            assert_eq!(Condition::parse(text).map(|c| c.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "visit",
            "problem_type in ",
            "problem_type in a b",
            "problem_type in NO_LINKS",
            "true",
        ] {
            assert_eq!(Condition::parse(text), None);
        }
    }
}
