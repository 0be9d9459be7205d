//! Notifications of the real program: over TLS, and over its own death.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::ExtendedKeyUsagePurpose;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::running::{Running, ask};
use super::{Place, line};
use crate::http::tls::{Authority, authority, issued};

const API: &str = "/tmf-api/serviceOrdering/v4";

/// Whoever listens for notifications, and the requests that came.
struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Answers 201 to each. Ends with the test's process.
    fn plain() -> Self {
        Self::start("http", take)
    }

    /// The same behind TLS, with a certificate of this authority.
    fn tls(by: &Authority) -> Self {
        let (certificate, key) = issued(by, ExtendedKeyUsagePurpose::ServerAuth);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        Self::start("https", move |stream, heard| {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            take(StreamOwned::new(session, stream), heard);
        })
    }

    fn start(scheme: &str, take: impl Fn(TcpStream, &Mutex<Vec<String>>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}/listener", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                take(stream, &kept);
            }
        });
        Self { url, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Reads one request, keeps it, answers it. One that breaks off is none.
fn take(mut stream: impl Read + Write, heard: &Mutex<Vec<String>>) {
    let (mut request, mut byte) = (Vec::new(), [0; 1]);
    let length = loop {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
        if request.ends_with(b"\r\n\r\n") {
            let told = String::from_utf8_lossy(&request).to_lowercase();
            let length = told.lines().find_map(|line| line.strip_prefix("content-length: "));
            break length.and_then(|length| length.parse().ok()).unwrap_or(0);
        }
    };
    let mut body = vec![0; length];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    request.extend(body);
    heard.lock().unwrap().push(String::from_utf8(request).unwrap());
    let _ =
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.flush();
}

#[track_caller]
fn until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn serve(place: &Place, environment: &[(&str, &str)]) -> (Running, String) {
    let mut command = place.command(&["serve"]);
    command.env("SLUSS__NOTIFY__ALLOW_HTTP_LOOPBACK", "true");
    command.env("SLUSS__NOTIFY__TIMEOUT_SECONDS", "1");
    command.envs(environment.iter().copied());
    let mut running = Running::start(command);
    let address = running.door(&place.state());
    (running, address)
}

fn told(answer: &str) -> (u16, Value) {
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[track_caller]
fn register(address: &str, listener: &Listener) {
    let body = json!({ "callback": listener.url, "query": "" }).to_string();
    let (status, told) = told(&ask(address, "POST", &format!("{API}/hub"), &body));
    assert_eq!(status, 201, "{told}");
}

fn id(request: &str) -> &str {
    request.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap()
}

#[test]
fn over_tls_whoever_shows_a_certificate_that_is_trusted_is_told_and_nobody_else() {
    let place = Place::unreachable();
    let (trusted, other) = (authority(), authority());
    let file = place.write("trusted.pem", &trusted.pem());
    let (known, stranger) = (Listener::tls(&trusted), Listener::tls(&other));
    let (running, address) = serve(&place, &[("SSL_CERT_FILE", file.to_str().unwrap())]);
    register(&address, &known);
    register(&address, &stranger);
    let (status, made) =
        told(&ask(&address, "POST", &format!("{API}/serviceOrder"), &line("orders.jsonl", 1)));
    assert_eq!(status, 201, "{made}");
    until("it is told", || !known.heard().is_empty());
    let request = known.heard().remove(0);
    assert!(request.starts_with("POST /listener HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("webhook-signature: v1,"), "{request}");
    assert!(request.contains(made["id"].as_str().unwrap()), "{request}");
    let tried = || place.data(&["notify", "list"]).to_string().contains("unreachable");
    until("the stranger is tried", tried);
    assert_eq!(stranger.heard(), [] as [String; 0], "a stranger hears nothing");
    running.stop().code(0);
}

#[test]
fn what_was_committed_is_told_although_the_program_was_killed_before_it_could() {
    for (point, times) in [("notice-leased", 1), ("notice-told", 2)] {
        let place = Place::unreachable();
        let listener = Listener::plain();
        let (running, address) = serve(&place, &[]);
        register(&address, &listener);
        running.stop().code(0);

        let (killed, address) = serve(&place, &[("SLUSS_CRASH_AT", point)]);
        // It may be killed before it can answer: what it has committed stays.
        let order = line("orders.jsonl", 1);
        if let Ok(mut stream) = TcpStream::connect(&address) {
            let head = crate::tokens::fit_for(API);
            let _ = write!(
                stream,
                "POST {API}/serviceOrder HTTP/1.1\r\nhost: x\r\n{head}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{order}",
                order.len()
            );
            let _ = stream.read_to_end(&mut Vec::new());
        }
        assert_eq!(killed.signal(), Some(6), "{point}: it aborts");
        assert_eq!(place.cases().len(), 1, "{point}");
        assert_eq!(listener.heard().len(), times - 1, "{point}");

        let (running, _) = serve(&place, &[]);
        until("it is told", || listener.heard().len() == times);
        let heard = listener.heard();
        assert!(heard.iter().all(|request| id(request) == id(&heard[0])), "one event: {heard:?}");
        let nothing_waits =
            || place.data(&["notify", "list"])["notices"].as_array().is_some_and(Vec::is_empty);
        until("it is told to its end", nothing_waits);
        running.stop().code(0);
        assert_eq!(listener.heard().len(), times, "{point}: and not again");
    }
}
