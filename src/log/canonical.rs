//! RFC 8785 canonical JSON, for the part of JSON that leaves and policies may use.
//!
//! Strings, booleans, integers of at most 2^53 - 1 either way, arrays and objects. Floats, nulls,
//! greater integers and repeated keys are refused, never bent into something else: libraries differ
//! in how they bend them, and two readers of one leaf must read the same. Errors say what rule was
//! broken and never repeat what stood there.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, de};
use thiserror::Error;

use super::scan;

/// The greatest integer that every JSON reader keeps exactly: 2^53 - 1.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// How many arrays and objects may stand inside one another.
pub const DEPTH_MAX: u8 = 16;

/// Which rule of the canonical form was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CanonicalError {
    /// Not JSON, or something behind it.
    #[error("not one well-formed JSON value")]
    Syntax,
    /// A null: what is not there is left out.
    #[error("null is not allowed: leave the member out")]
    Null,
    /// A float, or an integer that some readers would round.
    #[error("numbers must be integers of at most 2^53 - 1")]
    Number,
    /// One key twice in an object.
    #[error("an object has a key more than once")]
    DuplicateKey,
    /// Too deep.
    #[error("more than {DEPTH_MAX} levels of arrays and objects")]
    Depth,
    /// Right as JSON, but not the one form that RFC 8785 gives it.
    #[error("not in the canonical form of RFC 8785")]
    Form,
    /// Canonical, but not what was expected here: a member is missing, unknown or of another type.
    #[error("the members are not those expected")]
    Shape,
    /// A Rust value that has no JSON form.
    #[error("the value cannot be written as JSON")]
    Unwritable,
}

/// The canonical bytes of a value. It goes through a strict reader, so that a float or a key that a
/// `Serialize` writes twice is found here and not by an auditor.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let written = serde_json::to_vec(value).map_err(|_| CanonicalError::Unwritable)?;
    // Most of what is written needs no more than its members put in order.
    match scan::sorted(&written) {
        Some(bytes) => Ok(bytes),
        None => Json::read(&written).map(|json| json.to_bytes()),
    }
}

/// Checks that these bytes are canonical.
pub fn check(bytes: &[u8]) -> Result<(), CanonicalError> {
    // Nearly all are, and for most a quick look tells.
    if scan::is_canonical(bytes) { Ok(()) } else { Json::parse(bytes).map(|_| ()) }
}

/// Reads canonical bytes.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonicalError> {
    check(bytes)?;
    // What serde says would repeat the value.
    serde_json::from_slice(bytes).map_err(|_| CanonicalError::Shape)
}

/// A value that has a canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Bool(bool),
    Integer(i64),
    Text(String),
    Array(Vec<Json>),
    Object(BTreeMap<Key, Json>),
}

/// A key of an object; ordered by UTF-16 code units, as RFC 8785 (3.2.3) asks. That is not the
/// order of Rust's strings: characters beyond U+FFFF come before U+E000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(pub(super) String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.encode_utf16().cmp(other.0.encode_utf16())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Json {
    /// Reads bytes that are canonical already.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, CanonicalError> {
        let json = Self::read(bytes)?;
        if json.to_bytes() == bytes { Ok(json) } else { Err(CanonicalError::Form) }
    }

    /// The canonical bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    /// Reads bytes, in whatever form.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, CanonicalError> {
        // Serde's errors carry text only; the cell carries which rule it was.
        let fault = Cell::new(None);
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        Strict { depth_left: DEPTH_MAX, fault: &fault }
            .deserialize(&mut reader)
            .and_then(|json| reader.end().map(|()| json))
            .map_err(|_| fault.get().unwrap_or(CanonicalError::Syntax))
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Text(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (n, (key, value)) in members.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    quote(&key.0, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// RFC 8785 (3.2.2.2): the short escapes where JSON has them, `\u00xx` for the other controls, and
/// everything else as it is.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                // A string takes whatever is written to it.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Reads a [`Json`] and nothing else.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth_left: u8,
    fault: &'a Cell<Option<CanonicalError>>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(self, fault: CanonicalError) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }

    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(self.refuse(CanonicalError::Depth)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that has a canonical form")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        if (-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
            Ok(Json::Integer(value))
        } else {
            Err(self.refuse(CanonicalError::Number))
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Json, E> {
        Err(self.refuse(CanonicalError::Number))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Err(self.refuse(CanonicalError::Null))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut members = BTreeMap::new();
        while let Some(key) = from.next_key::<String>()? {
            let value = from.next_value_seed(inner)?;
            if members.insert(Key(key), value).is_some() {
                return Err(self.refuse(CanonicalError::DuplicateKey));
            }
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(bytes: &str, expected: CanonicalError) {
        assert_eq!(check(bytes.as_bytes()), Err(expected), "{bytes}");
    }

    #[test]
    fn keys_stand_in_the_order_of_utf_16() {
        // The example of RFC 8785, 3.2.3.
        let sorted = ["\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
        let json = Json::Object(
            sorted.iter().rev().map(|key| (Key((*key).into()), Json::Bool(true))).collect(),
        );
        let text = sorted.map(|key| format!("{}:true", serde_json::to_string(key).unwrap()));
        assert_eq!(json.to_bytes(), format!("{{{}}}", text.join(",")).into_bytes());
    }

    #[test]
    fn strings_are_escaped_as_little_as_json_allows() {
        let all: String = (0..=0x7f_u8).map(char::from).chain("åäö€\u{2028}😀".chars()).collect();
        let bytes = to_bytes(&all).unwrap();
        assert_eq!(bytes, serde_json::to_vec(&all).unwrap());
        assert_eq!(from_bytes::<String>(&bytes), Ok(all));
    }

    #[test]
    fn whatever_readers_differ_on_is_refused() {
        use CanonicalError as E;
        refused(r#"{"a":1,"a":1}"#, E::DuplicateKey);
        refused(r#"{"a":1,"\u0061":2}"#, E::DuplicateKey);
        refused(r#"{"a":null}"#, E::Null);
        for number in [
            "1.5",
            "1.0",
            "1e2",
            "-0",
            "9007199254740992",
            "-9007199254740992",
            "1e999",
            "123456789012345678901234567890",
        ] {
            refused(number, if number == "1e999" { E::Syntax } else { E::Number });
        }
        refused(r#"{"b":1,"a":1}"#, E::Form);
        refused(r#"{"a": 1}"#, E::Form);
        refused("1 ", E::Form);
        refused(r#""\u0061""#, E::Form);
        refused(r#""\u001F""#, E::Form);
        refused(r#""\/""#, E::Form);
        for text in ["", "{", "{} {}", "1 2", "01", "+1", "NaN", r#""\ud800""#, "\u{feff}{}"] {
            refused(text, E::Syntax);
        }
        assert_eq!(check(b"\"\xff\""), Err(E::Syntax));
        assert_eq!(to_bytes(&f64::NAN), Err(E::Null));
        assert_eq!(to_bytes(&1.0), Err(E::Number));
        assert_eq!(to_bytes(&(1_u64 << 53)), Err(E::Number));
        assert_eq!(to_bytes(&INTEGER_MAX), Ok(b"9007199254740991".to_vec()));
    }

    #[test]
    fn sixteen_levels_and_no_more() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(check(nested(16).as_bytes()), Ok(()));
        refused(&nested(17), CanonicalError::Depth);
        refused(&"[".repeat(100_000), CanonicalError::Depth);
    }
}
