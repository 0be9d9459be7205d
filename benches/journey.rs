//! How many cases a second go from accepted to settled, with everything on: policy, guard, sealing,
//! recording, sending over loopback HTTP, outcome. On SQLite in a temporary folder, to a simulated
//! ON-API operator in the same process, which shares the processor.
//!
//! ```sh
//! cargo bench --bench journey             # 2,000 orders, batch 64
//! cargo bench --bench journey -- 10000 1  # so many orders, so large a batch
//! ```
//!
//! Figures depend on the disk: beside them stands the cost of a bare durable write of 4 KiB, taken
//! in the same run.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "its result")]
#![expect(clippy::cast_precision_loss, reason = "for people to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use sluss::commands::Deployment;
use sluss::domain::{CaseState, ClientId, Clock, Entropy, OsEntropy, RecipientId, SystemClock};
use sluss::intake::{Context, Kind, read};
use sluss::recipients::{Auth, SecretFile};
use sluss::sandbox::{Pace, Sandbox, SimulatedOperator, Speaks};
use sluss::store::CaseFilter;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|one| one.parse().ok()).collect();
    let orders = numbers.first().copied().unwrap_or(2_000);
    let batch = numbers.get(1).copied().unwrap_or(64);
    let dir = tempfile::tempdir().unwrap();
    println!("fsync of 4 KiB      {:>10.3} ms (median of 200)", fsync(dir.path()) * 1e3);
    let (deployment, sandbox) = deployment(dir.path(), batch).await;

    let started = Instant::now();
    accept(&deployment, orders).await;
    let accepted = started.elapsed();
    println!("accepted            {:>10.0} cases/s ({orders} cases)", rate(orders, accepted));

    let worker = deployment.worker().unwrap();
    let (stopper, stop) = tokio::sync::watch::channel(false);
    let started = Instant::now();
    let working = tokio::spawn(async move { worker.run(stop).await });
    until_settled(&deployment, orders).await;
    let delivered = started.elapsed();
    stopper.send(true).unwrap();
    working.await.unwrap().unwrap();
    println!(
        "delivered           {:>10.0} cases/s (batch {batch}; {} leaves)",
        rate(orders, delivered),
        deployment.store.size().await.unwrap().0
    );
    let received = sandbox.received().iter().filter(|one| one.is_message).count();
    assert_eq!(received, orders, "each order arrives once");
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// What the machine's disk asks for a durable write.
fn fsync(dir: &Path) -> f64 {
    let mut file = std::fs::File::create(dir.join("fsync")).unwrap();
    let mut times: Vec<f64> = (0..200)
        .map(|_| {
            let started = Instant::now();
            file.seek(SeekFrom::End(0)).unwrap();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn deployment(dir: &Path, batch: usize) -> (Deployment, Sandbox) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut config = sluss::config::load(&shipped, &BTreeMap::new()).unwrap();
    config.state = dir.join("state");
    config.batch_max = batch;
    let id = RecipientId::parse("globalconnect").unwrap();
    config.recipients.retain(|file| file.recipient.id == id);
    let operator = SimulatedOperator {
        recipient: id.clone(),
        speaks: Speaks::OnApi,
        username: "bench".to_owned(),
        password: SecretString::from("bench".to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        pace: Pace::Every(Duration::from_hours(1)),
    };
    let sandbox = Sandbox::start(vec![operator], Arc::new(SystemClock), None).await.unwrap();
    let secret = dir.join("password");
    let mut options = std::fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(&secret).unwrap();
    file.write_all(b"bench").unwrap();
    let channel = &mut config.recipients[0].recipient.channel;
    channel.base_url = sandbox.base_url(&id).unwrap().parse().unwrap();
    channel.allow_http_loopback = true;
    channel.auth = Auth::Basic { username: "bench".to_owned(), password: SecretFile(secret) };
    channel.requests_per_second = 1_000_000;
    channel.in_flight_max = u32::try_from(batch).unwrap();
    channel.poll = Duration::from_hours(1);
    (Deployment::open(config).unwrap(), sandbox)
}

/// From 64 submitters at once, as an ordering system with many hands would.
async fn accept(deployment: &Deployment, orders: usize) {
    let recipients: BTreeSet<RecipientId> = deployment.recipients.keys().cloned().collect();
    let client = ClientId::parse("bench").unwrap();
    let mut hands = tokio::task::JoinSet::new();
    for hand in 0..64 {
        let (store, recipients, client) =
            (deployment.store.clone(), recipients.clone(), client.clone());
        hands.spawn(async move {
            for n in (hand..orders).step_by(64) {
                let body = order(n);
                let context = Context {
                    client: &client,
                    recipients: &recipients,
                    now: SystemClock.now(),
                    entropy: &OsEntropy as &dyn Entropy,
                    bytes_max: 65_536,
                    accesses: &sluss::intake::NoLists,
                };
                let Ok(submission) = read(Kind::Order, body.as_bytes(), &context) else {
                    panic!("the benchmark's own order is refused");
                };
                store.accept(submission).await.unwrap();
            }
        });
    }
    while let Some(hand) = hands.join_next().await {
        hand.unwrap();
    }
}

async fn until_settled(deployment: &Deployment, orders: usize) {
    let limit = u32::try_from(orders).unwrap() + 1;
    loop {
        let filter = CaseFilter { state: Some(CaseState::Placed), limit, ..CaseFilter::default() };
        if deployment.store.cases(filter).await.unwrap().len() == orders {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn order(n: usize) -> String {
    let access = n % 9_999 + 1;
    format!(
        r#"{{"externalId":"ORD-{n}","requestedStartDate":"2026-12-01T00:00:00Z","relatedParty":[
{{"id":"globalconnect","role":"communicationsOperator","@type":"RelatedParty","@referredType":"Organization"}},
{{"id":"cust-{n}","role":"customer","@type":"RelatedParty","@referredType":"Individual","givenName":"Astrid","familyName":"Lindqvist",
"individualIdentification":[{{"identificationType":"personnummer","identificationId":"19121212-1212"}}],
"contactMedium":[{{"mediumType":"mobile","characteristic":{{"phoneNumber":"+46701740605"}}}}]}}],
"note":[{{"text":"Ring Astrid på 070-174 06 05 innan. Portkod 4711."}}],
"serviceOrderItem":[{{"id":"1","action":"add","service":{{"serviceSpecification":{{"id":"BB-{n}"}},
"serviceCharacteristic":[{{"name":"accessId","value":"STTA{access:04}"}}]}}}}]}}"#
    )
}
