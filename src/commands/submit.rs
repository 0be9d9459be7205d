//! `sluss order submit`, `sluss fault submit`: hand in from files.

use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;

use serde_json::json;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::deployment::Deployment;
use super::output::Progress;
use super::{Failure, Output, refused};
use crate::config::Config;
use crate::http::{Problem, local_client, render};
use crate::intake::{self, Context, Kind};
use crate::store::{Accepted, StoreError};

pub(super) async fn run(
    config: &Config,
    kind: Kind,
    files: &[impl AsRef<Path>],
    output: &Output,
) -> Result<(), Failure> {
    // All are read before the first is handed in: a file that is not there stops nothing halfway.
    let texts = files.iter().map(|file| read(file.as_ref()));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let deployment = Deployment::open(config.clone())?;
    let mut results = Vec::new();
    let mut all_taken = true;
    for (file, text) in files.iter().zip(&texts) {
        let file = file.as_ref();
        let mut progress = Progress::of(bodies(text).len(), output);
        let mut bodies = bodies(text).into_iter();
        let mut waiting = VecDeque::new();
        // In the order of the file; those that wait together share a commit.
        loop {
            for (line, body) in bodies.by_ref().take(WINDOW - waiting.len()) {
                waiting.push_back((line, submit(&deployment, kind, body).await?));
            }
            let Some((line, taken)) = waiting.pop_front() else { break };
            let place = format!("{}:{line}", file.display());
            progress.step();
            match taken.ended(&deployment, kind).await? {
                Ok((accepted, shown)) => {
                    let again = matches!(accepted, Accepted::Existing(_));
                    let word = if again { "was handed in before" } else { "is in our keeping" };
                    output.line(format!("{place}: {} {} {word}", kind.as_str(), accepted.id()));
                    results.push(json!({ "place": place, "existing": again, "submission": shown }));
                }
                Err(problem) => {
                    all_taken = false;
                    output.line(format!("{place}: refused: {}", refused(&problem)));
                    results.push(json!({ "place": place, "error": problem.body() }));
                }
            }
        }
    }
    output.data(&json!({ "submitted": results }));
    if all_taken { Ok(()) } else { Err(Failure::Said) }
}

/// How many bodies are handed in at once.
const WINDOW: usize = 64;

type Taken = Result<(Accepted, serde_json::Value), Problem>;

/// A body on its way into keeping.
enum Under {
    Way(JoinHandle<Result<Accepted, StoreError>>),
    Refused(Problem),
}

/// Hands one body in.
async fn submit(deployment: &Deployment, kind: Kind, body: &[u8]) -> Result<Under, Failure> {
    let client = local_client().map_err(|error| Failure::Usage(error.to_string()))?;
    let read = intake::read(
        kind,
        body,
        &Context {
            client: &client,
            recipients: &deployment.recipients.keys().cloned().collect(),
            now: deployment.clock.now(),
            entropy: &*deployment.entropy,
            bytes_max: deployment.config.http.body_bytes_max,
            accesses: &deployment.store,
        },
    );
    let submission = match read {
        Ok(submission) => submission,
        Err(error) => return Ok(Under::Refused(error.into())),
    };
    Ok(Under::Way(deployment.store.begin_accept(submission).await))
}

impl Under {
    /// What became of it. The inner result is the answer to whoever wrote the body.
    async fn ended(self, deployment: &Deployment, kind: Kind) -> Result<Taken, Failure> {
        let accepted = match self {
            Self::Refused(problem) => return Ok(Err(problem)),
            Self::Way(taking) => match taking.await {
                Ok(Ok(accepted)) => accepted,
                Ok(Err(error @ StoreError::Conflict)) => return Ok(Err(error.into())),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(Failure::Log("a part of the program has failed".to_owned())),
            },
        };
        let row = deployment.store.submission(kind, accepted.id()).await?;
        Ok(Ok((accepted, row.as_ref().map_or(serde_json::Value::Null, render))))
    }
}

/// The longest file that is read at once.
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

pub(crate) fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error| Failure::io(format!("{} cannot be read", file.display()), error);
    let mut bytes = Zeroizing::new(Vec::new());
    if file == Path::new("-") {
        std::io::stdin().lock().take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let opened = std::fs::File::open(file).map_err(failed)?;
        opened.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}

/// The bodies in a file, each with the line it starts on: one JSON value, or one on each line.
pub(crate) fn bodies(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
        return vec![(1, bytes)];
    }
    let lines: Vec<(usize, &[u8])> = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(line, body)| (line + 1, body.trim_ascii()))
        .filter(|(_, body)| !body.is_empty())
        .collect();
    // Where no line is a whole value, and the first does not even end like one, it is one
    // broken value over many lines, not many broken ones.
    let is_whole = |line: &[u8]| {
        line.starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
    };
    match lines.first() {
        Some((line, first))
            if !first.ends_with(b"}") && !bytes.split(|byte| *byte == b'\n').any(is_whole) =>
        {
            vec![(*line, bytes)]
        }
        _ => lines,
    }
}
