//! What no client of ours would do: lengths that contradict, heads and bodies that trickle, more
//! connections than anybody needs. A clear answer or none, nothing kept, and nobody else notices.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{House, JSON, ORDERS, TICKETS, order, refused};
use crate::raw::{Heard, ask, http};
use crate::tokens::{fit_for, known};

/// A word that must come back in no answer.
const SECRET: &str = "Hemlighetsson";

/// All that comes back until the other side is done, with what was sent left open.
async fn heard(house: &House, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    // It may be cut off before all was said.
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an end");
    bytes
}

/// How many answers there are in it, by their first lines.
fn answers(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().filter(|line| line.contains("HTTP/1.1 "));
    lines.map(|line| line.split("HTTP/1.1 ").nth(1).unwrap()[..3].to_owned()).collect()
}

#[tokio::test]
async fn nothing_hides_between_two_lengths() {
    let house = House::open().await;
    let token = fit_for(ORDERS);
    let body = order().to_string();
    let length = body.len();
    let head = format!("POST {ORDERS} HTTP/1.1\r\nhost: x\r\n{token}\r\n{JSON}\r\n");
    let hidden = format!("GET /log/checkpoint?{SECRET} HTTP/1.1\r\nhost: x\r\n\r\n");
    for (lengths, after) in [
        // Two that differ, in two lines or in one.
        (format!("content-length: {length}\r\ncontent-length: 5"), body.clone()),
        (format!("content-length: 5\r\ncontent-length: {length}"), body.clone()),
        (format!("content-length: {length}, 5"), body.clone()),
        (format!("content-length: +{length}"), body.clone()),
        (format!("content-length: -{length}"), body.clone()),
        ("content-length: 18446744073709551616".to_owned(), body.clone()),
        ("content-length: 0x10".to_owned(), body.clone()),
        // A transfer coding that is not chunked last.
        ("transfer-encoding: chunked, identity".to_owned(), body.clone()),
        ("transfer-encoding: xchunked".to_owned(), body.clone()),
        // Names with a space before their colon, or folded over lines.
        (format!("content-length : {length}"), body.clone()),
        (format!("transfer-encoding:\r\n chunked\r\ncontent-length: {length}"), body.clone()),
    ] {
        let request = format!("{head}{lengths}\r\n\r\n{after}{hidden}");
        let bytes = heard(&house, request.as_bytes()).await;
        let told = answers(&bytes);
        assert_eq!(told, ["400"], "{lengths}: {}", String::from_utf8_lossy(&bytes));
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{lengths}");
    }
    // Length and chunks: refused, and the connection ends (RFC 9112, 6.3), so that what hides behind
    // is not a request; also where an honest request came before.
    let honest = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    for (order, chunks) in [
        (format!("content-length: {length}\r\ntransfer-encoding: chunked"), "0\r\n\r\n".to_owned()),
        (format!("transfer-encoding: chunked\r\ncontent-length: {length}"), "0\r\n\r\n".to_owned()),
        (
            format!("Transfer-Encoding: chunked\r\nContent-Length: {length}"),
            format!("{length:x}\r\n{body}\r\n0\r\n\r\n"),
        ),
    ] {
        let request = format!("{head}{order}\r\n\r\n{chunks}{hidden}");
        let bytes = heard(&house, request.as_bytes()).await;
        assert_eq!(answers(&bytes), ["400"], "{order}");
        assert!(String::from_utf8_lossy(&bytes).contains("ambiguousLength"));
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(honest.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
        assert!(String::from_utf8_lossy(&rest).contains("HTTP/1.1 400"), "{order}");
    }
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn heads_without_end_are_refused() {
    let house = House::open().await;
    let many = format!("x-many: {SECRET}\r\n").repeat(200);
    let long = format!("x-long: {}\r\n", SECRET.repeat(4_000));
    let cookies = format!("cookie: {}\r\n", format!("a={SECRET}; ").repeat(4_000));
    let token = format!("authorization: Bearer {}\r\n", "e".repeat(60_000));
    for (what, status) in [(many, "431"), (long, "431"), (cookies, "431"), (token, "431")] {
        let request = format!("GET {ORDERS} HTTP/1.1\r\nhost: x\r\n{what}\r\n");
        let bytes = heard(&house, request.as_bytes()).await;
        // Whoever goes on talking may be cut off before they hear it.
        assert!(answers(&bytes).iter().all(|told| told == status), "{}", &what[..20]);
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET));
    }
    let path = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", SECRET.repeat(8_000));
    let bytes = heard(&house, path.as_bytes()).await;
    assert!(answers(&bytes).iter().all(|told| told == "414" || told == "431"));
    let many = "x-many: 1\r\n".repeat(100);
    let request = format!("GET {ORDERS} HTTP/1.1\r\nhost: x\r\n{many}\r\n");
    assert_eq!(answers(&heard(&house, request.as_bytes()).await), ["431"]);
    // Long, and short enough to be looked at.
    let cookie = format!("cookie: {}", "a".repeat(6_000));
    let answer = ask(house.address, &http("GET", ORDERS, &cookie, "")).await.json();
    refused(&answer, 401, "unauthorized");
}

#[tokio::test]
async fn who_is_slow_is_let_go_and_nobody_waits_for_them() {
    let house = House::with(|config| {
        config.http.limits.header_timeout = Duration::from_millis(400);
        config.http.request_timeout = Duration::from_millis(400);
    })
    .await;
    // A head that never ends; one that trickles; a body that trickles; one that says nothing.
    let begun = Instant::now();
    let mut slow = Vec::new();
    for start in ["GET /health HTTP/1.1\r\nx-a: 1\r\n", "G", ""] {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    for mut stream in slow {
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes))
            .await
            .expect("let go");
        assert!(answers(&bytes).iter().all(|status| status == "408"), "{bytes:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(8));

    let stream = TcpStream::connect(house.address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let trickling = tokio::spawn(async move {
        for byte in
            b"GET /health HTTP/1.1\r\nx-slow: 1111111111111111111111111111111".iter().cycle()
        {
            if to.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), from.read_to_end(&mut bytes))
        .await
        .expect("let go");
    trickling.abort();
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn a_connection_lasts_so_long_and_ends_behind_an_answer() {
    let house = House::with(|config| {
        config.http.limits.connection_life = Duration::from_millis(600);
    })
    .await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut asked = 0;
    let mut bytes = Vec::new();
    while stream.write_all(request).await.is_ok() {
        let mut piece = [0; 4_096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
        }
        asked += 1;
        assert!(asked < 1_000, "it lasts for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(asked > 2, "{asked}");
    assert!(answers(&bytes).iter().all(|status| status == "200"));
}

#[tokio::test]
async fn too_many_at_once_get_429_and_the_others_their_answer() {
    let house = House::with(|config| config.http.requests_per_second = 5).await;
    let of = |path: &'static str| {
        let request = known(&http("GET", path, "", ""));
        let address = house.address;
        async move { ask(address, &request).await }
    };
    let mut busy: Option<Heard> = None;
    for _ in 0..30 {
        let answer = of(ORDERS).await;
        if answer.text().0 == 429 {
            busy = Some(answer);
            break;
        }
    }
    let busy = busy.expect("thirty a second are more than five");
    refused(&busy.json(), 429, "tooManyRequests");
    assert!(busy.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    // Another client is another bucket; that one has gone on filling.
    let other = sluss::auth::Token::draw(&sluss::domain::OsEntropy);
    let row = sluss::store::TokenRow {
        id: other.id(),
        name: sluss::domain::ClientId::parse("another").unwrap(),
        role: sluss::log::Role::Ordering,
        hash: other.hash(),
        created: house.deployment.clock.now(),
        expires: None,
        revoked: None,
        used: None,
    };
    house.deployment.store.create_token(row).await.unwrap();
    let head = format!("authorization: Bearer {}", *other.reveal());
    assert_eq!(ask(house.address, &http("GET", TICKETS, &head, "")).await.text().0, 200);
    // Who is not known is told apart by address.
    let mut strangers = Vec::new();
    for _ in 0..12 {
        strangers.push(ask(house.address, &http("GET", ORDERS, "", "")).await.text().0);
    }
    assert!(strangers.contains(&401) && strangers.contains(&429), "{strangers:?}");
}

/// How much memory this process has, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// So many as the machine lets one process open, up to ten thousand; both ends are ours here, so
/// that each takes two files.
fn connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let files: usize = line.split_whitespace().nth(3).unwrap().parse().unwrap_or(1_024);
    (files.saturating_sub(500) / 2).min(10_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_take_bounded_memory_and_leave_room_for_others() {
    let house = House::with(|config| {
        config.http.limits.header_timeout = Duration::from_mins(1);
    })
    .await;
    assert_eq!(house.get("/health").await.0, 200);
    let (before, wanted) = (resident(), connections());
    let mut held = Vec::new();
    for n in 0..wanted {
        let connecting = TcpStream::connect(house.address);
        match tokio::time::timeout(Duration::from_secs(5), connecting).await {
            Ok(Ok(mut stream)) => {
                // Half a head each.
                let _ = stream.write_all(b"GET /health HTTP/1.1\r\nx-half: ").await;
                held.push(stream);
            }
            other => panic!("connection {n}: {other:?}"),
        }
    }
    let grown = resident().saturating_sub(before);
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{} connections, {grown} KiB more", held.len());
    assert!(grown < 64 * 1024, "{} connections took {grown} KiB", held.len());
    // From another address there is room, and an answer at once.
    let from: SocketAddr = "127.0.0.2:0".parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(from).unwrap();
    let begun = Instant::now();
    let mut stream = socket.connect(house.address).await.unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answers(&answer), ["200"]);
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(held);
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn every_answer_says_how_it_may_be_used() {
    let house = House::open().await;
    for (path, status) in [("/health", 200), (ORDERS, 200), ("/nowhere", 404), ("/status", 200)] {
        let heard = house.raw(&http("GET", path, "", "")).await;
        assert_eq!(heard.text().0, status);
        assert_eq!(heard.header("x-content-type-options").unwrap(), "nosniff", "{path}");
        assert_eq!(heard.header("x-frame-options").unwrap(), "DENY", "{path}");
        assert_eq!(heard.header("referrer-policy").unwrap(), "no-referrer", "{path}");
        assert_eq!(heard.header("cache-control").unwrap(), "no-store", "{path}");
        assert!(heard.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert_eq!(heard.header("strict-transport-security"), None, "{path}: not by TLS");
    }
    let house = House::with(|config| config.http.behind_proxy = true).await;
    let heard = house.raw(&http("GET", "/health", "", "")).await;
    assert!(heard.header("strict-transport-security").unwrap().starts_with("max-age="));
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_what_the_proxy_has_added() {
    let house = House::with(|config| {
        config.http.behind_proxy = true;
        config.http.requests_per_second = 3;
    })
    .await;
    let from = |told: &str| {
        let request = http("GET", "/health", &format!("x-forwarded-for: {told}"), "");
        let address = house.address;
        async move { ask(address, &request).await.text().0 }
    };
    let mut seen = Vec::new();
    for n in 0..12 {
        // What a client says itself stands before what the proxy has added.
        seen.push(from(&format!("198.51.100.{n}, 192.0.2.1")).await);
    }
    assert!(seen.contains(&429), "{seen:?}");
    assert_eq!(from("192.0.2.1, 192.0.2.2").await, 200);
}
