//! Where notifications may go: an address on the deployment's list, by HTTPS.
//!
//! Whoever registers chooses an address that this machine then speaks to. So a name must be listed,
//! an address by number is refused (but loopback, for trials), and where a name leads is looked at
//! again at each connection.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use thiserror::Error;
use url::{Host, Url};

/// Why an address is no callback. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// Not an address at all, or longer than any that makes sense.
    #[error("must be an absolute URL of at most 500 printable ASCII characters")]
    Form,
    /// Plain HTTP, or something else.
    #[error("must be https")]
    NotHttps,
    /// What must not stand in an address that is kept and called again and again.
    #[error("must be without user name, password, query and fragment")]
    NotPlain,
    /// A number instead of a name.
    #[error("must name a host: an address by number is not called")]
    ByNumber,
    /// The deployment's list does not have it.
    #[error("names a host that is not on this deployment's list (notify.hosts)")]
    NotListed,
    /// It leads back to this program.
    #[error("leads back to this program")]
    Ourselves,
}

/// Which addresses a deployment lets be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    /// Names of hosts; `*.example.se` stands for every name below `example.se`.
    pub hosts: Vec<String>,
    /// Whether `http://127.0.0.1` and `http://[::1]` may be called, for trials.
    pub allow_http_loopback: bool,
    /// Where this program listens.
    pub ours: Option<SocketAddr>,
}

impl Doors {
    /// Whether a line of the list is one: a name, or all names below one.
    pub fn is_name(line: &str) -> bool {
        let name = line.strip_prefix("*.").unwrap_or(line);
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        name.contains('.') && name.split('.').all(label) && name.parse::<IpAddr>().is_err()
    }

    fn lists(&self, name: &str) -> bool {
        self.hosts.iter().any(|line| match line.strip_prefix("*.") {
            Some(above) => name.strip_suffix(above).is_some_and(|below| below.ends_with('.')),
            None => line == name,
        })
    }

    fn admit(&self, url: &Url) -> Result<(), CallbackError> {
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(CallbackError::NotPlain);
        }
        let number = match url.host().ok_or(CallbackError::Form)? {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        if let Some(address) = number {
            if !(self.allow_http_loopback && address.is_loopback()) {
                return Err(CallbackError::ByNumber);
            }
            let ours =
                self.ours.filter(|ours| ours.ip().is_loopback() || ours.ip().is_unspecified());
            if ours.is_some_and(|ours| Some(ours.port()) == url.port_or_known_default()) {
                return Err(CallbackError::Ourselves);
            }
            return match url.scheme() {
                "http" | "https" => Ok(()),
                _ => Err(CallbackError::NotHttps),
            };
        }
        if url.scheme() != "https" {
            return Err(CallbackError::NotHttps);
        }
        let name = url.host_str().unwrap_or_default().trim_end_matches('.');
        if self.lists(name) { Ok(()) } else { Err(CallbackError::NotListed) }
    }
}

/// An address that was admitted.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback(Url);

impl Callback {
    const LENGTH_MAX: usize = 500;

    /// Reads an address, and holds it to the deployment's list: at registration, and at each
    /// attempt, as the list may have become shorter.
    pub fn parse(text: &str, doors: &Doors) -> Result<Self, CallbackError> {
        if text.len() > Self::LENGTH_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CallbackError::Form);
        }
        let url: Url = text.parse().map_err(|_| CallbackError::Form)?;
        doors.admit(&url)?;
        Ok(Self(url))
    }

    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// As it is kept and shown to whoever registered it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// In traces it is a host, as a path may hold what somebody calls a secret.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({})", self.0.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CallbackError as E;

    fn doors(allow_http_loopback: bool) -> Doors {
        let hosts = ["hooks.example.se", "*.isp.example"].map(str::to_owned).to_vec();
        Doors { hosts, allow_http_loopback, ours: Some(SocketAddr::from(([127, 0, 0, 1], 8080))) }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<(), E>) {
        assert_eq!(Callback::parse(text, &doors(false)).map(|_| ()), expected, "{text}");
    }

    #[test]
    fn only_listed_names_are_called() {
        check("https://hooks.example.se/tmf", Ok(()));
        check("https://HOOKS.example.se:8443/", Ok(()));
        check("https://a.b.isp.example/", Ok(()));
        check("https://isp.example/", Err(E::NotListed));
        check("https://evilisp.example/", Err(E::NotListed));
        check("https://hooks.example.se.evil.example/", Err(E::NotListed));
        check("https://hooks.example.se@evil.example/", Err(E::NotPlain));
        check("http://hooks.example.se/", Err(E::NotHttps));
        check("ftp://hooks.example.se/", Err(E::NotHttps));
        check("https://hooks.example.se/?token=1", Err(E::NotPlain));
        check("https://hooks.example.se/#a", Err(E::NotPlain));
        check("/listener", Err(E::Form));
        check("https://hooks.example.se/å", Err(E::Form));
    }

    #[test]
    fn no_number_is_called_however_it_is_written() {
        for text in [
            "https://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:9/",
            "https://[::1]/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::ffff:169.254.169.254]/",
        ] {
            check(text, Err(E::ByNumber));
        }
        check("https://localhost/", Err(E::NotListed));
    }

    #[test]
    fn a_trial_calls_this_machine_but_not_this_program() {
        let admitted = |text| Callback::parse(text, &doors(true)).map(|_| ());
        assert_eq!(admitted("http://127.0.0.1:9000/hook"), Ok(()));
        assert_eq!(admitted("http://[::1]:9000/hook"), Ok(()));
        assert_eq!(admitted("http://127.0.0.1:8080/hook"), Err(E::Ourselves));
        assert_eq!(admitted("http://127.9.9.9:8080/hook"), Err(E::Ourselves));
        assert_eq!(admitted("http://10.0.0.1/"), Err(E::ByNumber));
        assert_eq!(admitted("http://localhost:9000/"), Err(E::NotHttps));
    }

    #[test]
    fn a_line_of_the_list_is_a_name() {
        for line in ["example.se", "*.example.se", "a-1.example.se"] {
            assert!(Doors::is_name(line), "{line}");
        }
        for line in ["", "*", "*.", "se", "*.*.se", "Example.se", "10.0.0.1", "https://example.se"]
        {
            assert!(!Doors::is_name(line), "{line}");
        }
    }
}
