//! Step 5: what the answer means, the outcome leaf, and where the case goes from here.
//!
//! Every failure has one of four consequences ([`Consequence`]), decided in `consequence.rs` and
//! matched here, once. Any doubt whether bytes left counts as yes: the operator is asked before
//! anything is sent again.

mod consequence;
mod sign;
mod timing;

use std::fmt::Write as _;
use std::time::Duration;

use tracing::{info, instrument, warn};

pub use crate::store::Halt;
pub use consequence::Consequence;
pub use sign::Sign;
pub use timing::Timing;

use crate::dialects::reasons::{Phrase, Words, reason_of};
use crate::dialects::{Answer, Dialect, Finding, Placement, Progress, Sought, Standing, Verdict};
use crate::domain::{
    AccessId, Act, Case, CaseState, Entropy, Field, HoldReason, OperatorReference, Personal,
    RejectReason, ServiceId, Step, SubscriptionId, Timestamp,
};
use crate::log::OutcomeResult;
use crate::store::{Claim, Doubt, Pull, Settlement, Store, StoreError};
use crate::transmit::{Transmitted, WireError};

/// How often the operator must say that it does not have a message before that is believed.
const ABSENT_MIN: u32 = 2;

/// What a step came to. Made here only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    state: CaseState,
    sign: Sign,
}

impl Settled {
    /// Where the case stands now.
    pub const fn state(&self) -> CaseState {
        self.state
    }

    /// What was heard of the operator meanwhile.
    pub const fn sign(&self) -> Sign {
        self.sign
    }

    const fn at(state: CaseState) -> Self {
        Self { state, sign: Sign::None }
    }
}

/// What settling needs to know besides the answer.
pub struct Settling<'s> {
    /// Where outcomes are written.
    pub store: &'s Store,
    /// In whose words the answer is.
    pub dialect: &'static dyn Dialect,
    /// What this operator's texts mean, before everybody's.
    pub reasons: &'s [Phrase],
    /// How long to wait for what.
    pub timing: &'s Timing,
    /// How often this operator is asked how far it is.
    pub poll: Duration,
    /// For the jitter of a retry.
    pub entropy: &'s dyn Entropy,
    /// The time now.
    pub now: Timestamp,
    /// Whether the operator refuses because it has another id for the service, which is known now.
    pub moved: bool,
}

impl Settling<'_> {
    /// Settles what was sent.
    #[instrument(
        skip_all,
        fields(case.id = %transmitted.case(), leaf.index = transmitted.receipt().appended().index().0)
    )]
    pub async fn sent(&self, transmitted: Transmitted) -> Result<Settled, StoreError> {
        let leaf = transmitted.receipt().appended().index().0;
        let (claim, act, result) = transmitted.into_parts();
        let attempt = claim.attempt() + 1;
        let (judged, code, words, sign) = match result {
            Ok(answer) => {
                let code = code(&answer);
                info!("Disclosure {leaf} was answered with {}", answer.status);
                let (verdict, words) =
                    (self.dialect.decode(act, &answer), self.dialect.words(&answer));
                let sign = Sign::of_verdict(&verdict, &answer);
                (self.verdict(act, verdict, words.as_ref(), attempt, &code), code, words, sign)
            }
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "Disclosure {leaf} got no answer");
                let code = no_answer(&error).to_owned();
                (Err(Consequence::of_wire(&error)), code, None, Sign::of_wire(&error))
            }
        };
        let explains = matches!(
            judged,
            Ok(Settlement::Rejected { .. } | Settlement::Failed { .. } | Settlement::Held { .. })
                | Err(Consequence::Hold { .. })
        );
        if let Some(words) = words.filter(|_| explains) {
            self.keep(&claim, words).await;
        }
        let settled = self.conclude(claim, attempt, judged, code).await?;
        Ok(Settled { sign, ..settled })
    }

    /// Settles a disclosure that nobody knows the outcome of, by what the operator says.
    #[instrument(
        skip_all,
        fields(case.id = %doubt.claim.case(), leaf.index = doubt.intent.index().0)
    )]
    pub async fn found(
        &self,
        doubt: Doubt,
        sought: &Sought,
        result: Result<Answer, WireError>,
    ) -> Result<Settled, StoreError> {
        let (sign, result) = match result {
            Ok(answer) => {
                let finding = self.dialect.found(sought, &answer);
                (Sign::of_finding(&finding, &answer), Ok(finding))
            }
            Err(error) => (Sign::of_wire(&error), Err(error)),
        };
        let settled = self.looked(doubt, sought, result).await?;
        Ok(Settled { sign, ..settled })
    }

    async fn looked(
        &self,
        doubt: Doubt,
        sought: &Sought,
        result: Result<Finding, WireError>,
    ) -> Result<Settled, StoreError> {
        let leaf = doubt.intent.index().0;
        // The longer it has been in doubt, the more seldom it is asked about; and not for ever.
        let waited = self.now.since(doubt.recorded);
        if waited > self.timing.doubt_max {
            return self.give_up(doubt.claim).await;
        }
        let attempt = doubt.claim.attempt();
        let wait =
            (waited / 2).clamp(self.timing.settle, self.timing.retry_max.max(self.timing.settle));
        let again = self.now.after(wait);
        let finding = match result {
            Ok(finding) => finding,
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "Disclosure {leaf} is in doubt");
                return self.later(doubt.claim, again).await;
            }
        };
        match finding {
            Finding::Present(placement) => {
                info!("Disclosure {leaf} is at the operator");
                let code = "found-at-operator".to_owned();
                let accepted = Verdict::Accepted(placement);
                let judged = self.verdict(sought.act, accepted, None, attempt, &code);
                self.conclude(doubt.claim, attempt, judged, code).await
            }
            Finding::Absent if doubt.absent + 1 < ABSENT_MIN => {
                let again = self.now.after(self.timing.settle);
                self.store.absent(doubt.claim, again).await?;
                Ok(Settled::at(CaseState::Recorded))
            }
            Finding::Absent => {
                info!("Disclosure {leaf} is not at the operator");
                // It may have left and been lost: the outcome stays unknown, and the case goes on.
                let retry = Consequence::Retry { result: OutcomeResult::Unknown, wait: None };
                self.conclude(doubt.claim, attempt, Err(retry), "not-found-at-operator".to_owned())
                    .await
            }
            Finding::Busy(wait) => {
                let again = wait
                    .map_or(again, |wait| self.now.after(wait.min(self.timing.retry_max)))
                    .max(again);
                self.later(doubt.claim, again).await
            }
            Finding::Unclear => {
                warn!("The operator's answer about disclosure {leaf} cannot be read");
                self.later(doubt.claim, again).await
            }
        }
    }

    /// Moves a case that the operator has by how far it is.
    #[instrument(skip_all, fields(case.id = %claim.case()))]
    pub async fn followed(
        &self,
        claim: Claim,
        act: Act,
        result: Result<Answer, WireError>,
    ) -> Result<Settled, StoreError> {
        let words = result.as_ref().ok().and_then(|answer| self.dialect.words(answer));
        let (sign, progress) = match result {
            Ok(answer) => {
                let progress = self.dialect.followed(act, &answer);
                (Sign::of_progress(&progress, &answer), Ok(progress))
            }
            Err(error) => (Sign::of_wire(&error), Err(error)),
        };
        let settled = self.moved_on(claim, act, progress, words).await?;
        Ok(Settled { sign, ..settled })
    }

    async fn moved_on(
        &self,
        claim: Claim,
        act: Act,
        progress: Result<Progress, WireError>,
        words: Option<Words>,
    ) -> Result<Settled, StoreError> {
        let again = self.next_look(act);
        let (step, reason, subscription) = match progress {
            Ok(Progress::At(placement)) => match placement.standing {
                Standing::Working => (Step::Progress, None, placement.subscription),
                Standing::Done => (Step::Complete, None, placement.subscription),
                Standing::Failed => {
                    let reason = self.failed(words.as_ref());
                    if let Some(words) = words {
                        self.keep(&claim, words).await;
                    }
                    (Step::Fail, reason, placement.subscription)
                }
                Standing::Unknown => {
                    (Step::Hold, Some(HoldReason::Unclear.as_str()), placement.subscription)
                }
            },
            Ok(Progress::Gone) => (Step::Hold, Some(HoldReason::Unclear.as_str()), None),
            Ok(Progress::Busy(wait)) => {
                let wait = wait.unwrap_or(self.poll).min(self.timing.retry_max).max(self.poll);
                return self.later_placed(claim, self.now.after(wait)).await;
            }
            Ok(Progress::Unclear) => {
                warn!("The operator's answer about a placed case cannot be read");
                return self.later_placed(claim, again).await;
            }
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "The operator did not say how far it is");
                return self.later_placed(claim, again).await;
            }
        };
        self.store.progress(claim, step, reason, subscription, again).await?;
        let state = CaseState::Placed.after(step)?;
        if state != CaseState::Placed {
            info!("A placed case is {state}");
        }
        Ok(Settled::at(state))
    }

    /// What a verdict means for the case: a settlement, or a consequence.
    fn verdict(
        &self,
        act: Act,
        verdict: Verdict,
        words: Option<&Words>,
        attempt: u32,
        code: &str,
    ) -> Result<Settlement, Consequence> {
        match verdict {
            Verdict::Accepted(Placement { reference, subscription, standing }) => {
                let code = code.to_owned();
                match (standing, reference) {
                    (Standing::Done, reference) => {
                        Ok(Settlement::Completed { reference, subscription, code })
                    }
                    (Standing::Failed, reference) => {
                        let reason = self.failed(words);
                        Ok(Settlement::Failed { reference, code, reason })
                    }
                    (Standing::Working, Some(reference)) => {
                        let due = self.next_look(act);
                        Ok(Settlement::Placed { reference, subscription, code, due })
                    }
                    // It has it, and we could never ask how far it is; or its state is none we know.
                    (Standing::Working | Standing::Unknown, reference) => Ok(Settlement::Held {
                        result: OutcomeResult::Accepted,
                        code,
                        reason: HoldReason::Unclear,
                        reference,
                    }),
                }
            }
            // The status alone says little: what counts is the operator's words, where there are any.
            Verdict::Rejected(by_status) => {
                let reason = match words {
                    Some(words) => reason_of(words, self.reasons),
                    None => Some(by_status),
                };
                match reason {
                    // The same is decided anew, with the id that the operator has for it now.
                    _ if self.moved => {
                        Err(Consequence::Retry { result: OutcomeResult::Rejected, wait: None })
                    }
                    // An earlier message of this case may have arrived: then it is in its own way.
                    Some(reason) if attempt > 1 && !act.is_about() && reason.may_be_our_own() => {
                        Err(Consequence::Reconcile)
                    }
                    None if attempt > 1 && !act.is_about() && by_status.may_be_our_own() => {
                        Err(Consequence::Reconcile)
                    }
                    Some(reason) => Ok(Settlement::Rejected { reason, code: code.to_owned() }),
                    None => Err(Consequence::Hold {
                        result: OutcomeResult::Rejected,
                        reason: HoldReason::ReasonUnknown,
                    }),
                }
            }
            // What the dialect cannot read an operator's own row may.
            Verdict::Puzzling(puzzle) => match words.and_then(|it| reason_of(it, self.reasons)) {
                Some(reason) if puzzle == HoldReason::Unclear => {
                    Ok(Settlement::Rejected { reason, code: code.to_owned() })
                }
                _ => Err(Consequence::of_refusal(&Verdict::Puzzling(puzzle))),
            },
            refused => Err(Consequence::of_refusal(&refused)),
        }
    }

    /// Why it failed, as a code.
    fn failed(&self, words: Option<&Words>) -> Option<&'static str> {
        let words = words?;
        let reason = reason_of(words, self.reasons).map(RejectReason::as_str);
        Some(reason.unwrap_or(HoldReason::ReasonUnknown.as_str()))
    }

    /// Keeps what the operator said, sealed. Without it the case goes on all the same.
    async fn keep(&self, claim: &Claim, words: Words) {
        if let Err(error) = self.store.keep_words(claim.case(), words).await {
            warn!(error = %crate::telemetry::chain(&error), "The operator's words are not kept");
        }
    }

    /// The one place where consequences are carried out.
    async fn conclude(
        &self,
        claim: Claim,
        attempt: u32,
        judged: Result<Settlement, Consequence>,
        code: String,
    ) -> Result<Settled, StoreError> {
        let settlement = match judged {
            Ok(settlement) => settlement,
            Err(Consequence::Reconcile) => {
                let due = self.now.after(self.timing.settle);
                return self.later(claim, due).await;
            }
            Err(Consequence::Retry { result, .. }) if attempt >= self.timing.attempts_max => {
                let reason = HoldReason::AttemptsUsedUp;
                Settlement::Held { result, code, reason, reference: None }
            }
            Err(Consequence::Retry { result, wait }) => {
                let due = self.now.after(self.timing.backoff(attempt, wait, self.entropy));
                Settlement::Retry { result, code, due }
            }
            Err(Consequence::Hold { result, reason }) => {
                Settlement::Held { result, code, reason, reference: None }
            }
            Err(Consequence::Halt(reason)) => return Err(StoreError::Diverged(reason)),
        };
        let step = match &settlement {
            Settlement::Placed { .. } => Step::Place,
            Settlement::Completed { .. } => Step::Complete,
            Settlement::Failed { .. } => Step::Fail,
            Settlement::Rejected { .. } => Step::Reject,
            Settlement::Retry { .. } => Step::Retry,
            Settlement::Held { .. } => Step::Hold,
        };
        let case = claim.case();
        self.store.settle(claim, settlement).await?;
        let state = CaseState::Recorded.after(step)?;
        info!(case.id = %case, "The case is {state}");
        Ok(Settled::at(state))
    }

    /// Nobody could say what became of it for as long as is worth asking: a person finds out.
    async fn give_up(&self, claim: Claim) -> Result<Settled, StoreError> {
        let hold =
            Consequence::Hold { result: OutcomeResult::Unknown, reason: HoldReason::Unclear };
        self.conclude(claim, 0, Err(hold), "no-answer".to_owned()).await
    }

    /// Whether it is too early to ask about a disclosure: the operator may still be about to act.
    pub fn too_early(&self, doubt: &Doubt, timeout: Duration) -> Option<Timestamp> {
        let earliest = doubt.recorded.after(timeout + self.timing.settle);
        (self.now < earliest).then_some(earliest)
    }

    /// The disclosure stays without outcome, and the operator is asked later.
    pub async fn later(&self, claim: Claim, due: Timestamp) -> Result<Settled, StoreError> {
        self.store.give_back(claim, due).await?;
        Ok(Settled::at(CaseState::Recorded))
    }

    async fn later_placed(&self, claim: Claim, due: Timestamp) -> Result<Settled, StoreError> {
        self.store.give_back(claim, due).await?;
        Ok(Settled::at(CaseState::Placed))
    }

    /// Where the operator has a feed of order events, asking about a single order is the fallback
    /// for what the feed missed, and may be rare. Tickets have no feed.
    fn next_look(&self, act: Act) -> Timestamp {
        let told = !act.is_fault() && self.dialect.feed(None).is_some();
        let rare = if told { 10 } else { 1 };
        self.now.after(self.poll * rare)
    }
}

/// Settles what was answered to a contact pull. Its case goes its own way: all there is to say is
/// whether the operator took the answer.
#[instrument(skip_all, fields(leaf.index = transmitted.receipt().appended().index().0))]
pub async fn answered(
    store: &Store,
    transmitted: Transmitted<Pull>,
) -> Result<OutcomeResult, StoreError> {
    let intent = transmitted.receipt().appended();
    let (pull, _, result) = transmitted.into_parts();
    let (result, code) = match &result {
        Ok(answer) => (OutcomeResult::Accepted, code(answer)),
        Err(error) => (OutcomeResult::Unsent, no_answer(error).to_owned()),
    };
    info!("Disclosure {} was an answer, and is {result}", intent.index().0);
    store.settle_pull(pull, intent, result, code).await?;
    Ok(result)
}

/// By what the operator can be asked about a disclosure in doubt. `None` where the case knows of no
/// access id, which intake does not let happen.
pub fn sought(doubt: &Doubt) -> Option<Sought> {
    let text = |field| doubt.case.fact(field).map(Personal::disclose);
    Some(Sought {
        act: doubt.case.act(),
        reference: doubt.case.reference().clone(),
        about: text(Field::OperatorReference).and_then(|id| OperatorReference::parse(id).ok()),
        access: AccessId::parse(text(Field::AccessId)?).ok()?,
        subscription: subscription(&doubt.case),
        service: service(&doubt.case),
        since: doubt.recorded,
    })
}

/// The access that the operator can be asked about: it issued the id itself.
pub fn access(case: &Case) -> Option<AccessId> {
    AccessId::parse(case.facts().get(&Field::AccessId)?.disclose()).ok()
}

/// The operator's id of the service that a case names.
pub fn subscription(case: &Case) -> Option<SubscriptionId> {
    SubscriptionId::parse(case.fact(Field::SubscriptionId)?.disclose()).ok()
}

/// The operator's code of the service that a case names.
pub fn service(case: &Case) -> Option<ServiceId> {
    ServiceId::parse(case.fact(Field::ServiceId)?.disclose()).ok()
}

/// The answer as a code for the log: never its text, which may repeat what we sent.
fn code(answer: &Answer) -> String {
    let mut code = String::from("http-");
    // Writing to a String cannot fail.
    let _ = write!(code, "{}", answer.status);
    code
}

const fn no_answer(error: &WireError) -> &'static str {
    match error {
        WireError::Address => "no-address",
        WireError::NotSent(_) => "not-reached",
        WireError::Unanswered(_) => "no-answer",
        WireError::AnswerTooLong => "answer-too-long",
        WireError::TooLate => "too-late",
        WireError::NotTaken => "not-taken",
        WireError::Halted => "halted",
        WireError::Refused => "credentials-refused",
    }
}
