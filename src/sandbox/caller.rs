//! An operator's own call: it asks us for a contact (`spec_sp/contacts.md`). One request on one
//! connection to this machine, written by hand, so that no client of the program is on both sides.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer of the standard is longer.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
/// Whoever takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked, of whom, and as whom.
pub struct ContactPull<'p> {
    /// Where the provider listens; only addresses of this machine.
    pub at: SocketAddr,
    /// The operator's user name there.
    pub username: &'p str,
    /// And its password.
    pub password: &'p SecretString,
    /// The `spReference` that the provider gave.
    pub reference: &'p str,
    /// Why it is asked.
    pub reason: &'p str,
}

/// Asks; gives HTTP status and body.
pub(super) async fn call(pull: &ContactPull<'_>) -> io::Result<(u16, Vec<u8>)> {
    if !pull.at.ip().is_loopback() {
        return Err(io::Error::other("simulated operators speak to this machine only"));
    }
    let credentials = format!("{}:{}", pull.username, pull.password.expose_secret());
    let body = serde_json::json!({ "reason": pull.reason }).to_string();
    let request = format!(
        "POST /onapi/2.6/contacts/{} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
         authorization: Basic {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        pull.reference,
        pull.at,
        STANDARD.encode(credentials),
        body.len(),
    );
    let exchange = async {
        let mut stream = TcpStream::connect(pull.at).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await.map_err(io::Error::other)??;
    read(&answer).ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

fn read(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, answer[end + 4..].to_vec()))
}
