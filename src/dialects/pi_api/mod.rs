//! PI-API 2.2, ON-API's predecessor, still spoken by operators that invoice customers themselves:
//! REST and JSON. Written from its public specification (2.2.3, in Swedish).
//!
//! | file | what |
//! |---|---|
//! | `write` | an order or a ticket, from the fields that may leave |
//! | `customer` | the customer block: always there, and empty unless a signed exception opens it |
//! | `questions` | what an operator asks in a ticket, and which of our facts answers it |
//! | `update` | what is said of a ticket that is there: more, its end, that it is not mended |
//! | `read` | what an order, a ticket or the services of an access say |
//! | `closing` | how a ticket ended: the operator's two codes, and what they mean to us |
//! | `answer` | what an answer means, and which refusals a person must look at |
//!
//! What is not as in ON-API:
//! - An order has no reference of ours, no id of the service and no date. It is found again by the
//!   services that are active at its access; where these do not tell, it is placed once more, since
//!   the same order brings back the one that is there (`service_activation.md`). One for a later day
//!   waits with us until that day.
//! - There is no change of service: an order for it is held.
//! - A refusal is a 400 with a text. Texts that the specification has are understood, others are
//!   for a person.
//! - A ticket is mended (`CLEARED`) before it is closed, and says so by codes.
//!
//! Written strictly, read tolerantly, because the specification's own examples differ from it:
//! - The path of a ticket is `ticket`, of their list `getTickets`; orders and tickets share one
//!   root, though the examples of tickets leave the version out.
//! - `state` of a ticket is an object; it is also read as a text. `assingee` is `assignedTo`.
//! - Times are seconds in one example and milliseconds in another.
//! - The codes that a ticket was closed with stand in `state`, or only in the last line of `log`.
//! - Names and types of questions come in capitals and in small letters.
//! - What holds for ON-API's lists, ids and optional members holds here: `on_api::read` reads them.

mod answer;
mod closing;
mod customer;
mod questions;
mod read;
mod update;
mod write;

use super::on_api::path;
use super::reasons::Words;
use super::{
    Answer, Dialect, EncodeError, FeedEvent, Finding, Message, Progress, Query, Sought, Verdict,
};
use crate::domain::{AccessId, Act, Field, OperatorReference, ServiceId};
use crate::minimise::Minimised;

pub use closing::{Action, Closing, Outcome};
pub use questions::{Asked, Kind, Problem, Question, QuestionError, Template};
pub use write::write;

/// The dialect `pi-api` 2.2. The channel's base address ends in `/2.2/` or wherever `orders/` is.
pub struct PiApi;

impl Dialect for PiApi {
    fn name(&self) -> &'static str {
        "pi-api 2.2"
    }

    fn carries(&self, act: Act) -> &'static [Field] {
        match act {
            Act::Activate => &[
                Field::AccessId,
                Field::ServiceId,
                Field::Operation,
                Field::ForcedTakeover,
                Field::CpeModel,
                Field::Street,
                Field::StreetNumber,
                Field::StreetLittera,
                Field::Postcode,
                Field::City,
                Field::ContactName,
                Field::ContactPhone,
                Field::ContactEmail,
            ],
            Act::Terminate => &[Field::AccessId, Field::ServiceId, Field::Operation],
            Act::Report => &[
                Field::AccessId,
                Field::CaseReference,
                Field::ServiceId,
                Field::ContactName,
                Field::ContactPhone,
                Field::ContactEmail,
                Field::CpeMac,
                Field::CpeModel,
                Field::IpAddress,
                Field::ProblemType,
                Field::FaultHeading,
                Field::FaultSeverity,
                Field::FaultSince,
                Field::FaultPattern,
                Field::FaultLamps,
                Field::FaultLink,
                Field::FaultWiredTest,
                Field::FaultRestarted,
                Field::FaultSpeed,
                Field::FaultLevel,
                Field::FaultNeighbours,
                Field::VisitBooked,
                Field::VisitWindow,
                Field::FaultDescription,
            ],
            Act::Supplement | Act::Close | Act::Reopen => update::CARRIES,
            _ => &[],
        }
    }

    fn by_exception(&self, act: Act) -> &'static [Field] {
        match act {
            Act::Activate => customer::IN_ORDERS,
            Act::Report => customer::IN_TICKETS,
            _ => &[],
        }
    }

    fn encode(&self, minimised: &Minimised<'_>) -> Result<Message, EncodeError> {
        let text = |field| minimised.text(field);
        write(minimised.act(), &text, minimised.questions()).map(Message::new)
    }

    fn decode(&self, act: Act, answer: &Answer) -> Verdict {
        if act.is_about() { update::verdict(answer) } else { answer::verdict(act, answer) }
    }

    fn find(&self, sought: &Sought) -> Query {
        if let Some(ticket) = &sought.about {
            return self.follow(sought.act, ticket);
        }
        Query::new(path::get(match Resource::of(sought.act) {
            Resource::Orders => format!("accesses/{}", path::encode(sought.access.as_str())),
            // Without an event to begin behind: all of them.
            Resource::Tickets => "getTickets".to_owned(),
        }))
    }

    fn found(&self, sought: &Sought, answer: &Answer) -> Finding {
        match Resource::of(sought.act) {
            _ if sought.act.is_about() => update::finding(sought, answer),
            Resource::Orders => answer::order_found(sought, answer),
            Resource::Tickets => answer::ticket_found(sought, answer),
        }
    }

    fn follow(&self, act: Act, reference: &OperatorReference) -> Query {
        let resource = Resource::of(act).as_str();
        Query::new(path::get(format!("{resource}/{}", path::encode(reference.as_str()))))
    }

    fn followed(&self, act: Act, answer: &Answer) -> Progress {
        answer::progress(act, answer)
    }

    fn feed(&self, since: Option<&str>) -> Option<Query> {
        Some(Query::new(path::get(path::events(since))))
    }

    fn fed(&self, answer: &Answer) -> Option<Vec<FeedEvent>> {
        answer::events(answer)
    }

    fn words(&self, answer: &Answer) -> Option<Words> {
        super::on_api::read::words(&answer.body)
    }

    fn id_members(&self) -> &'static [&'static str] {
        &["accessId", "spReference", "ticketRef"]
    }
}

impl PiApi {
    /// Asks which questions the operator has for a ticket about an access (tt.md, getTemplate).
    pub fn ask_template(
        access: &AccessId,
        service: Option<&ServiceId>,
        problem: Option<Problem>,
    ) -> Query {
        let mut address = format!("getTemplate?aid={}", path::encode(access.as_str()));
        if let Some(service) = service {
            address = format!("{address}&service={}", path::encode(service.as_str()));
        }
        if let Some(problem) = problem {
            address = format!("{address}&type={}", problem.as_str());
        }
        Query::new(path::get(address))
    }

    /// Reads the answer to [`PiApi::ask_template`]; `None` where it cannot be read.
    pub fn templates(answer: &Answer) -> Option<Vec<Template>> {
        questions::templates(answer)
    }
}

/// What the operator keeps of ours, and under which path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resource {
    Orders,
    Tickets,
}

impl Resource {
    /// Where what is asked for ends up.
    const fn of(act: Act) -> Self {
        if act.is_fault() { Self::Tickets } else { Self::Orders }
    }

    /// The word in the path.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Tickets => "ticket",
        }
    }
}

/// The `operation` of an order (`service_activation.md`); `None` where there is none that asks for it.
const fn operation(act: Act) -> Option<&'static str> {
    match act {
        Act::Activate => Some("ACTIVATE"),
        Act::Terminate => Some("DEACTIVATE"),
        _ => None,
    }
}
