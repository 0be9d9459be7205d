//! Hands spans to a collector, in batches, beside everything else: what it does not take is dropped, and
//! nobody waits for it.
//!
//! One more HTTP client, and like the others it can say one thing only: spans of a closed list of fields.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use thiserror::Error;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use super::otlp;
use super::spans::Ended;

/// So many spans go at once.
const BATCH_MAX: usize = 512;
/// After so long what there is goes.
const EVERY: Duration = Duration::from_secs(2);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to a collector cannot be opened.
#[derive(Debug, Error)]
#[error("traces cannot be sent: TLS cannot be set up")]
pub struct OpenError;

/// Spans on their way.
pub struct Export {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Export {
    /// Begins: what comes out goes to `v1/traces` below an address.
    pub fn begin(collector: &Url, spans: Receiver<Ended>) -> Result<Self, OpenError> {
        // Several crates of the tree may ask for it; whoever is first decides, and all ask for ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("sluss/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|_| OpenError)?;
        let mut to = collector.clone();
        to.set_path(&format!("{}/v1/traces", collector.path().trim_end_matches('/')));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(client, to, spans, stopped));
        Ok(Self { stop, task })
    }

    /// Sends what is left.
    pub async fn end(self) {
        drop(self.stop);
        // It has waited for the collector once more, and that is all.
        let _ = self.task.await;
    }
}

async fn run(
    client: reqwest::Client,
    to: Url,
    mut spans: Receiver<Ended>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut taken = true;
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        let stops = tokio::select! {
            _ = &mut stopped => true,
            () = gather(&mut spans, &mut batch) => false,
        };
        while batch.len() < BATCH_MAX {
            match spans.try_recv() {
                Ok(span) => batch.push(span),
                Err(_) => break,
            }
        }
        if !batch.is_empty() {
            let took = post(&client, &to, &batch).await;
            if took != taken {
                taken = took;
                if took {
                    tracing::warn!("The collector takes traces again");
                } else {
                    tracing::warn!("The collector takes no traces: they are dropped meanwhile");
                }
            }
            batch.clear();
        }
        if stops && spans.is_empty() {
            return;
        }
    }
}

/// Until there is a batch, or some time after there is anything.
async fn gather(spans: &mut Receiver<Ended>, batch: &mut Vec<Ended>) {
    match spans.recv().await {
        Some(span) => batch.push(span),
        // Nobody makes any more: told to stop, it ends.
        None => return std::future::pending().await,
    }
    let _ = tokio::time::timeout(EVERY, async {
        while batch.len() < BATCH_MAX {
            match spans.recv().await {
                Some(span) => batch.push(span),
                None => return,
            }
        }
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "the one send to a collector: spans, or nothing")]
async fn post(client: &reqwest::Client, to: &Url, batch: &[Ended]) -> bool {
    let request = client.post(to.clone()).header(CONTENT_TYPE, "application/json");
    let answer = request.body(otlp::body(batch).to_string()).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
