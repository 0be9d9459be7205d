//! What the person concerned is told: who got what, when, why and under which rule, in plain
//! Swedish, with proof. Pure: what it tells of comes from the store, where it goes is a command's
//! business.
//!
//! ```text
//! store::About ──► Statement ──► text and data          (a report, read on a screen)
//!                      └──────► PersonalReceipt ──► Proved   (a file to keep, checked by anybody)
//! ```

mod policies;
mod receipt;
mod statement;
mod swedish;
mod telling;

pub use policies::Reasons;
pub use receipt::{FILE_BYTES_MAX, PersonalReceipt, Proved, ReceiptFault};
pub use statement::{CaseStatement, Sent, Statement, StatementError, Stop, Utterance, Withheld};
pub use swedish::{basis, field, masked, outcome, purpose, state, stopped};
pub use telling::{data, lines, told};
