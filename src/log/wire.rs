//! How the domain's words are written in leaves. The domain's types are not serialisable; what they
//! look like here is said here.
//!
//! A set is written in the order of its texts and read in no other, so that one event has one form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Hash;
use super::condition::ConditionName;
use super::digest::FieldDigest;
use super::event::{Code, ErasureReason, KeyChange, Kind, OutcomeResult, Role};
use super::note::VerifierKey;
use crate::domain::{
    Field, HaltReason, Handling, HoldReason, LeafId, LegalBasis, MaskCount, PolicyId, Purpose,
    RecipientId, RuleId,
};

/// Something that a leaf holds as one string, each value in one form only.
pub(super) trait Word: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

macro_rules! word {
    ($($name:ident: $write:expr, $read:expr;)+) => {$(
        impl Word for $name {
            fn write(&self) -> String {
                let write: fn(&Self) -> String = $write;
                write(self)
            }

            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        }
    )+};
}

word! {
    Code: |code| code.as_str().to_owned(), Self::parse;
    ErasureReason: |reason| reason.as_str().to_owned(), Self::parse;
    Field: |field| field.as_str().to_owned(), Self::parse;
    Date: ToString::to_string, |text| text.parse().ok().filter(|day: &Date| day.to_string() == text);
    FieldDigest: |digest| digest.as_str().to_owned(), Self::parse;
    Handling: |handling| match handling {
        Handling::Ordinary => "ordinary",
        Handling::Special => "special",
    }.to_owned(), |text| match text {
        "ordinary" => Some(Handling::Ordinary),
        "special" => Some(Handling::Special),
        _ => None,
    };
    Hash: ToString::to_string, Self::parse;
    HaltReason: |reason| reason.as_str().to_owned(), Self::parse;
    HoldReason: |reason| reason.as_str().to_owned(), Self::parse;
    KeyChange: |what| what.as_str().to_owned(), Self::parse;
    Kind: |kind| kind.as_str().to_owned(), Self::parse;
    LeafId: ToString::to_string, Self::parse;
    LegalBasis: |basis| basis.as_str().to_owned(), Self::parse;
    OutcomeResult: |result| result.as_str().to_owned(), Self::parse;
    PolicyId: ToString::to_string, Self::parse;
    Purpose: |purpose| purpose.as_str().to_owned(), Self::parse;
    RecipientId: |id| id.as_str().to_owned(), |text| Self::parse(text).ok();
    Role: |role| role.as_str().to_owned(), Self::parse;
    RuleId: |id| id.as_str().to_owned(), |text| Self::parse(text).ok();
    VerifierKey: ToString::to_string, |text| Self::parse(text).ok();
}

/// `#[serde(with = "wire::word")]`: one word.
pub(super) mod word {
    use super::{Deserialize, Deserializer, Serializer, Word};
    use serde::de::Error as _;

    pub(in crate::log) fn serialize<W: Word, S: Serializer>(
        word: &W,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&word.write())
    }

    pub(in crate::log) fn deserialize<'de, W: Word, D: Deserializer<'de>>(
        from: D,
    ) -> Result<W, D::Error> {
        let text = String::deserialize(from)?;
        W::read(&text).ok_or_else(|| D::Error::custom("not a word of this member"))
    }
}

/// `#[serde(with = "wire::optional_word")]`: one word, or the member is left out.
pub(super) mod optional_word {
    use super::{Deserializer, Serializer, Word, word};

    #[expect(clippy::ref_option, reason = "serde passes members so")]
    pub(in crate::log) fn serialize<W: Word, S: Serializer>(
        word: &Option<W>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match word {
            Some(word) => word::serialize(word, to),
            None => to.serialize_none(),
        }
    }

    pub(in crate::log) fn deserialize<'de, W: Word, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<W>, D::Error> {
        word::deserialize(from).map(Some)
    }
}

/// `#[serde(with = "wire::words")]`: a set of words.
pub(super) mod words {
    use super::{BTreeSet, Deserialize, Deserializer, Serialize, Serializer, Word};
    use serde::de::Error as _;

    pub(in crate::log) fn serialize<W: Word, S: Serializer>(
        words: &BTreeSet<W>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        // The order of the texts, which is nobody's but theirs: a catalogue may be rearranged.
        words.iter().map(Word::write).collect::<BTreeSet<_>>().serialize(to)
    }

    pub(in crate::log) fn deserialize<'de, W: Word + Ord, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeSet<W>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        if !texts.is_sorted_by(|a, b| a < b) {
            return Err(D::Error::custom("a set that is out of order"));
        }
        let words = texts.iter().map(|text| W::read(text)).collect::<Option<_>>();
        words.ok_or_else(|| D::Error::custom("not a word of this member"))
    }
}

/// `#[serde(with = "wire::conditions")]`: names and whether they held.
pub(super) mod conditions {
    use super::{BTreeMap, ConditionName, Deserialize, Deserializer, Serialize, Serializer};
    use serde::de::Error as _;

    pub(in crate::log) fn serialize<S: Serializer>(
        conditions: &BTreeMap<ConditionName, bool>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let told = conditions.iter().map(|(name, held)| (name.as_str(), *held));
        told.collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<ConditionName, bool>, D::Error> {
        let read = |(name, held): (String, bool)| Some((ConditionName::parse(&name)?, held));
        let told = BTreeMap::<String, bool>::deserialize(from)?;
        let told = told.into_iter().map(read).collect::<Option<_>>();
        told.ok_or_else(|| D::Error::custom("not a condition"))
    }
}

/// `#[serde(with = "wire::masks")]`: what was taken out of free text.
pub(super) mod masks {
    use super::{Deserialize, Deserializer, Mask, MaskCount, Serialize, Serializer};

    pub(in crate::log) fn serialize<S: Serializer>(
        masks: &[MaskCount],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        masks.iter().map(Mask::from).collect::<Vec<_>>().serialize(to)
    }

    pub(in crate::log) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<MaskCount>, D::Error> {
        Ok(Vec::<Mask>::deserialize(from)?.into_iter().map(MaskCount::from).collect())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mask {
    #[serde(with = "word")]
    field: Field,
    kind: String,
    count: u32,
}

impl From<&MaskCount> for Mask {
    fn from(mask: &MaskCount) -> Self {
        Self { field: mask.field, kind: mask.kind.clone(), count: mask.count }
    }
}

impl From<Mask> for MaskCount {
    fn from(mask: Mask) -> Self {
        Self { field: mask.field, kind: mask.kind, count: mask.count }
    }
}
