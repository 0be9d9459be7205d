//! What runs until it is told to stop, and several processes on one state.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Ended, Place, line};
use crate::tokens;

/// A process that is ended when the test is.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.env("SLUSS__HTTP__LISTEN", "127.0.0.1:0");
        let pause = "SLUSS__HTTP__STOP_PAUSE_SECONDS";
        if command.get_envs().all(|(name, _)| name != pause) {
            command.env(pause, "0");
        }
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The address in the first line that has one.
    pub(crate) fn address(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "it ended");
            if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                return format!("127.0.0.1:{port}");
            }
        }
    }

    /// Its address, once it knows the tests' tokens.
    pub(crate) fn door(&mut self, state: &Path) -> String {
        let address = self.address();
        tokens::keep_in(state);
        address
    }

    /// Asks it to end, as a service manager does; how it ended, within ten seconds.
    pub(crate) fn stop(self) -> Ended {
        self.terminate();
        self.ended()
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// The signal by which it ends of itself, within a minute.
    pub(crate) fn signal(mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.signal();
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How it ended, within ten seconds.
    pub(crate) fn ended(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        let mut said = self.child.stderr.take().unwrap();
        said.read_to_string(&mut err).unwrap();
        let code = status.code().unwrap_or_else(|| panic!("ended by a signal: {status}, {err}"));
        Ended { code, out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks as somebody who may.
pub(crate) fn ask(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let (length, known) = (body.len(), tokens::fit_for(path));
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{known}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Nothing under this folder can be read by others.
#[track_caller]
pub(crate) fn private(folder: &Path) {
    let mode = fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{} is {mode:o}", folder.display());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            private(&path);
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
        }
    }
}

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";

#[test]
fn what_cannot_be_delivered_stays_and_the_log_says_so() {
    let place = Place::unreachable();
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 2)).code(0);
    let moved = place.data(&["work", "--once"]);
    assert_eq!(moved["moved"], 2);
    for case in place.cases() {
        assert_eq!((&case["state"], &case["disclosures"]), (&json!("accepted"), &json!(1)));
    }
    let leaves = place.data(&["log", "list"]);
    let of = |kind: &str| -> Vec<_> {
        let leaves = leaves["leaves"].as_array().unwrap().iter();
        leaves.map(|one| one["leaf"].clone()).filter(|leaf| leaf["kind"] == kind).collect()
    };
    assert_eq!(of("intent").len(), 2);
    let outcomes = of("outcome");
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|leaf| leaf["result"] == "unsent"), "{outcomes:?}");
    place.run(&["log", "verify"]).code(0);
}

#[test]
fn without_its_secrets_nothing_is_sent() {
    let place = Place::new();
    for command in [&["work", "--once"][..], &["serve"]] {
        let ended = place.run(command).code(2);
        assert!(ended.err.contains("secrets/globalconnect"), "{ended:?}");
    }
}

#[test]
fn serve_answers_beside_other_processes_and_stops_when_told() {
    let place = Place::unreachable();
    let mut running = Running::start(place.command(&["serve"]));
    let address = running.door(&place.state());
    assert!(ask(&address, "GET", "/health", "").starts_with("HTTP/1.1 200"));
    let posted = ask(&address, "POST", ORDERS, &line("orders.jsonl", 1));
    assert!(posted.starts_with("HTTP/1.1 201"), "{posted}");

    // Another process on the same state: what it hands in is seen here, and the other way round.
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 2)).code(0);
    let again = place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    assert!(again.out.contains("handed in before"), "{again:?}");
    let listed = ask(&address, "GET", ORDERS, "");
    assert!(listed.contains("ORD-2026-000101") && listed.contains("ORD-2026-000102"), "{listed}");
    let ready = ask(&address, "GET", "/ready", "");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    private(&place.state());

    // A connection that says nothing, and one in the middle of its request.
    let _idle = TcpStream::connect(&address).unwrap();
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"POST / HTTP/1.1\r\nx-half").unwrap();
    let ended = running.stop().code(0);
    assert!(ended.out.contains("stopping"), "{ended:?}");
    assert_eq!(place.cases().len(), 2);
    assert!(place.data(&["log", "verify"])["sound"].as_bool().unwrap());
}

/// Readiness goes down first, what is under way ends, and then the process does.
#[test]
fn a_stop_is_seen_before_it_is_felt_and_cuts_nobody_off() {
    let place = Place::unreachable();
    let mut command = place.command(&["serve", "--no-worker"]);
    command.env("SLUSS__HTTP__STOP_PAUSE_SECONDS", "2");
    let mut running = Running::start(command);
    let address = running.door(&place.state());
    let body = line("orders.jsonl", 1);
    let (known, length) = (tokens::fit_for(ORDERS), body.len());
    let mut posting = TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST {ORDERS} HTTP/1.1\r\nhost: x\r\n{known}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{}",
        &body[..10]
    );
    posting.write_all(head.as_bytes()).unwrap();

    let begun = Instant::now();
    running.terminate();
    while !ask(&address, "GET", "/health/ready", "").contains("\"stopping\"") {
        assert!(begun.elapsed() < Duration::from_secs(2), "readiness does not go down");
    }
    // Whoever has not noticed yet is still served.
    assert!(ask(&address, "GET", "/health", "").starts_with("HTTP/1.1 200"));
    let other = line("orders.jsonl", 2);
    assert!(ask(&address, "POST", ORDERS, &other).starts_with("HTTP/1.1 201"));
    // Until nothing new is let in.
    while TcpStream::connect(&address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(8), "it goes on listening");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.elapsed() >= Duration::from_millis(1_900), "the pause was too short");
    // What was under way is answered, and kept.
    posting.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    posting.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    running.ended().code(0);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(place.cases().len(), 2);
}

#[test]
fn work_and_serve_can_be_two_processes() {
    let place = Place::unreachable();
    let mut serving = Running::start(place.command(&["serve", "--no-worker", "--format", "json"]));
    let address = serving.door(&place.state());
    let working = Running::start(place.command(&["work"]));
    let posted = ask(&address, "POST", ORDERS, &line("orders.jsonl", 1));
    assert!(posted.starts_with("HTTP/1.1 201"), "{posted}");
    // Until the first leaf is signed, a store that is opened anew takes the log for a torn one.
    let begun = Instant::now();
    while !place.state().join("checkpoint").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody worked");
        std::thread::sleep(Duration::from_millis(20));
    }
    while place.cases()[0]["disclosures"] != 1 {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody worked");
        std::thread::sleep(Duration::from_millis(100));
    }
    working.stop().code(0);
    serving.stop().code(0);
}
