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
//! or PostgreSQL is restarted in immediate mode. Meanwhile orders and faults are handed in, each until it
//! is answered with 201 or 200, and the operators act and hang up, act and answer too late or with
//! nonsense, are busy, or answer nobody. The seed decides what is done in which order, not when a
//! process is at which instruction: for lives that repeat word for word there is
//! `tests/it/simulation.rs`.
//!
//! In the end everything is mended, and it is looked at what has become of it: each order and fault that
//! was answered is a case in an end state, no operator has anything twice, each message that it got stands
//! in the log, each disclosure has one outcome, and the log verifies. Ends with 0 only then.
#![expect(clippy::unwrap_used, reason = "a trial that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]

#[path = "chaos/crew.rs"]
mod crew;
#[path = "chaos/hands.rs"]
mod hands;
#[path = "chaos/judge.rs"]
mod judge;
#[path = "chaos/place.rs"]
mod place;
#[path = "throughput/postgres.rs"]
mod postgres;

use std::time::{Duration, Instant};

use crew::Crew;
use hands::Hands;
use place::{OPERATORS, Place};
use postgres::Throwaway;
use sluss::domain::{Entropy, OsEntropy, RecipientId, SeededEntropy};
use sluss::sandbox::{Profile, Sandbox, Trouble};

/// Longer than the lease that the place is configured with, in milliseconds.
const STOPPED: (u64, u64) = (6_000, 4_000);

/// What was done to them.
#[derive(Default)]
struct Done {
    kills: u64,
    stops: u64,
    restarts: u64,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let seed = words.iter().position(|word| word == "seed").map(|at| words[at + 1].parse());
    let seed: u64 = match seed {
        Some(seed) => seed.unwrap(),
        None => (&OsEntropy as &dyn Entropy).below(1_000_000),
    };
    let kills = words.iter().take_while(|word| *word != "seed").find_map(|word| word.parse().ok());
    let kills: u64 = kills.unwrap_or(200);
    let server = words.iter().any(|word| word == "postgres").then(Throwaway::start);
    println!(
        "seed {seed}, {kills} kills, {}",
        if server.is_some() { "PostgreSQL" } else { "SQLite" }
    );

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (place, sandbox) = runtime.block_on(Place::new(server.as_ref()));
    let begun = Instant::now();
    let mut crew = Crew::start(&place);
    let hands = Hands::start(&place);
    let done = trouble(seed, kills, &mut crew, &sandbox, server.as_ref());
    println!(
        "{} kills, {} stops of a worker past its lease, {} restarts of the database in {} s",
        done.kills,
        done.stops,
        done.restarts,
        begun.elapsed().as_secs()
    );
    each(&sandbox, Profile::Plain);
    crew.mend();
    let given = hands.stop();
    println!("{} orders and faults were taken in", given.len());
    let settling = Instant::now();
    judge::drained(&place, &mut crew);
    println!("all had ended {} s later", settling.elapsed().as_secs());
    crew.stop();
    judge::judge(&place, &sandbox, &given);
    runtime.block_on(sandbox.stop());
    println!("all of it held");
}

/// Until so many processes were killed.
fn trouble(
    seed: u64,
    kills: u64,
    crew: &mut Crew<'_>,
    sandbox: &Sandbox,
    server: Option<&Throwaway>,
) -> Done {
    let entropy = SeededEntropy::new(seed);
    let draw = |below: u64| (&entropy as &dyn Entropy).below(below);
    let mut done = Done::default();
    while done.kills < kills {
        std::thread::sleep(Duration::from_millis(150 + draw(450)));
        crew.wake();
        match draw(100) {
            0..=5 => {
                let millis = STOPPED.0 + draw(STOPPED.1);
                done.stops += u64::from(crew.stop_one(draw(64), Duration::from_millis(millis)));
            }
            6..=7 if server.is_some() => {
                server.unwrap().restart();
                done.restarts += 1;
            }
            8..=19 => mood(sandbox, OPERATORS[usize::try_from(draw(2)).unwrap()], draw(6), draw(5)),
            _ => {
                crew.kill_one(draw(64));
                done.kills += 1;
                if done.kills.is_multiple_of(100) {
                    println!("  {} kills", done.kills);
                }
            }
        }
    }
    done
}

/// How an operator behaves from here on; and whose answers come too late.
fn mood(sandbox: &Sandbox, operator: &str, profile: u64, late: u64) {
    let operator = RecipientId::parse(operator).unwrap();
    let profile = match profile {
        0 | 1 => Profile::Plain,
        2 => Profile::Busy,
        3 => Profile::Down,
        _ => Profile::BadDay,
    };
    sandbox.wear(&operator, profile);
    let late = usize::try_from(late).unwrap();
    sandbox.script(&operator, vec![Trouble::ActThenDelay(Duration::from_secs(4)); late]);
}

fn each(sandbox: &Sandbox, profile: Profile) {
    for operator in OPERATORS {
        sandbox.wear(&RecipientId::parse(operator).unwrap(), profile);
    }
}
