//! What is answered when the operator asks for a contact (`spec_sp/contacts.md` of 2.6 and 2.5,
//! spec/contacts.md of 2.4): the same four members in all of them, each of which may be empty.
//!
//! 2.3.1 has another form (`access_customer_info.md`), which asks by access id or customer number
//! and is answered with every service there. It is not offered: an access id can be guessed.

use serde::Serialize;

use super::super::{EncodeError, Method, Request};
use super::write::Fields;
use crate::domain::Field;

/// What an answer has a place for.
pub(super) const CARRIED: &[Field] =
    &[Field::ContactName, Field::ContactPhone, Field::ContactEmail];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contact<'a> {
    name: &'a str,
    email: &'a str,
    phone: &'a str,
    mobile_phone: &'a str,
}

/// The answer. One that holds no way to reach anybody is not made: a name alone helps nobody.
pub(super) fn answer(fields: Fields<'_, '_>) -> Result<Request, EncodeError> {
    let name = fields.optional(Field::ContactName, Some)?.unwrap_or_default();
    let email = fields.optional(Field::ContactEmail, Some)?.unwrap_or_default();
    let number = fields.optional(Field::ContactPhone, Some)?.unwrap_or_default();
    if email.is_empty() && number.is_empty() {
        return Err(EncodeError::Missing(Field::ContactPhone));
    }
    let (phone, mobile_phone) = if is_mobile(number) { ("", number) } else { (number, "") };
    let body = serde_json::to_vec(&Contact { name, email, phone, mobile_phone });
    Ok(Request {
        method: Method::Answer,
        path: "contacts".to_owned(),
        content_type: Some("application/json"),
        soap_action: None,
        body: body.map_err(|_| EncodeError::Missing(Field::ContactPhone))?,
        security_offset: None,
    })
}

/// Swedish mobile numbers are 070, 072, 073, 076 and 079 (PTS numbering plan).
fn is_mobile(number: &str) -> bool {
    number
        .strip_prefix("+467")
        .and_then(|rest| rest.chars().next())
        .is_some_and(|digit| matches!(digit, '0' | '2' | '3' | '6' | '9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: Option<&'static str>, email: Option<&'static str>, expected: Option<&str>) {
        let text = |field: Field| match field {
            Field::ContactName => Some("Astrid L."),
            Field::ContactPhone => number,
            Field::ContactEmail => email,
            _ => None,
        };
        let body = answer(Fields(&text)).ok().map(|request| request.body);
        assert_eq!(body, expected.map(|text| text.as_bytes().to_vec()));
    }

    #[test]
    fn a_number_stands_where_it_belongs_and_nothing_is_left_out() {
        check(
            Some("+46701740605"),
            None,
            Some(r#"{"name":"Astrid L.","email":"","phone":"","mobilePhone":"+46701740605"}"#),
        );
        check(
            Some("+46313900605"),
            None,
            Some(r#"{"name":"Astrid L.","email":"","phone":"+46313900605","mobilePhone":""}"#),
        );
        check(
            None,
            Some("astrid@example.se"),
            Some(r#"{"name":"Astrid L.","email":"astrid@example.se","phone":"","mobilePhone":""}"#),
        );
        check(None, None, None);
    }
}
