//! The other way to show who we are: a certificate in the TLS handshake, and no word in the envelope.

#![cfg(test)]

use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sluss::domain::CaseState;
use sluss::intake::Kind;
use sluss::recipients::{Auth, SecretFile};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::fixture;
use crate::harness::{App, IP_ONLY, id, order, private};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(by: &Authority, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap(), key)
}

/// One request, head and body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let read = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = read.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok()).flatten()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(read);
            }
        }
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
    }
}

#[tokio::test]
async fn a_certificate_says_who_we_are_and_the_envelope_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (authority(), authority());
    let (certificate, key) = issued(&theirs, ExtendedKeyUsagePurpose::ServerAuth);
    let mut clients = RootCertStore::empty();
    clients.add(ours.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(builder.build().unwrap())
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
    let keep = Arc::clone(&heard);
    let taken = String::from_utf8(fixture("place-order-answer.xml", &[])).unwrap();
    let operator = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let shown = stream.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
            let Some(text) = request(&mut stream).await else { continue };
            let is_order = text.contains("<PlaceOrder");
            keep.lock().unwrap().push((text, shown));
            let (status, body) = if is_order { (200, taken.as_str()) } else { (501, "") };
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: text/xml\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });

    let (certificate, key) = issued(&ours, ExtendedKeyUsagePurpose::ClientAuth);
    let files = ["chain.pem", "key.pem", "ca.pem"].map(|name| folder.path().join(name));
    std::fs::write(&files[0], certificate.pem()).unwrap();
    private(&files[1], &key.serialize_pem());
    std::fs::write(&files[2], theirs.pem()).unwrap();
    let mut app = App::start_with(|config| {
        let mut found = config.recipients.iter_mut();
        let channel =
            &mut found.find(|one| one.recipient.id == id(IP_ONLY)).unwrap().recipient.channel;
        channel.base_url = format!("https://localhost:{port}/soap/").parse().unwrap();
        channel.ca_file = Some(files[2].clone());
        let (certificate, key) = (files[0].clone(), SecretFile(files[1].clone()));
        channel.auth = Auth::ClientCertificate { certificate, key };
    })
    .await;
    let case = app.submit(Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Placed, None);
    let heard = heard.lock().unwrap().clone();
    let orders: Vec<_> = heard.iter().filter(|(text, _)| text.contains("<PlaceOrder")).collect();
    let [(text, shown)] = orders[..] else { panic!("one order") };
    assert!(*shown >= 1, "our certificate was shown");
    assert!(!text.contains("Security") && !text.to_lowercase().contains("authorization"));
    app.close().await;
    operator.abort();
}
