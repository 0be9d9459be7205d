//! The customer block of an order, and that of a ticket.
//!
//! The specification wants the members of an order there and lets each be empty; a ticket may leave
//! its block out. They are filled with what the policy lets through, and it does so only while a
//! signed exception names the field. A personnummer has no way in here: its member is a constant.

use serde::Serialize;

use super::super::EncodeError;
use super::super::on_api::write::Fields;
use crate::domain::Field;

/// The fields that a signed exception may open in an order.
pub(super) const IN_ORDERS: &[Field] = &[
    Field::Street,
    Field::StreetNumber,
    Field::StreetLittera,
    Field::Postcode,
    Field::City,
    Field::ContactName,
    Field::ContactPhone,
    Field::ContactEmail,
];

/// The fields that a signed exception may open in a ticket.
pub(super) const IN_TICKETS: &[Field] =
    &[Field::ContactName, Field::ContactPhone, Field::ContactEmail];

/// The most characters of a text in the block. The specification has no limit, and a database has.
const TEXT_MAX: usize = 255;

/// `service_activation.md`, "customer".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer<'a> {
    first_name: &'a str,
    last_name: &'a str,
    social_security_number: &'static str,
    email: &'a str,
    phone: &'a str,
    mobile_phone: &'a str,
}

impl<'a> Customer<'a> {
    pub(super) fn of(fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let (first_name, last_name) =
            fields.optional(Field::ContactName, name)?.unwrap_or_default();
        let phone = fields.optional(Field::ContactPhone, phone)?.unwrap_or_default();
        // One number leaves, in the member that it is of the kind of.
        let (phone, mobile_phone) = if is_mobile(phone) { ("", phone) } else { (phone, "") };
        Ok(Self {
            first_name,
            last_name,
            social_security_number: "",
            email: fields.optional(Field::ContactEmail, email)?.unwrap_or_default(),
            phone,
            mobile_phone,
        })
    }
}

/// `service_activation.md`, "deliveryAddress": where equipment is sent, that is, where it is used.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryAddress<'a> {
    sms_notification_phone: &'static str,
    street_name: &'a str,
    street_number: &'a str,
    street_littera: String,
    zip_code: &'a str,
    city: &'a str,
}

impl<'a> DeliveryAddress<'a> {
    pub(super) fn of(fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let number = fields.optional(Field::StreetNumber, number)?;
        let (street_number, metres) = number.unwrap_or_default();
        let littera = fields.optional(Field::StreetLittera, text)?.unwrap_or_default();
        Ok(Self {
            sms_notification_phone: "",
            street_name: fields.optional(Field::Street, text)?.unwrap_or_default(),
            street_number,
            street_littera: format!("{metres}{littera}"),
            zip_code: fields.optional(Field::Postcode, zip_code)?.unwrap_or_default(),
            city: fields.optional(Field::City, text)?.unwrap_or_default(),
        })
    }
}

/// tt.md, "customerInformation".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerInformation<'a> {
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    phone: &'a str,
}

impl<'a> CustomerInformation<'a> {
    /// `None` where there is nothing to tell: the block is optional.
    pub(super) fn of(fields: Fields<'_, 'a>) -> Result<Option<Self>, EncodeError> {
        let name = fields.optional(Field::ContactName, name)?;
        let email = fields.optional(Field::ContactEmail, email)?;
        let phone = fields.optional(Field::ContactPhone, phone)?;
        if name.is_none() && email.is_none() && phone.is_none() {
            return Ok(None);
        }
        let (first_name, last_name) = name.unwrap_or_default();
        let (email, phone) = (email.unwrap_or_default(), phone.unwrap_or_default());
        Ok(Some(Self { first_name, last_name, email, phone }))
    }
}

/// First names, and the last word as the last name; one word is a first name.
fn name(name: &str) -> Option<(&str, &str)> {
    let name = text(name)?;
    Some(name.rsplit_once(' ').map_or((name, ""), |(first, last)| (first.trim_end(), last)))
}

/// As `+46313900605`.
fn phone(number: &str) -> Option<&str> {
    let digits = number.strip_prefix('+')?;
    let fits = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(number)
}

/// Swedish mobile numbers begin with 070, 072, 073, 076 or 079.
fn is_mobile(number: &str) -> bool {
    ["+4670", "+4672", "+4673", "+4676", "+4679"].iter().any(|series| number.starts_with(series))
}

fn email(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let fits = !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace);
    text(address).filter(|_| fits)
}

/// Digits only. A metre address is split as feasibility.md splits it: `550-70` is number 550, and 70
/// goes before the littera.
fn number(number: &str) -> Option<(&str, &str)> {
    let (number, metres) = match number.split_once('-') {
        Some((number, metres)) if !metres.is_empty() => (number, metres),
        Some(_) => return None,
        None => (number, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (!number.is_empty() && is_digits(number) && is_digits(metres)).then_some((number, metres))
}

fn zip_code(code: &str) -> Option<&str> {
    let fits =
        code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0');
    fits.then_some(code)
}

fn text(text: &str) -> Option<&str> {
    let text = text.trim();
    let fits = (1..=TEXT_MAX).contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_addresses_as_the_specification_has_them() {
        assert_eq!(name("Astrid Lindqvist"), Some(("Astrid", "Lindqvist")));
        assert_eq!(name("Astrid Maria L."), Some(("Astrid Maria", "L.")));
        assert_eq!(name("Astrid"), Some(("Astrid", "")));
        assert_eq!(name("  "), None);
        assert_eq!(number("10"), Some(("10", "")));
        assert_eq!(number("652-16"), Some(("652", "16")));
        for bad in ["", "10-", "-16", "10 A", "1-2-3"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert!(is_mobile("+46701740605") && !is_mobile("+46313900605"));
        for bad in ["0701740605", "+46", "+4670174060x", "+1234567890123456"] {
            assert_eq!(phone(bad), None, "{bad}");
        }
        assert_eq!(zip_code("99910"), Some("99910"));
        assert_eq!(zip_code("999 10"), None);
        assert_eq!(email("astrid@example.se"), Some("astrid@example.se"));
        assert_eq!(email("astrid"), None);
    }
}
