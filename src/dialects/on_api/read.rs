//! What an order, a ticket or a list of the operator's says, as far as it can be read.
//!
//! Tolerant: members that are unknown, missing, `null` or of another type are passed over one by
//! one. Nesting is bounded by `serde_json`, size by the wire.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::super::reasons::Words;
use super::super::{Answer, Level, Placement, Standing, Subscription};
use super::version::Version;
use super::{Resource, path};
use crate::domain::{OperatorReference, SubscriptionId};

/// Members under which lists have been seen wrapped.
const WRAPPERS: &[&str] =
    &["orders", "tickets", "orderevents", "events", "endpoints", "items", "data"];

/// The body as JSON. An error text in another character set must not hide the ids beside it, so
/// bytes that are not UTF-8 are read as replacement characters.
pub(in crate::dialects) fn json(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&without_trailing(text))).ok()
}

/// The text without commas that nothing follows: some of the specification's own examples have them.
fn without_trailing(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    // Where the last comma stands, as long as nothing but space has come behind it.
    let (mut comma, mut is_text, mut is_escaped) = (None, false, false);
    for c in text.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => (comma, is_text) = (None, !is_text),
            _ if is_text => {}
            ',' => comma = Some(kept.len()),
            '}' | ']' => {
                if let Some(at) = comma.take() {
                    kept.remove(at);
                }
            }
            c if c.is_whitespace() => {}
            _ => comma = None,
        }
        kept.push(c);
    }
    kept
}

/// The rows of a list: of an array, of an array in a wrapper, or the one object there is. `None`
/// where it is none of these, or a row is not an object.
pub(in crate::dialects) fn rows(value: &Value) -> Option<Vec<Row<'_>>> {
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(members) => {
            match WRAPPERS.iter().find_map(|&wrapper| members.get(wrapper)?.as_array()) {
                Some(rows) => rows,
                None => return Some(vec![Row(members)]),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    rows.iter().map(|row| row.as_object().map(Row)).collect()
}

/// What the operator says in its own words (common/responses.md, "cause"; spec/orders.md, "message").
pub(in crate::dialects) fn words(body: &[u8]) -> Option<Words> {
    let value = json(body)?;
    let row = rows(&value)?.into_iter().next()?;
    let members = ["cause", "message", "error", "detail", "description", "reason"];
    Words::new(&members.iter().find_map(|&member| row.text(member))?)
}

/// The members of one object.
pub(in crate::dialects) struct Row<'v>(&'v Map<String, Value>);

impl<'v> Row<'v> {
    /// Of members that were found elsewhere.
    pub(in crate::dialects) fn of(members: &'v Map<String, Value>) -> Self {
        Self(members)
    }

    /// A member that is an object.
    pub(in crate::dialects) fn object(&self, member: &str) -> Option<Self> {
        self.0.get(member)?.as_object().map(Row)
    }

    /// A member that is a list, as its objects; anything else in it is passed over.
    pub(in crate::dialects) fn list(&self, member: &str) -> Option<Vec<Self>> {
        let rows = self.0.get(member)?.as_array()?;
        Some(rows.iter().filter_map(Value::as_object).map(Row).collect())
    }

    /// A member that is `true` or `false`, or says so as a text.
    pub(in crate::dialects) fn flag(&self, member: &str) -> Option<bool> {
        match self.0.get(member)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" => Some(true),
                "false" | "no" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A member that is an optical level, as a number or as a text (`"dbmRx": "-12"`).
    pub(in crate::dialects) fn level(&self, member: &str) -> Option<Level> {
        match self.0.get(member)? {
            Value::Number(number) => Level::parse(&number.to_string()),
            Value::String(text) => Level::parse(text),
            _ => None,
        }
    }

    /// A member that is a list of texts, or of what can be written as one.
    pub(in crate::dialects) fn texts(&self, member: &str) -> Vec<String> {
        let values = self.0.get(member).and_then(Value::as_array);
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        values.into_iter().flatten().filter_map(text).collect()
    }

    /// A member that is a text. Ids have been seen as whole numbers.
    pub(in crate::dialects) fn text(&self, member: &str) -> Option<Cow<'v, str>> {
        let text = match self.0.get(member)? {
            Value::String(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) if number.is_u64() => Cow::Owned(number.to_string()),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }
}

/// An order or a ticket.
pub(super) struct Entry {
    /// The operator's id of it.
    pub(super) reference: Option<OperatorReference>,
    /// The operator's id of the service.
    pub(super) subscription: Option<SubscriptionId>,
    /// The access it is about.
    pub(super) access: Option<String>,
    /// How far it is; `None` where it does not say.
    pub(super) standing: Option<Standing>,
    /// What an order asks for, in capitals.
    pub(super) operation: Option<String>,
    /// What of ours it belongs to.
    pub(super) ours: Vec<String>,
}

impl Entry {
    /// Reads what it says.
    pub(super) fn read(version: &Version, resource: Resource, row: &Row<'_>) -> Self {
        let own = match resource {
            Resource::Orders => row.text("orderId"),
            Resource::Tickets => row.text("coTicketReference"),
        };
        let reference = own
            .and_then(|id| OperatorReference::parse(&id).ok())
            .or_else(|| path::reference(resource.as_str(), &row.text("path")?));
        let (first, second) = match resource {
            Resource::Orders => ("state", "status"),
            Resource::Tickets => ("status", "state"),
        };
        let state = row.text(first).or_else(|| row.text(second));
        Self {
            reference,
            subscription: row.text("subscriptionId").and_then(|id| SubscriptionId::parse(&id).ok()),
            access: row.text("accessId").map(Cow::into_owned),
            standing: state.map(|state| standing(version, resource, &state)),
            operation: row.text("operation").map(|operation| operation.to_ascii_uppercase()),
            ours: ["spReference", "spTicketReference"]
                .iter()
                .filter_map(|&member| row.text(member).map(Cow::into_owned))
                .collect(),
        }
    }

    /// Whether it is an order or a ticket at all, and not an error text or some other object.
    pub(super) fn is_one(&self) -> bool {
        self.reference.is_some() || self.operation.is_some() || self.standing.is_some()
    }

    /// Whether it belongs to what we call by this reference.
    pub(super) fn is_of(&self, reference: &str) -> bool {
        self.ours.iter().any(|ours| ours == reference)
    }

    /// As something of ours that the operator has. What is worked on under no id cannot be
    /// followed, so that a person must look at it.
    pub(super) fn placement(self, unsaid: Standing) -> Placement {
        let standing = match self.standing.unwrap_or(unsaid) {
            Standing::Working if self.reference.is_none() => Standing::Unknown,
            standing => standing,
        };
        Placement { reference: self.reference, subscription: self.subscription, standing }
    }
}

/// A service that is active at an access.
pub(super) struct Active {
    /// The operator's code of it.
    pub(super) service: String,
    /// The operator's id of it; not in 2.3.1.
    id: Option<SubscriptionId>,
    /// Our references in it.
    pub(super) ours: Vec<String>,
}

impl Active {
    /// As a subscription, where it has an id.
    pub(super) fn subscription(self) -> Option<Subscription> {
        Some(Subscription { id: self.id?, service: self.service, ours: self.ours })
    }

    /// What an access says of itself; `None` where it cannot be read.
    pub(super) fn read(version: &Version, answer: &Answer) -> Option<Vec<Self>> {
        let value = json(&answer.body)?;
        let access = rows(&value)?.into_iter().next()?;
        Some(access.list(version.subscriptions.1)?.iter().filter_map(Self::of).collect())
    }

    /// What an entry of the list of all subscriptions says: 2.6 has one for each access, 2.5 and 2.4
    /// one for each subscription (spec/subscriptions.md).
    pub(super) fn listed(entry: &[u8]) -> Vec<Self> {
        let value = json(entry);
        let Some(row) = value.as_ref().and_then(Value::as_object).map(Row) else {
            return Vec::new();
        };
        let rows = row.list("subscriptions").unwrap_or_else(|| vec![row]);
        rows.iter().filter_map(Self::of).collect()
    }

    fn of(row: &Row<'_>) -> Option<Self> {
        let ours = ["spReference", "spSubscriptionId"];
        let ours = ours.iter().filter_map(|&member| row.text(member).map(Cow::into_owned));
        let id = row.text("subscriptionId").and_then(|id| SubscriptionId::parse(&id).ok());
        Some(Self { service: row.text("service")?.into_owned(), id, ours: ours.collect() })
    }
}

/// common/dataformats.md, "orderState", and spec/tickets.md, "Description on status".
fn standing(version: &Version, resource: Resource, state: &str) -> Standing {
    match resource {
        Resource::Orders => {
            let known =
                version.order_states.iter().find(|(word, _)| word.eq_ignore_ascii_case(state));
            known.map_or(Standing::Unknown, |(_, standing)| *standing)
        }
        Resource::Tickets => match state.to_ascii_uppercase().as_str() {
            "CREATED" | "IN_PROGRESS_CO" | "IN_PROGRESS_SP" => Standing::Working,
            "CLOSED" => Standing::Done,
            _ => Standing::Unknown,
        },
    }
}
