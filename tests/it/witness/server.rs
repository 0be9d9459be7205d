//! What a witness answers, what it keeps, and what it is after it was killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use sluss::log::Checkpoint;

use super::*;
use crate::cli::running::private;
use crate::raw;

#[tokio::test]
async fn what_has_grown_is_cosigned_and_shown_to_everybody() {
    let witness = Witness::new();
    let serving = witness.serve();
    let client = witness.client(&serving);
    assert_eq!(client.latest(&name(ORIGIN)).await.unwrap(), None);
    let mut old = 0;
    for size in [0, 1, 5, 5, 8, 100] {
        let book = numbered(size);
        let cosigned = line(client.add_checkpoint(&request(&book, old)).await);
        assert_eq!(*cosigned.name(), name(NAME));
        let shown = client.latest(&name(ORIGIN)).await.unwrap().unwrap();
        assert_eq!(Checkpoint::open(&shown, &[key().verifier()]), Ok(book.checkpoint()));
        assert!(witness.key.cosigned(&shown).unwrap().is_some());
        assert_eq!(shown.signatures().len(), 2);
        old = size;
    }
    private(&witness.path());
    assert_eq!(client.latest(&name("other.example.se")).await.unwrap(), None);
    let ended = serving.running.stop().code(0);
    assert!(ended.out.contains("stopping"), "{ended:?}");
}

#[tokio::test]
async fn a_rollback_is_answered_with_the_size_that_was_seen() {
    let witness = Witness::new();
    let serving = witness.serve();
    let client = witness.client(&serving);
    line(client.add_checkpoint(&request(&numbered(8), 0)).await);
    for old in [0, 3, 5] {
        stale(client.add_checkpoint(&request(&numbered(5), old)).await, 8);
    }
    // As the standard has it, to the byte.
    let body = request(&numbered(5), 0).to_string();
    let answer =
        raw::ask(serving.address, &raw::http("POST", "/add-checkpoint", "", body.as_bytes())).await;
    let (status, text) = answer.text();
    assert_eq!((status, text.as_str()), (409, "8\n"));
    let head = String::from_utf8_lossy(&answer.bytes).to_lowercase();
    assert!(head.contains("\r\ncontent-type: text/x.tlog.size\r\n"), "{head}");
    assert!(evidence(&witness.path(), "").is_empty(), "nothing that the log signed is wrong yet");
}

#[tokio::test]
async fn a_fork_is_refused_and_its_proof_is_kept() {
    let witness = Witness::new();
    let serving = witness.serve();
    let client = witness.client(&serving);
    line(client.add_checkpoint(&request(&numbered(8), 0)).await);

    let fork = bare(&forked(3, 8), 8);
    refused(&client.add_checkpoint(&fork).await, 422);
    refused(&client.add_checkpoint(&fork).await, 422);
    let kept = evidence(&witness.path(), "fork-");
    assert_eq!(kept.len(), 2, "once, however often it is sent: {kept:?}");
    let note = Note::parse(&fs::read_to_string(&kept[0]).unwrap()).unwrap();
    let theirs = AddCheckpoint::parse(&fs::read_to_string(&kept[1]).unwrap()).unwrap();
    let keys = [key().verifier()];
    let cosigned = Checkpoint::open(&note, &keys).unwrap();
    let refused_one = Checkpoint::open(theirs.note(), &keys).unwrap();
    // Two roots of one size, both signed by the log: that is the proof, to anybody.
    assert_eq!(cosigned.size, refused_one.size);
    assert_ne!(cosigned.root, refused_one.root);

    // A longer tree that does not grow out of what was seen, with the best proof that it has.
    refused(&client.add_checkpoint(&request(&forked(3, 13), 8)).await, 422);
    assert_eq!(evidence(&witness.path(), "unproved-").len(), 2);

    // And the log, as it was, goes on.
    line(client.add_checkpoint(&request(&numbered(9), 8)).await);
}

#[tokio::test]
async fn who_has_not_signed_is_refused() {
    let witness = Witness::new();
    let serving = witness.serve();
    let client = witness.client(&serving);
    let book = numbered(4);
    let empty = ConsistencyProof::new(Vec::new()).unwrap();
    let ask = |signer: SigningKey| {
        let checkpoint = Checkpoint { origin: signer.name().clone(), ..book.checkpoint() };
        let note = checkpoint.sign(&signer).unwrap();
        AddCheckpoint::new(TreeSize(0), empty.clone(), note).unwrap()
    };
    let other = SigningKey::new(name("log.example.com"), &[7; 32]);
    refused(&client.add_checkpoint(&ask(other)).await, 404);
    let namesake = SigningKey::new(name(ORIGIN), &[8; 32]);
    refused(&client.add_checkpoint(&ask(namesake)).await, 403);
    let too_far = AddCheckpoint::new(TreeSize(9), empty.clone(), book.signed()).unwrap();
    refused(&client.add_checkpoint(&too_far).await, 400);
    assert_eq!(client.latest(&name(ORIGIN)).await.unwrap(), None);
    assert!(evidence(&witness.path(), "").is_empty());
}

#[tokio::test]
async fn what_is_no_request_is_refused_within_bounds() {
    let witness = Witness::new();
    let serving = witness.serve();
    for (method, path, body, status) in [
        ("POST", "/add-checkpoint", "".as_bytes().to_vec(), 400),
        ("POST", "/add-checkpoint", b"old 0\n\nnothing".to_vec(), 400),
        ("POST", "/add-checkpoint", b"old 0\n\n\xff\xfe".to_vec(), 400),
        ("POST", "/add-checkpoint", vec![b'x'; 1 << 20], 413),
        ("GET", "/add-checkpoint", Vec::new(), 405),
        ("GET", "/", Vec::new(), 404),
        ("GET", "/../../key", Vec::new(), 404),
        ("GET", "/..%2f..%2fkey/checkpoint", Vec::new(), 404),
        ("GET", "/x/checkpoint", Vec::new(), 404),
    ] {
        let answer = raw::ask(serving.address, &raw::http(method, path, "", &body)).await;
        // A connection that is cut while a long body is on its way may take the answer with it.
        let code = String::from_utf8_lossy(&answer.bytes);
        let cut = body.len() > 100_000 && answer.bytes.is_empty();
        assert!(cut || code.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {code}");
    }
    // It is as good as before.
    line(witness.client(&serving).add_checkpoint(&request(&numbered(3), 0)).await);
}

#[tokio::test]
async fn too_many_requests_are_sent_away() {
    let witness = Witness::new();
    let settings = witness.path().join("witness.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("requests_per_second = 20", "requests_per_second = 1"))
        .unwrap();
    let serving = witness.serve();
    let client = witness.client(&serving);
    line(client.add_checkpoint(&request(&numbered(1), 0)).await);
    let mut sent_away = 0;
    for _ in 0..20 {
        sent_away += usize::from(matches!(
            client.add_checkpoint(&request(&numbered(1), 1)).await,
            Err(ClientError::Refused(429))
        ));
    }
    assert!(sent_away > 10, "{sent_away}");
    // Looking is free.
    assert!(client.latest(&name(ORIGIN)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_place_is_given_to_the_next_when_a_connection_ends() {
    let witness = Witness::new();
    let settings = witness.path().join("witness.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("connections_max = 64", "connections_max = 1")).unwrap();
    let serving = witness.serve();
    let idle = tokio::net::TcpStream::connect(serving.address).await.unwrap();
    // Until the only place is taken, the next may be served at once: so ask until it waits.
    let ask = || async {
        let client = witness.client(&serving);
        tokio::time::timeout(Duration::from_secs(1), client.latest(&name(ORIGIN))).await
    };
    assert!(ask().await.is_err(), "there is one place, and it is taken");
    drop(idle);
    let client = witness.client(&serving);
    assert_eq!(client.latest(&name(ORIGIN)).await.unwrap(), None);
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let witness = Witness::new();
    let serving = witness.serve();
    line(witness.client(&serving).add_checkpoint(&request(&numbered(8), 0)).await);
    let before = witness.client(&serving).latest(&name(ORIGIN)).await.unwrap();
    serving.running.stop().code(0);

    let serving = witness.serve();
    let client = witness.client(&serving);
    assert_eq!(client.latest(&name(ORIGIN)).await.unwrap(), before);
    stale(client.add_checkpoint(&request(&numbered(9), 0)).await, 8);
    refused(&client.add_checkpoint(&bare(&forked(3, 8), 8)).await, 422);
    line(client.add_checkpoint(&request(&numbered(9), 8)).await);
}

#[tokio::test]
async fn killed_before_the_step_was_written_or_after_it_says_one_thing() {
    for (point, stands_at) in [("cosigning", 5), ("cosigned", 8)] {
        let witness = Witness::new();
        let serving = witness.serve();
        line(witness.client(&serving).add_checkpoint(&request(&numbered(5), 0)).await);
        serving.running.stop().code(0);

        let serving = witness.serve_with(|command| {
            command.env("SLUSS_CRASH_AT", point);
        });
        let client = witness.client(&serving);
        let answer = client.add_checkpoint(&request(&numbered(8), 5)).await;
        assert!(matches!(answer, Err(ClientError::Unanswered(_))), "{point}: {answer:?}");
        drop(serving);

        let serving = witness.serve();
        let client = witness.client(&serving);
        let shown = client.latest(&name(ORIGIN)).await.unwrap().unwrap();
        let shown = Checkpoint::open(&shown, &[key().verifier()]).unwrap();
        assert_eq!(shown, numbered(stands_at).checkpoint(), "{point}");
        // Nobody was told, so either history may go on from what is on disk, and only from that.
        let fork = client.add_checkpoint(&request(&forked(6, 8), 5)).await;
        match stands_at {
            5 => drop(line(fork)),
            _ => stale(fork, 8),
        }
        // What a killed process has left half-written is in nobody's way.
        for entry in fs::read_dir(witness.path().join("logs")).unwrap() {
            let file = entry.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_forks_at_once_one_is_cosigned() {
    let witness = Witness::new();
    let serving = witness.serve();
    line(witness.client(&serving).add_checkpoint(&request(&numbered(5), 0)).await);
    let (key, address) = (witness.key.clone(), serving.address);
    let asked = (0..12_u64).map(|n| {
        let key = key.clone();
        tokio::spawn(async move {
            // Twelve histories that part after leaf 5.
            let mut book = numbered(5);
            (0..=n % 4).for_each(|more| book.push(format!("{n} {more}").into_bytes()));
            client(&key, address).add_checkpoint(&request(&book, 5)).await
        })
    });
    let (mut cosigned, mut late) = (0, 0);
    for asked in asked.collect::<Vec<_>>() {
        match asked.await.unwrap().unwrap() {
            Cosigning::Cosigned(..) => cosigned += 1,
            Cosigning::Stale(size) => late += usize::from(size > TreeSize(5)),
        }
    }
    assert_eq!((cosigned, late), (1, 11));
}

#[test]
fn without_its_state_it_does_not_start() {
    let witness = Witness::new();
    let record = fs::read_dir(witness.path().join("logs")).unwrap().next().unwrap().unwrap().path();
    let kept = fs::read(&record).unwrap();
    fs::remove_file(&record).unwrap();
    let ended = witness.refused();
    assert!(ended.err.contains(ORIGIN) && ended.err.contains("missing"), "{ended:?}");
    // Nor with one that it did not write.
    for forged in [String::new(), "0\n".to_owned(), numbered(3).signed().to_string()] {
        fs::write(&record, forged).unwrap();
        witness.refused();
    }
    let mut strangers = numbered(3).signed();
    let other = CosigningKey::new(name(NAME), &[9; 32]);
    let at = sluss::domain::Timestamp::from_micros(1);
    strangers.add(other.cosign(&numbered(3).checkpoint(), at)).unwrap();
    fs::write(&record, strangers.to_string()).unwrap();
    witness.refused();
    fs::write(&record, kept).unwrap();
    drop(witness.serve());

    fs::set_permissions(witness.path().join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    let ended = witness.refused();
    assert!(ended.err.contains("chmod 600"), "{ended:?}");
    fs::remove_file(witness.path().join("key")).unwrap();
    witness.refused();
}

#[test]
fn one_process_at_a_time_and_one_folder_for_each() {
    let witness = Witness::new();
    let serving = witness.serve();
    let ended = witness.refused();
    assert!(ended.err.contains("another process"), "{ended:?}");
    let mut again = witness.command("init");
    let ended = Ended::of(again.args(["--name", NAME]).output().unwrap()).code(2);
    assert!(ended.err.contains("not empty"), "{ended:?}");
    drop(serving);
    let shown = Ended::of(witness.command("key").output().unwrap()).code(0);
    assert_eq!(shown.out.trim(), witness.key.to_string());
}

#[tokio::test]
async fn a_log_is_added_and_a_key_takes_over() {
    let witness = Witness::named(NAME, &[]);
    let follow = |key: &SigningKey| {
        let mut command = witness.command("follow");
        Ended::of(command.arg(key.verifier().to_string()).output().unwrap())
    };
    follow(&key()).code(0);
    let again = follow(&key()).code(2);
    assert!(again.err.contains("followed already"), "{again:?}");
    let serving = witness.serve();
    line(witness.client(&serving).add_checkpoint(&request(&numbered(5), 0)).await);
    let busy = follow(&SigningKey::new(name("log.example.com"), &[1; 32])).code(2);
    assert!(busy.err.contains("another process"), "{busy:?}");
    drop(serving);

    // A new key of the same log does not begin a new history.
    let new = SigningKey::new(name(ORIGIN), &[8; 32]);
    follow(&new).code(0);
    let serving = witness.serve();
    let client = witness.client(&serving);
    let book = numbered(8);
    let note = book.checkpoint().sign(&new).unwrap();
    let fresh =
        AddCheckpoint::new(TreeSize(0), ConsistencyProof::new(Vec::new()).unwrap(), note.clone());
    stale(client.add_checkpoint(&fresh.unwrap()).await, 5);
    let proof = consistency(TreeSize(5), TreeSize(8), &book).unwrap();
    let on = AddCheckpoint::new(TreeSize(5), proof, note).unwrap();
    line(client.add_checkpoint(&on).await);
}

#[test]
fn settings_that_are_not_right_are_told_all_at_once() {
    let witness = Witness::new();
    let settings = witness.path().join("witness.toml");
    fs::write(&settings, "name = \"a b\"\nconnections_max = 0\n[[log]]\nkey = \"x\"\nmore = 1\n")
        .unwrap();
    let ended = witness.refused();
    for key in ["name:", "connections_max:", "log[0].key:", "log[0].more:"] {
        assert!(ended.err.contains(key), "{key}: {ended:?}");
    }
}
