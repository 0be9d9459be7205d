//! `sluss check`: everything that can be known before anything is sent.

use std::path::Path;

use serde_json::json;

use super::{Failure, Output, deployment, gazetteer};
use crate::domain::{Clock, SystemClock};
use crate::recipients::{Auth, Severity, lint, run_tests};

pub(super) fn run(folder: &Path, output: &Output) -> Result<(), Failure> {
    let config = deployment::load(folder)?;
    output.line(gazetteer::install(&config)?);
    let today = SystemClock.now().date();
    let mut findings = Vec::new();
    let mut recipients = Vec::new();
    for file in &config.recipients {
        let recipient = &file.recipient;
        findings.extend(lint(file, today, config.agreement_warning_days));
        let (tests, failed) = run_tests(file);
        let agreement = recipient.agreement.as_ref();
        let until = agreement.map(|agreement| agreement.valid_to.to_string());
        output.line(format!(
            "{}: {} ({}), {} {}, agreement {} to {}, policy {} ({} rules, {tests} tests)",
            recipient.id,
            recipient.legal_name,
            if recipient.enabled { "enabled" } else { "disabled" },
            recipient.channel.dialect,
            recipient.channel.version.as_deref().unwrap_or_default(),
            agreement.map_or("none", |agreement| agreement.reference.as_str()),
            until.as_deref().unwrap_or("-"),
            recipient.policy.version(),
            recipient.policy.rules().len(),
        ));
        recipients.push(json!({
            "id": recipient.id.as_str(),
            "legalName": recipient.legal_name,
            "enabled": recipient.enabled,
            "agreementUntil": until,
            "policyVersion": recipient.policy.version(),
            "policyId": recipient.policy.id().to_string(),
            "rules": recipient.policy.rules().len(),
            "tests": tests,
            "testsFailed": failed.len(),
        }));
        findings.extend(failed);
        if recipient.enabled
            && let Auth::Basic { password: secret, .. }
            | Auth::WsSecurity { password: secret, .. }
            | Auth::ClientCertificate { key: secret, .. } = &recipient.channel.auth
            && !secret.0.exists()
        {
            findings.push(crate::recipients::Finding {
                severity: Severity::Warning,
                recipient: recipient.id.clone(),
                place: "channel".to_owned(),
                what: format!("{} is not there: serve and work need it", secret.0.display()),
            });
        }
    }
    for file in &config.recipients {
        let recipient = &file.recipient;
        if let Some(inbound) = recipient.inbound.as_ref().filter(|_| recipient.enabled)
            && !inbound.password.0.exists()
        {
            let file = inbound.password.0.display();
            findings.push(crate::recipients::Finding {
                severity: Severity::Warning,
                recipient: recipient.id.clone(),
                place: "inbound".to_owned(),
                what: format!("{file} is not there: this operator cannot ask for contacts"),
            });
        }
    }
    for finding in &findings {
        output.line(finding.to_string());
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    output.line(format!("{errors} errors, {warnings} warnings"));
    let findings: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "severity": if finding.severity == Severity::Error { "error" } else { "warning" },
                "recipient": finding.recipient.as_str(),
                "place": finding.place,
                "what": finding.what,
            })
        })
        .collect();
    output.data(&json!({ "recipients": recipients, "findings": findings }));
    if errors == 0 { Ok(()) } else { Err(Failure::Said) }
}
