//! What a witness is asked and what it answers, as in C2SP `tlog-witness`: the request's bytes, and
//! the decision as a step from the checkpoint it cosigned last to the next one.
//!
//! Pure: writing the step down before answering, and only one step at a time, is the server's part.

use std::fmt;

use thiserror::Error;

use super::note::{NOTE_BYTES_MAX, Note, NoteError, VerifierKey};
use super::tree::empty_root;
use super::{
    Checkpoint, CheckpointError, ConsistencyProof, Hash, KeyName, ProofError, TreeSize, decimal,
};

/// A request has at most so many lines of proof (`tlog-witness`): no tree of 2^63 leaves needs more.
pub const REQUEST_HASHES_MAX: usize = 63;

/// A longer request is not read: the proof's lines, the note, and the line of the old size.
pub const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 64 * 45 + 64;

/// What is wrong with the bytes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// Too long, or with too many lines of proof.
    #[error("a request has at most {REQUEST_BYTES_MAX} bytes and {REQUEST_HASHES_MAX} hashes")]
    Size,
    /// Not an old size, lines of hashes, an empty line and a checkpoint.
    #[error("a request is `old` and a size, a hash in base64 a line, an empty line, a checkpoint")]
    Form,
    /// What stands in the place of the checkpoint is no signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Signed or not, it is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// `add-checkpoint`: asks a witness to cosign, and proves that the log has only grown since the
/// checkpoint of the old size. `Display` gives its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: TreeSize,
    proof: ConsistencyProof,
    note: Note,
    /// What the note says, before anybody has vouched for it.
    claimed: Checkpoint,
}

impl AddCheckpoint {
    /// Puts one together. The proof is from the old size to the checkpoint's.
    pub fn new(old: TreeSize, proof: ConsistencyProof, note: Note) -> Result<Self, RequestError> {
        if proof.hashes().len() > REQUEST_HASHES_MAX {
            return Err(RequestError::Size);
        }
        let claimed = Checkpoint::parse(note.unverified_text())?;
        Ok(Self { old, proof, note, claimed })
    }

    /// Reads one. Nothing is verified by that.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        if text.len() > REQUEST_BYTES_MAX {
            return Err(RequestError::Size);
        }
        let (head, note) = text.split_once("\n\n").ok_or(RequestError::Form)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old = TreeSize(old.ok_or(RequestError::Form)?);
        // One more than is allowed is enough to know that there are too many.
        let lines: Vec<&str> = lines.take(REQUEST_HASHES_MAX + 1).collect();
        if lines.len() > REQUEST_HASHES_MAX {
            return Err(RequestError::Size);
        }
        let hashes =
            lines.into_iter().map(|line| Hash::parse_base64(line).ok_or(RequestError::Form));
        let proof = ConsistencyProof::new(hashes.collect::<Result<_, _>>()?);
        Self::new(old, proof.map_err(|_| RequestError::Size)?, Note::parse(note)?)
    }

    /// The log that is said to have signed.
    pub fn origin(&self) -> &KeyName {
        &self.claimed.origin
    }

    /// The checkpoint's size, before it is verified.
    pub fn claimed_size(&self) -> TreeSize {
        self.claimed.size
    }

    /// The size that the proof begins at.
    pub fn old(&self) -> TreeSize {
        self.old
    }

    /// The signed checkpoint.
    pub fn note(&self) -> &Note {
        &self.note
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.hashes().iter().try_for_each(|hash| writeln!(f, "{}", hash.base64()))?;
        write!(f, "\n{}", self.note)
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The witness does not follow this log.
    #[error("this witness does not follow a log of that origin")]
    UnknownLog,
    /// No key that the witness trusts for this log has signed, or a signature of one does not hold.
    #[error("the checkpoint is not signed by a key that is trusted for its origin")]
    Unsigned,
    /// The old tree is said to be the larger one.
    #[error("the old size is above the size of the checkpoint")]
    Order,
    /// The proof does not begin where this witness stands. Asking anew from there may help.
    #[error("the latest checkpoint that was cosigned here has {latest} leaves")]
    Stale {
        /// The size of the checkpoint that was cosigned last; 0 where there is none.
        latest: TreeSize,
    },
    /// Two roots of one size, both signed by the log: it shows two histories.
    #[error("another root was cosigned for this size: the log has been forked")]
    Fork,
    /// The proof does not show that the log has only grown.
    #[error("the log is not shown to have only grown: {0}")]
    Unproved(ProofError),
}

impl Refusal {
    /// The HTTP status that says so. A fork answers 422 and not 409, as the editor's draft and other
    /// witnesses do: 409 asks to come again, and here nothing is to be gained by that.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(_) | Self::Order => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Stale { .. } => 409,
            Self::Fork | Self::Unproved(_) => 422,
        }
    }

    /// Whether the request is signed by the log and speaks against it: worth keeping.
    pub const fn is_evidence(&self) -> bool {
        matches!(self, Self::Fork | Self::Unproved(_))
    }
}

/// Decides on a request: from the checkpoint that was cosigned last for this log (`None`: there is
/// none yet) to the one that may be cosigned now. The keys are those trusted for its origin; none
/// means that the log is not known.
///
/// The checks stand in the order of the standard, so that an answer tells no more than it must.
pub fn consider(
    latest: Option<&Checkpoint>,
    keys: &[VerifierKey],
    request: &AddCheckpoint,
) -> Result<Checkpoint, Refusal> {
    if keys.is_empty() {
        return Err(Refusal::UnknownLog);
    }
    let new = Checkpoint::open(&request.note, keys).map_err(|_| Refusal::Unsigned)?;
    if request.old > new.size {
        return Err(Refusal::Order);
    }
    let (size, root) = latest.map_or((TreeSize(0), empty_root()), |last| (last.size, last.root));
    if request.old != size {
        return Err(Refusal::Stale { latest: size });
    }
    if latest.is_some_and(|last| last.size == new.size && last.root != new.root) {
        return Err(Refusal::Fork);
    }
    request.proof.verify(size, &root, new.size, &new.root).map_err(Refusal::Unproved)?;
    Ok(new)
}
