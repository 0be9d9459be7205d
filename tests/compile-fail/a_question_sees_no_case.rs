//! A question is made of ids: neither a case nor what the policy lets through fits in.

use sluss::dialects::{Dialect, Query};
use sluss::domain::Case;
use sluss::minimise::Minimised;

fn ask(dialect: &dyn Dialect, case: &Case, minimised: &Minimised<'_>) -> [Query; 2] {
    [dialect.find(case), dialect.find(minimised)]
}

fn main() {}
