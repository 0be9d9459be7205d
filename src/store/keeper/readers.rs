//! The connections that only read, beside the one that writes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::super::StoreError;
use super::super::sql::Connection;

/// The connections that only read.
pub(in crate::store) struct Readers {
    pub(super) database: Mutex<Connection>,
    pub(super) keys: Mutex<Connection>,
}

impl Readers {
    /// Reads on a thread where waiting for the disk holds nobody up. A connection to a server turns a
    /// runtime of its own, which needs a thread that belongs to none.
    pub(super) async fn beside<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if lock(&self.database).is_shared() {
            let (answer, answered) = oneshot::channel();
            let reading = move || {
                // Whoever asked may be gone.
                let _ = answer.send(read());
            };
            let named = std::thread::Builder::new().name("store-reader".to_owned());
            named.spawn(reading).map_err(|error| StoreError::unavailable("reading", error))?;
            return answered.await.map_err(|error| StoreError::unavailable("reading", error))?;
        }
        tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| StoreError::unavailable("reading", error))?
    }

    /// Reads here and now, wherever that is.
    pub(super) fn now<T: Send>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send,
    ) -> Result<T, StoreError> {
        let database = lock(&self.database);
        if !database.is_shared() {
            return read(&database);
        }
        drop(database);
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let database = lock(&self.database);
                let snapshot = database.snapshot()?;
                read(&snapshot)
            });
            reading.join().unwrap_or_else(|_| Err(super::writer::stopped()))
        })
    }
}

/// A reader that panicked has changed nothing: its connection is as good as before.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
