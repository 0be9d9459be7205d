//! Tokens that each test's deployment knows: one for each role, the same everywhere.
#![cfg(test)]

use std::path::Path;

use sluss::auth::{ROLES, Token};
use sluss::domain::{ClientId, SeededEntropy, Timestamp};
use sluss::http::local_client;
use sluss::log::Role;
use sluss::store::{Store, TokenRow};

fn token(role: Role) -> Token {
    let at = ROLES.iter().position(|one| *one == role).unwrap();
    Token::draw(&SeededEntropy::new(7_000 + at as u64))
}

/// The header line that a holder of the role sends.
pub(crate) fn bearer(role: Role) -> String {
    format!("authorization: Bearer {}", *token(role).reveal())
}

/// The header line of somebody who may ask for this path.
pub(crate) fn fit_for(path: &str) -> String {
    bearer(match path {
        path if path.starts_with("/tmf-api/") => Role::Ordering,
        path if path.starts_with("/log/") => Role::Auditor,
        _ => Role::Operations,
    })
}

/// A request with that header line, where it has none of the kind.
pub(crate) fn known(request: &[u8]) -> Vec<u8> {
    let Some(end) = request.windows(2).position(|two| two == b"\r\n") else {
        return request.to_vec();
    };
    let head = String::from_utf8_lossy(&request[..request.len().min(4_096)]).to_lowercase();
    let path = head.split(' ').nth(1).unwrap_or_default();
    if head.contains("\r\nauthorization:") || !path.starts_with('/') {
        return request.to_vec();
    }
    [&request[..end], b"\r\n", fit_for(path).as_bytes(), &request[end..]].concat()
}

/// Makes a store know them, as clients of the command line's name.
pub(crate) async fn keep(store: &Store) {
    for role in ROLES {
        let token = token(role);
        // Opened twice, a store knows them already.
        if store.token(token.id()).await.unwrap().is_some() {
            continue;
        }
        let row = TokenRow {
            id: token.id(),
            name: local_client().unwrap(),
            role,
            hash: token.hash(),
            created: Timestamp::from_micros(0),
            expires: None,
            revoked: None,
            used: None,
        };
        store.create_token(row).await.unwrap();
    }
}

/// The same in the files of another process, whatever state its log is in.
pub(crate) fn keep_in(state: &Path) {
    let database = rusqlite::Connection::open(state.join("sluss.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let client: ClientId = local_client().unwrap();
    for role in ROLES {
        let token = token(role);
        database
            .execute(
                "INSERT OR IGNORE INTO token (id, name, role, hash, created_us)
                 VALUES (?1, ?2, ?3, ?4, 0)",
                rusqlite::params![
                    token.id().bytes(),
                    client.as_str(),
                    role.as_str(),
                    token.hash().bytes()
                ],
            )
            .unwrap();
    }
}
