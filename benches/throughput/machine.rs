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
        let mut spent = Self { seconds: 0.0, mib: 0.0 };
        let all = std::iter::once("self".to_owned()).chain(children.iter().map(u32::to_string));
        for process in all {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
            let (_, stat) = stat.rsplit_once(')').unwrap();
            let ticks = stat.split_whitespace().skip(11).take(2);
            let ticks: f64 = ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum();
            spent.seconds += ticks / 100.0;
            let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
            let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
            let kib: f64 = most.trim().trim_end_matches(" kB").parse().unwrap();
            spent.mib += kib / 1024.0;
        }
        spent
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

/// Copies the one case of a store until there are so many, each of the same customer.
pub(crate) fn multiply(database: &rusqlite::Connection, cases: u64) {
    let sql = format!(
        "PRAGMA synchronous = OFF;
         CREATE TEMP TABLE copy AS
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cases})
           SELECT i, randomblob(16) AS id, randomblob(16) AS submission FROM n;
         INSERT INTO submission (id, kind, client, external_id, body_mac, accepted_us)
           SELECT copy.submission, kind, client, 'COPY-' || i, body_mac, accepted_us
             FROM copy, (SELECT * FROM submission LIMIT 1);
         INSERT INTO case_ (id, submission, item, recipient, purpose, act, subject, state, due_us,
                            accepted_us, changed_us)
           SELECT copy.id, copy.submission, item, recipient, purpose, act, subject, state, due_us + i,
                  accepted_us, changed_us
             FROM copy, (SELECT * FROM case_ LIMIT 1);
         INSERT INTO payload (case_id, sealed)
           SELECT copy.id, sealed FROM copy, (SELECT * FROM payload LIMIT 1);
         DELETE FROM moved;"
    );
    database.execute_batch(&sql).unwrap();
}
