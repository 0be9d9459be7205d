//! An issuer's public keys (RFC 7517), as far as they verify what we take.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;

use super::jwt::Algorithm;

/// More keys than an issuer uses at once.
const KEYS_MAX: usize = 64;

/// The keys of one issuer, at one time.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<Key>);

/// One key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// What the issuer says that it is for, where it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

#[derive(Deserialize)]
struct Written {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a set; `None` where it is none. Keys that verify nothing we take are passed over.
    pub fn parse(json: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(json).ok()?;
        let keys = written.keys.into_iter().take(KEYS_MAX);
        Some(Self(keys.filter_map(|key| Key::read(serde_json::from_value(key).ok()?)).collect()))
    }

    /// The key of an id that is for this algorithm. Without an id, the only one that is.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.is_for(algorithm) && (id.is_none() || key.id.as_deref() == id));
        let found = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(found)
    }

    /// Whether there is a key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Key {
    fn read(written: WrittenKey) -> Option<Self> {
        if written.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let decode = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let point = |x: Option<String>, y: Option<String>, length: usize| {
            let (x, y) = (decode(x)?, decode(y)?);
            // SEC 1: an uncompressed point.
            (x.len() == length && y.len() == length).then(|| [&[4][..], &x, &y].concat())
        };
        let material = match (written.kty.as_str(), written.crv.as_deref()) {
            ("RSA", _) => {
                let strip =
                    |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
                Material::Rsa { n: strip(decode(written.n)?), e: strip(decode(written.e)?) }
            }
            ("EC", Some("P-256")) => Material::P256(point(written.x, written.y, 32)?),
            ("EC", Some("P-384")) => Material::P384(point(written.x, written.y, 48)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(decode(written.x)?),
            _ => return None,
        };
        let algorithm = match written.alg {
            // For something that we do not take.
            Some(name) => Some(Algorithm::parse(&name)?),
            None => None,
        };
        Some(Self { id: written.kid, algorithm, material })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let fits = match self.material {
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::P384(_) => algorithm == Algorithm::Es384,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
        };
        fits && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Whether this key has signed the message so.
    pub(super) fn has_signed(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let plain = |how: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(how, key).verify(message, signature).is_ok()
        };
        match &self.material {
            Material::Rsa { n, e } => {
                let how = if algorithm == Algorithm::Ps256 {
                    &RSA_PSS_2048_8192_SHA256
                } else {
                    &RSA_PKCS1_2048_8192_SHA256
                };
                RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok()
            }
            Material::P256(key) => plain(&ECDSA_P256_SHA256_FIXED, key),
            Material::P384(key) => plain(&ECDSA_P384_SHA384_FIXED, key),
            Material::Ed25519(key) => plain(&ED25519, key),
        }
    }
}
