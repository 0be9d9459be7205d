//! A receipt for the person: one disclosure in one file, to be kept, and checked without us.
//!
//! It holds the leaf in its very bytes, the proof that it is in the log, what opens the digests of
//! the person's own fields, the keys of the log, and how to check all that. What it proves is read
//! from leaf and openings; the text in it explains, and proves nothing. `schemas/log/receipt.json`.
//!
//! Auditors take any leaf along in the same form: of one that is no disclosure nothing is opened, and
//! it has no outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::swedish;
use crate::domain::{Field, Personal};
use crate::log::{
    Checkpoint, Event, Facets, Intent, Leaf, Note, Opening, Outcome, Receipt, ReceiptError,
    VerifierKey, leaf_hash,
};

/// A longer file is not read.
pub const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;

const FORMAT: &str = "sluss-receipt/1";

/// How to check it, for people.
const CHECK: &[&str] = &[
    "Med sluss: sluss log verify FIL --key NYCKEL. Det går utan nät och utan tillgång till oss.",
    "Nyckeln i filen säger bara vem som påstås ha skrivit under. Jämför den med den som vi har publicerat.",
    "Med andra program: proof är ett bevis i formatet c2sp.org/tlog-proof, leaf är postens exakta bytes i \
     UTF-8. Postens hash är SHA-256 över en nollbyte och posten (RFC 6962).",
    "Varje rad i openings är en disclosure enligt RFC 9901: SHA-256 över radens tecken, skriven i base64url, \
     ska finnas i postens _sd. Avkodad från base64url är raden [salt, uppgift, värde].",
    "outcome är posten om hur det gick, med ett eget bevis.",
];

/// A leaf with the proof that it is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proven {
    leaf: String,
    proof: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    text: Vec<String>,
    check: Vec<String>,
    leaf: String,
    proof: String,
    openings: Vec<String>,
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<Proven>,
}

/// What is wrong with a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptFault {
    /// Too large.
    #[error("a receipt has at most {FILE_BYTES_MAX} bytes")]
    Size,
    /// Not a receipt, or of a newer format.
    #[error("not a receipt in the format {FORMAT}")]
    Form,
    /// A key in it cannot be read.
    #[error("the keys of the receipt cannot be read")]
    Keys,
    /// The leaf is not in the log that the keys are of.
    #[error("the leaf is not proved: {0}")]
    Leaf(ReceiptError),
    /// What was proved to be in the log is no leaf that we know how to read.
    #[error("the leaf cannot be read: it is damaged, or of a newer format")]
    Kind,
    /// An opening opens nothing in the leaf: the value is not what was sent.
    #[error("opening {0} does not belong to the leaf: it was forged, or is of another disclosure")]
    Opening(usize),
    /// The outcome is not in the log, or is of another disclosure.
    #[error("the outcome is not that of this disclosure")]
    Outcome,
}

/// One disclosure to be kept. Not printable: it holds what was sent.
pub struct PersonalReceipt(File);

/// What a receipt proves.
pub struct Proved {
    /// The head of the log that vouches for it.
    pub checkpoint: Checkpoint,
    /// That head as it was signed, with the lines of witnesses.
    pub note: Note,
    /// The keys that were believed.
    pub keys: Vec<VerifierKey>,
    /// The disclosure, or what else it is.
    pub leaf: Leaf,
    /// Its position.
    pub index: crate::log::LeafIndex,
    /// What was sent, where it is opened.
    pub opened: BTreeMap<Field, Personal>,
    /// How it ended, where the receipt says so.
    pub outcome: Option<Outcome>,
    /// Whether the keys came from elsewhere; else they stood in the receipt, and anybody can write
    /// a key into a file.
    pub trusted: bool,
}

impl PersonalReceipt {
    /// Puts one together, of what was proved already. `text` tells people what it is about.
    pub fn new(
        text: Vec<String>,
        (leaf, proof): (&str, &Receipt),
        openings: &[Opening],
        keys: &[VerifierKey],
        outcome: Option<(&str, &Receipt)>,
    ) -> Self {
        Self(File {
            format: FORMAT.to_owned(),
            text,
            check: CHECK.iter().map(|line| (*line).to_owned()).collect(),
            leaf: leaf.to_owned(),
            proof: proof.to_string(),
            openings: openings.iter().map(|one| one.disclosure().to_owned()).collect(),
            keys: keys.iter().map(ToString::to_string).collect(),
            outcome: outcome
                .map(|(leaf, proof)| Proven { leaf: leaf.to_owned(), proof: proof.to_string() }),
        })
    }

    /// Whether a file says that it is one. Says nothing about whether it is right.
    pub fn is_named_in(file: &[u8]) -> bool {
        serde_json::from_slice::<serde_json::Value>(file)
            .is_ok_and(|file| file["format"].as_str().is_some_and(|of| of.starts_with("sluss-rec")))
    }

    /// Reads a file. Nothing is verified by that.
    pub fn parse(file: &[u8]) -> Result<Self, ReceiptFault> {
        if file.len() > FILE_BYTES_MAX {
            return Err(ReceiptFault::Size);
        }
        let file: File = serde_json::from_slice(file).map_err(|_| ReceiptFault::Form)?;
        if file.format == FORMAT { Ok(Self(file)) } else { Err(ReceiptFault::Form) }
    }

    /// The keys that it says are the log's. Anybody can write a key into a file.
    pub fn keys(&self) -> Result<Vec<VerifierKey>, ReceiptFault> {
        let keys = self.0.keys.iter().map(|key| VerifierKey::parse(key).ok());
        keys.collect::<Option<_>>().ok_or(ReceiptFault::Keys)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        // Strings and lists of strings only: there is nothing that could not be written.
        serde_json::to_string_pretty(&self.0).unwrap_or_default() + "\n"
    }

    /// Checks that it is what it says, with the log's keys; with those in the receipt where none
    /// are given.
    pub fn verify(&self, trusted: Option<&[VerifierKey]>) -> Result<Proved, ReceiptFault> {
        let own = self.keys()?;
        let keys = trusted.unwrap_or(&own);
        let proof = Receipt::parse(&self.0.proof).map_err(ReceiptFault::Leaf)?;
        let body = self.0.leaf.as_bytes();
        let checkpoint = proof.verify(body, keys).map_err(ReceiptFault::Leaf)?;
        let leaf = Leaf::parse(body).map_err(|_| ReceiptFault::Kind)?;
        let intent = intent_of(&leaf);
        let mut opened = BTreeMap::new();
        for (n, disclosure) in self.0.openings.iter().enumerate() {
            let forged = ReceiptFault::Opening(n + 1);
            let opening = Opening::parse(disclosure).map_err(|_| forged.clone())?;
            let (name, value) = opening.name_and_value();
            let intent = intent.ok_or_else(|| forged.clone())?;
            let field = Field::parse(&name).filter(|field| intent.sent.contains(field));
            let field = field.filter(|_| intent.sd.contains(&opening.digest()));
            let field = field.ok_or_else(|| forged.clone())?;
            if opened.insert(field, Personal::new(value.to_string())).is_some() {
                return Err(forged);
            }
        }
        let outcome = self.0.outcome.as_ref().map(|outcome| {
            outcome_of(outcome, keys, &checkpoint)
                .filter(|_| intent.is_some())
                .filter(|of| of.intent == proof.index() && of.intent_hash == leaf_hash(body))
                .ok_or(ReceiptFault::Outcome)
        });
        Ok(Proved {
            checkpoint,
            note: proof.checkpoint().clone(),
            keys: keys.to_vec(),
            index: proof.index(),
            opened,
            outcome: outcome.transpose()?,
            trusted: trusted.is_some(),
            leaf,
        })
    }
}

/// What was disclosed, where it is a disclosure.
fn intent_of(leaf: &Leaf) -> Option<&Intent> {
    match &leaf.event {
        Event::Intent(intent) => Some(intent),
        _ => None,
    }
}

/// The outcome, if it stands in the same log.
fn outcome_of(proven: &Proven, keys: &[VerifierKey], log: &Checkpoint) -> Option<Outcome> {
    let proof = Receipt::parse(&proven.proof).ok()?;
    let checkpoint = proof.verify(proven.leaf.as_bytes(), keys).ok()?;
    match Leaf::parse(proven.leaf.as_bytes()).ok()?.event {
        Event::Outcome(outcome) if checkpoint.origin == log.origin => Some(outcome),
        _ => None,
    }
}

impl Proved {
    /// The disclosure; `None`: the leaf is of another kind.
    pub fn intent(&self) -> Option<&Intent> {
        intent_of(&self.leaf)
    }

    /// In plain Swedish. `values` shows what was sent.
    pub fn lines(&self, values: bool) -> Vec<String> {
        let mut lines = vec![format!(
            "Post {} i loggen {} av {} poster",
            self.index, self.checkpoint.origin, self.checkpoint.size
        )];
        match self.intent() {
            Some(intent) => self.disclosed(intent, values, &mut lines),
            None => self.noted(&mut lines),
        }
        lines
    }

    fn disclosed(&self, intent: &Intent, values: bool, lines: &mut Vec<String>) {
        let Intent { recipient, purpose, basis, sent, withheld, masked, .. } = intent;
        lines.push(format!(
            "{} antecknades att uppgifter lämnas ut till {}, {} ({})",
            self.leaf.at.rfc3339(),
            recipient.legal_name,
            recipient.org_no,
            recipient.country
        ));
        lines.push(format!("ändamål: {}", swedish::purpose(*purpose)));
        lines.extend(basis.iter().map(|one| format!("rättslig grund: {}", swedish::basis(*one))));
        for field in sent {
            let value = match (self.opened.get(field), values) {
                (Some(value), true) => format!(" = {} (bevisat)", value.disclose()),
                (Some(_), false) => " (innehållet är bevisat)".to_owned(),
                (None, _) => " (innehållet finns inte i kvittot)".to_owned(),
            };
            lines.push(format!("lämnades ut: {}{value}", swedish::field(*field)));
        }
        lines.extend(withheld.iter().map(|one| format!("undanhölls: {}", swedish::field(*one))));
        lines.extend(masked.iter().map(|mask| format!("maskerades: {}", swedish::masked(mask))));
        let result = self.outcome.as_ref().map(|outcome| outcome.result);
        lines.push(format!("utfall: {}", swedish::outcome(result)));
    }

    /// What is no disclosure, by what it can be found by.
    fn noted(&self, lines: &mut Vec<String>) {
        let facets = Facets::of(&self.leaf.event);
        let (at, kind) = (self.leaf.at.rfc3339(), swedish::kind(facets.kind));
        lines.push(format!("{at} antecknades: {kind}"));
        if let Event::Outcome(outcome) = &self.leaf.event {
            let result = swedish::outcome(Some(outcome.result));
            lines.push(format!("utfall av post {}: {result}", outcome.intent));
        }
        lines.extend(facets.recipient.map(|one| format!("mottagare: {one}")));
        lines.extend(facets.purpose.map(|one| format!("ändamål: {}", swedish::purpose(one))));
        lines.extend(facets.reason.map(|one| format!("skäl: {one}")));
        lines.extend(facets.actor.map(|one| format!("roll: {one}")));
    }
}
