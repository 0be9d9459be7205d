//! Cosignatures: a witness's word that a log has only grown, as in C2SP `tlog-cosignature`.
//!
//! Ed25519 (`cosignature/v1`, type 0x04): signed is the time and the whole text of the checkpoint. A
//! line of a witness that we do not know is kept and ignored, as are the post-quantum lines (0x06).

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use super::Checkpoint;
use super::note::{
    KeyError, KeyName, Note, NoteError, SignatureLine, key_id, parse_key, write_key,
};
use crate::domain::Timestamp;

/// A timestamped cosignature, as C2SP numbers its algorithms.
const COSIGNATURE: u8 = 0x04;

/// What keeps a cosignature from passing for a log's signature, and the other way round.
const HEADER: &str = "cosignature/v1";

/// A witness's private key. It cannot be printed or copied, and its memory is overwritten in the end.
///
/// The signed message does not hold the witness's name: a key must serve one name, and no log.
pub struct CosigningKey {
    name: KeyName,
    // Overwrites itself when dropped.
    key: ed25519_dalek::SigningKey,
}

impl CosigningKey {
    /// From the 32 secret bytes of RFC 8032. Whoever passes them in overwrites its own copy.
    pub fn new(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// The witness's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The public half.
    pub fn witness_key(&self) -> WitnessKey {
        WitnessKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// Says that, at this time, this is the largest tree of the log that the witness has seen, and
    /// that it grew out of all those before. Whoever calls this has checked it and written it down.
    ///
    /// A time before 1970 is written as 0: such a clock is refused by whoever reads it.
    pub fn cosign(&self, checkpoint: &Checkpoint, at: Timestamp) -> SignatureLine {
        let time = u64::try_from(at.seconds()).unwrap_or(0);
        let signature = self.key.sign(message(time, &checkpoint.to_string()).as_bytes());
        let id = key_id(&self.name, COSIGNATURE, self.key.verifying_key().as_bytes());
        let bytes = [&time.to_be_bytes()[..], &signature.to_bytes()].concat();
        SignatureLine::new(self.name.clone(), id, bytes)
    }
}

/// The public half of a [`CosigningKey`], with the name that the witness goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: KeyName,
    id: u32,
    key: VerifyingKey,
}

impl WitnessKey {
    fn new(name: KeyName, key: VerifyingKey) -> Self {
        Self { id: key_id(&name, COSIGNATURE, key.as_bytes()), name, key }
    }

    /// Reads `<name>+<key id>+<base64 of type and key>`, with type 0x04.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, key) = parse_key(text, COSIGNATURE)?;
        Ok(Self::new(name, key))
    }

    /// The witness's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id, which stands in signature lines.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The public key itself (RFC 8032). Names and ids may differ for one key.
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// When this witness has cosigned the note, by its own clock: the latest time, where it has done
    /// so more than once. `None`: it has not. A line of its own that does not hold makes the whole
    /// note worthless, as with a log's.
    pub fn cosigned(&self, note: &Note) -> Result<Option<Timestamp>, NoteError> {
        let lines = note.signatures().iter().filter(|line| self.is_named_in(line));
        let times = lines.map(|line| self.time_of(note.unverified_text(), line));
        times.collect::<Result<Vec<_>, _>>().map(|times| times.into_iter().max())
    }

    /// Whether a line says that it is of this key.
    pub fn is_named_in(&self, line: &SignatureLine) -> bool {
        self.id == line.id() && self.name == *line.name()
    }

    /// The time of a line that says it is of this key, where it holds for this text.
    pub fn time_of(&self, text: &str, line: &SignatureLine) -> Result<Timestamp, NoteError> {
        let (time, signature) =
            line.signature().split_first_chunk::<8>().ok_or(NoteError::Forged)?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::Forged)?;
        let message = message(time, text);
        self.key.verify_strict(message.as_bytes(), &signature).map_err(|_| NoteError::Forged)?;
        // Up to 2^63 - 1 by the standard; what our clock cannot tell is later than any time.
        let seconds = i64::try_from(time).map_err(|_| NoteError::Forged)?;
        Ok(Timestamp::from_micros(seconds.saturating_mul(1_000_000)))
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, &self.name, COSIGNATURE, self.key.as_bytes())
    }
}

fn message(time: u64, text: &str) -> String {
    format!("{HEADER}\ntime {time}\n{text}")
}
