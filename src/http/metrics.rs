//! `GET /metrics`: how the log stands, in the text format of Prometheus. Numbers and codes only.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{App, Problem};
use crate::domain::HaltReason;

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
