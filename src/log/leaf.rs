//! Leaves: one entry of the log, to bytes and back.
//!
//! A leaf is canonical JSON (RFC 8785) of less than 64 KiB, and a leaf that was read writes itself to
//! the same bytes. Reading is strict: unknown members, other orders and other spellings are refused,
//! so that what one reader sees is all there is.

use thiserror::Error;

use super::canonical;
use super::canonical::CanonicalError;
use super::event::{
    Anchor, Erasure, ErasureReason, Event, Intent, KeyChange, KeyInForce, Kind, OutcomeResult,
};
use super::facets::Facets;
use super::note::Note;
use super::wire::Word;
use super::{LeafIndex, scan};
use crate::domain::{LeafId, Timestamp};

/// The most bytes a leaf may have. Entry bundles (C2SP `tlog-tiles`) write the length in two bytes:
/// a leaf of 64 KiB to the byte could be logged and not be published.
pub const LEAF_BYTES_MAX: usize = 64 * 1024 - 1;

/// Version of the leaf format, as the member `v` has it.
const VERSION_WRITTEN: &[u8] = b"1";

/// Why a leaf cannot be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LeafError {
    /// Too large.
    #[error("a leaf has at most {LEAF_BYTES_MAX} bytes, this has {0}")]
    Size(usize),
    /// Not canonical JSON.
    #[error("the leaf is not canonical: {0}")]
    Canonical(#[from] CanonicalError),
    /// A format that this program does not know: use a newer one.
    #[error("the leaf is of a version that this program does not know")]
    Version,
    /// A kind that the format does not have.
    #[error("the leaf is of a kind that the format does not have")]
    Kind,
    /// A member that every leaf has is not right.
    #[error("the leaf has no well-formed member {0}")]
    Head(&'static str),
    /// Members are missing, unknown or not of their type.
    #[error("the members of this {0} are not those of the format")]
    Members(Kind),
    /// A text is empty, too long, or has characters that do not belong there.
    #[error("the member {0} is out of its bounds")]
    Bounds(&'static str),
}

/// One entry of the disclosure log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Random, and in no other leaf: salts are derived from it.
    pub id: LeafId,
    /// When it was written. The leaf holds it to the second.
    pub at: Timestamp,
    /// What it says.
    pub event: Event,
}

/// A leaf that is written and checked, but for its time: that is set when it is committed, and the
/// one who commits has little time.
#[derive(Clone, Debug)]
pub struct Draft {
    id: LeafId,
    kind: Kind,
    bytes: Vec<u8>,
    /// Where the time stands in the bytes.
    time: std::ops::Range<usize>,
    /// What it will be found by, in words.
    facets: String,
    /// Which disclosure has ended by it, and how.
    ends: Option<(LeafIndex, OutcomeResult)>,
}

/// Stands for the time in a draft, and is as long as every time.
const TIME: &str = "0000-00-00T00:00:00Z";

impl Draft {
    /// Writes a leaf.
    pub fn new(id: LeafId, event: &Event) -> Result<Self, LeafError> {
        check_bounds(event)?;
        let kind = event.kind();
        let own = members(event)?;
        let own = scan::members(&own).ok_or(LeafError::Members(kind))?;
        let head = [("id", &*id.write()), ("kind", kind.as_str()), ("t", TIME)];
        let head = head.map(|(key, word)| (key.as_bytes(), format!("\"{word}\"").into_bytes()));
        let version = (&b"v"[..], VERSION_WRITTEN.to_vec());
        let head: Vec<_> = head.into_iter().chain([version]).collect();
        let mut all: Vec<(&[u8], &[u8])> =
            own.into_iter().chain(head.iter().map(|(key, value)| (*key, &**value))).collect();
        // Keys of ASCII alone: the order of their bytes is that of UTF-16.
        all.sort_unstable_by_key(|(key, _)| *key);
        if !all.is_sorted_by(|one, next| one.0 < next.0) {
            return Err(LeafError::Members(kind));
        }
        let (mut bytes, mut start) = (Vec::with_capacity(1024), 0);
        for (key, value) in all {
            bytes.push(if bytes.is_empty() { b'{' } else { b',' });
            bytes.push(b'"');
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(b"\":");
            if key == b"t" {
                start = bytes.len() + 1;
            }
            bytes.extend_from_slice(value);
        }
        bytes.push(b'}');
        check_size(&bytes)?;
        let ends = match event {
            Event::Outcome(outcome) => Some((outcome.intent, outcome.result)),
            _ => None,
        };
        let facets = Facets::of(event).told();
        Ok(Self { id, kind, bytes, time: start..start + TIME.len(), facets, ends })
    }

    /// The leaf's id.
    pub const fn id(&self) -> LeafId {
        self.id
    }

    /// Which kind of leaf it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What the leaf will be found by, in words.
    pub fn facets(&self) -> &str {
        &self.facets
    }

    /// Which disclosure has ended by it, and how; `None` where it is no outcome.
    pub const fn ends(&self) -> Option<(LeafIndex, OutcomeResult)> {
        self.ends
    }

    /// The canonical bytes of the leaf that was written at this time.
    pub fn at(&self, at: Timestamp) -> Result<Vec<u8>, LeafError> {
        let time = at.rfc3339();
        parse_time(&time)?;
        let mut bytes = self.bytes.clone();
        bytes[self.time.clone()].copy_from_slice(time.as_bytes());
        Ok(bytes)
    }
}

impl Leaf {
    /// The canonical bytes, which [`Leaf::parse`] reads back.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        Draft::new(self.id, &self.event)?.at(self.at)
    }

    /// Reads a leaf from the bytes that were hashed.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        check_size(bytes)?;
        canonical::check(bytes)?;
        let members = scan::members(bytes).ok_or(LeafError::Head("v"))?;
        let head =
            |key: &[u8]| members.iter().find(|member| member.0 == key).map(|member| member.1);
        match head(b"v") {
            Some(VERSION_WRITTEN) => {}
            Some([b'0'..=b'9' | b'-', ..]) => return Err(LeafError::Version),
            _ => return Err(LeafError::Head("v")),
        }
        let kind = head(b"kind").and_then(text).ok_or(LeafError::Head("kind"))?;
        let kind = Kind::read(kind).ok_or(LeafError::Kind)?;
        let id = head(b"id").and_then(text).and_then(LeafId::read).ok_or(LeafError::Head("id"))?;
        let at = parse_time(head(b"t").and_then(text).ok_or(LeafError::Head("t"))?)?;
        let event = event(kind, &own(&members, bytes.len()))?;
        check_bounds(&event)?;
        Ok(Self { id, at, event })
    }
}

/// The members that are the kind's own.
fn members(event: &Event) -> Result<Vec<u8>, CanonicalError> {
    match event {
        Event::Intent(event) => canonical::to_bytes(event),
        Event::Outcome(event) => canonical::to_bytes(event),
        Event::Refusal(event) | Event::Hold(event) => canonical::to_bytes(event),
        Event::Release(event) => canonical::to_bytes(event),
        Event::Read(event) => canonical::to_bytes(event),
        Event::Policy(event) => canonical::to_bytes(event),
        Event::Key(event) => canonical::to_bytes(event),
        Event::Erasure(event) => canonical::to_bytes(event),
        Event::Heartbeat => canonical::to_bytes(&Nothing {}),
        Event::Anchor(event) => canonical::to_bytes(event),
        Event::Resume(event) => canonical::to_bytes(event),
    }
}

/// The members that every leaf has.
const HEAD: [&[u8]; 4] = [b"v", b"kind", b"id", b"t"];

/// The object without the members that every leaf has.
fn own(members: &[(&[u8], &[u8])], bytes: usize) -> Vec<u8> {
    let mut own = Vec::with_capacity(bytes);
    own.push(b'{');
    for (key, value) in members.iter().filter(|(key, _)| !HEAD.contains(key)) {
        if own.len() > 1 {
            own.push(b',');
        }
        own.push(b'"');
        own.extend_from_slice(key);
        own.extend_from_slice(b"\":");
        own.extend_from_slice(value);
    }
    own.push(b'}');
    own
}

/// Reads members that are known to be canonical.
fn event(kind: Kind, members: &[u8]) -> Result<Event, LeafError> {
    fn read<T: serde::de::DeserializeOwned>(
        members: &[u8],
        event: impl FnOnce(T) -> Event,
    ) -> serde_json::Result<Event> {
        serde_json::from_slice(members).map(event)
    }
    let event = match kind {
        Kind::Intent => read(members, Event::Intent),
        Kind::Outcome => read(members, Event::Outcome),
        Kind::Refusal => read(members, Event::Refusal),
        Kind::Hold => read(members, Event::Hold),
        Kind::Release => read(members, Event::Release),
        Kind::Read => read(members, Event::Read),
        Kind::Policy => read(members, Event::Policy),
        Kind::Key => read(members, Event::Key),
        Kind::Erasure => read(members, Event::Erasure),
        Kind::Heartbeat => read(members, |Nothing {}| Event::Heartbeat),
        Kind::Anchor => read(members, Event::Anchor),
        Kind::Resume => read(members, Event::Resume),
    };
    // What serde says would repeat the value.
    event.map_err(|_| LeafError::Members(kind))
}

/// What a kind without members of its own has.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn check_size(bytes: &[u8]) -> Result<(), LeafError> {
    if bytes.len() > LEAF_BYTES_MAX { Err(LeafError::Size(bytes.len())) } else { Ok(()) }
}

/// Reads a time in the one form that leaves have: UTC, to the second.
fn parse_time(text: &str) -> Result<Timestamp, LeafError> {
    // Twenty characters: years have four digits.
    let time = Timestamp::parse(text).filter(|time| text.len() == 20 && time.rfc3339() == text);
    time.ok_or(LeafError::Head("t"))
}

/// What stands between the quotes of a string. Escapes stay: no word of a leaf's head has one.
fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()
}

/// What the types do not say: the bounds of texts and counts. Checked on the way in and out.
fn check_bounds(event: &Event) -> Result<(), LeafError> {
    match event {
        Event::Intent(intent) => check_intent(intent),
        Event::Policy(policy) => policy.check(),
        // Whoever reads it wants a note, and a note has no room for anything said in passing.
        Event::Anchor(Anchor { checkpoint }) => {
            let note = Note::parse(checkpoint);
            bounds("checkpoint", note.is_ok_and(|note| note.to_string() == *checkpoint))
        }
        Event::Key(KeyInForce { what, vkey, epoch }) => {
            let of_epoch = *what == KeyChange::Epoch;
            bounds("vkey", vkey.is_some() != of_epoch)?;
            bounds("epoch", epoch.is_some_and(|epoch| epoch > 0) == of_epoch)
        }
        Event::Erasure(Erasure { reason, cases, sd }) => {
            let of_nobody = *reason == ErasureReason::Retention;
            bounds("cases", cases.is_some() == of_nobody)?;
            bounds("_sd", !of_nobody || sd.is_empty())
        }
        Event::Outcome(_)
        | Event::Refusal(_)
        | Event::Hold(_)
        | Event::Release(_)
        | Event::Read(_)
        | Event::Heartbeat
        | Event::Resume(_) => Ok(()),
    }
}

fn check_intent(intent: &Intent) -> Result<(), LeafError> {
    intent.recipient.check()?;
    bounds("endpoint", line(&intent.endpoint, 200))?;
    bounds("attempt", intent.attempt > 0)?;
    intent.masked.iter().try_for_each(|mask| {
        let fits = |c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        bounds("masked.kind", line(&mask.kind, 40) && mask.kind.chars().all(fits))?;
        bounds("masked.count", mask.count > 0)
    })
}

pub(super) fn line(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

pub(super) fn bounds(member: &'static str, hold: bool) -> Result<(), LeafError> {
    if hold { Ok(()) } else { Err(LeafError::Bounds(member)) }
}
