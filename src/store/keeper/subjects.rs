//! One person, seen over both files: found, shown, erased; and the turns of the keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::StoreError;
use super::super::desk::Sight;
use super::super::rows::StoredLeaf;
use super::super::seal::{self, Vault};
use super::super::sql::{Connection, OptionalExtension, Value, params};
use super::super::subjects::{
    About, CaseOf, Epoch, Erased, Found, Reference, Retention, Rotation, Subjects, Told,
};
use super::{Keeper, erase, keys, lock, retention};
use crate::domain::{CaseId, CaseState, ClientId, ExternalId, LeafId, SubjectId, Timestamp};
use crate::log::digest::open;
use crate::log::{ErasureReason, Hash, LeafIndex, SubjectKey};

/// How many keys are sealed anew in one commit: a few milliseconds.
const REWRAPPED_MAX: usize = 500;
/// How many cases are wiped in one commit.
const WIPED_MAX: usize = 200;

impl Keeper {
    pub(in crate::store) async fn find_subject(
        &self,
        reference: Reference,
        client: Option<ClientId>,
        sight: Sight,
    ) -> Result<Found, StoreError> {
        self.read_both(move |database, keys, vault| {
            find((database, keys, vault), &reference, client.as_ref(), sight)
        })
        .await
    }

    pub(in crate::store) async fn about(&self, subjects: Subjects) -> Result<About, StoreError> {
        self.read_both(move |database, keys, vault| {
            let (mut cases, mut told) = (Vec::new(), Vec::new());
            for &subject in subjects.ids() {
                cases.extend(cases_of(database, subject)?);
                told.extend(told_of(database, keys, vault, subject)?);
            }
            cases.sort_by_key(|case| (case.accepted, case.id));
            told.sort_by_key(|told| told.leaf.index);
            Ok(About { cases, told })
        })
        .await
    }

    pub(in crate::store) async fn erase(
        &self,
        subjects: Subjects,
        reason: ErasureReason,
    ) -> Result<Erased, StoreError> {
        let list = Arc::clone(&self.erased);
        let mut erased =
            self.writer.run(move |tx| erase::erase(tx, &list, subjects.ids(), reason)).await?;
        erased.traces = self.leaves_traces().await;
        Ok(erased)
    }

    pub(in crate::store) async fn rotate_epoch(&self) -> Result<Rotation, StoreError> {
        // More than one is there where a rotation was cut short: that one is ended.
        if self.epochs().await?.len() == 1 {
            self.writer.run(keys::begin_epoch).await?;
        }
        crate::crash::point("epoch-begun");
        while self.writer.run(|tx| keys::rewrap(tx, REWRAPPED_MAX)).await? > 0 {
            crate::crash::point("epoch-rewrapped");
        }
        let leaf = LeafId::draw(&*self.entropy);
        let ended = self.writer.run(move |tx| keys::end_epochs(tx, leaf)).await?;
        let Some(mut rotation) = ended else {
            // Another process was quicker: it has sealed them under its own, later epoch.
            let epochs = self.epochs().await?;
            let latest = epochs.last().ok_or(StoreError::Corrupt { table: "epoch_key" })?;
            let (epoch, subjects) = (latest.number, latest.subjects);
            return Ok(Rotation { epoch, subjects, destroyed: 0, traces: false });
        };
        rotation.traces = self.leaves_traces().await;
        Ok(rotation)
    }

    pub(in crate::store) async fn epochs(&self) -> Result<Vec<Epoch>, StoreError> {
        self.read_both(|_, keys, _| keys::epochs(keys)).await
    }

    pub(in crate::store) async fn wipe_due(&self, minimum: Duration) -> Result<u64, StoreError> {
        let mut wiped = 0;
        loop {
            let now = self.clock.now();
            let due = self
                .read(move |database| retention::due(database, now, minimum, WIPED_MAX))
                .await?;
            if due.is_empty() {
                break;
            }
            let leaf = LeafId::draw(&*self.entropy);
            wiped += self.writer.run(move |tx| retention::wipe(tx, leaf, &due)).await?;
        }
        if wiped > 0 {
            self.leaves_traces().await;
        }
        Ok(wiped)
    }

    pub(in crate::store) async fn retention(
        &self,
        minimum: Duration,
    ) -> Result<Retention, StoreError> {
        let now = self.clock.now();
        self.read_apart(move |database| retention::stand(database, now, minimum)).await
    }

    /// Takes what was deleted out of where the databases still have it, such as old pages of a
    /// write-ahead log.
    /// Whether something may be left there: a reader that stands still prevents it.
    async fn leaves_traces(&self) -> bool {
        let databases = Arc::clone(&self.databases);
        let swept = self.readers.beside(move || Ok(databases.sweep())).await;
        !swept.unwrap_or(false)
    }

    pub(super) async fn read_both<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection, &Connection, &Vault) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (readers, vault) = (Arc::clone(&self.readers), Arc::clone(&self.vault));
        self.readers
            .beside(move || {
                // The writer commits the keys first; whoever reads takes the other order, and meets no
                // case whose key is not there yet.
                let database = lock(&readers.database);
                let database = database.snapshot()?;
                let keys = lock(&readers.keys);
                let keys = keys.snapshot()?;
                read(&database, &keys, &vault)
            })
            .await
    }
}

fn find(
    (database, keys, vault): (&Connection, &Connection, &Vault),
    reference: &Reference,
    client: Option<&ClientId>,
    sight: Sight,
) -> Result<Found, StoreError> {
    if let Some(case) = reference.case {
        let subject: Option<Option<[u8; 16]>> = database
            .prepare_cached("SELECT subject FROM case_ WHERE id = ?1")?
            .query_row([case.bytes()], |row| row.get(0))
            .optional()?;
        let subjects = subject.flatten().map(|id| Subjects(vec![SubjectId::from_bytes(id)]));
        return Ok(match subjects {
            Some(subjects) if may_be_seen(database, &subjects, sight)? => Found::One(subjects),
            _ => Found::Nobody,
        });
    }
    let clients = match client {
        Some(client) => vec![client.clone()],
        None => clients(database)?,
    };
    let mut found = Vec::new();
    for client in clients {
        let mut at_client = match &reference.external {
            Some(external) => by_external(database, &client, external)?,
            None => Vec::new(),
        };
        if at_client.is_empty() {
            // The last argument is the pseudonym of a case, which has no customer's number.
            let none = CaseId::from_bytes([0; 16]);
            let pseudonym = vault.subject(&client, Some(&reference.customer), none);
            let subject = keys::subject_of(keys, pseudonym)?;
            at_client.extend(subject.map(|subject| Subjects(vec![subject])));
        }
        for subjects in at_client {
            // Before they are counted: that there are several would tell of one who is not shown.
            if may_be_seen(database, &subjects, sight)? {
                found.push((client.clone(), subjects));
            }
        }
    }
    found.dedup_by(|one, other| one.1 == other.1);
    Ok(match found.len() {
        0 => Found::Nobody,
        1 => found.pop().map_or(Found::Nobody, |(_, subjects)| Found::One(subjects)),
        _ => Found::Several(found.into_iter().map(|(client, _)| client).collect()),
    })
}

/// Whether none of their cases is for the restricted role, or whoever looks has it.
fn may_be_seen(
    database: &Connection,
    subjects: &Subjects,
    sight: Sight,
) -> Result<bool, StoreError> {
    if sight == Sight::Restricted {
        return Ok(true);
    }
    let mut select = database
        .prepare_cached("SELECT 1 FROM case_ WHERE subject = ?1 AND restricted = 1 LIMIT 1")?;
    for subject in subjects.ids() {
        if select.exists([subject.bytes()])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whom the submissions of an external id are about: one person for each submission.
fn by_external(
    database: &Connection,
    client: &ClientId,
    external: &ExternalId,
) -> Result<Vec<Subjects>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT s.id, c.subject FROM submission s JOIN case_ c ON c.submission = s.id
          WHERE s.client = ?1 AND s.kind = ?2 AND s.external_id = ?3 AND c.subject IS NOT NULL",
    )?;
    let mut found = Vec::new();
    for kind in ["order", "ticket"] {
        let rows = select.query_map(params![client.as_str(), kind, external.as_str()], |row| {
            row.get::<_, [u8; 16]>(1).map(SubjectId::from_bytes)
        })?;
        let ids: BTreeSet<SubjectId> = rows.collect::<Result<_, _>>()?;
        let subjects = Subjects(ids.into_iter().collect());
        if !subjects.ids().is_empty() && !found.contains(&subjects) {
            found.push(subjects);
        }
    }
    Ok(found)
}

/// Everybody who has handed in, one look into the index for each.
fn clients(database: &Connection) -> Result<Vec<ClientId>, StoreError> {
    let mut select = database.prepare_cached(
        "WITH RECURSIVE each (client) AS (
            SELECT min(client) FROM submission
            UNION ALL
            SELECT (SELECT min(client) FROM submission s WHERE s.client > each.client)
              FROM each WHERE client IS NOT NULL)
         SELECT client FROM each WHERE client IS NOT NULL",
    )?;
    let rows = select.query_map([], |row| row.get::<_, String>(0))?;
    let corrupt = |_| StoreError::Corrupt { table: "submission" };
    rows.map(|row| ClientId::parse(&row?).map_err(corrupt)).collect()
}

fn cases_of(database: &Connection, subject: SubjectId) -> Result<Vec<CaseOf>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let mut select = database.prepare_cached(
        "SELECT c.id, s.client, s.external_id, c.state, c.accepted_us
           FROM case_ c JOIN submission s ON s.id = c.submission WHERE c.subject = ?1",
    )?;
    let mut rows = select.query([subject.bytes()])?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let external: Option<String> = row.get(2)?;
        let external = external.map(|text| ExternalId::parse(&text)).transpose();
        cases.push(CaseOf {
            id: CaseId::from_bytes(row.get(0)?),
            client: ClientId::parse(&row.get::<_, String>(1)?).map_err(|_| corrupt())?,
            external_id: external.map_err(|_| corrupt())?,
            state: CaseState::parse(&row.get::<_, String>(3)?).ok_or_else(corrupt)?,
            accepted: Timestamp::from_micros(row.get(4)?),
        });
    }
    Ok(cases)
}

fn told_of(
    database: &Connection,
    keys: &Connection,
    vault: &Vault,
    subject: SubjectId,
) -> Result<Vec<Told>, StoreError> {
    let Some(wrapped) = keys::wrapped_key(keys, subject)? else {
        return Ok(Vec::new());
    };
    let key = seal::commitment_key(&*vault.subject_key(&wrapped)?);
    let mut all = Vec::new();
    for link in erase::links_of(keys, subject)? {
        // The index is committed before the log: where a commit was cut short, nothing was told.
        if let Some(leaf) = link.leaf(database)? {
            all.push(told(database, &key, link.leaf, link.case, leaf)?);
        }
    }
    Ok(all)
}

fn told(
    database: &Connection,
    key: &SubjectKey,
    id: LeafId,
    case: CaseId,
    leaf: StoredLeaf,
) -> Result<Told, StoreError> {
    let mut select = database.prepare_cached("SELECT part, sealed FROM opening WHERE leaf = ?1")?;
    let mut parts = select.query([id.bytes()])?;
    let mut values = BTreeMap::new();
    while let Some(row) = parts.next()? {
        let sealed: Vec<u8> = row.get(1)?;
        values.extend(seal::open_openings((id, row.get(0)?), &sealed, key)?);
    }
    let openings = values
        .iter()
        .map(|(field, value)| open(key, id, field.as_str(), seal::shown(value)))
        .collect();
    let index = super::log::signed(leaf.index.0)?;
    let of = "idx = (SELECT leaf FROM outcome_of WHERE intent = ?1)";
    let outcome = leaf_by(database, of, params![index])?;
    Ok(Told { id, leaf, outcome, case, values, openings })
}

pub(super) fn leaf_by(
    database: &Connection,
    condition: &str,
    values: &[Value<'_>],
) -> Result<Option<StoredLeaf>, StoreError> {
    let found: Option<(i64, [u8; 32], Vec<u8>)> = database
        .prepare_cached(&format!("SELECT idx, hash, body FROM leaf WHERE {condition}"))?
        .query_row(values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found
        .map(|(index, hash, body)| {
            let index = u64::try_from(index).map_err(|_| StoreError::Corrupt { table: "leaf" })?;
            Ok(StoredLeaf { index: LeafIndex(index), hash: Hash::new(hash), body })
        })
        .transpose()
}
