//! The last look at the finished bytes, with a dialect that is broken: it writes what it likes.

use sluss::dialects::{
    Answer, Dialect, EncodeError, FeedEvent, Finding, Message, Method, Progress, Query, Request,
    Sought, Verdict,
};
use sluss::domain::{Act, Field, OperatorReference};
use sluss::minimise::{Minimised, minimise};
use sluss::record::{RecordError, Screened, finish};

use super::{TODAY, decide, fault, shipped, spoken};

/// Writes these bytes, whatever it is given; for the rest it is the recipient's own dialect.
struct Broken {
    own: &'static dyn Dialect,
    request: Request,
}

impl Dialect for Broken {
    fn name(&self) -> &'static str {
        "broken 1"
    }
    fn carries(&self, act: Act) -> &'static [Field] {
        self.own.carries(act)
    }
    fn encode(&self, _: &Minimised<'_>) -> Result<Message, EncodeError> {
        Ok(Message::new(self.request.clone()))
    }
    fn decode(&self, act: Act, answer: &Answer) -> Verdict {
        self.own.decode(act, answer)
    }
    fn find(&self, sought: &Sought) -> Query {
        self.own.find(sought)
    }
    fn found(&self, sought: &Sought, answer: &Answer) -> Finding {
        self.own.found(sought, answer)
    }
    fn follow(&self, act: Act, reference: &OperatorReference) -> Query {
        self.own.follow(act, reference)
    }
    fn followed(&self, act: Act, answer: &Answer) -> Progress {
        self.own.followed(act, answer)
    }
    fn feed(&self, since: Option<&str>) -> Option<Query> {
        self.own.feed(since)
    }
    fn fed(&self, answer: &Answer) -> Option<Vec<FeedEvent>> {
        self.own.fed(answer)
    }
    fn id_members(&self) -> &'static [&'static str] {
        self.own.id_members()
    }
}

fn request(path: &str, content_type: Option<&'static str>, body: &[u8]) -> Request {
    Request {
        method: Method::Post,
        path: path.to_owned(),
        content_type,
        soap_action: None,
        body: body.to_vec(),
        security_offset: None,
    }
}

/// What the last look says to such a message about [`fault`], with a visit booked or not.
#[track_caller]
fn check(visit: bool, request: Request, expected: Option<Screened>) {
    let recipient = shipped("ip-only");
    let draft = fault("ip-only").with(Field::VisitBooked, if visit { "true" } else { "false" });
    let case = draft.with(Field::CpeMac, "AA:BB:CC:11:22:33").case();
    let shown = String::from_utf8_lossy(&request.body).into_owned();
    let own = spoken(&recipient);
    let broken: &'static Broken = Box::leak(Box::new(Broken { own, request }));
    let minimised = minimise(&case, &recipient, broken, TODAY, false).unwrap();
    let told = finish(&minimised).err();
    assert_eq!(told, expected.map(RecordError::Screened), "{shown}");
}

#[track_caller]
fn json(body: &str, expected: Option<Screened>) {
    // The members of both dialects count by the dialect, here the SOAP one's.
    check(false, request("operator", Some("application/json"), body.as_bytes()), expected);
}

#[track_caller]
fn xml(body: &str, expected: Option<Screened>) {
    check(false, request("operator", Some("text/xml; charset=utf-8"), body.as_bytes()), expected);
}

#[test]
fn identity_numbers_in_json() {
    for body in [
        r#"{"comment":"19121212-1212"}"#,
        r#"{"comment":"Kund 121212-1212 ringde"}"#,
        r#"{"comment":"1212121212"}"#,
        r#"{"comment":"1912\u00a01212 1212"}"#,
        r#"{"comment":"\u0031\u0039121212-1212"}"#,
        r#"{"a":["x",{"b":{"c":"121272-1219"}}]}"#,
        r#"{"n":191212121212}"#,
        r#"{"19121212-1212":true}"#,
        r#""19121212-1212""#,
    ] {
        json(body, Some(Screened::IdentityNumber));
    }
    // Exempt by the type of its member, and by that only.
    json(r#"{"AccessId":"1212121212","Reference":["1212121212"]}"#, None);
    json(r#"{"AccessIds":"1212121212"}"#, Some(Screened::IdentityNumber));
    json(r#"{"comment":"1212121213, 556597-6122, 2026-11-22T12:00:00Z"}"#, None);
}

#[test]
fn identity_numbers_in_xml() {
    for body in [
        "<a>19121212-1212</a>",
        "<a>1912<!-- -->1212-1212</a>",
        "<a>&#49;9121212-1212</a>",
        "<a>19121212-1212<b>x</b></a>",
        "<a><b>x</b>19121212-1212</a>",
        "<a><b/>19121212-1212</a>",
        "<a b=\"19121212-1212\">x</a>",
        "<a b=\"&#49;9121212-1212\">x</a>",
        "<a b='x' c='121212-1212'>x</a>",
        "<a b=\"19121212-1212\"/>",
        "<a>x</a>19121212-1212",
        "19121212-1212<a>x</a>",
        "<a><![CDATA[19121212-1212]]></a>",
        "<?a 19121212-1212?><a>x</a>",
        "<!DOCTYPE a [<!ENTITY p \"19121212-1212\">]><a>&p;</a>",
    ] {
        let recipient = shipped("ip-only");
        let case = fault("ip-only").case();
        let own = spoken(&recipient);
        let request = request("operator", Some("text/xml; charset=utf-8"), body.as_bytes());
        let broken: &'static Broken = Box::leak(Box::new(Broken { own, request }));
        let minimised = minimise(&case, &recipient, broken, TODAY, false).unwrap();
        // What cannot be looked through does not leave either.
        assert!(
            matches!(
                finish(&minimised),
                Err(RecordError::Screened(Screened::IdentityNumber | Screened::Unreadable))
            ),
            "{body}"
        );
    }
    xml("<a b=\"19121212-1212\">x</a>", Some(Screened::IdentityNumber));
    xml("<a>19121212-1212<b>x</b></a>", Some(Screened::IdentityNumber));
    xml("<o:a xmlns:o=\"urn:x\"><o:AccessId>1212121212</o:AccessId></o:a>", None);
    xml("<a AccessId=\"1212121212\">x</a>", None);
    xml("<AccessId><b>1212121212</b></AccessId>", Some(Screened::IdentityNumber));
}

#[test]
fn withheld_values() {
    for (text, field) in [
        ("Ring Astrid Lindqvist", Field::ContactName),
        ("ASTRID-LINDQVIST", Field::ContactName),
        ("070-174 06 05", Field::ContactPhone),
        ("+46 (0)70 174 06 05", Field::ContactPhone),
        ("astrid@example.se", Field::ContactEmail),
        ("vid Kungsgatan.", Field::Street),
        ("i göteborg", Field::City),
        ("kod 4711", Field::DoorCode),
        ("192.0.2.17", Field::IpAddress),
        ("41369", Field::Postcode),
    ] {
        let body = serde_json::json!({ "comment": text }).to_string();
        json(&body, Some(Screened::Withheld(field)));
        xml(&format!("<a><b>{text}</b></a>"), Some(Screened::Withheld(field)));
        xml(&format!("<a b=\"{text}\"><b>x</b></a>"), Some(Screened::Withheld(field)));
        // The type of a member says that it is an id, not whose.
        let body = serde_json::json!({ "AccessId": text }).to_string();
        json(&body, Some(Screened::Withheld(field)));
    }
    json(r#"{"comment":"Kungsgatans 47110 Astrids 192.0.2.170"}"#, None);
    // What may leave may stand there: the MAC address, for a fault without link.
    json(r#"{"comment":"AA:BB:CC:11:22:33 STTA0001 NO_LINK"}"#, None);
}

#[test]
fn a_value_that_leaves_shortened_is_withheld_in_full() {
    let json = |body: &str| request("operator", Some("application/json"), body.as_bytes());
    let name = Screened::Withheld(Field::ContactName);
    check(true, json(r#"{"ContactName":"Astrid Lindqvist"}"#), Some(name));
    check(true, json(r#"{"ContactName":"Astrid L.","ContactPhone":"+46701740605"}"#), None);
}

#[test]
fn a_path_is_looked_at_too() {
    let json = |path: &str| request(path, Some("application/json"), b"{}");
    check(false, json("orders/19121212-1212"), Some(Screened::IdentityNumber));
    check(false, json("orders/?q=1912%31212%2D1212"), Some(Screened::IdentityNumber));
    let name = Screened::Withheld(Field::ContactName);
    check(false, json("orders/?q=Astrid%20Lindqvist"), Some(name.clone()));
    check(false, json("orders/?q=Astrid+Lindqvist"), Some(name));
    check(false, json("orders/"), None);
}

#[test]
fn what_cannot_be_looked_through_does_not_leave() {
    for (content_type, body) in [
        (None, "x"),
        (Some("text/plain"), "x"),
        (Some("application/json"), ""),
        (Some("application/json"), "{"),
        (Some("text/xml"), "<a>"),
        (Some("text/xml"), "<a>&unknown;</a>"),
        (Some("text/xml"), "<a></b>"),
    ] {
        check(
            false,
            request("operator", content_type, body.as_bytes()),
            Some(Screened::Unreadable),
        );
    }
    check(false, request("operator", Some("text/xml"), b"<a>\xff</a>"), Some(Screened::Unreadable));
    check(false, request("operator", None, b""), None);
}

#[test]
fn an_access_id_may_look_like_an_identity_number() {
    for id in ["globalconnect", "ip-only"] {
        let recipient = shipped(id);
        let case = fault(id).with(Field::AccessId, "1212121212").case();
        let message = finish(&decide(&case, &recipient).unwrap()).unwrap();
        let body = String::from_utf8(message.request().body.clone()).unwrap();
        assert!(body.contains("1212121212"));
    }
}

#[test]
fn what_leaves_may_hold_what_does_not() {
    let recipient = shipped("globalconnect");
    let case = fault("globalconnect")
        .with(Field::AccessId, "KUNGS10-1101")
        .with(Field::ServiceId, "BB-1000-1000")
        .with(Field::FaultSince, "2026-11-20T08:00:00Z")
        .with(Field::DoorCode, "2026")
        .case();
    finish(&decide(&case, &recipient).unwrap()).unwrap();
    // By themselves they are told.
    let json = |body: &str| request("operator", Some("application/json"), body.as_bytes());
    let apartment = Screened::Withheld(Field::Apartment);
    check(false, json(r#"{"comment":"lgh 1101"}"#), Some(apartment.clone()));
    check(false, json(r#"{"comment":"STTA0001 1101"}"#), Some(apartment.clone()));
    check(false, json(r#"{"comment":"XSTTA0001-1101"}"#), Some(apartment));
}

#[test]
fn a_number_that_may_leave_is_not_taken_for_an_identity_number() {
    let recipient = shipped("ip-only");
    let mobiles = (605..700).map(|last| format!("+46701740{last}"));
    let others = (600..700).map(|last| format!("+46313900{last}"));
    for phone in mobiles.chain(others) {
        let draft = fault("ip-only").with(Field::VisitBooked, "true");
        let case = draft.with(Field::ContactPhone, &phone).case();
        finish(&decide(&case, &recipient).unwrap()).unwrap();
    }
}
