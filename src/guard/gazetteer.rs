//! The gazetteer file: many words in a compact set (`fst`), behind a header in plain text.
//!
//! ```text
//! sluss-gazetteer 1
//! source: sv_SE.dic of hunspell-sv, LGPL-3
//! words: 787316
//! names: 0
//! (an empty line, then the set)
//! ```
//!
//! The set maps a word in lower case to bits: 1 an ordinary word, 2 a name, 4 the first part of
//! compounds. Reading it is one look at the header; nothing is unpacked.

use std::collections::BTreeMap;

use fst::Map;
use thiserror::Error;

use super::lexicon::Says;

const MAGIC: &str = "sluss-gazetteer 1";
/// The longest header that is looked for the end of.
const HEADER_MAX: usize = 16 * 1024;

/// An ordinary word.
pub const WORD: u64 = 1;
/// A name of people.
pub const NAME: u64 = 2;
/// What compounds begin with, and what is no word by itself.
pub const LEFT: u64 = 4;

/// Why a file is no gazetteer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GazetteerError {
    /// The file begins otherwise.
    #[error("this is no gazetteer of version 1: make it with `sluss gazetteer build`")]
    Header,
    /// The set behind the header is damaged or cut off.
    #[error("the gazetteer is damaged: make it again with `sluss gazetteer build`")]
    Damaged,
    /// The words could not be put together.
    #[error("the words could not be written as a set")]
    Unbuilt,
}

/// Words of a file, ready to be looked up.
pub struct Gazetteer {
    header: String,
    words: Map<Vec<u8>>,
}

impl Gazetteer {
    /// Reads a file that has been read in one go.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self, GazetteerError> {
        let head = &bytes[..bytes.len().min(HEADER_MAX)];
        let end = head.windows(2).position(|pair| pair == b"\n\n").ok_or(GazetteerError::Header)?;
        let header = std::str::from_utf8(&head[..end]).map_err(|_| GazetteerError::Header)?;
        if header.lines().next() != Some(MAGIC) {
            return Err(GazetteerError::Header);
        }
        let header = header.to_owned();
        let words = Map::new(bytes.split_off(end + 2)).map_err(|_| GazetteerError::Damaged)?;
        words.as_fst().verify().map_err(|_| GazetteerError::Damaged)?;
        Ok(Self { header, words })
    }

    /// The lines about where the words come from and how many there are.
    pub fn about(&self) -> impl Iterator<Item = &str> {
        self.header.lines().skip(1)
    }

    /// How many words and names there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn says(&self, word: &str) -> Says {
        Says::of_gazetteer(self.words.get(word).unwrap_or(0))
    }
}

impl std::fmt::Debug for Gazetteer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Gazetteer of {}", self.len())
    }
}

/// The bytes of a gazetteer file. `sources` says where the words come from, with the licence; one
/// line each.
pub fn write(words: &BTreeMap<String, u64>, sources: &[String]) -> Result<Vec<u8>, GazetteerError> {
    let count = |bit: u64| words.values().filter(|value| **value & bit != 0).count();
    let mut head = format!("{MAGIC}\n");
    for source in sources {
        head.push_str("source: ");
        head.extend(source.chars().map(|c| if c.is_control() { ' ' } else { c }));
        head.push('\n');
    }
    for (what, bit) in [("words", WORD), ("names", NAME)] {
        head.push_str(what);
        head.push_str(": ");
        head.push_str(&count(bit).to_string());
        head.push('\n');
    }
    head.push('\n');
    let map = Map::from_iter(words.iter().map(|(word, bits)| (word, *bits)))
        .map_err(|_| GazetteerError::Unbuilt)?;
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(map.as_fst().as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        let words = BTreeMap::from([("ström".to_owned(), WORD), ("astrid".to_owned(), NAME)]);
        let bytes = write(&words, &["ours,\nno licence".to_owned()]).expect("it can be written");
        let read = Gazetteer::from_bytes(bytes.clone()).expect("what was written can be read");
        assert_eq!(read.len(), 2);
        assert!(read.says("ström").is_word() && read.says("astrid").is_name());
        assert_eq!(read.says("okänt"), Says::default());
        let about: Vec<_> = read.about().collect();
        assert_eq!(about, ["source: ours, no licence", "words: 1", "names: 1"]);
        for length in 0..bytes.len() {
            assert!(Gazetteer::from_bytes(bytes[..length].to_vec()).is_err(), "cut at {length}");
        }
    }
}
