//! A registration for notifications, as it is handed in at a hub (`EventSubscriptionInput`).

use super::fault::IntakeError;
use super::identity::Identities;
use super::json::Json;
use super::reader::{Desk, Node};
use crate::domain::Timestamp;

/// A callback and what is wanted there, not yet held to any list.
#[derive(Debug, PartialEq, Eq)]
pub struct HubBody {
    /// Where to. No identity number stands in it.
    pub callback: String,
    /// Of what; blank: all.
    pub query: String,
}

/// Reads the body.
///
/// # Errors
/// Tells the limit that the body breaks, or else all that is wrong with it at once.
pub fn read_hub(bytes: &[u8], now: Timestamp) -> Result<HubBody, IntakeError> {
    const CALLBACK_MAX: usize = 500;
    const QUERY_MAX: usize = 2_000;
    let tree = Json::read(bytes)?;
    let desk = Desk::new(Identities::of(&tree, now.date()));
    let read = Node::root(&desk, &tree).object().map(|mut body| {
        body.pass(&["@type", "@baseType", "@schemaLocation"]);
        body.refuse(&["id"]);
        let text = |node: Node<'_>, max| {
            let text = node.text(max).map(str::to_owned);
            text.filter(|text| !node.holds_identity(text))
        };
        let callback = body.need("callback").and_then(|node| text(node, CALLBACK_MAX));
        let query = body.take("query").and_then(|node| text(node, QUERY_MAX));
        body.close();
        (callback, query.unwrap_or_default())
    });
    let faults = desk.into_faults();
    match read {
        Some((Some(callback), query)) if faults.is_empty() => Ok(HubBody { callback, query }),
        _ => Err(IntakeError::Invalid(faults)),
    }
}
