//! What the disclosure log costs: durable appends by callers at once, proofs from disk, checkpoints,
//! memory and bytes as it grows. On SQLite in files on the disk of the target folder, with what the
//! service does: `synchronous=FULL`, a signed checkpoint in each commit, and its copy moved before
//! anybody is answered.
//!
//! ```sh
//! cargo bench --bench log                         # up to 100,000 leaves
//! SLUSS_BENCH_LEAVES=1000000 cargo bench --bench log
//! SLUSS_BENCH_ONLY=append cargo bench --bench log # the first table alone
//! ```
//!
//! What an auditor does with a whole log (verify, export) is measured where that is (`log export`).
//!
//! Figures depend on the disk: beside them stands the cost of a bare durable write of 4 KiB, taken
//! before and behind each, in the same run. What is compared is the ratio.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

#[path = "throughput/disk.rs"]
mod disk;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use criterion::Criterion;
use sluss::domain::{
    Entropy, Field, Handling, LeafId, LegalBasis, OsEntropy, PolicyId, Purpose, RecipientId,
    RuleId, SystemClock,
};
use sluss::log::digest::digest;
use sluss::log::{
    Checkpoint, ConsistencyProof, Event, InclusionProof, Intent, LeafIndex, Note, RecipientRecord,
    Role, SigningKey, SubjectKey, TreeSize, leaf_hash,
};
use sluss::store::{Limits, Opening, Store};
use tokio::runtime::Runtime;

const ORIGIN: &str = "log.example.se/disclosures";
/// How long each number of callers appends.
const TURN: Duration = Duration::from_secs(4);

fn main() {
    let most = std::env::var("SLUSS_BENCH_LEAVES").ok().and_then(|n| n.parse().ok());
    let only = std::env::var("SLUSS_BENCH_ONLY").unwrap_or_default();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("callers   leaves/s   ack p50      p99   fsync of 4 KiB before and behind (median)");
    for callers in [1, 8, 32, 128] {
        let place = tempfile::tempdir_in(dir.path()).unwrap();
        runtime.block_on(append(place.path(), callers));
    }
    if only == "append" {
        return;
    }
    let (place, most) = (dir.path().join("grown"), most.unwrap_or(100_000));
    let store = runtime.block_on(grow(&place, most));
    proofs(&runtime, &store, most);
    drop(store);
}

/// Callers that each wait for their answer before they ask again, as the lanes of a worker do.
async fn append(place: &Path, callers: usize) {
    let store = open(place);
    let event = Arc::new(intent());
    let before = disk::fsync(place);
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (store, event) = (store.clone(), Arc::clone(&event));
        tasks.spawn(async move {
            let mut waits = Vec::new();
            while begun.elapsed() < TURN {
                let asked = Instant::now();
                store.note(Event::clone(&event)).await.unwrap();
                waits.push(asked.elapsed());
            }
            waits
        });
    }
    let mut waits = tasks.join_all().await.concat();
    let took = begun.elapsed();
    let behind = disk::fsync(place);
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
    println!(
        "{callers:>7} {:>10.0} {:>6.2} ms {:>5.2} ms   {:.2} ms, {:.2} ms",
        waits.len() as f64 / took.as_secs_f64(),
        at(50),
        at(99),
        before * 1e3,
        behind * 1e3,
    );
    assert_eq!(store.size().await.unwrap().0, waits.len() as u64, "each acknowledged, none else");
}

/// Grows a log, and says what it takes on disk and in memory at each size.
async fn grow(place: &Path, most: u64) -> Store {
    let store = open(place);
    let event = Arc::new(intent());
    println!(
        "\n   leaves   bytes/leaf   of which body   resident memory   inclusion proof from disk"
    );
    let body = body_bytes(&event);
    for size in [10_000, 100_000, 1_000_000].into_iter().filter(|size| *size <= most) {
        let left = Arc::new(AtomicU64::new(size - store.size().await.unwrap().0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..256 {
            let (store, event, left) = (store.clone(), Arc::clone(&event), Arc::clone(&left));
            tasks.spawn(async move {
                let take =
                    || left.try_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
                while take().is_ok() {
                    store.note(Event::clone(&event)).await.unwrap();
                }
            });
        }
        tasks.join_all().await;
        let files = ["sluss.db", "sluss.db-wal"].map(|name| std::fs::metadata(place.join(name)));
        let bytes: u64 = files.into_iter().flatten().map(|file| file.len()).sum();
        let begun = Instant::now();
        for n in 0..200 {
            let index = LeafIndex(n * 7_919 % size);
            black_box(store.inclusion(index, TreeSize(size)).await.unwrap());
        }
        let proof = begun.elapsed().as_secs_f64() / 200.0;
        println!(
            "{size:>9} {:>12.0} {body:>15} {:>13.1} MiB {:>15.3} ms",
            bytes as f64 / size as f64,
            resident_mib(),
            proof * 1e3
        );
    }
    store
}

fn proofs(runtime: &Runtime, store: &Store, size: u64) {
    let mut criterion = Criterion::default().configure_from_args();
    let size = TreeSize(size.min(runtime.block_on(store.size()).unwrap().0));
    let note = runtime.block_on(store.checkpoint(None)).unwrap().unwrap();
    let note = Note::parse(&note).unwrap();
    let key = [store.verifier_key()];
    let head = Checkpoint::open(&note, &key).unwrap();
    let mut group = criterion.benchmark_group("log");
    let mut index = 0;
    group.bench_function("inclusion proof from disk", |bencher| {
        bencher.iter(|| {
            index = (index + 7_919) % size.0;
            runtime.block_on(store.inclusion(LeafIndex(index), size)).unwrap()
        });
    });
    group.bench_function("consistency proof from disk", |bencher| {
        bencher.iter(|| {
            index = (index + 7_919) % size.0;
            runtime.block_on(store.consistency(TreeSize(index + 1), size)).unwrap()
        });
    });
    let leaf = runtime.block_on(store.leaves(LeafIndex(size.0 / 3), 1)).unwrap().remove(0);
    let hashes = runtime.block_on(store.inclusion(leaf.index, head.size)).unwrap();
    let proof = InclusionProof::new(hashes).unwrap();
    group.bench_function("inclusion proof verified", |bencher| {
        bencher.iter(|| proof.verify(&leaf_hash(&leaf.body), leaf.index, head.size, &head.root));
    });
    let old = TreeSize(size.0 / 3 + 1);
    let hashes = runtime.block_on(store.consistency(old, head.size)).unwrap();
    let proof = ConsistencyProof::new(hashes).unwrap();
    // A root that does not fit is found as late as one that does.
    group.bench_function("consistency proof verified", |bencher| {
        bencher.iter(|| proof.verify(old, &leaf.hash, head.size, &head.root));
    });
    let signer = SigningKey::new(head.origin.clone(), &OsEntropy.array_32());
    group.bench_function("checkpoint signed", |bencher| {
        bencher.iter(|| head.sign(&signer).unwrap());
    });
    group.bench_function("checkpoint verified", |bencher| {
        bencher.iter(|| Checkpoint::open(&note, &key).unwrap());
    });
    group.finish();
    let begun = Instant::now();
    let findings = runtime.block_on(store.fsck()).unwrap();
    let took = begun.elapsed();
    // Nothing but that no case waits for these intents: none was handed in.
    let open = findings.open_intents;
    assert_eq!(findings.wrong_count, open, "{:?}", findings.wrong.first());
    println!(
        "everything derived anew (fsck): {} leaves, {} checkpoints in {:.1} s",
        findings.size,
        findings.checkpoints,
        took.as_secs_f64()
    );
}

fn open(place: &Path) -> Store {
    Store::open(&Opening {
        dir: place,
        origin: ORIGIN,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        limits: Limits { deadline: Duration::from_mins(1), ..Limits::default() },
        servers: None,
    })
    .unwrap()
}

/// An intent as an order with a contact makes one.
fn intent() -> Event {
    let (key, leaf) = (SubjectKey::new([7; 32]), LeafId::draw(&OsEntropy));
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
        policy: PolicyId::new([0xab; 32]),
        rules: [RuleId::parse("activate.access").unwrap()].into(),
        sent: [Field::AccessId].into(),
        withheld: [Field::ContactName, Field::ContactPhone, Field::Personnummer].into(),
        not_carried: [].into(),
        conditions: [].into(),
        handling: Handling::Ordinary,
        replaced: [].into(),
        masked: Vec::new(),
        actor: Role::System,
        attempt: 1,
        sd: ["case", "message"].map(|name| digest(&key, leaf, name, "a value")).into(),
    })
}

fn body_bytes(event: &Event) -> usize {
    let at = sluss::domain::Clock::now(&SystemClock);
    let leaf = sluss::log::Leaf { id: LeafId::draw(&OsEntropy), at, event: event.clone() };
    leaf.to_bytes().unwrap().len()
}

/// Of this process, without what the system keeps of its files.
fn resident_mib() -> f64 {
    let facts = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = facts.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1_048_576.0
}

/// Key material for a benchmark.
trait Array {
    fn array_32(&self) -> [u8; 32];
}

impl Array for OsEntropy {
    fn array_32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }
}
