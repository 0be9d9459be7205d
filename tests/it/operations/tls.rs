//! TLS to a database and to recipients: whom we do not know by name is not spoken to.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use sluss::domain::{OsEntropy, SystemClock};
use sluss::log::Event;
use sluss::store::{Address, Limits, Opening, Servers, Store, StoreError};
use sluss::transmit::{ReachError, reach};
use tempfile::TempDir;

use crate::harness::{GLOBALCONNECT, configuration, id, private};
use crate::postgres::{self, Throwaway, say};

/// An authority, and a certificate of its own for a name.
struct Issued {
    authority: String,
    certificate: rcgen::Certificate,
    key: KeyPair,
}

fn issued(name: &str) -> Issued {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    Issued { authority: authority.pem(), certificate, key }
}

fn open(folder: &Path, servers: &Servers) -> Result<Store, StoreError> {
    Store::open(&Opening {
        dir: folder,
        origin: "log.example.se/disclosures",
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        limits: Limits::default(),
        servers: Some(servers),
    })
}

#[tokio::test]
async fn a_database_shows_who_it_is_or_is_not_spoken_to() {
    if postgres::is_tested() {
        return;
    }
    let (ours, theirs) = (issued("localhost"), issued("localhost"));
    let (server, port) = Throwaway::with_tls(&ours.certificate.pem(), &ours.key.serialize_pem());
    let socket = format!("{} port={port}", server.address("sluss"));
    say(&socket, "CREATE SCHEMA safe; CREATE SCHEMA safe_keys");
    let folder = TempDir::new().unwrap();
    let authority = |name: &str, issued: &Issued| {
        let path = folder.path().join(name);
        private(&path, &issued.authority);
        path
    };
    let (known, stranger) = (authority("known.pem", &ours), authority("stranger.pem", &theirs));
    let servers = |host: &str, mode: &str, ca: &Path| {
        let within = |schema: &str| {
            let text = format!(
                "host={host} port={port} user=sluss dbname=sluss sslmode={mode} \
                 options='-csearch_path={schema}'"
            );
            Address::parse(&text).unwrap().with_ca_file(Some(ca.to_owned()))
        };
        Servers { database: within("safe"), keys: within("safe_keys") }
    };
    let state = |name: &str| folder.path().join(name);
    // Without TLS that server lets nobody in; and who is not known, or is called otherwise, is not trusted.
    assert!(open(&state("plain"), &servers("localhost", "prefer", &known)).is_err());
    assert!(open(&state("stranger"), &servers("localhost", "require", &stranger)).is_err());
    assert!(open(&state("name"), &servers("127.0.0.1", "require", &known)).is_err());

    let store = open(&state("safe"), &servers("localhost", "require", &known)).unwrap();
    store.note(Event::Heartbeat).await.unwrap();
    assert_eq!(store.size().await.unwrap().0, 1);
    assert!(store.fsck().await.unwrap().is_sound());
}

/// Somebody who agrees on TLS, and notes what is said then.
async fn listener(issued: &Issued) -> (SocketAddr, tokio::task::JoinHandle<usize>) {
    let chain = vec![issued.certificate.der().clone()];
    let key = PrivateKeyDer::try_from(issued.key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(chain, key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return 0;
        };
        let mut said = Vec::new();
        // It may be closed without a word, too.
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut said).await;
        said.len()
    });
    (address, heard)
}

#[tokio::test]
async fn a_recipient_is_reached_where_it_shows_who_it_is_and_hears_nothing() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path());
    let recipients = config.recipients();
    let mut recipient = recipients[&id(GLOBALCONNECT)].clone();
    let ours = issued("localhost");
    let ca = folder.path().join("ca.pem");
    private(&ca, &ours.authority);
    let call = |address: SocketAddr, name: &str| {
        format!("https://{name}:{}/onapi/2.6/", address.port()).parse().unwrap()
    };

    let (address, heard) = listener(&ours).await;
    recipient.channel.base_url = call(address, "localhost");
    assert!(matches!(reach(&recipient).await, Err(ReachError::Handshake(_))));
    assert_eq!(heard.await.unwrap(), 0);

    let (address, heard) = listener(&ours).await;
    recipient.channel.ca_file = Some(ca);
    recipient.channel.base_url = call(address, "localhost");
    let reached = reach(&recipient).await.unwrap();
    assert_eq!(reached.address.port(), address.port());
    assert!(reached.tls.unwrap().starts_with("TLSv1_"));
    assert_eq!(heard.await.unwrap(), 0, "nothing was said");

    let (address, _heard) = listener(&ours).await;
    recipient.channel.base_url = call(address, "127.0.0.1");
    assert!(matches!(reach(&recipient).await, Err(ReachError::Handshake(_))));

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    recipient.channel.base_url = call(free, "localhost");
    let nobody = tokio::time::timeout(Duration::from_secs(30), reach(&recipient)).await.unwrap();
    assert!(matches!(nobody, Err(ReachError::Connect(_))), "{nobody:?}");
}
