//! The way to an issuer of tokens: what it is asked for is its keys. The third HTTP client of this
//! program, and like the others it does not retry by itself, follows no redirect, and reads a bounded
//! answer. Nothing of a case can be said to it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use tokio::sync::Mutex;
use url::Url;

use crate::auth::KeySet;
use crate::auth::jwt::{self, Claims, Flaw};
use crate::config;
use crate::domain::Timestamp;
use crate::telemetry;

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys are asked for again when they are older.
const KEYS_FRESH: Duration = Duration::from_mins(15);

/// Where the issuer cannot be reached, keys that are older are not gone by: one may have been
/// withdrawn.
const KEYS_OLD: Duration = Duration::from_hours(24);

/// It is asked no more often than this, whatever key ids strangers make up.
const ASK_EVERY: Duration = Duration::from_secs(30);

/// Why there is no way to an issuer.
#[derive(Debug, Error)]
pub enum IssuerError {
    /// The client cannot be made.
    #[error("TLS to the issuer cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Why a token of an issuer is not taken.
#[derive(Debug, Error)]
pub(super) enum Refused {
    /// The token is not good.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// The issuer's keys cannot be had.
    #[error("the issuer cannot be asked for its keys")]
    Unreachable,
}

/// Why the issuer did not answer.
#[derive(Debug, Error)]
enum AskError {
    #[error("the issuer does not answer")]
    Unanswered(#[source] reqwest::Error),
    #[error("the issuer answers with status {0}")]
    Status(u16),
    #[error("the issuer's answer is not what the protocol says: {0}")]
    Answer(&'static str),
}

impl From<reqwest::Error> for AskError {
    fn from(error: reqwest::Error) -> Self {
        Self::Unanswered(error.without_url())
    }
}

/// An issuer, and its keys as far as they are known.
pub struct Issuer {
    plan: config::Issuer,
    http: reqwest::Client,
    known: RwLock<Known>,
    asking: Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<KeySet>,
    fetched: Option<Timestamp>,
    asked: Option<Timestamp>,
}

/// What an issuer says of itself (OpenID Connect Discovery 1.0; RFC 8414).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl Issuer {
    /// Makes the client; asks for nothing yet.
    pub fn open(plan: config::Issuer) -> Result<Self, IssuerError> {
        // Others in the tree may ask for it; whoever is first decides, and all ask for ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("sluss/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .https_only(plan.address.scheme() == "https")
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .build()
            .map_err(|error| IssuerError::Client(error.without_url()))?;
        Ok(Self { plan, http, known: RwLock::default(), asking: Mutex::default() })
    }

    /// What its tokens must say.
    pub(super) fn plan(&self) -> &config::Issuer {
        &self.plan
    }

    /// Checks a token. A key id that is not known has the keys fetched again, now and then: that is
    /// how a rotation arrives.
    pub(super) async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, Refused> {
        let keys = self.keys(now, None).await?;
        match jwt::verify(token, &keys, &self.plan.expected, now) {
            Err(Flaw::UnknownKey) => {
                let fresh = self.keys(now, Some(&keys)).await?;
                Ok(jwt::verify(token, &fresh, &self.plan.expected, now)?)
            }
            checked => Ok(checked?),
        }
    }

    /// Its keys; others than `but`, where those are not enough and it may be asked again.
    async fn keys(
        &self,
        now: Timestamp,
        but: Option<&Arc<KeySet>>,
    ) -> Result<Arc<KeySet>, Refused> {
        let is_enough = |known: &Known| {
            let fresh = known.fetched.is_some_and(|at| now.since(at) < KEYS_FRESH);
            fresh && but.is_none_or(|but| !Arc::ptr_eq(but, &known.keys))
        };
        let known = self.known();
        if is_enough(&known) {
            return Ok(known.keys);
        }
        // One asks, the others wait for what it hears.
        let _turn = self.asking.lock().await;
        let mut known = self.known();
        let may_ask = known.asked.is_none_or(|at| now.since(at) >= ASK_EVERY);
        if !is_enough(&known) && may_ask {
            known.asked = Some(now);
            match self.fetch().await {
                Ok(keys) => (known.keys, known.fetched) = (Arc::new(keys), Some(now)),
                Err(error) => {
                    let error = telemetry::chain(&error);
                    tracing::warn!(%error, "The issuer's keys cannot be fetched");
                }
            }
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = known.clone();
        }
        let is_usable = known.fetched.is_some_and(|at| now.since(at) < KEYS_OLD);
        if is_usable { Ok(known.keys) } else { Err(Refused::Unreachable) }
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(&self) -> Result<KeySet, AskError> {
        let issuer = self.plan.expected.issuer.trim_end_matches('/');
        let place: Result<Url, _> = format!("{issuer}/.well-known/openid-configuration").parse();
        let place = place.map_err(|_| AskError::Answer("its address"))?;
        let told: Metadata = serde_json::from_slice(&self.get(place).await?)
            .map_err(|_| AskError::Answer("its configuration"))?;
        // Another issuer's keys would verify another issuer's tokens.
        if told.issuer != self.plan.expected.issuer {
            return Err(AskError::Answer("it says that it is another"));
        }
        let place = config::safe_address(&told.jwks_uri);
        let place = place.ok_or(AskError::Answer("its keys are not behind TLS"))?;
        let keys = KeySet::parse(&self.get(place).await?);
        keys.filter(|keys| !keys.is_empty()).ok_or(AskError::Answer("its keys"))
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, AskError> {
        let mut answer = self.http.get(url).send().await?;
        if answer.status().as_u16() != 200 {
            return Err(AskError::Status(answer.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
                return Err(AskError::Answer("it is too long"));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}
