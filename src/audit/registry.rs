//! Who may receive, as the log itself has told it: each disclosure is held against the latest
//! `policy` leaf of its recipient.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Rule;
use crate::domain::{HoldReason, PolicyId, Purpose, RecipientId};
use crate::log::{AgreementRecord, Intent, PolicyInForce, RegistryEntry, Stopped};
use crate::recipients::CONTACTS;

/// What holds for each recipient at this point of the log.
#[derive(Debug, Default)]
pub(super) struct Registry(BTreeMap<RecipientId, PolicyInForce>);

type Broken = Vec<(Rule, String)>;

impl Registry {
    pub(super) fn put(&mut self, event: PolicyInForce) {
        self.0.insert(event.recipient.clone(), event);
    }

    pub(super) fn get(&self, recipient: &RecipientId) -> Option<&PolicyInForce> {
        self.0.get(recipient)
    }

    /// May this recipient receive this, as far as the registry can tell?
    pub(super) fn check(&self, intent: &Intent, day: Date) -> Broken {
        let to = &intent.recipient;
        let Some(known) = self.0.get(&to.id) else {
            let what = format!("discloses to {}, which no policy leaf before it registers", to.id);
            return vec![(Rule::Unregistered, what)];
        };
        let entry = &known.registered;
        let mut broken = Vec::new();
        let ours = CONTACTS.to_owned();
        let endpoint = if intent.purpose == Purpose::ContactPull { &ours } else { &entry.endpoint };
        if !entry.enabled {
            let what = format!("discloses to {}, which is switched off in the registry", to.id);
            broken.push((Rule::Disabled, what));
        }
        for (member, told, registered) in [
            ("legal name", &to.legal_name, &entry.legal_name),
            ("organisation number", &to.org_no, &entry.org_no),
            ("country", &to.country, &entry.country),
            ("endpoint", &intent.endpoint, endpoint),
        ] {
            if told != registered {
                let what = format!(
                    "has the {member} {told:?} for {}, registered is {registered:?}",
                    to.id
                );
                broken.push((Rule::RecipientDiffers, what));
            }
        }
        broken.extend(agreement(intent, entry, day));
        if intent.policy != known.policy {
            let what = format!(
                "was decided under policy {}, while {} was in force for {}",
                short(intent.policy),
                short(known.policy),
                to.id
            );
            broken.push((Rule::PolicyNotInForce, what));
        }
        broken
    }

    /// Whether a refusal has the ground that it names, where the registry can tell; `None` where it
    /// cannot.
    pub(super) fn refused(&self, stopped: &Stopped, day: Date) -> Option<Result<(), String>> {
        let entry = self.0.get(&stopped.recipient).map(|known| &known.registered);
        let holds = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
        match stopped.reason {
            HoldReason::RecipientDisabled => {
                let enabled = entry.is_some_and(|entry| entry.enabled);
                Some(holds(!enabled, "says that the recipient is switched off, and it is not"))
            }
            HoldReason::NoAgreement => {
                // Decided before midnight and written after it, or the other way round: both days.
                let days = [Some(day), day.yesterday().ok()];
                let covered = entry.and_then(|entry| entry.agreement.as_ref());
                let covers = |agreement: &AgreementRecord| {
                    days.into_iter().flatten().all(|day| agreement.covers(day))
                };
                let what = "says that there is no valid agreement, and the registry has one";
                Some(holds(!covered.is_some_and(covers), what))
            }
            _ => None,
        }
    }
}

fn agreement(intent: &Intent, entry: &RegistryEntry, day: Date) -> Broken {
    let to = &intent.recipient;
    let mut broken = Vec::new();
    match &entry.agreement {
        None => {
            let what = format!("discloses to {}, which has no agreement in the registry", to.id);
            broken.push((Rule::AgreementDates, what));
        }
        Some(agreement) => {
            if !agreement.covers(day) {
                let what = format!(
                    "discloses to {} on {day}; agreement {:?} is valid from {} to {}",
                    to.id, agreement.reference, agreement.valid_from, agreement.valid_to
                );
                broken.push((Rule::AgreementDates, what));
            }
            if agreement.reference != to.agreement {
                let what = format!(
                    "names agreement {:?} with {}, registered is {:?}",
                    to.agreement, to.id, agreement.reference
                );
                broken.push((Rule::AgreementOther, what));
            }
        }
    }
    broken
}

/// Enough of a hash to tell it from the others in a report.
pub(super) fn short(policy: PolicyId) -> String {
    policy.to_string().chars().take(12).collect()
}
