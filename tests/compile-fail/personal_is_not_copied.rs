//! What is known about a person stays where it is, and is overwritten there.

use sluss::domain::Personal;

fn copy(value: Personal) -> [Personal; 2] {
    [value.clone(), value]
}

fn main() {}
