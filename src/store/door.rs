//! Who is let in: tokens and local accounts; and who was not.

use std::collections::BTreeMap;

use super::{Store, StoreError};
use crate::auth::{Action, Denial, Roles, TokenHash, TokenId};
use crate::domain::{ClientId, Timestamp};
use crate::log::Role;

/// An API token as it is kept: everything but its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Which one.
    pub id: TokenId,
    /// Whose: the client that hands in.
    pub name: ClientId,
    /// What its holder may act as.
    pub role: Role,
    /// What is kept of its secret.
    pub hash: TokenHash,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends; `None`: when it is revoked.
    pub expires: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    pub used: Option<Timestamp>,
}

/// A local account, for deployments without an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// What its holder signs in with.
    pub name: ClientId,
    /// What its holder may act as.
    pub roles: Roles,
    /// Argon2id of the password, in PHC form.
    pub password: String,
    /// When it was made.
    pub created: Timestamp,
}

/// How often something was denied within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedRow {
    /// When that minute began.
    pub minute: Timestamp,
    /// What was asked for.
    pub action: Action,
    /// Why not.
    pub reason: Denial,
    /// How often.
    pub times: u64,
}

/// What is told of denials and uses that have gathered since the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// How often, by the beginning of the minute, what was asked for, and why not.
    pub denied: BTreeMap<(Timestamp, Action, Denial), u64>,
    /// When tokens were last used.
    pub used: BTreeMap<TokenId, Timestamp>,
}

impl Gathered {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.denied.is_empty() && self.used.is_empty()
    }
}

impl Store {
    /// Keeps a new token.
    pub async fn create_token(&self, token: TokenRow) -> Result<(), StoreError> {
        self.0.create_token(token).await
    }

    /// One token, as it is at this moment: a revoked one is seen as such at once.
    pub async fn token(&self, id: TokenId) -> Result<Option<TokenRow>, StoreError> {
        self.0.token(id).await
    }

    /// Every token, the newest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.0.tokens().await
    }

    /// Takes tokens back; how many were not so before.
    pub async fn revoke_tokens(&self, ids: Vec<TokenId>) -> Result<usize, StoreError> {
        self.0.revoke_tokens(ids).await
    }

    /// Keeps an account, in the place of one of the same name where `replace` says so. False: there
    /// is one, and it stays as it is.
    pub async fn keep_account(
        &self,
        account: AccountRow,
        replace: bool,
    ) -> Result<bool, StoreError> {
        self.0.keep_account(account, replace).await
    }

    /// The account of a name.
    pub async fn account(&self, name: &ClientId) -> Result<Option<AccountRow>, StoreError> {
        self.0.account(name.clone()).await
    }

    /// Every account, by name.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.0.accounts().await
    }

    /// Removes an account; false: there was none.
    pub async fn remove_account(&self, name: &ClientId) -> Result<bool, StoreError> {
        self.0.remove_account(name.clone()).await
    }

    /// Keeps what has gathered, and lets go of denials that were before `oldest`.
    pub async fn keep_gathered(
        &self,
        gathered: Gathered,
        oldest: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.keep_gathered(gathered, oldest).await
    }

    /// What was denied, the newest first.
    pub async fn denied(&self, most: u32) -> Result<Vec<DeniedRow>, StoreError> {
        self.0.denied(most).await
    }
}
