//! `sluss log list`, `sluss log show`: leaves as they are stored.

use serde_json::{Value, json};

use super::{leaf, one, read};
use crate::commands::{Failure, Output};
use crate::log::LeafIndex;
use crate::store::{Store, StoreError, StoredLeaf};

pub(super) async fn list(
    store: &Store,
    first: LeafIndex,
    most: usize,
    output: &Output,
) -> Result<(), Failure> {
    let leaves = store.leaves(first, most).await?;
    read(store, "list", first, leaves.len() as u64).await?;
    let mut rows = Vec::new();
    for stored in &leaves {
        let leaf = leaf(stored)?;
        let body: Value = json_of(stored)?;
        let word = |name: &str| match &body[name] {
            Value::Object(of) => {
                of.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            Value::String(text) => text.clone(),
            Value::Number(number) => format!("leaf {number}"),
            _ => String::new(),
        };
        let told = ["recipient", "purpose", "reason", "result", "intent", "version", "what"];
        let told: Vec<String> =
            told.into_iter().map(word).filter(|text| !text.is_empty()).collect();
        let kind = leaf.event.kind().as_str();
        output.line(format!(
            "{:>8}  {}  {kind:<9}  {}",
            stored.index,
            leaf.at.rfc3339(),
            told.join("  ")
        ));
        rows.push(
            json!({ "index": stored.index.0, "hash": stored.hash.to_string(), "leaf": body }),
        );
    }
    output.data(&json!({ "leaves": rows }));
    Ok(())
}

pub(super) async fn show(store: &Store, index: LeafIndex, output: &Output) -> Result<(), Failure> {
    let stored = one(store, index).await?;
    read(store, "show", index, 1).await?;
    let body = json_of(&stored)?;
    output.line(format!("leaf {index}, hash {}", stored.hash));
    output.line(format!("{body:#}"));
    output.data(&json!({ "index": index.0, "hash": stored.hash.to_string(), "leaf": body }));
    Ok(())
}

fn json_of(stored: &StoredLeaf) -> Result<Value, Failure> {
    serde_json::from_slice(&stored.body).map_err(|_| StoreError::Corrupt { table: "leaf" }.into())
}
