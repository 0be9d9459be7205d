//! What is done to them, one thing after another, as the seed has it.

use std::time::{Duration, Instant};

use serde_json::Value;
use sluss::domain::{Entropy, RecipientId, SeededEntropy, Timestamp};
use sluss::sandbox::{Profile, Sandbox, Trouble};

use super::clock::{self, FalseClock};
use super::crew::Crew;
use super::hands;
use super::place::{OPERATORS, Place, RESERVE};
use super::postgres::Throwaway;
use super::volume::Volume;

/// Longer than the lease that the place is configured with, in milliseconds.
const STOPPED: (u64, u64) = (6_000, 4_000);
/// How many things are done while a disk is full.
const WHILE_FULL: (u64, u64) = (2, 8);
/// How far a clock runs ahead before it is set right, in seconds: so long the log waits for it.
const AHEAD: (u64, u64) = (6, 6);
/// How far it is set ahead for good: past every lease and pause.
const LEAP: (u64, u64) = (60, 540);
/// All leaps together. Operators keep the right time: where theirs is two hours behind ours, tickets in doubt
/// are left to a person, who is not here.
const LEAPS_MAX: i64 = 5_400;
/// How wrong the clock of one host of several may be.
const HOST_WRONG: u64 = 3_600;
/// What the deployment must notice, it notices within this.
const PATIENCE: Duration = Duration::from_mins(2);

/// What was done to them.
#[derive(Default)]
pub(super) struct Done {
    pub(super) kills: u64,
    pub(super) stops: u64,
    pub(super) restarts: u64,
    /// The volume of the store, and of the database's server.
    pub(super) full: [u64; 2],
    /// Of all clocks.
    pub(super) jumps: u64,
    /// How often it was set back behind the log, and how often the door said so before time had caught up.
    pub(super) set_back: u64,
    pub(super) behind: u64,
    pub(super) windows: Vec<Window>,
}

/// While the store's volume was full.
pub(super) struct Window {
    pub(super) filled: Timestamp,
    /// How many leaves there were at its beginning, and at its end.
    pub(super) leaves: (u64, u64),
}

/// Everything that trouble can be made with.
pub(super) struct Means<'m> {
    pub(super) place: &'m Place,
    pub(super) sandbox: &'m Sandbox,
    pub(super) server: Option<(&'m Throwaway, &'m Volume)>,
}

struct Full<'m> {
    volume: &'m Volume,
    is_store: bool,
    /// How many more things are done before it is freed.
    more: u64,
    filled: Timestamp,
    leaves: Option<u64>,
}

/// Until so many processes were killed.
pub(super) fn make<'m>(seed: u64, kills: u64, crew: &mut Crew<'_>, means: &'m Means<'m>) -> Done {
    let entropy = SeededEntropy::new(seed);
    let draw = |below: u64| (&entropy as &dyn Entropy).below(below);
    let mut done = Done::default();
    let mut full: Option<Full<'m>> = None;
    while done.kills < kills {
        std::thread::sleep(Duration::from_millis(150 + draw(450)));
        if let Some(over) = full.take_if(|full| full.more == 0) {
            over.end(crew, means, &mut done);
        }
        if let Some(full) = &mut full {
            full.more -= 1;
        }
        crew.wake();
        match draw(100) {
            0..=5 => {
                let millis = STOPPED.0 + draw(STOPPED.1);
                done.stops += u64::from(crew.stop_one(draw(64), Duration::from_millis(millis)));
            }
            6..=7 if let Some((server, _)) = means.server => {
                server.restart();
                done.restarts += 1;
            }
            8..=19 => {
                let operator = OPERATORS[usize::try_from(draw(2)).unwrap()];
                mood(means.sandbox, operator, draw(6), draw(5));
            }
            20..=23 if full.is_none() => full = fill(&draw, crew, means, &mut done),
            24..=26 if full.is_none() => jump(&draw, crew, means, &mut done),
            _ => {
                crew.kill_one(draw(64));
                done.kills += 1;
                if done.kills.is_multiple_of(100) {
                    println!("  {} kills", done.kills);
                }
            }
        }
    }
    if let Some(full) = full {
        full.end(crew, means, &mut done);
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

/// Fills a disk, to below its reserve or to the last byte. Where it is the store's, waits until the door
/// says that everything stands still for it.
fn fill<'m>(
    draw: &impl Fn(u64) -> u64,
    crew: &mut Crew<'_>,
    means: &'m Means<'m>,
    done: &mut Done,
) -> Option<Full<'m>> {
    let (of_server, but) = (draw(3) == 0, if draw(2) == 0 { RESERVE / 2 } else { 0 });
    let more = WHILE_FULL.0 + draw(WHILE_FULL.1);
    let volume = match means.server {
        Some((_, volume)) if of_server => volume,
        _ => &means.place.volume,
    };
    let is_store = std::ptr::eq(volume, &raw const means.place.volume);
    until(crew, "the door is open", || is_open(means.place));
    if !volume.fill(if is_store { but } else { 0 }) {
        return None;
    }
    let filled = means.place.clock.now();
    let leaves = size(means.place);
    if let (false, Some((server, _))) = (is_store, means.server) {
        // Its next segment finds no room, and it ends, or refuses.
        server.say(&server.address(), "SELECT pg_switch_wal()");
    }
    if is_store {
        until(crew, "a full disk stops it", || {
            halted(means.place).is_some_and(|reason| reason == "disk-reserve")
        });
    }
    done.full[usize::from(!is_store)] += 1;
    Some(Full { volume, is_store, more, filled, leaves })
}

impl Full<'_> {
    fn end(self, crew: &mut Crew<'_>, means: &Means<'_>, done: &mut Done) {
        // Where nobody can be asked now, the rest of what is judged has to do.
        if let (true, Some(first), Some(last)) = (self.is_store, self.leaves, size(means.place)) {
            done.windows.push(Window { filled: self.filled, leaves: (first, last) });
        }
        self.volume.free_it();
        if let (false, Some((server, _))) = (self.is_store, means.server) {
            until(crew, "the server is there again", || server.is_there());
        }
    }
}

/// Lets a clock jump: for a while, and then it is set right and the log is ahead of it; or for good. With a
/// server of which all go by its clock, also that of one of them.
fn jump(draw: &impl Fn(u64) -> u64, crew: &mut Crew<'_>, means: &Means<'_>, done: &mut Done) {
    let clock = &means.place.clock;
    let (kind, ahead, leap) = (draw(4), AHEAD.0 + draw(AHEAD.1), LEAP.0 + draw(LEAP.1));
    let (who, wrong) = (draw(64), draw(2 * HOST_WRONG));
    if !clock.jumps() {
        return;
    }
    done.jumps += 1;
    let [ahead, leap, wrong, most] = [ahead, leap, wrong, HOST_WRONG].map(u64::cast_signed);
    let right = clock.ahead();
    match kind {
        0 if !means.place.hosts.is_empty() => {
            let hosts = &means.place.hosts;
            hosts[usize::try_from(who).unwrap() % hosts.len()].set(wrong - most);
        }
        0 | 1 if right + leap < LEAPS_MAX => clock.set(right + leap),
        _ => {
            crew.go_on();
            clock.set(right + ahead);
            // Reading the log is itself in the log, so that its end is of that time.
            let read = ["log", "list", "--limit", "1"];
            until(crew, "the log is read", || means.place.run(&read).status.success());
            until(crew, "the door is open", || is_open(means.place));
            let last = clock.now();
            clock.set(right);
            done.set_back += 1;
            done.behind += u64::from(is_behind(crew, means.place, clock, last));
        }
    }
}

/// Whether the door says that the clock is behind the log, before it no longer is.
fn is_behind(crew: &mut Crew<'_>, place: &Place, clock: &FalseClock, last: Timestamp) -> bool {
    while !clock::until(clock, last).is_zero() {
        if halted(place).is_some_and(|reason| reason == "clock-behind") {
            return true;
        }
        crew.wake();
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

fn until(crew: &mut Crew<'_>, what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        crew.wake();
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_open(place: &Place) -> bool {
    hands::get(place.door, "/health/ready").is_some_and(|(status, _)| status == 200)
}

/// Why everything stands still, as the door has it.
fn halted(place: &Place) -> Option<String> {
    let (status, body) = hands::get(place.door, "/health/ready")?;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    body["haltReason"].as_str().filter(|_| status == 503).map(str::to_owned)
}

/// How many leaves the log has.
fn size(place: &Place) -> Option<u64> {
    let (_, note) =
        hands::get(place.door, "/log/checkpoint").filter(|(status, _)| *status == 200)?;
    note.lines().nth(1)?.parse().ok()
}
