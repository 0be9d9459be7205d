//! The languages of pages, and what is said in them. Texts stand in `i18n/sv.ftl` and `i18n/en.ftl`
//! (Fluent), which are in the program; a test finds what is missing, and what nobody says.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::auth::{Denial, ROLES};
use crate::domain::{Act, CaseState, Field, HaltReason, HoldReason, LegalBasis, Purpose};
use crate::inspection::handout::Form;
use crate::inspection::person::{View, Why};
use crate::inspection::{Group, NAMES};
use crate::log::{Kind, OutcomeResult, Role};
use crate::recipients::{Condition, Turn};
use crate::store::{Ending, IncidentDecision, IncidentKind, Verdict};
use crate::tally::Pattern;

/// The cookie of somebody who has chosen a language.
pub const LANGUAGE: &str = "__Host-sluss-language";

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// What is spoken at the desks; also where a browser asks for neither.
    Swedish,
    /// The other one.
    English,
}

type Catalogue = FluentBundle<FluentResource>;

static SWEDISH: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue("sv", include_str!("i18n/sv.ftl")));
static ENGLISH: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue("en", include_str!("i18n/en.ftl")));

impl Words {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Swedish, Self::English];

    /// Reads a language tag; only its language counts.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.trim().get(..2) {
            Some("sv") => Some(Self::Swedish),
            Some("en") => Some(Self::English),
            _ => None,
        }
    }

    /// As it stands in `lang`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// What was chosen, or else the first of the two that the browser asks for.
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs =
            lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let chosen = pairs.find(|(name, _)| *name == LANGUAGE);
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        chosen
            .and_then(|(_, tag)| Self::parse(tag))
            .or_else(|| asked.unwrap_or_default().split(',').find_map(Self::parse))
            .unwrap_or(Self::Swedish)
    }

    /// A text.
    pub fn say(self, key: &str) -> Cow<'static, str> {
        self.told(key, None)
    }

    /// A text with something in it.
    pub fn tell(self, key: &str, facts: &[(&'static str, &str)]) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(facts.len());
        for (name, value) in facts {
            args.set(*name, FluentValue::from((*value).to_owned()));
        }
        self.told(key, Some(&args))
    }

    /// A text about a number of things.
    pub fn count(self, key: &str, count: usize) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(1);
        args.set("count", FluentValue::from(count));
        self.told(key, Some(&args))
    }

    /// The word of a closed list, as people say it; what the list does not have is shown as it is.
    pub fn one_of(self, family: &str, word: &str) -> Cow<'static, str> {
        let key = format!("{family}-{}", word.replace('.', "-"));
        if self.catalogue().has_message(&key) {
            self.say(&key)
        } else {
            Cow::Owned(word.to_owned())
        }
    }

    fn told(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let catalogue = self.catalogue();
        let Some(pattern) = catalogue.get_message(key).and_then(|message| message.value()) else {
            // A key is better than no page; no test lets it come so far.
            debug_assert!(false, "there is no text {key}");
            return Cow::Owned(key.to_owned());
        };
        let mut missing = Vec::new();
        catalogue.format_pattern(pattern, args, &mut missing)
    }

    fn catalogue(self) -> &'static Catalogue {
        match self {
            Self::Swedish => &SWEDISH,
            Self::English => &ENGLISH,
        }
    }
}

fn catalogue(tag: &str, text: &str) -> Catalogue {
    let tag: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Both languages run the same way.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => number.as_string().parse().ok().map(grouped),
        _ => None,
    }));
    // What cannot be read is left out, and found by the test.
    let read = match FluentResource::try_new(text.to_owned()) {
        Ok(read) | Err((read, _)) => read,
    };
    bundle.add_resource_overriding(read);
    bundle
}

/// A number as it is read: from five digits on in groups of three, that no line breaks apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// The closed lists whose words are in the catalogues, by the beginning of their keys: each word of a
/// list has its text.
pub fn families() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("role", ROLES.iter().map(|role| role.as_str()).collect()),
        ("halt", HaltReason::ALL.iter().map(|reason| reason.as_str()).collect()),
        ("hold", HoldReason::ALL.iter().map(|reason| reason.as_str()).collect()),
        ("advice", HoldReason::ALL.iter().map(|reason| reason.as_str()).collect()),
        ("state", CaseState::ALL.iter().map(|state| state.as_str()).collect()),
        ("purpose", Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect()),
        ("act", Act::ALL.iter().map(|act| act.as_str()).collect()),
        ("field", Field::ALL.iter().map(|field| field.as_str()).collect()),
        ("problem", vec!["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"]),
        ("pattern", vec!["constant", "intermittent"]),
        ("lamps", vec!["power-off", "wan-off", "wan-blinking", "los-red", "all-green", "other"]),
        ("severity", vec!["minor", "moderate", "significant", "extensive"]),
        ("answer", vec!["true", "false"]),
        ("vouch", super::fault::REASONS.to_vec()),
        ("turn", vec!["SP", "CO"]),
        (
            "story",
            vec![
                "in-our-keeping",
                "recorded",
                "acknowledged",
                "refused",
                "not-sent",
                "unknown",
                "held",
                "decided",
                "completed",
                "failed",
                "rejected",
                "cancelled",
                "the-operator-wrote",
                "responsible-SP",
                "responsible-CO",
                "mended",
            ],
        ),
        (
            "leafkind",
            ["disclosures", "all"]
                .into_iter()
                .chain(Kind::ALL.iter().map(|kind| kind.as_str()))
                .collect(),
        ),
        ("ending", Ending::ALL.iter().map(|ending| ending.as_str()).collect()),
        ("actor", Role::ALL.iter().map(|role| role.as_str()).collect()),
        ("group", Group::ALL.iter().map(|group| group.as_str()).collect()),
        ("takenform", Form::ALL.iter().map(|form| form.as_str()).collect()),
        ("side", vec!["sent", "withheld"]),
        ("verdict", Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect()),
        ("view", View::ALL.iter().map(|view| view.as_str()).collect()),
        ("why", Why::ALL.iter().map(|why| why.as_str()).collect()),
        ("step", super::disclosure::steps()),
        ("ask", NAMES.to_vec()),
        (
            "any",
            vec!["recipient", "purpose", "outcome", "field", "side", "reason", "actor", "group"],
        ),
        ("unusual", Pattern::ALL.iter().map(|pattern| pattern.as_str()).collect()),
        ("denial", Denial::ALL.iter().map(|reason| reason.as_str()).collect()),
        ("result", OutcomeResult::ALL.iter().map(|result| result.as_str()).collect()),
        ("party", vec!["processor", "sub-processor", "controller"]),
        ("country", vec!["SE"]),
        ("condition", Condition::PLAIN.to_vec()),
        ("basis", LegalBasis::ALL.iter().map(|basis| basis.as_str()).collect()),
        ("transform", vec!["first_name_initial"]),
        ("way", Turn::ALL.iter().map(|turn| turn.as_str()).collect()),
        ("closing", IncidentDecision::ALL.iter().map(|decision| decision.as_str()).collect()),
        ("incident", IncidentKind::ALL.iter().map(|kind| kind.as_str()).collect()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const TEXTS: [(&str, &str); 2] =
        [("sv", include_str!("i18n/sv.ftl")), ("en", include_str!("i18n/en.ftl"))];

    /// Keys, each with what stands in its text.
    fn keys(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut keys: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut key = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                key = name;
                assert!(keys.insert(key, BTreeSet::new()).is_none(), "{key} stands there twice");
            }
            for part in line.split('$').skip(1) {
                let end = part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len());
                keys.entry(key).or_default().insert(&part[..end]);
            }
        }
        keys
    }

    #[test]
    fn long_numbers_stand_in_groups() {
        for (number, told) in
            [(0, "0"), (2_001, "2001"), (10_000, "10\u{a0}000"), (1_234_567, "1\u{a0}234\u{a0}567")]
        {
            assert_eq!(grouped(number), told);
        }
        assert!(Words::Swedish.count("log-found", 100_000).starts_with("100\u{a0}000 "));
    }

    #[test]
    fn the_catalogues_are_read_and_say_the_same_things() {
        for (tag, text) in TEXTS {
            let read = FluentResource::try_new(text.to_owned()).map_err(|(_, faults)| faults);
            assert!(read.is_ok(), "{tag}: {:?}", read.err());
        }
        let [swedish, english] = TEXTS.map(|(_, text)| keys(text));
        assert_eq!(swedish, english);
    }

    #[test]
    fn each_word_of_a_closed_list_has_its_text_and_no_other_has() {
        let known = keys(TEXTS[0].1);
        for (family, words) in families() {
            let words: BTreeSet<String> =
                words.iter().map(|word| format!("{family}-{}", word.replace('.', "-"))).collect();
            let prefix = format!("{family}-");
            let there: BTreeSet<String> = known
                .keys()
                .filter(|key| key.starts_with(&prefix))
                .map(ToString::to_string)
                .collect();
            assert_eq!(words, there, "{family}");
        }
    }

    #[test]
    fn the_language_is_the_chosen_one_and_else_the_first_that_is_asked_for() {
        let of = |cookie: &str, asked: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, asked.parse().unwrap());
            Words::of(&headers)
        };
        assert_eq!(of("", ""), Words::Swedish);
        assert_eq!(of("", "de-DE, en;q=0.8, sv;q=0.5"), Words::English);
        assert_eq!(of("a=b; __Host-sluss-language=sv", "en"), Words::Swedish);
        assert_eq!(of("__Host-sluss-language=tlh", "en"), Words::English);
    }
}
