//! The connections to the operators belong to the wire alone.

use sluss::transmit::Wire;

fn lines(wire: &Wire) -> usize {
    wire.lines.len()
}

fn main() {}
