//! A case: one thing to get done at one operator.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseId, Field, OpaqueReference, Personal, Purpose, RecipientId, SubjectKind};

/// How a case may be handled. Written so that the word for the danger appears nowhere outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// The policy decides.
    Ordinary,
    /// A person decides first, and then only ids leave (DESIGN invariant 9).
    Special,
}

/// How many spans of one kind were taken out of one text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaskCount {
    /// The text.
    pub field: Field,
    /// What kind of value was taken out, such as `telefon`.
    pub kind: String,
    /// How often.
    pub count: u32,
}

/// What a case is made of. Plain data: intake fills it from a parsed order, the store from an
/// unsealed one.
pub struct CaseParts {
    /// Our id.
    pub id: CaseId,
    /// Who delivers or repairs.
    pub recipient: RecipientId,
    /// What is to be done.
    pub purpose: Purpose,
    /// What the operator knows the case by.
    pub reference: OpaqueReference,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// Whether a person must decide first.
    pub handling: Handling,
    /// What is known and could be needed, each in its canonical text.
    pub facts: BTreeMap<Field, Personal>,
    /// The names of what was handed in and not kept.
    pub dropped: BTreeSet<Field>,
    /// What intake took out of free text before anything was stored.
    pub masked: Vec<MaskCount>,
}

/// One thing to get done at one operator, with what we may need to know for it.
///
/// Not serialisable and not printable. At rest it is sealed under its subject's key.
pub struct Case(CaseParts);

impl Case {
    /// Takes the parts as they are, but for the fields that are never kept: those are dropped here
    /// too, so that no path can carry them further.
    pub fn new(mut parts: CaseParts) -> Self {
        let (kept, never): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut parts.facts)
            .into_iter()
            .partition(|(field, _)| field.sensitivity() != super::Sensitivity::Never);
        parts.facts = kept;
        parts.dropped.extend(never.into_keys());
        Self(parts)
    }

    /// The same case, as the operator asks how to reach somebody about it: the rules for a contact
    /// pull decide, and no longer those that it was handed over under.
    #[must_use]
    pub fn as_pulled(mut self) -> Self {
        self.0.purpose = Purpose::ContactPull;
        self
    }

    /// Our id.
    pub fn id(&self) -> CaseId {
        self.0.id
    }

    /// Who delivers or repairs.
    pub fn recipient(&self) -> &RecipientId {
        &self.0.recipient
    }

    /// What is to be done.
    pub fn purpose(&self) -> Purpose {
        self.0.purpose
    }

    /// What the operator knows the case by.
    pub fn reference(&self) -> &OpaqueReference {
        &self.0.reference
    }

    /// Whom it is about.
    pub fn subject(&self) -> SubjectKind {
        self.0.subject
    }

    /// Whether a person must decide first.
    pub fn handling(&self) -> Handling {
        self.0.handling
    }

    /// What is known, by field.
    pub fn facts(&self) -> &BTreeMap<Field, Personal> {
        &self.0.facts
    }

    /// The names of what was handed in and not kept.
    pub fn dropped(&self) -> &BTreeSet<Field> {
        &self.0.dropped
    }

    /// What intake took out of free text.
    pub fn masked(&self) -> &[MaskCount] {
        &self.0.masked
    }
}
