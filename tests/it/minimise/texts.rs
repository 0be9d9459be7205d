//! Free text: what the guard finds is taken out, and of which too much was personal does not leave.

use proptest::prelude::*;
use sluss::dialects::on_api;
use sluss::domain::{Act, Field, HoldReason, MaskCount, SubjectKind};
use sluss::guard::LENGTH_MAX;
use sluss::minimise::{CUT_MARK, Explanation, TEXT_REPLACED, TextFate, cut};
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
    let draft = describing("Ingen länk. Ring Astrid Lindqvist på 070-174 06 05.");
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
fn a_text_that_was_not_read_is_treated_as_personal_through_and_through() {
    let draft = describing(&"Ingen länk. ".repeat(LENGTH_MAX / 12 + 1));
    let all = ("text_masked_percent_max = 15", "text_masked_percent_max = 100");
    leaves(&draft, &with("globalconnect", &[all]), Ok(TEXT_REPLACED));
    leaves(&draft, &with("globalconnect", &[all, HOLD[0]]), Err(HoldReason::TextNeedsReview));
}

/// A greeting is no reason to wait for a person, nor to tell that there was one.
#[test]
fn of_which_nothing_is_left_nothing_leaves() {
    for text in ["-", "Hej!", "Mvh Astrid Lindqvist", "Tack på förhand,\nhälsningar 070-174 06 05"]
    {
        for recipient in [shipped("globalconnect"), with("globalconnect", HOLD)] {
            let case = describing(text).case();
            let minimised = decide(&case, &recipient).unwrap();
            assert_eq!(minimised.text(Field::FaultDescription), None, "{text}");
            assert!(minimised.withheld().contains(&Field::FaultDescription), "{text}");
            assert!(minimised.masked().is_empty() && minimised.texts().is_empty(), "{text}");
            assert!(minimised.not_carried().contains(&Field::FaultDescription), "{text}");
            let told = Explanation::of(&minimised);
            let why = told.withheld.iter().find(|told| told.field == Field::FaultDescription);
            let (because, rule) = why.map(|why| (why.because, why.rule.is_some())).unwrap();
            assert_eq!((because, rule), ("nothing-left", true), "{text}");
            finish(&minimised).unwrap();
        }
    }
}

#[test]
fn what_became_of_a_text_is_told() {
    let recipient = shipped("globalconnect");
    let long = "Ingen länk på porten. ".repeat(20);
    for (text, fate) in [
        (PLAIN, TextFate::AsWritten),
        (&format!("{PLAIN} Ring 070-174 06 05."), TextFate::Masked),
        (&long, TextFate::Cut),
        ("Ingen länk. Ring Astrid Lindqvist på 070-174 06 05.", TextFate::Replaced),
    ] {
        let case = describing(text).case();
        let minimised = decide(&case, &recipient).unwrap();
        let [told] = minimised.texts() else { panic!("{} texts", minimised.texts().len()) };
        assert_eq!((told.field, told.fate), (Field::FaultDescription, fate), "{text}");
        assert_eq!(told.masked_percent > 15, fate == TextFate::Replaced, "{text}");
        assert_eq!(Explanation::of(&minimised).texts, minimised.texts());
    }
}

#[test]
fn a_long_text_is_cut_at_a_sentence() {
    let recipient = shipped("globalconnect");
    let text = "Ingen länk på porten. ".repeat(20);
    let cut = format!("{}{CUT_MARK}", "Ingen länk på porten. ".repeat(11).trim_end());
    leaves(&describing(&text), &recipient, Ok(&cut));
    // Masked first: what the cut would leave of a number is never looked at by itself.
    let number = format!("{}Ring 070-174 06 05 i kväll.", "Ingen länk på porten. ".repeat(11));
    leaves(&describing(&number), &recipient, Ok(&cut));
}

/// Texts with what must stay whole: tags, letters of several code points, emoji, flags.
fn long_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec![
            "Ingen länk", ". ", "! ", "? ", " ", "\n", "[telefon]", "[e-post]", "[födelsedatum]", "[", "]", "A\u{30a}",
            "o\u{308}", "👨\u{200d}👩\u{200d}👧", "🇸🇪", "👍🏽", "kl. 14", "t.ex.", "(se ovan)", "\r\n", "x",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Short enough, the beginning of the text, and nothing in it cut in two.
    #[test]
    fn a_cut_leaves_whole_tags_and_letters(text in long_text(), length_max in 0_usize..120) {
        let short = cut(&text, length_max);
        prop_assert!(short.chars().count() <= length_max);
        if text.chars().count() <= length_max {
            prop_assert_eq!(&*short, &*text);
            return Ok(());
        }
        let Some(kept) = short.strip_suffix(CUT_MARK) else {
            prop_assert_eq!(&*short, "");
            return Ok(());
        };
        let rest = text.strip_prefix(kept);
        prop_assert!(rest.is_some(), "{short:?} is not the beginning of {text:?}");
        let (before, next) = (kept.chars().next_back(), rest.unwrap().chars().next().unwrap());
        let joined = matches!(next, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}');
        prop_assert!(!joined && before != Some('\u{200d}'), "{short:?} of {text:?}");
        for tag in ["[telefon]", "[e-post]", "[födelsedatum]"] {
            for (start, _) in text.match_indices(tag) {
                let within = start < kept.len() && kept.len() < start + tag.len();
                prop_assert!(!within, "{short:?} of {text:?}");
            }
        }
    }

    /// In ON-API the text stands behind the facts: together they fit, and no tag is broken.
    #[test]
    fn facts_and_text_fit_an_operators_field(text in long_text()) {
        let fields = [
            (Field::AccessId, "STTA0001"),
            (Field::ProblemType, "NO_LINK"),
            (Field::FaultSince, "2026-11-20T08:00:00Z"),
            (Field::FaultLamps, "wan-off"),
            (Field::FaultDescription, text.as_str()),
        ];
        let of = |sought| fields.iter().find(|(field, _)| *field == sought).map(|(_, text)| *text);
        let request = on_api::write(&on_api::V2_6, Act::Report, &of).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let description = body["description"].as_str().unwrap();
        prop_assert!(description.chars().count() <= 255, "{description}");
        prop_assert!(description.starts_with("Sedan: "), "{description}");
        if let Some(kept) = description.strip_suffix(CUT_MARK) {
            let open = kept.rfind('[').map_or("", |at| &kept[at..]);
            let cut = ["[telefon]", "[e-post]", "[födelsedatum]"];
            prop_assert!(open.is_empty() || open == "[" || !cut.iter().any(|tag| {
                tag.len() > open.len() && tag.starts_with(open)
            }), "{description}");
        }
    }
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
