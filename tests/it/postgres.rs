//! The same tests once more, on PostgreSQL: this binary starts a throw-away server, and then itself,
//! with each deployment's store in a schema of its own.
//!
//! `SLUSS_TEST_STORE=postgres cargo test --test it store::cases` runs some of them alone, on the server
//! that `SLUSS_TEST_POSTGRES` names (as libpq does).
#![cfg(test)]

mod lost;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use sluss::domain::{
    ClientId, Clock, HaltReason, ManualClock, OsEntropy, RecipientId, SharedClock, SystemClock,
};
use sluss::intake::{Context, Kind, NoLists, read};
use sluss::log::{Code, Event, Role};
use sluss::store::{Address, Appended, Limits, Opening, Servers, Store, StoreError};
use tempfile::TempDir;

/// Which store the tests run on, and where the server is.
const STORE: &str = "SLUSS_TEST_STORE";
const SERVER: &str = "SLUSS_TEST_POSTGRES";

/// What is run on both.
const BOTH: &[&str] = &[
    "store::",
    "bulkheads::",
    "cli::many::",
    "journey::",
    "follow::",
    "notify::",
    "pulls::",
    "crash::",
    "subject::",
    "closed::",
    "operations::backup::",
    "pages::desk::",
    "pages::overview::",
    "inspection::",
];

/// What is not, as it is about the files of SQLite: replaced, copied, cut, edited, on a full disk.
const FILES_ONLY: &[&str] = &[
    "store::files::",
    "store::trust::",
    "store::person::a_list_and_a_key_store_that_are_both_old_are_refused",
    "store::person::a_turn_of_the_epoch_keeps_every_key_and_destroys_the_old_one",
    "store::person::after_erasure_nothing_leads_to_the_person_and_the_log_stands",
    "store::person::an_old_key_store_does_not_bring_the_erased_back",
    "store::person::what_is_due_is_wiped_and_the_rest_is_not",
    "pages::overview::a_store_of_before_is_counted_from_its_leaves",
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

/// Loses the store of a state folder, and its keys: schemas or files.
pub(crate) fn lose(state: &Path) {
    if let Some([_, _]) = addresses(state) {
        let server = std::env::var(SERVER).unwrap();
        for schema in [name(state), format!("{}_keys", name(state))] {
            say(&server, &format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}"));
        }
        return;
    }
    for file in fs::read_dir(state).unwrap() {
        let path = file.unwrap().path();
        let named = path.file_name().unwrap().to_string_lossy().into_owned();
        if named.starts_with("sluss.db") || named.starts_with("keys.db") {
            fs::remove_file(path).unwrap();
        }
    }
}

/// The schema of a state folder.
fn name(state: &Path) -> String {
    let name = Sha256::digest(state.as_os_str().as_encoded_bytes());
    let name: [u8; 8] = name[..8].try_into().unwrap();
    format!("s{:016x}", u64::from_be_bytes(name))
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
    let name = name(state);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if made.insert(name.clone()) {
        say(
            &server,
            &format!("CREATE SCHEMA IF NOT EXISTS {name}; CREATE SCHEMA IF NOT EXISTS {name}_keys"),
        );
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
    /// What it is started with besides.
    options: String,
}

impl Throwaway {
    pub(crate) fn start() -> Self {
        // In memory where there is room: it is thrown away, and must not wait for a disk.
        let memory = Path::new("/dev/shm");
        let room = rustix::fs::statvfs(memory).map(|found| found.f_bavail * found.f_frsize);
        let within = if room.is_ok_and(|room| room > 2 << 30) { memory } else { Path::new("/tmp") };
        let folder = TempDir::with_prefix_in("sluss-postgres-", within).unwrap();
        let server = Self { folder, options: "-c listen_addresses=".to_owned() };
        if is_root() {
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

    /// The same, on a port of this host that takes nothing but TLS; where the port is.
    pub(crate) fn with_tls(certificate: &str, key: &str) -> (Self, u16) {
        let mut server = Self::start();
        assert!(server.end());
        let data = PathBuf::from(server.data());
        let write = |name: &str, text: &str| crate::harness::private(&data.join(name), text);
        write("server.crt", certificate);
        write("server.key", key);
        write("pg_hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 trust\n");
        if is_root() {
            for name in ["server.crt", "server.key", "pg_hba.conf"] {
                assert!(
                    Command::new("chown")
                        .arg("nobody")
                        .arg(data.join(name))
                        .status()
                        .unwrap()
                        .success()
                );
            }
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        server.options = format!("-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on");
        server.begin();
        (server, port)
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
            "{} -c unix_socket_directories={} -c max_connections=400",
            self.options,
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

    fn run(&self, name: &str, arguments: &[&str]) {
        let status = self.command(name, arguments).status().unwrap();
        assert!(status.success(), "{name} has failed");
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = if is_root() {
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

impl Throwaway {
    /// Two new schemas, for the program.
    pub(crate) fn environment(&self, name: &str) -> Vec<(&'static str, String)> {
        let server = self.address("sluss");
        say(&server, &format!("CREATE SCHEMA {name}; CREATE SCHEMA {name}_keys"));
        let within = |schema: String| format!("\"{server} options='-csearch_path={schema}'\"");
        vec![
            ("SLUSS__STORE__URL", within(name.to_owned())),
            ("SLUSS__STORE__KEYS_URL", within(format!("{name}_keys"))),
        ]
    }

    /// Two new schemas, for a store and its keys.
    fn servers(&self, name: &str) -> Servers {
        self.servers_by(name, str::to_owned)
    }

    /// The same, for a store that gets there another way.
    fn servers_by(&self, name: &str, way: impl Fn(&str) -> String) -> Servers {
        let server = self.address("sluss");
        say(&server, &format!("CREATE SCHEMA {name}; CREATE SCHEMA {name}_keys"));
        let server = way(&server);
        let within = |schema: String| {
            Address::parse(&format!("{server} options='-csearch_path={schema}'")).unwrap()
        };
        Servers { database: within(name.to_owned()), keys: within(format!("{name}_keys")) }
    }
}

fn open(dir: &Path, servers: &Servers) -> Result<Store, StoreError> {
    open_by(Arc::new(SystemClock), dir, servers)
}

fn open_by(clock: Arc<dyn Clock>, dir: &Path, servers: &Servers) -> Result<Store, StoreError> {
    Store::open(&Opening {
        dir,
        origin: "log.example.se/disclosures",
        clock,
        entropy: Arc::new(OsEntropy),
        limits: Limits::default(),
        servers: Some(servers),
    })
}

/// What was acknowledged stands in the log, at its place.
async fn holds(store: &Store, acknowledged: &[Appended]) {
    let size = store.size().await.unwrap().0;
    for leaf in acknowledged {
        let stored = store.leaves(leaf.index(), 1).await.unwrap().pop().unwrap();
        assert_eq!((stored.index, stored.hash), (leaf.index(), leaf.hash()));
    }
    assert!(size >= acknowledged.len() as u64);
    assert!(store.fsck().await.unwrap().is_sound());
}

/// Writes until it goes well again; the bound is for a machine that is busy.
async fn goes_on(store: &Store) -> Appended {
    for _ in 0..600 {
        match store.note(Event::Heartbeat).await {
            Ok(appended) => return appended,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("after a minute nothing is written yet");
}

#[tokio::test]
async fn a_server_that_falls_takes_nothing_that_was_acknowledged_with_it() {
    if is_tested() {
        return;
    }
    let (server, folder) = (Throwaway::start(), TempDir::new().unwrap());
    let store = open(&folder.path().join("state"), &server.servers("falls")).unwrap();
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        for _ in 0..20 {
            acknowledged.push(goes_on(&store).await);
        }
        server.fall();
        acknowledged.push(goes_on(&store).await);
    }
    holds(&store, &acknowledged).await;
}

#[tokio::test]
async fn two_hosts_write_one_log_and_a_halt_on_one_stops_the_other() {
    if is_tested() {
        return;
    }
    let (server, folder) = (Throwaway::start(), TempDir::new().unwrap());
    let servers = server.servers("hosts");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let one = open(&first, &servers).unwrap();
    // Who comes without the keys of the log is in the wrong place.
    let refused = open(&second, &servers).err();
    assert!(matches!(refused, Some(StoreError::KeyFile(_))), "{refused:?}");
    hand_over(&first, &second);
    let other = open(&second, &servers).unwrap();
    let mut acknowledged = Vec::new();
    for _ in 0..20 {
        let both = tokio::join!(one.note(Event::Heartbeat), other.note(Event::Heartbeat));
        acknowledged.extend([both.0.unwrap(), both.1.unwrap()]);
    }
    holds(&one, &acknowledged).await;

    one.halt().pull(HaltReason::LogChanged);
    let stopped = |result: Result<Appended, StoreError>| {
        matches!(result, Err(StoreError::Diverged(HaltReason::LogChanged)))
    };
    assert!(stopped(one.note(Event::Heartbeat).await));
    let mut heard = false;
    for _ in 0..300 {
        heard = stopped(other.note(Event::Heartbeat).await);
        if heard {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(heard, "the other host does not hear of it");
    // It has only heard of it: a person may let it go on from there.
    other.resume(Code::parse("test").unwrap(), Role::Operations).await.unwrap();
    other.note(Event::Heartbeat).await.unwrap();
    assert!(stopped(one.note(Event::Heartbeat).await), "it must be started anew");
}

/// What another host needs of the one that began.
fn hand_over(first: &Path, second: &Path) {
    fs::create_dir_all(second.join("keys")).unwrap();
    for file in ["keys/master.key", "keys/log.key", "checkpoint"] {
        fs::copy(first.join(file), second.join(file)).unwrap();
    }
}

/// A host whose clock is wrong neither takes a case out of another's hands nor stops anybody.
#[tokio::test]
async fn hosts_with_wrong_clocks_agree_about_who_holds_a_case() {
    if is_tested() {
        return;
    }
    let (server, folder) = (Throwaway::start(), TempDir::new().unwrap());
    let servers = server.servers("clocks");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let wrong = |seconds: i64| {
        let own = SystemClock.now().micros() + seconds * 1_000_000;
        let own = ManualClock::at(sluss::domain::Timestamp::from_micros(own));
        Arc::new(SharedClock::over(Arc::new(own)))
    };
    let behind = open_by(wrong(-3_600), &first, &servers).unwrap();
    hand_over(&first, &second);
    let ahead = open_by(wrong(3_600), &second, &servers).unwrap();
    let recipient = RecipientId::parse("globalconnect").unwrap();
    let body = crate::harness::order("globalconnect", "ORD-1", "STTA0001").to_string();
    let submission = read(
        Kind::Order,
        body.as_bytes(),
        &Context {
            client: &ClientId::parse("crm").unwrap(),
            recipients: &BTreeSet::from([recipient.clone()]),
            now: SystemClock.now(),
            entropy: &OsEntropy,
            bytes_max: 1 << 20,
            accesses: &NoLists,
        },
    );
    behind.accept(submission.ok().unwrap()).await.unwrap();
    let lease = Duration::from_mins(10);
    let held = behind.claim(&recipient, 9, lease).await.unwrap();
    assert_eq!(held.len(), 1);
    for _ in 0..3 {
        assert!(ahead.claim(&recipient, 9, lease).await.unwrap().is_empty(), "it is in our hands");
        ahead.note(Event::Heartbeat).await.unwrap();
        behind.note(Event::Heartbeat).await.unwrap();
    }
    let (last, now) = (ahead.last().await.unwrap(), SystemClock.now());
    let apart = now.since(last).max(last.since(now));
    assert!(apart < Duration::from_mins(5), "leaves have the server's time: {apart:?}");
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    if is_tested() {
        return;
    }
    let (server, folder) = (Throwaway::start(), TempDir::new().unwrap());
    drop(open(&folder.path().join("state"), &server.servers("same")).unwrap());
    let ours = |schema: &str| -> BTreeSet<String> {
        let sql = format!(
            "SELECT table_name || '.' || column_name FROM information_schema.columns
              WHERE table_schema = '{schema}'
                AND table_name NOT IN ('migration', 'deployment', 'halted')"
        );
        let mut command = Command::new(program("psql"));
        let told = command.args(["-qXAtc", &sql, &server.address("sluss")]).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        told.lines().map(|line| line.trim_end_matches('_').to_owned()).collect()
    };
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/sql/sqlite");
    let mut files: Vec<PathBuf> =
        fs::read_dir(schemas).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let is_keys = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().starts_with("keys");
    let (keys, store): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(is_keys);
    for (files, schema) in [(store, "same"), (keys, "same_keys")] {
        let sqlite = rusqlite::Connection::open_in_memory().unwrap();
        for file in files {
            sqlite.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
        }
        let mut select = sqlite
            .prepare(
                "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
                  WHERE t.type = 'table'",
            )
            .unwrap();
        let theirs = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let theirs: BTreeSet<String> = theirs.map(Result::unwrap).collect();
        assert_eq!(ours(schema), theirs);
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

/// Whether this process is root: the kernel shows whose it is.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}
