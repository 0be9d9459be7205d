//! Did anything leave that should have stayed? Reads the orders as they were handed in, not as
//! intake understood them, and searches every byte that the simulators received.

use std::collections::BTreeMap;

use serde_json::Value;

use super::vouch::Vouched;
use super::{Handed, Shown};
use crate::sandbox::Received;

/// What an order says about people and places, and what of it may leave.
#[derive(Default)]
pub(super) struct Personal {
    /// Each with the member that it stood in.
    values: Vec<(String, String)>,
    allowed: Vec<String>,
}

/// A value that left. Names the member it stood in, not the value.
pub(super) struct Leak {
    /// Which case's value.
    pub(super) place: String,
    /// In which member it was handed in.
    pub(super) member: String,
    /// In which message, by its position in what was received.
    pub(super) message: usize,
}

/// The members whose values are about somebody.
const MEMBERS: [&str; 21] = [
    "givenName",
    "familyName",
    "middleName",
    "fullName",
    "formattedName",
    "name",
    "tradingName",
    "legalName",
    "identificationId",
    "phoneNumber",
    "number",
    "emailAddress",
    "street1",
    "street2",
    "streetName",
    "postCode",
    "postcode",
    "birthDate",
    "id",
    "author",
    "value",
];

impl Personal {
    /// Collects the values under all parties but the operator, the places and the notes' authors.
    pub(super) fn harvest(body: &Value) -> Self {
        let mut personal = Self::default();
        for party in body["relatedParty"].as_array().into_iter().flatten() {
            if party["role"] != "communicationsOperator" {
                personal.collect("relatedParty", party, false);
            }
        }
        for note in body["note"].as_array().into_iter().flatten() {
            personal.collect("author", &note["author"], true);
        }
        for item in body["serviceOrderItem"].as_array().into_iter().flatten() {
            personal.collect("place", &item["service"]["place"], false);
        }
        personal.values.sort();
        personal.values.dedup();
        personal
    }

    fn collect(&mut self, member: &str, value: &Value, wanted: bool) {
        match value {
            Value::Object(members) => {
                let is_characteristic = members.contains_key("value");
                for (name, value) in members {
                    // A characteristic's name says what its value is; only its value is told.
                    let wanted =
                        MEMBERS.contains(&name.as_str()) && !(is_characteristic && name == "name");
                    self.collect(name, value, wanted);
                }
            }
            Value::Array(values) => {
                for value in values {
                    self.collect(member, value, wanted);
                }
            }
            Value::String(text) if wanted && is_telling(text) => {
                self.values.push((member.to_owned(), text.clone()));
            }
            _ => {}
        }
    }

    /// What may leave in a field of its own may stand in the message.
    pub(super) fn allow<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        self.allowed.extend(texts.map(str::to_owned));
    }

    fn withheld(&self) -> impl Iterator<Item = &(String, String)> {
        self.values.iter().filter(|(_, value)| !self.allows(value))
    }

    fn allows(&self, value: &str) -> bool {
        self.allowed.iter().any(|text| holds(text, value))
    }
}

/// Whether a value is long enough to be recognised in a message.
fn is_telling(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters >= 3 && !matches!(text, "true" | "false") || digits >= 5
}

/// Values with many digits or an @ are nobody else's: they are searched for in every message. Names
/// and streets are searched for in their own case's messages: elsewhere they may be words.
fn is_unmistakable(text: &str) -> bool {
    text.contains('@') || text.chars().filter(char::is_ascii_digit).count() >= 8
}

pub(super) fn sweep(received: &[Received], handed: &[Handed], vouched: &Vouched) -> Vec<Leak> {
    let owners: BTreeMap<usize, _> = vouched
        .by_case
        .iter()
        .flat_map(|(case, messages)| messages.iter().map(move |(position, _)| (*position, *case)))
        .collect();
    let by_id: BTreeMap<_, &Shown> = handed
        .iter()
        .flat_map(|one| one.result.iter().flatten())
        .map(|shown| (shown.id, shown))
        .collect();
    let texts: Vec<String> = received.iter().map(all_bytes).collect();
    let mut leaks = Vec::new();
    for one in handed {
        for shown in one.result.iter().flatten() {
            for (position, text) in texts.iter().enumerate() {
                let owner = owners.get(&position).and_then(|case| by_id.get(case).copied());
                if let Some(member) = leaked(shown, text, owner) {
                    let place = format!("{}, item {}", one.place, shown.item);
                    leaks.push(Leak { place, member, message: position });
                }
            }
        }
    }
    leaks
}

/// The member whose value is in the text and should not be. What the message's own case may say is
/// not somebody else's secret: one customer can have an order and a fault.
fn leaked(shown: &Shown, text: &str, owner: Option<&Shown>) -> Option<String> {
    let own = owner.is_some_and(|owner| owner.id == shown.id);
    let said = |value: &str| owner.is_some_and(|owner| owner.personal.allows(value));
    let leaked = shown
        .personal
        .withheld()
        .find(|(_, value)| (own || is_unmistakable(value)) && !said(value) && holds(text, value));
    leaked.map(|(member, _)| member.clone())
}

/// Everything of a request but the credentials, which the simulators have blotted out.
fn all_bytes(request: &Received) -> String {
    let headers: Vec<String> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let path = percent_decoded(&request.path);
    format!("{path}\n{}\n{}", headers.join("\n"), String::from_utf8_lossy(&request.body))
}

/// Whether a text holds a value: its words as whole words, or its digits whatever stands between.
fn holds(text: &str, value: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let mostly_digits = digits.len() >= 6 && digits.len() * 2 > value.chars().count();
    if mostly_digits {
        let national = digits.strip_prefix("46").unwrap_or(&digits).trim_start_matches('0');
        return squeezed(text).contains(national);
    }
    words(text).contains(&words(value))
}

fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}')).collect()
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_any_grouping_and_words_only_whole() {
        assert!(holds("ring 070-174 06 05", "+46701740605"));
        assert!(holds("{\"x\":\"19121212-1212\"}", "191212121212"));
        assert!(holds("Fru LINDQVIST.", "Lindqvist"));
        assert!(!holds("Lindqvistgatan", "Lindqvist"));
        assert!(holds(&percent_decoded("/a?x=astrid%40example.se"), "astrid@example.se"));
    }
}
