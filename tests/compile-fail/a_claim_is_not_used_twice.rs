//! A claim is spent by the write that uses it.

use sluss::domain::Timestamp;
use sluss::store::{Claim, Store};

async fn twice(store: &Store, claim: Claim, due: Timestamp) {
    let _ = store.give_back(claim, due).await;
    let _ = store.give_back(claim, due).await;
}

fn main() {}
