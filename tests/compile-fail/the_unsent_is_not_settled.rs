//! What was recorded is not settled as sent before it was.

use sluss::record::Recorded;
use sluss::settle::Settling;

async fn settle(settling: &Settling<'_>, recorded: Recorded) {
    let _ = settling.sent(recorded).await;
}

fn main() {}
