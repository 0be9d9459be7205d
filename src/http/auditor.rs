//! Who may read leaves: an auditor with the token of the deployment.
//!
//! What is kept is not the token but a mark of it under a key that is drawn at each start, so that
//! comparing takes the same time whatever was sent, and memory holds nothing to be stolen.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, StatusCode, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use super::problem::Problem;
use crate::domain::Entropy;

/// Fewer characters could be guessed.
const LENGTH_MIN: usize = 32;
/// A longer header is no token of ours.
const LENGTH_MAX: usize = 1_024;

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("http.auditor_token_file: {} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// Anybody on the machine can read it.
    #[error("http.auditor_token_file: {path} can be read by others: chmod 600 {path}", path = .0.display())]
    Exposed(PathBuf),
    /// It could be guessed, or does not fit into a header.
    #[error(
        "http.auditor_token_file: {} must hold one line of {LENGTH_MIN} to {LENGTH_MAX} printable \
         ASCII characters without spaces",
        .0.display()
    )]
    Form(PathBuf),
}

/// The token, as far as it must be known to recognise it.
pub struct AuditorToken(Hmac<Sha256>, [u8; 32]);

impl AuditorToken {
    /// Reads the token from its file.
    pub fn read(path: &Path, entropy: &dyn Entropy) -> Result<Self, TokenError> {
        let unreadable = |error| TokenError::Unreadable(path.to_owned(), error);
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.permissions().mode() & 0o007 != 0 {
            return Err(TokenError::Exposed(path.to_owned()));
        }
        let text = fs::read_to_string(path).map(Zeroizing::new).map_err(unreadable)?;
        let token = text.trim_end_matches(['\r', '\n']);
        let bounded = (LENGTH_MIN..=LENGTH_MAX).contains(&token.len());
        if !bounded || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Form(path.to_owned()));
        }
        let mut key = Zeroizing::new([0; 64]);
        entropy.fill(&mut *key);
        let blank = Hmac::<Sha256>::new(&(*key).into());
        let mark = blank.clone().chain_update(token).finalize().into_bytes().into();
        Ok(Self(blank, mark))
    }

    /// Lets through who sends the token (RFC 6750, 2.1).
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.split_once(' '));
        let token = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let token = token.map(|(_, token)| token).filter(|token| token.len() <= LENGTH_MAX);
        let is_known =
            |token: &str| self.0.clone().chain_update(token).verify(&self.1.into()).is_ok();
        if token.is_some_and(is_known) { Ok(()) } else { Err(unknown()) }
    }
}

fn unknown() -> Problem {
    let reason = "leaves are for auditors: send the token, as Authorization: Bearer";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", reason)
}
