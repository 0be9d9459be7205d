//! How fast, and how much at once, per recipient: one slow operator takes nothing from another.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A place among the messages under way to one recipient; given back when dropped.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

pub(super) struct Limits {
    places: Arc<Semaphore>,
    rate: DefaultDirectRateLimiter,
}

impl Limits {
    pub(super) fn new(requests_per_second: u32, in_flight_max: u32) -> Self {
        let rate = NonZeroU32::new(requests_per_second).unwrap_or(NonZeroU32::MIN);
        Self {
            places: Arc::new(Semaphore::new(in_flight_max.max(1) as usize)),
            rate: RateLimiter::direct(Quota::per_second(rate)),
        }
    }

    pub(super) fn room(&self) -> usize {
        self.places.available_permits()
    }

    pub(super) async fn permit(&self) -> Option<Permit> {
        Arc::clone(&self.places).acquire_owned().await.ok().map(Permit)
    }

    pub(super) async fn turn(&self) {
        self.rate.until_ready().await;
    }
}
