//! How a recipient is reached.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::dialects::pi_api::Question;
use crate::dialects::reasons::Phrase;

/// Where a secret is kept. Secrets are never in configuration, only files that hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFile(pub PathBuf);

/// How we show who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// HTTP Basic (RFC 7617), as ON-API asks.
    Basic {
        /// User name.
        username: String,
        /// Where the password is.
        password: SecretFile,
    },
    /// WS-Security `UsernameToken` in the SOAP header.
    WsSecurity {
        /// User name.
        username: String,
        /// Where the password is.
        password: SecretFile,
    },
    /// A client certificate in the TLS handshake.
    ClientCertificate {
        /// PEM with the certificate chain.
        certificate: PathBuf,
        /// PEM with the private key.
        key: SecretFile,
    },
}

/// The one way to a recipient.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Name of the dialect, such as `on-api`.
    pub dialect: String,
    /// Its version; absent where the dialect has one only.
    pub version: Option<String>,
    /// Where requests go; ends in a slash. Only this host is ever spoken to.
    pub base_url: Url,
    /// How we show who we are.
    pub auth: Auth,
    /// Accept `http://` to 127.0.0.1 or `::1`, for trials.
    pub allow_http_loopback: bool,
    /// PEM of an authority to trust besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// How many requests are started a second, at most.
    pub requests_per_second: u32,
    /// How many requests are under way at once, at most.
    pub in_flight_max: u32,
    /// After this long without an answer, nobody knows.
    pub timeout: Duration,
    /// How often the operator is asked how far it is.
    pub poll: Duration,
    /// What the operator asks in a ticket, where its dialect has such questions.
    pub questions: Vec<Question>,
    /// Whether the operator's list of services is asked before an order to start one.
    pub preflight: bool,
    /// What the operator's words mean, before everybody's.
    pub reasons: Vec<Phrase>,
}

/// How often the operator's list of accesses is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPace {
    /// After so long all of it is taken anew.
    pub complete: Duration,
    /// In between, what has changed is asked for so often.
    pub changes: Duration,
}

/// Credentials of the operator at our `contacts` endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// User name.
    pub username: String,
    /// Where the password is.
    pub password: SecretFile,
    /// How many contacts it may ask for a minute, at most.
    pub requests_per_minute: u32,
    /// How long a case may be asked about, counted from when it came into our keeping.
    pub window: Duration,
}
