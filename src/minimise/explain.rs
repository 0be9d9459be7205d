//! Says what was decided and why, for people and for data. Made from the very decision that sends.

use super::decide::Minimised;
use super::texts::ToldText;
use crate::domain::{Field, MaskCount, RuleId};
use crate::recipients::Ruling;

/// A field that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentField {
    /// Which.
    pub field: Field,
    /// By which rule.
    pub rule: RuleId,
    /// On which basis.
    pub basis: &'static str,
    /// For which reason, in Swedish.
    pub why_sv: String,
}

/// A field that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldField {
    /// Which.
    pub field: Field,
    /// Code of the reason.
    pub because: &'static str,
    /// The rule that says so, where one does.
    pub rule: Option<RuleId>,
    /// The reason, in Swedish.
    pub why_sv: String,
}

/// What was decided, without a single value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What leaves.
    pub sent: Vec<SentField>,
    /// What stays.
    pub withheld: Vec<WithheldField>,
    /// What was taken out of free text.
    pub masked: Vec<MaskCount>,
    /// What became of the free texts that leave.
    pub texts: Vec<ToldText>,
}

impl Explanation {
    /// Of a decision.
    pub fn of(minimised: &Minimised<'_>) -> Self {
        let mut sent = Vec::new();
        let mut withheld = Vec::new();
        for (&field, ruling) in minimised.rulings() {
            match ruling {
                Ruling::Sent(rule) => sent.push(SentField {
                    field,
                    rule: rule.id.clone(),
                    basis: rule.basis.map_or("", crate::domain::LegalBasis::as_str),
                    why_sv: rule.why_sv.clone(),
                }),
                Ruling::Withheld(because) => withheld.push(WithheldField {
                    field,
                    because: because.code(),
                    rule: because.rule().map(|rule| rule.id.clone()),
                    why_sv: because.why_sv(),
                }),
            }
        }
        let (masked, texts) = (minimised.masked().to_vec(), minimised.texts().to_vec());
        Self { sent, withheld, masked, texts }
    }
}
