//! TLS towards others where no HTTP client does it: whom we trust, and how we show who we are.
//!
//! The system's authorities and those of a file; the name of the host is always compared, and there is no
//! switch that turns that off.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio_rustls::TlsConnector;

/// Why TLS cannot be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that cannot be read, or holds nothing of the kind.
    #[error("{} holds no {what} in PEM that can be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// What is in the files cannot be used.
    #[error("certificate and key cannot be used together")]
    Rejected(#[from] rustls::Error),
    /// A certificate is for names and addresses only.
    #[error("the host is neither a name nor an address")]
    Name(#[from] InvalidDnsNameError),
}

/// Makes connections that trust the system's authorities and those of a file, and show a certificate
/// with its key where there is one.
pub fn connector(
    authorities: Option<&Path>,
    identity: Option<(&Path, &Path)>,
) -> Result<TlsConnector, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authorities {
        let (added, _) = roots.add_parsable_certificates(certificates(path)?);
        if added == 0 {
            return Err(TlsError::File { path: path.to_owned(), what: "certificate" });
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_root_certificates(roots);
    let config = match identity {
        Some((certificate, key)) => {
            let read = PrivateKeyDer::from_pem_file(key)
                .map_err(|_| TlsError::File { path: key.to_owned(), what: "private key" })?;
            config.with_client_auth_cert(certificates(certificate)?, read)?
        }
        None => config.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name that a host's certificate must be for.
pub fn server_name(host: &str) -> Result<ServerName<'static>, TlsError> {
    // An IPv6 address stands in brackets in an address of the web.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok(ServerName::try_from(host.to_owned())?)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let missing = || TlsError::File { path: path.to_owned(), what: "certificate" };
    let read = CertificateDer::pem_file_iter(path).map_err(|_| missing())?;
    read.collect::<Result<Vec<_>, _>>().map_err(|_| missing())
}
