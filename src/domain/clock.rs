//! Time comes in as an argument, so that a test can hold it still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;

/// The clocks of Sweden: people's days begin and end by them. The zone's rules are in the program: a
/// machine without them counts the same.
pub static STOCKHOLM: TimeZone = jiff::tz::get!("Europe/Stockholm");

/// A moment, in UTC, to the microsecond. What the store keeps and what leases are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment and some time more. Saturates far outside any date that can be written.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long it has been since an earlier moment; nothing where that is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The calendar day in UTC, as `2026-03-01`.
    pub fn date(self) -> jiff::civil::Date {
        self.civil().date()
    }

    /// The calendar day by the clocks of Sweden.
    pub fn day(self) -> jiff::civil::Date {
        let moment = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        moment.to_zoned(STOCKHOLM.clone()).date()
    }

    /// RFC 3339 in UTC to the second, as `2026-03-01T14:05:00Z`.
    pub fn rfc3339(self) -> String {
        let civil = self.civil();
        format!(
            "{}T{}Z",
            civil.date(),
            civil.time().with().subsec_nanosecond(0).build().unwrap_or(civil.time())
        )
    }

    /// Reads what [`Timestamp::rfc3339`] and other RFC 3339 writers write.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|moment| Self(moment.as_microsecond()))
    }

    /// Day and time by the clocks of Sweden.
    pub fn here(self) -> jiff::civil::DateTime {
        STOCKHOLM.to_datetime(self.moment())
    }

    /// The moment at which clocks in Sweden show this. Of an hour that is twice, the first; `None` for
    /// what no calendar has.
    pub fn of_here(here: jiff::civil::DateTime) -> Option<Self> {
        let moment = here.to_zoned(STOCKHOLM.clone()).ok()?.timestamp();
        Some(Self(moment.as_microsecond()))
    }

    fn civil(self) -> jiff::civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(self.moment())
    }

    fn moment(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// What a clock that others go by, too, shows at this moment; the time now. Only a [`SharedClock`]
    /// goes by that.
    fn seen(&self, shown: Timestamp) -> Timestamp {
        let _ = shown;
        self.now()
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

/// The clock of a database server, as far as it is known here: a clock of our own, and how far the other
/// was ahead when it was last seen. Several hosts go by it, so that a lease is as long at each of them,
/// however wrong their own clocks are. Until it has been seen, it is our own.
pub struct SharedClock {
    own: Arc<dyn Clock>,
    ahead: AtomicI64,
}

impl SharedClock {
    /// Nothing has been seen yet.
    pub fn over(own: Arc<dyn Clock>) -> Self {
        Self { own, ahead: AtomicI64::new(0) }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::SeqCst);
        Timestamp(self.own.now().0.saturating_add(ahead))
    }

    /// Just that: who begins to write after somebody else has not an earlier time by how long the
    /// answers were on their way.
    fn seen(&self, shown: Timestamp) -> Timestamp {
        self.ahead.store(shown.0.saturating_sub(self.own.now().0), Ordering::SeqCst);
        shown
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at the given moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.micros()))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Jumps, also backwards: what a wrongly set machine does.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back_to_the_second() {
        let moment = Timestamp::from_micros(1_772_373_900_123_456);
        assert_eq!(moment.rfc3339(), "2026-03-01T14:05:00Z");
        assert_eq!(
            Timestamp::parse("2026-03-01T14:05:00Z").map(Timestamp::seconds),
            Some(moment.seconds())
        );
        assert_eq!(
            Timestamp::parse("2026-03-01T15:05:00+01:00").map(Timestamp::seconds),
            Some(moment.seconds())
        );
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn a_shared_clock_goes_by_the_other_one_from_when_it_was_seen() {
        let own = Arc::new(ManualClock::at(Timestamp(5_000_000)));
        let shared = SharedClock::over(Arc::clone(&own) as Arc<dyn Clock>);
        assert_eq!(shared.now(), Timestamp(5_000_000));
        assert_eq!(shared.seen(Timestamp(2_000_000)), Timestamp(2_000_000));
        own.advance(Duration::from_secs(1));
        assert_eq!(shared.now(), Timestamp(3_000_000));
        // Ours is put right, or the other jumps: at the next look all is well.
        own.set(Timestamp(90_000_000));
        assert_eq!(shared.seen(Timestamp(4_000_000)), Timestamp(4_000_000));
        assert_eq!(shared.now(), Timestamp(4_000_000));
        // One that stands for itself learns nothing.
        assert_eq!(own.seen(Timestamp(1)), Timestamp(90_000_000));
    }

    #[test]
    fn a_day_begins_at_midnight_in_sweden() {
        let days = |text| Timestamp::parse(text).map(|at: Timestamp| (at.date(), at.day()));
        let (first, second) = (jiff::civil::date(2026, 6, 30), jiff::civil::date(2026, 7, 1));
        assert_eq!(days("2026-06-30T21:59:59Z"), Some((first, first)));
        assert_eq!(days("2026-06-30T22:00:00Z"), Some((first, second)));
    }
}
