//! What pages and forms are made of.

use maud::{Markup, html};
use serde::Deserialize;

use crate::domain::Timestamp;

/// Where the page before ended: when, and at what.
#[derive(Deserialize)]
pub struct Behind {
    #[serde(default)]
    behind: String,
}

impl Behind {
    pub(super) fn read<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Option<(Timestamp, T)> {
        let (micros, id) = self.behind.split_once('-')?;
        Some((Timestamp::from_micros(micros.parse().ok()?), parse(id)?))
    }
}

/// A value that a form carries unseen.
pub(super) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// A line to be filled in.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) fills: &'a str,
    pub(super) label: &'a str,
}

impl Line<'_> {
    pub(super) fn show(&self, of: &str) -> Markup {
        let id = format!("{of}-{}", self.name);
        html! {
            div.field {
                label for=(id) { (self.label) }
                input #(id) type=(self.kind) name=(self.name) autocomplete=(self.fills) required
                    maxlength="256";
            }
        }
    }
}

/// What went wrong. Read out when the page comes.
pub(super) fn alert(text: &str) -> Markup {
    html! { p.note.wrong role="alert" { span.sign aria-hidden="true" { "!" } (text) } }
}
