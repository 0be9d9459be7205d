//! The way to one witness. The second HTTP client of this program beside `transmit`, and the only
//! other: it sends a checkpoint with its proof, and asks for one, and can say nothing else.
//!
//! Like the first it does not retry by itself, follows no redirect, and reads a bounded answer.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::{Host, Url};

use crate::domain::Timestamp;
use crate::log::{
    AddCheckpoint, Hash, KeyName, MemberName, Note, PolicyWitness, SignatureLine, TreeSize,
    WitnessKey,
};

/// The longest answer that is read: a note.
const ANSWER_BYTES_MAX: usize = crate::log::note::NOTE_BYTES_MAX;

/// Why the way to a witness cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Not an address that may be used.
    #[error(
        "witness {0}: its address must be https (http to this machine, for trials), without \
         password, query and fragment"
    )]
    Address(MemberName),
    /// The client cannot be made.
    #[error("witness {0}: TLS cannot be set up")]
    Client(MemberName),
}

/// Why a witness gave no answer that can be used.
#[derive(Debug, Error)]
pub enum ClientError {
    /// It cannot be reached, or was too slow.
    #[error("the witness does not answer")]
    Unanswered(#[source] reqwest::Error),
    /// The answer is longer than any that makes sense.
    #[error("the witness's answer is too long")]
    TooLong,
    /// It says no; its words are not repeated.
    #[error("the witness refuses, with status {0}")]
    Refused(u16),
    /// It says yes, and what it sent is not its cosignature of this checkpoint.
    #[error("the witness's answer is not what the protocol says")]
    Answer,
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        Self::Unanswered(error.without_url())
    }
}

/// What a witness says to a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cosigning {
    /// It has cosigned, at this time by its clock. The signature was verified.
    Cosigned(SignatureLine, Timestamp),
    /// It knows the log at this size: the proof must begin there.
    Stale(TreeSize),
}

/// The way to one witness.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    name: MemberName,
    key: WitnessKey,
}

impl Client {
    /// For a witness of a policy; `None` where it has no address.
    pub fn open(witness: &PolicyWitness, timeout: Duration) -> Result<Option<Self>, OpenError> {
        let Some(url) = &witness.url else { return Ok(None) };
        let base = address(url).ok_or_else(|| OpenError::Address(witness.name.clone()))?;
        // Two crates of the tree may ask for it; whoever is first decides, and both ask for ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("sluss/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .https_only(base.scheme() == "https")
            .connect_timeout(timeout)
            .timeout(timeout)
            .build()
            .map_err(|_| OpenError::Client(witness.name.clone()))?;
        Ok(Some(Self { http, base, name: witness.name.clone(), key: witness.key.clone() }))
    }

    /// What the policy calls the witness.
    pub fn name(&self) -> &MemberName {
        &self.name
    }

    /// Its key.
    pub fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Asks it to cosign.
    pub async fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<Cosigning, ClientError> {
        let url = self.base.join("add-checkpoint").map_err(|_| ClientError::Answer)?;
        let response = dispatch(self.http.post(url).body(request.to_string())).await?;
        let status = response.status().as_u16();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_size = kind.is_some_and(|kind| kind.trim() == "text/x.tlog.size");
        let body = read(response).await?;
        match status {
            200 => self.cosigned(request.note(), &body),
            409 if is_size => {
                let size = body.strip_suffix('\n').and_then(crate::log::decimal);
                size.map(|size| Cosigning::Stale(TreeSize(size))).ok_or(ClientError::Answer)
            }
            status => Err(ClientError::Refused(status)),
        }
    }

    /// The checkpoint of this log that it cosigned last, as it hands it out: nothing is verified.
    /// `None`: it has none.
    pub async fn latest(&self, origin: &KeyName) -> Result<Option<Note>, ClientError> {
        let hash = Hash::new(Sha256::digest(origin.as_str()).into());
        let url = self.base.join(&format!("{hash}/checkpoint")).map_err(|_| ClientError::Answer)?;
        let response = dispatch(self.http.get(url)).await?;
        match response.status().as_u16() {
            200 => {
                let note = Note::parse(&read(response).await?);
                note.map(Some).map_err(|_| ClientError::Answer)
            }
            404 => Ok(None),
            status => Err(ClientError::Refused(status)),
        }
    }

    /// Lines of keys that are not this witness's are passed over; it may have several.
    fn cosigned(&self, note: &Note, body: &str) -> Result<Cosigning, ClientError> {
        let mut latest = None;
        for line in body.lines() {
            let line = SignatureLine::parse(line).map_err(|_| ClientError::Answer)?;
            if !self.key.is_named_in(&line) {
                continue;
            }
            let time = self.key.time_of(note.unverified_text(), &line);
            let time = time.map_err(|_| ClientError::Answer)?;
            if latest.as_ref().is_none_or(|(_, before)| time > *before) {
                latest = Some((line, time));
            }
        }
        latest.map(|(line, time)| Cosigning::Cosigned(line, time)).ok_or(ClientError::Answer)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one send to witnesses: a checkpoint, or nothing"
)]
async fn dispatch(request: RequestBuilder) -> Result<Response, ClientError> {
    Ok(request.send().await?)
}

async fn read(mut response: Response) -> Result<String, ClientError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(ClientError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| ClientError::Answer)
}

/// An address that may be used, with a slash at its end, so that joining appends.
fn address(text: &str) -> Option<Url> {
    let mut url: Url = text.parse().ok()?;
    let is_here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !safe || !plain {
        return None;
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}
