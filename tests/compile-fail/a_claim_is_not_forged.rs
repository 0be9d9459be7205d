//! The right to move a case comes from the store, with a lease.

use sluss::domain::CaseId;
use sluss::store::Claim;

fn forge(case: CaseId) -> Claim {
    Claim {
        case,
        token: 1,
        attempt: 0,
    }
}

fn main() {}
