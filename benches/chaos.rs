//! A deployment of real processes under load that are killed at random: what was taken in must come to
//! its end, once at the operator, and in a log that is sound.
//!
//! ```sh
//! cargo bench --profile dev --bench chaos                      # SQLite, 200 kills, a seed that is drawn
//! cargo bench --profile dev --bench chaos -- postgres          # on a server that is thrown away
//! cargo bench --profile dev --bench chaos -- 1000 seed 7
//! ```
//!
//! A door and two workers share one store. Every few hundred milliseconds one of them is killed with
//! SIGKILL and started again, or a worker is stopped with SIGSTOP for longer than its lease and goes on;
//! or PostgreSQL is restarted in immediate mode; or the disk under the store, or under the server, fills up
//! for a while; or the clock runs ahead and is set right, so that it is behind the log. Meanwhile orders and faults are handed in, each until it
//! is answered with 201 or 200, and the operators act and hang up, act and answer too late or with
//! nonsense, are busy, or answer nobody. The seed decides what is done in which order, not when a
//! process is at which instruction: for lives that repeat word for word there is
//! `tests/it/simulation.rs`.
//!
//! In the end everything is mended, and it is looked at what has become of it: each order and fault that
//! was answered is a case in an end state, no operator has anything twice, each message that it got stands
//! in the log, each disclosure has one outcome, nothing was recorded on a full disk, and the log verifies.
//! Ends with 0 only then. Disks are mounted where only this trial sees them, as root or in a user
//! namespace; clocks are those of Debian's `libfaketime`. What cannot be had is told, and left out.
#![expect(clippy::unwrap_used, reason = "a trial that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]

#[path = "chaos/clock.rs"]
mod clock;
#[path = "chaos/crew.rs"]
mod crew;
#[path = "chaos/hands.rs"]
mod hands;
#[path = "chaos/judge.rs"]
mod judge;
#[path = "chaos/place.rs"]
mod place;
#[path = "throughput/postgres.rs"]
#[expect(dead_code, reason = "here it always starts on a disk of its own")]
mod postgres;
#[path = "chaos/trouble.rs"]
mod trouble;
#[path = "chaos/volume.rs"]
mod volume;

use std::time::Instant;

use clock::FalseClock;
use crew::Crew;
use hands::Hands;
use place::{OPERATORS, Place};
use postgres::Throwaway;
use sluss::domain::{Entropy, OsEntropy, RecipientId};
use sluss::sandbox::{Profile, Sandbox};
use trouble::Means;
use volume::Volume;

/// The disk of a server that writes little ahead, in megabytes.
const SERVER_VOLUME: u32 = 512;
const SERVER_SETTINGS: &str = "-c max_wal_size=64MB -c min_wal_size=32MB -c wal_recycle=off";

fn main() {
    if let Some(code) = volume::in_a_room_of_our_own() {
        std::process::exit(code);
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let seed = words.iter().position(|word| word == "seed").map(|at| words[at + 1].parse());
    let seed: u64 = match seed {
        Some(seed) => seed.unwrap(),
        None => (&OsEntropy as &dyn Entropy).below(1_000_000),
    };
    let kills = words.iter().take_while(|word| *word != "seed").find_map(|word| word.parse().ok());
    let kills: u64 = kills.unwrap_or(200);
    let is_postgres = words.iter().any(|word| word == "postgres");
    println!("seed {seed}, {kills} kills, {}", if is_postgres { "PostgreSQL" } else { "SQLite" });

    // Where others may look: the server does not run as root.
    let under_server = Volume::new("/var/tmp", SERVER_VOLUME);
    let clock = FalseClock::new(under_server.path(), "shared");
    if !clock.jumps() {
        println!("NO CLOCK JUMPS: Debian's libfaketime is not installed");
    }
    let server = is_postgres
        .then(|| Throwaway::start_in(under_server.path(), clock.environment(), SERVER_SETTINGS));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (place, sandbox) = runtime.block_on(Place::new(server.as_ref(), clock));
    let begun = Instant::now();
    let mut crew = Crew::start(&place);
    let hands = Hands::start(&place);
    let server = server.as_ref().map(|server| (server, &under_server));
    let means = Means { place: &place, sandbox: &sandbox, server };
    let done = trouble::make(seed, kills, &mut crew, &means);
    println!(
        "{} kills, {} stops of a worker past its lease, {} restarts of the database in {} s",
        done.kills,
        done.stops,
        done.restarts,
        begun.elapsed().as_secs()
    );
    let [store, of_server] = done.full;
    println!(
        "full: {store} times the store's disk, {of_server} times the server's; {} jumps of a clock, {} times \
         back behind the log, and {} times that was told in time",
        done.jumps, done.set_back, done.behind
    );
    assert!(
        done.set_back < 2 || done.behind > 0,
        "nobody notices that the clock is behind the log"
    );
    each(&sandbox, Profile::Plain);
    place.hosts.iter().for_each(|host| host.set(0));
    crew.mend();
    let (given, refused) = hands.stop();
    println!("{} orders and faults were taken in; told to come back: {refused:?}", given.len());
    let settling = Instant::now();
    judge::drained(&place, &mut crew);
    println!("all had ended {} s later", settling.elapsed().as_secs());
    crew.stop();
    judge::judge(&place, &sandbox, &given);
    judge::stood_still(&place, &done.windows);
    runtime.block_on(sandbox.stop());
    println!("all of it held");
}

fn each(sandbox: &Sandbox, profile: Profile) {
    for operator in OPERATORS {
        sandbox.wear(&RecipientId::parse(operator).unwrap(), profile);
    }
}
