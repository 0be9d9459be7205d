//! Reading the tree: knows where it is, notes faults and goes on, and knows which members nobody
//! has asked for.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use zeroize::Zeroizing;

use super::fault::{Fault, Faults, nameable};
use super::identity::Identities;
use super::json::Json;
use super::value;

/// A rule that several readers use.
pub(super) const MISSING: &str = "is missing";
/// Where an operator is named, and what is missing where none is.
pub(super) const OPERATOR: (&str, &str) =
    ("relatedParty", "has no party with the role communicationsOperator");
const FOREIGN: &str = "is not part of the profile";
const NOT_ON_CREATION: &str = "may not be set on creation";
const HOLDS_IDENTITY: &str = "holds a personnummer";

/// What all readers of one body share: where faults go, and the identity numbers that the body
/// states about its people.
pub(super) struct Desk {
    faults: RefCell<Faults>,
    identities: Identities,
    /// Behind which fault it was seen that no operator is named.
    unnamed: Cell<Option<usize>>,
}

impl Desk {
    pub(super) fn new(identities: Identities) -> Self {
        Self { faults: RefCell::default(), identities, unnamed: Cell::default() }
    }

    /// No operator is named: a fault beside others, and else something to be looked up.
    pub(super) fn nobody_named(&self) {
        self.unnamed.set(Some(self.faults.borrow().list().len()));
    }

    pub(super) fn fault(&self, member: &str, rule: impl Display) {
        let fault = Fault { member: member.to_owned(), rule: rule.to_string() };
        self.faults.borrow_mut().push(fault);
    }

    pub(super) fn into_faults(self) -> Faults {
        let mut faults = self.faults.into_inner();
        if let Some(at) = self.unnamed.get().filter(|_| !faults.is_empty()) {
            faults.insert(at, Fault { member: OPERATOR.0.to_owned(), rule: OPERATOR.1.to_owned() });
        }
        faults
    }
}

/// One value and where it stands.
#[derive(Clone)]
pub(super) struct Node<'j> {
    desk: &'j Desk,
    path: String,
    json: &'j Json,
}

impl<'j> Node<'j> {
    /// The whole body.
    pub(super) fn root(desk: &'j Desk, json: &'j Json) -> Self {
        Self { desk, path: String::new(), json }
    }

    /// The same value under another name, such as that of the characteristic it belongs to.
    pub(super) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(super) fn json(&self) -> &'j Json {
        self.json
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Notes a fault here.
    pub(super) fn fault(&self, rule: impl Display) {
        self.desk.fault(if self.path.is_empty() { "(body)" } else { &self.path }, rule);
    }

    pub(super) fn object(&self) -> Option<Object<'j>> {
        let Json::Object(members) = self.json else {
            self.fault("must be an object");
            return None;
        };
        Some(Object { desk: self.desk, path: self.path.clone(), members, asked: BTreeSet::new() })
    }

    /// The entries of an array; none where there are too many, which is a fault.
    pub(super) fn array(&self, entries_max: usize) -> Vec<Self> {
        let Json::Array(entries) = self.json else {
            self.fault("must be an array");
            return Vec::new();
        };
        if entries.len() > entries_max {
            self.fault(format_args!("has more than {entries_max} entries"));
            return Vec::new();
        }
        let at =
            |(index, json)| Self { desk: self.desk, path: format!("{}[{index}]", self.path), json };
        entries.iter().enumerate().map(at).collect()
    }

    /// A text on one line, trimmed.
    pub(super) fn text(&self, characters_max: usize) -> Option<&'j str> {
        let Json::Text(text) = self.json else {
            self.fault("must be a text");
            return None;
        };
        self.bounded(text, characters_max, |c| !c.is_control())
    }

    /// A text on one line, trimmed; where registers write a number, its digits.
    pub(super) fn scalar(&self, characters_max: usize) -> Option<&'j str> {
        let Some(text) = self.json.scalar() else {
            self.fault("must be a text or a number");
            return None;
        };
        self.bounded(text, characters_max, |c| !c.is_control())
    }

    /// What a person has written, in lines.
    pub(super) fn prose(&self, characters_max: usize) -> Option<Zeroizing<String>> {
        let Json::Text(text) = self.json else {
            self.fault("must be a text");
            return None;
        };
        let fits = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        self.bounded(text, characters_max, fits).map(value::lines)
    }

    /// An identifier. Its type exempts it from later searches for identity numbers, so it is
    /// searched here.
    pub(super) fn id<T, E: Display>(&self, parse: fn(&str) -> Result<T, E>) -> Option<T> {
        let Json::Text(text) = self.json else {
            self.fault("must be a text");
            return None;
        };
        if self.holds_identity(text) {
            return None;
        }
        parse(text).map_err(|rule| self.fault(rule)).ok()
    }

    /// Whether a personnummer stands where none may stand; notes the fault.
    pub(super) fn holds_identity(&self, text: &str) -> bool {
        let holds = self.desk.identities.are_in(text);
        if holds {
            self.fault(HOLDS_IDENTITY);
        }
        holds
    }

    fn bounded(&self, text: &'j str, max: usize, fits: fn(char) -> bool) -> Option<&'j str> {
        let length = text.chars().count();
        if length > max {
            self.fault(format_args!("must have at most {max} characters, this has {length}"));
            return None;
        }
        // The last two are no characters, and XML cannot carry them.
        if !text.chars().all(|c| fits(c) && !matches!(c, '\u{fffe}' | '\u{ffff}')) {
            self.fault("has a control character");
            return None;
        }
        Some(text.trim())
    }
}

/// An object of which members are asked for by name.
pub(super) struct Object<'j> {
    desk: &'j Desk,
    path: String,
    members: &'j BTreeMap<String, Json>,
    asked: BTreeSet<&'static str>,
}

impl<'j> Object<'j> {
    /// A member; `None` where it is absent or null.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Node<'j>> {
        self.asked.insert(name);
        let json = self.members.get(name).filter(|json| !matches!(json, Json::Null))?;
        Some(Node { desk: self.desk, path: self.member(name), json })
    }

    /// A member that must be there.
    pub(super) fn need(&mut self, name: &'static str) -> Option<Node<'j>> {
        let node = self.take(name);
        if node.is_none() {
            self.desk.fault(&self.member(name), MISSING);
        }
        node
    }

    /// Whether a member is there, without asking for it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|json| !matches!(json, Json::Null))
    }

    /// The text of a member, without asking for it.
    pub(super) fn peek(&self, name: &str) -> Option<&'j str> {
        self.members.get(name).and_then(Json::scalar)
    }

    /// Members that are known, welcome and not used. Says whether any was there.
    pub(super) fn pass(&mut self, names: &[&'static str]) -> bool {
        self.asked.extend(names);
        names.iter().any(|name| self.members.contains_key(*name))
    }

    /// Members that are for us to set.
    pub(super) fn refuse(&mut self, names: &[&'static str]) {
        for &name in names {
            if self.take(name).is_some() {
                self.desk.fault(&self.member(name), NOT_ON_CREATION);
            }
        }
    }

    /// Refuses every member that was not asked for.
    pub(super) fn close(self) {
        for name in self.rest().map(|(name, _)| name) {
            self.desk.fault(&self.member(nameable(name)), FOREIGN);
        }
    }

    /// The members that were not asked for.
    pub(super) fn rest(&self) -> impl Iterator<Item = (&'j str, &'j Json)> {
        let unasked = |(name, _): &(&'j String, &'j Json)| !self.asked.contains(name.as_str());
        self.members.iter().filter(unasked).map(|(name, json)| (name.as_str(), json))
    }

    /// Notes that no operator is named.
    pub(super) fn nobody_named(&self) {
        self.desk.nobody_named();
    }

    /// Notes a fault of a member, which need not be there.
    pub(super) fn fault_at(&self, name: &str, rule: impl Display) {
        self.desk.fault(&self.member(name), rule);
    }

    fn member(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}
