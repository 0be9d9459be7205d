//! Where people sign in.

use axum::http::StatusCode;
use maud::{Markup, html};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::pieces::{Line, alert, hidden};
use super::{Form, Sheet, Visit};
use crate::auth::ROLES;
use crate::domain::CaseId;
use crate::gate::Person;
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
    /// What they were about to send when their session ended.
    pub kept: Option<Kept>,
}

/// A form that came without a session: it is carried through signing in, by the browser alone, and
/// shown again then. Nothing of it is kept here. Not printable.
pub struct Kept {
    to: String,
    filled: Form,
}

impl Kept {
    /// A form, and where it was going: only what can be looked at again without doing anything.
    pub fn new(to: &str, filled: Form) -> Option<Self> {
        let to = if to == "/faults/send" { "/faults" } else { to };
        let comment = to.strip_prefix("/cases/").and_then(|rest| rest.strip_suffix("/say"));
        let looks = to == "/faults" || comment.is_some_and(|id| CaseId::parse(id).is_some());
        looks.then(|| Self { to: to.to_owned(), filled })
    }

    /// The one that a form of signing in carries.
    pub fn carried(form: &Form) -> Option<Self> {
        let filled = Form::new(Zeroizing::new(form.get("kept")?.into_bytes()));
        Self::new(&form.get("kept-to")?, filled)
    }

    fn carry(&self) -> Markup {
        let mut whole = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.filled.pairs().filter(|(name, _)| name != "csrf") {
            whole.append_pair(&name, &value);
        }
        html! {
            (hidden("kept-to", &self.to))
            (hidden("kept", &Zeroizing::new(whole.finish())))
        }
    }
}

/// Signed in again: what was about to be sent is there, to be looked at first.
pub fn again(visit: &Visit, person: &Person, kept: &Kept) -> Sheet {
    let words = visit.words;
    let body = html! {
        p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("again-kept")) }
        form method="post" action=(kept.to) {
            (hidden("csrf", &person.csrf))
            @for (name, value) in kept.filled.pairs() {
                @if name != "csrf" && name != "act" { (hidden(&name, &value)) }
            }
            (hidden("act", "look"))
            p.acts { button { (words.say("again-go-on")) } }
        }
    };
    visit.sheet(words.say("again"), body)
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
            @if ways.kept.is_some() {
                p.note.warn role="status" { span.sign aria-hidden="true" { "!" } (words.say("again-ended")) }
            }
            @if ways.provider && ways.kept.is_some() {
                p { a.button href="/sign-in/provider" target="_blank" { (words.say("again-provider")) } }
                form method="post" action="/sign-in/again" {
                    @if let Some(kept) = &ways.kept { (kept.carry()) }
                    p.acts { button.second { (words.say("again-go-on")) } }
                }
            } @else if ways.provider {
                p { a.button href="/sign-in/provider" { (words.say("sign-in-provider")) } }
            }
            form method="post" action="/sign-in" {
                @if let Some(kept) = &ways.kept { (kept.carry()) }
                (Line { name: "name", kind: "text", fills: "username", label: &name }.show("in"))
                (Line { name: "password", kind: "password", fills: "current-password", label: &password }
                    .show("in"))
                p.acts { button { (words.say("sign-in")) } }
            }
            @if ways.first { (first(visit, &name, &password)) }
        }
    };
    let status = match (&wrong, &ways.kept) {
        (Some((status, _)), _) => *status,
        (None, Some(_)) => StatusCode::UNAUTHORIZED,
        (None, None) => StatusCode::OK,
    };
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
