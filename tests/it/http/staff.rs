//! People at the door: local accounts, sessions that end, forms of other sites, and a provider that is
//! answered for by a server of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use sluss::auth::{Denial, Roles, password};
use sluss::config::load;
use sluss::domain::{ClientId, OsEntropy};
use sluss::store::AccountRow;
use url::{Url, form_urlencoded};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::issuer::{ed25519, jwk, token};
use super::{House, refused};
use crate::raw::{Heard, ask, http};

const WORD: &str = "korrekt häst batteri klammer";
const FORM: &str = "content-type: application/x-www-form-urlencoded";

async fn account(house: &House, name: &str, roles: &str) -> AccountRow {
    let account = AccountRow {
        name: ClientId::parse(name).unwrap(),
        roles: Roles::parse(roles).unwrap(),
        password: password::hash(WORD, &OsEntropy).unwrap(),
        created: house.deployment.clock.now(),
    };
    assert!(house.deployment.store.keep_account(account.clone(), false).await.unwrap());
    account
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post(house: &House, to: &str, head: &str, pairs: &[(&str, &str)]) -> Heard {
    let head = [FORM, head].join("\r\n");
    ask(house.address, &http("POST", to, head.trim_end(), form(pairs))).await
}

async fn get(house: &House, at: &str, head: &str) -> Heard {
    ask(house.address, &http("GET", at, head, "")).await
}

/// The header line that a browser sends, once it has what was set.
fn cookie(heard: &Heard) -> String {
    let set = heard.header("set-cookie").unwrap();
    for word in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(set.contains(word), "{set}");
    }
    assert!(set.starts_with("__Host-sluss"), "{set}");
    format!("cookie: {}", set.split(';').next().unwrap())
}

async fn sign_in(house: &House, name: &str) -> String {
    let heard = post(house, "/sign-in", "", &[("name", name), ("password", WORD)]).await;
    assert_eq!(heard.text().0, 303, "{}", heard.text().1);
    assert_eq!(heard.header("location").unwrap(), "/");
    cookie(&heard)
}

fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_has_an_account_signs_in_sees_so_and_signs_out() {
    let house = House::open().await;
    account(&house, "tolvan", "operations privacy").await;
    let page = get(&house, "/sign-in", "").await;
    let (status, text) = page.text();
    assert_eq!(status, 200);
    assert!(text.contains("<html lang=\"sv\">") && text.contains("Logga in"), "{text}");
    for outside in ["http:", "https:", "//", "<img", "<style", "style="] {
        assert!(!text.contains(outside), "{outside}: {text}");
    }
    let english = get(&house, "/sign-in", "accept-language: en-GB,en;q=0.9,sv;q=0.8").await;
    assert!(english.text().1.contains("<html lang=\"en\">"));

    // A browser is shown where; a program is told.
    let shown = get(&house, "/", "accept: text/html,*/*").await;
    assert_eq!((shown.text().0, shown.header("location").unwrap().as_str()), (303, "/sign-in"));
    refused(&get(&house, "/", "").await.json(), 401, "unauthorized");

    let cookie = sign_in(&house, "tolvan").await;
    let (status, home) = get(&house, "/", &cookie).await.text();
    assert_eq!(status, 200);
    assert!(home.contains("tolvan") && home.contains("drift") && home.contains("dataskydd"));
    assert_eq!(get(&house, "/status", &cookie).await.text().0, 200);
    refused(&get(&house, super::ORDERS, &cookie).await.json(), 403, "forbidden");

    // Out: with the form's own token only, and not for another site.
    refused(&post(&house, "/sign-out", &cookie, &[]).await.json(), 403, "forbidden");
    let wrong = [("csrf", "0000")];
    refused(&post(&house, "/sign-out", &cookie, &wrong).await.json(), 403, "forbidden");
    let csrf = csrf(&home);
    let pairs = [("csrf", csrf.as_str())];
    for site in
        ["sec-fetch-site: cross-site", "sec-fetch-site: same-site", "origin: https://evil.example"]
    {
        let head = format!("{cookie}\r\n{site}");
        refused(&post(&house, "/sign-out", &head, &pairs).await.json(), 403, "forbidden");
    }
    assert_eq!(get(&house, "/", &cookie).await.text().0, 200);
    let head = format!("{cookie}\r\nsec-fetch-site: same-origin");
    let left = post(&house, "/sign-out", &head, &pairs).await;
    assert_eq!(left.text().0, 303);
    assert!(left.header("set-cookie").unwrap().contains("Max-Age=0"));
    refused(&get(&house, "/", &cookie).await.json(), 401, "unauthorized");
}

#[tokio::test]
async fn a_session_ends_idle_old_or_with_its_account() {
    let house = House::open().await;
    let row = account(&house, "tolvan", "operations").await;
    let of = |cookie: String| {
        let house = &house;
        async move { get(house, "/", &cookie).await.text().0 }
    };
    let idle = sign_in(&house, "tolvan").await;
    house.clock.advance(Duration::from_mins(29));
    assert_eq!(of(idle.clone()).await, 200);
    house.clock.advance(Duration::from_mins(29));
    assert_eq!(of(idle.clone()).await, 200, "it was busy");
    house.clock.advance(Duration::from_mins(30));
    assert_eq!(of(idle).await, 401);

    let old = sign_in(&house, "tolvan").await;
    for _ in 0..29 {
        house.clock.advance(Duration::from_mins(20));
        assert_eq!(of(old.clone()).await, 200);
    }
    house.clock.advance(Duration::from_mins(20));
    assert_eq!(of(old).await, 401, "ten hours are enough");

    let cookie = sign_in(&house, "tolvan").await;
    let store = &house.deployment.store;
    let demoted = AccountRow { roles: Roles::parse("support").unwrap(), ..row.clone() };
    store.keep_account(demoted, true).await.unwrap();
    refused(&get(&house, "/status", &cookie).await.json(), 403, "forbidden");
    let other = password::hash("another word that is long", &OsEntropy).unwrap();
    store.keep_account(AccountRow { password: other, ..row.clone() }, true).await.unwrap();
    assert_eq!(of(cookie).await, 401, "its password is another");

    store.keep_account(row.clone(), true).await.unwrap();
    let cookie = sign_in(&house, "tolvan").await;
    assert!(store.remove_account(&row.name).await.unwrap());
    assert_eq!(of(cookie).await, 401);
    for made_up in [
        "cookie: __Host-sluss=0",
        "cookie: __Host-sluss=",
        "cookie: __Host-sluss=a; __Host-sluss=b",
    ] {
        assert_eq!(of(made_up.to_owned()).await, 401);
    }
}

#[tokio::test]
async fn guessing_is_slow_says_nothing_and_is_counted() {
    let house = House::open().await;
    account(&house, "tolvan", "operations").await;
    let mut seen = Vec::new();
    for n in 0..8 {
        let word = format!("Hemlighetsson nummer {n}");
        let heard = post(&house, "/sign-in", "", &[("name", "tolvan"), ("password", &word)]).await;
        let (status, text) = heard.text();
        assert!(!text.contains("Hemlighetsson") && !text.contains("tolvan"), "{text}");
        assert_eq!(heard.header("set-cookie"), None);
        seen.push(status);
    }
    assert_eq!(seen[..6], [403; 6]);
    assert_eq!(seen[7], 429, "{seen:?}");
    // Whether there is such a name is not told either.
    let nobody = post(&house, "/sign-in", "", &[("name", "nobody"), ("password", WORD)]).await;
    assert_eq!(nobody.text().0, 403);
    let long = "x".repeat(2_000);
    let nobody = post(&house, "/sign-in", "", &[("name", &long), ("password", &long)]).await;
    assert_eq!(nobody.text().0, 403);
    let metrics = house.raw(&http("GET", "/metrics", "", "")).await.text().1;
    let counted = format!("sluss_denied_total{{reason=\"{}\"}} 8", Denial::Password);
    assert!(metrics.contains(&counted), "{metrics}");
}

async fn begin(house: &House, pairs: &[(&str, String)]) -> Heard {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    post(house, "/sign-in/first", "", &pairs).await
}

#[tokio::test]
async fn the_first_account_is_made_with_the_one_time_token_once() {
    let house = House::open().await;
    let app = house.deployment.app().unwrap();
    // The token is of the process that has printed it: this house has printed none.
    let other = app.first_token().await.unwrap().unwrap();
    let pairs = |token: &str| {
        [
            ("token", token.to_owned()),
            ("name", "first".to_owned()),
            ("password", WORD.to_owned()),
            ("role", "operations".to_owned()),
            ("role", "auditor".to_owned()),
        ]
    };
    assert_eq!(begin(&house, &pairs(&other)).await.text().0, 403);
    assert!(!get(&house, "/sign-in", "").await.text().1.contains("/sign-in/first"));
    assert!(house.deployment.store.accounts().await.unwrap().is_empty());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (_stopper, stop) = tokio::sync::watch::channel(false);
    tokio::spawn(sluss::http::serve(app, listener, stop));
    let house = House { address, ..house };
    assert!(get(&house, "/sign-in", "").await.text().1.contains("/sign-in/first"));
    let mut short = pairs(&other);
    short[2].1 = "short".to_owned();
    assert_eq!(begin(&house, &short).await.text().0, 400);
    let made = begin(&house, &pairs(&other)).await;
    assert_eq!(made.text().0, 303, "{}", made.text().1);
    assert_eq!(get(&house, "/", &cookie(&made)).await.text().0, 200);
    let accounts = house.deployment.store.accounts().await.unwrap();
    assert_eq!(
        (accounts.len(), accounts[0].roles.to_string()),
        (1, "auditor operations".to_owned())
    );
    assert_eq!(begin(&house, &pairs(&other)).await.text().0, 403, "it is spent");
    assert!(house.deployment.app().unwrap().first_token().await.is_none());
}

/// A provider, and a house whose people sign in with it.
struct Provided {
    server: MockServer,
    house: House,
}

impl Provided {
    async fn open() -> Self {
        let server = MockServer::start().await;
        let issuer = server.uri();
        let told = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys"),
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token") });
        let place = "/.well-known/openid-configuration";
        let discovery = ResponseTemplate::new(200).set_body_json(told);
        Mock::given(method("GET")).and(path(place)).respond_with(discovery).mount(&server).await;
        let keys = json!({ "keys": [jwk("one", &ed25519(1))] });
        let keys = ResponseTemplate::new(200).set_body_json(keys);
        Mock::given(method("GET")).and(path("/keys")).respond_with(keys).mount(&server).await;
        let house = House::with(|config| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
            let environment = [
                ("SLUSS__OIDC__ISSUER", issuer.as_str()),
                ("SLUSS__OIDC__CLIENT_ID", "sluss-web"),
                ("SLUSS__OIDC__PUBLIC_URL", "https://sluss.example.se/"),
                ("SLUSS__OIDC__ROLES_CLAIM", "realm.roles"),
            ];
            let environment: BTreeMap<_, _> =
                environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            config.oidc = load(&folder, &environment).unwrap().oidc;
        })
        .await;
        Self { server, house }
    }

    /// Sent to the provider: the cookie, and what the provider was asked.
    async fn away(&self) -> (String, BTreeMap<String, String>) {
        let sent = get(&self.house, "/sign-in/provider", "").await;
        assert_eq!(sent.text().0, 303);
        let to: Url = sent.header("location").unwrap().parse().unwrap();
        assert_eq!(to.path(), "/authorize");
        (cookie(&sent), to.query_pairs().into_owned().collect())
    }

    /// What the provider will give for any code.
    async fn gives(&self, asked: &BTreeMap<String, String>, change: impl FnOnce(&mut Value)) {
        let mut claims = json!({ "iss": self.server.uri(), "aud": "sluss-web", "sub": "u-12",
            "exp": self.house.deployment.clock.now().seconds() + 300, "nonce": asked["nonce"],
            "preferred_username": "tolvan", "realm": { "roles": ["auditor", "unknown"] } });
        change(&mut claims);
        let given = json!({ "id_token": token("one", &ed25519(1), &claims) });
        let answer = ResponseTemplate::new(200).set_body_json(given);
        let given = Mock::given(method("POST")).and(path("/token")).respond_with(answer);
        given.up_to_n_times(1).mount(&self.server).await;
    }

    async fn back(&self, cookie: &str, state: &str, further: &str) -> Heard {
        get(&self.house, &format!("/sign-in/callback?code=c0de&state={state}{further}"), cookie)
            .await
    }
}

#[tokio::test]
async fn a_provider_vouches_for_a_person_and_their_roles() {
    let provided = Provided::open().await;
    let (cookie, asked) = provided.away().await;
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], "sluss-web");
    assert_eq!(asked["redirect_uri"], "https://sluss.example.se/sign-in/callback");
    assert_eq!(asked["code_challenge_method"], "S256");
    provided.gives(&asked, |_| ()).await;
    let back = provided.back(&cookie, &asked["state"], "").await;
    assert_eq!(back.text().0, 303, "{}", back.text().1);
    let session =
        format!("cookie: {}", back.header("set-cookie").unwrap().split(';').next().unwrap());
    let (status, home) = get(&provided.house, "/", &session).await.text();
    assert_eq!(status, 200);
    assert!(home.contains("tolvan") && home.contains("granskning"), "{home}");

    // The verifier fits the challenge, and was told to the provider only.
    let requests = provided.server.received_requests().await.unwrap();
    let redeemed = requests.iter().find(|request| request.url.path() == "/token").unwrap();
    let told: BTreeMap<_, _> = form_urlencoded::parse(&redeemed.body).into_owned().collect();
    let challenge = {
        use base64::Engine as _;
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(told["code_verifier"].as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash)
    };
    assert_eq!((challenge, &told["code"]), (asked["code_challenge"].clone(), &"c0de".to_owned()));
    // An answer counts once.
    assert_eq!(provided.back(&cookie, &asked["state"], "").await.text().0, 403);
}

/// What a provider that lies says otherwise.
type Change = fn(&mut Value);

#[tokio::test]
async fn an_answer_that_is_not_this_browsers_signs_nobody_in() {
    let provided = Provided::open().await;
    let refused = |heard: Heard, what: &str| {
        assert_eq!(heard.text().0, 403, "{what}: {}", heard.text().1);
        let set = heard.header("set-cookie").unwrap_or_default();
        assert!(!set.starts_with("__Host-sluss="), "{what}: {set}");
    };
    // Another browser's cookie, none, another state.
    let (mine, asked) = provided.away().await;
    let (theirs, _) = provided.away().await;
    provided.gives(&asked, |_| ()).await;
    refused(provided.back(&theirs, &asked["state"], "").await, "another browser");
    refused(provided.back(&mine, &asked["state"], "").await, "spent by the try");
    let (_, asked) = provided.away().await;
    refused(provided.back("x-none: 1", &asked["state"], "").await, "no cookie");
    let (mine, asked) = provided.away().await;
    refused(provided.back(&mine, "0000", "").await, "another state");
    refused(provided.back(&mine, &asked["state"], "&iss=https://evil.example").await, "mix-up");
    let (mine, asked) = provided.away().await;
    provided.house.clock.advance(Duration::from_mins(11));
    refused(provided.back(&mine, &asked["state"], "").await, "too late");

    // What the provider says is held against what it was asked.
    let changes: [(&str, Change); 6] = [
        ("nonce", |claims| claims["nonce"] = json!("another")),
        ("no nonce", |claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
        ("audience", |claims| claims["aud"] = json!("another")),
        ("authorized party", |claims| claims["azp"] = json!("another")),
        ("expired", |claims| claims["exp"] = json!(1_000)),
        ("no role", |claims| claims["realm"] = json!({ "roles": ["system", "unknown"] })),
    ];
    for (what, change) in changes {
        provided.server.reset().await;
        let (server, house) = (provided.server.uri(), &provided.house);
        let told = json!({ "issuer": server, "jwks_uri": format!("{server}/keys"),
            "authorization_endpoint": format!("{server}/authorize"),
            "token_endpoint": format!("{server}/token") });
        let discovery = ResponseTemplate::new(200).set_body_json(told);
        Mock::given(method("GET")).respond_with(discovery).mount(&provided.server).await;
        let (mine, asked) = provided.away().await;
        provided.gives(&asked, change).await;
        refused(provided.back(&mine, &asked["state"], "").await, what);
        assert_eq!(get(house, "/", &mine).await.text().0, 401);
    }
}
