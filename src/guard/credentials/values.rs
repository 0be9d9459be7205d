//! The value behind a cue. It has no shape to trust.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Page, Token};
use super::Strength;
use super::words::{LINKS, tells_about};

/// How far behind a cue its value can stand, in words.
const WORDS_MAX: usize = 6;

/// What stands behind a word for a password and is none.
const PLAIN: Says = Says::SPEECH
    .and(Says::PERSON)
    .and(Says::RELATION)
    .and(Says::TIME)
    .and(Says::FUNCTION)
    .and(Says::TECHNICAL)
    .and(Says::REFERENCE)
    .and(Says::CREDENTIAL)
    .and(Says::PHONE);

/// The values behind a cue: the first that can be one, and those that are added to it.
pub(super) fn values(page: &Page<'_>, from: usize, strength: Strength) -> Vec<Range<usize>> {
    let text = page.text;
    let mut at = from;
    // `ändrat lösenordet till ..`: what it was changed to.
    let changed = changes(page, page.token_at(from.saturating_sub(1)));
    let mut linked = false;
    // `Lösen på ny FRITZ!Box 5530: ..`: what it is for, and then the sign.
    if strength == Strength::Password
        && let Some(sign) = purpose(&text[at..])
    {
        at += sign;
        linked = true;
    }
    for _ in 0..WORDS_MAX {
        let rest = &text[at..];
        let start = rest.find(|c: char| {
            !matches!(
                c,
                ' ' | ':'
                    | '='
                    | '\''
                    | '('
                    | '-'
                    | '\n'
                    | '/'
                    | '>'
                    | '"'
                    | '\u{2192}'
                    | '['
                    | '<'
            )
        });
        let Some(start) = start else { return Vec::new() };
        let separator = &rest[..start];
        if separator.contains("\n\n") {
            return Vec::new();
        }
        linked |= separator.contains([':', '=', '"', '/', '(', '>']);
        let quote = separator.ends_with(['"', '\'']);
        at += start;
        if quote
            && let Some(length) =
                text[at..].find(['"', '\'']).filter(|length| *length > 0 && *length < 80)
        {
            return std::iter::once(at..at + length).collect();
        }
        let length = piece(&text[at..]);
        let mut chunk = &text[at..at + length];
        // `källare=5638`: what stands before the sign is no value.
        if let Some(sign) = chunk.find(['=', ':']).filter(|sign| {
            chunk[..*sign].chars().all(char::is_alphabetic) && *sign > 0 && sign + 1 < chunk.len()
        }) {
            at += sign + 1;
            chunk = &chunk[sign + 1..];
            linked = true;
        }
        let length = chunk.len();
        let word = chunk.trim_end_matches(['.', ',', ';', ')', '"', '\'', '?', ':', ']', '>']);
        if word.is_empty() {
            return Vec::new();
        }
        let lower = word.to_lowercase();
        // `lösen tre små grisar`: the very next word, when it is not what is said about passwords.
        let between =
            page.text[from..at].trim_matches([' ', ':', '=', '"', '\'', '>', '(', '\u{2192}']);
        let begins = between.is_empty() || matches!(between, "är" | "is" | "e" | "blir" | "heter");
        if linked
            && let Some(range) = spelt(page, at)
                .or_else(|| (strength == Strength::Password).then(|| phrase(page, at, begins))?)
        {
            return vec![range];
        }
        let next = strength == Strength::Password
            && matches!(page.text[from..at].trim_matches(' '), "" | "wifi" | "wi-fi" | "wlan")
            && lower.chars().count() > 2
            && !page.says(page.token_at(at)).any(PLAIN)
            && !tells_about(&lower)
            && page.tokens.get(page.token_at(at)).is_some_and(Token::is_word);
        if next || takes(page, at, word, &lower, linked, strength) {
            let end = whole(
                page,
                at,
                at + word.len(),
                word.len() == chunk.len(),
                (linked || strength == Strength::Password) && word.len() == chunk.len(),
            );
            return std::iter::once(at..end).chain(second(page, end)).collect();
        }
        if word.len() < chunk.len() && !chunk.ends_with([':', ')', '"']) {
            return Vec::new();
        }
        linked |= LINKS.contains(&lower.as_str())
            || changed && matches!(lower.as_str(), "till" | "to" | "mot")
            || CHANGES.contains(&lower.as_str());
        at += length;
    }
    Vec::new()
}

/// How far a sign is behind what a password is for: `på nya routern: ..`.
fn purpose(text: &str) -> Option<usize> {
    const LENGTH_MAX: usize = 40;
    let begins = [" på ", " till ", " för ", " to ", " for ", " on "];
    begins.iter().find(|word| text.starts_with(**word))?;
    let near = &text[..text.floor_char_boundary(LENGTH_MAX)];
    let sign = near.find(": ")?;
    (!near[..sign].contains(['.', ',', '\n', ';'])).then_some(sign)
}

/// What people do to passwords.
const CHANGES: [&str; 16] = [
    "ändra",
    "ändrat",
    "ändrade",
    "ändrades",
    "ändrar",
    "byt",
    "bytt",
    "bytte",
    "byttes",
    "byter",
    "changed",
    "change",
    "satt",
    "satte",
    "sattes",
    "set",
];

/// Whether one of the words right before a cue says that it was changed.
fn changes(page: &Page<'_>, cue: usize) -> bool {
    const WORDS_MAX: usize = 3;
    (1..=WORDS_MAX.min(cue)).any(|back| CHANGES.contains(&page.lower(cue - back)))
}

/// A code in words: `ett två tre fyra`, `nitton sextioett`.
fn spelt(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let first = page.token_at(at);
    let mut last = first;
    while last < page.len()
        && page.says(last).any(Says::NUMBER)
        && (last == first || matches!(page.gap(last), " " | "-" | ", "))
    {
        last += 1;
    }
    let long = last == first + 1 && page.tokens[first].length > 8;
    (last > first + 1 || long).then(|| page.span(first..last))
}

/// Words that a password does not go on with: what is told about it.
const PROSE: [&str; 40] = [
    "according",
    "enligt",
    "säger",
    "sade",
    "sa",
    "said",
    "says",
    "which",
    "vilket",
    "men",
    "but",
    "fungerar",
    "funkar",
    "fungerade",
    "works",
    "worked",
    "doesn't",
    "ej",
    "står",
    "sitter",
    "syns",
    "gäller",
    "mvh",
    "tack",
    "thanks",
    "ring",
    "call",
    "kontakta",
    "på",
    "on",
    "för",
    "så",
    "because",
    "then",
    "sen",
    "sedan",
    "innan",
    "hos",
    "behövs",
    "krävs",
];

/// Several words that are a password together, behind a sign or a verb that says so: up to the end
/// of the clause, `tomten är far till alla barnen`.
///
/// `begins` says that nothing stands between the cue and it: then its first word may be a common
/// one.
fn phrase(page: &Page<'_>, at: usize, begins: bool) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 7;
    let text = page.text;
    let clause = clause(&text[at..]);
    let words: Vec<&str> = clause.split(' ').filter(|word| !word.is_empty()).collect();
    let first = words.first()?.to_lowercase();
    let plain = |word: &str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''));
    let token = page.token_at(at);
    // A password in one piece, and then something else.
    if !plain(&first) || first.chars().count() < 2 {
        return None;
    }
    let told = words.iter().take(3).any(|word| {
        let word = word.to_lowercase();
        STATUS.contains(&word.as_str()) || PROSE.contains(&word.as_str()) || word == "som"
    });
    let says_how = STATUS.contains(&first.as_str())
        || tells_about(&first) && !(begins && words.len() > 2 && !told);
    if says_how {
        return None;
    }
    let mut end = at;
    let mut count = 0;
    for (number, word) in words.iter().enumerate() {
        let start = end + text[end..].find(*word)?;
        let says = page.says(page.token_at(start));
        let lower = word.to_lowercase();
        // `lilla huset på prärien`: a small word before the last one.
        let goes_on = count > 1
            && matches!(lower.as_str(), "på" | "för" | "on" | "så" | "hos")
            && number + 2 == words.len()
            && !page
                .says(page.token_at(start + word.len() + 1))
                .any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::TIME).and(Says::PERSON));
        let moment = page
            .tokens
            .get(page.token_at(start))
            .is_some_and(|token| token.is_digits() && token.settled);
        let stops = number > 0
            && !goes_on
            && (moment
                || PROSE.contains(&lower.as_str())
                || says
                    .any(Says::CREDENTIAL.and(Says::PHONE).and(Says::REFERENCE).and(Says::SERIAL))
                || STATUS.contains(&lower.as_str()) && number + 1 == words.len());
        if stops || count == WORDS_MAX {
            break;
        }
        end = start + word.len();
        count += 1;
    }
    // One word alone is looked at by itself: it may be none.
    (count > 1 && page.tokens.get(token).is_some_and(|token| !token.shielded)).then_some(at..end)
}

/// Words that tell how it is with a password.
const STATUS: [&str; 44] = [
    "ej",
    "inte",
    "saknas",
    "okänt",
    "okänd",
    "glömt",
    "glömd",
    "glömts",
    "finns",
    "se",
    "not",
    "unknown",
    "missing",
    "forgotten",
    "lost",
    "fungerar",
    "funkar",
    "works",
    "fel",
    "wrong",
    "ok",
    "rätt",
    "klart",
    "samma",
    "same",
    "meddelas",
    "skickas",
    "kommer",
    "behövs",
    "krävs",
    "sitter",
    "står",
    "ligger",
    "på",
    "on",
    "enligt",
    "skickat",
    "sent",
    "återställt",
    "återställd",
    "nytt",
    "bytt",
    "ändrat",
    "hos",
];

/// How long what stands before the next space is; no code is longer.
pub(super) fn piece(text: &str) -> usize {
    const LENGTH_MAX: usize = 256;
    let near = &text[..text.floor_char_boundary(LENGTH_MAX)];
    near.find(char::is_whitespace).unwrap_or(near.len())
}

/// Up to where a clause ends: a stop before a space, a comma, a bracket, the end of a line.
fn clause(text: &str) -> &str {
    const LENGTH_MAX: usize = 256;
    let text = &text[..text.floor_char_boundary(LENGTH_MAX)];
    let mut end = text.len();
    for (at, char) in text.char_indices() {
        let rest = &text[at + char.len_utf8()..];
        let stop = match char {
            '\n' | '(' | ')' | ';' | '"' => true,
            '.' | ',' | '!' | '?' | ':' => rest.is_empty() || rest.starts_with([' ', '\n']),
            '/' | '-' | '|' => text[..at].ends_with(' '),
            _ => false,
        };
        if stop {
            end = at;
            break;
        }
    }
    text[..end].trim_end()
}

fn takes(
    page: &Page<'_>,
    at: usize,
    word: &str,
    lower: &str,
    linked: bool,
    strength: Strength,
) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let length = word.chars().count();
    let token = page.token_at(at);
    let clock = digits <= 4
        && word.len() <= 5
        && word.split([':', '.']).count() == 2
        && word.split([':', '.']).all(|part| {
            !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
        });
    let count = digits == length && length < 2;
    let lone = length == 1
        && page.tokens.get(token).is_some_and(|token| token.is_capital() || token.is_digits())
        && page
            .tokens
            .get(token + 1)
            .is_some_and(|next| next.is_digits() && page.gap(token + 1) == " ");
    if lone && strength != Strength::Weak {
        return true;
    }
    if digits > 0 {
        let unit = digits < 4
            && page.says(token + 1).any(Says::UNIT)
            && page.tokens[token].is_digits()
            && page.gap(token + 1) == " ";
        let spaced = count && lone;
        // A date behind the alarm that went off then.
        let dated = word.starts_with("20") && digits == 8 && matches!(length, 8 | 10);
        let settled = page.tokens.get(token).is_some_and(|token| token.settled);
        if strength == Strength::Weak && (dated || settled) {
            return false;
        }
        return (!clock && !count && !unit || spaced)
            && (strength != Strength::Weak || digits >= 4 || spaced || length > digits + 3);
    }
    if strength != Strength::Weak && word.matches('-').count() >= 2 && length >= 10 {
        return true;
    }
    if strength == Strength::Weak {
        return word
            .chars()
            .any(|c| matches!(c, '&' | '!' | '@' | '$' | '%' | '*' | '#' | '_' | '+'))
            && length >= 6;
    }
    if tells_about(lower) || length < 3 {
        return false;
    }
    let signs = word.contains(|char: char| !char.is_alphanumeric() && char != '-' && char != '\'');
    let rare = strength == Strength::Password
        && linked
        && page.tokens.get(token).is_some_and(|token| {
            !token.says.any(Says::BUILT_IN)
                || token.says.is_name() && !token.says.any(Says::FUNCTION)
        });
    if rare && length > 3 {
        return true;
    }
    let mixed = (linked || strength == Strength::Password)
        && word.chars().skip(1).any(char::is_uppercase)
        && word.chars().any(char::is_lowercase)
        && !page
            .tokens
            .get(token)
            .is_some_and(|token| token.says.any(Says::DOMAIN.and(Says::BRAND)));
    linked || signs && length >= 6 || mixed
}

/// A code of several groups is one code: `482 059`, `B 0587`, `8 5 0 6`; so is a phrase that opens
/// with a sign of equality and has no digits.
fn whole(page: &Page<'_>, start: usize, end: usize, goes_on: bool, open: bool) -> usize {
    const GROUPS_MAX: usize = 6;
    let text = page.text;
    let value = &text[start..end];
    let short = value.chars().count() <= 4;
    let mut end = end;
    let digits = value.bytes().any(|byte| byte.is_ascii_digit());
    if short && goes_on {
        for _ in 0..GROUPS_MAX {
            let Some(rest) = text[end..].strip_prefix([' ', '\n', '-']) else { break };
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let behind = rest[length..].chars().next();
            let ends =
                behind.is_none_or(|c| !c.is_alphanumeric() && c != ':' && c != '%' || c == '#');
            let unit = page.tokens.get(page.token_at(end + 1 + length)).is_some_and(|next| {
                next.says.any(Says::UNIT) && text[end + 1 + length..next.start].len() <= 1
            });
            let clock = rest[length..].starts_with('.')
                && rest[length + 1..].starts_with(|c: char| c.is_ascii_digit());
            if length == 0 || length > 4 || !ends || unit || clock {
                break;
            }
            end += 1 + length;
        }
    }
    while text[end..].starts_with(['#', '*', '!', '&', '$', '%', '?']) {
        end += 1;
    }
    if !digits && open {
        // A phrase: to the end of the clause.
        for _ in 0..4 {
            let Some(rest) = text[end..].strip_prefix(' ') else { break };
            let length = piece(rest);
            let word = rest[..length].trim_end_matches(['.', ',', ';', ')', '"', '?', ':']);
            let lower = word.to_lowercase();
            let token = page.says(page.token_at(end + 1));
            if word.is_empty()
                || tells_about(&lower)
                || token.any(
                    Says::PERSON
                        .and(Says::PHONE)
                        .and(Says::REFERENCE)
                        .and(Says::SPEECH)
                        .and(Says::TIME),
                )
            {
                break;
            }
            end += 1 + word.len();
            if word.len() < length {
                break;
            }
        }
    }
    end
}

/// `1234 eller 5678`, `1234/5678`, `admin / hemligt`.
pub(super) fn second(page: &Page<'_>, end: usize) -> Option<Range<usize>> {
    let rest = &page.text[end..];
    // `9881 (dagtid), 181 (natt)`.
    if let Some(rest) = rest.strip_prefix(" (")
        && let Some(close) = rest.find("), ").filter(|close| *close < 24)
    {
        let start = end + 2 + close + 3;
        let length = piece(&page.text[start..]);
        let word = page.text[start..start + length].trim_end_matches(['.', ',', ';', ')']);
        if word.bytes().filter(u8::is_ascii_digit).count() >= 3 {
            return Some(start..start + word.len());
        }
    }
    let joint = [
        "/",
        " / ",
        " och sen ",
        " sen ",
        " and then ",
        " eller ",
        " or ",
        " alt ",
        " och ",
        " and ",
        ", ",
    ]
    .into_iter()
    .find(|joint| rest.starts_with(joint))?;
    let start = end + joint.len();
    let length = piece(&page.text[start..]);
    let word =
        page.text[start..start + length].trim_end_matches(['.', ',', ';', ')', '"', '?', ':']);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let slashed = joint.contains('/') && word.chars().count() > 2 && !word.contains('/');
    let solid =
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'*'));
    (slashed
        // `6122* och sen 0165/0299`.
        || digits >= 4 && joint.ends_with("sen ") && !word.contains([':', '.'])
        || digits >= 4 && solid && joint != ", "
        || digits >= 3 && digits < word.len() && solid && joint != ", ")
        .then_some(start..start + word.len())
}
