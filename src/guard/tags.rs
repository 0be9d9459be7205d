//! Tags that stand in a text already: what passed the guard once passes it unchanged.
//!
//! A tag says nothing about anybody, and the words of it (`kod`, `telefon`) must not be taken for
//! the cue of what stands behind.

use std::ops::Range;

use super::{Kind, Span};

/// Takes the tags out of what was found; what was found around them stays found.
pub(super) fn spare(chars: &[char], spans: Vec<Span>) -> Vec<Span> {
    let tags = standing(chars);
    if tags.is_empty() {
        return spans;
    }
    let mut spared = Vec::with_capacity(spans.len());
    let mut tags = tags.as_slice();
    for span in spans {
        let Span { mut start, end, kind, .. } = span;
        if kind == Kind::Unread {
            spared.push(span);
            continue;
        }
        while let Some((tag, rest)) = tags.split_first() {
            if end <= tag.start {
                break;
            }
            if start < tag.end {
                spared.push(Span { start, end: tag.start.max(start), ..span });
                start = tag.end.min(end);
            }
            // A tag may reach into the next span.
            if end < tag.end {
                break;
            }
            tags = rest;
        }
        spared.push(Span { start, ..span });
    }
    let tells = |span: &Span| chars[span.start..span.end].iter().any(|char| !char.is_whitespace());
    spared.retain(|span| span.start < span.end && tells(span));
    spared
}

/// Whether a word is that of a tag.
pub(super) fn is_tag(word: &str) -> bool {
    TAGGED.iter().any(|kind| kind.tag() == word)
}

/// Whether a text goes on with what stands between the brackets of a tag.
pub(super) fn begin(text: &str) -> bool {
    let closed =
        |kind: &Kind| text.strip_prefix(kind.tag()).is_some_and(|rest| rest.starts_with(']'));
    TAGGED.iter().any(closed)
}

/// Whether a text ends with a tag, but for an opening bracket behind it.
pub(super) fn end(text: &str) -> bool {
    let text = text.trim_end_matches(['(', '[', '{', ' ']).strip_suffix(']');
    let opened = |text: &str, kind: &Kind| {
        text.strip_suffix(kind.tag()).is_some_and(|rest| rest.ends_with('['))
    };
    text.is_some_and(|text| TAGGED.iter().any(|kind| opened(text, kind)))
}

/// Where tags stand, in code points.
fn standing(chars: &[char]) -> Vec<Range<usize>> {
    const LENGTH_MAX: usize = 16;
    let mut tags = Vec::new();
    let mut opened = None;
    for (at, char) in chars.iter().enumerate() {
        match (char, opened) {
            ('[', _) => opened = Some(at + 1),
            (']', Some(start)) if at - start <= LENGTH_MAX => {
                let word: String = chars[start..at].iter().collect();
                if TAGGED.iter().any(|kind| kind.tag() == word) {
                    tags.push(start - 1..at + 1);
                }
                opened = None;
            }
            _ => {}
        }
    }
    tags
}

/// Every kind, for its tag.
const TAGGED: [Kind; 17] = [
    Kind::Person,
    Kind::Personnummer,
    Kind::Phone,
    Kind::Email,
    Kind::Address,
    Kind::Ip,
    Kind::Mac,
    Kind::Bank,
    Kind::Credential,
    Kind::Health,
    Kind::CustomerNumber,
    Kind::BirthDate,
    Kind::Vehicle,
    Kind::Url,
    Kind::OrgNo,
    Kind::Other,
    Kind::Unread,
];

#[cfg(test)]
mod tests {
    use super::super::{Layer, Why};
    use super::*;

    /// Spans are marked with `<` and `>`.
    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let (mut chars, mut spans, mut start) = (Vec::new(), Vec::new(), 0);
        for char in marked.chars() {
            match char {
                '<' => start = chars.len(),
                '>' => spans.push(Span {
                    start,
                    end: chars.len(),
                    kind: Kind::Person,
                    layer: Layer::Context,
                    why: Why::Name,
                }),
                char => chars.push(char),
            }
        }
        let mut got = String::new();
        let mut at = 0;
        for span in spare(&chars, spans) {
            got.extend(&chars[at..span.start]);
            got.push('<');
            got.extend(&chars[span.start..span.end]);
            got.push('>');
            at = span.end;
        }
        got.extend(&chars[at..]);
        assert_eq!(got, expected, "of {marked}");
    }

    #[test]
    fn tags_are_cut_out_of_what_was_found() {
        check("<a>[namn]<b>", "<a>[namn]<b>");
        check("<a [namn] b>", "<a >[namn]< b>");
        check("[<kod]adress]>", "[kod]<adress]>");
        check("a<[>namn<] b> [kod]<c>", "a[namn]< b> [kod]<c>");
        check("<[namn]>[kod]<[text]>", "[namn][kod][text]");
        check("<[nam] [[kod]>", "<[nam] [>[kod]");
        check("<[namn] [namn]>", "[namn] [namn]");
    }
}
