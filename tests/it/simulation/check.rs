//! What must hold behind every life.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sluss::commands::Deployment;
use sluss::domain::{CaseState, SeededEntropy};
use sluss::log::{Event, KeyName, Leaf, LeafIndex, Note, Verifier};
use sluss::record::{CASE, MESSAGE, message_hash};
use sluss::store::CaseRow;

use super::process::all;
use super::world::World;

type Held = Result<(), String>;

pub(super) fn check(world: &World) -> Held {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if world.state().join("halted").exists() {
        return Err("the log counts as not to be trusted".to_owned());
    }
    let entropy = Arc::new(SeededEntropy::new(u64::MAX));
    let deployment = Deployment::open_with(world.config.clone(), world.time.clone(), entropy);
    let deployment = deployment.map_err(|error| format!("the store does not open: {error}"))?;
    runtime.block_on(async {
        let rows = deployment.store.cases(all()).await.unwrap();
        accepted_is_kept(world, &rows)?;
        let leaves = leaves(&deployment).await?;
        each_message_stands_in_the_log_before_it(world, &deployment, &leaves).await?;
        one_at_a_time(&deployment, &leaves, &rows).await?;
        once_at_the_operator(world, &rows)?;
        let findings = deployment.store.fsck().await.map_err(|error| error.to_string())?;
        if findings.is_sound() { Ok(()) } else { Err(format!("fsck: {:?}", findings.wrong)) }
    })
}

fn accepted_is_kept(world: &World, rows: &[CaseRow]) -> Held {
    if world.orders.iter().any(|(_, acknowledged)| !acknowledged) {
        return Err("an order is never taken in".to_owned());
    }
    if rows.len() != world.orders.len() {
        return Err(format!("{} orders are {} cases", world.orders.len(), rows.len()));
    }
    let open = rows.iter().find(|row| !row.state.is_final() && row.state != CaseState::Held);
    open.map_or(Ok(()), |row| Err(format!("a case stays {}", row.state)))
}

/// All leaves, in a log that verifies and in which every disclosure has its outcome.
async fn leaves(deployment: &Deployment) -> Result<Vec<(LeafIndex, Leaf)>, String> {
    let store = &deployment.store;
    let name = KeyName::parse(&deployment.config.origin).unwrap();
    let mut verifier = Verifier::new(name, vec![store.verifier_key()]);
    let stored = store.leaves(LeafIndex(0), 10_000).await.unwrap();
    for one in &stored {
        verifier.leaf(one.index, Some(one.hash), &one.body);
    }
    let note = Note::parse(&store.checkpoint(None).await.unwrap().unwrap()).unwrap();
    let report = verifier.finish(&note);
    if !report.is_sound() {
        return Err(format!("the log does not verify: {:?}", report.faults));
    }
    if !report.open_intents.is_empty() {
        return Err(format!("disclosures without an outcome: {:?}", report.open_intents));
    }
    Ok(stored.iter().map(|one| (one.index, Leaf::parse(&one.body).unwrap())).collect())
}

async fn each_message_stands_in_the_log_before_it(
    world: &World,
    deployment: &Deployment,
    leaves: &[(LeafIndex, Leaf)],
) -> Held {
    let mut spent = BTreeSet::new();
    for arrival in world.operator.arrivals() {
        let hash = message_hash("POST", &arrival.path, &arrival.body);
        let mut found = false;
        for (index, leaf) in leaves {
            let may_be = matches!(leaf.event, Event::Intent(_)) && index.0 < arrival.leaves;
            if may_be
                && !spent.contains(index)
                && deployment.store.commits_to(leaf, MESSAGE, &hash).await.unwrap()
            {
                spent.insert(*index);
                found = true;
                break;
            }
        }
        if !found {
            return Err("a message arrived that no leaf of its own stood in the log for".to_owned());
        }
    }
    Ok(())
}

/// Of each case, one disclosure ends before the next begins.
async fn one_at_a_time(
    deployment: &Deployment,
    leaves: &[(LeafIndex, Leaf)],
    rows: &[CaseRow],
) -> Held {
    let ended: BTreeMap<LeafIndex, LeafIndex> = leaves
        .iter()
        .filter_map(|(index, leaf)| match &leaf.event {
            Event::Outcome(outcome) => Some((outcome.intent, *index)),
            _ => None,
        })
        .collect();
    for row in rows {
        let mut last = None;
        for (index, leaf) in leaves {
            if !matches!(leaf.event, Event::Intent(_))
                || !deployment.store.commits_to(leaf, CASE, &row.id.to_string()).await.unwrap()
            {
                continue;
            }
            if last.is_some_and(|last| ended[&last] > *index) {
                return Err("a disclosure began before the one before it had ended".to_owned());
            }
            last = Some(*index);
        }
    }
    Ok(())
}

fn once_at_the_operator(world: &World, rows: &[CaseRow]) -> Held {
    let mut effects: BTreeMap<String, usize> = BTreeMap::new();
    for taken in world.operator.taken() {
        *effects.entry(taken.reference).or_default() += 1;
    }
    if let Some((reference, times)) = effects.iter().find(|(_, times)| **times > 1) {
        return Err(format!("{reference} took effect {times} times"));
    }
    let has = [CaseState::Placed, CaseState::Completed, CaseState::Failed];
    let delivered = rows.iter().filter(|row| has.contains(&row.state)).count();
    let unclear = rows.iter().filter(|row| row.state == CaseState::Held).count();
    if delivered > effects.len() || effects.len() > delivered + unclear {
        return Err(format!(
            "{} took effect, {delivered} are known to be there, {unclear} are held",
            effects.len()
        ));
    }
    Ok(())
}
