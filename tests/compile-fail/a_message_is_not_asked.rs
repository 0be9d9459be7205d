//! The door for questions does not let a disclosure out.

use sluss::dialects::Message;
use sluss::domain::RecipientId;
use sluss::transmit::Wire;

async fn deliver(wire: &Wire, to: &RecipientId, message: &Message) {
    let _ = wire.ask(to, message).await;
}

fn main() {}
