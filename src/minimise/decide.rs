//! The decision, field by field.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use thiserror::Error;
use zeroize::Zeroizing;

use super::TEXT_REPLACED;
use super::texts::{Left, Masks, TextFate, ToldText, guarded_texts, left, masked_share};
use crate::dialects::Dialect;
use crate::dialects::pi_api::Question;
use crate::domain::{
    Act, Case, Field, Handling, HoldReason, LegalBasis, MaskCount, Personal, PolicyId, Purpose,
    RuleId, Timestamp,
};
use crate::recipients::{Agreement, Because, Recipient, Ruling, Situation, TextOverLimit};

/// A case cut down to what may leave. [`minimise`] is the only way to get one.
///
/// It borrows from the case and cannot be kept: what may leave is decided anew at each attempt.
pub struct Minimised<'case> {
    case: &'case Case,
    recipient: &'case Recipient,
    agreement: &'case Agreement,
    dialect: &'static dyn Dialect,
    fields: BTreeMap<Field, Zeroizing<String>>,
    rulings: BTreeMap<Field, Ruling<'case>>,
    conditions: BTreeMap<String, bool>,
    not_carried: BTreeSet<Field>,
    masked: Vec<MaskCount>,
    texts: Vec<ToldText>,
}

/// Why nothing may leave. Every refusal is recorded, and a person decides what happens to the case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("nothing may leave: {reason}")]
pub struct Refusal {
    /// What stands in the way.
    pub reason: HoldReason,
    /// The policy that was asked; absent where it did not come to that.
    pub policy: Option<PolicyId>,
    /// The names of all that stays.
    pub withheld: Vec<Field>,
}

impl<'case> Minimised<'case> {
    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.case.purpose()
    }

    /// What it asks for.
    pub fn act(&self) -> Act {
        self.case.act()
    }

    /// The text of a field that may leave; `None` where it is withheld or not known.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(|text| text.as_str())
    }

    /// All that may leave.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &str)> {
        self.fields.iter().map(|(field, text)| (*field, text.as_str()))
    }

    /// The case itself: for the steps that follow, which know what it holds already.
    pub fn case(&self) -> &'case Case {
        self.case
    }

    /// Who may have it.
    pub fn recipient(&self) -> &'case Recipient {
        self.recipient
    }

    /// On which agreement.
    pub fn agreement(&self) -> &'case Agreement {
        self.agreement
    }

    /// In whose words.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// What the policy says of every field that the case has, or had.
    pub fn rulings(&self) -> &BTreeMap<Field, Ruling<'case>> {
        &self.rulings
    }

    /// What was taken out of free text.
    pub fn masked(&self) -> &[MaskCount] {
        &self.masked
    }

    /// What became of the free texts that leave.
    pub fn texts(&self) -> &[ToldText] {
        &self.texts
    }

    /// Free texts in whose place [`TEXT_REPLACED`] leaves.
    pub fn replaced(&self) -> BTreeSet<Field> {
        let replaced = |text: &&ToldText| text.fate == TextFate::Replaced;
        self.texts.iter().filter(replaced).map(|text| text.field).collect()
    }

    /// Each condition that the policy asked about these fields, and whether it held.
    pub fn conditions(&self) -> &BTreeMap<String, bool> {
        &self.conditions
    }

    /// The fields that stay although a rule opens them: dialect or operator has no place for them, or
    /// only with a signed exception, intake does not keep them, the operator has them with what this
    /// is about, or behind the guard nothing was left to be told.
    pub fn not_carried(&self) -> &BTreeSet<Field> {
        &self.not_carried
    }

    /// What the operator asks in a ticket.
    pub fn questions(&self) -> &'case [Question] {
        &self.recipient.channel.questions
    }

    /// When it may be sent, where that is later than now: the order is for a later day, and the
    /// dialect has no word for a day, so that the operator would act at once.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let field = Field::RequestedDate;
        if self.dialect.carries(self.act()).contains(&field)
            && self.recipient.offer.has_room(self.purpose(), field)
        {
            return None;
        }
        let requested = self.case.facts().get(&Field::RequestedDate)?;
        Timestamp::parse(requested.disclose()).filter(|day| *day > now)
    }

    /// The names of the fields that stay.
    pub fn withheld(&self) -> Vec<Field> {
        let stays = |(field, ruling): (&Field, &Ruling<'_>)| {
            matches!(ruling, Ruling::Withheld(_)).then_some(*field)
        };
        self.rulings.iter().filter_map(stays).collect()
    }

    /// The rules that opened something.
    pub fn rules(&self) -> BTreeSet<RuleId> {
        self.opened().map(|rule| rule.id.clone()).collect()
    }

    /// The grounds of the law that those rules stand on.
    pub fn basis(&self) -> BTreeSet<LegalBasis> {
        self.opened().filter_map(|rule| rule.basis).collect()
    }

    fn opened(&self) -> impl Iterator<Item = &'case crate::recipients::Rule> {
        self.fields.keys().filter_map(|field| match self.rulings.get(field) {
            Some(Ruling::Sent(rule)) => Some(*rule),
            _ => None,
        })
    }
}

/// Decides what may leave. `released` says that a person has looked at a case that a machine may
/// not decide; even then only ids leave.
pub fn minimise<'case>(
    case: &'case Case,
    recipient: &'case Recipient,
    dialect: &'static dyn Dialect,
    today: Date,
    released: bool,
) -> Result<Minimised<'case>, Refusal> {
    let policy = &recipient.policy;
    let (agreement, carried) = nothing_in_the_way(case, recipient, dialect, today, released)
        .map_err(|(reason, policy)| Refusal { reason, policy, withheld: everything(case) })?;

    let value = |field: Field| case.fact(field).map(Personal::disclose);
    let all_clean = |_: Field| true;
    let first = Situation {
        purpose: case.purpose(),
        subject: case.subject(),
        handling: case.handling(),
        value: &value,
        text_clean: &all_clean,
    };
    let mut unsigned = dialect.by_exception(case.act()).to_vec();
    unsigned.retain(|&field| policy.exception_on(field, today).is_none());
    let ruled =
        |&field| (field, narrowed(field, policy.rule_on(field, &first), &carried, &unsigned));
    let mut rulings: BTreeMap<Field, Ruling<'case>> = case.facts().keys().map(ruled).collect();

    let names = case.facts().keys().chain(case.known().keys()).chain(case.dropped()).copied();
    let conditions = policy.asked(names, &first);
    let mut not_carried = opened_and_kept_back(&rulings);

    let texts = guarded_texts(case, &rulings);
    let limits = policy.text();
    let mut fields = BTreeMap::new();
    let mut masked = Masks::new(case);
    let mut told = Vec::new();
    for (&field, text) in case.facts() {
        let Some(Ruling::Sent(rule)) = rulings.get(&field) else {
            continue;
        };
        let Some(redacted) = texts.get(&field) else {
            let text = text.disclose();
            let text = rule.transform.map_or_else(|| text.to_owned(), |how| how.apply(text));
            fields.insert(field, Zeroizing::new(text));
            continue;
        };
        let masked_percent = masked_share(text.disclose(), redacted, &masked.of(field));
        for (kind, count) in redacted.counts() {
            masked.add(field, kind.tag(), count);
        }
        let (text, fate) = match left(redacted, masked_percent, limits, masked.has(field)) {
            Left::Nothing => {
                rulings.insert(field, Ruling::Withheld(Because::NothingLeft(rule)));
                not_carried.insert(field);
                continue;
            }
            Left::Sieve if limits.over == TextOverLimit::Hold => {
                let (reason, policy) = (HoldReason::TextNeedsReview, Some(policy.id()));
                return Err(Refusal { reason, policy, withheld: everything(case) });
            }
            Left::Sieve => (TEXT_REPLACED.to_owned(), TextFate::Replaced),
            Left::Text(text, fate) => (text, fate),
        };
        fields.insert(field, Zeroizing::new(text));
        let masked_percent_max = limits.masked_percent_max;
        told.push(ToldText { field, fate, masked_percent, masked_percent_max });
    }
    // What it is about tells the rest, in the operator's own records.
    for &field in case.known().keys() {
        let ruling = match policy.rule_on(field, &first) {
            Ruling::Sent(rule) => {
                not_carried.insert(field);
                Ruling::Withheld(Because::ToldBefore(rule))
            }
            withheld @ Ruling::Withheld(_) => withheld,
        };
        rulings.insert(field, ruling);
    }
    for &field in case.dropped() {
        let ruling = policy.rule_on(field, &first);
        if matches!(ruling, Ruling::Sent(_)) && !rulings.contains_key(&field) {
            not_carried.insert(field);
        }
        let ruling = match ruling {
            Ruling::Withheld(because @ Because::Never(_)) => Ruling::Withheld(because),
            _ => Ruling::Withheld(Because::NotKept),
        };
        rulings.entry(field).or_insert(ruling);
    }
    let masked = masked.of_texts(|field| fields.contains_key(&field));
    Ok(Minimised {
        case,
        recipient,
        agreement,
        dialect,
        fields,
        rulings,
        conditions,
        not_carried,
        masked,
        texts: told,
    })
}

/// Under which agreement something may leave, and what there is a place for.
type Opened<'r> = (&'r Agreement, Vec<Field>);

/// What must hold before any field is looked at: under which agreement, and what there is a place
/// for.
fn nothing_in_the_way<'r>(
    case: &Case,
    recipient: &'r Recipient,
    dialect: &'static dyn Dialect,
    today: Date,
    released: bool,
) -> Result<Opened<'r>, (HoldReason, Option<PolicyId>)> {
    let asked = Some(recipient.policy.id());
    // First of all: no other obstacle, once out of the way, may decide this in passing.
    if case.handling() == Handling::Special && !released {
        return Err((HoldReason::SpecialHandling, asked));
    }
    if !recipient.enabled || case.recipient() != &recipient.id {
        return Err((HoldReason::RecipientDisabled, None));
    }
    let Some(agreement) = recipient.agreement_on(today) else {
        return Err((HoldReason::NoAgreement, asked));
    };
    let purpose = case.purpose();
    let mut carried = dialect.carries(case.act()).to_vec();
    // What the operator says that it has no place for is as good as not in its dialect.
    carried.retain(|&field| recipient.offer.has_room(purpose, field));
    if carried.is_empty() || !recipient.offer.takes(purpose) {
        return Err((HoldReason::NotOffered, asked));
    }
    if !recipient.policy.opens(case.purpose()) {
        return Err((HoldReason::NoRule, asked));
    }
    Ok((agreement, carried))
}

/// What the policy opens, less what the dialect has no place for, and what it leaves empty without a
/// signature.
fn narrowed<'case>(
    field: Field,
    ruling: Ruling<'case>,
    carried: &[Field],
    unsigned: &[Field],
) -> Ruling<'case> {
    match ruling {
        Ruling::Sent(rule) if !carried.contains(&field) => {
            Ruling::Withheld(Because::NotCarried(rule))
        }
        Ruling::Sent(rule) if unsigned.contains(&field) => {
            Ruling::Withheld(Because::NoException(rule))
        }
        ruling => ruling,
    }
}

/// The fields that a rule opens, and that the dialect has no place for, or none without a signature.
fn opened_and_kept_back(rulings: &BTreeMap<Field, Ruling<'_>>) -> BTreeSet<Field> {
    let kept_back = |(field, ruling): (&Field, &Ruling<'_>)| match ruling {
        Ruling::Withheld(Because::NotCarried(_) | Because::NoException(_)) => Some(*field),
        _ => None,
    };
    rulings.iter().filter_map(kept_back).collect()
}

fn everything(case: &Case) -> Vec<Field> {
    let names = case.facts().keys().chain(case.known().keys()).chain(case.dropped());
    let names: BTreeSet<Field> = names.copied().collect();
    names.into_iter().collect()
}
