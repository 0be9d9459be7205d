//! What of pages is the door's: forms as they come from the line, the style and the script, and the
//! choice of a language. The pages themselves are in `pages`.

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::no_such_path;
use super::{App, Problem, body, guard};
use crate::desk::Desk;
use crate::gate::Person;
use crate::inspection::Inspection;
use crate::overview::Overview;
use crate::pages::{Asset, Failed, Form, LANGUAGE, Posted, Visit, Words, failure, see};

/// `GET /assets/…`.
pub(super) async fn asset(uri: Uri) -> Result<&'static Asset, Problem> {
    match Asset::find(uri.path()) {
        Some(asset) => Ok(asset),
        None => Err(no_such_path().await),
    }
}

/// `POST /language`: no more than a cookie, so it may be asked by anybody.
pub(super) async fn language(form: Form) -> Result<Response, Problem> {
    let words = form.get("language").and_then(|tag| Words::parse(&tag));
    let words = words.ok_or_else(|| Problem::of_member("language", "must be sv or en"))?;
    let to = form.get("to").filter(|to| is_ours(to));
    let mut response = see(to.as_deref().unwrap_or("/"));
    let year = 60 * 60 * 24 * 365;
    let tag = words.tag();
    let cookie =
        format!("{LANGUAGE}={tag}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={year}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether it leads to a page of ours: a path, and of a plain form.
fn is_ours(to: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    to.starts_with('/') && !to.starts_with("//") && to.bytes().all(plain)
}

impl FromRef<App> for Desk {
    fn from_ref(app: &App) -> Self {
        app.0.desk.clone()
    }
}

impl FromRef<App> for Inspection {
    fn from_ref(app: &App) -> Self {
        app.0.inspection.clone()
    }
}

impl FromRef<App> for Overview {
    fn from_ref(app: &App) -> Self {
        app.0.overview.clone()
    }
}

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        body::form(&app.0, &parts.headers, body).await
    }
}

/// A form that does not carry the token of the session is nobody's.
impl FromRequest<App> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let person = request.extensions().get::<Person>().cloned();
        let person = person.ok_or_else(guard::no_person)?;
        let form = Form::from_request(request, app).await?;
        if form.is_of(&person) {
            return Ok(Self { person, form });
        }
        let reason = "the form is not one that was given to you: load the page anew";
        Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", reason))
    }
}

/// A person who asks for a page is told in words what went wrong; programs get their JSON.
pub(super) async fn in_words(visit: Visit, request: Request, next: Next) -> Response {
    let wants_page = accepts_pages(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = response.extensions().get::<Problem>().is_some();
    let is_of_page = response.extensions().get::<Failed>().is_some();
    if is_of_page || wants_page && is_problem {
        // Whoever could not be let in has no navigation to be shown.
        let mut page = failure(&visit, status).into_response();
        if let Some(later) = response.headers().get(header::RETRY_AFTER) {
            page.headers_mut().insert(header::RETRY_AFTER, later.clone());
        }
        page
    } else {
        response
    }
}

/// Whether it is a browser that shows what comes.
pub(super) fn accepts_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|kinds| kinds.contains("text/html"))
}
