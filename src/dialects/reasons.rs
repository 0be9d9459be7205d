//! What an operator's words mean: `cause` and `message` as one of our own reasons.
//!
//! A text is understood by a phrase in it, whatever its capitals and blanks. The recipient's own
//! rows are asked first, then those below, which are the specifications' examples and the ways in
//! which their grounds are put in Swedish and English. What no row knows is for a person.

use std::fmt;

use zeroize::Zeroizing;

use crate::domain::RejectReason as R;
use crate::domain::RejectReason;

/// The most characters of an operator's text that are looked at or kept.
const WORDS_MAX: usize = 1_000;

/// What an operator said, in its own words. They may repeat what it was sent and name people, so
/// they are neither printed nor traced: they are matched, sealed, and shown through the guard.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(Zeroizing<String>);

impl Words {
    /// Takes a text; `None` where it says nothing.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text: String = words.join(" ").chars().take(WORDS_MAX).collect();
        (!text.is_empty()).then(|| Self(Zeroizing::new(text)))
    }

    /// The text, for whoever seals it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// How long they are.
impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

/// A row: what a text is known by, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Parts that must stand in the text in this order, in small letters.
    parts: Vec<String>,
    /// What it means.
    pub reason: RejectReason,
}

impl Phrase {
    /// Reads a phrase; `*` stands for anything in between. `None` where nothing of it is left, or too
    /// little to tell one text from another.
    pub fn parse(text: &str, reason: RejectReason) -> Option<Self> {
        let parts: Vec<String> =
            text.split('*').map(folded).filter(|part| !part.is_empty()).collect();
        let letters: usize = parts.iter().map(|part| part.chars().count()).sum();
        (letters >= 4).then_some(Self { parts, reason })
    }

    fn fits(&self, text: &str) -> bool {
        stand_in(self.parts.iter().map(String::as_str), text)
    }
}

/// What the words mean, by an operator's own rows and then by everybody's; `None`: nobody knows.
pub fn reason_of(words: &Words, own: &[Phrase]) -> Option<RejectReason> {
    let text = folded(words.reveal());
    let by_own = own.iter().find(|phrase| phrase.fits(&text)).map(|phrase| phrase.reason);
    by_own.or_else(|| {
        let known = |(phrase, _): &&(&str, RejectReason)| stand_in(phrase.split('*'), &text);
        STANDARD.iter().find(known).map(|(_, reason)| *reason)
    })
}

/// Whether the parts stand in the text, in their order.
fn stand_in<'p>(mut parts: impl Iterator<Item = &'p str>, mut text: &str) -> bool {
    parts.all(|part| match text.split_once(part.trim()) {
        Some((_, rest)) => {
            text = rest;
            true
        }
        None => false,
    })
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The more particular ones first. Where a row is from a specification's own example it says so.
const STANDARD: &[(&str, RejectReason)] = &[
    // ON-API 2.6 common/responses.md and its predecessors' pages.
    ("already claimed", R::Taken),
    ("another service of servicetype", R::ServiceActive),
    ("unknown service", R::ServiceUnknown),
    // ON-API 2.6 spec/orderevents.md.
    ("service type is no longer available", R::ServiceUnknown),
    // ON-API 2.3.1 order_events.md.
    ("port is too busy", R::Capacity),
    // Takeovers.
    ("forcedtakeover", R::TakeoverRefused),
    ("forced takeover", R::TakeoverRefused),
    ("takeover * not", R::TakeoverRefused),
    ("övertag", R::TakeoverRefused),
    ("other service provider", R::Taken),
    ("another service provider", R::Taken),
    ("annan tjänsteleverantör", R::Taken),
    ("annan leverantör", R::Taken),
    // Subscriptions before services and accesses, as their texts name these too.
    ("unknown subscription", R::SubscriptionUnknown),
    ("invalid subscription", R::SubscriptionUnknown),
    ("no such subscription", R::SubscriptionUnknown),
    ("subscription not found", R::SubscriptionUnknown),
    ("subscriptionid * not found", R::SubscriptionUnknown),
    ("subscriptionid * does not exist", R::SubscriptionUnknown),
    ("subscription does not exist", R::SubscriptionUnknown),
    ("okänt abonnemang", R::SubscriptionUnknown),
    ("abonnemanget finns inte", R::SubscriptionUnknown),
    ("not at accessid", R::SubscriptionUnknown),
    ("not active", R::NotActive),
    ("not activated", R::NotActive),
    ("already inactive", R::NotActive),
    ("ej aktiv", R::NotActive),
    ("inte aktiv", R::NotActive),
    ("already active", R::ServiceActive),
    ("redan aktiv", R::ServiceActive),
    ("order * in progress", R::OrderPending),
    ("pending order", R::OrderPending),
    ("pågående order", R::OrderPending),
    ("pågående beställning", R::OrderPending),
    ("no longer be changed", R::TooLate),
    ("cannot be changed", R::TooLate),
    ("can not be changed", R::TooLate),
    ("not in state received", R::TooLate),
    ("kan inte ändras", R::TooLate),
    ("unknown access", R::AccessUnknown),
    ("invalid access", R::AccessUnknown),
    ("no such access", R::AccessUnknown),
    ("access not found", R::AccessUnknown),
    ("accessid * not found", R::AccessUnknown),
    ("felaktigt accessid", R::AccessUnknown),
    ("okänt access", R::AccessUnknown),
    ("invalid service", R::ServiceUnknown),
    ("service not available", R::ServiceUnknown),
    ("service is not available", R::ServiceUnknown),
    ("service not found", R::ServiceUnknown),
    ("felaktig service", R::ServiceUnknown),
    ("okänd tjänst", R::ServiceUnknown),
    ("tjänsten finns inte", R::ServiceUnknown),
    ("tjänsten är inte tillgänglig", R::ServiceUnknown),
    ("requesteddatetime", R::DateRefused),
    ("requested date", R::DateRefused),
    ("date is not available", R::DateRefused),
    ("önskat datum", R::DateRefused),
    ("missing characteristic", R::InformationRequired),
    ("characteristic * required", R::InformationRequired),
    ("missing field", R::InformationRequired),
    ("missing obligatory", R::InformationRequired),
    ("is required", R::InformationRequired),
    ("avtal saknas", R::NotPermitted),
    ("saknas", R::InformationRequired),
    ("unknown field", R::FieldRefused),
    ("data in the field", R::FieldRefused),
    ("incorrect json", R::FieldRefused),
    ("invalid value", R::FieldRefused),
    ("not connected", R::AccessNotReady),
    ("not deployed", R::AccessNotReady),
    ("not yet built", R::AccessNotReady),
    ("inte ansluten", R::AccessNotReady),
    ("ej ansluten", R::AccessNotReady),
    ("inte byggd", R::AccessNotReady),
    ("no free port", R::Capacity),
    ("no ports", R::Capacity),
    ("no capacity", R::Capacity),
    ("capacity", R::Capacity),
    ("inga lediga portar", R::Capacity),
    ("ingen ledig port", R::Capacity),
    ("kapacitet", R::Capacity),
    ("ip addresses * depleted", R::Capacity),
    ("survey", R::SurveyRequired),
    ("wayleave", R::SurveyRequired),
    ("förprojektering", R::SurveyRequired),
    ("no access to", R::NoAccessToSite),
    ("customer not home", R::NoAccessToSite),
    ("kunden inte hemma", R::NoAccessToSite),
    ("kom inte in", R::NoAccessToSite),
    ("node fault", R::NetworkFault),
    ("network fault", R::NetworkFault),
    ("driftstörning", R::NetworkFault),
    ("avbrott i nätet", R::NetworkFault),
    ("activation failed", R::ActivationFailed),
    ("cannot be delivered", R::ActivationFailed),
    ("could not be activated", R::ActivationFailed),
    ("aktiveringen misslyckades", R::ActivationFailed),
    ("cancelled", R::Cancelled),
    ("canceled", R::Cancelled),
    ("makulerad", R::Cancelled),
    ("avbeställd", R::Cancelled),
    ("not allowed", R::NotPermitted),
    ("no agreement", R::NotPermitted),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<RejectReason>) {
        let words = Words::new(text).expect("some words");
        assert_eq!(reason_of(&words, &[]), expected, "{text}");
    }

    #[test]
    fn the_specifications_examples_are_understood() {
        check("Unknown service: 'INTERNET'", Some(R::ServiceUnknown));
        check(
            "Another Service of ServiceType 'Broadband' is already active.",
            Some(R::ServiceActive),
        );
        check("ServiceType is already claimed by other Service Provider.", Some(R::Taken));
        check("The service type is no longer available for this access", Some(R::ServiceUnknown));
        check("Port is too busy for you. You can't handle the truth!", Some(R::Capacity));
        check("Unknown subscriptionId: 'S1'", Some(R::SubscriptionUnknown));
        check("  TJÄNSTETYPEN är upptagen av\n annan  leverantör ", Some(R::Taken));
        check("An Unknown error has occurred. Error number 12345", None);
        check("Ring Karin på växeln", None);
    }

    #[test]
    fn every_row_can_be_reached() {
        for (at, (phrase, reason)) in STANDARD.iter().enumerate() {
            let words = Words::new(&phrase.replace('*', " x ")).expect("some words");
            let text = folded(words.reveal());
            let reaches = |(earlier, _): &(&str, RejectReason)| stand_in(earlier.split('*'), &text);
            let first = STANDARD.iter().position(reaches);
            let hidden = first.filter(|&first| first < at && STANDARD[first].1 != *reason);
            assert_eq!(hidden, None, "{phrase} is hidden behind another row");
        }
    }

    #[test]
    fn an_operators_own_rows_come_first() {
        let own = [
            Phrase::parse("KOD 17 * PORT", R::Capacity).expect("a phrase"),
            Phrase::parse("unknown service", R::AccessNotReady).expect("a phrase"),
        ];
        let of = |text| reason_of(&Words::new(text).expect("some words"), &own);
        assert_eq!(of("Fel kod 17: ingen  Port ledig"), Some(R::Capacity));
        assert_eq!(of("Port 3 har kod 17"), None);
        assert_eq!(of("Unknown service: 'X'"), Some(R::AccessNotReady));
        assert_eq!(Phrase::parse(" * a* ", R::Capacity), None);
    }

    #[test]
    fn words_are_not_shown() {
        let words = Words::new("Astrid Lindqvist").expect("some words");
        assert_eq!(format!("{words:?}"), "Words(16 bytes)");
        assert_eq!(Words::new(" \n "), None);
    }
}
