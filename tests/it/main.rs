//! The one integration binary: sluss from the outside.
//!
//! One binary, because linking is what costs; one file per room, in the words of the glossary.

mod cli;
mod demo;
mod guard;
mod http;
mod intake;
mod log;
mod on_api;
mod people;
mod raw;
mod sandbox;
mod soap;
