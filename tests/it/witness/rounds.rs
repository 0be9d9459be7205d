//! The log's side: what is shown to witnesses, what of their answers is kept, and what stops us.

use std::fs;
use std::sync::Arc;

use sluss::domain::{Clock as _, HaltReason, ManualClock, SeededEntropy, Timestamp};
use sluss::log::{Event, VerifierKey};

use sluss::store::{Halt, Limits, Opening, Store};
use sluss::witness::{self, Folder, Plan, Rounds, Standing};
use tokio::net::TcpListener;
use tokio::sync::watch;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const START: Timestamp = Timestamp::from_micros(1_772_373_900_000_000);

/// A log in a folder, its clock, and its witnesses, which go by the same clock.
struct Place {
    dir: TempDir,
    clock: Arc<ManualClock>,
}

/// A witness within this process; it ends with the test.
struct Near {
    key: WitnessKey,
    address: SocketAddr,
    dir: TempDir,
    stop: watch::Sender<bool>,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: Arc::new(ManualClock::at(START)) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn store(&self, name: &str, seed: u64) -> Store {
        let opening = Opening {
            dir: &self.path(name),
            origin: ORIGIN,
            clock: self.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
            limits: Limits::default(),
            servers: None,
        };
        Store::open(&opening).unwrap()
    }

    async fn near(&self, n: u8, log: &VerifierKey) -> Near {
        self.near_at(n, log, self.clock.clone()).await
    }

    async fn near_at(&self, n: u8, log: &VerifierKey, clock: Arc<ManualClock>) -> Near {
        let dir = tempfile::tempdir().unwrap();
        let named = name(&format!("witness.example.se/w{n}"));
        let (path, logs) = (dir.path().join("w"), std::slice::from_ref(log));
        let key = Folder::init(&path, &named, logs, &SeededEntropy::new(n.into())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = watch::channel(false);
        tokio::spawn(witness::serve(Folder::open(&path).unwrap(), clock, listener, stop));
        Near { key, address, dir, stop: stopper }
    }

    fn rounds(&self, store: &Store, policy: &str) -> (Rounds, Halt) {
        let halt = store.halt();
        let plan = Plan {
            policy: Policy::parse(policy.as_bytes()).unwrap(),
            every: Duration::from_secs(1),
            age_max: Duration::from_mins(1),
            timeout: Duration::from_secs(20),
        };
        let rounds = Rounds::open(plan, store.clone(), self.clock.clone(), halt.clone()).unwrap();
        (rounds, halt)
    }

    async fn standing(&self, store: &Store, policy: &str) -> Option<Standing> {
        let policy = Policy::parse(policy.as_bytes()).unwrap();
        Standing::of(store, &policy, self.clock.now()).await.unwrap()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

async fn beat(store: &Store, times: usize) {
    for _ in 0..times {
        store.note(Event::Heartbeat).await.unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// All of these, by the addresses they have.
fn all_of(witnesses: &[&Near]) -> String {
    let mut text = String::new();
    for (witness, n) in witnesses.iter().zip(1..) {
        let line = format!("witness w{n} {} http://{}\n", witness.key, witness.address);
        text.push_str(&line);
    }
    let names: Vec<_> = (1..=witnesses.len()).map(|n| format!("w{n}")).collect();
    text + &format!("group all-of-them all {}\nquorum all-of-them\n", names.join(" "))
}

#[tokio::test]
async fn what_has_grown_is_shown_and_what_is_signed_is_kept() {
    let place = Place::new();
    let store = place.store("log", 1);
    let log = store.verifier_key();
    let (one, two) = (place.near(1, &log).await, place.near(2, &log).await);
    let policy = all_of(&[&one, &two]);
    let (rounds, halt) = place.rounds(&store, &policy);
    rounds.begin().await;
    assert_eq!(place.standing(&store, &policy).await, None, "an empty log is shown to nobody");

    for size in [1, 2, 7] {
        beat(&store, size).await;
        place.pass(2);
        rounds.round().await.unwrap();
        let standing = place.standing(&store, &policy).await.unwrap();
        assert_eq!(standing.witnessed.checkpoint.size, store.size().await.unwrap());
        assert_eq!(standing.witnessed.at.unwrap().seconds(), place.clock.now().seconds());
        assert_eq!(standing.note.signatures().len(), 3);
    }
    // What has not grown is not shown again, until its word gets old.
    let before = store.cosigned().await.unwrap();
    rounds.round().await.unwrap();
    assert_eq!(store.cosigned().await.unwrap(), before);
    place.pass(30);
    rounds.round().await.unwrap();
    let after = store.cosigned().await.unwrap();
    assert_ne!(after, before);
    assert_eq!(after.len(), before.len(), "in the place of the earlier lines");
    assert_eq!(halt.reason(), None);
    one.stop.send(true).unwrap();
}

#[tokio::test]
async fn another_process_goes_on_where_the_first_one_stood() {
    let place = Place::new();
    let store = place.store("log", 1);
    let near = place.near(1, &store.verifier_key()).await;
    let policy = all_of(&[&near]);
    beat(&store, 5).await;
    let (first, _) = place.rounds(&store, &policy);
    first.round().await.unwrap();
    beat(&store, 3).await;
    // It begins without knowing anything, and learns where the witness stands from its refusal.
    let (second, halt) = place.rounds(&store, &policy);
    second.round().await.unwrap();
    let standing = place.standing(&store, &policy).await.unwrap();
    assert_eq!((standing.witnessed.checkpoint.size, halt.reason()), (TreeSize(8), None));
    // The first has been overtaken, which is nothing to stop for.
    beat(&store, 1).await;
    second.round().await.unwrap();
    first.round().await.unwrap();
    assert_eq!(place.standing(&store, &policy).await.unwrap().witnessed.checkpoint.size.0, 9);
}

#[tokio::test]
async fn a_quorum_that_is_silent_for_too_long_stops_all_sending() {
    let place = Place::new();
    let store = place.store("log", 1);
    let near = place.near(1, &store.verifier_key()).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let witness = CosigningKey::new(name("witness.example.se/w2"), &[2; 32]).witness_key();
    let policy =
        all_of(&[&near]).replace("group", &format!("witness x {witness} http://{nobody}\ngroup"));
    let policy = policy.replace("all w1", "all w1 x");
    let (rounds, halt) = place.rounds(&store, &policy);
    place.pass(600);
    rounds.check_age().await.unwrap();
    assert_eq!(halt.reason(), None, "an empty log has told nobody anything");

    let (rounds, halt) = place.rounds(&store, &policy);
    beat(&store, 1).await;
    rounds.round().await.unwrap();
    rounds.check_age().await.unwrap();
    assert_eq!(halt.reason(), None, "it has only begun");
    // The one line that there is is kept, and is no quorum.
    assert_eq!(store.cosigned().await.unwrap().len(), 1);
    assert_eq!(place.standing(&store, &policy).await, None);
    place.pass(61);
    rounds.check_age().await.unwrap();
    assert_eq!(halt.reason(), Some(HaltReason::WitnessesStale));
}

#[tokio::test]
async fn a_quorum_that_was_reached_stays_good_for_as_long_as_is_allowed() {
    let place = Place::new();
    let store = place.store("log", 1);
    let near = place.near(1, &store.verifier_key()).await;
    let (rounds, halt) = place.rounds(&store, &all_of(&[&near]));
    beat(&store, 1).await;
    rounds.round().await.unwrap();
    place.pass(60);
    rounds.check_age().await.unwrap();
    assert_eq!(halt.reason(), None);
    place.pass(1);
    rounds.check_age().await.unwrap();
    assert!(halt.reason().is_some());
}

#[tokio::test]
async fn a_backup_of_everything_is_found_out_by_a_witness() {
    let place = Place::new();
    let store = place.store("log", 1);
    let near = place.near(1, &store.verifier_key()).await;
    let policy = all_of(&[&near]);
    beat(&store, 3).await;
    drop(store);
    // The whole folder, with the checkpoint that is kept on its own: nothing here can tell.
    copy(&place.path("log"), &place.path("backup"));
    let store = place.store("log", 2);
    beat(&store, 2).await;
    let (rounds, _) = place.rounds(&store, &policy);
    rounds.begin().await;
    drop((rounds, store));

    let restored = place.store("backup", 3);
    let (rounds, halt) = place.rounds(&restored, &policy);
    rounds.begin().await;
    assert_eq!(halt.reason(), Some(HaltReason::OldBackup));
}

#[tokio::test]
async fn a_second_history_under_one_key_is_found_out_by_a_witness() {
    let place = Place::new();
    let store = place.store("log", 1);
    let near = place.near(1, &store.verifier_key()).await;
    let policy = all_of(&[&near]);
    beat(&store, 3).await;
    drop(store);
    // As long, and longer.
    let others = [("as long", 2), ("longer", 4)];
    for (other, _) in others {
        copy(&place.path("log"), &place.path(other));
    }
    let store = place.store("log", 2);
    beat(&store, 2).await;
    let (rounds, _) = place.rounds(&store, &policy);
    rounds.begin().await;
    for (seed, (other, more)) in (3..).zip(others) {
        let other = place.store(other, seed);
        beat(&other, more).await;
        let (rounds, halt) = place.rounds(&other, &policy);
        rounds.round().await.unwrap();
        assert_eq!(halt.reason(), Some(HaltReason::Forked));
        let (rounds, halt) = place.rounds(&other, &policy);
        rounds.begin().await;
        assert_eq!(halt.reason(), Some(HaltReason::Forked));
        assert_eq!(other.cosigned().await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(evidence(&near.dir.path().join("w"), "fork-").len(), 2);
}

/// A witness that says what it likes.
async fn liar(
    policy: impl FnOnce(&str) -> String,
    say: ResponseTemplate,
    show: ResponseTemplate,
) -> (MockServer, String) {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/add-checkpoint")).respond_with(say).mount(&server).await;
    Mock::given(method("GET")).respond_with(show).mount(&server).await;
    let policy = policy(&server.uri());
    (server, policy)
}

#[tokio::test]
async fn a_witness_that_lies_stops_nobody() {
    let place = Place::new();
    let store = place.store("log", 1);
    beat(&store, 5).await;
    let liars_key = CosigningKey::new(name(NAME), &[1; 32]);
    let size = |text: &str| {
        let kind = "text/x.tlog.size";
        ResponseTemplate::new(409).set_body_raw(text.as_bytes().to_vec(), kind)
    };
    let ok = |text: String| ResponseTemplate::new(200).set_body_string(text);
    let other = SigningKey::new(name(ORIGIN), &[99; 32]);
    let longer = numbered(50).checkpoint().sign(&other).unwrap();
    let cosigned_other = liars_key.cosign(&numbered(5).checkpoint(), START);
    let none = || ResponseTemplate::new(404);
    let answers = [
        (size("50\n"), ok(longer.to_string())),
        (size("50\n"), none()),
        (size("3\n"), none()),
        (size("18446744073709551615\n"), none()),
        (size("050\n"), none()),
        (size("50"), none()),
        (size(""), none()),
        (ResponseTemplate::new(409).set_body_string("50\n"), ok(longer.to_string())),
        (ResponseTemplate::new(422), ok("nonsense".to_owned())),
        (ok(String::new()), none()),
        (ok("nonsense\n".to_owned()), none()),
        (ok(format!("{cosigned_other}\n")), none()),
        (ok("x".repeat(1 << 20)), none()),
        (ResponseTemplate::new(200).set_body_raw(vec![0xff; 10], "text/plain"), none()),
        (ResponseTemplate::new(500), ResponseTemplate::new(500)),
        (ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:1/"), none()),
    ];
    for (n, (say, show)) in answers.into_iter().enumerate() {
        let key = liars_key.witness_key();
        let (server, policy) =
            liar(|uri| format!("witness w {key} {uri}\nquorum w\n"), say, show).await;
        let (rounds, halt) = place.rounds(&store, &policy);
        rounds.begin().await;
        rounds.round().await.unwrap();
        assert_eq!(halt.reason(), None, "answer {n}");
        assert_eq!(store.cosigned().await.unwrap(), Vec::<String>::new(), "answer {n}");
        // And it is not asked again at once.
        let asked = server.received_requests().await.unwrap().len();
        rounds.round().await.unwrap();
        assert_eq!(server.received_requests().await.unwrap().len(), asked, "answer {n}");
        assert!(asked <= 5, "answer {n}: {asked}");
    }
}

#[tokio::test]
async fn what_is_sent_to_a_witness_is_a_checkpoint_and_its_proof() {
    let place = Place::new();
    let store = place.store("log", 1);
    beat(&store, 5).await;
    let key = CosigningKey::new(name(NAME), &[1; 32]).witness_key();
    let policy = |uri: &str| format!("witness w {key} {uri}/some/where\nquorum w\n");
    let (server, policy) =
        liar(policy, ResponseTemplate::new(500), ResponseTemplate::new(404)).await;
    let (rounds, _) = place.rounds(&store, &policy);
    rounds.begin().await;
    place.pass(100);
    Mock::given(path("/some/where/add-checkpoint"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    rounds.round().await.unwrap();
    let asked = server.received_requests().await.unwrap();
    let posts: Vec<_> = asked.iter().filter(|one| one.method.as_str() == "POST").collect();
    assert!(!posts.is_empty());
    for post in posts {
        assert_eq!(post.url.path(), "/some/where/add-checkpoint");
        let body = AddCheckpoint::parse(std::str::from_utf8(&post.body).unwrap()).unwrap();
        assert_eq!(body.note().to_string(), store.checkpoint(None).await.unwrap().unwrap());
    }
}

#[tokio::test]
async fn a_witness_whose_clock_is_ahead_is_not_believed() {
    let place = Place::new();
    let store = place.store("log", 1);
    let ahead = ManualClock::at(START);
    ahead.advance(Duration::from_hours(1));
    let near = place.near_at(1, &store.verifier_key(), Arc::new(ahead)).await;
    beat(&store, 1).await;
    let (rounds, _) = place.rounds(&store, &all_of(&[&near]));
    rounds.round().await.unwrap();
    assert_eq!(store.cosigned().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_witness_whose_clock_was_set_back_does_not_sign() {
    let place = Place::new();
    let store = place.store("log", 1);
    let clock = Arc::new(ManualClock::at(START));
    let near = place.near_at(1, &store.verifier_key(), clock.clone()).await;
    let policy = all_of(&[&near]);
    let (rounds, _) = place.rounds(&store, &policy);
    beat(&store, 1).await;
    rounds.round().await.unwrap();
    clock.set(Timestamp::from_micros(START.micros() - 10_000_000));
    beat(&store, 1).await;
    place.pass(1);
    rounds.round().await.unwrap();
    assert_eq!(place.standing(&store, &policy).await.unwrap().witnessed.checkpoint.size.0, 1);
}

#[tokio::test]
async fn of_many_cosigned_checkpoints_the_newest_are_kept() {
    let place = Place::new();
    let store = place.store("log", 1);
    let key = CosigningKey::new(name(NAME), &[1; 32]);
    for _ in 0..140 {
        beat(&store, 1).await;
        let note = Note::parse(&store.checkpoint(None).await.unwrap().unwrap()).unwrap();
        let checkpoint = sluss::log::Checkpoint::parse(note.unverified_text()).unwrap();
        let line = key.cosign(&checkpoint, place.clock.now());
        store.keep_cosigned(checkpoint.size, vec![line]).await.unwrap();
    }
    let kept = store.cosigned().await.unwrap();
    assert_eq!(kept.len(), 128);
    assert!(kept[0].contains("\n140\n") && kept[127].contains("\n13\n"));
}

#[test]
fn an_address_must_be_safe() {
    let key = CosigningKey::new(name(NAME), &[1; 32]).witness_key();
    for (url, is_safe) in [
        ("https://witness.example.se", true),
        ("https://witness.example.se/prefix/", true),
        ("http://127.0.0.1:8090", true),
        ("http://[::1]:8090", true),
        ("http://witness.example.se", false),
        ("http://localhost:8090", false),
        ("https://user@witness.example.se", false),
        ("https://user:word@witness.example.se", false),
        ("https://witness.example.se/?a=b", false),
        ("https://witness.example.se/#a", false),
        ("ftp://witness.example.se", false),
        ("file:///etc/passwd", false),
        ("witness.example.se", false),
    ] {
        let policy = Policy::parse(format!("witness w {key} {url}\nquorum w\n").as_bytes());
        let opened = Client::open(&policy.unwrap().witnesses()[0], Duration::from_secs(1));
        assert_eq!(opened.is_ok(), is_safe, "{url}");
    }
}
