//! How fast each dialect writes a message and reads an answer: messages a second on one core.
//!
//! `cargo bench --bench dialects`. Written are an order and a fault with all that the dialect has a
//! place for, read are the answers to them under `fixtures/dialects/`, and for ON-API an event feed of
//! a thousand rows.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has failed")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sluss::dialects::on_api::{self, V2_3_1, V2_6};
use sluss::dialects::pi_api::{self, PiApi};
use sluss::dialects::soap::{self, Soap};
use sluss::dialects::{Answer, Dialect, EncodeError, Request};
use sluss::domain::{Act, Field};

/// A value of each field that a message can hold.
fn value(field: Field) -> &'static str {
    match field {
        Field::AccessId => "STTA0001",
        Field::SubscriptionId => "SUB-1",
        Field::OperatorReference => "TT-1",
        Field::CaseReference => "bcdfghjkmnpqrstvbcdfghjkmnpqrstv",
        Field::ServiceId => "BB-1000-1000",
        Field::RequestedDate | Field::FaultSince => "2026-12-01T00:00:00Z",
        Field::CpeMac => "AA:BB:CC:11:22:33",
        Field::CpeModel => "ACME-ROUTER",
        Field::IpAddress => "192.0.2.7",
        Field::ProblemType => "NO_LINK",
        Field::FaultHeading => "Ingen länk",
        Field::VisitWindow => "2026-12-01T08:00:00Z/2026-12-01T12:00:00Z",
        Field::FaultLamps => "wan_off",
        Field::FaultPattern => "constant",
        Field::FaultSeverity => "significant",
        Field::FaultSpeed => "93/88",
        Field::FaultLevel => "-22.5",
        Field::FaultNeighbours => "17",
        Field::FaultDescription | Field::Note => {
            "Lampan PON blinkar sedan i går. Ringer [telefon]."
        }
        Field::FaultResponsible => "CO",
        Field::Sla => "SLA-3",
        Field::ContactPhone => "+46701740605",
        Field::Postcode => "41369",
        Field::Apartment => "1101",
        Field::FixedIp
        | Field::ForcedTakeover
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::VisitBooked => "true",
        _ => "Uppgift",
    }
}

fn text(carried: &'static [Field]) -> impl Fn(Field) -> Option<&'static str> {
    move |field| carried.contains(&field).then(|| value(field))
}

type Write = fn(Act) -> Result<Request, EncodeError>;

const WRITERS: [(&str, Write); 4] = [
    ("on-api-2.6", |act| on_api::write(&V2_6, act, &text(V2_6.carries(act)))),
    ("on-api-2.3.1", |act| on_api::write(&V2_3_1, act, &text(V2_3_1.carries(act)))),
    ("pi-api-2.2", |act| pi_api::write(act, &text(PiApi.carries(act)), &[])),
    ("soap-1", |act| soap::write(act, &text(Soap.carries(act)))),
];

fn fixture(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialects").join(path);
    let text = std::fs::read_to_string(path).unwrap();
    // An HTTP example has its head before an empty line; an XML one has none.
    let body = text.split_once("\n\n").filter(|_| text.starts_with("HTTP"));
    body.map_or(text.as_str(), |(_, body)| body).as_bytes().to_vec()
}

fn dialects(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(1));
    for (name, write) in WRITERS {
        for act in [Act::Activate, Act::Report] {
            // 2.3.1 has no tickets.
            if write(act).is_ok() {
                group.bench_function(format!("{name}/{act}"), |b| {
                    b.iter(|| write(black_box(act)).map(|request| request.body.len()));
                });
            }
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(1));
    let answers: [(&str, &dyn Dialect, &str); 4] = [
        ("on-api-2.6", &V2_6, "on-api/activate-received/answer.http"),
        ("on-api-2.3.1", &V2_3_1, "on-api/v2.3.1-activate/answer.http"),
        ("pi-api-2.2", &PiApi, "pi-api/activate-received/answer.http"),
        ("soap-1", &Soap, "soap/place-order-answer.xml"),
    ];
    for (name, dialect, path) in answers {
        let answer = Answer { status: 201, body: fixture(path), ..Answer::default() };
        group.bench_function(format!("{name}/{}", Act::Activate), |b| {
            b.iter(|| dialect.decode(Act::Activate, black_box(&answer)));
        });
    }
    let row = |n: usize| {
        format!(
            r#"{{"event":"E{n}","order":{{"path":"/onapi/2.6/orders/O{n}","operation":"ACTIVATE","accessId":"STTA0001","service":"BB-1000-1000","state":"DONE_SUCCESS","message":""}}}}"#
        )
    };
    let rows: Vec<String> = (0..1_000).map(row).collect();
    let body = format!("[{}]", rows.join(",")).into_bytes();
    let feed = Answer { status: 200, body, ..Answer::default() };
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("on-api-2.6/events", |b| {
        b.iter(|| V2_6.fed(black_box(&feed)).map(|events| events.len()));
    });
    group.finish();
}

criterion_group!(benches, dialects);
criterion_main!(benches);
