//! What somebody tells of a fault: as a trouble ticket it goes through intake like any other.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Desk, DeskError, Ground};
use crate::domain::{Entropy, Field, Personal};
use crate::intake::{self, Context, Item, Kind, Submission};
use crate::store::Accepted;

/// Stands where nobody has written anything: a ticket must say something.
const NO_TEXT: &str = "Felanmälan utan fritext.";

/// Names a form from the moment that it is opened: what is sent twice is one case, and what is looked
/// at has the ids that it will be sent with. A random number, of the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftId(String);

impl DraftId {
    /// Draws one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 16] = entropy.array();
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Reads one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// As it stands in a form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is handed in as: in letters, as a row of digits could pass for a personnummer.
    fn external(&self) -> String {
        let letter = |digit: char| {
            let value = u8::try_from(digit.to_digit(16).unwrap_or_default()).unwrap_or_default();
            char::from(b'a' + value)
        };
        format!("desk-{}", self.0.chars().map(letter).collect::<String>())
    }
}

/// The same ids for the same draft of the same thing.
pub(super) struct Drafted {
    seed: [u8; 32],
    drawn: AtomicU64,
}

impl Drafted {
    /// `what` tells apart what is drafted under one number: a comment that is written anew is another.
    pub(super) fn of(draft: &DraftId, what: &str) -> Self {
        let seed = Sha256::new()
            .chain_update(b"sluss/desk/v1")
            .chain_update(&draft.0)
            .chain_update(what)
            .finalize();
        Self { seed: seed.into(), drawn: AtomicU64::new(0) }
    }
}

impl Entropy for Drafted {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::Relaxed);
            let hash =
                Sha256::new().chain_update(self.seed).chain_update(number.to_be_bytes()).finalize();
            piece.copy_from_slice(&hash[..piece.len()]);
        }
    }
}

/// A visit that is agreed.
#[derive(Default)]
pub struct Visit {
    /// Start and end, RFC 3339.
    pub window: Option<(String, String)>,
    /// Whom to ask for, where that is somebody else than the register says.
    pub name: Zeroizing<String>,
    /// Their telephone.
    pub phone: Zeroizing<String>,
    /// What opens the door.
    pub door_code: Zeroizing<String>,
}

/// What somebody tells of a fault. Empty: not said. Not printable.
#[derive(Default)]
pub struct Told {
    /// A word of `fault.problem_type`.
    pub problem: String,
    /// A word of `fault.severity`.
    pub severity: String,
    /// RFC 3339.
    pub since: String,
    /// A word of `fault.pattern`.
    pub pattern: String,
    /// A word of `fault.lamps`.
    pub lamps: String,
    /// `true` or `false`.
    pub wired_test: String,
    /// `true` or `false`.
    pub restarted: String,
    /// Mbit/s, down and up: `93/88`.
    pub speed: String,
    /// A count.
    pub neighbours: String,
    /// Where somebody is to come.
    pub visit: Option<Visit>,
    /// In their own words.
    pub text: Zeroizing<String>,
    /// Who the customer is, where nothing here says so: to be kept out of the text, and not sent.
    pub customer: Zeroizing<String>,
    /// Words in the text of which they say that they are nobody's.
    pub vouched: Vec<Zeroizing<String>>,
}

impl Told {
    fn ticket(&self, ground: &Ground, draft: &DraftId) -> Value {
        let mut facts = Vec::new();
        let mut fact = |name: &str, value: &str| {
            if !value.is_empty() {
                facts.push(json!({ "name": name, "value": value }));
            }
        };
        fact("problemType", &self.problem);
        fact("since", &self.since);
        fact("pattern", &self.pattern);
        fact("lamps", &self.lamps);
        fact("wiredTest", &self.wired_test);
        fact("restarted", &self.restarted);
        fact("measuredSpeed", &self.speed);
        fact("neighboursAffected", &self.neighbours);
        let mut customer = json!({ "role": "customer", "@referredType": "Individual" });
        if !self.customer.is_empty() {
            customer["fullName"] = json!(*self.customer);
        }
        if let Some(visit) = &self.visit {
            fact("siteVisit", "true");
            if let Some((start, end)) = &visit.window {
                fact("visitWindow", &format!("{start}/{end}"));
            }
            fact("doorCode", &visit.door_code);
            if !visit.name.is_empty() {
                customer["fullName"] = json!(*visit.name);
            }
            if !visit.phone.is_empty() {
                customer["contactMedium"] = json!([{ "mediumType": "mobile",
                    "characteristic": { "phoneNumber": *visit.phone } }]);
            }
        }
        let text = self.text.trim();
        let severity = if self.severity.is_empty() { "moderate" } else { &self.severity };
        json!({
            "externalId": draft.external(),
            "ticketType": "fault",
            "severity": severity,
            "description": if text.is_empty() { NO_TEXT } else { text },
            "relatedEntity": [{ "id": ground.access.as_str(), "role": "access" }],
            "relatedParty": [
                { "id": ground.recipient.as_str(), "role": "communicationsOperator" },
                customer,
            ],
            "characteristic": facts,
        })
    }
}

impl Desk {
    /// What would be taken in, read by intake; nothing is.
    pub async fn read(
        &self,
        ground: &Ground,
        draft: &DraftId,
        told: &Told,
    ) -> Result<Submission, DeskError> {
        let body = Zeroizing::new(told.ticket(ground, draft).to_string());
        let entropy = Drafted::of(draft, "");
        let context = Context {
            client: &self.client,
            recipients: &self.ids,
            now: self.clock.now(),
            entropy: &entropy,
            bytes_max: self.body_bytes_max,
            accesses: &self.store,
        };
        let mut submission = intake::read(Kind::Ticket, body.as_bytes(), &context)?;
        submission.follows = ground.follows;
        let Some(Item { id, action, mut case }) = submission.items.pop() else {
            return Err(DeskError::NotThere);
        };
        if let Some(follows) = ground.follows
            && let Some(known) = self.store.open_case(follows).await?
        {
            case = case.beside(known, told.visit.is_some());
        }
        // Whom somebody typed only for the text's sake is not told.
        let words = told.vouched.iter().map(|words| Personal::new(words.to_string())).collect();
        case = case.vouching(words);
        debug_assert!(case.facts().contains_key(&Field::AccessId));
        submission.items.push(Item { id, action, case });
        Ok(submission)
    }

    /// Takes a fault in. It leaves when it cannot be undone any more.
    pub async fn report(
        &self,
        ground: &Ground,
        draft: &DraftId,
        told: &Told,
    ) -> Result<crate::domain::CaseId, DeskError> {
        self.may_take()?;
        let mut submission = self.read(ground, draft, told).await?;
        submission.wait = self.rules.undo;
        let accepted = self.store.accept(submission).await?;
        let (Accepted::New(id) | Accepted::Existing(id)) = accepted;
        let row = self.store.submission(Kind::Ticket, id).await?.ok_or(DeskError::NotThere)?;
        let case = row.cases.first().ok_or(DeskError::NotThere)?;
        Ok(case.id)
    }
}
