//! Several processes on one store, and what becomes of the leases of one that is gone.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;

/// Where the child finds the store; absent in an ordinary run.
const CHILD: &str = "SLUSS_TEST_STORE_CHILD";

#[tokio::test]
async fn the_leases_of_a_closed_store_are_free_and_those_of_an_open_one_are_not() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let (recorded, _) = place.recorded(&one, "ORD-1").await;
    let case = recorded.case();
    let accepted = place.claimed(&one, "ORD-2").await;
    assert_eq!(other.reap().await.unwrap(), 0);
    assert!(claim(&other, 9).await.is_empty());

    drop(one);
    assert_eq!(reaped(&other, 2).await, 2);
    assert_eq!(other.reap().await.unwrap(), 0, "once is enough");
    let mut work = claim(&other, 9).await;
    assert_eq!(work.len(), 2);
    work.sort_by_key(|work| matches!(work, Work::Reconcile(_)));
    let [Work::Deliver(deliver), Work::Reconcile(doubt)] = &work[..] else {
        panic!("one is to be sent, of one nobody knows whether it was");
    };
    assert_eq!(deliver.claim.case(), accepted.claim.case());
    assert_eq!(doubt.claim.case(), case);
    // The one that is gone is fenced, should it not be gone after all.
    assert!(matches!(place.append(&other, &accepted).await, Err(StoreError::Fenced)));
}

/// What one process has found out about an operator everybody sees, until that process is gone.
#[tokio::test]
async fn who_is_left_alone_by_whom_is_seen_by_all() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let id = RecipientId::parse("globalconnect").unwrap();
    let stands = |since, probing| LeftAlone {
        since: START.after(Duration::from_secs(since)),
        until: START.after(Duration::from_mins(1)),
        probing,
    };
    one.note_left_alone(&id, Some(stands(2, false))).await.unwrap();
    other.note_left_alone(&id, Some(stands(1, false))).await.unwrap();
    other.note_left_alone(&id, Some(stands(1, true))).await.unwrap();
    let all = vec![(id.clone(), stands(1, true)), (id.clone(), stands(2, false))];
    assert_eq!(one.left_alone().await.unwrap(), all);
    assert_eq!(other.load().await.unwrap().left_alone, all);
    other.note_left_alone(&id, None).await.unwrap();
    assert_eq!(other.left_alone().await.unwrap(), all[1..]);
    drop(one);
    let begun = std::time::Instant::now();
    while !other.left_alone().await.unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "what is gone is still believed");
        other.reap().await.unwrap();
        tokio::task::yield_now().await;
    }
    // Whoever notes it on another host may be gone with that: it is not believed for ever.
    other.note_left_alone(&id, Some(stands(0, false))).await.unwrap();
    place.clock.advance(Duration::from_secs(60 + 3_601));
    assert!(other.left_alone().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_leases_of_a_killed_process_are_free_at_once() {
    let place = Place::new();
    let store = place.open();
    let case = place.accepted(&store, "ORD-1").await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::processes::child", "--nocapture"])
        .env(CHILD, place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let claimed = output.lines().map_while(Result::ok).any(|line| line.contains("claimed 1"));
    assert!(claimed, "the child has leased the case");
    assert_eq!(store.reap().await.unwrap(), 0, "it is alive");
    assert!(claim(&store, 9).await.is_empty());

    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(reaped(&store, 1).await, 1);
    assert_eq!(deliver(&store).await.claim.case(), case);
}

/// Not a test by itself: run by the one above in a process of its own, it leases and stands still.
/// Without that process's variable there is nothing to do.
#[tokio::test]
async fn child() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    let clock = Arc::new(ManualClock::at(START));
    let store = open_seeded(Path::new(&dir), clock, 1_000).unwrap();
    println!("\nclaimed {}", claim(&store, 9).await.len());
    // It may come back for no reason of ours.
    loop {
        std::thread::park();
    }
}

#[test]
fn of_many_that_start_at_once_all_agree() {
    let place = Place::new();
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| place.open())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let keys: Vec<_> = stores.iter().map(|store| store.verifier_key().to_string()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn opening_beside_one_that_writes_is_no_divergence() {
    let place = Place::new();
    let store = place.open();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let writing = runtime.spawn(async move {
        for _ in 0..150 {
            store.note(Event::Heartbeat).await.unwrap();
        }
    });
    while !writing.is_finished() {
        place.open();
    }
    runtime.block_on(writing).unwrap();
    let store = place.open();
    sound(&runtime.block_on(audit(&store)));
}

/// On one host each process looks for itself, once a second.
#[tokio::test]
async fn what_another_host_takes_in_is_heard_of_with_its_commit() {
    if !crate::postgres::is_tested() {
        return;
    }
    let place = Place::new();
    let (store, other) = (place.open(), place.open());
    let heard = || tokio::time::timeout(Duration::from_secs(30), other.changed());
    // It listens from now on.
    heard().await.unwrap();
    place.accepted(&store, "ORD-1").await;
    heard().await.unwrap();
    assert_eq!(other.claim(&recipient(), 1, LEASE).await.unwrap().len(), 1);
}
