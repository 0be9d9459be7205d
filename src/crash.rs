//! Points at which a test can kill the process, and writes that a test can let fail. Compiled to
//! nothing in a release build.

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
    /// What a leaf is found by, and the counts that it belongs to.
    Entry,
    /// The row of a node above the leaves.
    Node,
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

/// Ends the process on the spot, as `kill -9` would, where `SLUSS_CRASH_AT` names this point.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    if std::env::var("SLUSS_CRASH_AT").as_deref() == Ok(name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub const fn point(_name: &str) {}

/// Makes a write. Where `SLUSS_FAIL_AT` is `<write>:<how>:<n>`, the n-th such write of this process
/// fails: `lost` (it is not made), `kept` (it is made, and said to have failed), `killed` (the
/// process ends before it) or `done` (the process ends after it).
#[cfg(debug_assertions)]
pub fn write<T, E: From<Injected>>(
    what: Write,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    match fails(what).as_deref() {
        Some("lost") => Err(Injected(what).into()),
        Some("kept") => make().and(Err(Injected(what).into())),
        Some("killed") => std::process::abort(),
        Some("done") => {
            drop(make());
            std::process::abort()
        }
        _ => make(),
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

/// How this very write is to fail, if it is.
#[cfg(debug_assertions)]
fn fails(what: Write) -> Option<String> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static MADE: AtomicU32 = AtomicU32::new(0);
    let told = std::env::var("SLUSS_FAIL_AT").ok()?;
    let mut parts = told.split(':');
    let (name, how) = (parts.next()?, parts.next()?);
    let nth: u32 = parts.next()?.parse().ok()?;
    let this = name == what.as_str() && MADE.fetch_add(1, Ordering::Relaxed) + 1 == nth;
    this.then(|| how.to_owned())
}
