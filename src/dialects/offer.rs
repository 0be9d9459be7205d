//! What an operator says of its own interface, and what it says of the services at an access.
//!
//! Both are read before anything is sent, to spare a refusal that is certain. Nothing said counts as
//! "all of it is there": an operator that does not answer such a question still takes orders.

use std::collections::BTreeSet;

use crate::domain::{Field, HoldReason, Purpose, Timestamp};

/// A question that an operator may not have an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asking {
    /// Which services an access can have.
    Services,
    /// Which subscriptions we have, all of them.
    Subscriptions,
    /// How the line is.
    Link,
    /// What has changed.
    Changes,
}

impl Asking {
    const ALL: [Self; 4] = [Self::Services, Self::Subscriptions, Self::Link, Self::Changes];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Subscriptions => "subscriptions",
            Self::Link => "link",
            Self::Changes => "changes",
        }
    }
}

/// What of an interface is there, as its operator says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What it has an answer to; `None` where it never said.
    answers: Option<BTreeSet<Asking>>,
    lacks: BTreeSet<Purpose>,
    without: BTreeSet<(Purpose, Field)>,
}

impl Offer {
    /// Of an operator that has told what it answers.
    pub fn told(answers: impl IntoIterator<Item = Asking>) -> Self {
        Self { answers: Some(answers.into_iter().collect()), ..Self::default() }
    }

    /// There is no message for this purpose.
    pub fn lack(&mut self, purpose: Purpose) {
        self.lacks.insert(purpose);
    }

    /// A message for this purpose has no place for the field.
    pub fn leave_out(&mut self, purpose: Purpose, field: Field) {
        self.without.insert((purpose, field));
    }

    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.lacks.is_empty() && self.without.is_empty()
    }

    /// Whether there is a message for this purpose.
    pub fn takes(&self, purpose: Purpose) -> bool {
        !self.lacks.contains(&purpose)
    }

    /// Whether a message for this purpose has a place for the field.
    pub fn has_room(&self, purpose: Purpose, field: Field) -> bool {
        !self.without.contains(&(purpose, field))
    }

    /// Whether it may be asked: where it never said, it may.
    pub fn may_be_asked(&self, what: Asking) -> bool {
        self.answers.as_ref().is_none_or(|answers| answers.contains(&what))
    }

    /// Whether it has said that it answers.
    pub fn answers(&self, what: Asking) -> bool {
        self.answers.as_ref().is_some_and(|answers| answers.contains(&what))
    }

    /// One line for each thing said, to be kept.
    pub fn to_lines(&self) -> String {
        let mut lines = Vec::new();
        if let Some(answers) = &self.answers {
            lines.push("told".to_owned());
            lines.extend(answers.iter().map(|one| format!("answers {}", one.as_str())));
        }
        lines.extend(self.lacks.iter().map(|purpose| format!("lacks {purpose}")));
        let without = self.without.iter();
        lines.extend(without.map(|(purpose, field)| format!("without {purpose} {field}")));
        lines.join("\n")
    }

    /// Reads them back; a word that is not known any more is passed over.
    pub fn from_lines(lines: &str) -> Self {
        let mut offer = Self::default();
        for line in lines.lines() {
            let mut words = line.split(' ');
            let (first, second, third) = (words.next(), words.next(), words.next());
            let purpose = second.and_then(Purpose::parse);
            match (first, second, purpose, third.and_then(Field::parse)) {
                (Some("told"), None, _, _) => {
                    offer.answers.get_or_insert_default();
                }
                (Some("answers"), Some(word), _, _) => {
                    let asking = Asking::ALL.into_iter().find(|one| one.as_str() == word);
                    offer.answers.get_or_insert_default().extend(asking);
                }
                (Some("lacks"), _, Some(purpose), _) => offer.lack(purpose),
                (Some("without"), _, Some(purpose), Some(field)) => {
                    offer.leave_out(purpose, field);
                }
                _ => {}
            }
        }
        offer
    }
}

/// A service at an access, as the operator lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAt {
    /// The operator's code of it.
    pub service: String,
    /// Opens when it can be ordered.
    pub from: Opens,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether another provider's service can be replaced.
    pub takeover: bool,
    /// What an order must say, and which values it may have; none listed: any.
    pub required: Vec<(Field, Vec<String>)>,
}

/// Opens when a service can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// At any time.
    Always,
    /// Opens this moment on.
    Day(Timestamp),
    /// Nobody knows.
    Unknown,
}

/// What an order to start a service asks for, as it would be sent.
pub struct Wish<'w> {
    /// The operator's code of the service.
    pub service: &'w str,
    /// When it is to start.
    pub day: Timestamp,
    /// Whether another provider's service is to give way.
    pub takeover: bool,
    /// What the order says of the rest.
    pub says: &'w dyn Fn(Field) -> Option<&'w str>,
}

/// What stands in the way of an order, by the operator's own list; `None`: nothing that shows.
pub fn obstacle(listed: &[ServiceAt], wish: &Wish<'_>) -> Option<HoldReason> {
    let Some(service) = listed.iter().find(|one| one.service.eq_ignore_ascii_case(wish.service))
    else {
        return Some(HoldReason::ServiceUnavailable);
    };
    if wish.takeover && !service.takeover {
        return Some(HoldReason::TakeoverNotOffered);
    }
    let has_ended = service.until.is_some_and(|until| until <= wish.day);
    let is_early = match service.from {
        Opens::Always => false,
        Opens::Day(day) => day > wish.day,
        Opens::Unknown => true,
    };
    if has_ended || (is_early && !wish.takeover) {
        let by_another = !has_ended && service.takeover;
        return Some(if by_another { HoldReason::Taken } else { HoldReason::ServiceUnavailable });
    }
    let is_said = |(field, values): &(Field, Vec<String>)| {
        (wish.says)(*field).is_some_and(|said| {
            values.is_empty() || values.iter().any(|value| value.eq_ignore_ascii_case(said))
        })
    };
    (!service.required.iter().all(is_said)).then_some(HoldReason::CharacteristicMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_reads_back() {
        let mut offer = Offer::told([Asking::Services]);
        offer.lack(Purpose::FaultReport);
        offer.leave_out(Purpose::Activate, Field::RequestedDate);
        let again = Offer::from_lines(&format!("{}\nwhatever else", offer.to_lines()));
        assert_eq!(again, offer);
        assert!(!again.takes(Purpose::FaultReport) && again.takes(Purpose::Activate));
        assert!(!again.has_room(Purpose::Activate, Field::RequestedDate));
        assert!(again.answers(Asking::Services) && !again.may_be_asked(Asking::Link));
        let silent = Offer::from_lines("");
        assert!(silent.is_whole() && silent.may_be_asked(Asking::Link));
        assert!(!silent.answers(Asking::Link));
    }

    #[test]
    fn what_stands_in_the_way_is_what_the_list_says() {
        let day = |text: &str| Timestamp::parse(text).expect("a moment");
        let plain = ServiceAt {
            service: "BB-100".to_owned(),
            from: Opens::Always,
            until: None,
            takeover: false,
            required: Vec::new(),
        };
        let check = |service: &ServiceAt, takeover: bool, sla: Option<&str>, expected| {
            let says = |field| sla.filter(|_| field == Field::Sla);
            let wish =
                Wish { service: "bb-100", day: day("2026-12-01T00:00:00Z"), takeover, says: &says };
            assert_eq!(obstacle(std::slice::from_ref(service), &wish), expected, "{service:?}");
        };
        check(&plain, false, None, None);
        check(&plain, true, None, Some(HoldReason::TakeoverNotOffered));
        let other = ServiceAt { service: "BB-10".to_owned(), ..plain.clone() };
        check(&other, false, None, Some(HoldReason::ServiceUnavailable));
        let taken = ServiceAt { from: Opens::Unknown, takeover: true, ..plain.clone() };
        check(&taken, false, None, Some(HoldReason::Taken));
        check(&taken, true, None, None);
        let later = Opens::Day(day("2026-12-24T00:00:00Z"));
        let later = ServiceAt { from: later, ..plain.clone() };
        check(&later, false, None, Some(HoldReason::ServiceUnavailable));
        let soon = Opens::Day(day("2026-11-30T00:00:00Z"));
        check(&ServiceAt { from: soon, ..plain.clone() }, false, None, None);
        let over = ServiceAt { until: Some(day("2026-11-30T00:00:00Z")), ..plain.clone() };
        check(&over, false, None, Some(HoldReason::ServiceUnavailable));
        let required = vec![(Field::Sla, vec!["SLA-1".to_owned(), "SLA-2".to_owned()])];
        let with_sla = ServiceAt { required, ..plain };
        check(&with_sla, false, None, Some(HoldReason::CharacteristicMissing));
        check(&with_sla, false, Some("SLA-3"), Some(HoldReason::CharacteristicMissing));
        check(&with_sla, false, Some("SLA-2"), None);
    }
}
