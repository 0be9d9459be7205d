//! A case: one thing to get done at one operator.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, CaseId, Field, OpaqueReference, Personal, Purpose, RecipientId, SubjectKind};

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
    /// Why something is told.
    pub purpose: Purpose,
    /// What is to be done.
    pub act: Act,
    /// What the operator knows the case by.
    pub reference: OpaqueReference,
    /// Whom it is about.
    pub subject: SubjectKind,
    /// Whether a person must decide first.
    pub handling: Handling,
    /// What is known and could be needed, each in its canonical text.
    pub facts: BTreeMap<Field, Personal>,
    /// Of a case about another one: what that one holds and this one does not tell again. It keeps
    /// the free text clean, and conditions look at it.
    pub known: BTreeMap<Field, Personal>,
    /// The names of what was handed in and not kept.
    pub dropped: BTreeSet<Field>,
    /// What intake took out of free text before anything was stored.
    pub masked: Vec<MaskCount>,
    /// Words in its texts of which a person has said, with a reason, that they are nobody's. They
    /// count against a guess of the guard, and against nothing that it knows.
    pub vouched: Vec<Personal>,
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
        parts.known.retain(|field, _| {
            field.sensitivity() != super::Sensitivity::Never && !parts.facts.contains_key(field)
        });
        parts.dropped.extend(never.into_keys());
        Self(parts)
    }

    /// Another value of a fact that the case has, such as an id that the operator has replaced.
    pub fn learn(&mut self, field: Field, value: &str) {
        let CaseParts { facts, known, .. } = &mut self.0;
        if let Some(fact) = facts.get_mut(&field).or_else(|| known.get_mut(&field)) {
            *fact = Personal::new(value.to_owned());
        }
    }

    /// The same case, as the operator asks how to reach somebody about it: the rules for a contact
    /// pull decide, and no longer those that it was handed over under.
    #[must_use]
    pub fn as_pulled(mut self) -> Self {
        (self.0.purpose, self.0.act) = (Purpose::ContactPull, Act::Answer);
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

    /// Why something is told.
    pub fn purpose(&self) -> Purpose {
        self.0.purpose
    }

    /// What is to be done.
    pub fn act(&self) -> Act {
        self.0.act
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

    /// What is known and not told again, by field.
    pub fn known(&self) -> &BTreeMap<Field, Personal> {
        &self.0.known
    }

    /// What is known of a field, whether or not it could be told.
    pub fn fact(&self, field: Field) -> Option<&Personal> {
        self.0.facts.get(&field).or_else(|| self.0.known.get(&field))
    }

    /// The same case, that knows besides what another about the same customer holds; told of that is
    /// whom to ask for, where somebody is to come. What is handled with care there is so here.
    #[must_use]
    pub fn beside(mut self, other: Self, somebody_comes: bool) -> Self {
        let other = other.0;
        if other.handling == Handling::Special {
            self.0.handling = Handling::Special;
        }
        self.0.subject = other.subject;
        let mut known = other.known;
        known.extend(other.facts);
        known.retain(|field, _| {
            !field.is_free_text() && !matches!(field, Field::Operation | Field::CaseReference)
        });
        if somebody_comes && !self.0.facts.contains_key(&Field::ContactPhone) {
            for field in [Field::ContactName, Field::ContactPhone, Field::CompanyName] {
                if let Some(value) = known.remove(&field) {
                    self.0.facts.entry(field).or_insert(value);
                }
            }
        }
        self.0.known.extend(known);
        Self::new(self.0)
    }

    /// The same case, with words of which a person has said that they are nobody's.
    #[must_use]
    pub fn vouching(mut self, words: Vec<Personal>) -> Self {
        self.0.vouched = words;
        self
    }

    /// Words of which a person has said that they are nobody's.
    pub fn vouched(&self) -> &[Personal] {
        &self.0.vouched
    }

    /// Takes it apart: a case about this one begins with what this one holds.
    pub fn into_parts(self) -> CaseParts {
        self.0
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
