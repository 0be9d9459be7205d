//! What somebody cannot do, and what somebody has broken: told in plain verbs, and no stem tells it.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::word_list::WordList;

/// Behind a word for being able, or for not: a rule of this file begins at the next word.
const BEGINS: &str = "kan kunde orkar orkade klarar förmår inte ej knappt aldrig längre not cannot can't \
    couldn't unable able barely hardly";

/// What is done to a part of the body, or how it is.
static HURT: WordList = WordList::new(
    "bruten brutet brutit bröt brutna stukat stukade stukad vrickat vrickade vrickad skadat \
    skadad opererat opererad gipsat gipsad gipsade amputerat amputerad svullen svullet svullna \
    onda ont värk smärta broken broke fractured sprained twisted injured swollen amputated",
);

/// The words that a rule of this file begins behind.
pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    BEGINS.split_whitespace().chain(HURT.words())
}

static ABLE: WordList = WordList::new("kan kunde orkar orkade klarar förmår can could");
static NOT: WordList = WordList::new("inte ej knappt aldrig not barely hardly");
static NEITHER: WordList = WordList::new("cannot can't couldn't unable");

/// What only a body does.
static BODILY: WordList = WordList::new(
    "prata tala gå röra resa stå sitta svälja äta andas klä lyfta böja minnas tugga duscha kommunicera uttrycka promenera \
    walk talk speak stand swallow breathe dress climb bend",
);

/// What a body does, and what is done to a screen or a lamp as well: only at the end of a clause.
static ALSO: WordList = WordList::new("se höra läsa skriva gå stå sitta see hear read write stand");

/// Behind what a body cannot do: what makes something else of it.
static ELSEWHERE: WordList = WordList::new(
    "in nu upp ut med svenska engelska finska arabiska swedish english arabic just i idag imorgon vidare till på över igenom \
    about now to with right sms mail telefon",
);

/// Parts of a body.
static PARTS: WordList = WordList::new(
    "fot foten fötter fötterna arm armen armar ben benet benen hand handen händer händerna axel axeln knä knät knäet knäna höft \
    höften rygg ryggen nacke nacken handled handleden fotled fotleden tumme tummen finger fingret fingrar tå tån käke käken \
    lårben lårbenet lårbenshals revben nyckelben näsa näsan huvud huvudet bröst bröstet mage magen öga ögat ögon hjärta hjärtat \
    leg legs arms foot ankle wrist hip knee back shoulder neck finger thumb toe rib ribs collarbone jaw nose",
);

/// Between the word for it and the part of the body.
static WHOSE: WordList = WordList::new(
    "i sin sitt sina höger vänster högra vänstra ena båda min mitt hennes hans her his my their left right the a both med om",
);

/// `kan inte prata`, `som inte kan gå`, `unable to walk`: from the word for being able to the verb.
pub(super) fn unable(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = |at: usize| page.lower(at);
    let verb = page.lower(at);
    let body = BODILY.has(verb);
    if at == 0 || !body && !ALSO.has(verb) || page.gap(at) != " " || page.tokens[at].settled {
        return None;
    }
    let mut last = at - 1;
    if matches!(word(last), "längre" | "själv" | "att" | "to") && last > 0 {
        last -= 1;
    }
    if word(last) == "längre" && last > 0 {
        last -= 1;
    }
    let two = last > 0
        && page.gap(last) == " "
        && (ABLE.has(word(last - 1)) && NOT.has(word(last))
            || NOT.has(word(last - 1)) && ABLE.has(word(last))
            || NOT.has(word(last - 1)) && word(last) == "able");
    let first = if two {
        last - 1
    } else if NEITHER.has(word(last)) {
        last
    } else {
        return None;
    };
    let ends =
        at + 1 == page.len() || page.gap_after(at).starts_with(['.', ',', '!', '\n', ';', ')']);
    let next = page.tokens.get(at + 1).map_or("", |_| page.lower(at + 1));
    let other =
        !ends && (ELSEWHERE.has(next) || page.says(at + 1).any(Says::TECHNICAL.and(Says::DOMAIN)));
    let further = matches!(
        next,
        "själv" | "utan" | "alls" | "längre" | "ordentligt" | "unaided" | "alone" | "och" | "and"
    );
    let whole = if ALSO.has(verb) { ends || further || next == "så" } else { !other };
    whole.then(|| page.span(first..at + 1))
}

/// `brutit foten`, `ont i ryggen`, `broken her left wrist`: from the word for it to the part.
pub(super) fn injured(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const BETWEEN_MAX: usize = 2;
    let first = at.checked_sub(1)?;
    if !HURT.has(page.lower(first)) {
        return None;
    }
    let mut here = at;
    while here < page.len() && here - at <= BETWEEN_MAX && page.gap(here) == " " {
        if PARTS.has(page.lower(here)) {
            return Some(page.span(first..here + 1));
        }
        if !WHOSE.has(page.lower(here)) {
            return None;
        }
        here += 1;
    }
    None
}
