//! Recipient × purpose × field: what may leave, on which basis, and why.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::condition::{Condition, Situation};
use super::exception::Exception;
use crate::domain::{Field, Handling, LegalBasis, PolicyId, Purpose, RuleId};

/// What a rule says about its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// May leave.
    Allowed,
    /// May leave where every condition holds.
    Conditional,
    /// Never leaves; the rule stands for its reason.
    Never,
}

impl Effect {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Conditional => "conditional",
            Self::Never => "never",
        }
    }
}

/// What is done to a value before it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transform {
    /// `Astrid Lindqvist` leaves as `Astrid L.`
    FirstNameInitial,
}

impl Transform {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstNameInitial => "first_name_initial",
        }
    }

    /// What leaves.
    pub fn apply(self, value: &str) -> String {
        match self {
            Self::FirstNameInitial => {
                let mut words = value.split_whitespace();
                let first = words.next().unwrap_or_default().to_owned();
                match words.next_back().and_then(|last| last.chars().next()) {
                    Some(initial) => format!("{first} {initial}."),
                    None => first,
                }
            }
        }
    }
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name within the policy.
    pub id: RuleId,
    /// For these fields
    pub fields: Vec<Field>,
    /// and these purposes
    pub purposes: Vec<Purpose>,
    /// it says this,
    pub effect: Effect,
    /// where all of these hold,
    pub when: Vec<Condition>,
    /// on this ground of the law (a field that never leaves needs none),
    pub basis: Option<LegalBasis>,
    /// for this reason, in Swedish, to be shown to whom it is about.
    pub why_sv: String,
    /// How long the recipient and we may keep it, as `case_closed+30d`; absent where it never leaves.
    pub retain: Option<String>,
    /// What is done to the value first.
    pub transform: Option<Transform>,
    /// Tags of the W3C Data Privacy Vocabulary.
    pub dpv: Vec<String>,
}

/// What happens to a free text of which too much was personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOverLimit {
    /// The case waits for a person.
    Hold,
    /// A fixed sentence leaves in its place.
    Replace,
}

/// How much free text may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimits {
    /// Characters, at most; what is longer is cut.
    pub length_max: usize,
    /// How many percent of a text's characters may be masked before it counts as a sieve.
    pub masked_percent_max: u8,
    /// What happens then.
    pub over: TextOverLimit,
}

/// All rules for one recipient, in one version.
#[derive(Clone, Debug)]
pub struct Policy {
    id: PolicyId,
    version: String,
    notice: String,
    text: TextLimits,
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    by_field: BTreeMap<(Purpose, Field), usize>,
    canonical: Vec<u8>,
}

/// Why a field is withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because<'p> {
    /// No rule names it for this purpose.
    NoRule,
    /// A rule says that it never leaves.
    Never(&'p Rule),
    /// A rule would open it if this held.
    Condition(&'p Rule, &'p Condition),
    /// The policy would open it, and the dialect has no place for it.
    NotCarried(&'p Rule),
    /// The policy would open it, and no signed exception covers it today.
    NoException(&'p Rule),
    /// The policy would open it, and behind the guard there is nothing left to be told.
    NothingLeft(&'p Rule),
    /// The policy would open it, and the operator has it with what this is about.
    ToldBefore(&'p Rule),
    /// Intake does not keep it.
    NotKept,
    /// The case is handled by hand, and only ids leave.
    SpecialHandling,
}

/// What the policy says about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling<'p> {
    /// It may leave, by this rule.
    Sent(&'p Rule),
    /// It stays.
    Withheld(Because<'p>),
}

impl Policy {
    /// Puts rules together that the file reader has checked. `canonical` is their RFC 8785 form, of
    /// which `id` is the SHA-256.
    pub(super) fn new(
        id: PolicyId,
        version: String,
        notice: String,
        text: TextLimits,
        rules: Vec<Rule>,
        exceptions: Vec<Exception>,
        canonical: Vec<u8>,
    ) -> Self {
        let mut by_field = BTreeMap::new();
        for (position, rule) in rules.iter().enumerate() {
            for &purpose in &rule.purposes {
                for &field in &rule.fields {
                    by_field.entry((purpose, field)).or_insert(position);
                }
            }
        }
        Self { id, version, notice, text, rules, exceptions, by_field, canonical }
    }

    /// SHA-256 of the canonical form; stands in every leaf that this policy decided.
    pub fn id(&self) -> PolicyId {
        self.id
    }

    /// The version its authors gave it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where the customer was told.
    pub fn notice(&self) -> &str {
        &self.notice
    }

    /// How much free text may leave.
    pub fn text(&self) -> TextLimits {
        self.text
    }

    /// Every rule, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every signed exception, in the order of the file.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// The signed exception that opens a field on a day, of those fields that need one.
    pub fn exception_on(&self, field: Field, day: Date) -> Option<&Exception> {
        self.exceptions.iter().find(|one| one.fields.contains(&field) && one.covers(day))
    }

    /// The RFC 8785 form that the id is the hash of; kept, so that old decisions can be replayed.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// The rule for a field and a purpose.
    pub fn rule(&self, purpose: Purpose, field: Field) -> Option<&Rule> {
        self.by_field.get(&(purpose, field)).map(|&position| &self.rules[position])
    }

    /// Whether any rule opens anything for this purpose.
    pub fn opens(&self, purpose: Purpose) -> bool {
        self.rules
            .iter()
            .any(|rule| rule.effect != Effect::Never && rule.purposes.contains(&purpose))
    }

    /// Each condition that a rule asks about one of these fields, as the rule writes it, and whether
    /// it holds. All of them, also behind one that does not: a log tells more than the first reason.
    pub fn asked(
        &self,
        fields: impl Iterator<Item = Field>,
        situation: &Situation<'_>,
    ) -> BTreeMap<String, bool> {
        let rules = fields.filter_map(|field| Some((field, self.rule(situation.purpose, field)?)));
        rules
            .filter(|(_, rule)| rule.effect == Effect::Conditional)
            .flat_map(|(field, rule)| rule.when.iter().map(move |asked| (field, asked)))
            .map(|(field, asked)| (asked.to_string(), asked.holds(field, situation)))
            .collect()
    }

    /// May this field leave? Silence means no.
    pub fn rule_on(&self, field: Field, situation: &Situation<'_>) -> Ruling<'_> {
        let Some(rule) = self.rule(situation.purpose, field) else {
            return Ruling::Withheld(Because::NoRule);
        };
        let by_hand = situation.handling == Handling::Special && !leaves_by_hand(field);
        match rule.effect {
            Effect::Allowed | Effect::Conditional if by_hand => {
                Ruling::Withheld(Because::SpecialHandling)
            }
            Effect::Never => Ruling::Withheld(Because::Never(rule)),
            Effect::Allowed => Ruling::Sent(rule),
            Effect::Conditional => {
                match rule.when.iter().find(|condition| !condition.holds(field, situation)) {
                    Some(failed) => Ruling::Withheld(Because::Condition(rule, failed)),
                    None => Ruling::Sent(rule),
                }
            }
        }
    }
}

impl Because<'_> {
    /// A code for data, and for grouping.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRule => "no-rule",
            Self::Never(_) => "never",
            Self::Condition(..) => "condition",
            Self::NotCarried(_) => "not-carried",
            Self::NoException(_) => "no-exception",
            Self::ToldBefore(_) => "told-before",
            Self::NothingLeft(_) => "nothing-left",
            Self::NotKept => "not-kept",
            Self::SpecialHandling => "special-handling",
        }
    }

    /// The rule that decided, where one did.
    pub const fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Never(rule)
            | Self::Condition(rule, _)
            | Self::NotCarried(rule)
            | Self::NoException(rule)
            | Self::ToldBefore(rule)
            | Self::NothingLeft(rule) => Some(rule),
            Self::NoRule | Self::NotKept | Self::SpecialHandling => None,
        }
    }

    /// The reason in plain Swedish, for the people it is about.
    pub fn why_sv(&self) -> String {
        match self {
            Self::NoRule => "ingen regel tillåter uppgiften för ändamålet".to_owned(),
            Self::Never(rule) => rule.why_sv.clone(),
            Self::Condition(_, condition) => condition.failed_sv().to_owned(),
            Self::NotCarried(_) => {
                "operatörens gränssnitt har ingen plats för uppgiften".to_owned()
            }
            Self::NoException(_) => {
                "inget undertecknat undantag som gäller i dag öppnar uppgiften".to_owned()
            }
            Self::ToldBefore(_) => {
                "Operatören har uppgiften i det ärende som detta gäller.".to_owned()
            }
            Self::NothingLeft(_) => {
                "utan personuppgifter och hälsningar är inget kvar av texten".to_owned()
            }
            Self::NotKept => "uppgiften behövs inte och sparas inte".to_owned(),
            Self::SpecialHandling => "ärendet handläggs för hand".to_owned(),
        }
    }
}

/// What leaves for a case under special handling once a person has released it: the ids, the
/// service, and the coded kind of request without which no operator can act (DESIGN invariant 9).
/// No policy can widen this.
pub const fn leaves_by_hand(field: Field) -> bool {
    matches!(
        field,
        Field::AccessId
            | Field::SubscriptionId
            | Field::CaseReference
            | Field::ServiceId
            | Field::Operation
            | Field::ProblemType
            | Field::FaultHeading
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leaves_as_first_name_and_initial() {
        let apply = |text| Transform::FirstNameInitial.apply(text);
        assert_eq!(apply("Astrid Lindqvist"), "Astrid L.");
        assert_eq!(apply("Astrid Maria Örn"), "Astrid Ö.");
        assert_eq!(apply("Astrid"), "Astrid");
        assert_eq!(apply(""), "");
    }
}
