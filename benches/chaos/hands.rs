//! Those who hand in: each order and fault until it is answered.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use super::place::{OPERATORS, Place};

const HANDS: usize = 3;
/// Between two of one hand.
const PAUSE: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(10);
/// Which accesses the operators have.
const ACCESSES: usize = 9_999;

/// How often they were told to come back, by the reason given.
pub(super) type Refused = BTreeMap<String, u64>;

pub(super) struct Hands {
    stop: Arc<AtomicBool>,
    refused: Arc<Mutex<Refused>>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Hands {
    pub(super) fn start(place: &Place) -> Self {
        let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let thread = |hand| {
            let (stop, refused) = (Arc::clone(&stop), Arc::clone(&refused));
            let (door, token) = (place.door, place.token.clone());
            std::thread::spawn(move || hand_in(hand, door, &token, &stop, &refused))
        };
        Self { threads: (0..HANDS).map(thread).collect(), stop, refused }
    }

    /// What they have handed in: each was answered. And what they were told before that.
    pub(super) fn stop(self) -> (Vec<String>, Refused) {
        self.stop.store(true, Ordering::SeqCst);
        let given = self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        (given, std::mem::take(&mut self.refused.lock().unwrap()))
    }
}

fn hand_in(
    hand: usize,
    door: SocketAddr,
    token: &str,
    stop: &AtomicBool,
    refused: &Mutex<Refused>,
) -> Vec<String> {
    let mut given = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let number = n * HANDS + hand;
        let external = format!("CHAOS-{number}");
        let operator = OPERATORS[number / HANDS % 2];
        let access = format!("STTA{:04}", number % ACCESSES + 1);
        let (path, body) = if n % 3 == 2 {
            ("troubleTicket/v4/troubleTicket", fault(operator, &external, &access))
        } else {
            ("serviceOrdering/v4/serviceOrder", order(operator, &external, &access, number))
        };
        // Also when it is told to stop: what was perhaps taken in must be known to be.
        while !is_taken(door, token, path, &body.to_string(), refused) {
            std::thread::sleep(Duration::from_millis(50));
        }
        given.push(external);
        std::thread::sleep(PAUSE);
    }
    given
}

/// Whether it was answered with 201, or with 200 as it was taken in before. A refusal is a mistake of
/// this trial.
fn is_taken(
    door: SocketAddr,
    token: &str,
    path: &str,
    body: &str,
    refused: &Mutex<Refused>,
) -> bool {
    let length = body.len();
    let request = format!(
        "POST /tmf-api/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let Some((status, said)) = ask(door, &request) else { return false };
    assert!(!(400..500).contains(&status), "{status} {said}");
    if status == 503 {
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        let why =
            said["haltReason"].as_str().or(said["code"].as_str()).unwrap_or("without a reason");
        *refused.lock().unwrap().entry(why.to_owned()).or_default() += 1;
    }
    matches!(status, 200 | 201)
}

/// What the door shows to anybody: status and body.
pub(super) fn get(door: SocketAddr, path: &str) -> Option<(u16, String)> {
    ask(door, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
}

/// An answer that breaks off is none.
fn ask(door: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(door).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn parties(operator: &str, number: usize) -> Value {
    json!([
        { "id": operator, "role": "communicationsOperator", "@type": "RelatedParty",
          "@referredType": "Organization" },
        { "id": format!("cust-{}", number % 500), "role": "customer", "@type": "RelatedParty",
          "@referredType": "Individual", "givenName": "Astrid", "familyName": "Lindqvist" }])
}

/// Without words: what is said in words is read by the guard, and that is not what is tried here.
fn order(operator: &str, external: &str, access: &str, number: usize) -> Value {
    json!({
        "externalId": external,
        "relatedParty": parties(operator, number),
        "serviceOrderItem": [{ "id": "1", "action": "add", "service": {
            "serviceSpecification": { "id": "BB-1000-1000" },
            "serviceCharacteristic": [{ "name": "accessId", "value": access }] } }]
    })
}

fn fault(operator: &str, external: &str, access: &str) -> Value {
    json!({
        "externalId": external,
        "description": "Ingen länk sedan i går.",
        "severity": "significant",
        "ticketType": "fault",
        "relatedEntity": [{ "id": access, "role": "access", "@type": "RelatedEntity",
            "@referredType": "Access" }],
        "relatedParty": parties(operator, 0),
        "characteristic": [{ "name": "problemType", "value": "NO_LINK" }]
    })
}
