//! Each file here is one that we ship with one thing spoilt, and what is said about it.

use sluss::recipients::Severity;

use super::{changed, faults, found, shipped, sound};

const ACCESS_RULE: &str = "id = \"delivery.access\"\n";

/// The file cannot be read: one fault, which begins like this.
#[track_caller]
fn refused(from: &str, to: &str, expected: &str) {
    let told = faults(&changed(from, to));
    assert!(told.len() == 1 && told[0].starts_with(expected), "{to}: {told:#?}");
}

/// The file can be read, and the linter has this to say.
#[track_caller]
fn linted(from: &str, to: &str, severity: Severity, expected: &str) {
    let told = found(&changed(from, to));
    let fits = |(found, what): &(Severity, String)| *found == severity && what == expected;
    assert!(told.iter().any(fits), "{to}: {told:#?}");
}

#[test]
fn what_the_reader_refuses() {
    for (from, to, expected) in [
        ("schema = 1", "schema = 2", "schema: must be a whole number"),
        (
            "org_no = \"556597-6122\"",
            "org_no = \"121212-1212\"",
            "org_no: must be the organisation",
        ),
        ("country = \"SE\"", "country = \"Sverige\"", "country: must be two capital letters"),
        (
            "legal_name = \"GlobalConnect AB\"",
            "legal_name = \" \"",
            "legal_name: must not be blank",
        ),
        ("role = \"processor\"", "role = \"friend\"", "role: must be processor"),
        ("enabled = true", "enabled = \"yes\"", "enabled: must be true or false"),
        ("id = \"globalconnect\"", "id = \"Global Connect\"", "id: has a character"),
        // Unknown keys, at each level.
        ("schema = 1", "schema = 1\ncolour = 1", "colour: is not a key"),
        ("[agreement]", "[agreement]\ncolour = 1", "agreement.colour: is not a key"),
        ("[channel]", "[channel]\ncolour = 1", "channel.colour: is not a key"),
        ("[inbound]", "[inbound]\ncolour = 1", "inbound.colour: is not a key"),
        ("[policy]", "[policy]\ncolour = 1", "policy.colour: is not a key"),
        (ACCESS_RULE, "id = \"delivery.access\"\ncolour = 1\n", "rule[0].colour: is not a key"),
        ("[[test]]", "[[test]]\ncolour = 1", "test[0].colour: is not a key"),
        ("given = {", "given = { colour = \"1\", ", "test[0].given.colour: is not a key"),
        // The agreement.
        (
            "valid_from = 2026-01-01",
            "valid_from = \"soon\"",
            "agreement.valid_from: must be a date",
        ),
        ("valid_from = 2026-01-01", "", "agreement.valid_from: is missing"),
        ("valid_to = 2027-12-31", "valid_to = 2025-12-31", "agreement.valid_to: is before"),
        ("valid_to = 2027-12-31", "valid_to = 2027-02-29", ": is not TOML"),
        (
            "valid_to = 2027-12-31",
            "valid_to = 2027-12-31T23:00:00",
            "agreement.valid_to: must be a date",
        ),
        ("reference = \"PUB-2026-02\"", "", "agreement.reference: is missing"),
        // The channel.
        ("dialect = \"on-api\"", "dialect = \"telex\"", "channel.dialect: is not a dialect"),
        ("version = \"2.6\"", "version = \"2.7\"", "channel.dialect: is not a dialect"),
        ("https://api", "http://api", "channel.base_url: must be https://"),
        ("https://api", "http://127.0.0.1:1/api", "channel.base_url: must be https://"),
        ("https://api", "ftp://api", "channel.base_url: must be https://"),
        ("https://api", "api", "channel.base_url: is not an address"),
        ("https://api", "https://who:secret@api", "channel.base_url: must not hold credentials"),
        ("onapi/2.6/", "onapi/2.6/?a=b", "channel.base_url: must not have a query"),
        ("auth = \"basic\"", "auth = \"ws-security\"", "channel.auth: ws-security is for soap"),
        ("auth = \"basic\"", "auth = \"none\"", "channel.auth: must be basic"),
        ("password_file = \"secrets/globalconnect\"", "", "channel.password_file: is missing"),
        ("timeout_seconds = 20", "timeout_seconds = 0", "channel.timeout_seconds: must be a whole"),
        ("in_flight_max = 8", "in_flight_max = \"8\"", "channel.in_flight_max: must be a whole"),
        // The policy.
        ("version = \"2026-11-01.1\"", "", "policy.version: is missing"),
        ("text_over_limit = \"replace\"", "text_over_limit = \"send\"", "policy.text_over_limit:"),
        ("masked_percent_max = 15", "masked_percent_max = 101", "policy.text_masked_percent_max:"),
        (ACCESS_RULE, "", "rule[0].id: is missing"),
        ("field = \"access.id\"", "field = \"shoe.size\"", "rule[0].field: \"shoe.size\" is not a"),
        ("field = \"access.id\"", "field = []", "rule[0].field: is missing"),
        (
            "purpose = \"delivery.activate\"",
            "purpose = \"curiosity\"",
            "rule[0].purpose: \"curiosity\" is not a purpose",
        ),
        ("effect = \"allowed\"", "effect = \"always\"", "rule[0].effect: must be allowed"),
        ("[\"subscription.missing\"]", "[\"full.moon\"]", "rule[1].when: is not a condition"),
        ("basis = \"gdpr.6.1.b\"", "basis = \"gdpr.9\"", "rule[0].basis: is not a legal basis"),
        ("retain = \"delivered+30d\"", "retain = \"for ever\"", "rule[0].retain: must be a moment"),
        ("retain = \"delivered+30d\"", "retain = \"delivered+0d\"", "rule[0].retain: must be a"),
        ("transform = \"first_name_initial\"", "transform = \"rot13\"", "rule[34].transform: must"),
        (
            "problem_type in NO_LINK|NO_ACCESS|QUALITY",
            "problem_type in NO_LINKS|QUALITY",
            "rule[56].when: is not a condition",
        ),
    ] {
        refused(from, to, expected);
    }
}

#[test]
fn a_reason_is_never_blank() {
    let text = shipped("globalconnect");
    let reason = text.lines().find(|line| line.starts_with("why_sv")).unwrap_or_default();
    refused(reason, "why_sv = \"  \"", "rule[0].why_sv: must not be blank");
    refused(reason, "", "rule[0].why_sv: is missing");
}

#[test]
fn plain_http_is_for_this_machine_and_only_when_asked_for() {
    let trial = changed("allow_http_loopback = false", "allow_http_loopback = true");
    let at =
        |address: &str| trial.replacen("https://api.globalconnect.example/onapi/2.6/", address, 1);
    let file = sound(&at("http://127.0.0.1:8181/onapi/2.6"));
    // What the dialect says is relative to it.
    assert_eq!(file.recipient.channel.base_url.as_str(), "http://127.0.0.1:8181/onapi/2.6/");
    sound(&at("http://[::1]:8181/"));
    for elsewhere in ["http://10.0.0.1/", "http://localhost/", "http://127.0.0.1.example/"] {
        assert_eq!(faults(&at(elsewhere)).len(), 1, "{elsewhere}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = shipped("globalconnect")
        .replacen("country = \"SE\"", "country = \"\"", 1)
        .replacen("https://", "http://", 1)
        .replacen("effect = \"allowed\"", "effect = \"always\"", 1)
        .replacen("[\"subscription.missing\"]", "[\"full.moon\", \"text.clean\"]", 1)
        .replacen("purpose = \"feasibility\"", "purpose = [\"feasibility\", \"x\"]", 1)
        .replacen("expect_sent = [\"access.id\"", "expect_sent = [\"shoe.size\"", 1);
    let told = faults(&text);
    for key in [
        "country: ",
        "channel.base_url: ",
        "rule[0].effect: ",
        "rule[1].when: ",
        "rule[5].purpose: ",
        "test[2].expect_sent: ",
    ] {
        assert!(told.iter().any(|what| what.starts_with(key)), "{key} {told:#?}");
    }
    assert_eq!(told.len(), 6, "{told:#?}");
}

#[test]
fn what_the_linter_finds() {
    use Severity::{Error, Warning};
    for (from, to, severity, expected) in [
        (
            "field = \"access.id\"",
            "field = [\"access.id\", \"identity.personnummer\"]",
            Error,
            "delivery.access: identity.personnummer may never leave, and is opened here",
        ),
        (
            "[\"subscription.missing\"]",
            "[]",
            Error,
            "delivery.access.existing: is conditional and has no condition (when)",
        ),
        (
            "effect = \"allowed\"",
            "effect = \"allowed\"\nwhen = [\"visit.booked\"]",
            Error,
            "delivery.access: has a condition and is allowed",
        ),
        (
            "[\"text.clean\"]",
            "[\"visit.booked\"]",
            Error,
            "fault.description: fault.description is free text and needs the condition text.clean",
        ),
        (
            "field = \"access.id\"",
            "field = [\"access.id\", \"visit.door_code\"]",
            Error,
            "delivery.access: visit.door_code needs a condition",
        ),
        (
            "basis = \"gdpr.6.1.b\"\n",
            "",
            Error,
            "delivery.access: opens something without a legal basis (basis)",
        ),
        (
            "retain = \"delivered+30d\"\n",
            "",
            Error,
            "delivery.access: does not say how long it may be kept (retain)",
        ),
        (
            "id = \"delivery.access.existing\"",
            "id = \"delivery.access\"",
            Error,
            "delivery.access: is the id of more than one rule",
        ),
        (
            "purpose = \"delivery.activate\"",
            "purpose = [\"delivery.activate\", \"fault.report\"]",
            Error,
            "fault.access: access.id for fault.report is ruled by delivery.access already",
        ),
        (
            "retain = \"delivered+30d\"\n",
            "retain = \"delivered+30d\"\ntransform = \"first_name_initial\"\n",
            Error,
            "delivery.access: access.id is no name to be shortened (transform)",
        ),
        (
            "notice = \"Sekretess- och personuppgiftspolicy, avsnittet Stadsnät\"\n",
            "",
            Warning,
            "policy.notice: does not say where the customer was told (GDPR art. 13)",
        ),
        (
            "valid_to = 2027-12-31",
            "valid_to = 2026-11-21",
            Error,
            "agreement.valid_to: ended on 2026-11-21: nothing is sent",
        ),
        (
            "valid_from = 2026-01-01",
            "valid_from = 2026-11-23",
            Error,
            "agreement.valid_from: begins on 2026-11-23: nothing is sent before",
        ),
        (
            "valid_to = 2027-12-31",
            "valid_to = 2027-01-20",
            Warning,
            "agreement.valid_to: ends on 2027-01-20, in 59 days: renew it",
        ),
        (
            "valid_to = 2027-12-31",
            "valid_to = 2026-11-22",
            Warning,
            "agreement.valid_to: ends on 2026-11-22, in 0 days: renew it",
        ),
    ] {
        linted(from, to, severity, expected);
    }
    let in_61_days = changed("valid_to = 2027-12-31", "valid_to = 2027-01-22");
    assert_eq!(found(&in_61_days), []);
}

#[test]
fn a_text_that_may_be_mostly_tags_is_a_warning() {
    linted(
        "text_masked_percent_max = 15",
        "text_masked_percent_max = 31",
        Severity::Warning,
        "policy.text_masked_percent_max: 31 lets texts through that are mostly tags, and those \
         tell more about a person than about a fault: stay at 30 or below",
    );
    let at_most = changed("text_masked_percent_max = 15", "text_masked_percent_max = 30");
    assert_eq!(found(&at_most), []);
}

#[test]
fn no_agreement_is_an_error_unless_the_recipient_is_switched_off() {
    let agreement = "[agreement]\nreference = \"PUB-2026-02\"\nvalid_from = 2026-01-01\n\
                     valid_to = 2027-12-31\n";
    linted(agreement, "", Severity::Error, "agreement: is missing: nothing can be sent");
    let off = changed(agreement, "").replacen("enabled = true", "enabled = false", 1);
    assert_eq!(found(&off), []);
}

#[test]
fn a_purpose_without_a_rule_is_an_error() {
    let text = shipped("globalconnect");
    // Every rule that speaks of this purpose now speaks of another.
    let text = text.replace("\"contact.pull\"", "\"notice.erasure\"");
    let told = found(&text);
    let expected = "rule: no rule covers contact.pull: open something for it, or write a never";
    assert!(told.iter().any(|(severity, what)| *severity == Severity::Error && what == expected));
}
