//! Witnesses: others who vouch that the log has only grown (C2SP `tlog-witness`).
//!
//! Two programs that share nothing but the format. [`Folder`] and [`serve`] are a witness: a
//! regulator or an auditor runs it alone, without any configuration or state of the log it follows.
//! [`Rounds`] is the log's side: it shows each new checkpoint to the witnesses of a policy, keeps
//! their cosignatures, and stops all sending where they say that the log is not what it was.
//!
//! [`Client`] is the second HTTP client of this program. It can carry nothing personal: what it
//! sends is an [`AddCheckpoint`](crate::log::AddCheckpoint), which is made of an origin, sizes and
//! hashes.

mod client;
mod door;
mod folder;
mod rounds;
mod server;

pub use client::{Client, ClientError, Cosigning, OpenError};
pub use folder::{Denied, Folder, FolderError};
pub use rounds::{Plan, Rounds, SKEW, Standing};
pub use server::{Limits, serve};
