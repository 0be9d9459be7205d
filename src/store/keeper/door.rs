//! Tokens, accounts, and what was denied.

use super::super::StoreError;
use super::super::door::{AccountRow, DeniedRow, Gathered, TokenRow};
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::tx::Tx;
use super::{Keeper, tally};
use crate::auth::{Action, Denial, Roles, TokenHash, TokenId};
use crate::domain::{ClientId, Timestamp};

const TOKEN: &str =
    "SELECT id, name, role, hash, created_us, expires_us, revoked_us, used_us FROM token";
const ACCOUNT: &str = "SELECT name, roles, password, created_us FROM account";

impl Keeper {
    pub(in crate::store) async fn create_token(&self, token: TokenRow) -> Result<(), StoreError> {
        self.writer
            .run(move |tx| {
                tx.database
                    .prepare_cached(
                        "INSERT INTO token (id, name, role, hash, created_us, expires_us)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        token.id.bytes(),
                        token.name.as_str(),
                        token.role.as_str(),
                        token.hash.bytes(),
                        token.created.micros(),
                        token.expires.map(Timestamp::micros),
                    ])?;
                Ok(())
            })
            .await
    }

    pub(in crate::store) async fn token(
        &self,
        id: TokenId,
    ) -> Result<Option<TokenRow>, StoreError> {
        self.read(move |database| {
            let mut select = database.prepare_cached(&format!("{TOKEN} WHERE id = ?1"))?;
            select.query_row([id.bytes()], |row| Ok(token_row(row))).optional()?.transpose()
        })
        .await
    }

    pub(in crate::store) async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.read(|database| {
            let sql = format!("{TOKEN} ORDER BY created_us DESC, id");
            all(database, &sql, token_row)
        })
        .await
    }

    pub(in crate::store) async fn revoke_tokens(
        &self,
        ids: Vec<TokenId>,
    ) -> Result<usize, StoreError> {
        self.writer
            .run(move |tx| {
                let mut update = tx.database.prepare_cached(
                    "UPDATE token SET revoked_us = ?2 WHERE id = ?1 AND revoked_us IS NULL",
                )?;
                let mut revoked = 0;
                for id in ids {
                    revoked += update.execute(params![id.bytes(), tx.now.micros()])?;
                }
                Ok(revoked)
            })
            .await
    }

    pub(in crate::store) async fn keep_account(
        &self,
        account: AccountRow,
        replace: bool,
    ) -> Result<bool, StoreError> {
        self.writer
            .run(move |tx| {
                let kept = tx
                    .database
                    .prepare_cached(
                        "INSERT INTO account (name, roles, password, created_us)
                         VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (name) DO UPDATE
                            SET roles = excluded.roles, password = excluded.password WHERE ?5 = 1",
                    )?
                    .execute(params![
                        account.name.as_str(),
                        account.roles.to_string(),
                        account.password,
                        account.created.micros(),
                        replace,
                    ])?;
                Ok(kept > 0)
            })
            .await
    }

    pub(in crate::store) async fn account(
        &self,
        name: ClientId,
    ) -> Result<Option<AccountRow>, StoreError> {
        self.read(move |database| {
            let mut select = database.prepare_cached(&format!("{ACCOUNT} WHERE name = ?1"))?;
            let row = select.query_row([name.as_str()], |row| Ok(account_row(row)));
            row.optional()?.transpose()
        })
        .await
    }

    pub(in crate::store) async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.read(|database| all(database, &format!("{ACCOUNT} ORDER BY name"), account_row)).await
    }

    pub(in crate::store) async fn remove_account(
        &self,
        name: ClientId,
    ) -> Result<bool, StoreError> {
        self.writer
            .run(move |tx| {
                let mut delete =
                    tx.database.prepare_cached("DELETE FROM account WHERE name = ?1")?;
                Ok(delete.execute([name.as_str()])? > 0)
            })
            .await
    }

    pub(in crate::store) async fn keep_gathered(
        &self,
        gathered: Gathered,
        oldest: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| keep_gathered(tx, &gathered, oldest)).await
    }

    pub(in crate::store) async fn denied(&self, most: u32) -> Result<Vec<DeniedRow>, StoreError> {
        self.read(move |database| {
            let sql = format!(
                "SELECT minute, action, reason, times FROM denied
                  ORDER BY minute DESC, action, reason LIMIT {most}"
            );
            all(database, &sql, denied_row)
        })
        .await
    }
}

fn keep_gathered(
    tx: &mut Tx<'_>,
    gathered: &Gathered,
    oldest: Timestamp,
) -> Result<(), StoreError> {
    let database = tx.database;
    for ((minute, action, reason), times) in &gathered.denied {
        tally::denied(tx, *minute, *action, *reason, *times)?;
    }
    let mut denied = database.prepare_cached(
        "INSERT INTO denied (minute, action, reason, times) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (minute, action, reason)
         DO UPDATE SET times = denied.times + excluded.times",
    )?;
    for ((minute, action, reason), times) in &gathered.denied {
        let minute = minute.seconds() / 60;
        let times = i64::try_from(*times).unwrap_or(i64::MAX);
        denied.execute(params![minute, action.as_str(), reason.as_str(), times])?;
    }
    let mut used = database.prepare_cached(
        "UPDATE token SET used_us = ?2 WHERE id = ?1 AND (used_us IS NULL OR used_us < ?2)",
    )?;
    for (id, at) in &gathered.used {
        used.execute(params![id.bytes(), at.micros()])?;
    }
    let mut let_go = database.prepare_cached("DELETE FROM denied WHERE minute < ?1")?;
    let_go.execute([oldest.seconds() / 60])?;
    Ok(())
}

fn all<T>(
    database: &Connection,
    sql: &str,
    read: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut select = database.prepare_cached(sql)?;
    let rows = select.query_map([], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

fn moment(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn token_row(row: &Row<'_>) -> Result<TokenRow, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "token" };
    let name: String = row.get("name")?;
    let role: String = row.get("role")?;
    Ok(TokenRow {
        id: TokenId::from_bytes(row.get("id")?),
        name: ClientId::parse(&name).map_err(|_| corrupt())?,
        role: Roles::word(&role).ok_or_else(corrupt)?,
        hash: TokenHash::from_bytes(row.get("hash")?),
        created: moment(row, "created_us")?.ok_or_else(corrupt)?,
        expires: moment(row, "expires_us")?,
        revoked: moment(row, "revoked_us")?,
        used: moment(row, "used_us")?,
    })
}

fn account_row(row: &Row<'_>) -> Result<AccountRow, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "account" };
    let (name, roles): (String, String) = (row.get("name")?, row.get("roles")?);
    Ok(AccountRow {
        name: ClientId::parse(&name).map_err(|_| corrupt())?,
        roles: Roles::parse(&roles).ok_or_else(corrupt)?,
        password: row.get("password")?,
        created: moment(row, "created_us")?.ok_or_else(corrupt)?,
    })
}

fn denied_row(row: &Row<'_>) -> Result<DeniedRow, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "denied" };
    let (action, reason): (String, String) = (row.get("action")?, row.get("reason")?);
    let minute: i64 = row.get("minute")?;
    let times: i64 = row.get("times")?;
    Ok(DeniedRow {
        minute: Timestamp::from_micros(minute.saturating_mul(60_000_000)),
        action: Action::parse(&action).ok_or_else(corrupt)?,
        reason: Denial::parse(&reason).ok_or_else(corrupt)?,
        times: u64::try_from(times).map_err(|_| corrupt())?,
    })
}
