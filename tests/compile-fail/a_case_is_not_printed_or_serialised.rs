//! A whole case reaches a log line and an answer as little as its values do.

use sluss::domain::Case;

fn print(case: &Case) -> String {
    format!("{case:?}")
}

fn write(case: &Case) -> serde_json::Result<String> {
    serde_json::to_string(case)
}

fn main() {}
