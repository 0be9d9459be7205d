//! What somebody asks of the log: read from the members of a form or an address, and written back so.
//! What cannot be read is refused, never passed over: a filter that is silently dropped shows too much.

use jiff::civil::Date;
use thiserror::Error;
use url::form_urlencoded;

use crate::domain::{CaseId, Field, Purpose, RecipientId, RuleId, closed_list};
use crate::log::{Code, Filter, Kinds, LeafIndex, Role};
use crate::store::{Ending, Wanted};

use std::fmt;

closed_list! {
    /// By what leaves are counted.
    Group {
        /// Who received, or would have.
        Recipient = "recipient",
        /// What for.
        Purpose = "purpose",
        /// How it ended.
        Outcome = "outcome",
        /// Which kind of leaf.
        What = "what",
        /// In which role somebody acted.
        Actor = "actor",
        /// Why nothing left, or what was decided.
        Reason = "reason",
        /// By which rule. A leaf counts for each of its rules.
        Rule = "rule",
        /// Which field left. A leaf counts for each.
        Sent = "sent",
        /// Which field stayed. A leaf counts for each.
        Withheld = "withheld",
        /// In which month, by the clocks of Sweden.
        Month = "month",
        /// On which day.
        Day = "day",
    }
}

/// A member that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} cannot be read")]
pub struct BadQuery(pub &'static str);

/// What somebody asks of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Which leaves.
    pub wanted: Wanted,
    /// About this case.
    pub case: Option<CaseId>,
    /// Counted by this.
    pub group: Option<Group>,
    /// From before this leaf on.
    pub before: Option<LeafIndex>,
}

/// Names of the members, in the order in which they are written.
pub const NAMES: [&str; 14] = [
    "what",
    "recipient",
    "purpose",
    "outcome",
    "from",
    "to",
    "field",
    "side",
    "rule",
    "reason",
    "actor",
    "case",
    "group",
    "before",
];

impl Query {
    /// Reads names with their values; empty values, and other names, ask for nothing.
    pub fn read(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, BadQuery> {
        let mut query = Self::default();
        for (name, value) in pairs {
            let (Some(name), value) =
                (NAMES.into_iter().find(|known| *known == name), value.trim())
            else {
                continue;
            };
            if !value.is_empty() {
                query.set(name, value).ok_or(BadQuery(name))?;
            }
        }
        let Wanted { from, to, filter, .. } = &query.wanted;
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(BadQuery("to"));
        }
        if filter.left.is_some() && filter.field.is_none() {
            query.wanted.filter.left = None;
        }
        Ok(query)
    }

    /// Reads what stands behind the `?` of an address.
    pub fn of_address(text: &str) -> Result<Self, BadQuery> {
        Self::read(form_urlencoded::parse(text.as_bytes()).into_owned())
    }

    fn set(&mut self, name: &'static str, value: &str) -> Option<()> {
        let (wanted, filter) = (&mut self.wanted, &mut Filter::default());
        std::mem::swap(&mut wanted.filter, filter);
        let read = match name {
            "what" => Kinds::parse(value).map(|kinds| filter.kinds = kinds),
            "recipient" => RecipientId::parse(value).ok().map(|one| filter.recipient = Some(one)),
            "purpose" => Purpose::parse(value).map(|one| filter.purpose = Some(one)),
            "outcome" => Ending::parse(value).map(|one| wanted.ending = Some(one)),
            "from" => day(value).map(|day| wanted.from = Some(day)),
            "to" => day(value).map(|day| wanted.to = Some(day)),
            "field" => Field::parse(value).map(|one| filter.field = Some(one)),
            "side" => match value {
                "sent" => Some(true),
                "withheld" => Some(false),
                _ => None,
            }
            .map(|left| filter.left = Some(left)),
            "rule" => RuleId::parse(value).ok().map(|one| filter.rule = Some(one)),
            "reason" => Code::parse(value).map(|one| filter.reason = Some(one.to_string())),
            "actor" => Role::parse(value).map(|one| filter.actor = Some(one)),
            "case" => CaseId::parse(value).map(|one| self.case = Some(one)),
            "group" => Group::parse(value).map(|one| self.group = Some(one)),
            _ => crate::log::decimal(value)
                .filter(|index| *index <= 1 << 53)
                .map(|index| self.before = Some(LeafIndex(index))),
        };
        std::mem::swap(&mut wanted.filter, filter);
        read
    }

    /// The members that ask for something, each with its value.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let Self { wanted, case, group, before } = self;
        let Wanted { filter, ending, from, to } = wanted;
        let side = |left| if left { "sent" } else { "withheld" };
        let word = |text: &str| Some(text.to_owned());
        let values = [
            Some(filter.kinds)
                .filter(|kinds| *kinds != Kinds::default())
                .and_then(|k| word(k.as_str())),
            filter.recipient.as_ref().and_then(|one| word(one.as_str())),
            filter.purpose.and_then(|one| word(one.as_str())),
            ending.and_then(|one| word(one.as_str())),
            from.map(|day| day.to_string()),
            to.map(|day| day.to_string()),
            filter.field.and_then(|one| word(one.as_str())),
            filter.left.and_then(|left| word(side(left))),
            filter.rule.as_ref().and_then(|one| word(one.as_str())),
            filter.reason.clone(),
            filter.actor.and_then(|one| word(one.as_str())),
            case.map(|case| case.to_string()),
            group.and_then(|one| word(one.as_str())),
            before.map(|before| before.to_string()),
        ];
        let pairs = NAMES.into_iter().zip(values);
        pairs.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// As it stands behind the `?` of an address, and is told in what is taken along.
    pub fn address(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// The same question, from the newest leaf on.
    #[must_use]
    pub fn from_the_top(&self) -> Self {
        Self { before: None, ..self.clone() }
    }

    /// What is taken along: all of it, and nothing counted.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self { before: None, group: None, ..self.clone() }
    }
}

/// A day, `2026-03-01`.
fn day(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (text.len() == 10 && (1970..=9999).contains(&date.year())).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "what=intent&recipient=ip-only&purpose=fault.report&outcome=rejected\
                        &from=2026-03-01&to=2026-03-31&field=cpe.mac&side=sent&rule=fault.report.mac\
                        &reason=no-rule&actor=support&case=0123456789abcdef0123456789abcdef\
                        &group=purpose&before=17";

    #[test]
    fn what_is_asked_is_written_as_it_was_read() {
        let query = Query::of_address(FULL).unwrap();
        assert_eq!(query.address(), FULL);
        assert_eq!(query.pairs().len(), NAMES.len());
        assert_eq!(Query::of_address("csrf=x&what=&side=sent"), Ok(Query::default()));
        assert_eq!(Query::default().address(), "");
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_its_name() {
        for (text, name) in [
            ("what=outcomes", "what"),
            ("recipient=A%20B", "recipient"),
            ("purpose=spam", "purpose"),
            ("outcome=sent", "outcome"),
            ("from=yesterday", "from"),
            ("from=2026-02-30", "from"),
            ("from=2026-03-02&to=2026-03-01", "to"),
            ("field=name", "field"),
            ("side=left", "side"),
            ("rule=%3D1%2B1", "rule"),
            ("reason=Because", "reason"),
            ("actor=root", "actor"),
            ("case=7", "case"),
            ("group=person", "group"),
            ("before=-1", "before"),
            ("before=18446744073709551615", "before"),
        ] {
            assert_eq!(Query::of_address(text), Err(BadQuery(name)), "{text}");
        }
    }
}
