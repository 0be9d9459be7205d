//! The words that the guard knows: those that we wrote down, and those of a gazetteer file.
//!
//! A word is looked up once, in lower case; what comes back is a set of [`Says`]. A word of which
//! nothing is said is unknown, and unknown words are denied: see `deny`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{LazyLock, OnceLock};

use fst::Map;

use super::compact::skeleton;
use super::gazetteer::{self, Gazetteer};
use super::marks;
use super::word_list::Short;

/// What is known of a word: a set of properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Says(u64);

/// Numbers the properties; the name in `cues.txt` beside each that is listed there.
macro_rules! properties {
    ($($bit:literal $name:ident $($cue:literal)?,)*) => {
        impl Says {
            $(pub(super) const $name: Self = Self(1 << $bit);)*

            /// The property of a line of `cues.txt`.
            fn of_cue(name: &str) -> Self {
                match name {
                    $($($cue => Self::$name,)?)*
                    _ => Self::default(),
                }
            }
        }
    };
}

properties! {
    0 WORD,
    1 GIVEN,
    2 FAMILY,
    3 HOMOGRAPH,
    4 DOMAIN,
    5 LEFT,
    6 PERSON "person",
    7 SURE "sure",
    8 RELATION "relation",
    9 SIGN "sign",
    10 SPEECH "speech",
    11 CREDENTIAL "credential",
    12 REFERENCE "reference",
    13 SERIAL "serial",
    14 TECHNICAL "technical",
    15 UNIT "unit",
    16 TIME "time",
    17 MONTH "month",
    18 VEHICLE "vehicle",
    19 BANK "bank",
    20 PHONE "phone",
    21 BIRTH "birth",
    22 PNR "pnr",
    23 CUSTOMER "customer",
    24 STREET "street",
    25 DIRECTION "direction",
    26 APARTMENT "apartment",
    27 PROPERTY "property",
    28 PARTICLE "particle",
    29 NUMBER "number",
    30 BRAND "brand",
    31 VERSION "version",
    32 FUNCTION,
    33 GENITIVE,
    34 ENGLISH,
    35 BUILT_IN,
    36 KEYED,
    37 AILING,
    38 PLACED,
    39 HOUSED,
    40 HEADED,
    41 NUMBERED,
}

/// What says nothing of a word, but where a rule of some layer begins: see `marks`.
const MARKS: Says = Says::KEYED
    .and(Says::AILING)
    .and(Says::PLACED)
    .and(Says::HOUSED)
    .and(Says::HEADED)
    .and(Says::NUMBERED);

impl Says {
    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// A word of the lists of English and of the neighbours' languages, and nothing else.
    pub(super) const fn only_english(self) -> bool {
        let list = Self::ENGLISH.and(Self::WORD).and(Self::BUILT_IN).and(Self::LEFT).and(MARKS);
        self.any(Self::ENGLISH) && self.0 & !list.0 == 0
    }

    /// The rules that begin with the word, and nothing that is said of it.
    pub(super) const fn marks(self) -> Self {
        Self(self.0 & MARKS.0)
    }

    /// What is said of the word.
    const fn facts(self) -> Self {
        Self(self.0 & !MARKS.0)
    }

    pub(super) const fn is_name(self) -> bool {
        self.any(Self::GIVEN.and(Self::FAMILY))
    }

    /// An ordinary word, of the language or of the trade.
    pub(super) const fn is_word(self) -> bool {
        self.any(Self::WORD.and(Self::DOMAIN))
    }

    /// Bits of a gazetteer file: a word, a given or family name, the first part of compounds.
    pub(super) const fn of_gazetteer(value: u64) -> Self {
        let word = if value & 1 != 0 { Self::WORD } else { Self(0) };
        let name = if value & 2 != 0 { Self::FAMILY } else { Self(0) };
        let left = if value & 4 != 0 { Self::LEFT } else { Self(0) };
        word.and(name).and(left)
    }
}

/// Ordinary words that are names too, and are so common that only another name beside them, or a
/// cue that leaves no doubt, makes names of them.
const FUNCTION: &str = "mange else paris silver alfa kalla fina ville ingen inga han hon hans old my best lan ask god and be no so do he le ma ho ha is it to my are will can said min han hon per so to in on en ett la le do den de max tim dag \
    ring ringer si no hans hennes ma an man din dina li lo tan sin mon hai fan vit yu young long old \
    may an ger var vara am us son mark plan san nu ny short north king tor mot med av till nor \
    ali-as van von för än mo mi mur port park hus ord ting hag mai hon ända so ray art sue drew chase \
    grant rob nick bill hope joy dawn miles penny daily day day's page case bell short small white \
    green brown black gray grey cook law bridge field wood stone hill house church hall";

/// The endings of Swedish and English words, longest first.
const ENDINGS: [&str; 40] = [
    "ningarna", "ningens", "ningen", "ningar", "arnas", "ornas", "ernas", "heten", "ande", "ende",
    "arna", "orna", "erna", "ades", "ning", "ens", "ets", "are", "ade", "ing", "ed", "er", "es",
    "ly", "en", "et", "ar", "or", "na", "at", "ad", "as", "te", "de", "s", "t", "n", "d", "r", "a",
];

/// From how many letters on a cue is known without its accents.
const PLAIN_MIN: usize = 6;

/// Bytes of the longest word that is looked up; what is longer is no word.
const WORD_MAX: usize = 48;

type Table = HashMap<Box<str>, Says, BuildHasherDefault<Short>>;

static BUILT_IN: LazyLock<Table> = LazyLock::new(built_in);

/// The words among them that are nobody's name.
static PLAIN: LazyLock<Map<Vec<u8>>> = LazyLock::new(|| {
    gazetteer::set(BUILT_IN.iter().filter(|(_, says)| plain(**says)).map(|(word, _)| &**word))
});

fn built_in() -> Table {
    let mut table = Table::with_capacity_and_hasher(16_384, BuildHasherDefault::default());
    let mut add = |word: &str, says: Says| {
        let known = table.entry(word.into()).or_default();
        *known = known.and(says).and(Says::BUILT_IN);
    };
    for word in words(include_str!("words/swedish.txt")) {
        add(word, Says::WORD);
    }
    let foreign = [include_str!("words/english.txt"), include_str!("words/nordic.txt")];
    for word in foreign.into_iter().flat_map(words) {
        add(word, Says::WORD.and(Says::ENGLISH));
    }
    for word in words(include_str!("words/domain.txt")) {
        for part in word.split(|c: char| !c.is_alphabetic()) {
            add(part, Says::DOMAIN);
        }
    }
    for line in lines(include_str!("words/cues.txt")) {
        let Some((cue, listed)) = line.split_once(':') else { continue };
        for word in listed.split_whitespace() {
            // A brand may be a name as well (`Nest`, `Link`); the rest are words of the language.
            add(word, Says::of_cue(cue).and(Says::WORD));
            // `anmalare`, `losenord`: as systems write that know no å, ä and ö.
            let plain = skeleton(word);
            if plain.as_str() != word && plain.len() >= PLAIN_MIN {
                add(&plain, Says::of_cue(cue).and(Says::WORD));
            }
        }
    }
    for line in lines(include_str!("words/homographs.txt")) {
        let Some((kind, listed)) = line.split_once(':') else { continue };
        let name = if kind == "given" { Says::GIVEN } else { Says::FAMILY };
        for word in listed.split_whitespace() {
            add(word, Says::HOMOGRAPH.and(Says::WORD).and(name));
        }
    }
    for (list, says) in [
        (include_str!("words/given.txt"), Says::GIVEN),
        (include_str!("words/family.txt"), Says::FAMILY),
    ] {
        for name in words(list) {
            add(name, says);
            let plain = skeleton(name);
            if plain.as_str() != name && plain.len() > 2 {
                add(&plain, says);
            }
        }
    }
    for word in FUNCTION.split_whitespace() {
        add(word, Says::FUNCTION.and(Says::WORD));
    }
    table.remove("");
    for (word, mark) in marks::marked() {
        let known = table.entry(word.into()).or_default();
        *known = known.and(mark);
    }
    table
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    lines(text).flat_map(str::split_whitespace)
}

/// The lines of the list of words about health.
pub(super) fn health() -> impl Iterator<Item = &'static str> {
    lines(include_str!("words/health.txt")).filter(|line| !line.trim().is_empty())
}

/// The patterns of how illness and need are told in plain words.
pub(super) fn unwell() -> impl Iterator<Item = &'static str> {
    lines(include_str!("words/unwell.txt")).filter(|line| !line.trim().is_empty())
}

/// The words that the guard goes by: the built-in ones, and a gazetteer's if there is one.
#[derive(Debug, Default)]
pub struct Lexicon {
    gazetteer: Option<Gazetteer>,
}

static INSTALLED: OnceLock<Lexicon> = OnceLock::new();
static ALONE: Lexicon = Lexicon { gazetteer: None };

impl Lexicon {
    /// The built-in words alone: rare words in lower case are then not taken for names unless
    /// something beside them says so, and rare words with a capital always are.
    pub const fn built_in() -> Self {
        Self { gazetteer: None }
    }

    /// The built-in words and those of a gazetteer.
    pub const fn new(gazetteer: Gazetteer) -> Self {
        Self { gazetteer: Some(gazetteer) }
    }

    /// What every [`super::Vocabulary`] of this process goes by from now on. Once, at the start;
    /// tells whether it was the first.
    pub fn install(self) -> bool {
        INSTALLED.set(self).is_ok()
    }

    /// The installed words, or the built-in ones.
    pub fn installed() -> &'static Self {
        INSTALLED.get().unwrap_or(&ALONE)
    }

    /// The gazetteer, if there is one.
    pub const fn gazetteer(&self) -> Option<&Gazetteer> {
        self.gazetteer.as_ref()
    }

    /// What is known of a word in lower case. A genitive is known by its name.
    pub(super) fn says(&self, word: &str) -> Says {
        if word.len() > WORD_MAX {
            return Says::default();
        }
        let own = self.exact(word);
        if own.is_name() || own.any(Says::BUILT_IN) {
            return own;
        }
        let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix('s'));
        if let Some(stem) = stem.filter(|stem| stem.len() > 2) {
            let stem = self.exact(stem);
            if stem.is_name() {
                return own.and(stem.facts()).and(Says::GENITIVE);
            }
            if word.ends_with("'s") && stem.is_word() {
                return Says::WORD.and(own.marks());
            }
        }
        own
    }

    fn exact(&self, word: &str) -> Says {
        let built_in = BUILT_IN.get(word).copied().unwrap_or_default();
        match &self.gazetteer {
            Some(gazetteer) if !built_in.any(Says::WORD.and(Says::DOMAIN).and(Says::HOMOGRAPH)) => {
                built_in.and(gazetteer.says(word))
            }
            _ => built_in,
        }
    }

    /// What our own lists say of a word in lower case.
    pub(super) fn listed(word: &str) -> Says {
        BUILT_IN.get(word).copied().unwrap_or_default()
    }

    /// Whether a word is one of our lists, of Swedish or of the trade, and nobody's name.
    pub(super) fn is_common(word: &str) -> bool {
        BUILT_IN
            .get(word)
            .is_some_and(|says| says.is_word() && !says.is_name() && !says.only_english())
    }

    /// Whether a word that is not listed is an inflection of one that is.
    pub(super) fn inflects(word: &str) -> bool {
        if word.len() > WORD_MAX {
            return false;
        }
        let mut whole = String::with_capacity(WORD_MAX + 1);
        ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending)).any(|stem| {
            let is_plain = |word: &str| BUILT_IN.get(word).is_some_and(|says| plain(*says));
            stem.chars().count() >= 3
                && (is_plain(stem) || {
                    whole.clear();
                    whole.push_str(stem);
                    whole.push('a');
                    is_plain(&whole)
                })
        })
    }

    /// Whether a word is put together of two words that are listed, `s` between them or not.
    /// Each part has so many letters at least.
    pub(super) fn compounds(&self, word: &str, part_min: usize) -> bool {
        if word.len() > WORD_MAX {
            return false;
        }
        let mut cuts = word.char_indices().map(|(at, _)| at).skip(part_min);
        cuts.any(|at| {
            let (left, right) = word.split_at(at);
            if right.chars().count() < part_min {
                return false;
            }
            let joined = left.strip_suffix('s').filter(|left| left.chars().count() >= part_min);
            let begins = |part: &str| {
                let says = self.exact(part);
                says.any(Says::LEFT)
                    || says.is_word() && (!says.any(Says::FUNCTION) || part.len() >= 4)
            };
            let right_says = self.exact(right);
            let ends = plain(right_says)
                || right_says.any(Says::DOMAIN) && right.len() > 3
                || right.chars().count() > 4 && Self::inflects(right);
            ends && (begins(left) || joined.is_some_and(begins))
        })
    }

    /// Whether a word is one slip away from an ordinary word that is long enough to be sure of.
    pub(super) fn mistypes(&self, word: &str) -> bool {
        const LENGTH_MIN: usize = 5;
        const LENGTH_MAX: usize = 16;
        if !(LENGTH_MIN..=LENGTH_MAX).contains(&word.chars().count()) {
            return false;
        }
        let is_word = |candidate: &str| {
            candidate.len() >= LENGTH_MIN
                && plain(self.exact(candidate))
                && !super::health::tells(candidate)
        };
        gazetteer::near(PLAIN.as_fst(), word, is_word)
            || self.gazetteer.as_ref().is_some_and(|words| words.near(word, is_word))
    }
}

/// A word, and nobody's name.
const fn plain(says: Says) -> bool {
    says.any(Says::WORD) && !says.is_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names() {
        let lexicon = Lexicon::built_in();
        for (word, word_too, name) in [
            ("astrid", false, true),
            ("astrids", false, true),
            ("goran", false, true),
            ("sten", true, true),
            ("router", true, false),
            ("vlan", true, false),
            ("xyzzy", false, false),
        ] {
            let says = lexicon.says(word);
            assert_eq!((says.is_word(), says.is_name()), (word_too, name), "{word}");
        }
        assert!(Lexicon::inflects("routerns"));
        assert!(lexicon.compounds("fiberrouter", 3));
        assert!(!lexicon.compounds("lindqvist", 3));
        assert!(lexicon.mistypes("fortfrande"));
        assert!(!lexicon.mistypes("agnieszka"));
    }
}
