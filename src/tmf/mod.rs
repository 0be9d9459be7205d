//! TM Forum's words for what we have: the state of a whole order or ticket, where it is found, which
//! events are told about it, and what may be asked of a list. Pure, and without anything personal:
//! ids, states and dates are all that there is.
//!
//! Conventions: TMF630 v4, TMF641 v4.1.0, TMF621 v4.0.0.

mod callback;
mod fields;
mod list;
mod notice;
mod query;
mod state;

use std::fmt;

pub use callback::{Callback, CallbackError, Doors};
pub use fields::Fields;
pub use list::{Cursor, Filter, Page, Window};
pub use notice::{About, EventType, Notice};
pub use query::HubQuery;
pub use state::TmfState;

use crate::domain::{Operation, RegistrationId, SubmissionId};
use crate::intake::Kind;

/// What is wrong with a query: of a list, or of a registration. Names parameters, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(String);

impl QueryError {
    fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }

    /// Of a parameter. A name that is not ours is not repeated: it may be a value gone astray.
    fn unknown(offered: &[&str]) -> Self {
        Self::new(format_args!("there is a parameter that is none of: {}", offered.join(", ")))
    }
}

/// What an order item that asks for an operation has as its action.
pub const fn action(operation: Operation) -> &'static str {
    match operation {
        Operation::Activate => "add",
        Operation::Change | Operation::Modify | Operation::Suspend | Operation::Resume => "modify",
        Operation::Terminate => "delete",
    }
}

/// Where an API begins.
pub const fn base(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "/tmf-api/serviceOrdering/v4",
        Kind::Ticket => "/tmf-api/troubleTicket/v4",
    }
}

/// Where a submission is found.
pub fn href(kind: Kind, id: SubmissionId) -> String {
    match kind {
        Kind::Order => format!("{}/serviceOrder/{id}", base(kind)),
        Kind::Ticket => format!("{}/troubleTicket/{id}", base(kind)),
    }
}

/// Where a registration for notifications is found.
pub fn hub_href(kind: Kind, id: RegistrationId) -> String {
    format!("{}/hub/{id}", base(kind))
}

/// The parameters of a query string, decoded. What is not UTF-8 is refused, not replaced.
fn parameters(query: &str) -> Result<Vec<(String, String)>, QueryError> {
    const QUERY_BYTES_MAX: usize = 4_096;
    const PARAMETERS_MAX: usize = 40;
    if query.len() > QUERY_BYTES_MAX {
        return Err(QueryError::new(format_args!("is longer than {QUERY_BYTES_MAX} bytes")));
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .take(PARAMETERS_MAX + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if pairs.len() > PARAMETERS_MAX {
        return Err(QueryError::new(format_args!("has more than {PARAMETERS_MAX} parameters")));
    }
    let readable = |text: &str| !text.contains(char::REPLACEMENT_CHARACTER);
    if pairs.iter().all(|(name, value)| readable(name) && readable(value)) {
        Ok(pairs)
    } else {
        Err(QueryError::new("is not percent-encoded UTF-8"))
    }
}

/// The values of a filter: separated by commas, each with or without quotation marks around it. A
/// comma within them separates nothing.
fn values(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(|value| {
        let value = value.trim();
        value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_but_for_those_in_quotation_marks() {
        let read = |text| values(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(read("held"), ["held"]);
        assert_eq!(read("held, \"failed\""), ["held", "failed"]);
        assert_eq!(read("\"a,b\",c"), ["a,b", "c"]);
        assert_eq!(read("\""), ["\""]);
        assert_eq!(read(""), [""]);
    }
}
