//! Step 2: cut a case down to what this recipient may have for this purpose today.
use crate::domain::{Field, Purpose};
/// stub
pub struct Minimised<'case> { purpose: Purpose, fields: std::collections::BTreeMap<Field, std::borrow::Cow<'case, str>> }
impl Minimised<'_> {
    /// What it is for.
    pub fn purpose(&self) -> Purpose { self.purpose }
    /// The text of a field that may leave; `None` where it is withheld or not known.
    pub fn text(&self, field: Field) -> Option<&str> { self.fields.get(&field).map(AsRef::as_ref) }
    /// All that may leave.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &str)> { self.fields.iter().map(|(field, text)| (*field, text.as_ref())) }
}
