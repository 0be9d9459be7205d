//! Puts the rooms together: the same way for every command and for the tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Failure;
use crate::config::{self, Config};
use crate::desk::{self, Desk, Rules};
use crate::domain::{Clock, Entropy, OsEntropy, SharedClock, SystemClock};
use crate::gate::{self, Gate, GateParts, Issuer, IssuerError, Lifetimes};
use crate::http::{App, Shared, Tls};
use crate::inspection::{self, Inspection};
use crate::notify::Notifier;
use crate::overview::{Overview, OverviewParts};
use crate::pulls::Pulls;
use crate::recipients::Recipients;
use crate::settle::Halt;
use crate::store::{Opening, Store};
use crate::telemetry;
use crate::transmit::Wire;
use crate::witness::Rounds;
use crate::worker::{self, Parts, Worker};

/// Reads the configuration, with what the environment overrides.
pub(super) fn load(folder: &Path) -> Result<Config, Failure> {
    // A variable that is not text cannot be one of ours.
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    config::load(folder, &environment).map_err(Failure::Configuration)
}

/// A deployment with its store open.
pub struct Deployment {
    /// As checked.
    pub config: Config,
    /// Who may receive.
    pub recipients: Arc<Recipients>,
    /// Where cases and log are.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// For ids, keys and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The store's brake on all recording and sending.
    pub halt: Halt,
}

impl Deployment {
    /// Opens the store with the machine's own clock and randomness.
    pub fn open(config: Config) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = match &config.servers {
            // Processes on several hosts agree about who holds a case.
            Some(_) => Arc::new(SharedClock::over(Arc::new(SystemClock))),
            None => Arc::new(SystemClock),
        };
        Self::open_with(config, clock, Arc::new(OsEntropy))
    }

    /// Opens a store that must be there: looking must not make one.
    pub fn open_existing(config: Config) -> Result<Self, Failure> {
        if !Store::exists(&config.state, config.servers.as_ref()) {
            let state = config.state.display();
            return Err(Failure::Usage(format!("there is no store in {state}: check --state")));
        }
        Self::open(config)
    }

    /// Opens the store with a given clock and randomness.
    pub fn open_with(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let store = Store::open(&Opening {
            dir: &config.state,
            origin: &config.origin,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            limits: config.limits.clone(),
            servers: config.servers.as_ref(),
        })?;
        let recipients = Arc::new(config.recipients());
        let halt = store.halt();
        Ok(Self { config, recipients, store, clock, entropy, halt })
    }

    /// The worker; this is where secrets are read.
    pub fn worker(&self) -> Result<Worker, Failure> {
        let wire = Wire::open(&self.recipients, Arc::clone(&self.clock), self.halt.clone())
            .map_err(|error| Failure::Usage(telemetry::chain(&error)))?;
        Ok(Worker::new(Parts {
            notifier: self.notifier()?,
            store: self.store.clone(),
            recipients: Arc::clone(&self.recipients),
            wire: Arc::new(wire),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            timing: self.config.timing.clone(),
            batch_max: self.config.batch_max,
            heartbeat: self.config.heartbeat,
            upkeep: self.config.upkeep,
            halt: self.halt.clone(),
            scrub: self.config.scrub,
            // A server tells who listens that something came in; a file tells nobody.
            look: if self.config.servers.is_some() { worker::TOLD } else { worker::UNTOLD },
        }))
    }

    /// What answers operators that ask for a contact; this is where their passwords are read.
    pub fn pulls(&self) -> Result<Pulls, Failure> {
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        Pulls::open(self.store.clone(), Arc::clone(&self.recipients), clock, entropy)
            .map_err(|error| Failure::Usage(telemetry::chain(&error)))
    }

    /// What tells ordering systems.
    pub fn notifier(&self) -> Result<Notifier, Failure> {
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        Notifier::open(self.config.notify.clone(), self.store.clone(), clock, entropy)
            .map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The rounds to the witnesses; `None`: there are none.
    pub fn rounds(&self) -> Result<Option<Rounds>, Failure> {
        let Some(plan) = self.config.witnesses.clone() else { return Ok(None) };
        let (key, logs) = (self.store.verifier_key(), plan.policy.logs());
        if !logs.is_empty() && !logs.contains(&key) {
            let what =
                format!("log.witness_policy does not name this log: add the line\nlog {key}");
            return Err(Failure::Usage(what));
        }
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        let rounds = Rounds::open(plan, store, clock, self.halt.clone());
        rounds.map(Some).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// Who is let in.
    pub fn gate(&self) -> Result<Gate, Failure> {
        let failed = |error: IssuerError| Failure::Usage(telemetry::chain(&error));
        let issuer = self.config.oauth.clone().map(Issuer::open).transpose().map_err(failed)?;
        let provider = self.config.oidc.clone().map(Issuer::open_provider);
        let provider = provider.transpose().map_err(failed)?;
        let config::Session { idle, whole } = self.config.session;
        Ok(Gate::new(GateParts {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            issuer,
            provider,
            lifetimes: Lifetimes { idle, whole },
        }))
    }

    /// What people at a desk work with.
    pub fn desk(&self) -> Result<Desk, Failure> {
        let client = gate::staff().map_err(|error| Failure::Usage(error.to_string()))?;
        let config::Desk { undo, four_eyes } = self.config.desk.clone();
        let agreement_warning_days = self.config.agreement_warning_days;
        Ok(Desk::new(desk::Parts {
            store: self.store.clone(),
            recipients: Arc::clone(&self.recipients),
            ids: self.recipients.keys().cloned().collect(),
            client,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            halt: self.halt.clone(),
            body_bytes_max: self.config.http.body_bytes_max,
            rules: Rules { undo, four_eyes, agreement_warning_days },
        }))
    }

    /// What auditors work with.
    pub fn inspection(&self) -> Inspection {
        Inspection::new(inspection::Parts {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
        })
    }

    /// What those who look after it all are shown.
    pub fn overview(&self) -> Overview {
        Overview::new(OverviewParts {
            store: self.store.clone(),
            recipients: Arc::clone(&self.recipients),
            clock: Arc::clone(&self.clock),
            halt: self.halt.clone(),
            witnesses: self.config.witnesses.as_ref().map(|plan| plan.policy.clone()),
            case_minimum: self.config.upkeep.case_minimum,
        })
    }

    /// The HTTP API.
    pub fn app(&self) -> Result<App, Failure> {
        let http = &self.config.http;
        let tls = http.tls.clone().map(Tls::open).transpose();
        let tls = tls.map_err(|error| Failure::Usage(telemetry::chain(&error)))?;
        Ok(App::new(Shared {
            pulls: self.pulls()?,
            desk: self.desk()?,
            inspection: self.inspection(),
            overview: self.overview(),
            store: self.store.clone(),
            recipients: self.recipients.keys().cloned().collect(),
            gate: self.gate()?,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            halt: self.halt.clone(),
            body_bytes_max: http.body_bytes_max,
            request_timeout: http.request_timeout,
            requests_per_second: http.requests_per_second,
            limits: http.limits,
            tls: tls.map(Arc::new),
            behind_proxy: http.behind_proxy,
            doors: self.config.notify.doors.clone(),
            reserve_bytes: self.config.limits.reserve_bytes,
        }))
    }
}
