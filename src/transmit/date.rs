//! Dates in HTTP (RFC 9110, 5.6.7), which know whole seconds only.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use crate::domain::Timestamp;

/// Reads `Tue, 05 Feb 2019 14:03:15 GMT`; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let moment = DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

/// `Retry-After`: a number of seconds, or a date, which is counted from the operator's own `Date`
/// so that it does not matter whose clock is wrong. A date that has passed means "now".
pub(super) fn wait(text: &str, date: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let micros = parse(text)?.micros().saturating_sub(date.micros());
    Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_by_the_operators_own_clock() {
        let date = parse("Tue, 05 Feb 2019 14:03:15 GMT").expect("a date");
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(wait(text, date), seconds.map(Duration::from_secs), "{text}");
        };
        check(" 30", Some(30));
        check("Tue, 05 Feb 2019 14:05:15 GMT", Some(120));
        check("Tue, 05 Feb 2019 13:00:00 GMT", Some(0));
        check("soon", None);
        check("-3", None);
    }
}
