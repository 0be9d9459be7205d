//! Nobody but the wire says that something was sent.

use sluss::dialects::Answer;
use sluss::domain::{Purpose, RecipientId};
use sluss::record::Receipt;
use sluss::store::Claim;
use sluss::transmit::Transmitted;

fn forge(
    claim: Claim,
    to: RecipientId,
    purpose: Purpose,
    receipt: Receipt,
    answer: Answer,
) -> Transmitted {
    Transmitted {
        claim,
        to,
        purpose,
        receipt,
        result: Ok(answer),
    }
}

fn main() {}
