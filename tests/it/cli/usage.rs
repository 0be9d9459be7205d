//! Help, wrong usage, configuration that is not right, and `sluss check`.

use std::fs;

use super::{Place, sluss};

const COMMANDS: [&str; 24] = [
    "",
    "demo",
    "serve",
    "work",
    "sandbox",
    "check",
    "order",
    "order submit",
    "fault",
    "fault submit",
    "case",
    "case list",
    "case show",
    "case hold",
    "case release",
    "case cancel",
    "explain",
    "gazetteer",
    "redact",
    "log",
    "log list",
    "log show",
    "log prove",
    "log verify",
];

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS.into_iter().chain([
        "log checkpoint",
        "log access",
        "log audit",
        "witness",
        "witness init",
        "witness serve",
        "witness key",
        "access",
        "access find",
        "access update",
        "access list",
        "token create",
        "token list",
        "token revoke",
        "account add",
        "account password",
        "account list",
        "account remove",
        "denial list",
    ]) {
        let output = sluss().args(command.split_whitespace()).arg("--help").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}");
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("Usage: sluss"), "{command}: {help}");
        assert!(help.contains("--format"), "{command}: {help}");
    }
}

#[test]
fn wrong_usage_is_2() {
    let place = Place::new();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["check", "--nonsense"],
        &["order", "submit"],
        &["case", "show"],
        &["log", "show", "-1"],
        &["log", "show", "x"],
        &["case", "list", "--in", "nowhere"],
        &["case", "list", "--recipient", "No One"],
        &["case", "list", "--format", "xml"],
        &["log", "verify", "--key", "nonsense"],
    ] {
        let ended = place.run(arguments).code(2);
        assert!(!ended.err.is_empty() && ended.out.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_missing_configuration_is_named() {
    for command in ["check", "case list", "serve", "demo"] {
        let mut run = sluss();
        run.args(["--config", "no/such/folder"]).args(command.split(' '));
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("no/such/folder/sluss.toml"), "{err}");
    }
}

#[test]
fn all_faults_of_a_configuration_are_told_at_once() {
    let place = Place::new();
    place.replace("sluss.toml", "listen = ", "listen = \"0.0.0.0:80\"\nlissten = 1");
    place.replace("sluss.toml", "batch_max = ", "batch_max = 100000");
    place.replace("recipients/ip-only.toml", "base_url = ", "base_url = \"http://example.com/\"");
    place.replace("recipients/globalconnect.toml", "valid_to = ", "valid_to = \"soon\"");
    place.replace("recipients/globalconnect.toml", "timeout_seconds = ", "time_out = 3");
    for command in ["check", "case list"] {
        let mut run = place.command(&command.split(' ').collect::<Vec<_>>());
        let output = run.env("SLUSS__WORKER__NONSENSE", "1").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
        let err = String::from_utf8(output.stderr).unwrap();
        for told in [
            "sluss.toml: http.listen:",
            "sluss.toml: http.lissten:",
            "sluss.toml: worker.batch_max:",
            "sluss.toml: worker.nonsense:",
            "ip-only.toml: channel.base_url:",
            "globalconnect.toml: agreement.valid_to:",
            "globalconnect.toml: channel.time_out:",
        ] {
            assert!(err.contains(told), "{told} in {err}");
        }
    }
    assert!(!place.state().exists(), "nothing was started");
}

#[test]
fn the_environment_sets_a_key() {
    let place = Place::new();
    let mut run = place.command(&["check"]);
    let output = run.env("SLUSS__HTTP__LISTEN", "127.0.0.1:1").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let output = run.env("SLUSS__HTTP__LISTEN", "nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn check_tells_what_would_stop_an_order() {
    let place = Place::new();
    let found = place.data(&["check"]);
    assert_eq!(found["recipients"].as_array().unwrap().len(), 2);
    assert!(found["findings"].as_array().unwrap().iter().all(|one| one["severity"] == "warning"));
    assert!(place.run(&["check"]).code(0).out.contains("0 errors"));

    place.replace("recipients/ip-only.toml", "valid_to = ", "valid_to = 2026-01-02");
    let ended = place.run(&["check"]).code(1);
    assert!(ended.out.contains("error: ip-only: agreement"), "{ended:?}");
    let found = place.run(&["check", "--format", "json"]).code(1).json();
    assert!(found["findings"].as_array().unwrap().iter().any(|one| one["severity"] == "error"));
}

#[test]
fn a_blank_justification_is_refused() {
    let place = Place::new();
    let file = place.config().join("recipients/globalconnect.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("why_sv = \"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    fs::write(&file, format!("{before}why_sv = \"  \"{after}")).unwrap();
    let ended = place.run(&["check"]);
    assert_ne!(ended.code, 0, "{ended:?}");
    let told = format!("{}{}", ended.out, ended.err);
    assert!(told.contains("globalconnect") && told.contains("why_sv"), "{told}");
}
