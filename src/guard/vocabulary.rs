//! What the caller knows about the case that a text belongs to. Holds borrowed values only.

use std::sync::OnceLock;

use super::known::{Known, Shields};
use super::names::Name;
use super::{Kind, Lexicon};

/// The values of a case that the guard looks for: what must go, and what may stand.
///
/// Everything that the register knows goes in, also what is never stored and what the policy
/// withholds; a value that is not here can still be found by its shape or by the words around it.
/// It has no `Debug`: it is a list of personal values.
#[derive(Clone)]
pub struct Vocabulary<'a> {
    masked: Vec<(Kind, &'a str)>,
    protected: Vec<&'a str>,
    allowed: Vec<Name>,
    lexicon: &'a Lexicon,
    /// Made of `masked` when the first text is read.
    known: OnceLock<Known>,
    /// Made of `protected`, likewise.
    shields: OnceLock<Shields>,
    /// Made of `allowed`, likewise.
    spared: OnceLock<Known>,
}

impl<'a> Vocabulary<'a> {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes by these words and not by the installed ones.
    #[must_use]
    pub const fn words(mut self, lexicon: &'a Lexicon) -> Self {
        self.lexicon = lexicon;
        self
    }

    /// A person's name that may stand in the text, in all the spellings in which a masked one would
    /// be found: whole, in parts, inflected, turned round.
    #[must_use]
    pub fn allow(mut self, name: &str) -> Self {
        self.allowed.push(Name::new(name));
        self.spared = OnceLock::new();
        self
    }

    /// A personal value of the record. Names, numbers and addresses are found in other spellings
    /// too. A name is given whole, first name first: `Astrid Maria Lindqvist`.
    #[must_use]
    pub fn mask(mut self, kind: Kind, value: &'a str) -> Self {
        if value.chars().any(char::is_alphanumeric) {
            self.masked.push((kind, value));
            self.known = OnceLock::new();
        }
        self
    }

    /// A value that may stand in the text: of the service (access id, port, serial number, order
    /// reference, delivery address), or one that the policy lets through.
    ///
    /// It stands where it is written whole; a telephone number in E.164 (`+46…`) in any grouping, a
    /// value with letters in any case. A longer finding that it is a part of is masked
    /// nevertheless.
    #[must_use]
    pub fn protect(mut self, value: &'a str) -> Self {
        if value.chars().any(char::is_alphanumeric) {
            self.protected.push(value);
            self.shields = OnceLock::new();
        }
        self
    }

    pub(super) fn known(&self) -> &Known {
        self.known.get_or_init(|| Known::new(&self.masked))
    }

    pub(super) const fn lexicon(&self) -> &'a Lexicon {
        self.lexicon
    }

    pub(super) fn allowed(&self) -> &Known {
        self.spared.get_or_init(|| Known::names(self.allowed.clone()))
    }

    /// Where those who may be named stand in the name of a network.
    pub(super) fn allowed_within(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        self.allowed.iter().flat_map(|name| name.within(text)).collect()
    }

    /// Whether somebody may be named.
    pub(super) const fn allows_names(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Whether a telephone number may stand, by its digits behind the zero.
    pub(super) fn allows(&self, national: &str) -> bool {
        self.shields().allow(national)
    }

    pub(super) fn shields(&self) -> &Shields {
        self.shields.get_or_init(|| Shields::new(&self.protected))
    }
}

impl Default for Vocabulary<'_> {
    fn default() -> Self {
        Self {
            masked: Vec::new(),
            protected: Vec::new(),
            allowed: Vec::new(),
            lexicon: Lexicon::installed(),
            known: OnceLock::new(),
            shields: OnceLock::new(),
            spared: OnceLock::new(),
        }
    }
}
