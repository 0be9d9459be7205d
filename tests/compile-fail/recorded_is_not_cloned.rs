//! One leaf, one send: there is no second copy to send.

use sluss::record::Recorded;

fn copy(recorded: Recorded) -> [Recorded; 2] {
    [recorded.clone(), recorded]
}

fn main() {}
