//! When nothing leaves at all, and how little leaves where a person has decided.

use jiff::civil::{Date, date};
use sluss::domain::{Field, Handling, HoldReason, Purpose};
use sluss::minimise::{Explanation, minimise};
use sluss::recipients::Recipient;
use sluss::record::finish;

use super::{Draft, TODAY, decide, fault, shipped, spoken, with};

#[track_caller]
fn refused(draft: &Draft, recipient: &Recipient, today: Date, expected: HoldReason) {
    let case = draft.case();
    let refusal = minimise(&case, recipient, spoken(recipient), today, false).err().unwrap();
    assert_eq!(refusal.reason, expected);
    // What stays is named, all of it and each once.
    let mut known: Vec<Field> = case.facts().keys().chain(case.dropped()).copied().collect();
    known.sort();
    known.dedup();
    assert_eq!(refusal.withheld, known);
    let asked = expected != HoldReason::RecipientDisabled;
    assert_eq!(refusal.policy, asked.then(|| recipient.policy.id()));
}

#[test]
fn nothing_leaves_for_a_recipient_that_must_not_have_it() {
    let off = with("globalconnect", &[("enabled = true", "enabled = false")]);
    let draft = fault("globalconnect");
    refused(&draft, &off, TODAY, HoldReason::RecipientDisabled);
    refused(&draft, &shipped("ip-only"), TODAY, HoldReason::RecipientDisabled);
    // The dialect has no words for it; no rule opens it.
    let asked = Draft { purpose: Purpose::Feasibility, ..draft.clone() };
    refused(&asked, &shipped("globalconnect"), TODAY, HoldReason::NotOffered);
    let closed = with("globalconnect", &[("\"fault.report\"", "\"fault.supplement\"")]);
    refused(&draft, &closed, TODAY, HoldReason::NoRule);
    let dropped = Draft { dropped: vec![Field::CustomerNumber, Field::Attachment], ..draft };
    refused(&dropped, &off, TODAY, HoldReason::RecipientDisabled);
}

#[test]
fn an_agreement_holds_from_its_first_day_to_its_last() {
    let recipient = shipped("globalconnect");
    let draft = fault("globalconnect");
    let on = |day| minimise(&draft.case(), &recipient, spoken(&recipient), day, false).is_ok();
    assert!(on(date(2026, 1, 1)) && on(date(2027, 12, 31)));
    for day in [date(2025, 12, 31), date(2028, 1, 1), Date::MIN, Date::MAX] {
        refused(&draft, &recipient, day, HoldReason::NoAgreement);
    }
    let none = Recipient { agreement: None, ..recipient };
    refused(&draft, &none, TODAY, HoldReason::NoAgreement);
}

#[test]
fn a_special_case_waits_for_a_person_and_then_only_ids_leave() {
    for id in ["globalconnect", "ip-only"] {
        let recipient = shipped(id);
        let draft = Draft { handling: Handling::Special, ..fault(id) }
            .with(Field::VisitBooked, "true")
            .with(Field::VisitWindow, "2026-12-01T07:00:00Z/2026-12-01T11:00:00Z")
            .with(Field::FaultDescription, "Ingen länk sedan i natt.");
        refused(&draft, &recipient, TODAY, HoldReason::SpecialHandling);

        let case = draft.case();
        let released = minimise(&case, &recipient, spoken(&recipient), TODAY, true).unwrap();
        let sent: Vec<Field> = released.fields().map(|(field, _)| field).collect();
        assert!(sent.contains(&Field::AccessId));
        for field in sent {
            let id = matches!(
                field,
                Field::AccessId
                    | Field::CaseReference
                    | Field::ServiceId
                    | Field::ProblemType
                    | Field::FaultHeading
            );
            assert!(id, "{field}");
        }
        let message = finish(&released).unwrap();
        let body = String::from_utf8(message.request().body.clone()).unwrap();
        for word in ["Astrid", "701740605", "Kungsgatan", "4711", "natt", "2026-12-01", "true"] {
            assert!(!body.contains(word), "{word} in {body}");
        }
        for withheld in Explanation::of(&released).withheld {
            assert!(!withheld.why_sv.is_empty());
        }
    }
}

#[test]
fn a_release_opens_nothing_else() {
    let off = with("globalconnect", &[("enabled = true", "enabled = false")]);
    let draft = Draft { handling: Handling::Special, ..fault("globalconnect") };
    let case = draft.case();
    for (recipient, day) in [(&off, TODAY), (&shipped("globalconnect"), date(2028, 1, 1))] {
        assert!(minimise(&case, recipient, spoken(recipient), day, true).is_err());
    }
    assert!(decide(&fault("globalconnect").case(), &shipped("globalconnect")).is_ok());
}
