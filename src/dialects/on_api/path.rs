//! Addresses, relative to the channel's base address. Of ids and times only: a path ends up in
//! other people's access logs.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::{Method, Request, Sought};
use super::Resource;
use super::version::Version;
use crate::domain::{AccessId, OperatorReference, Timestamp};

/// How far the operator's clock may be behind ours when we ask for tickets "created after".
/// A ticket is recognised by our reference, so asking too far back costs a longer list; not far
/// enough would hide our ticket, and have it sent twice. An hour is what a forgotten summer time
/// brings; twice that is safe. Where a clock is further off than that, a list without our ticket says nothing.
pub(super) const CLOCK_SKEW: Duration = Duration::from_hours(2);

/// A question.
pub(in crate::dialects) fn get(path: String) -> Request {
    Request {
        method: Method::Get,
        path,
        content_type: None,
        soap_action: None,
        body: Vec::new(),
        security_offset: None,
    }
}

/// Where a message of ours would be listed.
pub(super) fn search(version: &Version, sought: &Sought) -> String {
    match Resource::of(sought.act) {
        Resource::Orders if !version.lists_orders => {
            format!("{}/{}", version.subscriptions.0, encode(sought.access.as_str()))
        }
        Resource::Orders => format!("orders/?accessId={}", encode(sought.access.as_str())),
        Resource::Tickets => {
            let skew = i64::try_from(CLOCK_SKEW.as_micros()).unwrap_or(i64::MAX);
            let since = Timestamp::from_micros(sought.since.micros().saturating_sub(skew));
            format!("tickets?created={}", encode(&since.rfc3339()))
        }
    }
}

/// Where something of an access is.
pub(super) fn of_access((before, behind): (&str, &str), access: &AccessId) -> String {
    format!("{before}{}{behind}", encode(access.as_str()))
}

/// Where one order or ticket is.
pub(super) fn entry(resource: Resource, reference: &OperatorReference) -> String {
    format!("{}/{}", resource.as_str(), encode(reference.as_str()))
}

/// Where the event feed is, from the event behind this one.
pub(in crate::dialects) fn events(since: Option<&str>) -> String {
    match since {
        Some(event) => format!("orderevents/?since={}", encode(event)),
        None => "orderevents/".to_owned(),
    }
}

/// The operator's id at the end of a path or an address, such as `Location`; `None` where it ends
/// with the resource itself, or with what cannot be an id.
pub(in crate::dialects) fn reference(resource: &str, path: &str) -> Option<OperatorReference> {
    let path = path.split('?').next()?.trim().trim_end_matches('/');
    let (parents, last) = path.rsplit_once('/').unwrap_or(("", path));
    // `https://op.example.com` is no order.
    if last.eq_ignore_ascii_case(resource) || parents.ends_with('/') {
        return None;
    }
    OperatorReference::parse(&decode(last)?).ok()
}

/// All but RFC 3986's unreserved characters as `%XX`. An operator's id may hold `#`.
pub(in crate::dialects) fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}"); // Writing to a string never fails.
        }
        encoded
    })
}

/// The opposite; `None` where a `%` is not followed by two digits or the bytes are not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let got = reference("orders", path);
        assert_eq!(got.as_ref().map(OperatorReference::as_str), expected);
    }

    #[test]
    fn the_id_is_the_last_segment() {
        check("/onapi/2.6/orders/ec4bc754-6a30", Some("ec4bc754-6a30"));
        check("https://op.example.com/onapi/2.6/orders/4711/?x=1", Some("4711"));
        check("/onapi/2.6/orders/Order%2300123", Some("Order#00123"));
        check("4711", Some("4711"));
        check("/onapi/2.6/orders/", None);
        check("/onapi/2.6/orders/{orderId}", None);
        check("https://op.example.com/", None);
        check("/orders/%", None);
        check("/orders/%zz", None);
        check("", None);
    }

    #[test]
    fn what_is_encoded_reads_back() {
        assert_eq!(encode("A#1/å b"), "A%231%2F%C3%A5%20b");
        assert_eq!(decode("A%231%2F%C3%A5%20b").as_deref(), Some("A#1/å b"));
    }
}
