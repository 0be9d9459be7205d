//! Stands before every handler: who is it, and may they?

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Problem;
use crate::auth::{Action, Caller, Denial};
use crate::gate::{Closed, Shown};

/// The longest `Authorization` that is looked at. Tokens of an issuer are a kilobyte or two.
const AUTHORIZATION_BYTES_MAX: usize = 8 * 1024;

/// Lets a request through to its handler, with its caller.
pub(super) async fn admit(
    State((app, action)): State<(App, Action)>,
    mut request: Request,
    next: Next,
) -> Response {
    match app.0.gate.admit(action, shown(request.headers())).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(closed) => Problem::from(closed).into_response(),
    }
}

/// What a request shows. Two headers of the kind are nobody's: which would count?
fn shown(headers: &HeaderMap) -> Shown<'_> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Shown::Nothing };
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
            Closed::Store(error) => error.into(),
        }
    }
}
