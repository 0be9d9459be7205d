//! Role × action over every route that there is: who is let through, and who is not.

use std::collections::BTreeSet;

use serde_json::Value;
use sluss::auth::ROLES;
use sluss::http::ROUTES;
use sluss::log::Role;

use super::{House, JSON, ORDERS, TICKETS, refused};
use crate::raw::{ask, http};
use crate::tokens;

/// Everybody, known or not.
const ANYBODY: &[Role] = &[];
const ORDERING: &[Role] = &[Role::Ordering];
const DESKS: &[Role] = &[Role::Ordering, Role::Support];
const SUPPORT: &[Role] = &[Role::Support, Role::Privacy];
const PEOPLE: &[Role] = &[Role::Support, Role::Operations, Role::Privacy];
const AUDITOR: &[Role] = &[Role::Auditor];
const INSPECTORS: &[Role] = &[Role::Auditor, Role::Privacy];
const OVERSEERS: &[Role] = &[Role::Auditor, Role::Privacy];
const READERS: &[Role] =
    &[Role::Support, Role::Auditor, Role::Privacy, Role::Policy, Role::Operations];
const WATCHERS: &[Role] = &[Role::Auditor, Role::Privacy, Role::Operations];

/// Method, path, and the roles that may. Written beside the program and not read from it: whoever
/// adds a route, or opens one to somebody, says so twice.
const MATRIX: &[(&str, &str, &[Role])] = &[
    ("GET", "/health", ANYBODY),
    ("GET", "/health/ready", ANYBODY),
    ("GET", "/ready", ANYBODY),
    ("GET", "/openapi.json", ANYBODY),
    ("GET", "/docs", ANYBODY),
    ("GET", "/metrics", WATCHERS),
    ("GET", "/status", WATCHERS),
    ("GET", "/", &ROLES),
    ("GET", "/sign-in", ANYBODY),
    ("POST", "/sign-in", ANYBODY),
    ("POST", "/sign-in/first", ANYBODY),
    ("GET", "/sign-in/provider", ANYBODY),
    ("GET", "/sign-in/callback", ANYBODY),
    ("POST", "/sign-out", &ROLES),
    ("GET", "/cases", PEOPLE),
    ("POST", "/cases", PEOPLE),
    ("GET", "/cases/{id}", PEOPLE),
    ("POST", "/cases/{id}/decide", PEOPLE),
    ("POST", "/cases/{id}/say", SUPPORT),
    ("POST", "/cases/{id}/preview", SUPPORT),
    ("POST", "/cases/{id}/incident", SUPPORT),
    ("POST", "/faults", SUPPORT),
    ("POST", "/faults/new", SUPPORT),
    ("POST", "/faults/preview", SUPPORT),
    ("POST", "/faults/send", SUPPORT),
    ("GET", "/held", PEOPLE),
    ("GET", "/overview", OVERSEERS),
    ("GET", "/incidents", OVERSEERS),
    ("GET", "/incidents.csv", OVERSEERS),
    ("GET", "/incidents.json", OVERSEERS),
    ("GET", "/incidents/{id}", OVERSEERS),
    ("POST", "/incidents/{id}/close", &[Role::Privacy]),
    ("GET", "/policies", READERS),
    ("GET", "/policies/{id}", READERS),
    ("GET", "/policies/{id}/changes", READERS),
    ("GET", "/policies/{id}/{purpose}", READERS),
    ("GET", "/recipients", ANYBODY),
    ("GET", "/recipients.json", ANYBODY),
    ("GET", "/reviews", SUPPORT),
    ("POST", "/reviews/{case}", SUPPORT),
    ("GET", "/disclosures", INSPECTORS),
    ("POST", "/disclosures/export", INSPECTORS),
    ("GET", "/disclosures/{leaf}", INSPECTORS),
    ("POST", "/disclosures/{leaf}/verify", INSPECTORS),
    ("GET", "/disclosures/{leaf}/bundle", INSPECTORS),
    ("GET", "/samples", INSPECTORS),
    ("POST", "/samples", INSPECTORS),
    ("GET", "/samples/{id}", INSPECTORS),
    ("POST", "/samples/{id}/verdicts", INSPECTORS),
    ("POST", "/samples/{id}/sign", INSPECTORS),
    ("GET", "/samples/{id}/file", INSPECTORS),
    ("GET", "/persons", INSPECTORS),
    ("POST", "/persons", INSPECTORS),
    ("POST", "/sign-in/again", &ROLES),
    ("GET", "/assets/{name}", ANYBODY),
    ("POST", "/language", ANYBODY),
    ("GET", "/tmf-api/serviceOrdering/v4/serviceOrder", DESKS),
    ("POST", "/tmf-api/serviceOrdering/v4/serviceOrder", ORDERING),
    ("GET", "/tmf-api/serviceOrdering/v4/serviceOrder/{id}", DESKS),
    ("PATCH", "/tmf-api/serviceOrdering/v4/serviceOrder/{id}", ORDERING),
    ("GET", "/tmf-api/serviceOrdering/v4/cancelServiceOrder", DESKS),
    ("POST", "/tmf-api/serviceOrdering/v4/cancelServiceOrder", ORDERING),
    ("GET", "/tmf-api/serviceOrdering/v4/cancelServiceOrder/{id}", DESKS),
    ("PATCH", "/tmf-api/troubleTicket/v4/troubleTicket/{id}", DESKS),
    ("GET", "/tmf-api/troubleTicket/v4/troubleTicket", DESKS),
    ("POST", "/tmf-api/troubleTicket/v4/troubleTicket", DESKS),
    ("GET", "/tmf-api/troubleTicket/v4/troubleTicket/{id}", DESKS),
    ("POST", "/tmf-api/serviceQualificationManagement/v4/checkServiceQualification", DESKS),
    ("GET", "/tmf-api/serviceOrdering/v4/hub", ORDERING),
    ("POST", "/tmf-api/serviceOrdering/v4/hub", ORDERING),
    ("GET", "/tmf-api/serviceOrdering/v4/hub/{id}", ORDERING),
    ("DELETE", "/tmf-api/serviceOrdering/v4/hub/{id}", ORDERING),
    ("GET", "/tmf-api/troubleTicket/v4/hub", ORDERING),
    ("POST", "/tmf-api/troubleTicket/v4/hub", ORDERING),
    ("GET", "/tmf-api/troubleTicket/v4/hub/{id}", ORDERING),
    ("DELETE", "/tmf-api/troubleTicket/v4/hub/{id}", ORDERING),
    ("GET", "/log/checkpoint", ANYBODY),
    ("GET", "/log/tile/{*path}", ANYBODY),
    ("GET", "/log/tile/entries/{*path}", AUDITOR),
];

/// What no role opens, nor nobody: operators show a name and a password of their own (`pulls.rs`).
const OPERATORS: &[(&str, &str)] = &[("POST", "/onapi/{version}/contacts/{reference}")];

/// A path that the route takes. What it leads to need not be there.
fn filled(path: &str) -> String {
    let path = path.replace("{*path}", "000.p/1");
    let path = path.replace("{id}", "00000000000000000000000000000000").replace("{case}", "0");
    path.replace("{purpose}", "fault.report").replace("{leaf}", "0")
}

#[test]
fn every_route_stands_in_the_matrix_and_only_those() {
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    let listed = MATRIX.iter().map(|(method, path, _)| (*method, *path));
    let listed: BTreeSet<_> = listed.chain(OPERATORS.iter().copied()).collect();
    assert_eq!(routes, listed);
    assert_eq!(ROUTES.len(), routes.len(), "a route stands there twice");
}

#[tokio::test]
async fn each_role_may_do_what_the_matrix_says_and_nothing_else() {
    let house = House::open().await;
    for (method, path, may) in MATRIX {
        let asked = filled(path);
        for role in ROLES {
            let head = format!("{}\r\n{JSON}", tokens::bearer(role));
            let answer = ask(house.address, &http(method, &asked, &head, "{}")).await;
            let (status, text) = answer.text();
            let place = format!("{method} {path} as {role}: {status}");
            // What is behind the guard may have a no of its own, in other words.
            let is_let_in = !text.contains("has no role that may do this");
            assert_eq!(is_let_in, may.is_empty() || may.contains(&role), "{place}");
            if is_let_in {
                assert!(![401, 405, 429].contains(&status), "{place}");
            } else {
                refused(&(status, serde_json::from_str(&text).unwrap()), 403, "forbidden");
            }
        }
        let heard = ask(house.address, &http(method, &asked, JSON, "{}")).await;
        let is_let_in = heard.text().0 != 401;
        assert_eq!(is_let_in, may.is_empty(), "{method} {path} as nobody");
    }
    for (method, path) in OPERATORS {
        let asked = path.replace("{version}", "2.6").replace("{reference}", "b");
        let none = ROLES.into_iter().map(tokens::bearer).chain(["x-nobody: 1".to_owned()]);
        for head in none {
            let heard = ask(house.address, &http(method, &asked, &head, "{}")).await;
            assert_eq!(heard.text().0, 401, "{method} {path} with {head}");
        }
    }
    assert_eq!(house.holds().await[..3], [0; 3]);
}

#[test]
fn nobody_can_do_everything() {
    for role in ROLES {
        let closed = MATRIX.iter().any(|(_, _, may)| !may.is_empty() && !may.contains(&role));
        assert!(closed, "{role} may do everything");
    }
    let open: Vec<_> = MATRIX.iter().filter(|(_, _, may)| may.is_empty()).collect();
    let looks = |(method, path, _): &&(&str, &str, _)| {
        *method == "GET" || path.starts_with("/sign-in") || *path == "/language"
    };
    assert!(open.iter().all(looks), "strangers may look, sign in and choose a language: {open:?}");
}

#[tokio::test]
async fn one_client_does_not_see_what_another_has_handed_in() {
    use sluss::auth::Token;
    use sluss::domain::{ClientId, OsEntropy};
    use sluss::store::TokenRow;

    let house = House::open().await;
    let (status, made) = house.post(ORDERS, super::order().to_string()).await;
    assert_eq!(status, 201);
    let other = Token::draw(&OsEntropy);
    let row = TokenRow {
        id: other.id(),
        name: ClientId::parse("another").unwrap(),
        role: Role::Ordering,
        hash: other.hash(),
        created: house.deployment.clock.now(),
        expires: None,
        revoked: None,
        used: None,
    };
    house.deployment.store.create_token(row).await.unwrap();
    let head = format!("authorization: Bearer {}\r\n{JSON}", *other.reveal());
    let get = |path: String| http("GET", &path, &head, "");
    let href = made["href"].as_str().unwrap();
    refused(&ask(house.address, &get(href.to_owned())).await.json(), 404, "notFound");
    for path in [ORDERS, TICKETS] {
        let listed = ask(house.address, &get(path.to_owned())).await;
        assert_eq!(listed.json(), (200, Value::Array(Vec::new())));
        assert_eq!(listed.header("x-total-count").unwrap(), "0");
    }
    // And the same externalId is another order.
    let body = super::order().to_string();
    let again = ask(house.address, &http("POST", ORDERS, &head, body)).await.json();
    assert_eq!(again.0, 201);
    assert_ne!(again.1["id"], made["id"]);
}
