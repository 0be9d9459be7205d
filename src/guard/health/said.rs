//! Illness, care and need as they are told in plain words: `hör dåligt`, `går med käpp`, `väntar barn`,
//! `can't manage the stairs`. The list is `words/unwell.txt`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;
use std::sync::LazyLock;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::word_list::{Short, WordList};

/// How many words that say little may stand between two of a pattern.
const BETWEEN_MAX: usize = 2;

/// What may stand between two words of a pattern.
static LITTLE: WordList = WordList::new(
    "väldigt mycket så lite lit ganska rätt jätte jättemycket nästan helt ofta lätt redan fortfarande numera nu just precis bara också \
    alltid alldeles ordentligt riktigt jag hon han hen sig en ett den det de i med av på vänster höger högra vänstra båda sitt sin sina \
    min mina mitt hennes hans very quite really so a an bit rather still the her his their my our just always only too with at",
);

/// Parts of the body, and what it can.
static BODY: WordList = WordList::new(
    "hjärta hjärtat hjärtklaff lunga lungor lungorna njure njurar njurarna njuren lever levern mage magen tarm tarmen tarmarna rygg ryggen \
    nacke nacken axel axeln höft höften höfter höfterna knä knän knät knäet knäna ben benet benen fot foten fötter fötterna arm armen \
    armar armarna hand handen händer händerna öga ögat ögon ögonen öra örat öron öronen syn synen hörsel hörseln minne minnet balans \
    balansen tal talet röst rösten nerver nerverna sköldkörtel sköldkörteln prostata prostatan blodtryck blodtrycket blodsocker \
    blodsockret socker sockret sömn sömnen aptit aptiten hud huden leder lederna skelett skelettet hjärna hjärnan huvud huvudet \
    psyke psyket hälsa hälsan kropp kroppen muskler musklerna tänder tänderna käke käken bröst bröstet livmoder livmodern \
    heart lung lungs kidney kidneys liver stomach bowel back neck shoulder hip hips knee knees leg legs foot feet arm arms hand \
    hands eye eyes eyesight sight vision ear ears hearing memory balance speech voice nerves thyroid blood pressure health skin joints \
    hair brain",
);

enum Part {
    Words(Vec<&'static str>),
    Body,
    /// A word that is none of the trade.
    Any,
}

struct Pattern {
    parts: Vec<Part>,
    not_before: Vec<&'static str>,
}

impl Pattern {
    fn new(line: &'static str) -> Self {
        let (line, not_before) = line.split_once(" !").unwrap_or((line, ""));
        let part = |word: &'static str| match word {
            "@body" => Part::Body,
            "@any" => Part::Any,
            words => Part::Words(words.split('|').collect()),
        };
        let parts = line.split(' ').map(part).collect();
        Self { parts, not_before: not_before.split('|').filter(|word| !word.is_empty()).collect() }
    }
}

struct Patterns {
    all: Vec<Pattern>,
    /// Which of them begin with a word; those that begin with a part of the body beside them.
    by_word: HashMap<&'static str, Vec<usize>, BuildHasherDefault<Short>>,
    by_body: Vec<usize>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let lines = super::lexicon::unwell();
    let all: Vec<Pattern> = lines.map(Pattern::new).collect();
    let mut by_word: HashMap<_, Vec<usize>, _> = HashMap::default();
    let mut by_body = Vec::new();
    for (number, pattern) in all.iter().enumerate() {
        match pattern.parts.first() {
            Some(Part::Words(words)) => {
                for word in words {
                    by_word.entry(*word).or_default().push(number);
                }
            }
            _ => by_body.push(number),
        }
    }
    Patterns { all, by_word, by_body }
});

/// The words that a pattern begins with.
pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    PATTERNS.by_word.keys().copied().chain(BODY.words())
}

/// The longest pattern that begins at a token.
pub(super) fn find(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let patterns = &*PATTERNS;
    let word = page.lower(at);
    let named = patterns.by_word.get(word).map_or(&[][..], Vec::as_slice);
    let body = if BODY.has(word) { patterns.by_body.as_slice() } else { &[] };
    let ends = named.iter().chain(body).filter_map(|number| end(page, at, &patterns.all[*number]));
    ends.max().map(|last| page.span(at..last + 1))
}

/// The last token of a pattern that begins at a token.
fn end(page: &Page<'_>, at: usize, pattern: &Pattern) -> Option<usize> {
    let mut here = at;
    for (number, part) in pattern.parts.iter().enumerate() {
        let mut skipped = 0;
        loop {
            let token = page.tokens.get(here)?;
            if here > at && !matches!(page.gap(here), " " | "\n" | "  ") || token.shielded {
                return None;
            }
            let word = page.lower(here);
            let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::FUNCTION).and(Says::UNIT);
            let fits = match part {
                Part::Words(words) => words.contains(&word),
                Part::Body => BODY.has(word),
                Part::Any => token.is_word() && token.length > 2 && !token.says.any(trade),
            };
            if fits {
                break;
            }
            if number == 0 || skipped == BETWEEN_MAX || !LITTLE.has(word) {
                return None;
            }
            skipped += 1;
            here += 1;
        }
        here += 1;
    }
    let next = page.tokens.get(here).map_or("", |_| page.lower(here));
    let near = page.gap_after(here - 1) == " ";
    (!(near && pattern.not_before.contains(&next))).then_some(here - 1)
}
