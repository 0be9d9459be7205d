//! Where people sign in and out: pages that need no script, and ask nobody else for anything.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{App, Problem, guard};
use crate::auth::{Action, Caller, Denial, Roles};
use crate::gate::{Closed, Person, Returned, Shown};
use crate::pages::{self, Form, Kept, Posted, Sheet, SignIn, Visit, Wrong, see};

/// The cookie of somebody who is at the provider.
const AWAY: &str = "__Host-sluss-away";

/// `GET /sign-in`.
pub(super) async fn page(State(app): State<App>, visit: Visit) -> Sheet {
    sign_in(&app, &visit, None, None)
}

/// `POST /sign-in`: name and password of a local account.
pub(super) async fn enter(
    State(app): State<App>,
    visit: Visit,
    form: Form,
) -> Result<Response, Problem> {
    let word = Zeroizing::new(form.get("password").unwrap_or_default());
    let signed = app.0.gate.sign_in(&form.get("name").unwrap_or_default(), word).await;
    entered(&app, &visit, signed, Kept::carried(&form)).await
}

/// `POST /sign-in/first`: the one-time token, for the first account.
pub(super) async fn first(
    State(app): State<App>,
    visit: Visit,
    form: Form,
) -> Result<Response, Problem> {
    let word = Zeroizing::new(form.get("password").unwrap_or_default());
    let roles = Roles::new(form.all("role").filter_map(|word| Roles::word(&word)));
    let Some(roles) = roles else {
        return entered(&app, &visit, Err(Closed::Denied(Denial::Malformed)), None).await;
    };
    let token = Zeroizing::new(form.get("token").unwrap_or_default());
    let name = form.get("name").unwrap_or_default();
    let signed = app.0.gate.begin_with(&token, &name, word, roles).await;
    entered(&app, &visit, signed, None).await
}

/// `GET /sign-in/provider`.
pub(super) async fn away(State(app): State<App>) -> Result<Response, Problem> {
    let sent = app.0.gate.send_to_provider().await?;
    let mut response = see(sent.to.as_str());
    // Back from another site, on a link: that is what `Lax` lets through.
    set(
        &mut response,
        &format!("{AWAY}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600", sent.browser),
    );
    Ok(response)
}

/// What the provider adds to the address that it sends back to.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    iss: Option<String>,
}

/// `GET /sign-in/callback`.
pub(super) async fn back(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    answer: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Ok(Query(answer)) = answer else {
        return entered(&app, &visit, Err(Closed::Denied(Denial::Malformed)), None).await;
    };
    let returned = Returned {
        browser: guard::cookie(&headers, AWAY).unwrap_or_default(),
        state: &answer.state,
        code: &answer.code,
        issuer: answer.iss.as_deref(),
    };
    let signed = app.0.gate.back_from_provider(returned).await;
    let mut response = entered(&app, &visit, signed, None).await?;
    set(&mut response, &format!("{AWAY}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    Ok(response)
}

/// `POST /sign-out`, with the form's token.
pub(super) async fn leave(
    State(app): State<App>,
    _: Caller,
    headers: HeaderMap,
    _: Posted,
) -> Result<Response, Problem> {
    if let Some(secret) = guard::cookie(&headers, guard::SESSION) {
        app.0.gate.sign_out(secret);
    }
    let mut response = see("/sign-in");
    set(
        &mut response,
        &format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", guard::SESSION),
    );
    Ok(response)
}

/// `GET /`: who has signed in, and where to go from here.
pub(super) async fn home(_: Caller, visit: Visit, person: Person) -> Sheet {
    pages::home(&visit, &person)
}

/// `POST /sign-in/again`: signed in again elsewhere in the browser, with the form that was kept.
pub(super) async fn again(
    _: Caller,
    visit: Visit,
    person: Person,
    form: Form,
) -> Result<Sheet, Problem> {
    let kept = Kept::carried(&form).ok_or_else(|| Problem::of_member("kept", "is missing"))?;
    Ok(pages::again(&visit, &person, &kept))
}

/// In, or the page again with what went wrong.
async fn entered(
    app: &App,
    visit: &Visit,
    signed: Result<String, Closed>,
    kept: Option<Kept>,
) -> Result<Response, Problem> {
    let wrong = match signed {
        Ok(secret) => {
            let shown = Shown::Session(&secret);
            let admitted = app.0.gate.admit(Action::OwnSession, shown).await?;
            let mut response = match (kept, admitted.and_then(|admitted| admitted.person)) {
                (Some(kept), Some(person)) => {
                    let visit = Visit { person: Some(person.clone()), ..visit.clone() };
                    pages::again(&visit, &person, &kept).into_response()
                }
                _ => see("/"),
            };
            let name = guard::SESSION;
            set(&mut response, &format!("{name}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax"));
            return Ok(response);
        }
        Err(Closed::Denied(Denial::Role)) => Wrong::Role,
        Err(Closed::Denied(Denial::Malformed)) => Wrong::Malformed,
        Err(Closed::Denied(_)) => Wrong::Refused,
        Err(other) => return Err(other.into()),
    };
    Ok(sign_in(app, visit, Some(wrong), kept).into_response())
}

/// The page, as there are ways to sign in.
pub(super) fn sign_in(app: &App, visit: &Visit, wrong: Option<Wrong>, kept: Option<Kept>) -> Sheet {
    let gate = &app.0.gate;
    let ways = SignIn { provider: gate.has_provider(), first: gate.awaits_first(), wrong, kept };
    pages::sign_in(visit, &ways)
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
