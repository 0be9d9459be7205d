//! `sluss redact`: free text through the guard, from standard input to standard output.
//!
//! As it is, the input is one text. With `--jsonl` each line is one, with what the register knows of
//! its customer; a line that cannot be read gets no answer, a word about it goes to standard error,
//! and the next one is read. Nothing that is said about a line repeats what stands in it.

mod line;
mod lines;
mod record;

use std::io::{self, BufReader, BufWriter, Read, Write};

use clap::Args;
use serde_json::json;

use self::line::{Answer, LineError};
use self::lines::{Lines, Next};
use super::{Failure, Output};
use crate::guard::{self, Vocabulary};

/// The most bytes of a text, or of a line of JSON: many times of what the guard reads.
const BYTES_MAX: usize = 1024 * 1024;

/// How many bad lines are told one by one; the rest is only counted.
const TOLD_MAX: u64 = 100;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// One JSON object a line: id and text, and what is known of the customer in record
    #[arg(long)]
    jsonl: bool,
    /// Say of each span which layer of the guard found it
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let input = io::stdin().lock();
    if arguments.jsonl {
        each_line(input, arguments.explain)
    } else {
        whole(input, arguments, output)
    }
}

/// The input as one text. It comes out as it went in, but for the spans.
fn whole(input: impl Read, arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let length_max = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX);
    input.take(length_max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > BYTES_MAX {
        return Err(Failure::Refused(format!("the text has more than {BYTES_MAX} bytes")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Refused("the text is not UTF-8".to_owned()))?;
    let redacted = guard::redact(&text, &Vocabulary::new());
    let answer = Answer::new(None, &redacted, arguments.explain);
    output.data(&json!(answer));
    if !output.is_json() {
        let mut out = io::stdout().lock();
        ended(out.write_all(redacted.text().as_bytes()).and_then(|()| out.flush()))?;
        if arguments.explain {
            tell(&answer.told());
        }
    }
    Ok(())
}

fn each_line(input: impl Read, explain: bool) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, input), BYTES_MAX);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut read, mut bad) = (0_u64, 0_u64);
    loop {
        // Whoever waits for an answer before asking again must get it.
        if lines.would_wait() && !ended(out.flush())? {
            break;
        }
        let answered = match lines.next().map_err(unreadable)? {
            Next::End => break,
            Next::Line(line) if line.trim_ascii().is_empty() => continue,
            Next::Line(line) => line::answer(line, explain, &mut out),
            Next::TooLong => Err(LineError::TooLong { bytes_max: BYTES_MAX }),
        };
        read += 1;
        match answered {
            Ok(written) => {
                if !ended(written)? {
                    break;
                }
            }
            Err(error) => {
                bad += 1;
                if bad <= TOLD_MAX {
                    tell(&format!("line {}: {error}\n", lines.number()));
                }
            }
        }
    }
    ended(out.flush())?;
    if bad == 0 {
        return Ok(());
    }
    tell(&format!("{bad} of {read} lines were not read and have no answer\n"));
    Err(Failure::Said)
}

/// Whether it was written. A reader that has gone away (`| head`) is no failure.
fn ended(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::io("standard output cannot be written", error)),
    }
}

fn unreadable(error: io::Error) -> Failure {
    Failure::io("standard input cannot be read", error)
}

/// A word beside the answers.
fn tell(what: &str) {
    let _ = io::stderr().lock().write_all(what.as_bytes());
}
