//! Layer 3: what only the words around it betray: codes and passwords, and words about health.
//!
//! A cue opens; the value behind it has no shape to trust, so all of it goes.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind, Layer, Why, numbers};

/// Every finding of this layer in a folded text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let codes = credentials(text).into_iter().map(|range| (Kind::Credential, range));
    let (layer, why) = (Layer::Context, Why::Cue);
    codes.map(|(kind, range)| Finding { range, kind, layer, why }).collect()
}

/// What announces a code; every compound of `kod`, mistyped ones too, but [`PLAIN_CODE`].
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?ix)
        (?: [\p{L}-]{0,20}? kod (?:erna|en|er)?
          | lösen (?:ord)? (?:et|en)? | losenord (?:et)? | \b losen \b
          | \b (?:pin|psk|wpa2?|puk|pwd|passwd|passwort|passcode|passphrase) \b
          | \b pass (?:word)? s? \b
          | \b (?:door|gate|entry|alarm|access|entrance|lock|key \s? box|security|pin) \s? codes? \b
          | \b code \s (?:is|to|for) \b
          | \b (?:wifi|wi-fi|network|wlan|nätverks?|säkerhets|wpa)[\s-]? (?:key|nyckel (?:n)?)
          | \b nyckel (?:n)? \b \s* [:=]
          | \b (?:admin|root|user|anv(?:ändare)?) \s? / 
          | \b (?:admin\s)? (?:login|inlogg(?:ning)?) \b
          | \b (?:wifi|wi-fi|wlan|ssid) \s* [:=]
        )",
    )
});

/// Codes that open nothing.
static PLAIN_CODE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)^-?(?:fel|status|orsaks?|post|rikt|lands?|streck|qr-?|käll|produkt|artikel|avsluts?|tjänste?|rabatt|färg|diagnos)kod",
    )
});

/// Words that may stand between a cue and its value.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"(?i)^(?:är|is|var|was|satt|set|bytt|ändrat|nytt|nya|new|blir|lyder)$")
});

/// Words that tell about a code instead of being one.
const NO_VALUE: &[&str] = &[
    "bytt",
    "borta",
    "byts",
    "ej",
    "fel",
    "finns",
    "fungerar",
    "funkar",
    "glömt",
    "inte",
    "klar",
    "krävs",
    "okänd",
    "okänt",
    "rätt",
    "saknas",
    "samma",
    "satt",
    "skickad",
    "skickat",
    "spärrad",
    "spärrat",
    "återställt",
    "ändrat",
    "changed",
    "correct",
    "forgotten",
    "incorrect",
    "known",
    "lost",
    "missing",
    "needed",
    "not",
    "ok",
    "required",
    "reset",
    "unknown",
    "wrong",
    "att",
    "av",
    "den",
    "det",
    "en",
    "ett",
    "för",
    "från",
    "i",
    "med",
    "och",
    "om",
    "på",
    "som",
    "till",
    "via",
    "a",
    "an",
    "and",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "the",
    "to",
    "with",
    "är",
    "is",
    "var",
    "was",
    "set",
    "nytt",
    "nya",
    "new",
    "blir",
    "lyder",
    "ni",
    "jag",
    "kund",
    "kunden",
];

/// The value behind each cue.
fn credentials(text: &str) -> Vec<Range<usize>> {
    let cues = CUE.find_iter(text).filter(|cue| !PLAIN_CODE.is_match(cue.as_str()));
    // `kodning`, `pinnar`: a cue is a whole word, unless it ends in a sign.
    let words = cues.filter(|cue| {
        !(cue.as_str().ends_with(char::is_alphabetic)
            && text[cue.end()..].starts_with(char::is_alphabetic))
    });
    words.filter_map(|cue| value(text, cue.end())).collect()
}

/// Walks from a cue to its value: the first word with a digit in it, or the first word behind `är`,
/// `:`, `=` or a quotation mark, within the clause.
fn value(text: &str, cue_end: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 5;
    let opened = text[..cue_end].ends_with([':', '=', '/']);
    let mut linked = opened;
    let mut at = cue_end;
    for _ in 0..WORDS_MAX {
        let rest = &text[at..];
        let skipped = rest.len()
            - rest.trim_start_matches([' ', ':', '=', '"', '\'', '(', '-', '\n', '/', '>']).len();
        let separator = &rest[..skipped];
        linked |= separator.contains([':', '=', '"', '/', '(']);
        at += skipped;
        let length = text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
        let token = &text[at..at + length];
        let word = token.trim_end_matches(['.', ',', ';', ')', '"', '\'', '?', ':']);
        if word.is_empty() {
            return None;
        }
        let lower = word.to_lowercase();
        let digits = word.contains(|char: char| char.is_ascii_digit());
        let time = TIME.is_match(word);
        let symbols = word.contains(|char: char| !char.is_alphanumeric() && char != '-');
        let takes = digits && !time
            || linked && !NO_VALUE.contains(&lower.as_str()) && word.chars().count() > 2;
        if takes || (symbols && word.chars().count() >= 6 && !time) {
            return Some(at..whole(text, at, at + word.len()));
        }
        if word.len() < token.len() && !token.ends_with(':') {
            return None;
        }
        linked |= LINK.is_match(word);
        at += length;
    }
    None
}

static TIME: LazyLock<Regex> = LazyLock::new(|| numbers::regex(r"^\d{1,2}[:.]\d{2}$"));
static GROUPS: LazyLock<Regex> = LazyLock::new(|| numbers::regex(r"^(?:\s\d{2,3}\b){1,2}"));

/// A code of two or three groups is one code: `482 059`.
fn whole(text: &str, start: usize, end: usize) -> usize {
    let short = end - start <= 3 && text[start..end].bytes().all(|byte| byte.is_ascii_digit());
    let groups = short.then(|| GROUPS.find(&text[end..])).flatten();
    groups.map_or(end, |groups| end + groups.end())
}
