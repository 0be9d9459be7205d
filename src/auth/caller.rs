//! Who asks, once that is known.

use super::Roles;
use crate::domain::ClientId;
use crate::log::Role;

/// Somebody who is known, and may do what they ask. Only the gate makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    client: ClientId,
    roles: Roles,
    role: Role,
}

impl Caller {
    /// Who is known by this name, and has one of the roles that the action asks for.
    pub fn admitted(client: ClientId, roles: Roles, allowed: &[Role]) -> Option<Self> {
        let role = roles.first_of(allowed)?;
        Some(Self { client, roles, role })
    }

    /// On whose behalf: what is handed in is told apart by this and `externalId`.
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// The role that they act in here.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Every role that they have.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }
}
