//! Lists: pages, filters, wanted members, and links that stay put.

use serde_json::{Value, json};
use sluss::domain::Step;

use super::{House, ORDERS, TICKETS, lines, order, refused};
use crate::raw::http;

async fn fill(house: &House, count: usize) {
    for n in 0..count {
        let mut one = order();
        one["externalId"] = json!(format!("ORD-{n}"));
        assert_eq!(house.post(ORDERS, one.to_string()).await.0, 201);
    }
}

pub(super) fn ids(page: &Value) -> Vec<String> {
    page.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The links of a page, by relation.
pub(super) async fn page(house: &House, path: &str) -> (Value, Vec<(String, String)>) {
    let heard = house.raw(&http("GET", path, "", "")).await;
    let (status, rows) = heard.json();
    assert_eq!(status, 200, "{path} {rows}");
    let link = heard.header("link").unwrap();
    let links = link.split(", ").map(|one| {
        let (target, relation) = one.split_once(">; rel=\"").unwrap();
        (relation.trim_end_matches('"').to_owned(), target.trim_start_matches('<').to_owned())
    });
    (rows, links.collect())
}

#[tokio::test]
async fn the_next_page_begins_where_this_one_ended_whatever_comes_in() {
    let house = House::open().await;
    fill(&house, 7).await;
    let (all, _) = page(&house, ORDERS).await;
    let (mut seen, mut new, mut next) = (Vec::new(), 0, format!("{ORDERS}?limit=2&fields=state"));
    loop {
        let (rows, links) = page(&house, &next).await;
        seen.extend(ids(&rows));
        // Something new stands in front of all pages from now on.
        let mut one = order();
        one["externalId"] = json!(format!("NEW-{new}"));
        assert_eq!(house.post(ORDERS, one.to_string()).await.0, 201);
        new += 1;
        match links.into_iter().find(|(relation, _)| relation == "next") {
            Some((_, target)) => next = target,
            None => break,
        }
        if seen.len() > 40 {
            break;
        }
    }
    let old: Vec<_> = seen.iter().filter(|id| ids(&all).contains(id)).collect();
    assert_eq!(old.len(), 7, "each once");
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), seen.len(), "none twice");
}

#[tokio::test]
async fn links_lead_to_all_parts_of_a_list() {
    let house = House::open().await;
    fill(&house, 5).await;
    let (rows, links) = page(&house, &format!("{ORDERS}?offset=2&limit=2")).await;
    let relations: Vec<_> = links.iter().map(|(relation, _)| relation.as_str()).collect();
    assert_eq!(relations, ["self", "first", "prev", "last", "next"]);
    let mut whole = Vec::new();
    for relation in ["prev", "self", "last"] {
        let (_, target) = links.iter().find(|(one, _)| one == relation).unwrap();
        whole.extend(ids(&page(&house, target).await.0));
    }
    let (all, _) = page(&house, ORDERS).await;
    assert_eq!(whole, ids(&all));
    let (_, next) = links.iter().find(|(one, _)| one == "next").unwrap();
    assert_eq!(ids(&page(&house, next).await.0), ids(&all)[4..]);
    assert_eq!(ids(&rows), ids(&all)[2..4]);
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let house = House::open().await;
    fill(&house, 3).await;
    assert_eq!(house.post(TICKETS, &lines("tmf/tickets.jsonl")[0]).await.0, 201);
    let store = &house.deployment.store;
    let rows = store.cases(sluss::store::CaseFilter::default()).await.unwrap();
    let held =
        rows.iter().find(|row| row.external_id.as_ref().is_some_and(|id| id.as_str() == "ORD-1"));
    let leaf = sluss::domain::LeafId::from_bytes([1; 16]);
    let event = sluss::log::Event::Hold(sluss::log::Stopped {
        recipient: held.unwrap().recipient.clone(),
        purpose: held.unwrap().purpose,
        policy: None,
        reason: sluss::domain::HoldReason::Person,
        withheld: [].into(),
        actor: sluss::log::Role::Operations,
        sd: [].into(),
    });
    store.decide(held.unwrap().id, Step::Hold, (leaf, event)).await.unwrap();
    for (query, found) in [
        ("state=held", 1),
        ("state=%22held%22", 1),
        ("state=held,acknowledged", 3),
        ("state=acknowledged", 2),
        ("state=completed", 0),
        ("externalId=ORD-0,%22ORD-2%22", 2),
        ("externalId=ORD-0&state=held", 0),
        ("id=nobody", 0),
        ("orderDate=2026-11-20T12:00:00Z", 3),
        ("orderDate.gt=2026-11-20T12:00:00Z", 0),
        ("orderDate.lte=2026-11-20T13:00:00%2B01:00", 3),
        ("serviceOrderItem.state=held", 1),
        ("serviceOrderItem.action=add", 3),
        ("serviceOrderItem.action=modify", 0),
        ("serviceOrderItem.action=delete", 0),
    ] {
        let heard = house.raw(&http("GET", &format!("{ORDERS}?{query}"), "", "")).await;
        assert_eq!(heard.json().1.as_array().unwrap().len(), found, "{query}");
        assert_eq!(heard.header("x-total-count").unwrap(), found.to_string(), "{query}");
    }
    assert_eq!(
        house.get(&format!("{TICKETS}?status=acknowledged")).await.1.as_array().unwrap().len(),
        1
    );
    for query in ["priority=1", "status=held", "state=HELD", "note.text=Astrid", "a.b=c"] {
        let answer = house.get(&format!("{ORDERS}?{query}")).await;
        refused(&answer, 400, "invalidQuery");
        assert!(!answer.1.to_string().contains("Astrid"));
    }
}

#[tokio::test]
async fn wanted_members_are_shown_and_the_version_changes_with_what_is_seen() {
    let house = House::open().await;
    let (_, made) = house.post(ORDERS, order().to_string()).await;
    let path = made["href"].as_str().unwrap();
    let (_, some) = house.get(&format!("{path}?fields=state,%20serviceOrderItem.state")).await;
    let expected = json!({ "@type": "ServiceOrder", "id": made["id"], "href": made["href"],
        "state": "acknowledged",
        "serviceOrderItem": [{ "id": "1", "state": "acknowledged" }] });
    assert_eq!(some, expected);
    refused(&house.get(&format!("{path}?state=held")).await, 400, "invalidQuery");
    refused(&house.get(&format!("{path}?fields=a..b")).await, 400, "invalidQuery");
    let tag = house.raw(&http("GET", path, "", "")).await.header("etag").unwrap();
    assert!(tag.starts_with('"') && tag.len() == 26, "{tag}");
    assert_eq!(house.raw(&http("GET", path, "", "")).await.header("etag").unwrap(), tag);
}

#[tokio::test]
async fn whoever_sees_no_protected_person_at_a_page_sees_none_in_a_list() {
    use sluss::log::Role;

    let house = House::open().await;
    for (n, line) in lines("tmf/tickets.jsonl").iter().take(3).enumerate() {
        let mut one: Value = serde_json::from_str(line).unwrap();
        one["externalId"] = json!(format!("TT-{n}"));
        if n == 1 {
            let parties = one["relatedParty"].as_array_mut().unwrap();
            let customer = parties.iter_mut().find(|one| one["role"] == "customer").unwrap();
            customer["characteristic"] = json!([{ "name": "protectedIdentity", "value": true }]);
        }
        assert_eq!(house.post(TICKETS, one.to_string()).await.0, 201);
    }
    let all = ids(&house.get(TICKETS).await.1);
    assert_eq!(all.len(), 3, "an ordering system knows of whom it has told us");
    let hidden = ids(&house.get(&format!("{TICKETS}?externalId=TT-1")).await.1).remove(0);
    let support = crate::tokens::bearer(Role::Support);
    let told = |path: String| http("GET", &path, &support, "");
    for (query, shown) in [("", 2), ("?externalId=TT-1", 0), ("?status=acknowledged", 2)] {
        let heard = house.raw(&told(format!("{TICKETS}{query}"))).await;
        let (status, rows) = heard.json();
        assert_eq!((status, rows.as_array().unwrap().len()), (200, shown), "{query}");
        assert_eq!(heard.header("x-total-count").unwrap(), shown.to_string(), "{query}");
        assert!(!rows.to_string().contains(&hidden), "{rows}");
    }
    let heard = house.raw(&told(format!("{TICKETS}/{hidden}"))).await;
    let nowhere = house.raw(&told(format!("{TICKETS}/{}", "0".repeat(32)))).await;
    refused(&heard.json(), 404, "notFound");
    assert_eq!(heard.text().1, nowhere.text().1, "in the words for what is not there at all");
    let known = format!("{support}\r\ncontent-type: application/json");
    let closed = http("PATCH", &format!("{TICKETS}/{hidden}"), &known, r#"{"status":"closed"}"#);
    refused(&house.raw(&closed).await.json(), 404, "notFound");
    for id in all.iter().filter(|id| **id != hidden) {
        assert_eq!(house.raw(&told(format!("{TICKETS}/{id}"))).await.json().0, 200);
    }
}
