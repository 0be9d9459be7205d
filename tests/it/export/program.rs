//! The program itself: an auditor without a configuration, and exports that were killed.

use std::process::Command;

use crate::cli::{Ended, Place, line, sluss};

/// A place whose log has a few leaves.
fn with_a_log() -> Place {
    let place = Place::new();
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    let id = place.cases()[0]["id"].as_str().unwrap().to_owned();
    for verb in ["hold", "release", "cancel"] {
        place.run(&["case", verb, &id]).code(0);
    }
    place
}

fn export(place: &Place) -> Ended {
    let folder = place.path("export");
    place.run(&["log", "export", folder.to_str().unwrap()])
}

/// As an auditor runs it: in a folder with nothing but the export, and no configuration.
fn verify(place: &Place, arguments: &[&str]) -> Ended {
    let mut command = Command::new(sluss().get_program());
    command.current_dir(place.path("")).args(["log", "verify", "export"]).args(arguments);
    Ended::of(command.output().unwrap())
}

#[test]
fn an_auditor_verifies_with_the_folder_and_a_paper() {
    let place = with_a_log();
    let told = export(&place).code(0).out;
    let data = place.data(&["log", "checkpoint", "--key"]);
    let (key, word) = (data["key"].as_str().unwrap(), data["fingerprint"].as_str().unwrap());
    let paper = place.run(&["log", "checkpoint"]).code(0);
    let paper = paper.err.trim().rsplit(": ").next().unwrap().to_owned();
    assert!(told.contains(&paper), "{told}");
    assert_eq!(paper.replace(' ', ""), word);

    let alone = verify(&place, &[]).code(0).out;
    assert!(
        alone.contains("sound") && alone.contains(&paper) && alone.contains("compare"),
        "{alone}"
    );
    let compared = verify(&place, &["--fingerprint", &paper]).code(0).out;
    assert!(compared.contains("sound: 4 leaves") && !compared.contains("compare"), "{compared}");
    let data = verify(&place, &["--fingerprint", word, "--format", "json"]).code(0).json();
    assert_eq!((&data["sound"], &data["size"]), (&true.into(), &4.into()));
    assert_eq!((&data["fingerprintCompared"], &data["kinds"]["read"]), (&true.into(), &1.into()));
    assert_eq!(data["keys"][0]["fingerprint"], word);
    let data = verify(&place, &["--format", "json"]).code(0).json();
    assert_eq!(data["fingerprintCompared"], false);
    verify(&place, &["--key", key]).code(0);

    let other = with_a_log().data(&["log", "checkpoint", "--key"]);
    let told =
        verify(&place, &["--fingerprint", other["fingerprint"].as_str().unwrap()]).code(1).err;
    assert!(told.contains(&paper), "{told}");
    verify(&place, &["--key", other["key"].as_str().unwrap()]).code(1);
    verify(&place, &["--fingerprint", "12"]).code(2);
    verify(&place, &["--fingerprint", word, "--key", key]).code(2);
    place.run(&["log", "verify", "--fingerprint", word]).code(2);
}

#[test]
fn what_was_changed_is_said_in_words_and_as_data() {
    let place = with_a_log();
    export(&place).code(0);
    let bundle = place.path("export/tile/entries/000.p/4");
    let text = std::fs::read(&bundle).unwrap();
    let text = String::from_utf8_lossy(&text).replace("released", "cancelled");
    std::fs::write(&bundle, text).unwrap();
    let told = verify(&place, &[]).code(1).out;
    assert!(told.contains("NOT SOUND") && told.contains("tile/entries/000.p/4"), "{told}");
    let data = verify(&place, &["--format", "json"]).code(1).json();
    assert_eq!(data["sound"], false);
    assert_eq!(data["files"][0]["file"], "tile/entries/000.p/4");
}

#[test]
fn an_export_that_was_killed_is_made_whole_by_the_next() {
    let place = with_a_log();
    let folder = place.path("export");
    for (n, point) in ["export-logged", "export-written", "export-signed"].iter().enumerate() {
        let killed = place
            .command(&["log", "export", folder.to_str().unwrap()])
            .env("SLUSS_CRASH_AT", point)
            .output()
            .unwrap();
        assert_eq!(killed.status.code(), None, "{point}: {killed:?}");
        // What is there verifies as what it was, or is not there yet.
        let ended = verify(&place, &[]);
        assert_eq!(ended.code, i32::from(n < 2), "{point}: {ended:?}");
        assert!(n == 2 || ended.err.contains("checkpoint"), "{point}: {ended:?}");
    }
    export(&place).code(0);
    verify(&place, &[]).code(0);
    // And where there was an export before.
    for point in ["export-logged", "export-written", "export-signed"] {
        let before = verify(&place, &["--format", "json"]).code(0).json();
        let killed = place
            .command(&["log", "export", folder.to_str().unwrap()])
            .env("SLUSS_CRASH_AT", point)
            .output()
            .unwrap();
        assert_eq!(killed.status.code(), None, "{point}");
        let after = verify(&place, &["--format", "json"]).code(0).json();
        assert_eq!(after["size"] == before["size"], point != "export-signed", "{point}");
        let whole = export(&place).code(0);
        assert!(whole.out.contains("leaves"), "{whole:?}");
        verify(&place, &[]).code(0);
    }
    // The log says of each that it was handed out, or would have been.
    let reads = place.data(&["log", "verify"])["kinds"]["read"].as_u64();
    assert_eq!(reads, Some(10));
}

#[test]
fn folders_that_will_not_do() {
    let place = with_a_log();
    std::fs::create_dir(place.path("mine")).unwrap();
    let mine = place.write("mine/notes.txt", "mine");
    let folder = mine.parent().unwrap().to_str().unwrap().to_owned();
    let told = place.run(&["log", "export", &folder]).code(2).err;
    assert!(told.contains("no export of this log"), "{told}");
    place.run(&["log", "export", place.path("mine/notes.txt").to_str().unwrap()]).code(1);
    place.run(&["log", "verify", &folder]).code(1);
    place.run(&["log", "verify", place.path("nowhere").to_str().unwrap()]).code(1);
}

#[test]
fn a_cose_receipt_is_written_to_a_file() {
    let place = with_a_log();
    let file = place.path("receipt.cose");
    place.run(&["log", "prove", "1", "--cose", file.to_str().unwrap()]).code(0);
    let receipt = sluss::log::CoseReceipt::parse(&std::fs::read(&file).unwrap()).unwrap();
    let key = place.data(&["log", "checkpoint", "--key"])["key"].as_str().unwrap().to_owned();
    let key = sluss::log::VerifierKey::parse(&key).unwrap();
    let shown = place.data(&["log", "show", "1"])["leaf"].clone();
    let leaf = sluss::log::canonical::to_bytes(&shown).unwrap();
    let root = receipt.verify(&leaf, &[key]).unwrap();
    let proof = place.data(&["log", "prove", "1", "--size", "3"]);
    assert_eq!(proof["root"], root.base64());
}

#[test]
fn an_auditor_may_demand_witnesses_of_their_own() {
    let place = with_a_log();
    export(&place).code(0);
    let key = sluss::log::KeyName::parse("witness.example.se/w1").unwrap();
    let witness = sluss::log::CosigningKey::new(key, &[1; 32]).witness_key();
    for (quorum, code) in [("none", 0), ("w", 1)] {
        let text = format!("witness w {witness}\nquorum {quorum}\n");
        place.write("mine.policy", &text);
        let ended = verify(&place, &["--witness-policy", "mine.policy", "--format", "json"]);
        assert_eq!(ended.code, code, "{ended:?}");
        if code == 0 {
            assert_eq!(ended.json()["witnessed"]["size"], 4);
        } else {
            assert!(ended.err.contains("cosigned by the quorum"), "{ended:?}");
        }
    }
    place.write("mine.policy", "nonsense");
    verify(&place, &["--witness-policy", "mine.policy"]).code(2);
}
