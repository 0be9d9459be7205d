//! The third HTTP client of this program beside `transmit` and that of witnesses: it posts a
//! notification to a callback, and can say nothing else.
//!
//! Like the others it does not retry by itself and follows no redirect. It keeps nothing of an answer
//! but its status.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use thiserror::Error;

use super::addresses::{NotPublic, Public};
use super::message::Message;
use crate::tmf::Callback;

/// The client cannot be made.
#[derive(Debug, Error)]
#[error("notifications cannot be sent: TLS cannot be set up")]
pub struct OpenError;

/// Why a callback gave no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Its name leads into a network that is not public, or nowhere.
    #[error("the callback's name leads to no public address")]
    NotPublic,
    /// It cannot be reached.
    #[error("the callback cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It was too slow.
    #[error("the callback does not answer in time")]
    Late,
    /// It broke off.
    #[error("the callback broke off")]
    Broken(#[source] reqwest::Error),
}

impl ClientError {
    /// As it is kept beside the event.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotPublic => "not-public",
            Self::Unreachable(_) => "unreachable",
            Self::Late => "timeout",
            Self::Broken(_) => "broken-off",
        }
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(one) = cause {
            if one.is::<NotPublic>() {
                return Self::NotPublic;
            }
            cause = one.source();
        }
        if error.is_timeout() {
            Self::Late
        } else if error.is_connect() {
            Self::Unreachable(error)
        } else {
            Self::Broken(error)
        }
    }
}

/// The way to callbacks.
pub struct Client(reqwest::Client);

impl Client {
    /// Whom a callback may take so long to answer. Where nobody may be called, it trusts nobody, and
    /// the machine's certificates need not be read.
    pub fn open(timeout: Duration, calls_somebody: bool) -> Result<Self, OpenError> {
        // Three crates of the tree may ask for it; whoever is first decides, and all ask for ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder();
        if !calls_somebody {
            client = client.tls_certs_only([]);
        }
        client
            .user_agent(concat!("sluss/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Public)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(timeout)
            .timeout(timeout)
            .pool_max_idle_per_host(1)
            .build()
            .map(Self)
            .map_err(|_| OpenError)
    }

    /// Posts a message, once; the status of the answer.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one send to callbacks: a notification, or nothing"
    )]
    pub async fn deliver(&self, to: &Callback, message: &Message) -> Result<u16, ClientError> {
        let mut request = self
            .0
            .post(to.url().clone())
            .header(CONTENT_TYPE, "application/json;charset=utf-8")
            .body(message.body().to_vec());
        for (name, value) in message.headers() {
            request = request.header(name, value);
        }
        Ok(request.send().await?.status().as_u16())
    }
}
