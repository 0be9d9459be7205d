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

/// The canonical bytes of JSON that has no space between its parts and escapes as canonical JSON
/// does, with the members of its objects in any order: as `serde_json` writes. `None` where it is
/// not that for certain, or could not be canonical at all.
pub(super) fn sorted(bytes: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(bytes).ok()?;
    let mut scan = Scan { bytes, at: 0, certain: true };
    let mut out = Vec::with_capacity(bytes.len());
    scan.sort(DEPTH_MAX, &mut out)?;
    (scan.at == bytes.len()).then_some(out)
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

    /// Writes the value that begins here, with its members in order.
    fn sort(&mut self, depth_left: u8, out: &mut Vec<u8>) -> Option<()> {
        let start = self.at;
        match *self.bytes.get(start)? {
            b'{' => return self.sort_object(depth_left.checked_sub(1)?, out),
            b'[' => return self.sort_array(depth_left.checked_sub(1)?, out),
            _ => self.value(0)?,
        }
        out.extend_from_slice(&self.bytes[start..self.at]);
        Some(())
    }

    fn sort_object(&mut self, depth_left: u8, out: &mut Vec<u8>) -> Option<()> {
        self.take(b"{")?;
        out.push(b'{');
        // Where each member stands in the output, in the order in which it was read.
        let mut members: Vec<(&'b [u8], std::ops::Range<usize>)> = Vec::new();
        while self.take(b"}").is_none() {
            if !members.is_empty() {
                self.take(b",")?;
                out.push(b',');
            }
            let start = out.len();
            let key = self.string()?;
            if !key.iter().all(|byte| byte.is_ascii() && *byte != b'\\') {
                return None;
            }
            self.take(b":")?;
            out.push(b'"');
            out.extend_from_slice(key);
            out.extend_from_slice(b"\":");
            self.sort(depth_left, out)?;
            members.push((key, start..out.len()));
        }
        if !members.is_sorted_by(|one, next| one.0 < next.0) {
            let start = members.first()?.1.start;
            let read = out.split_off(start);
            members.sort_unstable_by_key(|(key, _)| *key);
            for (n, (key, place)) in members.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                    if members[n - 1].0 == *key {
                        return None;
                    }
                }
                out.extend_from_slice(&read[place.start - start..place.end - start]);
            }
        }
        out.push(b'}');
        Some(())
    }

    fn sort_array(&mut self, depth_left: u8, out: &mut Vec<u8>) -> Option<()> {
        self.take(b"[")?;
        out.push(b'[');
        let mut first = true;
        while self.take(b"]").is_none() {
            if !std::mem::take(&mut first) {
                self.take(b",")?;
                out.push(b',');
            }
            self.sort(depth_left, out)?;
        }
        out.push(b']');
        Some(())
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

    use super::super::canonical::{Json, Key};
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

    /// Values as leaves have them, with keys beyond ASCII among them.
    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Json::Bool),
            (-INTEGER_MAX..=INTEGER_MAX).prop_map(Json::Integer),
            "[a-c\"\\\\\n\u{1}å😀]{0,4}".prop_map(Json::Text),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let key = "[a-cå\u{1f600}\u{fb33}]{0,2}".prop_map(Key);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                prop::collection::btree_map(key, inner, 0..4).prop_map(Json::Object),
            ]
        })
    }

    /// Compact JSON with the members of every object from last to first.
    fn backwards(json: &Json) -> String {
        match json {
            Json::Array(items) => {
                format!("[{}]", items.iter().map(backwards).collect::<Vec<_>>().join(","))
            }
            Json::Object(members) => {
                let member = |(key, value): (&Key, &Json)| {
                    format!("{}:{}", serde_json::to_string(&key.0).unwrap(), backwards(value))
                };
                format!("{{{}}}", members.iter().rev().map(member).collect::<Vec<_>>().join(","))
            }
            plain => String::from_utf8(plain.to_bytes()).unwrap(),
        }
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

        /// What it puts in order is what the thorough writer makes of it, and it leaves nothing to
        /// that one but keys beyond ASCII.
        #[test]
        fn members_are_put_in_order(json in value()) {
            let read = backwards(&json);
            let sorted = sorted(read.as_bytes());
            let beyond = sorted.is_none() && !read.is_ascii();
            prop_assert!(beyond || sorted == Some(json.to_bytes()), "{}", read);
        }

        #[test]
        fn what_is_put_in_order_is_canonical(text in nearly()) {
            if let Some(bytes) = sorted(text.as_bytes()) {
                prop_assert_eq!(Ok(bytes), Json::read(text.as_bytes()).map(|json| json.to_bytes()));
            }
        }

        #[test]
        fn noise_is_looked_at_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(!is_canonical(&bytes) || thorough(&bytes));
            let _ = members(&bytes);
            prop_assert!(sorted(&bytes).is_none_or(|sorted| thorough(&sorted)));
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
