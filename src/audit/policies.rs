//! The policies that decided, by hash: read once, and checked to be what their hash says.

use std::collections::BTreeMap;

use super::Rule;
use super::registry::short;
use crate::domain::{PolicyId, RecipientId};
use crate::recipients::{KeptPolicy, Policy, id_of};

/// Policies that were read, by hash: each once, however many leaves it decided.
#[derive(Debug, Default)]
pub struct Policies(BTreeMap<PolicyId, Known>);

#[derive(Debug)]
enum Known {
    Read(Box<KeptPolicy>),
    Absent,
    OtherBytes,
    Unreadable(String),
}

impl Policies {
    /// So many are remembered at once; past it they are asked for anew.
    pub const KEPT_MAX: usize = 256;

    pub(super) fn knows(&self, id: PolicyId) -> bool {
        self.0.contains_key(&id)
    }

    /// What is kept under a hash; `None`: nothing.
    pub fn put(&mut self, id: PolicyId, bytes: Option<&[u8]>) {
        let known = match bytes {
            None => Known::Absent,
            Some(bytes) if id_of(bytes) != id => Known::OtherBytes,
            Some(bytes) => match KeptPolicy::read(bytes) {
                Ok(kept) => Known::Read(Box::new(kept)),
                Err(error) => Known::Unreadable(error.to_string()),
            },
        };
        if self.0.len() >= Self::KEPT_MAX {
            self.0.clear();
        }
        self.0.insert(id, known);
    }

    /// The policy of a recipient, or why there is none to replay with.
    pub(super) fn get(
        &self,
        id: PolicyId,
        recipient: &RecipientId,
    ) -> Result<&Policy, (Rule, String)> {
        let name = short(id);
        match self.0.get(&id) {
            Some(Known::Read(kept)) if kept.recipient == *recipient => Ok(&kept.policy),
            Some(Known::Read(kept)) => {
                let what = format!("names policy {name}, which is {}'s", kept.recipient);
                Err((Rule::PolicyUnknown, what))
            }
            None | Some(Known::Absent) => {
                Err((Rule::PolicyUnknown, format!("names policy {name}, which is not there")))
            }
            Some(Known::OtherBytes) => {
                let what = format!("names policy {name}, and what is kept as it has another hash");
                Err((Rule::PolicyBytes, what))
            }
            Some(Known::Unreadable(why)) => Err((
                Rule::PolicyUnknown,
                format!("names policy {name}, which cannot be read: {why}"),
            )),
        }
    }
}
