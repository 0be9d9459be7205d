//! Connections that can break on command: how an answer gets lost, cut short or slow.
//!
//! The rest of the sandbox speaks proper HTTP; what goes wrong on the way is done here, below it,
//! so that a client sees what it would see on a bad network.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

/// What happens to the bytes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// They arrive.
    Carry,
    /// None leaves: the connection breaks at the first.
    Cut,
    /// The head leaves and one byte of the body; then the connection breaks.
    CutInBody,
    /// They leave one by one, each after this long.
    Trickle(Duration),
}

/// A hold on one connection, for whoever answers on it.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Mutex<Fate>>);

impl Line {
    /// Decides over all bytes from here on.
    pub(super) fn set(&self, fate: Fate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }

    fn fate(&self) -> Fate {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Breakable>> for Line {
    fn connect_info(stream: IncomingStream<'_, Breakable>) -> Self {
        stream.io().line.clone()
    }
}

/// A listener whose connections can break on command.
pub(super) struct Breakable(pub(super) TcpListener);

impl Listener for Breakable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // axum's own listener pauses and tries again when the machine is out of sockets.
        let (stream, peer) = Listener::accept(&mut self.0).await;
        let line = Line(Arc::new(Mutex::new(Fate::Carry)));
        (Connection { stream, line, pause: None }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection and its fate.
pub(super) struct Connection {
    stream: TcpStream,
    line: Line,
    pause: Option<Pin<Box<Sleep>>>,
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match this.line.fate() {
            Fate::Carry => Pin::new(&mut this.stream).poll_write(cx, bytes),
            Fate::Cut => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Fate::CutInBody => {
                // hyper hands over the whole head at once, so its end stands within one piece.
                let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
                let last = head.map_or(bytes.len(), |at| bytes.len().min(at + 5));
                let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &bytes[..last]))?;
                if head.is_some() && written == last {
                    this.line.set(Fate::Cut);
                }
                Poll::Ready(Ok(written))
            }
            Fate::Trickle(each) => {
                let pause = this.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(each)));
                ready!(pause.as_mut().poll(cx));
                let first = &bytes[..bytes.len().min(1)];
                let written = ready!(Pin::new(&mut this.stream).poll_write(cx, first))?;
                this.pause = None;
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}
