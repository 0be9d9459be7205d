//! `sluss access`: operators' lists of accesses, copied here; which access an address means.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::deployment::Deployment;
use super::{Failure, Output, submit};
use crate::address::{Doubt, Listed, Place, PlaceParts, fields, parse};
use crate::config::Config;
use crate::domain::{AccessId, RecipientId, Timestamp};
use crate::store::{AccessList, Resolved};
use crate::worker::{ListPart, ListUpdate};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say which access an address means, from the copies here: nobody is asked. Exit 1 unless it is
    /// exactly one
    Find(Box<Find>),
    /// Copy operators' lists of accesses now; the worker does the same by itself
    Update {
        /// Only this operator's
        recipient: Option<String>,
        /// All of it, and not only what has changed
        #[arg(long)]
        complete: bool,
    },
    /// Say how the copies stand
    List,
}

#[derive(Args, Debug)]
pub(super) struct Find {
    /// The address in words, such as Kungsgatan 10G, 413 69 Göteborg; `-` is standard input, where
    /// it stands in no list of processes
    #[arg(value_name = "ADDRESS", conflicts_with_all = ["id", "street"])]
    words: Vec<String>,
    /// The access with this id
    #[arg(long, value_name = "ACCESS", conflicts_with = "street")]
    id: Option<String>,
    /// Street, village, farm or property
    #[arg(long)]
    street: Option<String>,
    /// House number, or a metre address such as 652-16
    #[arg(long, requires = "street", default_value = "")]
    number: String,
    /// Letter or entrance
    #[arg(long, requires = "street", default_value = "")]
    littera: String,
    /// Number of the apartment, four digits
    #[arg(long, requires = "street", default_value = "")]
    apartment: String,
    /// The house's own label of the apartment
    #[arg(long, requires = "street", default_value = "")]
    distinguisher: String,
    /// Label on the socket
    #[arg(long, requires = "street", default_value = "")]
    outlet: String,
    /// Five digits
    #[arg(long, requires = "street", default_value = "")]
    postcode: String,
    /// Postal city
    #[arg(long, requires = "street", default_value = "")]
    city: String,
    /// Only in this operator's list
    #[arg(long, value_name = "ID")]
    recipient: Option<String>,
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open(config.clone())?;
    match command {
        Command::Find(find) => find.run(&deployment, output).await,
        Command::Update { recipient, complete } => {
            let part = if complete { ListPart::Complete } else { ListPart::Changes };
            update(&deployment, recipient.as_deref(), part, output).await
        }
        Command::List => {
            let lists = deployment.store.access_lists().await?;
            for list in &lists {
                output.line(stands(list, deployment.clock.now()));
            }
            if lists.is_empty() {
                output.line("no list has been copied yet: sluss access update");
            }
            output.data(&json!({ "lists": lists.iter().map(list_data).collect::<Vec<_>>() }));
            Ok(())
        }
    }
}

impl Find {
    async fn run(&self, deployment: &Deployment, output: &Output) -> Result<(), Failure> {
        let recipient = self.recipient.as_deref().map(|id| known(deployment, id)).transpose()?;
        let resolved = if let Some(id) = &self.id {
            let id =
                AccessId::parse(id).map_err(|error| Failure::Usage(format!("--id {error}")))?;
            let mut found = deployment.store.accesses_by_id(&id).await?;
            found.retain(|row| recipient.as_ref().is_none_or(|only| row.recipient == *only));
            match found.len() {
                0 => Resolved::None,
                1 => found.pop().map_or(Resolved::None, |one| Resolved::One(Box::new(one))),
                _ => Resolved::Doubt(Doubt::Several, found),
            }
        } else {
            // Of an address nothing is repeated: it is somebody's.
            let place = self.place()?;
            deployment.store.access_at(place, recipient).await?
        };
        let lists = deployment.store.access_lists().await?;
        print(&resolved, &lists, deployment.clock.now(), output);
        if matches!(resolved, Resolved::One(_)) { Ok(()) } else { Err(Failure::Said) }
    }

    fn place(&self) -> Result<Place, Failure> {
        let place = match &self.street {
            Some(street) => fields(&PlaceParts {
                street,
                number: &self.number,
                littera: &self.littera,
                apartment: &self.apartment,
                distinguisher: &self.distinguisher,
                outlet: &self.outlet,
                postcode: &self.postcode,
                city: &self.city,
            }),
            None if self.words == ["-"] => {
                let bytes = submit::read("-".as_ref())?;
                let words = std::str::from_utf8(&bytes)
                    .map_err(|_| Failure::Usage("the address is not UTF-8".to_owned()))?;
                parse(words)
            }
            None => parse(&Zeroizing::new(self.words.join(" "))),
        };
        place.map_err(|no| Failure::Usage(format!("the address {no}")))
    }
}

fn known(deployment: &Deployment, id: &str) -> Result<RecipientId, Failure> {
    let id = RecipientId::parse(id).map_err(|error| Failure::Usage(format!("the id {error}")))?;
    if deployment.recipients.contains_key(&id) {
        Ok(id)
    } else {
        Err(Failure::Usage(format!("{id} is not configured here")))
    }
}

async fn update(
    deployment: &Deployment,
    only: Option<&str>,
    part: ListPart,
    output: &Output,
) -> Result<(), Failure> {
    let only = only.map(|id| known(deployment, id)).transpose()?;
    let worker = deployment.worker()?;
    let (mut updates, mut all_good) = (Vec::new(), true);
    let chosen = deployment.recipients.values().filter(|one| match &only {
        Some(only) => one.id == *only,
        None => one.enabled && one.accesses.is_some(),
    });
    for recipient in chosen {
        let update = worker.update_accesses(recipient, part).await?;
        let ListUpdate { taken, passed_over, gone, failed } = update;
        all_good &= failed.is_none();
        output.line(match failed {
            None => format!(
                "{}: {taken} accesses taken, {gone} gone, {passed_over} could not be used",
                recipient.id
            ),
            Some(code) => format!("{}: {code}: the copy stays as it was", recipient.id),
        });
        updates.push(json!({
            "recipient": recipient.id.as_str(),
            "taken": taken,
            "passedOver": passed_over,
            "gone": gone,
            "failed": failed,
        }));
    }
    output.data(&json!({ "updates": updates }));
    if all_good { Ok(()) } else { Err(Failure::Said) }
}

fn print(resolved: &Resolved, lists: &[AccessList], now: Timestamp, output: &Output) {
    let (word, doubt, rows) = told(resolved);
    let shown = |row: &Listed| {
        let access = &row.access;
        format!("{} at {}: {} ({})", access.id, row.recipient, access.written, access.state)
    };
    match (resolved, doubt) {
        (Resolved::One(row), _) => output.line(shown(row)),
        (_, Some(doubt)) => {
            output.line(format!("a person decides: {doubt}"));
            rows.iter().take(20).for_each(|row| output.line(format!("  {}", shown(row))));
        }
        _ => output.line("no access is listed there"),
    }
    for list in lists {
        output.aside(stands(list, now));
    }
    output.data(&json!({
        "found": word,
        "doubt": doubt.map(Doubt::as_str),
        "accesses": rows.iter().map(|row| row_data(row)).collect::<Vec<_>>(),
        "lists": lists.iter().map(list_data).collect::<Vec<_>>(),
    }));
}

fn told(resolved: &Resolved) -> (&'static str, Option<Doubt>, Vec<&Listed>) {
    match resolved {
        Resolved::One(row) => ("one", None, vec![row]),
        Resolved::None => ("none", None, Vec::new()),
        Resolved::Doubt(doubt, rows) => ("doubt", Some(*doubt), rows.iter().collect()),
    }
}

fn row_data(row: &Listed) -> Value {
    let access = &row.access;
    json!({
        "accessId": access.id.as_str(),
        "recipient": row.recipient.as_str(),
        "state": access.state.as_str(),
        "premises": access.premises.as_str(),
        "legacyAccessId": access.legacy.as_ref().map(AccessId::as_str),
        "address": access.written.to_string(),
    })
}

fn list_data(list: &AccessList) -> Value {
    json!({
        "recipient": list.recipient.as_str(),
        "accesses": list.accesses,
        "complete": list.complete.map(Timestamp::rfc3339),
        "confirmed": list.confirmed.map(Timestamp::rfc3339),
        "failed": list.failed,
    })
}

fn stands(list: &AccessList, now: Timestamp) -> String {
    let age = list.confirmed.map_or_else(
        || "never copied".to_owned(),
        |at| format!("as of {} ({} minutes ago)", at.rfc3339(), now.since(at).as_secs() / 60),
    );
    let failed = list.failed.as_ref().map_or(String::new(), |code| format!("; last try: {code}"));
    format!("{}: {} accesses, {age}{failed}", list.recipient, list.accesses)
}
