//! Where a space was lost between two words, and a capital shows it.

use super::super::lexicon::{Lexicon, Says};
use super::super::word_list::WordList;

/// Small words and those that a name stands behind.
static SMALL: WordList = WordList::new(
    "heta hette kallad reg regnr bil kod mobil sambon grannen montören teknikern vaktmästaren \
    hustrun maken vän name på till från med och hos av för i är har kund tel att vid son at to from \
    with and by call ring for skylt mvh enl heter viss kontakt kontakta granne fru herr mrs ms \
    agent tekniker tekn eller samt dottern sonen sambo mannen frun säger ringer tack hälsar hej via \
    enligt åt utan kallas namn sökt nås kunden hon han som vi om hi dear tillsammans m samma vår \
    vårt deras gamla nya gamle nye herrn fröken familj boende sa ber bad nu då men så hälsn boka \
    bokat frågade frågar träffa träffar träffade ringde gav ger fick får vill kan ska mot efter \
    hennes hans our his her their is was says asked told about",
);

/// What a name in capitals runs into.
static BEHIND: WordList = WordList::new(
    "på och med har är var hos vid till från för som ringer ringde bor säger vill kan ska and with has is was from who will can",
);

/// What is written in one word with a capital in it all the same: `fiberTwist`, `switchPort`.
const TRADE: Says = Says::DOMAIN.and(Says::TECHNICAL).and(Says::BRAND).and(Says::UNIT);

/// Behind how many bytes of a word a space was lost, if one was: `påKrokslätt`, `KundEva`,
/// `EDINpå`. `behind` is what the text goes on with.
pub(in super::super) fn lost_space(word: &str, behind: &str) -> Option<usize> {
    if matches!(word, "iPhone" | "iPad") {
        return None;
    }
    let upper = |text: &str| text.chars().all(char::is_uppercase);
    let lower = |text: &str| text.chars().all(char::is_lowercase);
    // `EDINpå`: capitals, and then a small word.
    if let Some(cut) = word.find(char::is_lowercase) {
        let (left, right) = word.split_at(cut);
        if left.chars().count() > 2 && upper(left) && BEHIND.has(right) {
            return Some(cut);
        }
    }
    let capital = |(at, char): &(usize, char)| *at > 0 && char.is_uppercase();
    let (cut, _) = word.char_indices().find(capital)?;
    let (left, right) = word.split_at(cut);
    let mut letters = left.chars();
    let raised = letters.next().is_some_and(char::is_uppercase);
    if !lower(letters.as_str()) || letters.as_str().is_empty() && raised {
        return None;
    }
    // `mvhK.H.`: a letter and its dot.
    let letter = behind.starts_with('.') && right.chars().count() == 1 && cut > 2;
    let title = right.chars().count() > 2 && lower(&right[right.chars().next()?.len_utf8()..]);
    let whole = letter || title || right.chars().count() > 2 && upper(right);
    if !whole {
        return None;
    }
    let left = left.to_lowercase();
    if SMALL.has(&left) {
        return Some(cut);
    }
    let says = Lexicon::listed(&left);
    let cue = says.any(Says::PERSON.and(Says::SURE).and(Says::RELATION));
    let name = Lexicon::listed(&right.to_lowercase());
    let given = name.any(Says::GIVEN) && !name.any(Says::WORD) && (title || upper(right));
    let plain = Lexicon::is_common(&left) && left.chars().count() > 2;
    (cue && !says.any(TRADE) && (!raised || given || letter)
        || plain && given
        || plain && !raised && !letter && !says.any(TRADE))
    .then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_shows_the_lost_space() {
        for (word, behind, left) in [
            ("påKrokslätt", "", "på"),
            ("mvhK", ".H.", "mvh"),
            ("AbonnentFatuma", " ", "Abonnent"),
            ("KundM", ". Ek", "Kund"),
            ("LINDGRENpå", " torget", "LINDGREN"),
            ("stängerKajsa", "", "stänger"),
        ] {
            assert_eq!(lost_space(word, behind), Some(left.len()), "{word}");
        }
        for (word, behind) in [
            ("iPhone", ""),
            ("OptiXstar", ""),
            ("FiberTwist", " P"),
            ("MACen", ""),
            ("VLANet", "."),
        ] {
            assert_eq!(lost_space(word, behind), None, "{word}");
        }
    }
}
