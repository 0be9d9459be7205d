//! By which ids operators know our services. They give others when they move a network or a customer,
//! and an order that names the old one is refused. What stays is what we called the service when we
//! ordered it: by that the new id is found, in the operator's list once a day and behind every gap,
//! and at the access when it has refused an order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tracing::{info, instrument, warn};

use super::Worker;
use super::ask::dialect_of;
use crate::dialects::offer::Asking;
use crate::dialects::reasons::reason_of;
use crate::dialects::{Dialect, Entries, Subscription, Verdict};
use crate::domain::{
    Act, Case, CaseId, OpaqueReference, RecipientId, RejectReason, SubscriptionId,
};
use crate::recipients::Recipient;
use crate::settle::{self, access};
use crate::store::{Moved, StoreError};
use crate::transmit::{Transmitted, WireError};

/// How often the list is read.
const EVERY: Duration = Duration::from_hours(24);
/// How soon again, where it could not be read.
const AGAIN: Duration = Duration::from_hours(1);
/// How many are looked up at once.
const PAGE: usize = 200;

/// What the operator calls a service of ours: by what it called it once, the case that shows it and
/// every id it stands under now. More than one tells nothing.
type Known = BTreeMap<SubscriptionId, (CaseId, BTreeSet<SubscriptionId>)>;

impl Worker {
    /// Reads the operator's list of our subscriptions, where it has one and that is due; how many
    /// have another id than the one that we knew.
    #[instrument(skip_all, fields(recipient = %recipient.id))]
    pub(super) async fn read_subscriptions(
        &self,
        recipient: &Recipient,
    ) -> Result<usize, StoreError> {
        let parts = &self.0;
        let now = parts.clock.now();
        let Some(dialect) = dialect_of(recipient) else { return Ok(0) };
        let listed = self.1.answers(&recipient.id, Asking::Subscriptions);
        let may = recipient.enabled
            && listed
            && recipient.agreement_on(now.date()).is_some()
            && parts.halt.reason().is_none();
        let Some(query) = dialect.subscription_list().filter(|_| may) else { return Ok(0) };
        if self.is_left_alone(&recipient.id) {
            return Ok(0);
        }
        let Some(since) = parts.store.subscriptions_due(&recipient.id, now).await? else {
            return Ok(0);
        };
        let mut known = Known::new();
        let listing = parts.wire.list(&recipient.id, &query, since.0.as_deref()).await;
        let read = match listing {
            Ok(mut listing) => {
                let cursor = listing.last_modified().map(str::to_owned).or(since.0.clone());
                match listing.status() {
                    200 => {
                        let mut entries = Entries::default();
                        let mut page = Vec::with_capacity(PAGE);
                        loop {
                            let piece = match listing.piece().await {
                                Ok(Some(piece)) => piece,
                                Ok(None) => break entries.finish().ok().map(|()| cursor),
                                Err(error) => break told(&error),
                            };
                            let Ok(complete) = entries.push(piece.as_ref()) else { break None };
                            page.extend(complete.iter().flat_map(|one| dialect.subscribed_in(one)));
                            if page.len() >= PAGE {
                                self.look_up(&recipient.id, std::mem::take(&mut page), &mut known)
                                    .await?;
                            }
                        }
                        .map(|cursor| (cursor, page))
                    }
                    // None has changed, or there is none.
                    304 | 404 => Some((cursor, Vec::new())),
                    _ => None,
                }
            }
            Err(error) => told(&error),
        };
        let Some((cursor, last)) = read else {
            warn!("The operator's list of subscriptions cannot be read");
            let again = now.after(AGAIN);
            parts.store.subscriptions_read(&recipient.id, since.0, again).await?;
            return Ok(0);
        };
        self.look_up(&recipient.id, last, &mut known).await?;
        let moves = moves(known);
        let count = moves.len();
        if count > 0 {
            info!("The operator has new ids for {count} services");
            parts.store.relearn(&recipient.id, moves).await?;
        }
        parts.store.subscriptions_read(&recipient.id, cursor, now.after(EVERY)).await?;
        Ok(count)
    }

    /// Which of ours they are, by our own references in them.
    async fn look_up(
        &self,
        id: &RecipientId,
        listed: Vec<Subscription>,
        known: &mut Known,
    ) -> Result<(), StoreError> {
        let ours = |one: Subscription| {
            let references: BTreeSet<OpaqueReference> =
                one.ours.iter().filter_map(|text| OpaqueReference::parse(text)).collect();
            references.into_iter().map(move |reference| (reference, one.id.clone()))
        };
        let (references, ids): (Vec<_>, Vec<_>) = listed.into_iter().flat_map(ours).unzip();
        let found = self.0.store.subscribed_as(id, &references).await?;
        for (found, now) in found.into_iter().zip(ids) {
            if let Some((case, before)) = found {
                known.entry(before).or_insert_with(|| (case, BTreeSet::new())).1.insert(now);
            }
        }
        Ok(())
    }

    /// Whether an order was refused because the operator has another id by now for the service that
    /// it names; that one is kept then.
    pub(super) async fn has_moved(
        &self,
        id: &RecipientId,
        transmitted: &Transmitted,
    ) -> Result<bool, StoreError> {
        let Some(recipient) = self.0.recipients.get(id) else { return Ok(false) };
        let Some(dialect) = dialect_of(recipient) else { return Ok(false) };
        if !is_unknown(recipient, dialect, transmitted) {
            return Ok(false);
        }
        let Some(case) = self.0.store.open_case(transmitted.case()).await? else {
            return Ok(false);
        };
        let Some(named) = settle::subscription(&case) else { return Ok(false) };
        let before = self.0.store.moved(id, named.clone()).await?.unwrap_or(named);
        let Some(query) = access(&case).and_then(|access| dialect.subscriptions(&access)) else {
            return Ok(false);
        };
        let listed = match self.0.wire.ask(id, &query).await {
            Ok(answer) => dialect.subscribed(&answer).unwrap_or_default(),
            Err(error) => told(&error).unwrap_or_default(),
        };
        if listed.iter().any(|one| one.id == before) {
            return Ok(false);
        }
        let by_service = of_service(&case, &listed);
        let mut known = Known::new();
        self.look_up(id, listed, &mut known).await?;
        let by_reference = moves(known).into_iter().find(|moved| moved.old == before);
        let by_service = by_service.map(|new| Moved { case: case.id(), old: before, new });
        let Some(moved) = by_reference.or(by_service) else { return Ok(false) };
        info!(case.id = %case.id(), "The operator has a new id for the service");
        self.0.store.relearn(id, vec![moved]).await?;
        Ok(true)
    }
}

/// Whether the operator says that it does not know what an order names.
fn is_unknown(recipient: &Recipient, dialect: &dyn Dialect, transmitted: &Transmitted) -> bool {
    let Ok(answer) = transmitted.result() else { return false };
    let Verdict::Rejected(by_status) = dialect.decode(transmitted.purpose(), answer) else {
        return false;
    };
    let words = dialect.words(answer);
    let reason = match &words {
        Some(words) => reason_of(words, &recipient.channel.reasons),
        None => Some(by_status),
    };
    matches!(reason, Some(RejectReason::SubscriptionUnknown | RejectReason::NotFound))
}

/// The one subscription of the service that an order names itself. One that asks for another
/// service does not.
fn of_service(case: &Case, listed: &[Subscription]) -> Option<SubscriptionId> {
    if matches!(case.act(), Act::Change | Act::Activate) {
        return None;
    }
    let service = settle::service(case)?;
    let mut same = listed.iter().filter(|one| one.service.eq_ignore_ascii_case(service.as_str()));
    let only = same.next()?;
    same.next().is_none().then(|| only.id.clone())
}

/// What stands under one id, and another than before.
fn moves(known: Known) -> Vec<Moved> {
    let moved = known.into_iter().filter_map(|(old, (case, now))| {
        let mut now = now.into_iter();
        let new = now.next().filter(|new| *new != old)?;
        now.next().is_none().then_some(Moved { case, old, new })
    });
    moved.collect()
}

/// What could not be asked is no answer.
fn told<T>(error: &WireError) -> Option<T> {
    warn!(error = %crate::telemetry::chain(error), "Subscriptions cannot be asked");
    None
}
