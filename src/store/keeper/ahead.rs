//! What jobs will ask, told when they are queued: a server answers all of it in one go.
//!
//! An answer that was fetched ahead must still be right when it is given. So a job also says what it is
//! about, and the answers are shared by jobs in a row that are about different things: none of them
//! changes what another has asked. A job that says nothing may change anything: it ends the row.

use std::collections::HashSet;

use super::super::sql::Question;
use super::tx::Tx;
use super::writer::{Finish, Queued};
use crate::domain::{CaseId, ClientId, ExternalId, SubjectRef};
use crate::intake::Kind;

/// What a job will ask, and what it changes.
#[derive(Default)]
pub(super) struct Ahead {
    pub(super) about: Vec<About>,
    pub(super) database: Vec<Question>,
    pub(super) keys: Vec<Question>,
}

/// What a job reads before it changes it, and no other job in between.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// Its row.
    Case(CaseId),
    /// Whether something was handed in under a name.
    Called(ClientId, Kind, ExternalId),
    /// Their key.
    Person(SubjectRef),
}

/// Runs jobs in their order, those in a row that know what they ask with one question to the server.
pub(super) fn run(tx: &mut Tx<'_>, batch: Vec<Queued>, finishes: &mut Vec<Finish>) {
    let mut batch = batch.into_iter().peekable();
    while let Some(first) = batch.next() {
        let (mut row, mut ahead) = (vec![first.job], Ahead::default());
        if let Some(asks) = first.ahead {
            let mut about = HashSet::new();
            add(&mut ahead, &mut about, asks);
            while let Some(next) = batch.next_if(|next| shares(&about, next)) {
                row.push(next.job);
                add(&mut ahead, &mut about, next.ahead.unwrap_or_default());
            }
        }
        let fetched = tx.ask_ahead(ahead);
        if let Err(error) = &fetched {
            tx.torn.get_or_insert_with(|| error.clone());
        }
        for job in row {
            finishes.push(match &fetched {
                Ok(()) => job(Ok(&mut *tx)),
                Err(error) => job(Err(error.clone())),
            });
        }
        tx.forget();
    }
}

/// Whether a job knows what it asks, and asks about nothing that one before it changes.
fn shares(about: &HashSet<About>, next: &Queued) -> bool {
    next.ahead.as_ref().is_some_and(|asks| asks.about.iter().all(|one| !about.contains(one)))
}

fn add(ahead: &mut Ahead, about: &mut HashSet<About>, asks: Ahead) {
    about.extend(asks.about);
    ahead.database.extend(asks.database);
    ahead.keys.extend(asks.keys);
}
