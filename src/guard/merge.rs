//! The findings of all layers become one list of spans. The union: no layer outvotes another.

use std::ops::Range;

use super::fold::Folded;
use super::known::{Known, Read};
use super::{Finding, Kind, Layer, Span, Why, identity};

/// From this many letters and digits on a protected value says what it is by itself; a shorter one
/// (a VLAN, a port) can equal a door code by chance.
const TELLING: usize = 6;

/// How many keys beside a code are taken with it.
const KEYS_MAX: usize = 3;

/// Leaves out what stands wholly inside a protected value.
///
/// - A known personal value stands only where the protected value is *more* than it: `Karl` inside
///   the delivery address `Karl Johansgatan 24`. Where both are the same text, the person wins.
/// - A code after its cue stands only inside a telling value.
/// - Of a guess by context a telling value is cut out, so that `portkod 4711 TN404352-30` keeps the
///   access id.
pub(super) fn spare(
    text: &str,
    findings: Vec<Finding>,
    protected: &[Range<usize>],
) -> Vec<Finding> {
    let weight = |range: &Range<usize>| {
        text[range.clone()].chars().filter(|char| char.is_alphanumeric()).count()
    };
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let shielded = protected.iter().any(|shield| {
            let inside = shield.start <= finding.range.start && finding.range.end <= shield.end;
            let more = || weight(shield) > weight(&finding.range);
            let telling = || weight(shield) >= TELLING;
            inside
                && match (finding.layer, finding.kind) {
                    (Layer::Length, _) => false,
                    (Layer::KnownValue, _) => telling() && more(),
                    (_, Kind::Credential) => telling(),
                    _ => true,
                }
        });
        if shielded {
            continue;
        }
        if finding.layer < Layer::Context {
            kept.push(finding);
            continue;
        }
        let mut cuts: Vec<_> = protected
            .iter()
            .filter(|shield| weight(shield) >= TELLING)
            .filter(|shield| shield.start < finding.range.end && finding.range.start < shield.end)
            .collect();
        cuts.sort_by_key(|shield| shield.start);
        let Finding { range, kind, layer, why } = finding;
        let mut start = range.start;
        for cut in cuts {
            kept.push(Finding { range: start..cut.start.max(start), kind, layer, why });
            start = start.max(cut.end);
        }
        let rest = start..range.end.max(start);
        // `Astrid's`: of a name that may stand its genitive may, too.
        if start == range.start || !matches!(&text[rest.clone()], "'s" | "s" | "'") {
            kept.push(Finding { range: rest, kind, layer, why });
        }
    }
    kept.retain(|finding| weight(&finding.range) > 0);
    bridge(text, &mut kept);
    kept
}

/// What stands between two parts of one name, one address or one number tells nothing by itself and
/// goes with them: two findings of a kind with no letter or digit between them become one.
fn bridge(text: &str, findings: &mut [Finding]) {
    const GAP_MAX: usize = 3;
    findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    let mut last = 0;
    for at in 1..findings.len() {
        let (start, end) = (findings[last].range.end, findings[at].range.start);
        if findings[at].range.end <= start {
            continue;
        }
        let between = text.get(start..end).unwrap_or_default();
        let (this, before) = (&findings[at], &findings[last]);
        let alike = this.kind == before.kind
            || this.layer == Layer::Denied && !between.contains('\n')
            || before.layer == Layer::Denied && !between.contains('\n');
        let near = start <= end
            && between.len() <= GAP_MAX
            && alike
            && between.chars().all(|c| " \n-_,./()[]:".contains(c));
        if near && this.kind != Kind::Credential && !between.contains(". ") {
            findings[last].range.end = end;
        }
        last = at;
    }
}

/// Sorts, joins what overlaps, and looks at what is left as its reader will: a number or an address
/// that only shows once something beside it is gone, goes too.
///
/// `shields` are the protected values, in code points.
pub(super) fn settle(
    chars: &[char],
    spans: Vec<Span>,
    shields: &[Range<usize>],
    known: &Known,
) -> Vec<Span> {
    const ROUNDS_MAX: usize = 4;
    let mut spans = union(chars, spans);
    for _ in 0..ROUNDS_MAX {
        let more = leftover(chars, &spans, shields, known);
        if more.is_empty() {
            return spans;
        }
        spans.extend(more);
        spans = union(chars, spans);
    }
    vec![Span {
        start: 0,
        end: chars.len(),
        kind: Kind::Unread,
        layer: Layer::Length,
        why: Why::StillThere,
    }]
}

/// The last look at numbers: what has more digits in a row than a date, and neither a reason to stand
/// nor a span, goes. No layer leaves such a number; this holds them to it.
///
/// `explained` is sorted by where it begins, in code points.
pub(super) fn unexplained(
    chars: &[char],
    mut spans: Vec<Span>,
    explained: &[Range<usize>],
) -> Vec<Span> {
    const DIGITS_MAX: usize = 6;
    // How far anything that begins before reaches: then one look tells whether a place is within.
    let reach: Vec<usize> = explained
        .iter()
        .scan(0, |reach, range| {
            *reach = range.end.max(*reach);
            Some(*reach)
        })
        .collect();
    let stands = |range: &Range<usize>| {
        let before = explained.partition_point(|known| known.start <= range.start);
        before > 0 && reach[before - 1] >= range.end
    };
    let mut at = 0;
    let mut found = Vec::new();
    while at < chars.len() {
        if !chars[at].is_numeric() {
            at += 1;
            continue;
        }
        let length = chars[at..].iter().take_while(|char| char.is_numeric()).count();
        let range = at..at + length;
        if length > DIGITS_MAX && !stands(&range) {
            let (start, end) = (range.start, range.end);
            let (kind, layer, why) = (Kind::Other, Layer::Denied, Why::UnknownNumber);
            found.push(Span { start, end, kind, layer, why });
        }
        at += length;
    }
    spans.extend(found);
    spans
}

/// Identity numbers, e-mail addresses and values of the record in what stands between the spans.
fn leftover(chars: &[char], spans: &[Span], shields: &[Range<usize>], known: &Known) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let ends = spans.iter().map(|span| (span.start, span.end));
    for (end, next) in ends.chain(std::iter::once((chars.len(), chars.len()))) {
        if start < end && may_tell(chars, start..end) {
            let folded = Folded::of(&chars[start..end]);
            let text = folded.as_str();
            // A text without spans has been looked through like this already.
            let record = if spans.is_empty() { Vec::new() } else { known.find(&Read::new(text)) };
            let numbers = identity::candidates(text).into_iter().filter(|number| !number.phone);
            let addresses = text.match_indices('@').map(|(at, sign)| at..at + sign.len());
            let hits = numbers
                .map(|number| (number.range, Kind::Personnummer))
                .chain(addresses.map(|range| (range, Kind::Email)))
                .chain(record.into_iter().map(|finding| (finding.range, finding.kind)));
            found.extend(hits.map(|(range, kind)| {
                let range = folded.original(range);
                let (start, end) = (start + range.start, start + range.end);
                Span { start, end, kind, layer: Layer::Identifier, why: Why::Leftover }
            }));
        }
        start = next;
    }
    found.retain(|span| {
        !shields.iter().any(|shield| shield.start <= span.start && span.end <= shield.end)
    });
    found
}

/// Whether something can show in a piece that did not show in the whole text: there are digits for
/// an identity number or the sign of an address in it, or what was beside it was glued to it.
fn may_tell(chars: &[char], piece: Range<usize>) -> bool {
    const DIGITS_MIN: usize = 10;
    let glued = |at: usize| {
        at > 0
            && chars[at - 1].is_alphanumeric()
            && chars.get(at).is_some_and(|char| char.is_alphanumeric())
    };
    let whole = piece.len() == chars.len();
    let mut digits = 0;
    let sign = chars[piece.clone()].iter().any(|char| match char {
        'a'..='z' | ' ' => false,
        // It may be written as an entity.
        '@' | '&' | '\u{ff20}' | '\u{fe6b}' => true,
        char => {
            digits += usize::from(char.is_numeric());
            false
        }
    });
    sign || digits >= DIGITS_MIN || !whole && (glued(piece.start) || glued(piece.end))
}

/// One span for all that overlap, named after the longest of them.
pub(super) fn union(chars: &[char], mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.start < span.end);
    // A run of the sign is walked once, however many spans stand in it.
    let mut walked = 0..0;
    for span in &mut spans {
        // `*4711#`: the signs are keys as the digits are.
        if matches!(span.kind, Kind::Credential | Kind::Other) {
            let key = |char: &&char| matches!(char, '#' | '*');
            span.start -= chars[..span.start].iter().rev().take(KEYS_MAX).take_while(key).count();
            span.end += chars[span.end..].iter().take(KEYS_MAX).take_while(key).count();
        }
        // An `@` beside a tag would tell what the tag stands for.
        if span.start > 0 && chars[span.start - 1] == '@' {
            span.start = run_of(chars, span.start - 1, &mut walked).start;
        }
        if chars.get(span.end) == Some(&'@') {
            span.end = run_of(chars, span.end, &mut walked).end;
        }
    }
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.layer, span.kind));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    let mut longest = 0;
    for span in spans {
        let length = span.end - span.start;
        match merged.last_mut() {
            Some(last)
                if span.start < last.end
                    || (span.kind == last.kind && joins(chars, last, &span)) =>
            {
                last.end = last.end.max(span.end);
                if length > longest {
                    (last.kind, last.layer, last.why, longest) =
                        (span.kind, span.layer, span.why, length);
                }
            }
            _ => {
                longest = length;
                merged.push(span);
            }
        }
    }
    merged
}

/// The run of `@` that one of them stands in.
fn run_of(chars: &[char], at: usize, walked: &mut Range<usize>) -> Range<usize> {
    if !walked.contains(&at) {
        let before = chars[..at].iter().rev().take_while(|char| **char == '@').count();
        let behind = chars[at..].iter().take_while(|char| **char == '@').count();
        *walked = at - before..at + behind;
    }
    walked.clone()
}

/// Whether two spans of a kind are one: they touch, or they are the street and the town of one
/// address.
fn joins(chars: &[char], last: &Span, next: &Span) -> bool {
    let between = &chars[last.end..next.start];
    let within = last.kind == Kind::Address && between.len() <= 3;
    between.is_empty() || within && between.iter().all(|char| *char == ',' || char.is_whitespace())
}
