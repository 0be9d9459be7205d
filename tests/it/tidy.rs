//! The repository's own rules as code: what a reader relies on is read from the sources, not hoped.
//!
//! A rule that types can keep is a type (`typestate.rs`); a rule that the compiler's lints can keep
//! is a lint. Here is the rest. Each failure names the place, and what the rule is for.

#![expect(clippy::expect_used, reason = "a rule that cannot be looked up says why")]

mod arrows;
mod catalogue;
mod confined;
mod image;
mod makers;
mod people;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};

/// Lines in a file, blank ones not counted. A file is read in one sitting.
const LINES_MAX: usize = 600;

/// Files that are longer, and how long they may be until they are split.
const LONG: &[(&str, usize)] = &[];

/// One file of the repository.
struct Source {
    /// Relative to the repository, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The text without comments, line by line. A `//` within a string cuts too much, but for the
    /// one in an address.
    fn code(&self) -> String {
        let cut = |line: &str| {
            let comment =
                line.match_indices("//").map(|(at, _)| at).find(|&at| !line[..at].ends_with(':'));
            comment.map_or(line, |at| &line[..at]).to_owned() + "\n"
        };
        self.text.lines().map(cut).collect()
    }

    /// The code that is in the program: without the file's own tests.
    fn program(&self) -> String {
        if self.path.ends_with("/tests.rs") {
            return String::new();
        }
        let mut program = self.code();
        while let Some(start) = program.find("#[cfg(test)]\nmod tests {") {
            let length = program[start..].find("\n}\n").map(|at| at + "\n}\n".len());
            program.replace_range(start..length.map_or(program.len(), |length| start + length), "");
        }
        program
    }

    /// The room it belongs to: `store` for `src/store/keeper/log.rs`, `worker` for `src/worker.rs`.
    fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    fn is_within(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below the folders whose name ends so, in order.
fn files(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        walk(&root().join(folder), &mut paths);
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.to_string_lossy();
        if !endings.is_empty() && !endings.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let inside = path.strip_prefix(root()).expect("a path below the repository");
        files.push(Source {
            path: inside.to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(&path).expect("a file that can be read as text"),
        });
    }
    assert!(!files.is_empty(), "nothing found in {folders:?}");
    files
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        if path.is_dir() {
            walk(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    files(&["src"], &[".rs"])
}

/// Fails with all of the findings at once.
fn none(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}

/// Whether a name occurs as a word of its own.
fn names(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        !code[..at].ends_with(is_word) && !code[at + name.len()..].starts_with(is_word)
    })
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent: Vec<_> = files(&["src", "tests"], &[".rs"])
        .into_iter()
        .filter(|file| file.text.lines().count() > 1 && !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect();
    none(&silent, "the first line says what a file is: //!");
}

#[test]
fn no_source_is_too_long_to_be_read_in_one_sitting() {
    let written = |file: &Source| {
        let lines = file.text.lines();
        lines.filter(|line| !line.trim().is_empty()).count()
    };
    let mut long = Vec::new();
    for file in sources() {
        let lines = written(&file);
        let excused = LONG.iter().find(|(path, _)| *path == file.path);
        if lines > excused.map_or(LINES_MAX, |(_, most)| *most) {
            long.push(format!("{}: {lines} lines", file.path));
        } else if excused.is_some() && lines <= LINES_MAX {
            long.push(format!("{}: needs no exception any more", file.path));
        }
    }
    none(&long, "split by meaning");
}

#[test]
fn nothing_is_left_undone_or_switched_off() {
    // Written in halves, so that this file does not find itself.
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
        concat!("#[al", "low("),
        concat!("#[should_", "panic"),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("XX", "X:"),
    ];
    let mut left = Vec::new();
    for file in files(&["src", "tests", "benches"], &[".rs"]) {
        for mark in marks {
            if file.text.contains(mark) {
                left.push(format!("{}: {mark}", file.path));
            }
        }
    }
    none(&left, "finish it, or write down why not in words");
}

#[test]
fn a_span_takes_no_argument_by_itself() {
    let mut open = Vec::new();
    for file in sources() {
        let code = file.code();
        for (at, found) in code.match_indices("instrument") {
            let after: String = code[at + found.len()..]
                .chars()
                .filter(|c| !c.is_whitespace())
                .take("(skip_all".len())
                .collect();
            let is_attribute = code[..at].ends_with("#[") || code[..at].ends_with("#[tracing::");
            if is_attribute && after != "(skip_all" {
                open.push(file.path.clone());
            }
        }
    }
    none(&open, "#[instrument(skip_all, ..)]: what is not skipped ends up in the trace");
}
