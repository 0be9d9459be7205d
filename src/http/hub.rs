//! The hub of each API: who wants to be told of what. `POST /hub`, `DELETE /hub/{id}`, and to look at
//! one's own, `GET /hub` and `GET /hub/{id}`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::answer::{Answer, PathId, answer, id_of};
use super::problem::not_found;
use super::{App, Problem, body};
use crate::auth::Caller;
use crate::domain::RegistrationId;
use crate::intake::{self, Kind};
use crate::notify::shown_secret;
use crate::store::{HubSecret, Registered, Registration};
use crate::tmf::{Callback, HubQuery, hub_href};

/// 201 with the secret that messages are signed with: this once.
async fn register(
    app: &App,
    kind: Kind,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let shared = &*app.0;
    let bytes = body::read(shared, headers, body).await?;
    let now = shared.clock.now();
    let asked = intake::read_hub(&bytes, now)?;
    let callback = Callback::parse(&asked.callback, &shared.doors)
        .map_err(|error| Problem::of_member("callback", &error.to_string()))?;
    HubQuery::parse(kind, &asked.query)
        .map_err(|error| Problem::of_member("query", &error.to_string()))?;
    let registration = Registration {
        id: RegistrationId::draw(&*shared.entropy),
        client: caller.client().clone(),
        kind,
        callback: callback.as_str().to_owned(),
        query: asked.query,
        created: now,
        sequence: 0,
        waiting: 0,
        dead: 0,
    };
    let secret = HubSecret::new(Box::new(shared.entropy.array()));
    match shared.store.register(registration.clone(), &secret).await? {
        Registered::New => {}
        Registered::Twice => {
            let reason = "this callback is registered with this query already";
            return Err(Problem::new(StatusCode::CONFLICT, "registeredTwice", reason));
        }
        Registered::TooMany => {
            let reason = "there are as many registrations as there may be: delete one";
            return Err(Problem::new(StatusCode::CONFLICT, "tooManyRegistrations", reason));
        }
    }
    let mut told = shown(&registration);
    told["secret"] = json!(shown_secret(&secret).expose_secret());
    let mut response = answer(StatusCode::CREATED, &told);
    // The secret is for whoever asked, and for nobody between.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(location) = HeaderValue::from_str(&hub_href(kind, registration.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// A client's own, oldest first.
async fn list(app: &App, kind: Kind, caller: &Caller) -> Answer {
    let own = app.0.store.registrations(Some(caller.client()), Some(kind)).await?;
    Ok(answer(StatusCode::OK, &own.iter().map(shown).collect()))
}

/// One of them.
async fn get(app: &App, kind: Kind, caller: &Caller, id: PathId) -> Answer {
    let id = id_of(id)?.and_then(|id| RegistrationId::parse(&id)).ok_or_else(not_found)?;
    let found = app.0.store.registration(caller.client(), kind, id).await?;
    Ok(answer(StatusCode::OK, &shown(&found.ok_or_else(not_found)?)))
}

/// 204. What was still to be told is not told any more.
async fn unregister(app: &App, kind: Kind, caller: &Caller, id: PathId) -> Answer {
    let id = id_of(id)?.and_then(|id| RegistrationId::parse(&id)).ok_or_else(not_found)?;
    if app.0.store.unregister(caller.client(), kind, id).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(not_found())
    }
}

fn shown(registration: &Registration) -> Value {
    json!({
        "id": registration.id.to_string(),
        "href": hub_href(registration.kind, registration.id),
        "@type": "EventSubscription",
        "callback": registration.callback,
        "query": registration.query,
        "sequenceNumber": registration.sequence,
        "waiting": registration.waiting,
        "givenUp": registration.dead,
    })
}

macro_rules! routes {
    ($kind:expr, $post:ident, $list:ident, $get:ident, $delete:ident) => {
        pub(super) async fn $post(
            State(app): State<App>,
            caller: Caller,
            headers: HeaderMap,
            body: Body,
        ) -> Answer {
            register(&app, $kind, &caller, &headers, body).await
        }
        pub(super) async fn $list(State(app): State<App>, caller: Caller) -> Answer {
            list(&app, $kind, &caller).await
        }
        pub(super) async fn $get(State(app): State<App>, caller: Caller, id: PathId) -> Answer {
            get(&app, $kind, &caller, id).await
        }
        pub(super) async fn $delete(State(app): State<App>, caller: Caller, id: PathId) -> Answer {
            unregister(&app, $kind, &caller, id).await
        }
    };
}

routes!(Kind::Order, post_of_orders, list_of_orders, get_of_orders, delete_of_orders);
routes!(Kind::Ticket, post_of_tickets, list_of_tickets, get_of_tickets, delete_of_tickets);
