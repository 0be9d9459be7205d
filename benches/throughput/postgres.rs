//! A PostgreSQL server on the disk, as it comes, for as long as this lives.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Throwaway {
    folder: TempDir,
    /// What its processes get with them.
    environment: Vec<(&'static str, String)>,
    options: String,
}

impl Throwaway {
    pub(crate) fn start() -> Self {
        // Where others may look: the server does not run as root.
        Self::start_in(Path::new("/var/tmp"), Vec::new(), "")
    }

    /// In a folder, with an environment and settings of its own.
    pub(crate) fn start_in(
        within: &Path,
        environment: Vec<(&'static str, String)>,
        settings: &str,
    ) -> Self {
        let folder = TempDir::with_prefix_in("sluss-bench-", within).unwrap();
        let socket = folder.path().display();
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={socket} {settings}");
        let server = Self { folder, environment, options };
        let folder = server.folder.path();
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(folder).status().unwrap().success());
        }
        server.run(
            "initdb",
            &["-U", "sluss", "--auth=trust", "--no-locale", "-E", "UTF8", "-D", &server.data()],
        );
        server.must(server.control("start", &["-w"]), "start");
        server
    }

    /// Two new schemas, for a store and its keys.
    pub(crate) fn servers(&self, name: &str) -> [String; 2] {
        let server = self.address();
        let sql = format!("CREATE SCHEMA {name}; CREATE SCHEMA {name}_keys");
        self.run("psql", &["-qXc", &sql, &server]);
        let within = |schema: String| format!("{server} options='-csearch_path={schema}'");
        [within(name.to_owned()), within(format!("{name}_keys"))]
    }

    /// Ends it without a farewell, as a crash does, and starts it again.
    pub(crate) fn restart(&self) {
        self.must(self.control("restart", &["-w", "-m", "immediate"]), "restart");
    }

    /// Whether it takes orders; started where it has ended by itself.
    pub(crate) fn is_there(&self) -> bool {
        if !self.succeeds("pg_ctl", &["-D", &self.data(), "status"]) {
            // It may be about to end, or to start: whoever asks asks again.
            let _ = self.control("start", &["-w"]);
        }
        self.say(&self.address(), "SELECT 1")
    }

    /// Whether a database of it does as it is told.
    pub(crate) fn say(&self, database: &str, sql: &str) -> bool {
        self.succeeds("psql", &["-qX", "-v", "ON_ERROR_STOP=1", "-c", sql, database])
    }

    /// Of the database that each server has.
    pub(crate) fn address(&self) -> String {
        format!("host={} user=sluss dbname=postgres", self.folder.path().display())
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn control(&self, verb: &str, how: &[&str]) -> bool {
        let log = self.folder.path().join("log").display().to_string();
        let words = ["-D", &self.data(), "-l", &log, "-o", &self.options, verb];
        self.succeeds("pg_ctl", &[how, &words].concat())
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        self.must(self.succeeds(name, arguments), name);
    }

    fn must(&self, done: bool, what: &str) {
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(done, "{what} has failed: {}", log());
    }

    fn succeeds(&self, name: &str, arguments: &[&str]) -> bool {
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .unwrap()
            .map(|version| version.unwrap().path().join("bin").join(name))
            .collect();
        versions.sort();
        let program = versions.last().unwrap();
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).envs(self.environment.iter().cloned());
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap().success()
    }
}

/// The server does not run as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }
}
