//! Points at which a test can kill the process, and writes that a test can let fail: named by the
//! environment for a real process, or decided by a [`Director`] for one that is simulated within the
//! test's own. Compiled to nothing in a release build.

use std::fmt;

/// A write of the store, in the order in which one commit makes them. Whoever adds a write adds a
/// member; `closed.rs` lets each fail in each way, and finds a write that is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The write transaction begins.
    Begin,
    /// The rows of one job, which go or stay together.
    Job,
    /// The key store's write transaction begins.
    KeysBegin,
    /// A leaf's row.
    Leaf,
    /// What a leaf is found by.
    Entry,
    /// The row of a node above the leaves.
    Node,
    /// The counts that the leaves of a commit belong to.
    Tally,
    /// The head.
    Head,
    /// The signed checkpoint of a size.
    Checkpoint,
    /// The key store commits.
    KeysCommit,
    /// The database commits.
    Commit,
    /// The checkpoint's copy is written beside the old one.
    CopyWrite,
    /// The copy is made durable.
    CopySync,
    /// The copy takes the old one's place.
    CopyRename,
}

impl Write {
    /// Every write.
    pub const ALL: &'static [Self] = &[
        Self::Begin,
        Self::Job,
        Self::KeysBegin,
        Self::Leaf,
        Self::Entry,
        Self::Node,
        Self::Tally,
        Self::Head,
        Self::Checkpoint,
        Self::KeysCommit,
        Self::Commit,
        Self::CopyWrite,
        Self::CopySync,
        Self::CopyRename,
    ];

    /// Its name in `SLUSS_FAIL_AT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Job => "job",
            Self::KeysBegin => "keys-begin",
            Self::Leaf => "leaf",
            Self::Entry => "entry",
            Self::Node => "node",
            Self::Tally => "tally",
            Self::Head => "head",
            Self::Checkpoint => "checkpoint",
            Self::KeysCommit => "keys-commit",
            Self::Commit => "commit",
            Self::CopyWrite => "copy-write",
            Self::CopySync => "copy-sync",
            Self::CopyRename => "copy-rename",
        }
    }
}

/// What a write that a test lets fail says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injected(pub Write);

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a test lets {} fail", self.0.as_str())
    }
}

impl std::error::Error for Injected {}

impl From<Injected> for std::io::Error {
    fn from(injected: Injected) -> Self {
        Self::other(injected)
    }
}

/// How a write ends, where a test says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// As it would by itself.
    Made,
    /// It is not made.
    Lost,
    /// It is made, and said to have failed.
    Kept,
    /// The process ends before it.
    Killed,
    /// The process ends after it.
    Done,
}

/// Says what becomes of one simulated process: of the thread that [`direct`] was called on, and of
/// those that its store starts.
#[cfg(debug_assertions)]
pub trait Director: Send + Sync {
    /// A thread has come to a point: it may be held here, or ended ([`end`]).
    fn point(&self, name: &str);
    /// A write is about to be made.
    fn write(&self, what: Write) -> Fate;
}

#[cfg(debug_assertions)]
thread_local! {
    static DIRECTOR: std::cell::RefCell<Option<std::sync::Arc<dyn Director>>> =
        const { std::cell::RefCell::new(None) };
}

/// Lets this thread be directed.
#[cfg(debug_assertions)]
pub fn direct(director: std::sync::Arc<dyn Director>) {
    DIRECTOR.with(|mine| *mine.borrow_mut() = Some(director));
}

#[cfg(debug_assertions)]
fn director() -> Option<std::sync::Arc<dyn Director>> {
    DIRECTOR.with(|mine| mine.borrow().clone())
}

/// What a new thread of the store is to run: directed as the one that starts it.
#[cfg(debug_assertions)]
pub fn inherited<T>(run: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let director = director();
    move || {
        if let Some(director) = director {
            direct(director);
        }
        run()
    }
}

/// What a new thread of the store is to run.
#[cfg(not(debug_assertions))]
pub const fn inherited<T, F: FnOnce() -> T>(run: F) -> F {
    run
}

/// What a thread of a simulated process ends with.
#[cfg(debug_assertions)]
#[derive(Clone, Copy, Debug)]
pub struct Killed;

/// Ends the process on the spot, as `kill -9` would; of a simulated one, this thread.
#[cfg(debug_assertions)]
pub fn end() -> ! {
    if director().is_some() {
        std::panic::resume_unwind(Box::new(Killed));
    }
    std::process::abort()
}

/// Ends the process where `SLUSS_CRASH_AT` names this point.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    if let Some(director) = director() {
        director.point(name);
    } else if std::env::var("SLUSS_CRASH_AT").as_deref() == Ok(name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub const fn point(_name: &str) {}

/// Makes a write. Where `SLUSS_FAIL_AT` is `<write>:<how>:<n>`, the n-th such write of this process
/// fails: `lost`, `kept`, `killed` or `done` ([`Fate`]).
#[cfg(debug_assertions)]
pub fn write<T, E: From<Injected>>(
    what: Write,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    match director().map_or_else(|| told(what), |director| director.write(what)) {
        Fate::Made => make(),
        Fate::Lost => Err(Injected(what).into()),
        Fate::Kept => make().and(Err(Injected(what).into())),
        Fate::Killed => end(),
        Fate::Done => {
            drop(make());
            end()
        }
    }
}

/// Makes a write.
#[cfg(not(debug_assertions))]
#[inline]
pub fn write<T, E: From<Injected>>(
    _what: Write,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    make()
}

/// How this very write is to end, by the environment.
#[cfg(debug_assertions)]
fn told(what: Write) -> Fate {
    use std::sync::atomic::{AtomicU32, Ordering};
    static MADE: AtomicU32 = AtomicU32::new(0);
    let Ok(told) = std::env::var("SLUSS_FAIL_AT") else { return Fate::Made };
    let mut parts = told.split(':');
    let (Some(name), Some(how)) = (parts.next(), parts.next()) else { return Fate::Made };
    let nth = parts.next().and_then(|nth| nth.parse().ok());
    if name != what.as_str() || nth != Some(MADE.fetch_add(1, Ordering::Relaxed) + 1) {
        return Fate::Made;
    }
    match how {
        "lost" => Fate::Lost,
        "kept" => Fate::Kept,
        "killed" => Fate::Killed,
        "done" => Fate::Done,
        _ => Fate::Made,
    }
}
