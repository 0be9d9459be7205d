//! What is recorded cannot be read out, changed or put on another road: the wire alone opens it.

use sluss::dialects::Message;
use sluss::record::Recorded;

fn open(recorded: Recorded) -> Message {
    let _ = recorded.spend();
    recorded.message
}

fn main() {}
