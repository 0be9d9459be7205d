//! The section `[http]`: where the door is, and what it takes on.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::table::{Faults, Table};

/// The door for the ordering system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether a proxy in front ends TLS, and tells addresses truly.
    pub behind_proxy: bool,
    /// The certificate, where TLS ends here.
    pub tls: Option<TlsFiles>,
    /// The longest body that is read.
    pub body_bytes_max: usize,
    /// The longest a request may take.
    pub request_timeout: Duration,
    /// How often a client may ask.
    pub requests_per_second: u32,
    /// Connections, and their times.
    pub limits: DoorLimits,
}

/// Where certificate, key and the clients' CA are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, the server's own first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Whoever connects must show a certificate of this CA; `None`: nobody must show any.
    pub client_ca: Option<PathBuf>,
}

impl TlsFiles {
    /// Below a folder, where a path is not absolute.
    pub(super) fn below(self, folder: &Path) -> Self {
        Self {
            certificate: folder.join(self.certificate),
            key: folder.join(self.key),
            client_ca: self.client_ca.map(|path| folder.join(path)),
        }
    }
}

/// What the listening side takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorLimits {
    /// Connections at once.
    pub connections_max: u32,
    /// Of them, from one address. Not looked at behind a proxy, from which all come.
    pub connections_per_address_max: u32,
    /// How long a head may take to arrive, and how long a connection may be silent between two.
    pub header_timeout: Duration,
    /// How long a connection may last; then it is ended behind the answer that is under way.
    pub connection_life: Duration,
    /// How long to go on serving once told to stop, with readiness down already.
    pub stop_pause: Duration,
}

pub(super) fn read(mut http: Table<'_>, faults: &mut Faults) -> Http {
    let seconds = |number: u32| Duration::from_secs(number.into());
    let listen = http.text("listen", faults);
    let listen = listen.as_deref().unwrap_or("127.0.0.1:8080").parse::<SocketAddr>();
    let listen = listen.unwrap_or_else(|_| {
        faults.add(http.key("listen"), "must be an address and a port, as 127.0.0.1:8080");
        SocketAddr::from(([127, 0, 0, 1], 8080))
    });
    let behind_proxy = http.boolean("behind_proxy", false, faults);
    let mut file = |name| http.text(name, faults).filter(|file| !file.trim().is_empty());
    let (certificate, key) = (file("tls_certificate_file"), file("tls_key_file"));
    let client_ca = file("tls_client_ca_file").map(PathBuf::from);
    let tls = match (certificate, key) {
        (Some(certificate), Some(key)) => {
            Some(TlsFiles { certificate: certificate.into(), key: key.into(), client_ca })
        }
        (None, None) if client_ca.is_none() => None,
        _ => {
            let what = "tls_certificate_file and tls_key_file go together, and tls_client_ca_file \
                        only with them";
            faults.add(http.key("tls_certificate_file"), what);
            None
        }
    };
    if !listen.ip().is_loopback() && tls.is_none() && !behind_proxy {
        let what = "other than a loopback address, it needs TLS: set tls_certificate_file and \
                    tls_key_file, or behind_proxy = true where a proxy in front ends it";
        faults.add(http.key("listen"), what);
    }
    let body_bytes_max = http.number("body_bytes_max", 262_144, 1_024..=16_777_216, faults);
    let request_timeout = http.number("request_timeout_seconds", 10, 1..=300, faults);
    let header_timeout = http.number("header_timeout_seconds", 10, 1..=300, faults);
    let connections_max = http.number("connections_max", 1_024, 1..=100_000, faults);
    let per_address = http.number("connections_per_address_max", 256, 1..=100_000, faults);
    let connection_life = http.number("connection_seconds_max", 300, 1..=86_400, faults);
    let requests_per_second = http.number("requests_per_second", 1_000, 1..=1_000_000, faults);
    let stop_pause = http.number("stop_pause_seconds", 1, 0..=300, faults);
    http.nothing_else(faults);
    Http {
        listen,
        behind_proxy,
        tls,
        body_bytes_max: body_bytes_max as usize,
        request_timeout: seconds(request_timeout),
        requests_per_second,
        limits: DoorLimits {
            connections_max,
            connections_per_address_max: per_address,
            header_timeout: seconds(header_timeout),
            connection_life: seconds(connection_life),
            stop_pause: seconds(stop_pause),
        },
    }
}
