//! Identifiers: parsed once, and then their type is the proof.

use std::fmt;

use thiserror::Error;

use super::clock::Timestamp;
use super::entropy::Entropy;

/// What is wrong with an identifier. Says which rule was broken, never what the text was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// Empty, or longer than the standard allows.
    #[error("must have 1 to {max} characters, this has {length}")]
    Length {
        /// How long it may be.
        max: usize,
        /// How long it is.
        length: usize,
    },
    /// A character that the standard does not allow.
    #[error("has a character outside {allowed} at position {position}")]
    Character {
        /// What may stand there.
        allowed: &'static str,
        /// Where the first other one stands, counted in characters from 0.
        position: usize,
    },
}

fn check(
    text: &str,
    max: usize,
    allowed: &'static str,
    fits: fn(char) -> bool,
) -> Result<(), IdError> {
    let length = text.chars().count();
    if length == 0 || length > max {
        return Err(IdError::Length { max, length });
    }
    match text.chars().position(|character| !fits(character)) {
        Some(position) => Err(IdError::Character { allowed, position }),
        None => Ok(()),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:literal, $allowed:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const LENGTH_MAX: usize = $max;

            /// Reads it as it stands on the wire.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text, $max, $allowed, $fits)?;
                Ok(Self(text.to_owned()))
            }

            /// As it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The format `ID` of ON-API 2.6 (common/dataformats.md): `^[-0-9a-zA-Z\.]{1,36}$`.
fn on_api_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '.'
}

text_id! {
    /// The operator's constant id of one delivery point: the key in all traffic between provider and
    /// operator. Unique within one operator only. ON-API format `ID`.
    AccessId, 36, "a-z A-Z 0-9 - .", on_api_id
}
text_id! {
    /// The operator's id of an active service. It changes when the operator migrates. ON-API format `ID`.
    SubscriptionId, 36, "a-z A-Z 0-9 - .", on_api_id
}
text_id! {
    /// The operator's own id of an order or a ticket that it has received.
    OperatorReference, 64, "a-z A-Z 0-9 - . _ #",
    |c| on_api_id(c) || c == '_' || c == '#'
}
text_id! {
    /// The operator's code of what is delivered, such as `BB-1000-1000`.
    ServiceId, 64, "a-z A-Z 0-9 - . _ / + and space",
    |c| on_api_id(c) || matches!(c, '_' | '/' | '+' | ' ')
}
text_id! {
    /// Names a recipient in configuration, policy and log, such as `globalconnect`.
    RecipientId, 40, "a-z 0-9 -",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}
text_id! {
    /// Names a rule within its policy, such as `fault.report.mac`.
    RuleId, 80, "a-z 0-9 - . _",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_')
}
text_id! {
    /// Names the system that handed in an order or a fault report.
    ClientId, 64, "a-z A-Z 0-9 - . _",
    |c| on_api_id(c) || c == '_'
}
text_id! {
    /// The ordering system's own id of an order or a fault report. Dedupe is on (client, this).
    ExternalId, 64, "a-z A-Z 0-9 - . _ : / #",
    |c| on_api_id(c) || matches!(c, '_' | ':' | '/' | '#')
}

macro_rules! bits_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Reads 32 lower-case hexadecimal digits.
            pub fn parse(text: &str) -> Option<Self> {
                unhex(text).map(Self)
            }

            /// From the 128 bits.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 128 bits.
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex(&self.0, f)
            }
        }
    };
}

/// All 128 bits are drawn: such an id tells nothing at all.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        bits_id! { $(#[$doc])* $name }

        impl $name {
            /// Draws a new one.
            pub fn draw(entropy: &dyn Entropy) -> Self {
                Self(entropy.array())
            }
        }
    };
}

/// The first 48 bits are the time in milliseconds, big-endian, as in a UUID of version 7 (RFC 9562,
/// section 5.7), and the other 80 are drawn. What is kept by such ids is written where the last ones
/// were written, and not all over a table. Only for what has a time beside it anyway.
macro_rules! timed_id {
    ($(#[$doc:meta])* $name:ident) => {
        bits_id! { $(#[$doc])* $name }

        impl $name {
            /// Draws a new one at this time.
            pub fn draw(entropy: &dyn Entropy, now: Timestamp) -> Self {
                let mut bytes: [u8; 16] = entropy.array();
                let (time, _) = bytes.split_at_mut(6);
                time.copy_from_slice(&now.micros().div_euclid(1_000).to_be_bytes()[2..]);
                Self(bytes)
            }
        }
    };
}

timed_id! {
    /// One case: one thing to get done at one operator.
    CaseId
}
impl CaseId {
    /// Its last eight digits: what a person tells cases apart by. The first ones are the time, and the same
    /// for all of a minute.
    pub fn short(&self) -> String {
        let all = self.to_string();
        all.get(all.len() - 8..).unwrap_or_default().to_owned()
    }
}

timed_id! {
    /// One order or one fault report as it was handed in; an order with several items has several cases.
    SubmissionId
}
random_id! {
    /// One data subject's key, and with it the subject: what is kept outside of the key store knows
    /// a person by this number alone, and it leads nowhere once the key is destroyed.
    SubjectId
}
random_id! {
    /// One registration for notifications at a hub.
    RegistrationId
}
random_id! {
    /// One draft of a report that something was sent that should not have been.
    IncidentId
}
random_id! {
    /// One random sample of the log.
    SampleId
}
random_id! {
    /// One event that the ordering system is told of, whatever the attempt.
    NoticeId
}
random_id! {
    /// One leaf of the disclosure log, whatever its position.
    LeafId
}
random_id! {
    /// One API token, without its secret.
    TokenId
}

/// SHA-256 of a policy's canonical form: says exactly which rules decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId([u8; 32]);

impl PolicyId {
    /// From the hash.
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

/// Our reference of a case at one operator (`spReference`, `spTicketReference` in ON-API).
///
/// 128 random bits written in sixteen consonants: it cannot be mistaken for a personnummer or a
/// phone number, spells no word, and says nothing about the customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpaqueReference(String);

impl OpaqueReference {
    const ALPHABET: &'static [u8; 16] = b"bcdfghjkmnpqrstv";

    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let letters = entropy.array::<16>().into_iter().flat_map(|byte| {
            [byte >> 4, byte & 15].map(|nibble| char::from(Self::ALPHABET[usize::from(nibble)]))
        });
        Self(letters.collect())
    }

    /// Reads one that was drawn before.
    pub fn parse(text: &str) -> Option<Self> {
        let ours = text.len() == 32 && text.bytes().all(|byte| Self::ALPHABET.contains(&byte));
        ours.then(|| Self(text.to_owned()))
    }

    /// As it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OpaqueReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || digits.iter().any(|d| !matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::entropy::SeededEntropy;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(), &str>) {
        let got = AccessId::parse(text).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(got, expected.map_err(str::to_owned));
    }

    #[test]
    fn access_ids() {
        check("STTA0001", Ok(()));
        check("A.1-2", Ok(()));
        check("", Err("must have 1 to 36 characters, this has 0"));
        check(&"A".repeat(37), Err("must have 1 to 36 characters, this has 37"));
        check("STTA 0001", Err("has a character outside a-z A-Z 0-9 - . at position 4"));
        check("ÅTTA0001", Err("has a character outside a-z A-Z 0-9 - . at position 0"));
    }

    #[test]
    fn drawn_ids_read_back_and_references_hold_no_digit() {
        let entropy = SeededEntropy::new(7);
        let leaf = LeafId::draw(&entropy);
        assert_eq!(LeafId::parse(&leaf.to_string()), Some(leaf));
        let reference = OpaqueReference::draw(&entropy);
        assert_eq!(OpaqueReference::parse(reference.as_str()), Some(reference.clone()));
        assert!(reference.as_str().bytes().all(|byte| byte.is_ascii_lowercase()));
        assert_eq!(OpaqueReference::parse("aeiou"), None);
    }

    #[test]
    fn a_timed_id_begins_with_its_time_and_is_drawn_otherwise() {
        let entropy = SeededEntropy::new(7);
        // The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22Z.
        let now = Timestamp::parse("2022-02-22T19:22:22Z").unwrap();
        let one = CaseId::draw(&entropy, now);
        assert!(one.to_string().starts_with("017f22e279b0"), "{one}");
        assert_eq!(CaseId::parse(&one.to_string()), Some(one));
        let other = CaseId::draw(&entropy, now);
        assert!(one != other && one.bytes()[..6] == other.bytes()[..6]);
        assert_ne!(one.short(), other.short());
        assert!(one.to_string().ends_with(&one.short()) && one.short().len() == 8);
        let later = CaseId::draw(&entropy, Timestamp::from_micros(now.micros() + 1_000));
        assert!(later > one && later > other);
    }
}
