//! HTTP as it stands in examples: a first line, headers, an empty line, a body.

use std::time::Duration;

use sluss::dialects::{Answer, Request};

/// A request, with one line end behind its body.
pub(crate) fn show(request: &Request) -> String {
    let content_type = request.content_type.unwrap_or_default();
    let body = std::str::from_utf8(&request.body).unwrap();
    let (method, path) = (request.method.as_str(), &request.path);
    format!("{method} {path}\nContent-Type: {content_type}\n\n{body}\n")
}

/// An answer, from its status line on.
pub(crate) fn answer(text: &str) -> Answer {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
    let header = |name: &str| {
        let mut headers = lines.clone().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    Answer {
        status,
        retry_after: header("Retry-After").map(|text| Duration::from_secs(text.parse().unwrap())),
        location: header("Location"),
        last_modified: header("Last-Modified"),
        body: body.as_bytes().to_vec(),
        ..Answer::default()
    }
}
