//! Codes and passwords. A cue opens; the value behind it has no shape to trust, so all of it goes.

use std::ops::Range;

use super::lexicon::Says;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Words that may stand between a cue and its value.
const LINKS: [&str; 20] = [
    "är", "is", "var", "was", "satt", "set", "bytt", "ändrat", "nytt", "nya", "new", "blir",
    "lyder", "=", "heter", "ändrad", "changed", "bytte", "skrev", "sattes",
];

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
    "kundens",
    "hos",
    "vid",
    "ska",
    "kan",
    "har",
    "hade",
    "bara",
    "även",
    "också",
    "men",
    "but",
    "eller",
    "or",
    "efter",
    "innan",
    "enligt",
    "that",
    "this",
    "it",
    "he",
    "she",
    "we",
    "you",
    "they",
    "his",
    "her",
    "their",
    "your",
    "my",
    "our",
    "utan",
    "krävde",
    "fick",
    "får",
    "has",
    "have",
    "had",
    "does",
    "did",
    "will",
    "can",
    "no",
    "nej",
    "ja",
    "yes",
    "never",
    "aldrig",
    "bort",
    "sitt",
    "sin",
    "sina",
    "min",
    "mitt",
    "hans",
    "hennes",
    "deras",
    "man",
    "vi",
    "hon",
    "han",
    "de",
    "du",
    "så",
    "då",
    "när",
    "where",
    "when",
    "if",
    "which",
    "vilket",
    "what",
    "vad",
    "använder",
    "används",
    "använda",
    "slå",
    "slås",
    "ange",
    "anges",
    "heter",
    "code",
    "koden",
    "kod",
    "lösen",
    "lösenord",
    "lösenordet",
    "password",
    "pin",
    "porten",
    "port",
    "dörren",
    "dörr",
    "larmet",
    "larm",
    "grinden",
    "grind",
    "entrén",
    "hissen",
    "wifi",
    "wi",
    "fi",
    "routern",
    "router",
    "nätet",
    "nät",
    "nätverket",
    "been",
    "stängd",
    "avstängd",
    "aktiverad",
    "meddelas",
    "kommer",
    "sms",
    "separat",
    "senare",
    "tomt",
    "tom",
    "fungerade",
    "godtas",
    "stämmer",
    "ändrades",
    "byttes",
    "now",
    "nu",
    "idag",
    "igår",
    "sedan",
    "since",
    "före",
    "before",
    "again",
    "igen",
    "avkodning",
    "återställd",
    "återställdes",
    "skickades",
];

/// Codes that open nothing.
const PLAIN: [&str; 22] = [
    "felkod",
    "statuskod",
    "orsakskod",
    "postkod",
    "riktkod",
    "landskod",
    "landkod",
    "streckkod",
    "qrkod",
    "källkod",
    "produktkod",
    "artikelkod",
    "avslutskod",
    "tjänstekod",
    "rabattkod",
    "färgkod",
    "diagnoskod",
    "riktnummerkod",
    "blinkkod",
    "avkod",
    "svarskod",
    "kampanjkod",
];

/// How far behind a cue its value can stand, in words.
const WORDS_MAX: usize = 6;

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in 0..page.len() {
        if let Some(range) = reversed(page, at) {
            found.push(Finding {
                range,
                kind: Kind::Credential,
                layer: Layer::Context,
                why: Why::Cue,
            });
        }
        if let Some((from, strength)) = cue(page, at) {
            for range in values(page, from, strength) {
                found.push(Finding {
                    range,
                    kind: Kind::Credential,
                    layer: Layer::Context,
                    why: Why::Cue,
                });
            }
        }
    }
    found
}

/// How surely a code follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// Only what has digits or signs.
    Weak,
    Code,
    /// Any word that is not a common one.
    Password,
}

/// `4711 opens the gate`, `Bamse&30 is the wifi`, `1234 öppnar grinden`.
fn reversed(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = page.lower(at);
    if at == 0 || page.gap(at) != " " && !page.gap(at).starts_with(['#', '*', '!']) {
        return None;
    }
    let follows = |words: &[&str]| {
        (1..=3).any(|on| at + on < page.len() && words.contains(&page.lower(at + on)))
    };
    let opens = matches!(word, "opens" | "öppnar" | "låser" | "unlocks")
        && follows(&[
            "gate", "door", "dörren", "grinden", "porten", "bommen", "entrén", "garaget", "skåpet",
            "låset", "lock", "box",
        ]);
    let is = matches!(word, "is" | "är")
        && follows(&[
            "wifi",
            "password",
            "code",
            "pin",
            "koden",
            "lösenordet",
            "portkoden",
            "lösen",
            "pinkoden",
            "larmkoden",
        ]);
    let to = matches!(word, "till" | "to" | "for")
        && follows(&[
            "porten",
            "dörren",
            "hissen",
            "grinden",
            "entrén",
            "larmet",
            "garaget",
            "källaren",
            "gate",
            "door",
            "alarm",
        ]);
    if !(opens || is || to) {
        return None;
    }
    let before = &page.text[..page.tokens[at].start];
    let bare = before.trim_end_matches(' ');
    let start = bare.rfind([' ', '\n', ',', '(', '"']).map_or(0, |at| at + 1);
    let value = &bare[start..];
    if is && page.lower(at - 1) != "koden" {
        // A phrase: from the start of the clause.
        let clause = bare.rfind([',', '\n', '.', ':', '(', '"']).map_or(0, |at| at + 1);
        let phrase = bare[clause..].trim_start();
        let digits = phrase.bytes().filter(u8::is_ascii_digit).count();
        if digits > 0
            && phrase.split(' ').count() <= 4
            && phrase.split(' ').count() > 1
            && !page.says(page.token_at(bare.len() - phrase.len())).any(Says::BUILT_IN)
        {
            return Some(bare.len() - phrase.len()..bare.len());
        }
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value.chars().any(|c| !c.is_alphabetic()) && (!to || digits >= 3);
    (signs && value.len() >= 3 && value.len() < 40).then_some(start..bare.len())
}

/// Where the value of a cue is to be looked for.
///
/// A weak cue is a verb or a thing as often as a code: its value must look like one.
#[expect(clippy::too_many_lines, reason = "the cues, kind by kind")]
fn cue(page: &Page<'_>, at: usize) -> Option<(usize, Strength)> {
    let token = &page.tokens[at];
    if token.is_digits() || token.shielded {
        return None;
    }
    let word = page.lower(at);
    if token.says.any(Says::CREDENTIAL) {
        // `felkod`, `error code`, `zip code`, `pass` as a verb.
        let before = at.checked_sub(1).map_or("", |before| page.lower(before));
        let plain = matches!(word, "kod" | "koden" | "koder" | "code" | "codes")
            && matches!(
                before,
                "fel"
                    | "error"
                    | "status"
                    | "zip"
                    | "qr"
                    | "fault"
                    | "post"
                    | "source"
                    | "response"
                    | "exit"
                    | "alarm-"
                    | "led"
                    | "area"
                    | "country"
                    | "blink"
                    | "reason"
            );
        let weak = matches!(
            word,
            "pass"
                | "slå"
                | "slår"
                | "login"
                | "combination"
                | "knappa"
                | "alarm"
                | "larm"
                | "inlogg"
                | "inloggning"
        ) && !page.gap_after(at).contains([':', '=']);
        let word = matches!(
            word,
            "lösen" | "lösenord" | "lösenordet" | "pw" | "pwd" | "password" | "passphrase"
        );
        let strength = if weak {
            Strength::Weak
        } else if word {
            Strength::Password
        } else {
            Strength::Code
        };
        return (!plain).then_some((token.end, strength));
    }
    let stem = [
        "kod",
        "koden",
        "koder",
        "koderna",
        "lösen",
        "lösenord",
        "lösenordet",
        "nyckel",
        "password",
    ]
    .iter()
    .any(|ending| word.strip_suffix(ending).is_some_and(|rest| rest.len() > 1));
    if stem
        && !PLAIN.iter().any(|plain| word.starts_with(plain))
        && (!word.ends_with("nyckel") || page.gap_after(at).contains([':', '=']))
    {
        return Some((
            token.end,
            if word.contains("lösen") { Strength::Password } else { Strength::Code },
        ));
    }
    // `Ny nyckel till nätet: ...`
    if matches!(word, "nyckel" | "nyckeln" | "key") {
        let line = &page.text[token.end..];
        let line = &line[..line.find(['\n', '.']).unwrap_or(line.len())];
        if let Some(colon) = line.find([':', '=']).filter(|colon| {
            *colon < 24
                && ["nät", "wifi", "wi-fi", "router", "network", "wpa"]
                    .iter()
                    .any(|net| line[..*colon].to_lowercase().contains(net))
        }) {
            return Some((token.end + colon, Strength::Code));
        }
    }
    // `admin/hemligt`, `wifi: Hemma2024`, `SSID: X / nyckel`.
    let account = matches!(
        word,
        "admin" | "root" | "user" | "anv" | "användare" | "användarnamn" | "username"
    ) && page.gap_after(at).trim() == "/";
    let network = matches!(
        word,
        "wifi"
            | "wlan"
            | "ssid"
            | "fi"
            | "nätverk"
            | "network"
            | "nyckel"
            | "nyckeln"
            | "key"
            | "wifinamn"
    ) && matches!(page.gap_after(at).trim(), ":" | "=" | "/");
    (account || network).then_some((token.end, Strength::Code))
}

/// The values behind a cue: the first that can be one, and those that are added to it.
fn values(page: &Page<'_>, from: usize, strength: Strength) -> Vec<Range<usize>> {
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
        if takes(page, at, word, &lower, linked, strength) {
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
    if page.tokens.get(token).is_some_and(|token| token.shielded) {
        return false;
    }
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
        let unit = page.says(token + 1).any(Says::UNIT)
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
    if NO_VALUE.contains(&lower) || length < 3 {
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
                || NO_VALUE.contains(&lower.as_str())
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
