//! Orders end to end with everything on: accepted (durably), minimised, sealed, recorded, sent over
//! loopback HTTP, answered, the outcome in the log. On SQLite and on PostgreSQL with several workers,
//! beside what a bare HTTP client reaches against the same sink, in one run.
//!
//! ```sh
//! cargo bench --bench throughput              # 20,000 orders; SQLite
//! cargo bench --bench throughput -- 5000      # so many
//! cargo bench --bench throughput -- postgres  # beside it PostgreSQL, on a server that is thrown away
//! ```
//!
//! The sink is a process of its own that answers 201 to each order, on one thread. `ms/case` is
//! processor time of all processes of ours, without the sink's and the database server's. `p50` and
//! `p99` run from the moment that an order is handed in until the sink has answered it; in a flood that
//! is time in the queue. `flushes` are those of the block device, whoever asked for them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

#[path = "throughput/deployment.rs"]
mod deployment;
#[path = "throughput/disk.rs"]
mod disk;
#[path = "throughput/machine.rs"]
#[expect(dead_code, reason = "each looks at a part of it")]
mod machine;
#[path = "throughput/postgres.rs"]
#[expect(dead_code, reason = "what is restarted is so in chaos")]
mod postgres;
#[path = "throughput/sink.rs"]
mod sink;

use std::path::Path;
use std::time::{Duration, Instant};

use deployment::{Bench, HANDS, accept, work};
use machine::{Spent, flushes};
use sink::Sink;

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

/// Orders come in as fast as they are taken, or one each so often, and are delivered meanwhile.
async fn flood(
    name: &str,
    state: &Path,
    (orders, every): (usize, Option<Duration>),
    servers: Option<&[String; 2]>,
    workers: usize,
) {
    let sink = Sink::start();
    let mut bench = Bench::open(state, &sink.base(), servers);
    bench.work(state, servers, workers);
    bench.settled(0).await;
    let (begun, spent, before) = (Instant::now(), Spent::now(&bench.children()), flushes());
    let handed = accept(&bench.deployment, orders, every).await;
    bench.settled(orders).await;
    let took = begun.elapsed();
    let spent = Spent::now(&bench.children()) - spent;
    told(name, orders, took, spent, flushes() - before, Some((&handed, &sink)));
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
    let sink = Sink::start();
    let mut bench = Bench::open(state, &sink.base(), servers);
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
