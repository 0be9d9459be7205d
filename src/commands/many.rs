//! `sluss case release --all`, `case retry --all`: what a person decides about many held cases, one by
//! one: each as it would be decided by itself, with a leaf of its own.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::deployment::Deployment;
use super::output::Progress;
use super::serve::told_to_stop;
use super::{Failure, Output};
use crate::desk::{Decided, Decision, Desk, DeskError};
use crate::domain::{CaseId, HoldReason, RecipientId, Timestamp};
use crate::log::Role;
use crate::store::{DeskRow, Look, Sight, Sought};

/// So many are decided at once; they share a commit, or a few.
const BATCH: usize = 64;
/// So many are looked up at once.
const PAGE: u32 = 500;

/// Which of the held cases.
#[derive(Args, Debug)]
pub(super) struct Many {
    /// Every held case, but for protected identities and for what two persons must decide together
    #[arg(long, conflicts_with = "id")]
    pub(super) all: bool,
    /// Of these only those at this recipient
    #[arg(long, value_name = "ID", requires = "all", conflicts_with = "id")]
    recipient: Option<String>,
    /// Only those that are held for this reason, such as attempts-used-up
    #[arg(long, value_name = "CODE", requires = "all", conflicts_with = "id")]
    reason: Option<String>,
    /// At most so many, the longest waiting first
    #[arg(long, value_name = "N", requires = "all", conflicts_with = "id")]
    limit: Option<usize>,
    /// Show which these are, and decide nothing
    #[arg(long, requires = "all", conflicts_with = "id")]
    dry_run: bool,
}

/// What is asked for.
struct Wanted {
    recipient: Option<RecipientId>,
    reason: Option<HoldReason>,
    limit: usize,
}

impl Wanted {
    fn of(many: &Many) -> Result<Self, Failure> {
        let recipient = many.recipient.as_deref().map(RecipientId::parse).transpose();
        let reason = many.reason.as_deref().map(|text| {
            HoldReason::parse(text).ok_or_else(|| {
                let known: Vec<_> = HoldReason::ALL.iter().map(|reason| reason.as_str()).collect();
                Failure::Usage(format!("{text:?} is not a reason: {}", known.join(", ")))
            })
        });
        Ok(Self {
            recipient: recipient.map_err(|error| Failure::Usage(error.to_string()))?,
            reason: reason.transpose()?,
            limit: many.limit.unwrap_or(usize::MAX),
        })
    }

    fn has(&self, row: &DeskRow) -> bool {
        let reason = self.reason.map(HoldReason::as_str);
        self.recipient.as_ref().is_none_or(|id| *id == row.case.recipient)
            && (reason.is_none() || reason == row.case.reason.as_deref())
    }
}

/// What is held, as it was found.
#[derive(Default)]
struct Found {
    cases: Vec<CaseId>,
    /// How many, by recipient and reason.
    groups: BTreeMap<(RecipientId, String), usize>,
    /// Those that two must decide.
    for_two: usize,
}

/// What became of them.
#[derive(Default)]
struct Done {
    decided: usize,
    /// They are not held any more, or are being worked on.
    not_now: Vec<CaseId>,
    interrupted: bool,
}

pub(super) async fn run(
    deployment: &Deployment,
    decision: Decision,
    many: &Many,
    output: &Output,
) -> Result<(), Failure> {
    let wanted = Wanted::of(many)?;
    let desk = deployment.desk()?;
    let found = find(deployment, &desk, decision, &wanted).await?;
    for ((recipient, reason), count) in &found.groups {
        output.line(format!("{count:>8}  {recipient}  {reason}"));
    }
    if found.for_two > 0 {
        let what = "must be released by two persons together, at a page: they stay held";
        output.line(format!("{:>8}  {what}", found.for_two));
    }
    let done = if many.dry_run {
        output.line(format!("{} held cases would go on; nothing is decided", found.cases.len()));
        Done::default()
    } else {
        let done = decide(&desk, decision, &found.cases, output).await?;
        output.line(format!("{} of {} held cases go on", done.decided, found.cases.len()));
        done
    };
    for case in &done.not_now {
        output.line(format!("{case}  was decided or taken on by somebody else meanwhile"));
    }
    if done.interrupted {
        output.line("stopped; what goes on goes on, and the same command goes on with the rest");
    }
    output.data(&told(many, &found, &done));
    if done.interrupted || !done.not_now.is_empty() { Err(Failure::Said) } else { Ok(()) }
}

/// Those that are held by now. Protected identities are not for whoever may use this machine: they are
/// decided one by one.
async fn find(
    deployment: &Deployment,
    desk: &Desk,
    decision: Decision,
    wanted: &Wanted,
) -> Result<Found, Failure> {
    let mut found = Found::default();
    let mut behind: Option<(Timestamp, CaseId)> = None;
    loop {
        let look = Look { sought: Sought::Held, sight: Sight::Ordinary, behind, most: PAGE };
        let rows = deployment.store.look(look).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        behind = Some((last.case.changed, last.case.id));
        for row in rows.iter().filter(|row| wanted.has(row)) {
            if decision == Decision::Release && desk.wants_two(row) {
                found.for_two += 1;
                continue;
            }
            if found.cases.len() >= wanted.limit {
                return Ok(found);
            }
            let reason = row.case.reason.clone().unwrap_or_default();
            *found.groups.entry((row.case.recipient.clone(), reason)).or_default() += 1;
            found.cases.push(row.case.id);
        }
    }
}

async fn decide(
    desk: &Desk,
    decision: Decision,
    cases: &[CaseId],
    output: &Output,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut progress = Progress::of(cases.len(), output);
    let mut stop = std::pin::pin!(told_to_stop());
    for batch in cases.chunks(BATCH) {
        let mut under_way = JoinSet::new();
        for case in batch.iter().copied() {
            let desk = desk.clone();
            under_way.spawn(async move {
                let by = ("", Role::Operations);
                (case, desk.decide(case, decision, by, Sight::Ordinary).await)
            });
        }
        // What was begun ends, whatever becomes of the others.
        let mut failed = None;
        while let Some(ended) = under_way.join_next().await {
            let (case, decided) =
                ended.map_err(|_| Failure::Log("a part of the program has failed".to_owned()))?;
            match decided {
                Ok(Decided::Done) => done.decided += 1,
                Ok(Decided::NotNow | Decided::AwaitsSecond) | Err(DeskError::NotThere) => {
                    done.not_now.push(case);
                }
                Err(error) => failed = Some(error),
            }
            progress.step();
        }
        if let Some(error) = failed {
            let what = "what goes on goes on, and the same command goes on with the rest";
            output.aside(format!("{} of {}: {what}", done.decided, cases.len()));
            return Err(match error {
                DeskError::Store(error) => error.into(),
                other => Failure::Log(other.to_string()),
            });
        }
        let asked =
            tokio::select! { biased; () = &mut stop => true, () = std::future::ready(()) => false };
        if asked {
            done.interrupted = true;
            break;
        }
    }
    done.not_now.sort();
    Ok(done)
}

fn told(many: &Many, found: &Found, done: &Done) -> Value {
    let groups: Vec<Value> = found
        .groups
        .iter()
        .map(|((recipient, reason), count)| {
            json!({ "recipient": recipient.as_str(), "reason": reason, "cases": count })
        })
        .collect();
    let ids = |cases: &[CaseId]| cases.iter().map(CaseId::to_string).collect::<Vec<_>>();
    json!({
        "dryRun": many.dry_run,
        "found": ids(&found.cases),
        "groups": groups,
        "forTwo": found.for_two,
        "decided": done.decided,
        "notNow": ids(&done.not_now),
        "interrupted": done.interrupted,
    })
}
