//! Sealing: a case at rest can be read only with its subject's key, and that key only with the
//! deployment's. Destroying the subject's key is erasing the case.

use std::collections::{BTreeMap, BTreeSet};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::StoreError;
use super::notices::HubSecret;
use crate::domain::{
    AccessId, Act, Case, CaseId, CaseParts, ClientId, Entropy, Field, Handling, LeafId, MaskCount,
    OpaqueReference, OperatorReference, Personal, Purpose, RecipientId, RegistrationId, SubjectId,
    SubjectKind, SubjectRef,
};
use crate::log::SubjectKey;

const NONCE_BYTES: usize = 24;
/// What a case's key is for.
const CASE_KEY: &[u8] = b"case/v1";
/// What the key of an operator's comments is for.
const HEARD_KEY: &[u8] = b"heard/v1";
/// What the key of a disclosure's fields is for.
const OPENING_KEY: &[u8] = b"opening/v1";

/// A longer value is not kept to be shown later. No dialect has room for one.
const OPENING_BYTES_MAX: usize = 16 * 1024;

/// What HMAC-SHA-256 takes as a key without folding or padding it.
const MAC_KEY_BYTES: usize = 64;

/// The keys that are derived from the deployment's: one for each use.
pub(super) struct Vault {
    wrap: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; MAC_KEY_BYTES]>,
    hub: Zeroizing<[u8; 32]>,
    backup: Zeroizing<[u8; 32]>,
}

impl Vault {
    #[expect(clippy::needless_pass_by_value, reason = "the master key ends here")]
    pub(super) fn new(master: Zeroizing<[u8; 32]>) -> Self {
        Self {
            wrap: derive(&master, b"wrap/v1"),
            mac: derive(&master, b"mac/v1"),
            hub: derive(&master, b"hub/v1"),
            backup: derive(&master, b"backup/v1"),
        }
    }

    /// The key of one backup: its salt is drawn for it alone.
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 refuses past 8160 bytes")]
    pub(super) fn backup_key(&self, salt: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        let derived =
            Hkdf::<Sha256>::new(Some(salt), &*self.backup).expand(b"archive/v1", &mut *key);
        derived.expect("at most 8160 bytes");
        key
    }

    /// The pseudonym of a customer of a client; of the case itself where the customer has no number.
    pub(super) fn subject(
        &self,
        client: &ClientId,
        customer: Option<&Personal>,
        case: CaseId,
    ) -> SubjectRef {
        let mac = match customer {
            Some(customer) => self
                .mac(b"subject/v1", &[client.as_str().as_bytes(), customer.disclose().as_bytes()]),
            None => self.mac(b"subject-of-case/v1", &[case.bytes()]),
        };
        SubjectRef::new(mac)
    }

    /// What leads from one of our references to its case.
    pub(super) fn reference_mac(&self, reference: &OpaqueReference) -> [u8; 32] {
        self.mac(b"reference/v1", &[reference.as_str().as_bytes()])
    }

    /// What leads from an access to its cases.
    pub(super) fn access_mac(&self, access: &AccessId) -> [u8; 32] {
        self.mac(b"access/v1", &[access.as_str().as_bytes()])
    }

    /// The same, of an access id as a case holds it.
    pub(super) fn access_mac_of(&self, case: &Case) -> Option<[u8; 32]> {
        Some(self.access_mac(&access_of(case)?))
    }

    /// Tells one person at a desk from another, and says nothing else about them.
    pub(super) fn person_mac(&self, who: &str) -> [u8; 32] {
        self.mac(b"person/v1", &[who.as_bytes()])
    }

    /// Tells the same body from another, and says nothing else about it.
    pub(super) fn body_mac(&self, canonical: &[u8]) -> [u8; 32] {
        self.mac(b"body/v1", &[canonical])
    }

    /// Tells a comment of an operator from others.
    pub(super) fn comment_mac(&self, case: CaseId, said: i64, text: &str) -> [u8; 32] {
        self.mac(b"heard/v1", &[case.bytes(), &said.to_be_bytes(), text.as_bytes()])
    }

    fn mac(&self, what: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new((&*self.mac).into());
        mac.update(what);
        for part in parts {
            // The length first, so that no two lists of parts read alike.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Seals what a registration's notifications are signed with.
    pub(super) fn seal_hub_secret(
        &self,
        registration: RegistrationId,
        secret: &HubSecret,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, StoreError> {
        seal(&self.hub, &aad(b"hub", registration.bytes()), secret.expose_secret(), entropy)
    }

    /// Opens it again.
    pub(super) fn hub_secret(
        &self,
        registration: RegistrationId,
        sealed: &[u8],
    ) -> Result<HubSecret, StoreError> {
        let secret = open_key(&self.hub, &aad(b"hub", registration.bytes()), sealed)
            .ok_or(StoreError::Corrupt { table: "hub" })?;
        Ok(HubSecret::new(Box::new(*secret)))
    }

    /// Draws the key of an epoch and seals it under the deployment's.
    pub(super) fn new_epoch_key(
        &self,
        epoch: u32,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, StoreError> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut *key);
        seal(&self.wrap, &aad(b"epoch_key", &epoch.to_be_bytes()), &*key, entropy)
    }

    /// Opens the key of an epoch.
    pub(super) fn epoch_key(&self, epoch: u32, wrapped: &[u8]) -> Result<EpochKey, StoreError> {
        let key = open_key(&self.wrap, &aad(b"epoch_key", &epoch.to_be_bytes()), wrapped)
            .ok_or(StoreError::Corrupt { table: "epoch_key" })?;
        Ok(EpochKey { epoch, key })
    }

    /// Opens a subject's key.
    pub(super) fn subject_key(
        &self,
        wrapped: &WrappedKey,
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        self.epoch_key(wrapped.epoch, &wrapped.epoch_key)?.open(wrapped)
    }
}

/// What subjects' keys are sealed under for a time.
pub(super) struct EpochKey {
    pub(super) epoch: u32,
    key: Zeroizing<[u8; 32]>,
}

/// A subject's key as it stands in the key store, and beside it its epoch's: together they outlive
/// the rows that they were read from.
#[derive(Clone)]
pub(super) struct WrappedKey {
    pub(super) subject: SubjectId,
    pub(super) epoch: u32,
    pub(super) epoch_key: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl EpochKey {
    /// Draws a key for a subject and seals it.
    pub(super) fn new_subject_key(
        &self,
        subject: SubjectId,
        entropy: &dyn Entropy,
    ) -> Result<(Zeroizing<[u8; 32]>, Vec<u8>), StoreError> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut *key);
        let wrapped = self.seal(subject, &key, entropy)?;
        Ok((key, wrapped))
    }

    /// Seals a subject's key.
    pub(super) fn seal(
        &self,
        subject: SubjectId,
        key: &[u8; 32],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, StoreError> {
        seal(&self.key, &aad(b"subject_key", subject.bytes()), key, entropy)
    }

    fn open(&self, wrapped: &WrappedKey) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        open_key(&self.key, &aad(b"subject_key", wrapped.subject.bytes()), &wrapped.key)
            .ok_or(StoreError::Corrupt { table: "subject_key" })
    }
}

/// Seals a case under its subject's key.
pub(super) fn seal_case(
    case: &Case,
    key: &[u8; 32],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let sealed = SealedCase::of(case);
    let plain = Zeroizing::new(
        serde_json::to_vec(&sealed).map_err(|error| StoreError::unavailable("sealing", error))?,
    );
    seal(&derive(key, CASE_KEY), &aad(b"payload", case.id().bytes()), &plain, entropy)
}

/// Opens a sealed case. One that is about another is told by which id the operator knows that one.
pub(super) fn open_case(
    id: CaseId,
    sealed: &[u8],
    key: &[u8; 32],
    about: Option<&OperatorReference>,
) -> Result<Case, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "payload" };
    let plain =
        open(&derive(key, CASE_KEY), &aad(b"payload", id.bytes()), sealed).ok_or_else(corrupt)?;
    let sealed: SealedCase = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    sealed.into_case(id, about).ok_or_else(corrupt)
}

/// Seals what an operator said about a case.
pub(super) fn seal_words(
    case: CaseId,
    words: &str,
    key: &[u8; 32],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    seal(&derive(key, CASE_KEY), &aad(b"said", case.bytes()), words.as_bytes(), entropy)
}

/// Opens what an operator said about a case.
pub(super) fn open_words(
    case: CaseId,
    sealed: &[u8],
    key: &[u8; 32],
) -> Result<Zeroizing<String>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "said" };
    let plain =
        open(&derive(key, CASE_KEY), &aad(b"said", case.bytes()), sealed).ok_or_else(corrupt)?;
    std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| corrupt())
}

/// Seals the fields of a disclosure as they are sent. A value that is too long to be kept is left
/// out, and its name stays.
pub(super) fn seal_openings(
    (leaf, part): (LeafId, u8),
    fields: &[(Field, &str)],
    key: &SubjectKey,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let fields = fields.iter().map(|(field, value)| {
        let kept = Some(*value).filter(|value| value.len() <= OPENING_BYTES_MAX);
        (field.to_string(), kept.map(str::to_owned))
    });
    let sealed = SealedOpenings { v: 1, fields: fields.collect() };
    let plain = Zeroizing::new(
        serde_json::to_vec(&sealed).map_err(|error| StoreError::unavailable("sealing", error))?,
    );
    let place = [&leaf.bytes()[..], &[part]].concat();
    seal(&key.derive(OPENING_KEY), &aad(b"opening", &place), &plain, entropy)
}

/// Opens a part of what a disclosure said.
pub(super) fn open_openings(
    (leaf, part): (LeafId, u8),
    sealed: &[u8],
    key: &SubjectKey,
) -> Result<BTreeMap<Field, Personal>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "opening" };
    let place = [&leaf.bytes()[..], &[part]].concat();
    let plain =
        open(&key.derive(OPENING_KEY), &aad(b"opening", &place), sealed).ok_or_else(corrupt)?;
    let mut sealed: SealedOpenings = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    let mut fields = BTreeMap::new();
    for (name, value) in sealed.fields.drain(..) {
        let field = Field::parse(&name).ok_or_else(corrupt)?;
        if let Some(value) = value {
            fields.insert(field, Personal::new(value));
        }
    }
    Ok(fields)
}

/// Seals a comment of an operator: as it was written, and as it may be shown.
pub(super) fn seal_comment(
    (case, seq): (CaseId, i64),
    (written, shown): (&str, &str),
    key: &[u8; 32],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let sealed = SealedComment { v: 1, written: written.to_owned(), shown: shown.to_owned() };
    let plain = Zeroizing::new(
        serde_json::to_vec(&sealed).map_err(|error| StoreError::unavailable("sealing", error))?,
    );
    let place = [&case.bytes()[..], &seq.to_be_bytes()].concat();
    seal(&derive(key, HEARD_KEY), &aad(b"heard", &place), &plain, entropy)
}

/// Opens a comment, as far as it may be shown.
pub(super) fn open_comment(
    (case, seq): (CaseId, i64),
    sealed: &[u8],
    key: &[u8; 32],
) -> Result<String, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "heard" };
    let place = [&case.bytes()[..], &seq.to_be_bytes()].concat();
    let plain =
        open(&derive(key, HEARD_KEY), &aad(b"heard", &place), sealed).ok_or_else(corrupt)?;
    let mut sealed: SealedComment = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    Ok(std::mem::take(&mut sealed.shown))
}

/// A comment, in the form in which it is sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct SealedComment {
    v: u8,
    written: String,
    shown: String,
}

/// Where a case is.
pub(super) fn access_of(case: &Case) -> Option<AccessId> {
    AccessId::parse(case.fact(Field::AccessId)?.disclose()).ok()
}

/// Whether a fact says yes.
pub(super) fn is_true(value: Option<&Personal>) -> bool {
    value.is_some_and(|value| value.disclose() == "true")
}

/// What was sent, to be put into an opening: the person's own way to it.
pub(super) fn shown(value: &Personal) -> &str {
    value.disclose()
}

/// What was sent, in the form in which it is sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct SealedOpenings {
    v: u8,
    fields: Vec<(String, Option<String>)>,
}

/// The key that commitments in the log are salted with: the same subject's, for another use.
pub(super) fn commitment_key(key: &[u8; 32]) -> SubjectKey {
    SubjectKey::new(*key)
}

/// A key for one use, with HKDF-SHA-256 (RFC 5869).
#[expect(clippy::expect_used, reason = "HKDF-SHA-256 refuses past 8160 bytes; a key is far below")]
fn derive<const BYTES: usize>(key: &[u8; 32], usage: &[u8]) -> Zeroizing<[u8; BYTES]> {
    let mut derived = Zeroizing::new([0; BYTES]);
    Hkdf::<Sha256>::new(None, key).expand(usage, &mut *derived).expect("at most 8160 bytes");
    derived
}

/// Names the place of a ciphertext, so that it cannot be moved to another row.
fn aad(place: &[u8], id: &[u8]) -> Vec<u8> {
    [place, b"|", id].concat()
}

fn seal(
    key: &[u8; 32],
    aad: &[u8],
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE_BYTES] = entropy.array();
    let ciphertext = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| StoreError::Unsafe("a value is too long to be sealed".to_owned()))?;
    Ok([&nonce[..], &ciphertext].concat())
}

fn open_key(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let key = open(key, aad, sealed)?;
    key.as_slice().try_into().ok().map(Zeroizing::new)
}

fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad })
        .ok()
        .map(Zeroizing::new)
}

/// A case in the form in which it is sealed. The one place where personal values are serialised,
/// and its bytes go nowhere but into the cipher.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct SealedCase {
    v: u8,
    recipient: String,
    purpose: String,
    act: String,
    reference: String,
    subject: String,
    special: bool,
    facts: Vec<(String, String)>,
    known: Vec<(String, String)>,
    dropped: Vec<String>,
    masked: Vec<(String, String, u32)>,
    #[serde(default)]
    vouched: Vec<String>,
}

impl SealedCase {
    fn of(case: &Case) -> Self {
        let plain = |(f, value): (&Field, &Personal)| (f.to_string(), value.disclose().to_owned());
        let masked = case.masked().iter();
        Self {
            v: 1,
            recipient: case.recipient().to_string(),
            purpose: case.purpose().to_string(),
            act: case.act().to_string(),
            reference: case.reference().to_string(),
            subject: case.subject().to_string(),
            special: case.handling() == Handling::Special,
            facts: case.facts().iter().map(plain).collect(),
            known: case.known().iter().map(plain).collect(),
            dropped: case.dropped().iter().map(ToString::to_string).collect(),
            masked: masked.map(|m| (m.field.to_string(), m.kind.clone(), m.count)).collect(),
            vouched: case.vouched().iter().map(|words| words.disclose().to_owned()).collect(),
        }
    }

    fn into_case(mut self, id: CaseId, about: Option<&OperatorReference>) -> Option<Case> {
        let mut facts = personal(&mut self.facts)?;
        let known = personal(&mut self.known)?;
        if let Some(about) = about {
            facts.insert(Field::OperatorReference, Personal::new(about.as_str().to_owned()));
        }
        let dropped: Option<BTreeSet<Field>> =
            self.dropped.iter().map(|name| Field::parse(name)).collect();
        let masked: Option<Vec<MaskCount>> = self
            .masked
            .iter()
            .map(|(name, kind, count)| {
                let field = Field::parse(name)?;
                Some(MaskCount { field, kind: kind.clone(), count: *count })
            })
            .collect();
        Some(Case::new(CaseParts {
            id,
            recipient: RecipientId::parse(&self.recipient).ok()?,
            purpose: Purpose::parse(&self.purpose)?,
            act: Act::parse(&self.act)?,
            reference: OpaqueReference::parse(&self.reference)?,
            subject: SubjectKind::parse(&self.subject)?,
            handling: if self.special { Handling::Special } else { Handling::Ordinary },
            facts,
            known,
            dropped: dropped?,
            masked: masked?,
            vouched: self.vouched.drain(..).map(Personal::new).collect(),
        }))
    }
}

fn personal(sealed: &mut Vec<(String, String)>) -> Option<BTreeMap<Field, Personal>> {
    let open = |(name, value): (String, String)| Some((Field::parse(&name)?, Personal::new(value)));
    sealed.drain(..).map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SeededEntropy, Timestamp};

    fn case(entropy: &dyn Entropy) -> Case {
        Case::new(CaseParts {
            id: CaseId::draw(entropy, Timestamp::from_micros(0)),
            recipient: RecipientId::parse("globalconnect").unwrap(),
            purpose: Purpose::Activate,
            act: Act::Activate,
            reference: OpaqueReference::draw(entropy),
            subject: SubjectKind::Person,
            handling: Handling::Special,
            facts: BTreeMap::from([(Field::City, Personal::new("Göteborg".to_owned()))]),
            known: BTreeMap::new(),
            dropped: BTreeSet::from([Field::Personnummer]),
            masked: vec![MaskCount { field: Field::Note, kind: "telefon".to_owned(), count: 2 }],
            vouched: vec![Personal::new("Solgläntan".to_owned())],
        })
    }

    #[test]
    fn no_two_uses_share_a_key() {
        let master = [7; 32];
        let vault = Vault::new(Zeroizing::new(master));
        assert_ne!(*vault.wrap, master);
        assert_ne!(vault.mac[..32], master);
        assert_ne!(vault.mac[..32], *vault.wrap);
        assert_ne!(*derive::<32>(&master, CASE_KEY), *vault.wrap);
        assert_ne!(*vault.hub, *vault.wrap);
        assert_ne!(*vault.hub, master);
        assert_ne!(*vault.backup, *vault.hub);
        assert_ne!(*vault.backup_key(&[1; 32]), *vault.backup_key(&[2; 32]));
        // The master itself opens nothing and proves nothing.
        let entropy = SeededEntropy::new(1);
        let epoch_key = vault.new_epoch_key(1, &entropy).unwrap();
        assert!(open(&master, &aad(b"epoch_key", &1_u32.to_be_bytes()), &epoch_key).is_none());
        assert!(vault.epoch_key(2, &epoch_key).is_err());
        let epoch = vault.epoch_key(1, &epoch_key).unwrap();
        let subject = SubjectId::from_bytes([1; 16]);
        let (key, wrapped) = epoch.new_subject_key(subject, &entropy).unwrap();
        assert!(open(&vault.wrap, &aad(b"subject_key", subject.bytes()), &wrapped).is_none());
        let mut wrapped = WrappedKey { subject, epoch: 1, epoch_key, key: wrapped };
        assert_eq!(vault.subject_key(&wrapped).unwrap(), key);
        wrapped.subject = SubjectId::from_bytes([2; 16]);
        assert!(vault.subject_key(&wrapped).is_err());
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place_and_nowhere_else() {
        let entropy = SeededEntropy::new(1);
        let case = case(&entropy);
        let sealed = seal_case(&case, &[7; 32], &entropy).unwrap();
        assert!(!sealed.windows(4).any(|bytes| bytes == b"borg"));
        let opened = open_case(case.id(), &sealed, &[7; 32], None).unwrap();
        assert_eq!(opened.facts()[&Field::City].disclose(), "Göteborg");
        assert_eq!(opened.handling(), Handling::Special);
        assert_eq!(opened.vouched()[0].disclose(), "Solgläntan");
        assert_eq!(opened.masked(), case.masked());
        assert!(open_case(case.id(), &sealed, &[8; 32], None).is_err());
        assert!(
            open_case(CaseId::draw(&entropy, Timestamp::from_micros(0)), &sealed, &[7; 32], None)
                .is_err()
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open_case(case.id(), &changed, &[7; 32], None).is_err());
        }
    }
}
