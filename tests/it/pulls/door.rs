//! Who is let in: name and password, lock-out and rate, by a clock that is moved by hand.

use std::time::Duration;

use serde_json::json;

use super::because;
use crate::harness::{App, GLOBALCONNECT, PASSWORD, basic};
use crate::raw::{Heard, http};

const UNKNOWN: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

/// Asks at one door that stays, as lock-out and rate do.
struct Door {
    app: sluss::http::App,
}

impl Door {
    async fn ask(&self, app: &App, head: &str, body: &str) -> Heard {
        let request = http("POST", &format!("/onapi/2.6/contacts/{UNKNOWN}"), head, body);
        app.knock(self.app.clone(), &request).await
    }

    async fn status(&self, app: &App, name: &str, password: &str) -> u16 {
        self.ask(app, &basic(name, password), &because("Besök").to_string()).await.text().0
    }
}

#[tokio::test]
async fn without_name_and_password_nobody_is_let_in() {
    let mut app = App::start().await;
    app.must_not_tell("Fel lösenord 1");
    let door = Door { app: app.deployment.app().unwrap() };
    let body = because("Besök").to_string();
    for head in [
        String::new(),
        "authorization: Bearer abc".to_owned(),
        "authorization: Basic ?".to_owned(),
        basic("globalconnect-asks", "Fel lösenord 1"),
        basic("globalconnect-asks", ""),
        basic("nobody", PASSWORD),
        basic("", ""),
    ] {
        let heard = door.ask(&app, &head, &body).await;
        assert_eq!(heard.json(), (401, json!({ "cause": "user name or password is wrong" })));
        let asks = heard.header("www-authenticate");
        assert_eq!(asks.as_deref(), Some("Basic realm=\"contacts\", charset=\"UTF-8\""));
    }
    assert_eq!(app.deployment.store.size().await.unwrap().0, 0, "strangers leave no leaf");
    // Each operator has its own.
    assert_eq!(door.status(&app, "globalconnect-asks", PASSWORD).await, 404);
    app.close().await;
}

#[tokio::test]
async fn a_name_is_locked_after_some_failures_whether_anybody_has_it_or_not() {
    let mut app = App::start().await;
    app.must_not_tell("fel lösenord");
    for name in ["globalconnect-asks", "nobody"] {
        let door = Door { app: app.deployment.app().unwrap() };
        for _ in 0..5 {
            assert_eq!(door.status(&app, name, "fel lösenord").await, 401, "{name}");
        }
        for password in ["fel lösenord", PASSWORD] {
            assert_eq!(door.status(&app, name, password).await, 429, "{name}");
        }
        let heard = door.ask(&app, &basic(name, PASSWORD), "{}").await;
        assert_eq!(heard.header("retry-after").as_deref(), Some("901"));
        // Another operator is let in meanwhile.
        assert_eq!(door.status(&app, "ip-only-asks", PASSWORD).await, 404);
        app.clock.advance(Duration::from_mins(15));
        let after = if name == "nobody" { 401 } else { 404 };
        assert_eq!(door.status(&app, name, PASSWORD).await, after, "{name}");
    }
    // One that is let in has not failed.
    let door = Door { app: app.deployment.app().unwrap() };
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(door.status(&app, "globalconnect-asks", "fel lösenord").await, 401);
        }
        assert_eq!(door.status(&app, "globalconnect-asks", PASSWORD).await, 404);
    }
    app.close().await;
}

#[tokio::test]
async fn an_operator_asks_so_often_and_no_oftener() {
    let mut app = App::start_with(|config| {
        for file in &mut config.recipients {
            file.recipient.inbound.as_mut().unwrap().requests_per_minute = 3;
        }
    })
    .await;
    app.must_not_tell("Besök hos kunden");
    let door = Door { app: app.deployment.app().unwrap() };
    for _ in 0..3 {
        assert_eq!(door.status(&app, "globalconnect-asks", PASSWORD).await, 404);
    }
    let heard = door.ask(&app, &basic("globalconnect-asks", PASSWORD), "{}").await;
    assert_eq!(heard.text().0, 429);
    assert_eq!(heard.header("retry-after").as_deref(), Some("21"));
    assert_eq!(door.status(&app, "ip-only-asks", PASSWORD).await, 404, "each has its own");
    app.clock.advance(Duration::from_secs(20));
    assert_eq!(door.status(&app, "globalconnect-asks", PASSWORD).await, 404);
    assert_eq!(door.status(&app, "globalconnect-asks", PASSWORD).await, 429);
    app.close().await;
}

#[tokio::test]
async fn a_question_that_is_none_is_told_so_before_anything_is_looked_up() {
    let mut app = App::start().await;
    app.must_not_tell("Astrid Lindqvist");
    let long = json!({ "reason": "x".repeat(256) }).to_string();
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("{}", 400),
        ("{\"reason\": \"  \"}", 400),
        ("{\"reason\": {\"x\": \"Astrid Lindqvist\"}}", 400),
        (&long, 400),
        (&"x".repeat(9_000), 413),
    ] {
        let shown = basic("globalconnect-asks", PASSWORD);
        let request = http("POST", &format!("/onapi/2.6/contacts/{UNKNOWN}"), &shown, body);
        let heard = app.knock(app.deployment.app().unwrap(), &request).await;
        assert_eq!(heard.text().0, status);
        assert!(heard.json().1["cause"].is_string());
        app.heard(GLOBALCONNECT, &heard);
    }
    assert_eq!(app.deployment.store.size().await.unwrap().0, 0);
    app.close().await;
}
