//! A deployment to be measured: turned to one operator, with whoever works on it and what is handed in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use sluss::commands::Deployment;
use sluss::config::Config;
use sluss::domain::{ClientId, Clock, Entropy, OsEntropy, RecipientId, SystemClock};
use sluss::intake::{Context, Kind, NoLists, read};
use sluss::recipients::{Auth, SecretFile};
use sluss::store::{Address, Servers};
use tokio::sync::watch;

use crate::machine::now_micros;

pub(crate) const RECIPIENT: &str = "globalconnect";
/// Callers that each wait for their answer before they hand in the next order.
pub(crate) const HANDS: usize = 64;
/// How many messages are under way at once.
const IN_FLIGHT: u32 = 64;

/// A deployment, and whoever works on it.
pub(crate) struct Bench {
    pub(crate) deployment: Deployment,
    base: String,
    workers: Vec<Child>,
    here: Option<(watch::Sender<bool>, tokio::task::JoinHandle<()>)>,
}

impl Bench {
    /// With an operator that is reached there.
    pub(crate) fn open(state: &Path, base: &str, servers: Option<&[String; 2]>) -> Self {
        let config = configuration(state, base, servers);
        let deployment = Deployment::open(config).unwrap();
        Self { deployment, base: base.to_owned(), workers: Vec::new(), here: None }
    }

    /// Lets workers begin: one in this process, or so many of their own.
    pub(crate) fn work(&mut self, state: &Path, servers: Option<&[String; 2]>, workers: usize) {
        if workers == 0 {
            let worker = self.deployment.worker().unwrap();
            let (stopper, stop) = watch::channel(false);
            let running = tokio::spawn(async move { worker.run(stop).await.unwrap() });
            self.here = Some((stopper, running));
        }
        for _ in 0..workers {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("worker").arg(state).arg(&self.base);
            command.args(servers.into_iter().flatten());
            self.workers.push(command.stdout(Stdio::null()).spawn().unwrap());
        }
    }

    pub(crate) fn children(&self) -> Vec<u32> {
        self.workers.iter().map(Child::id).collect()
    }

    /// Waits until so many outcomes stand in the log.
    pub(crate) async fn settled(&self, orders: usize) {
        // The policies' leaf, and for each case an intent and an outcome.
        let leaves = 2 * orders as u64 + 1;
        while self.deployment.store.size().await.unwrap().0 < leaves {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills those of their own.
    pub(crate) fn kill(&mut self) {
        for mut worker in self.workers.drain(..) {
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
    }

    pub(crate) async fn end(mut self) {
        if let Some((stopper, running)) = self.here.take() {
            stopper.send(true).unwrap();
            running.await.unwrap();
        }
        self.kill();
    }
}

/// From many hands at once, or one each so often; when each was handed in, in microseconds.
pub(crate) async fn accept(
    deployment: &Deployment,
    orders: usize,
    every: Option<Duration>,
) -> Vec<u64> {
    let recipients: Arc<BTreeSet<RecipientId>> =
        Arc::new(deployment.recipients.keys().cloned().collect());
    let client = ClientId::parse("bench").unwrap();
    let hands = if every.is_some() { orders } else { HANDS };
    let begun = tokio::time::Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for hand in 0..hands {
        let (store, client) = (deployment.store.clone(), client.clone());
        let recipients = Arc::clone(&recipients);
        running.spawn(async move {
            let mut handed = Vec::new();
            if let Some(every) = every {
                tokio::time::sleep_until(begun + every * u32::try_from(hand).unwrap()).await;
            }
            for n in (hand..orders).step_by(hands) {
                handed.push((n, now_micros()));
                let body = order(n);
                let context = Context {
                    client: &client,
                    recipients: &recipients,
                    now: SystemClock.now(),
                    entropy: &OsEntropy as &dyn Entropy,
                    bytes_max: 65_536,
                    accesses: &NoLists,
                };
                let Ok(submission) = read(Kind::Order, body.as_bytes(), &context) else {
                    panic!("the benchmark's own order is refused");
                };
                store.accept(submission).await.unwrap();
            }
            handed
        });
    }
    let mut handed = running.join_all().await.concat();
    handed.sort_unstable();
    handed.into_iter().map(|(_, at)| at).collect()
}

/// A worker in a process of its own, until it is killed.
pub(crate) fn work(state: &Path, base: &str, servers: &[&str]) {
    let servers = match servers {
        [database, keys] => Some([(*database).to_owned(), (*keys).to_owned()]),
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = configuration(state, base, servers.as_ref());
        let deployment = Deployment::open(config).unwrap();
        let (_stopper, stop) = watch::channel(false);
        deployment.worker().unwrap().run(stop).await.unwrap();
    });
}

fn configuration(state: &Path, base: &str, servers: Option<&[String; 2]>) -> Config {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut config = sluss::config::load(&shipped, &BTreeMap::new()).unwrap();
    state.clone_into(&mut config.state);
    config.servers = servers.map(|[database, keys]| Servers {
        database: Address::parse(database).unwrap(),
        keys: Address::parse(keys).unwrap(),
    });
    config.limits.reserve_bytes = 0;
    config.limits.deadline = Duration::from_mins(1);
    let id = RecipientId::parse(RECIPIENT).unwrap();
    config.recipients.retain(|file| file.recipient.id == id);
    let secret: PathBuf = state.with_extension("password");
    std::fs::create_dir_all(state.parent().unwrap()).unwrap();
    let mut options = std::fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(&secret).unwrap();
    file.write_all(b"bench").unwrap();
    let recipient = &mut config.recipients[0].recipient;
    recipient.accesses = None;
    let channel = &mut recipient.channel;
    channel.base_url = base.parse().unwrap();
    channel.allow_http_loopback = true;
    channel.auth = Auth::Basic { username: "bench".to_owned(), password: SecretFile(secret) };
    channel.requests_per_second = 1_000_000;
    channel.in_flight_max = IN_FLIGHT;
    channel.poll = Duration::from_hours(1);
    // One question more for each order, where it is on: another measure.
    channel.preflight = false;
    config
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
