//! Bad input, and what it gets: an error that names the member and never repeats the value, and
//! nothing kept.

use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{House, JSON, ORDERS, TICKETS, order, refused, root, ticket};
use crate::people;
use crate::raw::http;
use crate::tokens::known;

/// A word that must come back in no answer.
const SECRET: &str = "Hemlighetsson";

#[derive(Deserialize)]
struct Expected {
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
struct Bad {
    file: String,
    kind: String,
    status: u16,
    member: String,
}

/// A fixture with one value changed.
fn with(mut body: Value, pointer: &str, value: Value) -> Vec<u8> {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(position) => parent[position] = value,
        Err(_) => parent[name] = value,
    }
    body.to_string().into_bytes()
}

#[tokio::test]
async fn each_bad_fixture_is_answered_with_the_member_at_fault() {
    let house = House::open().await;
    let folder = root().join("fixtures/tmf/bad");
    let expected = fs::read_to_string(folder.join("expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&expected).unwrap();
    assert!(expected.bad.len() > 50);
    for bad in expected.bad {
        let Bad { file, member, .. } = &bad;
        let bytes = fs::read(folder.join(file)).unwrap();
        let path = if bad.kind == "order" { ORDERS } else { TICKETS };
        let (status, body) = house.post(path, &bytes).await;
        assert_eq!(status, bad.status, "{file}: {body}");
        let named = body["fault"]
            .as_array()
            .is_some_and(|faults| faults.iter().any(|fault| fault["member"] == *member));
        let said = body["reason"].as_str().unwrap().contains(member);
        assert!(named || said, "{file}: {body}");
        let handed: Value = serde_json::from_slice(&bytes).unwrap();
        for value in people::values(&handed) {
            assert!(!people::stands_in(&value, &body.to_string()), "{file}: {body}");
        }
    }
    assert_eq!(house.holds().await, [0; 4]);
}

/// A body, where it goes, the code that it gets, and the member that is named.
type Refused = (&'static str, Vec<u8>, &'static str, &'static str);

fn no_json() -> Vec<Refused> {
    let nested = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
    let nested_objects = "{\"a\":".repeat(10_000);
    let mut not_utf8 = order().to_string().into_bytes();
    not_utf8[20] = 0xff;
    let many: Vec<u8> = format!("[{}0]", "0,".repeat(60_000)).into_bytes();
    vec![
        (ORDERS, b"".to_vec(), "invalidJson", ""),
        (ORDERS, format!("{{\"{SECRET}").into_bytes(), "invalidJson", ""),
        (ORDERS, format!("{{\"a\": {SECRET}}}").into_bytes(), "invalidJson", ""),
        (ORDERS, format!("{{}} {SECRET}").into_bytes(), "invalidJson", ""),
        (ORDERS, nested, "invalidJson", ""),
        (ORDERS, nested_objects.into_bytes(), "invalidJson", ""),
        (ORDERS, not_utf8, "invalidJson", ""),
        (ORDERS, many, "invalidJson", ""),
    ]
}

/// What two readers could read as two different orders, and what is no number or no text.
fn doubtful() -> Vec<Refused> {
    let order = order().to_string();
    let start = &order[1..];
    let swapped = |from: &str, to: &str| order.replace(from, to).into_bytes();
    vec![
        (ORDERS, format!("{{\"externalId\":\"{SECRET}\",{start}").into_bytes(), "invalidJson", ""),
        (
            ORDERS,
            format!("{{\"__proto__\":{{\"a\":\"{SECRET}\"}},{start}").into_bytes(),
            "invalidBody",
            "",
        ),
        (
            ORDERS,
            format!("{{\"constructor\":\"{SECRET}\",{start}").into_bytes(),
            "invalidBody",
            "constructor",
        ),
        (ORDERS, format!("{{\"priority\":1e400,{start}").into_bytes(), "invalidJson", ""),
        (ORDERS, format!("{{\"priority\":NaN,{start}").into_bytes(), "invalidJson", ""),
        (ORDERS, format!("{{\"priority\":\"\\ud800\",{start}").into_bytes(), "invalidJson", ""),
        (
            ORDERS,
            format!("{{\"priority\":\"\\udc00\\ud800\",{start}").into_bytes(),
            "invalidJson",
            "",
        ),
        (ORDERS, swapped("ORD-2026-000101", "ОRD-2026-000101"), "invalidBody", "externalId"),
        (ORDERS, swapped("STTA0001", "SТTA0001"), "invalidBody", ""),
        (ORDERS, swapped("STTA0001", "STTA\u{200b}0001"), "invalidBody", ""),
        (
            ORDERS,
            swapped("\"action\":\"add\"", "\"action\":[\"add\"]"),
            "invalidBody",
            "serviceOrderItem[0].action",
        ),
        (ORDERS, [b"\xef\xbb\xbf", order.as_bytes()].concat(), "invalidJson", ""),
    ]
}

fn no_order() -> Vec<Refused> {
    let access = "/serviceOrderItem/0/service/serviceCharacteristic/0/value";
    let personnummer = json!("19121212-1212");
    vec![
        (ORDERS, format!("\"{SECRET}\"").into_bytes(), "invalidBody", "(body)"),
        (ORDERS, b"[]".to_vec(), "invalidBody", "(body)"),
        (ORDERS, b"{}".to_vec(), "invalidBody", "serviceOrderItem"),
        (ORDERS, with(order(), "/externalId", json!([SECRET])), "invalidBody", "externalId"),
        (ORDERS, with(order(), "/relatedParty", json!(SECRET)), "invalidBody", "relatedParty"),
        (
            ORDERS,
            with(order(), "/serviceOrderItem/0", json!(SECRET)),
            "invalidBody",
            "serviceOrderItem[0]",
        ),
        (ORDERS, with(order(), "/secret", json!(SECRET)), "invalidBody", "secret"),
        (
            ORDERS,
            with(order(), "/requestedStartDate", json!("1850-01-01T00:00:00Z")),
            "invalidBody",
            "requestedStartDate",
        ),
        (
            ORDERS,
            with(order(), access, json!(format!("{SECRET} 1"))),
            "invalidBody",
            "serviceOrderItem[0].service.serviceCharacteristic[accessId]",
        ),
        (
            ORDERS,
            with(order(), access, personnummer.clone()),
            "invalidBody",
            "serviceOrderItem[0].service.serviceCharacteristic[accessId]",
        ),
        (ORDERS, with(order(), "/externalId", personnummer.clone()), "invalidBody", "externalId"),
        (
            ORDERS,
            with(order(), "/serviceOrderItem/0/id", personnummer.clone()),
            "invalidBody",
            "serviceOrderItem[0].id",
        ),
        (
            ORDERS,
            with(
                order(),
                "/serviceOrderItem/0/service/serviceSpecification/id",
                personnummer.clone(),
            ),
            "invalidBody",
            "serviceOrderItem[0].service.serviceSpecification.id",
        ),
        (TICKETS, with(ticket(), "/externalId", personnummer.clone()), "invalidBody", "externalId"),
        (
            TICKETS,
            with(ticket(), "/relatedEntity/0/id", personnummer),
            "invalidBody",
            "relatedEntity[0].id",
        ),
        (TICKETS, with(ticket(), "/severity", json!({"a": SECRET})), "invalidBody", "severity"),
    ]
}

#[tokio::test]
async fn bodies_that_are_no_order_are_refused() {
    let house = House::open().await;
    let cases = no_json().into_iter().chain(doubtful()).chain(no_order());
    for (position, (path, bytes, code, member)) in cases.enumerate() {
        let answer = house.post(path, &bytes).await;
        let told = answer.1.to_string();
        assert_eq!(answer.1["code"], code, "{position}: {told}");
        refused(&answer, 400, code);
        let named = answer.1["fault"].as_array().into_iter().flatten();
        let named: Vec<_> = named.filter_map(|fault| fault["member"].as_str()).collect();
        assert!(member.is_empty() || named.contains(&member), "{position}: {told}");
        for value in [SECRET, "1212", "1850"] {
            assert!(!told.contains(value), "{position}: {told}");
        }
    }
    assert_eq!(house.holds().await, [0; 4]);
}

#[tokio::test]
async fn five_megabytes_are_too_many_however_they_come() {
    let house = House::open().await;
    let large = vec![b' '; 5 * 1024 * 1024];

    // Sent whole: the answer arrives although the sender does not stop for it.
    for _ in 0..5 {
        refused(&house.post(ORDERS, &large).await, 413, "tooLarge");
    }
    // By a sender that listens only when it has said all.
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let whole = known(&http("POST", ORDERS, JSON, &large));
    stream.write_all(&whole).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    // In chunks, with no word about how much will come.
    let mut chunked =
        format!("POST {ORDERS} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{JSON}\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in large.chunks(64 * 1024) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    for _ in 0..5 {
        refused(&house.raw(&chunked).await.json(), 413, "tooLarge");
    }
    // Only announced: nobody waits for it.
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let head =
        format!("POST {ORDERS} HTTP/1.1\r\nhost: x\r\n{JSON}\r\ncontent-length: 5242880\r\n\r\n");
    stream.write_all(&known(head.as_bytes())).await.unwrap();
    let mut start = [0; 12];
    let read = stream.read_exact(&mut start);
    tokio::time::timeout(std::time::Duration::from_secs(3), read).await.unwrap().unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    assert_eq!(house.holds().await, [0; 4]);

    // One byte at the limit decides.
    let limit = house.deployment.config.http.body_bytes_max;
    let mut padded = order().to_string().into_bytes();
    padded.resize(limit + 1, b' ');
    refused(&house.post(ORDERS, &padded).await, 413, "tooLarge");
    padded.truncate(limit);
    let request = http("POST", ORDERS, JSON, &padded);
    assert_eq!(house.raw(&request).await.json().0, 201);
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_refused_in_our_words() {
    let house = House::open().await;
    for path in [ORDERS, TICKETS] {
        refused(&house.get(&format!("{path}/%FF")).await, 400, "invalidPath");
        refused(&house.get(&format!("{path}/%C3%28")).await, 400, "invalidPath");
        refused(&house.get(&format!("{path}/%zz")).await, 404, "notFound");
        refused(&house.get(&format!("{path}?limit=%FF")).await, 400, "invalidQuery");
        refused(&house.get(&format!("{path}?%FF=1")).await, 400, "invalidQuery");
    }
}
