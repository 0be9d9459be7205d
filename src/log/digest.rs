//! Commitments to personal values: what a leaf holds in their place.
//!
//! A digest is that of RFC 9901 (SD-JWT), so that software which is not ours can check an opening.
//! Its salt is derived from the subject's key, the leaf and the field: opening one field opens
//! nothing else, two leaves about one person share nothing, and without the key a value cannot even
//! be guessed and tried. Destroying the key on erasure therefore cuts the link to every leaf.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::sha256;
use crate::domain::LeafId;

/// Keeps these salts apart from whatever else may be derived from a subject's key.
const SALT_LABEL: &[u8] = b"dlog/v1";

/// A longer disclosure is not read: it would hold more than any field of a case.
pub const DISCLOSURE_BYTES_MAX: usize = 256 * 1024;

/// The secret of one data subject. It cannot be printed, compared or copied, and its memory is
/// overwritten in the end.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SubjectKey([u8; 32]);

impl SubjectKey {
    /// From 32 random bytes. Whoever passes them in overwrites its own copy.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// A key for another use than salting, whose label must not begin as those of salts do.
    pub(crate) fn derive(&self, usage: &[u8]) -> Zeroizing<[u8; 32]> {
        assert!(!usage.starts_with(SALT_LABEL), "salts are derived by digesting");
        let mut key = Zeroizing::new([0; 32]);
        let derived = Hkdf::<Sha256>::new(None, &self.0).expand(usage, &mut *key);
        assert!(derived.is_ok(), "HKDF-SHA256 gives 32 bytes");
        key
    }

    fn salt(&self, leaf: LeafId, name: &str) -> Zeroizing<[u8; 32]> {
        let mut salt = Zeroizing::new([0; 32]);
        // Label and id have a fixed length, so that no two (leaf, name) give the same bytes.
        let info: [&[u8]; 3] = [SALT_LABEL, leaf.bytes(), name.as_bytes()];
        // Fails above 8160 bytes only, and a failure would leave a salt that anybody knows.
        let derived = Hkdf::<Sha256>::new(None, &self.0).expand_multi_info(&info, &mut *salt);
        assert!(derived.is_ok(), "HKDF-SHA256 gives 32 bytes");
        salt
    }
}

/// What a leaf holds in place of a value: 32 bytes in base64url.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldDigest(String);

impl FieldDigest {
    /// Reads a digest as it stands in a leaf.
    pub fn parse(text: &str) -> Option<Self> {
        // 43 characters is what 32 bytes take, in one form only.
        let fits = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    /// As it stands in a leaf.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Commits to a value. The same arguments give the same digest.
pub fn digest(key: &SubjectKey, leaf: LeafId, name: &str, value: &str) -> FieldDigest {
    open(key, leaf, name, value).digest()
}

/// Makes what opens one digest of one leaf, and nothing else.
pub fn open(key: &SubjectKey, leaf: LeafId, name: &str, value: &str) -> Opening {
    let salt = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.salt(leaf, name)));
    let array = serde_json::Value::from(vec![salt.as_str(), name, value]);
    let array = Zeroizing::new(array.to_string());
    Opening(Zeroizing::new(URL_SAFE_NO_PAD.encode(array.as_str())))
}

/// Why a text opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpeningError {
    /// Not base64url of an array of salt, name and value.
    #[error("an opening is base64url of a JSON array of salt, name and value")]
    Form,
}

/// Salt, name and value of one digest: the *disclosure* of RFC 9901. It holds the value, so it is
/// for the person concerned and for whoever is to be shown this one field. It cannot be printed.
pub struct Opening(Zeroizing<String>);

impl Opening {
    /// Reads what [`Opening::disclosure`] gave.
    pub fn parse(disclosure: &str) -> Result<Self, OpeningError> {
        if disclosure.len() > DISCLOSURE_BYTES_MAX {
            return Err(OpeningError::Form);
        }
        let opening = Self(Zeroizing::new(disclosure.to_owned()));
        opening.members().map(|_| opening).ok_or(OpeningError::Form)
    }

    /// The text to hand over.
    pub fn disclosure(&self) -> &str {
        &self.0
    }

    /// The digest that it opens.
    pub fn digest(&self) -> FieldDigest {
        FieldDigest(URL_SAFE_NO_PAD.encode(sha256(&[self.0.as_bytes()])))
    }

    /// Whether it opens this digest.
    pub fn matches(&self, digest: &FieldDigest) -> bool {
        self.digest() == *digest
    }

    /// Which field it opens, and what was disclosed.
    pub fn name_and_value(&self) -> (Zeroizing<String>, Zeroizing<String>) {
        let [_, name, value] = self.members().unwrap_or_default();
        (Zeroizing::new(name), Zeroizing::new(value))
    }

    fn members(&self) -> Option<[String; 3]> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(self.0.as_str()).ok()?);
        serde_json::from_slice(&bytes).ok()
    }
}
