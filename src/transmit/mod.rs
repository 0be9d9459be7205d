//! Step 4: put recorded bytes on the wire. The only place that talks to an operator.
//!
//! [`Wire::send`] takes nothing but a [`Recorded`], and looks the address up itself: bytes that are
//! not in the log have no route to an operator, and bytes logged for one operator have no route to
//! another. [`Wire::ask`] takes a [`Query`], which can be made of ids only. The other way out is the
//! answer to a contact pull ([`answer()`]), which spends a [`Recorded`] just so.

mod answer;
mod date;
mod error;
mod last_look;
mod latch;
mod limits;
mod reach;
mod secrets;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{
    CONTENT_TYPE, DATE, HeaderValue, IF_MODIFIED_SINCE, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Body, Certificate, Client, Identity, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tracing::{Span, error, info, instrument};
use url::Url;

pub use answer::{Reply, answer};
pub use error::{OpenError, WireError};
pub use limits::Permit;
pub use reach::{ReachError, Reached, reach};
pub use secrets::read as read_secret;

use crate::crash;
use crate::dialects::soap::security::security_header;
use crate::dialects::{Answer, Method, Query, Request};
use crate::domain::{Act, CaseId, Clock, RecipientId, Timestamp};
use crate::recipients::{Auth, Recipient, Recipients, SecretFile};
use crate::record::{Receipt, Recorded};
use crate::store::{Claim, Halt};
use last_look::InTime;
use latch::Latch;
use limits::Limits;

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// The same where a long answer was asked for, such as ten thousand events.
const LONG_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest list that is read: a million accesses of half a kilobyte.
const LIST_BYTES_MAX: usize = 512 * 1024 * 1024;
/// How long a list may take.
const LIST_TIME_MAX: Duration = Duration::from_mins(10);

/// A list that is arriving. It is made of what the operator publishes to providers, so that no
/// disclosure is in asking for it.
pub struct Listing {
    response: Response,
    read: usize,
}

impl Listing {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// `Last-Modified`, as it came.
    pub fn last_modified(&self) -> Option<&str> {
        self.response.headers().get(LAST_MODIFIED).and_then(|value| value.to_str().ok())
    }

    /// The next piece; `None` at the end.
    pub async fn piece(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, WireError> {
        let piece = self.response.chunk().await?;
        self.read += piece.as_ref().map_or(0, |piece| AsRef::<[u8]>::as_ref(piece).len());
        if self.read > LIST_BYTES_MAX { Err(WireError::AnswerTooLong) } else { Ok(piece) }
    }
}

/// What was sent, and what came back; or what was answered to a contact pull, and whether the
/// operator took it. Made by [`Wire::send`] and by the end of a [`Reply`] only. `R` is the right to
/// say how it ended.
#[must_use = "a disclosure without an outcome is a question: settle it"]
pub struct Transmitted<R = Claim> {
    right: R,
    to: RecipientId,
    act: Act,
    receipt: Receipt,
    result: Result<Answer, WireError>,
}

impl Transmitted {
    /// Which case it was about.
    pub const fn case(&self) -> CaseId {
        self.right.case()
    }
}

impl<R> Transmitted<R> {
    /// What became of what was spent.
    fn of(
        (right, to, act, receipt): (R, RecipientId, Act, Receipt),
        result: Result<Answer, WireError>,
    ) -> Self {
        Self { right, to, act, receipt, result }
    }

    /// Who was sent to.
    pub const fn to(&self) -> &RecipientId {
        &self.to
    }

    /// Where it stands in the log.
    pub const fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// What it was for.
    pub const fn purpose(&self) -> Act {
        self.act
    }

    /// What came back.
    pub const fn result(&self) -> &Result<Answer, WireError> {
        &self.result
    }

    /// Takes it apart, for settling.
    pub(crate) fn into_parts(self) -> (R, Act, Result<Answer, WireError>) {
        (self.right, self.act, self.result)
    }
}

/// The one way out of this program.
pub struct Wire {
    lines: BTreeMap<RecipientId, Line>,
    clock: Arc<dyn Clock>,
    halt: Halt,
}

/// The way to one recipient: a client of its own, so that no connection, credential or limit is
/// shared with another.
struct Line {
    client: Client,
    base: Url,
    credentials: RwLock<Credentials>,
    /// Where the password was read from; `None` where there is none.
    secret: Option<SecretFile>,
    latch: Latch,
    limits: Limits,
}

enum Credentials {
    Basic {
        username: String,
        password: SecretString,
    },
    WsSecurity {
        username: String,
        password: SecretString,
    },
    /// In the TLS handshake.
    Certificate,
}

impl Wire {
    /// Reads the secrets and makes a client for each enabled recipient.
    pub fn open(
        recipients: &Recipients,
        clock: Arc<dyn Clock>,
        halt: Halt,
    ) -> Result<Self, OpenError> {
        // Two crates of the tree may ask for it; whoever is first decides, and both ask for ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let lines = recipients
            .values()
            .filter(|recipient| recipient.enabled)
            .map(|recipient| Ok((recipient.id.clone(), Line::open(recipient)?)))
            .collect::<Result<_, OpenError>>()?;
        Ok(Self { lines, clock, halt })
    }

    /// How many more messages may be under way to this recipient now.
    pub fn room(&self, to: &RecipientId) -> usize {
        self.lines.get(to).map_or(0, |line| line.limits.room())
    }

    /// Since when this recipient refuses our credentials; `None`: it does not, or their file has
    /// changed since, and they are tried again.
    pub fn refused(&self, to: &RecipientId) -> Option<Timestamp> {
        let line = self.lines.get(to)?;
        let since = line.latch.since()?;
        if line.reread() {
            info!(recipient = %to, "The password has changed: the operator is asked again");
            return None;
        }
        Some(since)
    }

    /// A person has acted: the credentials are tried again.
    pub fn forgive(&self, to: &RecipientId) {
        if let Some(line) = self.lines.get(to) {
            line.latch.open();
        }
    }

    /// Waits for a place among the messages under way to this recipient.
    pub async fn permit(&self, to: &RecipientId) -> Option<Permit> {
        self.lines.get(to)?.limits.permit().await
    }

    /// Sends what was recorded, once. The client does not retry by itself, follows no redirect, and
    /// speaks to the recipient's own host alone.
    #[instrument(
        skip_all,
        fields(
            case.id = %recorded.case(), recipient = %recorded.to(),
            leaf.index = recorded.receipt().appended().index().0, answer.status
        )
    )]
    pub async fn send(&self, recorded: Recorded) -> Transmitted {
        let (claim, to, act, message, receipt, send_before) = recorded.spend();
        let result = self.exchange(&to, message.request(), None, Some(send_before)).await;
        if let Ok(answer) = &result {
            Span::current().record("answer.status", answer.status);
        }
        Transmitted::of((claim, to, act, receipt), result)
    }

    /// Asks an operator about what it has.
    #[instrument(skip_all, fields(recipient = %to, answer.status))]
    pub async fn ask(&self, to: &RecipientId, query: &Query) -> Result<Answer, WireError> {
        let result = self.exchange(to, query.request(), Some(query), None).await;
        if let Ok(answer) = &result {
            Span::current().record("answer.status", answer.status);
        }
        result
    }

    /// Asks an operator for its list of accesses: all of it, or what has changed since the state that
    /// it called so itself. Read piece by piece, as it may be long.
    #[instrument(skip_all, fields(recipient = %to, answer.status))]
    pub async fn list(
        &self,
        to: &RecipientId,
        query: &Query,
        since: Option<&str>,
    ) -> Result<Listing, WireError> {
        let line = self.lines.get(to).ok_or(WireError::Address)?;
        line.limits.turn().await;
        if self.halt.reason().is_some() {
            return Err(WireError::Halted);
        }
        if self.refused(to).is_some() {
            return Err(WireError::Refused);
        }
        let mut request = line.request(query.request(), Body::from)?.timeout(LIST_TIME_MAX);
        if let Some(since) = since {
            let since = HeaderValue::from_str(since).map_err(|_| WireError::Address)?;
            request = request.header(IF_MODIFIED_SINCE, since);
        }
        let response = dispatch(request).await?;
        Span::current().record("answer.status", response.status().as_u16());
        self.look_for_refusal(to, line, response.status());
        Ok(Listing { response, read: 0 })
    }

    async fn exchange(
        &self,
        to: &RecipientId,
        request: &Request,
        query: Option<&Query>,
        before: Option<Timestamp>,
    ) -> Result<Answer, WireError> {
        let line = self.lines.get(to).ok_or(WireError::Address)?;
        line.limits.turn().await;
        // Looked at here, behind every wait: whoever was held up too long may have been given up,
        // and another worker may be asking about this very message.
        if self.halt.reason().is_some() {
            return Err(WireError::Halted);
        }
        if before.is_some_and(|before| self.clock.now() >= before) {
            return Err(WireError::TooLate);
        }
        if self.refused(to).is_some() {
            return Err(WireError::Refused);
        }
        let mut builder = line.request(request, |body| match before {
            Some(before) => Body::wrap(InTime::new(body, Arc::clone(&self.clock), before)),
            None => Body::from(body),
        })?;
        // What cannot be a header is left out: everything is told then.
        let since =
            query.and_then(Query::since).and_then(|since| HeaderValue::from_str(since).ok());
        if let Some(since) = since {
            builder = builder.header(IF_MODIFIED_SINCE, since);
        }
        if before.is_some() {
            crash::point("dispatching");
        }
        let response = dispatch(builder).await?;
        self.look_for_refusal(to, line, response.status());
        let bytes_max =
            if query.is_some_and(Query::is_long) { LONG_BYTES_MAX } else { ANSWER_BYTES_MAX };
        read(response, bytes_max, self.clock.now()).await
    }

    /// Closes the line of an operator that does not know us any more.
    fn look_for_refusal(&self, to: &RecipientId, line: &Line, status: StatusCode) {
        let is_refused = status == StatusCode::UNAUTHORIZED;
        if is_refused && line.latch.close(line.secret_path(), self.clock.now()) {
            error!(
                recipient = %to,
                "The operator refuses our user name or password. Nothing more is asked or sent until \
                 the password file changes or a case is released: check them with the operator"
            );
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one send")]
async fn dispatch(request: RequestBuilder) -> Result<Response, WireError> {
    Ok(request.send().await?)
}

async fn read(
    mut response: Response,
    bytes_max: usize,
    now: Timestamp,
) -> Result<Answer, WireError> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let date = header(DATE).and_then(date::parse).unwrap_or(now);
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header(RETRY_AFTER).and_then(|text| date::wait(text, date)),
        location: header(LOCATION).map(str::to_owned),
        last_modified: header(LAST_MODIFIED).map(str::to_owned),
        behind: now.since(date),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await? {
        if answer.body.len() + chunk.len() > bytes_max {
            return Err(WireError::AnswerTooLong);
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

impl Line {
    fn open(recipient: &Recipient) -> Result<Self, OpenError> {
        let channel = &recipient.channel;
        let fault = |what| OpenError::Client { recipient: recipient.id.clone(), what };
        let mut client = Client::builder()
            .user_agent(concat!("sluss/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .https_only(channel.base_url.scheme() == "https")
            .connect_timeout(channel.timeout.min(Duration::from_secs(10)))
            .timeout(channel.timeout)
            .tcp_nodelay(true);
        if channel.base_url.scheme() == "http" {
            // It trusts nobody: the machine's certificates need not be read.
            client = client.tls_certs_only([]);
        }
        if let Some(path) = &channel.ca_file {
            let pem = std::fs::read(path).map_err(|source| OpenError::file(path, source))?;
            let authority = Certificate::from_pem(&pem).map_err(|_| fault("ca_file is not PEM"))?;
            client = client.tls_certs_merge([authority]);
        }
        let mut secret = None;
        let credentials = match &channel.auth {
            Auth::Basic { username, password } => {
                secret = Some(password.clone());
                let password = secrets::read(password)?;
                Credentials::Basic { username: username.clone(), password }
            }
            Auth::WsSecurity { username, password } => {
                secret = Some(password.clone());
                let password = secrets::read(password)?;
                Credentials::WsSecurity { username: username.clone(), password }
            }
            Auth::ClientCertificate { certificate, key } => {
                let pem = secrets::read_pem(certificate, key)?;
                let identity = Identity::from_pem(pem.expose_secret().as_bytes())
                    .map_err(|_| fault("client certificate and key are not PEM"))?;
                client = client.identity(identity);
                Credentials::Certificate
            }
        };
        Ok(Self {
            client: client.build().map_err(|_| fault("TLS cannot be set up"))?,
            base: channel.base_url.clone(),
            credentials: RwLock::new(credentials),
            secret,
            latch: Latch::default(),
            limits: Limits::new(channel.requests_per_second, channel.in_flight_max),
        })
    }

    fn secret_path(&self) -> Option<&Path> {
        self.secret.as_ref().map(|file| file.0.as_path())
    }

    /// Reads the password anew where its file has changed; whether it may be tried now. One that
    /// cannot be read yet is being written.
    fn reread(&self) -> bool {
        let Some(file) = self.secret.as_ref().filter(|file| self.latch.has_changed(&file.0)) else {
            return false;
        };
        let Ok(read) = secrets::read(file) else { return false };
        let mut credentials = self.credentials.write().unwrap_or_else(PoisonError::into_inner);
        if let Credentials::Basic { password, .. } | Credentials::WsSecurity { password, .. } =
            &mut *credentials
        {
            *password = read;
        }
        self.latch.open();
        true
    }

    fn request(
        &self,
        request: &Request,
        wrap: impl FnOnce(Vec<u8>) -> Body,
    ) -> Result<RequestBuilder, WireError> {
        let url = self.base.join(&request.path).map_err(|_| WireError::Address)?;
        // A path that climbs out of the channel's own address is nobody's.
        if url.origin() != self.base.origin() || !url.path().starts_with(self.base.path()) {
            return Err(WireError::Address);
        }
        let mut builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Patch => self.client.patch(url),
            Method::Delete => self.client.delete(url),
            Method::Answer => return Err(WireError::Address),
        };
        if let Some(content_type) = request.content_type {
            builder = builder.header(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(action) = request.soap_action {
            builder = builder.header("SOAPAction", HeaderValue::from_static(action));
        }
        let credentials = self.credentials.read().unwrap_or_else(PoisonError::into_inner);
        let body = match (&*credentials, request.security_offset) {
            (Credentials::WsSecurity { username, password }, Some(offset)) => {
                let header = security_header(username, password.expose_secret());
                let (before, after) =
                    request.body.split_at_checked(offset).ok_or(WireError::Address)?;
                [before, header.as_bytes(), after].concat()
            }
            (Credentials::Basic { username, password }, _) => {
                builder = builder.basic_auth(username, Some(password.expose_secret()));
                request.body.clone()
            }
            _ => request.body.clone(),
        };
        Ok(if body.is_empty() { builder } else { builder.body(wrap(body)) })
    }
}

/// Shared by all lanes of a worker.
pub type SharedWire = Arc<Wire>;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_operators_date_tells_how_far_its_clock_is_behind() {
        let now = Timestamp::parse("2026-11-22T15:00:00Z").unwrap();
        let behind = async |date: &str| {
            let response = axum::http::Response::builder().header(DATE, date).body("").unwrap();
            read(response.into(), 8, now).await.unwrap().behind
        };
        assert_eq!(behind("Sun, 22 Nov 2026 12:00:00 GMT").await, Duration::from_hours(3));
        assert_eq!(behind("Sun, 22 Nov 2026 18:00:00 GMT").await, Duration::ZERO);
        assert_eq!(behind("yesterday").await, Duration::ZERO);
    }
}
