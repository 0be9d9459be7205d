//! `sluss log audit`: holds the log to the auditor's rules, and says what was looked at.

mod print;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};

use super::{leaf, read, verify};
use crate::audit::{Auditor, Report, Rule, Terms};
use crate::commands::{Deployment, Failure, Output};
use crate::log::{self, LeafIndex, TreeSize, What};

#[derive(Args, Debug)]
pub(in crate::commands) struct Arguments {
    /// An exported folder [default: the deployment's own log and cases]
    dir: Option<PathBuf>,
    /// A disclosure has its outcome within so many hours
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = value_parser!(u32).range(1..=87_600))]
    deadline_hours: u32,
    /// What operators say that they have received: JSON Lines, as schemas/log/acknowledgement.json
    #[arg(long, value_name = "FILE")]
    acknowledgements: Option<PathBuf>,
}

/// All that one audit looked at.
pub(crate) struct Audit {
    /// Of which log.
    origin: String,
    /// What its proofs say.
    verified: log::Report,
    /// What its leaves say.
    report: Report,
}

/// Audits a deployment, and leaves a leaf that says so.
pub(super) async fn deployment(
    deployment: &Deployment,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let audit = of_store(deployment, arguments).await?;
    let TreeSize(size) = audit.verified.size;
    read(&deployment.store, "audit", LeafIndex(0), size).await?;
    print::print(&audit, output);
    if audit.report.is_clean() { Ok(()) } else { Err(Failure::Said) }
}

async fn of_store(deployment: &Deployment, arguments: &Arguments) -> Result<Audit, Failure> {
    const PAGE: usize = 1_000;
    let store = &deployment.store;
    let verified = verify(store, store.verifier_key()).await?;
    let mut auditor = Auditor::new(Terms {
        deadline: hours(arguments.deadline_hours),
        heartbeat: deployment.config.heartbeat,
        now: Some(deployment.clock.now()),
    });
    let mut next = 0;
    // As far as it was verified: the log may grow meanwhile.
    while next < verified.size.0 {
        let most = usize::try_from(verified.size.0 - next).unwrap_or(PAGE).min(PAGE);
        let page = store.leaves(LeafIndex(next), most).await?;
        let Some(last) = page.last() else { break };
        next = last.index.0 + 1;
        for stored in &page {
            // One that cannot be read is told by the verification.
            let Ok(leaf) = leaf(stored) else { continue };
            if let Some(id) = auditor.wants(&leaf) {
                auditor.policy(id, store.policy(id).await?.as_deref());
            }
            auditor.leaf(stored.index, stored.hash, &leaf);
        }
    }
    let mut report = auditor.finish();
    unsound(&verified, &mut report);
    Ok(Audit { origin: deployment.config.origin.clone(), verified, report })
}

/// What the verification found is a finding too. What it says of outcomes the rules say themselves.
fn unsound(verified: &log::Report, report: &mut Report) {
    let of_outcomes =
        |what| matches!(what, What::NoIntent(_) | What::IntentHash(_) | What::SecondOutcome(_));
    for fault in verified.faults.iter().filter(|fault| !of_outcomes(fault.what)) {
        report.findings.add(Rule::Log, fault.index, fault.what.to_string());
    }
}

fn hours(hours: u32) -> Duration {
    Duration::from_hours(hours.into())
}
