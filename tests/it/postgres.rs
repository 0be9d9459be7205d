//! The same tests once more, on PostgreSQL: this binary starts a throw-away server, and then itself,
//! with each deployment's store in a schema of its own.
//!
//! `SLUSS_TEST_STORE=postgres cargo test --test it store::cases` runs some of them alone, on the server
//! that `SLUSS_TEST_POSTGRES` names (as libpq does).
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use sluss::store::{Address, Servers};
use tempfile::TempDir;

/// Which store the tests run on, and where the server is.
const STORE: &str = "SLUSS_TEST_STORE";
const SERVER: &str = "SLUSS_TEST_POSTGRES";

/// What is run on both.
const BOTH: &[&str] = &[
    "store::",
    "journey::",
    "follow::",
    "notify::",
    "pulls::",
    "crash::",
    "subject::",
    "closed::",
];

/// What is not, as it is about the files of SQLite: replaced, copied, cut, edited, on a full disk.
const FILES_ONLY: &[&str] = &[
    "store::files::",
    "store::trust::",
    "closed::disk::",
    "closed::backup::",
    "closed::fsck::",
    "closed::files::",
    "closed::strace::",
];

/// Where the store of a state folder is: each has schemas of its own, made here. `None`: in the folder.
pub(crate) fn servers(state: &Path) -> Option<Servers> {
    let [database, keys] = addresses(state)?;
    let parsed = |text: &str| Address::parse(text).unwrap();
    Some(Servers { database: parsed(&database), keys: parsed(&keys) })
}

/// The same for the program.
pub(crate) fn environment(state: &Path) -> Vec<(&'static str, String)> {
    let named = |text: String| format!("{text:?}");
    addresses(state).map_or_else(Vec::new, |[database, keys]| {
        vec![("SLUSS__STORE__URL", named(database)), ("SLUSS__STORE__KEYS_URL", named(keys))]
    })
}

/// Whether this process tests PostgreSQL.
pub(crate) fn is_tested() -> bool {
    std::env::var(STORE).as_deref() == Ok("postgres")
}

fn addresses(state: &Path) -> Option<[String; 2]> {
    static MADE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if !is_tested() {
        return None;
    }
    let server = std::env::var(SERVER).expect("SLUSS_TEST_POSTGRES names the server");
    let name = Sha256::digest(state.as_os_str().as_encoded_bytes());
    let name: String = name.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("s{name}");
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if made.insert(name.clone()) {
        say(&server, &format!("CREATE SCHEMA {name}; CREATE SCHEMA {name}_keys"));
    }
    let within = |schema: String| format!("{server} options='-csearch_path={schema}'");
    Some([within(name.clone()), within(format!("{name}_keys"))])
}

/// Says something to the server, as its owner.
pub(crate) fn say(server: &str, sql: &str) {
    let said =
        Command::new(program("psql")).args(["-qXv", "ON_ERROR_STOP=1", "-c", sql, server]).output();
    let said = said.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// A program of PostgreSQL: on the path, or where Debian puts it.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin").join(name))
        .collect();
    versions.sort();
    // A wrapper of Debian's on the path knows only of clusters that Debian made.
    let mut all = versions.into_iter().rev().chain(on_path);
    all.find(|path| path.exists()).unwrap_or_else(|| {
        panic!("there is no {name}: apt-get install postgresql, or name a server in {SERVER}")
    })
}

/// A server for as long as this lives.
pub(crate) struct Throwaway {
    folder: TempDir,
}

impl Throwaway {
    pub(crate) fn start() -> Self {
        // In memory where there is room: it is thrown away, and must not wait for a disk.
        let memory = Path::new("/dev/shm");
        let room = rustix::fs::statvfs(memory).map(|found| found.f_bavail * found.f_frsize);
        let within = if room.is_ok_and(|room| room > 2 << 30) { memory } else { Path::new("/tmp") };
        let folder = TempDir::with_prefix_in("sluss-postgres-", within).unwrap();
        let server = Self { folder };
        if server.is_roots() {
            // PostgreSQL refuses to run as root.
            let owned = Command::new("chown").arg("nobody").arg(server.folder.path()).status();
            assert!(owned.unwrap().success());
        }
        let data = server.data();
        server.run(
            "initdb",
            &["-U", "sluss", "--auth=trust", "--no-locale", "-E", "UTF8", "-D", &data],
        );
        server.begin();
        say(&server.address("postgres"), "CREATE DATABASE sluss");
        server
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// As libpq reads it.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("host={} user=sluss dbname={database}", self.folder.path().display())
    }

    fn begin(&self) {
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c max_connections=400",
            self.folder.path().display()
        );
        let log = self.folder.path().join("log").display().to_string();
        self.run("pg_ctl", &["-w", "-D", &self.data(), "-l", &log, "-o", &options, "start"]);
    }

    fn end(&self) -> bool {
        self.command("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"])
            .status()
            .is_ok_and(|status| status.success())
    }

    /// As a power cut: nothing is written any more, and what was not durable is lost.
    pub(crate) fn fall(&self) {
        assert!(self.end());
        self.begin();
    }

    /// Whether this process is root, as who a process is stands on what the kernel tells of it.
    fn is_roots(&self) -> bool {
        fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let status = self.command(name, arguments).status().unwrap();
        assert!(status.success(), "{name} has failed");
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = if self.is_roots() {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--"]).arg(program(name));
            command
        } else {
            Command::new(program(name))
        };
        command.args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        self.end();
    }
}

/// Those that the tests are run on, and nothing but that: it is told here what failed there.
#[test]
fn what_holds_on_sqlite_holds_on_postgresql() {
    if is_tested() {
        return;
    }
    let started = std::env::var(SERVER).is_err().then(Throwaway::start);
    let server = match &started {
        Some(server) => server.address("sluss"),
        None => std::env::var(SERVER).unwrap(),
    };
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(BOTH).args(FILES_ONLY.iter().flat_map(|name| ["--skip", name]));
    again.env(STORE, "postgres").env(SERVER, server);
    let ended = again.output().unwrap();
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{told}{}", String::from_utf8_lossy(&ended.stderr));
    let ran = told.matches(" ... ok").count();
    assert!(ran > 100, "only {ran} tests ran on PostgreSQL");
}
