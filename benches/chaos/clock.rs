//! Clocks that jump, for processes that believe them: Debian's libfaketime, told by a file. Only the time
//! of day jumps; what a process waits by does not, as on a machine whose clock is set.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sluss::domain::{Clock, SystemClock, Timestamp};

pub(super) struct FalseClock {
    faketime: Option<PathBuf>,
    file: PathBuf,
    ahead: AtomicI64,
}

impl FalseClock {
    /// One that is right, told by a file of this folder.
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        let file = folder.join(format!("clock-{name}"));
        let clock = Self { faketime: faketime(), file, ahead: AtomicI64::new(0) };
        clock.set(0);
        clock
    }

    /// Whether it is believed at all here.
    pub(super) fn jumps(&self) -> bool {
        self.faketime.is_some()
    }

    /// Jumps to so many seconds ahead of the right time, or behind it.
    pub(super) fn set(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
        // Somebody reads it at each look at the time: never half of it.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{ahead:+}\n")).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::SeqCst)
    }

    /// What those who go by it believe.
    pub(super) fn now(&self) -> Timestamp {
        let micros = SystemClock.now().micros() + self.ahead() * 1_000_000;
        Timestamp::from_micros(micros)
    }

    /// For whoever is to go by it.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let Some(faketime) = &self.faketime else { return Vec::new() };
        vec![
            ("LD_PRELOAD", faketime.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }
}

/// Takes away what libfaketime has left of a process that was killed: the next one with its number would
/// stumble over it.
pub(super) fn bury(process: u32) {
    for left in [format!("faketime_shm_{process}"), format!("sem.faketime_sem_{process}")] {
        // There is nothing where clocks do not jump.
        let _ = std::fs::remove_file(Path::new("/dev/shm").join(left));
    }
}

/// How long until it is past a moment.
pub(super) fn until(clock: &FalseClock, moment: Timestamp) -> Duration {
    moment.since(clock.now())
}

/// That of the package `libfaketime`, in a folder by the machine's kind.
fn faketime() -> Option<PathBuf> {
    let kinds = std::fs::read_dir("/usr/lib").ok()?;
    let named = |kind: std::fs::DirEntry| kind.path().join("faketime/libfaketimeMT.so.1");
    kinds.filter_map(Result::ok).map(named).find(|path| path.exists())
}
