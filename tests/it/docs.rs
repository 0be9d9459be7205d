//! What the documents say is so: names that a reader follows lead somewhere, and words are ours.

#![expect(clippy::expect_used, reason = "a document that cannot be read says why")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::date;
use sluss::commands::Cli;
use sluss::domain::{CaseState, Field, HaltReason, HoldReason, Purpose};
use sluss::recipients::{self, lint, run_tests};

const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/runbook.md"];

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).expect("a document of the repository")
}

/// What stands between backticks within a line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    // Fenced blocks are examples, not claims.
    let prose = text.split("```").step_by(2);
    prose.flat_map(str::lines).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The lines of the table whose head begins so.
fn table<'t>(text: &'t str, head: &str) -> Vec<&'t str> {
    let rows: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with(head))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(!rows.is_empty(), "there is no table {head}");
    rows
}

fn first_cell(row: &str) -> &str {
    row.split('|').nth(1).unwrap_or_default()
}

fn cargo() -> toml::Table {
    text("Cargo.toml").parse().expect("Cargo.toml as TOML")
}

#[test]
fn the_two_commands_stand_first() {
    let readme = text("README.md");
    let first: Vec<_> = readme.lines().take(6).collect();
    for command in ["cargo run --release -- demo", "tests/run"] {
        assert!(first.iter().any(|line| line.starts_with(command)), "{command}");
    }
}

#[test]
fn every_path_leads_somewhere() {
    let roots = ["src/", "config/", "schemas/", "fixtures/", "tests/", "deploy/", "docs/"];
    for document in DOCUMENTS {
        let text = text(document);
        for path in quoted(&text).filter(|path| roots.iter().any(|root| path.starts_with(root))) {
            // A pattern or a place that a reader fills in is not a path.
            if path.contains(['*', '<', ' ']) {
                continue;
            }
            let there = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists();
            assert!(there, "{document}: {path}");
        }
    }
}

#[test]
fn every_room_is_on_the_map() {
    let map = text("ARCHITECTURE.md");
    for module in text("src/lib.rs").lines() {
        let Some(name) = module.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'))
        else {
            continue;
        };
        let (file, folder) = (format!("`src/{name}.rs`"), format!("`src/{name}/`"));
        assert!(map.contains(&file) || map.contains(&folder), "{name}");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let architecture = text("ARCHITECTURE.md");
    let named: BTreeSet<_> = quoted(&architecture).collect();
    let cargo = cargo();
    for section in ["dependencies", "dev-dependencies"] {
        let crates = cargo[section].as_table().expect("a table of crates");
        for name in crates.keys() {
            assert!(named.contains(name.as_str()), "{section}: {name}");
        }
    }
}

#[test]
fn reasons_and_states_are_those_that_there_are() {
    let readme = text("README.md");
    let told: BTreeSet<_> = table(&readme, "| reason | meaning")
        .into_iter()
        .flat_map(|row| quoted(first_cell(row)))
        .collect();
    let ours: BTreeSet<_> = HoldReason::ALL.iter().map(|r| r.as_str()).collect();
    assert_eq!(told, ours, "the table of reasons");
    let states = readme
        .lines()
        .skip_while(|line| !line.starts_with("A case is `"))
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    for state in CaseState::ALL {
        assert!(states.contains(&format!("`{state}`")), "{state}");
    }
}

#[test]
fn reasons_to_stop_are_those_that_there_are() {
    let architecture = text("ARCHITECTURE.md");
    let told: BTreeSet<_> = table(&architecture, "| reason | noticed by")
        .into_iter()
        .flat_map(|row| quoted(first_cell(row)))
        .collect();
    let ours: BTreeSet<_> = HaltReason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(told, ours);
}

#[test]
fn words_with_a_dot_are_fields_or_purposes() {
    let spaces: BTreeSet<_> = Field::ALL
        .iter()
        .map(|field| field.as_str())
        .chain(Purpose::ALL.iter().map(|purpose| purpose.as_str()))
        .filter_map(|word| word.split_once('.'))
        .map(|(space, _)| space)
        .collect();
    for document in DOCUMENTS {
        for word in quoted(&text(document)) {
            let Some((space, rest)) = word.split_once('.') else {
                continue;
            };
            // `log.rs` is a file, and `log.origin` a key of the configuration.
            if rest == "rs" || !spaces.contains(space) {
                continue;
            }
            let known = Field::parse(word).is_some() || Purpose::parse(word).is_some();
            assert!(known, "{document}: {word}");
        }
    }
}

#[test]
fn the_recipient_in_the_readme_passes_the_check() {
    let readme = text("README.md");
    let example = readme
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("an example of a recipient's file");
    let file = Path::new("config/recipients/stadsnat.toml");
    let read = recipients::read(file, Path::new("config"), example).expect("a sound file");
    let findings = lint(&read, date(2026, 12, 1), 60);
    assert!(findings.is_empty(), "{findings:?}");
    let (tests, failed) = run_tests(&read);
    assert_eq!((tests, failed.as_slice()), (1, [].as_slice()));
}

#[test]
fn every_command_in_the_readme_is_one() {
    use clap::CommandFactory;
    let cli = Cli::command();
    let readme = text("README.md");
    let mut told = BTreeSet::new();
    for words in table(&readme, "| command | does")
        .into_iter()
        .flat_map(|row| quoted(first_cell(row)))
        .filter_map(|command| command.strip_prefix("sluss "))
    {
        let mut words = words.split(' ');
        let noun = words.next().unwrap_or_default();
        let command = cli.find_subcommand(noun).expect(noun);
        told.insert(noun.to_owned());
        if let Some(verb) = words.next().filter(|_| command.has_subcommands()) {
            assert!(command.find_subcommand(verb).is_some(), "{noun} {verb}");
        }
    }
    for command in cli.get_subcommands() {
        assert!(told.contains(command.get_name()), "{}", command.get_name());
    }
}

#[test]
fn the_changelog_has_this_version() {
    let version = cargo()["package"]["version"].clone();
    let head = format!("## [{}]", version.as_str().expect("a version"));
    assert!(text("CHANGELOG.md").lines().any(|line| line.starts_with(&head)), "{head}");
}

#[test]
fn no_document_tells_where_it_was_written() {
    for document in DOCUMENTS {
        let text = text(document);
        for place in ["/home/", "/tmp/", "/root/", "/mnt/"] {
            assert!(!text.contains(place), "{document}: {place}");
        }
    }
}
