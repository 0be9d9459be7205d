//! How long what a rule opened may be kept: a moment, and a time after it.

use std::time::Duration;

/// From when it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The case has ended; for an order that is its delivery.
    End,
    /// The visit that was booked is over.
    VisitEnd,
    /// The disclosure was recorded.
    Record,
}

/// `case_closed+30d`, `delivered+30d`, `visit_end+24h`, `record+24m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retain {
    /// From when.
    pub from: Moment,
    /// How long. A month is a twelfth of a year.
    pub time: Duration,
}

impl Retain {
    /// Reads it as it stands in a policy.
    pub fn parse(text: &str) -> Option<Self> {
        let (moment, time) = text.split_once('+')?;
        let from = match moment {
            "case_closed" | "delivered" => Moment::End,
            "visit_end" => Moment::VisitEnd,
            "record" => Moment::Record,
            _ => return None,
        };
        let unit = time.chars().last()?;
        let each: u64 = match unit {
            'h' => 2,
            'd' => 48,
            // 365.25 days in twelve parts, in half hours.
            'm' => 1_461,
            _ => return None,
        };
        let number: u16 = time[..time.len() - unit.len_utf8()].parse().ok()?;
        let half_hours = u64::from(number) * each;
        (number > 0).then(|| Self { from, time: Duration::from_secs(half_hours * 30 * 60) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_times_are_read_and_nothing_else() {
        let read = |text| Retain::parse(text).map(|retain| (retain.from, retain.time.as_secs()));
        assert_eq!(read("case_closed+30d"), Some((Moment::End, 30 * 86_400)));
        assert_eq!(read("delivered+1d"), Some((Moment::End, 86_400)));
        assert_eq!(read("visit_end+24h"), Some((Moment::VisitEnd, 86_400)));
        assert_eq!(read("record+12m"), Some((Moment::Record, 31_557_600)));
        for text in [
            "",
            "+",
            "30d",
            "case_closed",
            "case_closed+",
            "closed+30d",
            "record+0m",
            "record+1y",
            "record+1.5d",
            "record+-1d",
            "record+99999d",
            "record+1ö",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
