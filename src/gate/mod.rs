//! Who is let in: what a request shows to be known by, held against what is kept.
//!
//! The gate answers one question, "may whoever sent this do that?", and notes each no. What it notes
//! is gathered in memory by minute and written once in a while: whoever knocks a thousand times a
//! second costs one row a minute, and no commit.
//!
//! Denials are no leaves. The log is of disclosures, its kinds are a closed list, and it is kept for
//! good: what strangers can make it say without end does not belong there. What somebody who *is* let
//! in reads of the log is a leaf, as before.

mod notes;

use std::sync::Arc;

use crate::auth::{Action, Caller, Denial, Roles, Token, Who};
use crate::domain::Clock;
use crate::store::{Store, StoreError};
use notes::Notes;

pub use notes::run;

/// What a request shows to be known by.
pub enum Shown<'r> {
    /// Nothing at all.
    Nothing,
    /// Something that has no form we know, or more than one thing.
    Unreadable,
    /// `Authorization: Bearer` (RFC 6750, 2.1).
    Bearer(&'r str),
}

/// Why there is no caller.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// Whoever asks may not.
    #[error("denied: {0}")]
    Denied(Denial),
    /// It cannot be told now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The gate of one deployment.
#[derive(Clone)]
pub struct Gate(Arc<Parts>);

struct Parts {
    store: Store,
    clock: Arc<dyn Clock>,
    notes: Notes,
}

impl Gate {
    /// Over the tokens of a store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Parts { store, clock, notes: Notes::default() }))
    }

    /// Who may do this; `None` where anybody may. A no is noted.
    pub async fn admit(&self, action: Action, shown: Shown<'_>) -> Result<Option<Caller>, Closed> {
        let Who::Roles(allowed) = action.who() else { return Ok(None) };
        let admitted = match shown {
            Shown::Nothing => Err(Closed::Denied(Denial::NoCredentials)),
            Shown::Unreadable => Err(Closed::Denied(Denial::Malformed)),
            Shown::Bearer(text) => self.bearer(text).await,
        };
        let admitted = admitted.and_then(|(client, roles)| {
            Caller::admitted(client, roles, allowed).ok_or(Closed::Denied(Denial::Role))
        });
        if let Err(Closed::Denied(reason)) = &admitted {
            self.0.notes.denied(self.0.clock.now(), action, *reason);
        }
        admitted.map(Some)
    }

    /// How often something was denied since this process began, by reason.
    pub fn denials(&self) -> Vec<(Denial, u64)> {
        self.0.notes.totals()
    }

    async fn bearer(&self, text: &str) -> Result<(crate::domain::ClientId, Roles), Closed> {
        let denied = |reason| Err(Closed::Denied(reason));
        let Some(token) = Token::parse(text) else { return denied(Denial::Malformed) };
        let Some(kept) = self.0.store.token(token.id()).await? else {
            return denied(Denial::UnknownToken);
        };
        let now = self.0.clock.now();
        if !token.is(&kept.hash) {
            return denied(Denial::UnknownToken);
        }
        if kept.revoked.is_some() {
            return denied(Denial::Revoked);
        }
        if kept.expires.is_some_and(|expires| expires <= now) {
            return denied(Denial::Expired);
        }
        self.0.notes.used(kept.id, now);
        let roles = Roles::new([kept.role]).ok_or(Closed::Denied(Denial::Role))?;
        Ok((kept.name, roles))
    }
}
