//! E-mail addresses in whatever spelling, and links that open something for whoever holds them.

use std::ops::Range;

use super::lexicon::Says;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Bytes of the longest link.
const LINK_MAX: usize = 2048;

/// What addresses end in.
const DOMAINS: [&str; 53] = [
    "se", "com", "net", "org", "nu", "eu", "io", "info", "name", "me", "no", "dk", "fi", "de",
    "uk", "edu", "gov", "biz", "dev", "app", "co", "fr", "es", "it", "pl", "nl", "ru", "us", "at",
    "ch", "be", "ie", "is", "ee", "lv", "lt", "test", "example", "invalid", "tv", "ly", "gl", "cc",
    "link", "cloud", "online", "shop", "site", "xyz", "tech", "gd", "gy", "local",
];

/// Every finding of this layer; and where links stand that open nothing.
pub(super) fn find(page: &Page<'_>) -> (Vec<Finding>, Vec<Range<usize>>) {
    let mut found = Vec::new();
    let mut plain = Vec::new();
    let bytes = page.text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == b'@').map(|at| at + from) {
        let mut range = around_at(page, at);
        while bytes.get(range.end) == Some(&b'@') {
            range.end += 1;
        }
        from = range.end.max(at + 1);
        found.push(finding(range, Kind::Email));
    }
    let mut linked = 0;
    for at in 0..page.len() {
        if page.tokens[at].shielded || page.tokens[at].start < linked {
            continue;
        }
        if let Some(range) = spelt(page, at) {
            found.push(finding(range, Kind::Email));
        }
        if let Some(range) = link(page, at) {
            let range = host_broken(page, range);
            linked = range.end;
            if opens(&page.text[range.clone()]) || names_somebody(page, &range) {
                found.push(finding(broken(page, range), Kind::Url));
            } else {
                plain.push(range);
            }
        }
    }
    (found, plain)
}

fn finding(range: Range<usize>, kind: Kind) -> Finding {
    Finding { range, kind, layer: Layer::Identifier, why: Why::Shape }
}

const fn local(char: char) -> bool {
    matches!(char, '.' | '_' | '%' | '+' | '\'' | '-')
}

/// Whatever touches an `@`, with spaces and a line break around it and within the domain.
fn around_at(page: &Page<'_>, at: usize) -> Range<usize> {
    const GAP_MAX: usize = 3;
    let text = page.text;
    // `-24.3 dBm @ te1/4`: the sign alone, which must not be left either.
    let next = page.token_at(at);
    let measured = next > 1
        && next < page.len()
        && page.says(next - 1).any(Says::UNIT)
        && page.tokens[next - 2].is_digits()
        && page.gap(next) == " @ ";
    if measured {
        return at..at + 1;
    }
    let before = &text[..at];
    let bare = before.trim_end_matches([' ', '\n', '(', '[', '{']);
    let mut start = at;
    if before.len() - bare.len() <= GAP_MAX {
        start = bare.len() - taken_back(bare);
        // A local part that a line break has cut behind its dot.
        // Behind a full stop a sentence begins: `75 ms.\nHalvar79@`.
        while let Some(rest) = text[..start].strip_suffix('\n').filter(|rest| {
            rest.ends_with(local)
                && !(rest.ends_with('.') && text[start..].starts_with(char::is_uppercase))
        }) {
            start = rest.len() - taken_back(rest);
        }
        if start == bare.len() {
            start = at;
        }
    }
    let mut end = at + 1;
    let behind = text[end..].trim_start_matches([' ', '\n', ')', ']', '}']);
    let gap = text.len() - end - behind.len();
    if gap <= GAP_MAX && behind.starts_with(char::is_alphanumeric) {
        end += gap;
        end += behind
            .chars()
            .take_while(|c| c.is_alphanumeric() || local(*c))
            .map(char::len_utf8)
            .sum::<usize>();
        // `example . se`, `example.\nse`, `exam\nple.se`.
        loop {
            let rest = &text[end..];
            let next = rest.trim_start_matches([' ', '\n', '.', '[', ']', '(', ')']);
            let gap = &rest[..rest.len() - next.len()];
            let length: usize = next
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
                .map(char::len_utf8)
                .sum();
            let mut word = next[..length].trim_end_matches('.');
            let ending = |word: &str| word.rsplit('.').next().unwrap_or_default().to_lowercase();
            // `asken.example.Ring`: a sentence that begins without a space.
            while !DOMAINS.contains(&ending(word).as_str())
                && let Some((shorter, _)) = word.rsplit_once('.')
            {
                word = shorter;
            }
            let last = ending(word);
            let done = text[at..end]
                .trim_end_matches('.')
                .rsplit('.')
                .next()
                .is_some_and(|last| DOMAINS.contains(&last.to_lowercase().as_str()))
                && text[at..end].contains('.')
                && !text[at..end].ends_with('.');
            let dotted = gap.contains('.') || text[at..end].ends_with('.') || gap == "\n";
            if done && (!gap.contains('.') || gap.ends_with(' '))
                || length == 0
                || gap.len() > 4
                || !dotted
                || !DOMAINS.contains(&last.as_str())
            {
                break;
            }
            end += gap.len() + word.len();
        }
    }
    start..end
}

fn taken_back(text: &str) -> usize {
    text.chars().rev().take_while(|c| c.is_alphanumeric() || local(*c)).map(char::len_utf8).sum()
}

/// How many tokens say "dot" between two parts, if anything does: 0 for a sign, 1 for a word.
fn dot(page: &Page<'_>, at: usize) -> Option<usize> {
    let gap = page.gap(at);
    let sign = gap.trim_matches([' ', '[', ']', '(', ')', '{', '}']);
    if sign == "." && gap != ". " || gap == "." {
        return Some(0);
    }
    let word = matches!(page.lower(at), "dot" | "punkt") && at + 1 < page.len();
    (word && gap.len() <= 3 && page.gap(at + 1).len() <= 3).then_some(1)
}

/// `bo [at] example [dot] com`, `bo snabel-a example punkt se`, `bo at example.com`.
fn spelt(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = page.lower(at);
    let (first, last) = match word {
        "at" | "snabela" | "alfa" => (at, at),
        "a" if page.gap(at).ends_with(['(', '[', '{', '<'])
            && page.gap_after(at).starts_with([')', ']', '}', '>']) =>
        {
            (at, at)
        }
        "snabel" if page.tokens.get(at + 1).is_some_and(|_| page.lower(at + 1) == "a") => {
            (at, at + 1)
        }
        _ => return None,
    };
    let bracketed =
        page.gap(first).ends_with(['(', '[', '{']) || page.gap(first).ends_with(['<', '_', '*']);
    if first == 0
        || page.gap(first).len() > 3
        || last + 1 >= page.len()
        || page.gap(last + 1).len() > 3
        || begins_tag(page, last + 1)
        || super::tags::end(&page.text[..page.span(first..first + 1).start])
        || page.gap(first).starts_with(']')
            && super::tags::end(&page.text[..=page.tokens[first - 1].end])
    {
        return None;
    }
    let mut end = last + 1;
    let mut parts = 1;
    while end + 1 < page.len() {
        let next = end + 1;
        if begins_tag(page, next) {
            break;
        }
        if let Some(words) = dot(page, next).filter(|words| next + words < page.len()) {
            end = next + words;
            parts += 1;
        } else if page.tokens[next].glued || page.gap(next) == "-" {
            end = next;
        } else {
            break;
        }
    }
    let known = DOMAINS.contains(&page.lower(end));
    if !(bracketed && (parts > 1 || known) || parts > 1 && known || word.starts_with("snabel")) {
        return None;
    }
    let mut start = first - 1;
    while start > 0 {
        let gap = page.gap(start);
        let word = matches!(
            page.lower(start - 1),
            "punkt"
                | "dot"
                | "understreck"
                | "underscore"
                | "bindestreck"
                | "streck"
                | "dash"
                | "minus"
                | "plus"
        ) && start > 1;
        if gap.is_empty()
            || matches!(gap, "." | "_" | "-" | "+")
            || gap.trim_matches([' ', '[', ']', '(', ')']) == "." && gap.len() > 2
        {
            start -= 1;
        } else if gap == " " && word {
            start -= 2;
        } else {
            break;
        }
    }
    Some(page.span(start..end + 1))
}

/// Whether a tag begins here: what was taken out before is nobody's domain.
fn begins_tag(page: &Page<'_>, at: usize) -> bool {
    page.gap(at).ends_with('[') && super::tags::begin(&page.text[page.span(at..at + 1).start..])
}

/// A link that begins with this token: `https://..`, `www...`, `example.se/..`.
fn link(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let token = &page.tokens[at];
    let behind = page.text.as_bytes().get(token.end)?;
    if !matches!(behind, b':' | b'.' | b'-') && !behind.is_ascii_alphanumeric() {
        return None;
    }
    let rest = &page.text[token.start..];
    let rest = &rest[..rest.floor_char_boundary(LINK_MAX)];
    let word = page.lower(at);
    // `länkhttp://`: with the word before it.
    let known =
        ["https", "http", "hxxps", "hxxp", "ftp"].iter().find(|known| word.ends_with(**known));
    let glued = known.map_or(0, |known| page.str(at).len().saturating_sub(known.len()));
    let scheme = known.is_some() && page.text[token.end..].starts_with("://");
    let rest = if scheme { rest.get(glued..).unwrap_or(rest) } else { rest };
    let start = token.start + if scheme { glued } else { 0 };
    let www = word == "www" && rest[3..].starts_with('.');
    let chunk = || rest.split([' ', '\n', '<', '>', '"']).next().unwrap_or_default();
    let bare = !scheme
        && !www
        && !token.glued
        && !page.text[..token.start].ends_with(['.', '/', '-', '@', ':'])
        && {
            let rest = &page.text[token.start..];
            let host = rest
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
                .take(80)
                .count();
            rest[host..].starts_with('/')
                && rest[..host]
                    .rsplit_once('.')
                    .is_some_and(|(_, last)| DOMAINS.contains(&last.to_lowercase().as_str()))
        };
    if !(scheme || www || bare) {
        return None;
    }
    // A question mark that nothing follows is the sentence's.
    let value = chunk().trim_end_matches(['.', ',', ')', '\'', ']', '!', ':', ';', '?']);
    Some(start..start + value.len())
}

/// Who makes long links short: what is behind can be anything.
const SHORTENERS: [&str; 14] = [
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "lnkd.in",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "cutt.ly",
    "rb.gy",
    "aka.ms",
    "s.id",
    "shorturl.at",
    "t.ly",
];

/// What stands before the number of something public.
const PUBLIC: [&str; 26] = [
    "result",
    "results",
    "resultat",
    "artikel",
    "article",
    "articles",
    "nyheter",
    "news",
    "drift",
    "driftinfo",
    "status",
    "support",
    "faq",
    "hjalp",
    "help",
    "incident",
    "incidents",
    "kb",
    "docs",
    "rfc",
    "html",
    "version",
    "download",
    "downloads",
    "r",
    "test",
];

/// With a query, a fragment, a word such as `reset`, or a part that is random.
fn opens(link: &str) -> bool {
    const RANDOM_MIN: usize = 16;
    let path = link.split_once("://").map_or(link, |(_, rest)| rest);
    let lower = path.to_lowercase();
    let Some((host, path)) = path.split_once('/') else {
        return path.contains(['?', '#', '@']);
    };
    let host = host.to_lowercase();
    if !path.is_empty() && SHORTENERS.contains(&host.trim_start_matches("www.")) {
        return true;
    }
    let mut before = "";
    for part in path.split('/') {
        let numbered = part.bytes().filter(u8::is_ascii_digit).count() >= 4;
        if numbered && !PUBLIC.contains(&before.to_lowercase().as_str()) || random(part) {
            return true;
        }
        before = part;
    }
    let words = [
        "magic", "reset", "token", "verify", "login", "invite", "auth", "callback", "session",
        "share", "mina", "konto", "account", "user",
    ];
    path.contains(['?', '#', ';', '@', '=', '&'])
        || words.iter().any(|word| lower.split('/').skip(1).any(|part| part == *word))
        || path.split('/').any(|part| {
            part.chars().count() >= RANDOM_MIN && part.contains(|c: char| c.is_ascii_digit())
        })
}

/// Whether a part of a path was drawn by lot: capitals or digits in the midst of it, again and again.
fn random(part: &str) -> bool {
    const LENGTH_MIN: usize = 6;
    const TURNS_MIN: usize = 3;
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_uppercase() {
            1
        } else {
            2
        }
    };
    part.split(['-', '_', '.', '+']).any(|piece| {
        let kinds: Vec<u8> = piece.chars().filter(|c| c.is_alphanumeric()).map(kind).collect();
        // `Title`: one capital in front is no turn.
        let first = usize::from(kinds.starts_with(&[1, 2]));
        let turns = kinds.windows(2).skip(first).filter(|pair| pair[0] != pair[1]).count();
        kinds.len() >= LENGTH_MIN && turns >= TURNS_MIN
            || kinds.len() >= 2 * LENGTH_MIN && turns >= 2
    })
}

/// A name within a link.
fn names_somebody(page: &Page<'_>, range: &Range<usize>) -> bool {
    let first = page.token_at(range.start);
    page.tokens[first..]
        .iter()
        .take_while(|token| token.start < range.end)
        .any(|token| token.says.is_name() && !token.says.is_word() && token.length > 3)
}

/// A link whose host a line break has cut: `https://pay.exam\nple.com/?t=..`.
fn host_broken(page: &Page<'_>, range: Range<usize>) -> Range<usize> {
    let link = &page.text[range.clone()];
    let host = link.split_once("://").map_or(link, |(_, host)| host);
    let ending = host.rsplit('.').next().unwrap_or_default().to_lowercase();
    if host.contains(['/', '?']) || DOMAINS.contains(&ending.as_str()) {
        return range;
    }
    let Some(rest) = page.text[range.end..].strip_prefix('\n') else { return range };
    let rest = &rest[..rest.floor_char_boundary(LINK_MAX)];
    let chunk = rest.split([' ', '\n', '<', '>', '"']).next().unwrap_or_default();
    let host = chunk.split('/').next().unwrap_or_default();
    let known = host.rsplit('.').next().is_some_and(|last| DOMAINS.contains(&last));
    if known && host.contains('.') { range.start..range.end + 1 + chunk.len() } else { range }
}

/// A link goes on behind a line break if what stands there is no word.
fn broken(page: &Page<'_>, range: Range<usize>) -> Range<usize> {
    let mut range = range;
    while let Some(rest) = page.text[range.end..].strip_prefix('\n') {
        let chunk = rest.split([' ', '\n']).next().unwrap_or_default();
        // `INC-2210`: the number of something begins the next line.
        let letters = chunk.bytes().take_while(u8::is_ascii_uppercase).count();
        let digit = |byte: &u8| byte.is_ascii_digit();
        let reference = (2..=5).contains(&letters)
            && chunk.as_bytes()[letters..].iter().any(digit)
            && chunk.as_bytes()[letters..]
                .iter()
                .all(|byte| digit(byte) || matches!(byte, b'-' | b',' | b'.'));
        if reference {
            break;
        }
        let odd = chunk.contains(['=', '&', '?', '/', '%', '#'])
            || chunk.contains(|c: char| c.is_ascii_digit())
                && chunk.contains(|c: char| c.is_ascii_alphabetic());
        if chunk.is_empty() || !odd {
            break;
        }
        range.end += 1 + chunk.len();
    }
    range
}
