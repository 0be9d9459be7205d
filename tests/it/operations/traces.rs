//! Traces at a collector: steps, times, ids and codes, and nobody's name.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::running::{Running, ask};
use crate::cli::{Place, line};

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";

/// What a collector was sent.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<(String, Value)>>>);

impl Taken {
    fn spans(&self) -> Vec<Value> {
        let taken = self.0.lock().unwrap();
        let scopes = taken.iter().map(|(_, body)| &body["resourceSpans"][0]["scopeSpans"][0]);
        scopes.flat_map(|scope| scope["spans"].as_array().unwrap().clone()).collect()
    }
}

/// Takes requests one after the other, each with a body of a told length.
fn collect(stream: TcpStream, taken: &Taken) {
    let mut stream = stream;
    let mut read = Vec::new();
    let mut more = [0; 8_192];
    loop {
        let end = read.windows(4).position(|four| four == b"\r\n\r\n").map(|end| end + 4);
        if let Some(end) = end {
            let head = String::from_utf8(read[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
            });
            let length = length.unwrap();
            if read.len() >= end + length {
                let body = serde_json::from_slice(&read[end..end + length]).unwrap();
                taken.0.lock().unwrap().push((head, body));
                read.drain(..end + length);
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer.as_bytes()).unwrap();
                continue;
            }
        }
        match stream.read(&mut more) {
            Ok(0) | Err(_) => return,
            Ok(got) => read.extend_from_slice(&more[..got]),
        }
    }
}

fn collector() -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, taken) = (listener.local_addr().unwrap(), Taken::default());
    let seen = taken.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, seen) = (stream.unwrap(), seen.clone());
            std::thread::spawn(move || collect(stream, &seen));
        }
    });
    (format!("http://{address}/otlp"), taken)
}

fn named(spans: &[Value], name: &str) -> usize {
    spans.iter().filter(|span| span["name"] == name).count()
}

#[test]
fn a_collector_gets_steps_and_times_and_no_names() {
    let (url, taken) = collector();
    let place = Place::unreachable();
    let mut command = place.command(&["serve"]);
    command.env("SLUSS__TELEMETRY__OTLP_URL", &url);
    let mut running = Running::start(command);
    let address = running.door(&place.state());
    let posted = ask(&address, "POST", ORDERS, &line("orders.jsonl", 1));
    assert!(posted.starts_with("HTTP/1.1 201"), "{posted}");
    let begun = Instant::now();
    loop {
        let spans = taken.spans();
        if named(&spans, "request") > 0 && named(&spans, "send") > 0 && named(&spans, "sent") > 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{spans:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    running.stop().code(0);
    let spans = taken.spans();
    let find = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap();
    // Two steps of one case are one trace.
    assert_eq!(find("send")["traceId"], find("sent")["traceId"]);
    let request = find("request").to_string();
    assert!(request.contains("\"intValue\":\"201\""), "{request}");
    for (head, body) in &*taken.0.lock().unwrap() {
        assert!(head.starts_with("POST /otlp/v1/traces HTTP/1.1"), "{head}");
        let text = body.to_string();
        let order: Value = serde_json::from_str(&line("orders.jsonl", 1)).unwrap();
        let external = order["externalId"].as_str().unwrap();
        for told in [external, "Lindqvist", "Kungsgatan", "Portkod", "STTA0001"] {
            assert!(!text.contains(told), "{told}: {text}");
        }
    }
}

/// Nobody waits for a collector that is not there.
#[test]
fn without_its_collector_everything_goes_on() {
    let place = Place::unreachable();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = place.command(&["serve", "--no-worker"]);
    command.env("SLUSS__TELEMETRY__OTLP_URL", format!("http://{free}"));
    let mut running = Running::start(command);
    let address = running.door(&place.state());
    let posted = ask(&address, "POST", ORDERS, &line("orders.jsonl", 1));
    assert!(posted.starts_with("HTTP/1.1 201"), "{posted}");
    running.stop().code(0);

    let mut refused = place.command(&["serve"]);
    refused.env("SLUSS__TELEMETRY__OTLP_URL", "http://collector.example.se:4318");
    let refused = refused.output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}
