//! `sluss log verify` of receipts that persons were given: offline, without configuration or state.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Failure, Output, witnessed};
use crate::domain::{Clock as _, SystemClock};
use crate::export::Trust;
use crate::log::Fingerprint;
use crate::log::quorum::Policy;
use crate::subject::{FILE_BYTES_MAX, PersonalReceipt, Proved};

/// A folder with more files is not gone through.
const FILES_MAX: usize = 100_000;

/// Whether this is a receipt, or a folder that holds some.
pub(super) fn are_at(path: &Path) -> bool {
    let is_one = |path: &Path| read(path).is_ok_and(|file| PersonalReceipt::is_named_in(&file));
    if path.is_dir() {
        files(path).is_ok_and(|files| files.iter().any(|one| is_one(one)))
    } else {
        is_one(path)
    }
}

/// Verifies one, or all of a folder: with the key that was given, or the one in the receipt that has
/// the fingerprint that was given, or else with the receipt's own.
pub(super) fn verify(
    path: &Path,
    trust: &Trust,
    policy: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let policy = policy.map(witnessed::policy).transpose()?;
    let paths = if path.is_dir() { files(path)? } else { vec![path.to_owned()] };
    let (mut told, mut refused) = (Vec::new(), 0);
    for path in &paths {
        let file = read(path)?;
        if paths.len() > 1 && !PersonalReceipt::is_named_in(&file) {
            continue;
        }
        let verified = PersonalReceipt::parse(&file)
            .and_then(|receipt| match trust {
                Trust::Folder => receipt.verify(None),
                Trust::Keys(keys) => receipt.verify(Some(keys)),
                Trust::Fingerprint(printed) => {
                    let mut named = receipt.keys()?;
                    named.retain(|key| Fingerprint::of(key) == *printed);
                    receipt.verify(Some(&named))
                }
            })
            .map_err(|fault| fault.to_string())
            .and_then(|proved| match &policy {
                None => Ok(proved),
                Some(policy) => vouched(proved, policy),
            });
        refused += usize::from(verified.is_err());
        print(path, &verified, output);
        told.push(data(path, &verified));
    }
    output.data(&json!({ "receipts": told, "refused": refused }));
    if refused == 0 { Ok(()) } else { Err(Failure::Said) }
}

/// The same, where a quorum of witnesses has cosigned the head of the log in it.
fn vouched(proved: Proved, policy: &Policy) -> Result<Proved, String> {
    match policy.verify_with(&proved.note, &proved.keys, SystemClock.now()) {
        Ok(_) => Ok(proved),
        Err(error) => Err(error.to_string()),
    }
}

fn print(path: &Path, verified: &Result<Proved, String>, output: &Output) {
    match verified {
        Err(fault) => output.line(format!("{}: REFUSED: {fault}", path.display())),
        Ok(proved) => {
            output.line(format!("{}: proved", path.display()));
            for line in proved.lines(true) {
                output.line(format!("  {line}"));
            }
            output.line(if proved.trusted {
                "  Underskriften är gjord med den nyckel som angavs."
            } else {
                "  Underskriften är gjord med nyckeln i filen. Jämför den med den publicerade, eller \
                 ange den med --key eller --fingerprint: en nyckel i en fil kan vem som helst ha \
                 skrivit dit."
            });
        }
    }
}

fn data(path: &Path, verified: &Result<Proved, String>) -> Value {
    match verified {
        Err(fault) => json!({
            "file": path.display().to_string(), "proved": false, "fault": fault,
        }),
        Ok(proved) => json!({
            "file": path.display().to_string(),
            "proved": true,
            "keyGiven": proved.trusted,
            "origin": proved.checkpoint.origin.as_str(),
            "index": proved.index.0,
            "size": proved.checkpoint.size.0,
            "at": proved.leaf.at.rfc3339(),
            "kind": proved.leaf.event.kind().as_str(),
            "recipient": proved.intent().map(|intent| intent.recipient.legal_name.as_str()),
            "purpose": proved.intent().map(|intent| intent.purpose.as_str()),
            "opened": proved.opened.keys().map(|field| field.as_str()).collect::<Vec<_>>(),
            "outcome": proved.outcome.as_ref().map(|outcome| outcome.result.as_str()),
        }),
    }
}

/// The files of a folder that may be receipts, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::io(format!("{} cannot be read", folder.display()), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)?.take(FILES_MAX) {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::io(format!("{} cannot be read", path.display()), error);
    let mut file = Vec::new();
    let most = FILE_BYTES_MAX as u64 + 1;
    fs::File::open(path).map_err(failed)?.take(most).read_to_end(&mut file).map_err(failed)?;
    Ok(file)
}
