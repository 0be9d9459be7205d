//! What people at a desk do with cases: look for one, begin a fault, see what would be sent, say more,
//! decide about what is held. Not how it looks; that is `pages`.
//!
//! The operator is never chosen: it follows from the case or the access. What is shown before sending is
//! made by the very steps that send (`record::preview`), of a case that was read by the very intake that
//! takes it in, with the ids that it will have.
//!
//! ```text
//! ground   where a fault is: a case or an access, and whose        find     cases and accesses
//! fault    what somebody tells of a fault, as a trouble ticket     preview  what would leave
//! decide   held cases, and what else a person decides              story    what happened
//! review   what was vouched for, looked at by another            incident what was wrongly sent
//! ```

mod decide;
mod fault;
mod find;
mod ground;
mod incident;
mod preview;
mod review;
mod story;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

pub use decide::{Decided, Decision, Said};
pub use fault::{DraftId, Told, Visit};
pub use find::{Finds, SEARCH_MAX};
pub use ground::{Ground, Start};
pub use incident::{Report, Sent};
pub use preview::{Leaving, Seen};
pub use review::Vouched;
pub use story::{Clocks, Entry, Story, StoryError};

use crate::auth::Roles;
use crate::domain::{ClientId, Clock, Entropy, HoldReason, RecipientId};
use crate::intake::IntakeError;
use crate::log::Role;
use crate::recipients::Recipients;
use crate::settle::Halt;
use crate::store::{Sight, Store, StoreError};

/// What a desk works with.
#[derive(Clone)]
pub struct Desk(Arc<Parts>);

/// The parts of a [`Desk`].
pub struct Parts {
    /// Where cases and log are.
    pub store: Store,
    /// Who may receive, and what.
    pub recipients: Arc<Recipients>,
    /// Their ids.
    pub ids: BTreeSet<RecipientId>,
    /// As whom people hand in.
    pub client: ClientId,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For ids.
    pub entropy: Arc<dyn Entropy>,
    /// The brake on all sending: while it is pulled nothing is taken in.
    pub halt: Halt,
    /// The longest body that intake reads.
    pub body_bytes_max: usize,
    /// How a desk works here.
    pub rules: Rules,
}

/// How a desk works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long what people have written can be taken back, before it leaves.
    pub undo: Duration,
    /// Why a case is held that two persons must release together.
    pub four_eyes: BTreeSet<HoldReason>,
    /// So many days before an agreement ends, that is warned of.
    pub agreement_warning_days: u32,
}

/// Why a desk cannot do what was asked.
#[derive(Debug, Error)]
pub enum DeskError {
    /// It is not there, or not for whoever asks.
    #[error("there is no such case or access")]
    NotThere,
    /// Nothing is taken in now.
    #[error("nothing is taken in now")]
    Halted,
    /// It cannot be taken in as it is.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// It has changed, or cannot be done now, or cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its story cannot be told.
    #[error(transparent)]
    Story(#[from] StoryError),
}

impl Desk {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// What somebody with these roles sees. Protected identities are for the privacy role.
    pub fn sight(roles: &Roles) -> Sight {
        match roles.first_of(&[Role::Privacy]) {
            Some(_) => Sight::Restricted,
            None => Sight::Ordinary,
        }
    }

    fn may_take(&self) -> Result<(), DeskError> {
        if self.halt.reason().is_some() { Err(DeskError::Halted) } else { Ok(()) }
    }
}

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}
