//! Reads TOML key by key and collects every fault, so that a person mends a file in one go.
//!
//! A key that nobody asked for is a fault: a misspelt key must not silently mean its default.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use toml::Value;

/// One thing that is wrong in a file, with the key where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// The key, as `channel.base_url` or `rule[3].why_sv`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.file.display(), self.what)
        } else {
            write!(f, "{}: {}: {}", self.file.display(), self.key, self.what)
        }
    }
}

/// The faults found so far in one file.
#[derive(Debug)]
pub struct Faults {
    file: PathBuf,
    found: Vec<Fault>,
}

impl Faults {
    /// None yet.
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, key: impl Into<String>, what: impl Into<String>) {
        self.found.push(Fault { file: self.file.clone(), key: key.into(), what: what.into() });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Fault> {
        self.found
    }
}

/// A table on the way to being read.
pub struct Table<'t> {
    path: String,
    members: Option<&'t toml::Table>,
    asked: BTreeSet<String>,
}

impl<'t> Table<'t> {
    /// The whole file.
    pub fn root(table: &'t toml::Table) -> Self {
        Self { path: String::new(), members: Some(table), asked: BTreeSet::new() }
    }

    /// The key of a member, as people write it.
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Whether the table is there at all.
    pub fn is_present(&self) -> bool {
        self.members.is_some()
    }

    /// A member as it is.
    pub fn value(&mut self, name: &str) -> Option<&'t Value> {
        self.asked.insert(name.to_owned());
        self.members.and_then(|table| table.get(name))
    }

    /// A table within; absent reads as empty.
    #[must_use]
    pub fn table(&mut self, name: &str, faults: &mut Faults) -> Table<'t> {
        let path = self.key(name);
        let table = match self.value(name) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(_) => {
                faults.add(path.clone(), "must be a table");
                None
            }
        };
        Table { path, members: table, asked: BTreeSet::new() }
    }

    /// The tables of an array, each with its position in its key.
    pub fn tables(&mut self, name: &str, faults: &mut Faults) -> Vec<Table<'t>> {
        let path = self.key(name);
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(members)) => members
                .iter()
                .enumerate()
                .filter_map(|(position, member)| {
                    let path = format!("{path}[{position}]");
                    if let Value::Table(table) = member {
                        Some(Table { path, members: Some(table), asked: BTreeSet::new() })
                    } else {
                        faults.add(path, "must be a table");
                        None
                    }
                })
                .collect(),
            Some(_) => {
                faults.add(path.clone(), format!("must be written [[{path}]]"));
                Vec::new()
            }
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str, faults: &mut Faults) -> Option<String> {
        let text = self.value(name)?.as_str();
        if text.is_none() {
            faults.add(self.key(name), "must be a text in quotes");
        }
        text.map(str::to_owned)
    }

    /// A text that must be there and not be blank.
    pub fn required(&mut self, name: &str, faults: &mut Faults) -> Option<String> {
        if self.members.is_none_or(|table| !table.contains_key(name)) {
            self.asked.insert(name.to_owned());
            faults.add(self.key(name), "is missing");
            return None;
        }
        let text = self.text(name, faults)?;
        if text.trim().is_empty() {
            faults.add(self.key(name), "must not be blank");
            return None;
        }
        Some(text)
    }

    /// One text, or an array of texts.
    pub fn texts(&mut self, name: &str, faults: &mut Faults) -> Vec<String> {
        match self.value(name) {
            None => Vec::new(),
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(members)) => members
                .iter()
                .filter_map(|member| {
                    let text = member.as_str();
                    if text.is_none() {
                        faults.add(self.key(name), "must hold texts only");
                    }
                    text.map(str::to_owned)
                })
                .collect(),
            Some(_) => {
                faults.add(self.key(name), "must be a text or an array of texts");
                Vec::new()
            }
        }
    }

    /// `true` or `false`, with a default.
    pub fn boolean(&mut self, name: &str, default: bool, faults: &mut Faults) -> bool {
        match self.value(name) {
            None => default,
            Some(Value::Boolean(value)) => *value,
            Some(_) => {
                faults.add(self.key(name), "must be true or false");
                default
            }
        }
    }

    /// A whole number within bounds, with a default.
    pub fn number(
        &mut self,
        name: &str,
        default: u32,
        bounds: std::ops::RangeInclusive<u32>,
        faults: &mut Faults,
    ) -> u32 {
        let value = match self.value(name) {
            None => return default,
            Some(Value::Integer(value)) => u32::try_from(*value).ok(),
            Some(_) => None,
        };
        value.filter(|value| bounds.contains(value)).unwrap_or_else(|| {
            let (low, high) = (bounds.start(), bounds.end());
            let what = format!("must be a whole number from {low} to {high}");
            faults.add(self.key(name), what);
            default
        })
    }

    /// A day, as `2026-01-01`.
    pub fn date(&mut self, name: &str, faults: &mut Faults) -> Option<Date> {
        let read = match self.value(name)? {
            Value::Datetime(moment) => moment.to_string().parse().ok().filter(|_| {
                // A day has no hour: which day would 23:30 somewhere else belong to?
                moment.time.is_none() && moment.offset.is_none()
            }),
            Value::String(text) => text.parse().ok().filter(|day: &Date| day.to_string() == *text),
            _ => None,
        };
        if read.is_none() {
            faults.add(self.key(name), "must be a date, as 2026-01-01");
        }
        read
    }

    /// Every key that nobody has asked for is a fault.
    pub fn nothing_else(&self, faults: &mut Faults) {
        for name in self.members.into_iter().flat_map(toml::Table::keys) {
            if !self.asked.contains(name) {
                faults.add(self.key(name), "is not a key that sluss knows");
            }
        }
    }
}

/// Reads a file into a table; a file that is not TOML is one fault.
pub fn parse(file: &Path, text: &str) -> Result<toml::Table, Fault> {
    text.parse::<toml::Table>().map_err(|error| {
        let line =
            error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count());
        let what = format!("is not TOML, near line {}: {}", line.max(1), error.message());
        Fault { file: file.to_owned(), key: String::new(), what }
    })
}
