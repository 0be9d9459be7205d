//! Who hangs up, and who is killed, between the leaf and the answer.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use sluss::intake::Kind;
use sluss::log::OutcomeResult;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::because;
use crate::crash::{Deployed, died};
use crate::harness::{App, GLOBALCONNECT, PASSWORD, basic, id, order};
use crate::raw::http;

#[tokio::test]
async fn an_operator_that_hangs_up_leaves_a_leaf_with_an_outcome() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopper, stop) = watch::channel(false);
    let served = tokio::spawn(sluss::http::serve(app.deployment.app().unwrap(), listener, stop));
    let head = basic("globalconnect-asks", PASSWORD);
    let path = format!("/onapi/2.6/contacts/{reference}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&http("POST", &path, &head, because("Besök").to_string())).await.unwrap();
    drop(stream);
    stopper.send(true).unwrap();
    served.await.unwrap().unwrap();
    // It was not asked at all, or it has an outcome, and never an open one. What the connection has
    // taken counts as had, also by who is not there to read it: so no answer is looked for.
    app.to_the_end().await;
    app.close_erased().await;
}

#[tokio::test]
async fn an_answer_that_nobody_settled_is_closed_as_unknown() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    let pulls = app.deployment.pulls().unwrap();
    let who = {
        let head = basic("globalconnect-asks", PASSWORD);
        pulls.admit(head.strip_prefix("authorization: ")).ok().unwrap()
    };
    let body = because("Besök").to_string();
    let answered = pulls.answer(who, &reference, body.as_bytes()).await;
    let sluss::pulls::Answered::Contact(reply) = answered else { panic!("no contact") };
    // As if the process stood still with the answer in its hands.
    app.clock.advance(Duration::from_mins(11));
    app.worker.upkeep().await.unwrap();
    let outcomes = app.outcomes().await;
    let last = outcomes.values().next_back().unwrap();
    assert_eq!(last.result, OutcomeResult::Unknown);
    // Whoever comes later has lost it: one intent, one outcome.
    drop(reply);
    pulls.settled().await;
    assert_eq!(app.outcomes().await.len(), outcomes.len());
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn an_answer_that_is_not_taken_has_not_left() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.work().await;
    let reference = app.reference(GLOBALCONNECT, "STTA0101");
    let pulls = app.deployment.pulls().unwrap();
    let head = basic("globalconnect-asks", PASSWORD);
    let who = pulls.admit(head.strip_prefix("authorization: ")).ok().unwrap();
    let body = because("Besök").to_string();
    drop(pulls.answer(who, &reference, body.as_bytes()).await);
    pulls.settled().await;
    let outcomes = app.outcomes().await;
    let last = outcomes.values().next_back().unwrap();
    assert_eq!(last.result, OutcomeResult::Unsent);
    assert_eq!(last.code.as_ref().map(ToString::to_string).as_deref(), Some("not-taken"));
    app.to_the_end().await;
    app.close().await;
}

/// The real program, killed when the disclosure stands in the log and nobody has been answered: the
/// next one closes it as what nobody can tell, and nothing else of the log is in doubt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_the_leaf_and_the_answer_it_is_closed_by_the_next_process() {
    let deployed = Deployed::start().await;
    // What the operators have stays with them: a contact is given of a live case alone.
    deployed.sandbox.rest(true);
    let mut work = deployed.command(&["work", "--once"]);
    assert!(work.stdout(Stdio::null()).status().unwrap().success());
    let effects = deployed.sandbox.effects(&id(GLOBALCONNECT));
    let reference = effects[0].reference.clone().unwrap();

    let mut command = deployed.command(&["serve", "--no-worker", "--format", "text"]);
    command.env("SLUSS__HTTP__LISTEN", "127.0.0.1:0").env("SLUSS_CRASH_AT", "pull-recorded");
    let mut serving = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once("http://127.0.0.1:")?;
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("127.0.0.1:{port}"))
    });
    let mut stream = TcpStream::connect(address.unwrap()).await.unwrap();
    let path = format!("/onapi/2.6/contacts/{reference}");
    let shown = basic("globalconnect", PASSWORD);
    stream.write_all(&http("POST", &path, &shown, because("Besök").to_string())).await.unwrap();
    let mut heard = Vec::new();
    // The connection breaks, one way or the other.
    let _ = stream.read_to_end(&mut heard).await;
    assert!(heard.is_empty(), "somebody was answered: {}", String::from_utf8_lossy(&heard));
    died(serving);

    deployed.sandbox.rest(false);
    deployed.to_the_end();
    let results = deployed.check();
    assert_eq!((results["accepted"], results["unknown"]), (4, 1));
}
