//! A dialect encodes what the policy lets through, not what we know.

use sluss::dialects::{Dialect, EncodeError, Message};
use sluss::domain::Case;

fn encode(dialect: &dyn Dialect, case: &Case) -> Result<Message, EncodeError> {
    dialect.encode(case)
}

fn main() {}
