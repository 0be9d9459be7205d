//! One way to write things: the text as the layers read it, and the way back to the original.
//!
//! Folding is for finding only; what is sent on is the original with spans taken out. So it may be
//! bold: a fold too many costs a little readability, a fold too few costs somebody's number.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

/// A folded text: composed, plain spaces, dashes and digits, nothing invisible, entities resolved,
/// quote marks of mail taken out of broken lines.
#[derive(Clone)]
pub(super) struct Folded {
    text: Zeroizing<String>,
    /// For each byte of the text: the code points of the original that it came from.
    origin: Vec<(u32, u32)>,
}

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        let chars = Zeroizing::new(text.chars().collect::<Vec<char>>());
        Self::of(&chars)
    }

    /// Of the code points of a text, one way to write things at a time, from the first to the last.
    pub(super) fn of(chars: &[char]) -> Self {
        // Sized at once: a text that grows by moving leaves copies of itself behind.
        let text = Zeroizing::new(String::with_capacity(chars.len() * 2 + 64));
        let mut folded = Self { text, origin: Vec::with_capacity(chars.len() * 2) };
        let mut zeros = false;
        let mut at = 0;
        while at < chars.len() {
            let (run, zero) = folded.push_run(chars, at);
            at += run;
            zeros |= zero;
            if at == chars.len() {
                break;
            }
            let char = chars[at];
            let next = chars.get(at + 1).copied().unwrap_or(' ');
            if simple(char) && simple(next) {
                folded.push(char, at..at + 1);
                zeros |= matches!(char, 'o' | 'O' | 'l') && next.is_ascii_digit()
                    || matches!(next, 'o' | 'O' | 'l') && char.is_ascii_digit();
                at += 1;
            } else {
                zeros |= !matches!(char, ' ' | '\n');
                at = folded.push_odd(chars, at);
            }
        }
        if zeros {
            folded.read_zeros();
        }
        folded
    }

    /// Takes over a run of ASCII that stands for itself: how long it is, and whether a letter o in it
    /// may be a zero. What a mark may follow is not of the run.
    fn push_run(&mut self, chars: &[char], from: usize) -> (usize, bool) {
        const RUN_MAX: usize = 64;
        let mut run = [0; RUN_MAX];
        let near = &chars[from..chars.len().min(from + RUN_MAX)];
        let mut length = 0;
        for (byte, char) in run.iter_mut().zip(near) {
            match u8::try_from(*char) {
                Ok(plain @ 0..0x80) if simple(*char) => *byte = plain,
                _ => break,
            }
            length += 1;
        }
        let next = chars.get(from + length).copied().unwrap_or(' ');
        if !simple(next) {
            length = length.saturating_sub(1);
        }
        let run = &run[..length];
        let zero = |a: char, b: char| {
            matches!(a, 'o' | 'O' | 'l') && b.is_ascii_digit()
                || matches!(b, 'o' | 'O' | 'l') && a.is_ascii_digit()
        };
        let mut zeros = run.windows(2).any(|pair| zero(pair[0].into(), pair[1].into()));
        if let (Some(last), Some(next)) = (run.last(), chars.get(from + length)) {
            zeros |= zero(char::from(*last), *next);
        }
        self.text.push_str(std::str::from_utf8(run).unwrap_or_default());
        self.origin.extend((from..from + length).map(|at| (place(at), place(at + 1))));
        (length, zeros)
    }

    fn push(&mut self, char: char, from: Range<usize>) {
        let from = (place(from.start), place(from.end));
        if char.is_ascii() {
            let mut byte = [0];
            self.text.push_str(char.encode_utf8(&mut byte));
            self.origin.push(from);
            return;
        }
        self.text.push(char);
        self.origin.resize(self.text.len(), from);
    }

    /// What is written in several characters, or composed of several; what is not seen is dropped.
    /// Gives where it ends.
    ///
    /// NFKC, one base character with its marks at a time, so that each result knows where it came
    /// from.
    fn push_odd(&mut self, chars: &[char], at: usize) -> usize {
        let Some((base, mut from)) = visible(chars, at) else { return chars.len() };
        let mut end = from.end;
        let marked = visible(chars, end).is_some_and(|(next, _)| is_combining_mark(next));
        if !marked && (base.is_ascii() || ('\u{c0}'..='\u{131}').contains(&base)) {
            self.push(base, from);
            return end;
        }
        let mut cluster = vec![base];
        while let Some((mark, next)) =
            visible(chars, end).filter(|(mark, _)| is_combining_mark(*mark))
        {
            cluster.push(mark);
            end = next.end;
        }
        from.end = end;
        for char in cluster.into_iter().nfkc() {
            self.push(plain(char), from.clone());
        }
        end
    }

    /// A letter o that stands among digits is a zero, an l before or beside them a one:
    /// `o7o l74 06 05`, `53 0l 07`.
    fn read_zeros(&mut self) {
        let sign = |c: char| !c.is_alphanumeric();
        let odd = |token: &str| {
            token.bytes().any(|byte| byte.is_ascii_digit())
                && token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'o' | b'O' | b'l'))
                && token.contains(['o', 'O', 'l'])
        };
        if !self.text.split(sign).any(odd) {
            return;
        }
        let mut read = Zeroizing::new(String::with_capacity(self.text.len()));
        let mut tokens = self.text.split_inclusive(sign).peekable();
        let number = |token: &str| token.starts_with(|c: char| c.is_ascii_digit());
        let mut before = false;
        while let Some(token) = tokens.next() {
            let word = token.trim_end_matches(sign);
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            // An l behind digits is a litre, unless more digits are beside it.
            let beside = before || tokens.peek().is_some_and(|next| number(next));
            let numeric = odd(word)
                && (!word.contains('l')
                    || digits > 6
                    || word.starts_with('l') && digits > 1
                    || word.len() < 5 && beside);
            if numeric {
                read.extend(token.chars().map(|c| match c {
                    'o' | 'O' => '0',
                    'l' => '1',
                    other => other,
                }));
            } else {
                read.push_str(token);
            }
            if !word.is_empty() {
                before = number(word);
            }
        }
        self.text = read;
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The code points of the original that a byte range of the folded text came from.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        self.origin[range.start].0 as usize..self.origin[range.end - 1].1 as usize
    }
}

/// A place in a text that is far shorter than four thousand million code points.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether a character stands for itself, whatever follows: what nearly all of a text is.
const fn simple(char: char) -> bool {
    matches!(char, ' '..='%' | '\''..='_' | 'a'..='~' | '\u{c5}'..='\u{131}')
        && !matches!(char, 'Ä' | 'Å' | 'â' | 'ï')
}

/// The next character that is seen, from one of the text on, and the characters it is written in.
fn visible(chars: &[char], mut at: usize) -> Option<(char, Range<usize>)> {
    while at < chars.len() {
        let rest = &chars[at..];
        let (char, length) = if simple(rest[0]) {
            (rest[0], 1)
        } else {
            entity(rest)
                .or_else(|| mojibake(rest))
                .or_else(|| broken_line(rest))
                .unwrap_or((rest[0], 1))
        };
        if !invisible(char) {
            return Some((plain(char), at..at + length));
        }
        at += length;
    }
    None
}

fn plain(char: char) -> char {
    match char {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2796}'
        | '\u{2d7}'
        | '\u{58a}'
        | '\u{2e3a}'
        | '\u{2e3b}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => '\'',
        '\u{201c}'..='\u{201e}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{660}'..='\u{669}' => digit(char, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(char, 0x6f0),
        '\u{966}'..='\u{96f}' => digit(char, 0x966),
        '\u{9e6}'..='\u{9ef}' => digit(char, 0x9e6),
        space if space.is_whitespace() || space.is_control() => ' ',
        other => other,
    }
}

fn digit(char: char, zero: u32) -> char {
    char::from_digit(u32::from(char) - zero, 10).unwrap_or(char)
}

fn invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// An end of line, together with the marks of a quoted mail that stand before the next.
fn broken_line(rest: &[char]) -> Option<(char, usize)> {
    if !matches!(rest[0], '\n' | '\r') {
        return None;
    }
    let mut length = if rest.starts_with(&['\r', '\n']) { 2 } else { 1 };
    let quoted = rest[length..]
        .iter()
        .take_while(|char| matches!(char, '>' | '|' | ' ' | '\t' | '\u{a0}'))
        .count();
    if rest[length..length + quoted].iter().any(|char| matches!(char, '>' | '|')) {
        length += quoted;
    }
    Some(('\n', length))
}

/// HTML entities: numeric ones, and the names that Swedish text has.
fn entity(rest: &[char]) -> Option<(char, usize)> {
    const LENGTH_MAX: usize = 10;
    if rest[0] != '&' {
        return None;
    }
    let end = rest.iter().take(LENGTH_MAX).position(|char| *char == ';')?;
    let name: String = rest[1..end].iter().collect();
    let char = match name.as_str() {
        "aring" => 'å',
        "auml" => 'ä',
        "ouml" => 'ö',
        "Aring" => 'Å',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "eacute" => 'é',
        "Eacute" => 'É',
        "uuml" => 'ü',
        "Uuml" => 'Ü',
        "aelig" => 'æ',
        "oslash" => 'ø',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "shy" | "zwnj" | "zwj" => '\u{ad}',
        "ndash" | "mdash" | "minus" => '-',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "commat" => '@',
        "period" => '.',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((char, end + 1))
}

/// UTF-8 that somebody has read as Windows-1252: `Ã¥` for å, `Ä‡` for ć; and the invisible and
/// typographic signs of three bytes, such as `â€Œ`.
fn mojibake(rest: &[char]) -> Option<(char, usize)> {
    const BYTES_MAX: usize = 3;
    let lead = *rest.first()?;
    let length = match lead {
        'Ã' | 'Â' | 'Ä' | 'Å' => 2,
        // `ï»¿`: a mark of byte order in the middle of a word, which is not seen.
        'â' | 'ï' => BYTES_MAX,
        _ => return None,
    };
    let mut bytes = [0; BYTES_MAX];
    for (byte, char) in bytes.iter_mut().zip(rest.get(..length)?) {
        *byte = windows_1252(*char)?;
    }
    let char = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    // `Ä–` may be an Ä and a dash: only what makes a letter of such a lead is one.
    let told = matches!(lead, 'Ã' | 'Â' | 'â') || char.is_alphabetic() || invisible(char);
    told.then_some((char, length))
}

/// The byte that Windows-1252 has for a character.
fn windows_1252(char: char) -> Option<u8> {
    // What it has at 0x80 to 0x9F.
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let code = match u32::from(char) {
        code @ 0x80..=0xff => code,
        _ => 0x80 + u32::try_from(HIGH.chars().position(|high| high == char)?).ok()?,
    };
    u8::try_from(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folded = Folded::new(text);
        assert_eq!(folded.as_str(), expected);
        assert_eq!(folded.original(0..expected.len()), 0..text.chars().count());
    }

    #[test]
    fn one_way_to_write_things() {
        check("A\u{30a}sa", "Åsa");
        check("070\u{a0}174\u{202f}06\u{2009}05", "070 174 06 05");
        check("19121212\u{2013}1212", "19121212-1212");
        check("１９１２", "1912");
        check("Yv\u{2060}on\u{ad}ne", "Yvonne");
        check("operat&ouml;rens &#229; &#xE4;", "operatörens å ä");
        check("Ã–nskar Ã¥terkoppling", "Önskar återkoppling");
        check("070\n> 174", "070\n174");
        check("o7o 174", "070 174");
        check("81 0l 12, l740605, 3l 92", "81 01 12, 1740605, 31 92");
        check("drog 5l bensin", "drog 5l bensin");
        check("modell o, CO2", "modell o, CO2");
        check("fï»¿alldetektor, naïv", "falldetektor, naïv");
    }

    #[test]
    fn a_run_ends_before_what_a_mark_may_follow() {
        let long = "a".repeat(200);
        check(&long, &long);
        for at in [0, 1, 62, 63, 64, 65, 127, 128] {
            let plain = "a".repeat(at);
            check(&format!("{plain}A\u{30a}sa"), &format!("{plain}Åsa"));
            check(&format!("{plain} o7o"), &format!("{plain} 070"));
        }
    }

    #[test]
    fn each_byte_knows_where_it_came_from() {
        let folded = Folded::new("p&aring; A\u{30a}sa");
        assert_eq!(folded.as_str(), "på Åsa");
        assert_eq!(folded.original(4..8), 9..13);
    }
}
