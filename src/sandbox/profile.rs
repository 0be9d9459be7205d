//! How an operator behaves, to be chosen on the command line: an operator's bad day can be rehearsed
//! before it comes. Written from the specification and from what operators are known to do; a face
//! below answers as ever, and a profile bends what goes in or out.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::Trouble;
use super::engine::{Engine, Shown};
use super::exchange::{Asked, Reply};
use crate::domain::{AccessId, closed_list};

closed_list! {
    /// How a simulated operator behaves.
    Profile {
        /// By the text.
        Plain = "plain",
        /// As `plain`, and it tells which services, subscriptions and line an access has, and what has
        /// changed (ON-API).
        Listing = "listing",
        /// Has no tickets, no later days and no equipment, and says so (ON-API).
        Sparse = "sparse",
        /// Answers as operators do that read the text otherwise: ids as numbers or in the path only,
        /// `status` for `state`, lists in a wrapper, 404 for an empty one, 400 for what is taken (ON-API).
        Quirky = "quirky",
        /// Of ten messages a few get lost, before or behind the operator, are cut short or answered
        /// by somebody else's page.
        BadDay = "bad-day",
        /// Every second message is too many: 429, with seconds and with a date in turn.
        Busy = "busy",
        /// Nobody answers anything.
        Down = "down",
        /// The password has been changed.
        Locked = "locked",
    }
}

/// What goes wrong with the messages of a bad day, in turn.
const BAD_DAY: [Option<Trouble>; 10] = [
    None,
    Some(Trouble::ActThenDrop),
    None,
    Some(Trouble::Status { code: 502, retry_after: None }),
    Some(Trouble::ActThenCutShort),
    None,
    Some(Trouble::DropBefore),
    Some(Trouble::ActThenGarbage),
    None,
    Some(Trouble::Status { code: 500, retry_after: None }),
];

impl Profile {
    /// What goes wrong with the message of this number, counted from 0.
    pub(super) fn trouble(self, number: usize) -> Option<Trouble> {
        match self {
            Self::BadDay => BAD_DAY[number % BAD_DAY.len()].clone(),
            Self::Down => Some(Trouble::DropBefore),
            Self::Busy if number.is_multiple_of(2) => {
                Some(Trouble::Status { code: 429, retry_after: Some(1) })
            }
            _ => None,
        }
    }

    /// Whether even a read gets no answer.
    pub(super) const fn is_down(self) -> bool {
        matches!(self, Self::Down)
    }

    /// Whether nobody's password is right.
    pub(super) const fn is_locked(self) -> bool {
        matches!(self, Self::Locked)
    }

    /// An answer of its own to an ON-API question; `None` where the face answers.
    pub(super) fn answer(self, engine: &Engine, base: &str, asked: &Asked<'_>) -> Option<Reply> {
        let path = asked.path.strip_prefix(base)?;
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        match (self, asked.method, parts.as_slice()) {
            (Self::Listing | Self::Sparse, "GET", [""]) => Some(reply(200, &self.endpoints(base))),
            (Self::Sparse, _, ["tickets", ..]) => {
                Some(reply(501, &json!({ "cause": "Not implemented" })))
            }
            (Self::Listing, "GET", ["services", access]) => Some(services(access)),
            (Self::Listing, "GET", ["subscriptions"]) => Some(all_subscriptions(engine, asked)),
            (Self::Listing, "GET", ["subscriptions", access]) => {
                Some(subscriptions(engine, access))
            }
            (Self::Listing, "GET", ["tech", "access", access, "link", "status"]) => {
                Some(link(access))
            }
            (Self::Listing, "GET", ["events"]) => Some(changes(engine, asked)),
            _ => None,
        }
    }

    /// The list of endpoints (`endpoints.md`).
    fn endpoints(self, base: &str) -> Value {
        let row = |name: &str, without: &[&str]| {
            json!({
                "name": name,
                "endpoint": format!("{base}{name}/"),
                "version": "2.6",
                "documentation": "https://github.com/on-api/on-api",
                "unsupportedFields": without,
            })
        };
        match self {
            Self::Sparse => {
                json!([row("order", &["requestedDateTime", "equipment"]), row("orderevents", &[]),])
            }
            _ => json!([
                row("orders", &[]),
                row("orderevents", &[]),
                row("tickets", &[]),
                row("services", &[]),
                row("subscriptions", &[]),
                row("technical information", &[]),
                row("events", &[]),
            ]),
        }
    }

    /// Bends an answer of the ON-API face.
    pub(super) fn bend(self, mut answered: Reply) -> Reply {
        if self != Self::Quirky || answered.content_type != "application/json" {
            return answered;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answered.body) else { return answered };
        match &mut body {
            Value::Array(rows) if rows.is_empty() => {
                return reply(404, &json!({ "cause": "Object not found" }));
            }
            Value::Array(rows) => {
                rows.iter_mut().for_each(bent);
                body = json!({ "data": rows });
            }
            one => bent(one),
        }
        if answered.status == 409 {
            answered.status = 400;
        }
        answered.body = body.to_string().into_bytes();
        answered
    }
}

fn bent(row: &mut Value) {
    if let Some(order) = row.get_mut("order") {
        bent(order);
    }
    let Some(members) = row.as_object_mut() else { return };
    if let Some(state) = members.remove("state") {
        members.insert("status".to_owned(), state);
        members.remove("orderId");
    }
    if let Some(link) = members.get_mut("link") {
        *link = Value::String(link.to_string());
    }
    members.insert("x-vendor".to_owned(), json!({ "queue": [1, null] }));
}

fn known(access: &str) -> Option<AccessId> {
    AccessId::parse(access).ok().filter(Engine::delivers_at)
}

fn not_found() -> Reply {
    reply(404, &json!({ "cause": "Object not found" }))
}

/// `services.md`, with the dates that are none.
fn services(access: &str) -> Reply {
    if known(access).is_none() {
        return not_found();
    }
    let row = |service: &str, available: &str, ends: &str, takeover: bool| {
        json!({
            "service": service,
            "connectionDateTime": "1990-01-01T00:00:01Z",
            "availableDateTime": available,
            "disconnectionDateTime": ends,
            "forcedTakeoverPossible": takeover,
        })
    };
    let always = "1990-01-01T00:00:01Z";
    let mut with_sla = row("BB-SLA-100", always, "", false);
    with_sla["characteristics"] = json!({
        "fixedIp": { "required": false, "values": [true, false] },
        "SLA": { "required": true, "values": ["SLA-1", "SLA-2"] },
    });
    let services = json!([
        row("BB-100-100", always, "", false),
        row("BB-1000-1000", "2014-03-01T14:09:23Z", "", false),
        row("BB-TAKEN", "", "", true),
        row("BB-HELD", "3030-12-12T00:00:01Z", "", false),
        row("BB-OLD", always, "2018-12-31T14:09:23Z", false),
        with_sla,
    ]);
    reply(200, &json!({ "accessId": access, "services": services }))
}

/// `subscriptions.md`: those of one access.
fn subscriptions(engine: &Engine, access: &str) -> Reply {
    let Some(id) = known(access) else { return not_found() };
    let here = engine.subscriptions();
    let rows: Vec<Value> = here.iter().filter(|one| *one.access == id).map(subscription).collect();
    reply(200, &json!({ "accessId": access, "subscriptions": rows }))
}

/// `subscriptions.md`: all of them, by access, or those of accesses where one has changed since.
fn all_subscriptions(engine: &Engine, asked: &Asked<'_>) -> Reply {
    let since = asked.header("if-modified-since").and_then(super::formats::http_date);
    let mut accesses: BTreeMap<&str, (Vec<Value>, bool)> = BTreeMap::new();
    let all = engine.subscriptions();
    for one in &all {
        let (rows, is_new) = accesses.entry(one.access.as_str()).or_default();
        rows.push(subscription(one));
        *is_new |= since.is_none_or(|since| one.changed.seconds() > since.seconds());
    }
    accesses.retain(|_, (_, is_new)| *is_new);
    let rows = accesses.into_iter();
    let rows = rows.map(|(access, (rows, _))| json!({ "accessId": access, "subscriptions": rows }));
    let mut answer = match rows.collect::<Vec<_>>() {
        none if none.is_empty() && since.is_some() => {
            Reply { status: 304, content_type: "application/json", headers: vec![], body: vec![] }
        }
        rows => reply(200, &Value::Array(rows)),
    };
    let until = super::formats::to_http_date(asked.now.seconds() - 1);
    answer.headers.extend(until.map(|until| ("last-modified", until)));
    answer
}

fn subscription(one: &Shown<'_>) -> Value {
    json!({
        "subscriptionId": one.id.as_str(),
        "service": one.service,
        "operationalState": if one.is_suspended { "SUSPENDED" } else { "ACTIVATED" },
        "connectionDate": "2019-01-03",
        "disconnectionDate": "",
        "spReference": one.reference,
        "spSubscriptionId": one.name,
    })
}

/// `technical_info.md`: an access with an odd number has no link.
fn link(access: &str) -> Reply {
    if known(access).is_none() {
        return not_found();
    }
    let up = access.bytes().next_back().is_some_and(|digit| digit % 2 == 0);
    let body = json!({
        "link": up,
        "linkSince": "2026-02-28T08:15:00Z",
        "linkSpeed": 1000,
        "statistics": { "input": { "crcErrors": 17 } },
        "transceiver": { "dbmRx": "-21.5", "dbmTx": "-8" },
    });
    reply(200, &body)
}

/// `events.md`: tickets that changed since, up to the second before this one.
fn changes(engine: &Engine, asked: &Asked<'_>) -> Reply {
    let second = asked.now.seconds() - 1;
    let since = asked.header("if-modified-since").and_then(super::formats::http_date);
    let rows: Vec<Value> = engine
        .tickets()
        .iter()
        .filter(|ticket| ticket.changed.seconds() <= second)
        .filter(|ticket| since.is_none_or(|since| ticket.changed.seconds() > since.seconds()))
        .map(|ticket| {
            json!({
                "type": "UPDATE",
                "objectType": "ticket",
                "objectId": ticket.id,
                "path": format!("/onapi/2.6/tickets/{}", ticket.id),
                // As in the text's example: without a zone.
                "time": ticket.changed.rfc3339().trim_end_matches('Z'),
            })
        })
        .collect();
    let mut answer = if rows.is_empty() && since.is_some() {
        Reply { status: 304, content_type: "application/json", headers: vec![], body: vec![] }
    } else {
        reply(200, &Value::Array(rows))
    };
    let until = super::formats::to_http_date(second);
    answer.headers.extend(until.map(|until| ("last-modified", until)));
    answer
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        content_type: "application/json",
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}
