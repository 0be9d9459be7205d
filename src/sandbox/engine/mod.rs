//! What a simulated operator knows and does, whatever it speaks: orders, subscriptions, tickets
//! and the events they leave.
//!
//! It holds no socket and no clock: each call says what time it is. The rules are those of ON-API
//! 2.6 (`orders.md`, `tickets.md`, `orderevents.md`, `responses.md`); our SOAP contract says that
//! it means the same.

mod orders;
mod tickets;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use thiserror::Error;

use super::{Effect, EffectKind, Pace};
use crate::domain::{AccessId, SubscriptionId, Timestamp};

pub(super) use orders::{Amended, Event, Order, OrderState, Placed, Shown, Wanted};
pub(super) use tickets::{Comment, Fault, ProblemType, Responsible, Ticket, TicketStatus, Update};

/// The most orders, and the most tickets, that one operator takes on.
const ENTRIES_MAX: usize = 2_000_000;

/// One operator's books.
pub(super) struct Engine {
    pace: Pace,
    /// Nothing moves on.
    pub(super) resting: bool,
    orders: Vec<Order>,
    events: Vec<Event>,
    tickets: Vec<Ticket>,
    subscriptions: HashMap<SubscriptionId, orders::Subscription>,
    /// Ids that were replaced.
    retired: HashSet<SubscriptionId>,
    /// How many subscriptions were issued.
    issued: usize,
    /// Subscriptions by the access they are at, where that is known.
    at_access: HashMap<AccessId, Vec<SubscriptionId>>,
    order_by_reference: HashMap<String, usize>,
    ticket_by_reference: HashMap<String, usize>,
    /// What will move on, and when it is due. At [`Pace::EveryRead`] the time only sorts.
    moving: BTreeSet<(Timestamp, Entry)>,
}

/// Something that moves from state to state. Orders and tickets are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Order(usize),
    Ticket(usize),
}

/// What somebody is about to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Read<'a> {
    /// Orders, or their events.
    Orders,
    /// The orders of one access.
    OrdersAt(&'a AccessId),
    /// One order.
    Order(&'a str),
    /// Tickets.
    Tickets,
    /// One ticket.
    Ticket(&'a str),
}

/// Why an operator does not take something on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("Unknown accessId: '{0}'")]
    Access(AccessId),
    #[error("Unknown service: '{0}'")]
    Service(String),
    #[error("Unknown subscriptionId: '{0}'")]
    Subscription(SubscriptionId),
    #[error("The subscription is not at accessId '{0}'")]
    ElsewhereThan(AccessId),
    #[error("Another Service of ServiceType '{0}' is already active.")]
    TypeActive(String),
    #[error("ServiceType is already claimed by other Service Provider.")]
    TypeClaimed,
    #[error("Another order for this subscription is in progress.")]
    OrderInProgress,
    #[error("The subscription is not active.")]
    NotActive,
    #[error("Object not found")]
    NoSuchOrder,
    #[error("The order is not in state RECEIVED and can not be changed.")]
    Begun,
    #[error("The simulator is full. Error number 1")]
    Full,
}

impl Engine {
    /// Empty books.
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            resting: false,
            orders: Vec::new(),
            events: Vec::new(),
            tickets: Vec::new(),
            subscriptions: HashMap::new(),
            retired: HashSet::new(),
            issued: 0,
            at_access: HashMap::new(),
            order_by_reference: HashMap::new(),
            ticket_by_reference: HashMap::new(),
            moving: BTreeSet::new(),
        }
    }

    /// Does the work that is due before somebody reads.
    pub(super) fn before(&mut self, read: Read<'_>, now: Timestamp) {
        if self.resting {
            return;
        }
        if self.pace != Pace::EveryRead {
            return self.work_until(now);
        }
        let moved: Vec<(Timestamp, Entry)> = match read {
            Read::Order(id) => self.order_number(id).map(Entry::Order).into_iter().collect(),
            Read::Ticket(id) => self.ticket_number(id).map(Entry::Ticket).into_iter().collect(),
            Read::Orders | Read::OrdersAt(_) | Read::Tickets => {
                let all = self.moving.iter().map(|(_, entry)| *entry);
                all.filter(|entry| self.concerns(read, *entry)).collect::<Vec<_>>()
            }
        }
        .into_iter()
        .map(|entry| (self.due(entry), entry))
        .collect();
        for key in moved {
            if self.moving.remove(&key) {
                self.advance(key.1, now);
            }
        }
    }

    /// Whether an access is delivered here: `STTA0001` to `STTA9999`.
    pub(super) fn delivers_at(access: &AccessId) -> bool {
        access.as_str().strip_prefix("STTA").is_some_and(|digits| {
            digits.len() == 4 && digits != "0000" && digits.bytes().all(|b| b.is_ascii_digit())
        })
    }

    /// All that was taken on: orders, then tickets.
    pub(super) fn effects(&self) -> Vec<Effect> {
        let orders = self.orders.iter().map(|order| Effect {
            id: order.id.clone(),
            kind: EffectKind::Order(order.wanted.operation),
            access: order.wanted.access.clone(),
            reference: order.wanted.reference.clone(),
            state: order.state.as_str(),
        });
        let tickets = self.tickets.iter().map(|ticket| Effect {
            id: ticket.id.clone(),
            kind: EffectKind::Ticket,
            access: Some(ticket.fault.access.clone()),
            reference: ticket.fault.reference.clone(),
            state: ticket.status.as_str(),
        });
        orders.chain(tickets).collect()
    }

    /// At a pace of its own, moves everything whose time has come, in the order it came.
    pub(super) fn work_until(&mut self, now: Timestamp) {
        if self.resting || self.pace == Pace::EveryRead {
            return;
        }
        while let Some(&(due, entry)) = self.moving.first()
            && due <= now
        {
            self.moving.pop_first();
            self.advance(entry, due);
        }
    }

    fn advance(&mut self, entry: Entry, at: Timestamp) {
        let goes_on = match entry {
            Entry::Order(number) => self.advance_order(number, at),
            Entry::Ticket(number) => self.advance_ticket(number, at),
        };
        if goes_on {
            self.moving.insert((self.due(entry), entry));
        }
    }

    fn due(&self, entry: Entry) -> Timestamp {
        let changed = match entry {
            Entry::Order(number) => self.orders[number].changed,
            Entry::Ticket(number) => self.tickets[number].changed,
        };
        changed.after(self.step())
    }

    /// How long one state lasts.
    fn step(&self) -> Duration {
        match self.pace {
            Pace::EveryRead => Duration::ZERO,
            Pace::Every(step) => step,
        }
    }

    fn concerns(&self, read: Read<'_>, entry: Entry) -> bool {
        match (read, entry) {
            (Read::Orders, Entry::Order(_)) | (Read::Tickets, Entry::Ticket(_)) => true,
            (Read::OrdersAt(access), Entry::Order(number)) => self.orders[number].is_at(access),
            _ => false,
        }
    }
}

/// The operator's ids are a letter and a count: the same run gives the same ids, and none can be
/// mistaken for an identity number.
fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}{:07}", number + 1)
}

/// The number in an id that was made by [`id`].
fn number(prefix: &str, id: &str) -> Option<usize> {
    let number: usize = id.strip_prefix(prefix)?.parse().ok()?;
    number.checked_sub(1)
}
