//! The SOAP dialect from outside. Here: what the tests share.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]
#![expect(clippy::needless_pass_by_value, reason = "rows of a check read better without `&`")]

mod bytes;
mod certificate;
mod lookups;
mod schema;
mod verdicts;

use std::path::Path;

use sluss::dialects::{Answer, Placement, Sought, Standing};
use sluss::domain::{AccessId, Act, OpaqueReference, OperatorReference, SubscriptionId, Timestamp};

const REFERENCE: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

/// A wire example; `old=>new` pairs change it.
fn fixture(name: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let path = root().join("fixtures/dialects/soap").join(name);
    let mut text = std::fs::read_to_string(&path).expect("the fixture is there");
    for (old, new) in changes {
        assert!(text.contains(old), "{name} holds {old}");
        text = text.replace(old, new);
    }
    text.into_bytes()
}

fn answer(status: u16, body: Vec<u8>) -> Answer {
    Answer { status, body, ..Answer::default() }
}

fn sought(act: Act) -> Sought {
    Sought {
        act,
        about: None,
        reference: OpaqueReference::parse(REFERENCE).expect("a reference"),
        access: AccessId::parse("STTA0001").expect("an access id"),
        subscription: None,
        service: None,
        since: Timestamp::from_micros(0),
    }
}

fn operator(id: &str) -> OperatorReference {
    OperatorReference::parse(id).expect("an operator's id")
}

fn placed(id: &str, subscription: Option<&str>, standing: Standing) -> Placement {
    Placement {
        reference: Some(operator(id)),
        subscription: subscription.map(|id| SubscriptionId::parse(id).expect("a subscription id")),
        standing,
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
