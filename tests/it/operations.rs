//! What whoever runs it does with it: back up, restore, move, look whether all is well.
#![cfg(test)]

mod backup;
mod doctor;
mod moving;
mod shipped;
mod supply;
mod tls;
mod traces;
