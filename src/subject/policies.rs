//! The reasons that a policy gives, from the form of it that is kept by its hash.

use crate::domain::{Field, Handling, PolicyId, Purpose};
use crate::log::{ConditionName, Intent};
use crate::recipients::{Because, Effect, KeptPolicy, Policy, Rule, leaves_by_hand};

/// Why a policy opened what it opened, and kept what it kept: as it was when it decided.
#[derive(Clone, Debug)]
pub struct Reasons(Policy);

impl Reasons {
    /// Reads a policy's canonical form, if it is the one that the hash names.
    pub fn read(id: PolicyId, canonical: &[u8]) -> Option<Self> {
        let policy = KeptPolicy::read(canonical).ok()?.policy;
        (policy.id() == id).then_some(Self(policy))
    }

    /// The rule that opened a field.
    pub fn opened(&self, purpose: Purpose, field: Field) -> Option<&Rule> {
        self.0.rule(purpose, field)
    }

    /// Why a field stayed: in the words that the person would have had then.
    pub fn withheld(&self, intent: &Intent, field: Field) -> String {
        self.because(intent, field).why_sv()
    }

    fn because(&self, intent: &Intent, field: Field) -> Because<'_> {
        let Some(rule) = self.0.rule(intent.purpose, field) else {
            return Because::NoRule;
        };
        if rule.effect == Effect::Never {
            return Because::Never(rule);
        }
        if intent.handling == Handling::Special && !leaves_by_hand(field) {
            return Because::SpecialHandling;
        }
        if intent.not_carried.contains(&field) {
            return Because::NotCarried(rule);
        }
        let failed = rule.when.iter().find(|condition| {
            let name = ConditionName::parse(&condition.to_string());
            name.and_then(|name| intent.conditions.get(&name)) != Some(&true)
        });
        match failed {
            Some(condition) => Because::Condition(rule, condition),
            None => Because::NotKept,
        }
    }
}
