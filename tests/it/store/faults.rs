//! Every write of the store failed, in each way in which a write can fail, and what is on disk then:
//! everything derived anew is sound, and what was acknowledged is there.

use std::process::Command;

use sluss::crash::Write;
use sluss::domain::CaseState;
use sluss::telemetry::chain;

use super::settling::completed;
use super::*;

/// Where the child finds the store; absent in an ordinary run.
const CHILD: &str = "SLUSS_TEST_FAULT_CHILD";

/// How a write can fail: not made, made and said to have failed, and the process killed before and
/// behind it.
const HOW: [&str; 4] = ["lost", "kept", "killed", "done"];

/// What a child said before it ended.
struct Said {
    /// Leaves that it was told stand in the log, by index and hash.
    acknowledged: Vec<(u64, String)>,
    /// Cases that were taken in.
    accepted: u64,
    failed: bool,
    killed: bool,
}

fn run(place: &Place, fail_at: &str) -> Said {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::faults::child", "--nocapture"])
        .env(CHILD, place.path())
        .env("SLUSS_FAIL_AT", fail_at)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let told: Vec<_> = text.lines().map(words).collect();
    let of = |word: &'static str| told.iter().filter(move |words| words[0] == word);
    Said {
        acknowledged: of("acknowledged")
            .map(|words| (words[1].parse().unwrap(), words[2].clone()))
            .collect(),
        accepted: of("accepted").count() as u64,
        failed: text.contains("a test lets"),
        killed: !output.status.success(),
    }
}

#[tokio::test]
async fn whichever_write_fails_nothing_acknowledged_is_lost_and_the_log_is_sound() {
    let mut silent = Vec::new();
    for write in Write::ALL {
        for how in HOW {
            for nth in [1, 3] {
                let place = Place::new();
                // The first start is another's: what fails here is in a store that is there.
                drop(place.open());
                let at = format!("{}:{how}:{nth}", write.as_str());
                let said = run(&place, &at);
                if nth == 1 && !(said.failed || said.killed) {
                    silent.push(at.clone());
                }
                place.pass(Duration::from_secs(5));
                let store = place.open();
                assert_eq!(store.halt().reason(), None, "{at}: no trust was lost");
                let findings = store.fsck().await.unwrap();
                assert!(findings.is_sound(), "{at}: {:?}", findings.wrong);
                let leaves = store.leaves(LeafIndex(0), usize::MAX).await.unwrap();
                for (index, hash) in &said.acknowledged {
                    let kept = leaves.get(usize::try_from(*index).unwrap());
                    assert_eq!(kept.map(|leaf| leaf.hash.to_string()).as_ref(), Some(hash), "{at}");
                }
                let kept = store.cases(CaseFilter::default()).await.unwrap();
                assert!(kept.len() as u64 >= said.accepted, "{at}");
                let recorded = kept.iter().filter(|row| row.state == CaseState::Recorded).count();
                assert_eq!(recorded as u64, findings.open_intents, "{at}");
                // And it goes on.
                store.note(Event::Heartbeat).await.unwrap();
                sound(&audit(&store).await);
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new(), "writes that nothing made");
}

/// Not a test by itself: run by the one above in a process of its own, it does a little of
/// everything, goes on whatever fails, and says what it was told.
#[tokio::test]
async fn child() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    let dir = Path::new(&dir);
    let place = Place::new();
    let opened = open_seeded(dir, place.clock.clone(), 99);
    let Ok(store) = opened.inspect_err(|error| println!("\n{}", chain(error))) else {
        return;
    };
    let acknowledged = |appended: Result<Appended, StoreError>| match appended {
        Ok(leaf) => println!("\nacknowledged {} {}", leaf.index(), leaf.hash()),
        Err(error) => println!("\n{}", chain(&error)),
    };
    println!();
    // Past ten leaves: the checkpoint gets longer then, and its copy is written anew.
    for n in 0..5 {
        acknowledged(store.note(Event::Heartbeat).await);
        let accepted = store.accept(place.order(&format!("ORD-{n}"))).await;
        match accepted {
            Ok(_) => println!("\naccepted"),
            Err(error) => println!("\n{}", chain(&error)),
        }
        let work = store.claim(&recipient(), 9, LEASE).await;
        let work = work.inspect_err(|error| println!("\n{}", chain(error))).unwrap_or_default();
        for work in work {
            let Work::Deliver(claimed) = work else { continue };
            let disclosures = vec![place.disclosure(&claimed)];
            let appended = store.append(disclosures, LEASE).await.and_then(|mut all| all.remove(0));
            let settles = appended.is_ok() && n < 2;
            acknowledged(appended);
            if settles && let Err(error) = store.settle(claimed.claim, completed()).await {
                println!("\n{}", chain(&error));
            }
        }
    }
}

/// Whoever adds a write to these files lets a test fail it.
#[test]
fn no_write_stands_outside_of_what_can_be_failed() {
    let writes = [
        "database.begin()",
        "keys.begin()",
        "database.commit()",
        "keys.commit()",
        "INSERT INTO leaf",
        "INSERT INTO entry",
        "UPDATE entry",
        "INSERT INTO node",
        "INSERT INTO checkpoint",
        "UPDATE head",
        "fs::rename",
        "sync_data(",
        "write_all(",
    ];
    let mut found = 0;
    for file in [
        "keeper/thread.rs",
        "keeper/tx.rs",
        "keeper/log.rs",
        "keeper/entries.rs",
        "checkpoint_file.rs",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if writes.iter().any(|write| line.contains(write)) {
                found += 1;
                let before = &lines[at.saturating_sub(8)..=at];
                let wrapped = before.iter().any(|line| line.contains("crash::write("));
                assert!(wrapped, "{file}:{}: {line}", at + 1);
            }
        }
    }
    assert!(found >= Write::ALL.len() - 1, "{found}");
}
