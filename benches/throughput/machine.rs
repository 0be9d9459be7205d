//! What the machine says of itself and of us.

use std::ops::Sub;

use rustix::time::{ClockId, clock_gettime};

/// What processes have taken so far.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    seconds: f64,
    /// The most memory that each has had, together.
    pub(crate) mib: f64,
}

impl Spent {
    /// Of this process and those.
    pub(crate) fn now(children: &[u32]) -> Self {
        let all = std::iter::once(std::process::id()).chain(children.iter().copied());
        all.map(Self::of).fold(Self { seconds: 0.0, mib: 0.0 }, |sum, one| Self {
            seconds: sum.seconds + one.seconds,
            mib: sum.mib + one.mib,
        })
    }

    /// Of one process.
    pub(crate) fn of(process: u32) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let (_, stat) = stat.rsplit_once(')').unwrap();
        let ticks = stat.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum();
        Self { seconds: ticks / 100.0, mib: mib(process, "VmHWM:") }
    }

    pub(crate) fn millis(self) -> f64 {
        self.seconds * 1e3
    }
}

impl Sub for Spent {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { seconds: self.seconds - before.seconds, mib: self.mib }
    }
}

/// How much memory a process has now, in MiB.
pub(crate) fn resident(process: u32) -> f64 {
    mib(process, "VmRSS:")
}

fn mib(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let told = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    let kib: f64 = told.trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024.0
}

/// Flushes that all block devices have completed.
pub(crate) fn flushes() -> u64 {
    let mut flushes = 0;
    for device in std::fs::read_dir("/sys/block").unwrap() {
        let stat = std::fs::read_to_string(device.unwrap().path().join("stat")).unwrap_or_default();
        flushes += stat.split_whitespace().nth(15).map_or(0, |told| told.parse().unwrap_or(0));
    }
    flushes
}

/// One clock for all processes.
pub(crate) fn now_micros() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000).unwrap()
}
