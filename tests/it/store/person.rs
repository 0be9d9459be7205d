//! One person: keys that turn, erasure that lasts, data that goes when it is due.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use sluss::domain::{Personal, Step};
use sluss::log::{Erasure, ErasureReason, Kind as LeafKind, Opening};
use sluss::store::{Found, Keep, Reference, Sight, StoreError, Subjects};

use super::settling::completed;
use super::*;

const PHONE: &str = "+46701740605";
const DAY: Duration = Duration::from_hours(24);

impl Place {
    fn keys(&self) -> PathBuf {
        self.path().join("keys.db")
    }

    fn list(&self) -> PathBuf {
        self.path().join("erased.list")
    }

    /// A copy of the key store as a backup would be.
    fn copy_keys(&self) -> PathBuf {
        let to = self.path().join(format!("keys-{}", self.seeds.fetch_add(1, Ordering::Relaxed)));
        let keys = Connection::open(self.keys()).unwrap();
        keys.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
        to
    }

    fn restore_keys(&self, backup: &Path) {
        for name in ["keys.db-wal", "keys.db-shm"] {
            let _ = fs::remove_file(self.path().join(name));
        }
        fs::copy(backup, self.keys()).unwrap();
    }

    fn count(&self, file: &str, table: &str) -> i64 {
        let rows = Connection::open(self.path().join(file)).unwrap();
        rows.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    /// Whether bytes stand in a file of the key store.
    fn holds(&self, bytes: &[u8]) -> bool {
        ["keys.db", "keys.db-wal"].iter().any(|name| {
            let file = fs::read(self.path().join(name)).unwrap_or_default();
            file.windows(bytes.len()).any(|window| window == bytes)
        })
    }

    /// A case of a customer that was sent, accepted and ended; its intent leaf.
    async fn ended(&self, store: &Store, external: &str, customer: &str) -> Leaf {
        let mut body = order(external);
        body["relatedParty"][1]["id"] = json!(customer);
        store.accept(self.take_in(Kind::Order, &body)).await.unwrap();
        let claimed = deliver(store).await;
        let two_months = self.clock.now().after(60 * DAY);
        let disclosure = self
            .disclosure(&claimed)
            .showing(
                [
                    (Field::ContactPhone, PHONE, Keep::AfterEnd(30 * DAY)),
                    (Field::AccessId, "STTA0001", Keep::AfterRecord(two_months)),
                ],
                &claimed.key,
                &self.entropy,
            )
            .unwrap();
        let appended = store.append(vec![disclosure], LEASE).await.unwrap().remove(0).unwrap();
        store.settle(claimed.claim, completed()).await.unwrap();
        let stored = store.leaves(appended.index(), 1).await.unwrap().remove(0);
        Leaf::parse(&stored.body).unwrap()
    }
}

async fn find(store: &Store, text: &str) -> Found {
    store.find_subject(Reference::new(text.to_owned()), None, Sight::Restricted).await.unwrap()
}

pub(super) async fn person(store: &Store, text: &str) -> Subjects {
    match find(store, text).await {
        Found::One(subjects) => subjects,
        other => panic!("{text}: {other:?}"),
    }
}

async fn commits(store: &Store, leaf: &Leaf) -> bool {
    store.commits_to(leaf, "contact.phone", PHONE).await.unwrap()
}

#[tokio::test]
async fn a_person_is_found_by_case_order_and_number_and_shown_what_was_sent() {
    let place = Place::new();
    let store = place.open();
    let leaf = place.ended(&store, "ORD-1", "cust-991").await;
    place.ended(&store, "ORD-2", "cust-992").await;
    let subjects = person(&store, "ORD-1").await;
    assert_eq!(person(&store, "cust-991").await, subjects);
    assert_ne!(person(&store, "cust-992").await, subjects);
    assert_eq!(find(&store, "cust-993").await, Found::Nobody);

    let about = store.about(&subjects).await.unwrap();
    assert_eq!(person(&store, &about.cases[0].id.to_string()).await, subjects);
    let [told] = &about.told[..] else { panic!("one disclosure") };
    assert_eq!(told.id, leaf.id);
    assert_eq!(told.leaf.index, LeafIndex(0));
    assert_eq!(told.outcome.as_ref().unwrap().index, LeafIndex(1));
    let value = |field| told.values.get(&field).map(Personal::disclose);
    assert_eq!(value(Field::ContactPhone), Some(PHONE));
    assert_eq!(value(Field::AccessId), Some("STTA0001"));
    let digests = leaf.event.digests().unwrap();
    let opened: Vec<&Opening> =
        told.openings.iter().filter(|opening| digests.contains(&opening.digest())).collect();
    assert_eq!(opened.len(), 1, "the leaf of these tests commits to the phone");
    assert_eq!(opened[0].name_and_value().1.as_str(), PHONE);
}

#[tokio::test]
async fn one_reference_for_two_persons_is_told() {
    let place = Place::new();
    let store = place.open();
    place.ended(&store, "SAME", "cust-991").await;
    let mut other = ticket("SAME");
    other["relatedParty"][1]["id"] = json!("cust-992");
    store.accept(place.take_in(Kind::Ticket, &other)).await.unwrap();
    assert!(matches!(find(&store, "SAME").await, Found::Several(clients) if clients.len() == 2));
}

#[tokio::test]
async fn after_erasure_nothing_leads_to_the_person_and_the_log_stands() {
    let place = Place::new();
    let store = place.open();
    let leaf = place.ended(&store, "ORD-1", "cust-991").await;
    let other = place.ended(&store, "ORD-2", "cust-992").await;
    let subjects = person(&store, "cust-991").await;
    let case = store.about(&subjects).await.unwrap().cases[0].id;
    let keys = Connection::open(place.keys()).unwrap();
    let wrapped: Vec<u8> = keys
        .query_row(
            "SELECT wrapped FROM subject_key WHERE id = ?1",
            [subjects.ids()[0].bytes()],
            |row| row.get(0),
        )
        .unwrap();
    drop(keys);
    assert!(place.holds(&wrapped));

    let erased = store.erase(&subjects, ErasureReason::Request).await.unwrap();
    assert_eq!((erased.cut, erased.cases, erased.leaves.len()), (1, 1, 1));
    assert_eq!(erased.recipients[0].legal_name, "GlobalConnect AB");
    assert!(!erased.traces);
    for reference in ["cust-991", "ORD-1", &case.to_string()] {
        assert_eq!(find(&store, reference).await, Found::Nobody);
    }
    assert!(!commits(&store, &leaf).await, "the link is cut");
    assert!(commits(&store, &other).await, "and no other");
    assert!(!place.holds(&wrapped), "no byte of the key is left");
    assert!(!place.holds(leaf.id.bytes()), "nor of the index");
    for (file, table) in [
        ("keys.db", "subject_key"),
        ("keys.db", "subject_leaf"),
        ("sluss.db", "payload"),
        ("sluss.db", "opening WHERE part = 0"),
        ("sluss.db", "opening WHERE part = 2"),
    ] {
        assert_eq!(place.count(file, table), 1, "{table} of the other person");
    }
    let row = row(&store, case).await;
    assert_eq!(row.external_id, None);
    assert_eq!(row.state, CaseState::Completed);
    // The leaf commits to what it concerns, and whoever holds the opening can show it.
    let stored = store.leaves(erased.leaves[0], 1).await.unwrap().remove(0);
    let Event::Erasure(Erasure { reason, sd, .. }) = Leaf::parse(&stored.body).unwrap().event
    else {
        panic!("an erasure")
    };
    assert_eq!(reason, ErasureReason::Request);
    assert!(sd.contains(&erased.openings[0].digest()));
    assert_eq!(erased.openings[0].name_and_value().1.as_str(), leaf.id.to_string());
    sound(&audit(&store).await);
    drop(store);
    sound(&audit(&place.open()).await);
}

#[tokio::test]
async fn an_open_case_keeps_its_person() {
    let place = Place::new();
    let store = place.open();
    place.ended(&store, "ORD-1", "cust-991").await;
    let open = place.accepted(&store, "ORD-2").await;
    let subjects = person(&store, "ORD-1").await;
    let refused = store.erase(&subjects, ErasureReason::Request).await.err().unwrap();
    assert!(matches!(&refused, StoreError::OpenCases(cases) if *cases == [open]), "{refused}");
    assert!(refused.to_string().contains(&open.to_string()));
    assert!(!place.list().exists());
    store.decide(open, Step::Cancel, place.decision()).await.unwrap();
    let erased = store.erase(&subjects, ErasureReason::Request).await.unwrap();
    assert_eq!(erased.cases, 2);
}

#[tokio::test]
async fn who_was_erased_and_comes_back_is_somebody_new() {
    let place = Place::new();
    let store = place.open();
    let before = place.ended(&store, "ORD-1", "cust-991").await;
    store.erase(&person(&store, "cust-991").await, ErasureReason::Request).await.unwrap();
    // Also the same order again: nobody remembers it.
    let after = place.ended(&store, "ORD-1", "cust-991").await;
    let about = store.about(&person(&store, "cust-991").await).await.unwrap();
    assert_eq!(about.told.len(), 1);
    drop(store);
    let store = place.open();
    assert!(commits(&store, &after).await, "the list of the erased spares the new key");
    assert!(!commits(&store, &before).await);
}

#[tokio::test]
async fn an_old_key_store_does_not_bring_the_erased_back() {
    let place = Place::new();
    let store = place.open();
    let leaf = place.ended(&store, "ORD-1", "cust-991").await;
    let other = place.ended(&store, "ORD-2", "cust-992").await;
    let backup = place.copy_keys();
    store.erase(&person(&store, "cust-991").await, ErasureReason::Request).await.unwrap();
    let size_before = size(&store).await;
    drop(store);
    place.restore_keys(&backup);
    assert_eq!(place.count("keys.db", "subject_key"), 2, "the backup has the key");
    let store = place.open();
    assert_eq!(place.count("keys.db", "subject_key"), 1);
    assert_eq!(find(&store, "cust-991").await, Found::Nobody);
    assert!(!commits(&store, &leaf).await);
    assert!(commits(&store, &other).await);
    assert_eq!(size(&store).await, size_before, "it was logged already");
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_list_and_a_key_store_that_are_both_old_are_refused() {
    let place = Place::new();
    let store = place.open();
    place.ended(&store, "ORD-1", "cust-991").await;
    place.ended(&store, "ORD-2", "cust-992").await;
    store.erase(&person(&store, "cust-991").await, ErasureReason::Request).await.unwrap();
    let (backup, list) = (place.copy_keys(), fs::read(place.list()).unwrap());
    store.erase(&person(&store, "cust-992").await, ErasureReason::Unlawful).await.unwrap();
    let newest = fs::read(place.list()).unwrap();
    assert!(newest.starts_with(&list), "it is only ever added to");
    drop(store);
    place.restore_keys(&backup);
    fs::write(place.list(), &list).unwrap();
    for _ in 0..2 {
        let refused = place.refused();
        assert!(matches!(refused, StoreError::ErasuresLost { missing: 1, .. }), "{refused}");
    }
    fs::write(place.list(), &newest).unwrap();
    drop(place.open());
    // One of the two is enough: the key store knows as well, and the list is made good.
    fs::remove_file(place.list()).unwrap();
    drop(place.open());
    let lines = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(lines(&fs::read(place.list()).unwrap()), lines(&newest));
}

#[tokio::test]
async fn an_erasure_that_was_cut_short_is_done_at_the_next_opening() {
    let place = Place::new();
    let store = place.open();
    let leaf = place.ended(&store, "ORD-1", "cust-991").await;
    let subject = person(&store, "cust-991").await.ids()[0];
    drop(store);
    // As a kill leaves it between the list and the commits; and half of another line.
    let erasure = place.leaf_id();
    fs::write(place.list(), format!("{subject} {erasure} request\n{subject} 00")).unwrap();
    let store = place.open();
    assert_eq!(find(&store, "cust-991").await, Found::Nobody);
    assert!(!commits(&store, &leaf).await);
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.kinds.get(&LeafKind::Erasure), Some(&1));
    drop(store);
    assert_eq!(audit(&place.open()).await.kinds.get(&LeafKind::Erasure), Some(&1));
}

#[tokio::test]
async fn a_turn_of_the_epoch_keeps_every_key_and_destroys_the_old_one() {
    let place = Place::new();
    let store = place.open();
    let mut leaves = Vec::new();
    for n in 0..5 {
        leaves.push(place.ended(&store, &format!("ORD-{n}"), &format!("cust-{n}")).await);
    }
    let waiting = place.accepted(&store, "ORD-9").await;
    let sealed = |what: &str| {
        let keys = Connection::open(place.keys()).unwrap();
        let mut select = keys.prepare(&format!("SELECT wrapped FROM {what}")).unwrap();
        let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>()
    };
    let old = [sealed("epoch_key"), sealed("subject_key")].concat();
    assert_eq!(old.len(), 7);
    place.pass(DAY);
    let rotation = store.rotate_epoch().await.unwrap();
    assert_eq!((rotation.epoch, rotation.subjects, rotation.destroyed), (2, 6, 1));
    assert!(!rotation.traces);
    for bytes in &old {
        assert!(!place.holds(bytes), "what was destroyed is in no file");
    }
    let epochs = store.epochs().await.unwrap();
    assert_eq!(epochs.len(), 1);
    assert_eq!((epochs[0].number, epochs[0].since), (2, place.clock.now()));
    assert_eq!(deliver(&store).await.claim.case(), waiting);
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.kinds.get(&LeafKind::Key), Some(&1));
    drop(store);
    let store = place.open();
    for leaf in &leaves {
        assert!(commits(&store, leaf).await);
    }
}

#[tokio::test]
async fn what_is_due_is_wiped_and_the_rest_is_not() {
    let place = Place::new();
    let store = place.open();
    let leaf = place.ended(&store, "ORD-1", "cust-991").await;
    let open = place.accepted(&store, "ORD-2").await;
    let minimum = 10 * DAY;
    let stands = store.retention(minimum).await.unwrap();
    assert_eq!((stands.ended, stands.due, stands.overdue), (1, 0, 0));
    assert_eq!(stands.next, Some(place.clock.now().after(30 * DAY)), "the rules ask for longer");
    assert_eq!(store.wipe_due(minimum).await.unwrap(), 0);
    let size_before = size(&store).await;

    place.pass(30 * DAY);
    assert_eq!(store.retention(minimum).await.unwrap().due, 1);
    place.pass(2 * DAY);
    assert_eq!(store.retention(minimum).await.unwrap().overdue, 1);
    assert_eq!(store.wipe_due(minimum).await.unwrap(), 1);
    assert_eq!(store.wipe_due(minimum).await.unwrap(), 0);
    assert_eq!(size(&store).await, size_before + 1, "one leaf for a round that wiped something");
    let stored = store.leaves(LeafIndex(size_before), 1).await.unwrap().remove(0);
    let Event::Erasure(erasure) = Leaf::parse(&stored.body).unwrap().event else {
        panic!("an erasure")
    };
    assert_eq!((erasure.reason, erasure.cases), (ErasureReason::Retention, Some(1)));
    assert_eq!(place.count("sluss.db", "payload"), 1, "of the open case");
    // That something was sent is still shown; what it said only where a rule keeps it for longer.
    let about = store.about(&person(&store, "cust-991").await).await.unwrap();
    assert_eq!(about.told.len(), 1);
    let kept: Vec<_> = about.told[0].values.keys().copied().collect();
    assert_eq!(kept, [Field::AccessId]);
    place.pass(28 * DAY);
    assert_eq!(store.wipe_due(minimum).await.unwrap(), 1);
    let about = store.about(&person(&store, "cust-991").await).await.unwrap();
    assert!(about.told[0].values.is_empty() && about.told[0].openings.is_empty());
    assert!(commits(&store, &leaf).await, "the key lives on for the open case");
    assert_eq!(deliver(&store).await.claim.case(), open);
    drop(store);
    place.open();
}

/// Backups, restores, rotations and erasures in any order: who is erased stays erased, everybody
/// else opens, and the log stands.
#[tokio::test]
async fn in_whatever_order_the_erased_stay_erased_and_the_others_open() {
    for seed in 0..8 {
        let entropy = SeededEntropy::new(seed);
        let pick = |below: usize| {
            let below = u64::try_from(below).unwrap();
            usize::try_from((&entropy as &dyn sluss::domain::Entropy).below(below)).unwrap()
        };
        let place = Place::new();
        let mut store = place.open();
        let mut alive = Vec::new();
        for n in 0..5 {
            let customer = format!("cust-{n}");
            let leaf = place.ended(&store, &format!("ORD-{n}"), &customer).await;
            alive.push((customer, leaf));
        }
        let (mut erased, mut backups) = (Vec::new(), vec![place.copy_keys()]);
        for _ in 0..12 {
            match pick(6) {
                0 if alive.len() > 1 => {
                    let (customer, leaf) = alive.remove(pick(alive.len()));
                    let subjects = person(&store, &customer).await;
                    store.erase(&subjects, ErasureReason::Request).await.unwrap();
                    erased.push((customer, leaf));
                }
                1 => assert!(store.rotate_epoch().await.unwrap().destroyed >= 1),
                2 => backups.push(place.copy_keys()),
                3 => {
                    drop(store);
                    place.restore_keys(&backups[pick(backups.len())]);
                    store = place.open();
                }
                4 => {
                    // The list was lost, and the key store is the one in use.
                    drop(store);
                    let _ = fs::remove_file(place.list());
                    store = place.open();
                }
                _ => {
                    drop(store);
                    store = place.open();
                }
            }
            for (customer, leaf) in &erased {
                assert_eq!(find(&store, customer).await, Found::Nobody, "seed {seed}");
                assert!(!commits(&store, leaf).await, "seed {seed}");
            }
            for (customer, leaf) in &alive {
                person(&store, customer).await;
                assert!(commits(&store, leaf).await, "seed {seed}");
            }
        }
        let report = audit(&store).await;
        sound(&report);
        let logged = report.kinds.get(&LeafKind::Erasure).copied().unwrap_or_default();
        assert_eq!(logged, erased.len() as u64, "once each, seed {seed}");
    }
}
