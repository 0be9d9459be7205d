//! The way to an issuer of tokens, or a provider that people sign in with: it is asked for its keys,
//! and for what a code stands for. The third HTTP client of this program, and like the others it does
//! not retry by itself, follows no redirect, and reads a bounded answer. Nothing of a case can be said
//! to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::auth::KeySet;
use crate::auth::jwt::{self, Claims, Flaw};
use crate::config;
use crate::domain::Timestamp;
use crate::telemetry;

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

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
    /// The secret that it knows us by cannot be read.
    #[error("oidc.client_secret_file: {} cannot be read, or can be read by others", .0.display())]
    Secret(PathBuf),
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
    registered: Option<Registered>,
    http: reqwest::Client,
    known: RwLock<Known>,
    asking: Mutex<()>,
}

/// As what we are registered there, where people sign in with it.
struct Registered {
    secret: Option<SecretString>,
    redirect: Url,
    scopes: String,
}

/// What the provider gave for a code.
pub(super) struct Redeemed {
    /// What its ID token says, checked.
    pub(super) claims: Claims,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<KeySet>,
    places: Option<Arc<Places>>,
    fetched: Option<Timestamp>,
    asked: Option<Timestamp>,
}

/// What an issuer says of itself (`OpenID` Connect Discovery 1.0; RFC 8414).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
}

/// Where people are sent, and where codes are redeemed.
struct Places {
    authorization: Option<Url>,
    token: Option<Url>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Issuer {
    /// For an issuer that people sign in with.
    pub fn open_provider(plan: config::Provider) -> Result<Self, IssuerError> {
        let secret = plan.client_secret.as_deref().map(secret).transpose()?;
        let (redirect, scopes) = (plan.redirect, plan.scopes);
        let registered = Some(Registered { secret, redirect, scopes });
        Ok(Self { registered, ..Self::open(plan.issuer)? })
    }

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
        let (known, asking) = (RwLock::default(), Mutex::default());
        Ok(Self { plan, registered: None, http, known, asking })
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
                Ok((keys, places)) => {
                    known.keys = Arc::new(keys);
                    known.places = Some(Arc::new(places));
                    known.fetched = Some(now);
                }
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

    async fn fetch(&self) -> Result<(KeySet, Places), AskError> {
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
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or(AskError::Answer("its keys"))?;
        let safe = |text: Option<String>| config::safe_address(&text?);
        let authorization = safe(told.authorization_endpoint);
        Ok((keys, Places { authorization, token: safe(told.token_endpoint) }))
    }

    /// Where to send a browser, so that it comes back with a code for us (RFC 6749, 7636).
    pub(super) async fn authorization(
        &self,
        state: &str,
        nonce: &str,
        challenge: &str,
        now: Timestamp,
    ) -> Result<Url, Refused> {
        let registered = self.registered.as_ref().ok_or(Refused::Unreachable)?;
        let places = self.places(now).await?;
        let mut url = places.authorization.clone().ok_or(Refused::Unreachable)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.plan.expected.audience)
            .append_pair("redirect_uri", registered.redirect.as_str())
            .append_pair("scope", &registered.scopes)
            .append_pair("state", state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Gives a code for what it stands for; its ID token is checked like any other.
    pub(super) async fn redeem(
        &self,
        code: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<Redeemed, Refused> {
        let registered = self.registered.as_ref().ok_or(Refused::Unreachable)?;
        let places = self.places(now).await?;
        let place = places.token.clone().ok_or(Refused::Unreachable)?;
        let tokens = self.exchange(place, registered, code, verifier).await;
        let tokens = tokens.map_err(|error| {
            let error = telemetry::chain(&error);
            tracing::warn!(%error, "The provider does not take a code");
            Refused::Flaw(Flaw::Claims)
        })?;
        Ok(Redeemed { claims: self.verify(&tokens.id_token, now).await? })
    }

    async fn exchange(
        &self,
        place: Url,
        registered: &Registered,
        code: &str,
        verifier: &str,
    ) -> Result<Tokens, AskError> {
        let client = &self.plan.expected.audience;
        let mut request = self.http.post(place).header(CONTENT_TYPE, FORM);
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", registered.redirect.as_str()),
            ("code_verifier", verifier),
        ];
        match &registered.secret {
            // Form-encoded first, as RFC 6749 (2.3.1) has it.
            Some(secret) => {
                let encoded = |text: &str| -> String {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                let secret = Zeroizing::new(encoded(secret.expose_secret()));
                request = request.basic_auth(encoded(client), Some(secret.as_str()));
            }
            None => pairs.push(("client_id", client)),
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let answer = dispatch(request.body(body)).await?;
        let read = serde_json::from_slice(&read(answer).await?);
        read.map_err(|_| AskError::Answer("its tokens"))
    }

    async fn places(&self, now: Timestamp) -> Result<Arc<Places>, Refused> {
        self.keys(now, None).await?;
        self.known().places.ok_or(Refused::Unreachable)
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, AskError> {
        read(dispatch(self.http.get(url)).await?).await
    }
}

#[expect(clippy::disallowed_methods, reason = "what leaves here is a code of the issuer's own")]
async fn dispatch(request: reqwest::RequestBuilder) -> Result<reqwest::Response, AskError> {
    Ok(request.send().await?)
}

/// The body of an answer that says yes.
async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, AskError> {
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

/// A secret of a file that is closed to others.
fn secret(path: &Path) -> Result<SecretString, IssuerError> {
    use std::os::unix::fs::PermissionsExt;
    let unusable = || IssuerError::Secret(path.to_owned());
    let metadata = std::fs::metadata(path).map_err(|_| unusable())?;
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|_| unusable())?;
    let word = text.trim_end_matches(['\r', '\n']);
    let is_exposed = metadata.permissions().mode() & 0o007 != 0;
    if is_exposed || word.is_empty() { Err(unusable()) } else { Ok(SecretString::from(word)) }
}
