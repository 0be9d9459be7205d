//! The program as a script sees it: arguments, exit codes, standard output, files.

#![cfg(test)]

mod cases;
mod door;
mod explain;
mod log;
mod many;
mod persons;
pub(crate) mod running;
mod told;
mod usage;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a configuration and a state of its own.
pub(crate) struct Place {
    dir: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A line of a fixture's file under `fixtures/tmf/`.
pub(crate) fn line(file: &str, number: usize) -> String {
    let text = fs::read_to_string(root().join("fixtures/tmf").join(file)).unwrap();
    text.lines().nth(number - 1).unwrap().to_owned()
}

pub(crate) fn sluss() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
    command.current_dir(root()).env_remove("SLUSS_CRASH_AT");
    command
}

impl Place {
    /// With a copy of the configuration that ships.
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let place = Self { dir };
        fs::create_dir_all(place.config().join("recipients")).unwrap();
        for file in ["sluss.toml", "recipients/globalconnect.toml", "recipients/ip-only.toml"] {
            fs::copy(root().join("config").join(file), place.config().join(file)).unwrap();
        }
        place
    }

    /// Whose operators cannot be reached: nobody listens where they should be.
    pub(crate) fn unreachable() -> Self {
        let place = Self::new();
        fs::create_dir(place.config().join("secrets")).unwrap();
        for (recipient, path) in [("globalconnect", "onapi/2.6/"), ("ip-only", "soap/")] {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = free.local_addr().unwrap();
            let file = format!("recipients/{recipient}.toml");
            place.replace(&file, "base_url = ", &format!("base_url = \"http://{address}/{path}\""));
            place.replace(&file, "allow_http_loopback = ", "allow_http_loopback = true");
            place.write(&format!("config/secrets/{recipient}"), "word");
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("config")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.path(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        path
    }

    /// Sets the lines of a configuration file that start with these words.
    pub(crate) fn replace(&self, file: &str, start: &str, line: &str) {
        let path = self.config().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.lines().any(|old| old.starts_with(start)), "{start}");
        let lines = text.lines();
        let lines = lines.map(|old| if old.starts_with(start) { line } else { old });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = sluss();
        command.arg("--config").arg(self.config());
        command.arg("--state").arg(self.state()).args(arguments);
        command.envs(crate::postgres::environment(&self.state()));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut to = child.stdin.take().unwrap();
        // A command that refuses its arguments does not read.
        let _ = to.write_all(stdin.as_bytes());
        drop(to);
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Runs with `--format json`, and reads what was printed.
    #[track_caller]
    pub(crate) fn data(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--format", "json"]].concat();
        let ended = self.run(&arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        ended.json()
    }

    /// The ids of the cases, oldest first.
    pub(crate) fn cases(&self) -> Vec<Value> {
        let mut cases = self.data(&["case", "list"])["cases"].as_array().unwrap().clone();
        cases.reverse();
        cases
    }
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}
