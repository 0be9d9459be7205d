//! The `query` of a registration: which events are told, and which members of what they are about.
//! Empty: all.

use std::collections::BTreeSet;

use super::{EventType, Fields, QueryError, TmfState, parameters, values};
use crate::intake::Kind;

/// Which events a registration is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubQuery {
    kind: Kind,
    /// None named: all of the hub's.
    events: BTreeSet<EventType>,
    /// None named: whatever the state.
    states: BTreeSet<TmfState>,
    fields: Fields,
}

impl HubQuery {
    /// The parameters that there are.
    const OFFERED: [&'static str; 3] = ["eventType", "fields", "state"];

    /// Reads the parameters `eventType`, `state` (`status` of a ticket) and `fields`. Names may say
    /// where in the event they stand, as `event.serviceOrder.state`.
    pub fn parse(kind: Kind, query: &str) -> Result<Self, QueryError> {
        let (events, states) = (BTreeSet::new(), BTreeSet::new());
        let mut read = Self { kind, events, states, fields: Fields::default() };
        let mut fields = String::new();
        for (name, value) in parameters(query.trim_start_matches('?'))? {
            let name = within(kind, &name);
            match (name, kind) {
                ("eventType", _) => {
                    for value in values(&value) {
                        read.events.insert(event(kind, value)?);
                    }
                }
                ("state", Kind::Order) | ("status", Kind::Ticket) => {
                    for value in values(&value) {
                        read.states.insert(state(kind, value)?);
                    }
                }
                ("fields", _) => {
                    for path in value.split(',') {
                        fields.push_str(within(kind, path.trim()));
                        fields.push(',');
                    }
                }
                _ => return Err(QueryError::unknown(&Self::OFFERED)),
            }
        }
        read.fields = Fields::parse(&fields)?;
        Ok(read)
    }

    /// Whether an event is told.
    pub fn wants(&self, event: EventType, state: TmfState) -> bool {
        event.kind() == self.kind
            && (self.events.is_empty() || self.events.contains(&event))
            && (self.states.is_empty() || self.states.contains(&state))
    }

    /// The wanted members of what an event is about.
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }
}

/// A name without what says where in the event it stands.
fn within(kind: Kind, name: &str) -> &str {
    let resource = match kind {
        Kind::Order => "serviceOrder.",
        Kind::Ticket => "troubleTicket.",
    };
    let name = name.strip_prefix("event.").unwrap_or(name);
    name.strip_prefix(resource).unwrap_or(name)
}

fn event(kind: Kind, name: &str) -> Result<EventType, QueryError> {
    let event = EventType::parse(name).filter(|event| event.kind() == kind);
    event.ok_or_else(|| {
        let told: Vec<&str> = EventType::of_kind(kind).map(EventType::as_str).collect();
        QueryError::new(format_args!("eventType must be of: {}", told.join(", ")))
    })
}

pub(super) fn state(kind: Kind, name: &str) -> Result<TmfState, QueryError> {
    let member = if kind == Kind::Order { "state" } else { "status" };
    state_of(TmfState::of_kind(kind), member, name)
}

/// The state of a task of cancelling.
pub(super) fn task(name: &str) -> Result<TmfState, QueryError> {
    state_of(TmfState::TASK, "state", name)
}

fn state_of(known: &[TmfState], member: &str, name: &str) -> Result<TmfState, QueryError> {
    let state = TmfState::parse(name).filter(|state| known.contains(state));
    state.ok_or_else(|| {
        let known: Vec<&str> = known.iter().map(|state| state.as_str()).collect();
        QueryError::new(format_args!("{member} must be of: {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_told() {
        let all = HubQuery::parse(Kind::Order, "").unwrap();
        assert!(all.wants(EventType::OrderCreate, TmfState::Acknowledged));
        let query = "eventType=ServiceOrderStateChangeEvent&event.serviceOrder.state=held,\"failed\"\
                     &fields=event.serviceOrder.state";
        let some = HubQuery::parse(Kind::Order, query).unwrap();
        assert!(some.wants(EventType::OrderStateChange, TmfState::Failed));
        assert!(!some.wants(EventType::OrderStateChange, TmfState::Completed));
        assert!(!some.wants(EventType::OrderCreate, TmfState::Held));
        assert_eq!(some.fields(), &Fields::parse("state").unwrap());
    }

    #[test]
    fn what_is_never_told_is_refused() {
        for query in [
            "eventType=ServiceOrderDeleteEvent",
            "eventType=TroubleTicketCreateEvent",
            "state=resolved",
            "status=held",
            "priority=1",
            "fields=a..b",
            "eventType=%FF",
        ] {
            assert!(HubQuery::parse(Kind::Order, query).is_err(), "{query}");
        }
        assert!(HubQuery::parse(Kind::Ticket, "status=resolved").is_ok());
    }
}
