//! What must not depend on how much waits, and how soon somebody who has nothing to do does something.
//!
//! ```sh
//! cargo bench --bench backlog                      # all of it, on SQLite; a million cases wait at most
//! cargo bench --bench backlog -- postgres          # on PostgreSQL, on a server that is thrown away
//! cargo bench --bench backlog -- 100000 claim idle # a hundred thousand; parts: claim, memory, idle, restart
//! ```
//!
//! - `claim`: how long a claim of 64 cases takes where so many are due.
//! - `memory`: what a worker's process holds while it delivers, with so many due behind what it delivers.
//! - `idle`: from handing an order in, in one process, until the operator has answered it, delivered by a
//!   worker of another process that had nothing to do.
//! - `restart`: a worker is killed while the operator owes it answers. How soon the next one, once it may ask
//!   the operator, has settled them all.
//!
//! Those who wait at the end of the queue are copies of one case, made by the database: they are due, and
//! nobody comes so far as to open them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

#[path = "backlog/copies.rs"]
mod copies;
#[path = "throughput/deployment.rs"]
mod deployment;
#[path = "throughput/machine.rs"]
#[expect(dead_code, reason = "each looks at a part of it")]
mod machine;
#[path = "throughput/postgres.rs"]
#[expect(dead_code, reason = "what is restarted is so in chaos")]
mod postgres;
#[path = "throughput/sink.rs"]
mod sink;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copies::Copier;
use deployment::{Bench, RECIPIENT, accept, work};
use machine::{Spent, resident};
use postgres::Throwaway;
use secrecy::SecretString;
use sink::Sink;
use sluss::domain::{RecipientId, SystemClock};
use sluss::sandbox::{Pace, Sandbox, SimulatedOperator, Speaks, Trouble};

/// So many cases in a claim, and so often it is measured.
const CLAIM: usize = 64;
const CLAIMS: usize = 15;
const ROUNDS: usize = 8;
/// How many are delivered while the memory is looked at.
const DELIVERED: usize = 20_000;
/// How often an idle worker is woken, and how far apart: no multiple of what anybody waits.
const SAMPLES: (usize, Option<Duration>) = (200, Some(Duration::from_millis(173)));
/// How many messages the operator owes an answer to.
const OWED: usize = 64;

struct Room {
    folder: PathBuf,
    server: Option<Throwaway>,
}

impl Room {
    /// A new store.
    fn store(&self, name: &str) -> (PathBuf, Option<[String; 2]>) {
        let servers = self.server.as_ref().map(|server| server.servers(name));
        (self.folder.join(name), servers)
    }
}

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
    let most = words.iter().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let parts = ["claim", "memory", "idle", "restart"];
    let all = !parts.iter().any(|part| words.contains(part));
    let asked = |part| all || words.contains(&part);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = words.contains(&"postgres").then(Throwaway::start);
    println!("{}", if server.is_some() { "PostgreSQL" } else { "SQLite" });
    let room = Room { folder: dir.path().to_owned(), server };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if asked("idle") {
            idle(&room).await;
        }
        if asked("restart") {
            restart(&room).await;
        }
        if asked("claim") {
            claim(&room, most).await;
        }
        if asked("memory") {
            memory(&room, most).await;
        }
    });
}

/// How long a claim takes where so many cases are due.
async fn claim(room: &Room, most: u64) {
    println!("\nclaim of {CLAIM}        p50       p99");
    let (state, servers) = room.store("claim");
    let sink = Sink::start();
    let copier = Copier::of(&state, room.server.as_ref(), servers.as_ref());
    let first = CLAIM * CLAIMS;
    let to = RecipientId::parse(RECIPIENT).unwrap();
    {
        let bench = Bench::open(&state, &sink.base(), servers.as_ref());
        accept(&bench.deployment, first, None).await;
    }
    let mut due = first as u64;
    loop {
        let bench = Bench::open(&state, &sink.base(), servers.as_ref());
        let mut waits = Vec::new();
        for _ in 0..ROUNDS {
            for _ in 0..CLAIMS {
                let begun = Instant::now();
                let lease = Duration::from_hours(1);
                let work = bench.deployment.store.claim(&to, CLAIM, lease).await.unwrap();
                waits.push(begun.elapsed());
                assert_eq!(work.len(), CLAIM, "{due} are due");
            }
            copier.give_back();
        }
        bench.end().await;
        waits.sort_unstable();
        let millis = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
        println!("{due:>9} are due {:>7.2} ms {:>6.2} ms", millis(50), millis(99));
        if due >= most {
            return;
        }
        let more = (due * 10).min(most).max(10_000.min(most)) / 1_000 * 1_000;
        copier.copy(more - due);
        due = more;
    }
}

/// What a worker holds while it delivers, with few and with many behind that.
async fn memory(room: &Room, most: u64) {
    println!(
        "\nresident, MiB             at first   one third   two thirds   at the end   at most"
    );
    for behind in [0, most] {
        let (state, servers) = room.store(&format!("memory{behind}"));
        let sink = Sink::start();
        let mut bench = Bench::open(&state, &sink.base(), servers.as_ref());
        accept(&bench.deployment, DELIVERED, None).await;
        if behind > 0 {
            Copier::of(&state, room.server.as_ref(), servers.as_ref()).copy(behind);
        }
        bench.work(&state, servers.as_ref(), 1);
        let worker = bench.children()[0];
        let mut looks = Vec::new();
        for part in 0..=3 {
            bench.settled((DELIVERED * part / 3).max(1)).await;
            looks.push(resident(worker));
        }
        let Spent { mib, .. } = Spent::of(worker);
        let [first, one, two, last] = looks[..] else { unreachable!("four looks") };
        println!(
            "{behind:>9} are due behind {first:>9.0} {one:>11.0} {two:>12.0} {last:>12.0} {mib:>9.0}"
        );
        bench.end().await;
    }
}

/// How soon a worker that has nothing to do delivers what another process takes in.
async fn idle(room: &Room) {
    let (state, servers) = room.store("idle");
    let sink = Sink::start();
    let mut bench = Bench::open(&state, &sink.base(), servers.as_ref());
    bench.work(&state, servers.as_ref(), 1);
    bench.settled(0).await;
    let handed = accept(&bench.deployment, SAMPLES.0, SAMPLES.1).await;
    bench.settled(SAMPLES.0).await;
    let worker = bench.children()[0];
    let answered = sink.answered();
    let mut waits: Vec<f64> =
        handed.iter().enumerate().map(|(n, at)| (answered[&n] - at) as f64 / 1e3).collect();
    waits.sort_by(f64::total_cmp);
    let at = |part: usize| waits[(waits.len() - 1) * part / 100];
    println!(
        "\nidle worker, from handed in to answered by the operator: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        at(50),
        at(99),
        at(100)
    );
    let (begun, spent) = (Instant::now(), Spent::of(worker));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let spent = Spent::of(worker) - spent;
    let share = spent.millis() / begun.elapsed().as_secs_f64() / 10.0;
    println!("with nothing to do at all it takes {share:.1} % of a processor");
    bench.end().await;
}

/// How soon what was under way is settled, where the worker was killed.
async fn restart(room: &Room) {
    let (state, servers) = room.store("restart");
    let recipient = RecipientId::parse(RECIPIENT).unwrap();
    let operator = SimulatedOperator {
        recipient: recipient.clone(),
        speaks: Speaks::OnApi,
        username: "bench".to_owned(),
        password: SecretString::from("bench".to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        pace: Pace::EveryRead,
    };
    let sandbox = Sandbox::start(vec![operator], Arc::new(SystemClock), None).await.unwrap();
    sandbox.script(&recipient, vec![Trouble::ActThenDelay(Duration::from_mins(1)); OWED]);
    let base = sandbox.base_url(&recipient).unwrap();
    let mut bench = Bench::open(&state, &base, servers.as_ref());
    accept(&bench.deployment, OWED, None).await;
    bench.work(&state, servers.as_ref(), 1);
    let messages = || sandbox.received().iter().filter(|one| one.is_message).count();
    while messages() < OWED {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sent = Instant::now();
    bench.kill();
    let begun = Instant::now();
    bench.work(&state, servers.as_ref(), 1);
    bench.settled(OWED).await;
    let (took, channel) = (begun.elapsed(), &bench.deployment.recipients[&recipient].channel);
    // Before that, what was sent may still arrive.
    let may_ask = channel.timeout + bench.deployment.config.timing.settle;
    println!(
        "\n{OWED} answers owed at a kill: all settled {:.2} s after the restart, that is {:.2} s after the operator may be asked ({} s after it was sent to)",
        took.as_secs_f64(),
        sent.elapsed().saturating_sub(may_ask).as_secs_f64(),
        may_ask.as_secs()
    );
    assert_eq!(messages(), OWED, "nothing is sent twice");
    bench.end().await;
    sandbox.stop().await;
}
