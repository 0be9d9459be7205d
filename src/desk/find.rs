//! Looks for what somebody has at hand: an access id, an address, or what the ordering system calls it.

use super::{Desk, DeskError};
use crate::address::{self, Listed};
use crate::domain::{AccessId, ExternalId};
use crate::store::{DeskRow, Look, Resolved, Sight, Sought};

/// More characters are none of the three.
pub const SEARCH_MAX: usize = address::LENGTH_MAX;

/// How many of a kind are shown.
const SHOWN_MAX: u32 = 50;

/// What was found.
#[derive(Debug, Default)]
pub struct Finds {
    /// Cases, newest first.
    pub cases: Vec<DeskRow>,
    /// Accesses at which a fault may be reported.
    pub accesses: Vec<Listed>,
    /// There are several that may be meant, and a person decides between them.
    pub doubt: bool,
}

impl Desk {
    /// Finds cases and accesses by what somebody has typed. What is for the restricted role is as if it
    /// were not there, its access too.
    pub async fn find(&self, text: &str, sight: Sight) -> Result<Finds, DeskError> {
        let text = text.trim();
        let mut finds = Finds::default();
        if text.is_empty() || text.chars().count() > SEARCH_MAX {
            return Ok(finds);
        }
        if let Ok(external) = ExternalId::parse(text) {
            finds.cases.extend(self.cases(Sought::Called(external), sight).await?);
        }
        if let Ok(access) = AccessId::parse(text) {
            finds.accesses.extend(self.store.accesses_by_id(&access).await?);
            finds.cases.extend(self.cases(Sought::At(access), sight).await?);
        }
        if finds.cases.is_empty()
            && finds.accesses.is_empty()
            && let Ok(place) = address::parse(text)
        {
            match self.store.access_at(place, None).await? {
                Resolved::One(listed) => {
                    let access = listed.access.id.clone();
                    finds.cases.extend(self.cases(Sought::At(access), sight).await?);
                    finds.accesses.push(*listed);
                }
                Resolved::Doubt(_, rows) => {
                    finds.doubt = true;
                    finds.accesses = rows.into_iter().take(SHOWN_MAX as usize).collect();
                }
                Resolved::None => {}
            }
        }
        if sight == Sight::Ordinary {
            let mut open = Vec::with_capacity(finds.accesses.len());
            for listed in finds.accesses {
                if !self.store.is_restricted(&listed.access.id).await? {
                    open.push(listed);
                }
            }
            finds.accesses = open;
        }
        Ok(finds)
    }

    async fn cases(&self, sought: Sought, sight: Sight) -> Result<Vec<DeskRow>, DeskError> {
        Ok(self.store.look(Look { sought, sight, behind: None, most: SHOWN_MAX }).await?)
    }
}
