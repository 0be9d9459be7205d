//! What was recorded to be answered with is not sent, and what was recorded to be sent is no answer.

use sluss::domain::Timestamp;
use sluss::record::Recorded;
use sluss::store::Pull;
use sluss::transmit::{Wire, answer};

async fn send(wire: &Wire, recorded: Recorded<Pull>) {
    let _ = wire.send(recorded).await;
}

fn give(recorded: Recorded, now: Timestamp) {
    let _ = answer(recorded, now);
}

fn main() {}
