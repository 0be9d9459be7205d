//! Lists of orders and tickets: pages, filters, and the members that are wanted (TMF630).

use axum::extract::State;
use axum::http::uri::Uri;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::answer::{Answer, answer};
use super::submissions::sight;
use super::tmf::render;
use super::{App, Problem};
use crate::auth::Caller;
use crate::intake::Kind;
use crate::tmf::{Cursor, Page, QueryError, Window};

/// `GET /serviceOrder`.
pub(super) async fn orders(State(app): State<App>, caller: Caller, uri: Uri) -> Answer {
    list(&app, Kind::Order, &caller, &uri).await
}

/// `GET /troubleTicket`.
pub(super) async fn tickets(State(app): State<App>, caller: Caller, uri: Uri) -> Answer {
    list(&app, Kind::Ticket, &caller, &uri).await
}

async fn list(app: &App, kind: Kind, caller: &Caller, uri: &Uri) -> Answer {
    let page = Page::parse(kind, uri.query().unwrap_or_default())?;
    let seen = (caller.client(), sight(caller));
    let (total, rows) = app.0.store.submissions(kind, seen, &page).await?;
    let last = rows.last().map(|row| Cursor { accepted: row.accepted, id: row.id });
    let shown = rows.iter().map(|row| page.fields.of(render(row))).collect();
    Ok(paged(uri, &page, total, shown, last))
}

/// A page of a list: its entries, how many there are in all, and where the others are. `last` is the
/// place of its last entry.
pub(super) fn paged(
    uri: &Uri,
    page: &Page,
    total: u64,
    shown: Vec<Value>,
    last: Option<Cursor>,
) -> Response {
    let count = shown.len();
    let mut response = answer(StatusCode::OK, &Value::Array(shown));
    let headers = response.headers_mut();
    headers.insert("X-Total-Count", HeaderValue::from(total));
    headers.insert("X-Result-Count", HeaderValue::from(count));
    link(&mut response, uri, page, total, (count, last));
    response
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalidQuery", error.to_string())
    }
}

/// Links to this page and others (RFC 8288). The next page begins behind the last entry of this one,
/// whatever comes in meanwhile; those before and at the end are counted.
fn link(
    response: &mut Response,
    uri: &Uri,
    page: &Page,
    total: u64,
    (shown, last): (usize, Option<Cursor>),
) {
    let (shown, limit) = (shown as u64, u64::from(page.limit));
    let mut links = vec![("self", uri.query().unwrap_or_default().to_owned())];
    links.push(("first", with(uri, &[("limit", limit.to_string())])));
    if let Window::Offset(offset) = page.window
        && limit > 0
    {
        let offset = u64::from(offset);
        if offset > 0 {
            let before = offset.saturating_sub(limit);
            links.push((
                "prev",
                with(uri, &[("offset", before.to_string()), ("limit", limit.to_string())]),
            ));
        }
        let end = total.saturating_sub(1) / limit * limit;
        if end <= u64::from(Page::OFFSET_MAX) {
            links.push((
                "last",
                with(uri, &[("offset", end.to_string()), ("limit", limit.to_string())]),
            ));
        }
    }
    let more = match page.window {
        Window::Offset(offset) => u64::from(offset) + limit < total,
        Window::After(_) => shown == limit,
    };
    if let (true, Some(place)) = (more, last) {
        links.push((
            "next",
            with(uri, &[("after", place.to_string()), ("limit", limit.to_string())]),
        ));
    }
    let links: Vec<String> = links
        .iter()
        .map(|(relation, query)| {
            let mark = if query.is_empty() { "" } else { "?" };
            format!("<{}{mark}{query}>; rel=\"{relation}\"", uri.path())
        })
        .collect();
    if let Ok(links) = HeaderValue::from_str(&links.join(", ")) {
        response.headers_mut().insert(header::LINK, links);
    }
}

/// The query with another window.
fn with(uri: &Uri, window: &[(&str, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if !["offset", "limit", "after"].contains(&&*name) {
            query.append_pair(&name, &value);
        }
    }
    for (name, value) in window {
        query.append_pair(name, value);
    }
    query.finish()
}
