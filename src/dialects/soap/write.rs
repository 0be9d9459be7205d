//! What we say: a minimised case, or a question, as an envelope. Strict, and the same bytes for the
//! same values.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::layout::{self, Part};
use super::shape::Shape;
use super::{Call, ENVELOPE, OPERATOR};
use crate::dialects::{EncodeError, Method, Request};
use crate::domain::{Act, Field};

/// The message that asks for this, from the texts that may leave.
///
/// A value that does not fit its form counts as one that is not there, whether or not the message
/// could do without it: to leave it out would say less than the log does.
///
/// # Errors
/// A value that it cannot do without is missing, or there is no such message.
pub fn message<'text>(
    act: Act,
    text: &dyn Fn(Field) -> Option<&'text str>,
) -> Result<Request, EncodeError> {
    let layout = layout::layout(act).ok_or(EncodeError::Act(act))?;
    let carried = layout::carries(act);
    let text =
        |field| text(field).filter(|text| carried.contains(&field) && !text.trim().is_empty());
    if let Some(&field) = layout.required.iter().find(|&&field| text(field).is_none()) {
        return Err(EncodeError::Missing(field));
    }
    let kind = if layout.call == Call::UpdateTicket { "Action" } else { "Operation" };
    let mut nodes: Vec<_> =
        layout.operation.map(|word| Node::leaf(kind, word)).into_iter().collect();
    fill(layout.parts, &text, &mut nodes)?;
    // An amendment of nothing, and a comment without a word, are not made.
    let least = match act {
        Act::Amend => Some((1, Field::RequestedDate)),
        Act::Supplement => Some((3, Field::Note)),
        Act::Modify => {
            let change =
                [Field::FixedIp, Field::Sla, Field::CpeModel, Field::CpeMac, Field::IpAddress];
            if change.iter().all(|field| text(*field).is_none()) {
                return Err(EncodeError::Missing(Field::CpeMac));
            }
            None
        }
        _ => None,
    };
    if let Some((frame, missing)) = least
        && nodes.len() <= frame
    {
        return Err(EncodeError::Missing(missing));
    }
    Ok(request(layout.call, &nodes))
}

/// A question, from ids.
pub(super) fn question(call: Call, members: &[(&'static str, &str)]) -> Request {
    let nodes: Vec<_> = members.iter().map(|&(name, text)| Node::leaf(name, text)).collect();
    request(call, &nodes)
}

/// An element on its way out.
enum Node<'text> {
    Leaf(&'static str, Cow<'text, str>),
    Block(&'static str, Vec<Self>),
}

impl<'text> Node<'text> {
    fn leaf(name: &'static str, text: &'text str) -> Self {
        Self::Leaf(name, Cow::Borrowed(text))
    }
}

fn fill<'text>(
    parts: &[Part],
    text: &dyn Fn(Field) -> Option<&'text str>,
    nodes: &mut Vec<Node<'text>>,
) -> Result<(), EncodeError> {
    for part in parts {
        match *part {
            Part::Field(field) | Part::Named(_, field) => {
                let (Some(text), Some((name, shape))) = (text(field), layout::element(field))
                else {
                    continue;
                };
                let name = if let Part::Named(other, _) = *part { other } else { name };
                // Several addresses are one field, and an element each.
                for one in text.split(|c| c == ',' && shape == Shape::IpAddress) {
                    let fitted = shape.fit(one).ok_or(EncodeError::Missing(field))?;
                    nodes.push(Node::Leaf(name, fitted));
                }
            }
            Part::Block(name, parts) => {
                let mut inner = Vec::new();
                fill(parts, text, &mut inner)?;
                if !inner.is_empty() {
                    nodes.push(Node::Block(name, inner));
                }
            }
        }
    }
    Ok(())
}

#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn request(call: Call, nodes: &[Node<'_>]) -> Request {
    let (body, security_offset) = envelope(call, nodes).expect("memory takes every write");
    Request {
        method: Method::Post,
        path: "operator".to_owned(),
        content_type: Some("text/xml; charset=utf-8"),
        soap_action: Some(call.soap_action()),
        body,
        security_offset: Some(security_offset),
    }
}

/// The envelope, and the place right behind `<soap:Header>`. The header is written with both its
/// tags, so that credentials can be put in without touching a byte that the log has seen.
fn envelope(call: Call, nodes: &[Node<'_>]) -> io::Result<(Vec<u8>, usize)> {
    let mut writer = Writer::new(Vec::new());
    let mut security_offset = 0;
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("soap:Envelope")
        .with_attribute(("xmlns:soap", ENVELOPE))
        .write_inner_content(|writer| {
            writer.create_element("soap:Header").write_inner_content(|writer| {
                security_offset = writer.get_ref().len();
                Ok(())
            })?;
            writer.create_element("soap:Body").write_inner_content(|writer| {
                writer
                    .create_element(call.request())
                    .with_attribute(("xmlns", OPERATOR))
                    .write_inner_content(|writer| write(writer, nodes))?;
                Ok(())
            })?;
            Ok(())
        })?;
    Ok((writer.into_inner(), security_offset))
}

fn write(writer: &mut Writer<Vec<u8>>, nodes: &[Node<'_>]) -> io::Result<()> {
    for node in nodes {
        match node {
            Node::Leaf(name, text) => {
                writer.create_element(*name).write_text_content(BytesText::new(text))?;
            }
            Node::Block(name, inner) => {
                writer.create_element(*name).write_inner_content(|writer| write(writer, inner))?;
            }
        }
    }
    Ok(())
}
