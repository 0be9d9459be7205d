//! Who asks: HTTP Basic (RFC 7617), one name and password for each operator.
//!
//! What is kept is no password but a mark of it under a key that is drawn at each start. A name that
//! nobody has is treated as one that somebody has, in work and in lock-out, so that names cannot be
//! told apart by trying. Everything is bounded: the seats by the configuration, what is remembered
//! of strangers by a table of fixed size.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret;
use sha2::Sha256;
use thiserror::Error;
use tracing::warn;
use zeroize::Zeroizing;

use crate::domain::{Clock, Entropy, RecipientId, Timestamp};
use crate::recipients::Recipients;
use crate::transmit::{OpenError, read_secret};

/// A longer header is no name and password of ours.
const HEADER_BYTES_MAX: usize = 1_024;
/// After so many failures in a row a name is locked,
const FAILURES_MAX: u32 = 5;
/// where none is older than this,
const FAILURES_WITHIN: Duration = Duration::from_mins(15);
/// for this long, whatever password comes.
const LOCKED: Duration = Duration::from_mins(15);
/// How many names that nobody has are told apart.
const STRANGERS: usize = 1_024;

/// Why the door cannot be opened.
#[derive(Debug, Error)]
pub enum DoorError {
    /// A password cannot be read.
    #[error("{0}: inbound.password_file")]
    Password(RecipientId, #[source] OpenError),
    /// Two operators would be one.
    #[error("{0} and {1} have the same inbound.username: an operator is known by its name")]
    SameName(RecipientId, RecipientId),
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Name and password are not one of ours.
    Stranger,
    /// Too many requests, or too many failures, for so long.
    Wait(Duration),
}

/// An operator that was let in. Made by the door only.
pub struct Admitted(RecipientId);

impl Admitted {
    /// Who it is.
    pub const fn recipient(&self) -> &RecipientId {
        &self.0
    }
}

type Mark = [u8; 32];
type Rate = RateLimiter<NotKeyed, InMemoryState, Now, NoOpMiddleware<Duration>>;

/// Our clock, as the limiter reads it.
struct Now(Arc<dyn Clock>);

impl Ticks for Now {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().micros()).unwrap_or(0))
    }
}

/// One operator's place at the door.
struct Seat {
    recipient: RecipientId,
    password: Mark,
    failures: Mutex<Failures>,
    rate: Rate,
}

/// How often a name has failed.
#[derive(Clone, Copy, Default)]
struct Failures {
    count: u32,
    first: Option<Timestamp>,
    locked_until: Option<Timestamp>,
}

impl Failures {
    /// How long the name is still locked.
    fn wait(&self, now: Timestamp) -> Option<Duration> {
        let until = self.locked_until.filter(|until| now < *until)?;
        Some(until.since(now))
    }

    /// One more; whether that locks it.
    fn add(&mut self, now: Timestamp) -> bool {
        let stale = self.first.is_none_or(|first| now.since(first) > FAILURES_WITHIN);
        if stale || self.locked_until.is_some() {
            *self = Self { first: Some(now), ..Self::default() };
        }
        self.count += 1;
        let locks = self.count >= FAILURES_MAX;
        if locks {
            self.locked_until = Some(now.after(LOCKED));
        }
        locks
    }
}

/// Lets operators in.
pub(super) struct Door {
    /// Keyed for this process.
    blank: Hmac<Sha256>,
    seats: BTreeMap<Mark, Seat>,
    strangers: Vec<Mutex<Failures>>,
    /// The password of nobody.
    nobody: Mark,
    clock: Arc<dyn Clock>,
}

impl Door {
    pub(super) fn open(
        recipients: &Recipients,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, DoorError> {
        let mut key = Zeroizing::new([0; 64]);
        entropy.fill(&mut *key);
        let blank = Hmac::<Sha256>::new(&(*key).into());
        let mut seats: BTreeMap<Mark, Seat> = BTreeMap::new();
        for recipient in recipients.values() {
            let Some(inbound) = &recipient.inbound else { continue };
            let password = match read_secret(&inbound.password) {
                Ok(password) => mark(&blank, PASSWORD, password.expose_secret()),
                // Orders are taken in all the same; this operator is let in by no password.
                Err(error) if error.is_missing() => {
                    warn!(recipient = %recipient.id, "There is no inbound.password_file: this operator cannot ask for contacts");
                    entropy.array()
                }
                Err(error) => return Err(DoorError::Password(recipient.id.clone(), error)),
            };
            let per_minute =
                NonZeroU32::new(inbound.requests_per_minute).unwrap_or(NonZeroU32::MIN);
            let seat = Seat {
                recipient: recipient.id.clone(),
                password,
                failures: Mutex::default(),
                rate: RateLimiter::direct_with_clock(
                    Quota::per_minute(per_minute),
                    Now(Arc::clone(&clock)),
                ),
            };
            if let Some(other) = seats.insert(mark(&blank, NAME, &inbound.username), seat) {
                return Err(DoorError::SameName(other.recipient, recipient.id.clone()));
            }
        }
        let strangers = std::iter::repeat_with(Mutex::default).take(STRANGERS).collect();
        Ok(Self { blank, seats, strangers, nobody: entropy.array(), clock })
    }

    pub(super) fn admit(&self, authorization: Option<&str>) -> Result<Admitted, Denied> {
        let credentials = authorization.and_then(basic).ok_or(Denied::Stranger)?;
        let (name, password) = credentials.split_once(':').ok_or(Denied::Stranger)?;
        let name = mark(&self.blank, NAME, name);
        let seat = self.seats.get(&name);
        let slot = usize::from(u16::from_be_bytes([name[0], name[1]])) % STRANGERS;
        let failures = seat.map_or(&self.strangers[slot], |seat| &seat.failures);
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        // Locked for who knows the password too: otherwise a guess could be told from a hit.
        if let Some(wait) = failures.wait(now) {
            return Err(Denied::Wait(wait));
        }
        let expected = seat.map_or(&self.nobody, |seat| &seat.password);
        let told = self.blank.clone().chain_update(PASSWORD).chain_update(password);
        let fits = told.verify(&(*expected).into()).is_ok();
        let Some(seat) = seat.filter(|_| fits) else {
            if failures.add(now) {
                let recipient = seat.map_or("none", |seat| seat.recipient.as_str());
                warn!(
                    recipient,
                    "Too many wrong passwords: a name is locked at the contacts endpoint"
                );
            }
            return Err(Denied::Stranger);
        };
        *failures = Failures::default();
        drop(failures);
        seat.rate
            .check()
            .map_err(|not| Denied::Wait(not.wait_time_from(Now(Arc::clone(&self.clock)).now())))?;
        Ok(Admitted(seat.recipient.clone()))
    }
}

/// What a mark is of, so that no name is a password.
const NAME: &[u8] = b"name/";
const PASSWORD: &[u8] = b"password/";

fn mark(blank: &Hmac<Sha256>, what: &[u8], text: &str) -> Mark {
    blank.clone().chain_update(what).chain_update(text).finalize().into_bytes().into()
}

/// `name:password` of a header.
fn basic(authorization: &str) -> Option<Zeroizing<String>> {
    if authorization.len() > HEADER_BYTES_MAX {
        return None;
    }
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    String::from_utf8(bytes).map(Zeroizing::new).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_or_is_nothing() {
        let read = |header| basic(header).map(|both| both.to_string());
        assert_eq!(read("Basic YTpi").as_deref(), Some("a:b"));
        assert_eq!(read("basic  YTpi").as_deref(), Some("a:b"));
        for none in ["", "Basic", "Bearer YTpi", "Basic ????", "Basic /w=="] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(read(&format!("Basic {}", "A".repeat(HEADER_BYTES_MAX))), None);
    }

    #[test]
    fn failures_lock_after_some_and_are_forgotten_after_a_while() {
        let at = |minutes: u64| Timestamp::from_micros(0).after(Duration::from_mins(minutes));
        let mut failures = Failures::default();
        for _ in 1..FAILURES_MAX {
            assert!(!failures.add(at(0)));
        }
        assert_eq!(failures.wait(at(0)), None);
        assert!(failures.add(at(1)));
        assert_eq!(failures.wait(at(1)), Some(LOCKED));
        assert_eq!(failures.wait(at(16)), None);
        assert!(!failures.add(at(16)), "it begins anew");
        let mut slow = Failures::default();
        for n in 0..20 {
            assert!(!slow.add(at(n * 5)), "one in five minutes is a typing error");
        }
    }
}
