//! The customer block is filled while a signed exception says so: not before, not after, and not by
//! a rule alone.

use std::fs;

use jiff::civil::{Date, date};
use sluss::domain::{Field, Purpose};
use sluss::recipients::{KeptPolicy, Severity, lint, run_tests};

use super::{SLUSSNAT, changed, root, slussnat};

const SIGNED: Date = date(2026, 10, 1);
const LAST: Date = date(2027, 6, 30);

fn text() -> String {
    fs::read_to_string(root().join(SLUSSNAT)).unwrap()
}

/// The file without its exception.
pub(super) fn unsigned() -> String {
    let text = text();
    let start = text.find("[[exception]]").unwrap();
    let end = start + text[start..].find("[policy]").unwrap();
    format!("{}{}", &text[..start], &text[end..])
}

/// What the linter refuses, as of a day: where, and what.
fn refused(text: &str, today: Date) -> Vec<String> {
    let found = lint(&changed(text), today, 60).into_iter();
    let errors = found.filter(|one| one.severity == Severity::Error);
    errors.map(|one| format!("{}: {}", one.place, one.what)).collect()
}

/// That each act is spoken of is another matter: this network does not have them all.
fn about_exceptions(text: &str, today: Date) -> Vec<String> {
    let mut found = refused(text, today);
    found.retain(|what| !what.starts_with("rule: no rule covers"));
    found
}

#[test]
fn the_file_is_sound_within_the_days_of_its_exception() {
    assert_eq!(refused(&text(), date(2026, 11, 22)), [] as [String; 0]);
    assert_eq!(refused(&text(), SIGNED), [] as [String; 0]);
    assert_eq!(refused(&text(), LAST), [] as [String; 0]);
    let (tests, failed) = run_tests(&slussnat());
    assert_eq!((tests, failed.as_slice()), (3, [].as_slice()));
    let warned = lint(&slussnat(), date(2027, 6, 1), 60);
    let expected = "ends on 2027-06-30, in 29 days";
    assert!(warned.iter().any(|one| one.severity == Severity::Warning && one.what == expected));
}

#[test]
fn a_rule_that_opens_the_customer_needs_a_signature_that_holds() {
    let before = about_exceptions(&text(), date(2026, 9, 30));
    let begins = |field| {
        format!(
            "delivery.customer: {field} is opened here, and its exception UND-2026-01, \
             faktureringsuppgifter begins on 2026-10-01"
        )
    };
    assert_eq!(before, [begins("contact.name"), begins("contact.phone")]);
    let after = about_exceptions(&text(), date(2027, 7, 1));
    assert!(after.len() == 2 && after[0].ends_with("ended on 2027-06-30"), "{after:?}");
    let never = about_exceptions(&unsigned(), date(2026, 11, 22));
    let unsigned = "delivery.customer: contact.name is opened here, and pi-api has it by a signed \
                    exception only: [[exception]]";
    assert!(never.len() == 2 && never[0] == unsigned, "{never:?}");
    // One that is signed for the name is none for the number.
    let narrow = text().replacen("[\"contact.name\", \"contact.phone\"]", "\"contact.name\"", 1);
    let open = about_exceptions(&narrow, date(2026, 11, 22));
    assert!(open.len() == 1 && open[0].contains("contact.phone"), "{open:?}");
}

#[test]
fn an_exception_is_for_what_the_dialect_leaves_empty_and_nothing_else() {
    let name = "field = [\"contact.name\", \"contact.phone\"]\nvalid_from";
    assert!(text().contains(name));
    let odd = text().replacen(
        name,
        "field = [\"contact.name\", \"contact.phone\", \"cpe.mac\"]\nvalid_from",
        1,
    );
    let expected = "exception UND-2026-01, faktureringsuppgifter: cpe.mac is nothing that pi-api \
                    has by exception";
    assert_eq!(about_exceptions(&odd, date(2026, 11, 22)), [expected]);
    let personnummer = text().replacen(name, "field = \"identity.personnummer\"\nvalid_from", 1);
    let told = about_exceptions(&personnummer, date(2026, 11, 22));
    assert!(told.iter().any(|what| what.contains("identity.personnummer is nothing")), "{told:?}");
    // A dialect without a customer block has no use for one.
    let shipped = fs::read_to_string(root().join("config/recipients/globalconnect.toml")).unwrap();
    let exception = "[[exception]]\nreference = \"U\"\nfield = \"contact.name\"\n\
                     valid_from = 2026-01-01\nvalid_to = 2027-12-31\n\n[policy]";
    let with = shipped.replacen("[policy]", exception, 1);
    assert_eq!(refused(&with, date(2026, 11, 22)).len(), 1);
}

#[test]
fn an_exception_without_an_end_or_a_paper_is_no_exception() {
    for (from, to, expected) in [
        ("valid_to = 2027-06-30", "", "exception[0].valid_to: is missing"),
        ("valid_to = 2027-06-30", "valid_to = 2026-01-31", "exception[0].valid_to: is before"),
        ("reference = \"UND-2026-01, faktureringsuppgifter\"", "", "exception[0].reference: is"),
        ("field = [\"contact.name\", \"contact.phone\"]\nvalid", "valid", "exception[0].field: is"),
        ("[[exception]]", "[[exception]]\nsigned = true", "exception[0].signed: is not a key"),
        ("type = \"BOOL\"", "type = \"YESNO\"", "channel.question[0].type: must be"),
        (
            "answer = \"fault.wired_test\"",
            "answer = \"contact.phone\"",
            "channel.question[0].answer: must be a fact",
        ),
        ("answer = \"fault.wired_test\"", "", "channel.question[0].answer: needs"),
        (
            "answer = \"fault.wired_test\"",
            "answer = \"fault.wired_test\"\notherwise = \"x\"",
            "channel.question[0].otherwise: is for",
        ),
        (
            "values = { constant = \"ALWAYS\", intermittent = \"SOMETIMES\" }",
            "",
            "channel.question[2].values: are needed",
        ),
        ("auth = \"basic\"", "auth = \"ws-security\"", "channel.auth: ws-security is for soap"),
    ] {
        let text = text();
        assert!(text.contains(from), "{from}");
        let read = sluss::recipients::read(
            std::path::Path::new(SLUSSNAT),
            std::path::Path::new("config"),
            &text.replacen(from, to, 1),
        );
        let told: Vec<_> =
            read.unwrap_err().iter().map(|f| format!("{}: {}", f.key, f.what)).collect();
        assert!(told.len() == 1 && told[0].starts_with(expected), "{to}: {told:#?}");
    }
}

#[test]
fn the_exception_is_part_of_the_policy_that_a_leaf_names() {
    let policy = slussnat().recipient.policy;
    let kept = KeptPolicy::read(policy.canonical()).unwrap().policy;
    assert_eq!((kept.id(), kept.exceptions()), (policy.id(), policy.exceptions()));
    assert_eq!(kept.exceptions().len(), 1);
    let longer = text().replacen("valid_to = 2027-06-30", "valid_to = 2027-07-01", 1);
    assert_ne!(changed(&longer).recipient.policy.id(), policy.id());
    let open = |field, day| policy.exception_on(field, day).is_some();
    assert!(open(Field::ContactName, SIGNED) && open(Field::ContactName, LAST));
    assert!(!open(Field::ContactName, SIGNED.yesterday().unwrap()));
    assert!(!open(Field::ContactName, LAST.tomorrow().unwrap()));
    assert!(!open(Field::ContactEmail, SIGNED));
    assert!(policy.rule(Purpose::Activate, Field::ContactName).is_some());
}
