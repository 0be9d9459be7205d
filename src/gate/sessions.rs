//! Sessions of people: held here, and known to a browser by a random number only. They end when they
//! are idle, when they are old, when somebody signs out, and with the process; what is held of a
//! person is in no file.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::auth::{Roles, Token};
use crate::domain::{ClientId, Entropy, Timestamp};

/// More people than sit at the desks of a provider. Beyond that the one idle for longest is let go.
const SESSIONS_MAX: usize = 10_000;

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without a request.
    pub idle: Duration,
    /// However busy.
    pub whole: Duration,
}

/// Somebody at a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What they are called, to be shown to themselves. Kept nowhere.
    pub name: String,
    /// What they may act as.
    pub roles: Roles,
    /// What a form of theirs must carry: another site can make a browser send its cookie, not this.
    pub csrf: String,
}

/// A person's session.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) person: Person,
    /// The local account that it began with, and its password as it was kept then.
    pub(super) account: Option<(ClientId, String)>,
    begun: Timestamp,
    seen: Timestamp,
}

type Key = [u8; 32];

pub(super) struct Sessions {
    lifetimes: Lifetimes,
    held: Mutex<BTreeMap<Key, Session>>,
}

impl Sessions {
    pub(super) fn new(lifetimes: Lifetimes) -> Self {
        Self { lifetimes, held: Mutex::default() }
    }

    /// Begins a session; gives what the browser is to send.
    pub(super) fn begin(
        &self,
        name: String,
        roles: Roles,
        account: Option<(ClientId, String)>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> String {
        let (secret, csrf) = (drawn(entropy), drawn(entropy));
        let person = Person { name, roles, csrf };
        let session = Session { person, account, begun: now, seen: now };
        let mut held = self.lock();
        held.retain(|_, session| self.is_alive(session, now));
        if held.len() >= SESSIONS_MAX
            && let Some(idlest) = held.iter().min_by_key(|(_, one)| one.seen).map(|(key, _)| *key)
        {
            held.remove(&idlest);
        }
        held.insert(key(&secret), session);
        secret
    }

    /// The session of what a browser has sent, where that is alive; then it is so anew.
    pub(super) fn of(&self, secret: &str, now: Timestamp) -> Option<Session> {
        let mut held = self.lock();
        let session = held.get_mut(&key(secret))?;
        if !self.is_alive(session, now) {
            held.remove(&key(secret));
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    pub(super) fn end(&self, secret: &str) {
        self.lock().remove(&key(secret));
    }

    fn is_alive(&self, session: &Session, now: Timestamp) -> bool {
        now.since(session.seen) < self.lifetimes.idle
            && now.since(session.begun) < self.lifetimes.whole
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Session>> {
        // Nothing in here breaks half way.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 random bits, in hexadecimal digits.
pub(super) fn drawn(entropy: &dyn Entropy) -> String {
    // A token's secret is such a number: its digits alone.
    let token = Token::draw(entropy).reveal();
    token.rsplit('_').next().unwrap_or_default().to_owned()
}

/// What is held is found by a hash: the time of a look-up says nothing about how near a guess was.
fn key(secret: &str) -> Key {
    Sha256::digest(secret).into()
}
