//! Failing closed: each reason to stop made to happen for real, and what an ordering system, an
//! operator and the person on duty see of it. Nothing is sent, nothing that was acknowledged is
//! lost, and the log never gets a second history.
#![cfg(test)]

mod backup;
mod disk;
mod files;
mod fsck;
mod strace;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::running::{Running, ask};
use crate::cli::{Ended, Place, line};

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";

/// The first order on file under another external id.
fn order(external: &str) -> String {
    let mut order: Value = serde_json::from_str(&line("orders.jsonl", 1)).unwrap();
    order["externalId"] = external.into();
    order.to_string()
}

/// An answer's status and its body, if that is JSON.
fn get(address: &str, path: &str) -> (u16, Value) {
    told(&ask(address, "GET", path, ""))
}

fn post(address: &str, external: &str) -> (u16, Value) {
    told(&ask(address, "POST", ORDERS, &order(external)))
}

fn told(answer: &str) -> (u16, Value) {
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[track_caller]
fn until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The service says everywhere that it has stopped, and why; and takes nothing in.
#[track_caller]
fn stopped(address: &str, reason: &str) {
    let begun = Instant::now();
    loop {
        let told = get(address, "/health/ready");
        if told.1["haltReason"] == reason {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it stops for {reason}: {told:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(get(address, "/health/ready").0, 503);
    let refused = ask(address, "POST", ORDERS, &order("ORD-STOPPED"));
    let (status, body) = told(&refused);
    assert_eq!(
        (status, &body["code"], &body["haltReason"]),
        (503, &"halted".into(), &reason.into())
    );
    assert!(refused.to_lowercase().contains("\r\nretry-after: "), "{refused}");
    let metrics = ask(address, "GET", "/metrics", "");
    assert!(metrics.contains(&format!("sluss_log_writable{{reason=\"{reason}\"}} 0")), "{metrics}");
    assert!(metrics.contains(&format!("sluss_halts_total{{reason=\"{reason}\"}}")), "{metrics}");
    let page = ask(address, "GET", "/status", "");
    assert!(page.contains("<html lang=\"sv\">") && page.contains("Stoppat sedan"), "{page}");
    assert!(
        page.contains(&format!("<code>{reason}</code>")) && !page.contains("<script>"),
        "{page}"
    );
}

#[track_caller]
fn running_again(address: &str, external: &str) {
    until("it goes on", || get(address, "/health/ready").0 == 200);
    assert_eq!(post(address, external).0, 201);
    let metrics = ask(address, "GET", "/metrics", "");
    assert!(metrics.contains("sluss_log_writable{reason=\"none\"} 1"), "{metrics}");
    let page = ask(address, "GET", "/status", "");
    assert!(page.contains("Utlämnanden kan registreras"), "{page}");
}

/// Everything derived anew is as it was written.
#[track_caller]
fn sound(place: &Place) -> Value {
    let findings = place.data(&["log", "fsck"]);
    assert_eq!(findings["sound"], true, "{findings}");
    findings
}

fn serve(place: &Place) -> (Running, String) {
    let mut running = Running::start(place.command(&["serve"]));
    let address = running.door(&place.state());
    (running, address)
}

fn resume(place: &Place, code: &str) -> Ended {
    place.run(&["log", "resume", "--reason", code])
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// A service whose operators nobody reaches, with something in its log already.
fn place() -> Place {
    let place = Place::unreachable();
    place.run_with(&["order", "submit", "-"], &order("ORD-FIRST")).code(0);
    place.run(&["log", "list"]).code(0);
    place
}
