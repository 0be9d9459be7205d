//! The simple types of the schema, as far as we write them: a value that does not fit is not
//! written, so that no message of ours is ever turned down for its form.

use std::borrow::Cow;
use std::net::IpAddr;

use super::xml;
use crate::domain::{AccessId, OperatorReference, ServiceId, Timestamp};

/// The form of a value. Each has its `simpleType` in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The format `ID` of ON-API 2.6.
    Id,
    /// An id that the operator gave.
    OperatorId,
    /// The operator's code of what is delivered.
    ServiceId,
    /// RFC 3339; written in UTC, to the second.
    Moment,
    /// Two moments joined by `/`.
    Window,
    /// One word of a list.
    OneOf(&'static [&'static str]),
    /// Mbit/s down and up, `93/88`.
    Speed,
    /// dBm, `-22.5`.
    Level,
    /// At most four digits.
    Count,
    /// `AA:BB:CC:11:22:33`; lower case is written in capitals.
    Mac,
    /// IPv4 or IPv6, with or without a netmask.
    IpAddress,
    /// E.164.
    Phone,
    /// Five digits, the first not 0.
    Postcode,
    /// Four digits.
    Apartment,
    /// At most 255 characters on one line.
    ShortText,
    /// At most 8000 characters on several lines.
    LongText,
}

impl Shape {
    /// `true` or `false`.
    pub(super) const FLAG: Self = Self::OneOf(&["true", "false"]);

    /// The value as it is written; `None` where it has another form. Nothing is cut off: half a
    /// fault description is worse than a person who has to look.
    pub(super) fn fit(self, text: &str) -> Option<Cow<'_, str>> {
        let fits = match self {
            Self::Id => AccessId::parse(text).is_ok(),
            Self::OperatorId => OperatorReference::parse(text).is_ok(),
            Self::ServiceId => ServiceId::parse(text).is_ok(),
            Self::OneOf(words) => words.contains(&text),
            Self::Speed => text.split_once('/').is_some_and(|(down, up)| speed(down) && speed(up)),
            Self::Level => level(text),
            Self::Count => digits(text, 1, 4),
            Self::IpAddress => ip_address(text),
            Self::Phone => text
                .strip_prefix('+')
                .is_some_and(|number| digits(number, 5, 15) && !number.starts_with('0')),
            Self::Postcode => digits(text, 5, 5) && !text.starts_with('0'),
            Self::Apartment => digits(text, 4, 4),
            Self::Moment => return moment(text).map(Cow::Owned),
            Self::Window => {
                let (start, end) = text.split_once('/')?;
                return Some(Cow::Owned(format!("{}/{}", moment(start)?, moment(end)?)));
            }
            Self::Mac => return mac(text).then(|| Cow::Owned(text.to_ascii_uppercase())),
            Self::ShortText => return clean(text, 255, false),
            Self::LongText => return clean(text, 8000, true),
        };
        fits.then_some(Cow::Borrowed(text))
    }
}

/// Text without what XML 1.0 cannot say even as a reference. Such a character shows as U+FFFD, so
/// that a reader sees that something stood there.
fn clean(text: &str, length_max: usize, lines: bool) -> Option<Cow<'_, str>> {
    let plain = |c: char| xml::is_char(c) && !matches!(c, '\t' | '\n' | '\r');
    let text = if text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        let replaced = text.replace("\r\n", "\n").replace('\r', "\n");
        let keep = |c: char| match c {
            '\n' if lines => '\n',
            '\n' | '\t' => ' ',
            c if xml::is_char(c) => c,
            _ => char::REPLACEMENT_CHARACTER,
        };
        Cow::Owned(replaced.chars().map(keep).collect())
    };
    (text.chars().count() <= length_max).then_some(text)
}

fn moment(text: &str) -> Option<String> {
    let written = Timestamp::parse(text)?.rfc3339();
    // XML Schema 1.0 has no year 0000, and the years before it are written longer.
    let in_schema = written.len() == "2026-12-01T00:00:00Z".len() && !written.starts_with("0000");
    in_schema.then_some(written)
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn speed(text: &str) -> bool {
    match text.split_once('.') {
        Some((whole, part)) => digits(whole, 1, 6) && digits(part, 1, 3),
        None => digits(text, 1, 6),
    }
}

fn level(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole, 1, 2) && digits(part, 1, 2)
}

fn mac(text: &str) -> bool {
    let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(pair)
}

fn ip_address(text: &str) -> bool {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| {
        digits(bits, 1, 3) && bits.parse().is_ok_and(|bits: u16| bits <= bits_max)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shape: Shape, text: &str, expected: Option<&str>) {
        assert_eq!(shape.fit(text).as_deref(), expected);
    }

    #[test]
    fn a_value_fits_its_form_or_is_not_written() {
        check(Shape::Id, "STTA0001", Some("STTA0001"));
        check(Shape::Id, "Order#1", None);
        check(Shape::ServiceId, "BB-1000/1000", Some("BB-1000/1000"));
        check(Shape::Moment, "2026-12-01T01:00:00.123456+01:00", Some("2026-12-01T00:00:00Z"));
        check(Shape::Moment, "-000001-12-01T00:00:00Z", None);
        check(Shape::Moment, "0000-12-01T00:00:00Z", None);
        check(Shape::Moment, "", None);
        check(
            Shape::Window,
            "2026-12-01T08:00:00Z/2026-12-01T12:00:00Z",
            Some("2026-12-01T08:00:00Z/2026-12-01T12:00:00Z"),
        );
        check(Shape::Window, "2026-12-01T08:00:00Z", None);
        check(Shape::FLAG, "true", Some("true"));
        check(Shape::FLAG, "1", None);
        check(Shape::Speed, "93/88.5", Some("93/88.5"));
        check(Shape::Speed, "93", None);
        check(Shape::Speed, "1e3/1", None);
        check(Shape::Level, "-22.5", Some("-22.5"));
        check(Shape::Level, "-22,5", None);
        check(Shape::Level, "--2", None);
        check(Shape::Level, "-122", None);
        check(Shape::Count, "0", Some("0"));
        check(Shape::Count, "-1", None);
        check(Shape::Mac, "aa:bb:cc:11:22:33", Some("AA:BB:CC:11:22:33"));
        check(Shape::Mac, "aa:bb:cc:11:22", None);
        check(Shape::IpAddress, "192.0.2.7/24", Some("192.0.2.7/24"));
        check(Shape::IpAddress, "192.0.2.7/33", None);
        check(Shape::IpAddress, "2001:db8::1", Some("2001:db8::1"));
        check(Shape::IpAddress, "fe80::1%eth0", None);
        check(Shape::Phone, "+46701740605", Some("+46701740605"));
        check(Shape::Phone, "070-1740605", None);
        check(Shape::Postcode, "41369", Some("41369"));
        check(Shape::Postcode, "413 69", None);
        check(Shape::Apartment, "0901", Some("0901"));
        check(Shape::Apartment, "901", None);
    }

    #[test]
    fn text_keeps_its_meaning_without_what_xml_cannot_say() {
        check(Shape::ShortText, "Å <&> 'Ä'", Some("Å <&> 'Ä'"));
        check(Shape::ShortText, "a\r\nb\tc\u{0}", Some("a b c\u{fffd}"));
        check(Shape::LongText, "a\r\nb\rc\td\u{b}\u{ffff}", Some("a\nb\nc d\u{fffd}\u{fffd}"));
        check(Shape::ShortText, &"ö".repeat(255), Some(&"ö".repeat(255)));
        check(Shape::ShortText, &"ö".repeat(256), None);
        check(Shape::LongText, &"x".repeat(8001), None);
    }
}
