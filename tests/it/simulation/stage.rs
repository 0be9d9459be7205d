//! Where the threads of a life take turns, and where it is drawn what becomes of each.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use sluss::crash::{self, Director, Fate, Write};
use sluss::domain::{Entropy, SeededEntropy};

/// Nobody's turn but that of who decides.
const NOBODY: usize = usize::MAX;

/// How likely what is, in thousandths, each time that it could happen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    pub(super) killed_at_point: u64,
    pub(super) stopped_at_point: u64,
    pub(super) write_lost: u64,
    pub(super) write_kept: u64,
    pub(super) killed_at_write: u64,
}

/// One life's stage.
pub(super) struct Stage {
    state: Mutex<State>,
    cue: Condvar,
    draw: SeededEntropy,
}

struct State {
    on: usize,
    weather: Weather,
    cast: Vec<Standing>,
    story: Vec<String>,
}

/// How a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Waits for what to do.
    Idle,
    /// Held in the middle of something.
    Stopped,
    /// Was killed, and has not gone yet.
    Killed,
    /// Is not there.
    Gone,
}

impl Stage {
    /// With a number of processes that are not there yet, and weather, as the seed draws them.
    pub(super) fn new(seed: u64) -> Arc<Self> {
        let draw = SeededEntropy::new(seed);
        let below = |below| (&draw as &dyn Entropy).below(below);
        let cast = vec![Standing::Gone; 1 + usize::try_from(below(3)).unwrap()];
        let weather = Weather {
            killed_at_point: below(40),
            stopped_at_point: below(60),
            write_lost: below(8),
            write_kept: below(6),
            killed_at_write: below(5),
        };
        let state = State { on: NOBODY, weather, cast, story: Vec::new() };
        Arc::new(Self { state: Mutex::new(state), cue: Condvar::new(), draw })
    }

    /// A number below another, by the seed.
    pub(super) fn below(&self, below: u64) -> u64 {
        (&self.draw as &dyn Entropy).below(below)
    }

    fn happens(&self, thousandths: u64) -> bool {
        thousandths > 0 && self.below(1_000) < thousandths
    }

    pub(super) fn tell(&self, what: String) {
        self.lock().story.push(what);
    }

    pub(super) fn story(&self) -> Vec<String> {
        self.lock().story.clone()
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    pub(super) fn processes(&self) -> usize {
        self.lock().cast.len()
    }

    pub(super) fn standing(&self, who: usize) -> Standing {
        self.lock().cast[who]
    }

    /// Lets a process go on, and waits until it is through, held, or gone.
    pub(super) fn give(&self, who: usize) {
        let mut state = self.lock();
        if state.cast[who] == Standing::Stopped {
            state.cast[who] = Standing::Idle;
        }
        state.on = who;
        self.cue.notify_all();
        while state.on != NOBODY {
            state = self.cue.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A process waits for its turn.
    pub(super) fn wait(&self, who: usize) {
        let mut state = self.lock();
        while state.on != who {
            state = self.cue.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A process's turn is over.
    pub(super) fn over(&self, who: usize, standing: Standing) {
        let mut state = self.lock();
        state.cast[who] = standing;
        state.on = NOBODY;
        self.cue.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Directs the threads of one process.
pub(super) struct Actor {
    pub(super) stage: Arc<Stage>,
    pub(super) who: usize,
}

impl Actor {
    fn kill(&self, at: &str) {
        let mut state = self.stage.lock();
        state.cast[self.who] = Standing::Killed;
        state.story.push(format!("  {} is killed at {at}", self.who));
    }

    fn is_killed(&self) -> bool {
        self.stage.lock().cast[self.who] == Standing::Killed
    }
}

impl Director for Actor {
    fn point(&self, name: &str) {
        if self.is_killed() {
            crash::end();
        }
        let weather = self.stage.lock().weather;
        if self.stage.happens(weather.killed_at_point) {
            self.kill(name);
            crash::end();
        }
        if self.stage.happens(weather.stopped_at_point) {
            self.stage.tell(format!("  {} is stopped at {name}", self.who));
            self.stage.over(self.who, Standing::Stopped);
            self.stage.wait(self.who);
            self.stage.tell(format!("  {} goes on at {name}", self.who));
        }
    }

    fn write(&self, what: Write) -> Fate {
        let (weather, on) = {
            let state = self.stage.lock();
            (state.weather, state.on)
        };
        if self.is_killed() {
            return Fate::Killed;
        }
        // The writer looks once a second whether it could write, also while it is not its turn.
        if on != self.who {
            return Fate::Made;
        }
        let name = what.as_str();
        for (odds, fate) in [
            (weather.write_lost, Fate::Lost),
            (weather.write_kept, Fate::Kept),
            (weather.killed_at_write, Fate::Killed),
            (weather.killed_at_write, Fate::Done),
        ] {
            if self.stage.happens(odds) {
                match fate {
                    Fate::Killed => self.kill(&format!("{name}, before it")),
                    Fate::Done => self.kill(&format!("{name}, behind it")),
                    _ => self.stage.tell(format!("  {}: {name} is {fate:?}", self.who)),
                }
                return fate;
            }
        }
        Fate::Made
    }
}
