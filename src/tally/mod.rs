//! What is counted by the hour, for those who look after it: how much was disclosed, stopped, read and
//! denied; and what of it stands out. Numbers, codes and roles, and nobody.
//!
//! The numbers are kept beside the log and in the same commits. They are for looking at: what proves
//! anything is the log.
//!
//! ```text
//! days      numbers by the hour as days of the calendar here      unusual   what stands out, and why
//! ```

mod days;
mod unusual;

use std::fmt;

pub use days::{Days, by_day, day_of, together};
pub use unusual::{
    AGAIN_CASES_MIN, AGAIN_PULLS_MIN, Again, BASELINE_DAYS, JUDGED_DAYS, Pattern, Unusual, Whom,
    unusual,
};

use crate::domain::{Timestamp, closed_list};
use crate::log::{Event, Role};

closed_list! {
    /// What is counted.
    Counted {
        /// Disclosures that were recorded.
        Disclosed = "disclosed",
        /// How disclosures ended.
        Ended = "ended",
        /// Disclosures that were asked for and not made, refused contact pulls among them.
        Stopped = "stopped",
        /// What a person has decided about what was held.
        Decided = "decided",
        /// Contacts that were given, by the ground on which they were asked for.
        Pulled = "pulled",
        /// That somebody read or exported the log.
        Read = "read",
        /// Requests that were denied at the door.
        Denied = "denied",
    }
}

/// A contact was asked for by a ticket of ours.
pub const BY_TICKET: &str = "ticket";
/// A contact was asked for with a reason alone.
pub const BY_REASON: &str = "reason";

/// An hour, by its number since 1970 in UTC. A day here begins with an hour, in summer and in winter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(i64);

impl Hour {
    /// The hour of a moment.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.seconds().div_euclid(3_600))
    }

    /// By its number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// When it began.
    pub const fn began(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(3_600_000_000))
    }

    /// So many days earlier.
    #[must_use]
    pub fn days_before(self, days: u32) -> Self {
        Self(self.0 - 24 * i64::from(days))
    }
}

/// One thing that is counted, as it happens. What does not apply is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// When.
    pub hour: Hour,
    /// What.
    pub what: Counted,
    /// At which recipient.
    pub recipient: String,
    /// What for; of a denial, what was asked for.
    pub matter: &'static str,
    /// Who acted.
    pub actor: &'static str,
    /// The result, the reason or the ground.
    pub code: String,
}

impl Count {
    /// What a leaf adds to the numbers; `None` where it is none of what is counted. An outcome tells
    /// neither recipient nor purpose, so whoever writes it counts it: [`Count::ended`].
    pub fn of(event: &Event, at: Timestamp) -> Option<Self> {
        let count = |what, recipient: &str, matter, actor: Role, code: &str| {
            Some(Self {
                hour: Hour::of(at),
                what,
                recipient: recipient.to_owned(),
                matter,
                actor: actor.as_str(),
                code: code.to_owned(),
            })
        };
        match event {
            Event::Intent(intent) => {
                let to = intent.recipient.id.as_str();
                count(Counted::Disclosed, to, intent.purpose.as_str(), intent.actor, "")
            }
            Event::Refusal(stopped) | Event::Hold(stopped) => {
                let (to, code) = (stopped.recipient.as_str(), stopped.reason.as_str());
                count(Counted::Stopped, to, stopped.purpose.as_str(), stopped.actor, code)
            }
            Event::Release(release) => {
                let (to, code) = (release.recipient.as_str(), release.reason.as_str());
                count(Counted::Decided, to, release.purpose.as_str(), release.actor, code)
            }
            Event::Read(read) => count(Counted::Read, "", "", read.actor, read.what.as_str()),
            Event::Outcome(_)
            | Event::Policy(_)
            | Event::Key(_)
            | Event::Erasure(_)
            | Event::Heartbeat
            | Event::Anchor(_)
            | Event::Resume(_) => None,
        }
    }

    /// How a disclosure to somebody ended.
    pub fn ended(at: Timestamp, recipient: &str, matter: &'static str, result: &str) -> Self {
        Self {
            hour: Hour::of(at),
            what: Counted::Ended,
            recipient: recipient.to_owned(),
            matter,
            actor: "",
            code: result.to_owned(),
        }
    }
}

/// How often something happened within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// When.
    pub hour: Hour,
    /// What.
    pub what: Counted,
    /// At which recipient; empty where at none.
    pub recipient: String,
    /// Which role acted; empty where none did.
    pub actor: String,
    /// The ground of a contact pull, the reason of a denial; of all else, empty.
    pub code: String,
    /// How often.
    pub times: u64,
}

/// How often something happened over all the time that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What.
    pub what: Counted,
    /// At which recipient; empty where at none.
    pub recipient: String,
    /// What for.
    pub matter: String,
    /// The result, the reason or the ground.
    pub code: String,
    /// How often.
    pub times: u64,
}
