//! Whether a recipient can be reached: its name is looked up, a connection is made, TLS is agreed on,
//! and then it is closed. Nothing is asked or sent.

use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpStream;

use crate::recipients::{Auth, Recipient};
use crate::tls::{self, TlsError};

/// What takes longer counts as not reached.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far it went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What the name led to.
    pub address: SocketAddr,
    /// Which TLS was agreed on; `None`: plain HTTP to this machine, for trials.
    pub tls: Option<String>,
}

/// Where it ended.
#[derive(Debug, Error)]
pub enum ReachError {
    /// The name leads nowhere.
    #[error("the name cannot be looked up")]
    Name(#[source] std::io::Error),
    /// Nobody listens, or something is between.
    #[error("no connection can be made")]
    Connect(#[source] std::io::Error),
    /// Somebody listens whom we do not trust, or who does not trust us.
    #[error("TLS cannot be agreed on")]
    Handshake(#[source] std::io::Error),
    /// Our own side of it.
    #[error("TLS cannot be set up")]
    Setup(#[from] TlsError),
    /// Too slow.
    #[error("it takes longer than ten seconds")]
    Slow,
    /// There is no host in the address.
    #[error("the address has no host")]
    Address,
}

/// Tries the way to a recipient.
pub async fn reach(recipient: &Recipient) -> Result<Reached, ReachError> {
    tokio::time::timeout(PATIENCE, try_way(recipient)).await.map_err(|_| ReachError::Slow)?
}

async fn try_way(recipient: &Recipient) -> Result<Reached, ReachError> {
    let channel = &recipient.channel;
    let host = channel.base_url.host_str().ok_or(ReachError::Address)?;
    let port = channel.base_url.port_or_known_default().ok_or(ReachError::Address)?;
    let found = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await;
    let mut failed = None;
    for address in found.map_err(ReachError::Name)? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let tls = match channel.base_url.scheme() {
                    "https" => Some(agree(recipient, host, stream).await?),
                    _ => None,
                };
                return Ok(Reached { address, tls });
            }
            Err(error) => failed = Some(error),
        }
    }
    let nobody = || std::io::Error::other("the name has no addresses");
    Err(ReachError::Connect(failed.unwrap_or_else(nobody)))
}

async fn agree(recipient: &Recipient, host: &str, stream: TcpStream) -> Result<String, ReachError> {
    let channel = &recipient.channel;
    let identity = match &channel.auth {
        Auth::ClientCertificate { certificate, key } => {
            Some((certificate.as_path(), key.0.as_path()))
        }
        Auth::Basic { .. } | Auth::WsSecurity { .. } => None,
    };
    let connector = tls::connector(channel.ca_file.as_deref(), identity)?;
    let agreed = connector.connect(tls::server_name(host)?, stream).await;
    let agreed = agreed.map_err(ReachError::Handshake)?;
    let (_, session) = agreed.get_ref();
    Ok(session.protocol_version().map_or_else(String::new, |version| format!("{version:?}")))
}
