//! `sluss notify`: who is told what has become of orders, what is still to be told, and what was
//! given up.

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::RegistrationId;
use crate::store::{NoticeRow, Registration};
use crate::tmf::About;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show registrations, and what is still to be told to them, oldest first
    List {
        /// Only to this registration
        #[arg(long, value_name = "ID")]
        to: Option<String>,
        /// Only what was given up
        #[arg(long)]
        dead: bool,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Try what was given up once more
    Replay {
        /// Only to this registration
        #[arg(long, value_name = "ID")]
        to: Option<String>,
    },
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config.clone())?;
    let store = &deployment.store;
    match command {
        Command::List { to, dead, limit } => {
            let to = to.as_deref().map(id).transpose()?;
            let registrations = store.registrations(None, None).await?;
            let shown = |one: &&Registration| to.is_none_or(|id| id == one.id);
            let registrations: Vec<_> = registrations.iter().filter(shown).collect();
            for one in &registrations {
                output.line(format!(
                    "{} {} of {}: {} told or to be told, {} waiting, {} given up",
                    one.id,
                    one.kind.as_str(),
                    one.client,
                    one.sequence,
                    one.waiting,
                    one.dead
                ));
            }
            if registrations.is_empty() {
                output.line("no registrations");
            }
            let rows = store.outbox(to, dead, limit).await?;
            for row in &rows {
                output.line(line(row));
            }
            let rows: Vec<Value> = rows.iter().map(data).collect();
            let registrations: Vec<Value> = registrations
                .iter()
                .map(|one| {
                    json!({ "id": one.id.to_string(), "kind": one.kind.as_str(),
                        "client": one.client.as_str(), "callback": one.callback,
                        "query": one.query, "sequence": one.sequence, "waiting": one.waiting,
                        "dead": one.dead })
                })
                .collect();
            output.data(&json!({ "registrations": registrations, "notices": rows }));
        }
        Command::Replay { to } => {
            let to = to.as_deref().map(id).transpose()?;
            let revived = store.replay(to).await?;
            output.line(format!("{revived} notifications are tried once more"));
            output.data(&json!({ "replayed": revived }));
        }
    }
    Ok(())
}

fn id(text: &str) -> Result<RegistrationId, Failure> {
    RegistrationId::parse(text).ok_or_else(|| {
        let what = "a registration's id is 32 hexadecimal digits, as `sluss notify list` shows";
        Failure::Usage(what.to_owned())
    })
}

fn about(row: &NoticeRow) -> String {
    match row.notice.about {
        About::Submission(id) | About::Cancellation(_, id) => id.to_string(),
    }
}

fn line(row: &NoticeRow) -> String {
    let notice = &row.notice;
    let fate =
        if row.dead { "given up".to_owned() } else { format!("next at {}", row.due.rfc3339()) };
    format!(
        "{} #{} {} of {} ({}): tried {} times, {}, {fate}",
        row.to,
        notice.sequence,
        notice.event,
        about(row),
        notice.state,
        row.attempt,
        row.answer.as_deref().unwrap_or("no answer yet"),
    )
}

fn data(row: &NoticeRow) -> Value {
    let notice = &row.notice;
    json!({
        "to": row.to.to_string(),
        "client": row.client.as_str(),
        "sequence": notice.sequence,
        "id": notice.id.to_string(),
        "event": notice.event.as_str(),
        "about": about(row),
        "state": notice.state.as_str(),
        "at": notice.at.rfc3339(),
        "attempts": row.attempt,
        "due": row.due.rfc3339(),
        "answer": row.answer,
        "dead": row.dead,
    })
}
