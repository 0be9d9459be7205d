//! Technical information about an access: how its line is, where an operator tells that.

use std::fmt;

use crate::domain::Timestamp;

/// How the line of an access is, as the operator's equipment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkState {
    /// Whether there is link.
    pub up: bool,
    /// Whether the operator has shut the port: nothing that the customer does brings the link back.
    pub shut: bool,
    /// Since when there is link, or none.
    pub since: Option<Timestamp>,
    /// The speed of the link, in Mbit/s.
    pub speed: Option<u32>,
    /// The optical level that the operator receives.
    pub received: Option<Level>,
    /// The optical level that the operator sends.
    pub sent: Option<Level>,
    /// How many frames came with a wrong checksum, since the operator last began to count.
    pub errors: Option<u32>,
}

/// An optical level, to a hundredth of a dBm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(i32);

impl Level {
    /// Reads `-21.5`; `None` where it is no number, or none that light has in a fibre.
    pub fn parse(text: &str) -> Option<Self> {
        let number: f64 = text.trim().replace(',', ".").parse().ok()?;
        let hundredths = (number * 100.0).round();
        if !(-10_000.0..=10_000.0).contains(&hundredths) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is checked to fit")]
        let hundredths = hundredths as i32;
        Some(Self(hundredths))
    }

    /// In hundredths of a dBm, to be kept.
    pub fn hundredths(self) -> i64 {
        self.0.into()
    }

    /// The opposite.
    pub fn of_hundredths(hundredths: i64) -> Option<Self> {
        i32::try_from(hundredths).ok().map(Self)
    }
}

/// As people write it: `-21.5`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_that_light_can_have() {
        for (text, hundredths) in [("-21.5", Some(-2_150)), (" -7,25 ", Some(-725)), ("0", Some(0))]
        {
            assert_eq!(Level::parse(text).map(Level::hundredths), hundredths, "{text}");
        }
        for text in ["", "bra", "NaN", "inf", "1e400", "-101", "100.01"] {
            assert_eq!(Level::parse(text), None, "{text}");
        }
    }
}
