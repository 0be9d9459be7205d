//! Who is let in: what a request shows to be known by, held against what is kept.
//!
//! The gate answers one question, "may whoever sent this do that?", and notes each no. What it notes
//! is gathered in memory by minute and written once in a while: whoever knocks a thousand times a
//! second costs one row a minute, and no commit.
//!
//! Denials are no leaves. The log is of disclosures, its kinds are a closed list, and it is kept for
//! good: what strangers can make it say without end does not belong there. What somebody who *is* let
//! in reads of the log is a leaf, as before.

mod issuer;
mod notes;
mod people;
mod sessions;

use std::sync::Arc;

use crate::auth::jwt::Flaw;
use crate::auth::{Action, Caller, Denial, Roles, Token, Who};
use crate::domain::{ClientId, Clock, Entropy, IdError};
use crate::store::{Store, StoreError};
use issuer::Refused;
use notes::Notes;
use people::People;

pub use issuer::{Issuer, IssuerError};
pub use notes::run;
pub use people::{Returned, Sent};
pub use sessions::{Lifetimes, Person};

/// The client that people are.
pub fn staff() -> Result<ClientId, IdError> {
    ClientId::parse(STAFF)
}

/// The client that people are: a desk shares what it has handed in, and no name of theirs is kept.
const STAFF: &str = "staff";

/// What a request shows to be known by.
pub enum Shown<'r> {
    /// Nothing at all.
    Nothing,
    /// Something that has no form we know, or more than one thing.
    Unreadable,
    /// `Authorization: Bearer` (RFC 6750, 2.1).
    Bearer(&'r str),
    /// The cookie of a session.
    Session(&'r str),
}

/// Who was let in.
pub struct Admitted {
    /// As whom they act.
    pub caller: Caller,
    /// Who they are, where they are a person at a browser.
    pub person: Option<Person>,
}

/// Why there is no caller.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// Whoever asks may not.
    #[error("denied: {0}")]
    Denied(Denial),
    /// There were too many tries; so many seconds later there may be another.
    #[error("too many tries")]
    TooMany(u32),
    /// The issuer's keys cannot be had now.
    #[error("the issuer of the token cannot be asked for its keys")]
    Issuer,
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
    entropy: Arc<dyn Entropy>,
    issuer: Option<Issuer>,
    people: People,
    notes: Notes,
}

/// What a gate is made of.
pub struct GateParts {
    /// Where tokens and accounts are.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For sessions.
    pub entropy: Arc<dyn Entropy>,
    /// Whose tokens are taken beside our own.
    pub issuer: Option<Issuer>,
    /// Whom people may sign in with.
    pub provider: Option<Issuer>,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
}

impl Gate {
    /// Puts the parts together.
    pub fn new(parts: GateParts) -> Self {
        let GateParts { store, clock, entropy, issuer, provider, lifetimes } = parts;
        let people = People::new(lifetimes, provider);
        Self(Arc::new(Parts { store, clock, entropy, issuer, people, notes: Notes::default() }))
    }

    /// Who may do this; `None` where anybody may. A no is noted.
    pub async fn admit(
        &self,
        action: Action,
        shown: Shown<'_>,
    ) -> Result<Option<Admitted>, Closed> {
        let Who::Roles(allowed) = action.who() else { return Ok(None) };
        let known = match shown {
            Shown::Nothing => Err(Closed::Denied(Denial::NoCredentials)),
            Shown::Unreadable => Err(Closed::Denied(Denial::Malformed)),
            Shown::Bearer(text) => self.bearer(text).await.map(|(who, roles)| (who, roles, None)),
            Shown::Session(secret) => self.session(secret).await,
        };
        let admitted = known.and_then(|(client, roles, person)| {
            let caller = Caller::admitted(client, roles, allowed);
            let caller = caller.ok_or(Closed::Denied(Denial::Role))?;
            Ok(Admitted { caller, person })
        });
        if let Err(Closed::Denied(reason)) = &admitted {
            self.deny(action, *reason);
        }
        admitted.map(Some)
    }

    /// Notes a no.
    pub fn deny(&self, action: Action, reason: Denial) {
        self.0.notes.denied(self.0.clock.now(), action, reason);
    }

    /// A person's session. One that began with a local account lasts as long as that is as it was.
    async fn session(&self, secret: &str) -> Result<(ClientId, Roles, Option<Person>), Closed> {
        let ended = || Closed::Denied(Denial::Expired);
        let people = &self.0.people;
        let session = people.sessions.of(secret, self.0.clock.now()).ok_or_else(ended)?;
        let mut person = session.person;
        if let Some((name, password)) = &session.account {
            let account = self.0.store.account(name).await?;
            let account = account.filter(|account| account.password == *password);
            let Some(account) = account else {
                people.sessions.end(secret);
                return Err(ended());
            };
            // As they are at this moment.
            person.roles = account.roles;
        }
        let client = staff().map_err(|_| Closed::Denied(Denial::Claims))?;
        Ok((client, person.roles.clone(), Some(person)))
    }

    /// How often something was denied since this process began, by reason.
    pub fn denials(&self) -> Vec<(Denial, u64)> {
        self.0.notes.totals()
    }

    async fn bearer(&self, text: &str) -> Result<(ClientId, Roles), Closed> {
        match (Token::parse(text), &self.0.issuer) {
            (Some(token), _) => self.ours(&token).await,
            // Only what can be one: two dots.
            (None, Some(issuer)) if text.bytes().filter(|byte| *byte == b'.').count() == 2 => {
                self.issued(issuer, text).await
            }
            (None, _) => Err(Closed::Denied(Denial::Malformed)),
        }
    }

    /// A token of the issuer. Its client is `client_id` (RFC 9068), else `azp`, else `sub`.
    async fn issued(&self, issuer: &Issuer, text: &str) -> Result<(ClientId, Roles), Closed> {
        let claims =
            issuer.verify(text, self.0.clock.now()).await.map_err(|refused| closed(&refused))?;
        let client = claims.text("client_id").or_else(|| claims.text("azp"));
        let client = client.or_else(|| claims.subject()).ok_or(Closed::Denied(Denial::Claims))?;
        let client = ClientId::parse(client).map_err(|_| Closed::Denied(Denial::Claims))?;
        let map = &issuer.plan().roles;
        let roles = map.roles(&claims.words(map.claim()));
        Ok((client, roles.ok_or(Closed::Denied(Denial::Role))?))
    }

    /// A token that we have made.
    async fn ours(&self, token: &Token) -> Result<(ClientId, Roles), Closed> {
        let denied = |reason| Err(Closed::Denied(reason));
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

fn closed(refused: &Refused) -> Closed {
    Closed::Denied(match refused {
        Refused::Unreachable => return Closed::Issuer,
        Refused::Flaw(Flaw::Malformed | Flaw::Algorithm) => Denial::NoJwt,
        Refused::Flaw(Flaw::UnknownKey) => Denial::UnknownKey,
        Refused::Flaw(Flaw::Signature) => Denial::Signature,
        Refused::Flaw(Flaw::Issuer | Flaw::Audience) => Denial::NotForUs,
        Refused::Flaw(Flaw::Expired) => Denial::Expired,
        Refused::Flaw(Flaw::NotYet) => Denial::NotYet,
        Refused::Flaw(Flaw::Claims) => Denial::Claims,
    })
}
