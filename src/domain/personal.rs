//! What must not leak cannot be printed.

use zeroize::Zeroizing;

/// A value about a data subject, or one that leads to them: a name, a phone number, an access id.
///
/// It has no `Display`, no `Debug`, no `Serialize` and no `Clone`, so it cannot reach a log line, an
/// error text or an answer by accident. [`Personal::disclose`] is the one way to the text, is easy
/// to search for, and is called where a case is minimised, screened, sealed and asked about; a test
/// reads the source to keep it so. The memory is overwritten when the value is dropped.
pub struct Personal(Zeroizing<String>);

impl Personal {
    /// Wraps a value that intake has read and checked.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn disclose(&self) -> &str {
        &self.0
    }
}
