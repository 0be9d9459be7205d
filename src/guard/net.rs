//! Addresses of devices: MAC, IPv4, IPv6. What belongs to nobody stays: public resolvers, a router's
//! own side of a home, link-local and loopback addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::lexicon::Says;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Every finding of this layer; and where addresses of nobody stand.
pub(super) fn find(page: &Page<'_>) -> (Vec<Finding>, Vec<Range<usize>>) {
    let (mut found, mut nobody) = (Vec::new(), Vec::new());
    let mut skip = 0;
    for at in 0..page.len() {
        let token = &page.tokens[at];
        if token.start < skip || token.shielded {
            continue;
        }
        if token.is_digits()
            && let Some((range, address)) = ipv4(page, at)
        {
            skip = range.end;
            if well_known_v4(address) {
                nobody.push(range);
            } else if !version(page, at) {
                found.push(finding(range, Kind::Ip));
            }
            continue;
        }
        if token.glued || !hexadecimal(page.str(at)) && !page.gap(at).ends_with("::") {
            continue;
        }
        if let Some((range, address)) = ipv6(page, at) {
            skip = range.end;
            if well_known_v6(address) {
                nobody.push(range);
            } else {
                found.push(finding(range, Kind::Ip));
            }
        } else if let Some(range) = mac(page, at) {
            skip = range.end;
            found.push(finding(range, Kind::Mac));
        }
    }
    (found, nobody)
}

fn finding(range: Range<usize>, kind: Kind) -> Finding {
    Finding { range, kind, layer: Layer::Identifier, why: Why::Shape }
}

fn hexadecimal(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A dot between two parts of an address: `.`, `[.]`, ` . `.
fn dotted(gap: &str) -> bool {
    gap == "."
        || gap.len() <= 5
            && gap.trim_matches([' ', '[', ']', '(', ')', '\n']) == "."
            && (gap.starts_with([' ', '[', '(', '\n', '.']) && gap != ". ")
}

fn ipv4(page: &Page<'_>, at: usize) -> Option<(Range<usize>, Ipv4Addr)> {
    let mut octets = [0; 4];
    for (part, octet) in octets.iter_mut().enumerate() {
        let token =
            page.tokens.get(at + part).filter(|token| token.is_digits() && token.length <= 3)?;
        if part > 0 && (token.glued || !dotted(page.gap(at + part))) {
            return None;
        }
        *octet = page.str(at + part).parse().ok()?;
    }
    let before = page.text[..page.tokens[at].start].chars().next_back();
    let mut end = page.tokens[at + 3].end;
    let rest = &page.text[end..];
    let goes_on =
        rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if before.is_some_and(|c| c == '.')
        || goes_on
        || page.tokens.get(at + 4).is_some_and(|next| next.glued)
    {
        return None;
    }
    if let Some(tail) = rest.strip_prefix(['/', ':']) {
        end += 1 + tail.bytes().take_while(u8::is_ascii_digit).take(5).count();
        if end == page.tokens[at + 3].end + 1 {
            end -= 1;
        }
    }
    let mut start = page.tokens[at].start;
    if page.text[..start].ends_with('[') && page.text[end..].starts_with(']') {
        (start, end) = (start - 1, end + 1);
    }
    Some((start..end, Ipv4Addr::from(octets)))
}

/// `fw 10.9.7.64`.
fn version(page: &Page<'_>, at: usize) -> bool {
    let v = at > 0 && page.tokens[at].glued && matches!(page.lower(at - 1), "v" | "r");
    v || page.follows(at, Says::VERSION) && page.gap(at).len() <= 3
        || (1..=2).any(|back| {
            at >= back
                && page.says(at - back).any(Says::VERSION)
                && page.tokens[at - back].length > 1
        })
}

fn well_known_v4(address: Ipv4Addr) -> bool {
    const RESOLVERS: [[u8; 4]; 14] = [
        [1, 1, 1, 2],
        [1, 1, 1, 3],
        [9, 9, 9, 10],
        [94, 140, 14, 14],
        [94, 140, 15, 15],
        [4, 2, 2, 2],
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
    // What many homes and every operator's own network share names nobody; nor does the space
    // between a carrier's translator and its customers (RFC 6598).
    let shared = address.is_private() || octets[0] == 100 && octets[1] & 0xc0 == 0x40;
    let nobody = address.is_loopback()
        || address.is_unspecified()
        || address.is_link_local()
        || octets[0] == 255;
    RESOLVERS.contains(&octets) || shared || nobody
}

/// Hexadecimal groups and colons from a token on; a line may break anywhere.
fn ipv6(page: &Page<'_>, at: usize) -> Option<(Range<usize>, Ipv6Addr)> {
    const LENGTH_MAX: usize = 64;
    let mut start = page.tokens[at].start;
    if page.gap(at).ends_with("::") {
        start -= 2;
    } else if page.gap(at).ends_with(':') && at > 0 && page.gap(at).len() == 1 {
        return None;
    }
    let mut value = String::new();
    let mut ends = Vec::new();
    for (offset, char) in page.text[start..].char_indices().take(LENGTH_MAX) {
        match char {
            ':' | '.' | '0'..='9' | 'a'..='f' | 'A'..='F' => {
                value.push(char);
                ends.push(start + offset + 1);
            }
            // A line that breaks within an address.
            '\n' if value.ends_with(':') && value.len() > 2 => {}
            _ => break,
        }
    }
    if value.matches(':').count() < 2 {
        return None;
    }
    while value.ends_with('.') || value.ends_with(':') && !value.ends_with("::") {
        value.pop();
    }
    let address = value.parse::<Ipv6Addr>().ok().or_else(|| {
        // `2001:db8::1:` or a prefix that is cut short.
        let groups: Vec<&str> = value.split(':').collect();
        let prefix = groups.len() >= 3
            && groups.len() < 8
            && groups[0].len() >= 3
            && groups.iter().all(|group| group.len() <= 4 && !group.is_empty());
        prefix.then(|| format!("{value}::").parse().ok()).flatten()
    })?;
    let mut end = *ends.get(value.len() - 1)?;
    let rest = &page.text[end..];
    if rest.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    if let Some(zone) = rest.strip_prefix('%') {
        end += 1 + zone.bytes().take_while(u8::is_ascii_alphanumeric).count();
    } else if let Some(prefix) = rest.strip_prefix('/') {
        end += 1 + prefix.bytes().take_while(u8::is_ascii_digit).count();
    }
    Some((start..end, address))
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
    let segments = address.segments();
    // `fe80::1` is every router; one made of a MAC tells it.
    let gateway = segments[0] == 0xfe80 && segments[1..7] == [0; 6] && segments[7] < 0x100;
    RESOLVERS.contains(&segments) || address.is_loopback() || address.is_unspecified() || gateway
}

/// Twelve hexadecimal digits: in pairs, in fours, in sixes, or in one run.
fn mac(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const DIGITS: usize = 12;
    let start = page.tokens[at].start;
    let mut groups = vec![0_usize];
    let (mut digits, mut end, mut pending) = (0, start, 0);
    let (mut letters, mut numbers, mut telling) = (false, false, false);
    let mut sign = None;
    for (offset, char) in page.text[start..].char_indices() {
        if char.is_ascii_hexdigit() && digits < DIGITS {
            if pending > 0 && pending <= 2 {
                groups.push(0);
            }
            pending = 0;
            *groups.last_mut()? += 1;
            digits += 1;
            letters |= char.is_ascii_alphabetic();
            numbers |= char.is_ascii_digit();
            end = start + offset + 1;
        } else if char == '\n' && digits < DIGITS {
            // A broken line says nothing.
        } else if matches!(char, ':' | '-' | '.' | ' ') && digits < DIGITS {
            telling |= matches!(char, ':' | '-');
            pending += 1;
            if pending > 2 || char != ' ' && sign.is_some_and(|sign| sign != char) {
                return None;
            }
            if char != ' ' {
                sign = Some(char);
            }
        } else if char.is_alphanumeric() {
            return None;
        } else {
            break;
        }
    }
    // `mac slutar på 53:C2`: a part tells enough.
    let told = page.tokens[..at].iter().rev().take(4).any(|token| {
        matches!(
            page.text[token.range()].to_ascii_lowercase().as_str(),
            "mac" | "macadress" | "macen"
        )
    });
    if told
        && (2..=5).contains(&groups.len())
        && groups.iter().all(|length| *length == 2)
        && telling
        && letters
    {
        return Some(start..end);
    }
    let shape = match groups.as_slice() {
        [12] | [6, 6] | [4, 4, 4] | [2, 2, 2, 2, 2, 2] => true,
        pairs if pairs.len() == 6 => telling && pairs.iter().all(|length| *length <= 2),
        _ => false,
    };
    if !shape || digits < DIGITS && groups.len() != 6 {
        return None;
    }
    let cued = page.tokens[..at].iter().rev().take(4).any(|token| {
        matches!(
            page.text[token.range()].to_ascii_lowercase().as_str(),
            "mac" | "macadress" | "macaddr" | "hwaddr" | "lladdr" | "ether" | "wan" | "cpe"
        )
    });
    let spaced = groups.len() > 1 && (telling || letters && numbers);
    let solid = groups.len() == 1 && letters && numbers && !page.follows(at, Says::SERIAL);
    // Twelve digits without a letter in a row are rarely one.
    (cued && (letters || telling || groups.len() > 1)
        || spaced && (letters || groups.len() == 6)
        || solid)
        .then_some(start..end)
}
