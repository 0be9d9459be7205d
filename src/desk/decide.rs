//! What a person decides about a case, and what they say about one: comments, an end, a reopening.

use std::sync::Arc;

use serde_json::json;
use zeroize::Zeroizing;

use super::fault::Drafted;
use super::{Desk, DeskError, DraftId, Seen};
use crate::domain::{CaseId, CaseState, HoldReason, IncidentId, LeafId, Step, SubmissionId};
use crate::intake::{self, Change, Context, Kind};
use crate::log::{Code, Event, Release, Role, Stopped};
use crate::store::{Agreed, CaseRow, DeskRow, IncidentKind, IncidentRow, Sight, StoreError};

/// What a person decides about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let it go on.
    Release,
    /// Look at it now rather than later; at what is held, anew.
    Retry,
    /// Stop it for good.
    Cancel,
    /// Keep it from going on.
    Hold,
    /// I look after it.
    Take,
    /// Somebody else may.
    Leave,
}

impl Decision {
    /// Reads the word of a form.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "release" => Self::Release,
            "retry" => Self::Retry,
            "cancel" => Self::Cancel,
            "hold" => Self::Hold,
            "take" => Self::Take,
            "leave" => Self::Leave,
            _ => return None,
        })
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is so.
    Done,
    /// One has agreed; another must.
    AwaitsSecond,
    /// It cannot be, as the case stands.
    NotNow,
}

/// What somebody says about a fault.
#[derive(Clone, Copy)]
pub struct Said<'s> {
    /// The fault, as it was handed in.
    pub of: SubmissionId,
    /// What names the form that it is written in.
    pub draft: &'s DraftId,
    /// In their own words.
    pub text: &'s str,
    /// Closed, or in progress again; `None`: as it is.
    pub status: Option<&'s str>,
}

impl Desk {
    /// Decides. A leaf says so, with the role; who it was is told of nowhere.
    pub async fn decide(
        &self,
        case: CaseId,
        decision: Decision,
        (who, role): (&str, Role),
        sight: Sight,
    ) -> Result<Decided, DeskError> {
        let row = self.store.look_at(case, sight).await?.ok_or(DeskError::NotThere)?;
        let decided = match decision {
            Decision::Take => self.store.assign(case, Some(who.to_owned())).await,
            Decision::Leave => self.store.assign(case, None).await,
            Decision::Retry if row.case.state == CaseState::Held => {
                self.step(&row.case, Step::Retry, role).await
            }
            Decision::Retry => {
                let hurried = self.store.hurry(case).await?;
                return Ok(if hurried { Decided::Done } else { Decided::NotNow });
            }
            Decision::Release => {
                if self.wants_two(&row) && self.store.agree(case, who).await? == Agreed::One {
                    return Ok(Decided::AwaitsSecond);
                }
                self.step(&row.case, Step::Release, role).await
            }
            Decision::Cancel => self.step(&row.case, Step::Cancel, role).await,
            Decision::Hold => self.step(&row.case, Step::Hold, role).await,
        };
        match decided {
            Ok(()) => Ok(Decided::Done),
            Err(StoreError::State(_) | StoreError::Fenced | StoreError::NoSuchCase) => {
                Ok(Decided::NotNow)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether two must agree to the release of a case that is held.
    pub fn wants_two(&self, row: &DeskRow) -> bool {
        let reason = row.case.reason.as_deref().and_then(HoldReason::parse);
        row.case.state == CaseState::Held
            && reason.is_some_and(|reason| self.rules.four_eyes.contains(&reason))
    }

    async fn step(&self, row: &CaseRow, step: Step, role: Role) -> Result<(), StoreError> {
        let (recipient, purpose) = (row.recipient.clone(), row.purpose);
        let event = if step == Step::Hold {
            Event::Hold(Stopped {
                recipient,
                purpose,
                policy: None,
                reason: HoldReason::Person,
                withheld: [].into(),
                actor: role,
                sd: [].into(),
            })
        } else {
            let word = match step {
                Step::Cancel => "cancelled",
                Step::Retry => Release::RETRIED,
                _ => "released",
            };
            let reason = Code::parse(word).ok_or(StoreError::Corrupt { table: "leaf" })?;
            Event::Release(Release { recipient, purpose, reason, actor: role, sd: [].into() })
        };
        let leaf = LeafId::draw(&*self.entropy);
        self.store.decide(row.id, step, (leaf, event)).await
    }

    /// Says something about a fault: as a change of its own, that leaves when it cannot be undone any
    /// more. What is said under the number of a draft has the bytes that it was shown with.
    pub async fn say(&self, said: &Said<'_>) -> Result<SubmissionId, DeskError> {
        self.may_take()?;
        let mut change = self.asked(said)?;
        // Whoever handed the fault in, the desk may say more of it.
        if let Some(row) = self.store.submission(Kind::Ticket, said.of).await? {
            change.client = row.client;
        }
        Ok(self.store.accept_change(change, None).await?.id())
    }

    /// What would leave if that were said; nothing is. `None`: nothing can be said about the case.
    pub async fn see_said(
        &self,
        about: CaseId,
        said: &Said<'_>,
    ) -> Result<Option<Seen>, DeskError> {
        let change = self.asked(said)?;
        let case = self.store.as_asked(about, change).await?;
        case.as_ref().map(|case| self.see(case)).transpose()
    }

    fn asked(&self, said: &Said<'_>) -> Result<Change, DeskError> {
        let Said { of, draft, text, status } = *said;
        let mut body = json!({});
        let text = text.trim();
        if !text.is_empty() {
            body["note"] = json!([{ "text": text }]);
        }
        if let Some(status) = status {
            body["status"] = json!(status);
        }
        let context = Context {
            client: &self.client,
            recipients: &self.ids,
            now: self.clock.now(),
            entropy: &*self.entropy,
            bytes_max: self.body_bytes_max,
            accesses: &self.store,
        };
        let body = Zeroizing::new(body.to_string());
        let mut change = intake::change(Kind::Ticket, of, body.as_bytes(), &context)?;
        change.wait = self.rules.undo;
        change.drawn = Some(Arc::new(Drafted::of(draft, &body)));
        Ok(change)
    }

    /// Drafts the report that something was sent that should not have been: the times run from now.
    pub async fn wrongly_sent(
        &self,
        case: CaseId,
        kind: IncidentKind,
        sight: Sight,
    ) -> Result<(), DeskError> {
        self.store.look_at(case, sight).await?.ok_or(DeskError::NotThere)?;
        let id = IncidentId::draw(&*self.entropy);
        let noticed = self.clock.now();
        Ok(self.store.note_incident(IncidentRow { id, case, kind, noticed, closed: None }).await?)
    }
}
