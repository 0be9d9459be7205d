//! Points at which a test can kill the process. Compiled to nothing in a release build.

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
