//! A finished message is not enough: it has to stand in the log first.

use sluss::dialects::Message;
use sluss::transmit::Wire;

async fn deliver(wire: &Wire, message: Message) {
    let _ = wire.send(message).await;
}

fn main() {}
