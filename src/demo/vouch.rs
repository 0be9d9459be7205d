//! Does what arrived equal what the log vouches for? Each message received must be the preview of
//! one case, byte for byte, and must open the commitment of exactly one intent leaf; and each intent
//! leaf must have its message and its outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::pulls::Pulled;
use super::{Handed, Preview, Shown};
use crate::commands::{Deployment, Failure, log};
use crate::domain::{CaseId, Purpose, RecipientId};
use crate::log::{Event, Leaf, LeafIndex, OutcomeResult};
use crate::record::{MESSAGE, message_hash};
use crate::sandbox::{Received, Sandbox};

/// What was found.
pub(super) struct Vouched {
    /// How many messages the simulators received.
    pub(super) messages: usize,
    /// How many intent leaves there are.
    pub(super) intents: usize,
    /// The message (position in what was received) and the leaf of each case.
    pub(super) by_case: BTreeMap<CaseId, Vec<(usize, LeafIndex)>>,
    /// What does not fit.
    pub(super) faults: Vec<String>,
}

pub(super) async fn vouch(
    deployment: &Deployment,
    sandbox: &Sandbox,
    received: &[Received],
    handed: &[Handed],
    first: LeafIndex,
) -> Result<Vouched, Failure> {
    let leaves = leaves(deployment, first).await?;
    let mut open = intents(&leaves);
    let intents = open.values().map(Vec::len).sum();
    let previews = previews(handed);
    let mut vouched =
        Vouched { messages: 0, intents, by_case: BTreeMap::new(), faults: Vec::new() };
    for (position, message) in received.iter().enumerate().filter(|(_, one)| one.is_message) {
        vouched.messages += 1;
        let base = sandbox.base_url(&message.recipient).unwrap_or_default();
        let path = relative(&base, &message.path);
        let body = without_credentials(&message.body);
        let what = format!("message {position} to {}", message.recipient);
        let key = (message.recipient.to_string(), path.clone(), body.clone());
        let Some(shown) = previews.get(&key) else {
            vouched.faults.push(format!("{what} is the preview of no case"));
            continue;
        };
        let hash = message_hash(&message.method, &path, &body);
        let candidates = open.entry(message.recipient.clone()).or_default();
        let mut found = None;
        for (place, (_, leaf)) in candidates.iter().enumerate() {
            if deployment.store.commits_to(leaf, MESSAGE, &hash).await? {
                found = Some(place);
                break;
            }
        }
        match found {
            Some(place) => {
                let (index, _) = candidates.remove(place);
                vouched.by_case.entry(shown.id).or_default().push((position, index));
            }
            None => vouched.faults.push(format!("{what} is in no leaf of the log")),
        }
    }
    // What is left was recorded and did not arrive: the log must say that it was never sent.
    let unsent = unsent(&leaves);
    for (index, _) in open.into_values().flatten() {
        if !unsent.contains(&index) {
            vouched.faults.push(format!("leaf {index} tells of a message that nobody received"));
        }
    }
    Ok(vouched)
}

/// The same for contacts: each that was given is in exactly one leaf, and no leaf tells of another.
pub(super) async fn answers(
    deployment: &Deployment,
    pulls: &[Pulled],
    first: LeafIndex,
    vouched: &mut Vouched,
) -> Result<(), Failure> {
    let is_pull = |leaf: &Leaf| match &leaf.event {
        Event::Intent(intent) => intent.purpose == Purpose::ContactPull,
        _ => false,
    };
    let mut open = leaves(deployment, first).await?;
    open.retain(|(_, leaf)| is_pull(leaf));
    for given in pulls.iter().filter(|pull| pull.status == 200) {
        let hash = message_hash("ANSWER", "contacts", &given.body);
        let mut found = None;
        for (place, (_, leaf)) in open.iter().enumerate() {
            if deployment.store.commits_to(leaf, MESSAGE, &hash).await? {
                found = Some(place);
                break;
            }
        }
        match found {
            Some(place) => drop(open.remove(place)),
            None => vouched.faults.push(format!("a contact given to {} is in no leaf", given.to)),
        }
    }
    for (index, _) in open {
        vouched.faults.push(format!("leaf {index} tells of a contact that nobody got"));
    }
    Ok(())
}

type Intents = BTreeMap<RecipientId, Vec<(LeafIndex, Leaf)>>;

fn intents(leaves: &[(LeafIndex, Leaf)]) -> Intents {
    let mut intents = Intents::new();
    for (index, leaf) in leaves {
        // What was answered is held against what was asked.
        if let Event::Intent(intent) = &leaf.event
            && intent.purpose != Purpose::ContactPull
        {
            let to = intents.entry(intent.recipient.id.clone()).or_default();
            to.push((*index, leaf.clone()));
        }
    }
    intents
}

fn unsent(leaves: &[(LeafIndex, Leaf)]) -> BTreeSet<LeafIndex> {
    let unsent = leaves.iter().filter_map(|(_, leaf)| match &leaf.event {
        Event::Outcome(outcome) if outcome.result == OutcomeResult::Unsent => Some(outcome.intent),
        _ => None,
    });
    unsent.collect()
}

/// What was written since the demo began: its folder may hold the log of an earlier one.
async fn leaves(
    deployment: &Deployment,
    first: LeafIndex,
) -> Result<Vec<(LeafIndex, Leaf)>, Failure> {
    const PAGE: usize = 1_000;
    let mut leaves = Vec::new();
    loop {
        let next = LeafIndex(first.0 + leaves.len() as u64);
        let page = deployment.store.leaves(next, PAGE).await?;
        if page.is_empty() {
            return Ok(leaves);
        }
        for stored in &page {
            leaves.push((stored.index, log::leaf(stored)?));
        }
    }
}

type Previews<'h> = BTreeMap<(String, String, Vec<u8>), &'h Shown>;

fn previews(handed: &[Handed]) -> Previews<'_> {
    let mut previews = Previews::new();
    for shown in handed.iter().flat_map(|one| one.result.iter().flatten()) {
        if let Preview::Sends { request, .. } = &shown.preview {
            let key = (shown.recipient.clone(), request.path.clone(), request.body.clone());
            previews.insert(key, shown);
        }
    }
    previews
}

/// The path behind the channel's base address.
fn relative(base: &str, path: &str) -> String {
    let prefix = base.parse::<url::Url>().map(|url| url.path().to_owned()).unwrap_or_default();
    path.strip_prefix(&prefix).unwrap_or(path).to_owned()
}

/// The body as it was recorded: the wire adds the WS-Security header as it adds the HTTP one.
fn without_credentials(body: &[u8]) -> Vec<u8> {
    let find = |needle: &[u8], from: usize| {
        body[from..].windows(needle.len()).position(|window| window == needle).map(|at| at + from)
    };
    let end_tag = b"</wsse:Security>";
    match find(b"<wsse:Security", 0).and_then(|start| Some((start, find(end_tag, start)?))) {
        Some((start, end)) => [&body[..start], &body[end + end_tag.len()..]].concat(),
        None => body.to_vec(),
    }
}
