//! What it costs to find a page of leaves, to count them, and to look at one, in a log of a year: several
//! hundred sets of facets, rare and frequent ones. On SQLite in files on the disk of the target folder.
//!
//! ```sh
//! cargo bench --bench found                          # 100,000 leaves
//! SLUSS_BENCH_LEAVES=1000000 cargo bench --bench found
//! ```
//!
//! Told are the median and the 99th of a hundred runs of each question, with nobody else asking.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sluss::domain::{
    Clock, Field, Handling, LegalBasis, ManualClock, OsEntropy, PolicyId, Purpose, RecipientId,
    RuleId, Timestamp,
};
use sluss::inspection::{Inspection, Parts, Query};
use sluss::log::{Event, Intent, LeafIndex, Outcome, OutcomeResult, RecipientRecord, Role};
use sluss::store::{Limits, Opening, Sight, Store};

const YEAR: Duration = Duration::from_hours(24 * 365);
const RUNS: usize = 100;

fn main() {
    let most = std::env::var("SLUSS_BENCH_LEAVES").ok().and_then(|n| n.parse().ok());
    let most = most.unwrap_or(100_000);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-01-01T00:00:00Z").unwrap()));
    let store = open(dir.path(), clock.clone());
    runtime.block_on(grow(&store, &clock, most));
    println!("{:>10} leaves                                              median        p99", most);
    for asked in [
        "",
        "what=all",
        "what=intent&recipient=operator-3",
        "outcome=rejected",
        "outcome=open",
        "field=cpe.mac&side=sent&from=2026-06-01&to=2026-06-30",
        "rule=rule.17&actor=support",
        "rule=nobody.has.it",
        "group=recipient",
        "group=day",
        "before=50000&purpose=fault.report",
    ] {
        runtime.block_on(measure(&store, clock.clone(), asked));
    }
    runtime.block_on(look(&store, clock, most));
}

fn open(dir: &Path, clock: Arc<dyn Clock>) -> Store {
    Store::open(&Opening {
        dir,
        origin: "log.example.se/disclosures",
        clock,
        entropy: Arc::new(OsEntropy),
        limits: Limits::default(),
        servers: None,
    })
    .unwrap()
}

fn inspection(store: &Store, clock: Arc<ManualClock>) -> Inspection {
    Inspection::new(Parts { store: store.clone(), clock, entropy: Arc::new(OsEntropy) })
}

async fn grow(store: &Store, clock: &Arc<ManualClock>, most: u64) {
    let next = Arc::new(AtomicU64::new(0));
    let step = YEAR / u32::try_from(most / 2).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..256 {
        let (store, clock, next) = (store.clone(), Arc::clone(clock), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= most / 2 {
                    return;
                }
                clock.advance(step);
                let leaf = store.note(intent(n)).await.unwrap();
                let result = match n % 100 {
                    0 => OutcomeResult::Rejected,
                    1 if n % 1_000 == 1 => OutcomeResult::Unknown,
                    2 if n % 10_000 == 2 => continue,
                    _ => OutcomeResult::Accepted,
                };
                let (intent, intent_hash) = (leaf.index(), leaf.hash());
                let outcome = Outcome { intent, intent_hash, result, code: None };
                store.note(Event::Outcome(outcome)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

/// Four operators, twelve purposes, three roles, and fields that differ from case to case.
fn intent(n: u64) -> Event {
    let purposes = Purpose::ALL.len() as u64;
    let purpose = Purpose::ALL[usize::try_from(n * 7 % purposes).unwrap()];
    let roles = [Role::Ordering, Role::Ordering, Role::Support, Role::System];
    let fields = Field::ALL.iter().enumerate();
    let some = |salt: u64| {
        fields.clone().filter(move |(at, _)| (*at as u64 + salt).is_multiple_of(5)).map(|(_, f)| *f)
    };
    Event::Intent(Intent {
        recipient: RecipientRecord {
            id: RecipientId::parse(&format!("operator-{}", n % 4)).unwrap(),
            legal_name: "Operatören AB".to_owned(),
            org_no: "556597-6122".to_owned(),
            country: "SE".to_owned(),
            agreement: "PUB-2026-02".to_owned(),
        },
        endpoint: "on-api 2.6 api.example.se".to_owned(),
        purpose,
        basis: [LegalBasis::Contract].into(),
        policy: PolicyId::new([0xab; 32]),
        rules: [
            RuleId::parse(&format!("rule.{}", n * 7 % purposes)).unwrap(),
            RuleId::parse(&format!("rule.{}", 12 + n % 9)).unwrap(),
        ]
        .into(),
        sent: some(n % 3).collect(),
        withheld: some(3 + n % 2).collect(),
        not_carried: [].into(),
        conditions: [].into(),
        handling: Handling::Ordinary,
        replaced: [].into(),
        masked: Vec::new(),
        actor: roles[usize::try_from(n % 4).unwrap()],
        attempt: 1,
        sd: [].into(),
    })
}

async fn measure(store: &Store, clock: Arc<ManualClock>, asked: &str) {
    let inspection = inspection(store, clock);
    let query = Query::of_address(asked).unwrap();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        let who = (Role::Auditor, Sight::Ordinary);
        black_box(inspection.list(&query, who).await.unwrap());
        times.push(begun.elapsed());
    }
    told(asked, times);
}

async fn look(store: &Store, clock: Arc<ManualClock>, most: u64) {
    let inspection = inspection(store, clock);
    let mut times = Vec::new();
    for n in 0..RUNS as u64 {
        let index = LeafIndex(n * 7_919 % most);
        let begun = Instant::now();
        let who = (Role::Auditor, Sight::Ordinary);
        black_box(inspection.verify(index, who).await.unwrap());
        times.push(begun.elapsed());
    }
    told("one leaf, verified", times);
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let of = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("{what:<60} {:>8.2} ms {:>8.2} ms", of(50), of(99));
}
