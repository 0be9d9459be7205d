//! Receipts: a file that proves by itself that a leaf is in the log, as in C2SP `tlog-proof`.
//!
//! It holds the leaf's index, the siblings up to the root and the signed checkpoint; the leaf itself
//! and the keys come from elsewhere, or it would vouch for itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::note::{NOTE_BYTES_MAX, Note, VerifierKey};
use super::proof::{InclusionProof, PROOF_HASHES_MAX, ProofError};
use super::{Checkpoint, CheckpointError, Hash, LeafIndex, decimal, leaf_hash};

/// How many bytes of extra data a receipt may carry.
pub const EXTRA_BYTES_MAX: usize = 16 * 1024;

/// A longer receipt is not read.
pub const RECEIPT_BYTES_MAX: usize = NOTE_BYTES_MAX + 2 * EXTRA_BYTES_MAX;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// Too large.
    #[error("a receipt has at most {RECEIPT_BYTES_MAX} bytes, {EXTRA_BYTES_MAX} of them extra")]
    Size,
    /// A line is not what it should be.
    #[error("not a receipt in the format {FIRST_LINE}")]
    Form,
    /// The checkpoint cannot be read, or does not verify.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is good, but the leaf is not where the receipt says.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Proof that a leaf is in a log, good offline and for ever. `Display` gives its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    index: LeafIndex,
    proof: InclusionProof,
    checkpoint: Note,
    extra: Option<Vec<u8>>,
}

impl Receipt {
    /// Puts one together. The proof must be for the checkpoint's size.
    pub fn new(index: LeafIndex, proof: InclusionProof, checkpoint: Note) -> Self {
        Self { index, proof, checkpoint, extra: None }
    }

    /// Adds data for the reader's use. Nothing vouches for it.
    pub fn with_extra(mut self, extra: Vec<u8>) -> Result<Self, ReceiptError> {
        if extra.len() > EXTRA_BYTES_MAX {
            return Err(ReceiptError::Size);
        }
        self.extra = Some(extra);
        Ok(self)
    }

    /// Reads a receipt's text. Nothing is verified by that.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::Size);
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ReceiptError::Form)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ReceiptError::Form);
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(extra).transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(decimal).map(LeafIndex).ok_or(ReceiptError::Form)?;
        // One more than is allowed, so that the proof itself can say that it is too long.
        let hashes = lines.take(PROOF_HASHES_MAX + 1).map(Hash::parse_base64);
        let hashes = hashes.collect::<Option<_>>().ok_or(ReceiptError::Form)?;
        let proof = InclusionProof::new(hashes)?;
        let checkpoint = Note::parse(checkpoint).map_err(CheckpointError::from)?;
        Ok(Self { index, proof, checkpoint, extra })
    }

    /// Checks that these are the bytes of the leaf at [`Receipt::index`] of the log that signed,
    /// and says which head of the log vouches for it.
    pub fn verify(&self, leaf: &[u8], keys: &[VerifierKey]) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        self.proof.verify(&leaf_hash(leaf), self.index, checkpoint.size, &checkpoint.root)?;
        Ok(checkpoint)
    }

    /// Where the leaf is said to stand.
    pub fn index(&self) -> LeafIndex {
        self.index
    }

    /// The siblings up to the root.
    pub fn proof(&self) -> &InclusionProof {
        &self.proof
    }

    /// The signed checkpoint, before it is verified.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// Data that came along. Nothing vouches for it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.hashes().iter().try_for_each(|hash| writeln!(f, "{}", hash.base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

fn extra(line: &str) -> Result<Vec<u8>, ReceiptError> {
    let bytes = line.strip_prefix("extra ").and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.ok_or(ReceiptError::Form)?;
    if bytes.len() > EXTRA_BYTES_MAX { Err(ReceiptError::Size) } else { Ok(bytes) }
}
