//! The simulated operators, asked with raw bytes: no client of ours takes part, so what is tested
//! is what any client would see.
#![cfg(test)]

mod on_api;
mod pi_api;
mod soap;
mod troubles;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::domain::{ManualClock, RecipientId, Timestamp};
use sluss::sandbox::{EffectKind, Pace, Sandbox, SimulatedOperator, Speaks};

use crate::raw::{Heard, ask, http};

const REFERENCE: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

/// An ON-API and a SOAP operator, and a clock that stands still.
struct Stage {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
}

fn id(name: &str) -> RecipientId {
    RecipientId::parse(name).unwrap()
}

fn operator(name: &str, speaks: Speaks, pace: Pace) -> SimulatedOperator {
    SimulatedOperator {
        recipient: id(name),
        speaks,
        username: "profitbyte".into(),
        password: "correct horse".to_owned().into(),
        listen: "127.0.0.1:0".parse().unwrap(),
        pace,
    }
}

impl Stage {
    async fn set(pace: Pace, journal: Option<PathBuf>) -> Self {
        let start = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let operators = vec![
            operator("globalconnect", Speaks::OnApi, pace),
            operator("ip-only", Speaks::Soap, pace),
        ];
        let sandbox = Sandbox::start(operators, clock.clone(), journal).await.unwrap();
        Self { sandbox, clock }
    }

    fn address(&self, name: &str) -> SocketAddr {
        let url = self.sandbox.base_url(&id(name)).unwrap();
        url.strip_prefix("http://").unwrap().split('/').next().unwrap().parse().unwrap()
    }

    async fn raw(&self, name: &str, request: &[u8]) -> Heard {
        ask(self.address(name), request).await
    }

    async fn on_api(&self, method: &str, path: &str, body: Option<&Value>) -> Heard {
        let body = body.map(Value::to_string).unwrap_or_default();
        let credentials = STANDARD.encode("profitbyte:correct horse");
        let head = format!("authorization: Basic {credentials}\r\ncontent-type: application/json");
        self.raw("globalconnect", &http(method, &format!("/onapi/2.6/{path}"), &head, body)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.on_api("GET", path, None).await.json()
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.on_api("POST", path, Some(body)).await.json()
    }

    async fn soap(&self, request: &str, inner: &str) -> (u16, String) {
        self.soap_as("correct horse", request, inner).await.text()
    }

    async fn soap_as(&self, password: &str, request: &str, inner: &str) -> Heard {
        let body = envelope(password, request, inner);
        let head = format!(
            "content-type: text/xml; charset=utf-8\r\nsoapaction: \"urn:sluss:operator:1#{request}\""
        );
        self.raw("ip-only", &http("POST", "/soap/operator", &head, &body)).await
    }

    fn effects(&self, name: &str) -> Vec<(EffectKind, Option<String>, &'static str)> {
        let effects = self.sandbox.effects(&id(name));
        effects.into_iter().map(|effect| (effect.kind, effect.reference, effect.state)).collect()
    }
}

fn envelope(password: &str, request: &str, inner: &str) -> String {
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header>\
         <wsse:Security xmlns:wsse=\"{wsse}\" soap:mustUnderstand=\"1\"><wsse:UsernameToken>\
         <wsse:Username>profitbyte</wsse:Username>\
         <wsse:Password>{password}</wsse:Password></wsse:UsernameToken></wsse:Security>\
         </soap:Header><soap:Body><{request} xmlns=\"urn:sluss:operator:1\">{inner}</{request}>\
         </soap:Body></soap:Envelope>"
    )
}

fn activate(access: &str, service: &str) -> Value {
    json!({ "accessId": access, "service": service, "operation": "ACTIVATE",
            "spReference": REFERENCE })
}

fn ticket() -> Value {
    json!({ "accessId": "STTA0001", "createdBy": "Kundservice", "heading": "Ingen länk",
            "description": "PON blinkar.\nOmstart hjälper inte.", "problemType": "NO_LINK",
            "spTicketReference": REFERENCE,
            "additionalInfo": { "mac": "AA:BB:CC:11:22:33", "link": false } })
}

fn soap_activate(reference: &str, access: &str, service: &str) -> String {
    format!(
        "<Operation>ACTIVATE</Operation><Reference>{reference}</Reference>\
         <AccessId>{access}</AccessId><ServiceId>{service}</ServiceId>"
    )
}
