//! A body that is sent while it is being made.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;

/// What comes out, as it comes. An error ends it short, and whoever reads it is told so by the
/// connection.
pub(super) struct Outflow(pub(super) mpsc::Receiver<std::io::Result<Bytes>>);

impl http_body::Body for Outflow {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
