//! `sluss token`: what other systems are known by.

use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::auth::{ROLES, Roles, Token, TokenId};
use crate::config::Config;
use crate::domain::{ClientId, Timestamp};
use crate::log::Role;
use crate::store::TokenRow;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token. It is the last word printed, and shown this once
    Create {
        /// Whose it is: the client that orders are told apart by. A token that is to replace another
        /// has the same name
        #[arg(long, value_name = "NAME", value_parser = name)]
        name: ClientId,
        /// What its holder may do: ordering, support, auditor, privacy, policy or operations
        #[arg(long, value_name = "ROLE", value_parser = role)]
        role: Role,
        /// After how many days it ends; 0: when it is revoked
        #[arg(long, value_name = "DAYS", default_value_t = 365)]
        days: u16,
    },
    /// Show the tokens there are, and when they were last used
    List,
    /// Take a token back, by its id, or every one of a name
    Revoke {
        /// As `list` shows it
        #[arg(value_name = "ID|NAME")]
        which: String,
    },
}

pub(super) fn name(text: &str) -> Result<ClientId, String> {
    ClientId::parse(text).map_err(|error| error.to_string())
}

pub(super) fn role(text: &str) -> Result<Role, String> {
    let known = ROLES.map(Role::as_str).join(", ");
    Roles::word(text).ok_or_else(|| format!("must be one of {known}"))
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Create { name, role, days } => {
            let deployment = Deployment::open(config.clone())?;
            let (token, row) = make(&deployment, name, role, days).await?;
            let text = token.reveal();
            output.line(format!(
                "token {} of {}, role {}, {}:\n{}",
                row.id,
                row.name,
                row.role,
                ends(&row),
                *text
            ));
            let mut shown = shown(&row);
            shown["token"] = json!(*text);
            output.data(&shown);
        }
        Command::List => {
            let deployment = Deployment::open_existing(config.clone())?;
            let rows = deployment.store.tokens().await?;
            for row in &rows {
                let used = row.used.map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
                output.line(format!(
                    "{}  {}  {}  {}, last used {used}",
                    row.id,
                    row.name,
                    row.role,
                    ends(row)
                ));
            }
            output.data(&json!({ "tokens": rows.iter().map(shown).collect::<Vec<_>>() }));
        }
        Command::Revoke { which } => {
            let deployment = Deployment::open_existing(config.clone())?;
            let rows = deployment.store.tokens().await?;
            let id = TokenId::parse(&which);
            let meant = |row: &&TokenRow| id == Some(row.id) || row.name.as_str() == which;
            let ids: Vec<TokenId> = rows.iter().filter(meant).map(|row| row.id).collect();
            if ids.is_empty() {
                let what = "there is no token of this id or name: see `sluss token list`";
                return Err(Failure::Refused(what.to_owned()));
            }
            let revoked = deployment.store.revoke_tokens(ids).await?;
            output.line(format!("{revoked} tokens were revoked"));
            output.data(&json!({ "revoked": revoked }));
        }
    }
    Ok(())
}

/// A new token, kept.
pub(crate) async fn make(
    deployment: &Deployment,
    name: ClientId,
    role: Role,
    days: u16,
) -> Result<(Token, TokenRow), Failure> {
    let token = Token::draw(&*deployment.entropy);
    let now = deployment.clock.now();
    let lasts = Duration::from_hours(24) * u32::from(days);
    let row = TokenRow {
        id: token.id(),
        name,
        role,
        hash: token.hash(),
        created: now,
        expires: (days > 0).then(|| now.after(lasts)),
        revoked: None,
        used: None,
    };
    deployment.store.create_token(row.clone()).await?;
    Ok((token, row))
}

fn ends(row: &TokenRow) -> String {
    match (row.revoked, row.expires) {
        (Some(revoked), _) => format!("revoked {}", revoked.rfc3339()),
        (None, Some(expires)) => format!("until {}", expires.rfc3339()),
        (None, None) => "until it is revoked".to_owned(),
    }
}

fn shown(row: &TokenRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "name": row.name.as_str(),
        "role": row.role.as_str(),
        "created": row.created.rfc3339(),
        "expires": row.expires.map(Timestamp::rfc3339),
        "revoked": row.revoked.map(Timestamp::rfc3339),
        "lastUsed": row.used.map(Timestamp::rfc3339),
    })
}
