//! The disclosure log as an auditor meets it: from outside, by its public names only.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod attacks;
mod cose;
mod cosigned;
mod differential;
mod leaves;
mod openings;
mod quorum;
mod signed;
mod tiles;
mod tree;
mod whole;

use std::collections::{BTreeSet, HashMap};

use sluss::domain::{
    Field, HaltReason, Handling, HoldReason, LeafId, LegalBasis, MaskCount, PolicyId, Purpose,
    RecipientId, RuleId, SeededEntropy, Timestamp,
};
use sluss::log::{
    AgreementRecord, Anchor, Checkpoint, Code, ConditionName, Erasure, ErasureReason, Event,
    FieldDigest, Frontier, Hash, Intent, KeyChange, KeyInForce, KeyName, Kind, Leaf, LeafIndex,
    Nodes, Note, Outcome, OutcomeResult, PolicyInForce, Read, RecipientRecord, RegistryEntry,
    Release, Resume, Role, SigningKey, Stopped, SubjectKey, digest, leaf_hash,
};

pub(crate) const ORIGIN: &str = "log.example.se/disclosures/2026";

/// A node that nobody has kept.
#[derive(Debug, PartialEq)]
pub(crate) struct Missing;

/// A log in memory: what a store keeps, and no more.
#[derive(Default)]
pub(crate) struct Book {
    bodies: Vec<Vec<u8>>,
    nodes: HashMap<(u8, u64), Hash>,
    frontier: Option<Frontier>,
}

impl Nodes for Book {
    type Error = Missing;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Missing> {
        self.nodes.get(&(level, index)).copied().ok_or(Missing)
    }
}

impl Book {
    pub(crate) fn of(bodies: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut book = Self::default();
        bodies.into_iter().for_each(|body| book.push(body));
        book
    }

    pub(crate) fn push(&mut self, body: Vec<u8>) {
        let frontier = self.frontier.get_or_insert_with(Frontier::empty);
        for node in frontier.push(leaf_hash(&body)) {
            let before = self.nodes.insert((node.level, node.index), node.hash);
            assert_eq!(before, None, "a complete node is complete once");
        }
        self.bodies.push(body);
    }

    pub(crate) fn head(&self) -> Frontier {
        self.frontier.clone().unwrap_or_else(Frontier::empty)
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        let head = self.head();
        Checkpoint { origin: name(ORIGIN), size: head.size(), root: head.root() }
    }

    pub(crate) fn signed(&self) -> Note {
        self.checkpoint().sign(&key()).unwrap()
    }
}

pub(crate) fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

pub(crate) fn key() -> SigningKey {
    SigningKey::new(name(ORIGIN), &[7; 32])
}

fn subject(seed: u8) -> SubjectKey {
    SubjectKey::new([seed; 32])
}

fn leaf(n: u64, event: Event) -> Leaf {
    let second = i64::try_from(n).unwrap();
    Leaf {
        id: LeafId::draw(&SeededEntropy::new(n)),
        at: Timestamp::from_micros((1_772_373_900 + second) * 1_000_000),
        event,
    }
}

fn digests(n: u64, values: &[(&str, &str)]) -> BTreeSet<FieldDigest> {
    let id = LeafId::draw(&SeededEntropy::new(n));
    values.iter().map(|(name, value)| digest::digest(&subject(1), id, name, value)).collect()
}

/// A leaf of each kind, with something in every place. The n-th leaf has its own id and time.
fn sample(kind: Kind, n: u64) -> Leaf {
    let recipient = RecipientId::parse("globalconnect").unwrap();
    let policy = PolicyId::new([0xab; 32]);
    let sd = digests(n, &[("contact.phone", "+46701740605"), ("subject", "cust-991")]);
    let event = match kind {
        Kind::Intent => Event::Intent(Intent {
            recipient: RecipientRecord {
                id: recipient,
                legal_name: "GlobalConnect AB".into(),
                org_no: "556597-6122".into(),
                country: "SE".into(),
                agreement: "PUB-2026-02".into(),
            },
            endpoint: "on-api 2.6 api.example.se".into(),
            purpose: Purpose::FaultReport,
            basis: [LegalBasis::LegitimateInterest, LegalBasis::Contract].into(),
            policy,
            rules: ["fault.report.access", "fault.report.phone"]
                .map(|r| RuleId::parse(r).unwrap())
                .into(),
            sent: [Field::ContactPhone, Field::AccessId, Field::FaultDescription].into(),
            withheld: [Field::Personnummer, Field::ContactEmail, Field::FaultLamps].into(),
            not_carried: [Field::FaultLamps].into(),
            conditions: ["visit.booked", "problem_type in NO_LINK|OTHER"]
                .map(|c| (ConditionName::parse(c).unwrap(), c.starts_with('v')))
                .into(),
            handling: Handling::Ordinary,
            masked: vec![MaskCount {
                field: Field::FaultDescription,
                kind: "telefon".into(),
                count: 2,
            }],
            replaced: [Field::Note].into(),
            actor: Role::Support,
            attempt: 1,
            sd,
        }),
        Kind::Outcome => Event::Outcome(Outcome {
            intent: LeafIndex(0),
            intent_hash: leaf_hash(b"an intent"),
            result: OutcomeResult::Accepted,
            code: Some(Code::http(201)),
        }),
        Kind::Refusal | Kind::Hold => {
            let stopped = Stopped {
                recipient,
                purpose: Purpose::ContactPull,
                policy: Some(policy),
                reason: HoldReason::SpecialHandling,
                withheld: [Field::ContactPhone, Field::ContactName].into(),
                actor: Role::System,
                sd,
            };
            if kind == Kind::Hold { Event::Hold(stopped) } else { Event::Refusal(stopped) }
        }
        Kind::Release => Event::Release(Release {
            recipient,
            purpose: Purpose::Activate,
            reason: HoldReason::Person.into(),
            actor: Role::Operations,
            sd,
        }),
        Kind::Read => Event::Read(Read {
            actor: Role::Auditor,
            what: Code::parse("export").unwrap(),
            first: LeafIndex(0),
            count: 12,
        }),
        Kind::Policy => Event::Policy(PolicyInForce {
            recipient,
            policy,
            version: "2026-03-01".into(),
            registered: RegistryEntry {
                legal_name: "GlobalConnect AB".into(),
                org_no: "556597-6122".into(),
                country: "SE".into(),
                role: Code::parse("processor").unwrap(),
                endpoint: "on-api 2.6 api.example.se".into(),
                enabled: true,
                agreement: Some(AgreementRecord {
                    reference: "PUB-2026-02".into(),
                    valid_from: jiff::civil::date(2026, 1, 1),
                    valid_to: jiff::civil::date(2027, 12, 31),
                }),
            },
        }),
        Kind::Key => Event::Key(KeyInForce::signing(KeyChange::Signs, key().verifier())),
        Kind::Erasure => {
            Event::Erasure(Erasure { reason: ErasureReason::Request, cases: None, sd })
        }
        Kind::Heartbeat => Event::Heartbeat,
        Kind::Anchor => Event::Anchor(Anchor { checkpoint: Book::default().signed().to_string() }),
        Kind::Resume => Event::Resume(Resume {
            halted: HaltReason::OldBackup,
            reason: Code::parse("backup-restored").unwrap(),
            actor: Role::Operations,
        }),
    };
    leaf(n, event)
}

/// One leaf of each kind, in the order of the list.
fn samples() -> Vec<Leaf> {
    Kind::ALL.iter().zip(0..).map(|(kind, n)| sample(*kind, n)).collect()
}

fn outcome_of(n: u64, intent: u64, body: &[u8]) -> Leaf {
    let intent_hash = leaf_hash(body);
    let result = OutcomeResult::Unknown;
    leaf(n, Event::Outcome(Outcome { intent: LeafIndex(intent), intent_hash, result, code: None }))
}
