//! The free-text guard: the last thing between what staff have written and the operator.
//!
//! [`redact`] reads one text beside the [`Vocabulary`] of its case and gives it back with every
//! span that may be personal replaced by a tag such as `[telefon]`. It is pure: no I/O, no clock, no
//! state. It never shortens a finding to keep a text readable and never lets one layer overrule
//! another: what any layer finds goes.
//!
//! | layer | what it goes by | where |
//! |---|---|---|
//! | known values | what the register says about this very person, however it is spelt | `known`, `names` |
//! | identifiers | the shape of a number, an address on the network, a link | `identifiers`, [`identity`] |
//! | context | the words around: codes, health, people, places | `context`, `people` |
//!
//! Two things hold a finding back, both decided by the caller and neither by looks. A *protected*
//! value (an access id, the delivery address, a contact that the policy lets through) may stand
//! where it stands whole. And where the register knows a value to be both, the person wins.
//!
//! A check digit raises confidence and never clears a number: a mistyped personnummer is still one.

mod compact;
mod contact;
mod context;
mod fold;
mod identifiers;
pub mod identity;
mod known;
mod merge;
mod names;
mod numbers;
mod people;
mod tags;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;

use zeroize::Zeroizing;

use self::fold::Folded;
pub use self::vocabulary::Vocabulary;

/// The longest text that is read, in Unicode code points.
///
/// A longer one is masked whole: nobody writes a note of ten pages, and what is pasted at that
/// length (a mail thread, a log) is what must not be forwarded.
pub const LENGTH_MAX: usize = 16 * 1024;

/// What kind of value was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Name of a natural person, or a part of it.
    Person,
    /// Personnummer or samordningsnummer, also mistyped or half hidden.
    Personnummer,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// Street address or property that is not the delivery address.
    Address,
    /// The customer's IP address.
    Ip,
    /// MAC address.
    Mac,
    /// Account, giro or card number.
    Bank,
    /// Password, PIN, door or alarm code.
    Credential,
    /// A word that tells of somebody's health.
    Health,
    /// Our own number of the customer.
    CustomerNumber,
    /// Date of birth.
    BirthDate,
    /// Registration plate.
    Vehicle,
    /// A link that opens something for whoever holds it.
    Url,
    /// Organisation number.
    OrgNo,
    /// Something else that the register has about somebody.
    Other,
    /// A text that was not read at all: see [`LENGTH_MAX`].
    Unread,
}

impl Kind {
    /// The Swedish word that stands in the text instead, between brackets.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Person => "namn",
            Self::Personnummer => "personnummer",
            Self::Phone => "telefon",
            Self::Email => "e-post",
            Self::Address => "adress",
            Self::Ip => "ip-adress",
            Self::Mac => "mac-adress",
            Self::Bank => "bankuppgift",
            Self::Credential => "kod",
            Self::Health => "hälsa",
            Self::CustomerNumber => "kundnummer",
            Self::BirthDate => "födelsedatum",
            Self::Vehicle => "regnummer",
            Self::Url => "länk",
            Self::OrgNo => "orgnummer",
            Self::Other => "uppgift",
            Self::Unread => "text",
        }
    }

    /// The name that labelled texts use for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Personnummer => "PERSONNUMMER",
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
            Self::Address => "ADDRESS",
            Self::Ip => "IP",
            Self::Mac => "MAC",
            Self::Bank => "BANK",
            Self::Credential => "CREDENTIAL",
            Self::Health => "HEALTH",
            Self::CustomerNumber => "CUSTOMER_NO",
            Self::BirthDate => "DATE_OF_BIRTH",
            Self::Vehicle => "VEHICLE",
            Self::Url => "URL",
            Self::OrgNo => "ORG_NO",
            Self::Other => "OTHER",
            Self::Unread => "TEXT",
        }
    }
}

/// What a finding goes by; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The text is longer than [`LENGTH_MAX`].
    Length,
    /// The register has this value.
    KnownValue,
    /// The value has the shape of such an identifier.
    Identifier,
    /// The words around it say so.
    Context,
}

impl Layer {
    /// The word for whoever asks why.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::KnownValue => "known-value",
            Self::Identifier => "identifier",
            Self::Context => "context",
        }
    }
}

/// One stretch of the text that was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins: Unicode code points of the text as it was handed in, from 0.
    pub start: usize,
    /// Where it ends: code points, exclusive.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What it was found by.
    pub layer: Layer,
}

/// A text that has passed the guard.
///
/// It has no `Debug`: what the guard has missed is still in it.
pub struct Redacted {
    text: Zeroizing<String>,
    spans: Vec<Span>,
    length: usize,
}

impl Redacted {
    fn new(chars: &[char], spans: Vec<Span>) -> Self {
        Self { text: Zeroizing::new(replace(chars, &spans)), spans, length: chars.len() }
    }

    /// What may be read on: the text with a tag for each span.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was taken out: sorted, and no two overlap.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// How many spans of each kind were taken out.
    pub fn counts(&self) -> BTreeMap<Kind, u32> {
        let mut counts = BTreeMap::new();
        for span in &self.spans {
            *counts.entry(span.kind).or_default() += 1;
        }
        counts
    }

    /// How much of the text was taken out, in percent of its code points, rounded up.
    ///
    /// A text of which little is left tells little and may still tell who: a person should look.
    pub fn masked_share(&self) -> usize {
        let masked: usize = self.spans.iter().map(|span| span.end - span.start).sum();
        (masked * 100).div_ceil(self.length.max(1))
    }
}

/// Takes out of a text what may be personal.
pub fn redact(text: &str, vocabulary: &Vocabulary<'_>) -> Redacted {
    let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let spans = if chars.len() > LENGTH_MAX {
        let whole = Span { start: 0, end: chars.len(), kind: Kind::Unread, layer: Layer::Length };
        vec![whole]
    } else {
        let folded = Folded::new(text);
        let (spans, shields) = spans(&folded, all_layers(&folded, vocabulary), vocabulary);
        tags::spare(&chars, merge::settle(&chars, spans, &shields))
    };
    Redacted::new(&chars, spans)
}

/// Takes out of a text the values that the vocabulary masks, and nothing else.
///
/// For a text that is kept and passes [`redact`] before it leaves: what is known of a person now
/// and not kept could not be found then. Of any length; for bounds on the work, the caller bounds
/// the text and the values.
pub fn redact_known(text: &str, vocabulary: &Vocabulary<'_>) -> Redacted {
    let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let folded = Folded::new(text);
    let (spans, _) = spans(&folded, vocabulary.known().find(&folded), vocabulary);
    Redacted::new(&chars, merge::union(&chars, spans))
}

/// A finding of one layer; a byte range of the folded text.
struct Finding {
    range: Range<usize>,
    kind: Kind,
    layer: Layer,
}

/// What every layer finds in the whole text.
fn all_layers(folded: &Folded, vocabulary: &Vocabulary<'_>) -> Vec<Finding> {
    let mut findings = vocabulary.known().find(folded);
    findings.extend(identifiers::find(folded.as_str()));
    findings.extend(context::find(folded.as_str()));
    findings.extend(people::find(folded.as_str()));
    findings
}

/// The findings without what the caller protects, as spans, yet unsorted; and where protected
/// values stand. Both in code points of the original.
fn spans(
    folded: &Folded,
    findings: Vec<Finding>,
    vocabulary: &Vocabulary<'_>,
) -> (Vec<Span>, Vec<Range<usize>>) {
    let protected = known::protected(folded, vocabulary);
    let kept = merge::spare(folded.as_str(), findings, &protected).into_iter();
    let spans = kept.map(|Finding { range, kind, layer }| {
        let Range { start, end } = folded.original(range);
        Span { start, end, kind, layer }
    });
    let shields = protected.iter().map(|range| folded.original(range.clone()));
    (spans.collect(), shields.collect())
}

fn replace(chars: &[char], spans: &[Span]) -> String {
    let mut text = String::with_capacity(chars.len());
    let mut at = 0;
    for span in spans {
        text.extend(&chars[at..span.start]);
        text.push('[');
        text.push_str(span.kind.tag());
        text.push(']');
        at = span.end;
    }
    text.extend(&chars[at..]);
    text
}
