//! Numbers by the hour as days of the calendar here: a day of 23 or 25 hours is one day.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;

use super::unusual::is_off;
use super::{Counted, Counts, Hour, Share};

/// The day, here, that an hour is of.
pub fn day_of(hour: Hour) -> Date {
    hour.began().here().date()
}

/// How often something happened on each of a row of days, none left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days(Vec<(Date, u64)>);

impl Days {
    /// The days up to a last one, and what of some numbers is of each.
    pub fn of(
        counts: &[Counts],
        (last, days): (Date, u32),
        counted: impl Fn(&Counts) -> bool,
    ) -> Self {
        let mut sums: BTreeMap<Date, u64> = BTreeMap::new();
        // Hours come in order: the calendar is asked once for each.
        let mut known: Option<(Hour, Date)> = None;
        for count in counts.iter().filter(|count| counted(count)) {
            let day = match known {
                Some((hour, day)) if hour == count.hour => day,
                _ => day_of(count.hour),
            };
            known = Some((count.hour, day));
            *sums.entry(day).or_default() += count.times;
        }
        let row = (0..i64::from(days)).rev().filter_map(|before| {
            let day = last.checked_sub(Span::new().try_days(before).ok()?).ok()?;
            Some((day, sums.get(&day).copied().unwrap_or(0)))
        });
        Self(row.collect())
    }

    /// Of one kind.
    pub fn of_kind(counts: &[Counts], days: (Date, u32), what: Counted) -> Self {
        Self::of(counts, days, |count| count.what == what)
    }

    /// Each day, the first one first.
    pub fn row(&self) -> &[(Date, u64)] {
        &self.0
    }

    /// All of them together.
    pub fn sum(&self) -> u64 {
        self.0.iter().map(|(_, times)| times).sum()
    }

    /// The day with the most, the last of them; `None` where there was nothing.
    pub fn most(&self) -> Option<(Date, u64)> {
        self.0.iter().copied().filter(|(_, times)| *times > 0).max_by_key(|(_, times)| *times)
    }
}

/// The same numbers, where those of one day are told together: once for the hours in which people work,
/// once for the others, each by the first hour of them.
pub fn by_day(counts: Vec<Counts>) -> Vec<Counts> {
    let mut sums = BTreeMap::new();
    for Counts { hour, what, recipient, actor, code, times } in counts {
        let here = hour.began().here();
        let same = (here.date(), is_off(here), what, recipient, actor, code);
        let (_, sum) = sums.entry(same).or_insert((hour, 0));
        *sum += times;
    }
    let told = |((_, _, what, recipient, actor, code), (hour, times))| Counts {
        hour,
        what,
        recipient,
        actor,
        code,
        times,
    };
    let mut counts: Vec<Counts> = sums.into_iter().map(told).collect();
    counts.sort_by_key(|count| count.hour);
    counts
}

/// Shares of several spans, added up.
pub fn together(shares: impl Iterator<Item = Share>) -> Vec<Share> {
    let mut sums: BTreeMap<(Counted, String, String, String), u64> = BTreeMap::new();
    for Share { what, recipient, matter, code, times } in shares {
        *sums.entry((what, recipient, matter, code)).or_default() += times;
    }
    let told =
        |((what, recipient, matter, code), times)| Share { what, recipient, matter, code, times };
    sums.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn at(time: &str, times: u64) -> Counts {
        let hour = Hour::of(Timestamp::parse(time).expect("a moment"));
        let none = String::new;
        let (recipient, actor, code) = (none(), none(), none());
        Counts { hour, what: Counted::Disclosed, recipient, actor, code, times }
    }

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_is_one_here_also_where_it_has_23_or_25_hours() {
        // 2026-03-29 begins at 23:00 UTC the day before and ends at 22:00; 2026-10-25 the other way.
        let counts = [
            at("2026-03-28T22:59:59Z", 1),
            at("2026-03-28T23:00:00Z", 2),
            at("2026-03-29T21:59:59Z", 4),
            at("2026-03-29T22:00:00Z", 8),
            at("2026-10-24T22:00:00Z", 16),
            at("2026-10-25T22:59:59Z", 32),
            at("2026-10-25T23:00:00Z", 64),
        ];
        let spring = Days::of_kind(&counts, (day("2026-03-30"), 3), Counted::Disclosed);
        let expected = [(day("2026-03-28"), 1), (day("2026-03-29"), 6), (day("2026-03-30"), 8)];
        assert_eq!(spring.row(), expected);
        assert_eq!((spring.sum(), spring.most()), (15, Some((day("2026-03-30"), 8))));
        let autumn = Days::of_kind(&counts, (day("2026-10-26"), 2), Counted::Disclosed);
        assert_eq!(autumn.row(), [(day("2026-10-25"), 48), (day("2026-10-26"), 64)]);
        let none = Days::of_kind(&counts, (day("2026-10-26"), 2), Counted::Read);
        assert_eq!((none.row().len(), none.sum(), none.most()), (2, 0, None));
    }

    #[test]
    fn what_is_told_by_the_day_is_what_was_told_by_the_hour() {
        let mut counts = Vec::new();
        for n in 0..400_u64 {
            let hour = Hour::of(Timestamp::parse("2026-10-20T00:30:00Z").expect("a moment"));
            let hour = Hour::new(hour.number() + i64::try_from(n / 2).expect("few"));
            let one = at("2026-10-20T00:30:00Z", n % 7 + 1);
            let actor = ["support", "ordering"][usize::from(n % 3 == 0)].to_owned();
            counts.push(Counts { hour, actor, ..one });
        }
        let together = by_day(counts.clone());
        assert!(together.len() < counts.len() / 4, "{}", together.len());
        let today = day("2026-10-28");
        let days = |counts| Days::of_kind(counts, (today, 20), Counted::Disclosed);
        assert_eq!(days(&together), days(&counts));
        assert_eq!(
            crate::tally::unusual(&together, &[], today),
            crate::tally::unusual(&counts, &[], today)
        );
    }
}
