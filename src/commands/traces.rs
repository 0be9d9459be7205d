//! What is said about the program while it runs: lines to standard error, and spans to a collector
//! where the configuration names one.

use std::sync::Arc;

use super::Failure;
use crate::config::Telemetry;
use crate::domain::{OsEntropy, SystemClock};
use crate::telemetry::{self, Export, Spans};

/// Starts both; `lasts`: the command is one that runs until it is told to stop.
pub(super) fn start(telemetry: &Telemetry, lasts: bool) -> Result<Option<Export>, Failure> {
    let Some(collector) = telemetry.collector.as_ref().filter(|_| lasts) else {
        telemetry::start(telemetry.format, &telemetry.level, None);
        return Ok(None);
    };
    let (spans, ended) = Spans::new(Arc::new(SystemClock), Arc::new(OsEntropy));
    telemetry::start(telemetry.format, &telemetry.level, Some(spans));
    let export = Export::begin(collector, ended);
    export.map(Some).map_err(|error| Failure::Usage(error.to_string()))
}
