//! The one integration binary: sluss from the outside.
//!
//! One binary, because linking is what costs; one file per room, in the words of the glossary.

mod guard;
mod intake;
mod log;
mod on_api;
mod sandbox;
mod soap;
mod store;
mod tidy;
mod typestate;
