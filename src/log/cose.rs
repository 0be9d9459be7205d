//! COSE receipts (RFC 9942): the proof of a `tlog-proof` in CBOR, for those who live in that world.
//!
//! The same tree and the same path. What differs is what the log's key signs: the root of the tree
//! in a `COSE_Sign1` (RFC 9052), detached, so that nobody can check the signature without having
//! walked from the leaf to the root. The two kinds of signed bytes cannot be taken for each other: a
//! checkpoint begins with the log's name, which has no control character, and a `COSE_Sign1`'s
//! signed bytes with 0x84.
//!
//! A root does not say how many leaves it is over, and the proof, which does, is not signed: leaf 8
//! of 9 has a path of the same shape as leaf 1 of 2. So the size stands in the protected header, too,
//! as the subject of the claims, and a receipt where the two differ is none.

use coset::cbor::Value;
use coset::iana::{Algorithm, EnumI64 as _, HeaderParameter};
use coset::{
    CborSerializable as _, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label,
    RegisteredLabelWithPrivate, TaggedCborSerializable as _,
};
use thiserror::Error;

use super::proof::{InclusionProof, PROOF_HASHES_MAX, ProofError};
use super::{
    Fingerprint, Hash, KeyName, LeafIndex, SigningKey, TreeSize, VerifierKey, decimal, leaf_hash,
};

/// A longer receipt is not read. The longest that is made has some 2,700 bytes.
pub const COSE_BYTES_MAX: usize = 16 * 1024;

/// Header parameters of RFC 9942: which structure it is, and the proofs.
const VDS: i64 = 395;
const VDP: i64 = 396;
/// `RFC9162_SHA256`: the tree of RFC 6962 and RFC 9162.
const RFC9162_SHA256: i64 = 1;
/// Proofs of inclusion among the proofs.
const INCLUSION: i64 = -1;
/// Claims `iss` and `sub` of RFC 8392: the log's name, and the size of the tree in decimal.
const ISSUER: i64 = 1;
const SUBJECT: i64 = 2;

/// What is wrong with a COSE receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CoseError {
    /// Too large.
    #[error("a COSE receipt has at most {COSE_BYTES_MAX} bytes")]
    Size,
    /// Not the CBOR that RFC 9942 describes, or more than one proof.
    #[error("not a COSE receipt of inclusion (RFC 9942) for RFC9162_SHA256 and EdDSA")]
    Form,
    /// The leaf is not where the receipt says.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Nobody whom we trust has signed.
    #[error("the receipt is not signed by a key that was given")]
    Unsigned,
    /// The signature does not belong to the root that leaf and path lead to.
    #[error("the signature does not belong to this leaf: leaf, path or signature was changed")]
    Forged,
}

/// Proof that a leaf is in a log, in CBOR.
#[derive(Clone, Debug, PartialEq)]
pub struct CoseReceipt {
    sign1: CoseSign1,
    origin: KeyName,
    key: [u8; 32],
    index: LeafIndex,
    size: TreeSize,
    proof: InclusionProof,
}

impl CoseReceipt {
    /// Signs the root of the tree of a size, and puts the path to it beside. `None` where CBOR
    /// cannot be written, which no memory is short enough for.
    pub fn sign(
        key: &SigningKey,
        index: LeafIndex,
        size: TreeSize,
        root: &Hash,
        proof: InclusionProof,
    ) -> Option<Self> {
        let fingerprint = *Fingerprint::of(&key.verifier()).bytes();
        let issuer = Value::Text(key.name().as_str().to_owned());
        let subject = Value::Text(size.to_string());
        let claims = Value::Map(vec![(ISSUER.into(), issuer), (SUBJECT.into(), subject)]);
        let protected = HeaderBuilder::new()
            .algorithm(Algorithm::EdDSA)
            .key_id(fingerprint.to_vec())
            .value(HeaderParameter::CwtClaims.to_i64(), claims)
            .value(VDS, RFC9162_SHA256.into())
            .build();
        let path = proof.hashes().iter().map(|hash| Value::Bytes(hash.bytes().to_vec()));
        let inclusion = [size.0.into(), index.0.into(), Value::Array(path.collect())];
        let inclusion = Value::Array(inclusion.into()).to_vec().ok()?;
        let proofs = Value::Array(vec![Value::Bytes(inclusion)]);
        let unprotected =
            HeaderBuilder::new().value(VDP, Value::Map(vec![(INCLUSION.into(), proofs)])).build();
        let sign1 = CoseSign1Builder::new()
            .protected(protected)
            .unprotected(unprotected)
            .create_detached_signature(root.bytes(), &[], |bytes| key.sign_bytes(bytes).to_vec())
            .build();
        Some(Self { sign1, origin: key.name().clone(), key: fingerprint, index, size, proof })
    }

    /// The bytes, tagged as `COSE_Sign1` (RFC 9942, 4.3).
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        self.sign1.clone().to_tagged_vec().ok()
    }

    /// Reads a receipt. Nothing is verified by that.
    pub fn parse(bytes: &[u8]) -> Result<Self, CoseError> {
        if bytes.len() > COSE_BYTES_MAX {
            return Err(CoseError::Size);
        }
        let sign1 = CoseSign1::from_tagged_slice(bytes).map_err(|_| CoseError::Form)?;
        let (origin, signed, key) = signer(&sign1).ok_or(CoseError::Form)?;
        let (size, index, path) = inclusion(&sign1.unprotected).ok_or(CoseError::Form)?;
        if size != signed {
            return Err(CoseError::Form);
        }
        let proof = InclusionProof::new(path)?;
        Ok(Self { sign1, origin, key, index, size, proof })
    }

    /// Checks that these are the bytes of the leaf at [`CoseReceipt::index`] of the log that signed,
    /// and gives the root of the tree that vouches for it.
    pub fn verify(&self, leaf: &[u8], keys: &[VerifierKey]) -> Result<Hash, CoseError> {
        let root = self.proof.root(&leaf_hash(leaf), self.index, self.size)?;
        let is_named = |key: &&VerifierKey| {
            *key.name() == self.origin && *Fingerprint::of(key).bytes() == self.key
        };
        let key = keys.iter().find(is_named).ok_or(CoseError::Unsigned)?;
        let signed = |signature: &[u8], bytes: &[u8]| {
            if key.has_signed_bytes(bytes, signature) { Ok(()) } else { Err(CoseError::Forged) }
        };
        self.sign1.verify_detached_signature(root.bytes(), &[], signed)?;
        Ok(root)
    }

    /// The log that is said to have signed.
    pub fn origin(&self) -> &KeyName {
        &self.origin
    }

    /// Where the leaf is said to stand.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// In a tree of this many leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }
}

/// Who is said to have signed, a tree of which size and with which key, where everything else in the
/// protected header is as it must be.
fn signer(sign1: &CoseSign1) -> Option<(KeyName, TreeSize, [u8; 32])> {
    let header = &sign1.protected.header;
    let algorithm = RegisteredLabelWithPrivate::Assigned(Algorithm::EdDSA);
    let is_plain = header.alg == Some(algorithm) && header.crit.is_empty();
    // Verification panics on an attached payload.
    let is_detached = sign1.payload.is_none();
    let vds = value(header, VDS)?.as_integer()?;
    if !is_plain || !is_detached || vds != RFC9162_SHA256.into() {
        return None;
    }
    let claims = value(header, HeaderParameter::CwtClaims.to_i64())?.as_map()?;
    let [(first, issuer), (second, subject)] = claims.as_slice() else { return None };
    if *first != Value::from(ISSUER) || *second != Value::from(SUBJECT) {
        return None;
    }
    let name = KeyName::parse(issuer.as_text()?).ok()?;
    let size = TreeSize(decimal(subject.as_text()?)?);
    Some((name, size, header.key_id.as_slice().try_into().ok()?))
}

/// Size, index and path of the one proof.
fn inclusion(header: &Header) -> Option<(TreeSize, LeafIndex, Vec<Hash>)> {
    let [(kind, proofs)] = value(header, VDP)?.as_map()?.as_slice() else { return None };
    let [proof] = proofs.as_array()?.as_slice() else { return None };
    if *kind != Value::from(INCLUSION) {
        return None;
    }
    let proof = Value::from_slice(proof.as_bytes()?).ok()?;
    let [size, index, path] = proof.as_array()?.as_slice() else { return None };
    // One more than is allowed, so that the proof itself can say that it is too long.
    let path = path.as_array()?.iter().take(PROOF_HASHES_MAX + 1);
    let hash = |value: &Value| value.as_bytes()?.as_slice().try_into().ok().map(Hash::new);
    let number = |value: &Value| u64::try_from(value.as_integer()?).ok();
    let path = path.map(hash).collect::<Option<_>>()?;
    Some((TreeSize(number(size)?), LeafIndex(number(index)?), path))
}

fn value(header: &Header, label: i64) -> Option<&Value> {
    let found = header.rest.iter().find(|(found, _)| *found == Label::Int(label));
    found.map(|(_, value)| value)
}
