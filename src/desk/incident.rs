//! What was sent of a case that somebody says should not have been: as the log tells it, for the report.

use super::{Desk, DeskError, StoryError};
use crate::domain::{CaseId, Timestamp};
use crate::log::{Event, Intent, Leaf, LeafIndex, OutcomeResult};
use crate::store::{CaseRow, IncidentRow, Sight};

/// A disclosure of the case.
pub struct Sent {
    /// Where it stands in the log.
    pub leaf: LeafIndex,
    /// When it was recorded.
    pub at: Timestamp,
    /// What it says.
    pub intent: Intent,
    /// How it ended; `None`: it has not.
    pub result: Option<OutcomeResult>,
}

/// A report in the making.
pub struct Report {
    /// What somebody has noticed, and when.
    pub incident: IncidentRow,
    /// The case.
    pub case: CaseRow,
    /// What was disclosed of it, in order. One that did not leave for certain is none.
    pub sent: Vec<Sent>,
}

impl Desk {
    /// The report about a draft.
    pub async fn report_of(
        &self,
        incident: IncidentRow,
        sight: Sight,
    ) -> Result<Report, DeskError> {
        let row = self.store.look_at(incident.case, sight).await?.ok_or(DeskError::NotThere)?;
        let sent = self.sent(row.case.id).await?;
        Ok(Report { incident, case: row.case, sent })
    }

    async fn sent(&self, case: CaseId) -> Result<Vec<Sent>, DeskError> {
        let mut sent: Vec<Sent> = Vec::new();
        for stored in self.store.leaves_of(case).await? {
            let leaf = Leaf::parse(&stored.body).map_err(StoryError::from)?;
            match leaf.event {
                Event::Intent(intent) => {
                    let (leaf, at) = (stored.index, leaf.at);
                    sent.push(Sent { leaf, at, intent, result: None });
                }
                Event::Outcome(outcome) => {
                    if let Some(one) = sent.iter_mut().find(|one| one.leaf == outcome.intent) {
                        one.result = Some(outcome.result);
                    }
                }
                _ => {}
            }
        }
        sent.retain(|one| one.result != Some(OutcomeResult::Unsent));
        Ok(sent)
    }
}
