//! Failing closed: a log that was changed, cut, restored or replaced is not gone on with.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use sluss::domain::{HaltReason, Step};
use sluss::log::{Checkpoint, Code, SigningKey, TreeSize, What, empty_root};
use sluss::store::{StoreError, Wrong};

use super::settling::completed;
use super::*;

impl Place {
    fn database(&self) -> PathBuf {
        self.path().join("sluss.db")
    }

    /// Opened, still halted, looked through, and resumed by a person.
    async fn resumed(&self) -> Store {
        let store = self.open();
        diverged(&store.note(Event::Heartbeat).await.unwrap_err());
        let findings = store.fsck().await.unwrap();
        assert!(findings.is_sound(), "{findings:?}");
        store.resume(code("looked"), Role::Operations).await.unwrap();
        store
    }

    fn rows(&self) -> Connection {
        Connection::open(self.database()).unwrap()
    }

    fn backup(&self) -> PathBuf {
        let to = self.path().join(format!("backup-{}", self.seeds.fetch_add(1, Ordering::Relaxed)));
        self.rows().execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
        to
    }

    /// Puts a copy in the place of the database.
    fn restore(&self, backup: &Path) {
        for name in ["sluss.db-wal", "sluss.db-shm"] {
            let _ = fs::remove_file(self.path().join(name));
        }
        fs::rename(backup, self.database()).unwrap();
    }

    /// Changes leaves as somebody with the file in hand would.
    fn tamper(&self, sql: &str) {
        let rows = self.rows();
        rows.execute_batch(
            "DROP TRIGGER leaf_is_never_changed; DROP TRIGGER leaf_is_never_deleted",
        )
        .unwrap();
        assert_eq!(rows.execute(sql, []).unwrap(), 1);
    }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

async fn beat(store: &Store, times: usize) {
    for _ in 0..times {
        store.note(Event::Heartbeat).await.unwrap();
    }
}

#[track_caller]
fn diverged(error: &StoreError) {
    assert!(matches!(error, StoreError::Diverged(_)), "{error:?}");
    assert!(error.halts());
}

#[tokio::test]
async fn an_older_copy_is_refused_at_opening() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 2).await;
    let backup = place.backup();
    beat(&store, 1).await;
    drop(store);
    place.restore(&backup);
    diverged(&place.refused());
    // And it stays refused: opening has not repaired anything.
    diverged(&place.refused());
}

#[tokio::test]
async fn a_copy_as_new_as_the_checkpoint_goes_on() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 3).await;
    let backup = place.backup();
    drop(store);
    place.restore(&backup);
    let store = place.open();
    beat(&store, 1).await;
    sound(&audit(&store).await);
}

#[tokio::test]
async fn another_history_of_the_same_length_is_refused() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 2).await;
    let (backup, checkpoint) = (place.backup(), fs::read(place.path().join("checkpoint")).unwrap());
    beat(&store, 1).await;
    let signed = fs::read(place.path().join("checkpoint")).unwrap();
    drop(store);
    place.restore(&backup);
    fs::write(place.path().join("checkpoint"), checkpoint).unwrap();
    let store = place.open();
    place.pass(Duration::from_secs(1));
    beat(&store, 1).await;
    drop(store);
    fs::write(place.path().join("checkpoint"), signed).unwrap();
    diverged(&place.refused());
}

#[tokio::test]
async fn a_lost_database_beside_a_checkpoint_is_refused() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1).await;
    drop(store);
    let aside = place.path().join("aside");
    fs::rename(place.database(), &aside).unwrap();
    diverged(&place.refused());
    assert!(!place.database().exists(), "no second log is begun");
    place.restore(&aside);
    beat(&place.resumed().await, 1).await;
}

#[tokio::test]
async fn a_lost_checkpoint_is_refused() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1).await;
    drop(store);
    fs::remove_file(place.path().join("checkpoint")).unwrap();
    diverged(&place.refused());
}

#[tokio::test]
async fn a_kill_before_the_first_checkpoint_moved_is_caught_up_with() {
    let place = Place::new();
    let store = place.open();
    let fresh = fs::read(place.path().join("checkpoint")).unwrap();
    beat(&store, 2).await;
    let moved = fs::read(place.path().join("checkpoint")).unwrap();
    drop(store);
    // As it stands on disk when the process ends between commit and copy.
    fs::write(place.path().join("checkpoint"), &fresh).unwrap();
    drop(place.open());
    assert_eq!(fs::read(place.path().join("checkpoint")).unwrap(), moved);
}

#[tokio::test]
async fn a_checkpoint_of_another_key_is_refused() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1).await;
    drop(store);
    let name = KeyName::parse(ORIGIN).unwrap();
    let checkpoint = Checkpoint { origin: name.clone(), size: TreeSize(0), root: empty_root() };
    let note = checkpoint.sign(&SigningKey::new(name, &[9; 32])).unwrap();
    for text in [note.to_string(), String::new(), "checkpoint".to_owned()] {
        fs::write(place.path().join("checkpoint"), text).unwrap();
        diverged(&place.refused());
    }
}

#[tokio::test]
async fn a_database_that_is_removed_or_replaced_in_use_takes_no_more() {
    for name in ["sluss.db", "keys.db"] {
        for replace in [false, true] {
            let place = Place::new();
            let store = place.open();
            beat(&store, 1).await;
            let path = place.path().join(name);
            if replace {
                fs::copy(&path, path.with_extension("copy")).unwrap();
                fs::rename(path.with_extension("copy"), &path).unwrap();
            } else {
                fs::remove_file(&path).unwrap();
            }
            diverged(&store.note(Event::Heartbeat).await.unwrap_err());
            diverged(&store.accept(place.order("ORD-1")).await.unwrap_err());
            diverged(&store.claim(&recipient(), 1, LEASE).await.err().unwrap());
        }
    }
}

#[tokio::test]
async fn who_has_seen_a_diverged_log_writes_no_more_until_a_person_resumes() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1).await;
    let aside = place.path().join("aside");
    fs::rename(place.database(), &aside).unwrap();
    diverged(&store.note(Event::Heartbeat).await.unwrap_err());
    // Back in its place, as if nothing had been: but it was seen.
    fs::rename(&aside, place.database()).unwrap();
    diverged(&store.note(Event::Heartbeat).await.unwrap_err());
    diverged(&store.accept(place.order("ORD-1")).await.unwrap_err());
    assert_eq!(size(&store).await, 1, "it can still be read");
    assert!(store.resume(code("looked"), Role::Operations).await.is_err(), "not by who saw it");
    drop(store);
    beat(&place.resumed().await, 1).await;
}

#[tokio::test]
async fn a_signed_checkpoint_of_another_tree_is_never_moved_over() {
    // Behind our log, and ahead of it.
    for other in [1, 9] {
        let place = Place::new();
        let store = place.open();
        beat(&store, 2).await;
        let seed = fs::read(place.path().join("keys/log.key")).unwrap().try_into().unwrap();
        let name = KeyName::parse(ORIGIN).unwrap();
        let root = sluss::log::leaf_hash(b"another");
        let forked = Checkpoint { origin: name.clone(), size: TreeSize(other), root };
        let forked = forked.sign(&SigningKey::new(name, &seed)).unwrap().to_string();
        let path = place.path().join("checkpoint");
        let ours = fs::read(&path).unwrap();
        fs::write(&path, &forked).unwrap();
        diverged(&store.note(Event::Heartbeat).await.unwrap_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), forked, "it is left as evidence");
        fs::write(&path, ours).unwrap();
        diverged(&store.note(Event::Heartbeat).await.unwrap_err());
    }
}

#[tokio::test]
async fn a_log_that_shrinks_or_changes_in_use_takes_no_more() {
    // A restore into the same file: the inode stays, the history does not.
    for sql in ["UPDATE head SET size = 2", "UPDATE leaf SET hash = randomblob(32) WHERE idx = 2"] {
        let place = Place::new();
        let (store, other) = (place.open(), place.open());
        beat(&store, 3).await;
        drop(other);
        place.tamper(sql);
        if sql.starts_with("UPDATE leaf") {
            // Somebody else goes on from the changed leaf.
            place.rows().execute("UPDATE head SET size = 4", []).unwrap();
        }
        let error = store.note(Event::Heartbeat).await.unwrap_err();
        diverged(&error);
    }
}

#[tokio::test]
async fn a_changed_leaf_is_found() {
    let changed = "UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'heartbeat', 'heartbeet') AS BLOB) WHERE idx = ";
    for (size, index) in [(3, 0), (4, 2)] {
        let place = Place::new();
        let store = place.open();
        beat(&store, size).await;
        place.tamper(&format!("{changed}{index}"));
        let faults = audit(&store).await.faults;
        assert!(
            faults
                .iter()
                .any(|fault| fault.what == What::Body && fault.index == Some(LeafIndex(index)))
        );
        // A hash that fits the changed body does not fit the tree.
        let stored = store.leaves(LeafIndex(index), 1).await.unwrap().remove(0);
        let hash = sluss::log::leaf_hash(&stored.body);
        place
            .rows()
            .execute(
                "UPDATE leaf SET hash = ?1 WHERE idx = ?2",
                (hash.bytes(), index.cast_signed()),
            )
            .unwrap();
        let faults = audit(&store).await.faults;
        assert!(faults.iter().any(|fault| fault.what == What::Root));
    }
}

#[tokio::test]
async fn a_changed_head_is_refused_at_opening() {
    let body = "UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'heartbeat', 'heartbeet') AS BLOB) WHERE idx = ";
    for size in 1..=4_usize {
        let last = size - 1;
        for sql in [
            format!("{body}{last}"),
            format!("UPDATE leaf SET hash = zeroblob(32) WHERE idx = {last}"),
            format!("DELETE FROM leaf WHERE idx = {last}"),
            "UPDATE head SET size = size - 1".to_owned(),
            "UPDATE head SET size = size + 1".to_owned(),
            format!("DELETE FROM checkpoint WHERE size = {size}"),
        ] {
            let place = Place::new();
            let store = place.open();
            beat(&store, size).await;
            drop(store);
            place.tamper(&sql);
            assert!(place.refused().halts(), "{size} {sql}");
        }
    }
}

#[tokio::test]
async fn a_case_that_cannot_be_opened_is_held_and_stops_no_other() {
    let place = Place::new();
    let store = place.open();
    let torn = place.accepted(&store, "ORD-1").await;
    let whole = place.accepted(&store, "ORD-2").await;
    let rows = place.rows();
    let sealed: Vec<u8> = rows
        .query_row("SELECT sealed FROM payload WHERE case_id = ?1", [torn.bytes()], |row| {
            row.get(0)
        })
        .unwrap();
    let put = |bytes: &[u8]| {
        let put = "UPDATE payload SET sealed = ?1 WHERE case_id = ?2";
        assert_eq!(rows.execute(put, (bytes, torn.bytes())).unwrap(), 1);
    };
    put(&sealed[1..]);
    assert_eq!(deliver(&store).await.case.id(), whole);
    let held = row(&store, torn).await;
    assert_eq!((held.state, held.reason.as_deref()), (CaseState::Held, Some("unreadable")));
    assert!(HoldReason::Unreadable.advice().contains("backup"));
    let leaves = leaves(&store).await;
    assert!(matches!(&leaves[..], [Leaf { event: Event::Hold(stopped), .. }]
            if stopped.reason == HoldReason::Unreadable && stopped.actor == Role::System));
    // Restored and released, it goes on.
    put(&sealed);
    store.decide(torn, Step::Release, place.decision()).await.unwrap();
    assert_eq!(deliver(&store).await.case.id(), torn);
    sound(&audit(&store).await);
}

#[tokio::test]
async fn cases_without_their_key_are_held_and_open_disclosures_stay_in_doubt() {
    let place = Place::new();
    let store = place.open();
    let (sent, _) = place.recorded(&store, "ORD-1").await;
    let mut kept = Vec::new();
    for name in ["ORD-2", "ORD-3"] {
        kept.push(place.accepted(&store, name).await);
    }
    let keys = Connection::open(place.path().join("keys.db")).unwrap();
    keys.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM subject_key").unwrap();
    place.pass(LEASE);
    assert!(claim(&store, 9).await.is_empty());
    for case in kept {
        assert_eq!(row(&store, case).await.reason.as_deref(), Some("unreadable"));
    }
    assert_eq!(state(&store, sent.case()).await, CaseState::Recorded, "nobody knows what became");
    let due = store.next_due(&recipient()).await.unwrap();
    assert_eq!(due, Some(place.clock.now().after(LEASE)), "it waits under its lease");
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_trigger_stands_before_every_leaf() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 2).await;
    let rows = place.rows();
    for sql in
        ["UPDATE leaf SET kind = 'read'", "DELETE FROM leaf", "DELETE FROM leaf WHERE idx = 1"]
    {
        let refused = rows.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("a leaf is never"), "{refused}");
    }
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_transaction_that_is_lost_half_way_keeps_nothing() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1).await;
    let claimed = place.claimed(&store, "ORD-1").await;
    // What SQLite does by itself when the disk is full: the whole transaction is undone.
    place
        .rows()
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON leaf WHEN new.kind = 'intent'
             BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
        )
        .unwrap();
    let (batch, beats) = (vec![place.disclosure(&claimed), place.disclosure(&claimed)], 20);
    let before = row(&store, claimed.case.id()).await;
    let notes = (0..beats).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.note(Event::Heartbeat).await.is_ok() })
    });
    let notes: Vec<_> = notes.collect();
    let answers = store.append(batch, LEASE).await;
    assert!(answers.is_err() || answers.unwrap().iter().all(Result::is_err));
    let mut kept = 0;
    for note in notes {
        kept += u64::from(note.await.unwrap());
    }
    assert_eq!(size(&store).await, 1 + kept, "what was answered is kept, and no more");
    assert_eq!(row(&store, claimed.case.id()).await, before);
    place.rows().execute_batch("DROP TRIGGER full").unwrap();
    place.append(&store, &claimed).await.unwrap();
    sound(&audit(&store).await);
    drop(store);
    sound(&audit(&place.open()).await);
}

#[tokio::test]
async fn what_is_under_way_is_settled_out_of_the_reserve() {
    let place = Place::new();
    let store = place.open();
    let (claim, _) = place.recorded(&store, "ORD-1").await;
    place.accepted(&store, "ORD-2").await;
    drop(store);
    let limits = Limits { reserve_bytes: u64::MAX, ..Limits::default() };
    let store = open_limited(place.path(), place.clock.clone(), 77, limits).unwrap();
    store.settle(claim, completed()).await.unwrap();
    let full = |error: &StoreError| error.halt() == Some(HaltReason::DiskReserve);
    assert!(full(&store.check().await.unwrap_err()));
    assert!(full(&store.accept(place.order("ORD-3")).await.unwrap_err()));
    let claimed = deliver(&store).await;
    assert!(full(&place.append(&store, &claimed).await.unwrap_err()), "nothing new is recorded");
    assert_eq!(store.halt().reason(), Some(HaltReason::DiskReserve));
    assert_eq!(size(&store).await, 2);
    drop(store);
    let store = place.open();
    assert_eq!(store.halt().reason(), None, "no trust was lost");
    beat(&store, 1).await;
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_scrub_finds_what_nobody_has_asked_for() {
    let place = Place::new();
    let store = place.open();
    beat(&store, 1_500).await;
    let scrub = async || {
        let (mut next, mut pages) = (Some(LeafIndex(0)), 0);
        while let Some(first) = next {
            next = store.scrub(first).await?;
            pages += 1;
        }
        Ok::<_, StoreError>(pages)
    };
    assert_eq!(scrub().await.unwrap(), 2);
    place.tamper("UPDATE leaf SET body = CAST(CAST(body AS TEXT) || ' ' AS BLOB) WHERE idx = 1200");
    let error = scrub().await.unwrap_err();
    assert!(error.halts());
    diverged(&store.note(Event::Heartbeat).await.unwrap_err());
    assert_eq!(store.halt().reason(), Some(HaltReason::Damaged));
    // Nobody resumes a log that is still damaged; the command looks first, as this does.
    drop(store);
    let store = place.open();
    let wrong = store.fsck().await.unwrap().wrong;
    assert_eq!(wrong.first(), Some(&Wrong::Body(LeafIndex(1200))));
    assert_eq!(store.halt().reason(), Some(HaltReason::Damaged), "over a restart");
}

#[tokio::test]
async fn reasons_stand_beside_each_other_and_the_gravest_is_told() {
    let place = Place::new();
    let halt = place.open().halt();
    halt.pull(HaltReason::WitnessesStale);
    halt.pull(HaltReason::PartFailed);
    assert_eq!(halt.reason(), Some(HaltReason::PartFailed));
    halt.lift(HaltReason::PartFailed);
    assert_eq!(halt.reason(), Some(HaltReason::PartFailed), "until a restart");
    halt.lift(HaltReason::WitnessesStale);
    halt.pull(HaltReason::Forked);
    assert_eq!(halt.reason(), Some(HaltReason::Forked));
    halt.lift(HaltReason::Forked);
    assert_eq!(halt.reason(), Some(HaltReason::Forked), "until a person resumes");
    let pulled: Vec<_> = halt.pulled().into_iter().map(|(_, times)| times).collect();
    assert_eq!(pulled, [1, 1, 1]);
    let again = place.open().halt();
    assert_eq!(again.reason(), Some(HaltReason::Forked));
    for reason in HaltReason::ALL {
        assert_eq!(HaltReason::parse(reason.as_str()), Some(*reason));
        assert!(reason.advice().len() > 20, "{reason}");
    }
}
