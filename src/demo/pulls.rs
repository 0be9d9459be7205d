//! What operators ask for and find out by themselves: a contact that is given, one that is not, and an
//! address that is looked up without anybody being asked.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::address::parse;
use crate::commands::{Deployment, Failure};
use crate::domain::RecipientId;
use crate::http;
use crate::sandbox::{ContactPull, Sandbox};
use crate::store::Resolved;

/// A reference that nobody was given.
const NOBODYS: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";
/// An address that the simulated operators list.
const ADDRESS: &str = "Övningsgatan 1, 998 50 Simstad";
/// How often a copy of the lists is waited for.
const TURNS_MAX: usize = 1_200;
const TURN: Duration = Duration::from_millis(50);

/// A contact that was asked for.
pub(super) struct Pulled {
    pub(super) to: RecipientId,
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// What was found out by asking.
#[derive(Default)]
pub(super) struct Asked {
    /// One contact that was given, and one that was not.
    pub(super) pulls: Vec<Pulled>,
    /// The access that an address means.
    pub(super) found: Option<(String, RecipientId)>,
}

impl Asked {
    /// Whether one was given, one was not, and the address was found.
    pub(super) fn held(&self) -> bool {
        let statuses: Vec<u16> = self.pulls.iter().map(|pull| pull.status).collect();
        statuses == [200, 404] && self.found.is_some()
    }
}

/// Lets an operator ask at the deployment's own door, about what it has. Its orders rest meanwhile.
pub(super) async fn pull(
    deployment: &Deployment,
    sandbox: &Sandbox,
    password: &str,
) -> Result<Vec<Pulled>, Failure> {
    let failed = |error| Failure::io("the contacts endpoint cannot be asked", error);
    let listener =
        TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    let (stopper, stop) = watch::channel(false);
    let served = tokio::spawn(http::serve(deployment.app()?, listener, stop));
    let password = SecretString::from(password.to_owned());
    let mut pulls = Vec::new();
    'operators: for recipient in deployment.recipients.values() {
        let Some(inbound) = &recipient.inbound else { continue };
        let known = sandbox.effects(&recipient.id).into_iter().filter_map(|one| one.reference);
        for reference in known.take(20) {
            let ask = |reference| ContactPull {
                at,
                username: &inbound.username,
                password: &password,
                reference,
                reason: "Tekniker behöver boka besök",
            };
            let (status, body) = sandbox.pull(&ask(&reference)).await.map_err(failed)?;
            if status == 200 {
                let to = recipient.id.clone();
                pulls.push(Pulled { to: to.clone(), status, body });
                let (status, body) = sandbox.pull(&ask(NOBODYS)).await.map_err(failed)?;
                pulls.push(Pulled { to, status, body });
                break 'operators;
            }
        }
    }
    // Nobody left to hear it is as good as heard.
    let _ = stopper.send(true);
    let _ = served.await;
    Ok(pulls)
}

/// Looks an address up in the copies of the operators' lists, once they are there.
pub(super) async fn find(
    deployment: &Deployment,
) -> Result<Option<(String, RecipientId)>, Failure> {
    let Ok(place) = parse(ADDRESS) else { return Ok(None) };
    for _ in 0..TURNS_MAX {
        let lists = deployment.store.access_lists().await?;
        let copied = deployment.recipients.values().filter(|one| one.enabled);
        let mut wanted = copied.filter(|one| one.accesses.is_some());
        let there = |id: &RecipientId| {
            lists.iter().any(|list| list.recipient == *id && list.confirmed.is_some())
        };
        if wanted.all(|one| there(&one.id)) {
            break;
        }
        tokio::time::sleep(TURN).await;
    }
    Ok(match deployment.store.access_at(place, None).await? {
        Resolved::One(row) => Some((row.access.id.to_string(), row.recipient)),
        Resolved::None | Resolved::Doubt(..) => None,
    })
}
