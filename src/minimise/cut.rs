//! A text cut to the length of the operator's field, so that its reader can see that it was.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

/// Stands at the end of a text that was longer.
pub const CUT_MARK: &str = " […]";

/// The text if it has at most so many characters (code points), else as much of its beginning as
/// leaves room for [`CUT_MARK`]: up to the end of a sentence where that is not too far back, else
/// between two words. Never within a tag such as `[telefon]`, nor within a letter that is written
/// with several code points. Empty where there is no room for anything.
pub fn cut(text: &str, length_max: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(length_max) else {
        return Cow::Borrowed(text);
    };
    let room = length_max.saturating_sub(CUT_MARK.chars().count());
    let bound = text.char_indices().nth(room).map_or(end, |(at, _)| at);
    let kept = text[..place(text, bound)].trim_end();
    if kept.is_empty() {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{kept}{CUT_MARK}"))
}

/// Where to cut, at `bound` or before it.
fn place(text: &str, bound: usize) -> usize {
    let (mut whole, mut word, mut sentence) = (0, 0, 0);
    let mut before = None;
    let mut half_a_flag = false;
    let mut in_tag = false;
    for (at, next) in text.char_indices() {
        if at > bound {
            break;
        }
        let is_flag = ('\u{1f1e6}'..='\u{1f1ff}').contains(&next);
        // Within a tag a cut waits until it is closed.
        let is_one = in_tag || half_a_flag && is_flag || holds_together(before, next);
        if !is_one {
            whole = at;
            if next.is_whitespace() {
                word = at;
                if next == '\n' || ends_sentence(&text[..at]) {
                    sentence = at;
                }
            }
        }
        match next {
            '[' if starts_tag(&text[at..]) => in_tag = true,
            ']' => in_tag = false,
            _ => {}
        }
        half_a_flag = is_flag && !half_a_flag;
        before = Some(next);
    }
    // Half a page is not given up for a full stop, nor a line for a blank.
    if sentence * 3 >= bound {
        sentence
    } else if word * 2 >= bound {
        word
    } else {
        whole
    }
}

/// The longest tag, with its brackets.
const TAG_BYTES_MAX: usize = 24;

/// Whether a bracket opens a tag, and not an aside: one word, and closed.
fn starts_tag(text: &str) -> bool {
    text[1..]
        .char_indices()
        .take_while(|(at, _)| *at < TAG_BYTES_MAX)
        .find(|(_, c)| !(c.is_alphabetic() || *c == '-'))
        .is_some_and(|(at, c)| at > 0 && c == ']')
}

/// Whether two characters are one to a reader: a letter and its accent, the parts of an emoji, a
/// line's end.
fn holds_together(before: Option<char>, next: char) -> bool {
    const JOINER: char = '\u{200d}';
    let changes = |c| matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | JOINER);
    let Some(before) = before else { return false };
    is_combining_mark(next) || changes(next) || before == JOINER || before == '\r' && next == '\n'
}

/// Whether a text ends as a sentence does; `kl.` and `t.ex.` do not.
fn ends_sentence(text: &str) -> bool {
    const SHORTENED_MAX: usize = 3;
    let body = text.trim_end_matches(['"', '\'', ')', ']', '”']);
    match body.chars().next_back() {
        Some('!' | '?' | '…') => true,
        Some('.') => {
            let word = body[..body.len() - 1].rsplit(|c: char| c.is_whitespace()).next();
            word.is_some_and(|word| !word.contains('.') && word.chars().count() > SHORTENED_MAX)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, length_max: usize, expected: &str) {
        assert_eq!(cut(text, length_max), expected, "{text:?} to {length_max}");
    }

    #[test]
    fn at_the_end_of_a_sentence_and_else_of_a_word() {
        check("Ingen länk.", 11, "Ingen länk.");
        check("Ingen länk. Lampan är röd.", 25, "Ingen länk. […]");
        check("Är det så? Lampan är röd sedan i går", 20, "Är det så? […]");
        check("Ingen länk alls sedan i går.", 20, "Ingen länk alls […]");
        check("Ingen länk\nsedan i går morse", 20, "Ingen länk […]");
        // No sentence ends here.
        check("Ring efter kl. 14 i dag, dörren är låst.", 25, "Ring efter kl. 14 i […]");
        check("Den är tjock, t.ex. i hallen därinne.", 27, "Den är tjock, t.ex. i […]");
        // One full stop at the start is not worth the rest.
        check(
            &format!("Fel. {}", "kabel ".repeat(20)),
            40,
            "Fel. kabel kabel kabel kabel kabel […]",
        );
    }

    #[test]
    fn not_within_a_tag_or_a_letter() {
        check("Ring [telefon] i dag", 16, "Ring […]");
        check("Ring [telefon] i dag", 18, "Ring [telefon] […]");
        check("[telefon][telefon]", 17, "[telefon] […]");
        check("Aa\u{30a}a\u{30a}a\u{30a}a\u{30a}", 8, "Aa\u{30a} […]");
        check("👨\u{200d}👩\u{200d}👧👨\u{200d}👩\u{200d}👧", 9, "👨\u{200d}👩\u{200d}👧 […]");
        check("🇸🇪🇸🇪🇸🇪🇸🇪", 7, "🇸🇪 […]");
        // An aside is no tag.
        check("Lampan [den till vänster, alltså] är röd", 24, "Lampan [den till […]");
    }

    #[test]
    fn without_room_nothing_stands() {
        for room in 0..=4 {
            check("Ingen länk", room, "");
        }
        check("Ingen länk", 5, "I […]");
        check("", 0, "");
    }
}
