//! The log as it is asked for: what is noted in it, its leaves, checkpoints, proofs and tiles.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::super::StoreError;
use super::super::rows::{Appended, StoredLeaf};
use super::ahead::Ahead;
use super::readers::lock;
use super::{Keeper, cosigned, log, read, tx};
use crate::domain::{LeafId, PolicyId, Timestamp};
use crate::log::{
    AgreementRecord, Checkpoint, Code, CoseReceipt, Event, Hash, Leaf, LeafIndex, Note,
    PolicyInForce, RegistryEntry, Role, SignatureLine, Tile, TreeSize, digest,
};
use crate::recipients::Recipient;

impl Keeper {
    pub(in crate::store) async fn note(&self, event: Event) -> Result<Appended, StoreError> {
        let draft = tx::draft(LeafId::draw(&*self.entropy), &event)?;
        let ahead = self.writer.ahead(Ahead::default);
        self.writer.run_ahead(ahead, move |tx| tx.append_draft(&draft, &event)).await
    }

    pub(in crate::store) async fn keep_policy(
        &self,
        recipient: &Recipient,
    ) -> Result<(), StoreError> {
        let leaf = LeafId::draw(&*self.entropy);
        let canonical = recipient.policy.canonical().to_vec();
        let event = registered(recipient)?;
        self.writer.run(move |tx| log::keep_policy(tx, leaf, event, &canonical)).await
    }

    pub(in crate::store) async fn policy(
        &self,
        id: PolicyId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |database| log::policy(database, id)).await
    }

    pub(in crate::store) async fn last(&self) -> Result<Timestamp, StoreError> {
        self.read(|database| log::head(database).map(|head| head.last)).await
    }

    pub(in crate::store) async fn heartbeat(&self, silence: Duration) -> Result<bool, StoreError> {
        let leaf = LeafId::draw(&*self.entropy);
        self.writer.run(move |tx| log::heartbeat(tx, leaf, silence)).await
    }

    pub(in crate::store) async fn leaves(
        &self,
        first: LeafIndex,
        most: usize,
    ) -> Result<Vec<StoredLeaf>, StoreError> {
        self.read(move |database| log::leaves(database, first, most)).await
    }

    pub(in crate::store) async fn size(&self) -> Result<TreeSize, StoreError> {
        self.read(|database| log::head(database).map(|head| head.size)).await
    }

    pub(in crate::store) async fn checkpoint(
        &self,
        size: Option<TreeSize>,
    ) -> Result<Option<String>, StoreError> {
        let checkpoints = Arc::clone(&self.checkpoints);
        let key = self.key.clone();
        self.read(move |database| {
            let Some(text) = log::checkpoint(database, size)? else {
                return Ok(None);
            };
            // It was committed, and its copy may be under way: none goes out before that is there.
            let corrupt = |_| StoreError::Corrupt { table: "checkpoint" };
            let note = Note::parse(&text).map_err(corrupt)?;
            let open = Checkpoint::open(&note, std::slice::from_ref(&key));
            let checkpoint = open.map_err(|_| StoreError::Corrupt { table: "checkpoint" })?;
            let mut checkpoints = checkpoints.lock().unwrap_or_else(PoisonError::into_inner);
            checkpoints.ensure(&checkpoint, &note, |size| log::root_at(database, size))?;
            Ok(Some(text))
        })
        .await
    }

    pub(in crate::store) async fn root_at(&self, size: TreeSize) -> Result<Hash, StoreError> {
        self.read(move |database| log::root_at(database, size)).await
    }

    pub(in crate::store) async fn keep_cosigned(
        &self,
        size: TreeSize,
        lines: Vec<SignatureLine>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| cosigned::keep(tx, size, &lines)).await
    }

    pub(in crate::store) async fn cosigned(&self) -> Result<Vec<String>, StoreError> {
        self.read(cosigned::all).await
    }

    pub(in crate::store) async fn inclusion(
        &self,
        leaf: LeafIndex,
        size: TreeSize,
    ) -> Result<Vec<Hash>, StoreError> {
        self.read(move |database| log::inclusion(database, leaf, size)).await
    }

    pub(in crate::store) async fn consistency(
        &self,
        old: TreeSize,
        new: TreeSize,
    ) -> Result<Vec<Hash>, StoreError> {
        self.read(move |database| log::consistency(database, old, new)).await
    }

    pub(in crate::store) async fn checkpoint_from(
        &self,
        size: TreeSize,
    ) -> Result<Option<(TreeSize, String)>, StoreError> {
        self.read(move |database| log::checkpoint_from(database, size)).await
    }

    pub(in crate::store) async fn export(
        &self,
        actor: Role,
        what: Code,
        first: LeafIndex,
    ) -> Result<Note, StoreError> {
        let leaf = LeafId::draw(&*self.entropy);
        self.writer.run(move |tx| log::export(tx, leaf, actor, what, first)).await
    }

    pub(in crate::store) async fn cose(
        &self,
        leaf: LeafIndex,
        size: TreeSize,
    ) -> Result<Option<CoseReceipt>, StoreError> {
        self.writer.run(move |tx| log::cose(tx, leaf, size)).await
    }

    pub(in crate::store) async fn policies(&self) -> Result<Vec<(PolicyId, Vec<u8>)>, StoreError> {
        self.read(log::policies).await
    }

    pub(in crate::store) async fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |database| log::tile(database, tile)).await
    }

    pub(in crate::store) async fn commits_to(
        &self,
        leaf: &Leaf,
        name: &str,
        value: &str,
    ) -> Result<bool, StoreError> {
        let (id, digests) = (leaf.id, leaf.event.digests().cloned().unwrap_or_default());
        let (name, value) = (name.to_owned(), zeroize::Zeroizing::new(value.to_owned()));
        let (readers, vault) = (Arc::clone(&self.readers), Arc::clone(&self.vault));
        let check = move || {
            let keys = lock(&readers.keys);
            let Some(key) = read::key_of_leaf(&keys, &vault, id)? else {
                return Ok(false);
            };
            let digest = digest::digest(&key, id, &name, &value);
            Ok(digests.contains(&digest))
        };
        self.readers.beside(check).await
    }
}

/// What the log tells of a recipient's file.
fn registered(recipient: &Recipient) -> Result<PolicyInForce, StoreError> {
    let role = Code::parse(recipient.role.as_str());
    Ok(PolicyInForce {
        recipient: recipient.id.clone(),
        policy: recipient.policy.id(),
        version: recipient.policy.version().to_owned(),
        registered: RegistryEntry {
            legal_name: recipient.legal_name.clone(),
            org_no: recipient.org_no.clone(),
            country: recipient.country.clone(),
            role: role.ok_or(StoreError::Corrupt { table: "registry" })?,
            endpoint: recipient.endpoint(),
            enabled: recipient.enabled,
            agreement: recipient.agreement.as_ref().map(|agreement| AgreementRecord {
                reference: agreement.reference.clone(),
                valid_from: agreement.valid_from,
                valid_to: agreement.valid_to,
            }),
        },
    })
}
