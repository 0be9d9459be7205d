//! What would be sent, to be looked at before it is: by the very steps that send.

use super::{Desk, DeskError};
use crate::domain::{Case, Field, HoldReason, RecipientId};
use crate::minimise::{Explanation, Finding, findings};
use crate::record::{Preview, preview};

/// A finished message.
pub struct Leaving {
    /// Its method.
    pub method: &'static str,
    /// Its path, below the operator's address.
    pub path: String,
    /// The very bytes.
    pub body: Vec<u8>,
}

/// What a recipient would see.
pub struct Seen {
    /// Who.
    pub recipient: RecipientId,
    /// By its legal name.
    pub legal_name: String,
    /// The message; or why a person decides first.
    pub leaves: Result<Leaving, HoldReason>,
    /// What leaves and what stays, and why; `None` where it does not come to that.
    pub explanation: Option<Explanation>,
    /// The free text as it would be taken in.
    pub text: String,
    /// What the guard finds in it.
    pub findings: Vec<Finding>,
}

impl Desk {
    /// What would be sent of a case today.
    pub fn see(&self, case: &Case) -> Result<Seen, DeskError> {
        let recipient = self.recipients.get(case.recipient()).ok_or(DeskError::NotThere)?;
        let text = if case.facts().contains_key(&Field::FaultDescription) {
            Field::FaultDescription
        } else {
            Field::Note
        };
        let today = self.clock.now().date();
        let previewed = preview(case, recipient, today);
        let (text, findings) =
            findings(previewed.as_ref().ok().map(|one| &one.minimised), case, text);
        let (leaves, explanation) = match previewed {
            Err(reason) => (Err(reason), None),
            Ok(Preview { minimised, message }) => {
                let leaves = message.map_err(|error| error.reason()).map(|message| {
                    let request = message.request();
                    Leaving {
                        method: request.method.as_str(),
                        path: request.path.clone(),
                        body: request.body.clone(),
                    }
                });
                (leaves, Some(Explanation::of(&minimised)))
            }
        };
        Ok(Seen {
            recipient: recipient.id.clone(),
            legal_name: recipient.legal_name.clone(),
            leaves,
            explanation,
            text,
            findings,
        })
    }
}
