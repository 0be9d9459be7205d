//! `GET /openapi.json`: what there is at the door, for programs; `GET /docs`: the same, for people.
//! A test holds the file to the table of routes.

use std::fmt::Write as _;

use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

const OPENAPI: &str = include_str!("../../schemas/openapi.json");

pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// Without script, and without anything from elsewhere.
pub(super) async fn docs() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    // The file is part of the program, and a test reads it.
    let file: Value = serde_json::from_str(OPENAPI).unwrap_or_default();
    (headers, Html(page(&file))).into_response()
}

fn page(file: &Value) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
         body{{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         code{{font-family:monospace}}pre{{background:#f4f4f4;padding:1rem;overflow:auto}}\
         section{{border-top:1px solid #ccc}}dt{{margin-top:.5rem}}</style></head><body>\
         <h1>{title}</h1><p>{about}</p><p>For programs: <a href=\"/openapi.json\">openapi.json</a></p>",
        title = escaped(&file["info"]["title"]),
        about = escaped(&file["info"]["description"]),
    );
    for (path, methods) in members(&file["paths"]) {
        for (method, operation) in members(methods) {
            let _ = write!(
                page,
                "<section><h2><code>{} {}</code></h2><p>{}</p>",
                method.to_ascii_uppercase(),
                escaped(&Value::from(path)),
                escaped(&operation["summary"])
            );
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            list(&mut page, "Parameters", parameters.iter().map(|one| (text(&one["name"]), one)));
            let bodies = members(&operation["requestBody"]["content"]);
            list(&mut page, "Body", bodies.map(|(kind, body)| (kind, &body["schema"])));
            let answers = members(&operation["responses"]);
            list(&mut page, "Answers", answers);
            page.push_str("</section>");
        }
    }
    page.push_str("<h1>Schemas</h1>");
    for (name, schema) in members(&file["components"]["schemas"]) {
        let name = escaped(&Value::from(name));
        let schema = escaped(&Value::from(format!("{schema:#}")));
        let _ = write!(page, "<section id=\"{name}\"><h2>{name}</h2><pre>{schema}</pre></section>");
    }
    page.push_str("</body></html>\n");
    page
}

/// Names and what is said of each: a description, or the schema that it leads to.
fn list<'v>(page: &mut String, title: &str, entries: impl Iterator<Item = (&'v str, &'v Value)>) {
    let mut written = String::new();
    for (name, value) in entries {
        let schema = text(&value["$ref"]).rsplit('/').next().unwrap_or_default();
        let link = escaped(&Value::from(schema));
        let link = if link.is_empty() { link } else { format!("<a href=\"#{link}\">{link}</a>") };
        let name = escaped(&Value::from(name));
        let about = escaped(&value["description"]);
        let _ = write!(written, "<dt><code>{name}</code></dt><dd>{about} {link}</dd>");
    }
    if !written.is_empty() {
        let _ = write!(page, "<h3>{title}</h3><dl>{written}</dl>");
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(value: &Value) -> String {
    text(value)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
