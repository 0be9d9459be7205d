//! Who may receive, as the log tells it: the legal person in each intent, and the registry entry
//! with its policy in each `policy` leaf. An auditor holds the one against the other.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::Code;
use super::leaf::{LeafError, bounds, line};
use super::wire;
use crate::domain::{PolicyId, RecipientId};

/// The legal person that receives, as the registry had it at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientRecord {
    /// Its id in configuration and policy.
    #[serde(with = "wire::word")]
    pub id: RecipientId,
    /// Its name; 1 to 200 characters.
    pub legal_name: String,
    /// Its organisation number, as its country writes it; 1 to 20 letters, digits and hyphens.
    pub org_no: String,
    /// Where it is established, ISO 3166-1 alpha-2.
    pub country: String,
    /// Reference of the agreement under which it receives; 1 to 200 characters.
    pub agreement: String,
}

/// What holds for a recipient from this leaf on: its registry entry and its policy. Written before
/// anything is decided under them, and again whenever one of them has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyInForce {
    /// Whose policy.
    #[serde(with = "wire::word")]
    pub recipient: RecipientId,
    /// Hash of its canonical form.
    #[serde(with = "wire::word")]
    pub policy: PolicyId,
    /// What its authors call it; 1 to 64 characters.
    pub version: String,
    /// What the registry says of the recipient.
    pub registered: RegistryEntry,
}

/// A recipient in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryEntry {
    /// Its name; 1 to 200 characters.
    pub legal_name: String,
    /// Its organisation number; 1 to 20 letters, digits and hyphens.
    pub org_no: String,
    /// Where it is established, ISO 3166-1 alpha-2.
    pub country: String,
    /// What it is under the GDPR, such as `processor`.
    #[serde(with = "wire::word")]
    pub role: Code,
    /// Dialect and host that it is reached by, such as `on-api 2.6 api.example.se`; 1 to 200
    /// characters.
    pub endpoint: String,
    /// One that is switched off gets nothing.
    pub enabled: bool,
    /// The agreement; without one it gets nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementRecord>,
}

/// An agreement in the registry; both days are included, and days are those of UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementRecord {
    /// Its reference; 1 to 200 characters.
    pub reference: String,
    /// The first day.
    #[serde(with = "wire::word")]
    pub valid_from: Date,
    /// The last day.
    #[serde(with = "wire::word")]
    pub valid_to: Date,
}

impl AgreementRecord {
    /// Whether it covers this day.
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
}

impl RecipientRecord {
    pub(super) fn check(&self) -> Result<(), LeafError> {
        let Self { id: _, legal_name, org_no, country, agreement } = self;
        bounds("recipient.legal_name", line(legal_name, 200))?;
        bounds("recipient.org_no", is_org_no(org_no))?;
        bounds("recipient.country", is_country(country))?;
        bounds("recipient.agreement", line(agreement, 200))
    }
}

impl PolicyInForce {
    pub(super) fn check(&self) -> Result<(), LeafError> {
        let Self { recipient: _, policy: _, version, registered } = self;
        let RegistryEntry { legal_name, org_no, country, role: _, endpoint, enabled: _, agreement } =
            registered;
        bounds("version", line(version, 64))?;
        bounds("registered.legal_name", line(legal_name, 200))?;
        bounds("registered.org_no", is_org_no(org_no))?;
        bounds("registered.country", is_country(country))?;
        bounds("registered.endpoint", line(endpoint, 200))?;
        match agreement {
            Some(agreement) => {
                bounds("registered.agreement.reference", line(&agreement.reference, 200))
            }
            None => Ok(()),
        }
    }
}

fn is_org_no(text: &str) -> bool {
    line(text, 20) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}
