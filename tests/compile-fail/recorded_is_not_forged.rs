//! Nobody but the log says that something stands in the log.

use sluss::dialects::Message;
use sluss::domain::{LeafId, Purpose, RecipientId};
use sluss::record::{Receipt, Recorded};
use sluss::store::{Appended, Claim};

fn forge(
    claim: Claim,
    to: RecipientId,
    purpose: Purpose,
    message: Message,
    receipt: Receipt,
) -> Recorded {
    Recorded {
        claim,
        to,
        purpose,
        message,
        receipt,
    }
}

fn forge_the_receipt(leaf: LeafId, appended: Appended) -> Receipt {
    Receipt { leaf, appended }
}

fn main() {}
