//! The real program, killed where it hurts, and started again: each case ends once at its operator,
//! and the log tells the story.
#![cfg(test)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::Value;
use sluss::domain::SystemClock;
use sluss::sandbox::{Pace, Sandbox, SimulatedOperator, Speaks, Trouble};
use tempfile::TempDir;

use crate::harness::{GLOBALCONNECT, IP_ONLY, PASSWORD, fault, id, order, private};
use crate::postgres;

/// How long the program may take for what takes it a second or two.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Deployed {
    dir: TempDir,
    pub(crate) sandbox: Sandbox,
    /// Set for the program beside its configuration.
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Deployed {
    /// Operators, a configuration that speaks to them, and one order and one fault for each, handed
    /// in with the program itself.
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let operators = [(GLOBALCONNECT, Speaks::OnApi), (IP_ONLY, Speaks::Soap)];
        let operators = operators.map(|(recipient, speaks)| SimulatedOperator {
            recipient: id(recipient),
            speaks,
            username: "profitbyte".to_owned(),
            password: SecretString::from(PASSWORD.to_owned()),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            pace: Pace::EveryRead,
        });
        let sandbox = Sandbox::start(operators.into(), Arc::new(SystemClock), None).await.unwrap();
        let deployed = Self { dir, sandbox, environment: Vec::new() };
        deployed.configure();
        let (mut orders, mut faults) = (Vec::new(), Vec::new());
        for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
            orders.push(order(recipient, &format!("ORD-{n}"), &format!("STTA010{n}")).to_string());
            faults.push(fault(recipient, &format!("FEL-{n}"), &format!("STTA020{n}")).to_string());
        }
        for (noun, bodies) in [("order", orders), ("fault", faults)] {
            let file = deployed.dir.path().join(format!("{noun}.jsonl"));
            std::fs::write(&file, bodies.join("\n")).unwrap();
            let mut command = deployed.command(&[noun, "submit"]);
            assert!(command.arg(&file).stdout(Stdio::null()).status().unwrap().success());
        }
        deployed
    }

    fn configure(&self) {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let config = self.config();
        std::fs::create_dir_all(config.join("recipients")).unwrap();
        std::fs::create_dir_all(config.join("secrets")).unwrap();
        let settings = "[worker]\nsettle_seconds = 1\nretry_first_seconds = 1\n";
        std::fs::write(config.join("sluss.toml"), settings).unwrap();
        for recipient in [GLOBALCONNECT, IP_ONLY] {
            let file = format!("recipients/{recipient}.toml");
            let text = std::fs::read_to_string(shipped.join(&file)).unwrap();
            let base = self.sandbox.base_url(&id(recipient)).unwrap();
            let turned = text.lines().map(|line| match line.split(" =").next().unwrap() {
                "base_url" => format!("base_url = {base:?}\n"),
                "allow_http_loopback" => "allow_http_loopback = true\n".to_owned(),
                "poll_seconds" => "poll_seconds = 1\n".to_owned(),
                "timeout_seconds" => "timeout_seconds = 2\n".to_owned(),
                _ => format!("{line}\n"),
            });
            std::fs::write(config.join(&file), turned.collect::<String>()).unwrap();
            private(&config.join("secrets").join(recipient), PASSWORD);
            private(&config.join("secrets").join(format!("{recipient}-inbound")), PASSWORD);
        }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
        command.arg("--config").arg(self.config());
        command.arg("--state").arg(self.state()).envs(postgres::environment(&self.state()));
        command.args(arguments).envs(self.environment.iter().cloned());
        if !arguments.contains(&"--format") {
            command.args(["--format", "json"]);
        }
        command
    }

    fn work(&self, crash_at: Option<&str>) -> Child {
        let mut command = self.command(&["work"]);
        if let Some(point) = crash_at {
            command.env("SLUSS_CRASH_AT", point);
        }
        command.stdout(Stdio::null()).spawn().unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn states(&self) -> Vec<String> {
        let list = self.json(&["case", "list"]);
        let cases = list["cases"].as_array().unwrap().iter();
        cases.map(|case| case["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Works until all four cases are completed.
    pub(crate) fn to_the_end(&self) {
        let mut worker = self.work(None);
        let done = until(|| self.states().iter().all(|state| state == "completed"));
        worker.kill().unwrap();
        worker.wait().unwrap();
        assert!(done, "after a restart the cases stay {:?}", self.states());
    }

    /// What must hold in the end, wherever the program was killed: once at each operator, and a log
    /// that verifies and leaves nothing open. Gives how often each result stands in it.
    pub(crate) fn check(&self) -> BTreeMap<String, usize> {
        for recipient in [GLOBALCONNECT, IP_ONLY] {
            let effects = self.sandbox.effects(&id(recipient));
            assert_eq!(effects.len(), 2, "one order and one fault at {recipient}");
        }
        let report = self.json(&["log", "verify"]);
        assert_eq!(report["sound"], true, "{report}");
        assert_eq!(report["openIntents"].as_array().unwrap().len(), 0);
        let mut results = BTreeMap::new();
        let leaves = self.json(&["log", "list", "--limit", "1000"]);
        for leaf in leaves["leaves"].as_array().unwrap() {
            if let Some(result) = leaf["leaf"]["result"].as_str() {
                *results.entry(result.to_owned()).or_default() += 1;
            }
        }
        let intents = report["kinds"]["intent"].as_u64().unwrap();
        assert_eq!(results.values().sum::<usize>() as u64, intents, "one outcome for each intent");
        let sent = self.sandbox.received().iter().filter(|one| one.is_message).count();
        assert!(sent as u64 <= intents, "each message that arrived has a leaf of its own");
        results
    }
}

/// Waits for a condition, for as long as patience lasts.
pub(crate) fn until(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if condition() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

pub(crate) fn died(mut worker: Child) -> ExitStatus {
    let status = worker.wait().unwrap();
    assert!(status.signal().is_some(), "the program was to be killed, and ended with {status}");
    status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_a_claim_everything_goes_on_as_if_nothing_had_been() {
    let deployed = Deployed::start().await;
    died(deployed.work(Some("claimed")));
    // What it offers, its accesses and its events may have been asked for, and nothing of a case.
    for one in deployed.sandbox.received() {
        let list = ["/onapi/2.6/", "/accesses/", "/orderevents/"];
        let is_list = one.method == "GET" && list.iter().any(|list| one.path.ends_with(list));
        let is_feed = String::from_utf8_lossy(&one.body).contains("<GetOrderEvents ");
        assert!(!one.is_message && (is_list || is_feed), "{} {}", one.method, one.path);
    }
    deployed.to_the_end();
    assert_eq!(deployed.check(), BTreeMap::from([("accepted".to_owned(), 4)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_record_and_send_the_operator_is_asked_and_then_sent_to() {
    let deployed = Deployed::start().await;
    died(deployed.work(Some("recorded")));
    let recorded = deployed.states().iter().filter(|state| *state == "recorded").count();
    assert!(recorded >= 1, "what it was killed behind stands in the log");
    deployed.to_the_end();
    let results = deployed.check();
    assert_eq!(results["accepted"], 4);
    assert_eq!(results["unknown"], recorded, "the log says too much, never too little");
}

/// Behind the last look, with a connection about to be made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_where_the_bytes_were_about_to_leave_the_operator_is_asked_and_then_sent_to() {
    let deployed = Deployed::start().await;
    died(deployed.work(Some("dispatching")));
    assert!(deployed.sandbox.received().iter().all(|one| !one.is_message));
    deployed.to_the_end();
    let results = deployed.check();
    assert_eq!(results["accepted"], 4);
    assert!(results["unknown"] >= 1, "{results:?}");
}

/// Between a question of ours and what follows from its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_an_operators_answer_in_hand_it_is_asked_again() {
    for point in ["fed", "followed"] {
        let deployed = Deployed::start().await;
        died(deployed.work(Some(point)));
        deployed.to_the_end();
        assert_eq!(deployed.check()["accepted"], 4);
    }
    let deployed = Deployed::start().await;
    died(deployed.work(Some("sent")));
    died(deployed.work(Some("asked")));
    deployed.to_the_end();
    assert_eq!(deployed.check()["accepted"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_send_and_settle_the_operator_is_asked_and_not_sent_to_again() {
    let deployed = Deployed::start().await;
    died(deployed.work(Some("sent")));
    deployed.to_the_end();
    assert_eq!(deployed.check()["accepted"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_settling_nothing_is_done_twice() {
    let deployed = Deployed::start().await;
    died(deployed.work(Some("settled")));
    deployed.to_the_end();
    assert_eq!(deployed.check()["accepted"], 4);
}

/// Not at a point of our choosing: from outside, while operators have acted and not answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_from_outside_while_the_operators_are_slow_to_answer() {
    let deployed = Deployed::start().await;
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        let slow = || Trouble::ActThenDelay(Duration::from_secs(10));
        deployed.sandbox.script(&id(recipient), vec![slow(), slow()]);
    }
    let mut worker = deployed.work(None);
    let messages = || deployed.sandbox.received().iter().filter(|one| one.is_message).count();
    assert!(until(|| messages() == 4), "the operators have all four");
    worker.kill().unwrap();
    worker.wait().unwrap();
    deployed.to_the_end();
    assert_eq!(deployed.check(), BTreeMap::from([("accepted".to_owned(), 4)]));
    assert_eq!(messages(), 4, "nothing was sent twice");
}
