//! The brake on all sending.

use std::sync::{Arc, OnceLock};

/// The brake on all sending. Once pulled it stays: going on needs a person and a restart.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<OnceLock<String>>);

impl Halt {
    /// Pulls it; the first reason stands.
    pub fn pull(&self, reason: &str) {
        if self.0.set(reason.to_owned()).is_ok() {
            tracing::error!(reason, "All sending is stopped");
        }
    }

    /// Why all sending is stopped; `None`: it is not.
    pub fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}
