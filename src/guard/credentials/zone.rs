//! What stands near a word for a code and looks like nothing else.
//!
//! The other files know the ways in which people tell a code. This one knows none: within the
//! sentence of a cue, whatever no layer has explained and no dictionary has goes, if it is quoted,
//! has digits and letters or signs in one piece, or is a short number.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Case, Page, Token, ends_loudly};
use super::super::word_list::WordList;

/// How many tokens a cue reaches, before it and behind it.
const BEFORE: usize = 7;
const BEHIND: usize = 10;

/// Words that are cues here besides those for codes: what has a code, and what one does with it.
static CUES: WordList = WordList::new(
    "wifi wlan ssid nyckel nyckeln key keys psk lösenfras inloggad logga loggar loggade inloggning \
    kodlås kodlåset kodord kodordet säkerhetsord säkerhetsordet kodfras lösenmening fras ord ordet \
    larmar avlarmas avlarma larmas larma disarm unlock unlocks låses öppnas kombinationslås \
    kombination hänglås nyckelbox nyckelskåp nyckelboxen nyckelskåpet keysafe lockbox keypad \
    nät nätet nätverk nätverket router routern admin dekalen dekal label sticker etiketten lappen \
    porttelefon porttelefonen knappsats dosan bommen grinden porten entrén gate buzzer password's \
    code's word passphrase hotspot gästnät gästnätet nätnamn engångs bankid verifiering",
);

/// What is done to a lock, and what has one: near these a short number is a code.
static OPENED: WordList = WordList::new(
    "släpps släpp insläppt insläpp låst låses låsta kodlås kodlåset hänglås hänglåset nyckelbox nyckelboxen nyckelskåp nyckelskåpet \
    bommen grinden entrén porttelefon porttelefonen knappsats knappsatsen kombinationslås avlarmas \
    avlarma larmas keysafe lockbox keypad unlock unlocks disarm buzzer",
);

/// What is written with digits near a code and is none.
const EXPLAINED: Says = Says::UNIT
    .and(Says::TECHNICAL)
    .and(Says::VERSION)
    .and(Says::MONTH)
    .and(Says::APARTMENT)
    .and(Says::BRAND)
    .and(Says::STREET)
    .and(Says::DOMAIN);

pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    CUES.words().chain(OPENED.words())
}

/// Every finding near this word, if it is a cue.
pub(super) fn near(page: &Page<'_>, at: usize, found: &mut Vec<Range<usize>>) {
    let token = &page.tokens[at];
    if token.is_digits() || token.shielded {
        return;
    }
    let word = page.lower(at);
    let code = token.says.any(Says::CREDENTIAL)
        || ["kod", "koden", "koder", "koderna", "lösen", "lösenord", "lösenordet", "nyckeln"]
            .iter()
            .any(|ending| word.ends_with(ending));
    let plain = super::words::PLAIN.iter().any(|plain| word.starts_with(plain))
        || matches!(word, "kod" | "koden" | "code")
            && at > 0
            && page.says(at - 1).any(Says::TECHNICAL);
    let code = code || OPENED.has(word) || super::doors::opens(word);
    if plain || !code && !CUES.has(word) {
        return;
    }
    let mut first = at;
    while first > 0 && at - first < BEFORE && !breaks(page, first) && !parts(page, first) {
        first -= 1;
    }
    let mut last = at + 1;
    while last < page.len()
        && last - at <= BEHIND
        && !breaks(page, last)
        && (last == at + 1 || !parts(page, last))
    {
        last += 1;
    }
    found.extend(quoted(page, first, last));
    let password = word.starts_with("lösen")
        || word.ends_with("lösen")
        || word.ends_with("lösenord")
        || word.ends_with("lösenordet")
        || matches!(word, "password" | "pass" | "pw" | "psk" | "passphrase" | "pwd");
    let network = matches!(word, "wifi" | "wlan" | "ssid" | "nyckel" | "nyckeln" | "key" | "nätet");
    if password || network {
        found.extend((at + 1..last).filter_map(|here| linked(page, here, password)));
    }
    let mut here = first;
    while here < last {
        let cluster = page.cluster(here);
        here = cluster.end.max(here + 1);
        if let Some(range) = odd(page, cluster, code) {
            found.push(range);
        }
    }
}

/// What a password is said to be at the end of a clause: `sitt lösen, trodde det var kanel`; or what
/// has three parts in one piece.
fn linked(page: &Page<'_>, at: usize, password: bool) -> Option<Range<usize>> {
    let token = &page.tokens[at];
    if token.settled || token.shielded || token.is_digits() || token.length < 3 {
        return None;
    }
    let range = chunk(page, token.range());
    let parts = page.text[range.clone()].split(['.', '-', '_', '/', '+']);
    let many = parts.clone().count() > 2
        && parts
            .clone()
            .all(|part| part.chars().count() > 2 && part.chars().all(char::is_alphabetic));
    let figures = page.text[range.clone()].starts_with("min/");
    if many && !figures && !page.text[range.clone()].contains("://") {
        return Some(range);
    }
    let link = password
        && at > 0
        && matches!(page.lower(at - 1), "var" | "är" | "blir" | "was" | "is" | "e" | "va")
        && matches!(page.gap(at), " " | " \"");
    let says = token.says;
    let told = super::words::tells_about(page.lower(at))
        || says.any(
            Says::FUNCTION
                .and(Says::TIME)
                .and(Says::TECHNICAL)
                .and(Says::PERSON)
                .and(Says::RELATION)
                .and(Says::SPEECH)
                .and(Says::DOMAIN),
        );
    (link && !told).then_some(range)
}

/// Whether a sentence or a line ends before a token.
fn breaks(page: &Page<'_>, at: usize) -> bool {
    let gap = page.gap(at);
    gap.contains('\n') || gap.contains(". ") || gap.contains(' ') && ends_loudly(gap)
}

/// What stands between quotation marks within the reach of a cue.
fn quoted(page: &Page<'_>, first: usize, last: usize) -> Option<Range<usize>> {
    const LENGTH_MAX: usize = 48;
    let quotes = ['"', '\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}'];
    let open = (first..last).find(|at| {
        page.gap(*at).ends_with(quotes) && !page.tokens[*at].settled && !page.tokens[*at].shielded
    })?;
    let start = page.tokens[open].start;
    let near = &page.text[start..page.text.floor_char_boundary(start + LENGTH_MAX)];
    let length = near.find(quotes)?;
    let value = &near[..length];
    (!value.contains('\n') && value.split(' ').count() <= 5).then_some(start..start + length)
}

/// Whether another note begins: ` / `, ` - `.
fn parts(page: &Page<'_>, at: usize) -> bool {
    page.gap(at).contains(" / ") || page.gap(at).contains(" - ") || page.gap(at).contains(" | ")
}

/// A piece that nothing explains: `havet99`, `Bamse!7`, `471`, `57 70`.
fn odd(page: &Page<'_>, cluster: Range<usize>, code: bool) -> Option<Range<usize>> {
    let free = |tokens: &[Token]| !tokens.iter().any(|token| token.settled || token.shielded);
    let first = cluster.start;
    let range = page.span(cluster.clone());
    // `0x88`, `d-link dir-x3260`: the number of an error, a model behind its maker.
    let hexadecimal = page.text[range.clone()].starts_with("0x");
    let model = (1..=3).any(|back| {
        first >= back
            && page.says(first - back).any(Says::BRAND)
            && (0..back).all(|near| matches!(page.gap(first - near), " " | "-"))
    });
    if hexadecimal || model {
        return None;
    }
    if !free(&page.tokens[cluster.clone()]) {
        return None;
    }
    let digits: usize = page.tokens[cluster.clone()]
        .iter()
        .filter(|token| token.is_digits())
        .map(|token| token.length)
        .sum();
    let (gap, behind) = (page.gap(first), page.gap_after(cluster.end - 1));
    let capitals = page.tokens[first].case == Case::Mixed
        && !page.tokens[first].says.any(EXPLAINED)
        && page.tokens[first].length > 5;
    let signed = behind.starts_with(['#', '$', '%', '&', '*', '^', '~', '_'])
        && page.tokens[first].length > 2;
    if digits == 0 && !capitals && !signed {
        return None;
    }
    let explained = first > 0 && gap.len() <= 2 && !gap.contains(',') && explains(page, first - 1);
    let measured = digits > 0
        && page.says(cluster.end).any(Says::UNIT.and(Says::MONTH).and(Says::TIME))
        && behind.len() <= 1;
    if explained || measured {
        return None;
    }
    let whole = chunk(page, range.clone());
    let last = page.tokens.partition_point(|token| token.start < whole.end);
    let tokens = &page.tokens[page.token_at(whole.start).min(first)..last];
    let letters = tokens.iter().any(Token::is_word);
    if letters {
        let numbers: usize =
            tokens.iter().filter(|token| token.is_digits()).map(|token| token.length).sum();
        let word = tokens.iter().any(|token| {
            token.is_word()
                && (token.length > 2 && !token.says.any(EXPLAINED)
                    || token.length <= 2 && numbers > 2)
        });
        // `wifi6`, `100Mbit`: a word of the trade, or a unit behind its number.
        let unit =
            matches!(tokens, [number, unit] if number.is_digits() && unit.says.any(EXPLAINED));
        let known = unit
            || tokens
                .iter()
                .any(|token| token.is_word() && token.length > 2 && token.says.any(EXPLAINED));
        return (word && !known && free(tokens)).then_some(whole);
    }
    let dated = behind.starts_with(['/', ':', '%', ',', '.']) && !behind.contains([' ', '\n'])
        || gap.ends_with(['/', ':', '.', ',', '-', '\u{2212}']) && !gap.contains([' ', '\n']);
    if dated {
        return None;
    }
    // `57 70`: two pairs.
    let next = cluster.end;
    let pair = digits == 2
        && page.tokens.get(next).is_some_and(|token| {
            token.is_digits() && token.length == 2 && !token.settled && page.gap(next) == " "
        })
        && !page.says(next + 1).any(Says::UNIT);
    if pair {
        return code.then(|| page.span(first..next + 1));
    }
    (code && (3..=8).contains(&digits)).then_some(range)
}

/// Whether a word says what the number behind it is.
fn explains(page: &Page<'_>, at: usize) -> bool {
    let says = page.says(at);
    let word = page.lower(at);
    !says.any(Says::CREDENTIAL)
        && says.any(
            Says::TECHNICAL
                .and(Says::APARTMENT)
                .and(Says::VERSION)
                .and(Says::MONTH)
                .and(Says::REFERENCE)
                .and(Says::SERIAL)
                .and(Says::STREET),
        )
        || matches!(word, "kl" | "klockan" | "se" | "see" | "omstart" | "rebooted" | "at")
}

/// All of the piece that something odd stands in, up to the spaces around it: `hjulspår/båt1`,
/// `Bamse!7`.
fn chunk(page: &Page<'_>, range: Range<usize>) -> Range<usize> {
    const LENGTH_MAX: usize = 40;
    let text = page.text;
    let outside = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '(' | ')' | '<' | '>' | ',' | ';' | ':' | '|' | '[' | ']')
    };
    let reach = |chars: &mut dyn Iterator<Item = char>| -> usize {
        chars.take(LENGTH_MAX).take_while(|c| !outside(*c)).map(char::len_utf8).sum()
    };
    let start = range.start - reach(&mut text[..range.start].chars().rev());
    let end = range.end + reach(&mut text[range.end..].chars());
    let whole = &text[start..end];
    let bare = whole.trim_end_matches(['.', '\'']);
    if whole.len() >= LENGTH_MAX || whole.contains('@') {
        return range;
    }
    start..(start + bare.len()).max(range.end)
}
