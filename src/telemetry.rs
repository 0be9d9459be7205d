//! What is said about the program while it runs: span and field names, and the printer of errors.
//!
//! Fields that spans and events carry, and no others: `case.id`, `recipient`, `purpose`, `attempt`,
//! `leaf.index`, `answer.status`, `reason`, `action`, `error`. No access id, no external id, no body, and
//! nothing personal: `Personal` cannot be formatted, so that rule keeps itself. A collector gets of
//! them what is a number or a code (`spans.rs`).

mod export;
mod otlp;
mod spans;

use std::error::Error;
use std::fmt::Write as _;
use std::io::IsTerminal;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub use export::{Export, OpenError};
pub use otlp::body;
pub use spans::{Ended, Spans};

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts writing events to standard error, and making spans for a collector where there is one.
/// Standard output is for answers.
pub fn start(format: Format, level: &str, spans: Option<Spans>) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer()
        .with_span_events(FmtSpan::NONE)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    let lines = tracing_subscriber::registry().with(lines.with_filter(filter));
    // A second start in one process (as in tests) leaves the first in place.
    let _ = match spans {
        Some(spans) => lines.with(spans.with_filter(filter_fn(Spans::looks_at))).try_init(),
        None => lines.try_init(),
    };
}

/// An error with all that caused it, on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
