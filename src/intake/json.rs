//! The body as a tree: bounded, without duplicate members, overwritten when it is dropped.
//!
//! Never printed and never stored. The parser's own scratch space for escaped strings is not ours
//! to overwrite; the tree, the canonical form and all that is made of them are.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::fault::{IntakeError, nameable};

/// How deep a body may nest: an order of the profile needs twelve.
const DEPTH_MAX: usize = 32;
/// How many values a body may hold: fifty items of some hundred each, and as much again.
const VALUES_MAX: usize = 20_000;

/// One value. A number is kept as its text: nothing here calculates, and nothing is rounded twice.
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Zeroizing<String>),
    Text(Zeroizing<String>),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a whole body.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, IntakeError> {
        let text = std::str::from_utf8(bytes).map_err(|_| IntakeError::NotUtf8)?;
        let budget = Budget::default();
        let mut json = serde_json::Deserializer::from_str(text);
        let tree = Value { budget: &budget, depth: 0 }
            .deserialize(&mut json)
            .and_then(|tree| json.end().map(|()| tree));
        tree.map_err(|error| budget.broken.take().unwrap_or_else(|| syntax(&error)))
    }

    /// The text of a text or a number: what registers write now as one, now as the other.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The same value always in the same bytes: members sorted by name, no insignificant space.
    pub(super) fn canonical(&self, size_hint: usize) -> Zeroizing<Vec<u8>> {
        // With room for all from the start, growing leaves no copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size_hint));
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Null => to.extend_from_slice(b"null"),
            Self::Bool(true) => to.extend_from_slice(b"true"),
            Self::Bool(false) => to.extend_from_slice(b"false"),
            Self::Number(text) => to.extend_from_slice(text.as_bytes()),
            Self::Text(text) => quote(text, to),
            Self::Array(entries) => {
                to.push(b'[');
                for (position, entry) in entries.iter().enumerate() {
                    if position > 0 {
                        to.push(b',');
                    }
                    entry.write(to);
                }
                to.push(b']');
            }
            Self::Object(members) => {
                to.push(b'{');
                for (position, (name, value)) in members.iter().enumerate() {
                    if position > 0 {
                        to.push(b',');
                    }
                    quote(name, to);
                    to.push(b':');
                    value.write(to);
                }
                to.push(b'}');
            }
        }
    }
}

fn quote(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    for character in text.chars() {
        match character {
            '"' => to.extend_from_slice(b"\\\""),
            '\\' => to.extend_from_slice(b"\\\\"),
            '\0'..='\x1f' => {
                to.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            }
            _ => to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    to.push(b'"');
}

/// The parser's own words may quote the body: only the place is taken from them.
fn syntax(error: &serde_json::Error) -> IntakeError {
    let what = if error.is_eof() { "ends too early" } else { "has a character out of place" };
    IntakeError::Syntax { line: error.line(), column: error.column(), what }
}

#[derive(Default)]
struct Budget {
    values: Cell<usize>,
    broken: RefCell<Option<IntakeError>>,
}

impl Budget {
    /// Remembers which limit was broken: what serde carries out is a text only.
    fn broken<E: Error>(&self, error: IntakeError) -> E {
        self.broken.replace(Some(error));
        E::custom("over a limit")
    }
}

/// Reads one value at some depth.
struct Value<'b> {
    budget: &'b Budget,
    depth: usize,
}

impl Value<'_> {
    fn inner<E: Error>(&self) -> Result<Value<'_>, E> {
        if self.depth == DEPTH_MAX {
            return Err(self.budget.broken(IntakeError::TooDeep { depth_max: DEPTH_MAX }));
        }
        Ok(Value { budget: self.budget, depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Json, D::Error> {
        let values = self.budget.values.get() + 1;
        if values > VALUES_MAX {
            return Err(self.budget.broken(IntakeError::TooMany { values_max: VALUES_MAX }));
        }
        self.budget.values.set(values);
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(Zeroizing::new(value.to_string())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(Zeroizing::new(value.to_string())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        // JSON's way of writing it: the standard library would write 1e300 in three hundred digits.
        let text = serde_json::Number::from_f64(value).map(|number| number.to_string());
        Ok(text.map_or(Json::Null, |text| Json::Number(Zeroizing::new(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(entry) = entries.next_element_seed(self.inner()?)? {
            array.push(entry);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.inner()?)?;
            match object.entry(name) {
                Entry::Vacant(free) => {
                    free.insert(value);
                }
                Entry::Occupied(twice) => {
                    let member = nameable(twice.key()).to_owned();
                    return Err(self.budget.broken(IntakeError::DuplicateMember { member }));
                }
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, canonical: &str) {
        let tree = Json::read(body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(String::from_utf8_lossy(&tree.canonical(0)), canonical);
    }

    #[test]
    fn one_value_has_one_canonical_form() {
        check(r#" { "b" : [ 1 , null ], "a" : "x" } "#, r#"{"a":"x","b":[1,null]}"#);
        check(r#"{"a":"\u00e5\n\"\u0001\/"}"#, "{\"a\":\"å\\u000a\\\"\\u0001/\"}");
        check("[1e300, -0, 18446744073709551615]", "[1e+300,-0.0,18446744073709551615]");
        check("[true,false,{},[]]", "[true,false,{},[]]");
    }

    #[test]
    fn the_canonical_form_reads_back_to_itself() {
        let body = r#"{"z":{"y":[{"x":1.5}]},"a":"tab\there"}"#;
        let once = Json::read(body.as_bytes()).map(|tree| tree.canonical(0)).unwrap_or_default();
        let twice = Json::read(&once).map(|tree| tree.canonical(0)).unwrap_or_default();
        assert!(!once.is_empty());
        assert_eq!(*once, *twice);
    }
}
