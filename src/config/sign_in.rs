//! The sections `[oauth]`, `[oidc]` and `[session]`: whose tokens are taken at the door beside our own,
//! and how people sign in.

use std::path::{Path, PathBuf};
use std::time::Duration;

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

/// Whom people sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Where it is, and what its ID tokens must say: their audience is our client id.
    pub issuer: Issuer,
    /// The file with the secret that it knows us by; without one we are a public client.
    pub client_secret: Option<PathBuf>,
    /// Where it sends people back to.
    pub redirect: Url,
    /// What it is asked to tell.
    pub scopes: String,
}

impl Provider {
    /// With its secret below a folder, where that path is not absolute.
    pub(super) fn below(self, folder: &Path) -> Self {
        Self { client_secret: self.client_secret.map(|path| folder.join(path)), ..self }
    }
}

/// How long people's sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Without a request.
    pub idle: Duration,
    /// However busy.
    pub whole: Duration,
}

pub(super) fn session(mut session: Table<'_>, faults: &mut Faults) -> Session {
    let idle = session.number("idle_minutes", 30, 1..=1_440, faults);
    let whole = session.number("hours", 10, 1..=168, faults);
    session.nothing_else(faults);
    Session { idle: Duration::from_mins(idle.into()), whole: Duration::from_hours(whole.into()) }
}

pub(super) fn oidc(mut oidc: Table<'_>, faults: &mut Faults) -> Option<Provider> {
    let said = |text: &String| !text.trim().is_empty();
    let issuer = oidc.text("issuer", faults).filter(said);
    let client = oidc.text("client_id", faults).filter(said);
    let client_secret = oidc.text("client_secret_file", faults).filter(said).map(PathBuf::from);
    let public = oidc.text("public_url", faults).filter(said);
    let scopes = oidc.text("scopes", faults).unwrap_or_else(|| "openid profile".to_owned());
    let algorithms = algorithms(&mut oidc, faults);
    let roles = role_map(&mut oidc, faults);
    oidc.nothing_else(faults);
    let issuer = issuer?;
    let address = safe_address(&issuer);
    if address.is_none() {
        faults.add(oidc.key("issuer"), NO_ADDRESS);
    }
    let redirect = public.as_deref().and_then(safe_address);
    let redirect = redirect.and_then(|url| url.join("sign-in/callback").ok());
    if redirect.is_none() {
        let what = "must be where browsers find this service, as https://sluss.example.se/";
        faults.add(oidc.key("public_url"), what);
    }
    if client.is_none() {
        faults.add(oidc.key("client_id"), "is missing: what the provider knows this service as");
    }
    let expected = Expected { issuer, audience: client?, algorithms };
    let issuer = Issuer { address: address?, expected, roles };
    Some(Provider { issuer, client_secret, redirect: redirect?, scopes })
}

const NO_ADDRESS: &str = "must be an https address without query and fragment (http to this machine, \
                          for trials)";

pub(super) fn oauth(mut oauth: Table<'_>, faults: &mut Faults) -> Option<Issuer> {
    let issuer = oauth.text("issuer", faults).filter(|issuer| !issuer.is_empty());
    let audience = oauth.text("audience", faults).unwrap_or_else(|| "sluss".to_owned());
    let algorithms = algorithms(&mut oauth, faults);
    let roles = role_map(&mut oauth, faults);
    oauth.nothing_else(faults);
    let issuer = issuer?;
    let address = safe_address(&issuer).or_else(|| {
        faults.add(oauth.key("issuer"), NO_ADDRESS);
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

fn algorithms(table: &mut Table<'_>, faults: &mut Faults) -> Vec<Algorithm> {
    let Some(named) = table.text("algorithms", faults) else { return Algorithm::ALL.to_vec() };
    let read: Option<Vec<_>> = named.split_ascii_whitespace().map(Algorithm::parse).collect();
    read.filter(|read| !read.is_empty()).unwrap_or_else(|| {
        let known: Vec<_> = Algorithm::ALL.iter().map(|one| one.as_str()).collect();
        let what = format!("must be some of these, with spaces between them: {}", known.join(" "));
        faults.add(table.key("algorithms"), what);
        Algorithm::ALL.to_vec()
    })
}

fn role_map(table: &mut Table<'_>, faults: &mut Faults) -> RoleMap {
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
