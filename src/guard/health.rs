//! Words about health, care and vulnerability; and words that say that an identity is protected.
//!
//! One automaton over the text in lower case finds the stems; the whole word that a stem stands in
//! goes. The list is `words/health.txt`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lexicon;
use super::page::{Case, Page};
use super::{Finding, Kind, Layer, Why};

/// What tells that somebody must not be found. The flag itself is a secret.
const PROTECTED: [&str; 22] = [
    "skyddad identitet",
    "skyddade personuppgifter",
    "skyddade uppgifter",
    "skyddad adress",
    "skyddad folkbok",
    "skyddade id",
    "skyddad id",
    "sekretessmark",
    "sekretessskydd",
    "kvarskriv",
    "hemlig adress",
    "hemligt nummer",
    "hemligt telefon",
    "kontaktförbud",
    "besöksförbud",
    "hotbild",
    "fingerade personuppgifter",
    "protected identity",
    "protected address",
    "restraining order",
    "witness protection",
    "ex-directory",
];

struct Stem {
    begins: bool,
    ends: bool,
    protected: bool,
}

struct Stems {
    automaton: Option<AhoCorasick>,
    stems: Vec<Stem>,
}

static STEMS: LazyLock<Stems> = LazyLock::new(|| {
    let mut stems = Vec::new();
    let mut patterns = Vec::new();
    for line in lexicon::health() {
        let begins = line.starts_with('^');
        let ends = line.ends_with('$');
        stems.push(Stem { begins, ends, protected: false });
        patterns.push(line.trim_start_matches('^').trim_end_matches('$'));
    }
    for pattern in PROTECTED {
        stems.push(Stem { begins: true, ends: false, protected: true });
        patterns.push(pattern);
    }
    // Too many patterns is the one way to fail, and a test builds it.
    let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
    Stems { automaton, stems }
});

/// Whether a word by itself tells of somebody's health.
pub(super) fn tells(word: &str) -> bool {
    let Some(automaton) = &STEMS.automaton else { return true };
    automaton.find_overlapping_iter(word).any(|hit| {
        let stem = &STEMS.stems[hit.pattern().as_usize()];
        !(stem.begins && hit.start() > 0 || stem.ends && hit.end() < word.len())
    })
}

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let text = page.lower_text();
    let Some(automaton) = &STEMS.automaton else {
        return vec![Finding {
            range: 0..text.len(),
            kind: Kind::Unread,
            layer: Layer::Length,
            why: Why::TooLong,
        }];
    };
    let mut found: Vec<Finding> = Vec::new();
    for (at, token) in page.tokens.iter().enumerate() {
        // The disease, not the unit.
        let unit = at > 0 && page.tokens[at - 1].is_digits() && page.gap(at) == " ";
        if token.case == Case::Upper
            && !page.caseless
            && !unit
            && !token.glued
            && page.str(at) == "MS"
        {
            let (layer, why) = (Layer::Context, Why::HealthWord);
            found.push(Finding { range: token.range(), kind: Kind::Health, layer, why });
        }
    }
    for hit in automaton.find_overlapping_iter(text) {
        let stem = &STEMS.stems[hit.pattern().as_usize()];
        let first = page.token_at(hit.start());
        let last = page.token_at(hit.end() - 1);
        let (Some(from), Some(to)) = (page.tokens.get(first), page.tokens.get(last)) else {
            continue;
        };
        // `^döv`: the word begins so. `döv$`: it ends so.
        if stem.begins && from.start != hit.start() || stem.ends && to.end != hit.end() {
            continue;
        }
        // Several words, or a stem that opens in mid-word: the words must be whole at the start.
        if text[hit.range()].contains(' ') && from.start != hit.start() {
            continue;
        }
        // An abbreviation is no part of a code: `ms`, `kol2`.
        if from.glued || page.tokens.get(last + 1).is_some_and(|next| next.glued && stem.ends) {
            continue;
        }
        let kind = if stem.protected { Kind::Other } else { Kind::Health };
        let why = if stem.protected { Why::Protected } else { Why::HealthWord };
        found.push(Finding { range: from.start..to.end, kind, layer: Layer::Context, why });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        let mut found: Vec<_> =
            find(&page).into_iter().map(|finding| &text[finding.range]).collect();
        found.dedup();
        found
    }

    #[test]
    fn stems_and_whole_words() {
        assert_eq!(found("har hemdialys och trygghetslarmet"), ["hemdialys", "trygghetslarmet"]);
        assert_eq!(found("Kunden är döv."), ["döv"]);
        assert_eq!(found("dövande, kolla, mediciner"), ["mediciner"]);
        assert_eq!(found("wears a hearing aid"), ["hearing aid"]);
        assert_eq!(found("har skyddad identitet"), ["skyddad identitet"]);
        assert_eq!(found("ping 12 ms, kol2"), [""; 0]);
    }
}
