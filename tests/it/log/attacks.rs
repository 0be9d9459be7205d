//! Attacks on the verifier.
