//! Addresses in words and in fields, and which access of an operator's list is meant by one.
//!
//! Pure. What somebody asks for is personal, and so nothing in here can be printed; what an operator
//! lists is its network. Nothing is guessed: one access and no other, or a person decides.
//!
//! ```text
//! fold      spelling: case, NFC and NFD, UTF-8 that was encoded twice
//! place     what an address says, in one form, from fields
//! parse     the same from words as people write them
//! access    one row of an operator's list
//! resolve   a place and rows: one, none, or why it cannot be told
//! ```

mod access;
mod fold;
mod parse;
mod place;
mod resolve;

pub use access::{Access, AccessState, Listed, Premises, Written};
pub use fold::{exact, loose};
pub use parse::{NoPlace, fields, parse};
pub use place::{Place, PlaceParts};
pub use resolve::{Doubt, Found, resolve};

/// More characters are no address.
pub const LENGTH_MAX: usize = 300;
