//! Checkpoints: a log's signed word on its size and root, as in C2SP `tlog-checkpoint`.
//!
//! Extension lines are neither written nor read: nobody could audit what stands in them.

use std::fmt;

use thiserror::Error;

use super::note::{KeyName, Note, NoteError, SigningKey, VerifierKey};
use super::{Hash, TreeSize, decimal};

/// What is wrong with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note cannot be read, or does not verify.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not origin, size and root on a line each.
    #[error("a checkpoint has three lines: origin, size, root in base64")]
    Form,
    /// Somebody has signed it, but not the log whose origin it names.
    #[error("the checkpoint is not signed by the log that it names")]
    Origin,
}

/// The head of a log: whoever signs it vouches for every leaf before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log; also the name of its key.
    pub origin: KeyName,
    /// How many leaves it has.
    pub size: TreeSize,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint, without signatures.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Form)?.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Form);
        };
        Ok(Self {
            origin: KeyName::parse(origin).map_err(|_| CheckpointError::Form)?,
            size: TreeSize(decimal(size).ok_or(CheckpointError::Form)?),
            root: Hash::parse_base64(root).ok_or(CheckpointError::Form)?,
        })
    }

    /// Signs it. The key must be the log's own: its name is the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, CheckpointError> {
        if *key.name() != self.origin {
            return Err(CheckpointError::Origin);
        }
        Ok(key.sign(&self.to_string())?)
    }

    /// Reads a signed checkpoint. One of the keys must be the log's own and must have signed; a
    /// witness's signature alone does not make a checkpoint.
    pub fn open(note: &Note, keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        let (text, signers) = note.verify(keys)?;
        let checkpoint = Self::parse(text)?;
        if signers.iter().any(|key| *key.name() == checkpoint.origin) {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin)
        }
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.base64())
    }
}
