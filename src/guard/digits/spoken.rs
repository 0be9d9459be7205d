//! Numbers in words.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::{Kind, Why};
use super::Hit;

/// A number in words, some of them digits: `noll sju noll ...`, `031 tre nio noll ...`.
pub(super) fn spoken(page: &Page<'_>, at: usize) -> Option<Hit> {
    const WORDS_MIN: usize = 5;
    let counts = |at: usize| page.says(at).any(Says::NUMBER) && !page.tokens[at].settled;
    let next = |at: usize| at + 1 < page.len() && counts(at + 1);
    // `pånoll sju noll`: the first of them ran into a small word.
    let led = (!counts(at) && next(at) && page.gap(at + 1) == " ").then(|| led(page, at)).flatten();
    let begins = counts(at)
        || led.is_some()
        || page.tokens[at].is_digits() && page.str(at).starts_with('0') && next(at);
    if !begins || at > 0 && counts(at - 1) && page.gap(at).len() <= 3 {
        return None;
    }
    let start = led.unwrap_or(page.tokens[at].start);
    let (mut words, mut end) = (usize::from(counts(at) || led.is_some()), at + 1);
    let mut stop = page.tokens[at].end;
    while end < page.len()
        && page.gap(end).chars().count() <= 3
        && !page.gap(end).contains(['.', '!', '?', ';'])
    {
        if counts(end) || page.tokens[end].is_digits() && page.tokens[end].length <= 4 {
            words += usize::from(counts(end));
            stop = page.tokens[end].end;
        } else if let Some(last) = broken(page, end) {
            words += 1;
            end += 1;
            stop = last;
        } else if let Some(last) = trailed(page, end) {
            words += 1;
            stop = last;
            break;
        } else if !matches!(
            page.lower(end),
            "och" | "dash" | "streck" | "bindestreck" | "and" | "minus" | "plus" | "paus"
        ) {
            break;
        }
        end += 1;
    }
    let digits = page.tokens[at].is_digits();
    if words < WORDS_MIN && !(digits && words >= 3) {
        return None;
    }
    let kind = if page.cued(at, Says::PNR, 5) {
        Kind::Personnummer
    } else if page.cued(at, Says::CREDENTIAL, 5) {
        Kind::Credential
    } else {
        Kind::Phone
    };
    Some((kind, start..stop, Why::Digits))
}

/// Where a number in words begins within a word: `pånoll`, `ärsju`.
fn led(page: &Page<'_>, at: usize) -> Option<usize> {
    const BEFORE: [&str; 16] = [
        "på", "är", "nr", "tel", "mobil", "nummer", "numret", "till", "ring", "nås", "sms", "om",
        "pnr", "on", "is", "number",
    ];
    let token = &page.tokens[at];
    let word = page.lower(at);
    let cut = BEFORE.iter().find(|small| {
        word.strip_prefix(**small).is_some_and(|rest| page.lexicon.says(rest).any(Says::NUMBER))
    })?;
    token.is_word().then_some(token.start + cut.len())
}

/// Where a number in words ends within a word: `tvådet`, `nioär`.
fn trailed(page: &Page<'_>, at: usize) -> Option<usize> {
    const BEHIND: [&str; 14] = [
        "det", "är", "och", "som", "sa", "men", "ring", "tack", "hälsar", "mvh", "om", "it",
        "please", "thanks",
    ];
    let token = &page.tokens[at];
    let word = page.lower(at);
    let number = BEHIND.iter().find_map(|small| {
        word.strip_suffix(small).filter(|rest| page.lexicon.says(rest).any(Says::NUMBER))
    })?;
    token.is_word().then_some(token.start + number.len())
}

/// Where a number in words ends that a line break has cut in two: `t\nolv`, `sjut\ntio`.
fn broken(page: &Page<'_>, at: usize) -> Option<usize> {
    let next = page.tokens.get(at + 1)?;
    if !page.gap(at + 1).contains('\n') || next.is_digits() || page.tokens[at].is_digits() {
        return None;
    }
    let mut word = page.lower(at).to_owned();
    word.push_str(page.lower(at + 1));
    page.lexicon.says(&word).any(Says::NUMBER).then_some(next.end)
}

/// The digits that a number in words has, as far as they can be told.
pub(in crate::guard) fn told(page: &Page<'_>, range: &Range<usize>) -> Option<String> {
    const UNITS: [&[&str]; 10] = [
        &["noll", "nolla", "zero", "oh"],
        &["ett", "en", "etta", "one"],
        &["två", "tvåa", "two"],
        &["tre", "trea", "three"],
        &["fyra", "four"],
        &["fem", "femma", "five"],
        &["sex", "sexa", "six"],
        &["sju", "sjua", "seven"],
        &["åtta", "eight"],
        &["nio", "nia", "nine"],
    ];
    const TEENS: [&[&str]; 10] = [
        &["tio", "ten"],
        &["elva", "eleven"],
        &["tolv", "twelve"],
        &["tretton", "thirteen"],
        &["fjorton", "fourteen"],
        &["femton", "fifteen"],
        &["sexton", "sixteen"],
        &["sjutton", "seventeen"],
        &["arton", "eighteen"],
        &["nitton", "nineteen"],
    ];
    const TENS: [&[&str]; 8] = [
        &["tjugo", "twenty"],
        &["trettio", "thirty"],
        &["fyrtio", "forty"],
        &["femtio", "fifty"],
        &["sextio", "sixty"],
        &["sjuttio", "seventy"],
        &["åttio", "eighty"],
        &["nittio", "ninety"],
    ];
    let find = |table: &[&[&str]], word: &str| table.iter().position(|words| words.contains(&word));
    let mut digits = String::new();
    let mut tens = false;
    let mut spoken = false;
    for at in page.token_at(range.start)..page.len() {
        if page.tokens[at].start >= range.end {
            break;
        }
        if page.tokens[at].is_digits() {
            digits.push_str(page.str(at));
            continue;
        }
        // Without what ran into it: `pånoll`.
        let token = &page.tokens[at];
        let own = token.start.max(range.start)..token.end.min(range.end);
        let word = &page.lower_text()[own];
        spoken = true;
        if let Some(value) = find(&UNITS, word) {
            // `fifty-three`.
            if std::mem::take(&mut tens) && page.gap(at) == "-" {
                digits.pop();
            }
            digits.push_str(&value.to_string());
        } else if let Some(value) = find(&TEENS, word) {
            digits.push_str(&(value + 10).to_string());
        } else if let Some(value) = find(&TENS, word) {
            digits.push_str(&((value + 2) * 10).to_string());
            tens = true;
            continue;
        } else {
            let compound = TENS.iter().enumerate().find_map(|(tens, words)| {
                let rest = words.iter().find_map(|ten| word.strip_prefix(ten))?;
                Some((tens + 2) * 10 + find(&UNITS, rest)?)
            });
            digits.push_str(&compound?.to_string());
        }
        tens = false;
    }
    spoken.then_some(digits)
}
