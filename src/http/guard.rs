//! Stands before every handler: who is it, and may they?

use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::field::Empty;
use tracing::{Instrument, info_span};

use super::problem::Problem;
use super::server::Peer;
use super::{App, body, pages, rate, sign_in};
use crate::auth::{Action, Caller, Denial};
use crate::gate::{Admitted, Closed, Person, Shown};
use crate::pages::{Kept, Visit, see};

/// The cookie of a session. The prefix ties it to this host, path and TLS (or this machine).
pub(super) const SESSION: &str = "__Host-sluss";

/// The longest `Authorization` that is looked at. Tokens of an issuer are a kilobyte or two.
const AUTHORIZATION_BYTES_MAX: usize = 8 * 1024;

/// Lets a request through to its handler, with its caller.
pub(super) async fn admit(
    State((app, action)): State<(App, Action)>,
    request: Request,
    next: Next,
) -> Response {
    let span = info_span!("request", action = action.as_str(), answer.status = Empty);
    let response = admit_one(app, action, request, next).instrument(span.clone()).await;
    span.record("answer.status", response.status().as_u16());
    response
}

async fn admit_one(app: App, action: Action, mut request: Request, next: Next) -> Response {
    if is_made_to_ask(&request) {
        app.0.gate.deny(action, Denial::CrossSite);
        let reason = "another site has made your browser ask for this";
        return Problem::new(StatusCode::FORBIDDEN, "forbidden", reason).into_response();
    }
    let admitted = app.0.gate.admit(action, shown(request.headers())).await;
    let rate = &app.0.rate;
    let counted = match &admitted {
        Ok(Some(admitted)) => rate.client(&admitted.caller),
        // Who is not known is told apart by where they come from.
        Ok(None) | Err(_) => rate.address(address(&app, &request)),
    };
    if let Err(problem) = counted {
        return problem.into_response();
    }
    match admitted {
        Ok(Some(Admitted { caller, person })) => {
            request.extensions_mut().insert(caller);
            if let Some(person) = person {
                request.extensions_mut().insert(person);
            }
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        // A person is shown where to sign in.
        Err(Closed::Denied(Denial::NoCredentials | Denial::Expired)) if is_page(&request) => {
            see("/sign-in")
        }
        // What they have written is not lost by that.
        Err(Closed::Denied(Denial::NoCredentials | Denial::Expired))
            if action == Action::FileFault && pages::accepts_pages(request.headers()) =>
        {
            sign_in_first(&app, request).await
        }
        Err(closed) => Problem::from(closed).into_response(),
    }
}

async fn sign_in_first(app: &App, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
    let kept = match body::form(&app.0, &parts.headers, body).await {
        Ok(form) => Kept::new(&visit.path, form),
        Err(problem) => return problem.into_response(),
    };
    sign_in::sign_in(app, &visit, None, kept).into_response()
}

fn address(app: &App, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>().copied();
    let peer = peer.unwrap_or(Peer(SocketAddr::from(([127, 0, 0, 1], 0))));
    rate::address(peer, request.headers(), app.0.behind_proxy)
}

/// The one cookie of this name; `None` where there is none, or more.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Whether another site has made a browser send this: the browser itself says so, and a script cannot
/// say otherwise. What is sent with a token was not made by a browser alone.
fn is_made_to_ask(request: &Request) -> bool {
    let headers = request.headers();
    let is_safe = request.method() == Method::GET || request.method() == Method::HEAD;
    if is_safe || headers.contains_key(header::AUTHORIZATION) {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => site != "same-origin" && site != "none",
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_none_or(|(_, theirs)| !theirs.eq_ignore_ascii_case(host))
        }
        // No browser of today; the form's own token is asked for besides.
        (None, ..) => false,
    }
}

/// Whether a browser asks for a page to be shown.
fn is_page(request: &Request) -> bool {
    request.method() == Method::GET && pages::accepts_pages(request.headers())
}

/// What a request shows. Two headers of the kind are nobody's: which would count?
fn shown(headers: &HeaderMap) -> Shown<'_> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else {
        return cookie(headers, SESSION).map_or(Shown::Nothing, Shown::Session);
    };
    let text = value.to_str().ok().filter(|text| text.len() <= AUTHORIZATION_BYTES_MAX);
    let bearer = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (bearer, all.next()) {
        (Some((_, token)), None) => Shown::Bearer(token.trim()),
        _ => Shown::Unreadable,
    }
}

/// A handler that names its caller: there is one wherever the action asks for roles.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let reason = "nobody is known here";
            Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", reason)
        })
    }
}

/// A handler of a page names the person: a system has no business there.
impl<S: Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(no_person)
    }
}

/// A system asks for what is a person's.
pub(super) fn no_person() -> Problem {
    let reason = "this is for people: sign in at /sign-in";
    Problem::new(StatusCode::FORBIDDEN, "forbidden", reason)
}

impl From<Closed> for Problem {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Denied(Denial::Role) => {
                let reason = "whoever this is has no role that may do this";
                Self::new(StatusCode::FORBIDDEN, "forbidden", reason)
            }
            // Which of the others it was is ours to know.
            Closed::Denied(Denial::NoCredentials) => {
                let reason = "sign in: send a token, as Authorization: Bearer";
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", reason)
            }
            Closed::Denied(_) => {
                let reason = "the token is not one that is good here and now";
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", reason)
            }
            Closed::TooMany(seconds) => {
                let reason = "there were too many tries in so short a time";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "tooManyRequests", reason)
                    .retry_after(seconds)
            }
            Closed::Issuer => {
                let reason = "the issuer of tokens cannot be asked for its keys now";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", reason).retry_after(10)
            }
            Closed::Store(error) => error.into(),
        }
    }
}
