//! The conditions that policies ask, as leaves name them: what they are called and whether they
//! held. What they look at is the policy's business, and the values they looked at are nobody's.

use std::fmt;

/// A condition as a policy writes it, such as `visit.booked` or `service_type in VOIP|IPTV`. Its
/// words are a closed list; what stands behind ` in ` are coded words of the policy's, never a value
/// of the case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionName(String);

impl ConditionName {
    /// The most characters it may have.
    pub const LENGTH_MAX: usize = 200;

    /// The conditions that stand by themselves.
    pub const WORDS: &'static [&'static str] = &[
        "access.missing",
        "fixed_ip.ordered",
        "phone.missing",
        "premises.apartment",
        "subject.legal_person",
        "subject.person",
        "subscription.missing",
        "text.clean",
        "visit.booked",
    ];

    /// The conditions that ask whether something is one of a list.
    pub const LISTS: &'static [&'static str] = &["problem_type", "service_type"];

    /// Reads a name; `None` where the list does not have it.
    pub fn parse(text: &str) -> Option<Self> {
        let coded = |word: &str| {
            let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
            !word.is_empty() && word.bytes().all(fits)
        };
        let known = Self::WORDS.contains(&text)
            || text.split_once(" in ").is_some_and(|(word, list)| {
                Self::LISTS.contains(&word) && list.split('|').all(coded)
            });
        (known && text.len() <= Self::LENGTH_MAX).then(|| Self(text.to_owned()))
    }

    /// As it stands in the leaf, and in the policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConditionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
