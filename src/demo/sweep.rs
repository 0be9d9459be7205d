//! Did anything leave that should have stayed? Reads the orders as they were handed in, not as
//! intake understood them, and searches every byte that the simulators received.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::vouch::Vouched;
use super::{Handed, Shown};
use crate::sandbox::Received;

/// What stands in the texts of the built-in fixtures and must stay: read out by hand, so that what
/// the guard does not know is found as well.
const SECRETS: &str = include_str!("../../fixtures/demo/secrets.toml");

/// What an order says about people and places, and what of it may leave.
#[derive(Default)]
pub(super) struct Personal {
    values: Vec<Value>,
    allowed: Vec<String>,
}

/// Something that should stay.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Value {
    /// The member that it stood in.
    member: String,
    text: String,
    /// Whether it is nobody else's, and so is searched for in every message. What may be a word
    /// elsewhere is searched for in its own case's messages.
    unmistakable: bool,
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
    pub(super) fn harvest(body: &Json) -> Self {
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

    fn collect(&mut self, member: &str, value: &Json, wanted: bool) {
        match value {
            Json::Object(members) => {
                let is_characteristic = members.contains_key("value");
                for (name, value) in members {
                    // A characteristic's name says what its value is; only its value is told.
                    let wanted =
                        MEMBERS.contains(&name.as_str()) && !(is_characteristic && name == "name");
                    self.collect(name, value, wanted);
                }
            }
            Json::Array(values) => {
                for value in values {
                    self.collect(member, value, wanted);
                }
            }
            Json::String(text) if wanted && is_telling(text) => {
                let unmistakable = is_unmistakable(text);
                let (member, text) = (member.to_owned(), text.clone());
                self.values.push(Value { member, text, unmistakable });
            }
            _ => {}
        }
    }

    /// Adds what the built-in fixture of this external id says in its texts.
    pub(super) fn with_secrets(mut self, external_id: Option<&str>) -> Self {
        let secrets: toml::Table = SECRETS.parse().unwrap_or_default();
        let list = external_id.and_then(|id| secrets.get(id)).and_then(toml::Value::as_array);
        for text in list.into_iter().flatten().filter_map(toml::Value::as_str) {
            let unmistakable = text.chars().count() >= 6;
            let (member, text) = ("text".to_owned(), text.to_owned());
            self.values.push(Value { member, text, unmistakable });
        }
        self
    }

    /// What may leave in a field of its own may stand in the message. A text that people wrote
    /// vouches for nothing: its words are what is searched.
    pub(super) fn allow<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        self.allowed.extend(texts.map(str::to_owned));
    }

    /// The member whose value is in a message's text and should not be. What the case that owns the
    /// message may say there is not somebody else's secret: one customer can have an order and a
    /// fault.
    fn leaked(&self, text: &str, own: bool, owner: Option<&Self>) -> Option<&str> {
        let said =
            |value: &str| self.allows(value) || owner.is_some_and(|owner| owner.allows(value));
        let leaked = self.values.iter().find(|value| {
            (own || value.unmistakable) && holds(text, &value.text) && !said(&value.text)
        });
        leaked.map(|value| value.member.as_str())
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
                let own = owner.is_some_and(|owner| owner.id == shown.id);
                let owner = owner.map(|owner| &owner.personal);
                if let Some(member) = shown.personal.leaked(text, own, owner) {
                    let place = format!("{}, item {}", one.place, shown.item);
                    leaks.push(Leak { place, member: member.to_owned(), message: position });
                }
            }
        }
    }
    leaks
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

    #[test]
    fn the_secrets_can_be_read() {
        let secrets: toml::Table = SECRETS.parse().unwrap();
        assert!(secrets.len() >= 20);
        for (id, list) in &secrets {
            let texts = list.as_array().unwrap();
            assert!(!texts.is_empty() && texts.iter().all(toml::Value::is_str), "{id}");
            let held = Personal::default().with_secrets(Some(id));
            assert_eq!(held.values.len(), texts.len(), "{id}");
        }
    }

    #[test]
    fn a_secret_of_a_text_is_found_where_it_was_planted() {
        let fault = Personal::default().with_secrets(Some("FEL-2026-000204"));
        let clean = "{\"description\":\"Mäter 12/88 på kabel. Innehavare [namn].\"}";
        assert_eq!(fault.leaked(clean, true, None), None);
        let planted = clean.replace("[namn]", "Siv");
        assert_eq!(fault.leaked(&planted, true, Some(&fault)), Some("text"));
        // A short one may be a word in somebody else's message; a long one is found everywhere.
        assert_eq!(fault.leaked(&planted, false, None), None);
        let mail = Personal::default().with_secrets(Some("FEL-2026-000209"));
        assert_eq!(mail.leaked("wifi: Solros99!", false, Some(&fault)), Some("text"));
    }

    #[test]
    fn what_its_own_field_may_say_is_no_secret() {
        let mut fault = Personal::default().with_secrets(Some("ORD-2026-000102"));
        let text = "<DoorCode>2580#</DoorCode>";
        assert_eq!(fault.leaked(text, true, None), Some("text"));
        fault.allow(["2580#"].into_iter());
        assert_eq!(fault.leaked(text, true, None), None);
    }
}
