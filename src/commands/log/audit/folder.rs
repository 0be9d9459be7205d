//! The audit of an exported folder: no configuration, no state, no network.

use std::time::Duration;

use super::{Arguments, Audit, announced, print, unsound};
use crate::audit::{Acknowledgements, Auditor, Report, Rule};
use crate::commands::log::verify;
use crate::commands::{Failure, Output};
use crate::export::{self, read};
use crate::log::{Event, Leaf, LeafIndex, TreeSize, leaf_hash};

/// How often heartbeats come where nobody says otherwise: `log.heartbeat_seconds` as it ships.
const HEARTBEAT: Duration = Duration::from_hours(1);

/// Audits an exported folder.
pub(crate) fn folder(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let Some(folder) = &arguments.folder else { return Ok(()) };
    let trust = verify::trust(arguments.fingerprint.as_deref(), &arguments.key)?;
    let mut acknowledgements = arguments.acknowledgements()?;
    let found = export::verify(folder, &trust).map_err(|error| Failure::Log(error.to_string()))?;
    let mut auditor = Auditor::new(arguments.terms(HEARTBEAT, None));
    let mut exports = Exports::default();
    let mut failed = None;
    read::leaves(folder, found.log.size, |index, bytes| {
        // One that cannot be read is told by the verification.
        let Ok(leaf) = Leaf::parse(bytes) else { return };
        if let Some(id) = auditor.wants(&leaf) {
            match read::policy(folder, id) {
                Ok(policy) => auditor.policy(id, policy.as_deref()),
                Err(error) => failed = Some(error),
            }
        }
        auditor.leaf(index, leaf_hash(bytes), &leaf);
        exports.leaf(index, &leaf);
        if let Some(acknowledgements) = &mut acknowledgements {
            // The keys are not in the folder: numbers can be compared, and no more.
            acknowledgements.leaf(index, &leaf, None, true);
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut report = auditor.finish();
    unsound(&found.log, &mut report);
    for fault in &found.files {
        report.findings.add(Rule::Log, None, format!("{}: {}", fault.file, fault.what));
    }
    announced(&found.keys, &mut report);
    exports.finish(found.log.size, &mut report);
    let acknowledged = acknowledgements.map(Acknowledgements::finish).map(|(told, findings)| {
        report.findings.extend(findings);
        told
    });
    let audit = Audit {
        verified: found.log,
        keys: found.keys,
        compared: found.compared,
        report,
        cases: None,
        acknowledged,
        overdue: None,
    };
    print::print(&audit, output);
    if audit.report.is_clean() { Ok(()) } else { Err(Failure::Said) }
}

/// The exports that the log tells of: the last of them made this folder, and those before it what it
/// was extended from.
#[derive(Default)]
struct Exports(std::collections::BTreeMap<LeafIndex, (u64, u64)>);

impl Exports {
    fn leaf(&mut self, index: LeafIndex, leaf: &Leaf) {
        if let Event::Read(read) = &leaf.event
            && read.what.as_str() == "export"
        {
            self.0.insert(index, (read.first.0, read.first.0.saturating_add(read.count)));
        }
    }

    fn finish(&self, TreeSize(size): TreeSize, report: &mut Report) {
        let mut covered = size;
        while let Some(last) = covered.checked_sub(1).map(LeafIndex) {
            match self.0.get(&last) {
                Some((first, end)) if *end >= covered && *first < covered => covered = *first,
                _ => {
                    let what = format!("leaf {last} is no record of an export up to there");
                    let what = format!("the folder holds {covered} leaves, and {what}");
                    report.findings.add(Rule::ExportUnlogged, Some(last), what);
                    return;
                }
            }
        }
    }
}
