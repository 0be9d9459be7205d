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
    let mut linked = false;
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
        let length = text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
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
        let next = strength == Strength::Password
            && page.text[from..at].trim_matches(' ').is_empty()
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
        linked |= LINKS.contains(&lower.as_str());
        at += length;
    }
    Vec::new()
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
        return (!clock && !count && !unit || spaced)
            && (strength != Strength::Weak || digits >= 4 || spaced || length > digits + 3);
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
        && page.tokens.get(token).is_some_and(|token| {
            !token.says.any(Says::BUILT_IN)
                || token.says.is_name() && !token.says.any(Says::FUNCTION)
        });
    if rare && length > 3 {
        return true;
    }
    let mixed =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
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
    while text[end..].starts_with(['#', '*', '!', '&']) {
        end += 1;
    }
    if !digits && open {
        // A phrase: to the end of the clause.
        for _ in 0..4 {
            let Some(rest) = text[end..].strip_prefix(' ') else { break };
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
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
fn second(page: &Page<'_>, end: usize) -> Option<Range<usize>> {
    let rest = &page.text[end..];
    // `9881 (dagtid), 181 (natt)`.
    if let Some(rest) = rest.strip_prefix(" (")
        && let Some(close) = rest.find("), ").filter(|close| *close < 24)
    {
        let start = end + 2 + close + 3;
        let length =
            page.text[start..].find(char::is_whitespace).unwrap_or(page.text.len() - start);
        let word = page.text[start..start + length].trim_end_matches(['.', ',', ';', ')']);
        if word.bytes().filter(u8::is_ascii_digit).count() >= 3 {
            return Some(start..start + word.len());
        }
    }
    let joint = ["/", " / ", " eller ", " or ", " alt ", " och ", " and ", ", "]
        .into_iter()
        .find(|joint| rest.starts_with(joint))?;
    let start = end + joint.len();
    let length = page.text[start..].find(char::is_whitespace).unwrap_or(page.text.len() - start);
    let word =
        page.text[start..start + length].trim_end_matches(['.', ',', ';', ')', '"', '?', ':']);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let slashed = joint.contains('/') && word.chars().count() > 2 && !word.contains('/');
    let solid =
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'*'));
    (slashed
        || digits >= 4 && solid && joint != ", "
        || digits >= 3 && digits < word.len() && solid && joint != ", ")
        .then_some(start..start + word.len())
}
