//! Our number of the customer.

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::{Kind, Why};
use super::Hit;

/// Our number of the customer, behind its cue; with the letters before it.
pub(super) fn customer(page: &Page<'_>, at: usize) -> Option<Hit> {
    const DIGITS_MIN: usize = 4;
    if !page.follows(at, Says::CUSTOMER.and(Says::NUMBERED)) {
        return None;
    }
    let mut cue = at;
    while cue > 0
        && at - cue < 3
        && matches!(
            page.lower(cue - 1),
            "nr" | "nummer" | "no" | "number" | "id" | "numret" | "är" | "is" | "ref" | "num"
        )
        && page.gap(cue).len() <= 3
    {
        cue -= 1;
    }
    if cue == 0
        || !(page.says(cue - 1).any(Says::CUSTOMER)
            || cue < at && page.lower(cue - 1) == "k" && page.gap(cue) == "-")
        || page.gap(cue).chars().count() > 3
        || page.gap(cue).contains(['/', '(']) && page.gap(cue) != " ("
    {
        return None;
    }
    let bare = cue == at
        && !page.lower(cue - 1).contains("nr")
        && !page.lower(cue - 1).contains("nummer")
        && !page.lower(cue - 1).contains("no")
        && !page.lower(cue - 1).contains("id");
    let mut end = at;
    let mut digits = 0;
    if page.tokens[at].is_word() {
        // `cust-27050`: a longer word only where a hyphen joins it.
        let prefix_max = if page.gap_after(at) == "-" { 6 } else { 3 };
        if page.tokens[at].length > prefix_max
            || !matches!(page.gap_after(at), "" | "-" | "- " | " ")
            || page.tokens[at].says.is_word() && page.gap_after(at) == " "
        {
            return None;
        }
        end += 1;
    }
    let first = end;
    while let Some(token) = page.tokens.get(end) {
        let gap = page.gap(end);
        let joins = end == first || matches!(gap, "" | "-" | " " | "\n" | "- " | " - " | "-\n");
        if !token.is_digits()
            || !joins
            || digits + token.length > 12
            || end > first && gap == " " && token.length < 2
            || token.settled
        {
            break;
        }
        digits += token.length;
        end += 1;
    }
    if digits < DIGITS_MIN || bare && first == at && day(page, at, digits) {
        return None;
    }
    Some((Kind::CustomerNumber, page.span(at..end), Why::Cue))
}

/// A date behind a mere `kund`.
fn day(page: &Page<'_>, at: usize, digits: usize) -> bool {
    let text = page.str(at);
    text.len() == 4 && text.starts_with("20")
        || digits == 8 && text.len() == 8 && text.starts_with("20") && text[4..6] <= *"12"
        || digits < 5
}
