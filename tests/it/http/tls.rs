//! TLS that ends in this process: certificates that are renewed while it runs, and clients' own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sluss::config::TlsFiles;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::House;
use crate::harness::private;
use crate::raw::http;

pub(crate) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(crate) fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate of this machine, and its key.
pub(crate) fn issued(
    by: &Authority,
    usage: ExtendedKeyUsagePurpose,
) -> (rcgen::Certificate, KeyPair) {
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut params = CertificateParams::new(names.to_vec()).unwrap();
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap(), key)
}

/// Writes a certificate of this authority and its key.
fn write(folder: &Path, by: &Authority) -> TlsFiles {
    let (certificate, key) = issued(by, ExtendedKeyUsagePurpose::ServerAuth);
    let files = TlsFiles {
        certificate: folder.join("chain.pem"),
        key: folder.join("key.pem"),
        client_ca: None,
    };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    private(&files.key, &key.serialize_pem());
    files
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// What is answered to whoever trusts this authority, if they are answered.
async fn ask(
    house: &House,
    trusts: &Authority,
    shows: Option<Identity>,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusts.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shows {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    let stream = TcpStream::connect(house.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(&http("GET", "/health", "", "")).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn house(files: TlsFiles) -> House {
    House::with(move |config| config.http.tls = Some(files)).await
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_shown_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (authority(), authority());
    let house = house(write(folder.path(), &first)).await;
    let answer = ask(&house, &first, None).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    assert!(ask(&house, &second, None).await.is_err(), "it is not of that authority");
    // Plain HTTP is no TLS.
    let plain = house.raw(&http("GET", "/health", "", "")).await;
    assert!(!plain.bytes.starts_with(b"HTTP/1.1 200"));

    // Half a renewal is none: what was there goes on.
    std::fs::write(folder.path().join("chain.pem"), "no certificate").unwrap();
    assert!(ask(&house, &first, None).await.is_ok());
    write(folder.path(), &second);
    let begun = Instant::now();
    while ask(&house, &second, None).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the new one is not shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn where_clients_must_show_a_certificate_nobody_else_is_heard() {
    let folder = TempDir::new().unwrap();
    let (server, clients) = (authority(), authority());
    let mut files = write(folder.path(), &server);
    let ca = folder.path().join("clients.pem");
    std::fs::write(&ca, clients.pem()).unwrap();
    files.client_ca = Some(ca);
    let house = house(files).await;
    let identity = |by: &Authority| {
        let (certificate, key) = issued(by, ExtendedKeyUsagePurpose::ClientAuth);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (vec![certificate.der().clone()], key)
    };
    let answer = ask(&house, &server, Some(identity(&clients))).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for shows in [None, Some(identity(&server))] {
        let heard = ask(&house, &server, shows).await.unwrap_or_default();
        assert_eq!(heard, "");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_told_at_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let house = house(write(folder.path(), &authority())).await;
    let told = || house.deployment.app().err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(told(), "");
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(told().contains("chmod 600"), "{}", told());
    std::fs::remove_file(&key).unwrap();
    private(&key, &KeyPair::generate().unwrap().serialize_pem());
    assert!(told().contains("cannot be used together"), "{}", told());
    std::fs::write(&chain, "").unwrap();
    assert!(told().contains("holds no certificate"), "{}", told());
}
