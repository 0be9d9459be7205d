//! How many connections there are, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::PAUSE;
use crate::config::DoorLimits;

/// The places there are.
#[derive(Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    per_address: Option<usize>,
    taken: Arc<Taken>,
}

/// How many connections each address has; an address without one is not in it.
#[derive(Default)]
struct Taken(Mutex<HashMap<IpAddr, usize>>);

/// A connection's place, given back when dropped.
pub(super) struct Place {
    address: IpAddr,
    taken: Arc<Taken>,
    _one_of_all: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(super) fn new(limits: &DoorLimits, behind_proxy: bool) -> Self {
        let per_address =
            (!behind_proxy).then_some(limits.connections_per_address_max.max(1) as usize);
        let all = Arc::new(Semaphore::new(limits.connections_max.max(1) as usize));
        Self { all, per_address, taken: Arc::default() }
    }

    /// The next connection that there is room for. Whoever finds no place waits in the system's own
    /// queue, which is bounded; whoever has taken more than their share is closed at once.
    pub(super) async fn next(&self, listener: &TcpListener) -> (TcpStream, SocketAddr, Place) {
        loop {
            // The semaphore is never closed; without a place there would be no limit to keep.
            let one_of_all = Arc::clone(&self.all).acquire_owned().await.ok();
            match listener.accept().await {
                Ok((stream, from)) => {
                    let address = share(from.ip());
                    if self.taken.take(address, self.per_address) {
                        let taken = Arc::clone(&self.taken);
                        let place = Place { address, taken, _one_of_all: one_of_all };
                        return (stream, from, place);
                    }
                }
                // Too many open files, or a peer that is gone again.
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// Whose share a connection counts against: one machine may have all of an IPv6 /64.
pub(in crate::http) fn share(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            IpAddr::from(octets)
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Taken {
    fn take(&self, address: IpAddr, most: Option<usize>) -> bool {
        let mut taken = self.lock();
        let of_address = taken.entry(address).or_default();
        let fits = most.is_none_or(|most| *of_address < most);
        if fits {
            *of_address += 1;
        }
        fits
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Counting cannot break half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(of_address) = taken.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.remove(&self.address);
            }
        }
    }
}
