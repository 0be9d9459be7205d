//! A notification as it goes out: the bytes, and the headers of Standard Webhooks 1.0 that sign them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::domain::{NoticeId, Timestamp};
use crate::store::HubSecret;
use crate::tmf::{Fields, Notice};

/// One message. Made of a notice, and of nothing else.
pub struct Message {
    id: NoticeId,
    timestamp: i64,
    signature: String,
    body: Vec<u8>,
}

impl Message {
    /// Signs what an event says: id, time of this attempt, and body (Standard Webhooks, "Signature
    /// scheme").
    pub fn signed(notice: &Notice, fields: &Fields, secret: &HubSecret, now: Timestamp) -> Self {
        let (id, timestamp, body) = (notice.id, now.seconds(), notice.body(fields));
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret());
        // HMAC takes a key of any length.
        let signature = mac.map_or_else(
            |_| String::new(),
            |mac| {
                let mac = mac.chain_update(format!("{id}.{timestamp}.")).chain_update(&body);
                format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
            },
        );
        Self { id, timestamp, signature, body }
    }

    /// The headers, by name.
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("webhook-id", self.id.to_string()),
            ("webhook-timestamp", self.timestamp.to_string()),
            ("webhook-signature", self.signature.clone()),
        ]
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// A secret in the form in which whoever registers gets it, once: `whsec_` and base64.
pub fn shown_secret(secret: &HubSecret) -> SecretString {
    format!("whsec_{}", STANDARD.encode(secret.expose_secret())).into()
}
