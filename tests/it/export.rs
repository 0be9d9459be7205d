//! The log as a folder: what is exported verifies without us, and whatever was done to it shows.
#![cfg(test)]

mod forged;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sluss::domain::{ManualClock, SeededEntropy, Timestamp};
use sluss::export::{
    Exported, FileWhat, Report, Trust, VerifyError, WriteError, verify, witnessed, write,
};
use sluss::log::quorum::Policy;
use sluss::log::{
    Checkpoint, CosigningKey, Event, Fingerprint, KeyName, LeafIndex, Note, Role, Tile, TileOf,
    TreeSize, What,
};
use sluss::store::{Limits, Opening, Store};
use tempfile::TempDir;
use tokio::task::JoinSet;

const ORIGIN: &str = "log.example.se/disclosures/2026";

/// A store with a log, and a folder beside it.
struct Place {
    dir: TempDir,
    store: Store,
}

impl Place {
    /// With a log of so many leaves, the shipped policies among them.
    async fn with(leaves: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir.path().join("state"), 1);
        let place = Self { dir, store };
        let config = sluss::config::load(&root().join("config"), &BTreeMap::new()).unwrap();
        for recipient in config.recipients().values() {
            place.store.keep_policy(recipient).await.unwrap();
        }
        place.grow_to(leaves).await;
        place
    }

    async fn grow_to(&self, leaves: u64) {
        let size = self.store.size().await.unwrap().0;
        let mut notes = JoinSet::new();
        for _ in size..leaves {
            let store = self.store.clone();
            notes.spawn(async move { store.note(Event::Heartbeat).await.unwrap() });
        }
        notes.join_all().await;
        assert_eq!(self.store.size().await.unwrap().0, leaves);
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("export")
    }

    async fn export(&self) -> Result<Exported, WriteError> {
        write(&self.store, &self.folder(), Role::Auditor, None).await
    }

    fn fingerprint(&self) -> Trust {
        Trust::Fingerprint(Fingerprint::of(&self.store.verifier_key()))
    }

    #[track_caller]
    fn verify(&self) -> Report {
        verify(&self.folder(), &self.fingerprint()).unwrap()
    }

    #[track_caller]
    fn sound(&self) -> Report {
        let report = self.verify();
        assert!(report.is_sound(), "{report:?}");
        report
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn open(dir: &Path, seed: u64) -> Store {
    Store::open(&Opening {
        dir,
        origin: ORIGIN,
        clock: Arc::new(ManualClock::at(Timestamp::from_micros(1_772_373_900_000_000))),
        entropy: Arc::new(SeededEntropy::new(seed)),
        limits: Limits::default(),
        servers: None,
    })
    .unwrap()
}

/// Every file of a folder, by its path in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all
}

#[tokio::test]
async fn an_export_holds_all_of_the_log_and_ends_with_the_word_that_it_was_made() {
    for leaves in [2, 254, 255, 256, 511, 600] {
        let place = Place::with(leaves).await;
        let exported = place.export().await.unwrap();
        assert_eq!((exported.before, exported.size), (TreeSize(0), TreeSize(leaves + 1)));
        let report = place.sound();
        assert_eq!(report.log.size, TreeSize(leaves + 1));
        assert!(report.compared);
        assert_eq!(report.bundles, (leaves + 1).div_ceil(256));
        assert_eq!(report.bundles + report.tiles, exported.tiles);
        assert_eq!(
            (report.policies, report.checkpoints),
            (exported.policies, exported.checkpoints)
        );
        assert_eq!(report.policies, 2);
        let last = place.store.leaves(LeafIndex(leaves), 1).await.unwrap().remove(0);
        let last: Value = serde_json::from_slice(&last.body).unwrap();
        assert_eq!((last["kind"].as_str(), last["what"].as_str()), (Some("read"), Some("export")));
        assert_eq!(last["actor"], "auditor");
        assert_eq!((last["first"].as_u64(), last["count"].as_u64()), (Some(0), Some(leaves + 1)));
        // Every file has a place in the layout, and every tile of the tree is a file.
        let files = contents(&place.folder());
        let mut tiles = 0;
        for name in files.keys() {
            match Tile::parse(name) {
                Some(tile) => {
                    assert_eq!(Tile::at(tile.of(), tile.index(), exported.size), Some(tile));
                    tiles += 1;
                }
                None => assert!(
                    ["checkpoint", "verifier-keys", "README.md"].contains(&name.as_str())
                        || name.starts_with("policies/")
                        || name.starts_with("checkpoints/"),
                    "{name}"
                ),
            }
        }
        assert_eq!(tiles, exported.tiles);
    }
}

#[tokio::test]
async fn while_others_write_the_export_ends_with_its_own_leaf() {
    let place = Place::with(100).await;
    let mut others = JoinSet::new();
    for _ in 0..300 {
        let store = place.store.clone();
        others.spawn(async move { store.note(Event::Heartbeat).await.unwrap() });
    }
    let exported = place.export().await.unwrap();
    others.join_all().await;
    assert_eq!(place.sound().log.size, exported.size);
    let own = LeafIndex(exported.size.0 - 1);
    let last = place.store.leaves(own, 1).await.unwrap().remove(0);
    let last: Value = serde_json::from_slice(&last.body).unwrap();
    assert_eq!(
        (last["kind"].as_str(), last["count"].as_u64()),
        (Some("read"), Some(exported.size.0))
    );
    // The log itself is as sound as before.
    let key = place.store.verifier_key();
    let latest = place.store.checkpoint(None).await.unwrap().unwrap();
    let latest = Checkpoint::open(&Note::parse(&latest).unwrap(), &[key]).unwrap();
    assert_eq!(latest.size, TreeSize(401));
}

#[tokio::test]
async fn an_export_is_extended_and_is_then_as_if_made_at_once() {
    let place = Place::with(3).await;
    let mut before = TreeSize(0);
    let mut kept = Vec::new();
    for leaves in [3, 40, 254, 256, 300, 511, 700, 1_100] {
        place.grow_to(leaves).await;
        let exported = place.export().await.unwrap();
        assert_eq!((exported.before, exported.size), (before, TreeSize(leaves + 1)));
        let report = place.sound();
        assert!(report.checkpoints >= kept.len() as u64);
        for size in &kept {
            let name = format!("checkpoints/{}", sluss::log::PathNumber(*size));
            assert!(place.folder().join(name).exists(), "the checkpoint of {size} leaves");
        }
        let last = place.store.leaves(LeafIndex(leaves), 1).await.unwrap().remove(0);
        let last: Value = serde_json::from_slice(&last.body).unwrap();
        assert_eq!(last["first"].as_u64(), Some(before.0));
        assert_eq!(last["count"].as_u64(), Some(leaves + 1 - before.0));
        before = exported.size;
        kept.push(before.0);
    }
    let extended = contents(&place.folder());
    fs::remove_dir_all(place.folder()).unwrap();
    // One leaf more, as exporting is one: the tiles of the tree before it must be the same.
    place.export().await.unwrap();
    let fresh = contents(&place.folder());
    let full = |files: &BTreeMap<String, Vec<u8>>| {
        let tiles = files.iter().filter(|(name, _)| Tile::parse(name).is_some_and(|t| t.is_full()));
        tiles.map(|(name, bytes)| (name.clone(), bytes.clone())).collect::<Vec<_>>()
    };
    assert!(full(&extended) == full(&fresh), "other tiles");
    let tiles = |files: &BTreeMap<String, Vec<u8>>| {
        files.keys().filter(|name| name.starts_with("tile/")).count()
    };
    assert_eq!(tiles(&extended), tiles(&fresh));
}

#[tokio::test]
async fn a_folder_with_anything_else_in_it_is_refused_and_left_alone() {
    let place = Place::with(3).await;
    let other = |name: &str, text: &str| {
        fs::create_dir_all(place.folder()).unwrap();
        fs::write(place.folder().join(name), text).unwrap();
    };
    let key = place.store.verifier_key();
    for (name, text) in [
        ("notes.txt", "mine".to_owned()),
        ("checkpoint", "mine".to_owned()),
        ("verifier-keys", String::new()),
        ("verifier-keys", "mine\n".to_owned()),
        ("verifier-keys", format!("{key}\n{key}\n")),
    ] {
        other(name, &text);
        let before = contents(&place.folder());
        assert!(matches!(place.export().await, Err(WriteError::Other(_))), "{name}");
        assert_eq!(contents(&place.folder()), before);
        fs::remove_dir_all(place.folder()).unwrap();
    }
    // Its key, and a checkpoint of somebody else.
    other("verifier-keys", &format!("{key}\n"));
    other("checkpoint", "mine");
    assert!(matches!(place.export().await, Err(WriteError::Other(_))));
    fs::remove_dir_all(place.folder()).unwrap();
    // Another log.
    let stranger = open(&place.dir.path().join("other"), 2);
    stranger.note(Event::Heartbeat).await.unwrap();
    write(&stranger, &place.folder(), Role::Auditor, None).await.unwrap();
    assert!(matches!(place.export().await, Err(WriteError::Other(_))));
    assert_eq!(place.store.size().await.unwrap(), TreeSize(3), "nothing was read");
    // A file where the folder should be.
    fs::remove_dir_all(place.folder()).unwrap();
    fs::write(place.folder(), "mine").unwrap();
    assert!(matches!(place.export().await, Err(WriteError::Folder(_))));
}

#[tokio::test]
async fn a_log_that_does_not_lead_on_from_the_export_is_refused() {
    let place = Place::with(30).await;
    place.export().await.unwrap();
    // The same key with another history: shorter, and longer.
    for leaves in [5, 90] {
        let state = place.dir.path().join(format!("fork-{leaves}"));
        fs::create_dir_all(state.join("keys")).unwrap();
        for file in ["keys/log.key", "keys/master.key"] {
            fs::copy(place.dir.path().join("state").join(file), state.join(file)).unwrap();
        }
        let fork = open(&state, 9);
        for _ in 0..leaves {
            fork.note(Event::Heartbeat).await.unwrap();
        }
        let before = contents(&place.folder());
        let ended = write(&fork, &place.folder(), Role::Auditor, None).await;
        assert!(
            matches!(ended, Err(WriteError::Forked { exported: TreeSize(31), .. })),
            "{ended:?}"
        );
        assert_eq!(contents(&place.folder()), before);
    }
    place.sound();
}

#[tokio::test]
async fn two_exports_to_one_folder_do_not_run_at_once() {
    let place = Place::with(3).await;
    place.export().await.unwrap();
    let held = fs::File::open(place.folder()).unwrap();
    held.lock().unwrap();
    assert!(matches!(place.export().await, Err(WriteError::Busy(_))));
    drop(held);
    place.export().await.unwrap();
    place.sound();
}

#[tokio::test]
async fn whom_to_believe() {
    let place = Place::with(3).await;
    place.export().await.unwrap();
    let key = place.store.verifier_key();
    let report = verify(&place.folder(), &Trust::Folder).unwrap();
    assert!(report.is_sound() && !report.compared);
    assert_eq!(report.keys, std::slice::from_ref(&key));
    let report = verify(&place.folder(), &Trust::Keys(vec![key.clone()])).unwrap();
    assert!(report.is_sound() && report.compared);
    let stranger = open(&place.dir.path().join("other"), 2).verifier_key();
    let wrong = Trust::Fingerprint(Fingerprint::of(&stranger));
    let told = verify(&place.folder(), &wrong).err().unwrap();
    assert!(matches!(&told, VerifyError::Fingerprint(found) if found.len() == 1));
    assert!(told.to_string().contains(&Fingerprint::of(&key).to_string()));
    let report = verify(&place.folder(), &Trust::Keys(vec![stranger])).unwrap();
    assert!(matches!(report.log.faults[..], [fault] if matches!(fault.what, What::Checkpoint(_))));
}

/// What witnesses have signed goes along, and a reader's own policy says whether it is enough.
#[tokio::test]
async fn witnesses_vouch_for_as_much_as_they_saw() {
    let place = Place::with(300).await;
    let second = |second: i64| Timestamp::from_micros(second * 1_000_000);
    let witness = |n: u8| {
        let name = KeyName::parse(&format!("witness.example.se/w{n}")).unwrap();
        CosigningKey::new(name, &[n; 32])
    };
    let policy = |quorum: &str| {
        let keys = [1, 2].map(|n| witness(n).witness_key());
        let [one, two] = keys.map(|key| key.to_string());
        let text = format!(
            "witness one {one}\nwitness two {two}\ngroup both all one two\nquorum {quorum}\n"
        );
        Policy::parse(text.as_bytes()).unwrap()
    };
    let note = place.store.checkpoint(None).await.unwrap().unwrap();
    let note = Note::parse(&note).unwrap();
    let keys = [place.store.verifier_key()];
    let seen = Checkpoint::open(&note, &keys).unwrap();
    let line = witness(1).cosign(&seen, second(1_772_373_950));
    place.store.keep_cosigned(seen.size, vec![line]).await.unwrap();
    place.grow_to(320).await;

    let ours = policy("both");
    write(&place.store, &place.folder(), Role::Auditor, Some(&ours)).await.unwrap();
    let kept = fs::read(place.folder().join("witness-policy")).unwrap();
    assert_eq!(Policy::parse(&kept), Ok(ours.clone()));
    place.sound();
    let vouched = |policy: Policy, now| {
        let found = witnessed(&place.folder(), &keys, &policy, second(now)).unwrap();
        found.map(|(_, witnessed)| (witnessed.checkpoint.size, witnessed.by.len()))
    };
    assert_eq!(vouched(policy("one"), 1_772_374_000), Some((TreeSize(300), 1)));
    assert_eq!(vouched(policy("both"), 1_772_374_000), None);
    assert_eq!(vouched(policy("one"), 1_772_373_949), None, "a word from the future");
    assert_eq!(vouched(policy("none"), 1_772_374_000), Some((TreeSize(321), 0)));

    // The second has signed since: the next export to the folder has both lines.
    let line = witness(2).cosign(&seen, second(1_772_373_960));
    place.store.keep_cosigned(seen.size, vec![line]).await.unwrap();
    write(&place.store, &place.folder(), Role::Auditor, Some(&ours)).await.unwrap();
    place.sound();
    assert_eq!(vouched(policy("both"), 1_772_374_000), Some((TreeSize(300), 2)));
}

#[tokio::test]
async fn the_readme_names_the_log_its_key_and_the_fingerprint() {
    let place = Place::with(3).await;
    place.export().await.unwrap();
    let readme = fs::read_to_string(place.folder().join("README.md")).unwrap();
    let key = place.store.verifier_key();
    for word in [ORIGIN, &key.to_string(), &Fingerprint::of(&key).to_string(), "Svenska", "English"]
    {
        assert!(readme.contains(word), "{word}");
    }
    assert!(!readme.contains("{key}") && !readme.contains("{origin}"));
}

/// What others can read is only what they were given.
#[tokio::test]
async fn the_folder_is_for_its_owner() {
    let place = Place::with(300).await;
    place.export().await.unwrap();
    crate::cli::running::private(&place.folder());
}

#[test]
fn what_is_no_export_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let missing = |told: VerifyError| match told {
        VerifyError::Incomplete { file, .. } => file,
        other => panic!("{other}"),
    };
    let nowhere = dir.path().join("nowhere");
    assert_eq!(missing(verify(&nowhere, &Trust::Folder).err().unwrap()), "verifier-keys");
    fs::write(dir.path().join("verifier-keys"), "mine\n").unwrap();
    assert!(matches!(verify(dir.path(), &Trust::Folder), Err(VerifyError::Key { line: 1, .. })));
    fs::write(dir.path().join("verifier-keys"), "").unwrap();
    assert_eq!(missing(verify(dir.path(), &Trust::Folder).err().unwrap()), "checkpoint");
    fs::write(dir.path().join("checkpoint"), "mine").unwrap();
    assert!(matches!(verify(dir.path(), &Trust::Folder), Err(VerifyError::Checkpoint(_))));
    fs::write(dir.path().join("checkpoint"), vec![b'x'; 70_000]).unwrap();
    assert!(matches!(verify(dir.path(), &Trust::Folder), Err(VerifyError::Folder(_))));
}
