//! OTLP over HTTP, as JSON: what a collector takes (opentelemetry-proto 1.x, `ExportTraceServiceRequest`).

use serde_json::{Value as Json, json};

use super::spans::{Ended, Value};

/// A batch of spans as a body.
pub fn body(spans: &[Ended]) -> Json {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            text("service.name", "sluss"),
            text("service.version", env!("CARGO_PKG_VERSION")),
        ] },
        "scopeSpans": [{
            "scope": { "name": "sluss" },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }] })
}

fn span(span: &Ended) -> Json {
    let attributes: Vec<Json> = span
        .fields
        .iter()
        .map(|(name, value)| match value {
            // 64 bits are a text in this JSON.
            Value::Number(number) => {
                json!({ "key": name, "value": { "intValue": number.to_string() } })
            }
            Value::Code(code) => text(name, code),
        })
        .collect();
    let nanoseconds = |micros: i64| (i128::from(micros) * 1_000).to_string();
    json!({
        "traceId": hexadecimal(&span.trace),
        "spanId": hexadecimal(&span.id),
        "parentSpanId": span.parent.map(|id| hexadecimal(&id)).unwrap_or_default(),
        "name": span.name,
        // Internal; and not set, or failed.
        "kind": 1,
        "status": { "code": if span.failed { 2 } else { 0 } },
        "startTimeUnixNano": nanoseconds(span.since.micros()),
        "endTimeUnixNano": nanoseconds(span.until.micros()),
        "attributes": attributes,
    })
}

fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or('0'));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_span_is_what_a_collector_reads() {
        let ended = Ended {
            name: "send",
            trace: [0xab; 16],
            id: [1; 8],
            parent: None,
            since: Timestamp::from_micros(1),
            until: Timestamp::from_micros(2),
            failed: true,
            fields: vec![("answer.status", Value::Number(201))],
        };
        let body = body(&[ended]);
        let told = &body["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(told["traceId"], "ab".repeat(16));
        assert_eq!(told["spanId"], "01".repeat(8));
        assert_eq!(told["startTimeUnixNano"], "1000");
        assert_eq!(told["status"]["code"], 2);
        let attribute = json!([{ "key": "answer.status", "value": { "intValue": "201" } }]);
        assert_eq!(told["attributes"], attribute);
    }
}
