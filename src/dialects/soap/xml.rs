//! A bounded reader for foreign XML. Strict where leniency has hurt others: no document type, no
//! processing instruction, no entity but the five that XML itself has, nothing but UTF-8.
//!
//! It resolves namespaces and forgets what nobody asks for: attributes, comments and the names of
//! strangers' namespaces. It never panics, whatever the bytes, and never asks for more memory than
//! a small multiple of what it was given.

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use thiserror::Error;

/// The most bytes of a document.
const DOCUMENT_MAX: usize = 4 * 1024 * 1024;
/// How deep elements may stand in one another.
const DEPTH_MAX: usize = 32;
/// The most elements of a document.
const ELEMENTS_MAX: usize = 10_000;
/// The most attributes of an element, and the most namespaces in scope.
const ATTRIBUTES_MAX: usize = 64;
/// The most bytes of text directly in one element.
const TEXT_MAX: usize = 64 * 1024;
/// The most bytes of a name.
const NAME_MAX: usize = 128;

/// Why a document is not read. Never holds a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum XmlError {
    /// Not UTF-8, or said to be something else.
    #[error("the document is not in UTF-8")]
    Encoding,
    /// Not XML 1.0 with namespaces.
    #[error("the document is not well-formed")]
    IllFormed,
    /// XML, of a kind that no answer needs.
    #[error("the document has {0}")]
    Refused(&'static str),
    /// More than any answer needs.
    #[error("the document has too much {0}")]
    TooMuch(&'static str),
}

/// Where a name belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// In no namespace.
    None,
    /// In one that the caller knows.
    Known(&'static str),
    /// In another.
    Foreign,
}

/// An element, with all text that stands directly in it put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    space: Space,
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// Where its name belongs.
    pub(super) fn space(&self) -> Space {
        self.space
    }

    /// Its name without a prefix.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its own text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The elements directly in it.
    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    fn say(&mut self, text: &str) -> Result<(), XmlError> {
        if self.text.len() + text.len() > TEXT_MAX {
            return Err(XmlError::TooMuch("text"));
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// Reads a document; `known` are the namespaces that the caller tells apart.
pub(super) fn read(bytes: &[u8], known: &[&'static str]) -> Result<Element, XmlError> {
    if bytes.len() > DOCUMENT_MAX {
        return Err(XmlError::TooMuch("data"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.chars().all(is_char) {
        return Err(XmlError::IllFormed);
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    reader.config_mut().expand_empty_elements = true;
    reader.resolver_mut().set_max_namespace_bindings(ATTRIBUTES_MAX);

    let mut tree = Tree::default();
    let mut at_start = true;
    loop {
        let (space, event) = reader.read_resolved_event().map_err(|_| XmlError::IllFormed)?;
        match event {
            Event::Decl(declaration) if at_start => check_declaration(&declaration)?,
            Event::Start(start) => tree.open(&start, space_of(&space, known)?)?,
            Event::End(_) => tree.close()?,
            Event::Text(text) if text.contains("]]>") => return Err(XmlError::IllFormed),
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.inside()?.say(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                let text = resolve(&reference)?.encode_utf8(&mut buffer);
                tree.inside()?.say(text)?;
            }
            Event::Comment(_) => {}
            Event::DocType(_) => return Err(XmlError::Refused("a document type")),
            Event::PI(_) => return Err(XmlError::Refused("a processing instruction")),
            // Empty elements are expanded, and a declaration stands at the very start or nowhere.
            Event::Decl(_) | Event::Empty(_) => return Err(XmlError::IllFormed),
            Event::Eof => return tree.finish(),
        }
        at_start = false;
    }
}

/// Whether XML 1.0 can say a character at all, be it as a reference (section 2.2, `Char`).
pub(super) const fn is_char(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    )
}

/// What has been read so far.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>, space: Space) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::IllFormed);
        }
        self.elements += 1;
        if self.elements > ELEMENTS_MAX || self.open.len() >= DEPTH_MAX {
            return Err(XmlError::TooMuch("structure"));
        }
        check_name(start.name())?;
        check_attributes(start)?;
        let name = start.local_name().into_inner().to_owned();
        self.open.push(Element { space, name, text: String::new(), children: Vec::new() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let closed = self.open.pop().ok_or(XmlError::IllFormed)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.say(text),
            None if text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) => Ok(()),
            None => Err(XmlError::IllFormed),
        }
    }

    fn inside(&mut self) -> Result<&mut Element, XmlError> {
        self.open.last_mut().ok_or(XmlError::IllFormed)
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.open.is_empty() {
            self.root.ok_or(XmlError::IllFormed)
        } else {
            Err(XmlError::IllFormed)
        }
    }
}

fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
    if !matches!(declaration.xml_version(), Ok(XmlVersion::Explicit1_0)) {
        return Err(XmlError::IllFormed);
    }
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        Some(_) => Err(XmlError::Encoding),
    }
}

fn check_attributes(start: &BytesStart<'_>) -> Result<(), XmlError> {
    for (index, attribute) in start.attributes().enumerate() {
        let attribute = attribute.map_err(|_| XmlError::IllFormed)?;
        if index >= ATTRIBUTES_MAX {
            return Err(XmlError::TooMuch("structure"));
        }
        check_name(attribute.key)?;
        if attribute.value.contains('<') {
            return Err(XmlError::IllFormed);
        }
        // Read for its references alone: nothing in an answer depends on an attribute.
        let value = attribute
            .normalized_value_with(XmlVersion::Explicit1_0, 1, resolve_xml_entity)
            .map_err(|_| XmlError::IllFormed)?;
        if !value.chars().all(is_char) {
            return Err(XmlError::IllFormed);
        }
    }
    Ok(())
}

/// The names that are found in practice: no answer of an operator needs the rest of Unicode.
fn check_name(name: QName<'_>) -> Result<(), XmlError> {
    if name.into_inner().len() > NAME_MAX {
        return Err(XmlError::TooMuch("structure"));
    }
    let (local, prefix) = name.decompose();
    let fits = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && characters.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    if fits(local.into_inner()) && prefix.is_none_or(|prefix| fits(prefix.into_inner())) {
        Ok(())
    } else {
        Err(XmlError::IllFormed)
    }
}

fn space_of(space: &ResolveResult<'_>, known: &[&'static str]) -> Result<Space, XmlError> {
    match space {
        ResolveResult::Unbound => Ok(Space::None),
        ResolveResult::Bound(namespace) => Ok(known
            .iter()
            .find(|known| **known == namespace.into_inner())
            .map_or(Space::Foreign, |known| Space::Known(known))),
        ResolveResult::Unknown(_) => Err(XmlError::IllFormed),
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, XmlError> {
    let character = match reference.resolve_char_ref().map_err(|_| XmlError::IllFormed)? {
        Some(character) => Some(character),
        None => resolve_xml_entity(reference).and_then(|text| text.chars().next()),
    };
    match character {
        Some(character) if is_char(character) => Ok(character),
        Some(_) => Err(XmlError::IllFormed),
        None => Err(XmlError::Refused("an entity of its own")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: &str = "urn:a";

    #[track_caller]
    fn check(document: &str, expected: Result<&str, XmlError>) {
        let got = read(document.as_bytes(), &[SPACE]).map(|root| show(&root));
        assert_eq!(got.as_deref().map_err(|error| *error), expected, "{document}");
    }

    /// `!` stands for the known namespace, `?` for a foreign one.
    fn show(element: &Element) -> String {
        let space = match element.space {
            Space::None => "",
            Space::Known(_) => "!",
            Space::Foreign => "?",
        };
        let inner: Vec<_> = element.children.iter().map(show).collect();
        format!("{space}{}[{}]({})", element.name, element.text, inner.join(","))
    }

    #[test]
    fn documents_that_are_read() {
        check("<a/>", Ok("a[]()"));
        check("\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<a> b </a>\n", Ok("a[ b ]()"));
        check("<a xmlns='urn:a'><b/><x:c xmlns:x='urn:b'/></a>", Ok("!a[](!b[](),?c[]())"));
        check("<x:a xmlns:x='urn:a'><b xmlns=''/></x:a>", Ok("!a[](b[]())"));
        check("<a xmlns='urn:a'><b xmlns='urn:b'/><c/></a>", Ok("!a[](?b[](),!c[]())"));
        check("<a>&lt;&#65;&#x42;&amp;<!-- - --><![CDATA[<&]]>d</a>", Ok("a[<AB&<&d]()"));
        check("<a b='&quot;' c=\"'\">\r\n</a>", Ok("a[\n]()"));
        check("<å/>", Ok("å[]()"));
    }

    #[test]
    fn documents_that_are_not() {
        use XmlError::{Encoding, IllFormed, Refused};
        check("", Err(IllFormed));
        check("a", Err(IllFormed));
        check("<a>", Err(IllFormed));
        check("<a></b>", Err(IllFormed));
        check("</a>", Err(IllFormed));
        check("<a/><b/>", Err(IllFormed));
        check("<a/>b", Err(IllFormed));
        check("<a/>&#65;", Err(IllFormed));
        check("<a/><![CDATA[b]]>", Err(IllFormed));
        check("<a><?xml version='1.0'?></a>", Err(IllFormed));
        check("<?xml version='1.1'?><a/>", Err(IllFormed));
        check("<?xml version='1.0' encoding='iso-8859-1'?><a/>", Err(Encoding));
        check("<!DOCTYPE a><a/>", Err(Refused("a document type")));
        check("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Err(Refused("a document type")));
        check("<?xml-stylesheet href='a'?><a/>", Err(Refused("a processing instruction")));
        check("<a>&b;</a>", Err(Refused("an entity of its own")));
        check("<a>&nbsp;</a>", Err(Refused("an entity of its own")));
        check("<a>&</a>", Err(IllFormed));
        check("<a>&#0;</a>", Err(IllFormed));
        check("<a>&#x1;</a>", Err(IllFormed));
        check("<a>&#xFFFF;</a>", Err(IllFormed));
        check("<a>&#xD800;</a>", Err(IllFormed));
        check("<a>\u{1}</a>", Err(IllFormed));
        check("<a>]]></a>", Err(IllFormed));
        check("<a b='1' b='2'/>", Err(IllFormed));
        check("<a b='<'/>", Err(IllFormed));
        check("<a b='&c;'/>", Err(IllFormed));
        check("<a b/>", Err(IllFormed));
        check("<x:a/>", Err(IllFormed));
        check("<1/>", Err(IllFormed));
        check("<a:b:c xmlns:a='urn:a'/>", Err(IllFormed));
        check("<!-- a -- b --><a/>", Err(IllFormed));
        assert_eq!(read(b"<a>\xff</a>", &[]), Err(Encoding));
    }

    #[test]
    fn bounds() {
        let nested = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(nested(DEPTH_MAX).as_bytes(), &[]).is_ok());
        let many = |count| format!("<a>{}</a>", "<b/>".repeat(count - 1));
        assert!(read(many(ELEMENTS_MAX).as_bytes(), &[]).is_ok());
        let long = |length| format!("<a>{}</a>", "b".repeat(length));
        assert!(read(long(TEXT_MAX).as_bytes(), &[]).is_ok());
        let attributes = |count| {
            let all: Vec<_> = (0..count).map(|index| format!(" b{index}=''")).collect();
            format!("<a{}/>", all.concat())
        };
        assert!(read(attributes(ATTRIBUTES_MAX).as_bytes(), &[]).is_ok());
        for (document, what) in [
            (nested(DEPTH_MAX + 1), "structure"),
            (many(ELEMENTS_MAX + 1), "structure"),
            (long(TEXT_MAX + 1), "text"),
            (attributes(ATTRIBUTES_MAX + 1), "structure"),
            (format!("<{}/>", "a".repeat(NAME_MAX + 1)), "structure"),
            (" ".repeat(DOCUMENT_MAX + 1), "data"),
        ] {
            assert_eq!(read(document.as_bytes(), &[]), Err(XmlError::TooMuch(what)));
        }
    }
}
