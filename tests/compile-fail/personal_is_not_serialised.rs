//! What is known about a person reaches no answer and no file by a derived road.

use sluss::domain::Personal;

fn write(value: &Personal) -> serde_json::Result<String> {
    serde_json::to_string(value)
}

fn main() {}
