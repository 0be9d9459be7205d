//! What goes wrong on purpose, what is written down, and how operators start and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::domain::{ManualClock, Timestamp};
use sluss::sandbox::{Pace, Sandbox, SandboxError, Speaks, Trouble};
use tokio::net::TcpStream;

use super::{REFERENCE, Stage, activate, envelope, id, operator, soap_activate};

#[tokio::test]
async fn each_trouble_strikes_the_next_message_and_never_a_read() {
    let stage = Stage::set(Pace::Every(Duration::from_mins(1)), None).await;
    let wait = Duration::from_millis(200);
    let troubles = vec![
        Trouble::Status { code: 429, retry_after: Some(7) },
        Trouble::DropBefore,
        Trouble::Garbage,
        Trouble::ActThenDrop,
        Trouble::ActThenCutShort,
        Trouble::ActThenDelay(wait),
        Trouble::ActThenTrickle(Duration::from_millis(1)),
        Trouble::ActThenGarbage,
    ];
    stage.sandbox.script(&id("globalconnect"), troubles);
    let post = async |access: &str| {
        // A read in between is answered as ever and uses nothing up.
        assert_eq!(stage.get("orders/").await.0, 200);
        stage.on_api("POST", "orders/", Some(&activate(access, "BB-100-10"))).await
    };
    let taken_on = || stage.effects("globalconnect").len();

    let busy = post("STTA0001").await;
    assert_eq!((busy.json().0, busy.header("retry-after").as_deref()), (429, Some("7")));
    assert_eq!(post("STTA0001").await.bytes, b"");
    let garbage = post("STTA0001").await.text();
    assert!(garbage.0 == 200 && serde_json::from_str::<Value>(&garbage.1).is_err());
    assert_eq!(taken_on(), 0);

    assert_eq!(post("STTA0001").await.bytes, b"");
    assert_eq!(taken_on(), 1);
    let short = post("STTA0002").await;
    assert!(short.bytes.starts_with(b"HTTP/1.1 201") && short.bytes.ends_with(b"\r\n\r\n{"));
    assert!(short.parts().is_none());
    assert_eq!(taken_on(), 2);
    let late = post("STTA0003").await;
    assert!(late.json().0 == 201 && late.took >= wait);
    let slow = post("STTA0004").await;
    assert!(slow.json().0 == 201 && slow.took >= Duration::from_millis(100), "{slow:?}");
    assert_eq!(post("STTA0005").await.text().0, 200);
    assert_eq!(taken_on(), 5);
    assert_eq!(post("STTA0006").await.json().0, 201);
    let messages = stage.sandbox.received().iter().filter(|it| it.is_message).count();
    assert_eq!(messages, 9);
}

#[tokio::test]
async fn troubles_of_the_soap_operator_come_as_faults_or_not_at_all() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let troubles = vec![
        Trouble::Status { code: 503, retry_after: Some(30) },
        Trouble::Status { code: 500, retry_after: None },
        Trouble::ActThenDrop,
    ];
    stage.sandbox.script(&id("ip-only"), troubles);
    let order = soap_activate(REFERENCE, "STTA0001", "BB-1");
    let busy = stage.soap("PlaceOrder", &order).await;
    let fault = "<Code>BUSY</Code><RetryAfterSeconds>30</RetryAfterSeconds>";
    assert!(busy.0 == 500 && busy.1.contains(fault), "{}", busy.1);
    assert!(stage.soap("PlaceOrder", &order).await.1.contains("<Code>INTERNAL</Code>"));
    assert_eq!(stage.soap("FindTickets", "<Reference>x</Reference>").await.0, 200);
    assert_eq!(stage.effects("ip-only"), []);
    assert_eq!(stage.soap_as("correct horse", "PlaceOrder", &order).await.bytes, b"");
    assert_eq!(stage.effects("ip-only").len(), 1);
}

#[tokio::test]
async fn the_journal_has_every_request_as_it_came_but_for_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("received.jsonl");
    let stage = Stage::set(Pace::EveryRead, Some(file.clone())).await;
    let order = activate("STTA0001", "BB-100-10");
    stage.post("orders/", &order).await;
    stage.get("orders/?accessId=STTA0001").await;
    stage.soap("FindTickets", &format!("<Reference>{REFERENCE}</Reference>")).await;

    let journal = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> =
        journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    let body = |line: &Value| {
        String::from_utf8(STANDARD.decode(line["body"].as_str().unwrap()).unwrap()).unwrap()
    };
    assert_eq!(lines[0]["recipient"], "globalconnect");
    assert_eq!(
        (&lines[0]["method"], &lines[0]["path"]),
        (&json!("POST"), &json!("/onapi/2.6/orders/"))
    );
    assert_eq!(lines[0]["headers"]["authorization"], "Basic ***");
    assert_eq!(lines[0]["headers"]["content-type"], "application/json");
    assert_eq!(body(&lines[0]), order.to_string());
    assert_eq!(lines[1]["path"], "/onapi/2.6/orders/?accessId=STTA0001");
    assert_eq!(lines[1]["body"], "");
    let inner = format!("<Reference>{REFERENCE}</Reference>");
    assert_eq!(body(&lines[2]), envelope("***", "FindTickets", &inner));
    assert!(!journal.contains(&STANDARD.encode("profitbyte:correct horse")));

    let received = stage.sandbox.received();
    assert_eq!(received.iter().map(|it| it.is_message).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(received[0].at.rfc3339(), "2026-03-01T12:00:00Z");
    assert!(!String::from_utf8_lossy(&received[2].body).contains("correct horse"));
}

#[tokio::test]
async fn operators_start_on_this_machine_only_and_once_each() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
    let mut outside = operator("globalconnect", Speaks::OnApi, Pace::EveryRead);
    outside.listen = "0.0.0.0:0".parse().unwrap();
    let refused = Sandbox::start(vec![outside], clock.clone(), None).await;
    assert!(matches!(refused, Err(SandboxError::NotLoopback(..))));
    let twins = ["ip-only", "ip-only"].map(|name| operator(name, Speaks::Soap, Pace::EveryRead));
    let refused = Sandbox::start(twins.into(), clock.clone(), None).await;
    assert!(matches!(refused, Err(SandboxError::Twice(..))));

    let one = operator("ip-only", Speaks::Soap, Pace::EveryRead);
    let sandbox = Sandbox::start(vec![one], clock, None).await.unwrap();
    let url = sandbox.base_url(&id("ip-only")).unwrap();
    let address: SocketAddr = url[7..].split('/').next().unwrap().parse().unwrap();
    assert_eq!(url, format!("http://{address}/soap/"));
    assert_eq!(sandbox.base_url(&id("globalconnect")), None);
    sandbox.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
