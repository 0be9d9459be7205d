//! The face that speaks ON-API 2.6, and beside it the older versions ([`older`]): JSON, HTTP Basic.
//!
//! `accesses/`, `orders/`, `orderevents/` and `tickets` are offered, with and without a trailing slash exactly as
//! the text writes them; whatever else is asked for is answered 501. What an order or a ticket may
//! hold is in [`orders`] and [`tickets`]; what the members look like is in [`members`].

mod accesses;
pub(super) mod members;
mod older;
mod orders;
mod tickets;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::engine::{Engine, Refusal};
use super::exchange::{Asked, Reply};

/// Where the interface is on its host.
pub(super) const BASE_PATH: &str = "/onapi/2.6/";

/// An error answer: a status, and the free text `cause`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    status: u16,
    cause: String,
}

/// Answers one request of somebody who has shown the right credentials.
pub(super) fn answer(engine: &mut Engine, asked: &Asked<'_>) -> Reply {
    let answered = older::answer(engine, asked).unwrap_or_else(|| route(engine, asked));
    answered.unwrap_or_else(|complaint| complaint.reply())
}

/// Whether the request hands something over.
pub(super) fn is_message(asked: &Asked<'_>) -> bool {
    !matches!(asked.method, "GET" | "HEAD" | "OPTIONS")
}

/// Whether the request shows these credentials (RFC 7617).
pub(super) fn is_from(asked: &Asked<'_>, username: &str, password: &str) -> bool {
    asked
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .and_then(|(_, credentials)| STANDARD.decode(credentials.trim()).ok())
        .is_some_and(|shown| shown == format!("{username}:{password}").into_bytes())
}

/// The answer to somebody who has not.
pub(super) fn unauthorized() -> Reply {
    let mut reply = Complaint::new(401, "Invalid credentials").reply();
    reply.headers.push(("www-authenticate", "Basic realm=\"sandbox\", charset=\"UTF-8\"".into()));
    reply
}

/// An answer with this status and nothing done.
pub(super) fn trouble(status: u16, retry_after: Option<u64>) -> Reply {
    let mut reply = Complaint::new(status, "The simulator was told to fail.").reply();
    if let Some(seconds) = retry_after {
        reply.headers.push(("retry-after", seconds.to_string()));
    }
    reply
}

fn route(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let not_offered = || Complaint::new(501, "Unknown or unimplemented endpoint");
    let path = asked.path.strip_prefix(BASE_PATH).ok_or_else(not_offered)?;
    match (asked.method, path.split_once('/')) {
        ("GET", None) if path.is_empty() => Ok(json_reply(200, &endpoints())),
        ("GET", Some(("accesses", ""))) => Ok(accesses::list(asked)),
        ("GET", Some(("orders", ""))) => orders::list(engine, asked),
        ("POST", Some(("orders", ""))) => orders::place(engine, asked),
        ("GET", Some(("orders", id))) => orders::one(engine, id, asked),
        ("PATCH", Some(("orders", id))) => orders::amend(engine, id, asked),
        ("DELETE", Some(("orders", id))) => orders::take_back(engine, id, asked),
        ("GET", Some(("orderevents", ""))) => orders::events(engine, asked),
        ("GET", None) if path == "tickets" => tickets::list(engine, asked),
        ("POST", None) if path == "tickets" => tickets::file(engine, asked),
        ("GET", Some(("tickets", id))) if !id.is_empty() => tickets::one(engine, id, asked),
        ("PATCH", Some(("tickets", id))) if !id.is_empty() => tickets::update(engine, id, asked),
        _ => Err(not_offered()),
    }
}

/// `endpoints.md`: what is here, and what of it is not.
fn endpoints() -> Value {
    let about = |name: &str, endpoint: &str, file: &str, note: &str| {
        json!({
            "name": name,
            "endpoint": format!("{BASE_PATH}{endpoint}"),
            "version": "2.6",
            "documentation":
                format!("https://github.com/on-api/on-api/blob/master/2.6.0/spec/{file}"),
            "note": note,
        })
    };
    json!([
        about("accesses", "accesses/", "accesses.md", "GET of all, with If-Modified-Since."),
        about("orders", "orders/", "orders.md", "GET, POST, PATCH and DELETE. All operations."),
        about("orderevents", "orderevents/", "orderevents.md", "GET."),
        about("tickets", "tickets", "tickets.md", "GET, POST and PATCH."),
    ])
}

impl Complaint {
    pub(super) fn new(status: u16, cause: impl Into<String>) -> Self {
        Self { status, cause: cause.into() }
    }

    /// 400: "Invalid data posted".
    pub(super) fn invalid(cause: impl Into<String>) -> Self {
        Self::new(400, cause)
    }

    /// 404: "Object not found (on valid API endpoint)".
    pub(super) fn not_found() -> Self {
        Self::new(404, "Object not found")
    }

    pub(super) fn reply(&self) -> Reply {
        json_reply(self.status, &json!({ "cause": self.cause }))
    }
}

impl From<Refusal> for Complaint {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Access(_)
            | Refusal::Service(_)
            | Refusal::Subscription(_)
            | Refusal::ElsewhereThan(_) => 400,
            Refusal::TypeActive(_)
            | Refusal::TypeClaimed
            | Refusal::OrderInProgress
            | Refusal::NotActive
            | Refusal::Begun => 409,
            Refusal::NoSuchOrder => 404,
            Refusal::Full => 500,
        };
        Self::new(status, refusal.to_string())
    }
}

/// 204: it was changed, and there is nothing to show.
pub(super) fn no_content() -> Reply {
    let (headers, body) = (Vec::new(), Vec::new());
    Reply { status: 204, content_type: "application/json", headers, body }
}

pub(super) fn json_reply(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        content_type: "application/json",
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

/// The one parameter of each name; a name that the text does not have is refused.
pub(super) fn parameters<'a, const N: usize>(
    asked: &Asked<'a>,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], Complaint> {
    let mut found = [None; N];
    for (name, value) in asked.query {
        let Some(place) = names.iter().position(|known| known == name) else {
            return Err(Complaint::invalid(format!("Unknown parameter: '{}'", shortened(name))));
        };
        found[place] = Some(value.as_str());
    }
    Ok(found)
}

/// Enough of a foreign name to recognise it by.
pub(super) fn shortened(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}
