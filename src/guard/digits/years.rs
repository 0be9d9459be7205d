//! A year of birth alone: `född -58`, `f. 58`, `born in 1958`.

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::{Kind, Why};
use super::Hit;

/// The year behind a word that says so.
pub(super) fn born(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let before = at.checked_sub(1)?;
    let short = matches!(page.lower(before), "f" | "fd");
    let word = match page.lower(before) {
        "i" | "in" | "år" | "the" if at > 1 => page.lower(before - 1),
        word => word,
    };
    let told = short
        || matches!(word, "född" | "föddes" | "fött" | "född:" | "born" | "födelseår" | "dob");
    let gap = page.gap(at);
    let near = gap.len() <= 3
        && gap.chars().all(|c| matches!(c, ' ' | '.' | ':' | '-' | '\''))
        && !gap.is_empty();
    // `f.58` needs its sign: a lone letter is much else.
    let signed = !short || gap.contains(['.', '-', '\'']);
    let year = token.length == 2
        || token.length == 4 && matches!(page.str(at).get(..2), Some("18" | "19" | "20"));
    let goes_on = page.tokens.get(at + 1).is_some_and(|next| {
        next.glued
            || next.is_digits() && page.gap(at + 1).len() == 1
            || next.says.any(Says::UNIT.and(Says::MONTH))
    });
    (told && near && signed && year && !goes_on).then(|| (Kind::BirthDate, token.range(), Why::Cue))
}
