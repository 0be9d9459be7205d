//! What left about a person: asked for by who may, told in two ways, and written down each time.

use super::*;

const ASTRID: &str = "cust-99117";

async fn asked(who: &Signed<'_>, reference: &str, more: &[(&str, &str)]) -> (u16, String) {
    let pairs: Vec<_> =
        [("reference", reference)].into_iter().chain(more.iter().copied()).collect();
    who.post("/persons", &pairs).await.text()
}

#[tokio::test]
async fn a_person_is_told_of_in_two_ways_and_values_need_a_role_and_a_reason() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let support = seat.sign_in(&house.app, "tolvan", "support").await;
    let internal = [("view", "internal")];
    let customer = [("view", "customer")];
    let delivered = house.delivered.to_string();

    let before = house.reads().await.len();
    let (status, page) = asked(&auditor, &delivered, &internal).await;
    assert_eq!(status, 200);
    silent(&page);
    assert!(page.contains("GlobalConnect AB") && page.contains("<code>"), "{page}");
    let (_, page) = asked(&auditor, &delivered, &customer).await;
    silent(&page);
    assert!(page.contains("lang=\"sv\"") && page.contains("därför att"), "{page}");
    // An auditor gets no value, whatever the form says.
    let all = [("view", "customer"), ("values", "request")];
    let (_, page) = asked(&auditor, &delivered, &all).await;
    silent(&page);
    let reads: Vec<_> =
        house.reads().await.into_iter().skip(before).map(|(what, ..)| what).collect();
    assert_eq!(reads, ["subject-report", "subject-customer", "subject-customer"]);

    for wrong in [
        vec![],
        vec![("view", "all")],
        vec![("view", "customer"), ("values", "curious")],
        vec![("view", "customer"), ("client", "<script>")],
    ] {
        assert_eq!(asked(&auditor, &delivered, &wrong).await.0, 400, "{wrong:?}");
    }
    assert_eq!(asked(&auditor, " ", &internal).await.0, 400);
    let evil = "<script>alert(1)</script>";
    let (_, page) = asked(&auditor, evil, &internal).await;
    assert!(page.contains("role=\"alert\"") && !page.contains("<script>alert"), "{page}");
    assert_eq!(asked(&support, &delivered, &internal).await.0, 403);
    assert_eq!(support.get("/persons").await.text().0, 403);
    seat.leave().await;
    house.app.close().await;
}

#[tokio::test]
async fn the_officer_sees_values_with_a_reason_and_protected_persons() {
    let mut app = App::start().await;
    let delivered = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    let mut hidden = protected(GLOBALCONNECT, "ORD-9", "STTA0009");
    hidden["relatedParty"][1]["id"] = "cust-hidden".into();
    app.submit(Kind::Order, &hidden).await;
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let customer = [("view", "customer")];

    let (_, page) = asked(&privacy, ASTRID, &customer).await;
    silent(&page);
    let with = [("view", "customer"), ("values", "request")];
    let (_, page) = asked(&privacy, ASTRID, &with).await;
    assert!(page.contains("STTA0001"), "what was sent is shown: {page}");
    assert!(!page.contains("Lindqvist"), "what was not sent is not: {page}");
    let leaves = app.leaves().await;
    let last = leaves.iter().rev().find_map(|(_, leaf)| match &leaf.event {
        Event::Read(read) => Some((read.actor.as_str(), read.what.to_string())),
        _ => None,
    });
    assert_eq!(last, Some(("privacy", "subject-values-request".to_owned())));

    // The same words for a protected person as for nobody, and no leaf that would tell.
    let size = app.deployment.store.size().await.unwrap();
    let internal = [("view", "internal")];
    let (hidden, nobody) = (
        asked(&auditor, "cust-hidden", &internal).await,
        asked(&auditor, "cust-0", &internal).await,
    );
    let plain = |page: &str| page.replace("cust-hidden", "").replace("cust-0", "");
    assert_eq!(plain(&hidden.1), plain(&nobody.1));
    assert_eq!(app.deployment.store.size().await.unwrap(), size);
    let (_, seen) = asked(&privacy, "cust-hidden", &internal).await;
    assert!(seen.contains("kräver särskild hantering"), "{seen}");
    assert!(delivered.to_string().len() == 32);
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn a_protected_person_is_not_one_of_several_either() {
    let mut app = App::start().await;
    let other = sluss::domain::ClientId::parse("annat-system").unwrap();
    let hidden = protected(GLOBALCONNECT, "ORD-1", "STTA0009");
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await;
    app.submit_of(&other, Kind::Order, &hidden).await;
    // Nobody but protected persons, at two systems, by the same numbers.
    let mut both = protected(GLOBALCONNECT, "ORD-2", "STTA0008");
    both["relatedParty"][1]["id"] = "cust-hidden".into();
    app.submit(Kind::Order, &both).await;
    app.submit_of(&other, Kind::Order, &both).await;
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let view = [("view", "internal")];
    for reference in ["ORD-1", ASTRID] {
        let (status, page) = asked(&auditor, reference, &view).await;
        assert_eq!(status, 200);
        assert!(page.contains("GlobalConnect AB"), "the other one is told of: {page}");
        assert!(!page.contains("annat-system") && !page.contains("role=\"alert\""), "{page}");
        let of_other = [("view", "internal"), ("client", "annat-system")];
        let (_, hidden) = asked(&auditor, reference, &of_other).await;
        assert!(hidden.contains("role=\"alert\"") && !hidden.contains("GlobalConnect"), "{hidden}");
        let (_, several) = asked(&privacy, reference, &view).await;
        assert!(several.contains("annat-system") && several.contains("local"), "{several}");
    }
    let nobody = asked(&auditor, "ORD-3", &view).await;
    for reference in ["ORD-2", "cust-hidden"] {
        assert_eq!(asked(&auditor, reference, &view).await, nobody, "{reference}");
    }
    seat.leave().await;
    app.close().await;
}
