//! Orders and tickets by the thousand: JSON Lines in (`application/x-ndjson`), one line of result for
//! each out, in their order and while the rest is still coming in. The last line counts them.
//!
//! Each line is taken or refused by itself, as if it had been posted alone: there is no whole that
//! could fail, and a batch that was cut short is handed in again as it was. In memory are the lines
//! that wait for one commit, and no more. Whoever sends must read meanwhile.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::Frame;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::body::next;
use super::{App, Problem, submissions};
use crate::auth::Caller;
use crate::domain::SubmissionId;
use crate::intake::Kind;
use crate::store::{Accepted, StoreError};
use crate::tmf::href;

/// The type of the body and of the answer.
pub(super) const TYPE: &str = "application/x-ndjson";

/// How many lines wait for a commit together.
const WINDOW: usize = 64;
/// How many lines one batch may have.
const LINES_MAX: usize = 100_000;

/// The answer begins at once, and ends when the last line has its result.
pub(super) fn batch(app: App, kind: Kind, caller: Caller, body: Body) -> Response {
    let (results, told) = mpsc::channel(WINDOW);
    let taking = Taking { app, kind, caller, results, waiting: VecDeque::new(), counts: [0; 3] };
    tokio::spawn(taking.run(body));
    let mut response = Response::new(Body::new(Told(told)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(TYPE));
    response
}

/// What comes out, as it comes.
struct Told(mpsc::Receiver<Bytes>);

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

/// Why no more is read.
enum End {
    /// All was.
    Whole,
    /// The line broke off, was too slow, or whoever sent it is gone.
    Cut(&'static str),
}

/// One line, read.
enum Line {
    /// On its way into keeping.
    Way(JoinHandle<Result<Accepted, StoreError>>),
    Refused(Problem),
}

struct Taking {
    app: App,
    kind: Kind,
    caller: Caller,
    results: mpsc::Sender<Bytes>,
    waiting: VecDeque<(usize, Line)>,
    /// Taken in, there already, refused.
    counts: [u64; 3],
}

impl Taking {
    async fn run(mut self, body: Body) {
        let end = self.read(body).await;
        while let Some(one) = self.waiting.pop_front() {
            if self.tell(one).await.is_err() {
                return;
            }
        }
        let [created, existing, refused] = self.counts;
        let mut last = json!({ "lines": created + existing + refused, "created": created,
            "existing": existing, "refused": refused });
        if let End::Cut(why) = end {
            last["cut"] = json!(why);
        }
        let _ = self.send(&last).await;
    }

    async fn read(&mut self, mut body: Body) -> End {
        let shared = Arc::clone(&self.app.0);
        let mut line = Zeroizing::new(Vec::new());
        let (mut number, mut too_long) = (1, false);
        loop {
            let piece = match tokio::time::timeout(shared.request_timeout, next(&mut body)).await {
                Ok(Ok(Some(piece))) => piece,
                Ok(Ok(None)) => break,
                Ok(Err(_)) => return End::Cut("the body broke off"),
                Err(_) => return End::Cut("the body took too long to arrive"),
            };
            let mut rest = &piece[..];
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                too_long |= line.len() + end > shared.body_bytes_max;
                if !too_long {
                    line.extend_from_slice(&rest[..end]);
                }
                if self.line(number, &mut line, too_long).await.is_err() {
                    return End::Cut("nobody listens");
                }
                (number, too_long, rest) = (number + 1, false, &rest[end + 1..]);
                if number > LINES_MAX {
                    return End::Cut("a batch has at most 100000 lines");
                }
            }
            too_long |= line.len() + rest.len() > shared.body_bytes_max;
            if too_long {
                line.clear();
            } else {
                line.extend_from_slice(rest);
            }
        }
        if self.line(number, &mut line, too_long).await.is_err() {
            return End::Cut("nobody listens");
        }
        End::Whole
    }

    /// Begins with one line; a blank one is none.
    async fn line(
        &mut self,
        number: usize,
        line: &mut Zeroizing<Vec<u8>>,
        too_long: bool,
    ) -> Result<(), Gone> {
        let bytes = std::mem::take(line);
        if !too_long && bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        if self.waiting.len() == WINDOW
            && let Some(first) = self.waiting.pop_front()
        {
            self.tell(first).await?;
        }
        let submission = if too_long {
            Err(super::body::too_large(&self.app.0))
        } else {
            submissions::read(&self.app, self.kind, self.caller.client(), &bytes)
        };
        let under_way = match submission {
            Ok(submission) => Line::Way(self.app.0.store.begin_accept(submission).await),
            Err(problem) => Line::Refused(problem),
        };
        self.waiting.push_back((number, under_way));
        Ok(())
    }

    async fn tell(&mut self, (number, line): (usize, Line)) -> Result<(), Gone> {
        let result = match line {
            Line::Refused(problem) => Err(problem),
            Line::Way(taking) => match taking.await {
                Ok(taken) => taken.map_err(Problem::from),
                Err(error) => Err(StoreError::interrupted(error).into()),
            },
        };
        let place = match &result {
            Ok(Accepted::New(_)) => 0,
            Ok(Accepted::Existing(_)) => 1,
            Err(_) => 2,
        };
        self.counts[place] += 1;
        let told = match result {
            Ok(Accepted::New(id)) => self.taken(number, StatusCode::CREATED, id),
            Ok(Accepted::Existing(id)) => self.taken(number, StatusCode::OK, id),
            Err(problem) => json!({ "line": number, "status": problem.status().as_u16(),
                "error": problem.body() }),
        };
        self.send(&told).await
    }

    fn taken(&self, number: usize, status: StatusCode, id: SubmissionId) -> Value {
        json!({ "line": number, "status": status.as_u16(), "id": id.to_string(),
            "href": href(self.kind, id) })
    }

    async fn send(&self, line: &Value) -> Result<(), Gone> {
        self.results.send(format!("{line}\n").into()).await.map_err(|_| Gone)
    }
}

/// Whoever handed in does not listen any more.
struct Gone;
