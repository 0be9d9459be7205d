//! The files of the embedded half: what may stand in them, and who may read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sluss::store::StoreError;

use super::settling::completed;
use super::*;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[track_caller]
fn nothing_personal(folder: &Path) -> usize {
    let files = files(folder);
    for path in &files {
        // Case is folded: a value in capitals is the same value.
        let bytes = fs::read(path).unwrap().to_ascii_lowercase();
        for value in PERSONAL {
            let value = value.to_ascii_lowercase().into_bytes();
            let found = bytes.windows(value.len()).any(|window| window == value);
            assert!(!found, "a personal value stands in {}", path.display());
        }
    }
    files.len()
}

#[tokio::test]
async fn no_byte_of_any_file_is_personal() {
    let place = Place::new();
    let store = place.open();
    let ticket = place.take_in(Kind::Ticket, &ticket("FEL-1"));
    store.accept(ticket).await.unwrap();
    let mut changed = order("ORD-0");
    let first = store.accept(place.take_in(Kind::Order, &changed)).await.unwrap();
    changed["note"] = json!([{ "text": "Astrid Lindqvist ringer själv." }]);
    assert!(store.accept(place.take_in(Kind::Order, &changed)).await.is_err());
    assert_eq!(store.accept(place.order("ORD-0")).await.unwrap().id(), first.id());
    let claimed = deliver(&store).await;
    store.hold(claimed.claim, place.stop(), HoldReason::NoRule).await.unwrap();
    let (claim, _) = place.recorded(&store, "ORD-1").await;
    store.settle(claim, completed()).await.unwrap();

    // While it runs, the latest pages stand in the -wal files; afterwards in the databases.
    assert!(place.path().join("sluss.db-wal").exists());
    assert!(nothing_personal(place.path()) >= 8);
    for name in ["sluss.db", "keys.db"] {
        let database = Connection::open(place.path().join(name)).unwrap();
        let busy: i64 =
            database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
        assert_eq!(busy, 0);
    }
    nothing_personal(place.path());
    drop(store);
    nothing_personal(place.path());
}

#[tokio::test]
async fn files_are_the_owners_and_keys_are_made_once() {
    let place = Place::new();
    let store = place.open();
    place.recorded(&store, "ORD-1").await;
    for path in files(place.path()) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    drop(store);
    let keys = ["master.key", "log.key"].map(|name| place.path().join("keys").join(name));
    let before = keys.each_ref().map(|path| fs::read(path).unwrap());
    assert_eq!(before.each_ref().map(Vec::len), [32, 32]);
    assert_ne!(before[0], before[1]);
    drop(place.open());
    assert_eq!(keys.each_ref().map(|path| fs::read(path).unwrap()), before);
    assert_eq!(files(&place.path().join("keys")).len(), 2, "nothing is left behind");
}

#[test]
fn a_key_that_others_can_read_or_that_is_none_is_refused() {
    for name in ["master.key", "log.key"] {
        let place = Place::new();
        drop(place.open());
        let path = place.path().join("keys").join(name);
        let key = fs::read(&path).unwrap();
        for mode in [0o640, 0o604, 0o622] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(place.refused(), StoreError::KeyFile(_)), "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for length in [0, 31, 33, 64] {
            fs::write(&path, vec![7; length]).unwrap();
            assert!(matches!(place.refused(), StoreError::KeyFile(_)), "{length}");
        }
        fs::remove_file(&path).unwrap();
        assert!(matches!(place.refused(), StoreError::KeyFile(_)));
        assert!(!path.exists(), "a lost key is not drawn anew");
        fs::write(&path, key).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        place.open();
    }
}

#[tokio::test]
async fn a_lost_key_store_is_refused() {
    let place = Place::new();
    let store = place.open();
    place.accepted(&store, "ORD-1").await;
    drop(store);
    let (path, aside) = (place.path().join("keys.db"), place.path().join("aside"));
    fs::rename(&path, &aside).unwrap();
    assert!(matches!(place.refused(), StoreError::KeyFile(_)));
    assert!(!path.exists(), "a lost key store is not made anew");
    fs::rename(&aside, &path).unwrap();
    deliver(&place.open()).await;
}

#[test]
fn half_a_first_run_is_completed_by_the_next() {
    let place = Place::new();
    let keys = place.path().join("keys");
    fs::create_dir(&keys).unwrap();
    fs::write(keys.join("master.key"), [7; 32]).unwrap();
    fs::set_permissions(keys.join("master.key"), fs::Permissions::from_mode(0o600)).unwrap();
    // What a process of this number left when it was killed.
    fs::write(keys.join(format!("log.new-{}", std::process::id())), [8; 16]).unwrap();
    drop(place.open());
    assert_eq!(fs::read(keys.join("master.key")).unwrap(), [7; 32]);
    place.open();
}

#[test]
fn a_log_that_cannot_be_named_is_refused_before_anything_is_made() {
    let place = Place::new();
    for origin in ["", "two words", "a+b"] {
        let refused = Store::open(&Opening {
            dir: place.path(),
            origin,
            clock: place.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            limits: Limits::default(),
            servers: None,
        });
        assert!(matches!(refused.err(), Some(StoreError::KeyFile(_))));
    }
    assert!(!Store::exists(place.path(), None));
    place.open();
    assert!(Store::exists(place.path(), None));
}

#[test]
fn a_schema_of_tomorrow_is_refused() {
    for name in ["sluss.db", "keys.db"] {
        let place = Place::new();
        drop(place.open());
        let database = Connection::open(place.path().join(name)).unwrap();
        let known: u32 =
            database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        database.pragma_update(None, "user_version", known + 1).unwrap();
        drop(database);
        let refused = place.refused();
        assert!(
            matches!(refused, StoreError::Newer { found, known: k } if found == k + 1 && k == known)
        );
    }
}
