//! A SOAP message as a tree of elements: small, bounded, and with nothing in it that SOAP 1.1 rules
//! out (document types, processing instructions).

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// The most elements in a message; the contract's largest has some fifty.
const ELEMENTS_MAX: usize = 500;

/// How deep they may stand in one another; the contract's deepest is at 7.
const DEPTH_MAX: usize = 16;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its namespace; empty where it has none.
    pub(super) namespace: String,
    /// Its name, without a prefix.
    pub(super) name: String,
    /// Attributes that are not namespace declarations, by their name without a prefix.
    pub(super) attributes: Vec<(String, String)>,
    /// The text that stands right in it.
    pub(super) text: String,
    /// The elements in it.
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The document's one element; `None` where it is not a well-formed document of a bounded size.
    pub(super) fn parse(document: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(document).ok()?;
        let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        reader.config_mut().expand_empty_elements = true;
        // The element that is open, innermost last; the first is the document itself.
        let mut open = vec![Self::default()];
        let mut count = 0;
        loop {
            let (namespace, event) = reader.read_resolved_event().ok()?;
            match event {
                Event::Start(start) => {
                    count += 1;
                    if count > ELEMENTS_MAX || open.len() > DEPTH_MAX {
                        return None;
                    }
                    let namespace = match namespace {
                        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
                        ResolveResult::Unbound => String::new(),
                        ResolveResult::Unknown(_) => return None,
                    };
                    open.push(Self::begun(namespace, &start)?);
                }
                Event::End(_) => {
                    let done = open.pop()?;
                    open.last_mut()?.children.push(done);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let into = &mut open.last_mut()?.text;
                    match reference.resolve_char_ref().ok()? {
                        Some(character) => into.push(character),
                        None => {
                            into.push_str(resolve_predefined_entity(&reference.xml10_content())?);
                        }
                    }
                }
                Event::Decl(_) | Event::Comment(_) => {}
                Event::Empty(_) | Event::DocType(_) | Event::PI(_) => return None,
                Event::Eof => break,
            }
        }
        let document = open.pop().filter(|_| open.is_empty())?;
        let alone = document.children.len() == 1 && document.text.trim().is_empty();
        document.children.into_iter().next().filter(|_| alone)
    }

    /// The first element in it with this name.
    pub(super) fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    /// Whether it has this name.
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a text, here or further in, is of a kind.
    pub(super) fn any_text(&self, kind: fn(&str) -> bool) -> bool {
        kind(&self.text) || self.children.iter().any(|child| child.any_text(kind))
    }

    fn begun(namespace: String, start: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            if attribute.key.as_namespace_binding().is_none() {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
                let name = attribute.key.local_name();
                attributes.push((name.as_ref().to_owned(), value.into_owned()));
            }
        }
        let name = start.local_name().as_ref().to_owned();
        Some(Self { namespace, name, attributes, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn a_tree_with_names_resolved_and_text_put_together() {
        let tree = Element::parse(
            b"<?xml version=\"1.0\"?><p:a xmlns:p='u'><b x='1'>1 &lt; <![CDATA[<2]]>&#33;</b><p:c/></p:a>",
        )
        .unwrap();
        assert!(tree.is("u", "a"));
        assert_eq!(tree.child("", "b").map(|b| b.text.as_str()), Some("1 < <2!"));
        assert_eq!(tree.child("", "b").and_then(|b| b.attribute("x")), Some("1"));
        assert!(tree.child("u", "c").is_some());
    }

    #[test]
    fn what_is_not_one_bounded_well_formed_document_is_none() {
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        let wide = format!("<a>{}</a>", "<b/>".repeat(1000));
        for bad in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>tail",
            "<p:a/>",
            "<a>&nope;</a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a><?php ?></a>",
            &deep,
            &wide,
        ] {
            assert_eq!(Element::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(Element::parse(b"\xff\xfe<a/>"), None);
    }
}
