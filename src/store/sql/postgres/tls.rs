//! TLS to a server: always, but for a socket and this very host; and the name in its certificate must be
//! the one that it is called by (`verify-full`). There is no way to have less.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use crate::tls;

/// How a connection is made safe; `None`: it goes to this host.
#[derive(Clone)]
pub(super) struct Tls(pub(super) Option<TlsConnector>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Safe;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        let with = match &self.0 {
            Some(connector) => {
                let name = tls::server_name(host).map_err(io::Error::other)?;
                Some((connector.clone(), name))
            }
            None => None,
        };
        Ok(Handshake(with))
    }
}

pub(super) struct Handshake(Option<(TlsConnector, ServerName<'static>)>);

impl TlsConnect<Socket> for Handshake {
    type Stream = Safe;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Safe>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            // Where there is none, none is asked for.
            let (connector, name) = self.0.ok_or(io::ErrorKind::Unsupported)?;
            connector.connect(name, socket).await.map(|stream| Safe(Box::new(stream)))
        })
    }
}

/// A connection whose other end has shown who it is.
pub(super) struct Safe(Box<tokio_rustls::client::TlsStream<Socket>>);

impl TlsStream for Safe {
    /// The certificate was verified with its name: nobody is between.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Safe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl AsyncWrite for Safe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
