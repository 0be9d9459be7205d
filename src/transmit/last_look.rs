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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ManualClock;

    #[test]
    fn what_its_connection_takes_too_late_stays_here() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
        let before = clock.now().after(Duration::from_secs(40));
        let taken = |body: &mut InTime| {
            let mut context = Context::from_waker(std::task::Waker::noop());
            Pin::new(body).poll_frame(&mut context)
        };
        let mut body = InTime::new(b"order".to_vec(), clock.clone(), before);
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
        let Poll::Ready(Some(Ok(frame))) = taken(&mut body) else { panic!("it is in time") };
        assert_eq!(frame.into_data().ok().as_deref(), Some(b"order".as_slice()));
        assert!(matches!(taken(&mut body), Poll::Ready(None)) && body.is_end_stream());

        let mut stopped = InTime::new(b"order".to_vec(), clock.clone(), before);
        clock.advance(Duration::from_secs(40));
        assert!(matches!(taken(&mut stopped), Poll::Ready(Some(Err(Late)))));
        assert!(matches!(taken(&mut stopped), Poll::Ready(None)), "nor is it given a second time");
    }
}
