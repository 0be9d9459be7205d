//! What hyper does not tell: that a head has both a length and a transfer coding.
//!
//! hyper then drops the length, reads chunks, and ends the connection behind them (RFC 9112, 6.3).
//! That is safe for us, and whoever stands before us may have read it otherwise; nobody honest sends
//! it. So the bytes are looked at on their way to hyper, and such a request is refused.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is known of the heads of one connection; its clones are one.
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<Head>>);

/// The head that is being read.
#[derive(Default)]
struct Head {
    place: Place,
    /// The beginning of the line that is being read, as long as it matters.
    line: Vec<u8>,
    length: bool,
    coding: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before its first line.
    #[default]
    Before,
    Within,
    /// Its end was seen: what comes is a body, until that has been answered.
    Behind,
}

const LENGTH: &[u8] = b"content-length:";
const CODING: &[u8] = b"transfer-encoding:";

impl Heads {
    /// Whether the request that hyper has just read said two things about its length.
    pub(super) fn are_ambiguous(&self) -> bool {
        let head = self.head();
        head.length && head.coding
    }

    /// It is answered: what comes next is a head.
    pub(super) fn next(&self) {
        *self.head() = Head::default();
    }

    fn head(&self) -> MutexGuard<'_, Head> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Head {
    fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                _ if self.place == Place::Behind => return,
                b'\n' => self.end_line(),
                b'\r' => {}
                byte if self.line.len() < CODING.len() => {
                    self.line.push(byte.to_ascii_lowercase());
                }
                _ => {}
            }
        }
    }

    fn end_line(&mut self) {
        self.length |= self.line.starts_with(LENGTH);
        self.coding |= self.line.starts_with(CODING);
        self.place = match self.place {
            // Empty lines before a request are none of it (RFC 9112, 2.2).
            Place::Before if self.line.is_empty() => Place::Before,
            _ if self.line.is_empty() => Place::Behind,
            _ => Place::Within,
        };
        self.line.clear();
    }
}

/// A connection whose heads are looked at.
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) heads: Heads,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Poll::Ready(Ok(())) = &read {
            self.heads.head().read(&buffer.filled()[before..]);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, ambiguous: bool) {
        // Whole, and byte by byte.
        let (whole, pieces) = (Heads::default(), Heads::default());
        whole.head().read(head.as_bytes());
        for byte in head.bytes() {
            pieces.head().read(&[byte]);
        }
        assert_eq!(whole.are_ambiguous(), ambiguous, "{head}");
        assert_eq!(pieces.are_ambiguous(), ambiguous, "{head}");
    }

    #[test]
    fn a_head_says_how_long_its_body_is_in_one_way() {
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", false);
        check("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", false);
        check(
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nx: y\r\nTRANSFER-ENCODING: chunked\r\n",
            true,
        );
        check("\r\n\r\nPOST / HTTP/1.1\ntransfer-encoding: a\ncontent-length: 3\n\n", true);
        // Lines of a body are no head.
        check("POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\ntransfer-encoding: chunked\r\n", false);
        check("POST /transfer-encoding: HTTP/1.1\r\nx-content-length: 3\r\n\r\n", false);
    }

    #[test]
    fn each_request_of_a_connection_is_looked_at() {
        let heads = Heads::default();
        heads.head().read(b"GET / HTTP/1.1\r\ncontent-length: 0\r\n\r\n");
        assert!(!heads.are_ambiguous());
        heads.next();
        heads.head().read(b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
        assert!(!heads.are_ambiguous(), "the one before is forgotten");
    }
}
