//! The store's conformance suite: what every half must do, seen through [`Store`] alone.
//!
//! Nothing here knows which half is open but [`Place::open`]. What is about files and rows of the
//! embedded half stands in `store/files.rs` and `store/trust.rs`.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod cases;
mod entries;
mod faults;
mod files;
mod life;
mod log;
mod model;
mod operators;
mod person;
mod processes;
mod settling;
// A release build has no points at which it could be directed.
#[cfg(debug_assertions)]
mod sharing;
mod together;
mod trust;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sluss::domain::{
    CaseId, CaseState, ClientId, Field, Handling, HoldReason, LeafId, LegalBasis,
    OperatorReference, PolicyId, Purpose, RecipientId, RuleId, SeededEntropy, Timestamp,
};
use sluss::domain::{Clock, ManualClock};
use sluss::intake::{Context, Kind, Submission, read};
use sluss::log::{
    Event, FieldDigest, Intent, KeyName, Leaf, LeafIndex, Note, RecipientRecord, Release, Report,
    Role, Stopped, SubjectKey, Verifier, digest::digest,
};
use sluss::store::{
    Appended, CaseFilter, CaseRow, Claim, Claimed, Disclosure, LeftAlone, Limits, Opening, Store,
    StoreError, Work,
};
use tempfile::TempDir;

use crate::postgres::servers;

const ORIGIN: &str = "log.example.se/disclosures/2026";
const START: Timestamp = Timestamp::from_micros(1_772_373_900_000_000);
const LEASE: Duration = Duration::from_mins(1);

/// Frees what processes that are gone had leased, until it is at least so much; how much it is. A program
/// that another test is just starting holds a copy of every lock of this process until it has begun: a
/// store that was closed counts as open so long.
async fn reaped(store: &Store, least: usize) -> usize {
    let (mut freed, begun) = (0, std::time::Instant::now());
    loop {
        freed += store.reap().await.unwrap();
        if freed >= least {
            return freed;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{freed} of {least} are free");
        tokio::task::yield_now().await;
    }
}

/// A folder for a store, and the clock of all that open it.
struct Place {
    dir: TempDir,
    clock: Arc<ManualClock>,
    /// Each opening draws from a sequence of its own, as two processes do.
    seeds: AtomicU64,
    entropy: SeededEntropy,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(START)),
            seeds: AtomicU64::new(1),
            entropy: SeededEntropy::new(0),
        }
    }

    /// The one place that opens a store.
    fn try_open(&self) -> Result<Store, StoreError> {
        let seed = self.seeds.fetch_add(1, Ordering::Relaxed);
        open_seeded(self.path(), self.clock.clone(), seed)
    }

    fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    fn refused(&self) -> StoreError {
        self.try_open().err().unwrap()
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    fn leaf_id(&self) -> LeafId {
        LeafId::draw(&self.entropy)
    }

    fn take_in(&self, kind: Kind, body: &Value) -> Submission {
        let recipients = BTreeSet::from([recipient(), other_recipient()]);
        let context = Context {
            client: &ClientId::parse("crm").unwrap(),
            recipients: &recipients,
            now: self.clock.now(),
            entropy: &self.entropy,
            bytes_max: 1 << 20,
            accesses: &sluss::intake::NoLists,
        };
        read(kind, body.to_string().as_bytes(), &context).ok().unwrap()
    }

    fn order(&self, external: &str) -> Submission {
        self.take_in(Kind::Order, &order(external))
    }

    /// A case in keeping, and not yet looked at.
    async fn accepted(&self, store: &Store, external: &str) -> CaseId {
        let submission = self.order(external);
        let case = submission.items[0].case.id();
        store.accept(submission).await.unwrap();
        case
    }

    /// An accepted case in a worker's hands.
    async fn claimed(&self, store: &Store, external: &str) -> Claimed {
        let case = self.accepted(store, external).await;
        let claimed = deliver(store).await;
        assert_eq!(claimed.claim.case(), case);
        claimed
    }

    /// A case whose disclosure stands in the log.
    async fn recorded(&self, store: &Store, external: &str) -> (Claim, Appended) {
        let claimed = self.claimed(store, external).await;
        let appended = self.append(store, &claimed).await.unwrap();
        (claimed.claim, appended)
    }

    async fn append(&self, store: &Store, claimed: &Claimed) -> Result<Appended, StoreError> {
        let batch = vec![self.disclosure(claimed)];
        store.append(batch, LEASE).await.unwrap().remove(0)
    }

    fn disclosure(&self, claimed: &Claimed) -> Disclosure {
        let leaf = self.leaf_id();
        let event = intent(&claimed.key, leaf, claimed.claim.case(), claimed.claim.attempt() + 1);
        Disclosure::new(&claimed.claim, leaf, event)
    }

    /// What a person writes down when deciding.
    fn decision(&self) -> (LeafId, Event) {
        let release = Release {
            recipient: recipient(),
            purpose: Purpose::Activate,
            reason: HoldReason::Person.into(),
            actor: Role::Operations,
            sd: BTreeSet::new(),
        };
        (self.leaf_id(), Event::Release(release))
    }

    /// What is written down when nothing may leave.
    fn stop(&self) -> (LeafId, Event) {
        let stopped = Stopped {
            recipient: recipient(),
            purpose: Purpose::Activate,
            policy: None,
            reason: HoldReason::NoRule,
            withheld: [Field::ContactPhone].into(),
            actor: Role::System,
            sd: BTreeSet::new(),
        };
        (self.leaf_id(), Event::Refusal(stopped))
    }
}

fn open_seeded(dir: &Path, clock: Arc<dyn Clock>, seed: u64) -> Result<Store, StoreError> {
    open_limited(dir, clock, seed, Limits::default())
}

fn open_limited(
    dir: &Path,
    clock: Arc<dyn Clock>,
    seed: u64,
    limits: Limits,
) -> Result<Store, StoreError> {
    Store::open(&Opening {
        dir,
        origin: ORIGIN,
        clock,
        entropy: Arc::new(SeededEntropy::new(seed)),
        limits,
        servers: servers(dir).as_ref(),
    })
}

fn recipient() -> RecipientId {
    RecipientId::parse("globalconnect").unwrap()
}

fn other_recipient() -> RecipientId {
    RecipientId::parse("ip-only").unwrap()
}

fn operator_reference(text: &str) -> OperatorReference {
    OperatorReference::parse(text).unwrap()
}

/// What is personal in [`order`] and [`ticket`], also the parts that intake does not keep.
const PERSONAL: &[&str] = &[
    "Astrid",
    "Lindqvist",
    "19121212-1212",
    "191212121212",
    "1212-1212",
    "701740605",
    "174 06 05",
    "astrid@example",
    "4711",
    "Kungsgatan",
    "41369",
    "cust-991",
    "aabbcc112233",
    "aa:bb:cc",
];

fn order(external: &str) -> Value {
    json!({
        "externalId": external, "category": "broadband",
        "relatedParty": [
            { "id": "globalconnect", "role": "communicationsOperator" },
            { "id": "cust-991", "role": "customer", "@referredType": "Individual",
              "givenName": "Astrid", "familyName": "Lindqvist",
              "individualIdentification": [
                  { "identificationType": "personnummer", "identificationId": "19121212-1212" } ],
              "contactMedium": [
                  { "mediumType": "mobile", "characteristic": { "phoneNumber": "+46701740605" } },
                  { "mediumType": "email",
                    "characteristic": { "emailAddress": "astrid@example.se" } } ] } ],
        "note": [ { "text": "Ring Astrid på 070-174 06 05 innan. Portkod 4711." } ],
        "serviceOrderItem": [ { "id": "1", "action": "add", "service": {
            "serviceSpecification": { "id": "BB-1000-1000" },
            "serviceCharacteristic": [ { "name": "accessId", "value": "STTA0001" } ],
            "place": [ { "role": "installationAddress", "streetName": "Kungsgatan",
                "streetNr": "10", "postcode": "41369", "city": "Göteborg", "country": "SE" } ] } } ]
    })
}

fn ticket(external: &str) -> Value {
    json!({
        "externalId": external, "ticketType": "fault", "severity": "major",
        "description": "Astrid har ingen länk sedan i natt.",
        "relatedParty": [
            { "id": "ip-only", "role": "communicationsOperator" },
            { "id": "cust-991", "role": "customer", "givenName": "Astrid",
              "familyName": "Lindqvist" } ],
        "relatedEntity": [ { "id": "STTA0001", "role": "access" } ],
        "characteristic": [
            { "name": "problemType", "value": "NO_LINK" },
            { "name": "macAddress", "value": "aa:bb:cc:11:22:33" } ]
    })
}

/// The leaf that stands for a message.
fn intent(key: &SubjectKey, leaf: LeafId, case: CaseId, attempt: u32) -> Event {
    let commit = |name: &str, value: &str| -> FieldDigest { digest(key, leaf, name, value) };
    Event::Intent(Intent {
        recipient: RecipientRecord {
            id: recipient(),
            legal_name: "GlobalConnect AB".to_owned(),
            org_no: "556597-6122".to_owned(),
            country: "SE".to_owned(),
            agreement: "PUB-2026-02".to_owned(),
        },
        endpoint: "on-api 2.6 api.example.se".to_owned(),
        purpose: Purpose::Activate,
        basis: [LegalBasis::Contract].into(),
        policy: PolicyId::new([0xab; 32]),
        rules: [RuleId::parse("activate.access").unwrap()].into(),
        sent: [Field::AccessId, Field::ContactPhone].into(),
        withheld: [Field::Personnummer].into(),
        not_carried: BTreeSet::new(),
        conditions: std::collections::BTreeMap::new(),
        handling: Handling::Ordinary,
        masked: Vec::new(),
        replaced: BTreeSet::new(),
        actor: Role::System,
        attempt,
        sd: [commit("case", &case.to_string()), commit("contact.phone", "+46701740605")].into(),
    })
}

async fn claim(store: &Store, most: usize) -> Vec<Work> {
    store.claim(&recipient(), most, LEASE).await.unwrap()
}

/// The one due case, to be sent.
async fn deliver(store: &Store) -> Claimed {
    let mut work = claim(store, 2).await;
    assert_eq!(work.len(), 1, "one case is due");
    match work.remove(0) {
        Work::Deliver(claimed) => *claimed,
        Work::Reconcile(_) | Work::Follow(_) => panic!("the case is not to be sent"),
    }
}

async fn row(store: &Store, case: CaseId) -> CaseRow {
    let filter = CaseFilter { id: Some(case), ..CaseFilter::default() };
    store.cases(filter).await.unwrap().remove(0)
}

async fn state(store: &Store, case: CaseId) -> CaseState {
    row(store, case).await.state
}

async fn size(store: &Store) -> u64 {
    store.size().await.unwrap().0
}

async fn leaves(store: &Store) -> Vec<Leaf> {
    let stored = store.leaves(LeafIndex(0), usize::MAX).await.unwrap();
    let leaf = |leaf: &sluss::store::StoredLeaf| Leaf::parse(&leaf.body).unwrap();
    stored.iter().map(leaf).collect()
}

/// What an auditor finds.
async fn audit(store: &Store) -> Report {
    let origin = KeyName::parse(ORIGIN).unwrap();
    let mut verifier = Verifier::new(origin, vec![store.verifier_key()]);
    for leaf in store.leaves(LeafIndex(0), usize::MAX).await.unwrap() {
        verifier.leaf(leaf.index, Some(leaf.hash), &leaf.body);
    }
    let note = store.checkpoint(None).await.unwrap().unwrap();
    verifier.finish(&Note::parse(&note).unwrap())
}

#[track_caller]
fn sound(report: &Report) {
    assert_eq!(report.faults, []);
}
