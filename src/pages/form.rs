//! What a browser has filled in. How it is read from the line, and that it is the person's own, is
//! `http`'s; here is what can be asked of it.

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::gate::Person;

/// A form that a browser has filled in. Not printable: people write what they like.
pub struct Form(Zeroizing<Vec<u8>>);

impl Form {
    /// Of a body, as `application/x-www-form-urlencoded`.
    pub fn new(body: Zeroizing<Vec<u8>>) -> Self {
        Self(body)
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = String> {
        form_urlencoded::parse(&self.0)
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    /// Every name with its value, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        form_urlencoded::parse(&self.0).into_owned()
    }

    /// Whether it is one that this person was given: another site's would not have their token.
    pub fn is_of(&self, person: &Person) -> bool {
        self.get("csrf").is_some_and(|csrf| csrf == person.csrf)
    }
}

/// A form of somebody who has signed in, and who was given it: taken from a request only where it
/// carries the token of their session.
pub struct Posted {
    /// Who.
    pub person: Person,
    /// What.
    pub form: Form,
}
