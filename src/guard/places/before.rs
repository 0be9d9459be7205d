//! What stands before the number of a street: how far back its words go.

use super::super::lexicon::Says;
use super::super::page::{Case, Page};

/// How far back the words of a street go.
pub(super) fn run(page: &Page<'_>, last: usize, most: usize) -> usize {
    let mut first = last;
    while first > 0 && last - first < most {
        let before = first - 1;
        let token = &page.tokens[before];
        if token.is_digits()
            || token.shielded
            || !matches!(page.gap(first), " " | "-" | ": " | " - " | "\n")
            || page.gap(first) == ": " && page.lower(before) != "s"
        {
            break;
        }
        // `S:t Olofs väg`.
        if before > 0
            && matches!(page.lower(before), "t" | "ta")
            && page.gap(before) == ":"
            && page.lower(before - 1) == "s"
        {
            return before - 1;
        }
        let says = page.says(before);
        // `Innanför Tullen 131A`.
        let sided = matches!(
            page.lower(before),
            "innanför"
                | "utanför"
                | "bakom"
                | "vid"
                | "öster"
                | "väster"
                | "norr"
                | "söder"
                | "nedanför"
                | "ovanför"
                | "under"
                | "över"
        ) && token.case == Case::Title
            && page.tokens[first].case == Case::Title;
        if let Some(first) = small_start(page, before, first, last) {
            return first;
        }
        let capital = !page.caseless
            && token.is_capital()
            && (!token.opens
                || sided
                || !says.is_word()
                // `per albins väg`.
                || first < last && says.any(Says::GIVEN) && page.lower(first).ends_with('s')
                || says.is_name()
                || says.any(Says::DIRECTION)
                // `Domprostens gård`: owned by somebody.
                || first == last
                    && page.tokens[last].case == Case::Lower
                    && page.lower(before).ends_with('s'));
        let caseless = page.caseless
            && (first == last
                && page.says(last).any(Says::STREET)
                && token.length > 3
                && page.lower(before).ends_with('s')
                && !says.any(Says::FUNCTION.and(Says::TECHNICAL).and(Says::UNIT).and(Says::TIME))
                || says.is_name() && !says.any(Says::FUNCTION)
                || says.any(Says::DIRECTION)
                || (!says.is_word() && token.length > 2));
        // `Öster om Sjön 35`, `Natt och Dags väg`.
        let small = !page.caseless
            && matches!(page.lower(before), "om" | "och" | "under" | "the")
            && before > 0
            && page.gap(before) == " "
            && page.tokens[before - 1].case == Case::Title
            && !page.tokens[before - 1].shielded
            && (!page.tokens[before - 1].opens || page.says(before - 1).any(Says::DIRECTION))
            && !page
                .says(before - 1)
                .any(Says::PERSON.and(Says::REFERENCE).and(Says::TECHNICAL).and(Says::TIME));
        if small {
            first = before - 1;
            break;
        }
        let titled = says.any(Says::DIRECTION);
        // `Verner von Heidenstams gata`.
        let particle = says.any(Says::PARTICLE)
            && token.case == Case::Lower
            && !page.caseless
            && first < page.len()
            && page.tokens[first].is_capital()
            && before > 0
            && page.gap(before) == " "
            && page.tokens[before - 1].case == Case::Title
            && !page.tokens[before - 1].shielded
            && matches!(page.lower(before), "von" | "af" | "de" | "van" | "der" | "av");
        if particle {
            first = before - 1;
            continue;
        }
        let role = !titled
            && !sided
            && says.any(Says::PERSON.and(Says::REFERENCE).and(Says::TECHNICAL))
            && !says.is_name();
        if !(capital || caseless || says.any(Says::DIRECTION)) || role {
            break;
        }
        first = before;
    }
    first
}

/// Where a street begins whose words are all in small letters, or all in capitals, if the word before
/// is its first but one: `innanför tullen 99a`, `väster om ån 185b`, `per albins väg 62a`.
fn small_start(page: &Page<'_>, before: usize, first: usize, last: usize) -> Option<usize> {
    if !page.caseless {
        return None;
    }
    let word = page.lower(before);
    let within = matches!(word, "innanför" | "nedanför" | "ovanför" | "bakom") && first == last;
    let beside = word == "om"
        && before > 0
        && page.gap(before) == " "
        && matches!(page.lower(before - 1), "öster" | "väster" | "norr" | "söder");
    // Two names of one man.
    let whole = first + 1 == last
        && page.says(before).any(Says::GIVEN)
        && page.says(last).any(Says::STREET)
        && page.lower(first).ends_with('s')
        && page.says(first).is_name();
    if beside { Some(before - 1) } else { (within || whole).then_some(before) }
}
