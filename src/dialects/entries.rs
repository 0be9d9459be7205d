//! Takes a JSON array of objects apart while it arrives: a list of all accesses of an operator has no
//! bound that memory should have to hold.

use thiserror::Error;

/// No row of a list is longer.
const ENTRY_BYTES_MAX: usize = 64 * 1024;

/// Why a list cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// It is not an array of objects.
    #[error("the list is not a JSON array of objects")]
    NoList,
    /// One of its objects is longer than any that makes sense.
    #[error("an entry of the list is too long to be read")]
    EntryTooLong,
    /// It broke off.
    #[error("the list breaks off before its end")]
    CutShort,
}

/// A list on its way in. The array may stand by itself, or as a member of one object.
#[derive(Debug, Default)]
pub struct Entries {
    entry: Vec<u8>,
    /// Objects and arrays that are open within the entry.
    depth: usize,
    is_text: bool,
    is_escaped: bool,
    part: Part,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    /// Before the array: nothing, or the beginning of the object that holds it.
    #[default]
    Before,
    Within,
    Behind,
}

impl Entries {
    /// Takes what has arrived; gives the objects that are complete by now.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ListError> {
        let mut complete = Vec::new();
        for &byte in bytes {
            match self.part {
                Part::Before => self.before(byte)?,
                Part::Within => complete.extend(self.within(byte)?),
                Part::Behind => {}
            }
        }
        Ok(complete)
    }

    /// Whether the array has ended.
    pub fn finish(&self) -> Result<(), ListError> {
        match self.part {
            Part::Behind => Ok(()),
            Part::Within => Err(ListError::CutShort),
            Part::Before => Err(ListError::NoList),
        }
    }

    fn before(&mut self, byte: u8) -> Result<(), ListError> {
        if self.is_text {
            self.text(byte);
            return Ok(());
        }
        match byte {
            b'[' => self.part = Part::Within,
            b'"' if self.depth == 1 => self.is_text = true,
            b'{' if self.depth == 0 => self.depth = 1,
            b':' if self.depth == 1 => {}
            // A byte order mark, and space.
            0xef | 0xbb | 0xbf | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => return Err(ListError::NoList),
        }
        if self.part == Part::Within {
            self.depth = 0;
        }
        Ok(())
    }

    fn within(&mut self, byte: u8) -> Result<Option<Vec<u8>>, ListError> {
        if self.depth == 0 {
            match byte {
                b'{' => {
                    self.depth = 1;
                    self.entry.push(byte);
                }
                b']' => self.part = Part::Behind,
                b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => return Err(ListError::NoList),
            }
            return Ok(None);
        }
        if self.entry.len() == ENTRY_BYTES_MAX {
            return Err(ListError::EntryTooLong);
        }
        self.entry.push(byte);
        if self.is_text {
            self.text(byte);
            return Ok(None);
        }
        match byte {
            b'"' => self.is_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        Ok((self.depth == 0).then(|| std::mem::take(&mut self.entry)))
    }

    fn text(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.is_text = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, piece: usize) -> Result<Vec<String>, ListError> {
        let (mut entries, mut found) = (Entries::default(), Vec::new());
        for bytes in text.as_bytes().chunks(piece) {
            found.extend(entries.push(bytes)?);
        }
        entries.finish()?;
        Ok(found.into_iter().map(|entry| String::from_utf8(entry).unwrap()).collect())
    }

    #[test]
    fn entries_come_whole_whatever_the_pieces() {
        let list = r#" [ {"a": "x]}\"{", "b": [{}, 1]}, {"å": {}} ] "#;
        let expected =
            Ok(vec![r#"{"a": "x]}\"{", "b": [{}, 1]}"#.to_owned(), r#"{"å": {}}"#.to_owned()]);
        for piece in [1, 2, 3, 7, 100] {
            assert_eq!(read(list, piece), expected);
        }
        assert_eq!(read(r#"{"accesses": [{"a":1}]}"#, 1), Ok(vec![r#"{"a":1}"#.to_owned()]));
        assert_eq!(read("\u{feff}[]", 1), Ok(vec![]));
    }

    #[test]
    fn what_is_no_list_or_half_of_one_is_told() {
        for none in ["", "{}", "<html>", "null", "{\"cause\": \"x\"}", "[1]", "[null]"] {
            assert_eq!(read(none, 1), Err(ListError::NoList), "{none}");
        }
        for half in ["[", "[{}", "[{\"a\": \"]"] {
            assert_eq!(read(half, 1), Err(ListError::CutShort), "{half}");
        }
        let long = format!("[{{\"a\": \"{}\"}}]", "x".repeat(ENTRY_BYTES_MAX));
        assert_eq!(read(&long, 4_096), Err(ListError::EntryTooLong));
    }
}
