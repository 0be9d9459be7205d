//! The one place where intake asks the free-text guard: it says which surplus values the texts are
//! cleaned of, and never looks into a text itself.
//!
//! Only these values go here, no guesses: before a text leaves, the guard reads it again with all
//! its layers, but then what is not kept can no longer be known.

use zeroize::Zeroizing;

use super::value;
use crate::guard::{self, Kind, Vocabulary};

/// A cleaned text, and how often which kind of value was taken out of it.
pub(super) struct Cleaned {
    pub(super) text: Zeroizing<String>,
    pub(super) masked: Vec<(&'static str, u32)>,
}

/// What the texts of one body are cleaned of. Made once, for comparing all values with all costs
/// more than searching a text for them.
pub(super) struct Cleaner<'v>(Vocabulary<'v>);

impl<'v> Cleaner<'v> {
    /// For these surplus values. What the case keeps stays in the texts: whether that leaves is for
    /// the policy to say.
    pub(super) fn new(surplus: &[(Kind, &'v str)], kept: &[&'v str]) -> Self {
        let stays = Kept::new(kept);
        let protected = kept.iter().fold(Vocabulary::new(), |words, value| words.protect(value));
        let masked = surplus.iter().flat_map(|&(kind, value)| stays.without(kind, value));
        let masked = masked.filter(|(kind, value)| tells(*kind, value));
        Self(masked.fold(protected, |words, (kind, value)| words.mask(kind, value)))
    }

    /// Takes the values out of a text, in any spelling that says the same.
    pub(super) fn clean(&self, text: &str) -> Cleaned {
        let redacted = guard::redact_known(text, &self.0);
        let counts = redacted.counts().into_iter();
        Cleaned {
            text: Zeroizing::new(redacted.text().to_owned()),
            masked: counts.map(|(kind, count)| (kind.tag(), count)).collect(),
        }
    }
}

/// Whether a value is worth a search: a shorter one would take out half of a language, or every
/// port and VLAN.
fn tells(kind: Kind, value: &str) -> bool {
    let digits_min = match kind {
        Kind::Credential => 4,
        _ => 5,
    };
    let folded = value::folded(value);
    let length = folded.chars().count();
    length >= digits_min || length >= 3 && folded.chars().any(|c| !c.is_ascii_digit())
}

/// The values that stay, in the forms that they are compared in.
struct Kept {
    whole: Vec<Zeroizing<String>>,
    parts: Vec<Zeroizing<String>>,
    phones: Vec<Zeroizing<String>>,
}

impl Kept {
    fn new(kept: &[&str]) -> Self {
        let parts = kept.iter().flat_map(|text| parts(text));
        Self {
            whole: kept.iter().map(|text| value::folded(text)).collect(),
            parts: parts.map(value::folded).collect(),
            phones: kept.iter().filter_map(|text| value::phone(text)).collect(),
        }
    }

    /// What of a surplus value must go: all or nothing, but of a name those parts that the kept
    /// name does not have too.
    fn without<'v>(&self, kind: Kind, text: &'v str) -> Vec<(Kind, &'v str)> {
        if self.has(text) {
            return Vec::new();
        }
        if kind != Kind::Person {
            return vec![(kind, text)];
        }
        let all = parts(text).count();
        let gone = parts(text).filter(|part| !self.parts.contains(&value::folded(part)));
        let gone: Vec<_> = gone.map(|part| (kind, part)).collect();
        if gone.len() == all {
            // Whole it is found in more spellings: with an initial, run together.
            return vec![(kind, text)];
        }
        gone
    }

    fn has(&self, text: &str) -> bool {
        self.whole.contains(&value::folded(text))
            || value::phone(text).is_some_and(|phone| self.phones.contains(&phone))
    }
}

/// The parts of a name.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || c == '-').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Kind, value: &str, expected: &str) {
        assert_eq!(*Cleaner::new(&[(kind, value)], &[]).clean(text).text, expected);
    }

    #[test]
    fn surplus_is_taken_out_in_any_spelling() {
        check("ring 031-390 06 12 nu", Kind::Phone, "+46313900612", "ring [telefon] nu");
        check("ring +46 31 3900612", Kind::Phone, "031-3900612", "ring [telefon]");
        check("pnr 121212-1212.", Kind::Personnummer, "19121212-1212", "pnr [personnummer].");
        check("19121212 1212", Kind::Personnummer, "121212-1212", "[personnummer]");
        check("Eriks hund", Kind::Person, "erik", "[namn] hund");
        check("Erika är hemma", Kind::Person, "Erik", "Erika är hemma");
        check("Bergstöm ringde", Kind::Person, "Erik Bergström", "[namn] ringde");
        check("mejla A.L@example.se!", Kind::Email, "a.l@example.se", "mejla [e-post]!");
        check("dörr 47 11", Kind::Credential, "4711", "dörr [kod]");
    }

    #[test]
    fn what_tells_nothing_stays() {
        check("gift", Kind::Other, "x", "gift");
        check("bredbandet", Kind::Other, "bredband", "bredbandet");
        check("STTA0001 VLAN 1212", Kind::CustomerNumber, "1212", "STTA0001 VLAN 1212");
    }

    #[test]
    fn what_is_kept_stays() {
        let kept = ["STTA0001", "Maja Öberg-Nilsson", "+46701740605"];
        let clean = |text: &str, kind, value| {
            let cleaned = Cleaner::new(&[(kind, value)], &kept).clean(text);
            cleaned.text.to_string()
        };
        assert_eq!(clean("på STTA0001", Kind::Other, "STTA"), "på STTA0001");
        assert_eq!(clean("Karin och Nilsson", Kind::Person, "Karin Nilsson"), "[namn] och Nilsson");
        assert_eq!(clean("070-174 06 05", Kind::Phone, "0701740605"), "070-174 06 05");
    }
}
