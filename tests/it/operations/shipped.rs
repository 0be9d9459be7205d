//! What is shipped beside the program is true of it: units, alarms and the runbook, completions, manual.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use sluss::domain::{HaltReason, Lifts};

use crate::cli::running::{Running, ask};
use crate::cli::{Ended, Place, line, root, sluss};

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The words in a text that name a metric.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("sluss_")).map(str::to_owned).collect()
}

#[test]
fn every_alarm_has_its_entry_and_goes_by_metrics_that_there_are() {
    let (alerts, runbook) = (text("deploy/alerts.yml"), text("docs/runbook.md"));
    let named: Vec<&str> =
        alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(named.len() >= 9);
    for alarm in &named {
        assert!(runbook.contains(&format!("\n### {alarm}\n")), "{alarm}");
    }
    let entries = runbook.lines().filter_map(|line| line.strip_prefix("### "));
    for entry in entries {
        assert!(named.contains(&entry), "{entry} rings nowhere");
    }

    let place = Place::unreachable();
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    let mut running = Running::start(place.command(&["serve", "--no-worker"]));
    let address = running.door(&place.state());
    let told = ask(&address, "GET", "/metrics", "");
    let known = metrics(&told);
    for metric in metrics(&alerts).union(&metrics(&runbook)) {
        assert!(known.contains(metric), "{metric}: {told}");
    }
    // Each is described, of the type that its name says.
    for metric in &known {
        let metric = metric.trim_end_matches("_bucket").trim_end_matches("_sum");
        let metric = metric.trim_end_matches("_count");
        let kind = told.lines().find_map(|line| line.strip_prefix(&format!("# TYPE {metric} ")));
        let is_counter = metric.ends_with("_total");
        assert!(kind.is_some_and(|kind| (kind == "counter") == is_counter), "{metric}: {told}");
        assert!(told.contains(&format!("# HELP {metric} ")), "{metric}");
    }
    assert!(told.contains("sluss_due_cases{recipient=\"globalconnect\"} 1"), "{told}");
    assert!(told.contains("sluss_held_cases 0"), "{told}");
    running.stop().code(0);
}

#[test]
fn every_reason_to_stop_has_its_entry() {
    let runbook = text("docs/runbook.md");
    for reason in HaltReason::ALL {
        let ends = match reason.lifts() {
            Lifts::ByItself => "by itself",
            Lifts::ByRestart => "restart",
            Lifts::ByResume => "resume",
        };
        let row = format!("\n| `{reason}` | {ends} | ");
        assert!(runbook.contains(&row), "{reason} ends {ends}");
    }
    let rows = runbook.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, HaltReason::ALL.len());
}

#[test]
fn commands_of_the_runbook_are_commands() {
    use clap::CommandFactory;
    let cli = sluss::commands::Cli::command();
    let runbook = text("docs/runbook.md");
    let said = runbook.split('`').skip(1).step_by(2).chain(runbook.lines());
    let mut found = 0;
    for words in said.filter_map(|text| text.trim().strip_prefix("sluss ")) {
        let mut words = words.split_whitespace();
        let noun = words.next().unwrap();
        let command = cli.find_subcommand(noun).unwrap_or_else(|| panic!("sluss {noun}"));
        if let Some(verb) = words.next().filter(|_| command.has_subcommands()) {
            assert!(command.find_subcommand(verb).is_some(), "sluss {noun} {verb}");
        }
        found += 1;
    }
    assert!(found > 10, "{found}");
}

/// Where systemd is at hand it judges the units itself.
#[test]
fn the_units_are_sound() {
    let unit = text("deploy/sluss.service");
    for line in ["NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "LimitCORE=0"] {
        assert!(unit.lines().any(|known| known == line), "{line}");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return;
    }
    for name in ["sluss.service", "sluss-backup.service", "sluss-backup.timer"] {
        let judged = Command::new("systemd-analyze")
            .arg("verify")
            .arg(root().join("deploy").join(name))
            .output();
        let said = String::from_utf8(judged.unwrap().stderr).unwrap();
        // The program is not installed where it is tested, and neither is its manual.
        let faults: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("sluss"))
            .filter(|line| !line.contains("is not executable") && !line.contains("man sluss(1)"))
            .collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}

#[test]
fn completions_and_manual_are_of_this_program() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = Ended::of(sluss().args(["completions", shell]).output().unwrap()).code(0);
        for word in ["doctor", "restore", "subject"] {
            assert!(ended.out.contains(word), "{shell}: {word}");
        }
        if shell == "bash" {
            let folder = tempfile::tempdir().unwrap();
            let script = folder.path().join("sluss.bash");
            fs::write(&script, &ended.out).unwrap();
            let judged = Command::new("bash").arg("-n").arg(&script).status().unwrap();
            assert!(judged.success());
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let manual = folder.path().join("man");
    Ended::of(sluss().arg("manual").arg(&manual).output().unwrap()).code(0);
    for page in ["sluss.1", "sluss-log.1", "sluss-log-verify.1", "sluss-backup.1"] {
        let page = fs::read_to_string(manual.join(page)).unwrap();
        assert!(page.contains(".TH "), "{page}");
    }
}
