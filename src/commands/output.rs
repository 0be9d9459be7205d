//! Standard output: for people, or as data; a word aside on standard error. The only place that prints.

use std::io::Write;

use serde_json::Value;

use super::Format;

/// Where a command prints.
#[derive(Debug)]
pub struct Output {
    format: Format,
}

impl Output {
    /// In this format.
    pub const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether to print as data.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line for people; nothing where data is wanted.
    pub fn line(&self, text: impl AsRef<str>) {
        if !self.is_json() {
            write(text.as_ref());
        }
    }

    /// A line for people beside the output proper: on standard error, so that what goes into a file
    /// or a pipe is the output alone.
    pub fn aside(&self, text: impl AsRef<str>) {
        if !self.is_json() {
            let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
        }
    }

    /// Data; nothing where people read.
    pub fn data(&self, value: &Value) {
        if self.is_json() {
            write(&format!("{value:#}"));
        }
    }

    /// The same in both: what is a text of its own, such as a signed note.
    pub fn both(&self, text: &str, value: &Value) {
        self.line(text.trim_end());
        self.data(value);
    }
}

/// A reader that has gone away (`| head`) is no failure.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
