//! Hubs and outbox, as the store is asked about them.

use std::time::Duration;

use super::super::StoreError;
use super::super::notices::{Errand, Fate, HubSecret, NoticeRow, Registered, Registration};
use super::super::processes::Epoch;
use super::{Keeper, hub, outbox};
use crate::domain::{ClientId, RegistrationId, Timestamp};
use crate::intake::Kind;

impl Keeper {
    pub(in crate::store) async fn register(
        &self,
        registration: Registration,
        secret: &HubSecret,
    ) -> Result<Registered, StoreError> {
        let sealed = self.vault.seal_hub_secret(registration.id, secret, &*self.entropy)?;
        self.writer.run(move |tx| hub::register(tx, &registration, &sealed)).await
    }

    pub(in crate::store) async fn unregister(
        &self,
        client: ClientId,
        kind: Kind,
        id: RegistrationId,
    ) -> Result<bool, StoreError> {
        self.writer.run(move |tx| hub::unregister(tx, &client, kind, id)).await
    }

    pub(in crate::store) async fn registration(
        &self,
        client: ClientId,
        kind: Kind,
        id: RegistrationId,
    ) -> Result<Option<Registration>, StoreError> {
        self.read(move |database| hub::find(database, &client, kind, id)).await
    }

    pub(in crate::store) async fn registrations(
        &self,
        client: Option<ClientId>,
        kind: Option<Kind>,
    ) -> Result<Vec<Registration>, StoreError> {
        self.read(move |database| hub::registrations(database, client.as_ref(), kind)).await
    }

    pub(in crate::store) async fn is_anything_to_tell(
        &self,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.read(move |database| hub::is_due(database, now)).await
    }

    pub(in crate::store) async fn claim_errands(
        &self,
        lease: Duration,
    ) -> Result<Vec<Errand>, StoreError> {
        let epoch: Epoch = self.processes.epoch();
        let leased = self.writer.run(move |tx| hub::claim(tx, lease, epoch)).await?;
        leased.into_iter().map(|one| one.open(&self.vault)).collect()
    }

    pub(in crate::store) async fn settle_errand(
        &self,
        errand: (RegistrationId, i64),
        fates: Vec<(u64, Fate)>,
        pause: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| hub::settle(tx, errand, &fates, pause)).await
    }

    pub(in crate::store) async fn outbox(
        &self,
        of: Option<RegistrationId>,
        dead: bool,
        most: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        self.read(move |database| outbox::list(database, of, dead, most)).await
    }

    pub(in crate::store) async fn replay(
        &self,
        of: Option<RegistrationId>,
    ) -> Result<usize, StoreError> {
        self.writer.run(move |tx| hub::replay(tx, of)).await
    }
}
