//! `sluss case`: look at cases, and decide about them.

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::many::{self, Many};
use super::story;
use super::{Failure, Output};
use crate::config::Config;
use crate::desk::{Decision, Story};
use crate::dialects::LinkState;
use crate::domain::{
    CaseId, CaseState, ExternalId, HoldReason, LeafId, OperatorReference, RecipientId,
    RejectReason, Step, SubscriptionId, Timestamp,
};
use crate::log::{Code, Event, Release, Role, Stopped};
use crate::minimise::shown;
use crate::store::{CaseFilter, CaseRow};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List cases, newest first
    List {
        /// Only those that are held, accepted, recorded, placed, completed, failed, rejected or
        /// cancelled
        #[arg(long = "in", value_name = "STATE")]
        within: Option<String>,
        /// Only at this recipient
        #[arg(long, value_name = "ID")]
        recipient: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Show one case
    Show {
        /// Its id
        id: String,
    },
    /// Let a held case go on, or many
    Release {
        /// Its id
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        #[command(flatten)]
        many: Many,
    },
    /// Look at a case now that waits for a time: to be sent again, to be asked about; look anew at one
    /// that is held, or at many
    Retry {
        /// Its id
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        #[command(flatten)]
        many: Many,
    },
    /// Stop a case that the operator does not have
    Cancel {
        /// Its id
        id: String,
    },
    /// Keep a case from going on
    Hold {
        /// Its id
        id: String,
    },
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config.clone())?;
    match command {
        Command::List { within, recipient, limit } => {
            let filter = filter(within.as_deref(), recipient.as_deref(), limit)?;
            let rows = deployment.store.cases(filter).await?;
            if rows.is_empty() {
                output.line("no cases");
            }
            for row in &rows {
                output.line(line(row));
            }
            let rows: Vec<Value> = rows.iter().map(data).collect();
            output.data(&json!({ "cases": rows }));
            Ok(())
        }
        Command::Show { id } => {
            let row = find(&deployment, &id).await?;
            let story = Story::of(&deployment.store, &row).await?;
            let said = deployment.store.words(row.id).await?;
            // They may name people: they are shown as a text of ours would be.
            let said = said.map(|(words, case)| shown(&case, words.reveal()));
            let seen = deployment.store.line(row.id).await?;
            head(&row, output);
            if let Some((line, asked)) = &seen {
                output.line(format!("  the operator sees {} ({})", seen_as(line), asked.rfc3339()));
            }
            if let Some(said) = &said {
                output.line(format!("  the operator said: {said}"));
            }
            story::print(&story, output);
            let mut told = data(&row);
            (told["story"], told["clocks"]) = story::data(&story);
            if let Some(said) = said {
                told["operatorSaid"] = said.into();
            }
            if let Some((line, asked)) = seen {
                told["line"] = json!({
                    "up": line.up,
                    "shut": line.shut,
                    "since": line.since.map(Timestamp::rfc3339),
                    "mbps": line.speed,
                    "dbmReceived": line.received.map(|level| level.to_string()),
                    "dbmSent": line.sent.map(|level| level.to_string()),
                    "brokenFrames": line.errors,
                    "asked": asked.rfc3339(),
                });
            }
            output.data(&told);
            Ok(())
        }
        Command::Release { id: None, many } => {
            many::run(&deployment, Decision::Release, &many, output).await
        }
        Command::Retry { id: None, many } => {
            many::run(&deployment, Decision::Retry, &many, output).await
        }
        Command::Retry { id: Some(id), .. } => {
            let row = find(&deployment, &id).await?;
            if row.state == CaseState::Held {
                return decide(&deployment, &id, Step::Retry, output).await;
            }
            if !deployment.store.hurry(row.id).await? {
                let waits = match row.state {
                    CaseState::Waiting => "waits for the case that it is about",
                    state if state.is_final() => "has ended: hand it in anew",
                    _ => "is being worked on at this moment",
                };
                return Err(Failure::Usage(format!("the case {waits}")));
            }
            show(&find(&deployment, &id).await?, output);
            Ok(())
        }
        Command::Release { id: Some(id), .. } => {
            decide(&deployment, &id, Step::Release, output).await
        }
        Command::Cancel { id } => decide(&deployment, &id, Step::Cancel, output).await,
        Command::Hold { id } => decide(&deployment, &id, Step::Hold, output).await,
    }
}

fn filter(state: Option<&str>, recipient: Option<&str>, limit: u32) -> Result<CaseFilter, Failure> {
    let state = state
        .map(|text| {
            let known: Vec<_> = CaseState::ALL.iter().map(|state| state.as_str()).collect();
            CaseState::parse(text).ok_or_else(|| {
                Failure::Usage(format!("{text:?} is not a state: {}", known.join(", ")))
            })
        })
        .transpose()?;
    let recipient = recipient
        .map(|text| RecipientId::parse(text).map_err(|error| Failure::Usage(error.to_string())))
        .transpose()?;
    Ok(CaseFilter { id: None, state, recipient, limit })
}

async fn find(deployment: &Deployment, id: &str) -> Result<CaseRow, Failure> {
    let id = CaseId::parse(id).ok_or_else(|| {
        Failure::Usage("a case id is 32 hexadecimal digits, as `sluss case list` shows".to_owned())
    })?;
    let filter = CaseFilter { id: Some(id), limit: 1, ..CaseFilter::default() };
    let rows = deployment.store.cases(filter).await?;
    rows.into_iter().next().ok_or_else(|| Failure::Usage("there is no such case".to_owned()))
}

/// A decision is a leaf: who, what, and about which recipient and purpose.
async fn decide(
    deployment: &Deployment,
    id: &str,
    step: Step,
    output: &Output,
) -> Result<(), Failure> {
    let row = find(deployment, id).await?;
    let event = if step == Step::Hold {
        Event::Hold(Stopped {
            recipient: row.recipient.clone(),
            purpose: row.purpose,
            policy: None,
            reason: HoldReason::Person,
            withheld: [].into(),
            actor: Role::Operations,
            sd: [].into(),
        })
    } else {
        let word = match step {
            Step::Cancel => "cancelled",
            Step::Retry => Release::RETRIED,
            _ => "released",
        };
        let reason = Code::parse(word).ok_or_else(|| Failure::Log(word.to_owned()))?;
        Event::Release(Release {
            recipient: row.recipient.clone(),
            purpose: row.purpose,
            reason,
            actor: Role::Operations,
            sd: [].into(),
        })
    };
    let leaf = LeafId::draw(&*deployment.entropy);
    deployment.store.decide(row.id, step, (leaf, event)).await?;
    let row = find(deployment, id).await?;
    show(&row, output);
    Ok(())
}

fn show(row: &CaseRow, output: &Output) {
    head(row, output);
    output.data(&data(row));
}

fn head(row: &CaseRow, output: &Output) {
    output.line(line(row));
    let reason = row.reason.as_deref();
    let advice = reason.and_then(HoldReason::parse).map(HoldReason::advice);
    let advice = advice.or_else(|| reason.and_then(RejectReason::parse).map(RejectReason::advice));
    if let Some(advice) = advice {
        output.line(format!("  what to do: {advice}"));
    }
    if let Some(reference) = &row.operator_reference {
        output.line(format!("  operator's reference: {reference}"));
    }
    if let Some(subscription) = &row.subscription {
        output.line(format!("  operator's subscription: {subscription}"));
    }
    if let Some(answer) = &row.answer {
        output.line(format!("  last answer: {answer}"));
    }
    if let Some(intent) = row.intent {
        output.line(format!("  disclosure without outcome: leaf {intent}"));
    }
    output.line(format!(
        "  accepted {}, changed {}, disclosures {}",
        row.accepted.rfc3339(),
        row.changed.rfc3339(),
        row.attempt
    ));
}

/// A line as the operator's equipment sees it.
fn seen_as(line: &LinkState) -> String {
    let mut seen = if line.up { "link" } else { "no link" }.to_owned();
    let since = line.since.map(|since| format!(" since {}", since.rfc3339()));
    let told = [
        since,
        line.shut.then(|| ", its port shut by the operator".to_owned()),
        line.speed.map(|speed| format!(", {speed} Mbit/s")),
        line.received.map(|level| format!(", receives {level} dBm")),
        line.sent.map(|level| format!(", sends {level} dBm")),
        line.errors.map(|errors| format!(", {errors} broken frames")),
    ];
    seen.extend(told.into_iter().flatten());
    seen
}

fn line(row: &CaseRow) -> String {
    let external = row.external_id.as_ref().map_or("-", |id| id.as_str());
    let reason = row.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{}  {:<9}{reason}  {}  {}  {external}/{}",
        row.id, row.state, row.recipient, row.purpose, row.item
    )
}

fn data(row: &CaseRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "submission": row.submission.to_string(),
        "kind": row.kind.as_str(),
        "externalId": row.external_id.as_ref().map(ExternalId::as_str),
        "item": row.item,
        "recipient": row.recipient.as_str(),
        "purpose": row.purpose.as_str(),
        "act": row.act.as_str(),
        "about": row.about.map(|(case, _)| case.to_string()),
        "state": row.state.as_str(),
        "reason": row.reason,
        "disclosures": row.attempt,
        "operatorReference": row.operator_reference.as_ref().map(OperatorReference::as_str),
        "subscriptionId": row.subscription.as_ref().map(SubscriptionId::as_str),
        "answer": row.answer,
        "openIntent": row.intent.map(|index| index.0),
        "accepted": row.accepted.rfc3339(),
        "changed": row.changed.rfc3339(),
    })
}
