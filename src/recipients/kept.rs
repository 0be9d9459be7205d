//! A policy as it is kept: the canonical form (RFC 8785) that its id is the SHA-256 of, written when
//! a recipient's file is read, and read back when an old decision is replayed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::condition::Condition;
use super::exception::Exception;
use super::policy::{Effect, Policy, Rule, TextLimits, TextOverLimit, Transform};
use crate::domain::{Field, LegalBasis, PolicyId, Purpose, RecipientId, RuleId};
use crate::log::CanonicalError;
use crate::log::canonical;

/// Why kept bytes are no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeptError {
    /// Not canonical JSON, or not with the members of a policy.
    #[error(transparent)]
    Form(#[from] CanonicalError),
    /// A word that this program does not know: a field, a purpose, a condition.
    #[error("the policy has a {0} that this program does not know")]
    Word(&'static str),
}

/// A policy that was kept, and whose it is.
#[derive(Clone, Debug)]
pub struct KeptPolicy {
    /// Whom it is for.
    pub recipient: RecipientId,
    /// As it decided then.
    pub policy: Policy,
}

impl KeptPolicy {
    /// Reads canonical bytes back. The policy's id is the hash of just these bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, KeptError> {
        let form: Form = canonical::from_bytes(bytes)?;
        let over = match form.text_over_limit.as_str() {
            "hold" => TextOverLimit::Hold,
            "replace" => TextOverLimit::Replace,
            _ => return Err(KeptError::Word("text_over_limit")),
        };
        let text = TextLimits {
            length_max: usize::try_from(form.text_length_max).unwrap_or(usize::MAX),
            masked_percent_max: form.text_masked_percent_max,
            over,
        };
        let rules = form.rules.iter().map(FormRule::read).collect::<Result<Vec<_>, _>>()?;
        let recipient =
            RecipientId::parse(&form.recipient).map_err(|_| KeptError::Word("recipient"))?;
        if form.schema != SCHEMA {
            return Err(KeptError::Word("schema"));
        }
        let exceptions = form.exceptions.iter().map(FormException::read);
        let exceptions = exceptions.collect::<Result<Vec<_>, _>>()?;
        let (id, canonical) = (id_of(bytes), bytes.to_vec());
        let policy = Policy::new(id, form.version, form.notice, text, rules, exceptions, canonical);
        Ok(Self { recipient, policy })
    }
}

/// SHA-256 of the canonical form.
pub fn id_of(canonical: &[u8]) -> PolicyId {
    PolicyId::new(Sha256::digest(canonical).into())
}

/// The canonical form. Order of rules does not matter, nor does the order of what a rule lists.
pub(super) fn write(
    recipient: &RecipientId,
    version: &str,
    notice: &str,
    text: TextLimits,
    rules: &[Rule],
    exceptions: &[Exception],
) -> Result<Vec<u8>, CanonicalError> {
    let mut rules: Vec<FormRule> = rules.iter().map(FormRule::of).collect();
    rules.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut exceptions: Vec<FormException> = exceptions.iter().map(FormException::of).collect();
    exceptions.sort_unstable();
    canonical::to_bytes(&Form {
        schema: SCHEMA,
        recipient: recipient.to_string(),
        version: version.to_owned(),
        notice: notice.to_owned(),
        text_length_max: text.length_max as u64,
        text_masked_percent_max: text.masked_percent_max,
        text_over_limit: match text.over {
            TextOverLimit::Hold => "hold".to_owned(),
            TextOverLimit::Replace => "replace".to_owned(),
        },
        rules,
        exceptions,
    })
}

/// Version of the form.
const SCHEMA: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    schema: u8,
    recipient: String,
    version: String,
    notice: String,
    text_length_max: u64,
    text_masked_percent_max: u8,
    text_over_limit: String,
    rules: Vec<FormRule>,
    /// Absent where there is none, so that policies without one keep their id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<FormException>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormException {
    reference: String,
    fields: Vec<String>,
    valid_from: String,
    valid_to: String,
}

impl FormException {
    fn of(exception: &Exception) -> Self {
        Self {
            reference: exception.reference.clone(),
            fields: sorted(exception.fields.iter().map(ToString::to_string)),
            valid_from: exception.valid_from.to_string(),
            valid_to: exception.valid_to.to_string(),
        }
    }

    fn read(&self) -> Result<Exception, KeptError> {
        Ok(Exception {
            reference: self.reference.clone(),
            fields: words("field", &self.fields, Field::parse)?,
            valid_from: word("valid_from", &self.valid_from, |text| text.parse().ok())?,
            valid_to: word("valid_to", &self.valid_to, |text| text.parse().ok())?,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormRule {
    id: String,
    fields: Vec<String>,
    purposes: Vec<String>,
    effect: String,
    when: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    why_sv: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transform: Option<String>,
    dpv: Vec<String>,
}

impl FormRule {
    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_string(),
            fields: sorted(rule.fields.iter().map(ToString::to_string)),
            purposes: sorted(rule.purposes.iter().map(ToString::to_string)),
            effect: rule.effect.as_str().to_owned(),
            when: sorted(rule.when.iter().map(ToString::to_string)),
            basis: rule.basis.map(|basis| basis.to_string()),
            why_sv: rule.why_sv.clone(),
            retain: rule.retain.clone(),
            transform: rule.transform.map(|how| how.as_str().to_owned()),
            dpv: sorted(rule.dpv.iter().cloned()),
        }
    }

    fn read(&self) -> Result<Rule, KeptError> {
        let effects = [Effect::Allowed, Effect::Conditional, Effect::Never];
        Ok(Rule {
            id: RuleId::parse(&self.id).map_err(|_| KeptError::Word("rule"))?,
            fields: words("field", &self.fields, Field::parse)?,
            purposes: words("purpose", &self.purposes, Purpose::parse)?,
            effect: word("effect", &self.effect, |text| {
                effects.into_iter().find(|effect| effect.as_str() == text)
            })?,
            when: words("condition", &self.when, Condition::parse)?,
            basis: optional("legal basis", self.basis.as_deref(), LegalBasis::parse)?,
            why_sv: self.why_sv.clone(),
            retain: self.retain.clone(),
            transform: optional("transform", self.transform.as_deref(), |text| {
                Some(Transform::FirstNameInitial).filter(|how| how.as_str() == text)
            })?,
            dpv: self.dpv.clone(),
        })
    }
}

fn word<T>(
    what: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, KeptError> {
    read(text).ok_or(KeptError::Word(what))
}

fn words<T>(
    what: &'static str,
    texts: &[String],
    read: fn(&str) -> Option<T>,
) -> Result<Vec<T>, KeptError> {
    texts.iter().map(|text| word(what, text, read)).collect()
}

fn optional<T>(
    what: &'static str,
    text: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, KeptError> {
    text.map(|text| word(what, text, read)).transpose()
}

fn sorted(list: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = list.collect();
    list.sort_unstable();
    list
}
