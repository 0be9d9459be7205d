//! The one integration binary: sluss from the outside.
//!
//! One binary, because linking is what costs; one file per room, in the words of the glossary.

mod cli;
mod config;
mod crash;
mod demo;
mod docs;
mod guard;
mod harness;
mod http;
mod intake;
mod journey;
mod log;
mod minimise;
mod on_api;
mod people;
mod pi_api;
mod raw;
mod recipients;
mod redact;
mod sandbox;
mod soap;
mod store;
mod tidy;
mod typestate;
mod wire;
mod witness;
