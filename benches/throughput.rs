//! Orders end to end with everything on: accepted (durably), minimised, sealed, recorded, sent over
//! loopback HTTP, answered, the outcome in the log. On SQLite and on PostgreSQL with several workers,
//! beside what a bare HTTP client reaches against the same sink, in one run.
//!
//! ```sh
//! cargo bench --bench throughput              # 20,000 orders; SQLite
//! cargo bench --bench throughput -- 5000      # so many
//! cargo bench --bench throughput -- postgres  # beside it PostgreSQL, on a server that is thrown away
//! cargo bench --bench throughput -- claim     # the time of a claim, from 1,000 due cases to a million
//! ```
//!
//! The sink is a process of its own that answers 201 to each order, on one thread. `ms/case` is
//! processor time of all processes of ours, without the sink's and the database server's. `p50` and
//! `p99` run from the moment that an order is handed in until the sink has answered it; in a flood that
//! is time in the queue. `flushes` are those of the block device, whoever asked for them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

#[path = "throughput/disk.rs"]
mod disk;
#[path = "throughput/machine.rs"]
mod machine;
#[path = "throughput/postgres.rs"]
#[expect(dead_code, reason = "what is restarted is so in chaos")]
mod postgres;
#[path = "throughput/sink.rs"]
mod sink;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use machine::{Spent, flushes, now_micros};
use sink::Sink;
use sluss::commands::Deployment;
use sluss::config::Config;
use sluss::domain::{ClientId, Clock, Entropy, OsEntropy, RecipientId, SystemClock};
use sluss::intake::{Context, Kind, NoLists, read};
use sluss::recipients::{Auth, SecretFile};
use sluss::store::{Address, Servers};
use tokio::sync::watch;

const RECIPIENT: &str = "globalconnect";
/// Callers that each wait for their answer before they hand in the next order.
const HANDS: usize = 64;
/// How many messages are under way at once.
const IN_FLIGHT: u32 = 64;
/// Two hundred orders a second, for ten seconds.
const STEADY: (usize, Option<Duration>) = (2_000, Some(Duration::from_millis(5)));

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["sink"] => return sink::serve(),
        ["worker", state, base, ref servers @ ..] => {
            return work(Path::new(state), base, servers);
        }
        _ => {}
    }
    let orders = words.iter().find_map(|word| word.parse().ok()).unwrap_or(20_000);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if words.contains(&"claim") {
        return runtime.block_on(claims(dir.path()));
    }
    println!("fsync of 4 KiB: {:.2} ms (median of 200)", disk::fsync(dir.path()) * 1e3);
    println!("{:<34}  cases/s      p50      p99  ms/case  flushes/case  MiB at most", "");
    runtime.block_on(ceiling(orders));
    let place = |name: &str| dir.path().join(name);
    runtime.block_on(flood("SQLite, flood", &place("flood"), (orders, None), None, 0));
    runtime.block_on(drain("SQLite, backlog", &place("drain"), orders, None, 0));
    runtime.block_on(flood("SQLite, 200 a second", &place("steady"), STEADY, None, 0));
    if words.contains(&"postgres") {
        let server = postgres::Throwaway::start();
        for workers in [1, 2, 4] {
            let servers = server.servers(&format!("flood{workers}"));
            let name = format!("PostgreSQL, flood, workers: {workers}");
            let to = place(&format!("pg{workers}"));
            runtime.block_on(flood(&name, &to, (orders, None), Some(&servers), workers));
            let servers = server.servers(&format!("drain{workers}"));
            let name = format!("PostgreSQL, backlog, workers: {workers}");
            let to = place(&format!("pgd{workers}"));
            runtime.block_on(drain(&name, &to, orders, Some(&servers), workers));
        }
        let servers = server.servers("steady");
        let (name, to) = ("PostgreSQL, 200 a second", place("pgs"));
        runtime.block_on(flood(name, &to, STEADY, Some(&servers), 1));
    }
}

/// A bare client against the same sink: no order can be quicker than that.
async fn ceiling(orders: usize) {
    let sink = Sink::start();
    // The client asks for one, also where it speaks no TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    let to = format!("{}orders/", sink.base());
    let (begun, spent) = (Instant::now(), Spent::now(&[]));
    let mut hands = tokio::task::JoinSet::new();
    for hand in 0..HANDS {
        let (client, to) = (client.clone(), to.clone());
        hands.spawn(async move {
            for n in (hand..orders).step_by(HANDS) {
                let body = format!(
                    r#"{{"accessId":"STTA0001","service":"BB-{n}","operation":"ACTIVATE","forcedTakeover":false,"spReference":"qqgphgdchdrhgfdqfmrtvjqnnvncprrk","requestedDateTime":"2026-12-01T00:00:00Z"}}"#
                );
                let request = client.post(&to).header("content-type", "application/json");
                #[expect(clippy::disallowed_methods, reason = "nothing is disclosed to a sink")]
                let answer = request.body(body).send().await.unwrap();
                answer.bytes().await.unwrap();
            }
        });
    }
    hands.join_all().await;
    let (took, spent) = (begun.elapsed(), Spent::now(&[]) - spent);
    let rate = orders as f64 / took.as_secs_f64();
    println!(
        "{:<34} {rate:>8.0} {:>8} {:>8} {:>8.3}",
        "ceiling: bare reqwest",
        "",
        "",
        spent.millis() / orders as f64
    );
}

/// A deployment, and whoever works on it.
struct Bench {
    deployment: Deployment,
    sink: Sink,
    workers: Vec<Child>,
    here: Option<(watch::Sender<bool>, tokio::task::JoinHandle<()>)>,
}

impl Bench {
    fn open(state: &Path, servers: Option<&[String; 2]>) -> Self {
        let sink = Sink::start();
        let config = configuration(state, &sink.base(), servers);
        let deployment = Deployment::open(config).unwrap();
        Self { deployment, sink, workers: Vec::new(), here: None }
    }

    /// Lets workers begin: one in this process, or so many of their own.
    fn work(&mut self, state: &Path, servers: Option<&[String; 2]>, workers: usize) {
        if workers == 0 {
            let worker = self.deployment.worker().unwrap();
            let (stopper, stop) = watch::channel(false);
            let running = tokio::spawn(async move { worker.run(stop).await.unwrap() });
            self.here = Some((stopper, running));
        }
        for _ in 0..workers {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("worker").arg(state).arg(self.sink.base());
            command.args(servers.into_iter().flatten());
            self.workers.push(command.stdout(Stdio::null()).spawn().unwrap());
        }
    }

    fn children(&self) -> Vec<u32> {
        self.workers.iter().map(Child::id).collect()
    }

    /// Waits until so many outcomes stand in the log.
    async fn settled(&self, orders: usize) {
        // The policies' leaf, and for each case an intent and an outcome.
        let leaves = 2 * orders as u64 + 1;
        while self.deployment.store.size().await.unwrap().0 < leaves {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn end(mut self) {
        if let Some((stopper, running)) = self.here.take() {
            stopper.send(true).unwrap();
            running.await.unwrap();
        }
        for mut worker in self.workers.drain(..) {
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
    }
}

/// Orders come in as fast as they are taken, or one each so often, and are delivered meanwhile.
async fn flood(
    name: &str,
    state: &Path,
    (orders, every): (usize, Option<Duration>),
    servers: Option<&[String; 2]>,
    workers: usize,
) {
    let mut bench = Bench::open(state, servers);
    bench.work(state, servers, workers);
    bench.settled(0).await;
    let (begun, spent, before) = (Instant::now(), Spent::now(&bench.children()), flushes());
    let handed = accept(&bench.deployment, orders, every).await;
    bench.settled(orders).await;
    let took = begun.elapsed();
    let spent = Spent::now(&bench.children()) - spent;
    told(name, orders, took, spent, flushes() - before, Some((&handed, &bench.sink)));
    bench.end().await;
}

/// A backlog is there, and is delivered.
async fn drain(
    name: &str,
    state: &Path,
    orders: usize,
    servers: Option<&[String; 2]>,
    workers: usize,
) {
    let mut bench = Bench::open(state, servers);
    accept(&bench.deployment, orders, None).await;
    let (begun, spent, before) = (Instant::now(), Spent::now(&[]), flushes());
    bench.work(state, servers, workers);
    bench.settled(orders).await;
    let took = begun.elapsed();
    let spent = Spent::now(&bench.children()) - spent;
    told(name, orders, took, spent, flushes() - before, None);
    bench.end().await;
}

fn told(
    name: &str,
    orders: usize,
    took: Duration,
    spent: Spent,
    flushes: u64,
    times: Option<(&[u64], &Sink)>,
) {
    let (mut p50, mut p99) = (String::new(), String::new());
    if let Some((handed, sink)) = times {
        let answered = sink.answered();
        let mut waits: Vec<u64> = handed
            .iter()
            .enumerate()
            .filter_map(|(n, handed)| Some(answered.get(&n)?.saturating_sub(*handed)))
            .collect();
        assert_eq!(waits.len(), orders, "each order arrives");
        waits.sort_unstable();
        let at = |part: usize| format!("{:.1} ms", waits[(orders - 1) * part / 100] as f64 / 1e3);
        (p50, p99) = (at(50), at(99));
    }
    println!(
        "{name:<34} {:>8.0} {p50:>8} {p99:>8} {:>8.3} {:>13.2} {:>12.0}",
        orders as f64 / took.as_secs_f64(),
        spent.millis() / orders as f64,
        flushes as f64 / orders as f64,
        spent.mib,
    );
}

/// How long a claim takes where so many cases are due.
async fn claims(dir: &Path) {
    println!("     due    claim of 64, p50      p99");
    for due in [1_000, 1_000_000_u64] {
        let state = dir.join(due.to_string());
        {
            let bench = Bench::open(&state, None);
            accept(&bench.deployment, 1, None).await;
        }
        let database = rusqlite::Connection::open(state.join("sluss.db")).unwrap();
        machine::multiply(&database, due);
        drop(database);
        let bench = Bench::open(&state, None);
        let to = RecipientId::parse(RECIPIENT).unwrap();
        let mut waits = Vec::new();
        for _ in 0..15 {
            let begun = Instant::now();
            let work =
                bench.deployment.store.claim(&to, 64, Duration::from_hours(1)).await.unwrap();
            waits.push(begun.elapsed());
            assert_eq!(work.len(), 64, "{due} are due");
        }
        waits.sort_unstable();
        let millis = |at: usize| waits[at].as_secs_f64() * 1e3;
        println!("{due:>8} {:>17.2} ms {:>5.2} ms", millis(7), millis(14));
    }
}

/// From many hands at once, or one each so often; when each was handed in, in microseconds.
async fn accept(deployment: &Deployment, orders: usize, every: Option<Duration>) -> Vec<u64> {
    let recipients: Arc<BTreeSet<RecipientId>> =
        Arc::new(deployment.recipients.keys().cloned().collect());
    let client = ClientId::parse("bench").unwrap();
    let hands = if every.is_some() { orders } else { HANDS };
    let begun = tokio::time::Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for hand in 0..hands {
        let (store, client) = (deployment.store.clone(), client.clone());
        let recipients = Arc::clone(&recipients);
        running.spawn(async move {
            let mut handed = Vec::new();
            if let Some(every) = every {
                tokio::time::sleep_until(begun + every * u32::try_from(hand).unwrap()).await;
            }
            for n in (hand..orders).step_by(hands) {
                handed.push((n, now_micros()));
                let body = order(n);
                let context = Context {
                    client: &client,
                    recipients: &recipients,
                    now: SystemClock.now(),
                    entropy: &OsEntropy as &dyn Entropy,
                    bytes_max: 65_536,
                    accesses: &NoLists,
                };
                let Ok(submission) = read(Kind::Order, body.as_bytes(), &context) else {
                    panic!("the benchmark's own order is refused");
                };
                store.accept(submission).await.unwrap();
            }
            handed
        });
    }
    let mut handed = running.join_all().await.concat();
    handed.sort_unstable();
    handed.into_iter().map(|(_, at)| at).collect()
}

/// A worker in a process of its own, until it is killed.
fn work(state: &Path, base: &str, servers: &[&str]) {
    let servers = match servers {
        [database, keys] => Some([(*database).to_owned(), (*keys).to_owned()]),
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = configuration(state, base, servers.as_ref());
        let deployment = Deployment::open(config).unwrap();
        let (_stopper, stop) = watch::channel(false);
        deployment.worker().unwrap().run(stop).await.unwrap();
    });
}

fn configuration(state: &Path, base: &str, servers: Option<&[String; 2]>) -> Config {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut config = sluss::config::load(&shipped, &BTreeMap::new()).unwrap();
    state.clone_into(&mut config.state);
    config.servers = servers.map(|[database, keys]| Servers {
        database: Address::parse(database).unwrap(),
        keys: Address::parse(keys).unwrap(),
    });
    config.limits.reserve_bytes = 0;
    config.limits.deadline = Duration::from_mins(1);
    let id = RecipientId::parse(RECIPIENT).unwrap();
    config.recipients.retain(|file| file.recipient.id == id);
    let secret: PathBuf = state.with_extension("password");
    std::fs::create_dir_all(state.parent().unwrap()).unwrap();
    let mut options = std::fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(&secret).unwrap();
    file.write_all(b"bench").unwrap();
    let recipient = &mut config.recipients[0].recipient;
    recipient.accesses = None;
    let channel = &mut recipient.channel;
    channel.base_url = base.parse().unwrap();
    channel.allow_http_loopback = true;
    channel.auth = Auth::Basic { username: "bench".to_owned(), password: SecretFile(secret) };
    channel.requests_per_second = 1_000_000;
    channel.in_flight_max = IN_FLIGHT;
    channel.poll = Duration::from_hours(1);
    // One question more for each order, where it is on: another measure.
    channel.preflight = false;
    config
}

fn order(n: usize) -> String {
    let access = n % 9_999 + 1;
    format!(
        r#"{{"externalId":"ORD-{n}","requestedStartDate":"2026-12-01T00:00:00Z","relatedParty":[
{{"id":"globalconnect","role":"communicationsOperator","@type":"RelatedParty","@referredType":"Organization"}},
{{"id":"cust-{n}","role":"customer","@type":"RelatedParty","@referredType":"Individual","givenName":"Astrid","familyName":"Lindqvist",
"individualIdentification":[{{"identificationType":"personnummer","identificationId":"19121212-1212"}}],
"contactMedium":[{{"mediumType":"mobile","characteristic":{{"phoneNumber":"+46701740605"}}}}]}}],
"note":[{{"text":"Ring Astrid på 070-174 06 05 innan. Portkod 4711."}}],
"serviceOrderItem":[{{"id":"1","action":"add","service":{{"serviceSpecification":{{"id":"BB-{n}"}},
"serviceCharacteristic":[{{"name":"accessId","value":"STTA{access:04}"}}]}}}}]}}"#
    )
}
