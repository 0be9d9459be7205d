//! Trouble tickets. ON-API has no rule of "the same again" for them: what is posted twice is there
//! twice. The SOAP contract has one, by reference.

use serde_json::{Map, Value};

use super::{ENTRIES_MAX, Engine, Entry, Refusal, id, number};
use crate::domain::{AccessId, Timestamp};

/// A fault as it was reported, read and found well formed.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Fault {
    /// Where.
    pub(in crate::sandbox) access: AccessId,
    /// The provider's reference of the ticket.
    pub(in crate::sandbox) reference: Option<String>,
    /// The provider's reference of the customer or service.
    pub(in crate::sandbox) customer_reference: Option<String>,
    /// Who reported it.
    pub(in crate::sandbox) created_by: String,
    /// In a few words.
    pub(in crate::sandbox) heading: String,
    /// In more.
    pub(in crate::sandbox) description: String,
    /// What kind.
    pub(in crate::sandbox) problem: ProblemType,
    /// Whatever else the format shows again in its answers.
    pub(in crate::sandbox) shown_again: Map<String, Value>,
}

/// A fault that was taken on.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Ticket {
    /// The operator's id of it.
    pub(in crate::sandbox) id: String,
    /// What was reported.
    pub(in crate::sandbox) fault: Fault,
    /// How far it is.
    pub(in crate::sandbox) status: TicketStatus,
    /// What either side wrote, oldest first.
    pub(in crate::sandbox) comments: Vec<Comment>,
    /// Whose turn it is.
    pub(in crate::sandbox) responsible: Responsible,
    /// The provider has closed it, or agreed that it is closed.
    pub(in crate::sandbox) accepted: bool,
    /// The references of what was said about it, where the format has such.
    pub(in crate::sandbox) updates: Vec<String>,
    /// When it came in.
    pub(in crate::sandbox) created: Timestamp,
    /// When its status changed last.
    pub(in crate::sandbox) changed: Timestamp,
}

/// What somebody wrote on a ticket.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Comment {
    /// Who, as they say.
    pub(in crate::sandbox) by: String,
    /// When.
    pub(in crate::sandbox) at: Timestamp,
    /// What.
    pub(in crate::sandbox) message: String,
}

/// Whose turn it is: `responsible`, "used for SLA calculation".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Responsible {
    Sp,
    Co,
}

impl Responsible {
    /// As ON-API spells it.
    pub(in crate::sandbox) const fn as_str(self) -> &'static str {
        match self {
            Self::Sp => "SP",
            Self::Co => "CO",
        }
    }

    /// Reads what ON-API spells.
    pub(in crate::sandbox) fn parse(text: &str) -> Option<Self> {
        [Self::Sp, Self::Co].into_iter().find(|one| one.as_str() == text)
    }
}

/// What is to be other about a ticket, read and found well formed.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct Update {
    pub(in crate::sandbox) comment: Option<(String, String)>,
    pub(in crate::sandbox) status: Option<TicketStatus>,
    pub(in crate::sandbox) responsible: Option<Responsible>,
    pub(in crate::sandbox) accepted: Option<bool>,
    pub(in crate::sandbox) reference: Option<String>,
}

/// Who writes for a simulated operator, and a number that nobody has (PTS series for fiction): a
/// comment names people, as comments do.
const TECHNICIAN: &str = "Kalle Tekniker";
const CLEARED: &str = "The fault is mended. Felet är avhjälpt, ring mig på 070-174 06 99 vid frågor. Mvh Kalle Tekniker";

/// How far a ticket is: `tickets.md`, "Description on status". This operator never hands a ticket
/// back by itself; a provider may take it, and then nothing moves before it is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum TicketStatus {
    Created,
    InProgressCo,
    InProgressSp,
    Closed,
}

/// What kind of fault: `problemType` in `tickets.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum ProblemType {
    NoLink,
    NoAccess,
    Quality,
    Other,
}

impl TicketStatus {
    /// As ON-API spells it.
    pub(in crate::sandbox) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::InProgressCo => "IN_PROGRESS_CO",
            Self::InProgressSp => "IN_PROGRESS_SP",
            Self::Closed => "CLOSED",
        }
    }

    /// Reads what ON-API spells.
    pub(in crate::sandbox) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Created, Self::InProgressCo, Self::InProgressSp, Self::Closed];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

impl ProblemType {
    /// As ON-API spells it.
    pub(in crate::sandbox) const fn as_str(self) -> &'static str {
        match self {
            Self::NoLink => "NO_LINK",
            Self::NoAccess => "NO_ACCESS",
            Self::Quality => "QUALITY",
            Self::Other => "OTHER",
        }
    }

    /// Reads what ON-API spells.
    pub(in crate::sandbox) fn parse(text: &str) -> Option<Self> {
        let all = [Self::NoLink, Self::NoAccess, Self::Quality, Self::Other];
        all.into_iter().find(|problem| problem.as_str() == text)
    }
}

impl Engine {
    /// Takes a fault on, or says why not.
    pub(in crate::sandbox) fn file(
        &mut self,
        fault: Fault,
        now: Timestamp,
    ) -> Result<&Ticket, Refusal> {
        self.work_until(now);
        if !Self::delivers_at(&fault.access) {
            return Err(Refusal::Access(fault.access));
        }
        if self.tickets.len() >= ENTRIES_MAX {
            return Err(Refusal::Full);
        }
        let number = self.tickets.len();
        if let Some(reference) = &fault.reference {
            self.ticket_by_reference.entry(reference.clone()).or_insert(number);
        }
        self.tickets.push(Ticket {
            id: id("TT", number),
            fault,
            status: TicketStatus::Created,
            comments: Vec::new(),
            responsible: Responsible::Co,
            accepted: false,
            updates: Vec::new(),
            created: now,
            changed: now,
        });
        let entry = Entry::Ticket(number);
        self.moving.insert((self.due(entry), entry));
        Ok(&self.tickets[number])
    }

    /// All tickets, oldest first.
    pub(in crate::sandbox) fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// One ticket.
    pub(in crate::sandbox) fn ticket(&self, id: &str) -> Option<&Ticket> {
        self.ticket_number(id).map(|number| &self.tickets[number])
    }

    /// The ticket that has this reference of the provider's; the oldest of them.
    pub(in crate::sandbox) fn ticket_with_reference(&self, reference: &str) -> Option<&Ticket> {
        self.ticket_by_reference.get(reference).map(|&number| &self.tickets[number])
    }

    pub(super) fn ticket_number(&self, id: &str) -> Option<usize> {
        number("TT", id).filter(|&at| self.tickets.get(at).is_some_and(|ticket| ticket.id == id))
    }

    /// Moves a ticket one status on. Says whether it will move again.
    pub(super) fn advance_ticket(&mut self, number: usize, at: Timestamp) -> bool {
        let ticket = &mut self.tickets[number];
        ticket.changed = at;
        match ticket.status {
            TicketStatus::Created => {
                ticket.status = TicketStatus::InProgressCo;
                true
            }
            TicketStatus::InProgressCo => {
                ticket.status = TicketStatus::Closed;
                let (by, message) = (TECHNICIAN.to_owned(), CLEARED.to_owned());
                ticket.comments.push(Comment { by, at, message });
                false
            }
            TicketStatus::InProgressSp | TicketStatus::Closed => false,
        }
    }

    /// Writes on a ticket, closes it, opens it again or hands it over. `None` where there is none.
    pub(in crate::sandbox) fn update(
        &mut self,
        id: &str,
        update: Update,
        now: Timestamp,
    ) -> Option<()> {
        self.work_until(now);
        let number = self.ticket_number(id)?;
        let due = (self.due(Entry::Ticket(number)), Entry::Ticket(number));
        self.moving.remove(&due);
        let ticket = &mut self.tickets[number];
        if let Some((by, message)) = update.comment {
            ticket.comments.push(Comment { by, at: now, message });
        }
        ticket.status = update.status.unwrap_or(ticket.status);
        ticket.responsible = update.responsible.unwrap_or(ticket.responsible);
        ticket.accepted = update.accepted.unwrap_or(ticket.accepted);
        ticket.updates.extend(update.reference);
        ticket.changed = now;
        if matches!(ticket.status, TicketStatus::Created | TicketStatus::InProgressCo) {
            let entry = Entry::Ticket(number);
            self.moving.insert((self.due(entry), entry));
        }
        Some(())
    }
}
