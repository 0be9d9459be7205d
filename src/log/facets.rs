//! What a leaf can be found by: the words of closed lists and the names that stand in it, and nothing
//! else. Many leaves have the same; each set of facets is kept once and named by its hash.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::event::{Event, Intent, Kind, Release, Role, Stopped};
use super::sha256;
use crate::domain::{Field, Purpose, RecipientId, RuleId};

/// What a leaf can be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    /// Which kind of leaf it is.
    pub kind: Kind,
    /// Whom it is about as recipient.
    pub recipient: Option<RecipientId>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// In which role somebody acted.
    pub actor: Option<Role>,
    /// Why nothing left, or what was decided; a code.
    pub reason: Option<String>,
    /// The rules that opened something.
    pub rules: BTreeSet<RuleId>,
    /// The fields that left.
    pub sent: BTreeSet<Field>,
    /// The fields that stayed.
    pub withheld: BTreeSet<Field>,
}

impl Facets {
    /// Those of a leaf.
    pub fn of(event: &Event) -> Self {
        let kind = event.kind();
        match event {
            Event::Intent(intent) => Self::of_intent(intent),
            Event::Refusal(stopped) | Event::Hold(stopped) => Self::of_stopped(kind, stopped),
            Event::Release(Release { recipient, purpose, reason, actor, .. }) => Self {
                recipient: Some(recipient.clone()),
                purpose: Some(*purpose),
                actor: Some(*actor),
                reason: Some(reason.to_string()),
                ..Self::bare(kind)
            },
            Event::Read(read) => Self { actor: Some(read.actor), ..Self::bare(kind) },
            Event::Policy(policy) => {
                Self { recipient: Some(policy.recipient.clone()), ..Self::bare(kind) }
            }
            Event::Resume(resume) => Self {
                actor: Some(resume.actor),
                reason: Some(resume.halted.as_str().to_owned()),
                ..Self::bare(kind)
            },
            Event::Erasure(erasure) => {
                Self { reason: Some(erasure.reason.as_str().to_owned()), ..Self::bare(kind) }
            }
            Event::Outcome(_) | Event::Key(_) | Event::Heartbeat | Event::Anchor(_) => {
                Self::bare(kind)
            }
        }
    }

    /// A kind, and nothing beside it.
    pub const fn bare(kind: Kind) -> Self {
        Self {
            kind,
            recipient: None,
            purpose: None,
            actor: None,
            reason: None,
            rules: BTreeSet::new(),
            sent: BTreeSet::new(),
            withheld: BTreeSet::new(),
        }
    }

    fn of_intent(intent: &Intent) -> Self {
        Self {
            recipient: Some(intent.recipient.id.clone()),
            purpose: Some(intent.purpose),
            actor: Some(intent.actor),
            rules: intent.rules.clone(),
            sent: intent.sent.clone(),
            withheld: intent.withheld.clone(),
            ..Self::bare(Kind::Intent)
        }
    }

    fn of_stopped(kind: Kind, stopped: &Stopped) -> Self {
        Self {
            recipient: Some(stopped.recipient.clone()),
            purpose: Some(stopped.purpose),
            actor: Some(stopped.actor),
            reason: Some(stopped.reason.as_str().to_owned()),
            withheld: stopped.withheld.clone(),
            ..Self::bare(kind)
        }
    }

    /// In words, one line for each that has any: what [`Facets::parse`] reads back.
    pub fn told(&self) -> String {
        let mut told = format!("kind {}\n", self.kind);
        let mut line = |name: &str, words: &mut dyn Iterator<Item = &str>| {
            let mut words = words.peekable();
            if words.peek().is_some() {
                told.push_str(name);
                words.for_each(|word| {
                    let _ = write!(told, " {word}");
                });
                told.push('\n');
            }
        };
        line("recipient", &mut self.recipient.iter().map(RecipientId::as_str));
        line("purpose", &mut self.purpose.iter().map(|purpose| purpose.as_str()));
        line("actor", &mut self.actor.iter().map(|actor| actor.as_str()));
        line("reason", &mut self.reason.iter().map(String::as_str));
        line("rules", &mut self.rules.iter().map(RuleId::as_str));
        line("sent", &mut self.sent.iter().map(|field| field.as_str()));
        line("withheld", &mut self.withheld.iter().map(|field| field.as_str()));
        told
    }

    /// Reads what was told; `None` where it was not told by us.
    pub fn parse(told: &str) -> Option<Self> {
        let mut lines = told.lines();
        let kind = lines.next()?.strip_prefix("kind ").and_then(Kind::parse)?;
        let mut facets = Self::bare(kind);
        for line in lines {
            let (name, words) = line.split_once(' ')?;
            let fields = || words.split(' ').map(Field::parse).collect::<Option<BTreeSet<_>>>();
            match name {
                "recipient" => facets.recipient = Some(RecipientId::parse(words).ok()?),
                "purpose" => facets.purpose = Some(Purpose::parse(words)?),
                "actor" => facets.actor = Some(Role::parse(words)?),
                "reason" => facets.reason = Some(words.to_owned()),
                "rules" => {
                    let rules = words.split(' ').map(|word| RuleId::parse(word).ok());
                    facets.rules = rules.collect::<Option<_>>()?;
                }
                "sent" => facets.sent = fields()?,
                "withheld" => facets.withheld = fields()?,
                _ => return None,
            }
        }
        Some(facets)
    }

    /// The number that they are kept by: 63 bits of the hash of what they tell.
    pub fn number(told: &str) -> i64 {
        let hash = sha256(&[told.as_bytes()]);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        i64::from_be_bytes(first) & i64::MAX
    }
}

/// Which leaves somebody wants, by their facets. What is `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which kinds.
    pub kinds: Kinds,
    /// This recipient.
    pub recipient: Option<RecipientId>,
    /// This purpose.
    pub purpose: Option<Purpose>,
    /// Somebody in this role.
    pub actor: Option<Role>,
    /// This reason or decision.
    pub reason: Option<String>,
    /// This rule opened something.
    pub rule: Option<RuleId>,
    /// This field was spoken of.
    pub field: Option<Field>,
    /// Whether that field left (`true`) or stayed.
    pub left: Option<bool>,
}

/// Which kinds of leaves somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// What was disclosed, and what was not: intents, refusals, holds, releases.
    #[default]
    Disclosures,
    /// Every kind.
    All,
    /// This one.
    One(Kind),
}

impl Kinds {
    /// Reads a word: that of a kind, `disclosures` or `all`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "disclosures" => Some(Self::Disclosures),
            "all" => Some(Self::All),
            word => Kind::parse(word).map(Self::One),
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disclosures => "disclosures",
            Self::All => "all",
            Self::One(kind) => kind.as_str(),
        }
    }

    /// Whether it is among them.
    pub fn has(self, kind: Kind) -> bool {
        match self {
            Self::Disclosures => {
                matches!(kind, Kind::Intent | Kind::Refusal | Kind::Hold | Kind::Release)
            }
            Self::All => true,
            Self::One(one) => one == kind,
        }
    }
}

impl Filter {
    /// Whether a leaf with these facets is wanted.
    pub fn fits(&self, facets: &Facets) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
            wanted.is_none() || wanted == found
        }
        let field = self.field.is_none_or(|field| {
            let (sent, withheld) = (facets.sent.contains(&field), facets.withheld.contains(&field));
            match self.left {
                Some(true) => sent,
                Some(false) => withheld,
                None => sent || withheld,
            }
        });
        self.kinds.has(facets.kind)
            && is(self.recipient.as_ref(), facets.recipient.as_ref())
            && is(self.purpose.as_ref(), facets.purpose.as_ref())
            && is(self.actor.as_ref(), facets.actor.as_ref())
            && is(self.reason.as_ref(), facets.reason.as_ref())
            && self.rule.as_ref().is_none_or(|rule| facets.rules.contains(rule))
            && field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facets() -> Facets {
        Facets {
            recipient: RecipientId::parse("ip-only").ok(),
            purpose: Some(Purpose::FaultReport),
            actor: Some(Role::Support),
            rules: RuleId::parse("fault.report.mac").ok().into_iter().collect(),
            sent: [Field::AccessId, Field::CpeMac].into(),
            withheld: [Field::ContactName].into(),
            ..Facets::bare(Kind::Intent)
        }
    }

    #[test]
    fn what_is_told_is_read_back() {
        for facets in [facets(), Facets::bare(Kind::Heartbeat)] {
            let told = facets.told();
            assert_eq!(Facets::parse(&told), Some(facets));
            assert!(Facets::number(&told) >= 0);
        }
        for told in ["", "kind nothing\n", "kind intent\nsent nothing\n", "kind intent\nother a\n"]
        {
            assert_eq!(Facets::parse(told), None, "{told:?}");
        }
    }

    #[test]
    fn each_wish_counts() {
        let all = Filter::default();
        assert!(all.fits(&facets()));
        assert!(!all.fits(&Facets::bare(Kind::Read)), "reads are asked for by name");
        let field = |field, left| Filter { field: Some(field), left, ..Filter::default() };
        assert!(field(Field::CpeMac, None).fits(&facets()));
        assert!(field(Field::CpeMac, Some(true)).fits(&facets()));
        assert!(!field(Field::CpeMac, Some(false)).fits(&facets()));
        assert!(field(Field::ContactName, Some(false)).fits(&facets()));
        assert!(!field(Field::Street, None).fits(&facets()));
        let rule = |rule| Filter { rule: RuleId::parse(rule).ok(), ..Filter::default() };
        assert!(rule("fault.report.mac").fits(&facets()));
        assert!(!rule("fault.report").fits(&facets()));
        let other = Filter { actor: Some(Role::Privacy), ..Filter::default() };
        assert!(!other.fits(&facets()));
        let reads = Filter { kinds: Kinds::One(Kind::Read), ..Filter::default() };
        assert!(reads.fits(&Facets::bare(Kind::Read)) && !reads.fits(&facets()));
    }
}
