//! One line of JSON in, one out: `{"id","text","record","allowed_contact"}` becomes
//! `{"id","redacted","spans":[{"start","end","type"}]}`, with offsets in Unicode code points of the
//! text that was handed in. Other members of a line are passed over.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::record::{Allowed, Record};
use crate::guard::{self, Redacted, Vocabulary};

/// Why a line has no answer. Says where, and nothing of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum LineError {
    /// It was not read to its end.
    #[error("has more than {bytes_max} bytes")]
    TooLong {
        /// How many it may have.
        bytes_max: usize,
    },
    /// JSON is UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("is not JSON: it has a character out of place, or nests too deep, at column {column}")]
    Syntax {
        /// Counted in bytes from 1.
        column: usize,
    },
    /// Half of a JSON value.
    #[error("is not JSON: it ends too early")]
    Ends,
    /// JSON of another form.
    #[error(
        "has not the form of a line, at column {column}: it takes id and text, and may have record \
         and allowed_contact, each once"
    )]
    Form {
        /// Counted in bytes from 1.
        column: usize,
    },
}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        use serde_json::error::Category;
        let column = error.column();
        // The parser's own words may quote the line.
        match error.classify() {
            Category::Eof => Self::Ends,
            Category::Data => Self::Form { column },
            Category::Syntax | Category::Io => Self::Syntax { column },
        }
    }
}

/// What a line says.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Id<'l>,
    #[serde(borrow)]
    text: Cow<'l, str>,
    #[serde(borrow, default)]
    record: Option<Record<'l>>,
    #[serde(borrow, default)]
    allowed_contact: Option<Allowed<'l>>,
}

/// Whose answer it is: given back as it came.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Id<'l> {
    Number(i64),
    Text(#[serde(borrow)] Cow<'l, str>),
}

/// Reads a line and writes its answer. The inner result is that of writing.
pub(super) fn answer(
    line: &[u8],
    explain: bool,
    out: &mut impl Write,
) -> Result<io::Result<()>, LineError> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    let line: Line<'_> = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    let redacted = match &line.record {
        Some(record) => {
            let known = record.known(line.allowed_contact.as_ref());
            guard::redact(&line.text, &known.vocabulary())
        }
        None => guard::redact(&line.text, &Vocabulary::new()),
    };
    let answer = Answer::new(Some(&line.id), &redacted, explain);
    let written = serde_json::to_writer(&mut *out, &answer).map_err(io::Error::from);
    Ok(written.and_then(|()| out.write_all(b"\n")))
}

/// What is said about a text.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id<'a>>,
    redacted: &'a str,
    spans: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'static str>,
    /// The reason in Swedish, as a preview shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl<'a> Answer<'a> {
    /// Of what the guard made of it.
    pub(super) fn new(id: Option<&'a Id<'a>>, redacted: &'a Redacted, explain: bool) -> Self {
        let spans = redacted.spans().iter().map(|span| Found {
            start: span.start,
            end: span.end,
            kind: span.kind.label(),
            layer: explain.then(|| span.layer.as_str()),
            why: explain.then(|| span.why.reason()),
        });
        Self { id, redacted: redacted.text(), spans: spans.collect() }
    }

    /// The spans, one a line, for people.
    pub(super) fn told(&self) -> String {
        self.spans.iter().fold(String::new(), |mut told, span| {
            let Found { start, end, kind, layer, why } = span;
            let (by, why) = (layer.unwrap_or_default(), why.unwrap_or_default());
            // Writing to a String cannot fail.
            let _ = writeln!(told, "{start}-{end} {kind} by {by}: {why}");
            told
        })
    }
}
