//! The processes of the deployment: a door and two workers, started again whenever they are gone.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::clock;
use super::place::Place;

const MEMBERS: [&[&str]; 3] = [&["serve", "--no-worker"], &["work"], &["work"]];
/// The door is not stopped: who hands in would wait for it, and nothing would be under way.
const WORKERS: std::ops::Range<usize> = 1..3;

pub(super) struct Crew<'p> {
    place: &'p Place,
    children: Vec<Child>,
    /// Who is stopped, and until when.
    stopped: Option<(usize, Instant)>,
}

impl<'p> Crew<'p> {
    pub(super) fn start(place: &'p Place) -> Self {
        let children = (0..MEMBERS.len()).map(|who| start(place, who)).collect();
        Self { place, children, stopped: None }
    }

    /// Whoever was stopped for long enough goes on, and whoever has ended by itself is started again: so
    /// does a service manager where the database was away.
    pub(super) fn wake(&mut self) {
        if self.stopped.is_some_and(|(_, until)| Instant::now() >= until) {
            self.go_on();
        }
        for who in 0..self.children.len() {
            if self.children[who].try_wait().unwrap().is_some() {
                self.children[who] = start(self.place, who);
            }
        }
    }

    /// Kills a process, stopped or not, and starts it again.
    pub(super) fn kill_one(&mut self, drawn: u64) {
        let who = usize::try_from(drawn).unwrap() % self.children.len();
        self.stopped = self.stopped.filter(|(stopped, _)| *stopped != who);
        let _ = self.children[who].kill();
        self.children[who].wait().unwrap();
        clock::bury(self.children[who].id());
        self.children[who] = start(self.place, who);
    }

    /// Stops a worker where it stands, for so long; false where one is stopped already.
    pub(super) fn stop_one(&mut self, drawn: u64, pause: Duration) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        let who = WORKERS.start + usize::try_from(drawn).unwrap() % WORKERS.len();
        signal("-STOP", &self.children[who]);
        self.stopped = Some((who, Instant::now() + pause));
        true
    }

    /// Whoever is stopped goes on.
    pub(super) fn go_on(&mut self) {
        if let Some((who, _)) = self.stopped.take() {
            signal("-CONT", &self.children[who]);
        }
    }

    /// All are there again, and go on.
    pub(super) fn mend(&mut self) {
        self.go_on();
        self.wake();
    }

    /// Ends all of them in an orderly way.
    pub(super) fn stop(mut self) {
        for child in &mut self.children {
            signal("-TERM", child);
            child.wait().unwrap();
        }
    }
}

impl Drop for Crew<'_> {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
            clock::bury(child.id());
        }
    }
}

fn start(place: &Place, who: usize) -> Child {
    let log = File::options().create(true).append(true).open(place.path("crew.log")).unwrap();
    let clock = place.hosts.get(who).unwrap_or(&place.clock);
    place
        .command(MEMBERS[who])
        .envs(clock.environment())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn signal(signal: &str, child: &Child) {
    let id = child.id().to_string();
    // Who has ended by itself meanwhile cannot be signalled any more.
    let _ = Command::new("kill").args([signal, &id]).stderr(Stdio::null()).status().unwrap();
}
