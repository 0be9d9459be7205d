//! Free text on its way through the guard: what stands in it, what is taken out, and how much that
//! was. Decides nothing: whether a text leaves is [`super::decide`]'s.

use std::collections::BTreeMap;

use super::known::{KnownValues, Place};
use crate::domain::{Case, Field, MaskCount, Personal};
use crate::guard;
use crate::recipients::Ruling;

/// Passes the free texts that the policy opens through the guard. What the policy lets through in
/// its own field may stand in the text too; every other known value is taken out.
pub(super) fn guarded_texts(
    case: &Case,
    rulings: &BTreeMap<Field, Ruling<'_>>,
) -> BTreeMap<Field, guard::Redacted> {
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
    let part = |field| case.facts().get(&field).map_or("", Personal::disclose);
    let place = Place {
        street: part(Field::Street),
        number: part(Field::StreetNumber),
        littera: part(Field::StreetLittera),
        apartment: part(Field::Apartment),
    };
    let leaves = |field| matches!(rulings.get(&field), Some(Ruling::Sent(_)));
    known.place(place, leaves(Field::Street), leaves(Field::Apartment));
    let vocabulary = known.vocabulary();
    case.facts()
        .iter()
        .filter(|(field, _)| field.is_free_text())
        .filter(|(field, _)| matches!(rulings.get(field), Some(Ruling::Sent(_))))
        .map(|(&field, text)| (field, guard::redact(text.disclose(), &vocabulary)))
        .collect()
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
