//! Random lives of a few cases, against the table of states and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use sluss::domain::{CaseState, RejectReason, Step};
use sluss::log::{Kind as LeafKind, OutcomeResult};
use sluss::store::Settlement;

use super::settling::{completed, placed};
use super::*;

#[derive(Clone, Debug)]
enum Intention {
    /// Hand in one more order, or one that is known.
    Accept(u8),
    /// Lease a case and lose it.
    Lose,
    /// Lease a case, record and settle it; or progress it where the operator has it.
    Move(Step),
    /// Lease a case, record it, and be gone.
    Vanish,
    /// A person decides about a case.
    Decide(u8, Step),
    /// Close and open again.
    Reopen,
    /// Time passes: leases run out.
    Wait,
}

fn intention() -> impl Strategy<Value = Intention> {
    let step = || proptest::sample::select(Step::ALL);
    prop_oneof![
        4 => (0..6_u8).prop_map(Intention::Accept),
        1 => Just(Intention::Lose),
        6 => step().prop_map(Intention::Move),
        2 => Just(Intention::Vanish),
        3 => (0..6_u8, step()).prop_map(|(case, step)| Intention::Decide(case, step)),
        1 => Just(Intention::Reopen),
        3 => Just(Intention::Wait),
    ]
}

/// What a case is to whoever knows the table of states only.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
    state: CaseState,
    leased: bool,
    /// The operator has it under a reference that we know.
    at_operator: bool,
}

fn settlement(step: Step, now: Timestamp) -> Option<Settlement> {
    let code = || "http-200".to_owned();
    Some(match step {
        Step::Retry => Settlement::Retry { result: OutcomeResult::Unsent, code: code(), due: now },
        Step::Place => placed("KO-1", now),
        Step::Complete => completed(),
        Step::Fail => Settlement::Failed { reference: None, code: code(), reason: None },
        Step::Reject => Settlement::Rejected { reason: RejectReason::Invalid, code: code() },
        Step::Hold => Settlement::Held {
            result: OutcomeResult::Unknown,
            code: code(),
            reason: HoldReason::Unclear,
            reference: None,
        },
        Step::Ready
        | Step::Record
        | Step::Progress
        | Step::Release
        | Step::Resume
        | Step::Cancel
        | Step::Withdraw
        | Step::Reopen => return None,
    })
}

struct World {
    place: Place,
    store: Store,
    names: BTreeMap<u8, CaseId>,
    cases: BTreeMap<CaseId, Model>,
}

impl World {
    fn model(&mut self, case: CaseId) -> &mut Model {
        self.cases.get_mut(&case).unwrap()
    }

    /// Leases one case, as the model says that it may be.
    async fn lease(&mut self) -> Option<(CaseId, Work)> {
        let free = |model: &Model| {
            let open = [CaseState::Accepted, CaseState::Recorded, CaseState::Placed];
            !model.leased && open.contains(&model.state)
        };
        let some = self.cases.values().any(free);
        let work = claim(&self.store, 1).await.pop();
        assert_eq!(work.is_some(), some);
        let work = work?;
        let (case, state) = match &work {
            Work::Deliver(claimed) => (claimed.claim.case(), CaseState::Accepted),
            Work::Reconcile(doubt) => (doubt.claim.case(), CaseState::Recorded),
            Work::Follow(placed) => (placed.claim.case(), CaseState::Placed),
        };
        let model = self.model(case);
        assert_eq!((model.state, model.leased), (state, false));
        model.leased = true;
        Some((case, work))
    }

    fn moved(&mut self, case: CaseId, step: Step) {
        let model = self.model(case);
        model.state = model.state.after(step).unwrap();
        model.leased = false;
        model.at_operator |= step == Step::Place;
    }

    async fn take(&mut self, intention: Intention) {
        let now = self.place.clock.now();
        match intention {
            Intention::Accept(name) => {
                let submission = self.place.order(&format!("ORD-{name}"));
                let case = submission.items[0].case.id();
                let new = !self.names.contains_key(&name);
                let accepted = self.store.accept(submission).await.unwrap();
                assert_eq!(matches!(accepted, sluss::store::Accepted::New(_)), new);
                if new {
                    self.names.insert(name, case);
                    let state = CaseState::Accepted;
                    self.cases.insert(case, Model { state, leased: false, at_operator: false });
                }
            }
            Intention::Lose => {
                self.lease().await;
            }
            Intention::Vanish => {
                if let Some((case, Work::Deliver(claimed))) = self.lease().await {
                    self.place.append(&self.store, &claimed).await.unwrap();
                    self.model(case).state = CaseState::Recorded;
                }
            }
            Intention::Move(step) => {
                let Some((case, work)) = self.lease().await else {
                    return;
                };
                self.work(case, work, step, now).await;
            }
            Intention::Decide(name, step) => {
                let Some(&case) = self.names.get(&name) else {
                    return;
                };
                let Model { state, leased, at_operator } = self.cases[&case];
                let persons =
                    [Step::Release, Step::Retry, Step::Cancel, Step::Hold].contains(&step);
                let may = persons && state != CaseState::Recorded && state.after(step).is_ok();
                let decided = self.store.decide(case, step, self.place.decision()).await;
                assert_eq!(decided.is_ok(), may && !leased, "{step} of {state}: {decided:?}");
                if decided.is_ok() {
                    // What the operator has is followed, never sent again.
                    let resumes = [Step::Release, Step::Retry].contains(&step) && at_operator;
                    self.moved(case, if resumes { Step::Resume } else { step });
                }
            }
            Intention::Reopen => {
                // Leases outlive who held them, until they are reaped or run out.
                self.store = self.place.open();
                let leased = self.cases.values().filter(|model| model.leased).count();
                reaped(&self.store, leased).await;
                self.cases.values_mut().for_each(|model| model.leased = false);
            }
            Intention::Wait => {
                self.place.pass(LEASE + Duration::from_secs(1));
                self.cases.values_mut().for_each(|model| model.leased = false);
            }
        }
    }

    async fn work(&mut self, case: CaseId, work: Work, step: Step, now: Timestamp) {
        let claim = match work {
            Work::Follow(placed) => {
                let reason = (step == Step::Hold).then_some(HoldReason::Unclear.as_str());
                let moved = self.store.progress(placed.claim, step, reason, None, now).await;
                assert_eq!(moved.is_ok(), CaseState::Placed.after(step).is_ok(), "{step}");
                if moved.is_ok() {
                    self.moved(case, step);
                }
                return;
            }
            Work::Deliver(claimed) if step == Step::Hold => {
                let leaf = self.place.stop();
                self.store.hold(claimed.claim, leaf, HoldReason::NoRule).await.unwrap();
                return self.moved(case, step);
            }
            Work::Deliver(claimed) => {
                self.place.append(&self.store, &claimed).await.unwrap();
                self.model(case).state = CaseState::Recorded;
                claimed.claim
            }
            Work::Reconcile(doubt) => doubt.claim,
        };
        if let Some(settlement) = settlement(step, now) {
            self.store.settle(claim, settlement).await.unwrap();
            self.moved(case, step);
        }
    }

    async fn agree(&self) {
        for row in self.store.cases(CaseFilter::default()).await.unwrap() {
            assert_eq!(row.state, self.cases[&row.id].state);
        }
        if size(&self.store).await == 0 {
            return;
        }
        // The verifier refuses a second outcome and one without its intent.
        let report = audit(&self.store).await;
        sound(&report);
        let recorded = self.cases.values().filter(|model| model.state == CaseState::Recorded);
        assert_eq!(report.open_intents.len(), recorded.count());
        let kind = |kind| report.kinds.get(&kind).copied().unwrap_or_default();
        let open = report.open_intents.len() as u64;
        assert_eq!(kind(LeafKind::Intent), kind(LeafKind::Outcome) + open);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_table_says(intentions in prop::collection::vec(intention(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let store = place.open();
            let mut world = World { place, store, names: BTreeMap::new(), cases: BTreeMap::new() };
            for intention in intentions {
                world.take(intention).await;
                world.agree().await;
            }
        });
    }
}
