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
    let begins = counts(at)
        || page.tokens[at].is_digits()
            && page.str(at).starts_with('0')
            && at + 1 < page.len()
            && counts(at + 1);
    if !begins || at > 0 && counts(at - 1) && page.gap(at).len() <= 3 {
        return None;
    }
    let (mut words, mut end, mut last) = (usize::from(counts(at)), at + 1, at);
    while end < page.len()
        && page.gap(end).chars().count() <= 3
        && !page.gap(end).contains(['.', '!', '?', ';'])
    {
        if counts(end) || page.tokens[end].is_digits() && page.tokens[end].length <= 4 {
            words += usize::from(counts(end));
            last = end;
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
    Some((kind, page.span(at..last + 1), Why::Digits))
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
        let word = page.lower(at);
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
