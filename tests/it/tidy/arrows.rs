//! Which room may name which: the table is the architecture, and a new arrow is a decision.

use std::collections::BTreeSet;

use super::{none, root, sources};

/// The rooms in the order of `src/lib.rs`, each with those that it names. What is not in here is
/// not allowed; the absences are the point. No room of the journey but record, transmit and settle
/// knows the store; none but settle knows the wire; intake knows no recipient; guard and log know
/// nothing but the words.
const ROOMS: &[(&str, &[&str])] = &[
    // The ground.
    ("crash", &[]),
    ("domain", &[]),
    ("table", &[]),
    // Spans are of a time, and have random ids.
    ("telemetry", &["domain"]),
    ("tls", &[]),
    ("address", &["domain"]),
    ("guard", &["domain"]),
    ("log", &["domain"]),
    // Numbers of what stands in leaves, and what of them stands out.
    ("tally", &["domain", "log"]),
    // Who may do what: roles are the log's words for who acted.
    ("auth", &["domain", "log"]),
    // Who may receive, and in whose words. A recipient's file names a dialect, and its policy is
    // hashed in the log's canonical form.
    ("dialects", &["domain", "address", "minimise"]),
    ("recipients", &["domain", "table", "log", "dialects"]),
    // Reads the log back, and replays decisions with the policies that made them.
    ("audit", &["domain", "log", "recipients"]),
    // The journey.
    ("intake", &["domain", "address", "guard"]),
    ("minimise", &["domain", "guard", "dialects", "recipients"]),
    // TM Forum's words for states, events and lists.
    ("tmf", &["domain", "intake"]),
    // Keeps what intake made, the policy that decided, the leaves, and what the event feed said.
    (
        "store",
        &[
            "crash",
            "domain",
            "address",
            "telemetry",
            "tls",
            "log",
            "tally",
            "auth",
            "dialects",
            "recipients",
            "intake",
            "tmf",
        ],
    ),
    ("record", &["crash", "domain", "guard", "log", "dialects", "recipients", "minimise", "store"]),
    // A claim passes through unopened: the wire does not write, and knows nothing of the log.
    (
        "transmit",
        &["crash", "domain", "telemetry", "tls", "dialects", "recipients", "store", "record"],
    ),
    ("settle", &["crash", "domain", "telemetry", "log", "dialects", "store", "transmit"]),
    // An operator asks, and goes the same way: decided, recorded, spent by being answered.
    (
        "pulls",
        &[
            "crash",
            "domain",
            "telemetry",
            "log",
            "dialects",
            "recipients",
            "minimise",
            "store",
            "record",
            "transmit",
            "settle",
        ],
    ),
    // What people at a desk do: they see what would be sent by the steps that send, and decide.
    (
        "desk",
        &[
            "domain",
            "address",
            "log",
            "auth",
            "dialects",
            "recipients",
            "intake",
            "minimise",
            "store",
            "record",
            "settle",
        ],
    ),
    // The log as files: written from the store, and verified without it.
    ("export", &["crash", "domain", "log", "store"]),
    // Who else vouches for the log: a program of its own, and the rounds that ask it.
    ("witness", &["crash", "domain", "table", "telemetry", "log", "store", "settle"]),
    // Tells of what the store kept; the reasons are a policy's.
    ("subject", &["domain", "log", "recipients", "store"]),
    // What auditors do with the log: found in the store, replayed by the auditor's rules, told in the
    // words of a person's report.
    ("inspection", &["domain", "log", "auth", "audit", "store", "subject"]),
    // Tells ordering systems: speaks to them, and has nothing but ids, states and dates to say.
    ("notify", &["crash", "domain", "telemetry", "store", "tmf"]),
    // What those who look after it all are shown: numbers, and who vouches for the log.
    ("overview", &["domain", "log", "tally", "recipients", "store", "settle", "witness"]),
    // The shells. No server touches a policy or the wire; the simulated operators share nothing
    // with the program but the words, so that no misreading can hide on both sides.
    (
        "config",
        &[
            "domain",
            "table",
            "telemetry",
            "log",
            "auth",
            "recipients",
            "tmf",
            "store",
            "settle",
            "witness",
            "notify",
        ],
    ),
    // Who is let in: what is shown at the door against what is kept.
    ("gate", &["domain", "telemetry", "auth", "store", "config"]),
    // What people see. Pages know of no server: the door hands them who looks, and what was filled in.
    (
        "pages",
        &[
            "domain",
            "address",
            "log",
            "tally",
            "auth",
            "dialects",
            "recipients",
            "intake",
            "minimise",
            "store",
            "desk",
            "subject",
            "inspection",
            "overview",
            "gate",
        ],
    ),
    (
        "http",
        &[
            "domain",
            "address",
            "telemetry",
            "log",
            "auth",
            "intake",
            "tmf",
            "store",
            "settle",
            "pulls",
            "desk",
            "inspection",
            "notify",
            "config",
            "overview",
            "gate",
            "pages",
        ],
    ),
    ("sandbox", &["domain"]),
    (
        "worker",
        &[
            "crash",
            "domain",
            "address",
            "telemetry",
            "log",
            "dialects",
            "recipients",
            "minimise",
            "store",
            "record",
            "transmit",
            "settle",
            "notify",
            "config",
        ],
    ),
    (
        "commands",
        &[
            "domain",
            "address",
            "table",
            "telemetry",
            // The guard as a filter, and nothing but.
            "guard",
            "log",
            "auth",
            "dialects",
            "recipients",
            "audit",
            "intake",
            "minimise",
            "tmf",
            "store",
            "record",
            "transmit",
            "settle",
            "pulls",
            "desk",
            "export",
            "subject",
            "inspection",
            "notify",
            "overview",
            "config",
            "gate",
            "http",
            "sandbox",
            "witness",
            "worker",
            "demo",
        ],
    ),
    (
        "demo",
        &[
            "domain",
            "address",
            "log",
            "dialects",
            "recipients",
            "intake",
            "minimise",
            "store",
            "record",
            "config",
            "http",
            "sandbox",
            "commands",
        ],
    ),
];

/// The arrows that point down, and why they may.
const DOWNWARD: &[(&str, &str, &str)] = &[
    (
        "dialects",
        "minimise",
        "encode takes what the policy lets through, and minimise asks what a dialect has a place \
         for: two halves of one contract",
    ),
    ("commands", "demo", "the command line starts the demonstration, which starts commands itself"),
];

#[test]
fn a_room_names_only_what_it_may() {
    let mut new = BTreeSet::new();
    for file in sources() {
        let from = file.room();
        if from == "lib" || from == "main" {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == from) else {
            new.insert(format!("{}: a room that is not in the table", file.path));
            continue;
        };
        let code = file.code();
        for (at, found) in code.match_indices("crate::") {
            let rest = &code[at + found.len()..];
            if rest.starts_with('{') || rest.starts_with('*') {
                new.insert(format!("{}: one `use` for each room", file.path));
                continue;
            }
            let to: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if to != from && !allowed.contains(&to.as_str()) {
                new.insert(format!("{}: {from} -> {to}", file.path));
            }
        }
    }
    let new: Vec<_> = new.into_iter().collect();
    none(&new, "an arrow that is not in the table");
}

#[test]
fn arrows_point_up_but_for_two() {
    let place = |room: &str| ROOMS.iter().position(|(name, _)| *name == room);
    let mut down = Vec::new();
    for (at, (from, to)) in ROOMS.iter().enumerate() {
        for to in *to {
            let above = place(to).is_some_and(|to| to < at);
            let excused = DOWNWARD.iter().any(|(f, t, _)| f == from && t == to);
            if above == excused {
                down.push(format!("{from} -> {to}"));
            }
        }
    }
    none(&down, "each room uses only what stands above it");
}

#[test]
fn the_rooms_stand_in_the_order_of_the_library() {
    let library = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let declared: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let listed: Vec<&str> =
        ROOMS.iter().map(|(room, _)| *room).filter(|room| declared.contains(room)).collect();
    assert_eq!(declared, listed);
}
