//! The audit of a deployment: its log, its cases, and what operators say.

use super::{Arguments, Audit, announced, print, unsound};
use crate::audit::cases::is_about_a_case;
use crate::audit::{Acknowledgements, Auditor, Cases, Kept, Link, Mark, Rule};
use crate::commands::log::{leaf, read, verify};
use crate::commands::{Deployment, Failure, Output};
use crate::domain::{CaseId, Field};
use crate::log::{Event, Hash, Leaf, LeafIndex, TreeSize};
use crate::record::MESSAGE;
use crate::store::{CaseFilter, CaseRow, Linked, Opens, Store, StoredLeaf};

/// How many leaves or cases are read at a time.
const PAGE: usize = 1_000;

/// Audits a deployment, and leaves a leaf that says so.
pub(in crate::commands::log) async fn deployment(
    deployment: &Deployment,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let audit = audit(deployment, arguments).await?;
    let TreeSize(size) = audit.verified.size;
    read(&deployment.store, "audit", LeafIndex(0), size).await?;
    print::print(&audit, output);
    if audit.report.is_clean() { Ok(()) } else { Err(Failure::Said) }
}

async fn audit(deployment: &Deployment, arguments: &Arguments) -> Result<Audit, Failure> {
    let store = &deployment.store;
    let mut acknowledgements = arguments.acknowledgements()?;
    let keys = vec![store.verifier_key()];
    let verified = verify(store, store.verifier_key()).await?;
    let now = deployment.clock.now();
    let mut auditor = Auditor::new(arguments.terms(deployment.config.heartbeat, Some(now)));
    let mut cases = Cases::default();
    let mut next = 0;
    // As far as it was verified: the log may grow meanwhile.
    while next < verified.size.0 {
        let most = usize::try_from(verified.size.0 - next).unwrap_or(PAGE).min(PAGE);
        let page = store.leaves(LeafIndex(next), most).await?;
        let Some(last) = page.last() else { break };
        next = last.index.0 + 1;
        // One that cannot be read is told by the verification.
        let read = |stored: StoredLeaf| Some((stored.index, stored.hash, leaf(&stored).ok()?));
        let leaves: Vec<(LeafIndex, Hash, Leaf)> = page.into_iter().filter_map(read).collect();
        let about = leaves.iter().map(|(_, _, leaf)| leaf).filter(|leaf| is_about_a_case(leaf));
        let mut links = store.links(about).await?.into_iter();
        for (index, hash, leaf) in &leaves {
            if let Some(id) = auditor.wants(leaf) {
                auditor.policy(id, store.policy(id).await?.as_deref());
            }
            auditor.leaf(*index, *hash, leaf);
            let link = if is_about_a_case(leaf) { links.next() } else { None };
            if let Some(acknowledgements) = &mut acknowledgements {
                acknowledge(store, acknowledgements, *index, leaf, link).await?;
            }
            cases.leaf(*index, leaf, link.map(link_of));
        }
    }
    let mut report = auditor.finish();
    unsound(&verified, &mut report);
    announced(&keys, &mut report);
    let grown = store.size().await? > verified.size;
    compare(store, &mut cases, grown).await?;
    let (reconciled, findings) = cases.finish(!report.erasures.is_empty());
    report.findings.extend(findings);
    let overdue = store.retention(deployment.config.upkeep.case_minimum).await?.overdue;
    if overdue > 0 {
        let what = format!("{overdue} cases hold what should have been wiped a day ago");
        report.findings.add(Rule::RetentionOverdue, None, what);
    }
    let acknowledged = acknowledgements.map(Acknowledgements::finish).map(|(told, findings)| {
        report.findings.extend(findings);
        told
    });
    Ok(Audit {
        verified,
        keys,
        compared: true,
        report,
        cases: Some(reconciled),
        acknowledged,
        overdue: Some(overdue),
    })
}

/// Every case against its leaves. Where the log has grown since they were read, a case that does not
/// agree may have moved with it.
async fn compare(store: &Store, cases: &mut Cases, grown: bool) -> Result<(), Failure> {
    let mut after: Option<CaseId> = None;
    loop {
        let page = store.kept_cases(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for row in &page {
            cases.case(&kept(row), grown);
        }
    }
}

fn kept(row: &CaseRow) -> Kept<'_> {
    Kept {
        id: row.id,
        state: row.state,
        attempt: row.attempt,
        intent: row.intent,
        answer: row.answer.as_deref(),
        erased: row.erased,
    }
}

const fn link_of(linked: Linked) -> Link {
    match linked {
        Linked::Case(case) => Link::Case(case),
        Linked::Cut => Link::Cut,
        Linked::Foreign => Link::Foreign,
    }
}

/// Looks for the line that a disclosure opens to.
async fn acknowledge(
    store: &Store,
    acknowledgements: &mut Acknowledgements,
    index: LeafIndex,
    leaf: &Leaf,
    link: Option<Linked>,
) -> Result<(), Failure> {
    if !matches!(leaf.event, Event::Intent(_)) {
        acknowledgements.leaf(index, leaf, None, false);
        return Ok(());
    }
    let case = match link {
        Some(Linked::Case(id)) => {
            let filter = CaseFilter { id: Some(id), ..CaseFilter::default() };
            store.cases(filter).await?.pop()
        }
        _ => None,
    };
    let reference = case.as_ref().and_then(|row| row.operator_reference.as_ref());
    let candidates = acknowledgements.candidates(leaf, reference);
    let values = candidates.iter().map(|(_, mark)| match mark {
        Mark::Message(hash) => (MESSAGE.to_owned(), hash.to_string()),
        Mark::Reference(reference) => (Field::CaseReference.to_string(), reference.to_string()),
    });
    let opens = store.opens(leaf, values.collect()).await?;
    let matched = match opens {
        Opens::To(at) => candidates.get(at).map(|(line, _)| *line),
        Opens::ToNone | Opens::Cut => None,
    };
    acknowledgements.leaf(index, leaf, matched, opens == Opens::Cut);
    Ok(())
}
