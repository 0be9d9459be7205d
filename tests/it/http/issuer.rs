//! Tokens of an issuer at the door. The issuer is a server of its own, with keys that turn.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};
use sluss::auth::jwt::{self, Algorithm, Expected};
use sluss::auth::{Denial, KeySet, Token};
use sluss::config::load;
use sluss::domain::Timestamp;
use sluss::store::CaseFilter;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{House, ORDERS, refused};
use crate::raw::{ask, http};

const AUDIENCE: &str = "sluss";

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn ed25519(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

pub(super) fn jwk(id: &str, key: &Ed25519KeyPair) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": id, "alg": "EdDSA",
        "x": b64(key.public_key()) })
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let both = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = b64(sign(both.as_bytes()));
    format!("{both}.{signature}")
}

/// A token by this key.
pub(super) fn token(id: &str, key: &Ed25519KeyPair, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "kid": id, "typ": "at+jwt" });
    signed(&header, claims, |bytes| key.sign(bytes).as_ref().to_vec())
}

/// An issuer, and a house that takes its tokens.
struct Issued {
    server: MockServer,
    house: House,
}

impl Issued {
    async fn open(keys: Vec<Value>) -> Self {
        let server = MockServer::start().await;
        Self::publish(&server, keys).await;
        let issuer = server.uri();
        let house = House::with(|config| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
            let environment = [("SLUSS__OAUTH__ISSUER".to_owned(), issuer)];
            config.oauth = load(&folder, &environment.into()).unwrap().oauth;
        })
        .await;
        Self { server, house }
    }

    async fn publish(server: &MockServer, keys: Vec<Value>) {
        server.reset().await;
        let told = json!({ "issuer": server.uri(), "jwks_uri": format!("{}/keys", server.uri()) });
        let discovery = ResponseTemplate::new(200).set_body_json(told);
        let place = "/.well-known/openid-configuration";
        Mock::given(method("GET")).and(path(place)).respond_with(discovery).mount(server).await;
        let keys = ResponseTemplate::new(200).set_body_json(json!({ "keys": keys }));
        Mock::given(method("GET")).and(path("/keys")).respond_with(keys).mount(server).await;
    }

    fn now(&self) -> i64 {
        self.house.deployment.clock.now().seconds()
    }

    /// What a good token says.
    fn claims(&self) -> Value {
        json!({ "iss": self.server.uri(), "aud": AUDIENCE, "exp": self.now() + 300,
            "client_id": "orders-of-provider", "sub": "svc", "roles": ["ordering"] })
    }

    async fn status(&self, token: &str) -> u16 {
        let head = format!("authorization: Bearer {token}");
        let (status, text) = ask(self.house.address, &http("GET", ORDERS, &head, "")).await.text();
        let piece = token.get(..20).unwrap_or("no token");
        assert!(!text.contains(piece), "it is echoed: {text}");
        status
    }

    async fn asked(&self) -> usize {
        let asked = self.server.received_requests().await.unwrap();
        asked.iter().filter(|request| request.url.path() == "/keys").count()
    }
}

#[tokio::test]
async fn a_token_of_the_issuer_is_taken_and_its_client_hands_in() {
    let key = ed25519(1);
    let issued = Issued::open(vec![jwk("one", &key)]).await;
    let bearer = token("one", &key, &issued.claims());
    let head = format!("authorization: Bearer {bearer}\r\n{}", super::JSON);
    let body = super::order().to_string();
    let answer = ask(issued.house.address, &http("POST", ORDERS, &head, body)).await.json();
    assert_eq!(answer.0, 201, "{}", answer.1);
    let rows = issued.house.deployment.store.cases(CaseFilter::default()).await.unwrap();
    assert_eq!(rows[0].client.as_str(), "orders-of-provider");
    // Scopes and audiences in the other form that there is.
    let mut claims = issued.claims();
    claims["aud"] = json!(["another", AUDIENCE]);
    claims["roles"] = json!("openid ordering");
    assert_eq!(issued.status(&token("one", &key, &claims)).await, 200);
    assert_eq!(issued.asked().await, 1, "keys are kept");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_it_is_refused() {
    let (key, other) = (ed25519(1), ed25519(2));
    let issued = Issued::open(vec![jwk("one", &key)]).await;
    let good = issued.claims();
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        token("one", &key, &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        token("one", &key, &claims)
    };
    let header = |header: Value| signed(&header, &good, |bytes| key.sign(bytes).as_ref().to_vec());
    let now = issued.now();
    let fine = token("one", &key, &good);
    let (head, signature) = fine.rsplit_once('.').unwrap();
    let (first, body) = head.split_once('.').unwrap();
    let hmac_of_public_key = {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let header = json!({ "alg": "HS256", "kid": "one" });
        signed(&header, &good, |bytes| {
            let mac = Hmac::<sha2::Sha256>::new_from_slice(key.public_key().as_ref()).unwrap();
            mac.chain_update(bytes).finalize().into_bytes().to_vec()
        })
    };
    let tokens = [
        // Not signed, or not by the issuer.
        signed(&json!({ "alg": "none" }), &good, |_| Vec::new()),
        signed(&json!({ "alg": "None", "kid": "one" }), &good, |_| Vec::new()),
        header(json!({ "alg": "none", "kid": "one" })),
        hmac_of_public_key,
        format!("{head}."),
        format!("{head}.{}", b64([0; 64])),
        token("one", &other, &good),
        token("another", &key, &good),
        // The header says how: only our list counts.
        header(json!({ "alg": "RS256", "kid": "one" })),
        header(json!({ "alg": "ES256", "kid": "one" })),
        header(json!({ "kid": "one" })),
        header(json!({ "alg": "EdDSA", "kid": "one", "crit": ["b64"], "b64": false })),
        header(json!({ "alg": "EdDSA", "kid": 1 })),
        // For another time or somebody else.
        with("exp", json!(now - 61)),
        with("exp", json!("2099-01-01")),
        with("exp", json!(f64::MAX)),
        without("exp"),
        with("nbf", json!(now + 120)),
        with("nbf", json!("yesterday")),
        with("iss", json!("https://issuer.example")),
        without("iss"),
        with("aud", json!("another")),
        with("aud", json!(["another"])),
        with("aud", json!({})),
        without("aud"),
        // Nobody, or nobody with a name that is one.
        with("client_id", json!("Astrid Lindqvist, 19121212-1212")),
        with("client_id", json!("x".repeat(65))),
        // No form.
        format!("{head}.{signature}="),
        format!("{first}.{body}.{signature}.x"),
        format!("{}.{body}.{signature}", b64("[]")),
        format!(".{body}.{signature}"),
        "..".to_owned(),
        format!("{first}.{}.{signature}", b64("{".repeat(3_000))),
        with("padding", json!("x".repeat(7_000))),
    ];
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(issued.status(token).await, 401, "token {at}: {token}");
    }
    // Known, and without a role that may.
    assert_eq!(issued.status(&with("roles", json!(["auditor"]))).await, 403);
    assert_eq!(issued.status(&with("roles", json!(["system"]))).await, 403);
    assert_eq!(issued.status(&without("roles")).await, 403);
    assert_eq!(issued.status(&fine).await, 200);
    assert_eq!(issued.house.holds().await, [0; 4]);
    assert!(issued.asked().await <= 2, "made-up key ids do not make us ask");
    let denials = issued.house.raw(&http("GET", "/metrics", "", "")).await.text().1;
    for reason in [Denial::NoJwt, Denial::Signature, Denial::NotForUs, Denial::Expired] {
        assert!(!denials.contains(&format!("reason=\"{reason}\"}} 0")), "{reason}: {denials}");
    }
}

#[tokio::test]
async fn keys_turn_and_strangers_cannot_make_us_ask() {
    let (old, new) = (ed25519(1), ed25519(2));
    let issued = Issued::open(vec![jwk("old", &old)]).await;
    let clock = issued.house.clock.clone();
    let by_old = token("old", &old, &issued.claims());
    let by_new = token("new", &new, &issued.claims());
    assert_eq!(issued.status(&by_old).await, 200);
    assert_eq!(issued.status(&by_new).await, 401, "nobody has published it");
    let asked = issued.asked().await;
    for n in 0..20 {
        let made_up = token(&format!("made-up-{n}"), &new, &issued.claims());
        assert_eq!(issued.status(&made_up).await, 401);
    }
    assert_eq!(issued.asked().await, asked);

    Issued::publish(&issued.server, vec![jwk("old", &old), jwk("new", &new)]).await;
    clock.advance(Duration::from_secs(31));
    assert_eq!(issued.status(&by_new).await, 200, "a key that is new is fetched");
    assert_eq!(issued.status(&by_old).await, 200);

    Issued::publish(&issued.server, vec![jwk("new", &new)]).await;
    clock.advance(Duration::from_mins(16));
    let by_old = token("old", &old, &issued.claims());
    let by_new = token("new", &new, &issued.claims());
    assert_eq!(issued.status(&by_new).await, 200);
    assert_eq!(issued.status(&by_old).await, 401, "a key that is withdrawn counts no more");

    // The issuer is gone: what is known is good for a day.
    issued.server.reset().await;
    clock.advance(Duration::from_hours(1));
    let by_new = token("new", &new, &issued.claims());
    assert_eq!(issued.status(&by_new).await, 200);
    clock.advance(Duration::from_hours(24));
    let by_new = token("new", &new, &issued.claims());
    let head = format!("authorization: Bearer {by_new}");
    let answer = ask(issued.house.address, &http("GET", ORDERS, &head, "")).await;
    refused(&answer.json(), 503, "unavailable");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn elliptic_keys_count_for_their_curve() {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
    let key = key.unwrap();
    let point = key.public_key().as_ref();
    let jwk =
        json!({ "kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..]) });
    let issued = Issued::open(vec![jwk]).await;
    let sign = |bytes: &[u8]| key.sign(&random, bytes).unwrap().as_ref().to_vec();
    // Without a key id, where there is one key only.
    let header = json!({ "alg": "ES256" });
    assert_eq!(issued.status(&signed(&header, &issued.claims(), sign)).await, 200);
    let header = json!({ "alg": "ES384" });
    assert_eq!(issued.status(&signed(&header, &issued.claims(), sign)).await, 401);
}

#[tokio::test]
async fn an_issuer_that_says_it_is_another_is_not_believed() {
    let key = ed25519(1);
    let issued = Issued::open(vec![jwk("one", &key)]).await;
    issued.server.reset().await;
    let told = json!({ "issuer": "https://another.example",
        "jwks_uri": format!("{}/keys", issued.server.uri()) });
    let discovery = ResponseTemplate::new(200).set_body_json(told);
    Mock::given(method("GET")).respond_with(discovery).mount(&issued.server).await;
    let token = token("one", &key, &issued.claims());
    assert_eq!(issued.status(&token).await, 503);
}

proptest! {
    /// Whatever is sent, it is read without a panic; and no token that differs from a good one in one
    /// character is good.
    #[test]
    fn noise_is_no_token(text in ".{0,200}", parts in "[A-Za-z0-9_.-]{0,120}", at in 0_usize..400, letter in "[A-Za-z0-9_.=-]") {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let key = ed25519(1);
        let keys = KeySet::parse(json!({ "keys": [jwk("one", &key)] }).to_string().as_bytes()).unwrap();
        let expected = Expected {
            issuer: "https://issuer.example".to_owned(),
            audience: AUDIENCE.to_owned(),
            algorithms: Algorithm::ALL.to_vec(),
        };
        for noise in [&text, &parts, &format!("{parts}.{parts}.{parts}")] {
            prop_assert!(jwt::verify(noise, &keys, &expected, now).is_err());
            prop_assert!(Token::parse(noise).is_none());
            let _ = KeySet::parse(noise.as_bytes());
        }
        let claims = json!({ "iss": expected.issuer, "aud": AUDIENCE, "exp": now.seconds() + 300 });
        let good = token("one", &key, &claims);
        prop_assert!(jwt::verify(&good, &keys, &expected, now).is_ok());
        let at = at % good.len();
        if good[at..=at] != letter {
            let changed = format!("{}{letter}{}", &good[..at], &good[at + 1..]);
            prop_assert!(jwt::verify(&changed, &keys, &expected, now).is_err(), "{changed}");
        }
    }
}
