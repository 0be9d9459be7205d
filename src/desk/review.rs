//! What was vouched for, to be looked at by somebody else.

use super::{Desk, DeskError};
use crate::domain::Personal;
use crate::store::{Sight, VouchedRow};

/// How many are shown at once.
const SHOWN_MAX: u32 = 20;

/// Words that somebody vouched for, for another to look at. Not printable.
pub struct Vouched {
    /// Which, and why.
    pub row: VouchedRow,
    /// The words; `None` once they are wiped.
    pub words: Option<String>,
}

impl Desk {
    /// What nobody else has looked at yet, oldest first.
    pub async fn unreviewed(&self, sight: Sight, who: &str) -> Result<Vec<Vouched>, DeskError> {
        let mut vouched = Vec::new();
        for row in self.store.unreviewed(sight, who, SHOWN_MAX).await? {
            let case = self.store.open_case(row.case).await?;
            let words = case.and_then(|case| {
                let words = case.vouched().get(usize::try_from(row.seq).ok()?);
                words.map(|words| Personal::disclose(words).to_owned())
            });
            vouched.push(Vouched { row, words });
        }
        Ok(vouched)
    }
}
