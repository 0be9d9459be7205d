//! `sluss log audit`: holds the log to the auditor's rules, and says what was looked at. Of a
//! deployment with its cases, or of an exported folder alone.

mod deployment;
mod folder;
mod print;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};
use jiff::civil::Date;

use crate::audit::{Acknowledged, Acknowledgements, Days, Reconciled, Report, Rule, Terms};
use crate::commands::Failure;
use crate::commands::submit;
use crate::domain::Timestamp;
use crate::log::{self, Fingerprint, VerifierKey, What};

pub(super) use deployment::deployment;
pub(crate) use folder::folder;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A folder that `log export` has made [default: the deployment's own log and cases]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// A disclosure has its outcome within so many hours
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = value_parser!(u32).range(1..=87_600))]
    deadline_hours: u32,
    /// The log is silent no longer than this [default: as configured; of a folder 3600]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=86_400))]
    heartbeat_seconds: Option<u32>,
    /// What operators say that they have received: JSON Lines, as schemas/log/acknowledgement.json
    #[arg(long, value_name = "FILE")]
    acknowledgements: Option<PathBuf>,
    /// The first day that the acknowledgements are of [default: the log's]
    #[arg(long, value_name = "DATE", requires = "acknowledgements")]
    from: Option<Date>,
    /// The last day that the acknowledgements are of [default: the log's]
    #[arg(long, value_name = "DATE", requires = "acknowledgements")]
    to: Option<Date>,
    /// Trust this key instead of those in the folder
    #[arg(long, value_name = "VKEY", requires = "folder")]
    key: Vec<String>,
    /// Trust the key in the folder that has this fingerprint, as it stands on paper
    #[arg(long, value_name = "HEX", requires = "folder", conflicts_with = "key")]
    fingerprint: Option<String>,
}

impl Arguments {
    /// Whether a folder is to be audited, and no deployment.
    pub(crate) const fn is_offline(&self) -> bool {
        self.folder.is_some()
    }

    fn terms(&self, heartbeat: Duration, now: Option<Timestamp>) -> Terms {
        let seconds = self.heartbeat_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        Terms {
            deadline: Duration::from_hours(self.deadline_hours.into()),
            heartbeat: seconds.unwrap_or(heartbeat),
            now,
        }
    }

    fn acknowledgements(&self) -> Result<Option<Acknowledgements>, Failure> {
        let Some(file) = &self.acknowledgements else { return Ok(None) };
        let bytes = submit::read(file)?;
        let wrong = |what: String| Failure::Usage(format!("{}: {what}", file.display()));
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong("is no text".to_owned()))?;
        let days = Days { from: self.from, to: self.to };
        let read = Acknowledgements::read(text, days);
        read.map(Some).map_err(|error| wrong(error.to_string()))
    }
}

/// All that one audit looked at.
pub(crate) struct Audit {
    /// What its proofs say.
    verified: log::Report,
    /// Of which log, by which keys.
    keys: Vec<VerifierKey>,
    /// Somebody has compared the keys with what stands on paper, or need not.
    compared: bool,
    /// What its leaves say.
    report: Report,
    /// Held against the cases; `None` of a folder, which has none.
    cases: Option<Reconciled>,
    /// Held against what operators say.
    acknowledged: Option<Acknowledged>,
    /// Cases whose data is due to be wiped and is not; `None` of a folder.
    overdue: Option<u64>,
}

impl Audit {
    fn origin(&self) -> String {
        self.keys.first().map(|key| key.name().to_string()).unwrap_or_default()
    }

    fn fingerprints(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| Fingerprint::of(key).to_string())
    }
}

/// What the verification found is a finding too. What it says of outcomes the rules say themselves.
fn unsound(verified: &log::Report, report: &mut Report) {
    let of_outcomes =
        |what| matches!(what, What::NoIntent(_) | What::IntentHash(_) | What::SecondOutcome(_));
    for fault in verified.faults.iter().filter(|fault| !of_outcomes(fault.what)) {
        report.findings.add(Rule::Log, fault.index, fault.what.to_string());
    }
}

/// Every key but the first must have been announced by the log that it signs.
fn announced(keys: &[VerifierKey], report: &mut Report) {
    for key in keys.iter().skip(1) {
        let told = report.keys.iter().any(|(_, change)| change.vkey.as_ref() == Some(key));
        if !told {
            let what = format!("the key {key} verifies the log, and no leaf announces it");
            report.findings.add(Rule::KeyUnannounced, None, what);
        }
    }
}
