//! One simulated operator at its address: takes a request, notes it, and lets the face that it
//! wears answer, unless it was told to fail.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::error;

use super::engine::Engine;
use super::exchange::{Asked, Reply};
use super::journal::{Journal, Received};
use super::line::{Breakable, Fate, Line};
use super::{Effect, Profile, SimulatedOperator, Speaks, Trouble, on_api, pi_api, soap};
use crate::domain::{Clock, RecipientId};

/// Largest body, in bytes. The largest message of a real order is a hundredth of it.
const BODY_MAX: usize = 256 * 1024;

/// What stands where an answer should be, when the trouble is garbage.
const GARBAGE: &[u8] = b"<html><body>502 \xff\xfe not what was asked for";

/// One operator: who it is, what it knows, and what is to go wrong.
pub(super) struct Desk {
    operator: SimulatedOperator,
    clock: Arc<dyn Clock>,
    journal: Arc<Journal>,
    engine: Mutex<Engine>,
    troubles: Mutex<VecDeque<Trouble>>,
    /// How it behaves, and how many messages it has had while it did.
    profile: Mutex<(Profile, usize)>,
}

/// Answers at an address until told to close.
pub(super) async fn serve(
    listener: TcpListener,
    desk: Arc<Desk>,
    mut closing: watch::Receiver<bool>,
) {
    let app = Router::new()
        .fallback(receive)
        .with_state(desk)
        .into_make_service_with_connect_info::<Line>();
    let closed = async move {
        // An error means that the sandbox is gone: close too.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    let served = axum::serve(Breakable(listener), app).with_graceful_shutdown(closed).await;
    if let Err(error) = served {
        error!(%error, "A simulated operator stopped");
    }
}

impl Desk {
    /// An operator with empty books.
    pub(super) fn new(
        operator: SimulatedOperator,
        clock: Arc<dyn Clock>,
        journal: Arc<Journal>,
    ) -> Self {
        let engine = Mutex::new(Engine::new(operator.pace));
        let profile = Mutex::new((Profile::Plain, 0));
        Self { operator, clock, journal, engine, troubles: Mutex::default(), profile }
    }

    /// Whom it stands for.
    pub(super) fn recipient(&self) -> &RecipientId {
        &self.operator.recipient
    }

    /// Where its interface is on its host.
    pub(super) fn base_path(&self) -> &'static str {
        match self.operator.speaks {
            Speaks::OnApi => on_api::BASE_PATH,
            Speaks::PiApi => pi_api::BASE_PATH,
            Speaks::Soap => soap::BASE_PATH,
        }
    }

    /// What it has taken on.
    pub(super) fn effects(&self) -> Vec<Effect> {
        lock(&self.engine).effects()
    }

    /// Whether nothing moves on.
    pub(super) fn rest(&self, resting: bool) {
        lock(&self.engine).resting = resting;
    }

    /// Gives every subscription another id.
    pub(super) fn migrate(&self) {
        lock(&self.engine).migrate(self.clock.now());
    }

    /// Adds to what is to go wrong.
    pub(super) fn plan(&self, troubles: Vec<Trouble>) {
        lock(&self.troubles).extend(troubles);
    }

    /// Behaves so from here on.
    pub(super) fn wear(&self, profile: Profile) {
        *lock(&self.profile) = (profile, 0);
    }

    /// What goes wrong with a request, by the profile.
    fn misfortune(&self, is_message: bool) -> Option<Trouble> {
        let mut worn = lock(&self.profile);
        if !is_message {
            return worn.0.is_down().then_some(Trouble::DropBefore);
        }
        worn.1 += 1;
        worn.0.trouble(worn.1 - 1)
    }

    /// Notes a request before anything is done about it.
    fn note(&self, parts: &Parts, asked: &Asked<'_>, is_message: bool) -> std::io::Result<()> {
        let headers = parts.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        self.journal.keep(Received {
            recipient: self.operator.recipient.clone(),
            at: asked.now,
            method: asked.method.to_owned(),
            path: parts.uri.path_and_query().map_or("", |path| path.as_str()).to_owned(),
            headers: headers.collect(),
            body: asked.body.to_vec(),
            is_message,
        })
    }

    fn is_message(&self, asked: &Asked<'_>) -> bool {
        match self.operator.speaks {
            Speaks::OnApi | Speaks::PiApi => on_api::is_message(asked),
            Speaks::Soap => soap::is_message(asked),
        }
    }

    /// Checks the credentials, acts, and answers.
    fn answer(&self, asked: &Asked<'_>) -> Reply {
        let SimulatedOperator { username, password, speaks, .. } = &self.operator;
        let password = password.expose_secret();
        let profile = lock(&self.profile).0;
        if profile.is_locked() {
            return match speaks {
                Speaks::OnApi | Speaks::PiApi => on_api::unauthorized(),
                Speaks::Soap => self.failing(401, None),
            };
        }
        let mut engine = lock(&self.engine);
        match speaks {
            Speaks::OnApi if on_api::is_from(asked, username, password) => {
                let own = profile.answer(&engine, on_api::BASE_PATH, asked);
                own.unwrap_or_else(|| profile.bend(on_api::answer(&mut engine, asked)))
            }
            Speaks::PiApi if on_api::is_from(asked, username, password) => {
                pi_api::answer(&mut engine, asked)
            }
            Speaks::OnApi | Speaks::PiApi => on_api::unauthorized(),
            Speaks::Soap => soap::answer(&mut engine, asked, username, password),
        }
    }

    fn failing(&self, status: u16, retry_after: Option<u64>) -> Reply {
        match self.operator.speaks {
            Speaks::OnApi | Speaks::PiApi => on_api::trouble(status, retry_after),
            Speaks::Soap => soap::trouble(status, retry_after),
        }
    }
}

async fn receive(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Result<Response, Infallible> {
    line.set(Fate::Carry);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await;
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let asked = Asked {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: query.as_ref().map_or(&[], |query| query.0.as_slice()),
        headers: &parts.headers,
        body: body.as_deref().unwrap_or_default(),
        now: desk.clock.now(),
    };
    let is_message = desk.is_message(&asked);
    if let Err(error) = desk.note(&parts, &asked, is_message) {
        // What cannot be shown to have come in is not acted on.
        error!(%error, recipient = %desk.operator.recipient, "The journal cannot be written");
        return Ok(response(&desk, desk.failing(500, None)));
    }
    if body.is_err() {
        return Ok(response(&desk, desk.failing(413, None)));
    }
    if query.is_err() {
        return Ok(response(&desk, desk.failing(400, None)));
    }
    let planned = if is_message { lock(&desk.troubles).pop_front() } else { None };
    let trouble = planned.or_else(|| desk.misfortune(is_message));
    let reply = troubled(&desk, &line, &asked, trouble).await;
    Ok(response(&desk, reply))
}

/// Answers as the trouble has it.
async fn troubled(desk: &Desk, line: &Line, asked: &Asked<'_>, trouble: Option<Trouble>) -> Reply {
    let garbage =
        || Reply { status: 200, content_type: "text/html", headers: vec![], body: GARBAGE.into() };
    match trouble {
        None => desk.answer(asked),
        Some(Trouble::Status { code, retry_after }) => desk.failing(code, retry_after),
        Some(Trouble::DropBefore) => {
            line.set(Fate::Cut);
            garbage()
        }
        Some(Trouble::ActThenDrop) => {
            line.set(Fate::Cut);
            desk.answer(asked)
        }
        Some(Trouble::ActThenCutShort) => {
            line.set(Fate::CutInBody);
            desk.answer(asked)
        }
        Some(Trouble::ActThenDelay(wait)) => {
            let reply = desk.answer(asked);
            pause(wait).await;
            reply
        }
        Some(Trouble::ActThenTrickle(each)) => {
            line.set(Fate::Trickle(each));
            desk.answer(asked)
        }
        Some(Trouble::ActThenGarbage) => {
            desk.answer(asked);
            garbage()
        }
        Some(Trouble::Garbage) => garbage(),
    }
}

async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// Of the operator's own time, which need not be the machine's.
fn response(desk: &Desk, reply: Reply) -> Response {
    let date = super::formats::to_http_date(desk.clock.now().seconds());
    let mut builder =
        Response::builder().status(reply.status).header(CONTENT_TYPE, reply.content_type);
    for (name, value) in reply.headers.into_iter().chain(date.map(|date| ("date", date))) {
        builder = builder.header(name, value);
    }
    // Only a scripted status outside 100 to 999 cannot be built.
    builder.body(Body::from(reply.body)).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks leaves a value half changed for long, and a simulator that
    // panicked should still tell what it got.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
