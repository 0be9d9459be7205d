//! What is known about a person reaches no log line and no error text.

use sluss::domain::Personal;

fn print(value: &Personal) -> [String; 2] {
    [format!("{value}"), format!("{value:?}")]
}

fn main() {}
