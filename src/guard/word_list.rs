//! Short lists of words that are asked for at every word of a text.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// FNV-1a: the keys are short and the lists are our own.
#[derive(Default)]
pub(super) struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        let mut hash = if self.0 == 0 { 0xcbf2_9ce4_8422_2325 } else { self.0 };
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Words in lower case with spaces between them, taken apart when the first of them is asked for.
pub(super) struct WordList {
    text: &'static str,
    words: OnceLock<Words>,
}

struct Words {
    set: HashSet<&'static str, BuildHasherDefault<Fnv>>,
    /// Bit `n` says that a word of `n` bytes is among them: most words are told apart by that.
    lengths: u64,
}

impl WordList {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, words: OnceLock::new() }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        let words = self.words.get_or_init(|| {
            let set: HashSet<_, _> = self.text.split_whitespace().collect();
            let lengths = set.iter().fold(0, |lengths, word| lengths | length(word));
            Words { set, lengths }
        });
        words.lengths & length(word) != 0 && words.set.contains(word)
    }
}

fn length(word: &str) -> u64 {
    1 << word.len().min(63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_listed() {
        static LIST: WordList = WordList::new("port porten \n   grind");
        assert!(["port", "porten", "grind"].iter().all(|word| LIST.has(word)));
        assert!(!["por", "portens", "", "n", " "].iter().any(|word| LIST.has(word)));
    }
}
