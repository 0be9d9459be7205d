//! TLS in this process: rustls with ring. Certificate and key are read anew when their files change,
//! so that a renewal needs no restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::TlsFiles;
use crate::telemetry;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why there is no TLS.
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
    /// The key's file can be read by others.
    #[error("{path} can be read by others: chmod 600 {path}", path = .0.display())]
    Exposed(PathBuf),
    /// Certificate and key do not fit, or cannot be used.
    #[error("the certificate and its key cannot be used together")]
    Rejected(#[source] rustls::Error),
    /// Nobody's certificate would be taken.
    #[error("the clients' CA cannot be used")]
    Clients(#[source] rustls::server::VerifierBuilderError),
}

/// The listener's TLS, with the certificate of the moment.
pub struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files.
    pub fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let config = RwLock::new(Arc::new(read(&files)?));
        Ok(Self { files, config })
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }

    /// Reads the files again when they change. What cannot be used is told, and the one before stays.
    pub(super) async fn follow_files(self: Arc<Self>) {
        let mut known = self.stamps();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.stamps();
            if now == known {
                continue;
            }
            match read(&self.files) {
                Ok(config) => {
                    *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                    known = now;
                    tracing::info!("The certificate was read anew");
                }
                // Perhaps one of the two is there already and the other is not: look again.
                Err(error) => {
                    let error = telemetry::chain(&error);
                    tracing::error!(%error, "The new certificate cannot be used, the old one stays");
                }
            }
        }
    }

    /// Which file each is, and when it was written.
    fn stamps(&self) -> Vec<Option<[i64; 3]>> {
        use std::os::unix::fs::MetadataExt;
        let stamp = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            let file = i64::try_from(metadata.ino()).unwrap_or(0);
            Some([file, metadata.mtime(), metadata.mtime_nsec()])
        };
        let TlsFiles { certificate, key, client_ca } = &self.files;
        [Some(certificate), Some(key), client_ca.as_ref()]
            .into_iter()
            .flatten()
            .map(|path| stamp(path))
            .collect()
    }
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let file = |path: &Path, what| TlsError::File { path: path.to_owned(), what };
    let chain = certificates(&files.certificate)?;
    closed_to_others(&files.key)?;
    let key = PrivateKeyDer::from_pem_file(&files.key);
    let key = key.map_err(|_| file(&files.key, "private key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Rejected)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|_| file(path, "CA certificate"))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(TlsError::Clients)?)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(TlsError::Rejected)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let none = || TlsError::File { path: path.to_owned(), what: "certificate" };
    let read = CertificateDer::pem_file_iter(path).map_err(|_| none())?;
    let chain: Vec<_> = read.collect::<Result<_, _>>().map_err(|_| none())?;
    if chain.is_empty() { Err(none()) } else { Ok(chain) }
}

fn closed_to_others(path: &Path) -> Result<(), TlsError> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o007 != 0 => {
            Err(TlsError::Exposed(path.to_owned()))
        }
        // That it is not there is told by whoever reads it.
        _ => Ok(()),
    }
}
