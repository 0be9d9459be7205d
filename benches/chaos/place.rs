//! Where it happens: a configuration, a state folder, and operators on this machine.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;
use sluss::domain::{RecipientId, SystemClock};
use sluss::sandbox::{Pace, Sandbox, SimulatedOperator, Speaks};
use tempfile::TempDir;

use super::clock::FalseClock;
use super::postgres::Throwaway;
use super::volume::Volume;

/// Who orders are for.
pub(super) const OPERATORS: [&str; 2] = ["globalconnect", "ip-only"];
/// Who makes up the deployment, by the names of their clocks.
const MEMBERS: [&str; 3] = ["door", "worker-1", "worker-2"];
const PASSWORD: &str = "chaos";
/// What must stay free on the volume of the store, and its size in megabytes.
pub(super) const RESERVE: u64 = 32 << 20;
const VOLUME: u32 = 320;
/// The shortest lease that can be configured; what was leased by who is stopped is free after it.
const WORKER: &str = "[worker]\nlease_seconds = 5\nsettle_seconds = 1\nretry_first_seconds = 1\n\
    retry_max_seconds = 10\nattempts_max = 100\npause_max_seconds = 5\n\
    [http]\nrequest_timeout_seconds = 4\nstop_pause_seconds = 0\n[log]\nscrub_hours = 0\nheartbeat_seconds = 86400\n";

pub(super) struct Place {
    /// Where store, keys and checkpoint are.
    pub(super) volume: Volume,
    dir: TempDir,
    /// The time that the deployment goes by: the machine's, or the server's of several hosts.
    pub(super) clock: FalseClock,
    /// The hosts' own, in the order of the crew; none on one machine.
    pub(super) hosts: Vec<FalseClock>,
    environment: Vec<(&'static str, String)>,
    pub(super) door: SocketAddr,
    pub(super) token: String,
}

impl Place {
    /// On a server that goes by this clock, too.
    pub(super) async fn new(server: Option<&Throwaway>, clock: FalseClock) -> (Self, Sandbox) {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let volume = Volume::new(env!("CARGO_TARGET_TMPDIR"), VOLUME);
        let operators = OPERATORS.map(|recipient| SimulatedOperator {
            recipient: RecipientId::parse(recipient).unwrap(),
            speaks: if recipient == "ip-only" { Speaks::Soap } else { Speaks::OnApi },
            username: "profitbyte".to_owned(),
            password: SecretString::from(PASSWORD.to_owned()),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            pace: Pace::EveryRead,
        });
        let sandbox = Sandbox::start(operators.into(), Arc::new(SystemClock), None).await.unwrap();
        configure(dir.path(), &sandbox);
        // Free by now, and for as long as nobody else looks for one.
        let door = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut environment = vec![
            ("SLUSS__HTTP__LISTEN", door.to_string()),
            ("SLUSS__STORE__RESERVE_BYTES", RESERVE.to_string()),
        ];
        let mut hosts = Vec::new();
        if let Some(server) = server {
            let [url, keys] = server.servers("chaos").map(|address| format!("{address:?}"));
            environment.extend([("SLUSS__STORE__URL", url), ("SLUSS__STORE__KEYS_URL", keys)]);
            hosts = MEMBERS.map(|who| FalseClock::new(dir.path(), who)).into();
        } else {
            environment.extend(clock.environment());
        }
        let token = String::new();
        let mut place = Self { volume, dir, clock, hosts, environment, door, token };
        let made = place.run(&["token", "create", "--name", "chaos", "--role", "ordering"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made = String::from_utf8(made.stdout).unwrap();
        made.split_whitespace().last().unwrap().clone_into(&mut place.token);
        (place, sandbox)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn state(&self) -> PathBuf {
        self.volume.path().join("state")
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
        command.arg("--config").arg(self.path("config")).arg("--state").arg(self.state());
        command.args(arguments).envs(self.environment.iter().cloned()).stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs with `--format json`; exit code and what was printed.
    pub(super) fn data(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr))
        });
        (output.status.code(), told)
    }
}

/// What ships, turned to the operators here.
fn configure(dir: &Path, sandbox: &Sandbox) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let config = dir.join("config");
    for folder in ["recipients", "secrets"] {
        std::fs::create_dir_all(config.join(folder)).unwrap();
    }
    std::fs::write(config.join("sluss.toml"), WORKER).unwrap();
    for recipient in OPERATORS {
        let file = format!("recipients/{recipient}.toml");
        let text = std::fs::read_to_string(shipped.join(&file)).unwrap();
        let base = sandbox.base_url(&RecipientId::parse(recipient).unwrap()).unwrap();
        let turned = text.lines().map(|line| match line.split(" =").next().unwrap() {
            "base_url" => format!("base_url = {base:?}\n"),
            "allow_http_loopback" => "allow_http_loopback = true\n".to_owned(),
            "poll_seconds" => "poll_seconds = 1\n".to_owned(),
            "timeout_seconds" => "timeout_seconds = 2\n".to_owned(),
            _ => format!("{line}\n"),
        });
        std::fs::write(config.join(&file), turned.collect::<String>()).unwrap();
        for secret in [recipient.to_owned(), format!("{recipient}-inbound")] {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(config.join("secrets").join(secret)).unwrap();
            file.write_all(PASSWORD.as_bytes()).unwrap();
        }
    }
}
