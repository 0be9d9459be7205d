//! One life: what is drawn, step after step, and how everything is mended behind it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::json;
use sluss::commands::Deployment;
use sluss::config::Config;
use sluss::domain::{CaseState, ManualClock, SeededEntropy, Step, Timestamp};
use sluss::store::CaseRow;
use tempfile::TempDir;

use super::operator::{Mood, Operator};
use super::process::{Cue, Process, Said, WrongClock};
use super::stage::{Stage, Standing, Weather};
use crate::harness::{GLOBALCONNECT, configuration, id};

/// How many turns a life has, before everything is mended.
const TURNS: u64 = 60;
/// Rounds until all has ended.
const MENDING: usize = 60;

pub(super) struct World {
    seed: u64,
    folder: TempDir,
    pub(super) config: Config,
    stage: Arc<Stage>,
    pub(super) time: Arc<ManualClock>,
    pub(super) operator: Operator,
    processes: Vec<Option<Process>>,
    clocks: Vec<Arc<WrongClock>>,
    started: u64,
    /// Orders handed in, and whether each was acknowledged.
    pub(super) orders: Vec<(String, bool)>,
    panicked: Option<String>,
}

/// Where lives are lived: in memory where there is room.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let within = if memory.is_dir() { memory } else { Path::new("/tmp") };
    TempDir::with_prefix_in("sluss-life-", within).unwrap()
}

fn begin() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}

/// An empty store, made once and copied for each life.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    TEMPLATE
        .get_or_init(|| {
            let folder = folder();
            let config = config(folder.path(), "http://127.0.0.1:1/onapi/2.6/");
            let clock = Arc::new(ManualClock::at(begin()));
            let entropy = Arc::new(SeededEntropy::new(0));
            drop(Deployment::open_with(config, clock, entropy).unwrap());
            folder
        })
        .path()
}

fn config(folder: &Path, base: &str) -> Config {
    let mut config = configuration(folder);
    config.recipients.retain(|file| file.recipient.id == id(GLOBALCONNECT));
    let recipient = &mut config.recipients[0].recipient;
    recipient.accesses = None;
    let channel = &mut recipient.channel;
    channel.base_url = base.parse().unwrap();
    channel.requests_per_second = 1_000_000;
    // One thing at a time in a process, so that a seed is always the same life.
    channel.in_flight_max = 1;
    channel.poll = Duration::from_secs(20);
    config.batch_max = 1;
    config.limits.reserve_bytes = 0;
    config.timing.retry_first = Duration::from_secs(2);
    config.timing.retry_max = Duration::from_mins(2);
    // Of six orders at most: so that it is left alone in some lives.
    config.timing.pause_after = 2;
    config.timing.pause_max = Duration::from_mins(1);
    config
}

impl World {
    pub(super) fn begin(seed: u64) -> Self {
        let folder = folder();
        copy(&template().join("state"), &folder.path().join("state"));
        let time = Arc::new(ManualClock::at(begin()));
        let stage = Stage::new(seed);
        let processes = stage.processes();
        let operator = Operator::open(&stage, &time, folder.path().join("state/sluss.db"));
        let config = config(folder.path(), &operator.base_url());
        let clocks = (0..processes).map(|_| WrongClock::new(Arc::clone(&time))).collect();
        Self {
            seed,
            folder,
            config,
            stage,
            time,
            operator,
            processes: (0..processes).map(|_| None).collect(),
            clocks,
            started: 0,
            orders: Vec::new(),
            panicked: None,
        }
    }

    pub(super) fn story(&self) -> Vec<String> {
        self.stage.story()
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Draws what happens, again and again.
    pub(super) fn live(&mut self) {
        let turns = TURNS / 2 + self.stage.below(TURNS);
        for _ in 0..turns {
            let who = usize::try_from(self.stage.below(self.processes.len() as u64)).unwrap();
            match self.stage.below(20) {
                8..=11 => self.pass(),
                12..=14 => self.hand_in(who),
                15 => self.change_mood(),
                16 => {
                    let steps = [Step::Hold, Step::Release, Step::Cancel, Step::Release];
                    let step = steps[usize::try_from(self.stage.below(4)).unwrap()];
                    let nth = self.stage.below(8);
                    self.cue(who, Cue::Decide(nth, step), &format!("somebody says {step}"));
                }
                17 => {
                    // A second is what clocks that are kept right may differ by; some are not.
                    let most = if self.stage.below(8) == 0 { 400_000_000 } else { 900_000 };
                    let micros = i64::try_from(self.stage.below(2 * most)).unwrap();
                    let micros = micros - i64::try_from(most).unwrap();
                    self.stage.tell(format!("the clock of {who} is off by {micros} us"));
                    self.clocks[who].be_off_by(micros);
                }
                18 if self.stage.standing(who) == Standing::Idle => {
                    self.cue(who, Cue::Leave, "leaves");
                }
                _ => self.round(who),
            }
        }
    }

    fn round(&mut self, who: usize) {
        if self.stage.standing(who) == Standing::Gone {
            self.start(who);
        } else {
            self.cue(who, Cue::Round, "works");
        }
    }

    fn pass(&self) {
        let seconds = [1, 3, 12, 25, 45, 70, 300][usize::try_from(self.stage.below(7)).unwrap()];
        self.stage.tell(format!("{seconds} s pass"));
        self.time.advance(Duration::from_secs(seconds));
    }

    fn hand_in(&mut self, who: usize) {
        let new = self.orders.len() < 6 && self.stage.below(3) > 0;
        let nth = if new || self.orders.is_empty() {
            let nth = self.orders.len();
            self.orders.push((order(nth), false));
            nth
        } else {
            usize::try_from(self.stage.below(self.orders.len() as u64)).unwrap()
        };
        self.give_order(who, nth);
    }

    fn give_order(&mut self, who: usize, nth: usize) {
        if self.stage.standing(who) != Standing::Idle {
            return;
        }
        let body = self.orders[nth].0.clone();
        if let Some(Said::Accepted) = self.cue(who, Cue::Accept(body), &format!("order {nth}")) {
            self.orders[nth].1 = true;
        }
    }

    fn change_mood(&self) {
        let mood = Mood {
            down: self.stage.below(4) == 0,
            trouble: [0, 20, 60, 100][usize::try_from(self.stage.below(4)).unwrap()],
            lag_seconds: self.stage.below(10),
        };
        self.stage.tell(format!("{mood:?}"));
        self.operator.set_mood(mood);
    }

    fn start(&mut self, who: usize) {
        self.end(who);
        self.stage.tell(format!("{who} starts"));
        self.started += 1;
        let entropy = self.seed.wrapping_mul(1_000_003).wrapping_add(self.started);
        let clock = &self.clocks[who];
        let process = Process::start(who, &self.stage, &self.config, clock, entropy);
        self.processes[who] = Some(process);
        self.bury(who);
    }

    fn cue(&mut self, who: usize, cue: Cue, told: &str) -> Option<Said> {
        let process = self.processes[who].as_ref()?;
        self.stage.tell(format!("{who}: {told}"));
        let said = process.cue(cue);
        if let Some(Said::Done(said)) = &said {
            self.stage.tell(format!("  {said}"));
        }
        self.bury(who);
        said
    }

    /// Waits for the thread of a process that is gone.
    fn bury(&mut self, who: usize) {
        if self.stage.standing(who) == Standing::Gone {
            self.end(who);
        }
    }

    fn end(&mut self, who: usize) {
        if let Some(process) = self.processes[who].take()
            && let Err(panicked) = process.join()
        {
            self.panicked.get_or_insert(panicked);
        }
    }

    /// Everything goes well again; then everything must come to its end.
    pub(super) fn mend(&mut self) -> Result<(), String> {
        self.stage.tell("-- everything is mended".to_owned());
        self.stage.set_weather(Weather::default());
        self.operator.set_mood(Mood::default());
        self.clocks.iter().for_each(|clock| clock.be_off_by(0));
        for turn in 0..MENDING {
            for who in 0..self.processes.len() {
                while self.stage.standing(who) == Standing::Stopped {
                    self.cue(who, Cue::Round, "goes on");
                }
                if self.stage.standing(who) == Standing::Gone {
                    self.start(who);
                }
                self.cue(who, Cue::Round, "works");
            }
            for nth in 0..self.orders.len() {
                if !self.orders[nth].1 {
                    self.give_order(turn % self.processes.len(), nth);
                }
            }
            if self.has_ended() {
                break;
            }
            let pause = if turn < 6 { 15 } else { 180 };
            self.stage.tell(format!("{pause} s pass"));
            self.time.advance(Duration::from_secs(pause));
        }
        for who in 0..self.processes.len() {
            self.cue(who, Cue::Leave, "leaves");
            self.end(who);
        }
        match self.panicked.take() {
            Some(panicked) => Err(panicked),
            None => Ok(()),
        }
    }

    fn has_ended(&mut self) -> bool {
        if self.orders.iter().any(|(_, acknowledged)| !acknowledged) {
            return false;
        }
        let rows: Vec<CaseRow> = match self.cue(0, Cue::List, "lists") {
            Some(Said::Cases(rows)) => rows,
            _ => return false,
        };
        rows.iter().all(|row| row.state.is_final() || row.state == CaseState::Held)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Whoever is still held would wait for ever.
        for who in 0..self.processes.len() {
            while self.stage.standing(who) == Standing::Stopped {
                self.stage.give(who);
            }
            if let Some(process) = self.processes[who].take() {
                if self.stage.standing(who) == Standing::Idle {
                    process.cue(Cue::Leave);
                }
                let _ = process.join();
            }
        }
    }
}

/// An order without a word of text: what is said in words has tests of its own, and takes time.
fn order(nth: usize) -> String {
    json!({
        "externalId": format!("ORD-{nth}"),
        "requestedStartDate": "2026-12-01T00:00:00Z",
        "relatedParty": [
            { "id": GLOBALCONNECT, "role": "communicationsOperator", "@type": "RelatedParty",
              "@referredType": "Organization" },
            { "id": format!("cust-{}", nth % 4), "role": "customer", "@type": "RelatedParty",
              "@referredType": "Individual", "givenName": "Astrid", "familyName": "Lindqvist" }],
        "serviceOrderItem": [{ "id": "1", "action": "add", "service": {
            "serviceSpecification": { "id": "BB-1000-1000" },
            "serviceCharacteristic": [{ "name": "accessId", "value": format!("STTA{:04}", nth + 1) }]
        } }]
    })
    .to_string()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
