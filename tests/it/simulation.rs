//! Thousands of short lives of a deployment, each drawn from its seed: processes that are killed,
//! stopped and started again at any step, clocks that jump, writes that fail, are lost or are kept
//! and said to have failed, an operator that acts and hangs up, answers nonsense, is busy or down.
//! Behind each, everything is mended, and the promise is held against what the operator received.
//!
//! Worker, store, dialect and HTTP client are the real ones, on files in memory and loopback sockets;
//! simulated are who decides what runs next, the clock, the operator, and what the disk does. One
//! thread runs at a time, so that a seed is always the same life:
//!
//! ```sh
//! SLUSS_SIMULATION_SEED=4711 cargo test --test it simulation    # this one, told step by step
//! SLUSS_SIMULATION_SEEDS=100000 SLUSS_SIMULATION_FIRST=1000000 cargo test --test it simulation
//! ```
#![cfg(test)]

mod check;
mod operator;
mod process;
mod stage;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use world::World;

/// How many lives `cargo test` lives: half a minute. Long runs say how many.
const SEEDS: u64 = 150;
/// How many at once: a life waits for nothing but the processor.
const AT_ONCE: usize = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Lives one life, and says how it went: its story, and what did not hold.
fn live(seed: u64) -> (Vec<String>, Result<(), String>) {
    let mut world = World::begin(seed);
    world.live();
    let held = world.mend().and_then(|()| check::check(&world));
    (world.story(), held)
}

#[test]
fn whatever_fails_when_every_order_ends_once_and_each_disclosure_stands_before_it() {
    if crate::postgres::is_tested() {
        return;
    }
    if let Some(seed) = number("SLUSS_SIMULATION_SEED") {
        let (story, held) = live(seed);
        panic!("seed {seed}: {held:?}\n{}", story.join("\n"));
    }
    let first = number("SLUSS_SIMULATION_FIRST").unwrap_or(1);
    let seeds = number("SLUSS_SIMULATION_SEEDS").unwrap_or(SEEDS);
    let next = AtomicU64::new(first);
    let failed = std::thread::scope(|scope| {
        let lives = (0..AT_ONCE).map(|_| {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        return None;
                    }
                    if let (story, Err(what)) = live(seed) {
                        next.store(u64::MAX / 2, Ordering::Relaxed);
                        return Some((seed, what, story));
                    }
                }
            })
        });
        let lives: Vec<_> = lives.collect();
        lives.into_iter().find_map(|life| life.join().unwrap())
    });
    if let Some((seed, what, story)) = failed {
        panic!("SLUSS_SIMULATION_SEED={seed}: {what}\n{}", story.join("\n"));
    }
}

#[test]
fn a_seed_is_always_the_same_life() {
    if crate::postgres::is_tested() {
        return;
    }
    for seed in [3, 77, 1_234] {
        let (first, second) = (live(seed).0, live(seed).0);
        let differs = first.iter().zip(&second).position(|(one, other)| one != other);
        let told = |at: usize| (first.get(at).cloned(), second.get(at).cloned());
        assert!(first == second, "seed {seed} differs at {:?}", differs.map(told));
        assert!(first.len() > 30, "little happens in seed {seed}");
    }
}
