//! The listening side: so many connections, each for so long, with heads and bodies that arrive in
//! time; and an end that cuts nobody off who is quick.
//!
//! `axum::serve` has none of these limits. hyper judges the wire: two different lengths are a 400.
//! Where a message has both a length and chunks, it is refused (`heads.rs`), and the connection ends
//! behind it (RFC 9112, 6.3), so that nothing can hide between two readings.

mod heads;
mod limits;
mod tls;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use tls::{Tls, TlsError};

use super::{App, Problem};
use crate::config::DoorLimits;
use crate::gate;
use heads::{Heads, Watched};
pub(super) use limits::share;
use limits::{Place, Places};

/// How long to wait after the system would not give a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// More header lines than any client of ours has a reason for.
const HEADERS_MAX: usize = 64;

/// The longest head, and the piece by which bodies are read.
const BUFFER_BYTES_MAX: usize = 32 * 1024;

/// Where a request comes from: the other end of its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// The longest that a stop waits for what is under way. A client that never ends its request must
/// not keep the process; one whose request is cut has no answer, and may hand in again.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Serves until told to stop. Then readiness goes down, and after a pause in which whoever balances
/// load can notice, nothing new is let in, and what is under way ends.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let limits = app.0.limits;
    let patience = app.0.request_timeout.min(STOP_PATIENCE);
    let pulls = app.0.pulls.clone();
    let notes = tokio::spawn(gate::run(app.0.gate.clone(), stop.clone()));
    let house = House {
        limits,
        patience,
        tls: app.0.tls.clone(),
        places: Places::new(&limits, app.0.behind_proxy),
        router: app.clone().router(),
    };
    let reloading = app.0.tls.clone().map(|tls| tokio::spawn(tls.follow_files()));
    // Connections are told when the listener is closed, not before: they may still ask meanwhile.
    let (closing, closed) = watch::channel(false);
    let mut visits = JoinSet::new();
    let mut stopping = pin!(async {
        told(stop).await;
        app.stop();
        sleep(limits.stop_pause).await;
    });
    loop {
        tokio::select! {
            () = &mut stopping => break,
            (stream, from, place) = house.places.next(&listener) => {
                visits.spawn(house.clone().receive(stream, from, place, closed.clone()));
            }
            Some(_) = visits.join_next() => {}
        }
    }
    drop(listener);
    // Nobody there to hear it is as good as heard.
    let _ = closing.send(true);
    let _ = timeout(patience, async { while visits.join_next().await.is_some() {} }).await;
    visits.shutdown().await;
    // Of what has left, it is said that it has before the store closes.
    let _ = timeout(patience, pulls.settled()).await;
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    // What was denied until now is kept before the end.
    let _ = notes.await;
    Ok(())
}

/// The answer to a request that says two things about its length.
fn ambiguous() -> Response {
    let reason =
        "has both content-length and transfer-encoding: say the length of the body in one way";
    let mut response =
        Problem::new(StatusCode::BAD_REQUEST, "ambiguousLength", reason).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn told(mut stop: watch::Receiver<bool>) {
    // A sender that is gone stops us too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// What each connection is met with.
#[derive(Clone)]
struct House {
    limits: DoorLimits,
    patience: Duration,
    tls: Option<Arc<Tls>>,
    places: Places,
    router: Router,
}

impl House {
    async fn receive(
        self,
        stream: TcpStream,
        from: SocketAddr,
        place: Place,
        closed: watch::Receiver<bool>,
    ) {
        // Answers are short and written whole: waiting for more to send along brings nothing.
        let _ = stream.set_nodelay(true);
        match self.tls.clone() {
            None => self.converse(stream, from, closed).await,
            Some(tls) => {
                let shaken = timeout(self.limits.header_timeout, tls.accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    self.converse(stream, from, closed).await;
                }
            }
        }
        drop(place);
    }

    async fn converse(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        from: SocketAddr,
        closed: watch::Receiver<bool>,
    ) {
        let inner = TowerToHyperService::new(self.router);
        let heads = Heads::default();
        let watched = Watched { stream, heads: heads.clone() };
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(from));
            let heads = heads.clone();
            let answering = (!heads.are_ambiguous()).then(|| inner.call(request));
            async move {
                let answer = match answering {
                    Some(answering) => answering.await.unwrap_or_else(|never| match never {}),
                    None => ambiguous(),
                };
                heads.next();
                Ok::<_, Infallible>(answer)
            }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(BUFFER_BYTES_MAX);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(watched), service));
        let mut ending = pin!(told(closed));
        tokio::select! {
            // How it ended is its peer's to know: broken off, garbage, too slow.
            _ = connection.as_mut() => return,
            () = &mut ending => {}
            () = sleep(self.limits.connection_life) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(self.patience, connection).await;
    }
}
