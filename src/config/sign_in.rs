//! The section `[oauth]`: whose tokens are taken at the door beside our own.

use crate::auth::jwt::{Algorithm, Expected};
use crate::auth::{ROLES, Roles};
use crate::log::Role;
use crate::table::{Faults, Table};
use url::{Host, Url};

/// An issuer, and what its tokens must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Where it is.
    pub address: Url,
    /// What its tokens must say.
    pub expected: Expected,
    /// Which of their claims tell of roles, and how.
    pub roles: RoleMap,
}

/// How claims become roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMap {
    claim: String,
    words: Vec<(Role, Vec<String>)>,
}

impl RoleMap {
    /// The claim to look at.
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The roles that these words stand for; `None`: none.
    pub fn roles(&self, words: &[&str]) -> Option<Roles> {
        let given = |told: &Vec<String>| told.iter().any(|word| words.contains(&word.as_str()));
        Roles::new(self.words.iter().filter(|(_, told)| given(told)).map(|(role, _)| *role))
    }
}

pub(super) fn oauth(mut oauth: Table<'_>, faults: &mut Faults) -> Option<Issuer> {
    let issuer = oauth.text("issuer", faults).filter(|issuer| !issuer.is_empty());
    let audience = oauth.text("audience", faults).unwrap_or_else(|| "sluss".to_owned());
    let algorithms = algorithms(&mut oauth, faults);
    let roles = role_map(&mut oauth, faults);
    oauth.nothing_else(faults);
    let issuer = issuer?;
    let address = safe_address(&issuer).or_else(|| {
        let what = "must be an https address without query and fragment (http to this machine, for \
                    trials)";
        faults.add(oauth.key("issuer"), what);
        None
    })?;
    if audience.trim().is_empty() {
        faults.add(oauth.key("audience"), "must not be blank");
    }
    Some(Issuer { address, expected: Expected { issuer, audience, algorithms }, roles })
}

/// An address to which secrets may be sent: by TLS, or to this machine; without query and fragment.
pub fn safe_address(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let is_here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (is_safe && is_plain).then_some(url)
}

pub(super) fn algorithms(table: &mut Table<'_>, faults: &mut Faults) -> Vec<Algorithm> {
    let named = table.texts("algorithms", faults);
    let mut algorithms = Vec::new();
    for name in &named {
        match Algorithm::parse(name) {
            Some(algorithm) => algorithms.push(algorithm),
            None => {
                let known: Vec<_> = Algorithm::ALL.iter().map(|one| one.as_str()).collect();
                let what = format!("must be of {}", known.join(", "));
                faults.add(table.key("algorithms"), what);
            }
        }
    }
    if algorithms.is_empty() { Algorithm::ALL.to_vec() } else { algorithms }
}

pub(super) fn role_map(table: &mut Table<'_>, faults: &mut Faults) -> RoleMap {
    let claim = table.text("roles_claim", faults).unwrap_or_else(|| "roles".to_owned());
    let mut told = table.table("roles", faults);
    let words = ROLES.map(|role| {
        let words = told.texts(role.as_str(), faults);
        // Said nowhere, a role goes by its own name.
        (role, if words.is_empty() { vec![role.as_str().to_owned()] } else { words })
    });
    told.nothing_else(faults);
    RoleMap { claim, words: words.to_vec() }
}
