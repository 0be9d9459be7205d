//! Nobody but the last step says where a case stands.

use sluss::domain::CaseState;
use sluss::settle::{Settled, Sign};

fn forge(state: CaseState, sign: Sign) -> Settled {
    Settled { state, sign }
}

fn main() {}
