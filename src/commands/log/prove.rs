//! `sluss log prove`: a receipt that stands by itself.

use std::path::Path;

use serde_json::json;

use super::{note, one, read};
use crate::commands::{Failure, Output, witnessed};
use crate::domain::Clock;
use crate::log::{Checkpoint, Hash, InclusionProof, LeafIndex, Receipt, TreeSize, leaf_hash};
use crate::store::Store;

/// In which tree a leaf is to be proved.
pub(super) enum In<'a> {
    /// The latest that was signed.
    Latest,
    /// The one of this size.
    Size(TreeSize),
    /// The newest that the quorum of the policy in this file has cosigned.
    Witnessed(&'a Path),
}

pub(super) async fn prove(
    store: &Store,
    clock: &dyn Clock,
    index: LeafIndex,
    tree: In<'_>,
    cose: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let stored = one(store, index).await?;
    let note = match tree {
        In::Latest => note(store, None).await?,
        In::Size(size) => note(store, Some(size)).await?,
        In::Witnessed(file) => {
            witnessed::standing(store, file, &store.verifier_key(), clock.now()).await?.note
        }
    };
    let key = store.verifier_key();
    let checkpoint = Checkpoint::open(&note, std::slice::from_ref(&key))
        .map_err(|error| Failure::Log(error.to_string()))?;
    if index.0 >= checkpoint.size.0 {
        let size = checkpoint.size.0;
        return Err(Failure::Usage(format!("leaf {index} is not in the tree of {size} leaves")));
    }
    let hashes = store.inclusion(index, checkpoint.size).await?;
    let proof = InclusionProof::new(hashes).map_err(|error| Failure::Log(error.to_string()))?;
    // A proof that does not hold is not handed out.
    proof
        .verify(&leaf_hash(&stored.body), index, checkpoint.size, &checkpoint.root)
        .map_err(|error| Failure::Log(error.to_string()))?;
    // Behind the proof, which is of the tree as it was asked for.
    read(store, "prove", index, 1).await?;
    if let Some(file) = cose {
        write_cose(store, index, &checkpoint, &stored.body, file).await?;
    }
    let hashes: Vec<String> = proof.hashes().iter().map(Hash::base64).collect();
    let receipt = Receipt::new(index, proof, note.clone()).to_string();
    output.both(
        &receipt,
        &json!({
            "index": index.0,
            "leafHash": leaf_hash(&stored.body).base64(),
            "size": checkpoint.size.0,
            "root": checkpoint.root.base64(),
            "hashes": hashes,
            "checkpoint": note.to_string(),
            "receipt": receipt,
        }),
    );
    Ok(())
}

/// The same proof in CBOR. One that does not hold is not handed out.
async fn write_cose(
    store: &Store,
    index: LeafIndex,
    checkpoint: &Checkpoint,
    leaf: &[u8],
    file: &Path,
) -> Result<(), Failure> {
    let unwritable = || Failure::Log("the receipt cannot be written".to_owned());
    let receipt = store.cose(index, checkpoint.size).await?.ok_or_else(unwritable)?;
    let root = receipt
        .verify(leaf, &[store.verifier_key()])
        .map_err(|error| Failure::Log(error.to_string()))?;
    let bytes = receipt.to_bytes().filter(|_| root == checkpoint.root).ok_or_else(unwritable)?;
    std::fs::write(file, bytes).map_err(|error| Failure::io(file.display().to_string(), error))
}
