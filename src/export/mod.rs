//! The log as a folder that an auditor takes along: written from the store, verified without it.
//!
//! ```text
//! checkpoint               the log's word on size and root, with every signature line; written last
//! verifier-keys            a key per line; compare their fingerprints with what you have on paper
//! tile/<L>/<N>             hashes of the tree, 256 in a file            C2SP tlog-tiles
//! tile/entries/<N>         the leaves themselves, 256 in a file         C2SP tlog-tiles
//! checkpoints/<size>       earlier checkpoints: of earlier exports, one for each full bundle, and
//!                          those that witnesses have cosigned
//! policies/<SHA-256>.json  the rules that decided, as hashed
//! witness-policy           whose cosignatures the log asks for, where it asks for any
//! README.md                all this in plain Swedish and English
//! ```
//!
//! [`write()`] needs the store, [`verify()`] only the folder: no configuration, no state, no network.

mod folder;
pub mod read;
mod text;
mod verify;
mod witnessed;
mod write;

pub use folder::FolderError;
pub use verify::{FileFault, FileWhat, Report, Trust, VerifyError, verify};
pub use witnessed::witnessed;
pub use write::{Exported, WriteError, write};

/// The signed head of the log. While it is not there, the export is not complete.
const CHECKPOINT: &str = "checkpoint";
/// The first file that is written: by it the folder is known again.
const KEYS: &str = "verifier-keys";
const CHECKPOINTS: &str = "checkpoints";
const POLICIES: &str = "policies";
const WITNESS_POLICY: &str = "witness-policy";
const README: &str = "README.md";

/// The longest text file that is read: a note's bound, and far more than the others need.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The longest policy that is read.
const POLICY_BYTES_MAX: usize = 4 * 1024 * 1024;
