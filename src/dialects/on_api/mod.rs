//! ON-API, the Swedish open standard between service providers and communication operators: REST
//! and JSON. An order holds no customer and no address, a ticket no contact: the operator asks us
//! for one (`contacts/{spReference}`) when a visit needs it. Versions 2.3.1, 2.4, 2.5 and 2.6 are
//! one dialect: what differs between them is the table in `version`.
//!
//! | file | what |
//! |---|---|
//! | `write` | an order or a ticket, from the fields that may leave |
//! | `accesses` | one row of the operator's list of accesses |
//! | `contact` | what is answered when the operator asks for a contact |
//! | `description` | how facts without a member of their own stand in a ticket's text |
//! | `about` | what is said of an order or a ticket that is there: other, no more, a comment, an end |
//! | `read` | what an order, a ticket or a list of the operator's says |
//! | `answer` | what an answer means |
//! | `offer` | what the operator has, offers at an access, and says of a line |
//! | `path` | addresses: percent-encoding, and the id at the end |
//! | `version` | what differs between the versions, as data |
//!
//! Written strictly, by the specification's data formats. Read tolerantly, because the text of the
//! specification is not of one mind with itself, and operators follow one half or the other. Besides
//! what stands in the table, ids come as numbers, optional members as `null`, lists as one object or
//! inside a wrapper. Each row has an answer in `fixtures/dialects/on-api/traps/` and its test, by its
//! number, in `tests/it/on_api/traps.rs`.
//!
//! | | the text | here |
//! |---|---|---|
//! | 1 | `mduApartmentNumber` is a number and is shown as a text | `accesses`: either; four digits |
//! | 2 | `ipAddresses` (data formats), `ipAddress` (examples) | `offer` reads both, `write` writes the first |
//! | 3 | a boolean as a text; commas that trail | `read`: `flag`, `json` |
//! | 4 | `spReference` is of type `ID` and shown with `#` | `read` reads it, ours has none; `path` encodes it |
//! | 5 | `state` of an order, `status` of a ticket, and the other way round | `read`: either in both |
//! | 6 | `objectType` in plural and singular, `time` without zone | `offer`: either; read on by `Last-Modified` |
//! | 7 | an empty list is 404, no change is 304 | `answer` of orders, `worker/accesses.rs` of accesses |
//! | 8 | what was so already has no `orderId` and no `path` | `answer`: done without an id; we ask neither by `state` nor by DHCP |
//! | 9 | paths under `tech` differ within one page | `version`: by the page's index; 2.3.1 has its own |
//! | 10 | a metre address as `550-70`, or 550 with littera 70 | `address`: one place |
//! | 11 | 1990 is always, 3030 nobody knows, `""` none, YES and NO | `offer` |
//! | 12 | a service is ended by access and code, or by its subscription | `version`: `named_by` |
//! | 13 | MAC in small letters, four decimals of a second, decimal commas | `write` in capitals, `read` reads them |

mod about;
mod accesses;
mod answer;
mod contact;
// PI-API is the predecessor: its JSON, its addresses and its readers are the same.
pub(super) mod description;
mod offer;
pub(super) mod path;
pub(super) mod read;
mod version;
pub(super) mod write;

use super::offer::{Offer, ServiceAt};
use super::reasons::Words;
use super::{
    Answer, Changes, Dialect, EncodeError, FeedEvent, Finding, Heard, LinkState, Message, Progress,
    Query, Sought, Subscription, Verdict,
};
use crate::address::Access;
use crate::domain::{AccessId, Act, Field, Operation, OperatorReference};
use crate::minimise::Minimised;

use read::Active;
use version::{NamedBy, Version};
pub use write::write;

/// The dialect `on-api` in one of its versions. The channel's base address ends in the version, as
/// in `/onapi/2.6/`.
pub struct OnApi(&'static Version);

/// ON-API 2.6.
pub static V2_6: OnApi = OnApi(&version::V2_6);
/// ON-API 2.5.
pub static V2_5: OnApi = OnApi(&version::V2_5);
/// ON-API 2.4.
pub static V2_4: OnApi = OnApi(&version::V2_4);
/// ON-API 2.3.1.
pub static V2_3_1: OnApi = OnApi(&version::V2_3_1);

/// The dialect of a version; `None` where nobody here speaks it.
pub fn of(version: &str) -> Option<&'static OnApi> {
    match version {
        "2.6" | "2.6.0" => Some(&V2_6),
        "2.5" | "2.5.0" => Some(&V2_5),
        "2.4" | "2.4.0" => Some(&V2_4),
        "2.3.1" => Some(&V2_3_1),
        _ => None,
    }
}

impl Dialect for OnApi {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn carries(&self, act: Act) -> &'static [Field] {
        if act == Act::Answer {
            // The same in every version that has the endpoint.
            return contact::CARRIED;
        }
        let row = self.0.carries.iter().find(|(spoken, _)| *spoken == act);
        row.map_or(&[], |(_, fields)| fields)
    }

    fn encode(&self, minimised: &Minimised<'_>) -> Result<Message, EncodeError> {
        write(self, minimised.act(), &|field| minimised.text(field)).map(Message::new)
    }

    fn decode(&self, act: Act, answer: &Answer) -> Verdict {
        if act.is_about() { about::verdict(answer) } else { answer::verdict(self.0, act, answer) }
    }

    fn find(&self, sought: &Sought) -> Query {
        Query::new(path::get(match &sought.about {
            Some(reference) => path::entry(Resource::of(sought.act), reference),
            None => path::search(self.0, sought),
        }))
    }

    fn found(&self, sought: &Sought, answer: &Answer) -> Finding {
        if sought.act.is_about() {
            about::finding(self.0, sought, answer)
        } else {
            answer::finding(self.0, sought, answer)
        }
    }

    fn follow(&self, act: Act, reference: &OperatorReference) -> Query {
        Query::new(path::get(path::entry(Resource::of(act), reference)))
    }

    fn followed(&self, act: Act, answer: &Answer) -> Progress {
        answer::progress(self.0, act, answer)
    }

    fn heard(&self, act: Act, answer: &Answer) -> Heard {
        if act.is_fault() { about::heard(answer) } else { Heard::default() }
    }

    fn feed(&self, since: Option<&str>) -> Option<Query> {
        Some(Query::new(path::get(path::events(since))).long())
    }

    fn fed(&self, answer: &Answer) -> Option<Vec<FeedEvent>> {
        answer::events(self.0, answer)
    }

    fn is_lost(&self, answer: &Answer) -> bool {
        matches!(answer.status, 400 | 404 | 410)
    }

    fn words(&self, answer: &Answer) -> Option<Words> {
        read::words(&answer.body)
    }

    fn endpoints(&self) -> Option<Query> {
        self.0.lists_endpoints.then(|| Query::new(path::get(String::new())))
    }

    fn offered(&self, answer: &Answer) -> Option<Offer> {
        offer::offered(self.0, answer)
    }

    fn services(&self, access: &AccessId) -> Option<Query> {
        let place = (format!("{}/", self.0.services), "");
        Some(Query::new(path::get(path::of_access((&place.0, place.1), access))))
    }

    fn listed(&self, answer: &Answer) -> Option<Vec<ServiceAt>> {
        offer::services(self.0, answer)
    }

    fn subscriptions(&self, access: &AccessId) -> Option<Query> {
        let place = (format!("{}/", self.0.subscriptions.0), "");
        let query = Query::new(path::get(path::of_access((&place.0, place.1), access)));
        (self.0.named_by != NamedBy::Access).then_some(query)
    }

    fn subscribed(&self, answer: &Answer) -> Option<Vec<Subscription>> {
        let active = Active::read(self.0, answer).filter(|_| answer.status == 200)?;
        Some(active.into_iter().filter_map(Active::subscription).collect())
    }

    fn subscription_list(&self) -> Option<Query> {
        let query = Query::new(path::get("subscriptions/".to_owned()));
        (self.0.named_by != NamedBy::Access).then_some(query)
    }

    fn subscribed_in(&self, entry: &[u8]) -> Vec<Subscription> {
        Active::listed(entry).into_iter().filter_map(Active::subscription).collect()
    }

    fn line(&self, access: &AccessId) -> Option<Query> {
        Some(Query::new(path::get(path::of_access(self.0.link, access))))
    }

    fn lined(&self, answer: &Answer) -> Option<LinkState> {
        offer::link(answer)
    }

    fn changes(&self, since: Option<&str>) -> Option<Query> {
        let query = Query::new(path::get("events/".to_owned()));
        self.0.lists_endpoints.then(|| query.modified_since(since.map(str::to_owned)))
    }

    fn changed(&self, answer: &Answer) -> Option<Changes> {
        offer::changes(answer)
    }

    fn accesses(&self) -> Option<Query> {
        Some(accesses::list())
    }

    fn access(&self, entry: &[u8]) -> Option<Access> {
        accesses::read(entry)
    }

    /// Members whose data format is `ID` (common/dataformats.md), and the references of tickets,
    /// which are ids in all but name.
    fn id_members(&self) -> &'static [&'static str] {
        &[
            "accessId",
            "coTicketReference",
            "orderId",
            "spReference",
            "spSubscriptionId",
            "spTicketReference",
            "subscriptionId",
        ]
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
            Self::Tickets => "tickets",
        }
    }
}

/// The `operation` of an order (spec/orders.md); `None` where it is no new order.
const fn operation(act: Act) -> Option<&'static str> {
    match act.operation() {
        Some(Operation::Activate) => Some("ACTIVATE"),
        Some(Operation::Change) => Some("CHANGE"),
        Some(Operation::Modify) => Some("MODIFY"),
        Some(Operation::Suspend) => Some("SUSPEND"),
        Some(Operation::Resume) => Some("RESUME"),
        Some(Operation::Terminate) => Some("DEACTIVATE"),
        None => None,
    }
}
