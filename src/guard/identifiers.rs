//! Layer 2: identifiers, by their shape and their check digits, and by a cue where the shape is not
//! enough. A wrong check digit never clears a number.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

pub(super) use super::contact::email;
use super::contact::{phone, window};
use super::{Finding, Kind, Layer, Why, identity, numbers};

/// Every identifier of a folded text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let by_kind: [(Kind, Vec<Range<usize>>); 11] = [
        (Kind::Personnummer, personnummer(text)),
        (Kind::Phone, phone(text)),
        (Kind::Email, email(text)),
        (Kind::Ip, ip(text)),
        (Kind::Mac, mac(text)),
        (Kind::Bank, bank(text)),
        (Kind::Vehicle, all(&VEHICLE, text)),
        (Kind::Url, url(text)),
        (Kind::BirthDate, birth_date(text)),
        (Kind::CustomerNumber, customer_number(text)),
        (Kind::OrgNo, all(&ORG_NO, text)),
    ];
    by_kind
        .into_iter()
        .flat_map(|(kind, ranges)| ranges.into_iter().map(move |range| (kind, range)))
        .map(|(kind, range)| Finding { range, kind, layer: Layer::Identifier, why: Why::Shape })
        .collect()
}

/// Captures 1, or the whole match where there is no group.
fn all(pattern: &Regex, text: &str) -> Vec<Range<usize>> {
    let captures = pattern.captures_iter(text);
    captures.filter_map(|captures| Some(captures.get(1).or(captures.get(0))?.range())).collect()
}

/// A date with its last four hidden, or the last four with the date hidden, or said to be them.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?ix)
        \b (?:1[89]|20)? \d{6} \s{0,2} [-+]? \s{0,2} [x*\#?•_]{3,4}
        | [x*\#•_]{6,8} \s? [-+]? \s? \d{4} \b",
    )
});
static LAST_FOUR: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\b(?:(?:de\s+)?(?:fyra\s+sista|sista\s+fyra|4\s+sista|sista\s+4)|last\s+(?:four|4)|slutsiffror\w*|kontrollsiffror\w*|sista\s+siffror\w*)[^\d\n]{0,24}(\d{4})\b",
    )
});

/// Personnummer and samordningsnummer, also with a wrong check digit or a part hidden.
pub(super) fn personnummer(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = identity::candidates(text)
        .into_iter()
        .filter(|candidate| !candidate.phone)
        .map(|candidate| candidate.range)
        .collect();
    found.extend(all(&HIDDEN, text));
    found.extend(all(&LAST_FOUR, text));
    found
}

static IPV4: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2}\b)?"));
static IPV6: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:/\d{1,3}\b)?"));
static VERSION_CUE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)(?:\b(?:fw|firmware|version|ver|mjukvara|sw|rel|release)[\s.:]{0,3}v?|\bv)$",
    )
});

/// Addresses on the network, but for public resolvers and the router's own side of a home.
fn ip(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for hit in IPV4.find_iter(text) {
        let address = hit.as_str().split('/').next().unwrap_or_default().parse::<Ipv4Addr>();
        let before = &text[window(text, hit.start(), 16)..hit.start()];
        let glued = before.ends_with(|char: char| char.is_ascii_digit() || char == '.');
        let beyond = text[hit.end()..].starts_with(|char: char| char.is_ascii_digit());
        let public = address.is_ok_and(|address| !well_known_v4(address));
        if public && !glued && !beyond && !VERSION_CUE.is_match(before) {
            found.push(hit.range());
        }
    }
    for hit in IPV6.find_iter(text) {
        let address = hit.as_str().split('/').next().unwrap_or_default();
        // A full stop or a colon of the sentence may cling to it.
        let trimmed = if address.ends_with("::") { address } else { address.trim_end_matches(':') };
        let start = trimmed.len()
            - trimmed.strip_prefix("::").unwrap_or(trimmed.trim_start_matches(':')).len();
        let parsed = trimmed.parse::<Ipv6Addr>().or_else(|_| trimmed[start..].parse());
        if parsed.is_ok_and(|address| !well_known_v6(address)) {
            found.push(hit.range());
        }
    }
    found
}

fn well_known_v4(address: Ipv4Addr) -> bool {
    const RESOLVERS: [[u8; 4]; 8] = [
        [8, 8, 8, 8],
        [8, 8, 4, 4],
        [1, 1, 1, 1],
        [1, 0, 0, 1],
        [9, 9, 9, 9],
        [149, 112, 112, 112],
        [208, 67, 222, 222],
        [208, 67, 220, 220],
    ];
    let octets = address.octets();
    let gateway = address.is_private() && matches!(octets[3], 0 | 1 | 254);
    let nobody = address.is_loopback() || address.is_unspecified() || octets[0] == 255;
    RESOLVERS.contains(&octets) || gateway || nobody
}

fn well_known_v6(address: Ipv6Addr) -> bool {
    const RESOLVERS: [[u16; 8]; 6] = [
        [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888],
        [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8844],
        [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111],
        [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1001],
        [0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe],
        [0x2620, 0xfe, 0, 0, 0, 0, 0, 9],
    ];
    RESOLVERS.contains(&address.segments()) || address.is_loopback() || address.is_unspecified()
}

static MAC: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)[0-9a-f]{2}(?:[:.\s-]{1,2}[0-9a-f]{2}){5}|[0-9a-f]{4}(?:[.:\s-][0-9a-f]{4}){2}|[0-9a-f]{12}",
    )
});
static MAC_CUE: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"(?i)(?:\bmac|hwaddr|lladdr|ether)[^\n.;]{0,24}$"));

/// MAC addresses in pairs, in fours, or in one run; without `:` or `-` only after a cue or with both
/// letters and digits.
fn mac(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(hit) = MAC.find_at(text, from) {
        from = hit.start() + 1;
        let before = text[..hit.start()].chars().next_back();
        let after = text[hit.end()..].chars().next();
        let glued = before.into_iter().chain(after).any(|char| char.is_ascii_alphanumeric());
        let value = hit.as_str();
        let telling = value.contains([':', '-'])
            || value.contains(|char: char| char.is_ascii_digit())
                && value.contains(char::is_alphabetic)
            || MAC_CUE.is_match(&text[window(text, hit.start(), 32)..hit.start()]);
        if !glued && telling {
            from = hit.end();
            found.push(hit.range());
        }
    }
    found
}

static IBAN: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"(?i)\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}(?:\s?[a-z0-9]{1,3})?\b")
});
static SWEDISH_IBAN: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"(?i)se\d{2}(?:[\s-]?\d{4}){5}\b"));
static CARD: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"\b\d{4}(?:[\s-]{1,3}\d{4}){3}\b|\b\d{15,16}\b|\b3[47]\d\d[\s-]\d{6}[\s-]\d{5}\b",
    )
});
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"\b[1-9]\d{3}(?:-\d)?(?:[,-]\s{0,2}\d{7,10}|(?:[,-]\s{0,2}|\s)\d{2,3}\s\d{3}\s\d{1,4}(?:[\s-]\d)?)\b",
    )
});
static GIRO: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)(?:bankgiro|plusgiro|postgiro|\b[bp]g|konto\w{0,10}|clearing\w{0,8}|account\w{0,8}|swish|autogiro|återbet\w{0,10}|iban|kort(?:nummer|nr)?|card)[^\d\n]{0,24}(\d(?:[\s,.-]{0,4}\d){5,17})\b",
    )
});

fn bank(text: &str) -> Vec<Range<usize>> {
    let mut found = all(&GIRO, text);
    found.extend(all(&SWEDISH_IBAN, text));
    found.extend(
        IBAN.find_iter(text).filter(|hit| iban_checks(hit.as_str())).map(|hit| hit.range()),
    );
    found.extend(CARD.find_iter(text).filter(|hit| card(hit.as_str())).map(|hit| hit.range()));
    found.extend(all(&ACCOUNT, text));
    found
}

/// Four groups of four are a card whatever the check digit says; digits in one run only if it fits.
fn card(value: &str) -> bool {
    value.contains([' ', '-', '\n']) || identity::luhn(value)
}

/// ISO 13616: modulus 97 of the rearranged number is 1.
fn iban_checks(value: &str) -> bool {
    let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let (head, tail) = bare.split_at(bare.len().min(4));
    let digits = tail.chars().chain(head.chars()).filter_map(|char| char.to_digit(36));
    digits.fold(0, |sum, digit| (sum * if digit > 9 { 100 } else { 10 } + digit) % 97) == 1
}

static VEHICLE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\b(?:(?:bil|bilen|reg|regnr|regnummer|registrering\w*|registration|plate|plates|car|van|skåpbil\w*|lastbil\w*|fordon\w*|släp\w*|husbil\w*|moped\w*|kör|volvo|saab|parker\w*)\b)[^\n;]{0,32}?\b([a-zåäö]{3}[\s-]?\d{2}[a-z0-9])\b",
    )
});

static URL: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"(?i)(?:https?://|\bwww\.|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/)[^\s<>]+")
});
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)[?#;@]|/(?:magic|reset|token|verify|login|invite|auth|callback|session|share)\b|/[^/]*[\p{L}\d_-]{16,}",
    )
});

/// Links that open something for whoever holds them: with a query, a fragment or a long path part.
fn url(text: &str) -> Vec<Range<usize>> {
    let links = URL.find_iter(text).map(|hit| {
        let trimmed = hit.as_str().trim_end_matches(['.', ',', ')', '"', '\'', ']', '!', ':']);
        hit.start()..hit.start() + trimmed.len()
    });
    links.filter(|range| OPENING.is_match(&text[range.clone()])).collect()
}

const DATE: &str = r"(?:\d{4}[-./\s]?\d{1,2}[-./\s]?\d{1,2}|\d{6}|\d{1,2}[-./]\d{1,2}[-./\s]{1,2}\d{2,4}|\d{1,2}(?::[ea]|\.)?\s?(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december|jan|feb|mar|apr|may|jun|jul|aug|sep|sept|okt|oct|nov|dec|january|february|march|june|july|august|october)\.?\s?(?:\d{4}|-?\d{2})?)";
static BORN: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(
        r"(?i)(?:\b(?:född|födelse\w*|föddes|born|birth\w*|dob|d\.o\.b)\b[^\d]{{0,60}}?(?:\[\d\d?[:.]?\d\d\][^\d]{{0,60}})?|\bf\.?\s?)({DATE})\b"
    ))
});
static LONG_AGO: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"\b(19\d\d|200\d)([-./\s]?)(0[1-9]|1[0-2])[-./\s]?(0[1-9]|[12]\d|3[01])\b")
});

/// Dates after a cue; and whole dates so long ago that they are hardly about a fault.
fn birth_date(text: &str) -> Vec<Range<usize>> {
    let mut found = all(&BORN, text);
    let dates = LONG_AGO.find_iter(text).map(|hit| hit.range());
    found.extend(dates.filter(|range| numbers::stands_alone(text, range)));
    found
}

static CUSTOMER: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)(?:kund(?:nummer|nr|no|id|-id|\s+nr)?|customer(?:\s+(?:number|no|id|nr))?|abonnent(?:nr|nummer)|avtals?(?:nr|nummer))[\s.:#]{0,3}((?:[a-z]{1,3}(?:-\s?)?)?\d[\d\s]{0,2}\d(?:[\d-]|-?\s\d{3,}){2,9})\b",
    )
});

/// A number after its cue; behind a mere `kund` only if it is not a date.
fn customer_number(text: &str) -> Vec<Range<usize>> {
    let mut found = all(&CUSTOMER, text);
    found.retain(|range| {
        let named = text[window(text, range.start, 12)..range.start].to_lowercase();
        !DAY.is_match(&text[range.clone()])
            || ["nr", "nummer", "no", "number", "id"].iter().any(|cue| named.contains(cue))
    });
    found
}

static DAY: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"^20\d\d(?:-(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$)")
});

static ORG_NO: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\borg(?:anisations)?\.?[\s-]?(?:nr|nummer|no)[\s.:]{0,3}((?:16)?\d{6}\s{0,2}-?\s{0,2}\d{4})\b",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_check() {
        assert!(iban_checks("SE45 5000 0000 0583 9825 7466"));
        assert!(!iban_checks("SE45 5000 0000 0583 9825 7467"));
    }
}
