//! A server that crashes between a commit and its answer, seen through a gate that decides when.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sluss::log::Event;
use tempfile::TempDir;

use super::{Throwaway, goes_on, holds, is_tested, open, say};

const SOCKET: &str = ".s.PGSQL.5432";

/// Carries everything between a store and its server, but for one commit: that one the server never
/// sees, because it crashes first.
struct Gate {
    folder: TempDir,
    server: Throwaway,
    loses: AtomicBool,
}

impl Gate {
    fn open(server: Throwaway) -> Arc<Self> {
        let folder = TempDir::new().unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let gate = Arc::new(Self { folder, server, loses: AtomicBool::new(false) });
        let behind = Arc::downgrade(&gate);
        std::thread::spawn(move || {
            while let (Ok((store, _)), Some(gate)) = (listener.accept(), behind.upgrade()) {
                // Where there is no server just now, the store finds the door shut.
                let server = UnixStream::connect(gate.server.folder.path().join(SOCKET));
                let Ok(server) = server else { continue };
                let (mut answers, mut to_store) =
                    (server.try_clone().unwrap(), store.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut answers, &mut to_store);
                    let _ = to_store.shutdown(Shutdown::Both);
                });
                std::thread::spawn(move || gate.carry(store, server));
            }
        });
        gate
    }

    fn carry(&self, mut store: UnixStream, mut server: UnixStream) {
        let mut bytes = vec![0; 65_536];
        while let Ok(read @ 1..) = store.read(&mut bytes) {
            let said = &bytes[..read];
            let commits = said.windows(7).any(|window| window == b"COMMIT\0");
            if commits && self.loses.swap(false, Ordering::SeqCst) {
                self.server.fall();
                // Somebody else gets the numbers that were given, and are lost.
                for _ in 0..3 {
                    say(&self.server.address("sluss"), "SELECT pg_current_xact_id()");
                }
                break;
            }
            if server.write_all(said).is_err() {
                break;
            }
        }
        let _ = (store.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
    }

    /// As the server's own, but that it leads through here.
    fn address(&self, address: &str) -> String {
        let folder = |path: &Path| path.display().to_string();
        address.replace(&folder(self.server.folder.path()), &folder(self.folder.path()))
    }
}

#[tokio::test]
async fn a_commit_that_a_crash_has_lost_is_not_taken_for_whoevers_has_its_number_now() {
    if is_tested() {
        return;
    }
    let gate = Gate::open(Throwaway::start());
    let servers = gate.server.servers_by("lost", |address| gate.address(address));
    let folder = TempDir::new().unwrap();
    let store = open(&folder.path().join("state"), &servers).unwrap();
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        acknowledged.push(goes_on(&store).await);
        gate.loses.store(true, Ordering::SeqCst);
        let lost = store.note(Event::Heartbeat).await;
        assert!(!gate.loses.load(Ordering::SeqCst), "the commit came through here");
        assert!(lost.is_err(), "{lost:?}");
    }
    acknowledged.push(goes_on(&store).await);
    assert_eq!(store.size().await.unwrap().0, 4, "what was lost is not there");
    holds(&store, &acknowledged).await;
    // The server ends with the last who carries something to it: here, and in nobody else's test.
    drop(store);
    for _ in 0..600 {
        if Arc::strong_count(&gate) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("half a minute later somebody is still connected");
}
