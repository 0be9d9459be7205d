//! Orders, the subscriptions they make and end, and their events.

use serde_json::{Map, Value};

use super::{ENTRIES_MAX, Engine, Entry, Refusal, id, number};
use crate::domain::{AccessId, Operation, SubscriptionId, Timestamp};
use crate::sandbox::Pace;

/// What an order asks for, read and found well formed.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Wanted {
    /// Start, replace or end.
    pub(in crate::sandbox) operation: Operation,
    /// Always there to start a service; else where the provider said it or the operator knows it.
    pub(in crate::sandbox) access: Option<AccessId>,
    /// Always there to start or replace a service.
    pub(in crate::sandbox) service: Option<String>,
    /// Always there to replace or end one.
    pub(in crate::sandbox) subscription: Option<SubscriptionId>,
    /// The provider's reference.
    pub(in crate::sandbox) reference: Option<String>,
    /// What the provider calls the subscription.
    pub(in crate::sandbox) name: Option<String>,
    /// The earliest date asked for. Shown, not waited for.
    pub(in crate::sandbox) requested: Option<Timestamp>,
    /// Whether another provider's service is to give way.
    pub(in crate::sandbox) forced_takeover: bool,
    /// Whatever else the format shows again in its answers.
    pub(in crate::sandbox) shown_again: Map<String, Value>,
}

/// What is to be other about an order, read and found well formed.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct Amended {
    pub(in crate::sandbox) service: Option<String>,
    pub(in crate::sandbox) requested: Option<Timestamp>,
    pub(in crate::sandbox) shown_again: Map<String, Value>,
}

/// An order that was taken on.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Order {
    /// The operator's id of it.
    pub(in crate::sandbox) id: String,
    /// What it asks for, completed with what the operator knows.
    pub(in crate::sandbox) wanted: Wanted,
    /// The subscription it makes or is about.
    pub(in crate::sandbox) subscription: SubscriptionId,
    /// How far it is.
    pub(in crate::sandbox) state: OrderState,
    /// When it is thought to be done, where the pace tells.
    pub(in crate::sandbox) expected: Option<Timestamp>,
    /// When its state changed last.
    pub(in crate::sandbox) changed: Timestamp,
}

/// How far an order is: `orderState` in `dataformats.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum OrderState {
    Received,
    InProgress,
    DoneSuccess,
    DoneFailed,
    /// Taken back: gone from everything that can be asked for.
    Deleted,
}

/// A change of an order's state. Never changed itself.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Event {
    /// Its id, to read on from.
    pub(in crate::sandbox) id: String,
    /// Which order.
    pub(in crate::sandbox) order: String,
    /// What the state became.
    pub(in crate::sandbox) state: OrderState,
}

/// What became of an order that was not refused.
#[derive(Debug)]
pub(in crate::sandbox) enum Placed<'a> {
    /// It was taken on.
    New(&'a Order),
    /// It had been taken on before and is under way.
    Existing(&'a Order),
    /// It is as asked for already, so there is no order.
    AlreadySo(Wanted),
}

/// A service at an access.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    access: Option<AccessId>,
    /// `None` for one from before the simulator was started, until it is changed.
    service: Option<String>,
    standing: Standing,
    /// The number of the order that is under way.
    order: Option<usize>,
    /// What the provider calls the order that started it.
    reference: Option<String>,
    /// What the provider calls it.
    name: Option<String>,
    /// When it changed last.
    changed: Timestamp,
}

/// A subscription, as it is listed.
pub(in crate::sandbox) struct Shown<'s> {
    pub(in crate::sandbox) id: &'s SubscriptionId,
    pub(in crate::sandbox) access: &'s AccessId,
    pub(in crate::sandbox) service: &'s str,
    pub(in crate::sandbox) is_suspended: bool,
    pub(in crate::sandbox) reference: Option<&'s str>,
    pub(in crate::sandbox) name: Option<&'s str>,
    pub(in crate::sandbox) changed: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Coming,
    Active,
    Suspended,
    Gone,
}

impl OrderState {
    /// As ON-API spells it.
    pub(in crate::sandbox) const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::InProgress => "IN_PROGRESS",
            Self::DoneSuccess => "DONE_SUCCESS",
            Self::DoneFailed => "DONE_FAILED",
            Self::Deleted => "DELETED",
        }
    }

    /// Reads what ON-API spells.
    pub(in crate::sandbox) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Received, Self::InProgress, Self::DoneSuccess, Self::DoneFailed];
        all.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will change it.
    pub(in crate::sandbox) const fn is_done(self) -> bool {
        matches!(self, Self::DoneSuccess | Self::DoneFailed | Self::Deleted)
    }

    /// Why an order is in this state; empty unless it failed.
    pub(in crate::sandbox) const fn message(self) -> &'static str {
        match self {
            Self::DoneFailed => "The service cannot be delivered at this access.",
            Self::Received | Self::InProgress | Self::DoneSuccess | Self::Deleted => "",
        }
    }
}

impl Order {
    /// Whether it is about this access. One whose access nobody knows may be about any: a real
    /// operator would know, so it is shown rather than missed.
    pub(in crate::sandbox) fn is_at(&self, access: &AccessId) -> bool {
        self.wanted.access.as_ref().is_none_or(|known| known == access)
    }
}

impl Engine {
    /// Takes an order on, or says why not.
    pub(in crate::sandbox) fn place(
        &mut self,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Placed<'_>, Refusal> {
        self.work_until(now);
        if let Some(access) = wanted.access.as_ref().filter(|access| !Self::delivers_at(access)) {
            return Err(Refusal::Access(access.clone()));
        }
        if let Some(service) = wanted.service.as_ref().filter(|s| s.contains("UNKNOWN")) {
            return Err(Refusal::Service(service.clone()));
        }
        let taken = wanted.service.as_ref().is_some_and(|service| service.contains("TAKEN"));
        if taken && !wanted.forced_takeover {
            return Err(Refusal::TypeClaimed);
        }
        match wanted.operation {
            Operation::Activate => self.activate(wanted, now),
            Operation::Change
            | Operation::Modify
            | Operation::Suspend
            | Operation::Resume
            | Operation::Terminate => self.about_one(wanted, now),
        }
    }

    /// The services that are active at an access, oldest first.
    pub(in crate::sandbox) fn active_at(&self, access: &AccessId) -> Vec<&str> {
        let here = self.at_access.get(access).into_iter().flatten();
        here.filter_map(|id| self.subscriptions.get(id))
            .filter(|subscription| subscription.standing == Standing::Active)
            .filter_map(|subscription| subscription.service.as_deref())
            .collect()
    }

    /// The subscription of a service at an access that is not gone.
    pub(in crate::sandbox) fn subscription_of(
        &self,
        access: &AccessId,
        service: &str,
    ) -> Option<&SubscriptionId> {
        let mut here = self.at_access.get(access)?.iter();
        here.find(|id| {
            self.subscriptions.get(id).is_some_and(|one| {
                one.standing != Standing::Gone && one.service.as_deref() == Some(service)
            })
        })
    }

    /// The subscriptions that are active or suspended, by their accesses.
    pub(in crate::sandbox) fn subscriptions(&self) -> Vec<Shown<'_>> {
        let mut shown: Vec<Shown<'_>> = self
            .subscriptions
            .iter()
            .filter(|(_, one)| matches!(one.standing, Standing::Active | Standing::Suspended))
            .filter_map(|(id, one)| {
                Some(Shown {
                    id,
                    access: one.access.as_ref()?,
                    service: one.service.as_deref()?,
                    is_suspended: one.standing == Standing::Suspended,
                    reference: one.reference.as_deref(),
                    name: one.name.as_deref(),
                    changed: one.changed,
                })
            })
            .collect();
        shown.sort_by_key(|one| (one.access, one.id));
        shown
    }

    /// Gives every subscription another id, as when a network is moved: what was there before is
    /// known no more.
    pub(in crate::sandbox) fn migrate(&mut self, now: Timestamp) {
        let mut old: Vec<_> = std::mem::take(&mut self.subscriptions).into_iter().collect();
        old.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.at_access.clear();
        for (id, mut subscription) in old {
            let new = self.next_subscription();
            if let Some(access) = &subscription.access {
                self.at_access.entry(access.clone()).or_default().push(new.clone());
            }
            if let Some(order) = subscription.order {
                self.orders[order].subscription = new.clone();
            }
            subscription.changed = now;
            self.subscriptions.insert(new, subscription);
            self.retired.insert(id);
        }
    }

    /// All orders that were not taken back, oldest first.
    pub(in crate::sandbox) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| order.state != OrderState::Deleted)
    }

    /// One order; `None` where it was taken back.
    pub(in crate::sandbox) fn order(&self, id: &str) -> Option<&Order> {
        let order = self.order_number(id).map(|number| &self.orders[number]);
        order.filter(|order| order.state != OrderState::Deleted)
    }

    /// Makes an order another one, while it is only received: what is given replaces what was.
    pub(in crate::sandbox) fn amend(
        &mut self,
        id: &str,
        amended: Amended,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let number = self.received(id, now)?;
        let order = &mut self.orders[number];
        if let Some(service) = amended.service {
            order.wanted.service = Some(service);
        }
        order.wanted.requested = amended.requested.or(order.wanted.requested);
        order.wanted.shown_again.extend(amended.shown_again);
        Ok(())
    }

    /// Takes an order back, while it is only received.
    pub(in crate::sandbox) fn take_back(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let number = self.received(id, now)?;
        let order = &mut self.orders[number];
        order.state = OrderState::Deleted;
        order.changed = now;
        let (subscription, operation) = (order.subscription.clone(), order.wanted.operation);
        self.moving.retain(|(_, entry)| *entry != Entry::Order(number));
        if let Some(subscription) = self.subscriptions.get_mut(&subscription) {
            subscription.order = None;
            if operation == Operation::Activate {
                subscription.standing = Standing::Gone;
            }
        }
        Ok(())
    }

    /// "All only while RECEIVED."
    fn received(&mut self, id: &str, now: Timestamp) -> Result<usize, Refusal> {
        self.work_until(now);
        let number = self.order_number(id).ok_or(Refusal::NoSuchOrder)?;
        match self.orders[number].state {
            OrderState::Received => Ok(number),
            OrderState::Deleted => Err(Refusal::NoSuchOrder),
            OrderState::InProgress | OrderState::DoneSuccess | OrderState::DoneFailed => {
                Err(Refusal::Begun)
            }
        }
    }

    /// The order that has this reference of the provider's; the oldest of them.
    pub(in crate::sandbox) fn order_with_reference(&self, reference: &str) -> Option<&Order> {
        self.order_by_reference.get(reference).map(|&number| &self.orders[number])
    }

    /// The events behind the one with this id, oldest first; all without one. `None` where there
    /// is no such event.
    pub(in crate::sandbox) fn events(&self, since: Option<&str>) -> Option<&[Event]> {
        let Some(since) = since else {
            return Some(&self.events);
        };
        let last =
            number("E", since).filter(|&at| self.events.get(at).is_some_and(|e| e.id == since))?;
        Some(&self.events[last + 1..])
    }

    pub(super) fn order_number(&self, id: &str) -> Option<usize> {
        number("O", id).filter(|&at| self.orders.get(at).is_some_and(|order| order.id == id))
    }

    /// Moves an order one state on. Says whether it will move again.
    pub(super) fn advance_order(&mut self, number: usize, at: Timestamp) -> bool {
        let order = &mut self.orders[number];
        order.state = match order.state {
            OrderState::Received => OrderState::InProgress,
            _ if order.wanted.service.as_ref().is_some_and(|s| s.contains("FAIL")) => {
                OrderState::DoneFailed
            }
            _ => OrderState::DoneSuccess,
        };
        order.changed = at;
        let order = &self.orders[number];
        self.events.push(Event {
            id: id("E", self.events.len()),
            order: order.id.clone(),
            state: order.state,
        });
        if !order.state.is_done() {
            return true;
        }
        if let Some(subscription) = self.subscriptions.get_mut(&order.subscription) {
            let success = order.state == OrderState::DoneSuccess;
            subscription.order = None;
            subscription.changed = at;
            match (order.wanted.operation, success) {
                (Operation::Activate | Operation::Resume, true) => {
                    subscription.standing = Standing::Active;
                }
                (Operation::Activate, false) | (Operation::Terminate, true) => {
                    subscription.standing = Standing::Gone;
                }
                (Operation::Change, true) => {
                    subscription.service.clone_from(&order.wanted.service);
                }
                (Operation::Suspend, true) => subscription.standing = Standing::Suspended,
                (Operation::Modify, true)
                | (
                    Operation::Change
                    | Operation::Modify
                    | Operation::Suspend
                    | Operation::Resume
                    | Operation::Terminate,
                    false,
                ) => {}
            }
        }
        false
    }

    fn activate(&mut self, wanted: Wanted, now: Timestamp) -> Result<Placed<'_>, Refusal> {
        let (Some(access), Some(service)) = (&wanted.access, &wanted.service) else {
            // The format's reader asks for both.
            return Err(Refusal::Service(String::new()));
        };
        let here = self.at_access.get(access).into_iter().flatten();
        let same_type = here.filter_map(|id| self.subscriptions.get(id)).find(|subscription| {
            let theirs = subscription.service.as_deref();
            subscription.standing != Standing::Gone
                && theirs.is_some_and(|theirs| service_type(theirs) == service_type(service))
        });
        match same_type {
            None => {
                let id = self.next_subscription();
                self.at_access.entry(access.clone()).or_default().push(id.clone());
                let subscription = Subscription {
                    access: Some(access.clone()),
                    service: Some(service.clone()),
                    standing: Standing::Coming,
                    order: None,
                    reference: wanted.reference.clone(),
                    name: wanted.name.clone(),
                    changed: now,
                };
                self.subscriptions.insert(id.clone(), subscription);
                self.take_on(wanted, id, now)
            }
            Some(theirs) if theirs.service.as_ref() != Some(service) => {
                Err(Refusal::TypeActive(service_type(service).to_owned()))
            }
            Some(same) => match same.order.map(|number| &self.orders[number]) {
                None => Ok(Placed::AlreadySo(wanted)),
                Some(order) if order.wanted.operation == Operation::Activate => {
                    Ok(Placed::Existing(order))
                }
                Some(_) => Err(Refusal::OrderInProgress),
            },
        }
    }

    fn about_one(&mut self, mut wanted: Wanted, now: Timestamp) -> Result<Placed<'_>, Refusal> {
        let Some(id) = wanted.subscription.clone() else {
            // The format's reader asks for it.
            return Err(Refusal::NotActive);
        };
        if id.as_str() == "unknown" || self.retired.contains(&id) {
            return Err(Refusal::Subscription(id));
        }
        let known = self.subscriptions.get(&id).cloned();
        let from_before = || Subscription {
            access: wanted.access.clone().or_else(|| access_by_digits(&id)),
            service: None,
            standing: Standing::Active,
            order: None,
            reference: None,
            name: None,
            changed: now,
        };
        let subscription = known.unwrap_or_else(from_before);
        if let (Some(said), Some(known)) = (&wanted.access, &subscription.access)
            && said != known
        {
            return Err(Refusal::ElsewhereThan(said.clone()));
        }
        wanted.access = wanted.access.or_else(|| subscription.access.clone());
        wanted.service = wanted.service.or_else(|| subscription.service.clone());
        if let Some(number) = subscription.order {
            let order = &self.orders[number];
            let same = order.wanted.operation == wanted.operation
                && order.wanted.service == wanted.service;
            return if same { Ok(Placed::Existing(order)) } else { Err(Refusal::OrderInProgress) };
        }
        match (subscription.standing, wanted.operation) {
            (Standing::Gone, Operation::Terminate)
            | (Standing::Suspended, Operation::Suspend)
            | (Standing::Active, Operation::Resume) => Ok(Placed::AlreadySo(wanted)),
            // "Only for subscriptions state from SUSPENDED to ACTIVE."
            (Standing::Gone, _) | (Standing::Coming, Operation::Resume) => Err(Refusal::NotActive),
            (Standing::Active | Standing::Coming | Standing::Suspended, _) => {
                self.subscriptions.insert(id.clone(), subscription);
                self.take_on(wanted, id, now)
            }
        }
    }

    fn take_on(
        &mut self,
        wanted: Wanted,
        subscription: SubscriptionId,
        now: Timestamp,
    ) -> Result<Placed<'_>, Refusal> {
        if self.orders.len() >= ENTRIES_MAX {
            return Err(Refusal::Full);
        }
        let number = self.orders.len();
        if let Some(subscription) = self.subscriptions.get_mut(&subscription) {
            subscription.order = Some(number);
        }
        let expected = match self.pace {
            Pace::EveryRead => None,
            Pace::Every(step) => {
                let done = now.after(step * 2);
                Some(wanted.requested.map_or(done, |requested| requested.max(done)))
            }
        };
        if let Some(reference) = &wanted.reference {
            self.order_by_reference.entry(reference.clone()).or_insert(number);
        }
        self.orders.push(Order {
            id: id("O", number),
            wanted,
            subscription,
            state: OrderState::Received,
            expected,
            changed: now,
        });
        let entry = Entry::Order(number);
        self.moving.insert((self.due(entry), entry));
        Ok(Placed::New(&self.orders[number]))
    }

    fn next_subscription(&mut self) -> SubscriptionId {
        loop {
            let text = id("S", self.issued);
            self.issued += 1;
            // One that a provider has made up before it was issued is passed over.
            match SubscriptionId::parse(&text) {
                Ok(id) if !self.subscriptions.contains_key(&id) && !self.retired.contains(&id) => {
                    return id;
                }
                _ => {}
            }
        }
    }
}

/// `Broadband` for `BB-100-100`, `IPTV` for `IPTV-BASE`: an access has one service of each type.
fn service_type(service: &str) -> &str {
    match service.split(['-', '_', ' ']).next().unwrap_or_default() {
        "BB" => "Broadband",
        other => other,
    }
}

/// `STTA0042` for a subscription from before whose id ends in `0042`.
fn access_by_digits(subscription: &SubscriptionId) -> Option<AccessId> {
    let text = subscription.as_str();
    let digits = text.get(text.len().checked_sub(4)?..)?;
    AccessId::parse(&format!("STTA{digits}")).ok().filter(Engine::delivers_at)
}
