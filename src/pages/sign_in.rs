//! Where people sign in.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::pieces::{Line, alert};
use super::{Sheet, Visit};
use crate::auth::ROLES;
use crate::log::Role;

/// Why somebody is not in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Known, and without a role.
    Role,
    /// Something was left out, or has a form that cannot be.
    Malformed,
    /// Which of the others it was is not told.
    Refused,
}

/// What there is to sign in with.
pub struct SignIn {
    /// A provider.
    pub provider: bool,
    /// The one-time token, for the first account.
    pub first: bool,
    /// What was wrong the last time.
    pub wrong: Option<Wrong>,
}

/// The page.
pub fn sign_in(visit: &Visit, ways: &SignIn) -> Sheet {
    let words = visit.words;
    let wrong = ways.wrong.map(|wrong| match wrong {
        Wrong::Role => (StatusCode::FORBIDDEN, words.say("sign-in-no-role")),
        Wrong::Malformed => (StatusCode::BAD_REQUEST, words.say("sign-in-malformed")),
        Wrong::Refused => (StatusCode::FORBIDDEN, words.say("sign-in-refused")),
    });
    let (name, password) = (words.say("sign-in-name"), words.say("sign-in-password"));
    let body = html! {
        div.narrow {
            @if let Some((_, text)) = &wrong { (alert(text)) }
            @if ways.provider {
                p { a.button href="/sign-in/provider" { (words.say("sign-in-provider")) } }
            }
            form method="post" action="/sign-in" {
                (Line { name: "name", kind: "text", fills: "username", label: &name }.show("in"))
                (Line { name: "password", kind: "password", fills: "current-password", label: &password }
                    .show("in"))
                p.acts { button { (words.say("sign-in")) } }
            }
            @if ways.first { (first(visit, &name, &password)) }
        }
    };
    let status = wrong.map_or(StatusCode::OK, |(status, _)| status);
    visit.sheet(words.say("sign-in"), body).with(status)
}

fn first(visit: &Visit, name: &str, password: &str) -> Markup {
    let words = visit.words;
    let token = words.say("sign-in-token");
    html! {
        h2 { (words.say("sign-in-first")) }
        form method="post" action="/sign-in/first" {
            (Line { name: "token", kind: "password", fills: "one-time-code", label: &token }.show("first"))
            (Line { name: "name", kind: "text", fills: "off", label: name }.show("first"))
            (Line { name: "password", kind: "password", fills: "new-password", label: password }
                .show("first"))
            fieldset {
                legend { (words.say("sign-in-roles")) }
                @for role in ROLES {
                    label.tick {
                        input type="checkbox" name="role" value=(role.as_str())
                            checked[role == Role::Operations];
                        span { (words.one_of("role", role.as_str())) }
                    }
                }
            }
            p.acts { button { (words.say("sign-in-make")) } }
        }
    }
}
