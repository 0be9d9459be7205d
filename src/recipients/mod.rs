//! Who may receive anything at all: legal person, agreement, channel and policy, one file each.
//!
//! A recipient is data. Adding an operator that speaks a known dialect is adding one file under
//! `config/recipients/`; nothing in the code names an operator.

mod channel;
mod compare;
mod condition;
mod exception;
mod file;
mod kept;
mod lint;
mod policy;
mod question;
mod retain;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use channel::{Auth, Channel, Inbound, ListPace, SecretFile};
pub use compare::{Comparison, Difference, Open, Turn, compare};
pub use condition::{Condition, Situation};
pub use exception::Exception;
pub use file::{Fault, RecipientFile, read};
pub use kept::{KeptError, KeptPolicy, id_of};
pub use lint::{Finding, Severity, lint, run_tests};
pub use policy::{
    Because, Effect, Policy, Rule, Ruling, TextLimits, TextOverLimit, Transform, leaves_by_hand,
};
pub use retain::{Moment, Retain};

use crate::dialects;
use crate::dialects::offer::Offer;
use crate::domain::RecipientId;

/// Where contact pulls are answered, whatever the operator's own channel speaks: it comes to us.
pub const CONTACTS: &str = "on-api contacts";

/// One legal person that may receive disclosures, as its file says today.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Short name in configuration, policy and log.
    pub id: RecipientId,
    /// The name in the register of companies.
    pub legal_name: String,
    /// Organisation number.
    pub org_no: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Postal address, for the register of recipients (EDPB 22/2024).
    pub address: String,
    /// Whom to write to in matters of data protection.
    pub contact: String,
    /// What the recipient is under the GDPR.
    pub role: Role,
    /// A switched-off recipient gets nothing.
    pub enabled: bool,
    /// On which agreement, and until when.
    pub agreement: Option<Agreement>,
    /// How to reach it.
    pub channel: Channel,
    /// How it reaches us.
    pub inbound: Option<Inbound>,
    /// How often its list of accesses is copied; `None`: it is not.
    pub accesses: Option<ListPace>,
    /// What it may have.
    pub policy: Policy,
    /// What of its interface is there, as it has told; by its file alone, all of it.
    pub offer: Offer,
}

/// What a recipient is under the GDPR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Processes for us (art. 28).
    Processor,
    /// Processes for one of our processors.
    SubProcessor,
    /// Decides for itself.
    Controller,
}

impl Role {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processor => "processor",
            Self::SubProcessor => "sub-processor",
            Self::Controller => "controller",
        }
    }
}

/// The agreement under which a recipient may receive; both days are included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Our reference of it.
    pub reference: String,
    /// The first day.
    pub valid_from: Date,
    /// The last day.
    pub valid_to: Date,
}

impl Agreement {
    /// Whether it covers this day.
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
}

impl Recipient {
    /// The agreement that is valid on this day; `None`: nothing may be sent.
    pub fn agreement_on(&self, day: Date) -> Option<&Agreement> {
        self.agreement.as_ref().filter(|agreement| agreement.covers(day))
    }

    /// Dialect and host that it is reached by, such as `on-api 2.6 api.example.se`.
    pub fn endpoint(&self) -> String {
        let channel = &self.channel;
        let dialect = dialects::dialect(&channel.dialect, channel.version.as_deref());
        let name = dialect.map_or(channel.dialect.as_str(), |dialect| dialect.name());
        format!("{name} {}", channel.base_url.host_str().unwrap_or_default())
    }
}

/// All recipients, by id.
pub type Recipients = BTreeMap<RecipientId, Recipient>;
