//! Bulkheads: what an operator that is down or slow costs the others, which is nothing, and what it
//! costs itself, which is bounded. Nothing of it is lost.
#![cfg(test)]

// A release build has no points at which a writer could be held.
#[cfg(debug_assertions)]
mod flood;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use sluss::domain::{CaseId, CaseState, Clock};
use sluss::intake::Kind;
use sluss::recipients::{self, RecipientFile};
use sluss::sandbox::{Profile, Trouble};
use sluss::store::{LeftAlone, Sight};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, id, order};
use crate::{raw, tokens};

const SLUSSNAT: &str = "slussnat";
/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A few cases are enough to tell that an operator is down.
async fn easily_told() -> App {
    App::start_with(|config| {
        config.timing.pause_after = 3;
        for file in &mut config.recipients {
            file.recipient.channel.in_flight_max = 2;
        }
    })
    .await
}

async fn orders(app: &mut App, recipient: &str, count: usize) -> Vec<CaseId> {
    let mut cases = Vec::new();
    for n in 0..count {
        let mut body = order(recipient, &format!("{recipient}-{n}"), &format!("STTA{:04}", n + 1));
        if recipient == SLUSSNAT {
            // It has no later days: one for a later day would wait for it in our keeping.
            body["requestedStartDate"] = json!(app.clock.now().rfc3339());
        }
        cases.extend(app.submit(Kind::Order, &body).await);
    }
    cases
}

/// Requests of any kind that an operator got.
fn requests(app: &App, recipient: &str) -> usize {
    app.sandbox.received().iter().filter(|one| one.recipient == id(recipient)).count()
}

async fn left_alone(app: &App, recipient: &str) -> Option<LeftAlone> {
    let overview = app.deployment.overview();
    let picture = overview.picture(7, Sight::Ordinary).await.unwrap();
    let mut operators = picture.operators.into_iter();
    operators.find(|(_, one)| one.recipient == id(recipient)).unwrap().1.left_alone
}

async fn metrics(app: &App) -> String {
    page(app, "/metrics").await
}

async fn page(app: &App, path: &str) -> String {
    tokens::keep(&app.deployment.store).await;
    let request = tokens::known(&raw::http("GET", path, "", ""));
    let (status, text) = app.knock(app.deployment.app().unwrap(), &request).await.text();
    assert_eq!(status, 200);
    text
}

async fn all_are(app: &App, cases: &[CaseId], state: CaseState) -> bool {
    let rows = app.rows().await;
    cases.iter().all(|case| rows[case].state == state)
}

#[tokio::test]
async fn an_operator_that_is_down_is_left_alone_until_one_case_has_looked() {
    let mut app = easily_told().await;
    app.sandbox.wear(&id(GLOBALCONNECT), Profile::Down);
    let cases = orders(&mut app, GLOBALCONNECT, 10).await;
    app.work().await;
    // Two at a time, and the third one says enough.
    assert_eq!(app.messages(GLOBALCONNECT).len(), 4);
    let untouched = app.rows().await.values().filter(|row| row.attempt == 0).count();
    assert_eq!(untouched, 6, "no attempt and no leaf is spent on the others");
    assert_eq!(app.story().await.iter().filter(|what| *what == "intent").count(), 4);

    let found = left_alone(&app, GLOBALCONNECT).await.unwrap();
    assert_eq!((found.since, found.probing), (app.clock.now(), false));
    assert_eq!(left_alone(&app, IP_ONLY).await, None);
    let told = metrics(&app).await;
    for line in [
        "sluss_breakers{recipient=\"globalconnect\",state=\"open\"} 1",
        "sluss_breakers{recipient=\"globalconnect\",state=\"probing\"} 0",
        "sluss_breakers{recipient=\"ip-only\",state=\"open\"} 0",
        "sluss_breaker_open_seconds{recipient=\"ip-only\"} 0",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }

    let shown = page(&app, "/status").await;
    assert!(shown.contains("<strong>globalconnect</strong>"), "{shown}");

    let before = requests(&app, GLOBALCONNECT);
    app.pass(1).await;
    assert_eq!(requests(&app, GLOBALCONNECT), before, "it is left alone, by questions too");
    app.clock.set(found.until);
    app.work().await;
    assert_eq!(app.messages(GLOBALCONNECT).len(), 5, "one case looks, and no other");
    let again = left_alone(&app, GLOBALCONNECT).await.unwrap();
    assert_eq!(again.since, found.since);
    let (first, second) = (found.until.since(found.since), again.until.since(found.until));
    assert!(second > first, "{first:?}, {second:?}");

    app.sandbox.wear(&id(GLOBALCONNECT), Profile::Plain);
    app.clock.set(again.until);
    app.work().await;
    assert_eq!(left_alone(&app, GLOBALCONNECT).await, None);
    assert!(
        metrics(&app).await.contains("sluss_breaker_open_seconds{recipient=\"globalconnect\"} 0")
    );
    app.to_the_end().await;
    assert!(all_are(&app, &cases, CaseState::Completed).await);
    assert_eq!(app.effects(GLOBALCONNECT).len(), 10);
    let traced = app.told().concat();
    for change in ["it is left alone until", "One case looks", "The operator answers again"] {
        assert!(traced.contains(change), "{change}");
    }
    app.close().await;
}

/// Too much at once is a failure, too, and how long to wait is asked for.
#[tokio::test]
async fn an_operator_that_is_too_busy_is_left_alone_for_as_long_as_it_asks() {
    let mut app = easily_told().await;
    let busy = Trouble::Status { code: 429, retry_after: Some(200) };
    app.script(GLOBALCONNECT, vec![busy; 4]);
    let cases = orders(&mut app, GLOBALCONNECT, 8).await;
    app.work().await;
    assert_eq!(app.messages(GLOBALCONNECT).len(), 4);
    app.pass(199).await;
    assert_eq!(app.messages(GLOBALCONNECT).len(), 4);
    app.to_the_end().await;
    assert!(all_are(&app, &cases, CaseState::Completed).await);
    app.close().await;
}

#[tokio::test]
async fn refusals_of_cases_do_not_count() {
    let mut app = easily_told().await;
    app.script(GLOBALCONNECT, vec![Trouble::Status { code: 422, retry_after: None }; 10]);
    let cases = orders(&mut app, GLOBALCONNECT, 12).await;
    app.work().await;
    assert_eq!(app.messages(GLOBALCONNECT).len(), cases.len(), "all are tried at once");
    assert_eq!(left_alone(&app, GLOBALCONNECT).await, None);
    app.close().await;
}

/// It may be that case alone which the operator cannot take.
#[tokio::test]
async fn one_case_that_fails_over_and_over_stops_no_other() {
    let mut app = easily_told().await;
    app.script(GLOBALCONNECT, vec![Trouble::Status { code: 500, retry_after: None }; 6]);
    let poison = orders(&mut app, GLOBALCONNECT, 1).await;
    for _ in 0..20 {
        app.pass(30).await;
    }
    assert_eq!(left_alone(&app, GLOBALCONNECT).await, None);
    let others = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-9", "STTA0109")).await;
    app.to_the_end().await;
    assert!(all_are(&app, &others, CaseState::Completed).await);
    assert!(!app.row(poison[0]).await.state.is_final() || app.effects(GLOBALCONNECT).len() == 2);
    app.close().await;
}

/// What is between sluss and an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// Connections are taken, and nothing is ever answered.
    Hangs,
    /// Connections are closed as soon as they are taken.
    Shut,
}

/// A gate in the way to an operator.
struct Gate {
    way: watch::Sender<Way>,
}

impl Gate {
    /// In front of an operator's address.
    fn before(listener: std::net::TcpListener, operator: SocketAddr, way: Way) -> Self {
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let (way, seen) = watch::channel(way);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(carry(connection, operator, seen.clone()));
            }
        });
        Self { way }
    }
}

async fn carry(mut from: TcpStream, to: SocketAddr, mut way: watch::Receiver<Way>) {
    let begun = *way.borrow_and_update();
    match begun {
        Way::Shut => {}
        Way::Hangs => _ = way.changed().await,
        Way::Open => {
            let Ok(mut to) = TcpStream::connect(to).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                _ = way.changed() => {}
            }
        }
    }
}

/// Turns a recipient to another address, and gives its own.
fn turn(file: &mut RecipientFile, to: SocketAddr) -> SocketAddr {
    let url = &mut file.recipient.channel.base_url;
    let own = *url.socket_addrs(|| None).unwrap().first().unwrap();
    url.set_port(Some(to.port())).unwrap();
    own
}

fn slussnat() -> RecipientFile {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialects/pi-api/slussnat.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    recipients::read(&file, Path::new("config"), &text).unwrap()
}

#[tokio::test]
async fn one_that_is_down_and_one_that_hangs_cost_a_third_nothing() {
    const EACH: usize = 12;
    let gates = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let mut own = Vec::new();
    let mut app = App::start_also(vec![slussnat()], |config| {
        config.timing.settle = Duration::from_secs(1);
        for file in &mut config.recipients {
            file.recipient.accesses = None;
            file.recipient.channel.poll = Duration::from_secs(1);
            let place = [SLUSSNAT, IP_ONLY].iter().position(|one| file.recipient.id == id(one));
            if let Some(place) = place {
                let address = turn(file, gates[place].local_addr().unwrap());
                own.push((place, address));
            }
        }
    })
    .await;
    own.sort_unstable();
    let [shut, hangs] = gates;
    let shut = Gate::before(shut, own[0].1, Way::Shut);
    let hangs = Gate::before(hangs, own[1].1, Way::Hangs);
    // Those of the bad ones are there first.
    let down = orders(&mut app, SLUSSNAT, EACH).await;
    let slow = orders(&mut app, IP_ONLY, EACH).await;
    let (stopper, stop) = watch::channel(false);
    let worker = app.worker.clone();
    let at_work = tokio::spawn(async move { worker.run(stop).await });
    hurry(&app, "both are being tried", async || {
        let rows = app.rows().await;
        let tried = |cases: &[CaseId]| cases.iter().any(|case| rows[case].attempt > 0);
        tried(&down) && tried(&slow)
    })
    .await;
    let well = orders(&mut app, GLOBALCONNECT, EACH).await;
    hurry(&app, "the third has delivered", async || {
        all_are(&app, &well, CaseState::Completed).await
    })
    .await;
    let rows = app.rows().await;
    for case in down.iter().chain(&slow) {
        let state = rows[case].state;
        assert!(matches!(state, CaseState::Accepted | CaseState::Recorded), "{state}");
    }
    assert_eq!(app.effects(GLOBALCONNECT).len(), EACH);
    assert!(app.effects(SLUSSNAT).is_empty() && app.effects(IP_ONLY).is_empty());

    shut.way.send(Way::Open).unwrap();
    hangs.way.send(Way::Open).unwrap();
    hurry(&app, "the others are back", async || {
        all_are(&app, &down, CaseState::Completed).await
            && all_are(&app, &slow, CaseState::Completed).await
    })
    .await;
    assert_eq!((app.effects(SLUSSNAT).len(), app.effects(IP_ONLY).len()), (EACH, EACH));
    stopper.send(true).unwrap();
    at_work.await.unwrap().unwrap();
    app.close().await;
}

/// Lets the clock run, ten times as fast as it does, until something is so.
async fn hurry(app: &App, what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        app.clock.advance(Duration::from_millis(200));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
