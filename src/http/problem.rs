//! Errors as TMF630 asks: `code` and `reason`, and which members are at fault. Never a value.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::domain::{HaltReason, Lifts};
use crate::intake::IntakeError;
use crate::store::StoreError;

/// An error answer.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    reason: String,
    faults: Vec<(String, String)>,
    retry_after_seconds: Option<u32>,
    halted: Option<HaltReason>,
    accept_patch: Option<HeaderValue>,
}

impl Problem {
    /// With a status, a code for programs, and a reason for people.
    pub fn new(status: StatusCode, code: &'static str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let faults = Vec::new();
        Self {
            status,
            code,
            reason,
            faults,
            retry_after_seconds: None,
            halted: None,
            accept_patch: None,
        }
    }

    /// And when to come back.
    #[must_use]
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// One member of a body is at fault.
    pub(super) fn of_member(member: &str, rule: &str) -> Self {
        let reason = format!("{member} {rule}");
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalidBody", reason);
        problem.faults = vec![(member.to_owned(), rule.to_owned())];
        problem
    }

    /// What was to be changed is not what it was.
    pub(super) fn stale() -> Self {
        let reason = "it has changed since: look it up again, and decide anew";
        Self::new(StatusCode::PRECONDITION_FAILED, "stale", reason)
    }

    /// Says which patches are taken.
    pub(super) fn accepting_patch(mut self, kinds: &str) -> Self {
        self.accept_patch = HeaderValue::from_str(kinds).ok();
        self
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The body: a TMF630 Error with the faults as an extension.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "@type": "Error",
            "code": self.code,
            "reason": self.reason,
            "status": self.status.as_u16().to_string(),
        });
        if !self.faults.is_empty() {
            body["fault"] = self
                .faults
                .iter()
                .map(|(member, rule)| json!({ "member": member, "rule": rule }))
                .collect();
        }
        if let Some(reason) = self.halted {
            body["haltReason"] = reason.as_str().into();
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        // A person is told in words (`pages::in_words`).
        response.extensions_mut().insert(self.clone());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, super::answer::JSON);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(kinds) = self.accept_patch {
            headers.insert(HeaderName::from_static("accept-patch"), kinds);
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        let reason = error.to_string();
        match error {
            IntakeError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", reason)
            }
            IntakeError::Invalid(faults) => {
                let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalidBody", reason);
                let told = faults.list().iter();
                problem.faults =
                    told.map(|fault| (fault.member.clone(), fault.rule.clone())).collect();
                problem
            }
            IntakeError::ListsUnavailable => {
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", reason);
                problem.retry_after_seconds = Some(5);
                problem
            }
            _ => Self::new(StatusCode::BAD_REQUEST, "invalidJson", reason),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => {
                let reason = "the externalId was used before with another content";
                let mut problem = Self::new(StatusCode::CONFLICT, "externalIdConflict", reason);
                let rule = "names another submission already".to_owned();
                problem.faults = vec![("externalId".to_owned(), rule)];
                problem
            }
            StoreError::NoSuchCase => not_found(),
            StoreError::Stale => Self::stale(),
            error @ StoreError::NotNow { .. } => {
                Self::new(StatusCode::CONFLICT, "notNow", error.to_string())
            }
            StoreError::Busy => {
                let reason = "there is more to write than can be written: come back shortly";
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", reason);
                problem.retry_after_seconds = Some(1);
                problem
            }
            error if error.halt().is_some() => error.halt().map_or_else(not_found, halted),
            error => {
                tracing::error!(error = %crate::telemetry::chain(&error), "The store failed a request");
                let mut problem =
                    Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string());
                problem.retry_after_seconds = Some(30);
                problem
            }
        }
    }
}

/// There is nothing of that id.
pub(super) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "notFound", "there is nothing with this id")
}

/// Nothing is accepted while nothing could be recorded. What goes away by itself is asked about
/// sooner than what a person must look at.
pub(super) fn halted(reason: HaltReason) -> Problem {
    let mut problem =
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "halted", reason.advice().to_owned());
    problem.halted = Some(reason);
    problem.retry_after_seconds = Some(match reason.lifts() {
        Lifts::ByItself => 15,
        Lifts::ByRestart | Lifts::ByResume => 300,
    });
    problem
}

pub(super) async fn no_such_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "notFound", "there is nothing at this path")
}

pub(super) async fn no_such_method() -> Problem {
    let reason = "this method is not offered here";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", reason)
}
