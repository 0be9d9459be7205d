//! What an operator asks: a JSON object with a reason, the number of a ticket of ours, or both.

use serde_json::Value;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::domain::OpaqueReference;

/// The data format `text` (common/dataformats.md).
const TEXT_MAX: usize = 255;

/// Why a question is none. Says nothing about any reference: it is decided before one is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Not JSON, or no object.
    #[error("the body must be a JSON object")]
    NoObject,
    /// Neither member is there.
    #[error("either reason or spTicketReference must be given")]
    NoGround,
    /// A member is no text, or too long a one.
    #[error("reason and spTicketReference must be texts of 1 to 255 characters")]
    Text,
}

/// A question. What it says is the operator's, and may be about somebody: it is not printed.
pub(super) struct Question {
    reason: Option<Zeroizing<String>>,
    ticket: Option<Zeroizing<String>>,
}

impl Question {
    /// Reads tolerantly: `null` and `""` are absent, a number is its digits, other members are
    /// passed over.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let body: Value = serde_json::from_slice(body).map_err(|_| Malformed::NoObject)?;
        let members = body.as_object().ok_or(Malformed::NoObject)?;
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(Some(Zeroizing::new(number.to_string()))),
            Some(Value::String(text)) => {
                let text = text.trim();
                let fits = text.chars().count() <= TEXT_MAX && !text.contains(char::is_control);
                let text = (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()));
                if fits { Ok(text) } else { Err(Malformed::Text) }
            }
            Some(_) => Err(Malformed::Text),
        };
        let (reason, ticket) = (text("reason")?, text("spTicketReference")?);
        if reason.is_none() && ticket.is_none() {
            return Err(Malformed::NoGround);
        }
        Ok(Self { reason, ticket })
    }

    /// Whether a reason is given.
    pub(super) const fn has_reason(&self) -> bool {
        self.reason.is_some()
    }

    /// Our reference of a ticket, where what is given can be one.
    pub(super) fn ticket(&self) -> Option<OpaqueReference> {
        self.ticket.as_deref().and_then(|text| OpaqueReference::parse(text))
    }

    /// What is committed to as the ground.
    pub(super) fn ground(&self) -> &str {
        let first = self.reason.as_ref().or(self.ticket.as_ref());
        first.map_or("", |text| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: Result<(bool, &str), Malformed>) {
        let read = Question::read(body.as_bytes());
        let read = read.as_ref().map(|question| (question.has_reason(), question.ground()));
        assert_eq!(read.map_err(|malformed| *malformed), expected);
    }

    #[test]
    fn a_reason_or_a_ticket_and_nothing_else() {
        check(r#"{"reason": " Hembesök "}"#, Ok((true, "Hembesök")));
        check(r#"{"spTicketReference": "123"}"#, Ok((false, "123")));
        check(r#"{"spTicketReference": 123, "reason": null}"#, Ok((false, "123")));
        check(r#"{"koTicketReference": "1", "reason": "x"}"#, Ok((true, "x")));
        check(r#"{"reason": "", "spTicketReference": ""}"#, Err(Malformed::NoGround));
        check("{}", Err(Malformed::NoGround));
        check("", Err(Malformed::NoObject));
        check("[]", Err(Malformed::NoObject));
        check(r#"{"reason": ["x"]}"#, Err(Malformed::Text));
        check("{\"reason\": \"a\\u0000b\"}", Err(Malformed::Text));
        check(&format!(r#"{{"reason": "{}"}}"#, "x".repeat(256)), Err(Malformed::Text));
    }
}
