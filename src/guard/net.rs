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

/// How two parts of an IPv4 address are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// `.`, `[.]`, ` . `, `dot`: as nothing but an address is written.
    Sure,
    /// `. `, `, `, `-`, a space: as much else is written.
    Loose,
}

/// What joins a token to the digits before it, and how many tokens that is.
fn joint(page: &Page<'_>, at: usize) -> Option<(Joint, usize)> {
    let token = page.tokens.get(at)?;
    let gap = page.gap(at);
    if token.is_word() {
        let word = matches!(page.lower(at), "dot" | "punkt" | "prick");
        return (word && gap.len() <= 2 && page.gap_after(at).len() <= 2)
            .then_some((Joint::Sure, 1));
    }
    let bare = gap.trim_matches([' ', '[', ']', '(', ')', '{', '}', '\n']);
    match (bare, gap) {
        _ if token.glued || gap.len() > 5 => None,
        (".", ". ")
        | (",", "," | ", ")
        | ("-", "-" | " - " | "\n-" | "-\n")
        | ("", " ")
        | ("_", "_") => Some((Joint::Loose, 0)),
        (".", _) => Some((Joint::Sure, 0)),
        _ => None,
    }
}

/// Whether an address is spoken of right before.
fn told(page: &Page<'_>, at: usize) -> bool {
    const WORDS_MAX: usize = 4;
    (1..=WORDS_MAX.min(at)).any(|back| {
        let word = page.lower(at - back);
        matches!(
            word,
            "ip" | "ipn"
                | "ipnr"
                | "ipv"
                | "v"
                | "wan"
                | "ipadress"
                | "ipadressen"
                | "gw"
                | "gateway"
                | "dns"
                | "ping"
                | "pingar"
                | "pinga"
                | "tracert"
                | "traceroute"
                | "address"
                | "publik"
                | "publika"
                | "public"
                | "adress"
                | "svar"
                | "svarar"
                | "static"
                | "host"
                | "subnet"
                | "nät"
                | "prefix"
                | "remote"
                | "src"
                | "dst"
        ) || word.starts_with("ip") && word.len() < 12
    })
}

fn ipv4(page: &Page<'_>, at: usize) -> Option<(Range<usize>, Ipv4Addr)> {
    const PARTS: usize = 4;
    let mut octets = [0; PARTS];
    let mut joints = [Joint::Sure; PARTS];
    let mut last = at;
    for part in 0..PARTS {
        if part > 0 {
            let found = joint(page, last + 1);
            // `198.51.100.x`: the last part left out.
            let left_out = part == PARTS - 1 && page.text[page.tokens[last].end..].starts_with('.');
            if left_out && found.is_none_or(|(_, words)| words > 0) {
                return prefix(page, at, last, octets);
            }
            let (joint, words) = found?;
            joints[part] = joint;
            last += 1 + words;
        }
        let token = page.tokens.get(last).filter(|token| token.is_digits() && token.length <= 3)?;
        if part > 0 && token.glued {
            return None;
        }
        octets[part] = page.str(last).parse().ok()?;
    }
    // Numbers in a row are an address where they are said to be one.
    if joints[1..].contains(&Joint::Loose) {
        let gap = page.gap(last);
        // One of the joints may stand at the end of a line.
        let same = |at: usize| page.gap(at).trim_matches('\n') == gap.trim_matches('\n');
        let alike = last == at + PARTS - 1 && (at + 1..last).all(same);
        // Five parts are something else: a MAC address, a list.
        let more =
            |next: usize| next < page.len() && page.gap(next) == gap && hexadecimal(page.str(next));
        if !alike
            || more(last + 1)
            || at > 0 && page.gap(at) == gap && page.tokens[at - 1].is_digits()
        {
            return None;
        }
        let full = page.text[page.tokens[at].start..page.tokens[last].end].len() >= 11;
        // `203,0,113,91`: nobody writes a list of numbers so, but whoever has typed the wrong key.
        let mistyped = full
            && matches!(gap.trim_matches('\n'), ". " | "," | "-")
            && octets[0] > 0
            && page.tokens[last].length > 1
            && (at..=last).all(|at| page.tokens[at].length == 1 || !page.str(at).starts_with('0'));
        if !(told(page, at) && full || mistyped) {
            return None;
        }
    }
    let before = page.text[..page.tokens[at].start].chars().next_back();
    let mut end = page.tokens[last].end;
    let rest = &page.text[end..];
    let goes_on =
        rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if before.is_some_and(|c| c == '.')
        || goes_on
        || page.tokens.get(last + 1).is_some_and(|next| next.glued)
    {
        return None;
    }
    let spaced = rest.strip_prefix(" /").filter(|tail| {
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits) && tail[..digits].parse().is_ok_and(|bits: u8| bits <= 32)
    });
    if let Some(tail) = spaced {
        end += 2 + tail.bytes().take_while(u8::is_ascii_digit).count();
    } else if let Some(tail) = rest.strip_prefix(['/', ':']) {
        end += 1 + tail.bytes().take_while(u8::is_ascii_digit).take(5).count();
        if end == page.tokens[last].end + 1 {
            end -= 1;
        }
    }
    let mut start = page.tokens[at].start;
    if page.text[..start].ends_with('[') && page.text[end..].starts_with(']') {
        (start, end) = (start - 1, end + 1);
    }
    Some((start..end, Ipv4Addr::from(octets)))
}

/// `198.51.100.x`, `198.51.100.*`, `198.51.100.`: three parts tell the household's net.
fn prefix(
    page: &Page<'_>,
    at: usize,
    last: usize,
    octets: [u8; 4],
) -> Option<(Range<usize>, Ipv4Addr)> {
    let end = page.tokens[last].end;
    let mut rest = page.text[end + 1..].chars();
    let sign = rest.next().filter(|sign| matches!(sign, 'x' | 'X' | '*' | '?' | '#'))?;
    let mut end = end + 1 + sign.len_utf8();
    let mut behind = rest.next();
    while behind == Some(sign) {
        end += sign.len_utf8();
        behind = rest.next();
    }
    let before = page.text[..page.tokens[at].start].chars().next_back();
    (behind.is_none_or(|c| !c.is_alphanumeric()) && before != Some('.'))
        .then(|| (page.tokens[at].start..end, Ipv4Addr::from(octets)))
}

/// `fw 10.9.7.64`.
fn version(page: &Page<'_>, at: usize) -> bool {
    let v = at > 0 && page.tokens[at].glued && matches!(page.lower(at - 1), "v" | "r");
    // A release behind a model: `Genexis Platinum-4410 4.25.39.7`.
    let first: u32 = page.str(at).parse().unwrap_or(u32::MAX);
    let model = first < 20
        && (1..=4).any(|back| {
            at >= back
                && page.says(at - back).any(Says::BRAND)
                && (0..back).all(|n| matches!(page.gap(at - n), " " | "-" | ""))
        });
    v || model
        || page.follows(at, Says::VERSION) && page.gap(at).len() <= 3
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
    // A first group, and its colon.
    if !page.gap(at).ends_with("::") {
        let rest = &page.text.as_bytes()[start..];
        if rest.iter().find(|byte| !byte.is_ascii_hexdigit()) != Some(&b':') {
            return None;
        }
    }
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
    if let Some(port) = rest.strip_prefix("]:").filter(|_| page.text[..start].ends_with('[')) {
        start -= 1;
        end += 2 + port.bytes().take_while(u8::is_ascii_digit).count();
    } else if let Some(zone) = rest.strip_prefix('%') {
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
    // A first group, and what parts it from the next.
    let first = page.text.as_bytes()[start..].iter().take_while(|byte| byte.is_ascii_hexdigit());
    let first = first.take(DIGITS + 1).count();
    let behind = page.text.as_bytes().get(start + first);
    let parted = matches!(behind, Some(b':' | b'-' | b'.' | b' ' | b'_' | b'\n'));
    if first < DIGITS && !parted {
        return None;
    }
    let mut groups = vec![0_usize];
    let (mut digits, mut end, mut pending) = (0, start, 0);
    // `14:05 8c fc bc`: a time of day before it.
    if page.gap(at) == ":" && at > 0 && page.tokens[at - 1].is_digits() {
        return None;
    }
    let (mut letters, mut numbers, mut telling) = (false, false, false);
    let (mut broken, mut signed, mut spaced) = (false, false, false);
    let mut sign_here = false;
    let mut sign = None;
    for (offset, char) in page.text[start..].char_indices() {
        if char.is_ascii_hexdigit() && digits < DIGITS {
            // A line that breaks between two pairs parts them, too.
            let parted = broken && pending == 0 && *groups.last()? == 2;
            if pending > 0 || parted {
                groups.push(0);
            }
            signed |= sign_here;
            spaced |= pending > 0 && !sign_here;
            (pending, broken, sign_here) = (0, false, false);
            *groups.last_mut()? += 1;
            digits += 1;
            letters |= char.is_ascii_alphabetic();
            numbers |= char.is_ascii_digit();
            end = start + offset + 1;
        } else if char == '\n' && digits < DIGITS {
            broken = true;
        } else if matches!(char, ':' | '-' | '.' | ' ' | '_') && digits < DIGITS {
            telling |= matches!(char, ':' | '-' | '_');
            pending += 1;
            if pending > 3 || char != ' ' && sign.is_some_and(|sign| sign != char) {
                return None;
            }
            if char != ' ' {
                sign = Some(char);
                sign_here = true;
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
    // `14:05 82 fc bc 62`: a time of day, and then something else.
    if signed && spaced {
        return None;
    }
    if !shape || digits < DIGITS && groups.len() != 6 {
        return None;
    }
    let cued = page.tokens[..at].iter().rev().take(4).any(|token| {
        matches!(
            page.text[token.range()].to_ascii_lowercase().as_str(),
            "mac" | "macadress" | "macaddr" | "hwaddr" | "lladdr" | "ether" | "wan" | "cpe"
        )
    });
    // `070-1-7-4-0-6-1-7` are digits that somebody says one by one.
    let apart = groups.len() > 1
        && (telling || letters && numbers)
        && (letters || digits == DIGITS || sign == Some(':'));
    let solid = groups.len() == 1 && letters && numbers && !page.follows(at, Says::SERIAL);
    // Twelve digits without a letter in a row are rarely one.
    (cued && (letters || telling || groups.len() > 1)
        || apart && (letters || groups.len() == 6)
        || solid)
        .then_some(start..end)
}
