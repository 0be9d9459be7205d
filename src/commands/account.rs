//! `sluss account`: people who sign in with a password that is kept here, where there is no provider.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Subcommand;
use serde_json::json;
use zeroize::Zeroizing;

use super::deployment::Deployment;
use super::token::{name, role};
use super::{Failure, Output};
use crate::auth::{Roles, password};
use crate::config::Config;
use crate::domain::ClientId;
use crate::log::Role;
use crate::store::AccountRow;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account; its password is the first line of standard input
    Add {
        /// What its holder signs in with
        #[arg(value_name = "NAME", value_parser = name)]
        name: ClientId,
        /// What its holder may do; may be given several times
        #[arg(long, value_name = "ROLE", value_parser = role, required = true)]
        role: Vec<Role>,
    },
    /// Give an account another password: the first line of standard input
    Password {
        /// As `list` shows it
        #[arg(value_name = "NAME", value_parser = name)]
        name: ClientId,
    },
    /// Show the accounts there are
    List,
    /// Remove an account; its sessions end
    Remove {
        /// As `list` shows it
        #[arg(value_name = "NAME", value_parser = name)]
        name: ClientId,
    },
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Add { name, role } => {
            let deployment = Deployment::open(config.clone())?;
            let roles = Roles::new(role);
            let roles = roles.ok_or_else(|| {
                Failure::Usage("an account has a role, and not every one".to_owned())
            })?;
            let password = read(&deployment, output)?;
            let created = deployment.clock.now();
            let account = AccountRow { name: name.clone(), roles, password, created };
            if !deployment.store.keep_account(account, false).await? {
                return Err(Failure::Refused(format!("there is an account {name} already")));
            }
            output.line(format!("{name} can sign in"));
            output.data(&json!({ "name": name.as_str() }));
        }
        Command::Password { name } => {
            let deployment = Deployment::open_existing(config.clone())?;
            let account = deployment.store.account(&name).await?.ok_or_else(|| unknown(&name))?;
            let password = read(&deployment, output)?;
            deployment.store.keep_account(AccountRow { password, ..account }, true).await?;
            output.line(format!(
                "{name} has another password; what began with the old one has ended"
            ));
            output.data(&json!({ "name": name.as_str() }));
        }
        Command::List => {
            let deployment = Deployment::open_existing(config.clone())?;
            let rows = deployment.store.accounts().await?;
            for row in &rows {
                output.line(format!(
                    "{}  {}  since {}",
                    row.name,
                    row.roles,
                    row.created.rfc3339()
                ));
            }
            let shown: Vec<_> = rows
                .iter()
                .map(|row| {
                    let roles: Vec<_> = row.roles.iter().map(Role::as_str).collect();
                    json!({ "name": row.name.as_str(), "roles": roles, "created": row.created.rfc3339() })
                })
                .collect();
            output.data(&json!({ "accounts": shown }));
        }
        Command::Remove { name } => {
            let deployment = Deployment::open_existing(config.clone())?;
            if !deployment.store.remove_account(&name).await? {
                return Err(unknown(&name));
            }
            output.line(format!("{name} was removed"));
            output.data(&json!({ "removed": name.as_str() }));
        }
    }
    Ok(())
}

fn unknown(name: &ClientId) -> Failure {
    Failure::Refused(format!("there is no account {name}: see `sluss account list`"))
}

/// Reads a password, and gives what to keep of it.
fn read(deployment: &Deployment, output: &Output) -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        output.aside("password (it shows as you type):");
    }
    let mut line = Zeroizing::new(String::new());
    let read = input.lock().read_line(&mut line);
    read.map_err(|error| Failure::io("standard input cannot be read", error))?;
    let word = line.trim_end_matches(['\r', '\n']);
    password::hash(word, &*deployment.entropy).map_err(|error| Failure::Usage(error.to_string()))
}
