//! The last look at the clock: where the connection takes the bytes.
//!
//! Between the look before a request and its first byte lies the way to the operator: a name is looked
//! up, a connection made, keys agreed on; and a process can be stopped there for longer than its lease.
//! By then another may have asked the operator, been told that it has nothing, and sent the same again.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use hyper::body::Bytes;
use thiserror::Error;

use crate::domain::{Clock, Timestamp};

/// A message's body, which is given away before a moment, or not at all. An operator that has read a
/// head without it waits for the rest, and never acts.
pub(super) struct InTime {
    bytes: Option<Bytes>,
    clock: Arc<dyn Clock>,
    before: Timestamp,
}

/// The moment has passed.
#[derive(Debug, Error)]
#[error("the lease may have run out by now: the message stays here")]
pub(super) struct Late;

impl InTime {
    pub(super) fn new(bytes: Vec<u8>, clock: Arc<dyn Clock>, before: Timestamp) -> Self {
        Self { bytes: Some(bytes.into()), clock, before }
    }
}

impl Body for InTime {
    type Data = Bytes;
    type Error = Late;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Late>>> {
        let Some(bytes) = self.bytes.take() else { return Poll::Ready(None) };
        let is_in_time = self.clock.now() < self.before;
        Poll::Ready(Some(if is_in_time { Ok(Frame::data(bytes)) } else { Err(Late) }))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
