//! How good the guard is on the labelled texts, judged by the scorer that comes with them: both are
//! read where they are at hand (in the folder `SLUSS_CORPUS`, else beside the repository) and not
//! copied here.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::run_with;
use crate::cli::sluss;

/// Kinds of values, and how many percent of them must be covered whole. The floors stand just below
/// what is measured without a gazetteer: they are there to fall over, not to be proud of.
const COVERED_MIN: &[(&str, f64)] = &[
    ("PERSONNUMMER", 99.5),
    ("PHONE", 99.5),
    ("EMAIL", 99.5),
    ("IP", 97.5),
    ("MAC", 99.0),
    ("BANK", 99.0),
    ("CUSTOMER_NO", 99.0),
    ("URL", 99.0),
    ("VEHICLE", 99.0),
    ("DATE_OF_BIRTH", 99.0),
    ("PERSON", 99.0),
    ("ADDRESS", 99.0),
    ("CREDENTIAL", 99.0),
    ("HEALTH", 99.0),
];
/// People that the record names, and others.
const KNOWN_PERSON_MIN: f64 = 99.5;
const OTHER_PERSON_MIN: f64 = 97.5;
/// Contacts that a booked visit may have, and that were left.
const ALLOWED_KEPT_MIN: f64 = 98.0;
/// What was taken out that was personal indeed, by characters.
const PRECISION_MIN: f64 = 94.5;
/// What operators need and was taken out.
const NEEDED_GONE_MAX: f64 = 2.5;
/// Texts that leak anything at all.
const LEAKING_MAX: f64 = 2.0;

fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("SLUSS_CORPUS").map_or(beside, PathBuf::from);
    folder.join("dev.jsonl").exists().then_some(folder)
}

#[test]
fn the_labelled_texts_are_masked_as_well_as_ever() {
    let Some(folder) = corpus() else {
        println!("left out: the labelled texts are not there; set SLUSS_CORPUS");
        return;
    };
    let (gold, judge) = (folder.join("dev.jsonl"), folder.join("score.py"));
    let scratch = TempDir::new().unwrap();
    let words = scratch.path().join("words.gazetteer");
    let mut command = sluss();
    let built = sluss().args(["gazetteer", "build", "--out"]).arg(&words).output().unwrap();
    if !built.status.success() {
        println!("left out: the dictionary hunspell-sv is not installed");
        return;
    }
    command.env("SLUSS__GUARD__GAZETTEER", &words);
    let ended = run_with(command, &["--jsonl"], &std::fs::read(&gold).unwrap());
    assert_eq!(ended.status.code(), Some(0));
    let (predicted, scores) = (scratch.path().join("predicted"), scratch.path().join("scores"));
    std::fs::write(&predicted, &ended.stdout).unwrap();
    let mut python = Command::new("python3");
    python.arg(&judge).arg(&gold).arg(&predicted).arg("--json").arg(&scores);
    let Ok(judged) = python.stdin(Stdio::null()).output() else {
        println!("left out: the scorer needs python3, which is not there");
        return;
    };
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    println!("{}", String::from_utf8_lossy(&judged.stdout));
    let scores: Value = serde_json::from_slice(&std::fs::read(&scores).unwrap()).unwrap();
    check(&scores);
}

#[track_caller]
fn check(scores: &Value) {
    let share = |of: &Value, part: &str, all: &str| {
        let count = |name: &str| of[name].as_f64().unwrap_or(0.0);
        100.0 * count(part) / count(all).max(1.0)
    };
    let kinds = &scores["per_type"];
    let totals = &scores["totals"];
    let person = |known: &str| &scores["groups"][format!("type+known:PERSON/{known}")];
    let kinds =
        COVERED_MIN.iter().map(|(kind, min)| (*kind, share(&kinds[kind], "strict", "n"), *min));
    let rest = [
        ("known PERSON", share(person("known"), "alnum", "n"), KNOWN_PERSON_MIN),
        ("other PERSON", share(person("unknown"), "alnum", "n"), OTHER_PERSON_MIN),
        ("allowed contacts kept", share(totals, "allowed_kept", "allowed_n"), ALLOWED_KEPT_MIN),
        ("precision", 100.0 * scores["precision"].as_f64().unwrap(), PRECISION_MIN),
    ];
    for (what, percent, min) in kinds.chain(rest) {
        assert!(percent >= min, "{what}: {percent:.1} %, the floor is {min} %");
    }
    for (what, percent, max) in [
        ("needed and gone", 100.0 * scores["neg_destroyed"].as_f64().unwrap(), NEEDED_GONE_MAX),
        ("texts that leak", share(totals, "docs_leak", "docs_pii"), LEAKING_MAX),
    ] {
        assert!(percent <= max, "{what}: {percent:.1} %, the bound is {max} %");
    }
    assert_eq!(totals["inconsistent"].as_u64().unwrap_or(0), 0, "spans and text disagree");
    assert_eq!(totals["missing_predictions"].as_u64().unwrap_or(0), 0, "texts without an answer");
}
