//! What is gathered from a body before it is known to be free of faults: the facts that a case
//! keeps, the surplus that it does not, and the case that is made of them.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::Context;
use super::clean::{Cleaned, Cleaner};
use super::surplus::Surplus;
use crate::domain::{
    Act, Case, CaseId, CaseParts, Field, Handling, MaskCount, OpaqueReference, Personal, Purpose,
    RecipientId, SubjectKind,
};
use crate::guard::Kind;

/// What is kept, each in the canonical text of the catalogue.
#[derive(Default)]
pub(super) struct Facts(BTreeMap<Field, Zeroizing<String>>);

impl Facts {
    pub(super) fn set(&mut self, field: Field, text: impl Into<Zeroizing<String>>) {
        self.0.insert(field, text.into());
    }

    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(|text| text.as_str())
    }

    pub(super) fn take(&mut self, field: Field) -> Option<Zeroizing<String>> {
        self.0.remove(&field)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same again, for another case.
    pub(super) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    /// As a case holds them.
    pub(super) fn told(&self) -> BTreeMap<Field, Personal> {
        self.iter().map(|(field, text)| (field, Personal::new(text.to_owned()))).collect()
    }

    fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, text)| (*field, text.as_str()))
    }
}

/// What all cases of one body share.
pub(super) struct Shared {
    pub(super) recipient: RecipientId,
    pub(super) subject: SubjectKind,
    pub(super) handling: Handling,
    pub(super) part: Part,
}

/// Facts and surplus that belong together, and what was taken out of the texts among the facts.
#[derive(Default)]
pub(super) struct Part {
    pub(super) facts: Facts,
    pub(super) surplus: Surplus,
    masked: Vec<MaskCount>,
}

impl Part {
    pub(super) fn new(facts: Facts, surplus: Surplus) -> Self {
        Self { facts, surplus, masked: Vec::new() }
    }

    /// What was taken out of its texts.
    pub(super) fn masked(&self) -> &[MaskCount] {
        &self.masked
    }

    /// How many characters people have written in it.
    pub(super) fn prose_length(&self) -> usize {
        let texts = self.facts.iter().filter(|(field, _)| field.is_free_text());
        texts.map(|(_, text)| text.chars().count()).sum()
    }
}

/// What one case has of its own. It wins over what is shared, but for notes, which are joined.
pub(super) struct Draft {
    act: Act,
    purpose: Purpose,
    pub(super) part: Part,
    /// Who delivers, where that is not whom the body names.
    recipient: Option<RecipientId>,
    /// What rules ask for and the operator need not be told.
    known: BTreeMap<Field, String>,
}

/// Takes the surplus of a whole body out of each of its texts: what one item drops, the note of
/// another may repeat. Once per text, for a text may be in fifty cases.
pub(super) fn clean_texts(parts: &mut [&mut Part]) {
    let cleaned: Vec<Vec<(Field, Cleaned)>> = {
        let surplus: Vec<(Kind, &str)> =
            parts.iter().flat_map(|part| part.surplus.values()).collect();
        let facts = || parts.iter().flat_map(|part| part.facts.iter());
        let kept: BTreeSet<&str> =
            facts().filter(|(field, _)| !field.is_free_text()).map(|(_, text)| text).collect();
        let kept: Vec<&str> = kept.into_iter().collect();
        let cleaner = Cleaner::new(&surplus, &kept);
        let clean_part = |part: &Part| {
            let texts = part.facts.iter().filter(|(field, _)| field.is_free_text());
            texts.map(|(field, text)| (field, cleaner.clean(text))).collect()
        };
        parts.iter().map(|part| clean_part(part)).collect()
    };
    for (part, texts) in parts.iter_mut().zip(cleaned) {
        for (field, Cleaned { text, masked }) in texts {
            part.facts.set(field, text);
            part.masked.extend(masked.into_iter().map(|(kind, count)| MaskCount {
                field,
                kind: kind.to_owned(),
                count,
            }));
        }
    }
}

impl Draft {
    pub(super) fn new(act: Act, purpose: Purpose, part: Part) -> Self {
        Self { act, purpose, part, recipient: None, known: BTreeMap::new() }
    }

    pub(super) fn at(self, recipient: Option<RecipientId>) -> Self {
        Self { recipient, ..self }
    }

    pub(super) fn knowing(self, known: BTreeMap<Field, String>) -> Self {
        Self { known, ..self }
    }

    /// Makes the case: draws its ids and joins what is shared. The texts must be clean.
    pub(super) fn into_case(self, shared: &Shared, context: &Context<'_>) -> Case {
        let id = CaseId::draw(context.entropy, context.now);
        let reference = OpaqueReference::draw(context.entropy);
        let own = self.part;
        let mut facts: BTreeMap<Field, Zeroizing<String>> = BTreeMap::new();
        for (field, text) in shared.part.facts.iter().chain(own.facts.iter()) {
            match facts.get_mut(&field) {
                Some(joined) if field == Field::Note => {
                    *joined = Zeroizing::new([joined.as_str(), text].join("\n"));
                }
                _ => {
                    facts.insert(field, Zeroizing::new(text.to_owned()));
                }
            }
        }
        facts.insert(Field::CaseReference, Zeroizing::new(reference.as_str().to_owned()));
        Case::new(CaseParts {
            id,
            recipient: self.recipient.unwrap_or_else(|| shared.recipient.clone()),
            purpose: self.purpose,
            act: self.act,
            reference,
            subject: shared.subject,
            handling: shared.handling,
            facts: facts
                .into_iter()
                .map(|(field, mut text)| (field, Personal::new(std::mem::take(&mut *text))))
                .collect(),
            known: self
                .known
                .into_iter()
                .map(|(field, text)| (field, Personal::new(text)))
                .collect(),
            dropped: shared.part.surplus.names().chain(own.surplus.names()).collect(),
            masked: joined(&shared.part.masked, own.masked),
            vouched: Vec::new(),
        })
    }
}

/// The counts of a note that was joined are added up.
fn joined(shared: &[MaskCount], own: Vec<MaskCount>) -> Vec<MaskCount> {
    let mut masked = shared.to_vec();
    for mask in own {
        match masked.iter_mut().find(|one| (one.field, &one.kind) == (mask.field, &mask.kind)) {
            Some(one) => one.count = one.count.saturating_add(mask.count),
            None => masked.push(mask),
        }
    }
    masked.sort();
    masked
}
