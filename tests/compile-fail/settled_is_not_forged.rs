//! Nobody but the last step says where a case stands.

use sluss::domain::CaseState;
use sluss::settle::Settled;

fn forge(state: CaseState) -> Settled {
    Settled { state }
}

fn main() {}
