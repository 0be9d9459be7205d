//! Forgeries of an exported folder: each is made of an export that verifies, and each is found.

use sluss::log::{PathNumber, SigningKey, bundle, leaf_hash};

use super::*;

/// With 600 leaves: two full bundles and a partial one, two levels of tiles.
async fn exported() -> Place {
    let place = Place::with(300).await;
    place.export().await.unwrap();
    place.grow_to(599).await;
    place.export().await.unwrap();
    place.sound();
    place
}

/// The key that signs the log, as somebody has it who runs the log and lies.
fn signer(place: &Place) -> SigningKey {
    let seed = fs::read(place.dir.path().join("state/keys/log.key")).unwrap();
    SigningKey::new(KeyName::parse(ORIGIN).unwrap(), seed.as_slice().try_into().unwrap())
}

/// Does something to a file, looks, and undoes it.
fn with(
    place: &Place,
    name: &str,
    change: impl FnOnce(&mut Vec<u8>),
) -> Result<Report, VerifyError> {
    let path = place.folder().join(name);
    let before = fs::read(&path).unwrap();
    let mut bytes = before.clone();
    change(&mut bytes);
    assert_ne!(bytes, before, "{name}: nothing was changed");
    fs::write(&path, bytes).unwrap();
    let report = verify(&place.folder(), &place.fingerprint());
    fs::write(&path, before).unwrap();
    report
}

fn named(report: &Report, name: &str) -> Vec<FileWhat> {
    report.files.iter().filter(|fault| fault.file == name).map(|fault| fault.what).collect()
}

#[tokio::test]
async fn one_byte_of_any_file_shows() {
    let place = exported().await;
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for (name, bytes) in contents(&place.folder()) {
        if name == "README.md" {
            continue;
        }
        for at in [0, 1, 2, bytes.len() / 3, bytes.len() / 2, bytes.len() - 2, bytes.len() - 1] {
            for bit in [1, 0x20] {
                match with(&place, &name, |bytes| bytes[at] ^= bit) {
                    Ok(report) if report.is_sound() => accepted.push(format!("{name}: byte {at}")),
                    _ => refused += 1,
                }
            }
        }
    }
    assert_eq!(accepted, Vec::<String>::new());
    assert!(refused > 100, "{refused}");
    place.sound();
}

#[tokio::test]
async fn a_file_that_is_gone_cut_or_longer_shows() {
    let place = exported().await;
    for (name, bytes) in contents(&place.folder()) {
        let is_signed = name != "README.md";
        for change in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            // A key is a line, with or without its end.
            if name == "verifier-keys" && change + 1 == bytes.len() {
                continue;
            }
            let report = with(&place, &name, |bytes| bytes.truncate(change));
            assert_ne!(is_signed, report.is_ok_and(|report| report.is_sound()), "{name} cut");
        }
        let report = with(&place, &name, |bytes| bytes.push(b'x'));
        assert_ne!(is_signed, report.is_ok_and(|report| report.is_sound()), "{name} longer");
        // An earlier checkpoint that is not there is none that was kept.
        let is_needed = is_signed && !name.starts_with("checkpoints/");
        fs::remove_file(place.folder().join(&name)).unwrap();
        let report = verify(&place.folder(), &place.fingerprint());
        assert_ne!(is_needed, report.is_ok_and(|report| report.is_sound()), "{name} gone");
        fs::write(place.folder().join(&name), bytes).unwrap();
    }
    place.sound();
}

#[tokio::test]
async fn a_changed_leaf_is_named() {
    let place = exported().await;
    let report = with(&place, "tile/entries/001", |bytes| {
        let at = bytes.windows(9).position(|nine| nine == b"heartbeat").unwrap();
        bytes[at] = b'H';
    });
    let faults = report.unwrap().log.faults;
    let at = Some(LeafIndex(256));
    assert!(faults.iter().all(|fault| fault.index == at), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.what == What::Body));
    // A bundle that cannot be taken apart: the tree goes on over its hashes.
    let report = with(&place, "tile/entries/000", |bytes| bytes[0] ^= 0xff).unwrap();
    assert_eq!(report.log.size, TreeSize(600));
    assert_eq!(report.log.faults, []);
    assert!(matches!(named(&report, "tile/entries/000")[..], [FileWhat::Bundle(_)]));
    // Neither bundle nor hashes: there is nothing to go on with.
    let hashes = place.folder().join("tile/0/001");
    let kept = fs::read(&hashes).unwrap();
    fs::remove_file(&hashes).unwrap();
    let report = with(&place, "tile/entries/001", |bytes| bytes.truncate(9)).unwrap();
    fs::write(hashes, kept).unwrap();
    let size = What::Size { signed: TreeSize(600), found: TreeSize(256) };
    assert_eq!(report.log.faults.last().unwrap().what, size);
    assert_eq!(named(&report, "tile/0/001"), [FileWhat::Missing]);
}

#[tokio::test]
async fn swapped_leaves_show_though_their_hashes_were_swapped_too() {
    let place = exported().await;
    let swap = |bytes: &mut Vec<u8>| {
        let mut leaves: Vec<Vec<u8>> =
            bundle::leaves(bytes, 256).unwrap().into_iter().map(<[u8]>::to_vec).collect();
        leaves.swap(10, 200);
        bytes.clear();
        for leaf in &leaves {
            bundle::add(bytes, leaf).unwrap();
        }
    };
    let report = with(&place, "tile/entries/001", swap).unwrap();
    let bodies: Vec<_> = report.log.faults.iter().map(|fault| (fault.index, fault.what)).collect();
    assert_eq!(bodies, [266, 456].map(|at| (Some(LeafIndex(at)), What::Body)));
    let path = place.folder().join("tile/entries/001");
    let before = fs::read(&path).unwrap();
    let mut bytes = before.clone();
    swap(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let report = with(&place, "tile/0/001", |bytes| {
        let mut hashes: Vec<[u8; 32]> = bytes.as_chunks().0.to_vec();
        hashes.swap(10, 200);
        *bytes = hashes.concat();
    });
    let report = report.unwrap();
    fs::write(&path, before).unwrap();
    assert!(report.log.faults.iter().any(|fault| fault.what == What::Root));
    assert_eq!(named(&report, "tile/1/000.p/2"), [FileWhat::Hashes]);
}

/// Whoever holds the key can sign anything; what was handed out before stands against it.
#[tokio::test]
async fn a_validly_signed_fork_meets_the_earlier_checkpoints() {
    let place = exported().await;
    let key = signer(&place);
    // The last leaf of the first bundle exchanged, and everything above it made to fit.
    let fork = tempfile::tempdir().unwrap();
    let state = fork.path().join("state");
    fs::create_dir_all(state.join("keys")).unwrap();
    for file in ["keys/log.key", "keys/master.key"] {
        fs::copy(place.dir.path().join("state").join(file), state.join(file)).unwrap();
    }
    let forked = Place { store: open(&state, 77), dir: fork };
    forked.grow_to(599).await;
    forked.export().await.unwrap();
    assert_eq!(forked.store.verifier_key(), key.verifier());
    let report = forked.sound();
    assert_eq!(report.log.size, TreeSize(600));
    // Alone it is a log like any other. Beside one earlier checkpoint it is not.
    let earlier = format!("checkpoints/{}", PathNumber(301));
    let honest = fs::read(place.folder().join(&earlier)).unwrap();
    fs::create_dir_all(forked.folder().join(&earlier).parent().unwrap()).unwrap();
    fs::write(forked.folder().join(&earlier), honest).unwrap();
    let report = forked.verify();
    assert!(!report.is_sound());
    assert_eq!(named(&report, &earlier), [FileWhat::Fork]);
}

#[tokio::test]
async fn a_checkpoint_by_another_key_or_of_another_log_is_refused() {
    let place = exported().await;
    let key = signer(&place);
    let note =
        Note::parse(&fs::read_to_string(place.folder().join("checkpoint")).unwrap()).unwrap();
    let signed = Checkpoint::parse(note.unverified_text()).unwrap();
    let check = |signer: &SigningKey, checkpoint: &Checkpoint| {
        let note = checkpoint.sign(signer).unwrap().to_string();
        with(&place, "checkpoint", |bytes| *bytes = note.into_bytes()).unwrap()
    };
    let stranger = SigningKey::new(KeyName::parse(ORIGIN).unwrap(), &[1; 32]);
    let report = check(&stranger, &signed);
    assert!(report.log.faults.iter().any(|fault| matches!(fault.what, What::Checkpoint(_))));
    // The key's own word, on fewer leaves: those that are gone show as files of another size.
    let shorter = Checkpoint { size: TreeSize(599), ..signed.clone() };
    assert!(!check(&key, &shorter).is_sound());
    let huge = Checkpoint { size: TreeSize(u64::MAX), ..signed.clone() };
    let report = check(&key, &huge);
    assert!(report.log.faults.iter().any(|fault| matches!(fault.what, What::Size { .. })));
    let empty = Checkpoint { size: TreeSize(0), root: sluss::log::empty_root(), ..signed };
    let report = check(&key, &empty);
    // An empty log is sound by itself, and the earlier checkpoints are not of it.
    assert!(!report.is_sound() && report.files.iter().any(|fault| fault.what == FileWhat::Name));
}

#[tokio::test]
async fn a_policy_that_is_gone_or_renamed_is_missed() {
    let place = exported().await;
    let policies = place.folder().join("policies");
    let first = fs::read_dir(&policies).unwrap().next().unwrap().unwrap().path();
    let name = format!("policies/{}", first.file_name().unwrap().to_str().unwrap());
    let other = policies.join(format!("{}.json", leaf_hash(b"another")));
    fs::rename(&first, &other).unwrap();
    let report = place.verify();
    assert_eq!(named(&report, &name), [FileWhat::Missing]);
    assert_eq!(report.file_fault_count, 2);
    fs::rename(&other, &first).unwrap();
    place.sound();
}

#[tokio::test]
async fn many_faults_are_counted_and_few_are_kept() {
    let place = exported().await;
    for n in 0..150 {
        fs::write(place.folder().join(format!("policies/{n}.json")), "{}").unwrap();
    }
    let report = place.verify();
    assert_eq!((report.files.len(), report.file_fault_count), (100, 150));
}

/// Leaves that are all of one hash, so that only the path says which it is.
#[tokio::test]
async fn a_bundle_in_the_place_of_another_shows() {
    let place = exported().await;
    let other = fs::read(place.folder().join("tile/entries/000")).unwrap();
    let report = with(&place, "tile/entries/001", |bytes| *bytes = other).unwrap();
    assert!(report.log.fault_count >= 256, "{}", report.log.fault_count);
    let of = Tile::at(TileOf::Leaves, 0, TreeSize(600)).unwrap();
    assert_eq!(of.to_string(), "tile/entries/000");
}
