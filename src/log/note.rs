//! Signed notes: text with signature lines under it, as in C2SP `signed-note`.
//!
//! Ed25519 keys only (type 0x01; a witness's, type 0x04, are in [`super::cosignature`]). Lines of keys
//! we do not know are kept and ignored, so that other algorithms and witnesses can sign beside us.
//! Text is not to be used before [`Note::verify`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use thiserror::Error;

use super::sha256;

/// A longer note is not read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// A note with more signatures is not read. The standard asks for room for sixteen at least.
pub const SIGNATURES_MAX: usize = 32;

/// Ed25519 over the note's text, as C2SP numbers its algorithms.
const ED25519: u8 = 0x01;

/// What opens a signature line: em dash and space.
const LINE_START: &str = "\u{2014} ";

/// What is wrong with a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The name is empty, too long, or has a space, a plus or a control character.
    #[error(
        "a key name has 1 to {} bytes without space, plus or control character",
        KeyName::BYTES_MAX
    )]
    Name,
    /// Not of the form name, key id and key.
    #[error("a verifier key is written <name>+<8 hexadecimal digits>+<base64>")]
    Form,
    /// Not Ed25519, or a log's key where a witness's is asked for, or the other way round.
    #[error(
        "the key is of another type: a log's is Ed25519 (0x01), a witness's cosignature/v1 (0x04)"
    )]
    Algorithm,
    /// The key id is not that of the name and the key: one of the three was changed.
    #[error("the key id does not belong to this name and key")]
    Id,
    /// Not a point on the curve, not in its one form, or one under which anything verifies.
    #[error("the public key is not usable")]
    Weak,
}

/// What is wrong with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Too large, or with too many signatures.
    #[error("a note has at most {NOTE_BYTES_MAX} bytes and {SIGNATURES_MAX} signatures")]
    Size,
    /// The text is empty, does not end with a newline, or has a control character.
    #[error("the text of a note ends with a newline and has no other control characters")]
    Text,
    /// No signature lines, or one that is none.
    #[error("the text of a note is followed by an empty line and by signature lines")]
    Signatures,
    /// Nobody whom we trust has signed.
    #[error("none of the signatures is by a key that was given")]
    Unsigned,
    /// A signature of a known key does not belong to the text: one of the two was changed.
    #[error("a signature does not belong to the text")]
    Forged,
}

/// Names a key, and with it a log or a witness. For a log it is also the origin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The most bytes it may have.
    pub const BYTES_MAX: usize = 200;

    /// Reads a name, such as `log.example.se/disclosures/2026`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        let bounded = (1..=Self::BYTES_MAX).contains(&text.len());
        if bounded && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError::Name)
        }
    }

    /// As it stands in notes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that signs. It cannot be printed or copied, and its memory is overwritten in the end.
pub struct SigningKey {
    name: KeyName,
    // Overwrites itself when dropped.
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// From the 32 secret bytes of RFC 8032. Whoever passes them in overwrites its own copy.
    pub fn new(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// Signs a text that ends with a newline.
    pub fn sign(&self, text: &str) -> Result<Note, NoteError> {
        check_text(text)?;
        let mut note = Note { text: text.to_owned(), signatures: Vec::new() };
        note.add(self.line(text))?;
        Ok(note)
    }

    /// Signs a note beside those who have signed it, as when one key takes over from another.
    pub fn sign_beside(&self, note: &mut Note) -> Result<(), NoteError> {
        let line = self.line(&note.text);
        note.add(line)
    }

    /// Signs bytes that are no note and cannot be taken for one.
    pub(super) fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    fn line(&self, text: &str) -> SignatureLine {
        SignatureLine {
            name: self.name.clone(),
            id: key_id(&self.name, ED25519, self.key.verifying_key().as_bytes()),
            signature: self.sign_bytes(text.as_bytes()).to_vec(),
        }
    }
}

/// The public half of a [`SigningKey`], with the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: KeyName, key: VerifyingKey) -> Self {
        Self { id: key_id(&name, ED25519, key.as_bytes()), name, key }
    }

    /// Reads `<name>+<key id>+<base64 of type and key>`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, key) = parse_key(text, ED25519)?;
        Ok(Self::new(name, key))
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id, which stands in signature lines. It is short and says nothing about who has
    /// signed; the signature does.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The public key itself (RFC 8032). Names and ids may differ for one key.
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether a line says that it is of this key.
    pub fn is_named_in(&self, line: &SignatureLine) -> bool {
        self.id == line.id && self.name == line.name
    }

    fn has_signed(&self, text: &str, line: &SignatureLine) -> bool {
        self.has_signed_bytes(text.as_bytes(), &line.signature)
    }

    /// Whether this is the key's signature of these bytes.
    pub(super) fn has_signed_bytes(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.name, ED25519, self.key.as_bytes())
    }
}

/// One signature under a note, perhaps of an algorithm that we do not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    name: KeyName,
    id: u32,
    signature: Vec<u8>,
}

impl SignatureLine {
    /// Reads one line, without its newline, as a witness sends it.
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let parts = line.strip_prefix(LINE_START).and_then(|rest| rest.split_once(' '));
        let (name, signature) = parts.ok_or(NoteError::Signatures)?;
        let name = KeyName::parse(name).map_err(|_| NoteError::Signatures)?;
        let bytes = bounded_base64(signature).ok_or(NoteError::Signatures)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name, id: u32::from_be_bytes(*id), signature: signature.to_vec() })
            }
            _ => Err(NoteError::Signatures),
        }
    }

    /// Puts a line together; `signature` is what stands after the key's id, and not empty.
    pub(super) fn new(name: KeyName, id: u32, signature: Vec<u8>) -> Self {
        Self { name, id, signature }
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of that key. Name and id together say which of the keys one knows to verify with.
    pub fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes(), &self.signature[..]].concat();
        write!(f, "{LINE_START}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text and the signatures under it. `Display` gives the bytes that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Takes a note apart. Nothing is verified by that.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Size);
        }
        // The last empty line: the text may have others.
        let end = note.rfind("\n\n").ok_or(NoteError::Signatures)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Signatures)?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::Size);
        }
        let signatures = lines.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Adds a signature line, such as a witness's. It is not verified by that.
    pub fn add(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        let bytes = self.to_string().len() + line.to_string().len() + 1;
        if self.signatures.len() == SIGNATURES_MAX || bytes > NOTE_BYTES_MAX {
            return Err(NoteError::Size);
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Leaves out lines that are not wanted, such as those of keys that nobody here knows.
    pub fn retain(&mut self, wanted: impl FnMut(&SignatureLine) -> bool) {
        self.signatures.retain(wanted);
    }

    /// The signature lines, in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The text before anybody has vouched for it.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The text, and which of the keys have signed it: at least one. A known key's signature that
    /// does not hold makes the whole note worthless; lines of unknown keys are passed over.
    pub fn verify<'a>(
        &self,
        keys: &'a [VerifierKey],
    ) -> Result<(&str, Vec<&'a VerifierKey>), NoteError> {
        let mut signers: Vec<&VerifierKey> = Vec::new();
        for line in &self.signatures {
            // Two keys may share name and id, by malice if not by accident: either may have signed.
            let mut named = keys.iter().filter(|key| key.is_named_in(line)).peekable();
            if named.peek().is_none() {
                continue;
            }
            let signer =
                named.find(|key| key.has_signed(&self.text, line)).ok_or(NoteError::Forged)?;
            if !signers.contains(&signer) {
                signers.push(signer);
            }
        }
        if signers.is_empty() { Err(NoteError::Unsigned) } else { Ok((&self.text, signers)) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let plain = text.bytes().all(|byte| byte >= 0x20 || byte == b'\n');
    if plain && text.ends_with('\n') { Ok(()) } else { Err(NoteError::Text) }
}

fn bounded_base64(text: &str) -> Option<Vec<u8>> {
    (text.len() <= NOTE_BYTES_MAX).then(|| STANDARD.decode(text).ok())?
}

/// Reads a verifier key of this algorithm, which signs with Ed25519.
pub(super) fn parse_key(text: &str, algorithm: u8) -> Result<(KeyName, VerifyingKey), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let name = KeyName::parse(name)?;
    let bytes = bounded_base64(key).ok_or(KeyError::Form)?;
    let (found, key) = bytes.split_first().ok_or(KeyError::Form)?;
    if *found != algorithm {
        return Err(KeyError::Algorithm);
    }
    let key = key.try_into().map_err(|_| KeyError::Form)?;
    let key = VerifyingKey::from_bytes(key).map_err(|_| KeyError::Weak)?;
    if key.is_weak() || !is_reduced(key.as_bytes()) {
        return Err(KeyError::Weak);
    }
    if id == format!("{:08x}", key_id(&name, algorithm, key.as_bytes())) {
        Ok((name, key))
    } else {
        Err(KeyError::Id)
    }
}

/// Whether the height of the point is below the prime 2^255 - 19. Decoding takes what is above it as
/// well (RFC 8032, 5.1.3, does not), and then one key would have two forms.
fn is_reduced(key: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = key;
    high & 0x7f != 0x7f || *low < 0xed || middle.iter().any(|byte| *byte != 0xff)
}

/// Writes what [`parse_key`] reads.
pub(super) fn write_key(
    f: &mut fmt::Formatter<'_>,
    name: &KeyName,
    algorithm: u8,
    key: &[u8; 32],
) -> fmt::Result {
    let bytes = [&[algorithm], &key[..]].concat();
    write!(f, "{name}+{:08x}+{}", key_id(name, algorithm, key), STANDARD.encode(bytes))
}

/// The id that C2SP recommends: the first four bytes of a hash over name, algorithm and key.
pub(super) fn key_id(name: &KeyName, algorithm: u8, key: &[u8; 32]) -> u32 {
    let [a, b, c, d, ..] = sha256(&[name.0.as_bytes(), b"\n", &[algorithm], key]);
    u32::from_be_bytes([a, b, c, d])
}
