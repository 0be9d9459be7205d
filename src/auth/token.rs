//! API tokens: `sluss_<id>_<secret>`, both in hexadecimal digits.
//!
//! The id finds the token, the secret proves it. The secret has 256 random bits, so one hash is as
//! good as many; what is kept is an HMAC over it under the id, and says nothing of either.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use crate::domain::Entropy;
pub use crate::domain::TokenId;

/// What each token begins with, so that whoever finds one knows what it is.
const PREFIX: &str = "sluss_";

/// A token in full, as its holder has it. Wiped when dropped; never kept.
pub struct Token {
    id: TokenId,
    secret: Zeroizing<[u8; 32]>,
}

/// What is kept of a token's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// As many characters as each has.
    pub const LENGTH: usize = PREFIX.len() + 32 + 1 + 64;

    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(&mut *secret);
        Self { id: TokenId::draw(entropy), secret }
    }

    /// Reads what a caller has sent; `None` where it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let id = TokenId::parse(id)?;
        let mut secret = Zeroizing::new([0; 32]);
        let lower = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 64 || !digits.bytes().all(lower) {
            return None;
        }
        for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self { id, secret })
    }

    /// Which one it is.
    pub const fn id(&self) -> TokenId {
        self.id
    }

    /// What to keep of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(self.mac().finalize().into_bytes().into())
    }

    /// Whether it is the token that this was kept of, in a time that says nothing about how nearly.
    pub fn is(&self, kept: &TokenHash) -> bool {
        self.mac().verify(&kept.0.into()).is_ok()
    }

    /// For its holder's eyes: shown once, when it is made.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(Self::LENGTH);
        text.push_str(PREFIX);
        text.push_str(&self.id.to_string());
        text.push('_');
        for byte in self.secret.iter() {
            let mut digits =
                [byte >> 4, byte & 15].map(|nibble| b"0123456789abcdef"[usize::from(nibble)]);
            text.extend(digits.map(char::from));
            digits.zeroize();
        }
        Zeroizing::new(text)
    }

    fn mac(&self) -> Hmac<Sha256> {
        let mut key = [0; 64];
        key[..16].copy_from_slice(self.id.bytes());
        key[16..30].copy_from_slice(b"sluss/token/v1");
        Hmac::<Sha256>::new(&key.into()).chain_update(*self.secret)
    }
}

impl TokenHash {
    /// From what was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As it is kept.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SeededEntropy;

    #[test]
    fn a_token_reads_back_and_no_other_is_taken_for_it() {
        let entropy = SeededEntropy::new(3);
        let token = Token::draw(&entropy);
        let text = token.reveal();
        assert_eq!(text.len(), Token::LENGTH);
        let read = Token::parse(&text).map(|read| (read.id(), read.is(&token.hash())));
        assert_eq!(read, Some((token.id(), true)));
        let other = Token::draw(&entropy);
        assert!(!other.is(&token.hash()));
        for bad in [
            &text[1..],
            &text[..text.len() - 1],
            &format!("{}0", &*text),
            &text.to_uppercase(),
            "",
            "sluss__",
            "sluss_00_00",
        ] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
