//! Times, as people here write them: `2026-03-01 14:05`, by the clocks of Sweden. What is kept and
//! exchanged is in UTC.

use jiff::civil::DateTime;
use maud::{Markup, html};

use crate::domain::{STOCKHOLM, Timestamp};

/// A moment, for people and with its exact time for programs.
pub fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at.rfc3339()) { (written(at, "%Y-%m-%d %H:%M")) } }
}

/// The day of a moment.
pub fn date(at: Timestamp) -> String {
    written(at, "%Y-%m-%d")
}

/// A moment of today, to the second.
pub(super) fn clock(at: Timestamp) -> Markup {
    html! { time datetime=(at.rfc3339()) { (written(at, "%H:%M:%S")) } }
}

/// A time by the clocks of Sweden, as RFC 3339 in UTC. Of an hour that is twice, the first.
pub(super) fn instant(local: DateTime) -> Option<String> {
    Some(
        local
            .to_zoned(STOCKHOLM.clone())
            .ok()?
            .timestamp()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
    )
}

/// In a form of our own; empty for what no calendar has.
pub(super) fn written(at: Timestamp, form: &str) -> String {
    let instant = jiff::Timestamp::from_second(at.seconds()).unwrap_or_default();
    instant.to_zoned(STOCKHOLM.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_and_winter_are_told_by_the_clocks_of_sweden() {
        let at = |text: &str| Timestamp::parse(text).map(|at| written(at, "%Y-%m-%d %H:%M"));
        assert_eq!(at("2026-03-01T13:05:59Z").as_deref(), Some("2026-03-01 14:05"));
        let local = |text: &str| text.parse().ok().and_then(instant);
        assert_eq!(local("2026-03-01T14:05").as_deref(), Some("2026-03-01T13:05:00Z"));
        assert_eq!(local("2026-07-02T00:30").as_deref(), Some("2026-07-01T22:30:00Z"));
        assert_eq!(at("2026-07-01T22:30:00Z").as_deref(), Some("2026-07-02 00:30"));
    }
}
