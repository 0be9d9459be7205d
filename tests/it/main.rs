//! The one integration binary: sluss from the outside.
//!
//! One binary, because linking is what costs; one file per room, in the words of the glossary.

mod config;
mod crash;
mod docs;
mod guard;
mod harness;
mod intake;
mod journey;
mod log;
mod minimise;
mod on_api;
mod recipients;
mod sandbox;
mod soap;
mod store;
mod tidy;
mod typestate;
