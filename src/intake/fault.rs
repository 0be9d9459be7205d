//! What can be wrong with a body that was handed in. Names members and rules; never holds a value.

use std::fmt;

use thiserror::Error;

/// Why a body was not taken in. No text in here comes from a submitted value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IntakeError {
    /// More bytes than this deployment takes.
    #[error("the body has more than {bytes_max} bytes")]
    TooLarge {
        /// How many it takes.
        bytes_max: usize,
    },
    /// JSON is UTF-8 (RFC 8259 section 8.1).
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("the body is not JSON: line {line}, column {column} {what}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// Arrays and objects inside each other beyond any order's need.
    #[error("the body nests arrays and objects more than {depth_max} deep")]
    TooDeep {
        /// How deep it may nest.
        depth_max: usize,
    },
    /// More values than any order needs.
    #[error("the body holds more than {values_max} values")]
    TooMany {
        /// How many it may hold.
        values_max: usize,
    },
    /// A member stands twice in one object, so that two readers could read two different orders.
    #[error("the member {member} stands twice in one object")]
    DuplicateMember {
        /// Its name, where that may be repeated.
        member: String,
    },
    /// The copies of access lists are needed for this body, and cannot be read now.
    #[error(
        "the copies of access lists cannot be read now: hand it in again, or name operator and access"
    )]
    ListsUnavailable,
    /// JSON, but not an order or a ticket of the profile.
    #[error("{0}")]
    Invalid(Faults),
}

/// One thing that is wrong with one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `serviceOrderItem[0].service.serviceCharacteristic[accessId]`.
    pub member: String,
    /// Which rule is broken: `is missing`.
    pub rule: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.member, self.rule)
    }
}

/// All that is wrong with a body, so that its sender can mend it in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// How many are told; the rest is only counted.
    pub const TOLD_MAX: usize = 50;

    /// The faults, in the order they were found.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// How many more there are.
    pub fn more(&self) -> usize {
        self.more
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// As if it had been found behind so many others.
    pub(super) fn insert(&mut self, at: usize, fault: Fault) {
        if self.list.len() < Self::TOLD_MAX {
            self.list.insert(at.min(self.list.len()), fault);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn push(&mut self, fault: Fault) {
        if self.list.len() < Self::TOLD_MAX {
            self.list.push(fault);
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.list.iter().enumerate() {
            let join = if position == 0 { "" } else { "; " };
            write!(f, "{join}{fault}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

/// A member's name as it may be repeated to its sender. A name comes from outside like any value
/// does, so one that does not look like a name of TM Forum's kind is not repeated.
pub(super) fn nameable(name: &str) -> &str {
    const LENGTH_MAX: usize = 40;
    const DIGITS_RUN_MAX: usize = 5;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'@' || byte == b'_';
    let longest_run =
        name.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    let fits = (1..=LENGTH_MAX).contains(&name.len())
        && name.bytes().all(plain)
        && longest_run <= DIGITS_RUN_MAX;
    if fits { name } else { "(unnamed)" }
}
