//! The log that the store keeps: one tree, provable at every size.

use std::time::Duration;

use sluss::log::{Checkpoint, ConsistencyProof, InclusionProof, Kind as LeafKind, Note, TreeSize};
use sluss::recipients::Recipient;
use sluss::store::{Accepted, Settlement, StoreError};

use super::settling::completed;
use super::*;

async fn checkpoint(store: &Store, size: u64) -> Checkpoint {
    let note = store.checkpoint(Some(TreeSize(size))).await.unwrap().unwrap();
    Checkpoint::open(&Note::parse(&note).unwrap(), &[store.verifier_key()]).unwrap()
}

/// Each leaf is in each signed tree, and each signed tree begins each later one.
async fn all_proofs_hold(store: &Store, sizes: &[u64]) {
    let leaves = store.leaves(LeafIndex(0), usize::MAX).await.unwrap();
    for (n, &new) in sizes.iter().enumerate() {
        let head = checkpoint(store, new).await;
        assert_eq!(head.size, TreeSize(new));
        for leaf in &leaves[..usize::try_from(new).unwrap()] {
            let hashes = store.inclusion(leaf.index, head.size).await.unwrap();
            let proof = InclusionProof::new(hashes).unwrap();
            proof.verify(&leaf.hash, leaf.index, head.size, &head.root).unwrap();
        }
        for &old in &sizes[..=n] {
            let before = checkpoint(store, old).await;
            let hashes = store.consistency(before.size, head.size).await.unwrap();
            let proof = ConsistencyProof::new(hashes).unwrap();
            proof.verify(before.size, &before.root, head.size, &head.root).unwrap();
        }
    }
}

#[tokio::test]
async fn every_state_of_the_log_verifies_and_proves() {
    let place = Place::new();
    let store = place.open();
    for n in 0..5 {
        let (claim, _) = place.recorded(&store, &format!("ORD-{n}")).await;
        sound(&audit(&store).await);
        store.settle(claim, completed()).await.unwrap();
        sound(&audit(&store).await);
        store.note(Event::Heartbeat).await.unwrap();
        let report = audit(&store).await;
        sound(&report);
        assert_eq!(report.size, TreeSize(3 * (n + 1)));
        place.pass(Duration::from_secs(1));
    }
    all_proofs_hold(&store, &(1..=15).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_proof_outside_of_the_tree_is_refused_and_halts_nothing() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..3 {
        store.note(Event::Heartbeat).await.unwrap();
    }
    let outside = [
        store.inclusion(LeafIndex(3), TreeSize(3)).await,
        store.inclusion(LeafIndex(0), TreeSize(9)).await,
        store.inclusion(LeafIndex(u64::MAX), TreeSize(u64::MAX)).await,
        store.consistency(TreeSize(2), TreeSize(9)).await,
        store.consistency(TreeSize(3), TreeSize(2)).await,
    ];
    for proof in outside {
        assert!(!proof.unwrap_err().halts());
    }
    assert_eq!(store.checkpoint(Some(TreeSize(9))).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_write_one_tree() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    for n in 0..6 {
        let (claim, _) = place.recorded(&stores[n % 2], &format!("ORD-{n}")).await;
        stores[n % 2].settle(claim, completed()).await.unwrap();
    }
    let notes: Vec<_> = (0..40)
        .map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move { store.note(Event::Heartbeat).await.unwrap() })
        })
        .collect();
    let mut indices = BTreeSet::new();
    for note in notes {
        indices.insert(note.await.unwrap().index().0);
    }
    assert_eq!(indices, (12..52).collect(), "each has a place of its own");
    assert_eq!(stores[0].verifier_key(), stores[1].verifier_key());
    for store in &stores {
        let report = audit(store).await;
        sound(&report);
        assert_eq!(report.size, TreeSize(52));
        assert_eq!(report.kinds.get(&LeafKind::Outcome), Some(&6));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_is_handed_out_beside_those_who_write() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let writing = stores.clone().map(|store| {
        tokio::spawn(async move {
            for _ in 0..60 {
                store.note(Event::Heartbeat).await.unwrap();
            }
        })
    });
    let copy = || {
        let text = std::fs::read_to_string(place.path().join("checkpoint")).unwrap();
        text.lines().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let mut handed = 0;
    while writing.iter().any(|task| !task.is_finished()) {
        for store in &stores {
            if let Some(note) = store.checkpoint(None).await.unwrap() {
                let size = note.lines().nth(1).unwrap().parse::<u64>().unwrap();
                assert!(copy() >= size, "none goes out before its copy is there");
                handed += 1;
            }
        }
    }
    assert!(handed > 0);
    assert_eq!(stores[0].halt().reason(), None);
    sound(&audit(&stores[1]).await);
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    let (claim, _) = place.recorded(&store, "ORD-1").await;
    let retry = Settlement::Retry {
        result: sluss::log::OutcomeResult::Unsent,
        code: "unsent".to_owned(),
        due: place.clock.now(),
    };
    store.settle(claim, retry).await.unwrap();
    place.accepted(&store, "ORD-2").await;
    let before = (audit(&store).await, store.cases(CaseFilter::default()).await.unwrap());
    let key = store.verifier_key();
    drop(store);
    let store = place.open();
    let after = (audit(&store).await, store.cases(CaseFilter::default()).await.unwrap());
    assert_eq!(before, after);
    assert_eq!(store.verifier_key(), key);
    store.note(Event::Heartbeat).await.unwrap();
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_clock_that_was_set_back_stops_the_log_and_what_leads_to_it() {
    let place = Place::new();
    let store = place.open();
    let first = place.claimed(&store, "ORD-1").await;
    place.append(&store, &first).await.unwrap();
    place.clock.set(Timestamp::from_micros(START.micros() - 1_000_000));
    let behind = |error: &StoreError| matches!(error, StoreError::ClockBehind { last, .. } if *last == START);
    assert!(behind(&store.note(Event::Heartbeat).await.unwrap_err()));
    let unsettled = store.settle(first.claim, completed()).await.unwrap_err();
    assert!(behind(&unsettled) && !unsettled.halts());
    assert_eq!(size(&store).await, 1);
    assert_eq!(store.cases(CaseFilter::default()).await.unwrap()[0].state, CaseState::Recorded);
    // What is accepted has to be logged one day. What was accepted before is answered.
    let refused = store.accept(place.order("ORD-2")).await.unwrap_err();
    assert!(behind(&refused) && !refused.halts());
    assert_eq!(store.cases(CaseFilter::default()).await.unwrap().len(), 1, "nothing was kept");
    assert!(matches!(store.accept(place.order("ORD-1")).await, Ok(Accepted::Existing(_))));
    // Less than a second is no difference: leaves have none smaller.
    place.clock.set(START);
    store.note(Event::Heartbeat).await.unwrap();
    place.pass(Duration::from_secs(1));
    store.note(Event::Heartbeat).await.unwrap();
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.size, TreeSize(3));
}

#[tokio::test]
async fn a_leaf_commits_to_its_values_and_to_no_other() {
    let place = Place::new();
    let store = place.open();
    let (claim, _) = place.recorded(&store, "ORD-1").await;
    let case = claim.case().to_string();
    store.settle(claim, completed()).await.unwrap();
    let leaves = leaves(&store).await;
    let phone = "+46701740605";
    for (leaf, name, value, expected) in [
        (0, "contact.phone", phone, true),
        (0, "case", case.as_str(), true),
        (0, "contact.phone", "+46701740606", false),
        (0, "contact.name", phone, false),
        (0, "case", phone, false),
        (1, "contact.phone", phone, false),
    ] {
        let commits = store.commits_to(&leaves[leaf], name, value).await.unwrap();
        assert_eq!(commits, expected, "{leaf} {name}");
    }
    let mut moved = leaves[0].clone();
    moved.id = place.leaf_id();
    assert!(!store.commits_to(&moved, "contact.phone", phone).await.unwrap());
}

#[tokio::test]
async fn reading_the_log_is_logged() {
    let place = Place::new();
    let store = place.open();
    let read = [Role::Auditor, Role::Privacy];
    for actor in read {
        let what = sluss::log::Code::parse("export").unwrap();
        store.note_read(actor, what, LeafIndex(0), 1).await.unwrap();
    }
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.kinds.get(&LeafKind::Read), Some(&2));
}

/// A recipient as its file ships.
fn shipped() -> Recipient {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let file = config.join("recipients/globalconnect.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    sluss::recipients::read(&file, &config, &text).unwrap().recipient
}

#[tokio::test]
async fn a_policy_stands_in_the_log_once() {
    let place = Place::new();
    let recipient = shipped();
    let (one, other) = (place.open(), place.open());
    for store in [&one, &other, &one] {
        store.keep_policy(&recipient).await.unwrap();
    }
    let leaves = leaves(&one).await;
    let [Leaf { event: Event::Policy(kept), .. }] = &leaves[..] else {
        panic!("one policy, one leaf");
    };
    assert_eq!(kept.policy, recipient.policy.id());
    assert_eq!(kept.version, recipient.policy.version());
    assert_eq!(kept.registered.legal_name, "GlobalConnect AB");
    assert_eq!(kept.registered.endpoint, "on-api 2.6 api.globalconnect.example");
    let agreement = kept.registered.agreement.as_ref().unwrap();
    assert_eq!(agreement.reference, "PUB-2026-02");
    assert_eq!(agreement.valid_to, jiff::civil::date(2027, 12, 31));
    sound(&audit(&other).await);
}

#[tokio::test]
async fn whatever_changes_in_the_registry_stands_in_the_log_also_when_it_changes_back() {
    let place = Place::new();
    let store = place.open();
    let first = shipped();
    let changes: [fn(&mut Recipient); 5] = [
        |recipient| recipient.enabled = false,
        |recipient| recipient.agreement = None,
        |recipient| recipient.legal_name = "GlobalConnect Sverige AB".to_owned(),
        |recipient| recipient.channel.base_url = "https://other.example.se/".parse().unwrap(),
        |recipient| {
            recipient.agreement.as_mut().unwrap().valid_to = jiff::civil::date(2026, 12, 31);
        },
    ];
    let mut expected = 0;
    for change in changes {
        let mut entry = first.clone();
        change(&mut entry);
        for recipient in [&first, &first, &entry, &entry] {
            store.keep_policy(recipient).await.unwrap();
        }
        expected += 2;
        assert_eq!(size(&store).await, expected);
    }
    // What is no part of the entry is not told again.
    let mut other = first.clone();
    store.keep_policy(&first).await.unwrap();
    other.contact = "someone@example.se".to_owned();
    other.channel.requests_per_second += 1;
    store.keep_policy(&other).await.unwrap();
    assert_eq!(size(&store).await, expected + 1);
    sound(&audit(&store).await);
}

#[tokio::test]
async fn nothing_is_disclosed_under_a_file_that_another_has_replaced() {
    let place = Place::new();
    let store = place.open();
    // What the intent of this suite names.
    let recipient = shipped();
    let claimed = place.claimed(&store, "a").await;
    store.keep_policy(&recipient).await.unwrap();
    let refused = place.append(&store, &claimed).await;
    assert!(matches!(refused, Err(StoreError::Superseded)), "{refused:?}");
    assert_eq!(size(&store).await, 1, "only the policy's own leaf");
    assert_eq!(state(&store, claimed.claim.case()).await, CaseState::Accepted);
    sound(&audit(&store).await);
}

#[tokio::test]
async fn what_was_decided_before_midnight_is_not_written_after_it() {
    let place = Place::new();
    let store = place.open();
    let claimed = place.claimed(&store, "a").await;
    let day = place.clock.now().date();
    let late = place.disclosure(&claimed).decided(day.yesterday().unwrap());
    let refused = store.append(vec![late], LEASE).await.unwrap().remove(0);
    assert!(matches!(refused, Err(StoreError::Fenced)), "{refused:?}");
    let today = place.disclosure(&claimed).decided(day);
    store.append(vec![today], LEASE).await.unwrap().remove(0).unwrap();
    assert_eq!(size(&store).await, 1);
}

#[tokio::test]
async fn silence_is_broken_once_by_whoever_comes_first() {
    const HOUR: Duration = Duration::from_hours(1);
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    // An empty log has been silent since for ever.
    assert!(one.heartbeat(HOUR).await.unwrap());
    assert!(!other.heartbeat(HOUR).await.unwrap());
    place.pass(HOUR);
    let (a, b) = tokio::join!(one.heartbeat(HOUR), other.heartbeat(HOUR));
    assert_ne!(a.unwrap(), b.unwrap(), "one of the two");
    place.pass(Duration::from_mins(59));
    assert!(!one.heartbeat(HOUR).await.unwrap());
    // Whatever else is written breaks the silence as well.
    one.keep_policy(&shipped()).await.unwrap();
    place.pass(Duration::from_mins(59));
    assert!(!other.heartbeat(HOUR).await.unwrap());
    let silent = place.clock.now().since(other.last().await.unwrap());
    assert_eq!(silent, Duration::from_mins(59));
    let kinds = audit(&one).await.kinds;
    assert_eq!(kinds.get(&LeafKind::Heartbeat), Some(&2));
}
