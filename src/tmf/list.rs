//! What may be asked of a list: a window, filters, and which members are wanted.
//!
//! A window by `offset` moves when something new comes in front of it. One that begins behind a
//! place (`after`) does not: the links to the next page are of that kind.

use std::fmt;

use super::{Fields, QueryError, TmfState, action, parameters, query, values};
use crate::domain::{ExternalId, Operation, SubmissionId, Timestamp};
use crate::intake::Kind;

/// What is wanted of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it begins.
    pub window: Window,
    /// How many are shown, at most.
    pub limit: u32,
    /// What each must be.
    pub filters: Vec<Filter>,
    /// Which members are shown.
    pub fields: Fields,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Behind so many.
    Offset(u32),
    /// Behind this one.
    After(Cursor),
}

/// A place in a list, newest first: that of one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it came into our keeping.
    pub accepted: Timestamp,
    /// Its id.
    pub id: SubmissionId,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (accepted, id) = text.split_once('-')?;
        let accepted = accepted.parse().ok().map(Timestamp::from_micros)?;
        Some(Self { accepted, id: SubmissionId::parse(id)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.accepted.micros(), self.id)
    }
}

/// One thing that each entry must be: one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Our id.
    Id(Vec<SubmissionId>),
    /// The ordering system's id.
    ExternalId(Vec<ExternalId>),
    /// The state of the whole.
    State(Vec<TmfState>),
    /// Came into our keeping not before the one, and before the other.
    Accepted(Option<Timestamp>, Option<Timestamp>),
    /// Has an item in this state.
    ItemState(Vec<TmfState>),
    /// Has an item that asks for this.
    ItemAction(Vec<Operation>),
}

impl Page {
    /// How many are shown where nobody says.
    pub const LIMIT_DEFAULT: u32 = 100;
    /// How many are shown, whatever is asked for.
    pub const LIMIT_MAX: u32 = 1_000;
    /// Further in, the links lead: each page of them costs the same.
    pub const OFFSET_MAX: u32 = 100_000;

    /// Reads the query string of a list of orders or tickets.
    pub fn parse(kind: Kind, query: &str) -> Result<Self, QueryError> {
        Self::read(query, |name, value| Filter::parse(kind, name, value))
    }

    /// Reads the query string of the list of the tasks of cancelling.
    pub fn of_tasks(query: &str) -> Result<Self, QueryError> {
        Self::read(query, Filter::of_task)
    }

    fn read(
        query: &str,
        filter: impl Fn(&str, &str) -> Result<Filter, QueryError>,
    ) -> Result<Self, QueryError> {
        let mut page = Self {
            window: Window::Offset(0),
            limit: Self::LIMIT_DEFAULT,
            filters: Vec::new(),
            fields: Fields::default(),
        };
        let (mut offset, mut after, mut limit, mut fields) = (None, None, None, String::new());
        for (name, value) in parameters(query)? {
            match name.as_str() {
                "offset" => once(&mut offset, number(&value)?)?,
                "limit" => once(&mut limit, number(&value)?)?,
                "after" => {
                    let cursor = Cursor::parse(&value).ok_or_else(|| {
                        QueryError::new("after is a place that a Link of a list has named")
                    })?;
                    once(&mut after, cursor)?;
                }
                "fields" => {
                    fields.push_str(&value);
                    fields.push(',');
                }
                name => page.filters.push(filter(name, &value)?),
            }
        }
        page.fields = Fields::parse(&fields)?;
        page.limit = limit.unwrap_or(Self::LIMIT_DEFAULT).min(Self::LIMIT_MAX);
        page.window = match (offset, after) {
            (Some(_), Some(_)) => {
                return Err(QueryError::new("offset and after exclude each other"));
            }
            (None, Some(after)) => Window::After(after),
            (Some(offset), None) if offset > Self::OFFSET_MAX => {
                return Err(QueryError::new(format_args!(
                    "offset is at most {}: follow the links to the next page instead",
                    Self::OFFSET_MAX
                )));
            }
            (offset, None) => Window::Offset(offset.unwrap_or(0)),
        };
        Ok(page)
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), QueryError> {
    if place.replace(value).is_some() {
        return Err(QueryError::new("offset, limit and after are given once"));
    }
    Ok(())
}

fn number(text: &str) -> Result<u32, QueryError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| QueryError::new("offset and limit are whole numbers below 2^32"))
}

impl Filter {
    fn offered(kind: Kind) -> &'static [&'static str] {
        match kind {
            Kind::Order => &[
                "offset",
                "limit",
                "after",
                "fields",
                "id",
                "externalId",
                "state",
                "orderDate",
                "orderDate.gt",
                "orderDate.gte",
                "orderDate.lt",
                "orderDate.lte",
                "serviceOrderItem.state",
                "serviceOrderItem.action",
            ],
            Kind::Ticket => &[
                "offset",
                "limit",
                "after",
                "fields",
                "id",
                "externalId",
                "status",
                "creationDate",
                "creationDate.gt",
                "creationDate.gte",
                "creationDate.lt",
                "creationDate.lte",
            ],
        }
    }

    /// Several values are alternatives. What no task could be is no error, but a list of none.
    fn of_task(name: &str, value: &str) -> Result<Self, QueryError> {
        const DATE: &str = "requestedCancellationDate";
        match name {
            "id" => Ok(Self::Id(values(value).filter_map(SubmissionId::parse).collect())),
            "state" => {
                let states = values(value).map(query::task).collect::<Result<_, _>>();
                states.map(Self::State)
            }
            name => match name.strip_prefix(DATE) {
                Some(operator @ ("" | ".gt" | ".gte" | ".lt" | ".lte")) => {
                    accepted(operator, value)
                }
                _ => Err(QueryError::unknown(&[
                    "offset", "limit", "after", "fields", "id", "state", DATE,
                ])),
            },
        }
    }

    /// Several values are alternatives. What no entry could be is no error, but a list of none.
    fn parse(kind: Kind, name: &str, value: &str) -> Result<Self, QueryError> {
        let date = match kind {
            Kind::Order => "orderDate",
            Kind::Ticket => "creationDate",
        };
        let states = |value| {
            values(value).map(|value| query::state(kind, value)).collect::<Result<Vec<_>, _>>()
        };
        match (name, kind) {
            ("id", _) => Ok(Self::Id(values(value).filter_map(SubmissionId::parse).collect())),
            ("externalId", _) => {
                let ids = values(value).filter_map(|value| ExternalId::parse(value).ok());
                Ok(Self::ExternalId(ids.collect()))
            }
            ("state", Kind::Order) | ("status", Kind::Ticket) => states(value).map(Self::State),
            ("serviceOrderItem.state", Kind::Order) => states(value).map(Self::ItemState),
            ("serviceOrderItem.action", Kind::Order) => {
                let asked = values(value).map(operations).collect::<Result<Vec<_>, _>>();
                asked.map(|asked| Self::ItemAction(asked.concat()))
            }
            (name, _) => match name.strip_prefix(date) {
                Some(operator) if Self::offered(kind).contains(&name) => accepted(operator, value),
                _ => Err(QueryError::unknown(Self::offered(kind))),
            },
        }
    }
}

/// The operations that items with this action ask for.
fn operations(wanted: &str) -> Result<Vec<Operation>, QueryError> {
    let operations = Operation::ALL.iter().copied();
    let found: Vec<_> = operations.filter(|operation| action(*operation) == wanted).collect();
    if found.is_empty() {
        return Err(QueryError::new("serviceOrderItem.action must be of: add, modify, delete"));
    }
    Ok(found)
}

/// Dates are shown to the second, so that a second is what equality is about.
fn accepted(operator: &str, value: &str) -> Result<Filter, QueryError> {
    const SECOND: i64 = 1_000_000;
    let value = values(value).next().unwrap_or_default();
    // A plus sign that was not encoded has become a space.
    let moment = Timestamp::parse(value).or_else(|| Timestamp::parse(&value.replace(' ', "+")));
    let moment = moment.ok_or_else(|| QueryError::new("a date must be RFC 3339 with an offset"))?;
    let begins = moment.micros() - moment.micros().rem_euclid(SECOND);
    let (this, next) = (Timestamp::from_micros(begins), Timestamp::from_micros(begins + SECOND));
    Ok(match operator {
        ".gt" => Filter::Accepted(Some(next), None),
        ".gte" => Filter::Accepted(Some(this), None),
        ".lt" => Filter::Accepted(None, Some(this)),
        ".lte" => Filter::Accepted(None, Some(next)),
        _ => Filter::Accepted(Some(this), Some(next)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn order(query: &str) -> Page {
        Page::parse(Kind::Order, query).unwrap()
    }

    #[test]
    fn filters_are_read_with_their_quotation_marks() {
        let page = order("state=\"held\",failed&limit=7&fields=id,%20state");
        assert_eq!(page.limit, 7);
        assert_eq!(page.filters, [Filter::State(vec![TmfState::Held, TmfState::Failed])]);
        assert_eq!(page.fields, Fields::parse("id,state").unwrap());
        let ids = order("id=1&externalId=ORD%2F1").filters;
        let external = ExternalId::parse("ORD/1").unwrap();
        assert_eq!(ids, [Filter::Id(vec![]), Filter::ExternalId(vec![external])]);
    }

    #[test]
    fn a_date_means_the_second_that_is_shown() {
        let second = |text| Timestamp::parse(text);
        let (this, next) = (second("2026-11-20T12:00:00Z"), second("2026-11-20T12:00:01Z"));
        for (query, from, until) in [
            ("orderDate=2026-11-20T12:00:00Z", this, next),
            ("orderDate=2026-11-20T13:00:00+01:00", this, next),
            ("orderDate.gt=2026-11-20T12:00:00.5Z", next, None),
            ("orderDate.lte=2026-11-20T12:00:00Z", None, next),
        ] {
            assert_eq!(order(query).filters, [Filter::Accepted(from, until)], "{query}");
        }
    }

    #[test]
    fn what_is_not_offered_is_refused() {
        for query in [
            "priority=1",
            "status=held",
            "orderDate.like=2026",
            "orderDate=yesterday",
            "limit=-1",
            "limit=1&limit=2",
            "limit=1e3",
            "offset=100001",
            "offset=0&after=0-00000000000000000000000000000000",
            "after=x",
            "state=INPROGRESS",
            "serviceOrderItem.action=noChange",
            "%FF=1",
        ] {
            let told = Page::parse(Kind::Order, query).unwrap_err().to_string();
            assert!(!told.contains("yesterday") && !told.contains("priority"), "{told}");
        }
    }

    #[test]
    fn an_action_finds_all_that_it_may_ask_for() {
        use Operation as O;
        for (actions, operations) in [
            ("add", vec![O::Activate]),
            ("modify", vec![O::Change, O::Modify, O::Suspend, O::Resume]),
            ("delete,add", vec![O::Terminate, O::Activate]),
        ] {
            let page = order(&format!("serviceOrderItem.action={actions}"));
            assert_eq!(page.filters, [Filter::ItemAction(operations)], "{actions}");
        }
    }

    #[test]
    fn tasks_are_found_by_what_they_have() {
        let tasks = |query: &str| Page::of_tasks(query);
        let states = [TmfState::Done, TmfState::TerminatedWithError];
        assert_eq!(
            tasks("state=done,terminatedWithError").unwrap().filters,
            [Filter::State(states.into())]
        );
        assert!(tasks("requestedCancellationDate.gte=2026-11-20T12:00:00Z&limit=2").is_ok());
        for query in ["state=held", "externalId=1", "orderDate=2026-11-20T12:00:00Z"] {
            assert!(tasks(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_place_reads_back() {
        let id = SubmissionId::from_bytes([7; 16]);
        let cursor = Cursor { accepted: Timestamp::from_micros(1_763_640_000_123_456), id };
        assert_eq!(order(&format!("after={cursor}")).window, Window::After(cursor));
    }
}
