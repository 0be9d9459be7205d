//! How often somebody may ask: by client where one is known, else by address.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::{HeaderMap, StatusCode};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use super::server::{Peer, share};
use crate::auth::Caller;
use crate::domain::ClientId;

/// So many are told apart at once. Beyond that, whoever is new shares one place with all others that
/// are: a crowd of addresses costs no memory, and nobody who is known loses theirs.
const KEYS_MAX: usize = 10_000;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Client(ClientId),
    Address(IpAddr),
    Everybody,
}

/// One bucket for each.
pub(super) struct Rate {
    buckets: DefaultKeyedRateLimiter<Key>,
    clock: DefaultClock,
}

impl Rate {
    pub(super) fn new(requests_per_second: u32) -> Self {
        let rate = NonZeroU32::new(requests_per_second).unwrap_or(NonZeroU32::MIN);
        Self {
            buckets: RateLimiter::hashmap(Quota::per_second(rate)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one request of a client that is known.
    pub(super) fn client(&self, caller: &Caller) -> Result<(), Problem> {
        // As many as there are tokens and clients of the issuer.
        self.take(&Key::Client(caller.client().clone()))
    }

    /// Takes one request of somebody who is not.
    pub(super) fn address(&self, address: IpAddr) -> Result<(), Problem> {
        if self.buckets.len() >= KEYS_MAX {
            self.buckets.retain_recent();
        }
        let has_room = self.buckets.len() < KEYS_MAX;
        self.take(&if has_room { Key::Address(share(address)) } else { Key::Everybody })
    }

    fn take(&self, key: &Key) -> Result<(), Problem> {
        self.buckets.check_key(key).map_err(|full| {
            let wait = full.wait_time_from(self.clock.now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            let reason = "this is more than anybody may ask in so short a time";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "tooManyRequests", reason)
                .retry_after(seconds)
        })
    }
}

/// Where a request comes from. Behind a proxy that is what the proxy says: the last entry of
/// `X-Forwarded-For`, as the others are only what it was told.
pub(super) fn address(peer: Peer, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let told = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    if behind_proxy { told().unwrap_or(peer.0.ip()) } else { peer.0.ip() }
}
