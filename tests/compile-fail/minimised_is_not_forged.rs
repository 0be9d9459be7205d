//! Nobody but the policy says what may leave.

use std::collections::BTreeMap;

use sluss::dialects::Dialect;
use sluss::domain::Case;
use sluss::minimise::Minimised;
use sluss::recipients::{Agreement, Recipient};

fn forge<'case>(
    case: &'case Case,
    recipient: &'case Recipient,
    agreement: &'case Agreement,
    dialect: &'static dyn Dialect,
) -> Minimised<'case> {
    Minimised {
        case,
        recipient,
        agreement,
        dialect,
        fields: BTreeMap::new(),
        rulings: BTreeMap::new(),
        masked: Vec::new(),
    }
}

fn main() {}
