//! Where people sign in and out: pages that need no script, and ask nobody else for anything.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::body::{self, Form};
use super::page::{Page, Words};
use super::{App, Problem, guard};
use crate::auth::{Caller, Denial, ROLES, Roles};
use crate::gate::{Closed, Person, Returned};
use crate::log::Role;

/// The cookie of somebody who is at the provider.
const AWAY: &str = "__Host-sluss-away";

/// `GET /sign-in`.
pub(super) async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    sign_in(&app, Words::of(&headers), None).into_response()
}

/// `POST /sign-in`: name and password of a local account.
pub(super) async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let form = body::form(&app.0, &headers, body).await?;
    let word = Zeroizing::new(form.get("password").unwrap_or_default());
    let signed = app.0.gate.sign_in(&form.get("name").unwrap_or_default(), word).await;
    entered(&app, &headers, signed)
}

/// `POST /sign-in/first`: the one-time token, for the first account.
pub(super) async fn first(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let form = body::form(&app.0, &headers, body).await?;
    let word = Zeroizing::new(form.get("password").unwrap_or_default());
    let roles = Roles::new(form.all("role").filter_map(|word| Roles::word(&word)));
    let Some(roles) = roles else {
        return entered(&app, &headers, Err(Closed::Denied(Denial::Malformed)));
    };
    let token = Zeroizing::new(form.get("token").unwrap_or_default());
    let name = form.get("name").unwrap_or_default();
    let signed = app.0.gate.begin_with(&token, &name, word, roles).await;
    entered(&app, &headers, signed)
}

/// `GET /sign-in/provider`.
pub(super) async fn away(State(app): State<App>) -> Result<Response, Problem> {
    let sent = app.0.gate.send_to_provider().await?;
    let mut response = to(sent.to.as_str());
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
    headers: HeaderMap,
    answer: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Ok(Query(answer)) = answer else {
        return entered(&app, &headers, Err(Closed::Denied(Denial::Malformed)));
    };
    let returned = Returned {
        browser: guard::cookie(&headers, AWAY).unwrap_or_default(),
        state: &answer.state,
        code: &answer.code,
        issuer: answer.iss.as_deref(),
    };
    let signed = app.0.gate.back_from_provider(returned).await;
    let mut response = entered(&app, &headers, signed)?;
    set(&mut response, &format!("{AWAY}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    Ok(response)
}

/// `POST /sign-out`, with the form's token.
pub(super) async fn leave(
    State(app): State<App>,
    _: Caller,
    person: Person,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let form = body::form(&app.0, &headers, body).await?;
    form.is_of(&person)?;
    if let Some(secret) = guard::cookie(&headers, guard::SESSION) {
        app.0.gate.sign_out(secret);
    }
    let mut response = to("/sign-in");
    set(
        &mut response,
        &format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", guard::SESSION),
    );
    Ok(response)
}

/// `GET /`: who has signed in, and out again.
pub(super) async fn home(_: Caller, person: Person, headers: HeaderMap) -> Page {
    let words = Words::of(&headers);
    let mut page = Page::new(words, words.pick("Inloggad", "Signed in"));
    let roles: Vec<_> = person.roles.iter().map(|role| words.role(role)).collect();
    page.text(words.pick("Du är inloggad som", "You are signed in as"), &person.name);
    page.text(words.pick("Dina roller", "Your roles"), &roles.join(", "));
    let watches = [Role::Operations, Role::Privacy, Role::Auditor];
    if person.roles.first_of(&watches).is_some() {
        page.link("/status", words.pick("Utlämnandeloggens läge", "How the disclosure log stands"));
    }
    page.form("/sign-out", |form| {
        form.hidden("csrf", &person.csrf);
        form.submit(words.pick("Logga ut", "Sign out"));
    });
    page
}

/// In, or the page again with what went wrong.
fn entered(
    app: &App,
    headers: &HeaderMap,
    signed: Result<String, Closed>,
) -> Result<Response, Problem> {
    let words = Words::of(headers);
    let (status, wrong) = match signed {
        Ok(secret) => {
            let mut response = to("/");
            let name = guard::SESSION;
            set(&mut response, &format!("{name}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax"));
            return Ok(response);
        }
        Err(Closed::Denied(Denial::Role)) => (
            StatusCode::FORBIDDEN,
            words.pick(
                "Ditt konto har ingen roll här. Be den som sköter inloggningen om en.",
                "Your account has no role here. Ask whoever looks after sign-in for one.",
            ),
        ),
        Err(Closed::Denied(Denial::Malformed)) => (
            StatusCode::BAD_REQUEST,
            words.pick(
                "Fyll i alla fält. Lösenordet ska ha 15 till 256 tecken, namnet bara a–z, 0–9, - . _",
                "Fill in every field. A password has 15 to 256 characters, a name a–z, 0–9, - . _ only",
            ),
        ),
        Err(Closed::Denied(_)) => (
            StatusCode::FORBIDDEN,
            words.pick(
                "Inloggningen gick inte. Kontrollera uppgifterna och försök igen.",
                "That did not sign you in. Check what you typed and try again.",
            ),
        ),
        Err(other) => return Err(other.into()),
    };
    Ok((status, sign_in(app, words, Some(wrong))).into_response())
}

fn sign_in(app: &App, words: Words, wrong: Option<&str>) -> Page {
    let gate = &app.0.gate;
    let mut page = Page::new(words, words.pick("Logga in", "Sign in"));
    if let Some(wrong) = wrong {
        page.alert(wrong);
    }
    if gate.has_provider() {
        let with = words.pick("Logga in med din organisation", "Sign in with your organisation");
        page.link("/sign-in/provider", with);
    }
    let (name, password) = (words.pick("Namn", "Name"), words.pick("Lösenord", "Password"));
    page.form("/sign-in", |form| {
        form.input("name", "text", "username", name);
        form.input("password", "password", "current-password", password);
        form.submit(words.pick("Logga in", "Sign in"));
    });
    if gate.awaits_first() {
        page.heading(words.pick("Första kontot", "The first account"));
        page.form("/sign-in/first", |form| {
            let token = words.pick(
                "Engångskod, som sluss serve skrev ut",
                "One-time token that sluss serve has printed",
            );
            form.input("token", "password", "one-time-code", token);
            form.input("name", "text", "off", name);
            form.input("password", "password", "new-password", password);
            for role in ROLES {
                form.tick("role", role.as_str(), words.role(role), role == Role::Operations);
            }
            form.submit(words.pick("Skapa kontot", "Make the account"));
        });
    }
    page
}

/// Elsewhere, by GET.
pub(super) fn to(place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

impl Form {
    /// That the form is one that this person was given: another site's would not have its token.
    pub(super) fn is_of(&self, person: &Person) -> Result<(), Problem> {
        if self.get("csrf").is_some_and(|csrf| csrf == person.csrf) {
            return Ok(());
        }
        let reason = "the form is not one that was given to you: load the page anew";
        Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", reason))
    }
}
