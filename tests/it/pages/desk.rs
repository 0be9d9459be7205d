//! What people at a desk do besides: try a held case again, see what a comment becomes before it is sent,
//! and report what was wrongly sent.

use sluss::domain::{CaseState, Clock};
use sluss::intake::Kind;
use sluss::log::{Event, Release};

use super::{FORM, Seat, WORD, between, case_of, form, plain, protected, without_security};
use crate::harness::{App, GLOBALCONNECT, IP_ONLY, order};
use crate::raw::{ask, http};

#[tokio::test]
async fn what_is_tried_again_is_decided_anew_and_overrules_nothing() {
    let mut app = App::start().await;
    let held = app.submit(Kind::Order, &order("exempelnat", "ORD-7", "STTA0007")).await[0];
    let hidden = app.submit(Kind::Order, &protected(GLOBALCONNECT, "ORD-9", "STTA0009")).await[0];
    app.work().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    for (who, case, reason) in
        [(&support, held, "no-valid-agreement"), (&privacy, hidden, "special-handling")]
    {
        let page = who.get(&format!("/cases/{case}")).await.text().1;
        assert!(page.contains("value=\"retry\"") && page.contains("Försök igen"), "{page}");
        let decide = format!("/cases/{case}/decide");
        assert_eq!(who.post(&decide, &[("decision", "retry")]).await.text().0, 303);
        assert_eq!(app.row(case).await.state, CaseState::Accepted);
        app.work().await;
        App::check(&app.row(case).await, CaseState::Held, Some(reason));
    }
    assert_eq!(app.sandbox.received().iter().filter(|one| one.is_message).count(), 0);
    let retried = app.leaves().await.into_iter().filter(|(_, leaf)| match &leaf.event {
        Event::Release(release) => release.reason.as_str() == Release::RETRIED,
        _ => false,
    });
    assert_eq!(retried.count(), 2, "each try is a record");
    // Whoever may not see it may not try it again either.
    let decide = format!("/cases/{hidden}/decide");
    assert_eq!(support.post(&decide, &[("decision", "retry")]).await.text().0, 404);

    // What waits for a time is looked at now.
    let waits = app.submit(Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0001")).await[0];
    app.work().await;
    assert!(app.row(waits).await.due > app.clock.now());
    let page = support.get(&format!("/cases/{waits}")).await.text().1;
    assert!(page.contains("Försök nu"), "{page}");
    let decide = format!("/cases/{waits}/decide");
    assert_eq!(support.post(&decide, &[("decision", "retry")]).await.text().0, 303);
    assert!(app.row(waits).await.due <= app.clock.now());
    app.to_the_end().await;
    seat.leave().await;
    app.close().await;
}

const COMMENT: &str = "Fortfarande mörkt efter omstarten i dag, och lampan på omvandlaren lyser rött hela \
                       tiden, hälsar Astrid Lindqvist.";

#[tokio::test]
async fn a_comment_is_seen_before_it_is_sent_byte_for_byte() {
    let mut app = App::start().await;
    app.must_not_tell("Fortfarande mörkt efter omstarten");
    let mut orders = Vec::new();
    for (recipient, access) in [(GLOBALCONNECT, "STTA0001"), (IP_ONLY, "STTA0002")] {
        let order = order(recipient, &format!("ORD-{access}"), access);
        orders.push((recipient, app.submit(Kind::Order, &order).await[0]));
    }
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    for (recipient, order) in orders {
        let draft = support.begin(order).await;
        let about = order.to_string();
        let told = [("case", about.as_str()), ("draft", &draft), ("problem", "NO_LINK")];
        let fault = case_of(&support.post("/faults/send", &told).await);
        app.pass(31).await;
        let path = format!("/cases/{fault}");
        let page = support.get(&path).await.text().1;
        let form_of = between(&page, "/say\"", "</form>");
        let draft = between(form_of, "name=\"draft\" value=\"", "\"").to_owned();
        let said = [("draft", draft.as_str()), ("comment", COMMENT)];
        let bytes = |page: &str, from: &str| {
            let shown = between(page, from, "</pre>");
            let (_, bytes) = shown.split_once("<code>").unwrap();
            let bytes = plain(bytes.trim_end_matches("</code>"));
            bytes.split_once('\n').unwrap().1.to_owned()
        };
        let before = app.rows().await.len();
        let looked = [&said[..], &[("act", "look")]].concat();
        let (status, page) = support.post(&format!("{path}/say"), &looked).await.text();
        assert_eq!(status, 200);
        assert!(page.contains("Astrid Lindqvist.</textarea>"), "what was written stands: {page}");
        let shown = bytes(&page, "id=\"seen\"");
        assert!(shown.contains("[namn]") && !shown.contains("Lindqvist"), "{shown}");
        // By the script's way, the same.
        let piece = support.post(&format!("{path}/preview"), &said).await.text().1;
        assert_eq!(bytes(&piece, "<div>"), shown);
        assert_eq!(app.rows().await.len(), before, "nothing was taken in");

        let handed = [&said[..], &[("act", "comment")]].concat();
        assert_eq!(support.post(&format!("{path}/say"), &handed).await.text().0, 303);
        let page = support.get(&path).await.text().1;
        assert_eq!(bytes(&page, "class=\"undo\""), shown);
        // The same form twice is one comment.
        assert_eq!(support.post(&format!("{path}/say"), &handed).await.text().0, 303);
        assert_eq!(app.rows().await.len(), before + 1);
        app.pass(31).await;
        let messages = app.messages(recipient);
        let last = String::from_utf8(messages.last().unwrap().body.clone()).unwrap();
        assert_eq!(without_security(&last), shown, "the preview is the message");
        // Nothing written is nothing shown; what is no fault has no comments.
        let piece = support.post(&format!("{path}/preview"), &[("comment", " ")]).await.text().1;
        assert!(piece.contains("Skriv något"), "{piece}");
        let of_order = format!("/cases/{order}/preview");
        assert_eq!(support.post(&of_order, &said).await.text().0, 404);
    }
    app.to_the_end().await;
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn what_was_wrongly_sent_is_reported_listed_and_closed() {
    let mut app = App::start().await;
    let wrong = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    let hidden = app.submit(Kind::Order, &protected(IP_ONLY, "ORD-9", "STTA0009")).await[0];
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    assert!(privacy.get("/incidents").await.text().1.contains("Inget felskick är rapporterat"));
    for (who, case) in [(&support, wrong), (&privacy, hidden)] {
        let draft = who.post(&format!("/cases/{case}/incident"), &[("kind", "too-much")]).await;
        assert_eq!(draft.text().0, 303);
    }
    assert_eq!(support.get("/incidents").await.text().0, 403);
    let all = privacy.get("/incidents.json").await.json().1;
    let ids: Vec<(String, String)> = all["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["id"].as_str().unwrap().to_owned(), one["case"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!((all["count"].as_u64(), ids.len()), (Some(2), 2));
    let of = |case: &str| ids.iter().find(|(_, of)| of == case).unwrap().0.clone();
    let (open, secret) = (of(&wrong.to_string()), of(&hidden.to_string()));
    // Of a protected person others learn nothing.
    for path in ["/incidents", "/incidents.csv", "/incidents.json"] {
        let told = auditor.get(path).await.text().1;
        assert!(told.contains(&open) && !told.contains(&secret), "{path}: {told}");
    }
    assert_eq!(auditor.get(&format!("/incidents/{secret}")).await.text().0, 404);
    assert_eq!(privacy.get(&format!("/incidents/{secret}")).await.text().0, 200);

    // What to report is what the log says.
    let path = format!("/incidents/{open}");
    let page = auditor.get(&path).await.text().1;
    for told in ["GlobalConnect AB, 556597-6122, Sverige", "PUB-2026-02", "access-id", "mottaget"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("/close\""), "an auditor closes nothing: {page}");
    let close = format!("{path}/close");
    let decision = [("decision", "reported-to-imy")];
    assert_eq!(auditor.post(&close, &decision).await.text().0, 403);
    for word in ["", "forgotten", "<script>"] {
        assert_eq!(privacy.post(&close, &[("decision", word)]).await.text().0, 404, "{word}");
    }
    app.clock.advance(std::time::Duration::from_hours(25));
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let page = privacy.get("/incidents").await.text().1;
    assert!(page.contains("PTS: tiden är ute") && page.contains("IMY: 47 timmar kvar"), "{page}");
    assert_eq!(privacy.post(&close, &decision).await.text().0, 303);
    assert_eq!(privacy.post(&close, &decision).await.text().0, 409, "closed is closed");
    let page = privacy.get(&path).await.text().1;
    assert!(page.contains("Anmäld till IMY") && !page.contains("/close\""), "{page}");
    let heard = privacy.get("/incidents.csv").await;
    assert!(heard.header("content-disposition").unwrap().contains("incidents.csv"));
    let text = heard.text().1;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "id,case,kind,noticed,pts_by,imy_by,closed,decision");
    let line = lines.iter().find(|line| line.starts_with(&open)).unwrap();
    assert!(line.ends_with(",reported-to-imy") && line.contains("too-much,2026-11-22T"), "{line}");
    for nowhere in ["/incidents/0", "/incidents/19121212-1212", &format!("/incidents/{wrong}")] {
        assert_eq!(privacy.get(nowhere).await.text().0, 404, "{nowhere}");
    }
    seat.leave().await;
    app.close().await;
}

/// A comment that was written when a session ended comes back with what it would become.
#[tokio::test]
async fn a_comment_outlives_its_session_and_is_looked_at_first() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let draft = support.begin(order).await;
    let about = order.to_string();
    let told = [("case", about.as_str()), ("draft", &draft), ("problem", "NO_LINK")];
    let fault = case_of(&support.post("/faults/send", &told).await);
    app.pass(31).await;
    app.clock.advance(std::time::Duration::from_hours(2));
    let say = format!("/cases/{fault}/say");
    let heard = support.post(&say, &[("act", "comment"), ("comment", COMMENT)]).await;
    let (status, page) = heard.text();
    assert_eq!(status, 401);
    let kept = plain(between(&page, "name=\"kept\" value=\"", "\""));
    let pairs = [("name", "tolvan"), ("password", WORD), ("kept", &kept), ("kept-to", &say)];
    let heard = ask(seat.address, &http("POST", "/sign-in", FORM, form(&pairs))).await;
    let page = heard.text().1;
    assert!(page.contains("Fortfarande mörkt") && page.contains("action=\""), "{page}");
    app.to_the_end().await;
    seat.leave().await;
    app.close().await;
}
