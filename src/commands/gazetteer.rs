//! `sluss gazetteer build`, and the loading of what it built: the words that the free-text guard
//! goes by beside its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, Output};
use crate::config::Config;
use crate::guard::gazetteer::{self, Gazetteer, NAME, WORD};
use crate::guard::{Lexicon, hunspell};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compile a dictionary, and lists of names and words, into one file for guard.gazetteer
    Build(Arguments),
}

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder with the Swedish dictionary, as Debian's hunspell-sv installs it
    #[arg(long, value_name = "DIR", default_value = "/usr/share/hunspell")]
    hunspell_dir: PathBuf,
    /// More names: one a line, what stands behind a comma or a tab is not read
    #[arg(long, value_name = "FILE")]
    names: Vec<PathBuf>,
    /// More ordinary words: one a line
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
}

pub(super) fn run(command: Command, output: &Output) -> Result<(), Failure> {
    let Command::Build(arguments) = command;
    let folder = &arguments.hunspell_dir;
    let affixes = read(&folder.join("sv_SE.aff"))?;
    let dictionary = read(&folder.join("sv_SE.dic"))?;
    let mut words = hunspell::words(&affixes, &dictionary)
        .map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    let mut sources = vec![
        "sv_SE.dic and sv_SE.aff of hunspell-sv (Den stora svenska ordlistan), LGPL-3".to_owned(),
    ];
    for (files, bit, what) in
        [(arguments.names.as_slice(), NAME, "names"), (arguments.words.as_slice(), WORD, "words")]
    {
        for file in files {
            let listed = list(&read(file)?, bit, &mut words);
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            sources.push(format!("{name}, {listed} {what}, under the terms of whoever made it"));
        }
    }
    let bytes = gazetteer::write(&words, &sources).map_err(|e| Failure::Usage(e.to_string()))?;
    // Beside it and then in its place: a reader never sees half a file.
    let partial = arguments.out.with_extension("partial");
    let written = fs::write(&partial, &bytes).and_then(|()| fs::rename(&partial, &arguments.out));
    let out = arguments.out.display();
    written.map_err(|error| Failure::io(format!("{out} cannot be written"), error))?;
    output.line(format!("{out}: {} words, {} bytes", words.len(), bytes.len()));
    for source in &sources {
        output.line(format!("  from {source}"));
    }
    output.data(&json!({
        "file": arguments.out, "words": words.len(), "bytes": bytes.len(), "sources": sources,
    }));
    Ok(())
}

/// Loads what the configuration names; from then on every text is read with it. Says in one line
/// what the guard goes by.
pub(super) fn install(config: &Config) -> Result<String, Failure> {
    let Some(path) = &config.gazetteer else {
        return Ok(
            "guard: built-in words alone, so that more is masked; see guard.gazetteer".into()
        );
    };
    let gazetteer = load(path)?;
    let told = format!("guard: {} words of {}", gazetteer.len(), path.display());
    Lexicon::new(gazetteer).install();
    Ok(told)
}

fn load(path: &Path) -> Result<Gazetteer, Failure> {
    let bytes = fs::read(path).map_err(|error| {
        Failure::io(format!("guard.gazetteer: {} cannot be read", path.display()), error)
    })?;
    Gazetteer::from_bytes(bytes)
        .map_err(|error| Failure::Usage(format!("guard.gazetteer: {}: {error}", path.display())))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::io(format!("{} cannot be read", path.display()), error))
}

/// Adds the first column of a list; how many there were.
fn list(text: &str, bit: u64, words: &mut BTreeMap<String, u64>) -> usize {
    let mut count = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let word = line.split([',', '\t', ';']).next().unwrap_or_default().trim().to_lowercase();
        if !word.chars().any(char::is_alphabetic) {
            continue;
        }
        count += 1;
        for part in word.split(|c: char| !c.is_alphabetic() && c != '\'') {
            if part.chars().count() > 1 {
                *words.entry(part.to_owned()).or_default() |= bit;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_name_a_line() {
        let mut words = BTreeMap::new();
        assert_eq!(list("# who\nAnna-Lisa,42\nÅsa\t7\n1\n", NAME, &mut words), 2);
        assert_eq!(words.into_keys().collect::<Vec<_>>(), ["anna", "lisa", "åsa"]);
    }
}
