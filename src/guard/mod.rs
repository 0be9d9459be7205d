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
mod credentials;
mod deny;
mod digits;
mod fold;
pub mod gazetteer;
mod health;
pub mod hunspell;
pub mod identity;
mod kind;
mod known;
mod lexicon;
mod links;
mod marks;
mod merge;
mod moments;
mod names;
mod net;
mod numbers;
mod numbers_seen;
mod page;
mod people;
mod places;
mod tags;
mod vocabulary;
mod word_list;

use std::collections::BTreeMap;
use std::ops::Range;

use zeroize::Zeroizing;

use self::fold::Folded;
pub use self::kind::{Kind, Layer, Span, Why};
use self::known::Read;
pub use self::lexicon::Lexicon;
use self::page::Page;
pub use self::vocabulary::Vocabulary;

/// The longest text that is read, in Unicode code points.
///
/// A longer one is masked whole: nobody writes a note of ten pages, and what is pasted at that
/// length (a mail thread, a log) is what must not be forwarded.
pub const LENGTH_MAX: usize = 16 * 1024;

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

    /// Whether nothing of the text was let through: it was too long to be read, or it still held
    /// something of the record when all else was done.
    pub fn is_replaced(&self) -> bool {
        self.spans.iter().any(|span| span.kind == Kind::Unread)
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
    redact_but(text, vocabulary, &[])
}

/// The same, less guesses within words of which a person has said that they are nobody's.
///
/// That counts against what goes by the words around, or by nothing that vouches, and there against
/// names, places and words alone. It never counts against a value of the record, what has the shape
/// of an identifier, a code, or a word about health: those are found as if nobody had said a thing.
pub fn redact_but(text: &str, vocabulary: &Vocabulary<'_>, words: &[&str]) -> Redacted {
    let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let spans = if chars.len() > LENGTH_MAX {
        let (kind, layer, why) = (Kind::Unread, Layer::Length, Why::TooLong);
        let whole = Span { start: 0, end: chars.len(), kind, layer, why };
        vec![whole]
    } else {
        let folded = Folded::of(&chars);
        let read = Read::new(folded.as_str());
        let protected = known::protected(&read, vocabulary);
        let (findings, vouched) = all_layers(&read, vocabulary, &protected);
        let (spans, mut shields) = spans(&folded, findings, &protected);
        shields.extend(vouched.whole.into_iter().map(|range| folded.original(range)));
        let numbers = vouched.numbers.into_iter().map(|range| folded.original(range));
        let mut explained: Vec<_> = numbers.chain(shields.iter().cloned()).collect();
        explained.sort_by_key(|range| (range.start, range.end));
        let mut spans = merge::unexplained(&chars, spans, &explained);
        let places = places_of(&chars, words);
        spans.retain(|span| {
            let guessed = span.layer >= Layer::Context
                && matches!(span.kind, Kind::Person | Kind::Address | Kind::Other);
            !(guessed && places.iter().any(|at| at.start <= span.start && span.end <= at.end))
        });
        tags::spare(&chars, merge::settle(&chars, spans, &shields, vocabulary.known()))
    };
    Redacted::new(&chars, spans)
}

/// Where words stand in a text, whole: not as a part of other words.
fn places_of(chars: &[char], words: &[&str]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for words in words {
        let sought: Vec<char> = words.chars().collect();
        if sought.is_empty() {
            continue;
        }
        let is_word = |at: Option<usize>| {
            at.and_then(|at| chars.get(at)).is_some_and(|char| char.is_alphanumeric())
        };
        for (at, window) in chars.windows(sought.len()).enumerate() {
            let end = at + sought.len();
            if window == sought && !is_word(at.checked_sub(1)) && !is_word(Some(end)) {
                places.push(at..end);
            }
        }
    }
    places
}

/// Takes out of a text the values that the vocabulary masks, and nothing else.
///
/// For a text that is kept and passes [`redact`] before it leaves: what is known of a person now
/// and not kept could not be found then. Of any length; for bounds on the work, the caller bounds
/// the text and the values.
pub fn redact_known(text: &str, vocabulary: &Vocabulary<'_>) -> Redacted {
    let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let folded = Folded::of(&chars);
    let read = Read::new(folded.as_str());
    let protected = known::protected(&read, vocabulary);
    let (spans, _) = spans(&folded, vocabulary.known().find(&read), &protected);
    Redacted::new(&chars, merge::union(&chars, spans))
}

/// A finding of one layer; a byte range of the folded text.
struct Finding {
    range: Range<usize>,
    kind: Kind,
    layer: Layer,
    why: Why,
}

/// What may stand because of what it is.
struct Vouched {
    /// References, moments and allowed numbers: what is left beside a tag is not looked at again.
    whole: Vec<Range<usize>>,
    /// All else that has long numbers and a reason for them.
    numbers: Vec<Range<usize>>,
}

/// What every layer finds in the whole text. The later ones guess, and only about what the earlier
/// ones have left.
fn all_layers(
    read: &Read<'_>,
    vocabulary: &Vocabulary<'_>,
    protected: &[Range<usize>],
) -> (Vec<Finding>, Vouched) {
    let mut page = Page::new(read.text, vocabulary.lexicon(), protected);
    let mut findings = Vec::new();
    let (links, plain) = links::find(&page);
    findings.extend(links);
    page.vouch(&plain);
    let (devices, nobody) = net::find(&page);
    findings.extend(devices);
    page.settle_all(&findings, 0);
    page.vouch(&nobody);
    let mut vouched = numbers_seen::references(&page);
    page.vouch(&vouched);
    let moments = moments::find(&page);
    page.vouch(&moments);
    vouched.extend(moments);
    // Numbers are read as they stand, before what is known of them hides a part.
    let from = findings.len();
    let numbers = digits::find(&page);
    let spoken = |finding: &Finding| {
        let told =
            (finding.kind == Kind::Phone).then(|| digits::told(&page, &finding.range)).flatten();
        told.and_then(|digits| numbers::national(&digits))
    };
    let (allowed, numbers): (Vec<_>, Vec<_>) = numbers
        .into_iter()
        .partition(|finding| spoken(finding).is_some_and(|national| vocabulary.allows(&national)));
    vouched.extend(allowed.into_iter().map(|finding| finding.range));
    page.vouch(&vouched);
    findings.extend(numbers);
    let known = vocabulary.known().find(read);
    findings.extend(if vocabulary.allows_names() {
        known::without_shared(known, protected)
    } else {
        known
    });
    page.settle_all(&findings, from);
    let layers: [fn(&Page<'_>) -> Vec<Finding>; 4] =
        [credentials::find, health::find, places::find, people::find];
    for layer in layers {
        let from = findings.len();
        findings.extend(layer(&page));
        page.settle_all(&findings, from);
        spare_allowed(read.text, &mut findings, from, vocabulary);
    }
    let from = findings.len();
    let (denied, explained) = numbers_seen::find(&page);
    findings.extend(denied);
    page.settle_all(&findings, from);
    findings.extend(deny::find(&page));
    let numbers = plain.into_iter().chain(nobody).chain(explained).collect();
    (findings, Vouched { whole: vouched, numbers })
}

/// Cuts those who may be named out of the names of networks: `FamiljenAstrid`.
fn spare_allowed(
    text: &str,
    findings: &mut Vec<Finding>,
    from: usize,
    vocabulary: &Vocabulary<'_>,
) {
    if !vocabulary.allows_names() {
        return;
    }
    let mut spared = Vec::with_capacity(findings.len() - from);
    for finding in findings.drain(from..) {
        let mut cuts = Vec::new();
        if finding.kind == Kind::Credential && finding.why == Why::Name {
            cuts = vocabulary.allowed_within(&text[finding.range.clone()]);
            cuts.sort_by_key(|cut| cut.start);
        }
        let Finding { range, kind, layer, why } = finding;
        let mut start = range.start;
        for cut in cuts {
            let (from, to) = (range.start + cut.start, range.start + cut.end);
            if start < from {
                spared.push(Finding { range: start..from, kind, layer, why });
            }
            start = start.max(to);
        }
        if start < range.end {
            spared.push(Finding { range: start..range.end, kind, layer, why });
        }
    }
    findings.extend(spared);
}

/// The findings without what the caller protects, as spans, yet unsorted; and where protected
/// values stand. Both in code points of the original.
fn spans(
    folded: &Folded,
    findings: Vec<Finding>,
    protected: &[Range<usize>],
) -> (Vec<Span>, Vec<Range<usize>>) {
    let kept = merge::spare(folded.as_str(), findings, protected).into_iter();
    let spans = kept.map(|Finding { range, kind, layer, why }| {
        let Range { start, end } = folded.original(range);
        Span { start, end, kind, layer, why }
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
