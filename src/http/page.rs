//! Pages for people: Swedish or English, without script, picture or font, and with every text escaped.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::log::Role;

const STYLE: &str = "body{font-family:sans-serif;line-height:1.5;max-width:40rem;margin:2rem auto;\
padding:0 1rem}label{display:block;margin:.75rem 0}input{font:inherit;padding:.4rem}\
input[type=text],input[type=password]{display:block;width:100%;box-sizing:border-box}\
button{font:inherit;padding:.5rem 1rem;min-height:2.75rem;margin-top:.75rem}\
.wrong{border-left:.4rem solid #b00020;padding:.5rem 1rem}dt{font-weight:bold}";

/// Its own style, forms to itself, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'",
);

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Swedish,
    English,
}

impl Words {
    /// The first of the two that a browser asks for; Swedish where it asks for neither.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let languages = asked.unwrap_or_default().split(',').map(|one| one.trim().get(..2));
        let mut known = languages.filter_map(|language| match language {
            Some("sv") => Some(Self::Swedish),
            Some("en") => Some(Self::English),
            _ => None,
        });
        known.next().unwrap_or(Self::Swedish)
    }

    pub(super) const fn pick(self, swedish: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Swedish => swedish,
            Self::English => english,
        }
    }

    /// A role, as people call it.
    pub(super) const fn role(self, role: Role) -> &'static str {
        match role {
            Role::System => self.pick("systemet", "the system"),
            Role::Ordering => self.pick("beställning", "ordering"),
            Role::Support => self.pick("kundtjänst", "support"),
            Role::Auditor => self.pick("granskning", "audit"),
            Role::Privacy => self.pick("dataskydd", "data protection"),
            Role::Policy => self.pick("regelverk", "policy"),
            Role::Operations => self.pick("drift", "operations"),
        }
    }
}

/// A page in the making.
pub(super) struct Page(String);

/// A form in the making.
pub(super) struct FormOf<'p>(&'p mut String);

impl Page {
    pub(super) fn new(words: Words, title: &str) -> Self {
        let (language, title) = (words.pick("sv", "en"), escaped(title));
        Self(format!(
            "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} – sluss</title>\
             <style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        ))
    }

    /// What went wrong. Read out when the page comes.
    pub(super) fn alert(&mut self, text: &str) {
        self.put(format_args!("<p class=\"wrong\" role=\"alert\">{}</p>", escaped(text)));
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.put(format_args!("<h2>{}</h2>", escaped(text)));
    }

    /// A name and its text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.put(format_args!("<dl><dt>{}</dt><dd>{}</dd></dl>", escaped(name), escaped(text)));
    }

    pub(super) fn link(&mut self, to: &str, text: &str) {
        self.put(format_args!("<p><a href=\"{}\">{}</a></p>", escaped(to), escaped(text)));
    }

    pub(super) fn form(&mut self, to: &str, fill: impl FnOnce(&mut FormOf<'_>)) {
        self.put(format_args!("<form method=\"post\" action=\"{}\">", escaped(to)));
        fill(&mut FormOf(&mut self.0));
        self.put(format_args!("</form>"));
    }

    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _ = self.0.write_fmt(piece);
    }
}

impl FormOf<'_> {
    pub(super) fn hidden(&mut self, name: &str, value: &str) {
        let value = escaped(value);
        let _ = write!(self.0, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    }

    pub(super) fn input(&mut self, name: &str, kind: &str, fills: &str, label: &str) {
        let label = escaped(label);
        let _ = write!(
            self.0,
            "<label>{label}<input type=\"{kind}\" name=\"{name}\" autocomplete=\"{fills}\" \
             required maxlength=\"256\"></label>"
        );
    }

    pub(super) fn tick(&mut self, name: &str, value: &str, label: &str, is_ticked: bool) {
        let (label, ticked) = (escaped(label), if is_ticked { " checked" } else { "" });
        let _ = write!(
            self.0,
            "<label><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"{ticked}> {label}</label>"
        );
    }

    pub(super) fn submit(&mut self, label: &str) {
        let _ = write!(self.0, "<button>{}</button>", escaped(label));
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let whole = format!("{}</main></body></html>\n", self.0);
        ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(whole)).into_response()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let mut page = Page::new(Words::English, "<script>");
        page.text("\"", "'><img src=x>&");
        assert!(!page.0.contains("<script>") && !page.0.contains("<img"), "{}", page.0);
    }
}
