//! `sluss serve`, `sluss work`, `sluss sandbox`: what runs until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::SystemClock;
use crate::http;
use crate::recipients::{Auth, Recipient};
use crate::sandbox::{Pace, Profile, Sandbox, SimulatedOperator, Speaks};

#[derive(Args, Debug)]
pub(super) struct SandboxArguments {
    /// First port; each operator takes the next one
    #[arg(long, default_value_t = 9101)]
    port: u16,
    /// Write each request, one JSON object a line
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// How long an order stays in each state
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pace_seconds: u64,
    /// How they behave: plain, listing, sparse, quirky, bad-day, busy, down or locked
    #[arg(long, value_name = "NAME", default_value = "plain", value_parser = profile)]
    profile: Profile,
    /// Write a configuration that speaks to these operators, for trials
    #[arg(long, value_name = "DIR")]
    write_config: Option<PathBuf>,
}

pub(super) async fn serve(config: Config, no_worker: bool, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open(config)?;
    let worker = if no_worker { None } else { Some(deployment.worker()?) };
    let rounds = deployment.rounds()?;
    let told = told_to_stop();
    let (stopper, stop) = watch::channel(false);
    let listener = listen(deployment.config.http.listen).await?;
    let app = deployment.app()?;
    let scheme = if deployment.config.http.tls.is_some() { "https" } else { "http" };
    said_where(&listener, scheme, output)?;
    if let Some(token) = app.first_token().await {
        let token = token?;
        output.line(format!(
            "nobody can sign in yet: make the first account at /sign-in with this one-time token\n{}",
            *token
        ));
        output.data(&json!({ "oneTimeToken": *token }));
    }
    // Before anything is sent: a witness may know that an old backup was restored.
    if let Some(rounds) = &rounds {
        rounds.begin().await;
    }
    let mut running = JoinSet::new();
    let until = stop.clone();
    running.spawn(async move {
        let served = http::serve(app, listener, until).await;
        served.map_err(|error| Failure::io("the HTTP server failed", error))
    });
    if let Some(rounds) = rounds {
        // Where the worker is another process, that one asks the witnesses.
        let (asks, until) = (!no_worker, stop.clone());
        running.spawn(async move {
            rounds.run(asks, until).await;
            Ok(())
        });
    }
    if let Some(worker) = worker {
        running.spawn(async move { Ok(worker.run(stop).await?) });
    }
    until_stopped(told, running, &stopper, output).await
}

/// Until somebody says stop, or a part ends by itself: then the others are stopped too, and the
/// program ends as failed, for a service manager to start it again.
async fn until_stopped(
    told: impl Future<Output = ()>,
    mut running: JoinSet<Result<(), Failure>>,
    stopper: &watch::Sender<bool>,
    output: &Output,
) -> Result<(), Failure> {
    let mut ended = tokio::select! {
        () = told => Ok(()),
        Some(part) = running.join_next() => finished(part).and_then(|()| {
            Err(Failure::Log("a part of the program has ended by itself".to_owned()))
        }),
    };
    output.line("stopping");
    // Nobody left to hear it is as good as heard.
    let _ = stopper.send(true);
    while let Some(part) = running.join_next().await {
        ended = ended.and(finished(part));
    }
    ended
}

fn finished(part: Result<Result<(), Failure>, JoinError>) -> Result<(), Failure> {
    part.map_err(|_| Failure::Log("a part of the program has failed".to_owned()))?
}

pub(super) async fn work(config: Config, once: bool, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open(config)?;
    let worker = deployment.worker()?;
    let rounds = deployment.rounds()?;
    if let Some(rounds) = &rounds {
        rounds.begin().await;
    }
    if once {
        let moved = worker.drain().await?;
        if let Some(rounds) = rounds {
            rounds.round().await?;
        }
        output.line(format!("{moved} cases were moved"));
        output.data(&json!({ "moved": moved }));
        return Ok(());
    }
    let told = told_to_stop();
    let (stopper, stop) = watch::channel(false);
    let mut running = JoinSet::new();
    if let Some(rounds) = rounds {
        let until = stop.clone();
        running.spawn(async move {
            rounds.run(true, until).await;
            Ok(())
        });
    }
    running.spawn(async move { Ok(worker.run(stop).await?) });
    output.line("working");
    until_stopped(told, running, &stopper, output).await
}

pub(super) async fn sandbox(
    config: Config,
    folder: &Path,
    arguments: SandboxArguments,
    output: &Output,
) -> Result<(), Failure> {
    let recipients = config.recipients();
    let mut operators = Vec::new();
    for (port, recipient) in (arguments.port..).zip(recipients.values()) {
        let pace = Pace::Every(Duration::from_secs(arguments.pace_seconds));
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        operators.extend(simulated(recipient, SANDBOX_PASSWORD, listen, pace));
    }
    let sandbox = Sandbox::start(operators, Arc::new(SystemClock), arguments.journal).await?;
    let mut started = Vec::new();
    for recipient in recipients.values() {
        sandbox.wear(&recipient.id, arguments.profile);
        if let Some(base) = sandbox.base_url(&recipient.id) {
            output.line(format!("{}: {base}", recipient.id));
            started.push(json!({ "recipient": recipient.id.as_str(), "baseUrl": base }));
        }
    }
    if let Some(trial) = &arguments.write_config {
        write_config(folder, trial, &sandbox, recipients.values())?;
        output.line(format!("a configuration for them is in {}", trial.display()));
    }
    output.line("access ids STTA0001 to STTA9999 exist; Ctrl-C stops");
    output.data(&json!({ "operators": started }));
    told_to_stop().await;
    sandbox.stop().await;
    Ok(())
}

fn profile(text: &str) -> Result<Profile, String> {
    let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.as_str()).collect();
    Profile::parse(text).ok_or_else(|| format!("must be one of {}", known.join(", ")))
}

/// The password that the simulated operators take. It guards nothing.
const SANDBOX_PASSWORD: &str = "sandbox";

/// The operator that a recipient's channel would speak to; `None` where no simulator speaks that.
pub(crate) fn simulated(
    recipient: &Recipient,
    password: &str,
    listen: SocketAddr,
    pace: Pace,
) -> Option<SimulatedOperator> {
    let speaks = match recipient.channel.dialect.as_str() {
        "on-api" => Speaks::OnApi,
        "pi-api" => Speaks::PiApi,
        "soap" => Speaks::Soap,
        _ => return None,
    };
    let username = match &recipient.channel.auth {
        Auth::Basic { username, .. } | Auth::WsSecurity { username, .. } => username.clone(),
        Auth::ClientCertificate { .. } => return None,
    };
    let password = SecretString::from(password.to_owned());
    Some(SimulatedOperator {
        recipient: recipient.id.clone(),
        speaks,
        username,
        password,
        listen,
        pace,
    })
}

/// Copies a configuration, with every channel turned to its simulator.
fn write_config<'r>(
    from: &Path,
    to: &Path,
    sandbox: &Sandbox,
    recipients: impl Iterator<Item = &'r Recipient>,
) -> Result<(), Failure> {
    let failed = |error| Failure::io(format!("{} cannot be written", to.display()), error);
    for folder in ["recipients", "secrets"] {
        std::fs::create_dir_all(to.join(folder)).map_err(failed)?;
    }
    std::fs::copy(from.join("sluss.toml"), to.join("sluss.toml")).map_err(failed)?;
    for recipient in recipients {
        let file = PathBuf::from("recipients").join(format!("{}.toml", recipient.id));
        let text = std::fs::read_to_string(from.join(&file)).map_err(failed)?;
        let base = sandbox.base_url(&recipient.id).unwrap_or_default();
        let turned: String = text
            .lines()
            .map(|line| match line.split('=').next().map(str::trim) {
                Some("base_url") => format!("base_url = {base:?}\n"),
                Some("allow_http_loopback") => "allow_http_loopback = true\n".to_owned(),
                Some("poll_seconds") => "poll_seconds = 2\n".to_owned(),
                _ => format!("{line}\n"),
            })
            .collect();
        std::fs::write(to.join(&file), turned).map_err(failed)?;
        if let Auth::Basic { password, .. } | Auth::WsSecurity { password, .. } =
            &recipient.channel.auth
            && let Some(name) = password.0.file_name()
        {
            private(&to.join("secrets").join(name), SANDBOX_PASSWORD).map_err(failed)?;
        }
        if let Some(inbound) = &recipient.inbound
            && let Some(name) = inbound.password.0.file_name()
        {
            private(&to.join("secrets").join(name), SANDBOX_PASSWORD).map_err(failed)?;
        }
    }
    Ok(())
}

/// Writes a file that only its owner can read.
pub(crate) fn private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(text.as_bytes())
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format!("{address} cannot be listened on"), error))
}

pub(crate) fn said_where(
    listener: &TcpListener,
    scheme: &str,
    output: &Output,
) -> Result<(), Failure> {
    let address =
        listener.local_addr().map_err(|error| Failure::io("the socket has no address", error))?;
    output.line(format!("listening on {scheme}://{address}"));
    output.data(&json!({ "listening": format!("{scheme}://{address}") }));
    Ok(())
}

/// Ctrl-C, or what a service manager sends. Heard from the moment that this is called.
pub(crate) fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let mut waiting = JoinSet::new();
        // Without one of the signals the other one is enough.
        for mut signal in heard.into_iter().flatten() {
            waiting.spawn(async move { signal.recv().await });
        }
        if waiting.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
