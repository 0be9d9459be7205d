//! A PostgreSQL server on the disk, as it comes, for as long as this lives.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Throwaway {
    folder: TempDir,
}

impl Throwaway {
    pub(crate) fn start() -> Self {
        // Where others may look: the server does not run as root.
        let server = Self { folder: TempDir::with_prefix_in("sluss-bench-", "/var/tmp").unwrap() };
        let folder = server.folder.path();
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(folder).status().unwrap().success());
        }
        let data = folder.join("data").display().to_string();
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={}", folder.display());
        let log = folder.join("log").display().to_string();
        server.run(
            "initdb",
            &["-U", "sluss", "--auth=trust", "--no-locale", "-E", "UTF8", "-D", &data],
        );
        server.run("pg_ctl", &["-w", "-D", &data, "-l", &log, "-o", &options, "start"]);
        server
    }

    /// Two new schemas, for a store and its keys.
    pub(crate) fn servers(&self, name: &str) -> [String; 2] {
        let server = format!("host={} user=sluss dbname=postgres", self.folder.path().display());
        let sql = format!("CREATE SCHEMA {name}; CREATE SCHEMA {name}_keys");
        self.run("psql", &["-qXc", &sql, &server]);
        let within = |schema: String| format!("{server} options='-csearch_path={schema}'");
        [within(name.to_owned()), within(format!("{name}_keys"))]
    }

    /// Ends it without a farewell, as a crash does, and starts it again.
    pub(crate) fn restart(&self) {
        let data = self.folder.path().join("data").display().to_string();
        self.run("pg_ctl", &["-w", "-D", &data, "-m", "immediate", "restart"]);
    }

    fn run(&self, name: &str, arguments: &[&str]) {
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
        command.args(arguments);
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "{name} has failed");
    }
}

/// The server does not run as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let data = self.folder.path().join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}
