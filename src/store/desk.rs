//! What people at a desk ask for: cases by what they have at hand, who looks after a held one, who has
//! agreed to what two must agree to, and what should not have been sent.

use super::{CaseRow, Store, StoreError, seal};
use crate::domain::{AccessId, CaseId, ExternalId, IncidentId, Timestamp, closed_list};

use std::fmt;

/// What somebody may see. Who may not see everything does not learn that there is more: not in a list,
/// not in a count, not by asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All but what is for the restricted role.
    Ordinary,
    /// What is for the restricted role, too.
    Restricted,
}

/// By what cases are looked for.
#[derive(Clone, Debug)]
pub enum Sought {
    /// The newest.
    Newest,
    /// By the access that they are at.
    At(AccessId),
    /// By what the ordering system calls them.
    Called(ExternalId),
    /// Those that wait for a person, the longest waiting first.
    Held,
}

/// Which cases are shown.
#[derive(Clone, Debug)]
pub struct Look {
    /// By what.
    pub sought: Sought,
    /// To whom.
    pub sight: Sight,
    /// Behind the one that stood last on the page before: its time in the list, and its id.
    pub behind: Option<(Timestamp, CaseId)>,
    /// At most so many.
    pub most: u32,
}

/// A case at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// The case.
    pub case: CaseRow,
    /// Whether it is for the restricted role.
    pub restricted: bool,
    /// Who has taken it on.
    pub assigned: Option<String>,
    /// Whether one person has agreed to its release, and another must.
    pub agreed: bool,
}

/// What came of agreeing to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// One has agreed, and another must: nobody can by themselves.
    One,
    /// Two have.
    Both,
}

/// Words that somebody vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VouchedRow {
    /// Of which case.
    pub case: CaseId,
    /// Which of its words.
    pub seq: u32,
    /// Why; a word of a closed list.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Whoever looks has vouched for it themselves.
    pub is_own: bool,
}

closed_list! {
    /// What went wrong where something was sent that should not have been.
    IncidentKind {
        /// Somebody got it who should not have.
        WrongRecipient = "wrong-recipient",
        /// It was about somebody else.
        WrongPerson = "wrong-person",
        /// More left than was needed.
        TooMuch = "too-much",
        /// Anything else.
        Other = "other",
    }
}

closed_list! {
    /// How a report of something wrongly sent was closed.
    IncidentDecision {
        /// It was reported to PTS and to IMY.
        ReportedToBoth = "reported-to-both",
        /// It was reported to PTS.
        ReportedToPts = "reported-to-pts",
        /// It was reported to IMY.
        ReportedToImy = "reported-to-imy",
        /// It is documented, and need not be reported.
        NotToBeReported = "not-to-be-reported",
        /// Nothing was wrongly sent.
        NoIncident = "no-incident",
    }
}

/// A draft of a report that something was sent that should not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// Our id.
    pub id: IncidentId,
    /// Of which case.
    pub case: CaseId,
    /// What went wrong.
    pub kind: IncidentKind,
    /// When somebody noticed: from here the times run.
    pub noticed: Timestamp,
    /// When it was closed, and how.
    pub closed: Option<(Timestamp, IncidentDecision)>,
}

impl Store {
    /// Cases, for somebody at a desk.
    pub async fn look(&self, look: Look) -> Result<Vec<DeskRow>, StoreError> {
        self.0.look(look).await
    }

    /// One case; `None` where it is not there, or not for whoever looks.
    pub async fn look_at(&self, case: CaseId, sight: Sight) -> Result<Option<DeskRow>, StoreError> {
        self.0.look_at(case, sight).await
    }

    /// Where a case is; `None` where that is not known, or not any more.
    pub async fn access_of(&self, case: CaseId) -> Result<Option<AccessId>, StoreError> {
        Ok(self.open_case(case).await?.and_then(|case| seal::access_of(&case)))
    }

    /// Whether somebody at this access is for the restricted role.
    pub async fn is_restricted(&self, access: &AccessId) -> Result<bool, StoreError> {
        self.0.is_restricted(access).await
    }

    /// Says who looks after a held case; `None`: nobody any more.
    pub async fn assign(&self, case: CaseId, who: Option<String>) -> Result<(), StoreError> {
        self.0.assign(case, who).await
    }

    /// Somebody agrees to the release of a held case. The same person again is still one.
    pub async fn agree(&self, case: CaseId, who: &str) -> Result<Agreed, StoreError> {
        self.0.agree(case, who).await
    }

    /// Keeps that somebody vouched for words of a case, in their order, each with its reason.
    pub async fn note_vouched(
        &self,
        case: CaseId,
        reasons: Vec<String>,
        who: &str,
    ) -> Result<(), StoreError> {
        self.0.note_vouched(case, reasons, who).await
    }

    /// What was vouched for and nobody else has looked at, oldest first; what whoever looks vouched for
    /// themselves is marked.
    pub async fn unreviewed(
        &self,
        sight: Sight,
        who: &str,
        most: u32,
    ) -> Result<Vec<VouchedRow>, StoreError> {
        self.0.unreviewed(sight, who, most).await
    }

    /// Somebody else says what they think of it; false: it is their own, or has been looked at.
    pub async fn review(
        &self,
        (case, seq): (CaseId, u32),
        is_right: bool,
        who: &str,
    ) -> Result<bool, StoreError> {
        self.0.review((case, seq), is_right, who).await
    }

    /// Keeps the draft of a report.
    pub async fn note_incident(&self, incident: IncidentRow) -> Result<(), StoreError> {
        self.0.note_incident(incident).await
    }

    /// The drafts about a case.
    pub async fn incidents(&self, case: CaseId) -> Result<Vec<IncidentRow>, StoreError> {
        self.0.incidents(case).await
    }

    /// All drafts, the latest first: behind the one that stood last on the page before.
    pub async fn all_incidents(
        &self,
        sight: Sight,
        behind: Option<(Timestamp, IncidentId)>,
        most: u32,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        self.0.all_incidents(sight, behind, most).await
    }

    /// One draft; `None` where it is not there, or not for whoever looks.
    pub async fn incident(
        &self,
        id: IncidentId,
        sight: Sight,
    ) -> Result<Option<IncidentRow>, StoreError> {
        self.0.incident(id, sight).await
    }

    /// Closes a draft; false: it was closed before.
    pub async fn close_incident(
        &self,
        id: IncidentId,
        decision: IncidentDecision,
    ) -> Result<bool, StoreError> {
        self.0.close_incident(id, decision).await
    }
}
