//! How long it takes to export a log and to verify the folder, and how much memory that takes: a log of intents
//! and their outcomes as a deployment writes them, kept by the store itself.
//!
//! ```sh
//! cargo bench --bench export             # 100,000 leaves
//! cargo bench --bench export -- 1000000  # so many
//! ```
//!
//! Memory is the highest that the process has had until then, so each line includes those before it.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluss::domain::{
    Entropy, Field, Handling, LeafId, LegalBasis, MaskCount, OsEntropy, PolicyId, Purpose,
    RecipientId, RuleId, SystemClock,
};
use sluss::export::{self, Trust};
use sluss::log::{
    Code, ConditionName, Event, Fingerprint, Intent, Outcome, OutcomeResult, RecipientRecord, Role,
    SubjectKey, digest,
};
use sluss::store::{Limits, Opening, Store};
use tokio::task::JoinSet;

/// How many are written at the same time.
const CALLERS: usize = 1_024;

#[tokio::main]
async fn main() {
    let leaves = std::env::args().find_map(|one| one.parse().ok()).unwrap_or(100_000_u64);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Opening {
        dir: &dir.path().join("state"),
        origin: "log.example.se/disclosures/2026",
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        limits: Limits { deadline: Duration::from_mins(1), ..Limits::default() },
        servers: None,
    })
    .unwrap();
    let mut left = leaves.saturating_sub(1) / 2;
    let begun = Instant::now();
    while left > 0 {
        let round = left.min(CALLERS as u64 * 16);
        grow(&store, round).await;
        left -= round;
    }
    told("written", leaves, begun);

    let folder = dir.path().join("export");
    let begun = Instant::now();
    let exported = export::write(&store, &folder, Role::Auditor, None).await.unwrap();
    told("exported", exported.size.0, begun);
    let begun = Instant::now();
    let again = export::write(&store, &folder, Role::Auditor, None).await.unwrap();
    told("extended", again.size.0 - exported.size.0, begun);

    let trust = Trust::Fingerprint(Fingerprint::of(&exported.key));
    let begun = Instant::now();
    let report = export::verify(&folder, &trust).unwrap();
    told("verified", report.log.size.0, begun);
    assert!(report.is_sound(), "{:?}", report.log.faults);
    println!(
        "bytes per leaf      {:>10.0} in the folder",
        bytes(&folder) as f64 / again.size.0 as f64
    );
}

/// Intents, and for each its outcome.
async fn grow(store: &Store, pairs: u64) {
    let mut callers = JoinSet::new();
    let each = pairs.div_ceil(CALLERS as u64);
    let mut left = pairs;
    while left > 0 {
        let mine = left.min(each);
        left -= mine;
        let store = store.clone();
        callers.spawn(async move {
            for _ in 0..mine {
                let intent = store.note(intent()).await.unwrap();
                let outcome = Outcome {
                    intent: intent.index(),
                    intent_hash: intent.hash(),
                    result: OutcomeResult::Accepted,
                    code: Some(Code::http(201)),
                };
                store.note(Event::Outcome(outcome)).await.unwrap();
            }
        });
    }
    callers.join_all().await;
}

fn intent() -> Event {
    let mut secret = [0; 32];
    OsEntropy.fill(&mut secret);
    let (key, leaf) = (SubjectKey::new(secret), LeafId::draw(&OsEntropy));
    let sent = [Field::AccessId, Field::ServiceId, Field::CaseReference, Field::Operation];
    let sd = sent.iter().map(|field| field.as_str()).chain(["subject", "message"]);
    let rule = |id: &str| RuleId::parse(id).unwrap();
    Event::Intent(Intent {
        recipient: RecipientRecord {
            id: RecipientId::parse("globalconnect").unwrap(),
            legal_name: "GlobalConnect AB".to_owned(),
            org_no: "556597-6122".to_owned(),
            country: "SE".to_owned(),
            agreement: "PUB-2026-02".to_owned(),
        },
        endpoint: "on-api 2.6 api.example.se".to_owned(),
        purpose: Purpose::Activate,
        basis: [LegalBasis::Contract].into(),
        policy: PolicyId::new([7; 32]),
        rules: ["delivery.access", "delivery.service", "delivery.reference"].map(rule).into(),
        sent: sent.into(),
        withheld: [Field::Personnummer, Field::ContactEmail, Field::ContactPhone].into(),
        not_carried: [Field::FaultLamps].into(),
        conditions: [("visit.booked", false), ("subject.person", true)]
            .into_iter()
            .filter_map(|(name, held)| Some((ConditionName::parse(name)?, held)))
            .collect(),
        handling: Handling::Ordinary,
        replaced: BTreeSet::new(),
        masked: vec![MaskCount {
            field: Field::FaultDescription,
            kind: "telefon".to_owned(),
            count: 1,
        }],
        actor: Role::System,
        attempt: 1,
        sd: sd.map(|name| digest::digest(&key, leaf, name, "value")).collect::<BTreeSet<_>>(),
    })
}

fn told(what: &str, leaves: u64, begun: Instant) {
    let took = begun.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    println!(
        "{what:<19} {took:>10.2} s  {:>10.0} leaves/s  at most {peak} of memory ({leaves} leaves)",
        leaves as f64 / took
    );
}

fn bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let size = |entry: std::fs::DirEntry| match entry.metadata().unwrap() {
        folder if folder.is_dir() => bytes(&entry.path()),
        file => file.len(),
    };
    entries.map(size).sum()
}
