//! The canonical texts of the field catalogue, and how each is read from what registers write.
//!
//! Pure functions from text to text; which member a text stood in is the caller's to know.

use std::net::IpAddr;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::domain::Timestamp;

/// One line: composed letters, no invisible characters, single spaces.
pub(super) fn line(text: &str) -> Zeroizing<String> {
    let visible = visible(text);
    let mut line = Zeroizing::new(String::with_capacity(visible.len()));
    for word in visible.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Several lines: as [`line()`], but the breaks stay.
pub(super) fn lines(text: &str) -> Zeroizing<String> {
    let visible = visible(text);
    let mut lines = Zeroizing::new(String::with_capacity(visible.len()));
    let mut characters = visible.trim().chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => lines.push('\n'),
            '\t' => lines.push(' '),
            other => lines.push(other),
        }
    }
    lines
}

/// What is not seen would only hide a value from the guard: zero-width and direction marks.
fn visible(text: &str) -> Zeroizing<String> {
    let hidden = |c: &char| {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut visible = Zeroizing::new(String::with_capacity(text.len() * 2));
    visible.extend(text.nfc().filter(|c| !hidden(c)));
    visible
}

/// The letters and digits alone, in lower case: two spellings of one value are equal in it.
pub(super) fn folded(text: &str) -> Zeroizing<String> {
    let mut folded = Zeroizing::new(String::with_capacity(text.len() * 2));
    folded.extend(text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    folded
}

/// RFC 3339 in UTC, from RFC 3339 with an offset, or from a date, which is taken as its midnight in
/// UTC. Between the years 2000 and 2100: all else is a slip of the keyboard.
pub(super) fn moment(text: &str) -> Option<String> {
    let moment = match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => Timestamp::parse(&format!("{date}T00:00:00Z"))?,
        _ => Timestamp::parse(text)?,
    };
    (2000..=2100).contains(&moment.date().year()).then(|| moment.rfc3339())
}

/// A window of time, from its start and end. It ends after it starts.
pub(super) fn window(start: &str, end: &str) -> Option<String> {
    let (start, end) = (moment(start.trim())?, moment(end.trim())?);
    (start < end).then(|| format!("{start}/{end}"))
}

/// E.164, from the ways in which a number is written in Sweden. `None` where it is no number, or
/// more than one.
pub fn phone(text: &str) -> Option<Zeroizing<String>> {
    let text = text.trim().replacen("(0)", "", 1);
    let text = Zeroizing::new(text);
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    for character in rest.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/' | '(' | ')' => {
            }
            _ => return None,
        }
    }
    let number = if international {
        // `+46070…` is a common slip: the trunk zero was left in.
        digits.strip_prefix("460").map_or_else(|| digits.to_string(), |rest| format!("46{rest}"))
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else if let Some(rest) = digits.strip_prefix('0') {
        format!("46{rest}")
    } else if digits.starts_with("46") && digits.len() >= 10 {
        digits.to_string()
    } else {
        return None;
    };
    let number = Zeroizing::new(number);
    // E.164 has at most fifteen digits; a Swedish number has seven to nine behind the country code.
    let fits = match number.strip_prefix("46") {
        Some(national) => (7..=9).contains(&national.len()) && !national.starts_with('0'),
        None => (8..=15).contains(&number.len()) && !number.starts_with('0'),
    };
    fits.then(|| Zeroizing::new(format!("+{}", *number)))
}

/// An address of the form `local@domain`.
pub(super) fn email(text: &str) -> Option<Zeroizing<String>> {
    let text = line(text);
    let (local, domain) = text.split_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    let fits = !local.is_empty()
        && text.len() <= 254
        && local.chars().all(plain)
        && domain.chars().all(plain)
        && domain.contains('.');
    fits.then_some(text)
}

/// What a person is called. `None` where more than a name stands there.
pub(super) fn person_name(text: &str) -> Option<Zeroizing<String>> {
    let name = line(text);
    let digits = name.chars().filter(char::is_ascii_digit).count();
    (!name.is_empty() && name.chars().count() <= 200 && digits < 4 && !name.contains('@'))
        .then_some(name)
}

/// What a company is called. `None` where more than a name stands there.
pub(super) fn company_name(text: &str) -> Option<Zeroizing<String>> {
    let name = line(text);
    let digits = name.chars().filter(char::is_ascii_digit).count();
    (!name.is_empty() && name.chars().count() <= 200 && digits < 6 && !name.contains('@'))
        .then_some(name)
}

/// `AA:BB:CC:11:22:33`, from any of the usual separators or none.
pub(super) fn mac(text: &str) -> Option<String> {
    let mut digits = Vec::with_capacity(12);
    for character in text.chars() {
        match character {
            _ if character.is_ascii_hexdigit() => digits.push(character.to_ascii_uppercase()),
            ':' | '-' | '.' | ' ' => {}
            _ => return None,
        }
    }
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    (digits.len() == 12).then(|| pairs.join(":"))
}

/// An IP address, with a prefix length where one is given: `192.0.2.1`, `2001:db8::/56`.
pub(super) fn ip(text: &str) -> Option<String> {
    let (address, prefix) = match text.trim().split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text.trim(), None),
    };
    let address = address.parse::<IpAddr>().ok()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    match prefix {
        None => Some(address.to_string()),
        Some(prefix) if prefix <= bits => Some(format!("{address}/{prefix}")),
        Some(_) => None,
    }
}

/// Mbit/s down and up, `93/88`: at most five digits each and two decimals behind a point.
pub(super) fn speed(text: &str) -> Option<String> {
    let one = |text: &str| {
        let text = text.trim().replace(',', ".");
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |part: &str, max| {
            (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        (digits(whole, 5) && digits(decimals, 2)).then_some(text)
    };
    let (down, up) = text.split_once('/')?;
    Some(format!("{}/{}", one(down)?, one(up)?))
}

/// dBm, `-22.5`: at most two decimals behind a point. From -60 to 10; all else is no optical level.
pub(super) fn level(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase().replace('\u{2212}', "-").replace(',', ".");
    let number = text.strip_suffix("dbm").unwrap_or(&text).trim();
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let bound = if sign.is_empty() { 10 } else { 60 };
    let fits = is_number(whole)
        && is_number(decimals)
        && whole.parse::<u8>().is_ok_and(|whole| {
            whole < bound || whole == bound && decimals.trim_matches('0').is_empty()
        });
    fits.then(|| format!("{sign}{digits}"))
}

/// `41369`, from `413 69` too.
pub(super) fn postcode(text: &str) -> Option<String> {
    let text = text.strip_prefix("SE").unwrap_or(text);
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    (digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// A Swedish apartment number: four digits. `lgh 1201` is how people write it.
pub(super) fn apartment(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let digits = ["lägenhet", "lgh.", "lgh"]
        .iter()
        .find_map(|word| lower.strip_prefix(word))
        .unwrap_or(&lower)
        .trim();
    (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.to_owned())
}

/// House number and letter, from `10`, `10 G`, `652-16A`.
pub(super) fn house(text: &str) -> Option<(String, Option<String>)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    let (number, letters) = text.split_at(end);
    let part = |part: &str| (1..=5).contains(&part.len());
    let fits = match number.split_once('-') {
        Some((first, second)) => part(first) && part(second) && !second.contains('-'),
        None => part(number),
    };
    if !fits {
        return None;
    }
    let letters = letters.trim();
    if letters.is_empty() {
        return Some((number.to_owned(), None));
    }
    littera(letters).map(|letters| (number.to_owned(), Some(letters)))
}

/// The letter behind a house number, or the name of an entrance: at most four letters or digits.
pub(super) fn littera(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=4).contains(&text.chars().count()) && text.chars().all(char::is_alphanumeric);
    fits.then(|| text.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(read: fn(&str) -> Option<String>, text: &str, expected: &str) {
        assert_eq!(read(text).as_deref().unwrap_or("-"), expected, "{text}");
    }

    #[test]
    fn moments() {
        check(moment, "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z");
        check(moment, "2026-12-01T00:30:00.5+01:00", "2026-11-30T23:30:00Z");
        check(moment, "2026-12-01", "2026-12-01T00:00:00Z");
        check(moment, "2026-13-01", "-");
        check(moment, "2026-12-01T10:00:00", "-");
        check(moment, "1850-01-01", "-");
        check(moment, "9999-12-31T23:59:59Z", "-");
        assert_eq!(window("2026-12-01T10:00:00Z", "2026-12-01T09:00:00Z"), None);
    }

    #[test]
    fn phones() {
        let phone = |text: &str| phone(text).map(|phone| phone.to_string());
        for written in [
            "+46701740605",
            "070-174 06 05",
            "0701740605",
            "0046701740605",
            "46701740605",
            "+46 (0)70-174 06 05",
            "+460701740605",
            "(070) 174.06.05",
        ] {
            assert_eq!(phone(written).as_deref(), Some("+46701740605"), "{written}");
        }
        assert_eq!(phone("031-3900600").as_deref(), Some("+46313900600"));
        assert_eq!(phone("+45 33 12 34 56").as_deref(), Some("+4533123456"));
        for no in ["", "+", "ring Astrid", "070", "070-1740605, 031-3900600", "701740605", "0000"] {
            assert_eq!(phone(no), None, "{no}");
        }
    }

    #[test]
    fn addresses() {
        check(postcode, "413 69", "41369");
        check(postcode, "SE-41369", "41369");
        check(postcode, "4136", "-");
        check(apartment, "0901", "0901");
        check(apartment, "Lgh 1201", "1201");
        check(apartment, "3 tr", "-");
        let house = |text: &str| house(text).map(|(n, l)| format!("{n}|{}", l.unwrap_or_default()));
        assert_eq!(house("10").as_deref(), Some("10|"));
        assert_eq!(house("10 g").as_deref(), Some("10|G"));
        assert_eq!(house("652-16A").as_deref(), Some("652-16|A"));
        assert_eq!(house("652-16-4"), None);
        assert_eq!(house("G10"), None);
        assert_eq!(house(""), None);
    }

    #[test]
    fn equipment() {
        check(mac, "aa-bb-cc-11-22-33", "AA:BB:CC:11:22:33");
        check(mac, "aabb.cc11.2233", "AA:BB:CC:11:22:33");
        check(mac, "aabbcc11223", "-");
        check(ip, "192.0.2.1", "192.0.2.1");
        check(ip, "2001:DB8:0::1/56", "2001:db8::1/56");
        check(ip, "192.0.2.1/33", "-");
        check(ip, "192.0.2.256", "-");
        check(speed, "93/88", "93/88");
        check(speed, "93,5 / 0.25", "93.5/0.25");
        check(speed, "123456/1", "-");
        check(speed, "93", "-");
        check(level, "-22,5 dBm", "-22.5");
        check(level, "\u{2212}22.51dBm", "-22.51");
        check(level, "-60", "-60");
        check(level, "+2", "2");
        check(level, "-60.5", "-");
        check(level, "11", "-");
        check(level, "-22.512", "-");
        check(level, "--22", "-");
        check(level, "dBm", "-");
    }

    #[test]
    fn hidden_characters_do_not_stay() {
        assert_eq!(*line("Astri\u{200b}d \u{202e} Lindqvist\u{feff}"), "Astrid Lindqvist");
        assert_eq!(*lines("a\r\nb\rc\td"), "a\nb\nc d");
        assert_eq!(*folded("A\u{30a}sa-Karin"), "åsakarin");
    }
}
