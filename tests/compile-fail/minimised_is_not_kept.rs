//! It cannot outlive its case, so that a retry tomorrow asks tomorrow's policy.

use jiff::civil::Date;
use sluss::dialects::Dialect;
use sluss::domain::Case;
use sluss::minimise::{Minimised, Refusal, minimise};
use sluss::recipients::Recipient;

fn keep(
    case: Case,
    recipient: &'static Recipient,
    dialect: &'static dyn Dialect,
    today: Date,
) -> Result<Minimised<'static>, Refusal> {
    minimise(&case, recipient, dialect, today, false)
}

fn main() {}
