//! What operators say: their feeds, their interfaces, their words about a case, and the ids by which
//! they know our services.

use super::{FeedFrom, LeftAlone, Moved, Store, StoreError};
use crate::dialects::offer::Offer;
use crate::dialects::reasons::Words;
use crate::dialects::{FeedEvent, LinkState};
use crate::domain::{
    Case, CaseId, OpaqueReference, OperatorReference, RecipientId, SubscriptionId, Timestamp,
};

impl Store {
    /// From where to read a recipient's feed, where that is due by `now`.
    pub async fn feed_due(
        &self,
        recipient: &RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.0.feed_due(recipient.clone(), now).await
    }

    /// Applies what an operator's event feed says, and remembers how far it was read.
    pub async fn feed(
        &self,
        recipient: &RecipientId,
        events: Vec<FeedEvent>,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.0.feed(recipient.clone(), events, due).await
    }

    /// The operator does not know the event that its feed was read to: every case that it has is
    /// asked about, and the feed is read from its beginning.
    pub async fn feed_lost(
        &self,
        recipient: &RecipientId,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.0.feed_lost(recipient.clone(), due).await
    }

    /// An operator's event feed could not be read: from the same place again at `due`.
    pub async fn feed_failed(
        &self,
        recipient: &RecipientId,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.feed_failed(recipient.clone(), due).await
    }

    /// From where to read what has changed at a recipient, where that is due by `now`.
    pub async fn changes_due(
        &self,
        recipient: &RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.0.changes_due(recipient.clone(), now).await
    }

    /// Applies what an operator lists as changed, with its cursor: those cases are asked about at
    /// once, and all of them behind a gap. `None`: the list could not be read.
    pub async fn changes(
        &self,
        recipient: &RecipientId,
        read: Option<(Vec<OperatorReference>, Option<String>)>,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.0.changes(recipient.clone(), read, due).await
    }

    /// Keeps what the operator said last about a case, sealed under its subject's key.
    pub async fn keep_words(&self, case: CaseId, words: Words) -> Result<(), StoreError> {
        self.0.keep_words(case, words).await
    }

    /// What the operator said last about a case, and the case, whose values the guard looks for
    /// before the words are shown.
    pub async fn words(&self, case: CaseId) -> Result<Option<(Words, Case)>, StoreError> {
        self.0.words(case).await
    }

    /// Keeps how an operator saw the line of a fault before it was reported.
    pub async fn keep_line(&self, case: CaseId, line: LinkState) -> Result<(), StoreError> {
        self.0.keep_line(case, line).await
    }

    /// How an operator saw the line of a fault, and when it said so; `None` where it was not asked or
    /// that is wiped.
    pub async fn line(&self, case: CaseId) -> Result<Option<(LinkState, Timestamp)>, StoreError> {
        self.0.line(case).await
    }

    /// Remembers what an operator said of its interface; `None`: it did not tell.
    pub async fn keep_offer(
        &self,
        recipient: &RecipientId,
        offer: Option<Offer>,
    ) -> Result<(), StoreError> {
        self.0.keep_offer(recipient.clone(), offer).await
    }

    /// What each operator said of its interface, and when it was asked.
    pub async fn offers(&self) -> Result<Vec<(RecipientId, Offer, Timestamp)>, StoreError> {
        self.0.offers().await
    }

    /// Notes that this process leaves an operator alone for a while; `None`: it does not.
    pub async fn note_left_alone(
        &self,
        recipient: &RecipientId,
        stands: Option<LeftAlone>,
    ) -> Result<(), StoreError> {
        self.0.note_left_alone(recipient.clone(), stands).await
    }

    /// Which operators are left alone: one for each process that has found so.
    pub async fn left_alone(&self) -> Result<Vec<(RecipientId, LeftAlone)>, StoreError> {
        self.0.left_alone().await
    }

    /// Whether a person has let a case of this recipient go on since.
    pub async fn has_acted(
        &self,
        recipient: &RecipientId,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        self.0.has_acted(recipient.clone(), since).await
    }

    /// What an operator calls by now what it called so once; `None` where that is not known to have
    /// changed. A claimed case holds it already.
    pub async fn moved(
        &self,
        recipient: &RecipientId,
        old: SubscriptionId,
    ) -> Result<Option<SubscriptionId>, StoreError> {
        self.0.moved(recipient.clone(), old).await
    }

    /// For each of these references of ours, its case and the id that the operator is known to have
    /// for its service; `None` where there is no such case, or no such id.
    pub async fn subscribed_as(
        &self,
        recipient: &RecipientId,
        references: &[OpaqueReference],
    ) -> Result<Vec<Option<(CaseId, SubscriptionId)>>, StoreError> {
        self.0.subscribed_as(recipient.clone(), references).await
    }

    /// The operator has other ids for these services: they go into what is said next.
    pub async fn relearn(
        &self,
        recipient: &RecipientId,
        moves: Vec<Moved>,
    ) -> Result<(), StoreError> {
        self.0.relearn(recipient.clone(), moves).await
    }

    /// From where to read an operator's list of subscriptions, where that is due by `now`.
    pub async fn subscriptions_due(
        &self,
        recipient: &RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.0.subscriptions_due(recipient.clone(), now).await
    }

    /// Notes how far an operator's list of subscriptions was read: from there again at `due`, or all
    /// of it where there is no cursor.
    pub async fn subscriptions_read(
        &self,
        recipient: &RecipientId,
        cursor: Option<String>,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.subscriptions_read(recipient.clone(), cursor, due).await
    }
}
