//! A simulated process: a thread with a runtime, a store and a worker of its own, on the same files
//! as the others.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use sluss::commands::Deployment;
use sluss::config::Config;
use sluss::crash::{self, Killed};
use sluss::domain::{
    CaseId, CaseState, Clock, LeafId, ManualClock, SeededEntropy, Step, Timestamp,
};
use sluss::http::local_client;
use sluss::intake::{self, Context, Kind, NoLists};
use sluss::log::{Code, Event, Release, Role};
use sluss::store::{CaseFilter, CaseRow, StoreError};
use sluss::worker::Worker;

use super::stage::{Actor, Stage, Standing};

/// The time of one machine: everybody's, and how wrong it is there.
pub(super) struct WrongClock {
    time: Arc<ManualClock>,
    micros: AtomicI64,
}

impl WrongClock {
    pub(super) fn new(time: Arc<ManualClock>) -> Arc<Self> {
        Arc::new(Self { time, micros: AtomicI64::new(0) })
    }

    pub(super) fn be_off_by(&self, micros: i64) {
        self.micros.store(micros, Ordering::SeqCst);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        let micros = self.time.now().micros() + self.micros.load(Ordering::SeqCst);
        Timestamp::from_micros(micros)
    }
}

/// What a process is told to do.
pub(super) enum Cue {
    /// All that is due.
    Round,
    /// Take an order in.
    Accept(String),
    /// A person decides about one of the cases.
    Decide(u64, Step),
    /// Tell of all cases.
    List,
    /// End in good order.
    Leave,
}

/// What came of it.
pub(super) enum Said {
    Done(String),
    /// The order is in keeping.
    Accepted,
    Cases(Vec<CaseRow>),
}

/// One process.
pub(super) struct Process {
    who: usize,
    stage: Arc<Stage>,
    cues: Sender<Cue>,
    said: Arc<Mutex<Option<Said>>>,
    thread: Option<JoinHandle<Result<(), Box<dyn Any + Send>>>>,
}

impl Process {
    /// Starts it; it may be killed by the time this returns, or not have come up.
    pub(super) fn start(
        who: usize,
        stage: &Arc<Stage>,
        config: &Config,
        clock: &Arc<WrongClock>,
        entropy: u64,
    ) -> Self {
        let (cues, orders) = channel();
        let said = Arc::new(Mutex::new(None));
        let player = Player {
            who,
            stage: Arc::clone(stage),
            config: config.clone(),
            clock: Arc::clone(clock) as _,
            entropy,
            said: Arc::clone(&said),
        };
        let thread = std::thread::spawn(move || player.play(&orders));
        stage.give(who);
        Self { who, stage: Arc::clone(stage), cues, said, thread: Some(thread) }
    }

    /// Tells it to do something, or lets it go on where it was held; what it has said when it is
    /// through.
    pub(super) fn cue(&self, cue: Cue) -> Option<Said> {
        if self.stage.standing(self.who) == Standing::Idle {
            let _ = self.cues.send(cue);
        }
        self.stage.give(self.who);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits until it is gone. An end that nobody has told it to take is a fault of ours.
    pub(super) fn join(mut self) -> Result<(), String> {
        let ended = self.thread.take().unwrap().join().unwrap_or_else(Err);
        match ended {
            Ok(()) => Ok(()),
            Err(end) if end.is::<Killed>() => Ok(()),
            Err(end) => {
                let told = end.downcast_ref::<String>().cloned();
                let told = told.or_else(|| end.downcast_ref::<&str>().map(|it| (*it).to_owned()));
                Err(format!("a process has panicked: {}", told.unwrap_or_default()))
            }
        }
    }
}

struct Player {
    who: usize,
    stage: Arc<Stage>,
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: u64,
    said: Arc<Mutex<Option<Said>>>,
}

impl Player {
    fn play(self, orders: &Receiver<Cue>) -> Result<(), Box<dyn Any + Send>> {
        let (stage, who) = (Arc::clone(&self.stage), self.who);
        stage.wait(who);
        crash::direct(Arc::new(Actor { stage: Arc::clone(&stage), who }));
        let ended = catch_unwind(AssertUnwindSafe(|| self.run(orders)));
        stage.over(who, Standing::Gone);
        ended
    }

    fn run(&self, orders: &Receiver<Cue>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let entropy = Arc::new(SeededEntropy::new(self.entropy));
        let opened = Deployment::open_with(self.config.clone(), Arc::clone(&self.clock), entropy);
        let opened = opened.and_then(|deployment| Ok((deployment.worker()?, deployment)));
        let (worker, deployment) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.stage.tell(format!("  {} does not come up: {error}", self.who));
                return;
            }
        };
        loop {
            if self.stage.standing(self.who) == Standing::Killed {
                return;
            }
            self.stage.over(self.who, Standing::Idle);
            self.stage.wait(self.who);
            let Ok(cue) = orders.recv() else { return };
            let said = match cue {
                Cue::Leave => return,
                cue => runtime.block_on(self.act(&deployment, &worker, cue)),
            };
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        }
    }

    async fn act(&self, deployment: &Deployment, worker: &Worker, cue: Cue) -> Said {
        match cue {
            Cue::Round => Said::Done(match worker.drain().await {
                Ok(moved) => format!("{moved} moved"),
                Err(error) => error.to_string(),
            }),
            Cue::Accept(body) => self.accept(deployment, &body).await,
            Cue::Decide(nth, step) => Said::Done(match decide(deployment, nth, step).await {
                Ok(told) => told,
                Err(error) => error.to_string(),
            }),
            Cue::List => {
                let rows = deployment.store.cases(all()).await;
                rows.map_or_else(|error| Said::Done(error.to_string()), Said::Cases)
            }
            Cue::Leave => Said::Done(String::new()),
        }
    }

    async fn accept(&self, deployment: &Deployment, body: &str) -> Said {
        let client = local_client().unwrap();
        let known = deployment.recipients.keys().cloned().collect();
        let context = Context {
            client: &client,
            recipients: &known,
            now: self.clock.now(),
            entropy: &*deployment.entropy,
            bytes_max: 65_536,
            accesses: &NoLists,
        };
        let Ok(submission) = intake::read(Kind::Order, body.as_bytes(), &context) else {
            panic!("the simulation's own order is refused");
        };
        match deployment.store.accept(submission).await {
            Ok(_) => Said::Accepted,
            Err(error) => Said::Done(error.to_string()),
        }
    }
}

pub(super) fn all() -> CaseFilter {
    CaseFilter { limit: 1_000, ..CaseFilter::default() }
}

/// A person says something about one of the cases. Of those that are held, about what a person has
/// stopped: what is unclear stays with whoever asks the operator by telephone, as does calling off what
/// the operator has.
async fn decide(deployment: &Deployment, nth: u64, step: Step) -> Result<String, StoreError> {
    let mut rows = deployment.store.cases(all()).await?;
    rows.sort_by_key(|row| row.id);
    let Some(row) = rows.get(usize::try_from(nth).unwrap() % rows.len().max(1)) else {
        return Ok("there is none".to_owned());
    };
    let is_persons = row.reason.as_deref() == Some("person");
    let is_at_operator = step == Step::Cancel && row.operator_reference.is_some();
    if is_at_operator || row.state == CaseState::Held && !is_persons {
        return Ok("that is for somebody else".to_owned());
    }
    let event = Event::Release(Release {
        recipient: row.recipient.clone(),
        purpose: row.purpose,
        reason: Code::parse("test").unwrap(),
        actor: Role::Operations,
        sd: [].into(),
    });
    let (id, leaf): (CaseId, LeafId) = (row.id, LeafId::draw(&*deployment.entropy));
    deployment.store.decide(id, step, (leaf, event)).await?;
    Ok("decided".to_owned())
}
