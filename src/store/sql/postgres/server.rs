//! A server and a database on it: how to get there, and what it must promise.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use zeroize::Zeroizing;

use super::super::{Error, Result};
use super::tls::Tls;
use crate::tls;

/// `pg_xact_status`, by which it is asked what became of a commit.
const VERSION_MIN: u32 = 130_000;

/// What is said on each new connection: what a session needs, and what the server says of itself.
///
/// Whoever stands still in the middle of a transaction holds up all others: the server ends it.
const GREETING: &str = "
    SET idle_in_transaction_session_timeout = '15s';
    SET lock_timeout = '10s';
    SET jit = off;
    SET client_min_messages = warning;
    SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false);
    SELECT current_setting('synchronous_commit'), current_setting('fsync'),
           current_setting('full_page_writes'), current_setting('server_version_num'),
           pg_is_in_recovery(), current_setting('transaction_read_only'),
           current_setting('server_encoding'), current_schema()";

/// What is asked and changed while writing is few rows, by their keys. A plan that was made while a table
/// was small is kept when it has grown: so it goes through a table only where no index fits.
const BY_KEYS: &str =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; ";

/// Whoever writes the log is alone: the lock lasts as long as the transaction, and is the one of this
/// schema. What a lost commit is asked after by comes last.
const BEGINNING: &str = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('sluss log ' || \
                         current_schema(), 0)); SELECT pg_current_xact_id(), \
                         (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// Keys are written by whoever has begun to write the log, too.
const BEGINNING_KEYS: &str = "BEGIN; SELECT pg_current_xact_id()";

/// A database of ours.
#[derive(Clone)]
pub(super) struct Server {
    address: Address,
    beginning: &'static str,
    plans: &'static str,
}

impl Server {
    pub(super) fn of_log(address: &Address) -> Self {
        Self { address: address.clone(), beginning: BEGINNING, plans: "" }
    }

    pub(super) fn of_keys(address: &Address) -> Self {
        Self { address: address.clone(), beginning: BEGINNING_KEYS, plans: "" }
    }

    /// For whoever writes.
    pub(super) fn by_keys(self) -> Self {
        Self { plans: BY_KEYS, ..self }
    }

    /// What is said on each new connection.
    pub(super) fn greeting(&self) -> String {
        format!("{}{GREETING}", self.plans)
    }

    pub(super) fn config(&self) -> Result<Config> {
        self.address.config()
    }

    pub(super) fn tls(&self) -> Result<Tls> {
        self.address.tls()
    }

    pub(super) const fn beginning(&self) -> &'static str {
        self.beginning
    }

    /// Whether the server keeps what it promises.
    #[expect(clippy::unused_self, reason = "it is this server that has answered")]
    pub(super) fn check(&self, told: &[Vec<Option<String>>]) -> Result<()> {
        let last = told.last().map(Vec::as_slice).unwrap_or_default();
        let said = |at: usize| last.get(at).and_then(Option::as_deref).unwrap_or_default();
        for (at, name) in [(0, "synchronous_commit"), (1, "fsync"), (2, "full_page_writes")] {
            if !matches!(said(at), "on" | "remote_apply") {
                return Err(Error::Unsafe(format!("{name} is {}, not on", said(at))));
            }
        }
        let version = said(3).parse::<u32>().unwrap_or_default();
        if version < VERSION_MIN {
            return Err(Error::Unsafe("PostgreSQL is older than 13".to_owned()));
        }
        if said(4) != "f" || said(5) != "off" {
            return Err(Error::Unsafe("the server takes no writes: it is a standby".to_owned()));
        }
        if said(6) != "UTF8" {
            return Err(Error::Unsafe(format!("the database's encoding is {}, not UTF8", said(6))));
        }
        if said(7).is_empty() {
            return Err(Error::Unsafe("the schema of its search_path is not there".to_owned()));
        }
        Ok(())
    }
}

/// Where a database is: an address, and a file with the password, as there is none in the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    config: Config,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl Address {
    /// Reads `postgres://user@host/database` or the words of libpq (`host=/run/postgresql
    /// dbname=sluss`). What is wrong is told without a word of the address.
    pub fn parse(text: &str) -> std::result::Result<Self, &'static str> {
        let mut config: Config = text.parse().map_err(
            |_| "must be an address as postgres://user@host/database, or as libpq reads it",
        )?;
        if config.get_password().is_some() {
            return Err("must not hold a password: that stands in a file of its own");
        }
        if config.get_hosts().is_empty() {
            return Err("must name a host, or the folder of its socket");
        }
        let is_here = config.get_hosts().iter().all(is_here);
        match config.get_ssl_mode() {
            SslMode::Require => {}
            _ if is_here => _ = config.ssl_mode(SslMode::Disable),
            SslMode::Disable => {
                return Err("must not turn TLS off where the server is another host");
            }
            _ => _ = config.ssl_mode(SslMode::Require),
        }
        config.connect_timeout(Duration::from_secs(5));
        config.keepalives_idle(Duration::from_secs(10));
        config.tcp_user_timeout(Duration::from_secs(15));
        config.application_name("sluss");
        Ok(Self { config, password_file: None, ca_file: None })
    }

    /// With an authority to trust beside those of the system.
    #[must_use]
    pub fn with_ca_file(self, file: Option<PathBuf>) -> Self {
        Self { ca_file: file, ..self }
    }

    /// With the password that stands in a file.
    #[must_use]
    pub fn with_password_file(self, file: PathBuf) -> Self {
        Self { password_file: Some(file), ..self }
    }

    /// Read anew for each connection, as the password is.
    pub(super) fn tls(&self) -> Result<Tls> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            return Ok(Tls(None));
        }
        let connector = tls::connector(self.ca_file.as_deref(), None);
        connector
            .map(|connector| Tls(Some(connector)))
            .map_err(|error| Error::Unsafe(error.to_string()))
    }

    /// The file is read for each connection: a password that was changed holds from the next one on.
    pub(super) fn config(&self) -> Result<Config> {
        let mut config = self.config.clone();
        if let Some(file) = &self.password_file {
            let unreadable = |error| Error::Secret(file.clone(), error);
            let metadata = std::fs::metadata(file).map_err(unreadable)?;
            // As of every other secret: a group may be what lets a service's user read it.
            if metadata.permissions().mode() & 0o007 != 0 {
                let others = std::io::Error::other("it can be read by everybody: chmod o-rwx it");
                return Err(Error::Secret(file.clone(), others));
            }
            let password = Zeroizing::new(std::fs::read_to_string(file).map_err(unreadable)?);
            config.password(password.trim_end_matches(['\r', '\n']));
        }
        Ok(config)
    }
}

/// Whether a host is this one: a socket, or the way back.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_elsewhere_is_spoken_to_by_tls() {
        let mode = |text: &str| Address::parse(text).map(|address| address.config.get_ssl_mode());
        for here in
            ["host=/run/postgresql dbname=a", "postgres://localhost/a", "postgres://127.0.0.1/a"]
        {
            assert_eq!(mode(here), Ok(SslMode::Disable), "{here}");
        }
        assert_eq!(mode("postgres://localhost/a?sslmode=require"), Ok(SslMode::Require));
        let there = "postgres://db.example.se/a";
        for said in ["", "?sslmode=prefer", "?sslmode=require"] {
            assert_eq!(mode(&format!("{there}{said}")), Ok(SslMode::Require), "{said}");
        }
        assert!(mode(&format!("{there}?sslmode=disable")).is_err());
        assert_eq!(mode("host=/run/postgresql,db.example.se"), Ok(SslMode::Require));
    }
    #[test]
    fn a_password_that_everybody_can_read_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postgres");
        std::fs::write(&file, "fjord\n").unwrap();
        let address = Address::parse("host=/run/postgresql").unwrap();
        let address = address.with_password_file(file.clone());
        let read = |mode| {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            address.config().map(|config| config.get_password().map(<[u8]>::to_vec))
        };
        for mode in [0o600, 0o440] {
            assert_eq!(read(mode).unwrap(), Some(b"fjord".to_vec()), "{mode:o}");
        }
        assert!(matches!(read(0o604), Err(Error::Secret(..))));
    }
}
