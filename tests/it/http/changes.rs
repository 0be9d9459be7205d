//! What is asked about orders and tickets that are there: PATCH and the task of cancelling.

use serde_json::{Value, json};
use sluss::domain::{Act, CaseState};

use super::lists::{ids, page};
use super::{House, JSON, ORDERS, TICKETS, order, refused, ticket};
use crate::harness::{App, GLOBALCONNECT, fault};
use crate::people;
use crate::raw::{Heard, http};

const CANCEL: &str = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";

async fn patch(house: &House, path: &str, head: &str, body: &Value) -> Heard {
    let head = if head.is_empty() { JSON.to_owned() } else { format!("{JSON}\r\n{head}") };
    house.raw(&http("PATCH", path, &head, body.to_string())).await
}

async fn made(house: &House, path: &str, body: &Value) -> String {
    let (status, made) = house.post(path, body.to_string()).await;
    assert_eq!(status, 201, "{made}");
    made["href"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_note_is_added_to_a_ticket_and_shows_as_a_new_version() {
    let house = House::open().await;
    let path = made(&house, TICKETS, &ticket()).await;
    let tag = house.raw(&http("GET", &path, "", "")).await.header("etag").unwrap();
    let note = json!({ "note": [{ "text": "Astrid Lindqvist har startat om, 070-174 06 05." }] });
    let heard = patch(&house, &path, &format!("if-match: {tag}"), &note).await;
    let (status, body) = heard.json();
    assert_eq!((status, &body["status"]), (200, &json!("acknowledged")), "{body}");
    for value in people::values(&note) {
        assert!(!people::stands_in(&value, &body.to_string()), "{body}");
    }
    let next = heard.header("etag").unwrap();
    assert_ne!(next, tag);
    // Whoever has not seen it yet changes nothing.
    let more = json!({ "note": [{ "text": "Det blinkar rött." }] });
    for stale in [format!("if-match: {tag}"), "if-match: W/\"x\"".to_owned()] {
        refused(&patch(&house, &path, &stale, &more).await.json(), 412, "stale");
    }
    assert_eq!(house.raw(&http("GET", &path, "", "")).await.header("etag").unwrap(), next);
    let any = format!("if-match: \"other\", {next}");
    assert_eq!(patch(&house, &path, &any, &more).await.json().0, 200);
    assert_eq!(
        patch(&house, &path, "if-match: *", &json!({ "note": [{ "text": "Allt." }] }))
            .await
            .json()
            .0,
        200
    );
}

#[tokio::test]
async fn what_the_lifecycle_does_not_have_is_refused() {
    let house = House::open().await;
    let path = made(&house, TICKETS, &ticket()).await;
    // It is not resolved: there is nothing to reopen.
    refused(
        &patch(&house, &path, "", &json!({ "status": "inProgress" })).await.json(),
        409,
        "notNow",
    );
    for wrong in
        [json!({ "status": "resolved" }), json!({ "severity": "high" }), json!({}), json!([])]
    {
        refused(&patch(&house, &path, "", &wrong).await.json(), 400, "invalidBody");
    }
    let path = made(&house, ORDERS, &order()).await;
    for wrong in [json!({ "state": "completed" }), json!({ "orderDate": "2026-01-01T00:00:00Z" })] {
        refused(&patch(&house, &path, "", &wrong).await.json(), 400, "invalidBody");
    }
    let (status, body) = patch(&house, &path, "", &json!({ "state": "cancelled" })).await.json();
    assert_eq!((status, &body["state"]), (200, &json!("cancelled")), "nothing had left: {body}");
    let late = json!({ "requestedStartDate": "2026-12-24T00:00:00Z" });
    refused(&patch(&house, &path, "", &late).await.json(), 409, "notNow");
    let head = "content-type: application/json-patch+json";
    let answer = house.raw(&http("PATCH", &path, head, "[]")).await;
    refused(&answer.json(), 415, "mediaType");
    assert_eq!(
        answer.header("accept-patch").unwrap(),
        "application/json, application/merge-patch+json"
    );
    let none = format!("{ORDERS}/00000000000000000000000000000000");
    refused(
        &patch(&house, &none, "", &json!({ "state": "cancelled" })).await.json(),
        404,
        "notFound",
    );
}

#[tokio::test]
async fn an_order_is_cancelled_by_a_task_of_its_own() {
    let house = House::open().await;
    let path = made(&house, ORDERS, &order()).await;
    let id = path.rsplit('/').next().unwrap();
    let asked =
        json!({ "cancellationReason": "Astrid flyttar inte.", "serviceOrder": { "id": id } });
    let heard = house.raw(&http("POST", CANCEL, JSON, asked.to_string())).await;
    let (status, task) = heard.json();
    assert_eq!((status, &task["state"]), (201, &json!("done")), "{task}");
    let place = heard.header("location").unwrap();
    assert_eq!(place, format!("{CANCEL}/{}", task["id"].as_str().unwrap()));
    assert_eq!(task["serviceOrder"]["id"], id);
    assert!(!task.to_string().contains("Astrid"));
    assert_eq!(house.get(&place).await, (200, task.clone()));
    assert_eq!(house.get(&format!("{CANCEL}?limit=5")).await, (200, json!([task])));
    assert_eq!(house.get(&path).await.1["state"], "cancelled");
    assert_eq!(house.get(&format!("{CANCEL}?state=done")).await, (200, json!([task])));
    assert_eq!(house.get(&format!("{CANCEL}?state=inProgress")).await, (200, json!([])));
    refused(&house.get(&format!("{CANCEL}?state=held")).await, 400, "invalidQuery");
    refused(&house.get(&format!("{CANCEL}/{id}")).await, 404, "notFound");
    // The same again is the same task; another one comes too late.
    assert_eq!(house.post(CANCEL, asked.to_string()).await, (200, task));
    let again = json!({ "serviceOrder": { "id": id } }).to_string();
    refused(&house.post(CANCEL, again).await, 409, "notNow");
    for wrong in [json!({}), json!({ "serviceOrder": { "id": "19121212-1212" } })] {
        let answer = house.post(CANCEL, wrong.to_string()).await;
        refused(&answer, 400, "invalidBody");
        assert!(!answer.1.to_string().contains("1212"));
    }
    let none = json!({ "serviceOrder": { "id": "00000000000000000000000000000000" } });
    refused(&house.post(CANCEL, none.to_string()).await, 404, "notFound");
}

#[tokio::test]
async fn tasks_are_listed_in_pages_that_stay_put() {
    let house = House::open().await;
    let mut tasks = Vec::new();
    for n in 0..5 {
        let mut one = order();
        one["externalId"] = json!(format!("ORD-{n}"));
        let path = made(&house, ORDERS, &one).await;
        let asked = json!({ "serviceOrder": { "id": path.rsplit('/').next() } });
        let (status, task) = house.post(CANCEL, asked.to_string()).await;
        assert_eq!(status, 201, "{task}");
        tasks.push(task["id"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut next) = (Vec::new(), Some(format!("{CANCEL}?limit=2&state=done")));
    while let Some(here) = next.take() {
        assert!(seen.len() < 5, "it ends");
        let (rows, links) = page(&house, &here).await;
        seen.extend(ids(&rows));
        next = links.into_iter().find(|(relation, _)| relation == "next").map(|(_, to)| to);
    }
    seen.sort();
    tasks.sort();
    assert_eq!(seen, tasks, "each once");
    let (rows, links) = page(&house, &format!("{CANCEL}?offset=1&limit=2")).await;
    assert_eq!(ids(&rows).len(), 2);
    let relations: Vec<_> = links.iter().map(|(relation, _)| relation.as_str()).collect();
    assert_eq!(relations, ["self", "first", "prev", "last", "next"]);
}

#[tokio::test]
async fn a_ticket_that_is_resolved_is_reopened_and_closed_by_its_reporter() {
    let mut app = App::start().await;
    let (status, made) = app.ask("POST", TICKETS, &fault(GLOBALCONNECT, "TT-1", "STTA0001")).await;
    assert_eq!(status, 201, "{made}");
    let path = made["href"].as_str().unwrap().to_owned();
    app.to_the_end().await;
    let (_, shown) = app.ask("GET", &path, &Value::Null).await;
    assert_eq!(shown["status"], "resolved", "{shown}");

    let reopen = json!({ "status": "inProgress", "note": [{ "text": "Linjen är nere igen." }] });
    let (status, told) = app.ask("PATCH", &path, &reopen).await;
    assert_eq!(status, 200, "{told}");
    app.to_the_end().await;
    let (_, shown) = app.ask("GET", &path, &Value::Null).await;
    assert_eq!(shown["status"], "resolved", "{shown}");
    let reopened = app.rows().await.into_values().filter(|row| row.act == Act::Reopen);
    let ended: Vec<_> = reopened.map(|row| row.state).collect();
    assert_eq!(ended, [CaseState::Completed], "the operator had it again");
    let (status, told) = app.ask("PATCH", &path, &json!({ "status": "closed" })).await;
    assert_eq!(status, 200, "{told}");
    app.to_the_end().await;
    let (_, shown) = app.ask("GET", &path, &Value::Null).await;
    assert_eq!(shown["status"], "closed", "{shown}");
    // What is closed stays closed.
    let note = json!({ "note": [{ "text": "Tack." }] });
    for late in [&reopen, &note, &json!({ "status": "closed" })] {
        let (status, told) = app.ask("PATCH", &path, late).await;
        // To ask once more for what was asked last is no second change.
        let again = late["status"] == "closed";
        assert_eq!(
            (status, told["code"] == "notNow"),
            if again { (200, false) } else { (409, true) }
        );
    }
    app.close().await;
}
