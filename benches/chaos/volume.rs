//! A small disk that can be filled, and the room of our own that it is mounted in.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Set in the process that may mount.
const WITHIN: &str = "SLUSS_CHAOS_MOUNTS";
/// What the filler is written in; behind the last of them, by the byte.
const PIECE: usize = 64 * 1024;

/// Runs this program again where what it mounts is seen by nobody else, and goes away with it; gives its
/// exit code. `None`: this is that process, or nothing can be mounted here.
pub(super) fn in_a_room_of_our_own() -> Option<i32> {
    if std::env::var_os(WITHIN).is_some() {
        // What processes that are killed leave there is not left to the machine.
        mount(Path::new("/dev/shm"), "mode=1777");
        return None;
    }
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let flags = if is_root { "-m" } else { "-rm" };
    let mut trial = Command::new("unshare");
    trial.args([flags, "mount", "-t", "tmpfs", "sluss", "/mnt"]);
    if !trial.status().is_ok_and(|status| status.success()) {
        println!(
            "NO DISK IS FILLED: nothing can be mounted here (as root, or with user namespaces, it can)"
        );
        return None;
    }
    let exe = std::env::current_exe().unwrap();
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = Command::new("unshare");
    command.arg(flags).arg(exe).args(words).env(WITHIN, "1");
    Some(command.status().unwrap().code().unwrap_or(1))
}

/// A folder; where something can be mounted, a disk of its own.
pub(super) struct Volume {
    folder: TempDir,
    is_small: bool,
}

impl Volume {
    /// Within a folder, for whoever may look.
    pub(super) fn new(within: &str, megabytes: u32) -> Self {
        let folder = TempDir::with_prefix_in("sluss-volume-", within).unwrap();
        let is_small = std::env::var_os(WITHIN).is_some();
        if is_small {
            let options = format!("size={megabytes}m,mode=755");
            mount(folder.path(), &options);
        }
        Self { folder, is_small }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all but so many bytes of what is free; false where this is not a disk of its own.
    pub(super) fn fill(&self, but: u64) -> bool {
        if !self.is_small {
            return false;
        }
        let mut file = File::create(self.filler()).unwrap();
        let mut piece = PIECE;
        while piece > 0 && self.free() > but {
            // Others write, too: what is free is asked each time, and the last bytes may be theirs.
            if file.write_all(&vec![1; piece]).is_err() {
                piece /= 2;
            }
        }
        true
    }

    pub(super) fn free_it(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    fn free(&self) -> u64 {
        let facts = rustix::fs::statvfs(self.path()).unwrap();
        facts.f_bavail * facts.f_frsize
    }
}

fn mount(folder: &Path, options: &str) {
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", options, "sluss"]).arg(folder);
    assert!(mount.status().unwrap().success(), "a disk cannot be mounted");
}

impl Drop for Volume {
    fn drop(&mut self) {
        if self.is_small {
            // Lazily: whoever still has a file open there is about to end.
            let _ = Command::new("umount").arg("-l").arg(self.path()).status();
        }
    }
}
