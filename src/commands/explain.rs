//! `sluss explain`: what would be sent, by the very code that sends.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output, refused, submit};
use crate::config::Config;
use crate::domain::{Case, Clock, OsEntropy, Purpose, RecipientId, SystemClock};
use crate::http::{Problem, local_client};
use crate::intake::{self, Context, Kind};
use crate::minimise::Explanation;
use crate::recipients::Recipient;
use crate::record::{Preview, preview};
use crate::store::Store;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Only what is for this recipient
    #[arg(long, value_name = "ID")]
    recipient: Option<String>,
    /// Only what is for this purpose, such as delivery.activate
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<String>,
    /// A TMF641 order or a TMF621 ticket; `-` is standard input
    file: PathBuf,
}

pub(super) async fn run(
    config: &Config,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let mut recipients = config.recipients();
    // What an operator has told of its interface counts here as it does when something is sent.
    if Store::exists(&config.state, config.servers.as_ref()) {
        let deployment = Deployment::open(config.clone())?;
        for (id, offer, _) in deployment.store.offers().await? {
            if let Some(recipient) = recipients.get_mut(&id) {
                recipient.offer = offer;
            }
        }
    }
    let only_recipient = match &arguments.recipient {
        None => None,
        Some(text) => Some(
            RecipientId::parse(text).ok().filter(|id| recipients.contains_key(id)).ok_or_else(
                || Failure::Usage(format!("there is no recipient {text:?} in the configuration")),
            )?,
        ),
    };
    let only_purpose = match &arguments.purpose {
        None => None,
        Some(text) => Some(Purpose::parse(text).ok_or_else(|| {
            let known: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect();
            Failure::Usage(format!("{text:?} is not a purpose: {}", known.join(", ")))
        })?),
    };
    let bytes = submit::read(&arguments.file)?;
    let client = local_client().map_err(|error| Failure::Usage(error.to_string()))?;
    let mut explained = Vec::new();
    for (_, body) in submit::bodies(&bytes) {
        let submission = intake::read(
            kind_of(body),
            body,
            &Context {
                client: &client,
                recipients: &recipients.keys().cloned().collect(),
                now: SystemClock.now(),
                entropy: &OsEntropy,
                bytes_max: config.http.body_bytes_max,
                // A dry run opens no store.
                accesses: &intake::NoLists,
            },
        )
        .map_err(|error| Failure::Refused(refused(&Problem::from(error))))?;
        for item in &submission.items {
            let case = &item.case;
            let fits = only_recipient.as_ref().is_none_or(|id| id == case.recipient())
                && only_purpose.is_none_or(|purpose| purpose == case.purpose());
            if let (true, Some(recipient)) = (fits, recipients.get(case.recipient())) {
                explained.push(explain(case, recipient, output));
            }
        }
    }
    if explained.is_empty() {
        let what = "nothing in the file is for this recipient and this purpose";
        return Err(Failure::Usage(what.to_owned()));
    }
    output.data(&json!({ "cases": explained }));
    Ok(())
}

/// An order has items; a ticket has none.
fn kind_of(body: &[u8]) -> Kind {
    let order = serde_json::from_slice::<Value>(body)
        .is_ok_and(|body| body.get("serviceOrderItem").is_some());
    if order { Kind::Order } else { Kind::Ticket }
}

fn explain(case: &Case, recipient: &Recipient, output: &Output) -> Value {
    let header = format!("{} to {} ({})", case.purpose(), recipient.legal_name, recipient.id);
    output.line(&header);
    let head = json!({
        "recipient": recipient.id.as_str(),
        "legalName": recipient.legal_name,
        "purpose": case.purpose().as_str(),
        "policy": recipient.policy.id().to_string(),
    });
    let Preview { minimised, message } = match preview(case, recipient, SystemClock.now().date()) {
        Ok(previewed) => previewed,
        Err(reason) => {
            let reason = reason.as_str();
            output.line(format!("  nothing is sent: {reason}"));
            return merge(head, json!({ "held": reason }));
        }
    };
    let explanation = Explanation::of(&minimised);
    super::explanation::print(&explanation, output);
    let told = super::explanation::data(&explanation);
    match message {
        Ok(message) => {
            let request = message.request();
            let body = String::from_utf8_lossy(&request.body);
            output.line(format!("  message   {} {}", request.method.as_str(), request.path));
            output.line(format!("  {body}"));
            let message =
                json!({ "method": request.method.as_str(), "path": request.path, "body": body });
            merge(merge(head, told), json!({ "message": message }))
        }
        Err(error) => {
            output.line(format!("  nothing is sent: {error}"));
            let stays = json!({ "held": error.reason().as_str(), "why": error.to_string() });
            merge(merge(head, told), stays)
        }
    }
}

fn merge(mut left: Value, right: Value) -> Value {
    if let (Some(left), Value::Object(right)) = (left.as_object_mut(), right) {
        left.extend(right);
    }
    left
}
