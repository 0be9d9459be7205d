//! `sluss log verify` of receipts that persons were given: offline, without configuration or state.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Failure, Output};
use crate::log::VerifierKey;
use crate::subject::{FILE_BYTES_MAX, PersonalReceipt, Proved, ReceiptFault};

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

/// Verifies one, or all of a folder; with the key that was given on paper, or with the receipt's own.
pub(super) fn verify(path: &Path, key: Option<&str>, output: &Output) -> Result<(), Failure> {
    let key = key.map(VerifierKey::parse).transpose();
    let keys = key.map_err(|error| Failure::Usage(format!("--key: {error}")))?.map(|key| vec![key]);
    let paths = if path.is_dir() { files(path)? } else { vec![path.to_owned()] };
    let (mut told, mut refused) = (Vec::new(), 0);
    for path in &paths {
        let file = read(path)?;
        if paths.len() > 1 && !PersonalReceipt::is_named_in(&file) {
            continue;
        }
        let verified =
            PersonalReceipt::parse(&file).and_then(|receipt| receipt.verify(keys.as_deref()));
        refused += usize::from(verified.is_err());
        print(path, &verified, output);
        told.push(data(path, &verified));
    }
    output.data(&json!({ "receipts": told, "refused": refused }));
    if refused == 0 { Ok(()) } else { Err(Failure::Said) }
}

fn print(path: &Path, verified: &Result<Proved, ReceiptFault>, output: &Output) {
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
                 ange den med --key: en nyckel i en fil kan vem som helst ha skrivit dit."
            });
        }
    }
}

fn data(path: &Path, verified: &Result<Proved, ReceiptFault>) -> Value {
    match verified {
        Err(fault) => json!({
            "file": path.display().to_string(), "proved": false, "fault": fault.to_string(),
        }),
        Ok(proved) => json!({
            "file": path.display().to_string(),
            "proved": true,
            "keyGiven": proved.trusted,
            "origin": proved.checkpoint.origin.as_str(),
            "index": proved.index.0,
            "size": proved.checkpoint.size.0,
            "at": proved.leaf.at.rfc3339(),
            "recipient": proved.intent().recipient.legal_name,
            "purpose": proved.intent().purpose.as_str(),
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
