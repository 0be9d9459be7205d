//! The reasons that a policy gives, from the form of it that is kept by its hash.

use serde::Deserialize;

use crate::domain::{Field, PolicyId, Purpose};
use crate::recipients::Condition;

/// The rules of one policy, as far as they say why.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    id: Option<PolicyId>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
struct Canonical {
    rules: Vec<Rule>,
}

/// What is read of a rule; the rest is for machines.
#[derive(Clone, Debug, Deserialize)]
struct Rule {
    id: String,
    fields: Vec<String>,
    purposes: Vec<String>,
    effect: String,
    when: Vec<String>,
    why_sv: String,
}

impl Reasons {
    /// Reads a policy's canonical form, if it is the one that the hash names.
    pub fn read(id: PolicyId, canonical: &[u8]) -> Option<Self> {
        use sha2::Digest as _;
        let hash: [u8; 32] = sha2::Sha256::digest(canonical).into();
        let policy: Canonical = serde_json::from_slice(canonical).ok()?;
        (PolicyId::new(hash) == id).then_some(Self { id: Some(id), rules: policy.rules })
    }

    /// Which policy it is; `None` where it is not kept.
    pub const fn policy(&self) -> Option<PolicyId> {
        self.id
    }

    /// The rule that opened a field, and why.
    pub fn opened(&self, purpose: Purpose, field: Field) -> Option<(&str, &str)> {
        let rule = self.rule(purpose, field)?;
        Some((rule.id.as_str(), rule.why_sv.as_str()))
    }

    /// Why a field stayed.
    pub fn withheld(&self, purpose: Purpose, field: Field) -> String {
        let Some(rule) = self.rule(purpose, field) else {
            return "ingen regel tillåter uppgiften för ändamålet".to_owned();
        };
        match (rule.effect.as_str(), rule.when.as_slice()) {
            ("never", _) => rule.why_sv.clone(),
            ("conditional", [one]) => match Condition::parse(one) {
                Some(condition) => condition.failed_sv().to_owned(),
                None => "regelns villkor var inte uppfyllt".to_owned(),
            },
            ("conditional", _) => "regelns villkor var inte uppfyllda".to_owned(),
            _ => "uppgiften behövdes inte i meddelandet".to_owned(),
        }
    }

    fn rule(&self, purpose: Purpose, field: Field) -> Option<&Rule> {
        self.rules.iter().find(|rule| {
            rule.purposes.iter().any(|one| one == purpose.as_str())
                && rule.fields.iter().any(|one| one == field.as_str())
        })
    }
}
