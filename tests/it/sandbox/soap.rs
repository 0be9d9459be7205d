//! The operator that speaks our SOAP contract.

use sluss::sandbox::{EffectKind, Pace};

use super::{REFERENCE, Stage, envelope, http, soap_activate};

const OTHER_REFERENCE: &str = "vtsrqpnmkjhgfdcbvtsrqpnmkjhgfdcb";

#[tokio::test]
async fn soap_orders_go_their_way_and_the_same_reference_is_the_same_order() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let order = soap_activate(REFERENCE, "STTA0001", "BB-1000-1000");
    let (status, answer) = stage.soap("PlaceOrder", &order).await;
    assert_eq!(status, 200);
    let placed = "<PlaceOrderResponse xmlns=\"urn:sluss:operator:1\"><OrderId>O0000001</OrderId>\
                  <SubscriptionId>S0000001</SubscriptionId><State>RECEIVED</State>\
                  </PlaceOrderResponse>";
    assert!(answer.contains(placed), "{answer}");
    assert_eq!(stage.soap("PlaceOrder", &order).await.1, answer);
    assert_eq!(stage.effects("ip-only").len(), 1);

    let find = format!("<AccessId>STTA0001</AccessId><Reference>{REFERENCE}</Reference>");
    let (_, found) = stage.soap("FindOrders", &find).await;
    let row = format!(
        "<Order><OrderId>O0000001</OrderId><Reference>{REFERENCE}</Reference>\
         <AccessId>STTA0001</AccessId><SubscriptionId>S0000001</SubscriptionId>\
         <Operation>ACTIVATE</Operation><State>IN_PROGRESS</State></Order>"
    );
    assert!(found.contains(&row), "{found}");
    let (_, got) = stage.soap("GetOrder", "<OrderId>O0000001</OrderId>").await;
    assert!(got.contains("<State>DONE_SUCCESS</State>"), "{got}");
    let (_, none) = stage.soap("FindOrders", "<AccessId>STTA0002</AccessId>").await;
    assert!(none.contains("<FindOrdersResponse xmlns=\"urn:sluss:operator:1\"></"), "{none}");
    let (_, events) = stage.soap("GetOrderEvents", "<Since>E0000001</Since>").await;
    let event = "<Event><EventId>E0000002</EventId><OrderId>O0000001</OrderId>\
                 <State>DONE_SUCCESS</State></Event></GetOrderEventsResponse>";
    assert!(events.contains(event) && !events.contains("E0000001"), "{events}");

    // Active already, under another reference: nothing left to do and no order.
    let again = soap_activate(OTHER_REFERENCE, "STTA0001", "BB-1000-1000");
    let (status, already) = stage.soap("PlaceOrder", &again).await;
    assert_eq!(status, 200);
    assert!(already.contains("1\"><State>DONE_SUCCESS</State></PlaceOrderResponse>"), "{already}");
    let failing = soap_activate(OTHER_REFERENCE, "STTA0003", "BB-FAIL");
    stage.soap("PlaceOrder", &failing).await;
    stage.soap("GetOrder", "<OrderId>O0000002</OrderId>").await;
    let (_, failed) = stage.soap("GetOrder", "<OrderId>O0000002</OrderId>").await;
    assert!(failed.contains("<State>DONE_FAILED</State><Message>"), "{failed}");
}

#[tokio::test]
async fn soap_faults_are_reported_followed_and_found_by_reference() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let fault = format!(
        "<Reference>{REFERENCE}</Reference><AccessId>STTA0001</AccessId>\
         <ProblemType>NO_LINK</ProblemType><Description>Ringer &lt;kväll&gt; &amp; helg</Description>\
         <Speed>93/88</Speed><Contact><ContactPhone>+46701740605</ContactPhone>\
         <VisitBooked>true</VisitBooked><DoorCode>4711</DoorCode></Contact>"
    );
    let (status, answer) = stage.soap("ReportFault", &fault).await;
    assert_eq!(status, 200);
    assert!(answer.contains("<TicketId>TT0000001</TicketId><State>CREATED</State>"), "{answer}");
    assert_eq!(stage.soap("ReportFault", &fault).await.1, answer);
    let find = format!("<Reference>{REFERENCE}</Reference>");
    let (_, found) = stage.soap("FindTickets", &find).await;
    assert!(found.contains("<State>IN_PROGRESS_CO</State><Changed>"), "{found}");
    assert!(found.contains("<Responsible>CO</Responsible></Ticket></FindTickets"), "{found}");
    let (_, got) = stage.soap("GetTicket", "<TicketId>TT0000001</TicketId>").await;
    assert!(got.contains("<State>CLOSED</State>"), "{got}");
    let once = vec![(EffectKind::Ticket, Some(REFERENCE.to_owned()), "CLOSED")];
    assert_eq!(stage.effects("ip-only"), once);
}

#[tokio::test]
async fn soap_refusals_are_typed() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let order = |extra: &str| soap_activate(REFERENCE, "STTA0001", "BB-1") + extra;
    let short = format!("<Operation>DEACTIVATE</Operation><Reference>{REFERENCE}</Reference>");
    for (request, inner, code) in [
        ("PlaceOrder", soap_activate(REFERENCE, "STTA0000", "BB-1"), "UNKNOWN_ACCESS"),
        ("PlaceOrder", soap_activate(REFERENCE, "STTA0001", "UNKNOWN"), "INVALID"),
        ("PlaceOrder", soap_activate(REFERENCE, "STTA0001", "BB-TAKEN"), "CONFLICT"),
        ("PlaceOrder", short, "INVALID"),
        ("PlaceOrder", order("<Customer/>"), "INVALID"),
        ("PlaceOrder", order("<Contact><DoorCode>1</DoorCode></Contact>"), "INVALID"),
        ("PlaceOrder", order("<Sla>19121212-1212</Sla>"), "INVALID"),
        (
            "PlaceOrder",
            order("<FixedIp>true</FixedIp><ForcedTakeover>true</ForcedTakeover>"),
            "INVALID",
        ),
        (
            "PlaceOrder",
            order("<Equipment><CpeMac>aa:bb:cc:11:22:33</CpeMac></Equipment>"),
            "INVALID",
        ),
        ("GetOrder", "<OrderId>O0000009</OrderId>".into(), "NOT_FOUND"),
        ("GetTicket", "<TicketId>TT0000009</TicketId>".into(), "NOT_FOUND"),
        ("GetOrderEvents", "<Since>E0000009</Since>".into(), "NOT_FOUND"),
        ("CancelOrder", "<OrderId>O0000001</OrderId>".into(), "NOT_FOUND"),
        ("MoveOrder", "<OrderId>O0000001</OrderId>".into(), "NOT_OFFERED"),
    ] {
        let (status, answer) = stage.soap(request, &inner).await;
        assert_eq!(status, 500, "{inner}");
        assert!(answer.contains("<faultcode>soap:Client</faultcode>"), "{answer}");
        assert!(answer.contains(&format!("1\"><Code>{code}</Code></Op")), "{code}: {answer}");
        assert!(!answer.contains("1212"), "{answer}");
    }
    let (status, answer) = stage.soap_as("wrong", "GetOrderEvents", "").await.text();
    assert!(status == 500 && answer.contains("<Code>CREDENTIALS</Code>"), "{answer}");
    let head = "content-type: text/xml\r\nsoapaction: \"urn:sluss:operator:1#GetOrder\"";
    for body in [envelope("correct horse", "GetOrderEvents", ""), "<a>".into()] {
        let answer = stage.raw("ip-only", &http("POST", "/soap/operator", head, &body)).await;
        assert!(answer.text().1.contains("<Code>INVALID</Code>"), "{answer:?}");
    }
    assert_eq!(stage.effects("ip-only"), []);
}
