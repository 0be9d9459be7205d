//! What may be named in one place only, and what in no pure room.

use super::{names, none, sources};

/// A crate or call, where it may stand, and what that is for.
const CONFINED: &[(&str, &[&str], &str)] = &[
    (
        "reqwest",
        &[
            "src/transmit/",
            "src/witness/client.rs",
            "src/notify/addresses.rs",
            "src/notify/client.rs",
            "src/gate/issuer.rs",
            "src/telemetry/export.rs",
        ],
        "one way out, one to witnesses, which takes nothing but a checkpoint, one to callbacks, \
         which takes nothing but a notice, one to issuers, which is asked for keys, and one to a \
         collector, which takes nothing but spans of numbers and codes",
    ),
    ("tokio_postgres", &["src/store/sql/"], "statements are said to either database by one layer"),
    ("rusqlite", &["src/store/sql/"], "statements are said to either database by one layer"),
    (
        "axum",
        &[
            "src/http/",
            "src/pages/",
            "src/sandbox/",
            "src/witness/door.rs",
            "src/witness/server.rs",
        ],
        "the way in and its pages, the simulated operators, and a witness for others to run",
    ),
    ("anyhow", &["src/main.rs"], "everywhere else somebody branches on the error"),
    ("getrandom", &["src/domain/entropy.rs"], "randomness comes in as an argument"),
    ("SystemTime", &[], "time comes in as an argument"),
    ("jiff::Timestamp::now", &["src/domain/clock.rs"], "time comes in as an argument"),
    ("Zoned::now", &[], "time comes in as an argument"),
    ("Instant::now", &[], "time comes in as an argument"),
    ("thread_rng", &[], "randomness comes in as an argument"),
    (
        "SystemClock",
        &["src/domain/", "src/commands/", "src/demo/"],
        "only who starts the program says which clock it runs by",
    ),
    (
        "OsEntropy",
        &["src/domain/", "src/commands/", "src/demo/"],
        "only who starts the program says where randomness comes from",
    ),
    (
        "expose_secret",
        &[
            "src/transmit/",
            "src/sandbox/",
            "src/pulls/door.rs",
            // What a provider knows us by.
            "src/gate/issuer.rs",
            // What notifications are signed with: sealed, used, and shown once.
            "src/store/seal.rs",
            "src/notify/message.rs",
            "src/http/hub.rs",
        ],
        "a password is read where it is put on the wire, or checked there",
    ),
    (
        "disclose",
        &[
            // The one way to the text.
            "src/domain/personal.rs",
            // The policy and the guard decide about it.
            "src/minimise/decide.rs",
            "src/minimise/texts.rs",
            // The finished bytes are searched for what is withheld.
            "src/record/screen.rs",
            // At rest it is encrypted.
            "src/store/seal.rs",
            // A question to the operator is made of ids that it issued itself.
            "src/settle/mod.rs",
            // What somebody vouched for is shown to whoever reviews it.
            "src/desk/review.rs",
            // Such an id leads to the one that the operator has put in its place.
            "src/store/keeper/operators.rs",
            // The person is shown what was sent about them.
            "src/subject/telling.rs",
            "src/subject/receipt.rs",
        ],
        "whoever asks a personal value for its text answers for where it goes",
    ),
    (
        "Message::new",
        &["src/dialects/"],
        "a dialect makes messages, of what the policy lets through",
    ),
    ("Query::new", &["src/dialects/"], "a dialect makes questions, of ids"),
    ("spend", &["src/record/mod.rs", "src/transmit/"], "only sending and answering spend it"),
];

/// Rooms that take values and give values.
const PURE: &[&str] = &[
    "domain",
    "table",
    "address",
    "guard",
    "log",
    "tally",
    "auth",
    "dialects",
    "recipients",
    "audit",
    "intake",
    "minimise",
    "subject",
];

/// What would make them something else.
const IMPURE: &[&str] = &[
    "tokio",
    "async",
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env",
    "std::process",
    "std::thread",
    "println",
    "eprintln",
    "tracing",
];

#[test]
fn what_is_dangerous_stands_in_one_place() {
    let mut loose = Vec::new();
    for file in sources() {
        let code = file.program();
        for (name, places, reason) in CONFINED {
            if names(&code, name) && !file.is_within(places) {
                loose.push(format!("{}: {name} ({reason})", file.path));
            }
        }
    }
    none(&loose, "a name outside its place");
}

#[test]
fn no_place_is_kept_open_for_nobody() {
    let sources = sources();
    let mut unused = Vec::new();
    for (name, places, _) in CONFINED {
        for place in *places {
            let mut there = sources.iter().filter(|file| file.is_within(&[place])).peekable();
            let is_written = there.peek().is_some_and(|file| file.text.lines().count() > 1);
            if is_written && !there.any(|file| names(&file.program(), name)) {
                unused.push(format!("{place} does not name {name}"));
            }
        }
    }
    none(&unused, "an exception that nobody uses any more");
}

#[test]
fn pure_rooms_do_no_io() {
    let mut impure = Vec::new();
    for file in sources() {
        if !PURE.contains(&file.room()) {
            continue;
        }
        let code = file.program();
        for name in IMPURE {
            if names(&code, name) {
                impure.push(format!("{}: {name}", file.path));
            }
        }
    }
    none(&impure, "a pure room reads, waits for, sends and writes nothing");
}

#[test]
fn the_words_and_the_decision_have_no_wire_format() {
    let serialised: Vec<_> = sources()
        .iter()
        .filter(|file| ["domain", "guard", "minimise", "settle"].contains(&file.room()))
        .filter(|file| {
            ["serde", "serde_json", "Serialize"].iter().any(|name| names(&file.program(), name))
        })
        .map(|file| file.path.clone())
        .collect();
    none(&serialised, "each edge has its own copy of what it reads or writes");
}

#[test]
fn a_dialect_asks_for_nothing_but_what_may_leave() {
    // Steps behind minimise may look into the whole case; a dialect is handed the same value, and
    // must not.
    let mut curious = Vec::new();
    for file in sources() {
        if file.room() != "dialects" {
            continue;
        }
        let code = file.program();
        for (at, found) in code.match_indices("minimised.") {
            let asked: String = code[at + found.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !["act", "text", "fields", "questions"].contains(&asked.as_str()) {
                curious.push(format!("{}: minimised.{asked}", file.path));
            }
        }
        for name in ["Case", "Personal", "facts", "rulings"] {
            if names(&code, name) {
                curious.push(format!("{}: {name}", file.path));
            }
        }
    }
    none(&curious, "a dialect sees no case");
}
