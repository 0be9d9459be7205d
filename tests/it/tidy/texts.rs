//! What pages say stands in the catalogues, and what stands there is said.

use std::collections::BTreeSet;

use super::{Source, files, none};

fn pages() -> Vec<Source> {
    files(&["src/pages", "src/http"], &[".rs"])
}

/// The keys of the Swedish catalogue; that the other has the same is a test beside it.
fn keys() -> BTreeSet<String> {
    let catalogue = files(&["src/pages/i18n"], &["sv.ftl"]);
    let lines = catalogue.iter().flat_map(|file| file.text.lines());
    let lines = lines.filter(|line| !line.starts_with(['#', ' ']));
    lines.filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned())).collect()
}

/// What stands between quotes.
fn literals(code: &str) -> BTreeSet<&str> {
    let mut parts = code.split('"');
    parts.next();
    parts.step_by(2).chain(code.split('"').step_by(2)).collect()
}

#[test]
fn what_pages_say_is_in_the_catalogues() {
    let keys = keys();
    let mut missing = BTreeSet::new();
    for file in pages() {
        let code = file.program();
        for say in [".say(", ".tell(", ".count("] {
            for (at, _) in code.match_indices(say) {
                let rest = code[at + say.len()..].trim_start();
                let Some((key, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'))
                else {
                    continue;
                };
                if !keys.contains(key) {
                    missing.insert(format!("{}: {key}", file.path));
                }
            }
        }
    }
    none(&missing.into_iter().collect::<Vec<_>>(), "no catalogue has this text");
}

#[test]
fn what_is_in_the_catalogues_is_said() {
    let code: String = pages().iter().map(Source::program).collect();
    let said = literals(&code);
    let families = sluss::pages::families();
    let in_family =
        |key: &str| families.iter().any(|(family, _)| key.starts_with(&format!("{family}-")));
    let unsaid = keys().into_iter().filter(|key| !in_family(key) && !said.contains(key.as_str()));
    none(&unsaid.collect::<Vec<_>>(), "a text that no page says");
}
