//! A deployment in a temporary folder, with simulated operators and a clock that is moved by hand.
//!
//! Every test that uses it ends with [`App::close`], which holds the promise against what really
//! happened: each message that an operator received opens exactly one intent leaf, each intent leaf
//! has one outcome, the log verifies from its first leaf, and no value of a person occurs in any file,
//! trace or answer.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use sluss::commands::Deployment;
use sluss::config::{self, Config};
use sluss::domain::{
    CaseId, CaseState, ClientId, Clock, LeafId, ManualClock, Purpose, RecipientId, SeededEntropy,
    Step, Timestamp,
};
use sluss::http::{local_client, serve};
use sluss::intake::{self, Context, Kind, Submission};
use sluss::log::{
    Code, Event, KeyName, Leaf, LeafIndex, Note, Outcome, OutcomeResult, Release, Role, Verifier,
};
use sluss::recipients::{Auth, Inbound, RecipientFile, SecretFile};
use sluss::record::{MESSAGE, message_hash};
use sluss::sandbox::{Effect, Pace, Received, Sandbox, SimulatedOperator, Speaks, Trouble};
use sluss::store::{Accepted, CaseFilter, CaseRow, StoreError};
use sluss::telemetry::{self, Ended, Spans};
use sluss::worker::Worker;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::{postgres, raw, tokens};

pub(crate) const PASSWORD: &str = "harness";
pub(crate) const GLOBALCONNECT: &str = "globalconnect";
pub(crate) const IP_ONLY: &str = "ip-only";

/// One deployment, its operators, and what was handed in.
pub(crate) struct App {
    pub(crate) deployment: Deployment,
    pub(crate) worker: Worker,
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<ManualClock>,
    dir: TempDir,
    personal: BTreeSet<String>,
    answers: Vec<Vec<u8>>,
    /// Answers of contact pulls, with whom they went to. What they hold may stand in them alone.
    pulled: Vec<(RecipientId, Vec<u8>)>,
    traces: Traces,
    /// What a collector would get.
    spans: Receiver<Ended>,
    closed: bool,
    _subscriber: tracing::subscriber::DefaultGuard,
}

impl App {
    /// A deployment as it ships, at its own pace.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, with its configuration changed before anything is opened.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_also(Vec::new(), change).await
    }

    /// The same, with recipients beside those that ship.
    pub(crate) async fn start_also(
        recipients: Vec<RecipientFile>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let traces = Traces::default();
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap()));
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(traces.clone());
        let (layer, spans) = Spans::new(clock.clone(), Arc::new(SeededEntropy::new(2)));
        let subscriber = tracing_subscriber::registry()
            .with(lines.with_filter(LevelFilter::TRACE))
            .with(layer.with_filter(filter_fn(Spans::looks_at)));
        let guard = tracing::subscriber::set_default(subscriber);
        let dir = tempfile::tempdir().unwrap();
        let mut config = configuration_also(dir.path(), recipients);
        let sandbox = simulators(&mut config, clock.clone()).await;
        change(&mut config);
        let entropy = Arc::new(SeededEntropy::new(1));
        let deployment = Deployment::open_with(config, clock.clone(), entropy).unwrap();
        let worker = deployment.worker().unwrap();
        let personal = BTreeSet::new();
        Self {
            deployment,
            worker,
            sandbox,
            clock,
            dir,
            personal,
            answers: Vec::new(),
            pulled: Vec::new(),
            traces,
            spans,
            closed: false,
            _subscriber: guard,
        }
    }

    /// The same, with an operator of the test's own behind an address, in the place of the first.
    pub(crate) async fn facing(base: &str) -> Self {
        let base: url::Url = base.parse().unwrap();
        Self::start_with(|config| {
            let found = config.recipients.iter_mut();
            let mut found = found.filter(|file| file.recipient.id == id(GLOBALCONNECT));
            found.next().unwrap().recipient.channel.base_url = base;
        })
        .await
    }

    /// Asks at the door, over the real router. The answer is remembered, and searched in the end.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.remember(body);
        let (head, body) = match body {
            Value::Null => ("", String::new()),
            body => ("content-type: application/json", body.to_string()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = watch::channel(false);
        tokens::keep(&self.deployment.store).await;
        let served = tokio::spawn(serve(self.deployment.app().unwrap(), listener, stop));
        let request = tokens::known(&raw::http(method, path, head, body));
        let answer = raw::ask(address, &request).await;
        stopper.send(true).unwrap();
        served.await.unwrap().unwrap();
        let told = answer.json();
        self.answers.push(answer.bytes);
        told
    }

    /// Asks for a contact as an operator does. What it is answered is held against the log in the end.
    pub(crate) async fn pull(&mut self, from: &str, reference: &str, body: &Value) -> raw::Heard {
        let path = format!("/onapi/2.6/contacts/{reference}");
        let shown = basic(&format!("{from}-asks"), PASSWORD);
        let app = self.deployment.app().unwrap();
        let heard = self.knock(app, &raw::http("POST", &path, &shown, body.to_string())).await;
        self.heard(from, &heard);
        heard
    }

    /// One request at a door that lasts for it alone; what it set going has ended behind it.
    pub(crate) async fn knock(&self, app: sluss::http::App, request: &[u8]) -> raw::Heard {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = watch::channel(false);
        let served = tokio::spawn(serve(app, listener, stop));
        let heard = raw::ask(address, request).await;
        stopper.send(true).unwrap();
        served.await.unwrap().unwrap();
        heard
    }

    /// Hands in at the door what holds nothing personal but what the test says; the answer is searched
    /// in the end.
    pub(crate) async fn knock_json(&mut self, path: &str, body: &Value) -> (u16, Value) {
        tokens::keep(&self.deployment.store).await;
        let request = raw::http("POST", path, "content-type: application/json", body.to_string());
        let request = tokens::known(&request);
        let heard = self.knock(self.deployment.app().unwrap(), &request).await;
        let told = heard.json();
        self.answers.push(heard.bytes);
        told
    }

    /// Remembers what an operator was answered.
    pub(crate) fn heard(&mut self, from: &str, heard: &raw::Heard) {
        let (status, body) = heard.text();
        if status == 200 {
            self.pulled.push((id(from), body.into_bytes()));
        } else {
            self.answers.push(heard.bytes.clone());
        }
    }

    /// Something that must stand nowhere in the end, as what is handed in must not.
    pub(crate) fn must_not_tell(&mut self, value: &str) {
        self.personal.insert(value.to_owned());
    }

    /// Hands in, and gives the cases. What is personal in it is remembered.
    pub(crate) async fn submit(&mut self, kind: Kind, body: &Value) -> Vec<CaseId> {
        self.submit_of(&local_client().unwrap(), kind, body).await
    }

    /// The same, as another system hands it in.
    pub(crate) async fn submit_of(
        &mut self,
        client: &ClientId,
        kind: Kind,
        body: &Value,
    ) -> Vec<CaseId> {
        let submission = self.submission(client, kind, body);
        let cases = submission.items.iter().map(|item| item.case.id()).collect();
        let accepted = self.deployment.store.accept(submission).await.unwrap();
        assert!(matches!(accepted, Accepted::New(_)));
        cases
    }

    /// What intake makes of a body.
    pub(crate) fn submission(&mut self, client: &ClientId, kind: Kind, body: &Value) -> Submission {
        self.remember(body);
        let known = self.deployment.recipients.keys().cloned().collect();
        let context = Context {
            client,
            recipients: &known,
            now: self.clock.now(),
            entropy: &*self.deployment.entropy,
            bytes_max: self.deployment.config.http.body_bytes_max,
            accesses: &self.deployment.store,
        };
        let bytes = serde_json::to_vec(body).unwrap();
        match intake::read(kind, &bytes, &context) {
            Ok(submission) => submission,
            Err(error) => panic!("the test's own body is refused: {error}"),
        }
    }

    fn remember(&mut self, body: &Value) {
        match body {
            Value::Object(members) => {
                for (name, value) in members {
                    let about_somebody = [
                        "givenName",
                        "familyName",
                        "identificationId",
                        "phoneNumber",
                        "emailAddress",
                        "street1",
                        "text",
                        "author",
                        "streetName",
                        "tradingName",
                        "fullName",
                        "postcode",
                        "postCode",
                        "birthDate",
                    ];
                    if name == "relatedParty" {
                        self.remember_parties(value);
                    }
                    if name == "name" && value == "doorCode" {
                        self.personal.extend(members["value"].as_str().map(str::to_owned));
                    }
                    match value {
                        Value::String(text) if about_somebody.contains(&name.as_str()) => {
                            self.personal.insert(text.clone());
                        }
                        value => self.remember(value),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.remember(value)),
            _ => {}
        }
    }

    /// The customer's number, and an organisation's name. The operator's own are no secret.
    fn remember_parties(&mut self, parties: &Value) {
        for party in parties.as_array().into_iter().flatten() {
            if party["role"] != "communicationsOperator" {
                let told = [&party["id"], &party["name"]];
                self.personal
                    .extend(told.iter().filter_map(|told| told.as_str()).map(str::to_owned));
            }
        }
    }

    /// Does all that is due now.
    pub(crate) async fn work(&self) {
        self.worker.drain().await.unwrap();
    }

    /// Does all that is due, which must fail.
    pub(crate) async fn fail(&self) -> StoreError {
        self.worker.drain().await.unwrap_err()
    }

    /// Lets time pass, and does what became due.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.work().await;
    }

    /// Works, minute after minute, until every case has ended or waits for a person.
    pub(crate) async fn to_the_end(&self) {
        for _ in 0..60 {
            self.work().await;
            let rows = self.rows().await;
            if rows.values().all(|row| row.state.is_final() || row.state == CaseState::Held) {
                return;
            }
            self.clock.advance(Duration::from_mins(1));
        }
        let rows = self.rows().await.into_values().filter(|row| !row.state.is_final());
        let open: Vec<_> = rows.map(|row| (row.recipient, row.act, row.state)).collect();
        panic!("after an hour some cases have not come to an end: {open:?}");
    }

    pub(crate) async fn rows(&self) -> BTreeMap<CaseId, CaseRow> {
        let filter = CaseFilter { limit: 1_000, ..CaseFilter::default() };
        let rows = self.deployment.store.cases(filter).await.unwrap();
        rows.into_iter().map(|row| (row.id, row)).collect()
    }

    pub(crate) async fn row(&self, case: CaseId) -> CaseRow {
        self.rows().await.remove(&case).unwrap()
    }

    /// State and reason of a case.
    #[track_caller]
    pub(crate) fn check(row: &CaseRow, state: CaseState, reason: Option<&str>) {
        assert_eq!((row.state, row.reason.as_deref()), (state, reason));
    }

    /// What a person says about a case.
    pub(crate) async fn decide(&self, case: CaseId, step: Step) {
        let row = self.row(case).await;
        let event = Event::Release(Release {
            recipient: row.recipient,
            purpose: row.purpose,
            reason: Code::parse("test").unwrap(),
            actor: Role::Operations,
            sd: [].into(),
        });
        let leaf = LeafId::draw(&*self.deployment.entropy);
        self.deployment.store.decide(case, step, (leaf, event)).await.unwrap();
    }

    /// What happens to the next messages that an operator receives.
    pub(crate) fn script(&self, recipient: &str, troubles: Vec<Trouble>) {
        self.sandbox.script(&id(recipient), troubles);
    }

    /// What took effect at an operator.
    pub(crate) fn effects(&self, recipient: &str) -> Vec<Effect> {
        self.sandbox.effects(&id(recipient))
    }

    /// The messages that an operator received, without its reads.
    pub(crate) fn messages(&self, recipient: &str) -> Vec<Received> {
        let received = self.sandbox.received();
        let to = id(recipient);
        received.into_iter().filter(|one| one.is_message && one.recipient == to).collect()
    }

    pub(crate) async fn leaves(&self) -> Vec<(LeafIndex, Leaf)> {
        let stored = self.deployment.store.leaves(LeafIndex(0), 10_000).await.unwrap();
        stored.iter().map(|one| (one.index, Leaf::parse(&one.body).unwrap())).collect()
    }

    /// Kinds and results in the order of the log, without policies: the story that it tells.
    pub(crate) async fn story(&self) -> Vec<String> {
        let leaves = self.leaves().await;
        let told = leaves.iter().filter_map(|(_, leaf)| match &leaf.event {
            Event::Policy(_) => None,
            Event::Outcome(outcome) => Some(outcome.result.as_str().to_owned()),
            event => Some(event.kind().as_str().to_owned()),
        });
        told.collect()
    }

    /// Holds the promise against what happened.
    pub(crate) async fn close(self) {
        self.close_but(0).await;
    }

    /// Ends a deployment whose log the test itself has filled with what is not true.
    pub(crate) fn close_untrue(mut self) {
        self.closed = true;
    }

    /// The same, where a number of disclosures is still open on purpose.
    pub(crate) async fn close_but(self, open: usize) {
        self.each_message_has_its_leaf().await;
        self.end(open).await;
    }

    /// The same after an erasure: which leaf a message belongs to cannot be told any more.
    pub(crate) async fn close_erased(self) {
        self.end(0).await;
    }

    async fn end(mut self, open: usize) {
        self.closed = true;
        self.the_log_verifies(open).await;
        let personal = std::mem::take(&mut self.personal);
        let traces = self.traces.text();
        self.watch().await;
        let spans: Vec<Ended> = std::iter::from_fn(|| self.spans.try_recv().ok()).collect();
        let spans = telemetry::body(&spans).to_string();
        assert!(!traces.contains("Disclosure ") || spans.contains("\"leaf.index\""), "{spans}");
        self.answers.push(spans.into_bytes());
        let answers = std::mem::take(&mut self.answers);
        let sent = self.sandbox.received().iter().any(|one| one.is_message);
        assert!(!sent || traces.contains("Disclosure "), "the traces are not read");
        assert!(!personal.is_empty(), "nothing is searched for");
        for value in personal.iter().filter(|value| value.len() >= 5) {
            assert!(!holds(traces.as_bytes(), value), "a personal value is in the traces");
            for answer in &answers {
                assert!(!holds(answer, value), "a personal value is in an answer");
            }
            for (file, bytes) in files(self.dir.path()) {
                assert!(!holds(&bytes, value), "a personal value is in {}", file.display());
            }
        }
    }

    /// What whoever watches is told in the end is searched, too.
    async fn watch(&mut self) {
        // What is halted takes no tokens in.
        if self.deployment.halt.reason().is_some() {
            return;
        }
        tokens::keep(&self.deployment.store).await;
        for path in ["/metrics", "/status"] {
            let app = self.deployment.app().unwrap();
            let heard = self.knock(app, &tokens::known(&raw::http("GET", path, "", ""))).await;
            self.answers.push(heard.bytes);
        }
    }

    /// The lines that we traced ourselves, at the finest level.
    pub(crate) fn told(&self) -> Vec<String> {
        let text = self.traces.text();
        text.lines().filter(|line| line.contains("sluss::")).map(str::to_owned).collect()
    }

    /// How many intent leaves name exactly this message.
    pub(crate) async fn intents_of(&self, method: &str, path: &str, body: &[u8]) -> usize {
        let hash = message_hash(method, path, body);
        let mut found = 0;
        for (_, leaf) in self.leaves().await {
            let is_intent = matches!(leaf.event, Event::Intent(_));
            let names = self.deployment.store.commits_to(&leaf, MESSAGE, &hash).await.unwrap();
            found += usize::from(is_intent && names);
        }
        found
    }

    async fn each_message_has_its_leaf(&self) {
        let mut intents: Vec<(LeafIndex, Leaf)> = self.leaves().await;
        intents.retain(|(_, leaf)| matches!(leaf.event, Event::Intent(_)));
        for message in self.sandbox.received().iter().filter(|one| one.is_message) {
            let base = &self.deployment.recipients[&message.recipient].channel.base_url;
            let path = message.path.strip_prefix(base.path()).unwrap();
            let hash = message_hash(&message.method, path, &without_credentials(&message.body));
            let mut place = None;
            for (at, (_, leaf)) in intents.iter().enumerate() {
                if self.deployment.store.commits_to(leaf, MESSAGE, &hash).await.unwrap() {
                    place = Some(at);
                    break;
                }
            }
            let place = place.expect("a message was received that is in no leaf");
            let Event::Intent(intent) = &intents[place].1.event else { unreachable!() };
            assert_eq!(intent.recipient.id, message.recipient);
            intents.remove(place);
        }
        self.each_answer_has_its_leaf(intents).await;
    }

    /// Each contact that was given away opens one intent leaf; and each such leaf was given away, or
    /// is said not to have left for certain.
    async fn each_answer_has_its_leaf(&self, mut intents: Vec<(LeafIndex, Leaf)>) {
        let is_pull = |leaf: &Leaf| match &leaf.event {
            Event::Intent(intent) => intent.purpose == Purpose::ContactPull,
            _ => false,
        };
        intents.retain(|(_, leaf)| is_pull(leaf));
        for (to, body) in &self.pulled {
            let hash = message_hash("ANSWER", "contacts", body);
            let mut place = None;
            for (at, (_, leaf)) in intents.iter().enumerate() {
                if self.deployment.store.commits_to(leaf, MESSAGE, &hash).await.unwrap() {
                    place = Some(at);
                    break;
                }
            }
            let place = place.expect("a contact was given that is in no leaf");
            let Event::Intent(intent) = &intents[place].1.event else { unreachable!() };
            assert_eq!(intent.recipient.id, *to);
            intents.remove(place);
        }
        let outcomes = self.outcomes().await;
        for (index, _) in intents {
            let result = outcomes.get(&index).map(|outcome| outcome.result);
            let may_be = [None, Some(OutcomeResult::Unsent), Some(OutcomeResult::Unknown)];
            assert!(may_be.contains(&result), "a contact counts as given that nobody got");
        }
    }

    async fn the_log_verifies(&self, open: usize) {
        let store = &self.deployment.store;
        if store.size().await.unwrap().0 == 0 {
            return;
        }
        let name = KeyName::parse(&self.deployment.config.origin).unwrap();
        let mut verifier = Verifier::new(name, vec![store.verifier_key()]);
        for stored in store.leaves(LeafIndex(0), 10_000).await.unwrap() {
            verifier.leaf(stored.index, Some(stored.hash), &stored.body);
        }
        let note = Note::parse(&store.checkpoint(None).await.unwrap().unwrap()).unwrap();
        let report = verifier.finish(&note);
        assert!(report.is_sound(), "the log does not verify: {:?}", report.faults);
        assert_eq!(report.open_intents.len(), open, "disclosures without an outcome");
    }

    /// The outcomes of the log, by the intent that they are about.
    pub(crate) async fn outcomes(&self) -> BTreeMap<LeafIndex, Outcome> {
        let leaves = self.leaves().await;
        let outcomes = leaves.into_iter().filter_map(|(_, leaf)| match leaf.event {
            Event::Outcome(outcome) => Some((outcome.intent, outcome)),
            _ => None,
        });
        outcomes.collect()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.closed, "a test with a deployment must end with close()");
        }
    }
}

/// The header of RFC 7617.
pub(crate) fn basic(name: &str, password: &str) -> String {
    use base64::Engine as _;
    let both = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
    format!("authorization: Basic {both}")
}

pub(crate) fn id(recipient: &str) -> RecipientId {
    RecipientId::parse(recipient).unwrap()
}

/// The configuration that ships, with its state in a folder, and a recipient whose agreement ended.
pub(crate) fn configuration(folder: &Path) -> Config {
    configuration_also(folder, Vec::new())
}

fn configuration_also(folder: &Path, recipients: Vec<RecipientFile>) -> Config {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut config = config::load(&shipped, &BTreeMap::new()).unwrap();
    config.state = folder.join("state");
    config.servers = postgres::servers(&config.state);
    config.http.limits.stop_pause = Duration::ZERO;
    let expired = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/exempelnat.toml");
    let text = std::fs::read_to_string(&expired).unwrap();
    config.recipients.push(sluss::recipients::read(&expired, folder, &text).unwrap());
    config.recipients.extend(recipients);
    let secret = folder.join("password");
    private(&secret, PASSWORD);
    for file in &mut config.recipients {
        file.recipient.inbound = Some(Inbound {
            username: format!("{}-asks", file.recipient.id),
            password: SecretFile(secret.clone()),
            requests_per_minute: 30,
            window: Duration::from_hours(24 * 180),
        });
        let channel = &mut file.recipient.channel;
        let (username, password) = ("sluss".to_owned(), SecretFile(secret.clone()));
        channel.auth = if channel.dialect == "soap" {
            Auth::WsSecurity { username, password }
        } else {
            Auth::Basic { username, password }
        };
        channel.allow_http_loopback = true;
        channel.requests_per_second = 1_000;
        // A question more for each order; `operators.rs` asks it.
        channel.preflight = false;
        channel.timeout = Duration::from_secs(2);
    }
    config
}

async fn simulators(config: &mut Config, clock: Arc<ManualClock>) -> Sandbox {
    let operators = config.recipients.iter().map(|file| SimulatedOperator {
        recipient: file.recipient.id.clone(),
        speaks: match file.recipient.channel.dialect.as_str() {
            "soap" => Speaks::Soap,
            "pi-api" => Speaks::PiApi,
            _ => Speaks::OnApi,
        },
        username: "sluss".to_owned(),
        password: SecretString::from(PASSWORD.to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        pace: Pace::EveryRead,
    });
    let sandbox = Sandbox::start(operators.collect(), clock, None).await.unwrap();
    for file in &mut config.recipients {
        let base = sandbox.base_url(&file.recipient.id).unwrap();
        file.recipient.channel.base_url = base.parse().unwrap();
    }
    sandbox
}

pub(crate) fn private(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// An order as an ordering system sends it, with everything it knows.
pub(crate) fn order(recipient: &str, external: &str, access: &str) -> Value {
    json!({
        "externalId": external,
        "category": "broadband",
        "requestedStartDate": "2026-12-01T00:00:00Z",
        "relatedParty": [operator(recipient), customer()],
        "note": [{ "text": "Ring Astrid på 070-174 06 05. Portkod 4711.", "author": "Bo Handläggare" }],
        "serviceOrderItem": [{ "id": "1", "action": "add", "service": {
            "serviceSpecification": { "id": "BB-1000-1000" },
            "serviceCharacteristic": [{ "name": "accessId", "value": access }],
            "place": [{ "role": "installationAddress", "@type": "GeographicAddress",
                "streetName": "Mästarvägen", "streetNr": "10", "streetNrSuffix": "G",
                "postcode": "99910", "city": "Slussköping", "country": "SE" }] } }]
    })
}

/// A fault as support files it.
pub(crate) fn fault(recipient: &str, external: &str, access: &str) -> Value {
    json!({
        "externalId": external,
        "description": "Ingen länk sedan i går. Astrid Lindqvist, 19121212-1212, nås på 0701740605.",
        "severity": "significant",
        "ticketType": "fault",
        "relatedEntity": [{ "id": access, "role": "access", "@type": "RelatedEntity",
            "@referredType": "Access" }],
        "relatedParty": [operator(recipient), customer()],
        "characteristic": [{ "name": "problemType", "value": "NO_LINK" }]
    })
}

fn operator(recipient: &str) -> Value {
    json!({ "id": recipient, "role": "communicationsOperator", "@type": "RelatedParty",
        "@referredType": "Organization" })
}

fn customer() -> Value {
    json!({ "id": "cust-99117", "role": "customer", "@type": "RelatedParty",
        "@referredType": "Individual", "givenName": "Astrid", "familyName": "Lindqvist",
        "individualIdentification": [
            { "identificationType": "personnummer", "identificationId": "19121212-1212" }],
        "contactMedium": [
            { "mediumType": "mobile", "characteristic": { "phoneNumber": "+46701740605" } },
            { "mediumType": "phone", "characteristic": { "phoneNumber": "031-390 06 05" } },
            { "mediumType": "email", "characteristic": { "emailAddress": "astrid@example.se" } },
            { "mediumType": "postalAddress", "characteristic": { "street1": "Fakturagränd 4" } }],
        "characteristic": [{ "name": "protectedIdentity", "value": false }] })
}

/// The body as it was recorded: the wire adds the WS-Security header as it adds the HTTP one.
fn without_credentials(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    match (text.find("<wsse:Security"), text.find("</wsse:Security>")) {
        (Some(start), Some(end)) => {
            let end = end + "</wsse:Security>".len();
            [&text.as_bytes()[..start], &text.as_bytes()[end..]].concat()
        }
        _ => body.to_vec(),
    }
}

/// Whether these bytes hold a value. A short row of digits counts only where it stands alone: it
/// could be a part of any time or hash.
fn holds(bytes: &[u8], value: &str) -> bool {
    let alone = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
    let mut windows = bytes.windows(value.len()).enumerate();
    windows.any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + value.len());
        window == value.as_bytes() && !(alone && (is_word(before) || is_word(after)))
    })
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// Everything that was traced, at the finest level, by us and by the libraries.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl Traces {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Traces {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
