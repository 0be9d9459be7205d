//! A decision made again: the policy with the hash that the leaf names, asked under the condition
//! values that the leaf tells. It decides by itself and shares no code with the decision it checks.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use crate::domain::{Field, Handling, HoldReason, LegalBasis, RuleId, Sensitivity};
use crate::log::{ConditionName, Intent, Stopped};
use crate::recipients::{Effect, Policy, TextOverLimit, leaves_by_hand};

type Broken = Vec<(Rule, String)>;

/// What a policy says about one field under the leaf's conditions.
enum Said<'p> {
    /// It leaves, by this rule.
    Opens(&'p crate::recipients::Rule),
    /// It stays: no rule, or one that says never.
    Closed,
    /// It stays: this condition does not hold, or is not told.
    Unless(String),
    /// It stays: only ids leave.
    ByHand,
}

/// Everything in which a disclosure is not what this policy decides.
pub(super) fn replay(policy: &Policy, intent: &Intent) -> Broken {
    let mut broken = Vec::new();
    let said = |field: Field| said(policy, intent, field);
    let (mut rules, mut basis) = (BTreeSet::<RuleId>::new(), BTreeSet::<LegalBasis>::new());
    for &field in &intent.sent {
        match said(field) {
            Said::Opens(rule) => {
                rules.insert(rule.id.clone());
                basis.extend(rule.basis);
            }
            Said::Closed => {
                let what = format!("sends {field}, which no rule opens for {}", intent.purpose);
                broken.push((Rule::FieldNotAllowed, what));
            }
            Said::Unless(condition) => {
                let what = format!("sends {field}, though {condition:?} is not told to hold");
                broken.push((Rule::FieldCondition, what));
            }
            Said::ByHand => {
                let what = format!("sends {field} of a case under special handling");
                broken.push((Rule::FieldByHand, what));
            }
        }
        if intent.withheld.contains(&field) {
            broken.push((Rule::FieldBoth, format!("tells {field} as sent and as withheld")));
        }
    }
    for &field in &intent.withheld {
        let opens = matches!(said(field), Said::Opens(_));
        let told = intent.not_carried.contains(&field);
        if opens != told && !intent.sent.contains(&field) {
            let what = if opens {
                format!("withholds {field}, which the policy opens, and does not say why")
            } else {
                format!("says that {field} is not carried, and the policy does not open it")
            };
            broken.push((Rule::FieldKeptBack, what));
        }
    }
    for field in intent.not_carried.difference(&intent.withheld) {
        let what = format!("says that {field} is not carried, and does not withhold it");
        broken.push((Rule::FieldKeptBack, what));
    }
    if rules != intent.rules {
        broken.push((Rule::RulesDiffer, differ("rules", &intent.rules, &rules)));
    }
    if basis != intent.basis {
        broken.push((Rule::BasisDiffers, differ("legal bases", &intent.basis, &basis)));
    }
    broken.extend(conditions(policy, intent));
    broken.extend(texts(policy, intent));
    broken
}

fn said<'p>(policy: &'p Policy, intent: &Intent, field: Field) -> Said<'p> {
    let Some(rule) = policy.rule(intent.purpose, field) else {
        return Said::Closed;
    };
    if rule.effect == Effect::Never || field.sensitivity() == Sensitivity::Never {
        return Said::Closed;
    }
    if intent.handling == Handling::Special && !leaves_by_hand(field) {
        return Said::ByHand;
    }
    let failed = rule.when.iter().map(ToString::to_string).find(|asked| {
        let told = ConditionName::parse(asked).and_then(|name| intent.conditions.get(&name));
        told != Some(&true)
    });
    match failed {
        Some(condition) if rule.effect == Effect::Conditional => Said::Unless(condition),
        _ => Said::Opens(rule),
    }
}

/// The conditions told are those that the policy asks about these fields, and none is at odds with
/// the names of the fields.
fn conditions(policy: &Policy, intent: &Intent) -> Broken {
    let known: BTreeSet<Field> = intent.sent.union(&intent.withheld).copied().collect();
    let asked: BTreeSet<String> = known
        .iter()
        .filter_map(|&field| policy.rule(intent.purpose, field))
        .filter(|rule| rule.effect == Effect::Conditional)
        .flat_map(|rule| rule.when.iter().map(ToString::to_string))
        .collect();
    let told: BTreeSet<String> = intent.conditions.keys().map(ToString::to_string).collect();
    let mut broken = Vec::new();
    if asked != told {
        broken.push((Rule::ConditionsDiffer, differ("conditions", &told, &asked)));
    }
    let told: BTreeMap<&str, bool> =
        intent.conditions.iter().map(|(name, held)| (name.as_str(), *held)).collect();
    let mut contradicted = |name: &str, what: &str| {
        let held = told.get(name).copied().unwrap_or_default();
        let what = format!("tells {name} as {held}, though {what}");
        broken.push((Rule::ConditionContradicted, what));
    };
    for (&name, &held) in &told {
        // What the field names give away of it: whether there is such a field at all.
        let (needs, exactly) = match name {
            "access.missing" => (Field::AccessId, true),
            "subscription.missing" => (Field::SubscriptionId, true),
            "phone.missing" => (Field::ContactPhone, true),
            "premises.apartment" => (Field::Apartment, true),
            "visit.booked" => (Field::VisitBooked, false),
            "fixed_ip.ordered" => (Field::FixedIp, false),
            _ if name.starts_with("problem_type in ") => (Field::ProblemType, false),
            _ if name.starts_with("service_type in ") => (Field::ServiceId, false),
            _ => continue,
        };
        let there = known.contains(&needs);
        let missing = name.ends_with(".missing");
        let at_odds = if missing { held == there } else { held && !there };
        if at_odds || (exactly && !missing && held != there) {
            let there = if there { "is" } else { "is not" };
            contradicted(name, &format!("{needs} {there} among the fields of the case"));
        }
    }
    let both = [told.get("subject.person"), told.get("subject.legal_person")];
    if let [Some(person), Some(legal)] = both
        && person == legal
    {
        contradicted("subject.person", "subject.legal_person is told the same");
    }
    broken
}

fn texts(policy: &Policy, intent: &Intent) -> Broken {
    let mut broken = Vec::new();
    let mut breaks = |what: String| broken.push((Rule::TextsDiffer, what));
    for field in &intent.replaced {
        if !field.is_free_text() || !intent.sent.contains(field) {
            breaks(format!("says that {field} was replaced, and it is no text that was sent"));
        } else if policy.text().over != TextOverLimit::Replace {
            breaks(format!("says that {field} was replaced, where the policy asks for a person"));
        }
    }
    for mask in &intent.masked {
        if !mask.field.is_free_text() || !intent.sent.contains(&mask.field) {
            breaks(format!("has spans taken out of {}, which was not sent as a text", mask.field));
        }
    }
    broken
}

/// Whether a refusal has the ground that it names, where the policy can tell; `None` where it
/// cannot.
pub(super) fn refused(policy: &Policy, stopped: &Stopped) -> Option<Result<(), String>> {
    let holds = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    match stopped.reason {
        HoldReason::NoRule => {
            let opens = policy.opens(stopped.purpose);
            Some(holds(!opens, "says that no rule covers this purpose, and one does"))
        }
        HoldReason::TextNeedsReview => {
            let hold = policy.text().over == TextOverLimit::Hold;
            Some(holds(hold, "is held for its text, where the policy replaces such texts"))
        }
        _ => None,
    }
}

fn differ<T: Ord + ToString>(what: &str, told: &BTreeSet<T>, replayed: &BTreeSet<T>) -> String {
    let names = |set: Vec<&T>| {
        if set.is_empty() {
            return "none".to_owned();
        }
        set.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let extra = names(told.difference(replayed).collect());
    let missing = names(replayed.difference(told).collect());
    format!("lists other {what} than the decision has: too many: {extra}; missing: {missing}")
}
