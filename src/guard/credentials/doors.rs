//! What opens doors, gates and boxes: the code before the thing, or the thing before the code.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::super::word_list::WordList;

/// How far back a code or a phrase before its word goes, in bytes.
const CLAUSE_MAX: usize = 160;

/// `4711 opens the gate`, `Bamse&30 is the wifi`, `1234 öppnar grinden`.
pub(super) fn reversed(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
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
    // `skrev kanel som lösenord`.
    let as_password = matches!(word, "som" | "as")
        && page.tokens.get(at + 1).is_some_and(|_| {
            let next = page.lower(at + 1);
            next.starts_with("lösen")
                || matches!(
                    next,
                    "password" | "kod" | "pinkod" | "portkod" | "pin" | "a" | "my" | "the"
                )
        })
        && follows(&[
            "lösen",
            "lösenord",
            "lösenordet",
            "password",
            "kod",
            "pinkod",
            "portkod",
            "pin",
        ])
        && !super::words::tells_about(page.lower(at - 1))
        && !page.says(at - 1).any(Says::FUNCTION.and(Says::PERSON).and(Says::SPEECH));
    if !(opens || is || to || as_password) {
        return None;
    }
    let before = &page.text[..page.tokens[at].start];
    let bare = before.trim_end_matches(' ');
    let far = bare.floor_char_boundary(bare.len().saturating_sub(CLAUSE_MAX));
    let start = bare[far..].rfind([' ', '\n', ',', '(', '"']).map_or(far, |at| far + at + 1);
    let value = &bare[start..];
    if is && page.lower(at - 1) != "koden" {
        // A phrase: from the start of the clause.
        let clause =
            bare[far..].rfind([',', '\n', '.', ':', '(', '"']).map_or(far, |at| far + at + 1);
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
    let signs = as_password || value.chars().any(|c| !c.is_alphabetic()) && (!to || digits >= 3);
    (signs && value.len() >= 3 && value.len() < 40).then_some(start..bare.len())
}

/// Things that are opened with a code, and what a code is keyed in on.
static OPENED: WordList = WordList::new(
    "porten innerport ytterport portdörr portdörren ytterporten innerporten huvudporten porttelefon \
    porttelefonen portelefon porttele portkoden entré entrén entre entren huvudentré huvudentrén \
    ytterdörr ytterdörren dörr dörren källardörr källardörren gårdsporten gårdsport grind grinden \
    bom bommen trapphus trapphuset trapphusdörren garage garaget garageport garageporten \
    garagedörr garagedörren nyckelskåp nyckelskåpet nyckelbox nyckelboxen nyckelgömma nyckelgömman \
    nyckellåda nyckellådan nyckeltub nyckeltuben nyckelförvaring hänglås hänglåset kodlås kodlåset \
    låset lås kodskåp värdeskåp kassaskåp cykelrum cykelrummet cykelförråd soprum soprummet \
    miljörum miljörummet källare källaren tvättstuga tvättstugan vindsdörr vindsdörren förråd \
    förrådet elcentral elcentralen elrum elrummet teknikrum teknikrummet undercentral \
    undercentralen hissen portklocka ringklocka larmet larmdosa larmdosan larmpanel larmpanelen \
    larm knappsats knappsatsen intercom intercomen pk pkod uppgång uppgången passersystem \
    gate door doors frontdoor backdoor entry entrance lobby garage stairwell stairs buzzer buzz \
    lockbox keybox keysafe keypad padlock safe key-safe shed basement cellar barrier alarm \
    elevator lift lock gates dial",
);

pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    OPENED.words()
}

/// Whether something of that name is opened with a code.
pub(super) fn opens(word: &str) -> bool {
    is_thing(word) && !matches!(word, "larm" | "alarm" | "lock" | "dial")
}

/// What things that are opened end in: `förrådsdörr`, `köksdörren`, `sidogrind`, `kodbox`.
const THINGS: [&str; 14] = [
    "dörr",
    "dörren",
    "grind",
    "grinden",
    "låset",
    "kodbox",
    "nyckelskåp",
    "larmpanel",
    "knappsats",
    "knappsatsen",
    "entré",
    "entrén",
    "lockbox",
    "keypad",
];

fn is_thing(word: &str) -> bool {
    OPENED.has(word)
        || THINGS.iter().any(|thing| word.strip_suffix(thing).is_some_and(|rest| rest.len() > 2))
}

/// What may stand between the thing and its code.
static BETWEEN: WordList = WordList::new(
    "är is med with av off på on kod koden code till to i in at the vid för for \
    öppnas öppnar opens stängs stäng tryck press slå knappa in då sen then och use använd box dag \
    siffror siffrorna siffran har kombination kombinationen combo access elskåpet \
     skåpet natt day night number nr no on ring nedre övre inre yttre bottom top lower upper safe key front \
    back main of stavas blir new ny nya",
);

/// `porten: 4711#`, `entré 2580`, `tryck 1 4 7 9`, `{code} i porten`: a short number, or letters and
/// a number, beside a thing that is opened.
pub(super) fn opened(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = page.lower(at);
    if page.tokens[at].shielded || page.tokens[at].is_digits() {
        return None;
    }
    // `Port 4711` is a port of a switch; `port: 4711#` is not.
    let keyed = matches!(
        word,
        "tryck"
            | "tryckt"
            | "trycker"
            | "press"
            | "slå"
            | "slår"
            | "knappa"
            | "dial"
            | "buzz"
            | "knappar"
            | "punch"
            | "enter"
            | "type"
    );
    let inner = matches!(word, "port" | "porten" | "dörr" | "dörren")
        && at.checked_sub(1).is_some_and(|before| {
            matches!(
                page.lower(before),
                "inre" | "yttre" | "inner" | "outer" | "främre" | "bakre" | "andra" | "första"
            )
        });
    // `kod till grind 1559, till hus 5300`.
    let house = matches!(word, "hus" | "huset" | "house" | "hiss")
        && at > 0
        && matches!(page.lower(at - 1), "till" | "to" | "för" | "for")
        && (at.saturating_sub(8)..at).any(|near| page.says(near).any(Says::CREDENTIAL));
    let thing = is_thing(word) || inner || house;
    if word == "port" && !thing && page.gap_after(at) == ": " {
        // `Port: 9 4 9 2`, `Port: 3571K`: as no port of a switch is written.
        return code_at(page, at + 1, false).filter(|range| {
            page.text[range.clone()].contains([' ', '-', '#', '*']) || {
                page.text[range.clone()].ends_with(char::is_alphabetic)
            }
        });
    }
    if (keyed || thing)
        && let Some(found) = behind(page, at, keyed && !thing)
    {
        return Some(found);
    }
    if thing && word != "larm" && word != "alarm" { ahead(page, at) } else { None }
}

/// The code after the thing: no more than a few small words in between.
fn behind(page: &Page<'_>, at: usize, keyed: bool) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 4;
    let mut here = at + 1;
    while here < page.len() && here <= at + WORDS_MAX {
        let gap = page.gap(here);
        if gap.contains(['.', ';', '!', '?', '\n', ',', '/']) {
            return None;
        }
        let code = code_at(page, here, keyed);
        if code.is_some() {
            return code;
        }
        if page.tokens[here].is_digits()
            || !(BETWEEN.has(page.lower(here)) || is_thing(page.lower(here)))
        {
            return None;
        }
        here += 1;
    }
    None
}

/// The code before the thing: `2580 i porten`, `2580# till dörren`.
fn ahead(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let before = at.checked_sub(2)?;
    let joined =
        matches!(page.lower(at - 1), "i" | "på" | "till" | "för" | "vid" | "to" | "for" | "at")
            || matches!(page.lower(at - 1), "the") && at > 2;
    let between = page.lower(at - 1) == "the" || matches!(page.lower(before), "in" | "ner" | "upp");
    let number = if between { before.checked_sub(1)? } else { before };
    if !joined || !page.tokens[number].is_digits() || page.gap(at) != " " {
        return None;
    }
    // `04-94 på innerdörren`: from its first group.
    let mut number = number;
    while number > 0
        && page.tokens[number - 1].is_digits()
        && page.tokens[number - 1].length <= 2
        && page.tokens[number].length <= 2
        && matches!(page.gap(number), " " | "-")
    {
        number -= 1;
    }
    code_at(page, number, false)
}

/// The code that begins at a token: three to eight digits, a letter before or behind, `#` and `*`.
fn code_at(page: &Page<'_>, at: usize, keyed: bool) -> Option<Range<usize>> {
    const DIGITS: std::ops::RangeInclusive<usize> = 3..=8;
    let token = page.tokens.get(at)?;
    if token.shielded {
        return None;
    }
    let lettered = token.is_word()
        && (token.length == 1
            || token.length == 2
                && token.case == Case::Upper
                && !token.says.any(Says::TECHNICAL.and(Says::BRAND).and(Says::UNIT)))
        && page.tokens.get(at + 1).is_some_and(|next| next.glued && next.is_digits());
    let first = if lettered { at + 1 } else { at };
    if !page.tokens[first].is_digits() || page.tokens[first].settled && page.tokens[first].shielded
    {
        return None;
    }
    // `1 4 7 9`, `14 78`: groups.
    let mut last = first;
    let mut digits = page.tokens[first].length;
    while last + 1 < page.len()
        && page.tokens[last + 1].is_digits()
        && grouped(page.gap(last + 1), page.tokens[last].length, page.tokens[last + 1].length)
        && digits < *DIGITS.end()
    {
        last += 1;
        digits += page.tokens[last].length;
    }
    let signs = page.text[..token.start].len()
        - page.text[..token.start].trim_end_matches(['#', '*']).len();
    let start = token.start - signs;
    let mut end = page.tokens[last].end;
    let mut next = last + 1;
    if let Some(letter) = page.tokens.get(next).filter(|next| next.glued) {
        if letter.is_word() && letter.length == 1 {
            end = letter.end;
            next += 1;
        } else {
            return None;
        }
    }
    let behind = &page.text[end..];
    let signs = behind.len() - behind.trim_start_matches(['#', '*']).len();
    let unit = next < page.len() && page.says(next).any(Says::UNIT) && page.gap(next).len() <= 1;
    let clock = page.gap(first).ends_with([':', '.'])
        && !page.gap(first).contains(' ')
        && at > 0
        && page.tokens[at - 1].is_digits()
        || behind.starts_with([':', '.', ',', '/', '%', '-'])
            && behind[1..].starts_with(|c: char| c.is_ascii_digit());
    // `dörr AB83`.
    let paired =
        lettered && token.length == 2 && token.case == Case::Upper && digits == 2 && !keyed;
    let enough =
        paired || DIGITS.contains(&digits) && (digits > 3 || signs > 0 || !keyed || lettered);
    (enough && !unit && !clock).then(|| start..end + signs)
}

/// Whether two groups of digits are of one code, by what is between them and how long they are.
fn grouped(gap: &str, one: usize, other: usize) -> bool {
    match gap {
        " " | "-" | "" => one <= 2 && other <= 2 || gap == " " && one == 3 && other == 3,
        "." => one == 2 && other == 2,
        "#" | "*" => one <= 4 && other <= 4,
        _ => false,
    }
}

/// What is done with the keys of a lock.
const KEYED: [&str; 10] =
    ["tryck", "tryckt", "trycker", "slå", "slår", "knappa", "knappar", "press", "punch", "enter"];

/// How tens begin, also as they are said.
const TENS: [&str; 16] = [
    "tjugo", "tju", "trettio", "tretti", "fyrtio", "fyrti", "förtio", "förti", "femtio", "femti",
    "sextio", "sexti", "sjuttio", "sjutti", "åttio", "åtti",
];

/// What stands behind the tens that a word begins with.
pub(super) fn tens(word: &str) -> Option<&str> {
    TENS.iter().chain(&["nittio", "nitti"]).find_map(|ten| word.strip_prefix(ten))
}

/// A number in words: of the list, or tens and a digit as they are said (`fyrtisju`).
fn number(page: &Page<'_>, at: usize) -> bool {
    let Some(token) = page.tokens.get(at) else { return false };
    if token.is_digits() || token.settled || token.shielded {
        return false;
    }
    if token.says.any(Says::NUMBER) || page.lower(at) == "oh" {
        return true;
    }
    tens(page.lower(at)).is_some_and(|rest| {
        matches!(
            rest,
            "" | "ett" | "en" | "två" | "tre" | "fyra" | "fem" | "sex" | "sju" | "åtta" | "nio"
        )
    })
}

/// A code in words: four digits one by one anywhere, `fyra sju ett ett`; two numbers behind a word
/// for a code, `fyrtisju elva`.
pub(super) fn spoken(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const RUN_MAX: usize = 12;
    const CUE_WITHIN: usize = 6;
    let joined = |at: usize| matches!(page.gap(at), " " | "-" | ", " | "\n" | " - ");
    if !number(page, at) || at > 0 && number(page, at - 1) && joined(at) {
        return None;
    }
    let mut end = at + 1;
    while end < page.len() && end - at < RUN_MAX && joined(end) && number(page, end) {
        end += 1;
    }
    let count = end - at;
    let single = (at..end).all(|at| {
        matches!(
            page.lower(at),
            "noll"
                | "nolla"
                | "ett"
                | "etta"
                | "två"
                | "tvåa"
                | "tre"
                | "trea"
                | "fyra"
                | "fem"
                | "femma"
                | "sex"
                | "sexa"
                | "sju"
                | "sjua"
                | "åtta"
                | "nio"
                | "nia"
                | "zero"
                | "oh"
                | "one"
                | "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "eight"
                | "nine"
        )
    });
    let cued = count > 1
        && (1..=CUE_WITHIN).any(|back| {
            at.checked_sub(back).is_some_and(|near| {
                page.says(near).any(Says::CREDENTIAL)
                    || is_thing(page.lower(near))
                    || KEYED.contains(&page.lower(near))
                    || page.lower(near).ends_with("kod")
                    || page.lower(near).ends_with("koden")
            })
        });
    // `one or two`, `ett till tre` have words between them; a measure follows a unit.
    let unit = page.says(end).any(Says::UNIT);
    let tens = count >= 3 && (at..end).all(|at| !matches!(page.lower(at), "ett" | "en" | "one"));
    (!unit && (single && count >= 4 || tens || cued)).then(|| page.span(at..end))
}
