//! Nobody but the log says that something stands in the log.

use sluss::dialects::Message;
use sluss::domain::{Act, LeafId, RecipientId};
use sluss::record::{Receipt, Recorded};
use sluss::store::{Appended, Claim};

fn forge(
    right: Claim,
    to: RecipientId,
    act: Act,
    message: Message,
    receipt: Receipt,
) -> Recorded {
    Recorded {
        right,
        to,
        act,
        message,
        receipt,
    }
}

fn forge_the_receipt(leaf: LeafId, appended: Appended) -> Receipt {
    Receipt { leaf, appended }
}

fn main() {}
