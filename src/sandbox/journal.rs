//! What the simulated operators were sent: in memory for tests, and as a file for whoever wants to
//! look.
//!
//! Bodies are kept byte for byte, as they are the evidence. The one thing struck out, before
//! anything is kept, is our own password.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::bytes::Regex;
use serde::Serialize;

use crate::domain::{RecipientId, Timestamp};

/// What stands where a password stood.
const STRUCK: &str = "***";

/// Bodies and headers kept in memory, all together. Beyond it only the journal has them.
const KEPT_BYTES_MAX: usize = 512 << 20;

/// One request that a simulated operator got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Who got it.
    pub recipient: RecipientId,
    /// When, on the sandbox's clock.
    pub at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Header names in lower case with their values, in the order they came. `authorization` keeps
    /// its scheme only.
    pub headers: Vec<(String, String)>,
    /// The body as it came, but for a WS-Security password. Empty where it was too large to read.
    pub body: Vec<u8>,
    /// Whether it hands something over. False for whatever only asks, which in SOAP is a POST too.
    pub is_message: bool,
}

impl Received {
    /// The most requests that are kept in memory.
    pub const KEPT_MAX: usize = 1_000_000;

    /// The request with our password struck out.
    pub(super) fn struck(mut self) -> Self {
        for (name, value) in &mut self.headers {
            if name == "authorization" || name == "proxy-authorization" {
                let scheme = value.split(' ').next().unwrap_or_default();
                *value = format!("{scheme} {STRUCK}");
            }
        }
        if let std::borrow::Cow::Owned(body) =
            WSSE_PASSWORD.replace_all(&self.body, format!("${{1}}{STRUCK}${{2}}").as_bytes())
        {
            self.body = body;
        }
        self
    }

    fn bytes(&self) -> usize {
        let headers: usize =
            self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.path.len() + headers + self.body.len()
    }
}

// By its tag and not by parsing: a password is struck out of a document that is not well formed
// too, and to the end of it where no tag follows.
#[expect(clippy::expect_used, reason = "the pattern is fixed and a test compiles it")]
static WSSE_PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s-u)(<(?:[^<>\s/:]+:)?Password(?:\s[^<>]*)?>).*?(</(?:[^<>\s/:]+:)?Password|\z)")
        .expect("the pattern is well formed")
});

/// Everything received, by all operators of one sandbox.
pub(super) struct Journal(Mutex<Kept>);

struct Kept {
    requests: Vec<Received>,
    bytes: usize,
    file: Option<File>,
}

impl Journal {
    /// Keeps in memory only.
    pub(super) fn in_memory() -> Self {
        Self(Mutex::new(Kept { requests: Vec::new(), bytes: 0, file: None }))
    }

    /// Keeps in memory, and adds to the end of a file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Mutex::new(Kept { requests: Vec::new(), bytes: 0, file: Some(file) })))
    }

    /// Keeps one request. A short write to a local file: it does not leave the thread.
    pub(super) fn keep(&self, request: Received) -> io::Result<()> {
        let request = request.struck();
        let mut kept = self.lock();
        if let Some(file) = &mut kept.file {
            // One write for one line, unbuffered: a kill leaves whole lines behind.
            file.write_all(&line(&request)?)?;
        }
        let size = request.bytes();
        if kept.requests.len() < Received::KEPT_MAX && kept.bytes + size <= KEPT_BYTES_MAX {
            kept.bytes += size;
            kept.requests.push(request);
        }
        Ok(())
    }

    /// What is in memory, oldest first.
    pub(super) fn received(&self) -> Vec<Received> {
        self.lock().requests.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line of `received.jsonl`; others' scripts read these names.
#[derive(Serialize)]
struct Line<'a> {
    recipient: &'a str,
    at: String,
    method: &'a str,
    path: &'a str,
    headers: BTreeMap<&'a str, String>,
    body: String,
}

fn line(request: &Received) -> io::Result<Vec<u8>> {
    let mut headers = BTreeMap::<&str, String>::new();
    for (name, value) in &request.headers {
        // As RFC 9110 5.3 joins a header that comes more than once.
        headers
            .entry(name)
            .and_modify(|joined| {
                joined.push_str(", ");
                joined.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    let mut line = serde_json::to_vec(&Line {
        recipient: request.recipient.as_str(),
        at: request.at.rfc3339(),
        method: &request.method,
        path: &request.path,
        headers,
        body: STANDARD.encode(&request.body),
    })?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let request = Received {
            recipient: RecipientId::parse("ip-only").unwrap(),
            at: Timestamp::from_micros(0),
            method: "POST".into(),
            path: "/".into(),
            headers: vec![("authorization".into(), "Basic c2VjcmV0".into())],
            body: body.into(),
            is_message: true,
        }
        .struck();
        assert_eq!(request.headers[0].1, "Basic ***");
        assert_eq!(String::from_utf8(request.body).unwrap(), expected);
    }

    #[test]
    fn passwords_are_struck_out_and_nothing_else() {
        check("<a>Password</a>", "<a>Password</a>");
        check(
            "<w:Password T=\"x\">pw</w:Password><b/>",
            "<w:Password T=\"x\">***</w:Password><b/>",
        );
        check("<Password><![CDATA[p</w]]></Password>", "<Password>***</Password>");
        check("<Password>never closed", "<Password>***");
        check("<PasswordHint>x</PasswordHint>", "<PasswordHint>x</PasswordHint>");
    }
}
