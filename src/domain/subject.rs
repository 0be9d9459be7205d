//! Whom the data is about.

use super::purpose::closed_list;
use std::fmt;

closed_list! {
    /// What kind of customer it is. The rules for persons hold unless it is a legal person.
    SubjectKind {
        /// A private person.
        Person = "person",
        /// An enskild firma: a natural person in trade, whose organisation number is a personnummer.
        SoleTrader = "sole_trader",
        /// A company, association or authority.
        LegalPerson = "legal_person",
    }
}

impl SubjectKind {
    /// The kind of whoever holds this Swedish organisation number: a third digit below 2 marks a
    /// natural person. `None` where it is not ten (or, with a century before it, twelve) digits.
    pub fn of_org_no(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        let ten = match digits.len() {
            10 => &digits[..],
            12 => &digits[2..],
            _ => return None,
        };
        Some(if ten[2] < b'2' { Self::SoleTrader } else { Self::LegalPerson })
    }
}

/// Keyed pseudonym of a data subject: an HMAC of (client, customer number) under the deployment's
/// key. It leads to the subject's key, in the key store and nowhere else; it is in no leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectRef([u8; 32]);

impl SubjectRef {
    /// From the HMAC.
    pub const fn new(mac: [u8; 32]) -> Self {
        Self(mac)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_digit_tells_a_sole_trader() {
        assert_eq!(SubjectKind::of_org_no("556597-6122"), Some(SubjectKind::LegalPerson));
        assert_eq!(SubjectKind::of_org_no("16556597-6122"), Some(SubjectKind::LegalPerson));
        assert_eq!(SubjectKind::of_org_no("121212-1212"), Some(SubjectKind::SoleTrader));
        assert_eq!(SubjectKind::of_org_no("19121212-1212"), Some(SubjectKind::SoleTrader));
        assert_eq!(SubjectKind::of_org_no("12"), None);
    }
}
