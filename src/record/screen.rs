//! The last look at the finished bytes: what must never leave is searched for where the message can
//! still be stopped. Whatever the policy says, whatever the dialect does.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::Value;
use thiserror::Error;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::dialects::Message;
use crate::domain::Field;
use crate::guard::identity;
use crate::minimise::Minimised;

/// What the finished message held. Names what it was, never what it said.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Screened {
    /// A personnummer or samordningsnummer.
    #[error("the finished message holds an identity number")]
    IdentityNumber,
    /// A value that the policy withholds.
    #[error("the finished message holds {0}, which is withheld")]
    Withheld(Field),
    /// The message is not in a form that can be looked through.
    #[error("the finished message cannot be looked through")]
    Unreadable,
}

/// Looks through every text of a message. A text whose member is an identifier by its type is not
/// searched for identity numbers: one in ninety random numbers looks like one.
pub(super) fn screen(
    message: &Message,
    id_members: &[&str],
    minimised: &Minimised<'_>,
) -> Result<(), Screened> {
    let request = message.request();
    let sought = Sought { id_members, withheld: withheld(minimised), opened: opened(minimised) };
    let mut look = |member: &str, text: &str| sought.look(member, text);
    // As it is written, and as whoever gets it reads it.
    look("", &request.path)?;
    for (name, value) in form_urlencoded::parse(request.path.as_bytes()) {
        look("", &name)?;
        look("", &value)?;
    }
    match request.content_type {
        None if request.body.is_empty() => Ok(()),
        Some(kind) if kind.starts_with("application/json") => {
            let body = serde_json::from_slice(&request.body).map_err(|_| Screened::Unreadable)?;
            json("", &body, &mut look)
        }
        Some(kind) if kind.starts_with("text/xml") => xml(&request.body, &mut look),
        _ => Err(Screened::Unreadable),
    }
}

type Look<'l> = dyn FnMut(&str, &str) -> Result<(), Screened> + 'l;

fn json(member: &str, value: &Value, look: &mut Look<'_>) -> Result<(), Screened> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) => look(member, &number.to_string()),
        Value::String(text) => look(member, text),
        Value::Array(values) => values.iter().try_for_each(|value| json(member, value, look)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            look("", name)?;
            json(name, value, look)
        }),
    }
}

fn xml(body: &[u8], look: &mut Look<'_>) -> Result<(), Screened> {
    let body = std::str::from_utf8(body).map_err(|_| Screened::Unreadable)?;
    let mut reader = Reader::from_str(body);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().map_err(|_| Screened::Unreadable)? {
            Event::Start(element) => {
                // What stands before an element within another belongs to the outer one.
                look(path.last().map_or("", String::as_str), &text)?;
                text.clear();
                attributes(&element, look)?;
                path.push(element.local_name().as_ref().to_owned());
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(reference) => {
                match reference.resolve_char_ref().map_err(|_| Screened::Unreadable)? {
                    Some(character) => text.push(character),
                    None => text.push_str(
                        quick_xml::escape::resolve_predefined_entity(&reference)
                            .ok_or(Screened::Unreadable)?,
                    ),
                }
            }
            Event::End(_) => {
                let member = path.pop().unwrap_or_default();
                look(&member, &text)?;
                text.clear();
            }
            Event::Eof if path.is_empty() => return look("", &text),
            Event::Eof => return Err(Screened::Unreadable),
            Event::Decl(_) => {}
            // Our own messages have none of these: what cannot be looked through does not leave.
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::DocType(_) => {
                return Err(Screened::Unreadable);
            }
        }
    }
}

fn attributes(element: &BytesStart<'_>, look: &mut Look<'_>) -> Result<(), Screened> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| Screened::Unreadable)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| Screened::Unreadable)?;
        look(attribute.key.local_name().as_ref(), &value)?;
    }
    Ok(())
}

/// What a message is searched for.
struct Sought<'m> {
    id_members: &'m [&'m str],
    withheld: Vec<(Field, Needle)>,
    opened: Vec<&'m str>,
}

impl Sought<'_> {
    fn look(&self, member: &str, text: &str) -> Result<(), Screened> {
        if !self.id_members.contains(&member) && !identity::personnummer(text).is_empty() {
            return Err(Screened::IdentityNumber);
        }
        let mut rest = Zeroizing::new(text.to_owned());
        for value in &self.opened {
            if rest.contains(value) {
                rest = Zeroizing::new(without(&rest, value));
            }
        }
        let hay = Hay::of(&rest);
        match self.withheld.iter().find(|(_, needle)| needle.is_in(&hay)) {
            Some((field, _)) => Err(Screened::Withheld(*field)),
            None => Ok(()),
        }
    }
}

/// The values that the policy opens, where they are long enough to stand for themselves: in
/// `KUNGS10-1101` an access id is told and no apartment, in `2026-12-01` a day and no door code.
fn opened<'m>(minimised: &'m Minimised<'_>) -> Vec<&'m str> {
    const TELLING: usize = 6;
    let telling = |value: &str| value.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING;
    minimised
        .fields()
        .filter(|(field, value)| !field.is_free_text() && telling(value))
        .map(|(_, value)| value)
        .collect()
}

/// A text without a value, wherever that stands by itself and is not the inside of another.
fn without(text: &str, value: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in text.match_indices(value) {
        let end = at + found.len();
        if !is_word(text[..at].chars().next_back()) && !is_word(text[end..].chars().next()) {
            rest.push_str(&text[from..at]);
            // No space: what stands on either side must not be read as one.
            rest.push('\u{fffc}');
            from = end;
        }
    }
    rest.push_str(&text[from..]);
    rest
}

/// A text, ready to be searched in.
struct Hay {
    words: String,
    digits: String,
}

impl Hay {
    fn of(text: &str) -> Self {
        Self { words: words(text), digits: text.chars().filter(char::is_ascii_digit).collect() }
    }
}

/// What to look for: whole words, or digits whatever stands between them.
enum Needle {
    Words(String),
    Digits(String),
}

impl Needle {
    fn is_in(&self, hay: &Hay) -> bool {
        match self {
            Self::Words(needle) => hay.words.contains(needle),
            Self::Digits(needle) => hay.digits.contains(needle),
        }
    }
}

/// The withheld values that are long enough to be recognised. What is shorter (a house number, a
/// yes) says nothing outside its field. A value that leaves shortened is withheld in full.
fn withheld(minimised: &Minimised<'_>) -> Vec<(Field, Needle)> {
    let mut needles = Vec::new();
    for (&field, value) in minimised.case().facts().iter().chain(minimised.case().known()) {
        let value = value.disclose();
        let leaves = |text: &str| words(text).contains(&words(value));
        if !is_searched_for(field) || minimised.text(field).is_some_and(leaves) {
            continue;
        }
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 6 && field != Field::CpeMac && field != Field::IpAddress {
            // +46701740605 is written 070-174 06 05: the national part is what both share.
            let national = digits.strip_prefix("46").unwrap_or(&digits);
            needles.push((field, Needle::Digits(national.to_owned())));
        } else if value.chars().filter(|c| c.is_alphanumeric()).count() >= 4 {
            needles.push((field, Needle::Words(words(value))));
        }
    }
    needles
}

/// Whether a value is about a person or a place, and not a code that many cases share.
const fn is_searched_for(field: Field) -> bool {
    use crate::domain::Category;
    matches!(field.category(), Category::Place | Category::Contact | Category::Identity)
        || matches!(field, Field::CpeMac | Field::IpAddress | Field::DoorCode)
}

/// Lower case, with one space on either side of each word, so that only whole words are found.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words.extend(word.chars().flat_map(char::to_lowercase));
        words.push(' ');
    }
    words
}
