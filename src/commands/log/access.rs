//! `sluss log access`: who has read the log, when, and which of it; told by the log itself.

use serde_json::json;

use super::{leaf, read};
use crate::commands::{Failure, Output};
use crate::log::{Event, LeafIndex};
use crate::store::Store;

/// How many leaves are looked through at a time.
const PAGE: usize = 1_000;

pub(super) async fn access(store: &Store, output: &Output) -> Result<(), Failure> {
    let size = store.size().await?;
    // Whoever asks is in the log too, behind what is told.
    read(store, "access", LeafIndex(0), size.0).await?;
    let (mut next, mut rows) = (0, Vec::new());
    while next < size.0 {
        let most = usize::try_from(size.0 - next).unwrap_or(PAGE).min(PAGE);
        let page = store.leaves(LeafIndex(next), most).await?;
        let Some(last) = page.last() else { break };
        next = last.index.0 + 1;
        for stored in &page {
            let leaf = leaf(stored)?;
            let Event::Read(read) = leaf.event else { continue };
            let (time, index) = (leaf.at.rfc3339(), stored.index);
            let (actor, what) = (read.actor.as_str(), read.what.as_str());
            output.line(format!(
                "{index:>8}  {time}  {actor:<10}  {what:<8}  {} leaves from {}",
                read.count, read.first
            ));
            if output.is_json() {
                rows.push(json!({
                    "index": index.0, "at": time, "actor": actor, "what": what,
                    "first": read.first.0, "count": read.count,
                }));
            }
        }
    }
    output.data(&json!({ "reads": rows }));
    Ok(())
}
