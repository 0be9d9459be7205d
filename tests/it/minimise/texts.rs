//! Free text: what the guard finds is taken out, and of which too much was personal does not leave.

use sluss::domain::{Field, HoldReason, MaskCount, SubjectKind};
use sluss::minimise::TEXT_REPLACED;
use sluss::recipients::Recipient;
use sluss::record::finish;

use super::{Draft, decide, fault, shipped, with};

const HOLD: &[(&str, &str)] = &[("text_over_limit = \"replace\"", "text_over_limit = \"hold\"")];

fn describing(text: &str) -> Draft {
    fault("globalconnect").with(Field::FaultDescription, text)
}

fn masked(kind: &str, count: u32) -> MaskCount {
    MaskCount { field: Field::FaultDescription, kind: kind.to_owned(), count }
}

/// What leaves as the description.
#[track_caller]
fn leaves(draft: &Draft, recipient: &Recipient, expected: Result<&str, HoldReason>) {
    let case = draft.case();
    let decided = decide(&case, recipient).map_err(|refusal| refusal.reason);
    let text = decided.as_ref().map(|minimised| minimised.text(Field::FaultDescription).unwrap());
    assert_eq!(text.map_err(|reason| *reason), expected);
    if let Ok(minimised) = &decided {
        finish(minimised).unwrap();
    }
}

/// Enough about the fault for a value among it not to weigh much.
const PLAIN: &str = "Ingen länk på WAN-porten sedan i natt, konvertern blinkar rött och omstart hjälper \
                     inte. Kabeln är bytt och porten provad med en annan enhet utan att något ändrades.";

#[test]
fn what_the_register_does_not_know_is_taken_out_too() {
    let recipient = shipped("globalconnect");
    for (personal, tag) in [
        ("Pnr 19121212-1212.", "[personnummer]"),
        ("Ring grannen på 070-174 06 99.", "[telefon]"),
        ("Mejla kerstin@example.com.", "[e-post]"),
        ("Portkod 9182.", "[kod]"),
        // And what it knows, and the policy withholds.
        ("Ring 070-174 06 05.", "[telefon]"),
        ("Astrid Lindqvist är hemma.", "[namn]"),
        ("Boxen har 192.0.2.17.", "[ip-adress]"),
        ("Bor på Kungsgatan 10.", "[adress]"),
        ("Huset är 652-16.", "[adress]"),
    ] {
        let draft = describing(&format!("{PLAIN} {personal}"));
        let draft = if personal.contains("652-16") {
            draft.with(Field::StreetNumber, "652-16")
        } else {
            draft
        };
        let case = draft.case();
        let minimised = decide(&case, &recipient).unwrap();
        let text = minimised.text(Field::FaultDescription).unwrap();
        assert!(text.starts_with(PLAIN), "{text}");
        assert!(text.contains(tag), "{personal} gives {text}");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
        assert_eq!(digits(text), 0, "{text}");
        assert!(!minimised.masked().is_empty());
        finish(&minimised).unwrap();
    }
}

#[test]
fn what_leaves_in_its_own_field_may_stand_in_the_text() {
    let draft = describing(&format!("{PLAIN} Uttaget är STTA0001."))
        .with(Field::VisitBooked, "true")
        .with(Field::FaultDescription, &format!("{PLAIN} STTA0001, ring 070-174 06 05."));
    let expected = format!("{PLAIN} STTA0001, ring 070-174 06 05.");
    let recipient = with("globalconnect", HOLD);
    // ON-API has no place for the number, so there it is withheld, in the text as well.
    let there = expected.replace("070-174 06 05", "[telefon]");
    leaves(&draft, &recipient, Ok(&there));
    let soap = Draft { recipient: "ip-only", ..draft };
    leaves(&soap, &with("ip-only", HOLD), Ok(&expected));
}

#[test]
fn a_text_that_was_mostly_personal_is_replaced_or_waits() {
    let draft = describing("Ring Astrid Lindqvist på 070-174 06 05.");
    leaves(&draft, &shipped("globalconnect"), Ok(TEXT_REPLACED));
    leaves(&draft, &with("globalconnect", HOLD), Err(HoldReason::TextNeedsReview));
}

#[test]
fn what_intake_took_out_counts_as_personal() {
    let hold = with("globalconnect", HOLD);
    // 24 of 60 characters stand where something personal stood.
    let text = "Ring [telefon], [personnummer], innan ni kommer till huset.";
    let draft = describing(text);
    let told =
        Draft { masked: vec![masked("personnummer", 1), masked("telefon", 1)], ..draft.clone() };
    leaves(&told, &hold, Err(HoldReason::TextNeedsReview));
    leaves(&told, &shipped("globalconnect"), Ok(TEXT_REPLACED));
    // Intake took nothing out: somebody wrote these brackets.
    leaves(&draft, &hold, Ok(text));
    // One in a long text is no sieve.
    let long = format!("{PLAIN} Ring [telefon].");
    let told = Draft { masked: vec![masked("telefon", 1)], ..describing(&long) };
    leaves(&told, &hold, Ok(&long));
    // A tag for another field's text, or of another kind, is not counted here.
    let other = MaskCount { field: Field::Note, ..masked("telefon", 1) };
    let told = Draft { masked: vec![other, masked("e-post", 9)], ..draft };
    leaves(&told, &hold, Ok(text));
}

#[test]
fn both_counts_add_up() {
    let recipient = shipped("globalconnect");
    let draft = describing(&format!("{PLAIN} Ring [telefon] eller 070-174 06 99."));
    let case = Draft { masked: vec![masked("telefon", 1)], ..draft }.case();
    let minimised = decide(&case, &recipient).unwrap();
    assert_eq!(minimised.masked(), [masked("telefon", 2)]);
}

#[test]
fn a_long_text_is_cut() {
    let text = "Ingen länk. ".repeat(40);
    let cut: String = text.chars().take(255).collect();
    leaves(&describing(&text), &shipped("globalconnect"), Ok(&cut));
}

#[test]
fn a_name_leaves_as_first_name_and_initial() {
    let recipient = shipped("ip-only");
    let draft = fault("ip-only").with(Field::VisitBooked, "true");
    let case = draft.case();
    let minimised = decide(&case, &recipient).unwrap();
    assert_eq!(minimised.text(Field::ContactName), Some("Astrid L."));
    let message = finish(&minimised).unwrap();
    let body = String::from_utf8(message.request().body.clone()).unwrap();
    assert!(body.contains("<ContactName>Astrid L.</ContactName>"), "{body}");
    assert!(!body.contains("Lindqvist"));
    // An enskild firma is not named, and a company only with a visit.
    let company = draft.with(Field::CompanyName, "Påhittade Paddan AB");
    for (subject, named) in [(SubjectKind::SoleTrader, false), (SubjectKind::LegalPerson, true)] {
        let case = Draft { subject, ..company.clone() }.case();
        let minimised = decide(&case, &recipient).unwrap();
        assert_eq!(minimised.text(Field::CompanyName).is_some(), named);
    }
}

#[test]
fn an_access_id_that_looks_like_an_identity_number_is_told_in_its_own_field_only() {
    let draft =
        describing(&format!("{PLAIN} Access 1212121212.")).with(Field::AccessId, "1212121212");
    leaves(&draft, &with("globalconnect", HOLD), Ok(&format!("{PLAIN} Access [personnummer].")));
}
