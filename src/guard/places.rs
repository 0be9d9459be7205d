//! Addresses of anybody: a name of a street and a number, an apartment, a postcode with its town, a
//! property. Goes by capitals and numbers; an ending such as `-gatan` is a help and never needed.

mod before;
mod behind;

use std::ops::Range;

use self::before::run;
use self::behind::{number_end, postcode, slashed_apartment, storey, tail};
use super::lexicon::Says;
use super::page::{Case, Page};
use super::word_list::WordList;
use super::{Finding, Kind, Layer, Why};

/// What Swedish streets end in.
const ENDINGS: [&str; 59] = [
    "gatan",
    "gata",
    "vägen",
    "väg",
    "gränden",
    "gränd",
    "torget",
    "torg",
    "stigen",
    "stig",
    "allén",
    "allen",
    "allé",
    "backen",
    "backe",
    "planen",
    "platsen",
    "kajen",
    "leden",
    "svängen",
    "slingan",
    "stråket",
    "ringen",
    "rondellen",
    "höjden",
    "kullen",
    "liden",
    "parken",
    "gången",
    "gårdarna",
    "gården",
    "esplanaden",
    "gatorna",
    "branten",
    "krogen",
    "brinken",
    "hamnen",
    "strand",
    "stranden",
    "ängen",
    "lunden",
    "hagen",
    "tunet",
    "byväg",
    "tvärgränd",
    "trappor",
    "terrassen",
    "hällan",
    "promenaden",
    "promenad",
    "vreten",
    "hedar",
    "gårdsvägen",
    "kroken",
    "backarna",
    "gård",
    "dalen",
    "vret",
    "hage",
];

/// What things of the trade end in that are counted: `linjekort 3`, `skarvbox 7`.
const TRADE_ENDINGS: [&str; 20] = [
    "kort", "kortet", "port", "porten", "uttag", "uttaget", "skåp", "skåpet", "brunn", "brunnen",
    "box", "boxen", "muff", "muffen", "switch", "switchen", "modul", "kabel", "kabeln", "kassett",
];

/// What stands before an address.
static PLACED: WordList = WordList::new(
    "på vid adress adressen at från till i bor postadress fakturaadress fakturaadressen hemadress \
    även också gården stugan torpet address besöksadress from to ej gamla nya avsändare leveransadress hos adr",
);

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in 0..page.len() {
        let range = if page.tokens[at].is_digits() && !page.tokens[at].shielded {
            street(page, at)
                .or_else(|| english(page, at))
                .or_else(|| {
                    // `KD 55474\nOjala`: another line is no town of this one.
                    let apart = page.tokens[at].length == 5 && page.gap_after(at).contains('\n');
                    postcode(page, at).filter(|_| !apart)
                })
                .or_else(|| property(page, at))
        } else {
            named(page, at)
        };
        found.extend(range.map(|range| Finding {
            range,
            kind: Kind::Address,
            layer: Layer::Identifier,
            why: Why::Place,
        }));
    }
    found
}

pub(super) fn is_street(word: &str) -> bool {
    let stem = word.strip_suffix('s').unwrap_or(word);
    [word, stem].iter().any(|word| {
        ENDINGS.iter().any(|ending| word.strip_suffix(ending).is_some_and(|rest| rest.len() > 2))
    })
}

/// `Kungsgatan 10 G`: from the first word of the street to the letter behind the number.
#[expect(clippy::too_many_lines, reason = "the ways to write a street, each beside the others")]
fn street(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let token = &page.tokens[at];
    let last = at.checked_sub(1)?;
    if page.str(at).starts_with('0')
        || token.length > 4
        || token.glued
        || token.shielded
        || !matches!(page.gap(at), " " | "  " | "\n" | " nr " | " \n")
    {
        return None;
    }
    let behind = page.gap_after(at);
    let clock = behind.starts_with([':', '.', '-'])
        && behind.len() == 1
        && page.tokens.get(at + 1).is_some_and(|next| next.is_digits() && next.length == 2)
        && page.says(last).any(Says::TIME);
    let dated = clock
        || behind == ":" && page.tokens.get(at + 1).is_some_and(super::page::Token::is_digits)
        || page.says(at + 1).any(Says::MONTH) && page.gap_after(at) == " ";
    let word = page.lower(last);
    // `Kyrkogatan 41/1101` is no speed.
    let measured = is_measure(page, at) && !(behind == "/" && is_street(word));
    if dated || measured || page.tokens[last].is_digits() || page.tokens[last].shielded {
        return None;
    }
    let says = page.says(last);
    // `Adapter 9A:63:70:..`, `Felkod 691`: of a device, of an error.
    let device =
        token.settled && page.tokens.get(at + 1).is_some_and(|next| next.glued) && !is_street(word);
    if device || word.ends_with("kod") || word.ends_with("koden") {
        return None;
    }
    // `Nokia Beacon 6`, `brf Pelikanen 14`.
    if page.follows(last, Says::BRAND) || page.association(last) {
        return None;
    }
    let lettered = page.tokens.get(at + 1).is_some_and(|next| {
        // `8h`, `4g`: a unit, unless a word of place says otherwise.
        let unit = matches!(page.lower(at + 1), "h" | "g" | "k" | "l")
            && page.caseless
            && !is_street(word);
        let alone = page.tokens.get(at + 2).is_none_or(|after| !after.glued);
        next.glued
            && next.is_word()
            && next.length == 1
            && page.lower(at + 1) <= "l"
            && alone
            && !unit
    });
    let directed = last > 0 && page.says(last - 1).any(Says::DIRECTION) && page.gap(last) == " ";
    let begins = if directed { last - 1 } else { last };
    let at_place = begins > 0
        && (PLACED.has(page.lower(begins - 1)) && matches!(page.gap(begins), " " | ": " | "  ")
            // `PIRJO PITKÄNEN, LAGERHUSET 150, HAR OCKSÅ ..`: behind somebody.
            || page.caseless
                && (page.gap(begins).ends_with(", ") || page.gap(begins) == " (")
                && (page.says(begins - 1).is_name() || super::deny::family(page.lower(begins - 1)))
                && page.text[number_end(page, at)..].starts_with([',', ')', '\n', ' '])
                && !page.says(last).any(Says::PHONE.and(Says::APARTMENT)));
    let ended = is_street(word) && !says.any(Says::TECHNICAL);
    // `lilla bommen 175c`: a word for a side or a size before any word that is none of the trade.
    let sided = last > 0
        && page.says(last - 1).any(Says::DIRECTION)
        && page.gap(last) == " "
        && page.tokens[last].length > 2
        && token.length <= 3
        && (page.caseless || at_place || page.tokens[last - 1].case == Case::Title)
        && !says.any(
            Says::TECHNICAL
                .and(Says::BRAND)
                .and(Says::DOMAIN)
                .and(Says::CREDENTIAL)
                .and(Says::REFERENCE)
                .and(Says::SERIAL)
                .and(Says::UNIT)
                .and(Says::TIME)
                .and(Says::MONTH)
                .and(Says::PHONE)
                .and(Says::FUNCTION)
                .and(Says::NUMBER)
                .and(Says::APARTMENT)
                .and(Says::CUSTOMER)
                .and(Says::VERSION),
        )
        && (lettered
            || !page.caseless
            || at_place
            || page.gap_after(at).starts_with([',', '\n', '.']));
    let alone = says.any(Says::STREET) && page.tokens[last].length > 1;
    let raised = |at: usize| {
        let token = &page.tokens[at];
        !page.caseless && token.case == Case::Title
    };
    let mut first = last;
    if alone {
        // `Sven Erikssons gata 73`, `Olof Palmes plats 1`: at least one word before it.
        let start = run(page, last, 3);
        if start == last {
            // `Torget 3`, `Gränden 12`: a street by itself.
            let placed = page.caseless && lettered && at_place;
            if !placed && !raised(last)
                || page.tokens[last].opens && token.length > 3
                || says.any(Says::TECHNICAL)
            {
                return None;
            }
        }
        first = start;
    } else if ended || sided {
        first = run(page, last, 2);
    } else {
        // Any capitalised word that is not a word of the trade: `Tallbacken 62`, `Annelund 3`.
        let opens = page.tokens[last].opens && !page.gap(last).ends_with('(');
        let posted = {
            let next = page.token_at(number_end(page, at));
            page.tokens.get(next).is_some_and(super::page::Token::is_digits)
                && postcode(page, next).is_some()
                && page.tokens[next].start - token.end <= 4
        };
        let plain = !posted
            && says.any(
                Says::TECHNICAL
                    .and(Says::BRAND)
                    .and(Says::DOMAIN)
                    .and(Says::MONTH)
                    .and(Says::UNIT)
                    .and(Says::REFERENCE)
                    .and(Says::TIME)
                    .and(Says::NUMBER)
                    .and(Says::VERSION)
                    .and(Says::CREDENTIAL)
                    .and(Says::PHONE)
                    .and(Says::FUNCTION),
            )
            && !(last > 0 && matches!(page.lower(last - 1), "bor" | "bodde" | "bott"));
        let unknown = !says.is_word() && !says.is_name();
        let bare = token.length <= 3;
        if plain || !bare || !(raised(last) && (!opens || unknown || lettered) || posted) {
            // In a text without capitals: behind a word of place, or with a letter on the number.
            let plain = says.any(
                Says::TECHNICAL
                    .and(Says::BRAND)
                    .and(Says::UNIT)
                    .and(Says::REFERENCE)
                    .and(Says::TIME)
                    .and(Says::VERSION)
                    .and(Says::CREDENTIAL)
                    .and(Says::PHONE)
                    .and(Says::FUNCTION)
                    .and(Says::APARTMENT)
                    .and(Says::MONTH),
            ) || TRADE_ENDINGS.iter().any(|ending| word.ends_with(ending));
            let lower = page.tokens[last].case == Case::Lower;
            let foreign = !says.any(Says::BUILT_IN);
            // `Tors hammare 158b`.
            let owned = last > 0
                && lower
                && raised(last - 1)
                && !plain
                && !says.any(Says::DOMAIN)
                && page.gap(last) == " "
                && page.lower(last - 1).ends_with('s')
                && !page.says(last - 1).any(Says::TECHNICAL.and(Says::BRAND));
            // `MLB 84A` is a plate.
            let plate = page.tokens[last].length == 3 && page.tokens[last].case == Case::Upper;
            let placed = bare
                && !plate
                && (page.tokens[last].length > 2
                    || last > 1
                        && page.lower(last - 1) == "om"
                        && page.says(last - 2).any(Says::DIRECTION))
                && (page.caseless
                    && ((unknown || foreign) && at_place && !plain || lettered && !plain)
                    || lower && unknown && lettered && at_place
                    || owned);
            if owned {
                first = last - 1;
            }
            if !placed {
                return None;
            }
        }
        if last > 0
            && raised(last - 1)
            && page.gap(last) == " "
            && (!page.tokens[last - 1].opens || page.gap(last - 1).ends_with('('))
            && !page.tokens[last - 1].shielded
            && !page.says(last - 1).any(
                Says::TECHNICAL
                    .and(Says::BRAND)
                    .and(Says::REFERENCE)
                    .and(Says::DOMAIN)
                    .and(Says::PERSON),
            )
        {
            first = last - 1;
        } else if page.gap(last) == " " {
            first = run(page, last, 2).min(first);
        }
    }
    let mut end =
        storey(page, tail(page, storey(page, slashed_apartment(page, number_end(page, at)))));
    // `47 i Norrtorp`.
    let next = page.token_at(end);
    if next + 1 < page.len()
        && page.text[end..].starts_with(" i ")
        && (page.tokens[next + 1].case == Case::Title
            || page.caseless && !page.says(next + 1).is_word())
        && !page.says(next + 1).any(Says::WORD)
    {
        end = page.tokens[next + 1].end;
    }
    Some(page.tokens[stairs(page, first)].start..end)
}

/// `uppgång B på Torggatan 4`: from the letter of the stairs on.
fn stairs(page: &Page<'_>, first: usize) -> usize {
    let Some(letter) = first.checked_sub(2).filter(|letter| *letter > 0) else { return first };
    let told = matches!(page.lower(first - 1), "på" | "i" | "vid" | "at" | "on")
        && page.gap(first) == " "
        && page.tokens[letter].is_word()
        && page.tokens[letter].length == 1
        && page.gap(first - 1) == " "
        && matches!(
            page.lower(letter - 1),
            "uppgång"
                | "uppgången"
                | "uppg"
                | "ingång"
                | "port"
                | "trappuppgång"
                | "entrance"
                | "stairway"
        );
    if told { letter } else { first }
}

/// `Norrgårda by`, `på Talgoxvägen`: a place by its name alone, behind a word of place.
fn named(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const LENGTH_MIN: usize = 7;
    let token = &page.tokens[at];
    let before = at.checked_sub(1)?;
    if token.shielded
        || token.settled
        || !page.follows(at, Says::PLACED)
        || !matches!(page.gap(at), " " | ": " | "\n")
    {
        return None;
    }
    let written = token.case == Case::Title || page.caseless && !token.says.any(Says::WORD);
    let street = written
        && token.length >= LENGTH_MIN
        && is_street(page.lower(at))
        && !token.says.any(Says::TECHNICAL.and(Says::DOMAIN).and(Says::BUILT_IN));
    // `Norrgårda by`, `Backa gård`, `Lillhult säteri`.
    let village = token.case == Case::Title
        && !token.says.any(Says::TECHNICAL.and(Says::DOMAIN).and(Says::FUNCTION))
        && page.gap_after(at) == " "
        && page.tokens.get(at + 1).is_some_and(|_| {
            matches!(
                page.lower(at + 1),
                "by" | "gård"
                    | "säteri"
                    | "herrgård"
                    | "prästgård"
                    | "bruk"
                    | "torp"
                    | "kvarn"
                    | "bygård"
                    | "lantbruk"
                    | "gods"
                    | "slott"
                    | "fäbod"
                    | "fäbodar"
                    | "farm"
                    | "lodge"
            )
        });
    if let Some(farm) = farm(page, at) {
        return Some(farm);
    }
    let end = if village { at + 2 } else { at + 1 };
    // With a number it is an address as a whole.
    let numbered =
        page.tokens.get(end).is_some_and(super::page::Token::is_digits) && page.gap(end) == " ";
    ((street || village) && !numbered).then(|| page.span(run(page, at, 2).max(before + 1)..end))
}

/// `gården Lillhult`, `torpet Nyhem 3`: a farm by its name, behind the word for what it is.
fn farm(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let kind = matches!(
        page.lower(at),
        "gården"
            | "torpet"
            | "stugan"
            | "säteriet"
            | "hemmanet"
            | "lantgården"
            | "hästgården"
            | "villan"
            | "sommarstugan"
            | "farm"
            | "cottage"
    );
    let name = page.tokens.get(at + 1).filter(|name| {
        name.case == Case::Title
            && !page.caseless
            && page.gap(at + 1) == " "
            && !name.says.any(Says::TECHNICAL.and(Says::DOMAIN).and(Says::BRAND).and(Says::GIVEN))
    });
    let number = page
        .tokens
        .get(at + 2)
        .filter(|number| number.is_digits() && number.length <= 3 && page.gap(at + 2) == " ");
    let name = name.filter(|name| kind && !name.shielded)?;
    Some(name.start..number.map_or(name.end, |number| number.end))
}

/// `14 Acacia Avenue`.
fn english(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 4;
    if page.tokens[at].length > 4 || page.tokens[at].glued || page.tokens[at].shielded {
        return None;
    }
    for last in at + 1..(at + 1 + WORDS_MAX).min(page.len()) {
        let token = &page.tokens[last];
        let apart = page.gap(last) == " " || last == at + 1 && token.glued && token.length == 1;
        if token.is_digits() || token.shielded || !apart {
            return None;
        }
        let kind = matches!(
            page.lower(last),
            "street"
                | "road"
                | "avenue"
                | "lane"
                | "drive"
                | "close"
                | "court"
                | "crescent"
                | "gardens"
                | "terrace"
                | "grove"
                | "mews"
                | "rd"
                | "ave"
                | "boulevard"
                | "square"
                | "hill"
                | "way"
                | "st"
                | "place"
                | "row"
                | "parade"
        );
        if kind && last > at + 1 {
            return Some(page.tokens[at].start..tail(page, token.end));
        }
        if !page.caseless && !token.is_capital() && token.length > 1 {
            return None;
        }
        if page.caseless && token.says.any(Says::UNIT.and(Says::FUNCTION)) {
            return None;
        }
    }
    None
}

/// `Sörby 9:34`, `fastighet Kvarnen 12`.
fn property(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let before = at.checked_sub(1)?;
    let word = &page.tokens[before];
    if word.is_digits()
        || word.shielded
        || !matches!(page.gap(at), " " | "\n")
        || page.tokens[at].length > 3
        || page.tokens[at].shielded
    {
        return None;
    }
    let unit = page.tokens.get(at + 1).filter(|unit| unit.is_digits() && page.gap(at + 1) == ":");
    let cued = page.cued(at, Says::PROPERTY, 7)
        || (at.saturating_sub(4)..at).any(|near| {
            ["tomt", "tomten", "fastighet", "fastigheten", "skifte", "skiftet"]
                .iter()
                .any(|ending| page.lower(near).ends_with(ending))
                || page.lower(near) == "bet"
        });
    let (hour, minute) = (page.str(at), unit.map_or("", |_| page.str(at + 1)));
    let clock = minute.len() == 2 && hour.len() <= 2 && hour < "24" && minute < "60";
    let says = word.says;
    // `Stora Mon 6:73`: no Monday.
    let sized = before > 0
        && page.says(before - 1).any(Says::DIRECTION)
        && page.gap(before) == " "
        && page.tokens[before - 1].case == Case::Title;
    let place = (sized
        || !says.any(
            Says::TIME
                .and(Says::TECHNICAL)
                .and(Says::MONTH)
                .and(Says::REFERENCE)
                .and(Says::VERSION),
        ))
        && word.length > 2;
    // `(hjorten 7:34)`: nothing but the one and the other.
    let enclosed = page.gap(before).ends_with('(')
        && unit.is_some()
        && page.gap_after(at + 1).starts_with(')')
        && !says.any(Says::BUILT_IN);
    // `Granne: Mossen 19:54` in a list where properties are told.
    let listed = unit.is_some()
        && page.gap(before) == ": "
        && page.tokens[before].case == Case::Title
        && before > 0
        && page.says(before - 1).any(Says::RELATION);
    let capital = !page.caseless && word.case == Case::Title;
    let unknown = !says.is_word();
    let long = unit.is_some() && minute.len() == 3;
    let rare = capital && !word.opens && !says.is_name() && !says.any(Says::BUILT_IN);
    if unit.is_some() && place && (long || rare || enclosed || listed || sized)
        || unit.is_some()
            && place
            && (cued || !clock && (capital || unknown) || capital && unknown && !says.is_name())
        || cued && unit.is_none() && capital && place
    {
        let mut first = before;
        if first > 0
            && page.gap(first) == " "
            && (page.tokens[first - 1].case == Case::Title
                && (!page.tokens[first - 1].opens || !page.says(first - 1).is_word())
                || page.says(first - 1).any(Says::DIRECTION))
            && !page.says(first - 1).any(Says::PROPERTY)
            && !page.tokens[first - 1].shielded
        {
            first -= 1;
        }
        let last = if unit.is_some() { at + 1 } else { at };
        return Some(page.span(first..last + 1));
    }
    None
}

/// A number that counts or measures something.
fn is_measure(page: &Page<'_>, at: usize) -> bool {
    let behind = page.gap_after(at);
    let next = page.says(at + 1);
    let unit = next.any(Says::UNIT) && matches!(behind, " " | "") && page.tokens[at + 1].length > 1;
    let goes_on = page
        .tokens
        .get(at + 1)
        .is_some_and(|next| next.is_digits() && matches!(behind, ":" | "." | "/" | "," | "-"))
        && behind != "-";
    unit || behind.starts_with('%') || goes_on
}
