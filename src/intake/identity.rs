//! Identity numbers in identifiers, and the flag of a protected identity. An identifier is exempt
//! *by type* wherever finished messages are searched, so what stands in one is looked at here, once.
//!
//! Refused are the forms that are no accident: twelve digits, or a separator before the last four,
//! with a date and a check digit that hold; and any number that the same body states about its
//! people. Ten bare digits that merely pass are let through: one in ninety random numbers does.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::json::Json;
use crate::guard::identity::{Confidence, is_personnummer};

/// An order number made of a date and a counter looks like the number of somebody born that day,
/// and one in ten of them has the right check digit. Nobody this young is a customer.
const CUSTOMER_AGE_YEARS_MIN: i16 = 10;

/// The identity numbers that a body states, against which its identifiers are held.
pub(super) struct Identities {
    /// Ten digits each.
    stated: Vec<Zeroizing<String>>,
    today: Date,
}

impl Identities {
    /// Collects what the body says about its people.
    pub(super) fn of(body: &Json, today: Date) -> Self {
        let mut stated = Vec::new();
        if let Json::Object(members) = body
            && let Some(parties) = members.get("relatedParty")
        {
            collect(parties, &mut stated);
        }
        Self { stated, today }
    }

    /// Whether an identifier holds an identity number.
    pub(super) fn are_in(&self, id: &str) -> bool {
        let digits = digits(id);
        self.stated.iter().any(|stated| digits.contains(stated.as_str())) || self.is_written_in(id)
    }

    /// Whether some part of the text has the form, the date and the check digit.
    fn is_written_in(&self, text: &str) -> bool {
        /// How the digits may be grouped, with one character between the groups.
        const GROUPS: [&[usize]; 4] = [&[12], &[8, 4], &[4, 2, 2, 4], &[6, 4]];
        let bytes = text.as_bytes();
        let starts = (0..bytes.len()).filter(|&at| {
            bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit())
        });
        starts.into_iter().any(|at| {
            GROUPS.iter().any(|groups| {
                grouped(&bytes[at..], groups).is_some_and(|found| self.is_somebodys(&found))
            })
        })
    }

    fn is_somebodys(&self, number: &str) -> bool {
        is_personnummer(number) == Some(Confidence::High) && !self.is_a_recent_day(number)
    }

    /// Whether the number's date lies so close that it is a date and not a birth.
    fn is_a_recent_day(&self, number: &str) -> bool {
        let this_year = self.today.year();
        let part = |range| number.get(range).and_then(|text: &str| text.parse::<i16>().ok());
        let year = match number.len() {
            // `YYMMDD-NNNN`; with a plus sign it is a hundred years further back.
            11 if number.contains('+') => None,
            11 => part(0..2).map(|year| year + 2000),
            _ => part(0..4),
        };
        // A year ahead: an order number may hold the day when the order is due.
        year.is_some_and(|year| {
            (this_year - CUSTOMER_AGE_YEARS_MIN..=this_year + 1).contains(&year)
        })
    }
}

/// Whether a body marks anybody's identity as protected. `None` where it says nothing about it.
///
/// Any spelling of the flag counts, wherever it stands; and any value that does not plainly say no
/// counts as yes.
pub(super) fn protection(json: &Json) -> Option<bool> {
    match json {
        Json::Array(entries) => entries.iter().filter_map(protection).max(),
        Json::Object(members) => {
            let named = members.get("name").and_then(Json::scalar).is_some_and(is_protection);
            let as_value = named.then(|| members.get("value").is_none_or(says_yes));
            let as_member = members
                .iter()
                .filter(|(name, _)| is_protection(name))
                .map(|(_, value)| says_yes(value))
                .max();
            let inside = members.values().filter_map(protection).max();
            as_value.max(as_member).max(inside)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
    }
}

fn is_protection(name: &str) -> bool {
    const SPELLINGS: [&str; 6] = [
        "protectedidentity",
        "protectedperson",
        "identityprotect",
        "personprotect",
        "skyddad",
        "sekretess",
    ];
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    SPELLINGS.iter().any(|spelling| plain.contains(spelling))
}

fn says_yes(value: &Json) -> bool {
    const NO: [&str; 6] = ["", "0", "0.0", "false", "no", "nej"];
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::Bool(true) | Json::Array(_) | Json::Object(_) => true,
        Json::Number(text) | Json::Text(text) => !NO.contains(&text.trim().to_lowercase().as_str()),
    }
}

/// Every identity number among the scalars of a tree, as ten digits.
fn collect(json: &Json, to: &mut Vec<Zeroizing<String>>) {
    match json {
        Json::Array(entries) => entries.iter().for_each(|entry| collect(entry, to)),
        Json::Object(members) => members.values().for_each(|value| collect(value, to)),
        Json::Number(text) | Json::Text(text) => {
            let digits = digits(text);
            if matches!(digits.len(), 10 | 12) && is_personnummer(text).is_some() {
                to.push(Zeroizing::new(digits[digits.len() - 10..].to_owned()));
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

fn digits(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect())
}

/// The digits at the start of a text where they stand in these groups and no digit follows:
/// as twelve digits, or as six, a separator and four.
fn grouped(bytes: &[u8], groups: &[usize]) -> Option<Zeroizing<String>> {
    const SEPARATORS: &[u8] = b"-+./_:# ";
    let mut found = Zeroizing::new(String::with_capacity(13));
    let mut at = 0;
    for (position, &length) in groups.iter().enumerate() {
        if position > 0 {
            let separator = *bytes.get(at)?;
            if !SEPARATORS.contains(&separator) {
                return None;
            }
            if groups == [6, 4] {
                found.push(if separator == b'+' { '+' } else { '-' });
            }
            at += 1;
        }
        let group = bytes.get(at..at + length)?;
        if !group.iter().all(u8::is_ascii_digit) {
            return None;
        }
        found.extend(group.iter().map(|&digit| char::from(digit)));
        at += length;
    }
    let ends = bytes.get(at).is_none_or(|next| !next.is_ascii_digit());
    ends.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, refused: bool) {
        let body = br#"{"relatedParty":[{"x":"121212-1212"},{"id":191212111211}]}"#;
        let body = Json::read(body).unwrap_or(Json::Null);
        let today = Date::constant(2026, 3, 1);
        assert_eq!(Identities::of(&body, today).are_in(id), refused, "{id}");
    }

    #[test]
    fn personnummer_in_ids() {
        check("STTA0001", false);
        check("19640823-3234", true);
        check("196408233234", true);
        check("A.640823-3234", true);
        check("ORD-1964-08-23-3234", true);
        // Samordningsnummer: the day is sixty more.
        check("19640883-3231", true);
        // A wrong check digit, a thirteenth digit, no such day.
        check("19640823-3235", false);
        check("1964082332340", false);
        check("19640832-3233", false);
        // Ten bare digits that pass, and an order number of a date and a counter.
        check("6408233234", false);
        // (these have the right check digit; the last one's date is too old for an order).
        check("ORD-20260301-0014", false);
        check("260301-0014", false);
        check("202703010013", false);
        check("ORD-20150301-0017", true);
        // What the body states is refused in any form.
        check("1212121212", true);
        check("X1912-1212-1212", true);
        check("1212111211", false);
    }

    #[test]
    fn protection_is_seen_wherever_it_stands_and_doubt_is_yes() {
        let says = |body: &str| Json::read(body.as_bytes()).ok().as_ref().and_then(protection);
        assert_eq!(says(r#"{"a":[{"name":"protectedIdentity","value":false}]}"#), Some(false));
        assert_eq!(says(r#"{"a":[{"name":"protectedIdentity","value":"Nej"}]}"#), Some(false));
        assert_eq!(says(r#"{"a":[{"name":"protectedIdentity","value":"kanske"}]}"#), Some(true));
        assert_eq!(says(r#"{"a":[{"name":"protectedIdentity"}]}"#), Some(true));
        assert_eq!(says(r#"{"a":[{"name":"Skyddad_Identitet","value":1}]}"#), Some(true));
        assert_eq!(says(r#"{"a":{"sekretessMarkering":"ja"}}"#), Some(true));
        assert_eq!(says(r#"{"a":{"protected-person":null}}"#), Some(false));
        assert_eq!(says(r#"{"name":"text"}"#), None);
    }
}
