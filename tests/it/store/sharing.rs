//! A commit is shared: what becomes of the others where one job fails half way.

use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;

use sluss::crash::{self, Director, Fate, Write};
use sluss::log::TreeSize;
use sluss::telemetry::chain;

use super::*;

/// Longer than any of it takes: a test that hangs fails.
const LONG: Duration = Duration::from_mins(1);

/// Lets a test hold the writer where a commit begins, and fail the next leaf.
struct Gate {
    begins: Mutex<Sender<()>>,
    goes_on: Mutex<Receiver<Fate>>,
    next_leaf: Mutex<Fate>,
    is_shut: AtomicBool,
}

impl Director for Gate {
    fn point(&self, _: &str) {}

    fn write(&self, what: Write) -> Fate {
        if what == Write::Begin && self.is_shut.swap(false, Ordering::SeqCst) {
            self.begins.lock().unwrap().send(()).unwrap();
            *self.next_leaf.lock().unwrap() =
                self.goes_on.lock().unwrap().recv_timeout(LONG).unwrap();
        }
        // The first leaf of a commit that was held is that of the commit itself: it is made.
        match what {
            Write::Leaf => std::mem::replace(&mut *self.next_leaf.lock().unwrap(), Fate::Made),
            _ => Fate::Made,
        }
    }
}

/// Queues two leaves behind a commit that is held, so that they share the next one; the first of them
/// fails half way.
async fn one_of_two_fails(
    store: &Store,
    gate: &Gate,
    hands: (&Receiver<()>, &Sender<Fate>),
) -> [Result<Appended, StoreError>; 2] {
    gate.is_shut.store(true, Ordering::SeqCst);
    let note = || Box::pin(store.note(Event::Heartbeat));
    let mut held = note();
    queued(&mut held).await;
    hands.0.recv_timeout(LONG).unwrap();
    let (mut first, mut second) = (note(), note());
    queued(&mut first).await;
    queued(&mut second).await;
    // Held again where the commit that they share begins.
    gate.is_shut.store(true, Ordering::SeqCst);
    hands.1.send(Fate::Made).unwrap();
    held.await.unwrap();
    hands.0.recv_timeout(LONG).unwrap();
    hands.1.send(Fate::Lost).unwrap();
    [first.await, second.await]
}

/// Turns it until it waits for the writer.
async fn queued<F: Future + Unpin>(job: &mut F) {
    let turned =
        std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *job).poll(context).is_pending()));
    assert!(turned.await, "the writer is held");
}

/// On a thread of its own, which nobody else is directed on.
#[test]
fn who_shares_a_commit_with_a_job_that_fails_half_way_is_told_to_try_again_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(shares())).join().unwrap();
}

async fn shares() {
    let place = Place::new();
    let (begins, begun) = channel();
    let (go_on, goes_on) = channel();
    let gate = Arc::new(Gate {
        begins: Mutex::new(begins),
        goes_on: Mutex::new(goes_on),
        next_leaf: Mutex::new(Fate::Made),
        is_shut: AtomicBool::new(false),
    });
    crash::direct(gate.clone());
    let store = place.open();
    let hands = (&begun, &go_on);
    let [failed, shared] = one_of_two_fails(&store, &gate, hands).await;
    assert!(chain(&failed.unwrap_err()).contains("a test lets leaf fail"));
    assert!(matches!(shared, Err(StoreError::Busy)), "{shared:?}");
    let size = store.size().await.unwrap();
    // From now on each is written apart, and fails alone.
    let [failed, shared] = one_of_two_fails(&store, &gate, hands).await;
    assert!(failed.is_err());
    shared.unwrap();
    assert_eq!(store.size().await.unwrap(), TreeSize(size.0 + 2), "the held one, and the second");
    let findings = store.fsck().await.unwrap();
    assert!(findings.is_sound(), "{:?}", findings.wrong);
    assert_eq!(store.halt().reason(), None);
}
