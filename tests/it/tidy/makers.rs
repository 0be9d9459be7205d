//! The values that prove a step are each made in one place.
//!
//! Private fields keep everybody else out (`typestate.rs`); this keeps their own room from growing a
//! second maker, such as a constructor for tests.

use std::collections::BTreeMap;

use super::sources;

/// A type, and the files that make one, with how often.
const MAKERS: &[(&str, &[(&str, usize)])] = &[
    ("Minimised", &[("src/minimise/decide.rs", 1)]),
    ("Recorded", &[("src/record/mod.rs", 1)]),
    ("Transmitted", &[("src/transmit/mod.rs", 1)]),
    // A step may end in several ways.
    ("Settled", &[("src/settle/mod.rs", 4)]),
    ("Claim", &[("src/store/keeper/lease.rs", 1)]),
    // Behind the commit, and again when a disclosure in doubt is read back with its leaf.
    ("Appended", &[("src/store/keeper/lease.rs", 1), ("src/store/keeper/tx.rs", 1)]),
];

#[test]
fn a_proof_is_made_in_one_place() {
    let sources = sources();
    for (proof, makers) in MAKERS {
        let mut found = BTreeMap::new();
        for file in &sources {
            let code = file.code();
            let made = literals(&code, proof) + in_its_own_impl(&code, proof);
            if made > 0 {
                found.insert(file.path.as_str(), made);
            }
        }
        assert_eq!(found, makers.iter().copied().collect(), "makers of {proof}");
    }
}

/// How many struct literals `Proof { .. }` there are; a pattern counts as well, as it opens one.
fn literals(code: &str, proof: &str) -> usize {
    let is_literal = |at: usize| {
        let before = code[..at].trim_end();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        let rest = code[at + proof.len()..].trim_start();
        let whole_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let declared = before.ends_with("struct")
            || before.ends_with("->")
            || before.ends_with(" for")
            || line.starts_with("impl");
        // `CaseState::Recorded` is a word of a list, `record::Recorded` is the type.
        let listed = code[..at].strip_suffix("::").is_some_and(|path| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let list = path.rsplit(|c| !is_word(c)).next().unwrap_or_default();
            list.starts_with(char::is_uppercase)
        });
        whole_word && rest.starts_with('{') && !declared && !listed
    };
    code.match_indices(proof).filter(|(at, _)| is_literal(*at)).count()
}

/// How many `Self { .. }` there are in the inherent and trait implementations of the type.
fn in_its_own_impl(code: &str, proof: &str) -> usize {
    let mut made = 0;
    let mut within = false;
    for line in code.lines() {
        if line.starts_with("impl") {
            let head = line.trim_end_matches('{').trim_end();
            let subject = head.rsplit(' ').next().unwrap_or_default();
            within = subject.split('<').next() == Some(proof);
        }
        if within && (line.contains("Self {") || line.contains("Self(")) {
            made += usize::from(!line.contains("-> Self {"));
        }
        if line.starts_with('}') {
            within = false;
        }
    }
    made
}

#[test]
fn the_counter_finds_what_it_counts() {
    let code = "pub struct Claim {\n}\nimpl Claim {\n    fn new() -> Self {\n        Self {\n\
                }\n    }\n}\nfn a() -> Claim {\n    let b = Claim { case };\n    Preclaim {}\n}\n";
    assert_eq!(literals(code, "Claim"), 1);
    assert_eq!(in_its_own_impl(code, "Claim"), 1);
    assert_eq!(literals("let a = store::Claim { case };", "Claim"), 1);
    assert_eq!(literals("if state == State::Claim { return }", "Claim"), 0);
    assert_eq!(in_its_own_impl("impl Other {\n    Self {\n}\n", "Claim"), 0);
}
