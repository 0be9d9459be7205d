//! Reads the members of a JSON object by the data formats of the text (`dataformats.md`).
//!
//! `null` counts as absent, as the text says. A cause names the member and never its value.

use serde_json::{Map, Value};

use super::super::exchange::Asked;
use super::super::formats::is_text;
use super::super::identity::holds_identity_number;
use super::{Complaint, shortened};

/// A JSON object whose members have all been asked for by name.
pub(in crate::sandbox) struct Members<'a> {
    /// What stands before a member's name in a cause, such as `characteristics.`.
    within: &'static str,
    members: &'a Map<String, Value>,
}

/// The posted object. Refused whole where it holds an identity number anywhere.
pub(in crate::sandbox) fn posted(asked: &Asked<'_>) -> Result<Map<String, Value>, Complaint> {
    if !asked.has_content_type("application/json") {
        return Err(Complaint::invalid("Content-Type must be application/json"));
    }
    match serde_json::from_slice(asked.body) {
        Ok(Value::Object(members)) if members.values().any(has_identity_number) => {
            Err(Complaint::invalid("Personal identity number posted"))
        }
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Complaint::invalid("A JSON object is expected")),
        Err(_) => Err(Complaint::invalid("Incorrect JSON")),
    }
}

impl<'a> Members<'a> {
    /// Opens an object that has these members and no others.
    pub(in crate::sandbox) fn of(
        members: &'a Map<String, Value>,
        within: &'static str,
        known: &[&str],
    ) -> Result<Self, Complaint> {
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let name = shortened(name);
                Err(Complaint::invalid(format!("Unknown field: '{within}{name}'")))
            }
            None => Ok(Self { within, members }),
        }
    }

    /// The value; `None` where it is absent or `null`.
    pub(in crate::sandbox) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A string in a format of the caller's.
    pub(in crate::sandbox) fn string(
        &self,
        name: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Option<&'a str>, Complaint> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) if fits(text) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// Format `text`.
    pub(in crate::sandbox) fn text(&self, name: &str) -> Result<Option<&'a str>, Complaint> {
        self.string(name, is_text)
    }

    /// Format `ID`.
    pub(in crate::sandbox) fn id(&self, name: &str) -> Result<Option<&'a str>, Complaint> {
        self.string(name, is_id)
    }

    /// Format `boolean`.
    pub(in crate::sandbox) fn boolean(&self, name: &str) -> Result<Option<bool>, Complaint> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// An object.
    pub(in crate::sandbox) fn object(
        &self,
        name: &str,
    ) -> Result<Option<&'a Map<String, Value>>, Complaint> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// An array.
    pub(in crate::sandbox) fn array(&self, name: &str) -> Result<&'a [Value], Complaint> {
        match self.value(name) {
            None => Ok(&[]),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// Insists on a member.
    pub(in crate::sandbox) fn needed<T>(
        &self,
        name: &str,
        value: Option<T>,
    ) -> Result<T, Complaint> {
        let within = self.within;
        value.ok_or_else(|| Complaint::invalid(format!("Missing field: '{within}{name}'")))
    }

    /// The complaint that a member is not in its format.
    pub(in crate::sandbox) fn wrong(&self, name: &str) -> Complaint {
        Complaint::invalid(format!("Data in the field '{}{name}' is invalid", self.within))
    }
}

/// Format `ID`: `^[-0-9a-zA-Z\.]{1,36}$`.
pub(in crate::sandbox) fn is_id(text: &str) -> bool {
    (1..=36).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

fn has_identity_number(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => holds_identity_number(&number.to_string()),
        Value::String(text) => holds_identity_number(text),
        Value::Array(values) => values.iter().any(has_identity_number),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| holds_identity_number(name) || has_identity_number(value)),
    }
}
