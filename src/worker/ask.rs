//! What operators are asked besides how far they are: what of their interface is there, and what
//! they would say to an order. Questions are made of ids only, and no answer to
//! one of them is a reason to send less carefully: what cannot be asked is sent as before.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{info, warn};

use super::{Worker, ignore_fenced};
use crate::dialects::offer::{Asking, Offer, Wish, obstacle};
use crate::dialects::{self, Dialect};
use crate::domain::{Act, Field, HoldReason, RecipientId, Timestamp};
use crate::minimise::{Refusal, minimise};
use crate::recipients::Recipient;
use crate::settle::access;
use crate::store::{Claimed, StoreError};

/// How often an operator is asked what it offers.
const OFFER_EVERY: Duration = Duration::from_hours(24);

/// What each operator has told of its interface, as far as this process knows.
#[derive(Default)]
pub(super) struct Offers(Mutex<BTreeMap<RecipientId, (Offer, Timestamp)>>);

impl Offers {
    /// The recipient with what it has told.
    pub(super) fn of<'r>(&self, recipient: &'r Recipient) -> Cow<'r, Recipient> {
        match self.lock().get(&recipient.id) {
            Some((offer, _)) if !offer.is_whole() => {
                Cow::Owned(Recipient { offer: offer.clone(), ..recipient.clone() })
            }
            _ => Cow::Borrowed(recipient),
        }
    }

    fn may_be_asked(&self, id: &RecipientId, what: Asking) -> bool {
        self.lock().get(id).is_none_or(|(offer, _)| offer.may_be_asked(what))
    }

    pub(super) fn answers(&self, id: &RecipientId, what: Asking) -> bool {
        self.lock().get(id).is_some_and(|(offer, _)| offer.answers(what))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RecipientId, (Offer, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Asks every operator what it offers, where that was not done within a day.
    pub async fn learn_offers(&self) -> Result<(), StoreError> {
        for recipient in self.0.recipients.values() {
            self.learn_offer(recipient).await?;
        }
        Ok(())
    }

    /// Asks an operator what of its interface is there: at the start, where that was not done
    /// lately, and once a day. What it said before holds until it says something else.
    pub(super) async fn learn_offer(&self, recipient: &Recipient) -> Result<(), StoreError> {
        let parts = &self.0;
        let now = parts.clock.now();
        let Some(dialect) = dialect_of(recipient) else { return Ok(()) };
        // Who may receive nothing is not spoken to either.
        let may = recipient.enabled && recipient.agreement_on(now.date()).is_some();
        let Some(query) = dialect.endpoints().filter(|_| may) else { return Ok(()) };
        let asked = || self.1.lock().get(&recipient.id).map(|(_, asked)| *asked);
        if asked().is_none() {
            self.remember_offers().await?;
        }
        let known = asked();
        let is_fresh = known.is_some_and(|asked| now.since(asked) < OFFER_EVERY);
        if is_fresh || parts.halt.reason().is_some() || self.is_left_alone(&recipient.id) {
            return Ok(());
        }
        let told = match parts.wire.ask(&recipient.id, &query).await {
            Ok(answer) => dialect.offered(&answer),
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "What is offered cannot be asked");
                None
            }
        };
        parts.store.keep_offer(&recipient.id, told.clone()).await?;
        let mut offers = self.1.lock();
        let entry = offers.entry(recipient.id.clone()).or_insert((Offer::default(), now));
        entry.1 = now;
        if let Some(told) = told {
            if told != entry.0 {
                info!(recipient = %recipient.id, "What the operator offers has changed");
            }
            entry.0 = told;
        }
        Ok(())
    }

    /// What operators have told an earlier process.
    pub(super) async fn remember_offers(&self) -> Result<(), StoreError> {
        let kept = self.0.store.offers().await?;
        let mut offers = self.1.lock();
        for (id, offer, asked) in kept {
            offers.entry(id).or_insert((offer, asked));
        }
        Ok(())
    }

    /// Whether this operator refuses our credentials, and nobody has done anything about it.
    pub(super) async fn is_refused(&self, id: &RecipientId) -> Result<bool, StoreError> {
        let Some(since) = self.0.wire.refused(id) else { return Ok(false) };
        if self.0.store.has_acted(id, since).await? {
            self.0.wire.forgive(id);
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether the operator is asked before this case is decided: for its list of services, or how
    /// the line is.
    pub(super) fn is_surveyed(
        &self,
        recipient: &Recipient,
        dialect: &dyn Dialect,
        claimed: &Claimed,
    ) -> bool {
        let may = recipient.enabled && recipient.channel.preflight;
        let Some(access) = access(&claimed.case).filter(|_| may) else { return false };
        match claimed.case.act() {
            Act::Activate => {
                !claimed.overruled
                    && dialect.services(&access).is_some()
                    && self.1.may_be_asked(&recipient.id, Asking::Services)
            }
            Act::Report => {
                dialect.line(&access).is_some() && self.1.answers(&recipient.id, Asking::Link)
            }
            _ => false,
        }
    }

    /// Asks, and then decides, records and sends one case.
    pub(super) async fn survey_and_send(
        self,
        id: RecipientId,
        claimed: Claimed,
    ) -> Result<(), StoreError> {
        let Some(recipient) = self.0.recipients.get(&id) else { return Ok(()) };
        let Some(dialect) = dialect_of(recipient) else { return Ok(()) };
        if claimed.case.act() == Act::Report {
            self.look_at_line(recipient, dialect, &claimed).await?;
        } else if let Some(stop) = self.survey(recipient, dialect, &claimed).await {
            let Claimed { claim, case, key, .. } = claimed;
            return self.refuse(recipient, claim, &case, &key, &stop).await;
        }
        let (recorded, failed) = self.decide(recipient, dialect, vec![claimed]).await?;
        for recorded in recorded {
            self.clone().send(id.clone(), recorded).await?;
        }
        failed.map_or(Ok(()), |error| ignore_fenced(Err(error)))
    }

    /// Asks how the operator sees the line of a fault that is about to be reported, for those of ours
    /// who look at the case. The report does not wait for it.
    async fn look_at_line(
        &self,
        recipient: &Recipient,
        dialect: &'static dyn Dialect,
        claimed: &Claimed,
    ) -> Result<(), StoreError> {
        let case = &claimed.case;
        let Some(query) = access(case).and_then(|access| dialect.line(&access)) else {
            return Ok(());
        };
        let today = self.0.clock.now().date();
        // What is not reported is not asked about.
        if minimise(case, &self.1.of(recipient), dialect, today, claimed.released).is_err() {
            return Ok(());
        }
        match self.0.wire.ask(&recipient.id, &query).await {
            Ok(answer) => match dialect.lined(&answer) {
                Some(line) => self.0.store.keep_line(case.id(), line).await,
                None => Ok(()),
            },
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "The line cannot be asked about");
                Ok(())
            }
        }
    }

    /// What stands in the way of an order, by the operator's own list. What the policy would not
    /// let through anyway, and what waits for its day, is not asked about.
    async fn survey(
        &self,
        recipient: &Recipient,
        dialect: &'static dyn Dialect,
        claimed: &Claimed,
    ) -> Option<Refusal> {
        let now = self.0.clock.now();
        let offered = self.1.of(recipient);
        let query = dialect.services(&access(&claimed.case)?)?;
        let case = &claimed.case;
        let listed = {
            let minimised = minimise(case, &offered, dialect, now.date(), claimed.released).ok()?;
            if minimised.waits_until(now).is_some() {
                return None;
            }
            drop(minimised);
            match self.0.wire.ask(&recipient.id, &query).await {
                Ok(answer) => dialect.listed(&answer)?,
                Err(error) => {
                    warn!(error = %crate::telemetry::chain(&error), "Services cannot be asked");
                    return None;
                }
            }
        };
        let minimised = minimise(case, &offered, dialect, now.date(), claimed.released).ok()?;
        let day = minimised.text(Field::RequestedDate).and_then(Timestamp::parse);
        let wish = Wish {
            service: minimised.text(Field::ServiceId)?,
            day: day.unwrap_or(now).max(now),
            takeover: minimised.text(Field::ForcedTakeover) == Some("true"),
            says: &|field| minimised.text(field),
        };
        let reason: HoldReason = obstacle(&listed, &wish)?;
        let withheld = case.facts().keys().chain(case.dropped()).copied().collect();
        Some(Refusal { reason, policy: Some(recipient.policy.id()), withheld })
    }
}

pub(super) fn dialect_of(recipient: &Recipient) -> Option<&'static dyn Dialect> {
    let channel = &recipient.channel;
    dialects::dialect(&channel.dialect, channel.version.as_deref())
}
