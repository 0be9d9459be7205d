//! One leaf, one send: sending spends it, and a retry is recorded again.

use sluss::record::Recorded;
use sluss::transmit::Wire;

async fn deliver(wire: &Wire, recorded: Recorded) {
    let _ = wire.send(recorded).await;
    let _ = wire.send(recorded).await;
}

fn main() {}
