//! Hears from other processes that a case may have become due.
//!
//! `NOTIFY` comes with the commit that it is about. Where the connection is lost, it is made anew, and
//! whoever listens looks for themselves; they look once in a while in any case.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio_postgres::AsyncMessage;

use super::super::Result;
use super::Servers;
use super::server::Address;

/// Between two tries to hear again.
const DEAF: Duration = Duration::from_millis(500);

/// Dropping it ends the listening.
pub(in crate::store) struct Listener(
    #[expect(dead_code, reason = "held, not used")] oneshot::Sender<()>,
);

/// Listens on a thread of its own.
pub(in crate::store) fn listen(
    servers: &Servers,
    changed: Arc<Notify>,
) -> std::io::Result<Listener> {
    let address = servers.database.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (listener, ended) = oneshot::channel::<()>();
    let listening = async move {
        tokio::select! {
            _ = ended => {}
            () = hear(&address, &changed) => {}
        }
    };
    let named = std::thread::Builder::new().name("store-listener".to_owned());
    named.spawn(move || runtime.block_on(listening))?;
    Ok(Listener(listener))
}

async fn hear(address: &Address, changed: &Notify) {
    loop {
        if let Err(error) = hear_once(address, changed).await {
            tracing::debug!(%error, "Nothing is heard");
        }
        tokio::time::sleep(DEAF).await;
    }
}

async fn hear_once(address: &Address, changed: &Notify) -> Result<()> {
    let (client, mut connection) = address.config()?.connect(address.tls()?).await?;
    let said = async {
        let listening =
            "DO $$ BEGIN EXECUTE format('LISTEN %I', 'sluss ' || current_schema()); END $$";
        client.batch_execute(listening).await?;
        // What was said before that.
        changed.notify_one();
        std::future::pending::<Result<()>>().await
    };
    let heard = async {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(_) = message? {
                changed.notify_one();
            }
        }
        Ok(())
    };
    tokio::select! { ended = said => ended, ended = heard => ended }
}
