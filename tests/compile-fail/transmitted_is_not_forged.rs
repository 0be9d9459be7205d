//! Nobody but the wire says that something was sent.

use sluss::dialects::Answer;
use sluss::domain::{Act, RecipientId};
use sluss::record::Receipt;
use sluss::store::Claim;
use sluss::transmit::Transmitted;

fn forge(
    right: Claim,
    to: RecipientId,
    act: Act,
    receipt: Receipt,
    answer: Answer,
) -> Transmitted {
    Transmitted {
        right,
        to,
        act,
        receipt,
        result: Ok(answer),
    }
}

fn main() {}
