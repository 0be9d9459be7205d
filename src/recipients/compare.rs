//! Two versions of a policy, held against each other: what may leave that might not before, and what
//! may not any more. By field and purpose, as that is what leaves, and not by how the rules are written.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::exception::Exception;
use super::policy::{Effect, Policy, Rule, TextLimits, Transform};
use super::retain::Retain;
use crate::domain::{Field, LegalBasis, Purpose};

/// What a policy says of a field that may leave for a purpose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// Where all of these hold.
    pub when: Vec<Condition>,
    /// On this ground.
    pub basis: Option<LegalBasis>,
    /// How long it may be kept.
    pub retain: Option<String>,
    /// What is done to it first.
    pub transform: Option<Transform>,
}

/// Which way something has turned. What may need somebody's yes stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// May leave now, and might not before.
    Opened,
    /// Leaves more often, is kept longer, or leaves as it is.
    Wider,
    /// Neither wider nor narrower: on other conditions, on another ground.
    Otherwise,
    /// Leaves more seldom, or is kept shorter.
    Narrower,
    /// May not leave any more.
    Closed,
    /// The same, for a reason in other words.
    Reworded,
}

impl Turn {
    /// Every one, in order.
    pub const ALL: [Self; 6] =
        [Self::Opened, Self::Wider, Self::Otherwise, Self::Narrower, Self::Closed, Self::Reworded];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Wider => "wider",
            Self::Otherwise => "otherwise",
            Self::Narrower => "narrower",
            Self::Closed => "closed",
            Self::Reworded => "reworded",
        }
    }

    /// Whether a recipient may get more by it than before.
    pub const fn widens(self) -> bool {
        matches!(self, Self::Opened | Self::Wider | Self::Otherwise)
    }
}

/// One thing that differs, for all the fields and purposes for which it is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub turn: Turn,
    /// Of these fields
    pub fields: Vec<Field>,
    /// for these purposes.
    pub purposes: Vec<Purpose>,
    /// What was said before; `None`: it did not leave.
    pub before: Option<Open>,
    /// What is said now; `None`: it does not leave.
    pub after: Option<Open>,
    /// The reason as it was given before, and is now, in Swedish. Empty where no rule gave one.
    pub why: (String, String),
}

/// What differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// By field and purpose; what may need somebody's yes stands first.
    pub differences: Vec<Difference>,
    /// How much free text may leave, before and now, where that differs.
    pub text: Option<(TextLimits, TextLimits)>,
    /// Where customers were told, before and now, where that differs.
    pub notice: Option<(String, String)>,
    /// Signed exceptions that are new.
    pub exceptions_new: Vec<Exception>,
    /// Signed exceptions that are gone.
    pub exceptions_gone: Vec<Exception>,
}

impl Comparison {
    /// Whether the recipient may get more than before.
    pub fn widens(&self) -> bool {
        let text = self.text.is_some_and(|(before, after)| {
            after.length_max > before.length_max
                || after.masked_percent_max > before.masked_percent_max
        });
        text || !self.exceptions_new.is_empty()
            || self.differences.iter().any(|one| one.turn.widens())
    }

    /// Whether they say the same.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
            && self.text.is_none()
            && self.notice.is_none()
            && self.exceptions_new.is_empty()
            && self.exceptions_gone.is_empty()
    }
}

/// Compares a version with the one before it.
pub fn compare(before: &Policy, after: &Policy) -> Comparison {
    Comparison {
        differences: differences(before, after),
        text: differ(before.text(), after.text()),
        notice: differ(before.notice().to_owned(), after.notice().to_owned()),
        exceptions_new: without(after.exceptions(), before.exceptions()),
        exceptions_gone: without(before.exceptions(), after.exceptions()),
    }
}

fn differ<T: PartialEq>(before: T, after: T) -> Option<(T, T)> {
    (before != after).then_some((before, after))
}

fn without(all: &[Exception], known: &[Exception]) -> Vec<Exception> {
    all.iter().filter(|one| !known.contains(one)).cloned().collect()
}

/// What differences are told together by.
type Same = (Turn, Option<Open>, Option<Open>, (String, String));

fn differences(before: &Policy, after: &Policy) -> Vec<Difference> {
    let mut same: BTreeMap<Same, BTreeMap<Purpose, BTreeSet<Field>>> = BTreeMap::new();
    for &purpose in Purpose::ALL {
        for &field in Field::ALL {
            let rules = [before, after].map(|policy| policy.rule(purpose, field));
            let [was, is] = rules.map(|rule| rule.and_then(open));
            let [why_was, why_is] =
                rules.map(|rule| rule.map_or_else(String::new, |rule| rule.why_sv.clone()));
            let turn = turn(was.as_ref(), is.as_ref(), why_was == why_is);
            if let Some(turn) = turn {
                let fields = same.entry((turn, was, is, (why_was, why_is))).or_default();
                fields.entry(purpose).or_default().insert(field);
            }
        }
    }
    let mut told = Vec::new();
    for ((turn, before, after, why), by_purpose) in same {
        // Purposes with the very same fields are one sentence.
        let mut by_fields: BTreeMap<BTreeSet<Field>, Vec<Purpose>> = BTreeMap::new();
        for (purpose, fields) in by_purpose {
            by_fields.entry(fields).or_default().push(purpose);
        }
        told.extend(by_fields.into_iter().map(|(fields, purposes)| Difference {
            turn,
            fields: fields.into_iter().collect(),
            purposes,
            before: before.clone(),
            after: after.clone(),
            why: why.clone(),
        }));
    }
    told
}

fn open(rule: &Rule) -> Option<Open> {
    let mut when = match rule.effect {
        Effect::Never => return None,
        Effect::Allowed => Vec::new(),
        Effect::Conditional => rule.when.clone(),
    };
    when.sort_unstable();
    let (basis, retain, transform) = (rule.basis, rule.retain.clone(), rule.transform);
    Some(Open { when, basis, retain, transform })
}

fn turn(before: Option<&Open>, after: Option<&Open>, same_reason: bool) -> Option<Turn> {
    match (before, after) {
        (None, Some(_)) => Some(Turn::Opened),
        (Some(_), None) => Some(Turn::Closed),
        (Some(before), Some(after)) if before != after => Some(way(before, after)),
        _ => (!same_reason).then_some(Turn::Reworded),
    }
}

/// Whether what is said now lets at least as much through, at most as much, or neither.
fn way(before: &Open, after: &Open) -> Turn {
    let lets_through = |one: &Open, other: &Open| {
        // All conditions must hold: each of the one is there already where the other's hold.
        one.when.iter().all(|asked| other.when.iter().any(|held| held.implies(asked)))
            && one.basis == other.basis
            && (one.transform == other.transform || one.transform.is_none())
            && keeps_as_long(one.retain.as_deref(), other.retain.as_deref())
    };
    match (lets_through(after, before), lets_through(before, after)) {
        (true, false) => Turn::Wider,
        (false, true) => Turn::Narrower,
        _ => Turn::Otherwise,
    }
}

fn keeps_as_long(one: Option<&str>, other: Option<&str>) -> bool {
    if one == other {
        return true;
    }
    let [one, other] = [one, other].map(|text| text.and_then(Retain::parse));
    one.zip(other).is_some_and(|(one, other)| one.from == other.from && one.time >= other.time)
}

#[cfg(test)]
mod tests {
    use super::super::policy::TextOverLimit;
    use super::*;
    use crate::domain::{PolicyId, RuleId};

    fn rule(field: Field, when: &[&str], retain: &str) -> Rule {
        Rule {
            id: RuleId::parse("one").expect("an id"),
            fields: vec![field],
            purposes: vec![Purpose::FaultReport, Purpose::FaultSupplement],
            effect: if when.is_empty() { Effect::Allowed } else { Effect::Conditional },
            when: when.iter().map(|one| Condition::parse(one).expect("a condition")).collect(),
            basis: Some(LegalBasis::Contract),
            why_sv: "Behövs.".to_owned(),
            retain: Some(retain.to_owned()),
            transform: None,
            dpv: Vec::new(),
        }
    }

    fn policy(rules: Vec<Rule>) -> Policy {
        let text =
            TextLimits { length_max: 255, masked_percent_max: 15, over: TextOverLimit::Hold };
        let (version, notice) = ("1".to_owned(), "Policy".to_owned());
        Policy::new(PolicyId::new([0; 32]), version, notice, text, rules, Vec::new(), Vec::new())
    }

    fn turns(before: &[Rule], after: &[Rule]) -> Vec<Turn> {
        let compared = compare(&policy(before.to_vec()), &policy(after.to_vec()));
        assert_eq!(compared.is_empty(), compared.differences.is_empty());
        compared.differences.iter().map(|one| one.turn).collect()
    }

    #[test]
    fn what_opens_closes_widens_and_narrows_is_told_as_that() {
        let phone = |when: &[&str], retain| rule(Field::ContactPhone, when, retain);
        let visit = phone(&["visit.booked"], "case_closed+30d");
        let always = phone(&[], "case_closed+30d");
        let both = phone(&["visit.booked", "subject.person"], "case_closed+30d");
        let one = std::slice::from_ref;
        assert_eq!(turns(&[], one(&visit)), [Turn::Opened]);
        assert_eq!(turns(one(&visit), &[]), [Turn::Closed]);
        assert_eq!(turns(one(&visit), one(&visit)), []);
        assert_eq!(turns(one(&visit), one(&always)), [Turn::Wider]);
        assert_eq!(turns(one(&always), one(&visit)), [Turn::Narrower]);
        assert_eq!(turns(one(&both), one(&visit)), [Turn::Wider]);
        let other = phone(&["subject.person"], "case_closed+30d");
        assert_eq!(turns(one(&visit), one(&other)), [Turn::Otherwise]);
        // A longer list of what it may be is a wider one.
        let links = phone(&["problem_type in NO_LINK"], "case_closed+30d");
        let more = phone(&["problem_type in NO_LINK|OTHER"], "case_closed+30d");
        assert_eq!(turns(one(&links), one(&more)), [Turn::Wider]);
        assert_eq!(turns(one(&more), one(&links)), [Turn::Narrower]);
        // So is a longer time, and from another moment is otherwise.
        let longer = phone(&["visit.booked"], "case_closed+60d");
        assert_eq!(turns(one(&visit), one(&longer)), [Turn::Wider]);
        assert_eq!(turns(one(&longer), one(&visit)), [Turn::Narrower]);
        let record = phone(&["visit.booked"], "record+60d");
        assert_eq!(turns(one(&visit), one(&record)), [Turn::Otherwise]);
        let never = Rule { effect: Effect::Never, basis: None, retain: None, ..visit.clone() };
        assert_eq!(turns(one(&never), &[]), [Turn::Reworded], "silence gives no reason");
        let masked = Rule { transform: Some(Transform::FirstNameInitial), ..visit.clone() };
        assert_eq!(turns(one(&visit), one(&masked)), [Turn::Narrower]);
        let reworded = Rule { why_sv: "Annat.".to_owned(), ..visit.clone() };
        let compared = compare(&policy(vec![visit]), &policy(vec![reworded]));
        assert_eq!(compared.differences[0].why, ("Behövs.".to_owned(), "Annat.".to_owned()));
        assert!(!compared.widens());
    }

    #[test]
    fn what_is_the_same_for_several_is_told_once() {
        let name = rule(Field::ContactName, &["visit.booked"], "case_closed+30d");
        let phone = Rule { fields: vec![Field::ContactPhone], ..name.clone() };
        let compared = compare(&policy(Vec::new()), &policy(vec![name, phone]));
        let [one] = &compared.differences[..] else { panic!("{:?}", compared.differences) };
        assert_eq!(one.fields, [Field::ContactName, Field::ContactPhone]);
        assert_eq!(one.purposes, [Purpose::FaultReport, Purpose::FaultSupplement]);
        assert!(compared.widens());
    }
}
