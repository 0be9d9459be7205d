//! Where a fault is, and whose network that is: it follows from a case or an access, and is asked for
//! anew at every step, so that no form can say otherwise.

use super::{Desk, DeskError};
use crate::address::Written;
use crate::domain::{AccessId, CaseId, RecipientId};
use crate::intake::Kind;
use crate::store::{Look, Sight, Sought};

/// What a fault is begun with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Something that was handed in for the customer before.
    Case(CaseId),
    /// An access.
    Access(AccessId),
}

impl Start {
    /// Reads the two members of a form of which one is there.
    pub fn parse(case: Option<&str>, access: Option<&str>) -> Option<Self> {
        match (case.filter(|text| !text.is_empty()), access) {
            (Some(case), _) => CaseId::parse(case).map(Self::Case),
            (None, access) => AccessId::parse(access?.trim()).ok().map(Self::Access),
        }
    }
}

/// Where a fault is.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Who repairs it.
    pub recipient: RecipientId,
    /// Where.
    pub access: AccessId,
    /// What was handed in for the same customer before: what is known of them keeps texts clean.
    pub follows: Option<CaseId>,
    /// The address, as the operator lists it.
    pub address: Option<Written>,
}

impl Desk {
    /// Where that is.
    ///
    /// # Errors
    /// [`DeskError::NotThere`]: nothing is known of it here, more than one operator lists it, or it is
    /// not for whoever asks.
    pub async fn ground(&self, start: &Start, sight: Sight) -> Result<Ground, DeskError> {
        let (follows, access) = match start {
            Start::Case(case) => {
                let row = self.store.look_at(*case, sight).await?.ok_or(DeskError::NotThere)?;
                let access = self.store.access_of(row.case.id).await?.ok_or(DeskError::NotThere)?;
                (Some((row.case.id, row.case.recipient)), access)
            }
            Start::Access(access) => (self.latest_at(access, sight).await?, access.clone()),
        };
        if sight == Sight::Ordinary && self.store.is_restricted(&access).await? {
            return Err(DeskError::NotThere);
        }
        let listed = self.store.accesses_by_id(&access).await?;
        let mut listed = listed.into_iter().filter(|listed| listed.access.id == access);
        let (first, second) = (listed.next(), listed.next());
        let recipient = match (&follows, &first, &second) {
            (Some((_, recipient)), ..) => recipient.clone(),
            (None, Some(only), None) => only.recipient.clone(),
            (None, ..) => return Err(DeskError::NotThere),
        };
        let address = first.filter(|listed| listed.recipient == recipient);
        Ok(Ground {
            recipient,
            access,
            follows: follows.map(|(case, _)| case),
            address: address.map(|listed| listed.access.written),
        })
    }

    /// The newest case at an access that says who the customer is.
    async fn latest_at(
        &self,
        access: &AccessId,
        sight: Sight,
    ) -> Result<Option<(CaseId, RecipientId)>, DeskError> {
        let look = Look { sought: Sought::At(access.clone()), sight, behind: None, most: 20 };
        let rows = self.store.look(look).await?;
        let own = rows.into_iter().filter(|row| row.case.about.is_none() && !row.case.erased);
        // An order tells more of a customer than a fault does.
        let newest = own.min_by_key(|row| row.case.kind != Kind::Order);
        Ok(newest.map(|row| (row.case.id, row.case.recipient)))
    }
}
