//! What stands out: each pattern is a few lines that somebody can be told, and none is a verdict. The
//! last week is judged, each day against the four weeks before that week.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};

use super::days::{Days, day_of};
use super::{BY_REASON, BY_TICKET, Counted, Counts};
use crate::domain::{CaseId, closed_list};
use crate::log::Role;

/// So many days are judged, today among them.
pub const JUDGED_DAYS: u32 = 7;
/// Against so many days before those.
pub const BASELINE_DAYS: u32 = 28;

/// So many cases about one person within the days that are judged are told.
pub const AGAIN_CASES_MIN: u32 = 5;
/// So many contacts given for one case, too.
pub const AGAIN_PULLS_MIN: u32 = 3;

/// A day with less than this is no large day, whatever was usual.
const VOLUME_MIN: u64 = 20;
/// The same for what was stopped.
const STOPPED_MIN: u64 = 10;
/// And for what was denied at the door.
const DENIED_MIN: u64 = 20;
/// So many times the usual is unusual.
const TIMES_USUAL: u64 = 3;
/// Before there are numbers of so many days, nothing is usual.
const HISTORY_MIN: u32 = 7;

/// People work from this hour
const DAY_BEGINS: i8 = 6;
/// to this one, by the clocks here.
const DAY_ENDS: i8 = 21;

closed_list! {
    /// What stands out.
    Pattern {
        /// People acted at night or at the weekend.
        OffHours = "off-hours",
        /// Somebody did much more on a day than they usually do.
        Volume = "volume",
        /// Many cases about one person.
        SamePerson = "same-person",
        /// A contact was given for one case again and again.
        SamePull = "same-pull",
        /// An operator asked for contacts without naming a ticket.
        NoTicket = "no-ticket",
        /// Much more than usual was refused or held.
        Stopped = "stopped",
        /// Many more requests than usual were denied at the door.
        Denied = "denied",
    }
}

/// Of whom or what it stands out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// A role.
    Role(String),
    /// A recipient.
    Recipient(String),
    /// A reason of a denial.
    Denial(String),
    /// A case: where it is about a person, the newest one of theirs.
    Case(CaseId),
}

/// Something that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// What.
    pub pattern: Pattern,
    /// On which day; `None`: over all the days that are judged.
    pub day: Option<Date>,
    /// Of whom or what.
    pub whom: Whom,
    /// How often.
    pub times: u64,
    /// How often that is usual, or out of how many it was.
    pub beside: Option<u64>,
}

/// Something about one person or case that happened again, as the store counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// [`Pattern::SamePerson`] or [`Pattern::SamePull`].
    pub pattern: Pattern,
    /// The case.
    pub case: CaseId,
    /// How often.
    pub times: u64,
}

/// What stands out up to this day, the latest first.
pub fn unusual(counts: &[Counts], again: &[Again], today: Date) -> Vec<Unusual> {
    let mut found = Vec::new();
    off_hours(counts, today, &mut found);
    volume(counts, today, &mut found);
    no_ticket(counts, today, &mut found);
    let stopped = |count: &Counts| {
        (count.what == Counted::Stopped).then(|| Whom::Recipient(count.recipient.clone()))
    };
    found.extend(large_days(counts, today, (Pattern::Stopped, STOPPED_MIN), stopped));
    let denied =
        |count: &Counts| (count.what == Counted::Denied).then(|| Whom::Denial(count.code.clone()));
    found.extend(large_days(counts, today, (Pattern::Denied, DENIED_MIN), denied));
    found.extend(again.iter().map(|again| Unusual {
        pattern: again.pattern,
        day: None,
        whom: Whom::Case(again.case),
        times: again.times,
        beside: None,
    }));
    let order = |one: &Unusual| (one.pattern, std::cmp::Reverse(one.times), one.whom.clone());
    found.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| order(a).cmp(&order(b))));
    found
}

/// What a person does: machines have no hours.
fn is_person(actor: &str) -> bool {
    match Role::parse(actor) {
        Some(Role::Support | Role::Auditor | Role::Privacy | Role::Policy | Role::Operations) => {
            true
        }
        Some(Role::System | Role::Ordering) | None => false,
    }
}

fn acts(count: &Counts) -> bool {
    matches!(count.what, Counted::Disclosed | Counted::Decided | Counted::Read)
}

fn is_judged(day: Date, today: Date) -> bool {
    day <= today && days_between(day, today) < i64::from(JUDGED_DAYS)
}

fn days_between(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

/// Whether people do not work then, by the clocks here.
pub(super) fn is_off(here: DateTime) -> bool {
    let weekend = matches!(here.date().weekday(), Weekday::Saturday | Weekday::Sunday);
    weekend || !(DAY_BEGINS..DAY_ENDS).contains(&here.hour())
}

fn off_hours(counts: &[Counts], today: Date, found: &mut Vec<Unusual>) {
    let mut sums: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    for count in counts.iter().filter(|count| acts(count) && is_person(&count.actor)) {
        let here = count.hour.began().here();
        if is_off(here) && is_judged(here.date(), today) {
            *sums.entry((here.date(), &count.actor)).or_default() += count.times;
        }
    }
    found.extend(sums.into_iter().map(|((day, actor), times)| Unusual {
        pattern: Pattern::OffHours,
        day: Some(day),
        whom: Whom::Role(actor.to_owned()),
        times,
        beside: None,
    }));
}

/// A role against its own usual day, and an operator that asks for contacts against its own.
fn volume(counts: &[Counts], today: Date, found: &mut Vec<Unusual>) {
    let of_role = |count: &Counts| {
        let acted = acts(count) && Role::parse(&count.actor).is_some();
        acted.then(|| Whom::Role(count.actor.clone()))
    };
    found.extend(large_days(counts, today, (Pattern::Volume, VOLUME_MIN), of_role));
    let of_operator = |count: &Counts| {
        (count.what == Counted::Pulled).then(|| Whom::Recipient(count.recipient.clone()))
    };
    found.extend(large_days(counts, today, (Pattern::Volume, VOLUME_MIN), of_operator));
}

fn no_ticket(counts: &[Counts], today: Date, found: &mut Vec<Unusual>) {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for count in counts.iter().filter(|count| count.what == Counted::Pulled) {
        if is_judged(day_of(count.hour), today) {
            let (without, all) = sums.entry(&count.recipient).or_default();
            debug_assert!([BY_REASON, BY_TICKET].contains(&count.code.as_str()));
            *without += if count.code == BY_REASON { count.times } else { 0 };
            *all += count.times;
        }
    }
    let without = sums.into_iter().filter(|(_, (without, _))| *without > 0);
    found.extend(without.map(|(recipient, (without, all))| Unusual {
        pattern: Pattern::NoTicket,
        day: None,
        whom: Whom::Recipient(recipient.to_owned()),
        times: without,
        beside: Some(all),
    }));
}

/// The days that are judged on which somebody's number is at least `least`, and more than three times
/// the median of their own days before.
fn large_days(
    counts: &[Counts],
    today: Date,
    (pattern, least): (Pattern, u64),
    whose: impl Fn(&Counts) -> Option<Whom>,
) -> Vec<Unusual> {
    let mut all: BTreeMap<Whom, Vec<Counts>> = BTreeMap::new();
    for count in counts {
        if let Some(whom) = whose(count) {
            all.entry(whom).or_default().push(count.clone());
        }
    }
    let mut found = Vec::new();
    for (whom, counts) in all {
        let days = Days::of(&counts, (today, JUDGED_DAYS + BASELINE_DAYS), |_| true);
        let (before, judged) = days.row().split_at(BASELINE_DAYS as usize);
        // Somebody who has only begun has no usual day.
        let Some(begun) = before.iter().position(|(_, times)| *times > 0) else { continue };
        let known = &before[begun..];
        if known.len() < HISTORY_MIN as usize {
            continue;
        }
        let usual = median(known.iter().map(|(_, times)| *times).collect());
        let large = |times: u64| times >= least && times > usual.saturating_mul(TIMES_USUAL);
        found.extend(judged.iter().filter(|(_, times)| large(*times)).map(|&(day, times)| {
            Unusual { pattern, day: Some(day), whom: whom.clone(), times, beside: Some(usual) }
        }));
    }
    found
}

fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::tally::Hour;

    const TODAY: &str = "2026-11-25";

    fn count(time: &str, what: Counted, (recipient, actor, code): (&str, &str, &str)) -> Counts {
        Counts {
            hour: Hour::of(Timestamp::parse(time).expect("a moment")),
            what,
            recipient: recipient.to_owned(),
            actor: actor.to_owned(),
            code: code.to_owned(),
            times: 1,
        }
    }

    /// So many on each of the days before today, noon UTC; the last one is today's.
    fn daily(what: Counted, whose: (&str, &str, &str), numbers: &[u64]) -> Vec<Counts> {
        let today: Date = TODAY.parse().expect("a day");
        let mut counts = Vec::new();
        for (before, times) in (0_i64..).zip(numbers.iter().rev()) {
            let day = today - jiff::Span::new().days(before);
            let one = count(&format!("{day}T12:00:00Z"), what, whose);
            counts.push(Counts { times: *times, ..one });
        }
        counts.reverse();
        counts
    }

    fn found(counts: &[Counts]) -> Vec<(Pattern, Option<String>, u64, Option<u64>)> {
        let all = unusual(counts, &[], TODAY.parse().expect("a day"));
        let told =
            |one: Unusual| (one.pattern, one.day.map(|day| day.to_string()), one.times, one.beside);
        all.into_iter().map(told).collect()
    }

    #[test]
    fn nothing_is_unusual_where_nothing_happens() {
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn people_have_hours_and_machines_have_none() {
        let support = ("globalconnect", "support", "");
        // A Tuesday: six in the morning here is five in UTC.
        let counts = [
            count("2026-11-24T04:59:00Z", Counted::Disclosed, support),
            count("2026-11-24T05:00:00Z", Counted::Disclosed, support),
            count("2026-11-24T19:59:00Z", Counted::Decided, support),
            count("2026-11-24T20:00:00Z", Counted::Read, ("", "auditor", "list")),
            count("2026-11-24T02:00:00Z", Counted::Disclosed, ("ip-only", "system", "")),
            count("2026-11-24T02:00:00Z", Counted::Disclosed, ("ip-only", "ordering", "")),
            // A Sunday at noon, and one that is too long ago.
            count("2026-11-22T11:00:00Z", Counted::Decided, support),
            count("2026-11-15T11:00:00Z", Counted::Decided, support),
        ];
        let day = |text: &str| Some(text.to_owned());
        let expected = [
            (Pattern::OffHours, day("2026-11-24"), 1, None),
            (Pattern::OffHours, day("2026-11-24"), 1, None),
            (Pattern::OffHours, day("2026-11-22"), 1, None),
        ];
        assert_eq!(found(&counts), expected);
    }

    #[test]
    fn a_role_is_held_to_its_own_usual_day_and_a_new_one_has_none() {
        // Not a person: those have hours, too.
        let orders = ("globalconnect", "ordering", "");
        let mut numbers = [10; 35];
        numbers[34] = 30;
        assert_eq!(found(&daily(Counted::Disclosed, orders, &numbers)), [], "three times is usual");
        numbers[34] = 31;
        let told = found(&daily(Counted::Disclosed, orders, &numbers));
        assert_eq!(told, [(Pattern::Volume, Some(TODAY.to_owned()), 31, Some(10))]);
        // Few are no large day, whatever was before.
        assert_eq!(found(&daily(Counted::Disclosed, orders, &[&[1; 34][..], &[19]].concat())), []);
        // Six days of history are too few; seven are enough.
        let begun = |days: usize| [vec![1; days], vec![1, 1, 1, 1, 1, 1, 90]].concat();
        assert_eq!(found(&daily(Counted::Disclosed, orders, &begun(6))), []);
        assert_eq!(found(&daily(Counted::Disclosed, orders, &begun(7))).len(), 1);
    }

    #[test]
    fn refusals_denials_and_pulls_are_told_each_by_its_own() {
        let steady = [&[0; 27][..], &[1], &[0; 6], &[12]].concat();
        let one_of = |what, whose| found(&daily(what, whose, &steady));
        assert_eq!(one_of(Counted::Stopped, ("ip-only", "system", "")), [], "it has just begun");
        let steady = [&[1; 34][..], &[12]].concat();
        let today = Some(TODAY.to_owned());
        let stopped = found(&daily(Counted::Stopped, ("ip-only", "system", ""), &steady));
        assert_eq!(stopped, [(Pattern::Stopped, today.clone(), 12, Some(1))]);
        let steady = [&[2; 34][..], &[500]].concat();
        let denied = found(&daily(Counted::Denied, ("", "", "password"), &steady));
        assert_eq!(denied, [(Pattern::Denied, today, 500, Some(2))]);
        let mut pulls = daily(Counted::Pulled, ("ip-only", "", BY_TICKET), &[4; 35]);
        assert_eq!(found(&pulls), []);
        pulls.extend(daily(Counted::Pulled, ("ip-only", "", BY_REASON), &[1, 0, 2]));
        assert_eq!(found(&pulls), [(Pattern::NoTicket, None, 3, Some(31))]);
    }

    #[test]
    fn the_latest_is_told_first_and_what_happened_again_last() {
        let case = CaseId::from_bytes([7; 16]);
        let again = [Again { pattern: Pattern::SamePerson, case, times: 6 }];
        let counts = [
            count("2026-11-22T11:00:00Z", Counted::Decided, ("ip-only", "support", "")),
            count("2026-11-24T22:00:00Z", Counted::Decided, ("ip-only", "support", "")),
        ];
        let all = unusual(&counts, &again, TODAY.parse().expect("a day"));
        let patterns: Vec<_> = all.iter().map(|one| one.pattern).collect();
        assert_eq!(patterns, [Pattern::OffHours, Pattern::OffHours, Pattern::SamePerson]);
        assert_eq!(all[2].whom, Whom::Case(case));
        assert!(all[0].day > all[1].day);
    }
}
