//! Configuration: what we ship is what is compiled in, the environment overrides it, and all that is
//! wrong is told at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sluss::config::{Config, load};
use tempfile::TempDir;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

/// A folder with this `sluss.toml` and the recipients that we ship.
fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sluss.toml"), text).unwrap();
    fs::create_dir(folder.path().join("recipients")).unwrap();
    for id in ["globalconnect", "ip-only"] {
        let name = format!("recipients/{id}.toml");
        fs::copy(shipped().join(&name), folder.path().join(&name)).unwrap();
    }
    folder
}

/// Changes a file of a folder.
fn change(folder: &TempDir, name: &str, from: &str, to: &str) {
    let path = folder.path().join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{name} holds {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn loaded(text: &str, pairs: &[(&str, &str)]) -> Config {
    load(folder(text).path(), &environment(pairs)).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// What is wrong: `file: key: what`, the file as it is named in the folder.
fn faults(folder: &TempDir, pairs: &[(&str, &str)]) -> Vec<String> {
    let within = format!("{}/", folder.path().display());
    let faults = load(folder.path(), &environment(pairs)).err().unwrap_or_default();
    faults.iter().map(|fault| fault.to_string().replacen(&within, "", 1)).collect()
}

/// One fault, which begins like this.
#[track_caller]
fn refused(text: &str, pairs: &[(&str, &str)], expected: &str) {
    let told = faults(&folder(text), pairs);
    assert!(told.len() == 1 && told[0].starts_with(expected), "{text} {pairs:?}: {told:#?}");
}

#[test]
fn what_we_ship_is_what_is_compiled_in() {
    let ours = load(&shipped(), &BTreeMap::new()).unwrap();
    let bare = loaded("", &[]);
    // Paths of secrets start with the folder, which differs.
    let show = |config: &Config| {
        let deployment = Config { recipients: Vec::new(), ..config.clone() };
        format!("{deployment:#?}")
    };
    assert_eq!(show(&ours), show(&bare));
    let ids: Vec<_> = ours.recipients().into_keys().map(|id| id.to_string()).collect();
    assert_eq!(ids, ["globalconnect", "ip-only"]);
    assert_eq!(ours.recipients.len(), bare.recipients.len());
}

#[test]
fn each_key_that_we_ship_stands_there_with_its_default() {
    let text = fs::read_to_string(shipped().join("sluss.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    for (section, keys) in &table {
        for (key, value) in keys.as_table().unwrap() {
            let name = format!("SLUSS__{}__{}", section.to_uppercase(), key.to_uppercase());
            // Each can be set by the environment, and none is accepted as something else.
            let same = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            loaded("", &[(&name, &same)]);
            refused("", &[(&name, "[]")], &format!("sluss.toml: {section}.{key}: must be"));
        }
    }
}

#[test]
fn the_environment_overrides_the_file() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\nbody_bytes_max = 2048\n";
    let config = loaded(
        file,
        &[
            ("SLUSS__HTTP__LISTEN", "[::1]:9090"),
            ("SLUSS__WORKER__LEASE_SECONDS", "120"),
            ("SLUSS__TELEMETRY__FORMAT", "json"),
            ("SLUSS__STORE__DIR", "\"2026\""),
            ("SLUSS__LOG__ORIGIN", "example.se/log"),
            ("SLUSSEN", "is in Stockholm"),
            ("PATH", "/usr/bin"),
        ],
    );
    assert_eq!(config.http.listen, "[::1]:9090".parse().unwrap());
    assert_eq!(config.http.body_bytes_max, 2048);
    assert_eq!(config.timing.lease, Duration::from_mins(2));
    assert_eq!(config.telemetry.format, sluss::telemetry::Format::Json);
    assert_eq!(config.state, Path::new("2026"));
    assert_eq!(config.origin, "example.se/log");
}

#[test]
fn what_the_environment_must_not_say() {
    for (name, value, expected) in [
        ("SLUSS__LISTEN", "127.0.0.1:1", "sluss.toml: SLUSS__LISTEN: must name a section"),
        ("SLUSS__COLOUR__RED", "1", "sluss.toml: colour: is not a key"),
        ("SLUSS__HTTP__COLOUR", "1", "sluss.toml: http.colour: is not a key"),
        ("SLUSS__HTTP__LISTEN", "here", "sluss.toml: http.listen: must be an address"),
        ("SLUSS__WORKER__BATCH_MAX", "many", "sluss.toml: worker.batch_max: must be a whole"),
        ("SLUSS__WORKER__BATCH_MAX", "0", "sluss.toml: worker.batch_max: must be a whole"),
        ("SLUSS__WORKER__BATCH_MAX", "7\nx = 1", "sluss.toml: worker.batch_max: must be a whole"),
        ("SLUSS__STORE__DIR", "", "sluss.toml: store.dir: must not be blank"),
        ("SLUSS__TELEMETRY__LEVEL", "sluss=loud", "sluss.toml: telemetry.level: must be"),
    ] {
        refused("", &[(name, value)], expected);
    }
    refused("http = 1", &[], "sluss.toml: http: must be a table");
    let told = faults(&folder("http = 1"), &[("SLUSS__HTTP__LISTEN", "127.0.0.1:1")]);
    assert!(told.iter().any(|what| what.contains("SLUSS__HTTP__LISTEN: names a section that is")));
}

#[test]
fn what_the_file_must_not_say() {
    for (text, expected) in [
        ("[http]\nlisten = \"0.0.0.0:8080\"", "sluss.toml: http.listen: other than a loopback"),
        ("[http]\nlisten = \"192.0.2.1:8080\"", "sluss.toml: http.listen: other than a loopback"),
        ("[http]\nlisten = \"[::]:8080\"", "sluss.toml: http.listen: other than a loopback"),
        ("[http]\nlisten = \"localhost:8080\"", "sluss.toml: http.listen: must be an address"),
        ("[http]\nlisten = 8080", "sluss.toml: http.listen: must be a text"),
        ("[log]\norigin = \"our log\"", "sluss.toml: log.origin: must be a name"),
        ("[log]\norigin = \"a+b\"", "sluss.toml: log.origin: must be a name"),
        ("[telemetry]\nformat = \"xml\"", "sluss.toml: telemetry.format: must be text or json"),
        ("[http]\nrequest_timeout_seconds = 60", "sluss.toml: http.request_timeout_seconds: must"),
        (
            "[worker]\nretry_first_seconds = 10\nretry_max_seconds = 9",
            "sluss.toml: worker.retry_first_seconds: must not be above",
        ),
        (
            "[worker]\nlease_seconds = 30",
            "sluss.toml: worker.lease_seconds: must be above 31 seconds: channel.timeout_seconds of ip-only",
        ),
        ("[worker]\nlease_seconds = -1", "sluss.toml: worker.lease_seconds: must be a whole"),
        ("colour = 1", "sluss.toml: colour: is not a key"),
        ("[http\n", "sluss.toml: is not TOML, near line 1"),
    ] {
        refused(text, &[], expected);
    }
    loaded("[worker]\nlease_seconds = 32", &[]);
}

#[test]
fn all_faults_of_all_files_are_told_at_once() {
    let folder = folder("colour = 1\n[worker]\nbatch_max = 0\n");
    change(&folder, "recipients/globalconnect.toml", "https://", "http://");
    change(&folder, "recipients/globalconnect.toml", "country = \"SE\"", "country = \"se\"");
    change(&folder, "recipients/ip-only.toml", "effect = \"never\"", "effect = \"no\"");
    let told = faults(&folder, &[("SLUSS__HTTP__LISTEN", "0.0.0.0:1")]);
    for expected in [
        "sluss.toml: colour: ",
        "sluss.toml: worker.batch_max: ",
        "sluss.toml: http.listen: ",
        "recipients/globalconnect.toml: channel.base_url: ",
        "recipients/globalconnect.toml: country: ",
        "recipients/ip-only.toml: rule[5].effect: ",
    ] {
        assert!(told.iter().any(|what| what.starts_with(expected)), "{expected} {told:#?}");
    }
    assert_eq!(told.len(), 6, "{told:#?}");
}

#[test]
fn files_that_are_not_there() {
    let empty = tempfile::tempdir().unwrap();
    let told = faults(&empty, &[]);
    assert!(told[0].starts_with("sluss.toml: cannot be read: "), "{told:#?}");
    assert!(told[1].starts_with("recipients: cannot be read: "), "{told:#?}");
    assert_eq!(told.len(), 2);

    let nobody = folder("");
    fs::remove_dir_all(nobody.path().join("recipients")).unwrap();
    fs::create_dir(nobody.path().join("recipients")).unwrap();
    fs::write(nobody.path().join("recipients/README.md"), "One file for each.").unwrap();
    assert_eq!(
        faults(&nobody, &[]),
        ["recipients: holds no recipient: write one file for each, ending in .toml"]
    );
}

#[test]
fn a_recipient_is_named_as_its_file() {
    let folder = folder("");
    let within = folder.path().join("recipients");
    fs::rename(within.join("ip-only.toml"), within.join("other.toml")).unwrap();
    assert_eq!(
        faults(&folder, &[]),
        ["recipients/other.toml: id: is ip-only: the file must be named ip-only.toml"]
    );
}

#[test]
fn what_is_no_text_is_told_and_the_rest_read_on() {
    let folder = folder("");
    let within = folder.path().join("recipients");
    fs::write(within.join("ip-only.toml"), [0xff, 0xfe, 0x00]).unwrap();
    fs::create_dir(within.join("folder.toml")).unwrap();
    let told = faults(&folder, &[]);
    assert!(told[0].starts_with("recipients/folder.toml: cannot be read: "), "{told:#?}");
    assert!(told[1].starts_with("recipients/ip-only.toml: cannot be read: "), "{told:#?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn whoever_may_vouch_for_others_is_held_to_it() {
    for (text, expected) in [
        ("[oauth]\nissuer = \"http://idp.example/\"", "oauth.issuer: must be an https"),
        ("[oauth]\nissuer = \"https://idp.example/?x\"", "oauth.issuer: must be an https"),
        ("[oauth]\nissuer = \"https://idp.example\"\naudience = \" \"", "oauth.audience: must not"),
        ("[oauth]\nalgorithms = \"none\"", "oauth.algorithms: must be some of these"),
        ("[oauth]\nalgorithms = \"HS256\"", "oauth.algorithms: must be some of these"),
        ("[oauth.roles]\nsystem = \"all\"", "oauth.roles.system: is not a key"),
        (
            "[oidc]\nissuer = \"https://idp.example\"\nclient_id = \"x\"",
            "oidc.public_url: must be where",
        ),
        (
            "[oidc]\nissuer = \"https://idp.example\"\npublic_url = \"https://sluss.example.se/\"",
            "oidc.client_id: is missing",
        ),
        (
            "[oidc]\nissuer = \"https://idp.example\"\nclient_id = \"x\"\n\
             public_url = \"https://sluss.example.se/\"\n[oauth]\nissuer = \"https://idp.example\"\n\
             audience = \"x\"",
            "oauth.audience: must not be oidc.client_id",
        ),
        (
            "[http]\ntls_certificate_file = \"chain.pem\"",
            "http.tls_certificate_file: tls_certificate",
        ),
        ("[http]\ntls_client_ca_file = \"ca.pem\"", "http.tls_certificate_file: tls_certificate"),
        ("[session]\nhours = 0", "session.hours: must be"),
    ] {
        refused(text, &[], &format!("sluss.toml: {expected}"));
    }
    let tls =
        "[http]\nlisten = \"0.0.0.0:443\"\ntls_certificate_file = \"c\"\ntls_key_file = \"k\"";
    assert!(loaded(tls, &[]).http.tls.is_some());
    assert!(loaded("[http]\nlisten = \"0.0.0.0:80\"\nbehind_proxy = true", &[]).http.behind_proxy);
    let map =
        "[oauth]\nissuer = \"https://idp.example\"\n[oauth.roles]\nordering = [\"order\", \"o\"]";
    let roles = loaded(map, &[]).oauth.unwrap().roles;
    let of = |words: &[&str]| roles.roles(words).map(|roles| roles.to_string());
    assert_eq!(of(&["o", "support"]).as_deref(), Some("ordering support"));
    assert_eq!(of(&["ordering"]), None, "it goes by another word");
}
