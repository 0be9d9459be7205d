//! A quick look at canonical JSON: one pass over the bytes, nothing built.
//!
//! An auditor's program reads millions of leaves, and all but a forger's are canonical. This says of
//! most that they certainly are, and of the rest nothing: `canonical.rs` decides about those, and
//! says what is wrong. A property test holds the two together.

use super::canonical::{DEPTH_MAX, INTEGER_MAX};

/// Whether these bytes are canonical for certain. What is not certain may be canonical, too: keys
/// beyond ASCII, whose order is that of UTF-16, are left to the thorough reader.
pub(super) fn is_canonical(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_err() {
        return false;
    }
    let mut scan = Scan { bytes, at: 0, certain: true };
    scan.value(DEPTH_MAX).is_some() && scan.certain && scan.at == bytes.len()
}

/// The members of a canonical object, keys and values as they stand there, keys without their
/// quotes; `None` where it is no object.
pub(super) fn members(bytes: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut scan = Scan { bytes, at: 0, certain: true };
    let mut members = Vec::with_capacity(20);
    scan.object(DEPTH_MAX, |key, value| members.push((key, value)))?;
    (scan.at == bytes.len()).then_some(members)
}

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    /// So far nothing was seen that only the thorough reader can tell.
    certain: bool,
}

impl<'b> Scan<'b> {
    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, literal: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(literal).then(|| self.at += literal.len())
    }

    fn value(&mut self, depth_left: u8) -> Option<()> {
        match *self.bytes.get(self.at)? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.object(depth_left, |_, _| {}),
            b'[' => self.array(depth_left),
            b't' => self.take(b"true"),
            b'f' => self.take(b"false"),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth_left: u8, mut member: impl FnMut(&'b [u8], &'b [u8])) -> Option<()> {
        let depth_left = depth_left.checked_sub(1)?;
        self.take(b"{")?;
        if self.take(b"}").is_some() {
            return Some(());
        }
        let mut last: Option<&[u8]> = None;
        loop {
            let key = self.string()?;
            let plain = key.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
            if !plain {
                self.certain = false;
            } else if last.is_some_and(|last| last >= key) {
                return None;
            }
            last = Some(key);
            self.take(b":")?;
            let start = self.at;
            self.value(depth_left)?;
            member(key, &self.bytes[start..self.at]);
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth_left: u8) -> Option<()> {
        let depth_left = depth_left.checked_sub(1)?;
        self.take(b"[")?;
        if self.take(b"]").is_some() {
            return Some(());
        }
        loop {
            self.value(depth_left)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// What stands between the quotes, where it is escaped as RFC 8785 (3.2.2.2) asks.
    fn string(&mut self) -> Option<&'b [u8]> {
        self.take(b"\"")?;
        let start = self.at;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            match self.next()? {
                b'"' => return Some(&self.bytes[start..self.at - 1]),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                self.take(b"00")?;
                let (high, low) = (self.next()?, self.next()?);
                // Controls only, in lower case, and not those that have an escape of their own.
                let short = high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                let digit = matches!(low, b'0'..=b'9' | b'a'..=b'f');
                (matches!(high, b'0' | b'1') && digit && !short).then_some(())
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        let negative = self.take(b"-").is_some();
        let digits = self.bytes.get(self.at..)?;
        let length = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        // 2^53 has sixteen digits.
        let digits = digits.get(..length).filter(|digits| (1..=16).contains(&digits.len()))?;
        let value = digits.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
        let shortest = digits[0] != b'0' || (length == 1 && !negative);
        self.at += length;
        (shortest && value <= INTEGER_MAX).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::canonical::Json;
    use super::*;

    /// Texts that are nearly canonical, so that both answers come up.
    fn nearly() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"b\"",
            "\"b\":1",
            "\"a\":true",
            "\\",
            "\\u00",
            "\\u001f",
            "\\u001F",
            "\\u0009",
            "\\n",
            "0",
            "-0",
            "-1",
            "12",
            "9007199254740991",
            "9007199254740992",
            "90071992547409910",
            "1.5",
            "1e3",
            "true",
            "false",
            "null",
            " ",
            "å",
            "\"å\":2",
            "\u{7f}",
            "\u{1}",
            "{\"a\":1,\"b\":[\"c\",{}]}",
            "[[[]]]",
        ];
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|list| list.concat())
    }

    fn thorough(bytes: &[u8]) -> bool {
        Json::parse(bytes).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn it_never_says_more_than_the_thorough_reader(text in nearly()) {
            prop_assert!(!is_canonical(text.as_bytes()) || thorough(text.as_bytes()), "{}", text);
        }

        /// And with ASCII keys, which ours are, it says as much.
        #[test]
        fn with_plain_keys_it_says_as_much(text in nearly()) {
            if thorough(text.as_bytes()) && !text.contains("\"å\":") && !text.contains('\\') {
                prop_assert!(is_canonical(text.as_bytes()), "{}", text);
            }
        }

        #[test]
        fn noise_is_looked_at_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(!is_canonical(&bytes) || thorough(&bytes));
            let _ = members(&bytes);
        }
    }

    #[test]
    fn members_are_given_as_they_stand() {
        let object = br#"{"a":{"x":[1,"}"]},"b":"\"","c":false}"#;
        let expected: [(&[u8], &[u8]); 3] =
            [(b"a", br#"{"x":[1,"}"]}"#), (b"b", br#""\"""#), (b"c", b"false")];
        assert_eq!(members(object).unwrap(), expected);
        assert_eq!(members(b"{}"), Some(Vec::new()));
        for other in [&b"[]"[..], b"1", b"", b"{", b"{} "] {
            assert_eq!(members(other), None);
        }
    }

    #[test]
    fn sixteen_levels_and_no_more() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(is_canonical(nested(16).as_bytes()));
        assert!(!is_canonical(nested(17).as_bytes()));
        assert!(!is_canonical("[".repeat(100_000).as_bytes()));
    }
}
