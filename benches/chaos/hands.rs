//! Those who hand in: each order and fault until it is answered.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

pub(super) struct Hands {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Hands {
    pub(super) fn start(place: &Place) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = |hand| {
            let (stop, door, token) = (Arc::clone(&stop), place.door, place.token.clone());
            std::thread::spawn(move || hand_in(hand, door, &token, &stop))
        };
        Self { threads: (0..HANDS).map(thread).collect(), stop }
    }

    /// What they have handed in: each was answered.
    pub(super) fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

fn hand_in(hand: usize, door: SocketAddr, token: &str, stop: &AtomicBool) -> Vec<String> {
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
        while !is_taken(door, token, path, &body.to_string()) {
            std::thread::sleep(Duration::from_millis(50));
        }
        given.push(external);
        std::thread::sleep(PAUSE);
    }
    given
}

/// Whether it was answered with 201, or with 200 as it was taken in before. A refusal is a mistake of
/// this trial.
fn is_taken(door: SocketAddr, token: &str, path: &str, body: &str) -> bool {
    let Some(answer) = ask(door, token, path, body) else { return false };
    let status = answer.split(' ').nth(1).unwrap_or_default();
    assert!(!status.starts_with('4'), "{answer}");
    matches!(status, "200" | "201")
}

fn ask(door: SocketAddr, token: &str, path: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(door).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let length = body.len();
    write!(
        stream,
        "POST /tmf-api/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    // One that breaks off is none.
    answer.contains("\r\n\r\n").then_some(answer)
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
