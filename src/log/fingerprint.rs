//! The fingerprint of a verifier key: short enough to stand on paper and to be compared by eye.
//!
//! A key that comes along with the files it verifies vouches for nobody. Its fingerprint, got by
//! another way (an agreement, a letter, a call), does: SHA-256 over the key's one line of text,
//! without a newline, so that `sha256sum` can make it too.

use std::fmt;

use super::{Hash, VerifierKey, sha256};

/// Which key it is, in 32 bytes. `Display` gives sixteen groups of four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(Hash);

impl Fingerprint {
    /// Of this key.
    pub fn of(key: &VerifierKey) -> Self {
        Self(Hash::new(sha256(&[key.to_string().as_bytes()])))
    }

    /// Reads 64 hexadecimal digits as somebody types them off paper: in either case, in groups or
    /// not.
    pub fn parse(text: &str) -> Option<Self> {
        // Sixteen groups and what may stand between them, generously.
        if text.len() > 200 {
            return None;
        }
        let typed = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'));
        Hash::parse(&typed.map(|c| c.to_ascii_lowercase()).collect::<String>()).map(Self)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// As one word, as `sha256sum` prints it.
    pub fn hexadecimal(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, [a, b]) in self.bytes().as_chunks::<2>().0.iter().enumerate() {
            let space = if n == 0 { "" } else { " " };
            write!(f, "{space}{a:02x}{b:02x}")?;
        }
        Ok(())
    }
}
