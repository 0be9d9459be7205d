//! What a policy must not say, and whether its own tests hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;

use super::condition::Situation;
use super::exception::Exception;
use super::file::RecipientFile;
use super::policy::{Effect, Ruling};
use crate::dialects;
use crate::domain::{Act, Field, Purpose, RecipientId, Sensitivity};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be mended in time.
    Warning,
    /// The check fails.
    Error,
}

/// Something the linter found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// In whose file.
    pub recipient: RecipientId,
    /// Where in it: a rule's id, a test's name or a key.
    pub place: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{word}: {}: {}: {}", self.recipient, self.place, self.what)
    }
}

/// Looks through one recipient's file, as of a day.
pub fn lint(file: &RecipientFile, today: Date, agreement_warning_days: u32) -> Vec<Finding> {
    let mut findings = Findings { recipient: &file.recipient.id, found: Vec::new() };
    agreement(file, today, agreement_warning_days, &mut findings);
    rules(file, &mut findings);
    exceptions(file, today, agreement_warning_days, &mut findings);
    questions(file, &mut findings);
    coverage(file, &mut findings);
    findings.found
}

/// Runs the tests that stand beside the rules; gives how many there were and what did not hold.
pub fn run_tests(file: &RecipientFile) -> (usize, Vec<Finding>) {
    let policy = &file.recipient.policy;
    let mut findings = Findings { recipient: &file.recipient.id, found: Vec::new() };
    for test in &file.tests {
        let facts: BTreeMap<Field, &str> =
            test.facts.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let situation = Situation {
            purpose: test.purpose,
            subject: test.subject,
            handling: test.handling,
            value: &|field| facts.get(&field).copied(),
            text_clean: &|_| true,
        };
        let sent = |field| {
            facts.contains_key(&field)
                && matches!(policy.rule_on(field, &situation), Ruling::Sent(_))
        };
        for &field in &test.expect_sent {
            if !facts.contains_key(&field) {
                findings.error(&test.name, format!("expects {field}, which is not given"));
            } else if !sent(field) {
                findings.error(&test.name, format!("{field} should be sent and is withheld"));
            }
        }
        for &field in &test.expect_withheld {
            if sent(field) {
                findings.error(&test.name, format!("{field} should be withheld and is sent"));
            }
        }
    }
    (file.tests.len(), findings.found)
}

struct Findings<'f> {
    recipient: &'f RecipientId,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, place: &str, what: String) {
        let (recipient, place) = (self.recipient.clone(), place.to_owned());
        self.found.push(Finding { severity, recipient, place, what });
    }

    fn error(&mut self, place: &str, what: String) {
        self.add(Severity::Error, place, what);
    }
}

fn agreement(file: &RecipientFile, today: Date, warning_days: u32, findings: &mut Findings<'_>) {
    let recipient = &file.recipient;
    // A recipient that is switched off gets nothing: its agreement may rest.
    if !recipient.enabled {
        return;
    }
    let Some(agreement) = &recipient.agreement else {
        return findings.error("agreement", "is missing: nothing can be sent".to_owned());
    };
    if agreement.valid_to < today {
        let what = format!("ended on {}: nothing is sent", agreement.valid_to);
        return findings.error("agreement.valid_to", what);
    }
    if today < agreement.valid_from {
        let what = format!("begins on {}: nothing is sent before", agreement.valid_from);
        return findings.error("agreement.valid_from", what);
    }
    let left = (agreement.valid_to - today).get_days();
    if i64::from(left) < i64::from(warning_days) {
        let what = format!("ends on {}, in {left} days: renew it", agreement.valid_to);
        findings.add(Severity::Warning, "agreement.valid_to", what);
    }
}

fn rules(file: &RecipientFile, findings: &mut Findings<'_>) {
    let mut ids = BTreeSet::new();
    let mut ruled: BTreeMap<(Purpose, Field), &str> = BTreeMap::new();
    for rule in file.recipient.policy.rules() {
        let place = rule.id.as_str();
        if !ids.insert(place) {
            findings.error(place, "is the id of more than one rule".to_owned());
        }
        if rule.effect != Effect::Never {
            if rule.basis.is_none() {
                findings.error(place, "opens something without a legal basis (basis)".to_owned());
            }
            if rule.retain.is_none() {
                findings.error(place, "does not say how long it may be kept (retain)".to_owned());
            }
            for field in &rule.fields {
                if field.sensitivity() == Sensitivity::Never {
                    findings.error(place, format!("{field} may never leave, and is opened here"));
                }
                if field.sensitivity() == Sensitivity::Secret && rule.effect == Effect::Allowed {
                    findings.error(place, format!("{field} needs a condition"));
                }
                if rule.transform.is_some() && *field != Field::ContactName {
                    let what = format!("{field} is no name to be shortened (transform)");
                    findings.error(place, what);
                }
                let guarded = rule.when.contains(&super::Condition::TextClean);
                if field.is_free_text() && !guarded {
                    let what = format!("{field} is free text and needs the condition text.clean");
                    findings.error(place, what);
                }
            }
        }
        match rule.effect {
            Effect::Conditional if rule.when.is_empty() => {
                findings.error(place, "is conditional and has no condition (when)".to_owned());
            }
            Effect::Allowed | Effect::Never if !rule.when.is_empty() => {
                let what = format!("has a condition and is {}", rule.effect.as_str());
                findings.error(place, what);
            }
            _ => {}
        }
        for &purpose in &rule.purposes {
            for &field in &rule.fields {
                if let Some(first) = ruled.insert((purpose, field), place) {
                    let what = format!("{field} for {purpose} is ruled by {first} already");
                    findings.error(place, what);
                }
            }
        }
    }
}

/// What the dialect has room for and leaves empty, a rule may open only with a signed exception.
fn exceptions(file: &RecipientFile, today: Date, warning_days: u32, findings: &mut Findings<'_>) {
    let (channel, policy) = (&file.recipient.channel, &file.recipient.policy);
    let dialect = dialects::dialect(&channel.dialect, channel.version.as_deref());
    let by_exception =
        |purpose| dialect.map_or([].as_slice(), |dialect| dialect.by_exception(purpose));
    for rule in policy.rules().iter().filter(|rule| rule.effect != Effect::Never) {
        let mut needed: Vec<Field> = rule.fields.clone();
        needed.retain(|field| {
            rule.purposes.iter().any(|&p| by_exception(Act::of(p)).contains(field))
        });
        for field in needed {
            if policy.exception_on(field, today).is_some() {
                continue;
            }
            let named = policy.exceptions().iter().find(|one| one.fields.contains(&field));
            let what = match named {
                Some(Exception { reference, valid_to, .. }) if *valid_to < today => {
                    format!(
                        "{field} is opened here, and its exception {reference} ended on {valid_to}"
                    )
                }
                Some(Exception { reference, valid_from, .. }) => {
                    format!(
                        "{field} is opened here, and its exception {reference} begins on {valid_from}"
                    )
                }
                None => format!(
                    "{field} is opened here, and {} has it by a signed exception only: [[exception]]",
                    channel.dialect
                ),
            };
            findings.error(rule.id.as_str(), what);
        }
    }
    for one in policy.exceptions() {
        let place = format!("exception {}", one.reference);
        for field in &one.fields {
            if !Purpose::ALL.iter().any(|&purpose| by_exception(Act::of(purpose)).contains(field)) {
                let what = format!("{field} is nothing that {} has by exception", channel.dialect);
                findings.error(&place, what);
            }
        }
        let left = (one.valid_to - today).get_days();
        if one.covers(today) && i64::from(left) < i64::from(warning_days) {
            let what = format!("ends on {}, in {left} days", one.valid_to);
            findings.add(Severity::Warning, &place, what);
        }
    }
}

/// A question that must be answered and cannot be would hold every fault report.
fn questions(file: &RecipientFile, findings: &mut Findings<'_>) {
    let policy = &file.recipient.policy;
    let mut names = BTreeSet::new();
    for question in &file.recipient.channel.questions {
        let place = format!("question {}", question.name);
        // The same name may stand for another service or kind of fault.
        if !names.insert(format!("{question:?}")) {
            findings.error(&place, "stands twice".to_owned());
        }
        let Some(fact) = question.answer.filter(|_| question.mandatory) else { continue };
        let rule = policy.rule(Purpose::FaultReport, fact);
        let opened = rule.is_some_and(|rule| rule.effect != Effect::Never);
        if !opened && question.otherwise.is_none() {
            let what = format!("must be answered, and no rule opens {fact} for a fault report");
            findings.error(&place, what);
        }
    }
}

/// The most of a text that may be masked and leave something to work with.
const MASKED_PERCENT_SANE: u8 = 30;

fn coverage(file: &RecipientFile, findings: &mut Findings<'_>) {
    let policy = &file.recipient.policy;
    for &purpose in Purpose::ALL {
        if !policy.rules().iter().any(|rule| rule.purposes.contains(&purpose)) {
            let what = format!("no rule covers {purpose}: open something for it, or write a never");
            findings.error("rule", what);
        }
        let tested = file.tests.iter().any(|test| test.purpose == purpose);
        let placed = purpose.is_order() || purpose == Purpose::FaultReport;
        if placed && policy.opens(purpose) && !tested {
            let what = format!("no test covers {purpose}");
            findings.add(Severity::Warning, "test", what);
        }
    }
    let masked_percent_max = policy.text().masked_percent_max;
    if masked_percent_max > MASKED_PERCENT_SANE {
        let what = format!(
            "{masked_percent_max} lets texts through that are mostly tags, and those tell more \
             about a person than about a fault: stay at {MASKED_PERCENT_SANE} or below"
        );
        findings.add(Severity::Warning, "policy.text_masked_percent_max", what);
    }
    if policy.notice().trim().is_empty() {
        let what = "does not say where the customer was told (GDPR art. 13)".to_owned();
        findings.add(Severity::Warning, "policy.notice", what);
    }
}
