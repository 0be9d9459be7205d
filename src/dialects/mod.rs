//! How messages look on the wire: one folder per dialect, siblings of one shape, all pure.
//!
//! A dialect turns a [`Minimised`] case into a finished [`Message`], and an operator's [`Answer`]
//! into a [`Verdict`]. It holds no socket, no clock and no state, and it never sees a whole case:
//! what the policy withheld is not there to be encoded. Reading is tolerant (the traps of the
//! specifications are listed in each folder), writing is strict.
//!
//! Adding a dialect: a folder with `mod.rs` that implements [`Dialect`], its schema under
//! `schemas/dialects/` (XML: `schemas/soap/`), its wire examples under `fixtures/dialects/`, and a line in [`dialect`].
//! Adding an operator that speaks a known dialect needs no code: one file in `config/recipients/`.

mod entries;
mod line;
pub mod offer;
pub mod on_api;
pub mod pi_api;
pub mod reasons;
pub mod soap;

use std::fmt;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

pub use entries::{Entries, ListError};
pub use line::{Level, LinkState};
use offer::{Offer, ServiceAt};
use reasons::Words;

use crate::address::Access;
use crate::domain::{
    AccessId, Act, Field, HoldReason, OpaqueReference, OperatorReference, RejectReason, ServiceId,
    SubscriptionId, Timestamp,
};
use crate::minimise::Minimised;

/// One wire format. Two pure halves: what we say, and how we read what we hear.
pub trait Dialect: Send + Sync {
    /// Name and version, as in `on-api 2.6`; stands in each leaf as the endpoint's dialect.
    fn name(&self) -> &'static str;

    /// The fields that a message which asks for this has a place for; empty where the dialect has no
    /// message for it. The policy of the day opens some of them; nothing else is ever put in.
    fn carries(&self, act: Act) -> &'static [Field];

    /// Those of them that a message has room for and leaves empty all the same: they are filled only
    /// while the recipient's file has a signed exception for them.
    fn by_exception(&self, _: Act) -> &'static [Field] {
        &[]
    }

    /// The finished message. It holds every field of the minimised case, and each only where
    /// [`Dialect::carries`] says so. Deterministic: the same case gives the same bytes.
    fn encode(&self, minimised: &Minimised<'_>) -> Result<Message, EncodeError>;

    /// What the operator's answer to a message means. Never panics, whatever the bytes.
    fn decode(&self, act: Act, answer: &Answer) -> Verdict;

    /// Asks whether the operator has a message of ours, after an outcome that nobody knows.
    fn find(&self, sought: &Sought) -> Query;

    /// Reads the answer to [`Dialect::find`].
    fn found(&self, sought: &Sought, answer: &Answer) -> Finding;

    /// Asks how far the operator is with what it has.
    fn follow(&self, act: Act, reference: &OperatorReference) -> Query;

    /// Reads the answer to [`Dialect::follow`].
    fn followed(&self, act: Act, answer: &Answer) -> Progress;

    /// What else the operator says in the answer to [`Dialect::follow`]: whose turn it is, and what its
    /// people have written. Nothing where the dialect has no word for it.
    fn heard(&self, _: Act, _: &Answer) -> Heard {
        Heard::default()
    }

    /// Asks for what has changed since the event with this id; `None` where there is no such feed.
    fn feed(&self, since: Option<&str>) -> Option<Query>;

    /// Reads the answer to [`Dialect::feed`], oldest event first; `None` where it cannot be read.
    fn fed(&self, answer: &Answer) -> Option<Vec<FeedEvent>>;

    /// Whether the answer to [`Dialect::feed`] says that the operator does not know the event that
    /// we read on from: something may have been missed.
    fn is_lost(&self, _: &Answer) -> bool {
        false
    }

    /// The operator's own words in an answer: why it refused, or could not.
    fn words(&self, _: &Answer) -> Option<Words> {
        None
    }

    /// Asks what of the interface is there; `None` where it has no such list.
    fn endpoints(&self) -> Option<Query> {
        None
    }

    /// Reads the answer to [`Dialect::endpoints`]; `None` where it does not tell.
    fn offered(&self, _: &Answer) -> Option<Offer> {
        None
    }

    /// Asks which services an access can have.
    fn services(&self, _: &AccessId) -> Option<Query> {
        None
    }

    /// Reads the answer to [`Dialect::services`]; `None` where it does not tell.
    fn listed(&self, _: &Answer) -> Option<Vec<ServiceAt>> {
        None
    }

    /// Asks which subscriptions of ours are at an access.
    fn subscriptions(&self, _: &AccessId) -> Option<Query> {
        None
    }

    /// Reads the answer to [`Dialect::subscriptions`]; `None` where it does not tell.
    fn subscribed(&self, _: &Answer) -> Option<Vec<Subscription>> {
        None
    }

    /// Asks for the operator's list of all subscriptions of ours; `None` where it has none.
    fn subscription_list(&self) -> Option<Query> {
        None
    }

    /// Reads one entry of that list: of an access, or of one subscription.
    fn subscribed_in(&self, _entry: &[u8]) -> Vec<Subscription> {
        Vec::new()
    }

    /// Asks how the line of an access is.
    fn line(&self, _: &AccessId) -> Option<Query> {
        None
    }

    /// Reads the answer to [`Dialect::line`]; `None` where it does not tell.
    fn lined(&self, _: &Answer) -> Option<LinkState> {
        None
    }

    /// Asks what has changed since this cursor, which an earlier answer gave.
    fn changes(&self, _: Option<&str>) -> Option<Query> {
        None
    }

    /// Reads the answer to [`Dialect::changes`]; `None` where it cannot be read.
    fn changed(&self, _: &Answer) -> Option<Changes> {
        None
    }

    /// Asks for the operator's list of accesses; `None` where the dialect has no such list.
    fn accesses(&self) -> Option<Query> {
        None
    }

    /// Reads one entry of that list; `None` where it cannot be used.
    fn access(&self, _entry: &[u8]) -> Option<Access> {
        None
    }

    /// The JSON members, or XML elements and attributes, whose type is an identifier: they are
    /// exempt *by type* when a finished message is searched for identity numbers.
    fn id_members(&self) -> &'static [&'static str];
}

/// The dialect of a channel; `None` where nobody here speaks it.
pub fn dialect(name: &str, version: Option<&str>) -> Option<&'static dyn Dialect> {
    match (name, version) {
        ("on-api", version) => on_api::of(version.unwrap_or("2.6")).map(|one| one as &dyn Dialect),
        ("pi-api", None | Some("2.2")) => Some(&pi_api::PiApi),
        ("soap", None | Some("1")) => Some(&soap::Soap),
        _ => None,
    }
}

/// In whose words a contact pull is answered, whatever the operator's own channel speaks: the
/// endpoint is ON-API's.
pub fn contacts() -> &'static dyn Dialect {
    &on_api::V2_6
}

/// Names of the dialects that [`dialect`] knows, for messages to people.
pub const KNOWN: &str =
    "on-api (version 2.6, 2.5, 2.4 or 2.3.1), pi-api (version 2.2), soap (version 1)";

/// HTTP method of a request to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Hands over.
    Post,
    /// Changes what was handed over.
    Patch,
    /// Takes it back.
    Delete,
    /// No request of ours: what is answered to one of the operator's.
    Answer,
}

impl Method {
    /// As it stands on the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Answer => "ANSWER",
        }
    }
}

/// The parts of an HTTP request that a dialect decides. The path is relative to the channel's base
/// address; credentials are not in it: the wire adds them, as it adds the host.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path and query, relative to the channel's base address, without a leading slash.
    pub path: String,
    /// `application/json` or `text/xml; charset=utf-8`; `None` where there is no body.
    pub content_type: Option<&'static str>,
    /// SOAP 1.1 action, quoted as the standard asks.
    pub soap_action: Option<&'static str>,
    /// The body, complete but for credentials.
    pub body: Vec<u8>,
    /// Where in the body a WS-Security header goes (SOAP 1.1: right behind `<soap:Header>`).
    pub security_offset: Option<usize>,
}

/// Its kind and size. The body is somebody's order, and the path may name it.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("content_type", &self.content_type)
            .field("path_bytes", &self.path.len())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A finished message that discloses something. It cannot be sent by itself: only what was
/// recorded can.
#[derive(PartialEq, Eq)]
pub struct Message(Request);

/// As of the request.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Message").field(&self.0).finish()
    }
}

impl Message {
    /// Seals the request a dialect has made.
    pub fn new(request: Request) -> Self {
        Self(request)
    }

    /// What will be on the wire.
    pub fn request(&self) -> &Request {
        &self.0
    }
}

/// A question to the operator about something it has, or may have, from us already. It can be made
/// of ids only, so it discloses nothing new.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    request: Request,
    modified_since: Option<String>,
    is_long: bool,
}

/// As of the request.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Query").field(&self.request).finish()
    }
}

impl Query {
    /// Seals the request a dialect has made. Nobody else can make a question: it goes out
    /// unrecorded.
    pub(in crate::dialects) fn new(request: Request) -> Self {
        Self { request, modified_since: None, is_long: false }
    }

    /// Asks only for what has changed since this `Last-Modified` of the operator's: its clock, not
    /// ours.
    #[must_use]
    pub fn modified_since(self, since: Option<String>) -> Self {
        Self { modified_since: since, ..self }
    }

    /// The answer may be a long list.
    #[must_use]
    pub(in crate::dialects) fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    /// Whether the answer may be a long list.
    pub fn is_long(&self) -> bool {
        self.is_long
    }

    /// What will be on the wire.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// `If-Modified-Since`.
    pub fn since(&self) -> Option<&str> {
        self.modified_since.as_deref()
    }
}

/// By what a message of ours can be found at the operator. Ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// What the message asked for.
    pub act: Act,
    /// Our reference in it.
    pub reference: OpaqueReference,
    /// What the operator knows that by which the message was about, where it was about something.
    pub about: Option<OperatorReference>,
    /// The access it is about.
    pub access: AccessId,
    /// The operator's id of the service, where the message named one.
    pub subscription: Option<SubscriptionId>,
    /// The operator's code of what it is about, where the case names one.
    pub service: Option<ServiceId>,
    /// When the disclosure was recorded: nothing older is ours.
    pub since: Timestamp,
}

/// What came back. The wire has bounded the body.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`: seconds, or the time until a date, counted from the operator's own `Date`.
    pub retry_after: Option<Duration>,
    /// `Location`.
    pub location: Option<String>,
    /// `Last-Modified`, as it stands.
    pub last_modified: Option<String>,
    /// How far the operator's clock (`Date`) was behind ours when it answered; nothing where it does not say.
    pub behind: Duration,
    /// The body.
    pub body: Vec<u8>,
}

/// Its status and size: an operator may repeat what it was sent.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// How the operator stands to something it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Received or in progress.
    Working,
    /// Delivered, mended, closed.
    Done,
    /// Tried, in vain.
    Failed,
    /// A state that the dialect does not have: never guessed, a person decides.
    Unknown,
}

/// Something of ours that the operator has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The operator's id of it; absent where it was done at once and has none (ON-API:
    /// already active on ACTIVATE).
    pub reference: Option<OperatorReference>,
    /// The operator's id of the service, where it said so.
    pub subscription: Option<SubscriptionId>,
    /// How far it is.
    pub standing: Standing,
}

/// What an answer to a message means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The operator has it.
    Accepted(Placement),
    /// The operator understood and refused.
    Rejected(RejectReason),
    /// The operator refused in a way that a person must look at; nothing was done.
    Puzzling(HoldReason),
    /// The operator says that it did not look at it: come back, not before this long.
    Busy(Option<Duration>),
    /// Our user name or password is refused; nothing was done.
    Credentials,
    /// The operator does not offer this interface; nothing was done.
    NotOffered,
    /// Nobody can tell whether the operator acted: ask it.
    Unclear,
}

/// Whether the operator has a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Yes.
    Present(Placement),
    /// No.
    Absent,
    /// The operator asks us to come back.
    Busy(Option<Duration>),
    /// The answer cannot be read.
    Unclear,
}

/// How far the operator is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// As it says.
    At(Placement),
    /// The operator does not know it any more.
    Gone,
    /// The operator asks us to come back.
    Busy(Option<Duration>),
    /// The answer cannot be read: ask again later.
    Unclear,
}

/// What an operator says of a fault besides how far it is.
#[derive(Default)]
pub struct Heard {
    /// Whose turn it is.
    pub turn: Option<Turn>,
    /// When it was mended or closed, as the operator has it.
    pub mended: Option<Timestamp>,
    /// What its people have written, oldest first; nothing of ours.
    pub remarks: Vec<Remark>,
}

impl Heard {
    /// Whether there is nothing to note.
    pub fn is_empty(&self) -> bool {
        self.turn.is_none() && self.mended.is_none() && self.remarks.is_empty()
    }
}

/// Whose turn it is to work on a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The service provider's: ours.
    Provider,
    /// The communications operator's.
    Operator,
}

impl Turn {
    /// As operators write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "SP",
            Self::Operator => "CO",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Provider, Self::Operator].into_iter().find(|turn| turn.as_str() == text)
    }
}

/// Something that somebody at the operator has written. It may name anybody: not printable, and
/// shown to nobody before the guard has read it.
#[derive(Clone)]
pub struct Remark {
    /// When, as the operator says.
    pub at: Option<Timestamp>,
    /// The words.
    pub text: Zeroizing<String>,
}

/// What an operator lists as changed, and from where to read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Its ids of what has changed, latest first.
    pub touched: Vec<OperatorReference>,
    /// What to ask with the next time.
    pub cursor: Option<String>,
}

/// A subscription of ours at an access, as the operator lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The operator's id of it.
    pub id: SubscriptionId,
    /// The operator's code of the service.
    pub service: String,
    /// Our references in it.
    pub ours: Vec<String>,
}

/// One row of an operator's event feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEvent {
    /// Id of the event; the feed is read on from here.
    pub event: String,
    /// The operator's id of what it is about.
    pub reference: OperatorReference,
    /// How far it is.
    pub standing: Standing,
}

/// Why a minimised case cannot be put in a dialect's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// The dialect cannot say it without this field, and the policy did not let it through or the
    /// order did not have it.
    #[error("the message needs {0}, which is not there")]
    Missing(Field),
    /// The dialect has no message that asks for this.
    #[error("the dialect has no message for {0}")]
    Act(Act),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debugging_shows_kind_and_size_only() {
        let request = Request {
            method: Method::Post,
            path: "orders/STTA0101".to_owned(),
            content_type: Some("application/json"),
            soap_action: None,
            body: b"Astrid".to_vec(),
            security_offset: None,
        };
        let answer = Answer {
            status: 201,
            location: Some("/orders/STTA0101".to_owned()),
            body: b"Astrid".to_vec(),
            ..Answer::default()
        };
        let query = Query::new(request.clone());
        let shown = format!("{request:?} {query:?} {:?} {answer:?}", Message::new(request.clone()));
        assert!(shown.contains("Post") && shown.contains("body_bytes: 6"), "{shown}");
        let bytes = format!("{:?}", b"Astrid");
        for hidden in ["STTA0101", "Astrid", &bytes] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
