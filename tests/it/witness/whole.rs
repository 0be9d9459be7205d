//! The whole way by the command line: a deployment with witnesses, and an auditor who demands them.

use std::fs;

use serde_json::Value;
use sluss::domain::{Clock as _, SystemClock};
use sluss::log::{Receipt, VerifierKey};

use super::*;
use crate::cli::{Place, line as fixture};

/// A deployment whose operators cannot be reached, and its key.
fn deployment() -> (Place, String) {
    let place = Place::unreachable();
    place.run_with(&["order", "submit", "-"], &fixture("orders.jsonl", 1)).code(0);
    let key = place.run(&["log", "checkpoint", "--key"]).code(0).out.trim().to_owned();
    (place, key)
}

fn configure(place: &Place, policy: &str) {
    fs::write(place.config().join("witnesses"), policy).unwrap();
    place.replace("sluss.toml", "witness_policy = ", "witness_policy = \"witnesses\"");
}

#[test]
fn a_deployment_is_witnessed_and_an_auditor_demands_it() {
    let (place, log) = deployment();
    let (one, two) = (
        Witness::named("witness.example.se/w1", std::slice::from_ref(&log)),
        Witness::named("auditor.example.com/w2", std::slice::from_ref(&log)),
    );
    let (first, second) = (one.serve(), two.serve());
    let lines = format!(
        "log {log}\nwitness regulator {} http://{}\nwitness auditor {} http://{}\n",
        one.key, first.address, two.key, second.address
    );
    let all = format!("{lines}group g all regulator auditor\nquorum g\n");
    configure(&place, &all);
    place.run(&["log", "checkpoint", "--witnesses"]).code(1);
    place.run(&["work", "--once"]).code(0);

    let shown = place.data(&["log", "checkpoint", "--witnesses"]);
    assert_eq!(shown["witnesses"].as_array().unwrap().len(), 2, "{shown}");
    let size = &shown["quorum"]["size"];
    assert!(shown["witnesses"].as_array().unwrap().iter().all(|one| one["size"] == *size));

    let policy = place.config().join("witnesses");
    let verify = ["log", "verify", "--witness-policy", policy.to_str().unwrap()];
    let verified = place.data(&verify);
    assert_eq!((&verified["sound"], &verified["witnessed"]["size"]), (&Value::Bool(true), size));

    // A receipt in that tree carries what the witnesses signed, and stands by itself.
    let prove = ["log", "prove", "1", "--witness-policy", policy.to_str().unwrap()];
    let receipt = Receipt::parse(&place.run(&prove).code(0).out).unwrap();
    let leaf = place.data(&["log", "show", "1"])["leaf"].to_string();
    let log_key = VerifierKey::parse(&log).unwrap();
    let checkpoint = receipt.verify(leaf.as_bytes(), &[log_key]).unwrap();
    let quorum = Policy::parse(all.as_bytes()).unwrap();
    let witnessed = quorum.verify(receipt.checkpoint(), SystemClock.now()).unwrap();
    assert_eq!((&witnessed.checkpoint, witnessed.by.len()), (&checkpoint, 2));
    let listed = place.run(&["log", "checkpoint", "--size", &checkpoint.size.to_string()]).code(0);
    assert_eq!(Note::parse(&listed.out).unwrap(), *receipt.checkpoint());

    // An exported folder too: it has the newest checkpoint that they have cosigned, and the policy.
    let folder = place.path("export");
    let folder = folder.to_str().unwrap();
    place.run(&["log", "export", folder]).code(0);
    let beside = format!("{folder}/witness-policy");
    let offline = place.data(&["log", "verify", folder, "--witness-policy", &beside]);
    assert_eq!(offline["witnessed"]["size"], verified["witnessed"]["size"], "{offline}");
    assert!(offline["size"].as_u64() > verified["size"].as_u64(), "{offline}");

    // So do the receipts that a person is given.
    let receipts = place.path("receipts");
    let receipts = receipts.to_str().unwrap();
    place.run(&["subject", "report", "ORD-2026-000101", "--receipts", receipts]).code(0);
    let kept = ["log", "verify", receipts, "--key", &log];
    let told = place.data(&[&kept[..], &["--witness-policy", policy.to_str().unwrap()]].concat());
    assert_eq!(
        (&told["refused"], told["receipts"].as_array().unwrap().len()),
        (&Value::from(0), 1)
    );

    // With somebody in it who was never asked, the same log does not pass.
    let stranger = CosigningKey::new(name("third.example.se"), &[3; 32]).witness_key();
    let more =
        format!("{lines}witness third {stranger}\ngroup g all regulator auditor third\nquorum g\n");
    let demanding = place.write("demanding", &more);
    let ended = place.run(&["log", "verify", "--witness-policy", demanding.to_str().unwrap()]);
    assert!(ended.code(1).err.contains("no checkpoint of this log is cosigned"));
    let offline = ["log", "verify", folder, "--witness-policy", demanding.to_str().unwrap()];
    assert!(place.run(&offline).code(1).err.contains("no checkpoint in the folder is cosigned"));
    let asking = [&kept[..], &["--witness-policy", demanding.to_str().unwrap()]].concat();
    assert!(place.run(&asking).code(1).out.contains("the quorum is not reached"));

    // And with a policy for another log it is not even looked at.
    let other = key().verifier().to_string();
    let other = place.write("other", &all.replace(&log, &other));
    let ended = place.run(&["log", "verify", "--witness-policy", other.to_str().unwrap()]).code(1);
    assert!(ended.err.contains("does not name this log"), "{ended:?}");
    place.write("demanding", "quorum nobody\n");
    place.run(&["log", "verify", "--witness-policy", demanding.to_str().unwrap()]).code(2);
}

#[test]
fn a_running_server_shows_what_it_records() {
    let (place, log) = deployment();
    let witness = Witness::named(NAME, std::slice::from_ref(&log));
    let serving = witness.serve();
    configure(&place, &format!("witness w {} http://{}\nquorum w\n", witness.key, serving.address));
    let running = Running::start(place.command(&["serve"]));
    let begun = std::time::Instant::now();
    // The order that was handed in before is recorded by now, and its leaves are cosigned.
    let shown = loop {
        let shown = place.run(&["log", "checkpoint", "--witnesses", "--format", "json"]);
        if shown.code == 0 && shown.json()["quorum"]["size"].as_u64().unwrap() >= 3 {
            break shown.json();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{shown:?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(shown["witnesses"][0]["name"], "w");
    running.stop().code(0);
}

#[test]
fn no_order_is_taken_while_no_witness_vouches() {
    let (place, _) = deployment();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let key = CosigningKey::new(name(NAME), &[1; 32]).witness_key();
    configure(&place, &format!("witness w {key} http://{nobody}\nquorum w\n"));
    place.replace("sluss.toml", "witness_age_max_seconds = ", "witness_age_max_seconds = 1");
    let mut running = Running::start(place.command(&["serve"]));
    let address = running.address();
    let begun = std::time::Instant::now();
    loop {
        let ready = crate::cli::running::ask(&address, "GET", "/ready", "");
        if ready.starts_with("HTTP/1.1 503") {
            assert!(ready.contains("witnesses"), "{ready}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{ready}");
        std::thread::sleep(Duration::from_millis(50));
    }
    running.stop();
}

#[test]
fn a_policy_that_cannot_be_gone_by_is_told_before_anything_starts() {
    let (place, log) = deployment();
    let key = CosigningKey::new(name(NAME), &[1; 32]).witness_key();
    let other = crate::log::key().verifier();
    for (policy, what) in [
        ("quorum w\n".to_owned(), "line 1: no earlier line defines this name"),
        (format!("witness w {key}\nquorum w\n"), "no address"),
        (format!("witness w {key} http://w.example.se\nquorum w\n"), "https"),
        (format!("log {other}\nwitness w {key} https://w.example.se\nquorum w\n"), &log),
    ] {
        configure(&place, &policy);
        let ended = place.run(&["work", "--once"]).code(2);
        assert!(ended.err.contains(what), "{ended:?}");
        place.replace("sluss.toml", "witness_policy = ", "witness_policy = \"\"");
    }
    place.replace("sluss.toml", "witness_policy = ", "witness_policy = \"missing\"");
    let ended = place.run(&["work", "--once"]).code(2);
    assert!(ended.err.contains("log.witness_policy") && ended.err.contains("missing"), "{ended:?}");
    place.replace("sluss.toml", "witness_policy = ", "witness_policy = \"\"");
    place.replace("sluss.toml", "witness_age_max_seconds = ", "witness_age_max_seconds = 5");
    place.run(&["check"]).code(2);
}
