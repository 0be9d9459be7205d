//! Signed exceptions: what a recipient may have beyond what its interface needs, and until when.

use jiff::civil::Date;

use crate::domain::Field;

/// An exception that somebody has signed. Both days are included; there is none without an end.
///
/// Some interfaces have room for a customer and work without one (PI-API 2.2). There a rule alone
/// opens nothing: the field stays empty unless an exception names it, and after its last day again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Where the signed paper is found.
    pub reference: String,
    /// What it is about.
    pub fields: Vec<Field>,
    /// The first day.
    pub valid_from: Date,
    /// The last day.
    pub valid_to: Date,
}

impl Exception {
    /// Whether it covers this day.
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
}
