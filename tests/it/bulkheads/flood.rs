//! A flood at the door: what waits for its commit is bounded, and whoever comes too many is told to
//! come back, before memory grows and before those that work on cases have to wait.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use sluss::crash::{self, Director, Fate, Write};
use sluss::http::{local_client, serve};
use sluss::intake::Submission;
use sluss::log::Event;
use sluss::store::{Accepted, StoreError};

use super::*;

/// Lets a test hold the writer where a commit begins.
struct Hold {
    shut: AtomicBool,
    begins: Mutex<Sender<()>>,
    goes_on: Mutex<Receiver<()>>,
}

impl Director for Hold {
    fn point(&self, _: &str) {}

    fn write(&self, what: Write) -> Fate {
        if what == Write::Begin && self.shut.swap(false, Ordering::SeqCst) {
            self.begins.lock().unwrap().send(()).unwrap();
            self.goes_on.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        }
        Fate::Made
    }
}

async fn turned<F: Future + Unpin>(job: &mut F) -> Poll<F::Output> {
    std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *job).poll(context))).await
}

fn submissions(app: &mut App, from: usize, count: usize) -> Vec<Submission> {
    let client = local_client().unwrap();
    let mut one = |n: usize| {
        let body = order(GLOBALCONNECT, &format!("ORD-{n}"), &format!("STTA{:04}", n + 1));
        app.submission(&client, Kind::Order, &body)
    };
    (from..from + count).map(&mut one).collect()
}

/// On a thread of its own, which nobody else is directed on.
#[test]
fn whoever_comes_too_many_is_told_to_come_back_and_nothing_else_waits_for_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(flooded())).join().unwrap();
}

async fn flooded() {
    const PLACES: usize = 512;
    let (begins, begun) = channel();
    let (go_on, goes_on) = channel();
    let hold = Arc::new(Hold {
        shut: AtomicBool::new(false),
        begins: Mutex::new(begins),
        goes_on: Mutex::new(goes_on),
    });
    crash::direct(hold.clone());
    let mut app = App::start_with(|config| config.limits.deadline = PATIENCE).await;
    let store = app.deployment.store.clone();
    tokens::keep(&store).await;
    let mut alone = submissions(&mut app, 0, PLACES + 1).into_iter();
    let mut many = submissions(&mut app, PLACES + 1, PLACES + 1).into_iter();

    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap();
    let (stopper, stop) = watch::channel(false);
    let served = tokio::spawn(serve(app.deployment.app().unwrap(), door, stop));

    hold.shut.store(true, Ordering::SeqCst);
    let mut waiting = Vec::new();
    for submission in alone.by_ref().take(PLACES) {
        let mut one = Box::pin(store.accept(submission));
        assert!(turned(&mut one).await.is_pending());
        waiting.push(one);
    }
    begun.recv_timeout(PATIENCE).unwrap();
    let mut over = Box::pin(store.accept(alone.next().unwrap()));
    assert!(matches!(turned(&mut over).await, Poll::Ready(Err(StoreError::Busy))));
    let body = order(GLOBALCONNECT, "ORD-LATE", "STTA9000").to_string();
    let post = raw::http(
        "POST",
        "/tmf-api/serviceOrdering/v4/serviceOrder",
        "content-type: application/json",
        body,
    );
    let post = tokens::known(&post);
    let refused = raw::ask(address, &post).await;
    assert_eq!((refused.json().0, refused.header("retry-after").as_deref()), (503, Some("1")));

    // Batches have places of their own, and wait for them: who sends one is read no further.
    let mut batch = Vec::new();
    for submission in many.by_ref().take(PLACES) {
        batch.push(store.begin_accept(submission).await);
    }
    let mut last = Box::pin(store.begin_accept(many.next().unwrap()));
    assert!(turned(&mut last).await.is_pending());
    // What works on cases, or says something in the log, finds room behind both.
    let mut said = Box::pin(store.note(Event::Heartbeat));
    assert!(turned(&mut said).await.is_pending());

    go_on.send(()).unwrap();
    for one in waiting {
        assert!(matches!(one.await.unwrap(), Accepted::New(_)));
    }
    batch.push(last.await);
    for one in batch {
        assert!(matches!(one.await.unwrap().unwrap(), Accepted::New(_)));
    }
    said.await.unwrap();
    assert_eq!(raw::ask(address, &post).await.json().0, 201);
    // What the door has noted by itself is written as it stops.
    stopper.send(true).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(app.deployment.halt.reason(), None);
    let load = store.load().await.unwrap();
    let due: u64 = load.due.iter().map(|(_, cases, _)| cases).sum();
    assert_eq!(due, 2 * PLACES as u64 + 2, "what was taken is kept, and nothing else");
    app.close().await;
}
