//! The one integration binary: sluss from the outside.
//!
//! One binary, because linking is what costs; one file per room, in the words of the glossary.

mod accesses;
mod address;
mod audit;
mod bulkheads;
mod cli;
mod closed;
mod config;
mod crash;
mod demo;
mod docs;
mod export;
mod follow;
mod guard;
mod harness;
mod http;
mod inspection;
mod intake;
mod journey;
mod log;
mod minimise;
mod notify;
mod on_api;
mod operations;
mod operators;
mod pages;
mod people;
mod pi_api;
mod postgres;
mod pulls;
mod raw;
mod recipients;
mod redact;
mod sandbox;
// A release build has no points at which it could be directed.
#[cfg(debug_assertions)]
mod simulation;
mod soap;
mod store;
mod subject;
mod tidy;
mod tokens;
mod typestate;
mod wire;
mod witness;
