//! Free text on its way through the guard: what stands in it, what is taken out, how much that was,
//! and what is left to be told. Whether the field leaves at all is [`super::decide`]'s.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use zeroize::Zeroizing;

use super::cut::cut;
use super::decide::Minimised;
use super::known::{KnownValues, Place};
use crate::domain::{Case, Field, MaskCount, Personal};
use crate::guard::{self, Kind};
use crate::recipients::{Ruling, TextLimits};

/// Passes the free texts that the policy opens through the guard. What the policy lets through in
/// its own field may stand in the text too; every other known value is taken out.
pub(super) fn guarded_texts(
    case: &Case,
    rulings: &BTreeMap<Field, Ruling<'_>>,
) -> BTreeMap<Field, guard::Redacted> {
    let known = known_values(case, rulings);
    let vocabulary = known.vocabulary();
    let vouched = vouched(case);
    case.facts()
        .iter()
        .filter(|(field, _)| field.is_free_text())
        .filter(|(field, _)| matches!(rulings.get(field), Some(Ruling::Sent(_))))
        .map(|(&field, text)| (field, guard::redact_but(text.disclose(), &vocabulary, &vouched)))
        .collect()
}

/// What the guard is told of a customer, given what may leave.
fn known_values<'c>(case: &'c Case, rulings: &BTreeMap<Field, Ruling<'_>>) -> KnownValues<'c> {
    let mut known = KnownValues::new();
    for (&field, value) in case.facts() {
        // The texts are what is looked through: one of them must not vouch for its own words.
        if !field.is_free_text() {
            let plain = matches!(
                rulings.get(&field),
                Some(Ruling::Sent(rule)) if rule.transform.is_none()
            );
            known.field(field, value.disclose(), plain);
        }
    }
    for (&field, value) in case.known() {
        known.field(field, value.disclose(), false);
    }
    let part = |field| case.fact(field).map_or("", Personal::disclose);
    let place = Place {
        street: part(Field::Street),
        number: part(Field::StreetNumber),
        littera: part(Field::StreetLittera),
        apartment: part(Field::Apartment),
    };
    let leaves = |field| matches!(rulings.get(&field), Some(Ruling::Sent(_)));
    known.place(place, leaves(Field::Street), leaves(Field::Apartment));
    known
}

fn vouched(case: &Case) -> Vec<&str> {
    case.vouched().iter().map(Personal::disclose).collect()
}

/// What somebody at the operator wrote, as it may be shown here: without what is known of the
/// customer, and without what the guard finds.
pub fn shown(case: &Case, text: &str) -> String {
    let known = known_values(case, &BTreeMap::new());
    guard::redact(text, &known.vocabulary()).text().to_owned()
}

/// Something that the guard finds in a text, for whoever has written it.
pub struct Finding {
    /// Where, in code points of the text.
    pub at: Range<usize>,
    /// What stands in its place, between brackets.
    pub tag: &'static str,
    /// The words.
    pub words: Zeroizing<String>,
    /// Whether a person may say that they are nobody's.
    pub vouchable: bool,
}

/// How many findings are told one by one.
const FINDINGS_MAX: usize = 30;

/// A text as it is kept, and what the guard finds in it, to be mended before it is handed in. A
/// number or a code cannot be vouched for, nor what the register knows: only what is a guess.
pub fn findings(
    minimised: Option<&Minimised<'_>>,
    case: &Case,
    of: Field,
) -> (String, Vec<Finding>) {
    let nothing = BTreeMap::new();
    let rulings = minimised.map_or(&nothing, Minimised::rulings);
    let known = known_values(case, rulings);
    let (vocabulary, vouched) = (known.vocabulary(), vouched(case));
    let text = case.facts().get(&of).map_or("", Personal::disclose);
    let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let redacted = guard::redact_but(text, &vocabulary, &vouched);
    let told = redacted.spans().iter().take(FINDINGS_MAX).map(|span| {
        let words: String = chars[span.start..span.end].iter().collect();
        let words = Zeroizing::new(words);
        // Asked of the guard itself, by the way that the text will go.
        let with: Vec<&str> = vouched.iter().copied().chain([words.as_str()]).collect();
        let again = guard::redact_but(text, &vocabulary, &with);
        let vouchable =
            !again.spans().iter().any(|other| other.start < span.end && span.start < other.end);
        Finding { at: span.start..span.end, tag: span.kind.tag(), words, vouchable }
    });
    (text.to_owned(), told.collect())
}

/// What was taken out of the texts of a case: by intake, and then by the guard.
pub(super) struct Masks(BTreeMap<(Field, String), u32>);

impl Masks {
    pub(super) fn new(case: &Case) -> Self {
        let mut masks = Self(BTreeMap::new());
        for mask in case.masked() {
            masks.add(mask.field, &mask.kind, mask.count);
        }
        masks
    }

    pub(super) fn add(&mut self, field: Field, kind: &str, count: u32) {
        let known = self.0.entry((field, kind.to_owned())).or_default();
        *known = known.saturating_add(count);
    }

    /// The kinds that were taken out of one text, and how often.
    pub(super) fn of(&self, field: Field) -> Vec<(&str, u32)> {
        let here = self.0.iter().filter(|((of, _), _)| *of == field);
        here.map(|((_, kind), count)| (kind.as_str(), *count)).collect()
    }

    /// Whether anything was taken out of one text.
    pub(super) fn has(&self, field: Field) -> bool {
        self.0.keys().any(|(of, _)| *of == field)
    }

    /// All that was taken out of the texts that leave; of a text that stays nothing need be said.
    pub(super) fn of_texts(self, leaves: impl Fn(Field) -> bool) -> Vec<MaskCount> {
        let masks = self.0.into_iter().filter(|((field, _), _)| leaves(*field));
        masks.map(|((field, kind), count)| MaskCount { field, kind, count }).collect()
    }
}

/// How much of a text was personal, in percent of its code points, rounded up: what the guard has
/// found in it, and the tags that stand where intake took something out before.
///
/// A tag counts as often as intake says, no more: people write brackets too.
pub(super) fn masked_share(
    text: &str,
    redacted: &guard::Redacted,
    before: &[(&str, u32)],
) -> usize {
    let spans = redacted.spans();
    let found: usize = spans.iter().map(|span| span.end - span.start).sum();
    let mut tags = 0;
    for (kind, count) in before {
        let tag = format!("[{kind}]");
        let length = tag.chars().count();
        let standing = text.match_indices(&tag).filter(|(at, _)| {
            let start = text[..*at].chars().count();
            // Within a span it is counted already.
            spans.iter().all(|span| span.end <= start || start + length <= span.start)
        });
        let most = usize::try_from(*count).unwrap_or(usize::MAX);
        tags += standing.count().min(most) * length;
    }
    ((found + tags) * 100).div_ceil(text.chars().count().max(1))
}

/// What became of a free text that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFate {
    /// It leaves as it was written.
    AsWritten,
    /// Tags stand in place of what was personal.
    Masked,
    /// Masked or not, it was longer than the policy lets through.
    Cut,
    /// Too much of it was personal: a fixed sentence leaves instead.
    Replaced,
}

impl TextFate {
    /// The word for people and data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsWritten => "as-written",
            Self::Masked => "masked",
            Self::Cut => "cut",
            Self::Replaced => "replaced",
        }
    }
}

/// What there is to tell about a free text that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldText {
    /// Which.
    pub field: Field,
    /// What became of it.
    pub fate: TextFate,
    /// How much of what was handed in was personal, in percent of its characters, rounded up.
    pub masked_percent: usize,
    /// How much the policy lets be.
    pub masked_percent_max: u8,
}

/// What is left of a text.
pub(super) enum Left {
    /// Something to be told.
    Text(String, TextFate),
    /// Tags, greetings and punctuation.
    Nothing,
    /// So little that it tells more about a person than about a fault.
    Sieve,
}

/// What is left of a text, of which so many percent were personal. `masked` says whether anything
/// was taken out of it, by the guard or by intake before.
pub(super) fn left(
    redacted: &guard::Redacted,
    masked_percent: usize,
    limits: TextLimits,
    masked: bool,
) -> Left {
    // A text that was not read may hold anything.
    let unread = redacted.spans().iter().any(|span| span.kind == Kind::Unread);
    if !unread && !says_something(redacted.text()) {
        return Left::Nothing;
    }
    if unread || masked_percent > usize::from(limits.masked_percent_max) {
        return Left::Sieve;
    }
    match cut(redacted.text(), limits.length_max) {
        Cow::Owned(text) => Left::Text(text, TextFate::Cut),
        Cow::Borrowed(text) if masked => Left::Text(text.to_owned(), TextFate::Masked),
        Cow::Borrowed(text) => Left::Text(text.to_owned(), TextFate::AsWritten),
    }
}

/// Whether a masked text has a word in it that is neither a tag nor mere courtesy.
fn says_something(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '[' | ']' | '-')));
    words.any(|word| {
        let is_tag = word.starts_with('[') && word.ends_with(']');
        let word = word.trim_matches(['[', ']', '-']).to_lowercase();
        !is_tag && word.chars().count() >= 2 && !COURTESIES.contains(&word.as_str())
    })
}

/// Words of which a letter's beginning and end are made.
const COURTESIES: &[&str] = &[
    "hej",
    "hejsan",
    "hallå",
    "god",
    "dag",
    "morgon",
    "mvh",
    "med",
    "vänlig",
    "vänliga",
    "bästa",
    "hälsning",
    "hälsningar",
    "tack",
    "tackar",
    "på",
    "förhand",
    "så",
    "mycket",
    "ha",
    "det",
    "bra",
    "hi",
    "hello",
    "dear",
    "thanks",
    "thank",
    "you",
    "kind",
    "best",
    "regards",
    "br",
    "in",
    "advance",
    "sincerely",
    "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesy_and_tags_say_nothing() {
        for nothing in [
            "",
            " \n",
            "-",
            "...",
            "[namn]",
            "Hej!\n\nMvh\n[namn], [telefon]",
            "Tack på förhand /[namn]",
        ] {
            assert!(!says_something(nothing), "{nothing}");
        }
        for something in ["Ring [telefon]", "los", "hej, inget ljus", "1101", "[alla lampor]"] {
            assert!(says_something(something), "{something}");
        }
    }
}
