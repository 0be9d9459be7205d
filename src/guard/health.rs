//! Words about health, care and vulnerability; and words that say that an identity is protected.
//!
//! One automaton over the text in lower case finds the stems; the whole word that a stem stands in
//! goes. The list is `words/health.txt`.

mod said;
mod unable;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lexicon::{self, Says};
use super::page::{Case, Page};
use super::word_list::WordList;
use super::{Finding, Kind, Layer, Why};

/// What tells that somebody must not be found. The flag itself is a secret.
const PROTECTED: [&str; 58] = [
    "skyddad identitet",
    "skyddade identitet",
    "skyddad id",
    "skyddade id",
    "skydd av identitet",
    "identitetsskydd",
    "skyddade personuppgifter",
    "skyddade person",
    "skyddade uppgifter",
    "skyddad adress",
    "skyddat nummer",
    "skyddat telefon",
    "skyddat boende",
    "skyddad folkbok",
    "skyddad bokföring",
    "skyddade kontaktuppgifter",
    "sekretessmark",
    "sekretesskydd",
    "sekretessskydd",
    "sekretess i folkbok",
    "sekretessbelagd adress",
    "kvarskriv",
    "hemlig adress",
    "hemligt nummer",
    "hemligt telefon",
    "hemlig identitet",
    "kontaktförbud",
    "besöksförbud",
    "hotbild",
    "hotad till livet",
    "lever under hot",
    "personskydd",
    "fingerade person",
    "fingerad identitet",
    "fingerat namn",
    "lever gömd",
    "håller sig gömd",
    "protected identity",
    "protected address",
    "protected personal",
    "identity protected",
    "identity is protected",
    "identitet är skyddad",
    "uppgifter är skyddade",
    "confidential address",
    "secret address",
    "address withheld",
    "restraining order",
    "non-molestation",
    "witness protection",
    "in hiding",
    "ex-directory",
    "must not be found",
    "får inte hittas",
    "unlisted number",
    "skydds-id",
    "spärrmarkering",
    "spärrmarkerad",
];

struct Stem {
    begins: bool,
    ends: bool,
    protected: bool,
}

struct Stems {
    automaton: Option<AhoCorasick>,
    stems: Vec<Stem>,
}

static STEMS: LazyLock<Stems> = LazyLock::new(|| {
    let mut stems = Vec::new();
    let mut patterns = Vec::new();
    for line in lexicon::health() {
        let begins = line.starts_with('^');
        let ends = line.ends_with('$');
        stems.push(Stem { begins, ends, protected: false });
        patterns.push(line.trim_start_matches('^').trim_end_matches('$'));
    }
    for pattern in PROTECTED {
        stems.push(Stem { begins: true, ends: false, protected: true });
        patterns.push(pattern);
    }
    // Too many patterns is the one way to fail, and a test builds it.
    let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
    Stems { automaton, stems }
});

/// Whether a word by itself tells of somebody's health.
pub(super) fn tells(word: &str) -> bool {
    let Some(automaton) = &STEMS.automaton else { return true };
    automaton.find_overlapping_iter(word).any(|hit| {
        let stem = &STEMS.stems[hit.pattern().as_usize()];
        !(stem.begins && hit.start() > 0 || stem.ends && hit.end() < word.len())
    })
}

/// From how many bytes on a word about health is known behind a small word that ran into it.
const GLUED_MIN: usize = 4;

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let text = page.lower_text();
    let Some(automaton) = &STEMS.automaton else {
        return vec![Finding {
            range: 0..text.len(),
            kind: Kind::Unread,
            layer: Layer::Length,
            why: Why::TooLong,
        }];
    };
    let mut found: Vec<Finding> = Vec::new();
    for (at, token) in page.tokens.iter().enumerate() {
        if token.case != Case::Upper || !matches!(token.length, 2 | 3) {
            continue;
        }
        // Attention deficit, behind a word that somebody has it.
        let attention = page.str(at) == "ADD"
            && at > 0
            && (matches!(page.lower(at - 1), "har" | "has" | "med" | "with")
                || page.gap(at) == ", "
                    && !page.says(at - 1).any(Says::TECHNICAL.and(Says::DOMAIN)))
            && !page.tokens.get(at + 1).is_some_and(|next| next.is_digits() || next.glued);
        // The disease, not the unit.
        let unit = page.caseless
            && !matches!(
                at.checked_sub(1).map_or("", |before| page.lower(before)),
                "har" | "has" | "med" | "av" | "with" | "from"
            )
            || at > 0 && page.tokens[at - 1].is_digits() && page.gap(at) == " ";
        if token.case == Case::Upper
            && !unit
            && !token.glued
            && (page.str(at) == "MS" || attention)
            && !(at + 1 < page.len() && page.lower(at + 1) == "teams")
        {
            let (layer, why) = (Layer::Context, Why::HealthWord);
            found.push(Finding { range: token.range(), kind: Kind::Health, layer, why });
        }
    }
    for hit in automaton.find_overlapping_iter(text) {
        let stem = &STEMS.stems[hit.pattern().as_usize()];
        let first = page.token_at(hit.start());
        let last = page.token_at(hit.end() - 1);
        let (Some(from), Some(to)) = (page.tokens.get(first), page.tokens.get(last)) else {
            continue;
        };
        // `^döv`: the word begins so. `döv$`: it ends so.
        let ran_in = from.start < hit.start()
            && hit.end() - hit.start() >= GLUED_MIN
            && RUN_IN.has(&text[from.start..hit.start()]);
        if stem.begins && from.start != hit.start() && !ran_in || stem.ends && to.end != hit.end() {
            continue;
        }
        // Several words, or a stem that opens in mid-word: the words must be whole at the start.
        if text[hit.range()].contains(' ') && from.start != hit.start() && !ran_in {
            continue;
        }
        // `operation mode`: what a machine does.
        let machine = page.tokens.get(last + 1).is_some_and(|_| {
            page.gap(last + 1) == " "
                && (page.says(last + 1).any(Says::TECHNICAL.and(Says::UNIT))
                    || matches!(
                        page.lower(last + 1),
                        "mode"
                            | "center"
                            | "centre"
                            | "team"
                            | "system"
                            | "manual"
                            | "fläck"
                            | "fiber"
                            | "loop"
                            | "zero"
                    ))
        });
        if machine && !stem.protected {
            continue;
        }
        // An abbreviation is no part of a code: `ms`, `kol2`.
        if from.glued || page.tokens.get(last + 1).is_some_and(|next| next.glued && stem.ends) {
            continue;
        }
        let kind = if stem.protected { Kind::Other } else { Kind::Health };
        let why = if stem.protected { Why::Protected } else { Why::HealthWord };
        let range =
            if stem.protected { from.start..to.end } else { page.span(whole(page, first, last)) };
        found.push(Finding { range, kind, layer: Layer::Context, why });
    }
    for at in (1..page.len()).filter(|at| page.follows(*at, Says::AILING)) {
        let told = named(page, at)
            .or_else(|| unable::unable(page, at))
            .or_else(|| unable::injured(page, at));
        // What a stem has found already says enough.
        let said = said::find(page, at - 1).filter(|range| {
            !found
                .iter()
                .any(|other| other.range.start < range.end && range.start < other.range.end)
        });
        for range in told.into_iter().chain(said) {
            let (kind, layer, why) = (Kind::Health, Layer::Context, Why::Cue);
            found.push(Finding { range, kind, layer, why });
        }
    }
    found
}

/// Words behind which a rule of this layer begins, besides those for an illness.
pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    unable::begin_words().chain(said::begin_words())
}

/// Small words that run into a word about health where a space was lost: `haradhd`, `mydialysis`.
static RUN_IN: WordList = WordList::new(
    "har med av är för min mitt mina sin sitt en ett och pga efter på i har hade fick får hans hennes som the my has with his her \
    after a an is on in and have pappas mammas pappa mamma son sons dotter",
);

/// The words that hang together with what was found: `PD-dialys`, `hepatit C`, `typ 1 diabetes`,
/// `avdelning 73`.
fn whole(page: &Page<'_>, first: usize, last: usize) -> Range<usize> {
    let (mut from, mut to) = (first, last + 1);
    while from > 0 && page.gap(from) == "-" && page.tokens[from - 1].is_word() {
        from -= 1;
    }
    while to < page.len() && page.gap(to) == "-" && page.tokens[to].is_word() {
        to += 1;
    }
    let near = |at: usize| at < page.len() && page.gap(at) == " ";
    let numbered = near(to) && page.tokens[to].is_digits() && page.tokens[to].length <= 3;
    let ward = matches!(page.lower(to - 1), "avd" | "avdelning" | "avdelningen" | "ward");
    let lettered = near(to)
        && page.tokens[to].case == Case::Upper
        && page.tokens[to].length == 1
        && page.lower(to - 1).starts_with("hepatit");
    if numbered && ward || lettered {
        to += 1;
    }
    if near(from)
        && from > 0
        && BODY.contains(&page.lower(from - 1))
        && !page.tokens[from - 1].shielded
    {
        from -= 1;
    }
    // `heavily pregnant`, `CPAP machine`.
    if near(from) && from > 0 && DEGREES.contains(&page.lower(from - 1)) {
        from -= 1;
    }
    let aid = [
        "failure",
        "degeneration",
        "disease",
        "disorder",
        "syndrome",
        "dystrophy",
        "leg",
        "limb",
        "stress",
        "stressyndrom",
        "syndrom",
        "sjukdom",
        "machine",
        "care",
        "patient",
        "maskin",
        "apparat",
        "pump",
        "alarm",
        "larm",
        "phone",
        "device",
    ];
    if near(to) && aid.contains(&page.lower(to)) {
        to += 1;
    }
    // `a stroke`: said with its article.
    let counted = near(from)
        && from > 0
        && matches!(page.lower(from - 1), "a" | "an")
        && matches!(page.lower(from), "stroke" | "amputee" | "seizure");
    if counted {
        from -= 1;
    }
    // `typ 1-diabetes`.
    let hyphened = from > 1
        && page.gap(from) == "-"
        && near(from - 1)
        && page.tokens[from - 1].is_digits()
        && matches!(page.lower(from - 2), "typ" | "type");
    let typed = hyphened
        || from > 1
            && near(from)
            && near(from - 1)
            && page.tokens[from - 1].is_digits()
            && matches!(page.lower(from - 2), "typ" | "type");
    if typed {
        from -= 2;
    }
    from..to
}

/// How much somebody is something.
const DEGREES: [&str; 32] = [
    "vaskulär",
    "spinal",
    "kronisk",
    "akut",
    "grav",
    "begynnande",
    "medfödd",
    "macular",
    "reumatoid",
    "intellektuell",
    "cerebral",
    "muscular",
    "cystic",
    "chronic",
    "severe",
    "congenital",
    "early",
    "prosthetic",
    "heavily",
    "severely",
    "partially",
    "profoundly",
    "completely",
    "totally",
    "seriously",
    "terminally",
    "helt",
    "svårt",
    "kraftigt",
    "allvarligt",
    "höggradigt",
    "kroniskt",
];

/// What an illness is of: `breast cancer`, `kidney failure`.
const BODY: [&str; 26] = [
    "breast",
    "lung",
    "prostate",
    "skin",
    "bowel",
    "colon",
    "liver",
    "throat",
    "ovarian",
    "cervical",
    "blood",
    "bone",
    "brain",
    "kidney",
    "heart",
    "pancreatic",
    "stomach",
    "bladder",
    "eye",
    "ear",
    "hip",
    "knee",
    "back",
    "spinal",
    "mental",
    "eating",
];

/// What a network suffers from.
const OF_NETWORKS: [&str; 30] = [
    "avbrott",
    "stör",
    "paket",
    "packet",
    "laten",
    "drop",
    "loss",
    "hög",
    "high",
    "slow",
    "låg",
    "low",
    "dålig",
    "bad",
    "poor",
    "interfer",
    "lagg",
    "lag",
    "jitter",
    "fel",
    "driftst",
    "nät",
    "intermittent",
    "tapp",
    "brus",
    "noise",
    "seg",
    "svag",
    "weak",
    "fiber",
];

/// What somebody is said to suffer from, whatever it is called: `lider av ..`, `diagnosed with ..`.
fn named(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 3;
    let word = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
    let told = match (word(2), word(1)) {
        ("lider" | "led", "av")
        | ("suffers" | "suffering" | "suffer", "from")
        | ("diagnostiserad" | "diagnostiserats", "med")
        | ("diagnosed", "with")
        | (
            "behandlas" | "opereras" | "opererad" | "opererats" | "medicineras" | "medicinerar",
            "för" | "mot" | "i",
        )
        | ("treated" | "medication" | "tablets", "for")
        | ("insjuknat" | "insjuknade" | "sjuk", "i")
        | ("allergisk", "mot")
        | ("allergic", "to") => true,
        (_, "diagnosen" | "diagnos") => page.gap(at) != ". ",
        // `psykiskt skör`, `kognitivt svag`: whatever it is.
        (_, "psykiskt" | "mentalt" | "kognitivt" | "gravt" | "kroniskt" | "neurologiskt") => {
            page.gap(at) == " "
        }
        _ => false,
    };
    let begins = page.tokens.get(at).filter(|token| token.is_word() && !token.settled)?;
    let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::TIME);
    let lower = page.lower(at);
    if !told
        || begins.length < 3
        || begins.says.any(trade.and(Says::FUNCTION))
        || OF_NETWORKS.iter().any(|start| lower.starts_with(start))
    {
        return None;
    }
    let mut end = at + 1;
    while end < page.len()
        && end - at < WORDS_MAX
        && page.gap(end) == " "
        && page.tokens[end].is_word()
        && !page.says(end).any(trade.and(Says::FUNCTION).and(Says::SPEECH).and(Says::PERSON))
        && !matches!(
            page.lower(end),
            "och" | "and" | "samt" | "men" | "but" | "så" | "som" | "who" | "sedan" | "efter"
        )
    {
        end += 1;
    }
    Some(page.span(at..end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        let mut found: Vec<_> =
            find(&page).into_iter().map(|finding| &text[finding.range]).collect();
        found.dedup();
        found
    }

    #[test]
    fn what_somebody_cannot_do_or_has_broken() {
        assert_eq!(found("systern, som inte kan tala."), ["inte kan tala"]);
        assert_eq!(found("orkar inte längre gå själv"), ["orkar inte längre gå"]);
        assert_eq!(found("she is unable to walk"), ["unable to walk"]);
        assert!(found("hon har brutit vänster handled").contains(&"brutit vänster handled"));
        assert_eq!(found("frun inlagd, ring sonen"), ["frun inlagd"]);
        assert_eq!(found("ordern inlagd"), [""; 0]);
        assert!(found("has broken her left wrist").contains(&"broken her left wrist"));
        // A fault of the line, a language, an appointment.
        for text in ["kan inte se kanalerna", "kan inte prata svenska", "kan inte gå in i menyn"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn illness_and_need_in_plain_words() {
        for (text, told) in [
            ("farmor hör väldigt illa", "hör väldigt illa"),
            ("han går numera med krycka", "krycka"),
            ("de väntar tvillingar i juni", "väntar tvillingar"),
            ("kunden klarar sig inte utan", "klarar sig inte utan"),
            ("fått problem med hjärtat", "problem med hjärtat"),
            ("she can't manage the stairs", "can't manage the stairs"),
        ] {
            assert!(found(text).contains(&told), "{text}: {:?}", found(text));
        }
        for text in
            ["nätet ligger nere", "signalen ser dålig ut", "port disabled", "kunden väntar på svar"]
        {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_lost_space_hides_no_illness() {
        assert_eq!(found("sonen haradhd"), ["haradhd"]);
        assert_eq!(found("mydialysis machine"), ["mydialysis machine"]);
    }

    #[test]
    fn stems_and_whole_words() {
        assert_eq!(found("har hemdialys och trygghetslarmet"), ["hemdialys", "trygghetslarmet"]);
        assert_eq!(found("Kunden är döv."), ["döv"]);
        assert_eq!(found("dövande, kolla, mediciner"), ["mediciner"]);
        assert_eq!(found("wears a hearing aid"), ["hearing aid"]);
        assert_eq!(found("har skyddad identitet"), ["skyddad identitet"]);
        assert_eq!(found("har typ 1-diabetes"), ["typ 1-diabetes"]);
        assert_eq!(found("Sonen har ADD sedan länge"), ["ADD"]);
        assert_eq!(found("after a stroke"), ["a stroke"]);
        // An estate is no illness, nor is a box that has died, nor a command.
        assert_eq!(found("ping 12 ms, kol2, boxen har dött, ADD 12"), [""; 0]);
    }
}
