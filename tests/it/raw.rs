//! HTTP with raw bytes: no client of ours takes part, so what is seen is what any client would see.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back, as far as it came.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) bytes: Vec<u8>,
    pub(crate) took: Duration,
}

/// Writes these bytes, and reads until the other side is done.
#[expect(clippy::unwrap_used, reason = "a test's helper panics as the test would")]
pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> Heard {
    let begun = Instant::now();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let mut bytes = Vec::new();
    // A reset is one of the ends to be seen, of either direction; what came before it counts.
    let writing = async {
        let _ = to.write_all(request).await;
    };
    let reading = async {
        let _ = from.read_to_end(&mut bytes).await;
    };
    tokio::join!(writing, reading);
    let took = begun.elapsed();
    Heard { bytes, took }
}

/// A request whose answer ends the connection. `head` is further header lines, or empty.
pub(crate) fn http(method: &str, path: &str, head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = if head.is_empty() { String::new() } else { format!("{head}\r\n") };
    let length = body.len();
    let mut bytes = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{head}\
         content-length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper panics as the test would"
)]
impl Heard {
    /// Status, and the body; fails where the answer is not complete.
    #[track_caller]
    pub(crate) fn text(&self) -> (u16, String) {
        let (head, body) = self.parts().expect("a complete answer");
        (head[9..12].parse().unwrap(), body)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> (u16, Value) {
        let (status, body) = self.text();
        (status, serde_json::from_str(&body).unwrap())
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.parts()?;
        head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }

    pub(crate) fn parts(&self) -> Option<(String, String)> {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(self.bytes[..end].to_vec()).unwrap();
        let body = &self.bytes[end + 4..];
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        (body.len() == length.parse::<usize>().unwrap())
            .then(|| (head, String::from_utf8_lossy(body).into_owned()))
    }
}
