//! `sluss token`, `account`, `denial`, and what `serve` says of them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use super::Place;
use super::running::Running;

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";
const WORD: &str = "korrekt häst batteri klammer";

fn status(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[9..12].to_owned()
}

#[test]
fn a_token_is_the_last_word_printed_and_good_until_it_is_revoked() {
    let place = Place::unreachable();
    let create = ["token", "create", "--name", "crm", "--role", "ordering"];
    let made = place.run(&create).code(0);
    let token = made.out.split_whitespace().last().unwrap().to_owned();
    assert!(token.starts_with("sluss_") && made.err.is_empty(), "{made:?}");
    let data =
        place.data(&["token", "create", "--name", "crm", "--role", "ordering", "--days", "0"]);
    let second = data["token"].as_str().unwrap().to_owned();
    assert_eq!((&data["role"], &data["expires"]), (&json!("ordering"), &json!(null)));

    let mut running = Running::start(place.command(&["serve", "--no-worker"]));
    let address = running.address();
    for (token, expected) in [(&token, "200"), (&second, "200"), (&format!("{token}0"), "401")] {
        assert_eq!(status(&address, ORDERS, token), expected);
    }
    assert_eq!(status(&address, "/metrics", &token), "403");
    // Beside the running service: it counts at once.
    let id = data["id"].as_str().unwrap();
    assert_eq!(place.data(&["token", "revoke", id])["revoked"], 1);
    assert_eq!(
        (status(&address, ORDERS, &token), status(&address, ORDERS, &second)),
        ("200".to_owned(), "401".to_owned())
    );
    assert_eq!(place.data(&["token", "revoke", "crm"])["revoked"], 1);
    assert_eq!(status(&address, ORDERS, &token), "401");
    running.stop().code(0);

    let listed = place.run(&["token", "list", "--format", "json"]).code(0);
    let tokens = listed.json()["tokens"].as_array().unwrap().clone();
    assert_eq!(tokens.len(), 2);
    assert!(tokens.iter().all(|one| one["revoked"].is_string() && one["lastUsed"].is_string()));
    assert!(!listed.out.contains(token.rsplit('_').next().unwrap()), "the secret is shown once");
    let denied = place.data(&["denial", "list"]);
    let of = |reason: &str| {
        let rows = denied["denied"].as_array().unwrap().iter();
        rows.filter(|row| row["reason"] == reason).map(|row| row["times"].as_u64().unwrap()).sum()
    };
    let counts: [u64; 3] = [of("malformed"), of("role"), of("revoked")];
    assert_eq!(counts, [1, 1, 2]);

    place.run(&["token", "revoke", "nobody"]).code(1);
    for wrong in ["system", "admin", ""] {
        place.run(&["token", "create", "--name", "crm", "--role", wrong]).code(2);
    }
    let personal =
        place.run(&["token", "create", "--name", "Astrid Lindqvist", "--role", "ordering"]);
    assert!(!personal.code(2).out.contains("sluss_"));
}

#[test]
fn accounts_are_made_changed_and_removed() {
    let place = Place::unreachable();
    let add = ["account", "add", "tolvan", "--role", "support", "--role", "privacy"];
    let every = ["ordering", "support", "auditor", "privacy", "policy", "operations"];
    let every: Vec<_> = every.iter().flat_map(|role| ["--role", role]).collect();
    place.run_with(&[&["account", "add", "all"][..], &every].concat(), WORD).code(2);
    place.run_with(&add, "short\n").code(2);
    place.run_with(&add, "").code(2);
    place.run_with(&add, &format!("{WORD}\n")).code(0);
    place.run_with(&add, &format!("{WORD}\n")).code(1);
    let listed = place.data(&["account", "list"]);
    assert_eq!(listed["accounts"][0]["name"], "tolvan");
    assert_eq!(listed["accounts"][0]["roles"], json!(["support", "privacy"]));
    let database = std::fs::read(place.state().join("sluss.db")).unwrap();
    let holds = |word: &str| database.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(!holds("korrekt häst"));
    place.run_with(&["account", "password", "tolvan"], "another word that is long\n").code(0);
    place.run_with(&["account", "password", "nobody"], "another word that is long\n").code(1);
    place.run(&["account", "remove", "tolvan"]).code(0);
    place.run(&["account", "remove", "tolvan"]).code(1);
    assert_eq!(place.data(&["account", "list"])["accounts"], json!([]));
}

#[test]
fn the_first_start_prints_a_one_time_token_and_later_ones_do_not() {
    let place = Place::unreachable();
    let served = || {
        let mut running = Running::start(place.command(&["serve", "--no-worker"]));
        let address = running.address();
        let ready = super::running::ask(&address, "GET", "/health", "");
        assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
        running.stop().code(0).out
    };
    let first = served();
    assert!(first.contains("/sign-in") && first.contains("\nsluss_"), "{first}");
    let add = ["account", "add", "tolvan", "--role", "operations"];
    place.run_with(&add, &format!("{WORD}\n")).code(0);
    assert!(!served().contains("sluss_"));
}
