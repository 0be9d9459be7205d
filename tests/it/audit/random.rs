//! Whatever happens to honest cases, the log of it keeps every rule.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use sluss::domain::{CaseState, Clock};
use sluss::intake::Kind;
use sluss::sandbox::Trouble;

use super::{Story, TERMS};
use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn for itself")]
struct Submitted {
    order: bool,
    recipient: usize,
    special: bool,
    trouble: u8,
    access: bool,
    problem: usize,
    visit: bool,
}

fn submitted() -> impl Strategy<Value = Submitted> {
    (
        any::<bool>(),
        0..3_usize,
        prop::bool::weighted(0.2),
        0..7_u8,
        any::<bool>(),
        0..4_usize,
        any::<bool>(),
    )
        .prop_map(|(order, recipient, special, trouble, access, problem, visit)| Submitted {
            order,
            recipient,
            special,
            trouble,
            access,
            problem,
            visit,
        })
}

fn trouble(which: u8) -> Vec<Trouble> {
    match which {
        0 => vec![Trouble::ActThenDrop],
        1 => vec![Trouble::DropBefore],
        2 => vec![Trouble::Garbage],
        3 => vec![Trouble::Status { code: 429, retry_after: Some(30) }],
        // Not 401, behind which nothing is asked any more.
        4 => vec![Trouble::Status { code: 403, retry_after: None }],
        _ => Vec::new(),
    }
}

async fn live(cases: Vec<Submitted>) -> Story {
    let mut app = App::start().await;
    let mut most = 0;
    for (n, one) in cases.iter().enumerate() {
        let recipient = [GLOBALCONNECT, IP_ONLY, "exempelnat"][one.recipient];
        let access = format!("STTA0{}", 200 + n);
        let (kind, mut body) = if one.order {
            (Kind::Order, order(recipient, &format!("ORD-{n}"), &access))
        } else {
            (Kind::Ticket, fault(recipient, &format!("FEL-{n}"), &access))
        };
        if one.order && !one.access {
            body["serviceOrderItem"][0]["service"]["serviceCharacteristic"] = json!([]);
        }
        if !one.order {
            let problem = ["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"][one.problem];
            body["characteristic"][0]["value"] = json!(problem);
            if one.visit {
                let booked = json!({ "name": "siteVisit", "value": true });
                body["characteristic"].as_array_mut().unwrap().push(booked);
            }
        }
        body["relatedParty"][1]["characteristic"][0]["value"] = json!(one.special);
        // At the simulated operators an order needs an access; at the door it does not.
        let (status, _) = app.ask("POST", path(kind), &body).await;
        assert!(status == 201 || (status == 400 && !one.access), "{status}");
        app.script(recipient, trouble(one.trouble));
        app.work().await;
        most += 1;
    }
    for _ in 0..40 * most {
        let open = app.rows().await.into_values();
        if open.into_iter().all(|row| row.state.is_final() || row.state == CaseState::Held) {
            break;
        }
        app.clock.advance(Duration::from_mins(1));
        app.work().await;
        app.deployment.store.heartbeat(TERMS.heartbeat).await.unwrap();
    }
    let story = Story::of(&app).await;
    app.close().await;
    story
}

fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "/tmf-api/serviceOrdering/v4/serviceOrder",
        Kind::Ticket => "/tmf-api/troubleTicket/v4/troubleTicket",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn honest_histories_keep_every_rule(cases in prop::collection::vec(submitted(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let story = runtime.block_on(live(cases));
        let report = story.audit(TERMS);
        prop_assert!(report.is_clean(), "{:?}", report.findings.first);
        prop_assert_eq!(story.faults(), 0);
    }
}

#[tokio::test]
async fn workers_with_nothing_to_do_prove_that_nothing_happened() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.to_the_end().await;
    let (stopper, stop) = tokio::sync::watch::channel(false);
    let run = || {
        let (worker, stop) = (app.worker.clone(), stop.clone());
        tokio::spawn(async move { worker.run(stop).await })
    };
    let running = [run(), run()];
    for _ in 0..3 {
        app.clock.advance(Duration::from_hours(1));
        let now = app.clock.now();
        while app.deployment.store.last().await.unwrap() < now {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    stopper.send(true).unwrap();
    for worker in running {
        worker.await.unwrap().unwrap();
    }
    let story = Story::of(&app).await;
    let report = story.audit(TERMS);
    assert_eq!(report.kinds[&sluss::log::Kind::Heartbeat], 3, "two workers, one heartbeat an hour");
    assert!(report.is_clean(), "{:?}", report.findings.first);
    app.close().await;
}
