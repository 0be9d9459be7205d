//! Step 2: cut a case down to what this recipient may have for this purpose today.
//!
//! Pure: no I/O, and the day comes in as an argument. The product, [`Minimised`], borrows from the
//! case, so it cannot be queued: a retry tomorrow asks tomorrow's policy. Preview, explain and send
//! all go through [`minimise`]; there is no second way to decide.

mod cut;
mod decide;
mod explain;
mod known;
mod texts;

pub use cut::{CUT_MARK, cut};
pub use decide::{Minimised, Refusal, minimise};
pub use explain::{Explanation, SentField, WithheldField};
pub use known::{KnownValues, Place};
pub use texts::{Finding, TextFate, ToldText, findings, shown};

/// What leaves in place of a free text of which too much was personal.
pub const TEXT_REPLACED: &str = "Fritexten är undanhållen.";
