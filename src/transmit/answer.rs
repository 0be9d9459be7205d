//! The answer to a contact pull: the one way out that the operator opens itself.
//!
//! A [`Recorded`] is spent by it as by a send, and becomes a [`Transmitted`] when the connection is
//! done with the bytes, whichever way that went.

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{Transmitted, WireError};
use crate::dialects::Answer;
use crate::domain::{Act, RecipientId, Timestamp};
use crate::record::{Receipt, Recorded};
use crate::store::Pull;

/// The HTTP status of an answer that holds a contact.
const OK: u16 = 200;

/// An answer on its way out. Dropping it ends it: with its bytes taken, the operator counts as
/// having them; with its bytes still here, none has left.
#[must_use = "the log says this was disclosed: answer it"]
pub struct Reply {
    length: usize,
    bytes: Option<Zeroizing<Vec<u8>>>,
    spent: Option<Spent>,
}

struct Spent {
    what: (Pull, RecipientId, Act, Receipt),
    ended: oneshot::Sender<Transmitted<Pull>>,
}

/// Spends what was recorded. Later than the operator waits for it nothing leaves.
pub fn answer(
    recorded: Recorded<Pull>,
    now: Timestamp,
) -> (Reply, oneshot::Receiver<Transmitted<Pull>>) {
    let (pull, to, act, message, receipt, before) = recorded.spend();
    let (ended, end) = oneshot::channel();
    let body = message.request().body.clone();
    let length = body.len();
    let bytes = (now < before).then(|| Zeroizing::new(body));
    let spent = Some(Spent { what: (pull, to, act, receipt), ended });
    (Reply { length, bytes, spent }, end)
}

impl Reply {
    /// Where it stands in the log.
    pub fn receipt(&self) -> Option<Receipt> {
        self.spent.as_ref().map(|spent| spent.what.3)
    }

    /// How many bytes it has, taken or not.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether there is something to take.
    pub const fn is_waiting(&self) -> bool {
        self.bytes.is_some()
    }

    /// Gives the bytes to the connection, once.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        self.bytes.take().map(|mut bytes| std::mem::take(&mut *bytes))
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        let Some(Spent { what, ended }) = self.spent.take() else { return };
        let result = match self.bytes {
            None if self.length > 0 => Ok(Answer { status: OK, ..Answer::default() }),
            _ => Err(WireError::NotTaken),
        };
        // Whoever settles may be gone with the process: then the next one closes it.
        let _ = ended.send(Transmitted::of(what, result));
    }
}
