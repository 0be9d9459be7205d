//! Tokens at the door: what is taken for one, and what is kept of those that are not.

use std::sync::Arc;
use std::time::Duration;

use sluss::auth::{Action, Denial, Token};
use sluss::domain::{ClientId, ManualClock, OsEntropy, Timestamp};
use sluss::log::Role;
use sluss::store::TokenRow;

use super::{House, ORDERS, refused};
use crate::raw::{ask, http};

const NAME: &str = "ordering-system";

async fn token(house: &House, expires: Option<Timestamp>) -> (Token, String) {
    let token = Token::draw(&OsEntropy);
    let row = TokenRow {
        id: token.id(),
        name: ClientId::parse(NAME).unwrap(),
        role: Role::Ordering,
        hash: token.hash(),
        created: house.deployment.clock.now(),
        expires,
        revoked: None,
        used: None,
    };
    house.deployment.store.create_token(row).await.unwrap();
    let head = format!("authorization: Bearer {}", *token.reveal());
    (token, head)
}

async fn status(house: &House, head: &str) -> u16 {
    ask(house.address, &http("GET", ORDERS, head, "")).await.text().0
}

/// What was denied, with how often.
async fn denied(house: House) -> Vec<(Action, Denial, u64)> {
    let House { deployment, stopper, served, .. } = house;
    stopper.send(true).unwrap();
    served.await.unwrap().unwrap();
    let rows = deployment.store.denied(1_000).await.unwrap();
    rows.iter().map(|row| (row.action, row.reason, row.times)).collect()
}

#[tokio::test]
async fn what_is_no_token_is_refused_without_an_echo_and_counted() {
    let house = House::open().await;
    let (token, good) = token(&house, None).await;
    assert_eq!(status(&house, &good).await, 200);
    // The scheme is a word in any case (RFC 7235).
    assert_eq!(status(&house, &good.replace("Bearer", "bEARER")).await, 200);
    let text = token.reveal();
    let another = Token::draw(&OsEntropy).reveal();
    let mixed = format!("{}{}", &text[..40], &another[40..]);
    for head in [
        String::new(),
        "authorization: Bearer ".to_owned(),
        format!("authorization: Bearer {}", &text[1..]),
        format!("authorization: Bearer {}0", *text),
        format!("authorization: Bearer {}", text.to_uppercase()),
        format!("authorization: Bearer {}", *another),
        format!("authorization: Bearer {mixed}"),
        format!("authorization: Bearer {}", "x".repeat(5_000)),
        format!("authorization: Bearer {}", "x".repeat(20_000)),
        format!("authorization: Basic {}", *text),
        format!("authorization: {}", *text),
        "authorization: Bearer \u{e5}".to_owned(),
        // Which of two would count?
        format!("{good}\r\n{good}"),
        format!("{good}\r\nauthorization: Bearer x"),
        // A token in a query is in every log on its way.
        "x-nothing: 1".to_owned(),
    ] {
        let heard = ask(house.address, &http("GET", ORDERS, &head, "")).await;
        let body = heard.json();
        refused(&body, 401, "unauthorized");
        assert_eq!(heard.header("www-authenticate").unwrap(), "Bearer");
        assert!(!body.1.to_string().contains(&text[6..20]), "{}", body.1);
    }
    let in_query = format!("{ORDERS}?access_token={}", *text);
    assert_eq!(ask(house.address, &http("GET", &in_query, "", "")).await.text().0, 401);
    assert_eq!(house.holds().await, [0; 4]);

    let metrics = house.raw(&http("GET", "/metrics", "", "")).await.text().1;
    assert!(metrics.contains("sluss_denied_total{reason=\"no-credentials\"} 3"), "{metrics}");
    let denied = denied(house).await;
    let of = |reason| denied.iter().find(|(_, why, _)| *why == reason).map(|(.., times)| *times);
    assert_eq!(of(Denial::NoCredentials), Some(3));
    assert_eq!(of(Denial::UnknownToken), Some(2));
    assert_eq!(of(Denial::Malformed), Some(11));
    assert!(denied.iter().all(|(action, ..)| *action == Action::SeeOrders));
}

#[tokio::test]
async fn a_token_ends_by_its_day_or_at_once_when_it_is_revoked() {
    let house = House::open().await;
    let expires = house.deployment.clock.now().after(Duration::from_mins(1));
    let (first, head) = token(&house, Some(expires)).await;
    let (second, other) = token(&house, None).await;
    assert_eq!((status(&house, &head).await, status(&house, &other).await), (200, 200));
    house.deployment.store.revoke_tokens(vec![second.id()]).await.unwrap();
    assert_eq!((status(&house, &head).await, status(&house, &other).await), (200, 401));
    house.clock.set(expires);
    assert_eq!(status(&house, &head).await, 401);

    let store = house.deployment.store.clone();
    let denied = denied(house).await;
    assert!(denied.contains(&(Action::SeeOrders, Denial::Revoked, 1)), "{denied:?}");
    assert!(denied.contains(&(Action::SeeOrders, Denial::Expired, 1)), "{denied:?}");
    let used = store.token(first.id()).await.unwrap().unwrap().used.unwrap();
    assert_eq!(used.after(Duration::from_mins(1)), expires);
}

#[tokio::test]
async fn whoever_knocks_all_day_leaves_a_row_a_minute() {
    let house = House::open().await;
    let clock: Arc<ManualClock> = Arc::clone(&house.clock);
    for _ in 0..3 {
        for _ in 0..40 {
            assert_eq!(status(&house, "authorization: Bearer x").await, 401);
        }
        clock.advance(Duration::from_mins(1));
    }
    let rows = denied(house).await;
    assert_eq!(rows, [(Action::SeeOrders, Denial::Malformed, 40); 3]);
}

#[tokio::test]
async fn nothing_kept_says_a_token() {
    let house = House::open().await;
    let (token, head) = token(&house, None).await;
    assert_eq!(status(&house, &head).await, 200);
    let text = token.reveal();
    let (_, secret) = text.rsplit_once('_').unwrap();
    for entry in std::fs::read_dir(&house.deployment.config.state).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let holds =
                |bytes: &[u8]| bytes.windows(32).any(|part| secret.as_bytes().starts_with(part));
            assert!(!holds(&bytes), "{}", path.display());
        }
    }
}
