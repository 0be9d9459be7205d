//! Who may do what, as values: roles, the actions of the door and who may take them, and what callers
//! show to be known by. Pure: `gate` is where it meets the store, the time and the network.
//!
//! Roles are separate (DESIGN, invariant 11): no role may take every action, and a test holds the
//! whole matrix against the routes that there are.

mod action;
mod caller;
mod denial;
mod jwk;
pub mod jwt;
pub mod password;
mod roles;
mod token;

pub use action::{Action, Who};
pub use caller::Caller;
pub use denial::Denial;
pub use jwk::KeySet;
pub use roles::{ROLES, Roles};
pub use token::{Token, TokenHash, TokenId};
