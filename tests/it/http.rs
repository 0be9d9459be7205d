//! The door for the ordering system: the real router on a real socket, asked with raw bytes.

#![cfg(test)]

mod bad;
mod changes;
mod hostile;
mod issuer;
mod lists;
mod matrix;
mod official;
mod openapi;
mod tiles;
pub(crate) mod tls;
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sluss::commands::Deployment;
use sluss::config::{self, Config};
use sluss::domain::{HaltReason, ManualClock, OsEntropy, Timestamp};
use sluss::http::{local_client, serve};
use sluss::intake::Kind;
use sluss::recipients;
use sluss::store::{CaseFilter, Sight};
use sluss::tmf::Page;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::people;
use crate::raw::{Heard, ask, http};
use crate::tokens as known;

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";
const TICKETS: &str = "/tmf-api/troubleTicket/v4/troubleTicket";
const JSON: &str = "content-type: application/json";

/// A deployment whose clock stands still, at its door.
struct House {
    deployment: Deployment,
    clock: Arc<ManualClock>,
    address: SocketAddr,
    stopper: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
    _dir: TempDir,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The bodies of a file of JSON Lines under `fixtures/`.
fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("fixtures").join(file)).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn order() -> Value {
    serde_json::from_str(&lines("tmf/orders.jsonl")[0]).unwrap()
}

fn ticket() -> Value {
    serde_json::from_str(&lines("tmf/tickets.jsonl")[0]).unwrap()
}

impl House {
    async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// With the configuration that ships, the fixtures' further recipient, and a change.
    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = TempDir::new().unwrap();
        let mut config = config::load(&root().join("config"), &BTreeMap::new()).unwrap();
        config.state = dir.path().join("state");
        config.http.limits.stop_pause = Duration::ZERO;
        let further = fs::read_to_string(root().join("fixtures/demo/exempelnat.toml")).unwrap();
        let further = recipients::read(Path::new("exempelnat.toml"), Path::new(""), &further);
        config.recipients.push(further.unwrap());
        change(&mut config);
        let start = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let entropy = Arc::new(OsEntropy);
        let deployment = Deployment::open_with(config, clock.clone(), entropy).unwrap();
        known::keep(&deployment.store).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = watch::channel(false);
        let served = tokio::spawn(serve(deployment.app().unwrap(), listener, stop));
        Self { deployment, clock, address, stopper, served, _dir: dir }
    }

    /// Asked by somebody who may; `ask` is for strangers.
    async fn raw(&self, request: &[u8]) -> Heard {
        ask(self.address, &known::known(request)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.raw(&http("GET", path, "", "")).await.json()
    }

    async fn post(&self, path: &str, body: impl AsRef<[u8]>) -> (u16, Value) {
        self.raw(&http("POST", path, JSON, body)).await.json()
    }

    /// How many orders, tickets, cases and leaves there are.
    async fn holds(&self) -> [u64; 4] {
        let store = &self.deployment.store;
        let client = local_client().unwrap();
        let none = Page::parse(Kind::Order, "limit=0").unwrap();
        let all = (&client, Sight::Restricted);
        let (orders, _) = store.submissions(Kind::Order, all, &none).await.unwrap();
        let (tickets, _) = store.submissions(Kind::Ticket, all, &none).await.unwrap();
        let filter = CaseFilter { limit: u32::MAX, ..CaseFilter::default() };
        let cases = store.cases(filter).await.unwrap().len() as u64;
        [orders, tickets, cases, store.size().await.unwrap().0]
    }
}

#[track_caller]
fn refused(answer: &(u16, Value), status: u16, code: &str) {
    let (got, body) = answer;
    assert_eq!((*got, body["code"].as_str()), (status, Some(code)), "{body}");
    assert_eq!(body["@type"], "Error");
    assert_eq!(body["status"], status.to_string());
    assert!(!body["reason"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_handed_in_is_kept_and_can_be_looked_up() {
    let house = House::open().await;
    assert_eq!(house.get("/health").await, (200, json!({"status": "alive"})));
    assert_eq!(house.get("/ready").await.0, 200);

    for (path, handed) in [(ORDERS, order()), (TICKETS, ticket())] {
        let heard = house.raw(&http("POST", path, JSON, handed.to_string())).await;
        let (status, body) = heard.json();
        assert_eq!(status, 201);
        let location = heard.header("location").unwrap();
        assert_eq!(location, format!("{path}/{}", body["id"].as_str().unwrap()));
        assert_eq!(body["href"], location);
        assert_eq!(body["externalId"], handed["externalId"]);
        for value in people::values(&handed) {
            assert!(!people::stands_in(&value, &body.to_string()), "{body}");
        }
        assert_eq!(house.get(&location).await, (200, body));
    }
    assert_eq!(house.holds().await[..3], [1, 1, 2]);

    // An order is no ticket, whatever its id.
    let orders = house.get(ORDERS).await.1;
    let id = orders[0]["id"].as_str().unwrap();
    refused(&house.get(&format!("{TICKETS}/{id}")).await, 404, "notFound");
}

#[tokio::test]
async fn lists_are_told_in_pages() {
    let house = House::open().await;
    for line in lines("tmf/orders.jsonl").iter().take(5) {
        assert_eq!(house.post(ORDERS, line).await.0, 201);
    }
    for (query, total, shown) in [
        ("", 5, 5),
        ("?limit=2", 5, 2),
        ("?offset=4&limit=2", 5, 1),
        ("?offset=9", 5, 0),
        ("?limit=0", 5, 0),
        ("?limit=4294967295", 5, 5),
    ] {
        let request = http("GET", &format!("{ORDERS}{query}"), "", "");
        let heard = house.raw(&request).await;
        let (status, body) = heard.json();
        assert_eq!((status, body.as_array().unwrap().len()), (200, shown), "{query}");
        let header = |name| heard.header(name).unwrap().parse::<usize>().unwrap();
        let counts = (header("x-total-count"), header("x-result-count"));
        assert_eq!(counts, (total, shown), "{query}");
    }
    let page = house.get(&format!("{ORDERS}?offset=1&limit=1")).await.1;
    let all = house.get(ORDERS).await.1;
    assert_eq!(page[0], all[1]);
    for query in
        ["limit=-1", "limit=x", "offset=4294967296", "sort=19121212-1212", "limit=1&limit=2"]
    {
        let answer = house.get(&format!("{ORDERS}?{query}")).await;
        refused(&answer, 400, "invalidQuery");
        assert!(!answer.1.to_string().contains("1212"));
    }
}

#[tokio::test]
async fn what_is_not_offered_is_refused_in_the_same_words() {
    let house = House::open().await;
    let none = "00000000000000000000000000000000";
    for path in ["/nowhere", "/tmf-api", "/tmf-api/serviceOrdering/v4/serviceOrder/"] {
        refused(&house.get(path).await, 404, "notFound");
    }
    for id in [none, "1", "19121212-1212", "%00", "..%2f..%2fkeys"] {
        let answer = house.get(&format!("{ORDERS}/{id}")).await;
        refused(&answer, 404, "notFound");
        assert!(!answer.1.to_string().contains("1212"));
    }
    for (method, path) in [
        ("DELETE", ORDERS.to_owned()),
        ("PUT", ORDERS.to_owned()),
        ("PUT", format!("{ORDERS}/{none}")),
        ("DELETE", format!("{ORDERS}/{none}")),
        ("DELETE", format!("{TICKETS}/{none}")),
        ("POST", "/health".to_owned()),
    ] {
        let answer = house.raw(&http(method, &path, JSON, "{}")).await;
        refused(&answer.json(), 405, "methodNotAllowed");
        assert!(answer.header("allow").is_some(), "{method} {path}");
    }
    let body = order().to_string();
    for kind in ["", "content-type: text/plain", "content-type: application/xml"] {
        let answer = house.raw(&http("POST", ORDERS, kind, &body)).await.json();
        refused(&answer, 415, "mediaType");
    }
    let spelled = "content-type: Application/JSON ; charset=utf-8";
    let answer = house.raw(&http("POST", ORDERS, spelled, &body)).await;
    assert_eq!(answer.json().0, 201);
}

#[tokio::test]
async fn the_same_again_is_the_same_submission_and_another_body_is_a_conflict() {
    let house = House::open().await;
    let mut body = order();
    let (status, first) = house.post(ORDERS, body.to_string()).await;
    assert_eq!(status, 201);
    // Not byte for byte the same: the same JSON.
    let spaced = serde_json::to_string_pretty(&body).unwrap();
    assert_eq!(house.post(ORDERS, spaced).await, (200, first.clone()));

    body["requestedStartDate"] = json!("2026-12-02T00:00:00Z");
    let answer = house.post(ORDERS, body.to_string()).await;
    refused(&answer, 409, "externalIdConflict");
    assert_eq!(answer.1["fault"][0]["member"], "externalId");
    assert!(!answer.1.to_string().contains("ORD-2026-000101"));
    assert_eq!(house.holds().await[..3], [1, 0, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_are_one_order() {
    let house = House::open().await;
    let request = known::known(&http("POST", ORDERS, JSON, order().to_string()));
    let request: Arc<[u8]> = request.into();
    let mut asking = JoinSet::new();
    for _ in 0..50 {
        let (address, request) = (house.address, Arc::clone(&request));
        asking.spawn(async move { ask(address, &request).await.json() });
    }
    let answers = asking.join_all().await;
    let made = answers.iter().filter(|(status, _)| *status == 201).count();
    let known = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!((made, known), (1, 49));
    assert!(answers.iter().all(|(_, body)| *body == answers[0].1));
    assert_eq!(house.holds().await[..3], [1, 0, 1]);
}

#[tokio::test]
async fn a_pulled_brake_closes_the_door() {
    let house = House::open().await;
    house.deployment.halt.pull(HaltReason::LogChanged);
    refused(&house.get("/ready").await, 503, "halted");
    let heard = house.raw(&http("POST", ORDERS, JSON, order().to_string())).await;
    refused(&heard.json(), 503, "halted");
    assert!(heard.header("retry-after").is_some());
    assert_eq!(house.get("/health").await.0, 200);
    assert_eq!(house.get(ORDERS).await.0, 200);
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn a_body_that_trickles_in_is_ended() {
    let house = House::with(|config| {
        config.http.request_timeout = Duration::from_millis(300);
    })
    .await;
    let stream = TcpStream::connect(house.address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let trickling = tokio::spawn(async move {
        let head =
            format!("POST {ORDERS} HTTP/1.1\r\nhost: x\r\n{JSON}\r\ncontent-length: 900\r\n\r\n");
        to.write_all(&known::known(head.as_bytes())).await.unwrap();
        while to.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut head = [0; 12];
    let answered = tokio::time::timeout(Duration::from_secs(5), from.read_exact(&mut head)).await;
    answered.expect("the patience of a few of its timeouts").unwrap();
    assert_eq!(&head, b"HTTP/1.1 408");
    trickling.abort();
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn what_is_no_http_harms_nobody_else() {
    let house = House::open().await;
    let large = vec![0xff; 70_000];
    for garbage in [
        &b"\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        &large,
    ] {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
    }
    assert_eq!(house.get("/health").await.0, 200);
}

#[tokio::test]
async fn a_stop_waits_for_no_half_request() {
    let house = House::with(|config| {
        config.http.request_timeout = Duration::from_millis(300);
    })
    .await;
    let mut half = TcpStream::connect(house.address).await.unwrap();
    half.write_all(b"POST / HTTP/1.1\r\nhost: x\r\nx-never").await.unwrap();
    let mut idle = TcpStream::connect(house.address).await.unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0; 1];
    idle.read_exact(&mut byte).await.unwrap();

    house.stopper.send(true).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), house.served).await;
    ended.expect("an end within seconds").unwrap().unwrap();
}

#[tokio::test]
async fn all_that_the_fixtures_hand_in_is_taken() {
    let house = House::open().await;
    for (path, file) in [(ORDERS, "tmf/orders.jsonl"), (TICKETS, "tmf/tickets.jsonl")] {
        for line in lines(file) {
            let (status, body) = house.post(path, &line).await;
            assert_eq!(status, 201, "{body}");
            for value in people::values(&serde_json::from_str(&line).unwrap()) {
                assert!(!people::stands_in(&value, &body.to_string()), "{body}");
            }
        }
    }
    let [orders, tickets, cases, _] = house.holds().await;
    assert!(orders >= 12 && tickets >= 8 && cases >= orders + tickets);
}
