//! Pages for the desk, through the door: what is shown is what is sent, and what is not for somebody is not
//! there for them.
#![cfg(test)]

mod desk;
mod overview;
mod policies;

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use sluss::auth::{Roles, password};
use sluss::domain::{CaseId, CaseState, ClientId, OsEntropy};
use sluss::http::serve;
use sluss::intake::Kind;
use sluss::store::AccountRow;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::form_urlencoded;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, order};
use crate::raw::{Heard, ask, http};

const WORD: &str = "korrekt häst batteri klammer";
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\naccept: text/html";

/// A browser at the door of a deployment.
pub(crate) struct Seat {
    pub(crate) address: SocketAddr,
    stopper: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
}

/// Somebody who has signed in.
pub(crate) struct Signed<'s> {
    pub(crate) seat: &'s Seat,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Seat {
    pub(crate) async fn at(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = watch::channel(false);
        let served = tokio::spawn(serve(app.deployment.app().unwrap(), listener, stop));
        Self { address, stopper, served }
    }

    pub(crate) async fn sign_in(&self, app: &App, name: &str, roles: &str) -> Signed<'_> {
        let account = AccountRow {
            name: ClientId::parse(name).unwrap(),
            roles: Roles::parse(roles).unwrap(),
            password: password::hash(WORD, &OsEntropy).unwrap(),
            created: app.deployment.clock.now(),
        };
        app.deployment.store.keep_account(account, true).await.unwrap();
        let filled = form(&[("name", name), ("password", WORD)]);
        let heard = ask(self.address, &http("POST", "/sign-in", FORM, filled)).await;
        assert_eq!(heard.text().0, 303, "{}", heard.text().1);
        let set = heard.header("set-cookie").unwrap();
        let cookie = format!("cookie: {}", set.split(';').next().unwrap());
        let mut signed = Signed { seat: self, cookie, csrf: String::new() };
        let home = signed.get("/").await.text().1;
        signed.csrf = between(&home, "name=\"csrf\" value=\"", "\"").to_owned();
        signed
    }

    pub(crate) async fn leave(self) {
        self.stopper.send(true).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

impl Signed<'_> {
    pub(crate) async fn get(&self, path: &str) -> Heard {
        let head = format!("accept: text/html\r\n{}", self.cookie);
        ask(self.seat.address, &http("GET", path, &head, "")).await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Heard {
        let mine = [("csrf", self.csrf.as_str())];
        let pairs: Vec<_> = mine.iter().chain(pairs).copied().collect();
        self.post_as_it_is(path, &pairs).await
    }

    pub(crate) async fn post_as_it_is(&self, path: &str, pairs: &[(&str, &str)]) -> Heard {
        let head = format!("{FORM}\r\n{}", self.cookie);
        ask(self.seat.address, &http("POST", path, &head, form(pairs))).await
    }

    /// Begins a fault at a case; gives the draft's id.
    async fn begin(&self, case: CaseId) -> String {
        let (status, page) = self.post("/faults/new", &[("case", &case.to_string())]).await.text();
        assert_eq!(status, 200, "{page}");
        between(&page, "name=\"draft\" value=\"", "\"").to_owned()
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[track_caller]
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap().0
}

/// What stands in markup, as it was before.
pub(crate) fn plain(markup: &str) -> String {
    let plain = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.replace("&#39;", "'").replace("&amp;", "&")
}

fn case_of(heard: &Heard) -> CaseId {
    assert_eq!(heard.text().0, 303, "{}", heard.text().1);
    let place = heard.header("location").unwrap();
    CaseId::parse(place.strip_prefix("/cases/").unwrap()).unwrap()
}

pub(crate) fn protected(recipient: &str, external: &str, access: &str) -> Value {
    let mut order = order(recipient, external, access);
    order["relatedParty"][1]["characteristic"] =
        json!([{ "name": "protectedIdentity", "value": true }]);
    order
}

const LEAKS: &str = "Ring Astrid på 070-174 06 05 först. Lampan på omvandlaren lyser rött sedan strömavbrottet, \
                     omstart hjälper inte, och det står bråte framför skåpet i källaren";

#[tokio::test]
async fn what_is_shown_is_what_is_sent_byte_for_byte_and_not_before_it_can_be_undone() {
    let mut app = App::start().await;
    app.must_not_tell("Lampan på omvandlaren lyser rött");
    let mut orders = Vec::new();
    for (recipient, access) in [(GLOBALCONNECT, "STTA0001"), (IP_ONLY, "STTA0002")] {
        let case =
            app.submit(Kind::Order, &order(recipient, &format!("ORD-{access}"), access)).await;
        orders.push((recipient, case[0]));
    }
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    for (recipient, order) in orders {
        let received = |app: &App| {
            let all = app.sandbox.received();
            let here =
                all.iter().filter(|one| one.is_message && one.recipient.as_str() == recipient);
            here.map(|one| one.body.clone()).collect::<Vec<_>>()
        };
        let before = received(&app).len();
        let draft = support.begin(order).await;
        let order = order.to_string();
        let told = [
            ("case", order.as_str()),
            ("draft", &draft),
            ("problem", "NO_LINK"),
            ("lamps", "los-red"),
            ("description", LEAKS),
        ];
        let (status, page) = support.post("/faults", &told).await.text();
        assert_eq!(status, 200);
        let shown = between(&page, "id=\"seen\"", "role=\"status\"");
        let bytes = plain(between(shown, "<code>", "</code>"));
        let (_, body) = bytes.split_once('\n').unwrap();
        assert!(body.contains("[telefon]") && body.contains("[namn]"), "{body}");
        assert!(!body.contains("Astrid") && !body.contains("06 05"), "{body}");
        assert!(shown.contains("<mark"), "{shown}");

        let accepted = support.post("/faults/send", &told).await;
        let case = case_of(&accepted);
        // The same form twice is one case.
        assert_eq!(case_of(&support.post("/faults/send", &told).await), case);
        app.work().await;
        assert_eq!(received(&app).len(), before, "it can still be taken back");
        let (_, page) = support.get(&format!("/cases/{case}")).await.text();
        assert!(page.contains("Ångra") && page.contains("value=\"cancel\""), "{page}");
        app.pass(31).await;
        let now = received(&app);
        assert_eq!(now.len(), before + 1);
        let last = String::from_utf8(now.last().unwrap().clone()).unwrap();
        assert_eq!(without_security(&last), body, "the preview is the message");
        let (_, page) = support.get(&format!("/cases/{case}")).await.text();
        assert!(page.contains("Utlämnandeloggen, post"), "a receipt with the leaf: {page}");
    }
    seat.leave().await;
    app.to_the_end().await;
    app.close().await;
}

/// The body as it was recorded: the wire adds the WS-Security header.
fn without_security(body: &str) -> String {
    match (body.find("<wsse:Security"), body.find("</wsse:Security>")) {
        (Some(start), Some(end)) => {
            format!("{}{}", &body[..start], &body[end + "</wsse:Security>".len()..])
        }
        _ => body.to_owned(),
    }
}

#[tokio::test]
async fn what_is_taken_back_never_leaves() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let draft = support.begin(order).await;
    let about = order.to_string();
    let told = [("case", about.as_str()), ("draft", &draft), ("problem", "OTHER")];
    let case = case_of(&support.post("/faults/send", &told).await);
    let undone = support.post(&format!("/cases/{case}/decide"), &[("decision", "cancel")]).await;
    assert_eq!(undone.text().0, 303);
    let before = app.sandbox.received().len();
    app.pass(60).await;
    assert_eq!(app.row(case).await.state, CaseState::Cancelled);
    assert_eq!(app.sandbox.received().iter().skip(before).filter(|one| one.is_message).count(), 0);

    // A comment can be taken back, too, and otherwise leaves as the guard has left it.
    let draft = support.begin(order).await;
    let told = [("case", about.as_str()), ("draft", &draft), ("problem", "NO_LINK")];
    let case = case_of(&support.post("/faults/send", &told).await);
    app.pass(31).await;
    let say = format!("/cases/{case}/say");
    let text = "Fortfarande mörkt efter omstarten i dag, och lampan på omvandlaren lyser rött hela tiden, \
                hälsar Astrid Lindqvist.";
    assert_eq!(support.post(&say, &[("act", "comment"), ("comment", text)]).await.text().0, 303);
    let (_, page) = support.get(&format!("/cases/{case}")).await.text();
    assert!(page.contains("value=\"cancel\"") && page.contains("[namn]"), "{page}");
    assert!(!page.contains("Lindqvist"), "what it shows is what leaves: {page}");
    app.pass(31).await;
    let bodies: Vec<_> = app.sandbox.received().into_iter().map(|one| one.body).collect();
    let told = |word: &str| bodies.iter().any(|body| String::from_utf8_lossy(body).contains(word));
    assert!(told("Fortfarande") && !told("Lindqvist"));
    assert_eq!(support.post(&say, &[("act", "close")]).await.text().0, 303);
    app.pass(31).await;
    app.to_the_end().await;
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn hostile_input_is_text_and_nothing_else() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let about = order.to_string();
    let fields = [
        "problem",
        "since",
        "lamps",
        "down",
        "neighbours",
        "description",
        "customer",
        "contact-name",
        "contact-phone",
        "door-code",
        "visit-day",
        "vouched",
        "draft",
    ];
    for name in fields {
        let pairs = [("case", about.as_str()), ("visit", "yes"), (name, evil)];
        for to in ["/faults", "/faults/preview", "/faults/new"] {
            let page = support.post(to, &pairs).await.text().1;
            assert!(
                !page.contains("<script>alert") && !page.contains("<img"),
                "{to} {name}: {page}"
            );
        }
    }
    let found = support.post("/cases", &[("text", evil)]).await.text().1;
    assert!(found.contains("&lt;script&gt;") && !found.contains("<script>"), "{found}");
    for path in ["/cases/%3Cscript%3E", "/cases?behind=%3Cscript%3E", "/held?behind=1-<script>"] {
        let page = support.get(path).await.text().1;
        assert!(!page.contains("<script>"), "{path}: {page}");
    }
    let heard = support.get("/cases").await;
    let policy = heard.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing_and_a_role_that_may_not_is_told_so() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let about = order.to_string();
    for to in [
        "/cases",
        "/faults/new",
        "/faults",
        "/faults/preview",
        "/faults/send",
        &format!("/cases/{order}/decide"),
        &format!("/cases/{order}/say"),
        &format!("/cases/{order}/incident"),
        &format!("/reviews/{order}"),
    ] {
        for csrf in [None, Some(auditor.csrf.as_str()), Some("")] {
            let mut pairs = vec![("case", about.as_str()), ("decision", "cancel"), ("text", "x")];
            pairs.extend(csrf.map(|csrf| ("csrf", csrf)));
            let (status, page) = support.post_as_it_is(to, &pairs).await.text();
            assert_eq!(status, 403, "{to}: {page}");
            assert!(page.contains("<h1>"), "a person is told in words: {page}");
        }
        let (status, page) = auditor.post(to, &[("case", &about)]).await.text();
        assert_eq!(status, 403, "{to}");
        assert!(page.contains("Det får du inte göra här"), "{page}");
    }
    for path in ["/cases", "/held", "/reviews"] {
        assert_eq!(auditor.get(path).await.text().0, 403);
        assert_eq!(support.get(path).await.text().0, 200);
    }
    assert_eq!(app.row(order).await.state, CaseState::Accepted, "nothing was decided");
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn who_may_not_see_a_protected_person_does_not_learn_that_there_is_one() {
    let mut app = App::start().await;
    let hidden = app.submit(Kind::Order, &protected(GLOBALCONNECT, "ORD-9", "STTA0009")).await[0];
    app.work().await;
    assert_eq!(app.row(hidden).await.state, CaseState::Held);
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let path = format!("/cases/{hidden}");
    for (who, sees) in [(&support, false), (&privacy, true)] {
        for list in ["/cases", "/held"] {
            let page = who.get(list).await.text().1;
            assert_eq!(page.contains(&path), sees, "{list}: {page}");
        }
        for sought in ["ORD-9", "STTA0009"] {
            let page = who.post("/cases", &[("text", sought)]).await.text().1;
            assert_eq!(page.contains(&path), sees, "{sought}: {page}");
        }
        assert_eq!(who.get(&path).await.text().0, if sees { 200 } else { 404 });
        let id = hidden.to_string();
        for start in [("case", id.as_str()), ("access", "STTA0009")] {
            let begun = who.post("/faults/new", &[start]).await.text().0;
            assert_eq!(begun, if sees { 200 } else { 404 }, "{start:?}");
        }
    }
    // The same words as for what is not there at all.
    let nowhere = support.get("/cases/00000000000000000000000000000000").await.text();
    assert_eq!(
        support.get(&path).await.text().1,
        nowhere.1.replace(&"0".repeat(32), &hidden.to_string())
    );
    let decide = format!("{path}/decide");
    assert_eq!(support.post(&decide, &[("decision", "release")]).await.text().0, 404);
    let leaves = app.leaves().await.len();

    // Two must agree, and one twice is still one.
    for _ in 0..2 {
        let (status, page) = privacy.post(&decide, &[("decision", "release")]).await.text();
        assert_eq!(status, 200);
        assert!(page.contains("En annan person måste också"), "{page}");
    }
    assert_eq!(app.row(hidden).await.state, CaseState::Held);
    assert_eq!(app.leaves().await.len(), leaves);
    let other = seat.sign_in(&app, "ombud.tva", "privacy").await;
    assert_eq!(other.post(&decide, &[("decision", "release")]).await.text().0, 303);
    assert_ne!(app.row(hidden).await.state, CaseState::Held);
    app.to_the_end().await;
    let page = support.get("/cases").await.text().1;
    assert!(!page.contains(&path), "released is not open to everybody: {page}");
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn a_held_case_is_taken_on_given_back_released_or_cancelled() {
    let mut app = App::start().await;
    let held = app.submit(Kind::Order, &order("exempelnat", "ORD-7", "STTA0007")).await[0];
    app.work().await;
    assert_eq!(app.row(held).await.state, CaseState::Held);
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let decide = format!("/cases/{held}/decide");
    let say = async |decision: &str| {
        support.post(&decide, &[("decision", decision), ("back", "/held")]).await.text().0
    };
    assert_eq!(say("take").await, 303);
    let page = support.get("/held").await.text().1;
    assert!(page.contains("tolvan har tagit hand om det") && page.contains("avtal"), "{page}");
    assert_eq!(say("leave").await, 303);
    assert!(!support.get("/held").await.text().1.contains("tagit hand"));
    assert_eq!(say("release").await, 303);
    app.work().await;
    assert_eq!(app.row(held).await.state, CaseState::Held, "there is still no agreement");
    assert_eq!(say("cancel").await, 303);
    assert_eq!(app.row(held).await.state, CaseState::Cancelled);
    let (status, page) = support.post(&decide, &[("decision", "release")]).await.text();
    assert_eq!(status, 200);
    assert!(page.contains("Det går inte som ärendet står nu"), "{page}");
    let noted = format!("/cases/{held}/incident");
    assert_eq!(support.post(&noted, &[("kind", "wrong-person")]).await.text().0, 303);
    let page = support.get(&format!("/cases/{held}")).await.text().1;
    assert!(page.contains("2026-11-23 13:00") && page.contains("2026-11-25 13:00"), "{page}");
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn a_guess_of_the_guard_may_be_answered_for_and_a_number_never() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let about = order.to_string();
    let draft = support.begin(order).await;
    let seen = async |text: &str, vouched: &str| {
        let told = [
            ("case", about.as_str()),
            ("draft", &draft),
            ("description", text),
            ("vouched", vouched),
        ];
        let page = support.post("/faults", &told).await.text().1;
        plain(between(&page, "<code>", "</code>"))
    };
    // A person of the record, a number, a code.
    let known = "Astrid har 0701740605, kod 4711. Lampan på omvandlaren lyser rött sedan strömavbrottet och \
                 omstart hjälper inte, och det gäller alla uttag i lägenheten sedan i går.";
    for said in ["Astrid", "0701740605", "4711"] {
        let bytes = seen(known, &format!("other:{said}")).await;
        assert!(bytes.contains("[telefon]") && bytes.contains("[namn]"), "{bytes}");
        assert!(!bytes.contains(said), "{said} was answered for, and leaves: {bytes}");
    }
    // A word that is only guessed, and by whom it may be answered for.
    let guessed = "Kontakta Qvarnholmsgruppen om skåpet. Lampan på omvandlaren lyser rött sedan strömavbrottet \
                   och omstart hjälper inte, och det gäller alla uttag i lägenheten sedan i går.";
    let vouched = "product:Qvarnholmsgruppen";
    assert!(!seen(guessed, "").await.contains("Qvarnholmsgruppen"));
    assert!(!seen(guessed, "nonsense:Qvarnholmsgruppen").await.contains("Qvarnholmsgruppen"));
    assert!(!seen(guessed, "product:Qvarnholms").await.contains("Qvarnholms"), "whole words only");
    assert!(seen(guessed, vouched).await.contains("Qvarnholmsgruppen"));
    let told = [
        ("case", about.as_str()),
        ("draft", &draft),
        ("description", guessed),
        ("vouched", vouched),
    ];
    let case = case_of(&support.post("/faults/send", &told).await);
    app.pass(31).await;

    // It is counted, and looked at by somebody else.
    let own = support.get("/reviews").await.text().1;
    assert!(own.contains("Qvarnholmsgruppen") && own.contains("Ditt eget"), "{own}");
    let review = format!("/reviews/{case}");
    let verdict = [("seq", "0"), ("verdict", "right")];
    assert_eq!(support.post(&review, &verdict).await.text().0, 409);
    let other = seat.sign_in(&app, "kollegan", "support").await;
    assert_eq!(other.post(&review, &verdict).await.text().0, 303);
    assert!(!other.get("/reviews").await.text().1.contains("Qvarnholmsgruppen"));
    app.to_the_end().await;
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn what_was_written_when_the_session_ended_is_there_after_signing_in_again() {
    let mut app = App::start().await;
    let order = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.must_not_tell("Långt skriven text om grönt ljus");
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let about = order.to_string();
    let draft = support.begin(order).await;
    app.clock.advance(Duration::from_hours(2));
    let told = [
        ("case", about.as_str()),
        ("draft", &draft),
        ("problem", "QUALITY"),
        ("description", "Långt skriven text om grönt ljus"),
    ];
    let heard = support.post("/faults/send", &told).await;
    let (status, page) = heard.text();
    assert_eq!(status, 401);
    assert!(page.contains("har gått ut"), "{page}");
    let kept = plain(between(&page, "name=\"kept\" value=\"", "\""));
    let to = between(&page, "name=\"kept-to\" value=\"", "\"");
    let pairs = [("name", "tolvan"), ("password", WORD), ("kept", &kept), ("kept-to", to)];
    let heard = ask(seat.address, &http("POST", "/sign-in", FORM, form(&pairs))).await;
    let (status, page) = heard.text();
    assert_eq!(status, 200, "{page}");
    assert!(
        page.contains("Långt skriven text om grönt ljus") && page.contains("action=\"/faults\"")
    );
    assert_eq!(app.rows().await.len(), 1, "nothing was sent");
    // A comment, too: shown where it was written, and not sent.
    let say = format!("/cases/{order}/say");
    let pairs = [
        ("name", "tolvan"),
        ("password", WORD),
        ("kept", "comment=Blinkar+nu&act=close"),
        ("kept-to", say.as_str()),
    ];
    let heard = ask(seat.address, &http("POST", "/sign-in", FORM, form(&pairs))).await;
    let page = heard.text().1;
    assert!(page.contains(&format!("action=\"{say}\"")) && page.contains("Blinkar nu"), "{page}");
    assert!(!page.contains("value=\"close\""), "what was pressed is not pressed again: {page}");
    // It leads nowhere else.
    for elsewhere in ["/sign-out", "https://evil.example/"] {
        let pairs =
            [("name", "tolvan"), ("password", WORD), ("kept", "a=b"), ("kept-to", elsewhere)];
        let heard = ask(seat.address, &http("POST", "/sign-in", FORM, form(&pairs))).await;
        assert_eq!(heard.text().0, 303, "{elsewhere}");
    }
    seat.leave().await;
    app.close().await;
}
