//! The disclosure log as arithmetic: leaves, tree, proofs, signed checkpoints and receipts.
//!
//! Everything in this room is pure. It opens no file, no socket and no database and asks no clock,
//! so an auditor's program can use it alone. Where leaves are kept and how they come to be durable
//! is the store's business.
//!
//! ```text
//! Leaf ─ to_bytes ─► canonical JSON ─ leaf_hash ─► Frontier ─ root ─► Checkpoint ─ sign ─► Note
//!                                                      │
//!                       Nodes (what the store kept) ───┴─► InclusionProof, ConsistencyProof, Receipt
//! ```
//!
//! Formats: RFC 6962 tree hashing with SHA-256, RFC 8785 for the bytes of a leaf, RFC 9901 digests
//! for what a leaf commits to, and C2SP `signed-note`, `tlog-checkpoint`, `tlog-proof` and
//! `tlog-tiles`; RFC 9942 for a receipt in CBOR; who else must vouch for a checkpoint,
//! `tlog-cosignature`, `tlog-witness` and `tlog-policy`.

pub mod bundle;
pub mod canonical;
pub mod checkpoint;
pub mod condition;
pub mod cose;
pub mod cosignature;
pub mod digest;
pub mod event;
pub mod facets;
pub mod fingerprint;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod quorum;
pub mod receipt;
pub mod registry;
pub mod tile;
pub mod tree;
pub mod verify;
pub mod witness;

mod scan;
mod wire;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use canonical::CanonicalError;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use condition::ConditionName;
pub use cose::{CoseError, CoseReceipt};
pub use cosignature::{CosigningKey, WitnessKey};
pub use digest::{FieldDigest, Opening, SubjectKey};
pub use event::{
    Anchor, Code, Erasure, ErasureReason, Event, Intent, KeyChange, KeyInForce, Kind, Outcome,
    OutcomeResult, Read, Release, Resume, Role, Stopped,
};
pub use facets::{Facets, Filter, Kinds};
pub use fingerprint::Fingerprint;
pub use leaf::{Draft, LEAF_BYTES_MAX, Leaf, LeafError};
pub use note::{KeyError, KeyName, Note, NoteError, SignatureLine, SigningKey, VerifierKey};
pub use proof::{
    ConsistencyProof, InclusionProof, MakeError, ProofError, consistency, inclusion, root_at,
};
pub use quorum::{MemberName, PolicyError, PolicyFault, PolicyWitness, QuorumError, Witnessed};
pub use receipt::{Receipt, ReceiptError};
pub use registry::{AgreementRecord, PolicyInForce, RecipientRecord, RegistryEntry};
pub use tile::{PathNumber, Tile, TileOf, Tiler};
pub use tree::{Frontier, Node, Nodes, empty_root, leaf_hash, node_hash};
pub use verify::{Fault, Report, Seen, Verifier, What};
pub use witness::{AddCheckpoint, Refusal, RequestError};

/// Where a leaf stands in the log, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeafIndex(pub u64);

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many leaves a tree has. The tree of size *n* holds the leaves 0 to *n* - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeSize(pub u64);

impl TreeSize {
    /// Whether a leaf is in a tree of this size.
    pub const fn holds(self, index: LeafIndex) -> bool {
        index.0 < self.0
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A SHA-256 hash: of a leaf, of an inner node, or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// From the bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 lower-case hexadecimal digits, as in a leaf.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 || digits.iter().any(|d| !matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// In base64 with padding, as in checkpoints and proofs.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads base64 with padding; each hash has one form only.
    pub fn parse_base64(text: &str) -> Option<Self> {
        // 44 characters is what 32 bytes take: nothing longer is even looked at.
        let bytes = (text.len() == 44).then(|| STANDARD.decode(text).ok())??;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// SHA-256 over the parts in a row.
fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into()
}

/// Reads a decimal number in its one form: digits only, no leading zero.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    (plain && shortest).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_text_in_each_notation() {
        let hash = Hash::new(sha256(&[b"a", b"bc"]));
        assert_eq!(
            hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Hash::parse(&hash.to_string()), Some(hash));
        assert_eq!(Hash::parse(&hash.to_string().to_uppercase()), None);
        assert_eq!(Hash::parse_base64(&hash.base64()), Some(hash));
        assert_eq!(Hash::parse_base64(hash.base64().trim_end_matches('=')), None);
    }

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for text in ["", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }
}
