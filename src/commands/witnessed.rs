//! What witnesses say of our log, for `sluss log checkpoint` and `sluss log verify`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Failure, Output};
use crate::config::Config;
use crate::domain::{Clock, Timestamp};
use crate::log::quorum::Policy;
use crate::log::{Checkpoint, ConsistencyProof, Note, VerifierKey, Witnessed};
use crate::store::Store;
use crate::witness::Standing;

/// Shows what each witness of the configured policy has cosigned last, and what the quorum has.
pub(super) async fn show(
    store: &Store,
    config: &Config,
    clock: &dyn Clock,
    output: &Output,
) -> Result<(), Failure> {
    let Some(plan) = &config.witnesses else {
        return Err(Failure::Usage("log.witness_policy names no witnesses".to_owned()));
    };
    let standing = configured(store, config, clock).await?;
    let mut witnesses = Vec::new();
    for witness in plan.policy.witnesses() {
        let mut last = None;
        for note in store.cosigned().await? {
            let note = Note::parse(&note).map_err(|error| Failure::Log(error.to_string()))?;
            let at = witness.key.cosigned(&note);
            if let Some(at) = at.map_err(|error| Failure::Log(error.to_string()))? {
                let checkpoint = Checkpoint::parse(note.unverified_text());
                last = Some((checkpoint.map_err(|e| Failure::Log(e.to_string()))?.size.0, at));
                break;
            }
        }
        let name = witness.name.to_string();
        output.line(match last {
            Some((size, at)) => format!("{name}: {size} leaves, {}", at.rfc3339()),
            None => format!("{name}: nothing"),
        });
        witnesses.push(json!({
            "name": name,
            "key": witness.key.to_string(),
            "size": last.map(|(size, _)| size),
            "at": last.map(|(_, at)| at.rfc3339()),
        }));
    }
    output.line(match &standing {
        Some(standing) => format!("quorum: {}", told(&standing.witnessed)),
        None => "quorum: not reached yet".to_owned(),
    });
    let quorum = standing.as_ref().map(|standing| {
        let mut quorum = data(&standing.witnessed);
        quorum["checkpoint"] = standing.note.to_string().into();
        quorum
    });
    output.data(&json!({ "witnesses": witnesses, "quorum": quorum }));
    if standing.is_some() { Ok(()) } else { Err(Failure::Said) }
}

/// The newest checkpoint that the quorum of the configured policy has cosigned; `None` where there is
/// no policy, or no quorum yet.
pub(super) async fn configured(
    store: &Store,
    config: &Config,
    clock: &dyn Clock,
) -> Result<Option<Standing>, Failure> {
    match &config.witnesses {
        None => Ok(None),
        Some(plan) => Ok(Standing::of(store, &plan.policy, clock.now()).await?),
    }
}

/// The newest checkpoint that satisfies the policy in this file; the log up to `head`, which was
/// verified, must have grown out of it.
pub(super) async fn demand(
    store: &Store,
    file: &Path,
    key: &VerifierKey,
    head: &Checkpoint,
    now: Timestamp,
) -> Result<Standing, Failure> {
    let standing = standing(store, file, key, now).await?;
    let unfit = |what: &str| Failure::Log(format!("{}: {what}", file.display()));
    let old = &standing.witnessed.checkpoint;
    let hashes = store.consistency(old.size, head.size).await?;
    let proof = ConsistencyProof::new(hashes).map_err(|error| unfit(&error.to_string()))?;
    proof
        .verify(old.size, &old.root, head.size, &head.root)
        .map_err(|_| unfit("the log has not grown out of what its witnesses saw"))?;
    Ok(standing)
}

/// The newest checkpoint that satisfies the policy in this file.
pub(super) async fn standing(
    store: &Store,
    file: &Path,
    key: &VerifierKey,
    now: Timestamp,
) -> Result<Standing, Failure> {
    let policy = policy(file)?;
    let unfit = |what: &str| Failure::Log(format!("{}: {what}", file.display()));
    if !policy.logs().is_empty() && !policy.logs().contains(key) {
        return Err(unfit("the policy does not name this log's key"));
    }
    let standing = Standing::of(store, &policy, now).await?;
    standing
        .ok_or_else(|| unfit("no checkpoint of this log is cosigned by the quorum of the policy"))
}

/// Reads a policy file.
pub(super) fn policy(file: &Path) -> Result<Policy, Failure> {
    let unfit = |what: String| Failure::Usage(format!("{}: {what}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| unfit(error.to_string()))?;
    Policy::parse(&bytes).map_err(|error| unfit(error.to_string()))
}

pub(super) fn told(witnessed: &Witnessed) -> String {
    let by: Vec<String> = witnessed.by.iter().map(|(name, _)| name.to_string()).collect();
    let at = witnessed.at.map_or_else(|| "no time".to_owned(), Timestamp::rfc3339);
    format!("{} leaves, {at}, cosigned by {}", witnessed.checkpoint.size, by.join(", "))
}

pub(super) fn data(witnessed: &Witnessed) -> Value {
    let by = witnessed.by.iter();
    json!({
        "size": witnessed.checkpoint.size.0,
        "root": witnessed.checkpoint.root.base64(),
        "at": witnessed.at.map(Timestamp::rfc3339),
        "by": by.map(|(name, at)| json!({ "name": name.to_string(), "at": at.rfc3339() }))
            .collect::<Vec<_>>(),
    })
}
