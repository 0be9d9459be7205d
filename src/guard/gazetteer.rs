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
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use fst::raw::{Fst, Node};
use fst::{Map, MapBuilder};
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
    memo: Memo,
}

/// What was found for the words that were looked up last: the same ones come again and again, and
/// the way through the set is long. Holds no word, but a keyed hash of it.
struct Memo {
    key: RandomState,
    cells: Box<[AtomicU64]>,
}

impl Memo {
    const CELLS: usize = 8192;
    /// The low bits of a cell: one that says it is in use, and those of a word.
    const BITS: u64 = 0xf;
    const USED: u64 = 0x8;

    fn new() -> Self {
        Self {
            key: RandomState::new(),
            cells: (0..Self::CELLS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn of(&self, word: &str, find: impl FnOnce() -> u64) -> u64 {
        let hash = self.key.hash_one(word);
        let Ok(place) = usize::try_from(hash % Self::CELLS as u64) else { return find() };
        let (cell, tag) = (&self.cells[place], hash & !Self::BITS);
        let kept = cell.load(Ordering::Relaxed);
        if kept & !Self::BITS == tag && kept & Self::USED != 0 {
            return kept & (WORD | NAME | LEFT);
        }
        let found = find() & (WORD | NAME | LEFT);
        cell.store(tag | Self::USED | found, Ordering::Relaxed);
        found
    }
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
        Ok(Self { header, words, memo: Memo::new() })
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
        Says::of_gazetteer(self.memo.of(word, || self.words.get(word).unwrap_or(0)))
    }

    /// Whether a word that is one slip away from this one passes a test.
    pub(super) fn near(&self, word: &str, passes: impl FnMut(&str) -> bool) -> bool {
        near(self.words.as_fst(), word, passes)
    }
}

/// A set of words in the same form, made when it is needed; a word that comes twice counts once.
pub(super) fn set<'w>(words: impl Iterator<Item = &'w str>) -> Map<Vec<u8>> {
    let mut sorted: Vec<&str> = words.collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut builder = MapBuilder::memory();
    // Sorted, and written to memory: neither of what can fail does.
    let built = sorted.iter().all(|word| builder.insert(word, 0).is_ok());
    let bytes = if built { builder.into_inner().ok() } else { None };
    bytes.and_then(|bytes| Map::new(bytes).ok()).unwrap_or_default()
}

/// Whether a word of a set passes a test that is one slip away from this one: a letter too many, too
/// few or wrong, or two that changed places. The first letter is seldom the wrong one.
///
/// One walk down the set along the word; each slip leaves it once.
pub(super) fn near<D: AsRef<[u8]>>(
    set: &Fst<D>,
    word: &str,
    mut passes: impl FnMut(&str) -> bool,
) -> bool {
    let mut node = set.root();
    let mut letters = word.char_indices().map(|(at, char)| at + char.len_utf8());
    let mut at = 0;
    loop {
        let (before, after) = word.split_at(at);
        let next = letters.next();
        let rest = next.map(|next| &word[next..]);
        if let Some((rest, next)) = rest.zip(next) {
            let turned = rest.chars().next().map(|second| {
                let mut turned = second.to_string();
                turned.push_str(&word[at..next]);
                turned.push_str(&rest[second.len_utf8()..]);
                turned
            });
            // A letter struck twice; another one too many makes another word.
            let letter = &word[at..next];
            let twice = before.ends_with(letter) || rest.starts_with(letter);
            if twice && ends(set, node, rest) && passes(&[before, rest].concat())
                || turned.is_some_and(|turned| {
                    ends(set, node, &turned) && passes(&[before, &turned].concat())
                })
            {
                return true;
            }
        }
        for letter in ('a'..='z').chain(['å', 'ä', 'ö']) {
            let mut bytes = [0; 4];
            let Some(beyond) = follow(set, node, letter.encode_utf8(&mut bytes)) else { continue };
            let wrong =
                rest.filter(|_| at > 0 && next.is_some_and(|next| beside(&word[at..next], letter)));
            for rest in std::iter::once(after).chain(wrong) {
                if ends(set, beyond, rest)
                    && passes(&[before, letter.encode_utf8(&mut bytes), rest].concat())
                {
                    return true;
                }
            }
        }
        let Some(next) = next else { return false };
        let Some(beyond) = follow(set, node, &word[at..next]) else { return false };
        (node, at) = (beyond, next);
    }
}

fn follow<'s, D: AsRef<[u8]>>(set: &'s Fst<D>, from: Node<'s>, text: &str) -> Option<Node<'s>> {
    text.bytes()
        .try_fold(from, |node, byte| Some(set.node(node.transition_addr(node.find_input(byte)?))))
}

/// Whether two letters lie beside each other on a Swedish keyboard.
fn beside(letter: &str, other: char) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiopå", "asdfghjklöä", "zxcvbnm"];
    let place = |letter: char| {
        ROWS.iter().enumerate().find_map(|(row, keys)| {
            keys.chars().position(|key| key == letter).map(|column| (row, column))
        })
    };
    let Some(letter) = letter.chars().next() else { return false };
    match (place(letter), place(other)) {
        (Some((row, column)), Some((other_row, other_column))) => {
            row.abs_diff(other_row) <= 1 && column.abs_diff(other_column) <= 1
        }
        _ => false,
    }
}

fn ends<D: AsRef<[u8]>>(set: &Fst<D>, from: Node<'_>, text: &str) -> bool {
    let mut node = from;
    for byte in text.bytes() {
        let Some(next) = node.find_input(byte) else { return false };
        node = set.node(node.transition_addr(next));
    }
    node.is_final()
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
