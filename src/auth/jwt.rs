//! Tokens of an issuer: JSON Web Tokens, signed, in compact form (RFC 7515, 7519), read as RFC 8725 asks.
//!
//! Own code over ring, and short: of `jsonwebtoken`, once its clock is ours and its cryptography is the
//! one that TLS brings, what remains is a split at two dots. What the token says of itself never
//! chooses how it is checked: the algorithm must be on our list *and* be what the key is for, and none
//! of the list is symmetric or `none`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::jwk::KeySet;
use crate::domain::{Timestamp, closed_list};

closed_list! {
    /// An algorithm that we take, by its name in JOSE.
    Algorithm {
        /// RSA with PKCS#1 v1.5 padding.
        Rs256 = "RS256",
        /// RSA with PSS padding.
        Ps256 = "PS256",
        /// ECDSA on P-256.
        Es256 = "ES256",
        /// ECDSA on P-384.
        Es384 = "ES384",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}

/// The longest token that is looked at.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// How far an issuer's clock may be off, in seconds.
const LEEWAY_SECONDS: i64 = 60;

/// Why a token is not taken. The words go to the metrics; none quotes the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is not three parts of base64url with JSON in them, or asks for extensions.
    #[error("it is no token of the form that is expected")]
    Malformed,
    /// Its algorithm is not one that is taken here.
    #[error("its algorithm is not taken here")]
    Algorithm,
    /// No key of the issuer has its key id: the keys may have changed.
    #[error("its key is not among the issuer's")]
    UnknownKey,
    /// It was not signed by that key.
    #[error("its signature is not the issuer's")]
    Signature,
    /// Somebody else has issued it.
    #[error("it is of another issuer")]
    Issuer,
    /// It is meant for somebody else.
    #[error("it is meant for another audience")]
    Audience,
    /// It has ended.
    #[error("it has ended")]
    Expired,
    /// It has not begun.
    #[error("it has not begun")]
    NotYet,
    /// It does not say what it must, or in another form.
    #[error("it lacks a claim that is needed")]
    Claims,
}

/// What a token must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Who has issued it: exactly this text.
    pub issuer: String,
    /// Whom it is for: one of its audiences.
    pub audience: String,
    /// How it may be signed.
    pub algorithms: Vec<Algorithm>,
}

/// What a token says, once all of it was checked.
#[derive(Clone, Debug)]
pub struct Claims {
    subject: Option<String>,
    others: Map<String, Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Body {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Value>,
    exp: Option<i64>,
    nbf: Option<i64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Reads and checks a token: signature first, and then what it says.
pub fn verify(
    token: &str,
    keys: &KeySet,
    expected: &Expected,
    now: Timestamp,
) -> Result<Claims, Flaw> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Flaw::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Malformed)?;
    let (header, body) = signed.split_once('.').ok_or(Flaw::Malformed)?;
    let header: Header = part(header)?;
    // An extension that must be understood, and is not (RFC 7515, 4.1.11).
    if header.crit.is_some() {
        return Err(Flaw::Malformed);
    }
    let algorithm = Algorithm::parse(&header.alg).ok_or(Flaw::Algorithm)?;
    if !expected.algorithms.contains(&algorithm) {
        return Err(Flaw::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Flaw::Malformed)?;
    let key = keys.find(header.kid.as_deref(), algorithm).ok_or(Flaw::UnknownKey)?;
    if !key.has_signed(algorithm, signed.as_bytes(), &signature) {
        return Err(Flaw::Signature);
    }
    check(part(body)?, expected, now.seconds())
}

fn check(body: Body, expected: &Expected, now: i64) -> Result<Claims, Flaw> {
    if body.iss.as_deref() != Some(&expected.issuer) {
        return Err(Flaw::Issuer);
    }
    let is_ours = |audience: &Value| audience.as_str() == Some(&expected.audience);
    let is_for_us = match &body.aud {
        Some(Value::Array(audiences)) => audiences.iter().any(is_ours),
        Some(audience) => is_ours(audience),
        None => false,
    };
    if !is_for_us {
        return Err(Flaw::Audience);
    }
    if body.exp.ok_or(Flaw::Claims)?.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(Flaw::Expired);
    }
    if body.nbf.is_some_and(|begins| begins.saturating_sub(LEEWAY_SECONDS) > now) {
        return Err(Flaw::NotYet);
    }
    Ok(Claims { subject: body.sub, others: body.others })
}

/// One part: base64url without padding, of a JSON object.
fn part<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Flaw> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Flaw::Malformed)
}

impl Claims {
    /// Whom it is about, `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// A claim by its name, or by the names on its way with dots between them, as in
    /// `realm_access.roles`. A name that itself has dots is found first.
    pub fn get(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.others.get(path) {
            return Some(value);
        }
        let mut names = path.split('.');
        let mut value = self.others.get(names.next()?)?;
        for name in names {
            value = value.get(name)?;
        }
        Some(value)
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.others.get(name)?.as_str()
    }

    /// The words of a claim: those of an array, or of a text with spaces between them (as `scope`).
    pub fn words(&self, path: &str) -> Vec<&str> {
        match self.get(path) {
            Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
            Some(Value::Array(members)) => members.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
