//! It cannot be handed to another task, to be sent when that has time.

use sluss::minimise::Minimised;

fn queue(minimised: Minimised<'_>) {
    tokio::spawn(async move { minimised.purpose() });
}

fn main() {}
