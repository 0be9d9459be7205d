//! Passwords of local accounts: Argon2id, with a salt for each, in PHC form.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use thiserror::Error;

use crate::domain::Entropy;

/// Fewer characters are guessed however they are kept: NIST SP 800-63B asks for so many where a
/// password stands alone.
pub const LENGTH_MIN: usize = 15;
/// More would only make us work.
pub const LENGTH_MAX: usize = 256;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// It could be guessed, or is no password.
    #[error("a password has {LENGTH_MIN} to {LENGTH_MAX} characters")]
    Length,
    /// It cannot be hashed.
    #[error("the password cannot be hashed")]
    Hash,
}

/// What to keep of a password. Takes some twenty milliseconds and twenty megabytes: not for a thread
/// that others wait for.
pub fn hash(password: &str, entropy: &dyn Entropy) -> Result<String, PasswordError> {
    if !(LENGTH_MIN..=LENGTH_MAX).contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    let salt: [u8; 16] = entropy.array();
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hashed| hashed.to_string()).map_err(|_| PasswordError::Hash)
}

/// Whether this is the password that was kept. As much work as hashing it.
pub fn is(password: &str, kept: &str) -> bool {
    password.chars().count() <= LENGTH_MAX
        && Argon2::default().verify_password(password.as_bytes(), kept).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SeededEntropy;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let entropy = SeededEntropy::new(1);
        let kept = hash("correct horse battery", &entropy).unwrap_or_default();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is("correct horse battery", &kept));
        assert!(!is("correct horse batterz", &kept));
        assert!(!is("correct horse battery", "no hash"));
        assert_eq!(hash("short", &entropy), Err(PasswordError::Length));
        assert_ne!(hash("correct horse battery", &entropy).unwrap_or_default(), kept);
    }
}
