//! How long the server takes for each page, on a store with many cases and a long log: p50, p99 and the
//! longest of some hundred requests over loopback, one after the other, and how large a page is.
//!
//! ```sh
//! cargo bench --bench pages                     # 200,000 cases and 1,000,000 leaves: filling takes minutes
//! cargo bench --bench pages -- 20000 100000     # fewer of each
//! cargo bench --bench pages -- postgres         # on PostgreSQL, on a server that is thrown away; else on SQLite
//! SLUSS_BENCH_STATE=FOLDER cargo bench --bench pages    # is filled once, and then used again
//! SLUSS_BENCH_ONLY=log cargo bench --bench pages        # pages whose name has this in it
//! ```
//!
//! Cases are spread over ninety days. Each has two disclosures, one that did not leave and one that was
//! accepted; every hundredth waits for a person instead. What the leaves tell is as varied as the rules of
//! a large provider make it: a few hundred sets of purpose, fields and role. One customer of a batch has
//! twenty of its cases. Nothing is sent to anybody. Times are those of whoever asks: they hold the way
//! over loopback, and reading the answer.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

#[path = "throughput/postgres.rs"]
#[expect(dead_code, reason = "what is restarted is so in chaos")]
mod postgres;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluss::auth::{Roles, password};
use sluss::commands::Deployment;
use sluss::domain::{
    CaseId, CaseState, ClientId, Clock, Entropy, Field, Handling, HoldReason, IncidentId, LeafId,
    LegalBasis, ManualClock, OsEntropy, Purpose, RecipientId, SystemClock, Timestamp,
};
use sluss::intake::{Context, Kind, NoLists, read};
use sluss::log::{Code, Event, Intent, LeafIndex, OutcomeResult, RecipientRecord, Role, Stopped};
use sluss::recipients::Recipient;
use sluss::store::{
    AccountRow, Address, CaseFilter, Claimed, Disclosure, IncidentKind, IncidentRow, Servers,
    Settlement, Work,
};
use tokio::task::JoinSet;

const BATCH: usize = 1_000;
const DAYS: u64 = 90;
const REQUESTS: usize = 300;
const WORD: &str = "korrekt häst batteri klammer";

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|one| one.parse().ok()).collect();
    let cases = numbers.first().copied().unwrap_or(200_000);
    let leaves = numbers.get(1).copied().unwrap_or(1_000_000);
    let kept = std::env::var_os("SLUSS_BENCH_STATE").map(PathBuf::from);
    let folder = tempfile::tempdir().unwrap();
    let state = kept.unwrap_or_else(|| folder.path().join("state"));
    let clock = Arc::new(ManualClock::at(now()));
    let asked = std::env::args().any(|one| one == "postgres");
    let server = asked.then(postgres::Throwaway::start);
    let servers = server.as_ref().map(|server| {
        let [database, keys] = server.servers("pages").map(|one| Address::parse(&one).unwrap());
        Servers { database, keys }
    });
    let deployment = open(&state, servers, Arc::clone(&clock) as Arc<dyn Clock>);
    let most = u32::try_from(cases).unwrap();
    let all = deployment.store.cases(CaseFilter { limit: most, ..CaseFilter::default() });
    let there = all.await.unwrap().len() / BATCH * BATCH;
    if there < cases {
        let begun = Instant::now();
        fill(&deployment, &clock, there, (cases, leaves)).await;
        println!("filled in {} s", begun.elapsed().as_secs());
    }
    clock.set(now());
    println!("{} leaves\n", deployment.store.size().await.unwrap().0);
    measure(&deployment).await;
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn open(state: &Path, servers: Option<Servers>, clock: Arc<dyn Clock>) -> Deployment {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut config = sluss::config::load(&shipped, &BTreeMap::new()).unwrap();
    state.clone_into(&mut config.state);
    config.servers = servers;
    config.http.requests_per_second = 1_000_000;
    // It fills as fast as the disk takes it.
    config.limits.deadline = Duration::from_mins(1);
    for file in &mut config.recipients {
        // Nobody asks us here: its password is not read.
        file.recipient.inbound = None;
    }
    Deployment::open_with(config, clock, Arc::new(OsEntropy)).unwrap()
}

/// Batch after batch, and the time goes on in between; behind those that are there already.
async fn fill(
    deployment: &Deployment,
    clock: &ManualClock,
    there: usize,
    (cases, leaves): (usize, usize),
) {
    let step = Duration::from_secs(DAYS * 86_400) / u32::try_from(cases.div_ceil(BATCH)).unwrap();
    let past = Timestamp::from_micros(now().micros() - 86_400_000_000 * DAYS.cast_signed());
    clock.set(past);
    clock.advance(step * u32::try_from(there / BATCH).unwrap());
    let recipients: Vec<Recipient> = deployment.recipients.values().cloned().collect();
    for recipient in &recipients {
        deployment.store.keep_policy(recipient).await.unwrap();
    }
    let further = leaves.saturating_sub(4 * cases) * BATCH / cases;
    for first in (there..cases).step_by(BATCH) {
        accept(deployment, clock, first..(first + BATCH).min(cases)).await;
        for recipient in &recipients {
            disclose(deployment, clock, recipient).await;
        }
        let mut reads = JoinSet::new();
        for _ in 0..further {
            let (store, what) = (deployment.store.clone(), Code::parse("bundle").unwrap());
            reads.spawn(async move {
                store.note_read(Role::Auditor, what, LeafIndex(0), 256).await.unwrap();
            });
        }
        while reads.join_next().await.is_some() {}
        clock.advance(step);
    }
}

async fn accept(deployment: &Deployment, clock: &ManualClock, numbers: std::ops::Range<usize>) {
    let known: BTreeSet<RecipientId> = deployment.recipients.keys().cloned().collect();
    let client = ClientId::parse("bench").unwrap();
    let mut hands = JoinSet::new();
    for n in numbers {
        let context = Context {
            client: &client,
            recipients: &known,
            now: clock.now(),
            entropy: &OsEntropy as &dyn Entropy,
            bytes_max: 65_536,
            accesses: &NoLists,
        };
        let Ok(submission) = read(Kind::Order, order(n).as_bytes(), &context) else {
            panic!("the benchmark's own order is refused");
        };
        let store = deployment.store.clone();
        hands.spawn(async move { store.begin_accept(submission).await.await.unwrap().unwrap() });
    }
    while let Some(accepted) = hands.join_next().await {
        accepted.unwrap();
    }
}

/// All that is due at a recipient: recorded, and ended, twice.
async fn disclose(deployment: &Deployment, clock: &ManualClock, recipient: &Recipient) {
    let store = &deployment.store;
    for attempt in 1..=2 {
        let lease = Duration::from_mins(10);
        let due = store.claim(&recipient.id, 2 * BATCH, lease).await.unwrap();
        let claimed: Vec<Claimed> = due
            .into_iter()
            .filter_map(|work| match work {
                Work::Deliver(claimed) => Some(*claimed),
                _ => None,
            })
            .collect();
        let mut ends = JoinSet::new();
        let (mut claims, mut disclosures) = (Vec::new(), Vec::new());
        for (n, one) in claimed.into_iter().enumerate() {
            let leaf = LeafId::draw(&OsEntropy);
            if attempt == 1 && n % 100 == 99 {
                let (store, event) = (store.clone(), held(recipient));
                let reason = HoldReason::Screened;
                ends.spawn(async move {
                    store.hold(one.claim, (leaf, event), reason).await.unwrap();
                });
                continue;
            }
            let event = Event::Intent(intent(recipient, attempt, n));
            disclosures.push(Disclosure::new(&one.claim, leaf, event));
            claims.push(one.claim);
        }
        store.append(disclosures, lease).await.unwrap();
        for claim in claims {
            let store = store.clone();
            let settlement = if attempt == 1 {
                let (result, due) = (OutcomeResult::Unsent, clock.now());
                Settlement::Retry { result, code: "http-429".to_owned(), due }
            } else {
                let code = "http-201".to_owned();
                Settlement::Completed { reference: None, subscription: None, code }
            };
            ends.spawn(async move { store.settle(claim, settlement).await.unwrap() });
        }
        while let Some(ended) = ends.join_next().await {
            ended.unwrap();
        }
    }
}

fn intent(recipient: &Recipient, attempt: u32, n: usize) -> Intent {
    const FIELDS: [Field; 5] = [
        Field::ContactName,
        Field::ContactPhone,
        Field::Street,
        Field::Apartment,
        Field::FaultDescription,
    ];
    // Fewer of what is rarer, as the middle digits of a square are not even.
    let mixed = n.wrapping_mul(n) / 7;
    let purposes = [Purpose::Activate, Purpose::FaultReport, Purpose::Change, Purpose::Terminate];
    let (extra, withheld): (Vec<Field>, Vec<Field>) = (0..)
        .zip(FIELDS)
        .map(|(bit, field)| (mixed >> bit & 1 == 1, field))
        .fold((Vec::new(), Vec::new()), |(mut sent, mut stayed), (left, field)| {
            if left {
                sent.push(field);
            } else {
                stayed.push(field);
            }
            (sent, stayed)
        });
    let sent = [Field::AccessId, Field::ServiceId, Field::CaseReference].into_iter().chain(extra);
    Intent {
        recipient: RecipientRecord {
            id: recipient.id.clone(),
            legal_name: recipient.legal_name.clone(),
            org_no: recipient.org_no.clone(),
            country: recipient.country.clone(),
            agreement: recipient.agreement.as_ref().unwrap().reference.clone(),
        },
        endpoint: recipient.endpoint(),
        purpose: purposes[mixed / 32 % purposes.len()],
        basis: [LegalBasis::Contract].into(),
        policy: recipient.policy.id(),
        rules: [].into(),
        sent: sent.collect(),
        withheld: withheld.into_iter().collect(),
        not_carried: [].into(),
        conditions: [].into(),
        handling: Handling::Ordinary,
        masked: Vec::new(),
        replaced: [].into(),
        actor: if n.is_multiple_of(3) { Role::Support } else { Role::Ordering },
        attempt,
        sd: [].into(),
    }
}

fn held(recipient: &Recipient) -> Event {
    Event::Hold(Stopped {
        recipient: recipient.id.clone(),
        purpose: Purpose::Activate,
        policy: Some(recipient.policy.id()),
        reason: HoldReason::Screened,
        withheld: [].into(),
        actor: Role::System,
        sd: [].into(),
    })
}

fn order(n: usize) -> String {
    let (access, recipient) = (n % 9_999 + 1, ["globalconnect", "ip-only"][n % 2]);
    let customer = if n.is_multiple_of(50) { n / BATCH * BATCH } else { n };
    format!(
        r#"{{"externalId":"ORD-{n}","requestedStartDate":"2026-12-01T00:00:00Z","relatedParty":[
{{"id":"{recipient}","role":"communicationsOperator"}},
{{"id":"cust-{customer}","role":"customer","@referredType":"Individual","givenName":"Astrid","familyName":"Lindqvist",
"contactMedium":[{{"mediumType":"mobile","characteristic":{{"phoneNumber":"+46701740605"}}}}]}}],
"serviceOrderItem":[{{"id":"1","action":"add","service":{{"serviceSpecification":{{"id":"BB-1000-1000"}},
"serviceCharacteristic":[{{"name":"accessId","value":"STTA{access:04}"}}]}}}}]}}"#
    )
}

/// Somebody at a browser.
struct Seat {
    client: reqwest::Client,
    at: String,
    cookie: String,
    csrf: String,
}

impl Seat {
    fn nobody(at: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self {
            client: client.unwrap(),
            at: at.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
        }
    }

    async fn sign_in(deployment: &Deployment, at: &str, name: &str, roles: &str) -> Self {
        let account = AccountRow {
            name: ClientId::parse(name).unwrap(),
            roles: Roles::parse(roles).unwrap(),
            password: password::hash(WORD, &OsEntropy).unwrap(),
            created: deployment.clock.now(),
        };
        deployment.store.keep_account(account, true).await.unwrap();
        let mut seat = Self::nobody(at);
        let answer = seat.ask("/sign-in", Some(&[("name", name), ("password", WORD)])).await;
        let cookies = answer.headers()["set-cookie"].to_str().unwrap();
        seat.cookie = cookies.split(';').next().unwrap().to_owned();
        let home = seat.ask("/", None).await.text().await.unwrap();
        let (_, rest) = home.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().clone_into(&mut seat.csrf);
        seat
    }

    async fn ask(&self, path: &str, form: Option<&[(&str, &str)]>) -> reqwest::Response {
        let to = format!("{}{path}", self.at);
        let request = match form {
            None => self.client.get(to),
            Some(pairs) => {
                let mut body = url::form_urlencoded::Serializer::new(String::new());
                body.append_pair("csrf", &self.csrf).extend_pairs(pairs);
                let kind = "application/x-www-form-urlencoded";
                self.client.post(to).header("content-type", kind).body(body.finish())
            }
        };
        request.header("cookie", &self.cookie).header("accept", "text/html").send().await.unwrap()
    }

    async fn measure(&self, name: &str, path: &str, form: Option<&[(&str, &str)]>) {
        if std::env::var("SLUSS_BENCH_ONLY").is_ok_and(|only| !name.contains(&only)) {
            return;
        }
        let mut times = Vec::with_capacity(REQUESTS);
        let mut bytes = 0;
        for n in 0..=REQUESTS {
            let begun = Instant::now();
            let answer = self.ask(path, form).await;
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            bytes = answer.bytes().await.unwrap().len();
            // The first one fills caches that every later one finds.
            if n == 0 {
                print!("{name:<34} first {:>8.2} ms", begun.elapsed().as_secs_f64() * 1e3);
            } else {
                times.push(begun.elapsed().as_secs_f64() * 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        let (middle, p99) = (times[REQUESTS / 2], times[REQUESTS * 99 / 100]);
        let longest = times[REQUESTS - 1];
        println!("  p50 {middle:>7.2}  p99 {p99:>7.2}  max {longest:>7.2} ms  {bytes:>6} bytes");
    }
}

/// What the pages of reviews and incidents show, and what more than a page of them costs.
async fn lay_out(deployment: &Deployment, cases: &[CaseId]) -> IncidentId {
    let store = &deployment.store;
    let incident = IncidentId::draw(&OsEntropy);
    let noticed = deployment.clock.now();
    for (n, case) in cases.iter().enumerate() {
        let id = if n == 0 { incident } else { IncidentId::draw(&OsEntropy) };
        let kind = IncidentKind::TooMuch;
        let row = IncidentRow { id, case: *case, kind, noticed, closed: None };
        store.note_incident(row).await.unwrap();
        store.note_vouched(*case, vec!["product".to_owned()], "annan").await.unwrap();
    }
    incident
}

async fn measure(deployment: &Deployment) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let (_stopper, stop) = tokio::sync::watch::channel(false);
    tokio::spawn(sluss::http::serve(deployment.app().unwrap(), listener, stop));
    let any = deployment.store.cases(CaseFilter { limit: 400, ..CaseFilter::default() });
    let rows = any.await.unwrap();
    let done = rows.iter().find(|row| row.state == CaseState::Completed).unwrap();
    let held = CaseFilter { state: Some(CaseState::Held), limit: 1, ..CaseFilter::default() };
    let held = deployment.store.cases(held).await.unwrap()[0].id;
    let about: Vec<CaseId> = rows.iter().map(|row| row.id).collect();
    let incident = lay_out(deployment, &about).await;
    let nobody = Seat::nobody(&at);
    nobody.measure("signing in", "/sign-in", None).await;
    nobody.measure("recipients, for all", "/recipients", None).await;
    nobody.measure("recipients, as data", "/recipients.json", None).await;
    let support = Seat::sign_in(deployment, &at, "tolvan", "support").await;
    at_the_desk(&support, (done.id, held), deployment.clock.now()).await;
    let privacy = Seat::sign_in(deployment, &at, "ombudet", "privacy").await;
    overseen(&privacy, incident).await;
    inspected(&privacy, done.id).await;
    sampled(&privacy).await;
}

async fn at_the_desk(support: &Seat, (done, held): (CaseId, CaseId), now: Timestamp) {
    let back = |part: i64| now.micros() - 86_400_000_000 * DAYS.cast_signed() * part / 100;
    let behind =
        |path: &str, at: i64| format!("{path}?behind={at}-{}", CaseId::from_bytes([0; 16]));
    support.measure("start", "/", None).await;
    support.measure("cases, newest", "/cases", None).await;
    support.measure("cases, in the middle", &behind("/cases", back(50)), None).await;
    support.measure("cases, the last page", &behind("/cases", back(100)), None).await;
    support.measure("search by number", "/cases", Some(&[("text", "ORD-777")])).await;
    support.measure("search by access", "/cases", Some(&[("text", "STTA0777")])).await;
    support.measure("search by address", "/cases", Some(&[("text", "Kungsgatan 10 G")])).await;
    support.measure("search, nothing", "/cases", Some(&[("text", "ORD-none")])).await;
    support.measure("a case", &format!("/cases/{done}"), None).await;
    support.measure("a held case", &format!("/cases/{held}"), None).await;
    support.measure("held", "/held", None).await;
    support.measure("held, the last page", &behind("/held", back(1)), None).await;
    support.measure("reviews", "/reviews", None).await;
    let about = done.to_string();
    let told = [("case", about.as_str()), ("description", "Ring Astrid på 070-174 06 05 först.")];
    support.measure("fault form", "/faults/new", Some(&told[..1])).await;
    support.measure("fault preview", "/faults/preview", Some(&told)).await;
    let form = support.ask("/faults/new", Some(&told[..1])).await.text().await.unwrap();
    let (_, draft) = form.split_once("name=\"draft\" value=\"").unwrap();
    let draft = draft.split('"').next().unwrap();
    let filed = [told[0], told[1], ("draft", draft), ("problem", "NO_LINK")];
    let filed = support.ask("/faults/send", Some(&filed)).await;
    let fault = filed.headers()["location"].to_str().unwrap().to_owned();
    support.measure("a fault", &fault, None).await;
    let comment = [("comment", "Ring Astrid på 070-174 06 05 först.")];
    support.measure("a comment seen first", &format!("{fault}/preview"), Some(&comment)).await;
}

async fn overseen(privacy: &Seat, incident: IncidentId) {
    for days in [7, 30, 90] {
        let path = format!("/overview?days={days}");
        privacy.measure(&format!("overview, {days} days"), &path, None).await;
    }
    privacy.measure("incidents", "/incidents", None).await;
    privacy.measure("incidents, CSV", "/incidents.csv", None).await;
    privacy.measure("incidents, as data", "/incidents.json", None).await;
    privacy.measure("an incident", &format!("/incidents/{incident}"), None).await;
    privacy.measure("policies", "/policies", None).await;
    privacy.measure("a policy", "/policies/globalconnect", None).await;
    privacy.measure("one purpose", "/policies/globalconnect/fault.report", None).await;
    privacy.measure("changes", "/policies/globalconnect/changes", None).await;
    privacy.measure("status", "/status", None).await;
}

async fn inspected(privacy: &Seat, case: CaseId) {
    for (what, asked) in [
        ("log, newest", ""),
        ("log, everything", "?what=all"),
        ("log, far back", "?before=1000"),
        ("log, the last page", "?what=all&before=40"),
        ("log, one operator", "?what=intent&recipient=globalconnect"),
        ("log, one purpose", "?purpose=fault.report"),
        ("log, one role", "?actor=support"),
        ("log, one field", "?field=contact.phone"),
        ("log, one field that left", "?field=contact.phone&side=sent"),
        ("log, one reason", "?reason=screened"),
        ("log, one month", "?from=2026-10-01&to=2026-10-31"),
        ("log, accepted", "?outcome=accepted"),
        ("log, open", "?outcome=open"),
        ("log, nothing", "?rule=nobody.has.it"),
        (
            "log, many at once",
            "?recipient=ip-only&purpose=fault.report&actor=support&field=place.street&side=sent\
             &outcome=unsent&from=2026-10-01",
        ),
    ] {
        privacy.measure(what, &format!("/disclosures{asked}"), None).await;
    }
    for group in [
        "recipient",
        "purpose",
        "outcome",
        "what",
        "actor",
        "reason",
        "rule",
        "sent",
        "withheld",
        "month",
        "day",
    ] {
        let path = format!("/disclosures?what=all&group={group}");
        privacy.measure(&format!("log, by {group}"), &path, None).await;
    }
    privacy.measure("log, one case", &format!("/disclosures?case={case}"), None).await;
    privacy.measure("a leaf", "/disclosures/5000", None).await;
    privacy.measure("a leaf, verified", "/disclosures/5000/verify", Some(&[])).await;
    privacy.measure("a leaf, as a file", "/disclosures/5000/bundle", None).await;
    for (whom, reference) in [("a person", case.to_string()), ("with 20 cases", "cust-1000".into())]
    {
        for view in ["internal", "customer"] {
            let asked = [("reference", reference.as_str()), ("view", view)];
            privacy.measure(&format!("{whom}, {view}"), "/persons", Some(&asked)).await;
        }
    }
}

async fn sampled(privacy: &Seat) {
    let mut last = String::new();
    for wanted in ["25", "200"] {
        let asked = [("wanted", wanted), ("seed", "bench"), ("strata", "recipient")];
        let begun = Instant::now();
        let answer = privacy.ask("/samples", Some(&asked)).await;
        println!("{wanted} drawn, once: {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
        answer.headers()["location"].to_str().unwrap().clone_into(&mut last);
        privacy.measure(&format!("a sample of {wanted}"), &last, None).await;
    }
    privacy.measure("a sample, as a file", &format!("{last}/file"), None).await;
    privacy.measure("samples", "/samples", None).await;
}
