//! Standard output: for people, or as data; a word aside on standard error. The only place that prints.

use std::io::{IsTerminal, Write};

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

/// How far something long has come: a bar on standard error, where that is a terminal and people
/// read.
pub(crate) struct Progress {
    all: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    /// How wide the bar is.
    const WIDTH: usize = 40;
    /// What is shorter is over before anybody looks.
    const LONG: usize = 200;

    pub(crate) fn of(all: usize, output: &Output) -> Self {
        let shown = all >= Self::LONG && !output.is_json() && std::io::stderr().is_terminal();
        Self { all, done: 0, shown }
    }

    /// One more is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        // Drawn a hundred times, and in the end wiped.
        if self.shown && (self.done.is_multiple_of(self.all.div_ceil(100)) || self.done == self.all)
        {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r{}", self.bar()).and_then(|()| err.flush());
        }
    }

    fn bar(&self) -> String {
        if self.done >= self.all {
            return format!("{:width$}\r", "", width = Self::WIDTH + 30);
        }
        let filled = Self::WIDTH * self.done / self.all.max(1);
        let (full, rest) = ("#".repeat(filled), "-".repeat(Self::WIDTH - filled));
        format!("[{full}{rest}] {} of {}", self.done, self.all)
    }
}

/// A reader that has gone away (`| head`) is no failure.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_and_is_wiped_in_the_end() {
        let bar = |done| Progress { all: 400, done, shown: true }.bar();
        assert_eq!(bar(0), format!("[{}] 0 of 400", "-".repeat(40)));
        assert_eq!(bar(100), format!("[{}{}] 100 of 400", "#".repeat(10), "-".repeat(30)));
        assert!(bar(400).trim().is_empty());
    }
}
