//! A text in clauses, each as its words; and whether a clause says something, denies it, or leaves
//! it open.

/// A stretch of a text in which a denial reaches what stands behind it.
pub(super) struct Clause {
    words: Vec<String>,
}

/// Words that deny what follows.
const DENIALS: &[&str] = &[
    "inte", "ej", "icke", "aldrig", "ingen", "inget", "inga", "utan", "nej", "not", "never", "no",
    "without", "haven't", "hasn't", "didn't", "hadn't", "wasn't", "isn't", "cannot",
];

/// Words that leave open whether it is so.
const OPEN: &[&str] = &[
    "ska",
    "skall",
    "skulle",
    "bör",
    "borde",
    "kan",
    "kunde",
    "vill",
    "ville",
    "måste",
    "behöver",
    "be",
    "ber",
    "bad",
    "försök",
    "försöker",
    "försökte",
    "kanske",
    "tror",
    "troligen",
    "möjligen",
    "oklart",
    "osäker",
    "osäkert",
    "vet",
    "ifall",
    "när",
    "innan",
    "huruvida",
    "antagligen",
    "normalt",
    "brukar",
    "tidigare",
    "förut",
    "förra",
    "avtalat",
    "abonnemang",
    "should",
    "could",
    "would",
    "may",
    "might",
    "maybe",
    "can",
    "will",
    "must",
    "please",
    "if",
    "whether",
    "when",
    "before",
    "unless",
    "unclear",
    "unsure",
    "probably",
    "perhaps",
    "asked",
    "ask",
    "needs",
    "normally",
    "usually",
    "earlier",
    "previously",
    "supposed",
    "promised",
    "lovar",
    "lovade",
];

/// Others than the customer, whose doings the fields are not about.
const OTHERS: &[&str] = &[
    "granne",
    "grannen",
    "grannar",
    "grannarna",
    "grannens",
    "operatören",
    "operatörens",
    "ni",
    "stadsnätet",
    "tekniker",
    "teknikern",
    "föreningen",
    "neighbour",
    "neighbor",
    "neighbours",
    "neighbors",
    "neighbour's",
    "operator",
    "technician",
];

/// How far a denial reaches, in words.
const REACH: usize = 4;

/// Takes a text apart. A question says nothing, so it is left out.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        for written in line.split_whitespace() {
            let lower = written.to_lowercase().replace(['’', '´'], "'").replace(['−', '–'], "-");
            let word = lower.trim_matches(|c: char| {
                !(c.is_alphanumeric() || matches!(c, '-' | '+' | '%' | '\''))
            });
            // A conjunction that turns round what is said begins anew.
            if matches!(word, "men" | "but" | "however" | "däremot") {
                close(&mut clauses, &mut words);
                continue;
            }
            if !word.is_empty() {
                words.push(word.to_owned());
            }
            let end = lower.trim_end_matches(['"', '\'', ')', ']']);
            if end.ends_with('?') {
                words.clear();
            } else if end.ends_with([',', ';', '!']) || end.ends_with('.') && !shortened(word) {
                close(&mut clauses, &mut words);
            }
        }
        close(&mut clauses, &mut words);
    }
    clauses
}

fn close(clauses: &mut Vec<Clause>, words: &mut Vec<String>) {
    if !words.is_empty() {
        clauses.push(Clause { words: std::mem::take(words) });
    }
}

/// Whether the full stop behind a word only shortens it.
fn shortened(word: &str) -> bool {
    matches!(word, "kl" | "ca" | "nr" | "t.ex" | "bl.a" | "fr.o.m" | "ung" | "jan" | "feb" | "aug")
        || matches!(word, "sept" | "sep" | "okt" | "nov" | "dec" | "approx")
}

impl Clause {
    /// The words, in lower case and without the punctuation around them.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// The word at a place, or an empty one.
    pub(super) fn at(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    /// Whether any of the words stands in it.
    pub(super) fn has(&self, any: &[&str]) -> bool {
        self.words.iter().any(|word| any.contains(&word.as_str()))
    }

    /// Whether any word begins so.
    pub(super) fn has_start(&self, any: &[&str]) -> bool {
        self.words.iter().any(|word| any.iter().any(|start| word.starts_with(start)))
    }

    /// Where a run of words stands first; `|` separates what may stand in one place.
    pub(super) fn find(&self, run: &[&str]) -> Option<usize> {
        self.words.windows(run.len()).position(|words| {
            words.iter().zip(run).all(|(word, any)| any.split('|').any(|one| one == word))
        })
    }

    /// Whether what stands at a place is said (`true`), denied (`false`), or left open.
    pub(super) fn said(&self, place: usize) -> Option<bool> {
        let before = &self.words[..place.min(self.words.len())];
        if self.has(OTHERS) || before.iter().any(|word| OPEN.contains(&word.as_str())) {
            return None;
        }
        // `om` begins a condition; behind its verb (`startat om`) it does not.
        if before.first().is_some_and(|word| word == "om") {
            return None;
        }
        let denial = before.iter().rposition(|word| DENIALS.contains(&word.as_str()));
        let Some(denial) = denial else { return Some(true) };
        // `har inte startat om och testat`: nobody can tell how far the denial goes.
        let joined = before[denial..].iter().any(|word| matches!(word.as_str(), "och" | "and"));
        (!joined && place - denial <= REACH).then_some(false)
    }

    /// Whether a denial stands right behind a place.
    pub(super) fn denied_behind(&self, place: usize) -> bool {
        self.words.iter().skip(place).take(2).any(|word| DENIALS.contains(&word.as_str()))
    }
}
