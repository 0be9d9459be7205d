//! Step 1: bytes of a TMF641 service order or a TMF621 trouble ticket become typed cases, or a list
//! of faults. Pure: no file, no socket, no clock. It never repeats a submitted value.
//!
//! The profile is narrower than TM Forum's, and `schemas/intake/` says the same in JSON Schema. It
//! is strict where the order itself is concerned: an unknown member of an order, an item, a service
//! or a characteristic is a fault, for it may be a wish that nobody would fulfil. It is lenient
//! where people and places are concerned: a register may hand in everything that it knows, and
//! intake drops what no policy could ever need. A dropped value is used once, to clean the free
//! texts of it; after that only the name of its field is left.
//!
//! ```text
//! json     bytes → tree: bounded, no member twice      fault    what can be wrong with it
//! reader   where we are in it, what nobody asked for   value    canonical texts
//! order, ticket   the two profiles                     party, place, characteristic   their parts
//! change   what is asked about something handed in before
//! identity personnummer in ids, protected people       surplus  what is not kept
//! lists    whose access it is, and which, where the body leaves that open
//! draft    facts and surplus → case                    clean    free text, through the guard
//! told     facts that a free text tells                 hub      who wants to be told
//! ```

mod change;
mod characteristic;
mod clean;
mod draft;
mod fault;
mod hub;
mod identity;
mod json;
mod lists;
mod order;
mod party;
mod place;
mod reader;
mod surplus;
mod ticket;
mod told;
mod value;

use std::collections::BTreeSet;
use std::time::Duration;

use zeroize::Zeroizing;

pub use change::{Change, Wish, cancellation, change};
pub use fault::{Fault, Faults, IntakeError};
pub use hub::{HubBody, read_hub};
pub use lists::{Accesses, ListsUnavailable, Meant, NoLists};
pub use value::phone;

use crate::domain::{
    Case, CaseId, ClientId, Entropy, ExternalId, Field, Handling, Personal, RecipientId,
    SubjectKind, SubmissionId, Timestamp,
};
use crate::guard::Kind as Mask;
use draft::{Draft, Facts, Part, Shared};
use identity::Identities;
use json::Json;
use reader::{Desk, Node, Object};
use surplus::{Surplus, Whose};

/// What is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A TMF641 v4.1.0 service order.
    Order,
    /// A TMF621 v4.0.0 trouble ticket.
    Ticket,
}

impl Kind {
    /// The word in the store and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Ticket => "ticket",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Order, Self::Ticket].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What an order asks to be done with a service, in TM Forum's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new service.
    Add,
    /// Something about a service that is there: another one in its place, other equipment, a pause, the
    /// end of a pause, another access. The item says the whole of what is wanted.
    Modify,
    /// No service any more.
    Delete,
}

impl Action {
    /// As it stands in an item.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Modify => "modify",
            Self::Delete => "delete",
        }
    }
}

/// What intake needs to know that does not stand in the body.
pub struct Context<'a> {
    /// Who hands it in.
    pub client: &'a ClientId,
    /// The operators that a body may name.
    pub recipients: &'a BTreeSet<RecipientId>,
    /// The time now.
    pub now: Timestamp,
    /// Where ids and references are drawn from.
    pub entropy: &'a dyn Entropy,
    /// How many bytes a body may have.
    pub bytes_max: usize,
    /// What a body may leave to be looked up.
    pub accesses: &'a dyn Accesses,
}

/// A body that was taken in. Not printable: it holds cases.
pub struct Submission {
    /// Our id of it.
    pub id: SubmissionId,
    /// What it is.
    pub kind: Kind,
    /// Who handed it in.
    pub client: ClientId,
    /// Their id of it.
    pub external_id: Option<ExternalId>,
    /// Their number of the customer: to derive the subject's pseudonym from, and never stored.
    pub customer: Option<Personal>,
    /// The whole body in one canonical form: members sorted, no insignificant space. Two bodies
    /// with the same form are the same; only a keyed MAC of it is kept.
    pub canonical: Zeroizing<Vec<u8>>,
    /// What is to be done, in the order of the body. Never empty.
    pub items: Vec<Item>,
    /// A case about the same customer, who has no number here: what a desk begins with.
    pub follows: Option<CaseId>,
    /// How long it is kept before anything is done: so long it can be undone.
    pub wait: Duration,
}

/// One order item, or the one thing that a ticket asks for.
pub struct Item {
    /// The item's id within its order, 1 to 36 characters of ON-API's `ID`; `1` for a ticket.
    pub id: String,
    /// What the order asks for; `None` for a ticket.
    pub action: Option<Action>,
    /// The case.
    pub case: Case,
}

/// Reads a body.
///
/// # Errors
/// Tells the limit that the body breaks, or else all that is wrong with it at once.
pub fn read(kind: Kind, bytes: &[u8], context: &Context<'_>) -> Result<Submission, IntakeError> {
    let bytes_max = context.bytes_max;
    if bytes.len() > bytes_max {
        return Err(IntakeError::TooLarge { bytes_max });
    }
    let tree = Json::read(bytes)?;
    let desk = Desk::new(Identities::of(&tree, context.now.date()));
    let read = Node::root(&desk, &tree).object().and_then(|mut body| {
        let head = Head::read(&mut body, context);
        match kind {
            Kind::Order => order::read(body, head, context),
            Kind::Ticket => Some(ticket::read(body, head, context.now)),
        }
    });
    if let Some((head, found)) = &read {
        let own = found.iter().map(|(.., draft)| &draft.part);
        bounded(&desk, std::iter::once(&head.part).chain(own));
    }
    let mut faults = desk.into_faults();
    let Some((mut head, mut found)) = read.filter(|_| faults.is_empty()) else {
        return Err(IntakeError::Invalid(faults));
    };
    lists::fill_in(&mut head, &mut found, context, &mut faults)?;
    if !faults.is_empty() {
        return Err(IntakeError::Invalid(faults));
    }
    let Some(recipient) = head.recipient else {
        return Err(IntakeError::Invalid(faults));
    };

    let protection = identity::protection(&tree);
    if protection.is_some() {
        head.part.surplus.name(Field::ProtectedIdentity);
    }
    let own = found.iter_mut().map(|(.., draft)| &mut draft.part);
    draft::clean_texts(&mut std::iter::once(&mut head.part).chain(own).collect::<Vec<_>>());
    let handling = match protection {
        Some(true) => Handling::Special,
        Some(false) | None => Handling::Ordinary,
    };
    let subject = head.subject;
    let shared = Shared { recipient, subject, handling, part: head.part };
    let items = found.into_iter().map(|(id, action, draft)| {
        let case = draft.into_case(&shared, context);
        Item { id, action, case }
    });
    Ok(Submission {
        id: SubmissionId::draw(context.entropy, context.now),
        kind,
        client: context.client.clone(),
        external_id: head.external_id,
        customer: head.number.map(|mut number| Personal::new(std::mem::take(&mut *number))),
        canonical: tree.canonical(bytes.len()),
        items: items.collect(),
        follows: None,
        wait: Duration::ZERO,
    })
}

/// Holds the work of cleaning in bounds: each text is searched for each value.
fn bounded<'p>(desk: &Desk, parts: impl Iterator<Item = &'p Part>) {
    const PROSE_ALL_MAX: usize = 20_000;
    let (mut values, mut prose) = (0, 0);
    for part in parts {
        values += part.surplus.len();
        prose += part.prose_length();
    }
    if values > Surplus::VALUES_MAX {
        let max = Surplus::VALUES_MAX;
        desk.fault("(body)", format_args!("holds more than {max} values beyond the profile"));
    }
    if prose > PROSE_ALL_MAX {
        desk.fault("(body)", format_args!("holds more than {PROSE_ALL_MAX} characters of text"));
    }
}

/// One thing to be done, as the profile's reader found it: id, action, facts.
type Found = (String, Option<Action>, Draft);

/// What orders and tickets have in common.
struct Head {
    external_id: Option<ExternalId>,
    recipient: Option<RecipientId>,
    number: Option<Zeroizing<String>>,
    subject: SubjectKind,
    part: Part,
}

impl Head {
    fn read(body: &mut Object<'_>, context: &Context<'_>) -> Self {
        body.pass(&["@type", "@baseType", "@schemaLocation", "priority"]);
        let (mut facts, mut surplus) = (Facts::default(), Surplus::default());
        let external_id = body.take("externalId").and_then(|id| id.id(ExternalId::parse));
        let parties = party::read(body, context, &mut facts, &mut surplus);
        Self {
            external_id,
            recipient: parties.recipient,
            number: parties.number,
            subject: parties.subject,
            part: Part::new(facts, surplus),
        }
    }
}

/// The most characters of a text that a person has written.
const PROSE_MAX: usize = 4_000;

/// Reads `note`: the texts are joined to the field's, the authors dropped.
fn notes(object: &mut Object<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    notes_but(object, facts, surplus, |_| false);
}

/// The same, less those that are known already by their id.
fn notes_but(
    object: &mut Object<'_>,
    facts: &mut Facts,
    surplus: &mut Surplus,
    is_known: fn(&str) -> bool,
) {
    const NOTES_MAX: usize = 50;
    let Some(notes) = object.take("note") else {
        return;
    };
    for node in notes.array(NOTES_MAX) {
        let Some(mut note) = node.object() else {
            continue;
        };
        if let Some(text) = note.need("text").and_then(|text| text.prose(PROSE_MAX))
            && !note.peek("id").is_some_and(is_known)
        {
            note_text(&text, facts);
        }
        if let Some(author) = note.take("author") {
            surplus.name(Field::StaffName);
            if let Some(author) = author.json().scalar() {
                surplus.add(Field::StaffName, Mask::Person, author);
            }
        }
        note.pass(&["id", "date", "@type", "@baseType", "@schemaLocation"]);
        for (name, json) in note.rest() {
            surplus.name(Field::CommercialOther);
            surplus.add_all(name, json, Whose::Others);
        }
    }
}

/// Adds a line to the note.
fn note_text(text: &str, facts: &mut Facts) {
    if text.is_empty() {
        return;
    }
    let joined = match facts.get(Field::Note) {
        Some(before) => [before, text].join("\n"),
        None => text.to_owned(),
    };
    facts.set(Field::Note, joined);
}

/// Reads a time into RFC 3339 in UTC.
fn moment(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const MOMENT_MAX: usize = 40;
    let moment = value::moment(node.text(MOMENT_MAX)?);
    if moment.is_none() {
        node.fault("must be an RFC 3339 time with an offset, or a date, of the years 2000 to 2100");
    }
    moment.map(Zeroizing::new)
}
