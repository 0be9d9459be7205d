//! How people sign in: with a local account, with a provider (`OpenID` Connect: code and PKCE), or, the
//! very first time, with the one-time token that `serve` has printed.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;
use zeroize::Zeroizing;

use super::issuer::{Issuer, Redeemed};
use super::sessions::{Lifetimes, Sessions, drawn};
use super::{Closed, Gate, closed};
use crate::auth::{Action, Denial, Roles, Token, TokenHash, password};
use crate::domain::{ClientId, Timestamp};
use crate::store::{AccountRow, StoreError};

/// So many wrong passwords a minute for one name.
const TRIES_A_MINUTE: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// So many names are told apart at once; whoever is new beyond that shares one.
const NAMES_MAX: usize = 10_000;

/// How long somebody may take at the provider.
const AWAY_MAX: Duration = Duration::from_mins(10);

/// So many may be at the provider at once.
const PENDING_MAX: usize = 1_000;

/// How long to wait for a turn at hashing.
const TURN: Duration = Duration::from_secs(5);

/// What signing in needs.
pub(super) struct People {
    pub(super) sessions: Sessions,
    provider: Option<Issuer>,
    pending: Mutex<BTreeMap<String, Pending>>,
    first: Mutex<Option<TokenHash>>,
    tries: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
    /// One password is hashed at a time: it takes a core and twenty megabytes.
    hashing: Semaphore,
    /// Hashed where there is no account, so that the time does not tell.
    decoy: String,
}

/// Somebody who is at the provider.
struct Pending {
    browser: String,
    nonce: String,
    verifier: String,
    since: Timestamp,
}

/// Where to send a browser, and what it is to bring back.
pub struct Sent {
    /// To the provider.
    pub to: Url,
    /// The cookie that ties the answer to this browser.
    pub browser: String,
}

/// What a browser brings back from the provider.
pub struct Returned<'r> {
    /// The cookie.
    pub browser: &'r str,
    /// Of the answer.
    pub state: &'r str,
    /// Of the answer.
    pub code: &'r str,
    /// Who says that it answers (RFC 9207), where it says so.
    pub issuer: Option<&'r str>,
}

impl People {
    pub(super) fn new(lifetimes: Lifetimes, provider: Option<Issuer>) -> Self {
        let decoy = password::hash("no account has this", &crate::domain::SeededEntropy::new(0));
        Self {
            sessions: Sessions::new(lifetimes),
            provider,
            pending: Mutex::default(),
            first: Mutex::default(),
            tries: RateLimiter::hashmap(Quota::per_minute(TRIES_A_MINUTE)),
            clock: DefaultClock::default(),
            hashing: Semaphore::new(1),
            decoy: decoy.unwrap_or_default(),
        }
    }

    /// One try for a name; past the limit, in how many seconds there is another.
    fn try_once(&self, name: &str) -> Result<(), Closed> {
        if self.tries.len() >= NAMES_MAX {
            self.tries.retain_recent();
        }
        let name = if self.tries.len() < NAMES_MAX { name } else { "" };
        self.tries.check_key(&name.to_owned()).map_err(|full| {
            let wait = full.wait_time_from(self.clock.now()).as_secs();
            Closed::TooMany(u32::try_from(wait).unwrap_or(u32::MAX).saturating_add(1))
        })
    }

    async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Closed> {
        let turn = tokio::time::timeout(TURN, self.hashing.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(Closed::TooMany(10)) };
        tokio::task::spawn_blocking(work).await.map_err(|_| Closed::TooMany(10))
    }
}

impl Gate {
    /// Whether people may sign in with a provider.
    pub fn has_provider(&self) -> bool {
        self.0.people.provider.is_some()
    }

    /// Whether the one-time token waits to be used.
    pub fn awaits_first(&self) -> bool {
        self.first().is_some()
    }

    /// The one-time token of a deployment where nobody can sign in yet; `None`: somebody can.
    pub async fn first_token(&self) -> Result<Option<Zeroizing<String>>, StoreError> {
        if self.has_provider() || !self.0.store.accounts().await?.is_empty() {
            return Ok(None);
        }
        let token = Token::draw(&*self.0.entropy);
        *self.first() = Some(token.hash());
        Ok(Some(token.reveal()))
    }

    /// Spends the one-time token on the first account, and signs its holder in.
    pub async fn begin_with(
        &self,
        token: &str,
        name: &str,
        word: Zeroizing<String>,
        roles: Roles,
    ) -> Result<String, Closed> {
        self.0.people.try_once("the one-time token")?;
        let token = Token::parse(token.trim());
        let is_it = |kept: &TokenHash| token.as_ref().is_some_and(|token| token.is(kept));
        if !self.first().as_ref().is_some_and(is_it) {
            return Err(self.note(Denial::UnknownToken));
        }
        let name = ClientId::parse(name).map_err(|_| Closed::Denied(Denial::Malformed))?;
        let entropy = self.0.entropy.clone();
        let hashed = self.0.people.hash(move || password::hash(&word, &*entropy)).await?;
        let hashed = hashed.map_err(|_| Closed::Denied(Denial::Malformed))?;
        // Spent before it is of use, and once, whoever else is just as quick.
        if self.first().take().is_none() {
            return Err(self.note(Denial::UnknownToken));
        }
        let created = self.0.clock.now();
        let account = AccountRow { name, roles, password: hashed, created };
        self.0.store.keep_account(account.clone(), false).await?;
        Ok(self.signed_in(account))
    }

    /// Signs in with a local account; gives what the browser is to send.
    pub async fn sign_in(&self, name: &str, word: Zeroizing<String>) -> Result<String, Closed> {
        let people = &self.0.people;
        people.try_once(name.get(..ClientId::LENGTH_MAX).unwrap_or(name))?;
        let account = match ClientId::parse(name) {
            Ok(name) => self.0.store.account(&name).await?,
            Err(_) => None,
        };
        let kept = account.as_ref().map_or(&people.decoy, |account| &account.password).clone();
        let is_it = people.hash(move || password::is(&word, &kept)).await?;
        match account {
            Some(account) if is_it => Ok(self.signed_in(account)),
            _ => Err(self.note(Denial::Password)),
        }
    }

    /// Ends a session.
    pub fn sign_out(&self, secret: &str) {
        self.0.people.sessions.end(secret);
    }

    /// Sends a browser to the provider.
    pub async fn send_to_provider(&self) -> Result<Sent, Closed> {
        let provider = self.0.people.provider.as_ref().ok_or(Closed::Issuer)?;
        let entropy = &*self.0.entropy;
        let verifier: [u8; 32] = entropy.array();
        let verifier = URL_SAFE_NO_PAD.encode(verifier);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let (state, nonce, browser) = (drawn(entropy), drawn(entropy), drawn(entropy));
        let now = self.0.clock.now();
        let to = provider
            .authorization(&state, &nonce, &challenge, now)
            .await
            .map_err(|refused| closed(&refused))?;
        let mut pending = self.0.people.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, one| now.since(one.since) < AWAY_MAX);
        if pending.len() >= PENDING_MAX {
            return Err(Closed::TooMany(60));
        }
        pending.insert(state, Pending { browser: browser.clone(), nonce, verifier, since: now });
        Ok(Sent { to, browser })
    }

    /// Signs in whom the provider has sent back; gives what the browser is to send.
    pub async fn back_from_provider(&self, returned: Returned<'_>) -> Result<String, Closed> {
        let provider = self.0.people.provider.as_ref().ok_or(Closed::Issuer)?;
        let now = self.0.clock.now();
        let pending = {
            let mut all = self.0.people.pending.lock().unwrap_or_else(PoisonError::into_inner);
            // Each answer counts once.
            all.remove(returned.state)
        };
        let is_theirs = |pending: &Pending| {
            now.since(pending.since) < AWAY_MAX && pending.browser == returned.browser
        };
        let pending = pending.filter(is_theirs).ok_or_else(|| self.note(Denial::State))?;
        if returned.issuer.is_some_and(|issuer| issuer != provider.plan().expected.issuer) {
            return Err(self.note(Denial::NotForUs));
        }
        let Redeemed { claims } = provider
            .redeem(returned.code, &pending.verifier, now)
            .await
            .map_err(|refused| self.noted(closed(&refused)))?;
        if claims.text("nonce") != Some(pending.nonce.as_str()) {
            return Err(self.note(Denial::State));
        }
        let client = &provider.plan().expected.audience;
        if claims.text("azp").is_some_and(|azp| azp != client) {
            return Err(self.note(Denial::NotForUs));
        }
        let map = &provider.plan().roles;
        let roles = map.roles(&claims.words(map.claim())).ok_or_else(|| self.note(Denial::Role))?;
        let name = claims.text("preferred_username").or_else(|| claims.text("name"));
        let name = name.or_else(|| claims.subject()).unwrap_or_default().to_owned();
        let entropy = &*self.0.entropy;
        Ok(self.0.people.sessions.begin(name, roles, None, now, entropy))
    }

    fn signed_in(&self, account: AccountRow) -> String {
        let AccountRow { name, roles, password, .. } = account;
        let (now, shown) = (self.0.clock.now(), name.to_string());
        let entropy = &*self.0.entropy;
        self.0.people.sessions.begin(shown, roles, Some((name, password)), now, entropy)
    }

    fn first(&self) -> std::sync::MutexGuard<'_, Option<TokenHash>> {
        self.0.people.first.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, reason: Denial) -> Closed {
        self.noted(Closed::Denied(reason))
    }

    fn noted(&self, closed: Closed) -> Closed {
        if let Closed::Denied(reason) = &closed {
            self.0.notes.denied(self.0.clock.now(), Action::SignIn, *reason);
        }
        closed
    }
}
