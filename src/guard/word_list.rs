//! Short lists of words that are asked for at every word of a text.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Eight bytes at a step: the keys are short and the lists are our own, so that no stranger chooses
/// what is in a table.
#[derive(Default)]
pub(super) struct Short(u64);

impl Short {
    fn mix(&mut self, value: u64) {
        // The odd constant of a splitmix step.
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Short {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.mix(u64::from_le_bytes(word));
        }
    }

    /// The end of a text: its length has told it apart already.
    fn write_u8(&mut self, byte: u8) {
        self.0 ^= u64::from(byte);
    }

    fn finish(&self) -> u64 {
        // The upper bits are the mixed ones; a table goes by the lower ones.
        self.0.rotate_left(26)
    }
}

/// Words in lower case with spaces between them, taken apart when the first of them is asked for.
pub(super) struct WordList {
    text: &'static str,
    words: OnceLock<Words>,
}

struct Words {
    set: HashSet<&'static str, BuildHasherDefault<Short>>,
    /// Bit `n` says that a word of `n` bytes is among them: most words are told apart by that.
    lengths: u64,
}

impl WordList {
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, words: OnceLock::new() }
    }

    /// The words of the list.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.split_whitespace()
    }

    pub(super) fn has(&self, word: &str) -> bool {
        let words = self.words.get_or_init(|| {
            let set: HashSet<_, _> = self.words().collect();
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
