//! `GET /metrics`: how the log stands and how much waits, in the text format of Prometheus. Numbers and codes only.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{App, Problem};
use crate::domain::{HaltReason, RecipientId, Timestamp};
use crate::store::LeftAlone;

/// Version 0.0.4 of the text exposition format.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let shared = &*app.0;
    let size = shared.store.size().await?;
    let mut text = Text(String::new());
    let reason = shared.halt.reason();

    text.head("sluss_log_writable", "gauge", "1: records are made; 0: all sending is stopped.");
    let label = reason.map_or("none", HaltReason::as_str);
    text.line("sluss_log_writable", &[("reason", label)], u64::from(reason.is_none()));
    text.head("sluss_halts_total", "counter", "How often all sending was stopped, by reason.");
    for (reason, times) in shared.halt.pulled() {
        text.line("sluss_halts_total", &[("reason", reason.as_str())], times);
    }
    text.head("sluss_log_size", "gauge", "How many leaves the disclosure log has.");
    text.line("sluss_log_size", &[], size.0);
    if let Some(moved) = shared.store.checkpoint_moved() {
        let help = "How long ago the log's checkpoint was last signed.";
        text.head("sluss_checkpoint_age_seconds", "gauge", help);
        let age = shared.clock.now().since(moved).as_secs();
        text.line("sluss_checkpoint_age_seconds", &[], age);
    }
    let load = shared.store.load().await?;
    let now = shared.clock.now();
    text.head("sluss_due_cases", "gauge", "Cases that are due by now, by recipient.");
    for (recipient, cases, _) in &load.due {
        text.line("sluss_due_cases", &[("recipient", recipient.as_str())], *cases);
    }
    let help = "How long the oldest of them has been due.";
    text.head("sluss_due_oldest_seconds", "gauge", help);
    for (recipient, _, since) in &load.due {
        let labels = [("recipient", recipient.as_str())];
        text.line("sluss_due_oldest_seconds", &labels, now.since(*since).as_secs());
    }
    breakers(&mut text, &app, &load.left_alone, now);
    text.head("sluss_held_cases", "gauge", "Cases that wait for a person.");
    text.line("sluss_held_cases", &[], load.held);
    text.head("sluss_notices_waiting", "gauge", "Notifications that are still to be told.");
    text.line("sluss_notices_waiting", &[], load.notices);
    text.head("sluss_notices_given_up", "gauge", "Notifications that nobody took.");
    text.line("sluss_notices_given_up", &[], load.notices_given_up);
    text.head(
        "sluss_requests_total",
        "counter",
        "Requests that were answered, by class of status.",
    );
    for (class, times) in app.0.answered.told() {
        text.line("sluss_requests_total", &[("class", class)], times);
    }
    text.head("sluss_build_info", "gauge", "Which sluss this is.");
    text.line("sluss_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(bytes) = resident() {
        text.head("process_resident_memory_bytes", "gauge", "Memory in use.");
        text.line("process_resident_memory_bytes", &[], bytes);
    }
    text.head("sluss_denied_total", "counter", "Requests that were denied, by reason.");
    for (reason, times) in shared.gate.denials() {
        text.line("sluss_denied_total", &[("reason", reason.as_str())], times);
    }
    text.head("sluss_disk_free_bytes", "gauge", "What is free where it is kept.");
    for volume in shared.store.volumes()? {
        text.line("sluss_disk_free_bytes", &[("of", volume.name)], volume.free_bytes);
    }
    text.head("sluss_disk_reserve_bytes", "gauge", "Below this nothing new is taken in or sent.");
    text.line("sluss_disk_reserve_bytes", &[], shared.reserve_bytes);
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text.0).into_response())
}

/// The circuit breakers of all processes; what is not told of is closed.
fn breakers(text: &mut Text, app: &App, left_alone: &[(RecipientId, LeftAlone)], now: Timestamp) {
    let of = |id: &RecipientId| -> Vec<LeftAlone> {
        left_alone.iter().filter(|(of, _)| of == id).map(|(_, stands)| *stands).collect()
    };
    let help = "Processes that leave an operator alone, as it was down or too slow, by recipient.";
    text.head("sluss_breakers", "gauge", help);
    for id in &app.0.recipients {
        let processes = of(id);
        for (state, probing) in [("open", false), ("probing", true)] {
            let count = processes.iter().filter(|stands| stands.probing == probing).count();
            let labels = [("recipient", id.as_str()), ("state", state)];
            text.line("sluss_breakers", &labels, count as u64);
        }
    }
    let help = "How long an operator has been left alone, with looks in between; 0: it is not.";
    text.head("sluss_breaker_open_seconds", "gauge", help);
    for id in &app.0.recipients {
        let first = of(id).iter().map(|stands| stands.since).min();
        let seconds = first.map_or(0, |since| now.since(since).as_secs());
        text.line("sluss_breaker_open_seconds", &[("recipient", id.as_str())], seconds);
    }
}

/// What of this process is in memory, in bytes.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1_024)
}

/// How often was answered, by class of status.
#[derive(Default)]
pub(super) struct Answered([AtomicU64; 4]);

impl Answered {
    const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

    fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(2);
        if let Some(counter) = self.0.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn told(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Self::CLASSES.into_iter().zip(self.0.iter().map(|counter| counter.load(Ordering::Relaxed)))
    }
}

/// Counts what is answered, whatever the path.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    app.0.answered.count(response.status());
    response
}

/// Lines of the format. Labels are words of our own closed lists: nothing needs to be escaped.
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}
