//! The report of an audit: what was looked at, with counts, and what is off.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Audit;
use crate::audit::{FINDINGS_MAX, Finding, Report};
use crate::commands::Output;
use crate::domain::Timestamp;
use crate::log::{Kind, OutcomeResult};

/// So many of a kind are named one by one for people; the rest is counted. Data has them all.
const NAMED_MAX: usize = 20;

pub(super) fn print(audit: &Audit, output: &Output) {
    output.line(text(audit).trim_end());
    output.data(&data(audit));
}

fn text(audit: &Audit) -> String {
    let Audit { verified, report, .. } = audit;
    let origin = audit.origin();
    let mut lines = Lines::default();
    let findings = &report.findings;
    match findings.count() {
        0 => lines.say(format!("Nothing is off in the log {origin}.")),
        1 => lines.say(format!("ONE THING IS OFF in the log {origin}.")),
        many => lines.say(format!("{many} THINGS ARE OFF in the log {origin}.")),
    }
    lines.say("");
    lines.say("What was looked at");
    let span = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), Timestamp::rfc3339);
    let (first, last) = (span(report.first), span(report.last));
    lines.row("leaves", format!("{}, {first} to {last}", report.leaves()));
    let sound = if verified.is_sound() { "verified" } else { "NOT VERIFIED" };
    lines.row("tree", format!("{sound}, root {}", verified.root.base64()));
    for fingerprint in audit.fingerprints() {
        let compared = if audit.compared { "" } else { "; COMPARE IT with the one on paper" };
        lines.row("key", format!("{fingerprint}{compared}"));
    }
    disclosures(report, &mut lines);
    cases(audit, &mut lines);
    acknowledged(audit, &mut lines);
    silence(report, &mut lines);
    reads(report, &mut lines);
    listed(report, &mut lines);
    if findings.count() > 0 {
        lines.say("");
        lines.say("What is off");
        findings.first.iter().for_each(|finding| lines.finding(finding));
        if findings.count() > FINDINGS_MAX as u64 {
            lines.say(format!("  and more: {FINDINGS_MAX} are listed, by rule there are"));
            for (rule, count) in &findings.counts {
                lines.say(format!("    {rule:<28} {count}"));
            }
        }
    }
    lines.0
}

fn disclosures(report: &Report, lines: &mut Lines) {
    let kind = |kind| report.kinds.get(&kind).copied().unwrap_or_default();
    let ended = OutcomeResult::ALL.iter().filter_map(|result| {
        let count = report.results.get(result)?;
        Some(format!("{count} {result}"))
    });
    let ended: Vec<String> = ended.collect();
    let ended = if ended.is_empty() { "none ended".to_owned() } else { ended.join(", ") };
    lines.row("disclosures", format!("{}: {ended}", kind(Kind::Intent)));
    let (replayed, not) = (report.decisions_replayed, report.decisions_not_replayed);
    lines.row(
        "decisions",
        if replayed == 0 {
            format!("NONE was replayed, {not} could not be")
        } else {
            format!("{replayed} replayed against the policy that they name, {not} could not be")
        },
    );
    let refused = kind(Kind::Refusal) + kind(Kind::Hold);
    lines.row(
        "refusals",
        format!(
            "{refused}: {} looked up, {} on grounds that only the case tells",
            report.refusals_replayed, report.refusals_not_replayable
        ),
    );
    if report.open.is_empty() {
        lines.row("open", "none");
    }
    for (index, since) in report.open.iter().take(NAMED_MAX) {
        lines.row("open", format!("leaf {index} has no outcome yet, since {}", since.rfc3339()));
    }
    lines.more("open", report.open.len());
}

fn cases(audit: &Audit, lines: &mut Lines) {
    let Some(told) = audit.cases else {
        lines.row("cases", "not looked at: an exported folder has none");
        return;
    };
    lines.row("cases", format!("{}, with {} disclosures", told.cases, told.disclosures));
    if told.erased + told.cut > 0 {
        let (erased, cut) = (told.erased, told.cut);
        let what = format!("{erased} cases and {cut} disclosures cannot be held together any more");
        lines.row("erased", what);
    }
    if told.moving > 0 {
        lines.row("moving", format!("{} cases moved on meanwhile: audit again", told.moving));
    }
    if let Some(overdue) = audit.overdue {
        lines.row("retention", format!("{overdue} cases overdue"));
    }
}

fn acknowledged(audit: &Audit, lines: &mut Lines) {
    let Some(told) = &audit.acknowledged else {
        lines.row(
            "operators",
            "not asked: give --acknowledgements to compare with what they received",
        );
        return;
    };
    let (sent, matched) = (told.disclosures, told.matched);
    lines.row(
        "operators",
        format!("{} messages received, {sent} disclosures, {matched} matched", told.lines),
    );
    if told.cut > 0 {
        let what = format!(
            "{} disclosures cannot be opened, and {} messages may belong to them",
            told.cut, told.unclear
        );
        lines.row("", what);
    }
    for (recipient, (received, ended)) in &told.by_recipient {
        lines.row("", format!("{recipient}: {received} received, {ended} logged as not unsent"));
    }
}

fn silence(report: &Report, lines: &mut Lines) {
    let longest = report.longest_silence.map_or_else(
        || "one leaf or none: nothing to measure".to_owned(),
        |(index, time)| format!("{} after leaf {index}", crate::audit::hours(time)),
    );
    let heartbeats = report.kinds.get(&Kind::Heartbeat).copied().unwrap_or_default();
    lines.row("longest silence", format!("{longest}; {heartbeats} heartbeats"));
}

fn reads(report: &Report, lines: &mut Lines) {
    let told = report.reads.iter();
    let told: Vec<String> =
        told.map(|((role, what), count)| format!("{count} {what} by {role}")).collect();
    lines.row("reads", if told.is_empty() { "none".to_owned() } else { told.join(", ") });
}

fn listed(report: &Report, lines: &mut Lines) {
    for (index, key) in report.keys.iter().take(NAMED_MAX) {
        let which = match (&key.vkey, key.epoch) {
            (Some(vkey), _) => format!(" {vkey}"),
            (None, Some(epoch)) => format!(" {epoch}"),
            (None, None) => String::new(),
        };
        lines.row("key", format!("leaf {index}: {}{which}", key.what));
    }
    lines.more("key", report.keys.len());
    for (index, reason) in report.erasures.iter().take(NAMED_MAX) {
        lines.row("erasure", format!("leaf {index}: {reason}"));
    }
    lines.more("erasure", report.erasures.len());
    for (index, resume) in report.resumes.iter().take(NAMED_MAX) {
        lines.row("resume", format!("leaf {index}: after {}, {}", resume.halted, resume.reason));
    }
    lines.more("resume", report.resumes.len());
    for index in report.anchors.iter().take(NAMED_MAX) {
        lines.row("anchor", format!("leaf {index} names an earlier log"));
    }
    lines.more("anchor", report.anchors.len());
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn say(&mut self, line: impl AsRef<str>) {
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    fn row(&mut self, word: &str, told: impl AsRef<str>) {
        self.say(format!("  {word:<16} {}", told.as_ref()));
    }

    fn more(&mut self, word: &str, count: usize) {
        if count > NAMED_MAX {
            self.row(word, format!("and {} more", count - NAMED_MAX));
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let place = finding.index.map(|index| format!("leaf {index} "));
        self.say(format!("  {}", finding.rule));
        self.say(format!("    {}{}", place.unwrap_or_default(), finding.what));
        self.say(format!("    look at: {}", finding.rule.look()));
    }
}

fn data(audit: &Audit) -> Value {
    let Audit { verified, report, .. } = audit;
    let findings: Vec<Value> = report.findings.first.iter().map(finding).collect();
    let counts: BTreeMap<_, _> =
        report.findings.counts.iter().map(|(rule, count)| (rule.as_str(), *count)).collect();
    let kinds: BTreeMap<_, _> =
        report.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    let results: BTreeMap<_, _> =
        report.results.iter().map(|(result, count)| (result.as_str(), *count)).collect();
    let reads: Vec<Value> = report
        .reads
        .iter()
        .map(|((role, what), count)| {
            json!({ "actor": role.as_str(), "what": what.as_str(), "count": count })
        })
        .collect();
    json!({
        "clean": report.is_clean(),
        "origin": audit.origin(),
        "fingerprints": audit.fingerprints().collect::<Vec<_>>(),
        "fingerprintCompared": audit.compared,
        "cases": audit.cases.map(|told| json!({
            "cases": told.cases,
            "disclosures": told.disclosures,
            "erased": told.erased,
            "cut": told.cut,
            "moving": told.moving,
        })),
        "acknowledged": audit.acknowledged.as_ref().map(|told| json!({
            "lines": told.lines,
            "disclosures": told.disclosures,
            "matched": told.matched,
            "cut": told.cut,
            "unclear": told.unclear,
        })),
        "overdue": audit.overdue,
        "size": verified.size.0,
        "root": verified.root.base64(),
        "leaves": report.leaves(),
        "first": report.first.map(Timestamp::rfc3339),
        "last": report.last.map(Timestamp::rfc3339),
        "kinds": kinds,
        "results": results,
        "decisionsReplayed": report.decisions_replayed,
        "decisionsNotReplayed": report.decisions_not_replayed,
        "refusalsReplayed": report.refusals_replayed,
        "refusalsNotReplayable": report.refusals_not_replayable,
        "open": report.open.iter().map(|(index, since)| {
            json!({ "index": index.0, "since": since.rfc3339() })
        }).collect::<Vec<_>>(),
        "longestSilence": report.longest_silence.map(|(index, time)| {
            json!({ "after": index.0, "seconds": time.as_secs() })
        }),
        "reads": reads,
        "keys": report.keys.iter().map(|(index, key)| {
            json!({
                "index": index.0,
                "what": key.what.as_str(),
                "vkey": key.vkey.as_ref().map(ToString::to_string),
                "epoch": key.epoch,
            })
        }).collect::<Vec<_>>(),
        "erasures": report.erasures.iter().map(|(index, reason)| {
            json!({ "index": index.0, "reason": reason.as_str() })
        }).collect::<Vec<_>>(),
        "resumes": report.resumes.iter().map(|(index, resume)| {
            json!({
                "index": index.0,
                "halted": resume.halted.as_str(),
                "reason": resume.reason.as_str(),
                "actor": resume.actor.as_str(),
            })
        }).collect::<Vec<_>>(),
        "anchors": report.anchors.iter().map(|index| index.0).collect::<Vec<_>>(),
        "findings": findings,
        "findingCounts": counts,
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.as_str(),
        "index": finding.index.map(|index| index.0),
        "what": finding.what,
        "lookAt": finding.rule.look(),
    })
}
