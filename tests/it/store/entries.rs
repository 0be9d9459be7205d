//! Leaves found by what stands in them, held against going through the whole log.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use sluss::log::{Code, ErasureReason, Facets, Filter, Kinds, Outcome, OutcomeResult, Read};
use sluss::store::{Count, Ending, Wanted, Wrong};

use super::*;

const DAY: Duration = Duration::from_hours(24);

/// A log of several days with leaves of many kinds, endings and rules.
async fn varied(place: &Place, store: &Store) {
    let mut n = 0_u64;
    for day in 0..4 {
        for purpose in [Purpose::Activate, Purpose::FaultReport, Purpose::ContactPull] {
            for (recipient, actor) in
                [(recipient(), Role::Ordering), (other_recipient(), Role::Support)]
            {
                n += 1;
                let mut event = intent(&SubjectKey::new([7; 32]), place.leaf_id(), case(n), 1);
                let Event::Intent(intent) = &mut event else { unreachable!() };
                intent.recipient.id = recipient.clone();
                intent.purpose = purpose;
                intent.actor = actor;
                if n.is_multiple_of(3) {
                    intent.sent.insert(Field::CpeMac);
                    intent.rules.insert(RuleId::parse("fault.report.mac").unwrap());
                } else {
                    intent.withheld.insert(Field::CpeMac);
                }
                let leaf = store.note(event).await.unwrap();
                let result = match n % 5 {
                    0 => OutcomeResult::Rejected,
                    1 => OutcomeResult::Unknown,
                    2 => OutcomeResult::Unsent,
                    3 => OutcomeResult::Accepted,
                    _ => continue,
                };
                let (intent, intent_hash) = (leaf.index(), leaf.hash());
                let outcome = Outcome { intent, intent_hash, result, code: None };
                store.note(Event::Outcome(outcome)).await.unwrap();
            }
        }
        store.note(place.stop().1).await.unwrap();
        store.note(place.decision().1).await.unwrap();
        let what = Code::parse("list").unwrap();
        store.note_read(Role::Auditor, what, LeafIndex(0), day).await.unwrap();
        store.note(Event::Heartbeat).await.unwrap();
        place.pass(DAY);
    }
}

fn case(n: u64) -> CaseId {
    CaseId::parse(&format!("{n:032x}")).unwrap()
}

/// What a leaf says, read from its body, with how it ended.
struct Seen {
    index: LeafIndex,
    day: Date,
    facets: Facets,
    ending: Option<Ending>,
}

async fn whole(store: &Store) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for stored in store.leaves(LeafIndex(0), usize::MAX).await.unwrap() {
        let leaf = Leaf::parse(&stored.body).unwrap();
        if let Event::Outcome(outcome) = &leaf.event {
            let of = all.iter_mut().find(|seen| seen.index == outcome.intent).unwrap();
            of.ending = Some(outcome.result.into());
        }
        let is_disclosure = matches!(leaf.event, Event::Intent(_));
        all.push(Seen {
            index: stored.index,
            day: leaf.at.day(),
            facets: Facets::of(&leaf.event),
            ending: is_disclosure.then_some(Ending::Open),
        });
    }
    all
}

fn wishes() -> Vec<Wanted> {
    let mut filters = vec![
        Filter::default(),
        Filter { kinds: Kinds::All, ..Filter::default() },
        Filter { recipient: Some(other_recipient()), ..Filter::default() },
        Filter { purpose: Some(Purpose::FaultReport), ..Filter::default() },
        Filter { actor: Some(Role::Auditor), kinds: Kinds::All, ..Filter::default() },
        Filter { rule: RuleId::parse("fault.report.mac").ok(), ..Filter::default() },
        Filter { rule: RuleId::parse("nobody.has.it").ok(), ..Filter::default() },
        Filter { reason: Some("no-rule".to_owned()), ..Filter::default() },
    ];
    for left in [None, Some(true), Some(false)] {
        filters.push(Filter { field: Some(Field::CpeMac), left, ..Filter::default() });
    }
    let endings = [None, Some(Ending::Open), Some(Ending::Rejected), Some(Ending::Accepted)];
    let days = [
        (None, None),
        (Some(date(2026, 3, 2)), None),
        (None, Some(date(2026, 3, 2))),
        (Some(date(2026, 3, 3)), Some(date(2026, 3, 3))),
        (Some(date(2027, 1, 1)), None),
        (Some(date(2026, 3, 3)), Some(date(2026, 3, 2))),
    ];
    let mut wishes = Vec::new();
    for filter in filters {
        for ending in endings {
            for (from, to) in days {
                wishes.push(Wanted { filter: filter.clone(), ending, from, to });
            }
        }
    }
    wishes
}

fn fits(wanted: &Wanted, seen: &Seen) -> bool {
    wanted.filter.fits(&seen.facets)
        && wanted.ending.is_none_or(|ending| seen.ending == Some(ending))
        && wanted.from.is_none_or(|from| seen.day >= from)
        && wanted.to.is_none_or(|to| seen.day <= to)
}

/// These logs tell of disclosures without cases and of policies that are not kept; the index is right.
async fn index_is_sound(store: &Store) {
    let wrong = store.fsck().await.unwrap().wrong;
    let of_index = wrong.iter().filter(|one| matches!(one, Wrong::Entry(_) | Wrong::Tally));
    assert_eq!(of_index.collect::<Vec<_>>(), Vec::<&Wrong>::new());
}

async fn counted(store: &Store, wanted: &Wanted) -> (Vec<Count>, Vec<(Date, u64)>) {
    let listed = store.list_leaves(wanted, true, None, 0).await.unwrap();
    (listed.counts, listed.days)
}

/// Every page, of so many, one behind the other.
async fn pages(store: &Store, wanted: &Wanted, most: usize) -> Vec<LeafIndex> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = store.find_leaves(wanted, before, most).await.unwrap();
        for one in &page {
            let leaf = Leaf::parse(&one.leaf.body).unwrap();
            let ended = one.outcome.as_ref().map(|outcome| Leaf::parse(&outcome.body).unwrap());
            if let Some(Event::Outcome(outcome)) = ended.map(|leaf| leaf.event) {
                assert_eq!(outcome.intent, one.leaf.index);
            }
            assert!(wanted.filter.fits(&Facets::of(&leaf.event)));
        }
        all.extend(page.iter().map(|one| one.leaf.index));
        before = page.last().map(|one| one.leaf.index);
        if page.len() < most {
            return all;
        }
    }
}

#[tokio::test]
async fn what_is_found_page_by_page_is_what_the_whole_log_has() {
    let place = Place::new();
    let store = place.open();
    varied(&place, &store).await;
    let whole = whole(&store).await;
    let mut found = 0;
    for wanted in wishes() {
        let expected: Vec<_> = whole.iter().filter(|seen| fits(&wanted, seen)).collect();
        let mut indexes: Vec<_> = expected.iter().map(|seen| seen.index).collect();
        indexes.reverse();
        for most in [3, 1_000] {
            assert_eq!(pages(&store, &wanted, most).await, indexes, "{wanted:?}");
        }
        found += indexes.len();

        let (counts, days) = counted(&store, &wanted).await;
        let sum: u64 = counts.iter().map(|count| count.of(wanted.ending)).sum();
        assert_eq!(sum, expected.len() as u64, "{wanted:?}");
        for count in counts {
            let same = expected.iter().filter(|seen| seen.facets == *count.facets).count();
            assert_eq!(count.of(wanted.ending), same as u64, "{wanted:?}: {count:?}");
        }
        let mut by_day: BTreeMap<Date, u64> = BTreeMap::new();
        for seen in &expected {
            *by_day.entry(seen.day).or_default() += 1;
        }
        assert_eq!(days, by_day.into_iter().collect::<Vec<_>>(), "{wanted:?}");
        for by_day in [false, true] {
            let listed = store.list_leaves(&wanted, by_day, None, 5).await.unwrap();
            let newest: Vec<_> = listed.found.iter().map(|one| one.leaf.index).collect();
            assert_eq!(newest, indexes[..indexes.len().min(5)], "{wanted:?}");
            assert_eq!(listed.size.0, whole.len() as u64);
        }

        // Where they stand, whatever has become of them.
        let open = Wanted { ending: None, ..wanted.clone() };
        let within = sluss::log::TreeSize(whole.len() as u64 - 2);
        let (mut places, mut next) = (Vec::new(), Some(LeafIndex(0)));
        while let Some(first) = next {
            let (some, further) = store.places(&open, within, first, 7).await.unwrap();
            places.extend(some.into_iter().map(|(index, _)| index));
            next = further;
        }
        let expected = whole.iter().filter(|seen| fits(&open, seen) && within.holds(seen.index));
        assert_eq!(places, expected.map(|seen| seen.index).collect::<Vec<_>>(), "{wanted:?}");
    }
    assert!(found > 500, "{found}");
    index_is_sound(&store).await;
}

/// Whole months are counted by sums of their own: wherever a question begins and ends, it adds up.
#[tokio::test]
async fn any_days_add_up_over_months_and_a_year() {
    let place = Place::new();
    let store = place.open();
    let mut kept = Vec::new();
    // From the second of March on, a few days apart, into the next year.
    for n in 0..80 {
        let event = if n % 3 == 0 { Event::Heartbeat } else { place.stop().1 };
        kept.push((place.clock.now().day(), n % 3 != 0));
        store.note(event).await.unwrap();
        place.pass(DAY * (1 + n % 9));
    }
    let last = kept.last().unwrap().0;
    assert!(last >= date(2027, 1, 1), "{last}");
    let days = [
        date(2020, 1, 1),
        date(2026, 3, 1),
        date(2026, 3, 2),
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 4, 30),
        date(2026, 5, 17),
        date(2026, 12, 31),
        date(2027, 1, 1),
        last,
        date(2030, 1, 1),
    ];
    let edges: Vec<_> = std::iter::once(None).chain(days.into_iter().map(Some)).collect();
    for (from, to) in edges.iter().flat_map(|from| edges.iter().map(move |to| (*from, *to))) {
        let within =
            |day: Date| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to);
        let wanted = Wanted { from, to, ..Wanted::default() };
        let expected = kept.iter().filter(|(day, stops)| *stops && within(*day)).count() as u64;
        let (counts, days) = counted(&store, &wanted).await;
        assert_eq!(
            counts.iter().map(|count| count.total).sum::<u64>(),
            expected,
            "{from:?} {to:?}"
        );
        assert_eq!(days.iter().map(|(_, number)| number).sum::<u64>(), expected, "{from:?} {to:?}");
        assert!(days.iter().all(|(day, _)| within(*day)));
        assert_eq!(pages(&store, &wanted, 30).await.len() as u64, expected, "{from:?} {to:?}");
    }
    index_is_sound(&store).await;
}

#[tokio::test]
async fn a_store_from_before_gets_its_entries_when_it_is_opened() {
    let place = Place::new();
    if servers(place.path()).is_some() {
        return;
    }
    let store = place.open();
    varied(&place, &store).await;
    let all =
        Wanted { filter: Filter { kinds: Kinds::All, ..Filter::default() }, ..Wanted::default() };
    let (before, by_day) = (pages(&store, &all, 50).await, counted(&store, &all).await);
    drop(store);
    let rows = rusqlite::Connection::open(place.path().join("sluss.db")).unwrap();
    // From before months, and all days, were counted together, too.
    let ever = || -> Vec<[i64; 8]> {
        let sums = "SELECT * FROM tally WHERE day % 100 = 0 ORDER BY day, facets";
        let mut select = rows.prepare(sums).unwrap();
        let read = |row: &rusqlite::Row<'_>| {
            let mut cells = [0; 8];
            for (at, cell) in (0..).zip(&mut cells) {
                *cell = row.get(at)?;
            }
            Ok(cells)
        };
        select.query_map([], read).unwrap().map(Result::unwrap).collect()
    };
    let together = ever();
    rows.execute_batch("DELETE FROM tally WHERE day % 100 = 0").unwrap();
    rows.execute_batch(include_str!("../../../schemas/sql/sqlite/0015_ever.sql")).unwrap();
    rows.execute_batch(include_str!("../../../schemas/sql/sqlite/0016_month.sql")).unwrap();
    assert!(!together.is_empty() && ever() == together);
    rows.execute_batch("DELETE FROM entry; DELETE FROM tally; DELETE FROM facets").unwrap();
    drop(rows);
    let store = place.open();
    assert_eq!(pages(&store, &all, 50).await, before);
    let again = counted(&store, &all).await;
    assert_eq!(again, by_day);
    index_is_sound(&store).await;
}

#[tokio::test]
async fn whatever_else_happens_is_found_by_its_kind() {
    let place = Place::new();
    let store = place.open();
    let erasure =
        sluss::log::Erasure { reason: ErasureReason::Retention, cases: Some(1), sd: [].into() };
    store.note(Event::Erasure(erasure)).await.unwrap();
    let read = Read {
        actor: Role::Privacy,
        what: Code::parse("x").unwrap(),
        first: LeafIndex(0),
        count: 1,
    };
    store.note(Event::Read(read)).await.unwrap();
    for (kind, expected) in
        [("erasure", 1), ("read", 1), ("heartbeat", 0), ("all", 2), ("disclosures", 0)]
    {
        let filter = Filter { kinds: Kinds::parse(kind).unwrap(), ..Filter::default() };
        let wanted = Wanted { filter, ..Wanted::default() };
        assert_eq!(pages(&store, &wanted, 9).await.len(), expected, "{kind}");
    }
    assert!(store.leaf_at(LeafIndex(0)).await.unwrap().is_some());
    assert!(store.leaf_at(LeafIndex(9)).await.unwrap().is_none());
}
