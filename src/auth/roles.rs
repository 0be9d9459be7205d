//! The roles that somebody outside may have.

use std::collections::BTreeSet;
use std::fmt;

use crate::log::Role;

/// Every role that can be given. `system` cannot: that is the program by itself.
pub const ROLES: [Role; 6] =
    [Role::Ordering, Role::Support, Role::Auditor, Role::Privacy, Role::Policy, Role::Operations];

/// What somebody may act as: at least one role, never `system`, and never every one of the others:
/// nobody can do everything, whatever an account or a provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// Those of a list that can be given; `None` where none is left, or all are there.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Option<Self> {
        let given: BTreeSet<Role> = roles.into_iter().filter(|role| ROLES.contains(role)).collect();
        (1..ROLES.len()).contains(&given.len()).then_some(Self(given))
    }

    /// Reads words with spaces between them; `None` where one is no role.
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split_ascii_whitespace();
        let roles: Option<Vec<Role>> = words.map(Self::word).collect();
        Self::new(roles?)
    }

    /// Reads one role that can be given.
    pub fn word(word: &str) -> Option<Role> {
        Role::parse(word).filter(|role| ROLES.contains(role))
    }

    /// The first of these roles that it has: the one to act as.
    pub fn first_of(&self, allowed: &[Role]) -> Option<Role> {
        allowed.iter().copied().find(|role| self.0.contains(role))
    }

    /// Each role, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, role) in self.0.iter().enumerate() {
            write!(f, "{}{role}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_is_given_to_nobody_and_everything_neither() {
        assert_eq!(Roles::parse("system"), None);
        assert_eq!(Roles::parse("ordering system"), None);
        assert_eq!(Roles::parse(""), None);
        assert_eq!(Roles::new([Role::System]), None);
        assert_eq!(Roles::new(ROLES), None);
        assert!(Roles::new(ROLES.into_iter().skip(1)).is_some());
        let both = Roles::parse("support  auditor").map(|roles| roles.to_string());
        assert_eq!(both.as_deref(), Some("support auditor"));
    }
}
