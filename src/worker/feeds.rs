//! What operators tell by themselves: their feed of order events, and their list of what has
//! changed. Both are read on from where they were read to, and where something may have been missed
//! every open case is asked about.

use tokio::sync::watch;
use tracing::warn;

use super::ask::dialect_of;
use super::{IDLE, Pause, Worker};
use crate::crash;
use crate::dialects::offer::Asking;
use crate::domain::{RecipientId, Timestamp};
use crate::recipients::Recipient;
use crate::store::StoreError;

impl Worker {
    /// Beside the lane, so that a feed that hangs holds no message up.
    pub(super) async fn feed_lane(&self, id: &RecipientId, mut stop: watch::Receiver<bool>) {
        let Some(recipient) = self.0.recipients.get(id) else { return };
        let mut pause = Pause::default();
        while !*stop.borrow() {
            let read = async {
                self.learn_offer(recipient).await?;
                self.read_feed(recipient).await?;
                self.read_changes(recipient).await?;
                self.read_subscriptions(recipient).await
            };
            match read.await {
                Ok(_) => {
                    pause = Pause::default();
                    let nap = tokio::time::sleep(recipient.channel.poll.min(IDLE));
                    tokio::select! { () = nap => {}, _ = stop.changed() => {} }
                }
                Err(error) => {
                    self.failed(&error);
                    tokio::select! { () = pause.longer() => {}, _ = stop.changed() => {} }
                }
            }
        }
    }

    pub(super) async fn read_feed(&self, recipient: &Recipient) -> Result<usize, StoreError> {
        let parts = &self.0;
        let now = parts.clock.now();
        let (Some(dialect), true, None) =
            (dialect_of(recipient), recipient.enabled, parts.halt.reason())
        else {
            return Ok(0);
        };
        let Some(since) = parts.store.feed_due(&recipient.id, now).await? else {
            return Ok(0);
        };
        let Some(query) = dialect.feed(since.0.as_deref()) else {
            return Ok(0);
        };
        if self.is_left_alone(&recipient.id) {
            return Ok(0);
        }
        let due: Timestamp = now.after(recipient.channel.poll);
        let events = match parts.wire.ask(&recipient.id, &query).await {
            Ok(answer) if since.0.is_some() && dialect.is_lost(&answer) => {
                let cases = parts.store.feed_lost(&recipient.id, due).await?;
                warn!("The operator does not know the last event: {cases} cases are asked about");
                return Ok(cases);
            }
            Ok(answer) => {
                let events = dialect.fed(&answer);
                if events.is_none() {
                    warn!(
                        answer.status = answer.status,
                        "The operator's event feed cannot be read"
                    );
                }
                events
            }
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "The event feed did not answer");
                None
            }
        };
        crash::point("fed");
        match events {
            Some(events) => parts.store.feed(&recipient.id, events, due).await,
            None => parts.store.feed_failed(&recipient.id, due).await.map(|()| 0),
        }
    }

    /// Reads what the operator lists as changed, where it has such a list; how many cases are to be
    /// asked about because of it.
    pub(super) async fn read_changes(&self, recipient: &Recipient) -> Result<usize, StoreError> {
        let parts = &self.0;
        let now = parts.clock.now();
        let Some(dialect) = dialect_of(recipient) else { return Ok(0) };
        let listed = self.1.answers(&recipient.id, Asking::Changes);
        let may = recipient.enabled && listed && parts.halt.reason().is_none();
        if !may || self.is_left_alone(&recipient.id) {
            return Ok(0);
        }
        let Some(since) = parts.store.changes_due(&recipient.id, now).await? else {
            return Ok(0);
        };
        let Some(query) = dialect.changes(since.0.as_deref()) else { return Ok(0) };
        let read = match parts.wire.ask(&recipient.id, &query).await {
            Ok(answer) => dialect.changed(&answer).map(|read| (read.touched, read.cursor)),
            Err(error) => {
                warn!(error = %crate::telemetry::chain(&error), "Changes cannot be read");
                None
            }
        };
        parts.store.changes(&recipient.id, read, now.after(recipient.channel.poll)).await
    }
}
