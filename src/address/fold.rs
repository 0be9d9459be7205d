//! Spelling that says nothing: one form for what is the same name.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How often a text may have been encoded over again.
const ENCODED_MAX: usize = 2;

/// Lower case, NFC, one space between words, dashes and dots as spaces, and the letters that stood
/// there before somebody took UTF-8 for Windows-1252. What this keeps apart is another name: `Åsgatan`
/// is not `Asgatan`.
pub fn exact(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for c in repaired(text).nfc().flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '´' | '`' => {}
            c if c.is_alphanumeric() || is_combining_mark(c) => {
                if gap && !folded.is_empty() {
                    folded.push(' ');
                }
                gap = false;
                folded.push(c);
            }
            _ => gap = true,
        }
    }
    // Lower case of some letters is decomposed.
    folded.nfc().collect()
}

/// The same without marks above and below letters, as registers without them write it.
pub fn loose(text: &str) -> String {
    let plain = exact(text);
    let plain = plain.nfd().filter(|c| !is_combining_mark(*c));
    plain.map(|c| if c == 'ø' { 'o' } else { c }).collect()
}

/// Whether a folded name has lost its marks, or never had any.
pub(super) fn is_plain(folded: &str) -> bool {
    folded.is_ascii()
}

/// Undoes UTF-8 that was read as Windows-1252 and written as UTF-8: `Ã…sgatan`.
pub(super) fn repaired(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ENCODED_MAX {
        match decoded(&text) {
            Some(before) => text = Cow::Owned(before),
            None => break,
        }
    }
    text
}

/// The text before its last encoding; `None` where it was not encoded twice.
fn decoded(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'Å']) {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(windows_1252).collect();
    let before = String::from_utf8(bytes?).ok()?;
    (before != text).then_some(before)
}

fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match u32::from(c) {
        code @ 0..=0xff => u8::try_from(code).ok(),
        _ => HIGH.iter().position(|high| *high == c).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_form() {
        let nfd: String = "Åsgatan".nfd().collect();
        for same in
            ["Åsgatan", "ÅSGATAN", "åsgatan", &nfd, "Ã…sgatan", " Åsgatan ", "Ã\u{85}sgatan"]
        {
            assert_eq!(exact(same), "åsgatan", "{same:?}");
            assert_eq!(loose(same), "asgatan", "{same:?}");
        }
        for twice in ["TestvÃ¤gen", "TestvÃƒÂ¤gen"] {
            assert_eq!(exact(twice), "testvägen");
        }
        assert_ne!(exact("Asgatan"), exact("Åsgatan"));
        assert_eq!(loose("ASGATAN"), loose("Åsgatan"));
        assert_eq!(exact("S:t Eriksgatan"), "s t eriksgatan");
        assert_eq!(exact("Karl-Johans  gata"), exact("KARL JOHANS GATA"));
        assert_eq!(exact("Linné’s väg"), "linnés väg");
        assert_eq!(loose("Allégatan"), loose("ALLEGATAN"));
        assert_eq!(exact("Ünnarydsgatan"), "ünnarydsgatan");
        // A letter that looks like half of one is left as it is.
        assert_eq!(exact("Ålgränd"), "ålgränd");
    }
}
