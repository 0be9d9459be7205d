//! A page's frame: head, the way past the navigation, who has signed in, language, and what a browser
//! is told about it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::{ICON, SCRIPT, STYLE};
use super::pieces;
use super::words::Words;
use crate::auth::Who;
use crate::auth::{Action, Roles};
use crate::desk::{DeskError, StoryError};
use crate::gate::Person;
use crate::inspection::InspectionError;
use crate::store::StoreError;

/// Our own style and script, forms to ourselves, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// One thing that the navigation leads to.
struct Place {
    path: &'static str,
    /// Key of its name.
    name: &'static str,
    /// Key of what it is there for.
    about: &'static str,
    /// What whoever sees it may do.
    action: Action,
}

const PLACES: &[Place] = &[
    Place { path: "/cases", name: "nav-cases", about: "nav-cases-about", action: Action::SeeCases },
    Place { path: "/held", name: "nav-held", about: "nav-held-about", action: Action::SeeCases },
    Place {
        path: "/reviews",
        name: "nav-reviews",
        about: "nav-reviews-about",
        action: Action::ReviewTexts,
    },
    Place {
        path: "/overview",
        name: "nav-overview",
        about: "nav-overview-about",
        action: Action::Oversee,
    },
    Place {
        path: "/incidents",
        name: "nav-incidents",
        about: "nav-incidents-about",
        action: Action::SeeIncidents,
    },
    Place {
        path: "/policies",
        name: "nav-policies",
        about: "nav-policies-about",
        action: Action::ReadPolicies,
    },
    Place {
        path: "/disclosures",
        name: "nav-log",
        about: "nav-log-about",
        action: Action::ReadLog,
    },
    Place {
        path: "/samples",
        name: "nav-samples",
        about: "nav-samples-about",
        action: Action::ReviewSamples,
    },
    Place {
        path: "/persons",
        name: "nav-persons",
        about: "nav-persons-about",
        action: Action::TellPerson,
    },
    Place { path: "/status", name: "nav-status", about: "nav-status-about", action: Action::Watch },
];

/// Somebody looks at a page.
#[derive(Clone, Debug)]
pub struct Visit {
    /// In this language.
    pub words: Words,
    /// Who has signed in, where somebody has.
    pub person: Option<Person>,
    /// Where they are: a path, without what stands behind it.
    pub path: String,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            words: Words::of(&parts.headers),
            person: parts.extensions.get::<Person>().cloned(),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Visit {
    /// Whether they may do this.
    pub fn may(&self, action: Action) -> bool {
        self.person.as_ref().is_some_and(|person| may(&person.roles, action))
    }

    /// A page for them.
    pub fn sheet(&self, title: impl Into<String>, body: Markup) -> Sheet {
        Sheet {
            visit: self.clone(),
            title: title.into(),
            status: StatusCode::OK,
            body,
            wide: false,
        }
    }

    /// The token that each form of theirs carries.
    pub fn token(&self) -> Markup {
        let csrf = self.person.as_ref().map_or("", |person| &person.csrf);
        pieces::hidden("csrf", csrf)
    }
}

fn may(roles: &Roles, action: Action) -> bool {
    match action.who() {
        Who::Roles(allowed) => roles.first_of(allowed).is_some(),
        Who::Anybody | Who::Operator => true,
    }
}

/// A page, ready to be sent.
pub struct Sheet {
    visit: Visit,
    title: String,
    status: StatusCode,
    body: Markup,
    wide: bool,
}

impl Sheet {
    /// With another status than 200.
    #[must_use]
    pub fn with(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// For two panes, or a table: as wide as it may be.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    fn markup(&self) -> Markup {
        let Self { visit, title, body, wide, .. } = self;
        let words = visit.words;
        html! {
            (DOCTYPE)
            html lang=(words.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " – sluss" }
                    link rel="icon" href=(ICON.path) type="image/svg+xml";
                    link rel="stylesheet" href=(STYLE.path);
                    script src=(SCRIPT.path) defer {}
                }
                body {
                    a.skip href="#main" { (words.say("skip")) }
                    header.top { (self.top()) }
                    main #main .wide[*wide] tabindex="-1" {
                        h1 { (title) }
                        (body)
                    }
                    footer.foot { (self.languages()) }
                }
            }
        }
    }

    fn top(&self) -> Markup {
        let Visit { words, person, path } = &self.visit;
        let places = PLACES.iter().filter(|place| self.visit.may(place.action));
        html! {
            a.mark href="/" { "sluss" }
            @if let Some(person) = person {
                nav aria-label=(words.say("nav")) {
                    ul {
                        @for place in places {
                            @let below = path.strip_prefix(place.path);
                            @let here = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                            li { a href=(place.path) aria-current=[here.then_some("page")] {
                                (words.say(place.name))
                            } }
                        }
                    }
                }
                form.who method="post" action="/sign-out" {
                    (self.visit.token())
                    span { (person.name) }
                    button.quiet { (words.say("sign-out")) }
                }
            }
        }
    }

    /// The other language, for the page that is shown; where that came of a form, for the first page.
    fn languages(&self) -> Markup {
        let Visit { words, path, .. } = &self.visit;
        html! {
            form method="post" action="/language" {
                (pieces::hidden("to", path))
                span.quiet { (words.say("product")) }
                @for other in Words::ALL {
                    @if other != *words {
                        button.quiet name="language" value=(other.tag()) lang=(other.tag()) {
                            (other.say("language"))
                        }
                    }
                }
            }
        }
    }
}

impl IntoResponse for Sheet {
    fn into_response(self) -> Response {
        let whole = self.markup().into_string();
        let headers = [(header::CONTENT_SECURITY_POLICY, POLICY)];
        (self.status, headers, Html(whole)).into_response()
    }
}

/// `/`: who has signed in, and where they may go from here.
pub fn home(visit: &Visit, person: &Person) -> Sheet {
    let words = visit.words;
    let places = PLACES.iter().filter(|place| visit.may(place.action));
    let roles: Vec<_> =
        person.roles.iter().map(|role| words.one_of("role", role.as_str())).collect();
    let body = html! {
        p.lead { (words.tell("home-who", &[("name", &person.name), ("roles", &roles.join(", "))])) }
        ul.places {
            @for place in places {
                li { a href=(place.path) {
                    strong { (words.say(place.name)) }
                    span { (words.say(place.about)) }
                } }
            }
        }
    };
    visit.sheet(words.say("home"), body)
}

/// What somebody is told who cannot be given what they asked for. Nothing of what they sent.
pub fn failure(visit: &Visit, status: StatusCode) -> Sheet {
    let words = visit.words;
    let (title, what) = match status {
        StatusCode::FORBIDDEN => ("failure-forbidden", "failure-forbidden-what"),
        StatusCode::NOT_FOUND => ("failure-not-found", "failure-not-found-what"),
        StatusCode::CONFLICT => ("failure-moved", "failure-moved-what"),
        StatusCode::TOO_MANY_REQUESTS => ("failure-too-many", "failure-too-many-what"),
        StatusCode::PAYLOAD_TOO_LARGE => ("failure-too-large", "failure-too-large-what"),
        StatusCode::SERVICE_UNAVAILABLE => ("failure-stopped", "failure-stopped-what"),
        _ => ("failure-other", "failure-other-what"),
    };
    let body = html! {
        p.lead { (words.say(what)) }
        p { a href="/" { (words.say("failure-home")) } }
    };
    visit.sheet(words.say(title), body).with(status)
}

/// Why a page cannot be shown. The door puts it into words, as it knows who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed(StatusCode);

impl Failed {
    /// It has changed, or been decided, since the page was shown.
    pub const fn moved() -> Self {
        Self(StatusCode::CONFLICT)
    }

    /// Something in what was filled in cannot be read.
    pub const fn unreadable() -> Self {
        Self(StatusCode::BAD_REQUEST)
    }
}

impl From<InspectionError> for Failed {
    fn from(error: InspectionError) -> Self {
        match error {
            InspectionError::NotThere => Self(StatusCode::NOT_FOUND),
            InspectionError::TooMany { .. } => Self(StatusCode::PAYLOAD_TOO_LARGE),
            InspectionError::Store(error) => error.into(),
        }
    }
}

impl From<DeskError> for Failed {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NotThere => Self(StatusCode::NOT_FOUND),
            DeskError::Halted => Self(StatusCode::SERVICE_UNAVAILABLE),
            DeskError::Intake(_) => Self(StatusCode::BAD_REQUEST),
            DeskError::Store(error) | DeskError::Story(StoryError::Store(error)) => error.into(),
            DeskError::Story(StoryError::Leaf(_)) => Self(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(match error {
            StoreError::NoSuchCase => StatusCode::NOT_FOUND,
            StoreError::Conflict
            | StoreError::NotNow { .. }
            | StoreError::Stale
            | StoreError::State(_)
            | StoreError::Fenced => StatusCode::CONFLICT,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        })
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Elsewhere, by GET.
pub fn see(place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
