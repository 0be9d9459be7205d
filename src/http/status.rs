//! `GET /status`: how the log stands, for a person.

use axum::extract::State;

use super::{App, Shared};
use crate::domain::RecipientId;
use crate::pages::{self, Sheet, Standing, Visit};
use crate::store::{Halted, LeftAlone};

const MEBIBYTE: u64 = 1024 * 1024;

/// 200 also where all sending is stopped: the page tells it, and is there for that.
pub(super) async fn status(State(app): State<App>, visit: Visit) -> Sheet {
    let shared = &*app.0;
    let volumes = shared.store.volumes().unwrap_or_default().into_iter();
    let standing = Standing {
        leaves: shared.store.size().await.ok().map(|size| size.0),
        halted: shared.halt.gravest().map(|Halted { reason, since }| (reason, since)),
        signed: shared.store.checkpoint_moved(),
        volumes: volumes.map(|one| (one.name == "store", one.free_bytes / MEBIBYTE)).collect(),
        left_alone: shared.left_alone().await,
        reserve: shared.reserve_bytes / MEBIBYTE,
        now: shared.clock.now(),
    };
    pages::status(&visit, &standing)
}

impl Shared {
    /// Operators that are left alone, each by the process that found so first.
    async fn left_alone(&self) -> Vec<(RecipientId, LeftAlone)> {
        let mut all = self.store.left_alone().await.unwrap_or_default();
        all.dedup_by(|(id, _), (before, _)| id == before);
        all
    }
}
