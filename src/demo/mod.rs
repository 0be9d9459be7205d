//! `sluss demo`: the main job from end to end, with simulated operators, and the proof that it held.
//!
//! Orders and faults go in as an ordering system would send them, with everything it knows. What
//! the simulators received is then compared with what the log vouches for, byte for byte, and
//! searched for what should have stayed.

mod pulls;
mod report;
mod sweep;
mod vouch;

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::commands::{Deployment, Failure, Output, log, serve, submit, token};
use crate::config::Config;
use crate::dialects::{self, Request};
use crate::domain::{CaseId, CaseState, Entropy, OsEntropy, SystemClock};
use crate::http::{self, Problem, local_client};
use crate::intake::{self, Context, Kind};
use crate::log::{LeafIndex, Role};
use crate::minimise::{Explanation, minimise};
use crate::recipients::{self, Auth, SecretFile};
use crate::record::finish;
use crate::sandbox::{Pace, Sandbox};
use crate::store::{CaseFilter, CaseRow, Store, StoreError};
use sweep::Personal;

const ORDERS: &str = include_str!("../../fixtures/tmf/orders.jsonl");
const FAULTS: &str = include_str!("../../fixtures/tmf/tickets.jsonl");
/// A recipient whose agreement has run out: shows that nothing is sent without one.
const EXPIRED: &str = include_str!("../../fixtures/demo/exempelnat.toml");

/// Arguments of the demo.
#[derive(Args, Debug)]
pub struct Arguments {
    /// TMF641 orders, JSON Lines [default: built in]
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// TMF621 tickets, JSON Lines [default: built in]
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Leave the service up afterwards
    #[arg(long)]
    keep_running: bool,
}

/// One body that was handed in.
struct Handed {
    place: String,
    external_id: Option<String>,
    result: Result<Vec<Shown>, Problem>,
}

/// One case of it.
struct Shown {
    id: CaseId,
    item: String,
    recipient: String,
    legal_name: String,
    purpose: &'static str,
    preview: Preview,
    personal: Personal,
}

/// What was decided when it was handed in: by the very code that sends.
enum Preview {
    Sends { explanation: Explanation, request: Request },
    Stays { explanation: Option<Explanation>, reason: &'static str },
}

/// What the demo found.
struct Outcome {
    handed: Vec<Handed>,
    rows: BTreeMap<CaseId, CaseRow>,
    vouched: vouch::Vouched,
    leaks: Vec<sweep::Leak>,
    asked: pulls::Asked,
    report: crate::log::Report,
    checkpoint: String,
    key: String,
    unfinished: usize,
    /// Whether operators asked for contacts, and an address was looked up.
    asks: bool,
}

impl Outcome {
    fn held(&self) -> bool {
        self.vouched.faults.is_empty()
            && self.leaks.is_empty()
            && self.report.is_sound()
            && self.report.open_intents.is_empty()
            && self.unfinished == 0
            && (self.asked.held() || !self.asks)
    }
}

/// Runs the demo; fails unless all of its promises held.
pub async fn run(
    config: Config,
    arguments: Arguments,
    state: Option<PathBuf>,
    output: &Output,
) -> Result<(), Failure> {
    let failed = |error| Failure::io("the demo's folder cannot be used", error);
    let temporary = TempDir::new().map_err(failed)?;
    let folder = state.clone().unwrap_or_else(|| temporary.path().to_owned());
    let journal = folder.join("received.jsonl");
    if Store::exists(&folder, None) || journal.exists() {
        let what = "holds a state already: what this run sends must be all that its log tells of";
        return Err(Failure::Usage(format!("{} {what}", folder.display())));
    }
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700);
    private.create(&folder).map_err(failed)?;
    serve::private(&journal, "").map_err(failed)?;

    let password = password(&OsEntropy);
    let secret = temporary.path().join("simulator-password");
    serve::private(&secret, &password).map_err(failed)?;
    let mut config = trial(config, &folder)?;
    let sandbox = simulators(&mut config, &password, &secret, &journal).await?;
    let deployment = Deployment::open(config)?;
    let worker = deployment.worker()?;

    let first = LeafIndex(deployment.store.size().await?.0);
    let orders = bodies(arguments.orders.as_deref(), ORDERS)?;
    let faults = bodies(arguments.faults.as_deref(), FAULTS)?;
    output.line("Handing in, with everything the ordering system knows …");
    let mut handed = hand_in(&deployment, Kind::Order, "order", &orders).await?;
    handed.extend(hand_in(&deployment, Kind::Ticket, "fault", &faults).await?);

    let (stopper, stop) = watch::channel(false);
    let working = {
        let (worker, stop) = (worker.clone(), stop.clone());
        tokio::spawn(async move { worker.run(stop).await })
    };
    // What is shown beside the main job stands in the built-in orders.
    let asks = arguments.orders.is_none() && arguments.faults.is_none();
    let mut asked = pulls::Asked::default();
    if asks {
        // Operators ask about what they are working on: nothing is done before they have asked.
        sandbox.rest(true);
        handed_over(&deployment, &handed).await?;
        asked.pulls = pulls::pull(&deployment, &sandbox, &password).await?;
        sandbox.rest(false);
    }
    let unfinished = at_rest(&deployment, &handed).await?;
    if asks {
        asked.found = pulls::find(&deployment).await?;
    }
    let rows = rows(&deployment, &handed).await?;
    let received = sandbox.received();
    let mut vouched = vouch::vouch(&deployment, &sandbox, &received, &handed, first).await?;
    vouch::answers(&deployment, &asked.pulls, first, &mut vouched).await?;
    let leaks = sweep::sweep(&received, &handed, &vouched);
    let key = deployment.store.verifier_key();
    let outcome = Outcome {
        report: log::verify(&deployment.store, key.clone()).await?,
        checkpoint: log::note(&deployment.store, None).await?.to_string(),
        key: key.to_string(),
        handed,
        rows,
        vouched,
        leaks,
        asked,
        unfinished,
        asks,
    };
    report::print(&outcome, state.as_deref(), output);

    if arguments.keep_running {
        let listener = serve::listen(deployment.config.http.listen).await?;
        let address = listener.local_addr().map_err(failed)?;
        let (client, days) = (local_client(), 1);
        let client = client.map_err(|error| Failure::Usage(error.to_string()))?;
        let (token, _) = token::make(&deployment, client, Role::Ordering, days).await?;
        output.line(format!(
            "The service is up on http://{address}; Ctrl-C stops it. It knows this token:\n{}",
            *token.reveal()
        ));
        let served = tokio::spawn(http::serve(deployment.app()?, listener, stop));
        serve::told_to_stop().await;
        // Nobody left to hear it is as good as heard.
        let _ = stopper.send(true);
        let _ = served.await;
    }
    let _ = stopper.send(true);
    working.await.map_err(|error| Failure::Log(error.to_string()))??;
    sandbox.stop().await;
    if outcome.held() { Ok(()) } else { Err(Failure::Said) }
}

/// The configuration as it ships, at a demo's pace, with a recipient whose agreement has ended.
fn trial(mut config: Config, folder: &Path) -> Result<Config, Failure> {
    folder.clone_into(&mut config.state);
    config.servers = None;
    config.timing.settle = Duration::from_millis(200);
    config.timing.retry_first = Duration::from_millis(100);
    config.timing.retry_max = Duration::from_secs(2);
    let file = Path::new("exempelnat.toml");
    let expired = recipients::read(file, Path::new(""), EXPIRED).map_err(Failure::Configuration)?;
    let id = &expired.recipient.id;
    if config.recipients.iter().all(|known| known.recipient.id != *id) {
        config.recipients.push(expired);
    }
    Ok(config)
}

/// Starts a simulator for each recipient, and turns its channel there.
async fn simulators(
    config: &mut Config,
    password: &str,
    secret: &Path,
    journal: &Path,
) -> Result<Sandbox, Failure> {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut operators = Vec::new();
    for file in &mut config.recipients {
        let recipient = &mut file.recipient;
        let password_file = SecretFile(secret.to_owned());
        if let Some(inbound) = &mut recipient.inbound {
            inbound.password = password_file.clone();
        }
        let username = "sluss".to_owned();
        recipient.channel.auth = if recipient.channel.dialect == "soap" {
            Auth::WsSecurity { username, password: password_file }
        } else {
            Auth::Basic { username, password: password_file }
        };
        operators.extend(serve::simulated(recipient, password, anywhere, Pace::EveryRead));
    }
    let journal = Some(journal.to_owned());
    let sandbox = Sandbox::start(operators, Arc::new(SystemClock), journal).await?;
    for file in &mut config.recipients {
        let channel = &mut file.recipient.channel;
        let base = sandbox.base_url(&file.recipient.id);
        if let Some(base) = base.and_then(|base| base.parse().ok()) {
            channel.base_url = base;
        }
        channel.allow_http_loopback = true;
        channel.requests_per_second = 5_000;
        channel.in_flight_max = 64;
        channel.poll = Duration::from_millis(50);
    }
    Ok(sandbox)
}

fn password(entropy: &dyn Entropy) -> Zeroizing<String> {
    let bytes: [u8; 16] = entropy.array();
    Zeroizing::new(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// The bodies to hand in, each with its line.
fn bodies(file: Option<&Path>, built_in: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (name, bytes) = match file {
        Some(file) => (file.display().to_string(), submit::read(file)?),
        None => ("fixtures".to_owned(), Zeroizing::new(built_in.as_bytes().to_vec())),
    };
    let bodies = submit::bodies(&bytes);
    Ok(bodies.into_iter().map(|(line, body)| (format!("{name}:{line}"), body.to_vec())).collect())
}

async fn hand_in(
    deployment: &Deployment,
    kind: Kind,
    word: &str,
    bodies: &[(String, Vec<u8>)],
) -> Result<Vec<Handed>, Failure> {
    let client = local_client().map_err(|error| Failure::Usage(error.to_string()))?;
    let known = deployment.recipients.keys().cloned().collect();
    let mut handed = Vec::with_capacity(bodies.len());
    for (place, body) in bodies {
        let place = format!("{word} {place}");
        let context = Context {
            client: &client,
            recipients: &known,
            now: deployment.clock.now(),
            entropy: &*deployment.entropy,
            bytes_max: deployment.config.http.body_bytes_max,
            accesses: &deployment.store,
        };
        let submission = match intake::read(kind, body, &context) {
            Ok(submission) => submission,
            Err(error) => {
                let result = Err(Problem::from(error));
                handed.push(Handed { place, external_id: None, result });
                continue;
            }
        };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let external_id = submission.external_id.as_ref().map(ToString::to_string);
        let id = external_id.as_deref();
        let shown =
            submission.items.iter().map(|item| preview(deployment, item, &body, id)).collect();
        let result = match deployment.store.accept(submission).await {
            // The same twice is one submission: its cases are shown where it came first.
            Ok(crate::store::Accepted::Existing(_)) => Ok(Vec::new()),
            Ok(crate::store::Accepted::New(_)) => Ok(shown),
            Err(error @ StoreError::Conflict) => Err(error.into()),
            Err(error) => return Err(error.into()),
        };
        handed.push(Handed { place, external_id, result });
    }
    Ok(handed)
}

fn preview(
    deployment: &Deployment,
    item: &intake::Item,
    body: &Value,
    external_id: Option<&str>,
) -> Shown {
    let case = &item.case;
    let today = deployment.clock.now().date();
    let recipient = deployment.recipients.get(case.recipient());
    let mut personal = Personal::harvest(body).with_secrets(external_id);
    let decided = recipient.and_then(|recipient| {
        let channel = &recipient.channel;
        let dialect = dialects::dialect(&channel.dialect, channel.version.as_deref())?;
        Some(minimise(case, recipient, dialect, today, false))
    });
    let preview = match &decided {
        None => Preview::Stays { explanation: None, reason: "not-offered" },
        Some(Err(refusal)) => Preview::Stays { explanation: None, reason: refusal.reason.as_str() },
        Some(Ok(minimised)) => {
            let explanation = Explanation::of(minimised);
            let fields = minimised.fields().filter(|(field, _)| !field.is_free_text());
            personal.allow(fields.map(|(_, text)| text));
            match finish(minimised) {
                Ok(message) => Preview::Sends { explanation, request: message.request().clone() },
                Err(error) => Preview::Stays {
                    explanation: Some(explanation),
                    reason: error.reason().as_str(),
                },
            }
        }
    };
    Shown {
        id: case.id(),
        item: item.id.clone(),
        recipient: case.recipient().to_string(),
        legal_name: recipient.map(|recipient| recipient.legal_name.clone()).unwrap_or_default(),
        purpose: case.purpose().as_str(),
        preview,
        personal,
    }
}

/// Waits until no case is on its way to an operator any more.
async fn handed_over(deployment: &Deployment, handed: &[Handed]) -> Result<(), Failure> {
    const TURN: Duration = Duration::from_millis(20);
    const TURNS_MAX: usize = 1_500;
    for _ in 0..TURNS_MAX {
        let rows = rows(deployment, handed).await?;
        let on_its_way = [CaseState::Accepted, CaseState::Recorded];
        if !rows.values().any(|row| on_its_way.contains(&row.state)) {
            break;
        }
        tokio::time::sleep(TURN).await;
    }
    Ok(())
}

/// Waits until every case has ended or waits for a person; how many have not, in the end.
async fn at_rest(deployment: &Deployment, handed: &[Handed]) -> Result<usize, Failure> {
    const TURN: Duration = Duration::from_millis(50);
    let cases: usize = handed.iter().flat_map(|one| &one.result).map(Vec::len).sum();
    let turns_max = 600 + cases;
    let mut unfinished = cases;
    for _ in 0..turns_max {
        let rows = rows(deployment, handed).await?;
        let moving = |row: &&CaseRow| !row.state.is_final() && row.state != CaseState::Held;
        unfinished = rows.values().filter(moving).count();
        if unfinished == 0 {
            break;
        }
        tokio::time::sleep(TURN).await;
    }
    Ok(unfinished)
}

async fn rows(
    deployment: &Deployment,
    handed: &[Handed],
) -> Result<BTreeMap<CaseId, CaseRow>, Failure> {
    let shown = handed.iter().flat_map(|one| one.result.iter().flatten());
    let ids: std::collections::BTreeSet<CaseId> = shown.map(|shown| shown.id).collect();
    let filter = CaseFilter { limit: u32::MAX, ..CaseFilter::default() };
    let rows = deployment.store.cases(filter).await?;
    Ok(rows.into_iter().filter(|row| ids.contains(&row.id)).map(|row| (row.id, row)).collect())
}
