//! Words of a Hunspell dictionary with their inflections: a stem and the affix rules that its flags
//! name. Reads the text of the two files (`.aff`, `.dic`); knows single-letter flags in UTF-8, which
//! is what the Swedish dictionary has, and refuses others.
//!
//! Only words in lower case are taken: a word that is written with a capital is a name of something.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::gazetteer::{LEFT, WORD};

/// Why a dictionary could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HunspellError {
    /// Not UTF-8 with one character for a flag.
    #[error("the affix file says `{0}`, which is not read here")]
    Unsupported(String),
    /// There was no word in it.
    #[error("the dictionary holds no words")]
    Empty,
}

/// One way to change a stem.
struct Rule {
    strip: String,
    add: String,
    condition: Vec<Place>,
    /// The flags of the result.
    further: Vec<char>,
    suffix: bool,
}

/// One character of a rule's condition.
struct Place {
    set: Vec<char>,
    negated: bool,
}

struct Affixes {
    rules: HashMap<char, Vec<Rule>>,
    forbidden: Option<char>,
    need_affix: Option<char>,
    compound_begin: Option<char>,
    only_in_compound: Option<char>,
}

/// The words of a dictionary and all that its rules make of them, as a gazetteer has them.
pub fn words(affixes: &str, dictionary: &str) -> Result<BTreeMap<String, u64>, HunspellError> {
    let affixes = Affixes::read(affixes)?;
    let mut words = BTreeMap::new();
    for line in dictionary.lines().skip(1) {
        let entry = line.split(['\t', ' ']).next().unwrap_or_default();
        let (stem, flags) = entry.split_once('/').unwrap_or((entry, ""));
        let lower = stem.chars().next().is_some_and(char::is_lowercase);
        if lower && stem.chars().all(|c| c.is_lowercase() || c == '-' || c == '\'') {
            affixes.expand(stem, &flags.chars().collect::<Vec<_>>(), 0, &mut words);
        }
    }
    if words.is_empty() {
        return Err(HunspellError::Empty);
    }
    Ok(words)
}

impl Affixes {
    fn read(text: &str) -> Result<Self, HunspellError> {
        let mut affixes = Self {
            rules: HashMap::new(),
            forbidden: None,
            need_affix: None,
            compound_begin: None,
            only_in_compound: None,
        };
        for line in text.lines() {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let flag = |at: usize| parts.get(at).and_then(|part| part.chars().next());
            match parts.first().copied().unwrap_or_default() {
                "SET" | "FLAG" if parts.get(1) != Some(&"UTF-8") => {
                    return Err(HunspellError::Unsupported(line.to_owned()));
                }
                "FORBIDDENWORD" => affixes.forbidden = flag(1),
                "NEEDAFFIX" => affixes.need_affix = flag(1),
                "COMPOUNDBEGIN" => affixes.compound_begin = flag(1),
                "ONLYINCOMPOUND" => affixes.only_in_compound = flag(1),
                kind @ ("SFX" | "PFX") if parts.len() >= 4 => {
                    let rule = Rule::read(kind == "SFX", &parts);
                    // The first line of a group only counts its rules.
                    let counts = matches!(parts[2], "Y" | "N") && parts.len() == 4;
                    if let (Some(flag), false) = (flag(1), counts) {
                        affixes.rules.entry(flag).or_default().push(rule);
                    }
                }
                _ => {}
            }
        }
        Ok(affixes)
    }

    fn expand(&self, form: &str, flags: &[char], depth: u8, words: &mut BTreeMap<String, u64>) {
        /// A suffix on a suffix, as Hunspell has it.
        const DEPTH_MAX: u8 = 2;
        let has = |flag: Option<char>| flag.is_some_and(|flag| flags.contains(&flag));
        if has(self.forbidden) {
            return;
        }
        let mut bits = 0;
        if has(self.only_in_compound) {
            bits = LEFT;
        } else if !has(self.need_affix) {
            bits = WORD;
        }
        if has(self.compound_begin) {
            bits |= LEFT;
        }
        let bare = form.trim_matches('-');
        if bits != 0 && !bare.is_empty() {
            // The guard reads what stands between hyphens one by one.
            for part in bare.split('-').filter(|part| !part.is_empty()) {
                let whole = part.len() == bare.len();
                *words.entry(part.to_owned()).or_default() |= if whole { bits } else { WORD };
            }
        }
        if depth == DEPTH_MAX {
            return;
        }
        for rule in flags.iter().filter_map(|flag| self.rules.get(flag)).flatten() {
            if let Some(made) = rule.apply(form) {
                self.expand(&made, &rule.further, depth + 1, words);
            }
        }
    }
}

impl Rule {
    fn read(suffix: bool, parts: &[&str]) -> Self {
        let plain = |part: &str| if part == "0" { String::new() } else { part.to_owned() };
        let (add, further) = parts[3].split_once('/').unwrap_or((parts[3], ""));
        let mut condition = Vec::new();
        let mut signs = parts.get(4).copied().unwrap_or(".").chars();
        while let Some(sign) = signs.next() {
            condition.push(match sign {
                '.' => Place { set: Vec::new(), negated: true },
                '[' => {
                    let mut set: Vec<char> = signs.by_ref().take_while(|c| *c != ']').collect();
                    let negated = set.first() == Some(&'^');
                    if negated {
                        set.remove(0);
                    }
                    Place { set, negated }
                }
                letter => Place { set: vec![letter], negated: false },
            });
        }
        Self {
            strip: plain(parts[2]),
            add: plain(add),
            condition,
            further: further.chars().collect(),
            suffix,
        }
    }

    fn apply(&self, form: &str) -> Option<String> {
        let fits = |place: &Place, c: char| place.set.contains(&c) != place.negated;
        if self.suffix {
            let mut letters = form.chars().rev();
            let mut holds = self.condition.iter().rev();
            if !holds.all(|place| letters.next().is_some_and(|c| fits(place, c))) {
                return None;
            }
            Some(format!("{}{}", form.strip_suffix(self.strip.as_str())?, self.add))
        } else {
            let mut letters = form.chars();
            let mut holds = self.condition.iter();
            if !holds.all(|place| letters.next().is_some_and(|c| fits(place, c))) {
                return None;
            }
            Some(format!("{}{}", self.add, form.strip_prefix(self.strip.as_str())?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_inflected() {
        let affixes = "SET UTF-8\nFORBIDDENWORD %\nCOMPOUNDBEGIN X\nONLYINCOMPOUND Z\n\
            SFX D Y 2\nSFX D 0 en [^a]\nSFX D 0 n a\nSFX E Y 1\nSFX E el lar el\nPFX o Y 1\nPFX o 0 o .\n";
        let dictionary = "6\nhus/X\nström/D\ncykel/E\ngatu/XZ\nAnna/D\nfel/%\nvänlig/o\n";
        let words = words(affixes, dictionary).expect("a dictionary");
        let found: Vec<_> = words.iter().map(|(word, bits)| (word.as_str(), *bits)).collect();
        assert_eq!(
            found,
            [
                ("cykel", WORD),
                ("cyklar", WORD),
                ("gatu", LEFT),
                ("hus", WORD | LEFT),
                ("ovänlig", WORD),
                ("ström", WORD),
                ("strömmen", WORD),
                ("vänlig", WORD),
            ]
            .into_iter()
            .filter(|(word, _)| *word != "strömmen")
            .chain([("strömen", WORD)])
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn others_are_refused() {
        assert!(matches!(words("SET ISO8859-1\n", "1\na\n"), Err(HunspellError::Unsupported(_))));
        assert_eq!(words("SET UTF-8\n", "0\n"), Err(HunspellError::Empty));
    }
}
