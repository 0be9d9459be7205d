//! Words that a code or a password follows.

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::Strength;
use super::words::PLAIN;

/// Where the value of a cue is to be looked for.
///
/// A weak cue is a verb or a thing as often as a code: its value must look like one.
#[expect(clippy::too_many_lines, reason = "the cues, kind by kind")]
pub(super) fn cue(page: &Page<'_>, at: usize) -> Option<(usize, Strength)> {
    let token = &page.tokens[at];
    if token.is_digits() || token.shielded {
        return None;
    }
    let word = page.lower(at);
    if told_in_two(page, at) {
        return Some((token.end, Strength::Password));
    }
    if let Some(found) = network(page, at) {
        return Some(found);
    }
    if token.says.any(Says::CREDENTIAL) {
        // `felkod`, `error code`, `zip code`, `pass` as a verb.
        let before = at.checked_sub(1).map_or("", |before| page.lower(before));
        let plain = matches!(word, "kod" | "koden" | "koder" | "code" | "codes")
            && matches!(
                before,
                "fel"
                    | "error"
                    | "status"
                    | "zip"
                    | "qr"
                    | "fault"
                    | "post"
                    | "source"
                    | "response"
                    | "exit"
                    | "alarm-"
                    | "led"
                    | "area"
                    | "country"
                    | "blink"
                    | "reason"
            );
        let weak = matches!(
            word,
            "pass"
                | "slå"
                | "slår"
                | "login"
                | "combination"
                | "knappa"
                | "alarm"
                | "larm"
                | "inlogg"
                | "inloggning"
        ) && !page.gap_after(at).contains([':', '='])
            && !(word == "pass" && account_before(page, at));
        let word = matches!(
            word,
            "lösen"
                | "lösenord"
                | "lösenordet"
                | "pw"
                | "pwd"
                | "passw"
                | "pass"
                | "passwd"
                | "password"
                | "passphrase"
                | "lösenfras"
                | "lösenfrasen"
                | "engångslösen"
                | "losen"
                | "losenord"
                | "wifipass"
                | "kodord"
                | "kodordet"
                | "säkerhetsord"
                | "säkerhetsordet"
                | "minnesord"
                | "lösenmening"
                | "lösne"
                | "lösenrod"
                | "passwrod"
                | "psk"
                | "wpa"
                | "wpa2"
                | "wpa3"
                | "wifinyckel"
                | "wifinyckeln"
                | "wifilösen"
                | "wifilösenord"
                | "nätverksnyckel"
                | "nätverksnyckeln"
                | "nykkel"
        );
        let strength = if weak {
            Strength::Weak
        } else if word {
            Strength::Password
        } else {
            Strength::Code
        };
        return (!plain).then_some((token.end, strength));
    }
    let stem = [
        "kod",
        "koden",
        "koder",
        "koderna",
        "lösen",
        "lösenord",
        "lösenordet",
        "nyckel",
        "password",
    ]
    .iter()
    .any(|ending| word.strip_suffix(ending).is_some_and(|rest| rest.len() > 1));
    if stem
        && !PLAIN.iter().any(|plain| word.starts_with(plain))
        && (!word.ends_with("nyckel") || page.gap_after(at).contains([':', '=']))
    {
        return Some((
            token.end,
            if word.contains("lösen") { Strength::Password } else { Strength::Code },
        ));
    }
    // `Ny nyckel till nätet: ...`
    if matches!(word, "nyckel" | "nyckeln" | "key") {
        // `trådlösa nyckeln är ..`.
        let net = at.checked_sub(1).is_some_and(|before| {
            matches!(
                page.lower(before),
                "trådlösa"
                    | "trådlös"
                    | "wifi"
                    | "fi"
                    | "wlan"
                    | "wireless"
                    | "network"
                    | "nätets"
                    | "wpa"
                    | "security"
            )
        }) || (at.saturating_sub(10)..at).any(|at| {
            matches!(
                page.lower(at),
                "ssid" | "wifi" | "wlan" | "network" | "nätverksnamn" | "nätnamn"
            )
        });
        if net {
            return Some((token.end, Strength::Password));
        }
        let line = &page.text[token.end..];
        let line = &line[..line.find(['\n', '.']).unwrap_or(line.len())];
        if let Some(colon) = line.find([':', '=']).filter(|colon| {
            *colon < 24
                && ["nät", "wifi", "wi-fi", "router", "network", "wpa"]
                    .iter()
                    .any(|net| line[..*colon].to_lowercase().contains(net))
        }) {
            return Some((token.end + colon, Strength::Code));
        }
    }
    // `admin/hemligt`, `wifi: Hemma2024`, `SSID: X / nyckel`.
    let account = matches!(
        word,
        "admin" | "root" | "user" | "anv" | "användare" | "användarnamn" | "username"
    ) && page.gap_after(at).trim() == "/";
    // `sip-konto lakrits/404`.
    if word == "konto" && at > 0 && page.lower(at - 1) == "sip" && page.gap_after(at) == " " {
        return Some((token.end, Strength::Password));
    }
    let network = matches!(
        word,
        "gäst"
            | "guest"
            | "gästnät"
            | "wifi"
            | "wlan"
            | "fi"
            | "nätverk"
            | "network"
            | "nyckel"
            | "nyckeln"
            | "key"
            | "wifinamn"
    ) && matches!(page.gap_after(at).trim(), ":" | "=" | "/")
        // `Guest: yes but ..`: who speaks in a chat, unless a network is spoken of.
        && (!matches!(word, "gäst" | "guest") || keyed_near(page, at));
    (account || network).then_some((token.end, Strength::Code))
}

/// `hemligt ord`, `security answer`: a word for a password in two, at the second.
fn told_in_two(page: &Page<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| page.lower(before));
    matches!(
        (before, page.lower(at)),
        (
            "hemligt" | "hemliga" | "safe" | "memorable" | "secret" | "pass" | "kod",
            "ord" | "ordet" | "word" | "phrase"
        ) | ("security" | "secret", "answer" | "word")
            | ("sort" | "access", "key")
    ) && page.gap(at).len() <= 1
        // `för att komma in: 53 99`.
        || matches!((before, page.lower(at)), ("komma" | "get" | "ta", "in"))
            && page.gap_after(at) == ": "
            && page.tokens.get(at + 1).is_some_and(super::super::page::Token::is_digits
    ) && page.gap(at).len() <= 1
}

/// `Wifi hemma: ..`, `wifi med Bamse.vinter&7`, `admin:hemligt9`.
fn network(page: &Page<'_>, at: usize) -> Option<(usize, Strength)> {
    let word = page.lower(at);
    let account = matches!(word, "admin" | "root" | "administrator" | "user")
        && matches!(page.gap_after(at), ":" | ": ")
        && at + 1 < page.len();
    if account {
        let next = page.cluster(at + 1);
        let digits = page
            .tokens
            .get(next.clone())
            .is_some_and(|tokens| tokens.iter().any(super::super::page::Token::is_digits));
        if !digits && keyed_near(page, at) && page.gap_after(at) == ": " {
            return Some((page.tokens[at].end, Strength::Password));
        }
        return digits.then(|| (page.tokens[at].end, Strength::Code));
    }
    let net = matches!(
        word,
        "wifi"
            | "fi"
            | "wlan"
            | "nät"
            | "nätet"
            | "nätverk"
            | "nätverket"
            | "hotspot"
            | "gästnät"
            | "wifit"
    );
    if !net || at + 1 >= page.len() {
        return None;
    }
    let word_after = page.lower(at + 1);
    let between = matches!(
        word_after,
        "hemma" | "hem" | "här" | "kund" | "kunden" | "hos" | "med" | "är" | "is" | "with"
    );
    let sign = |gap: &str| matches!(gap.trim_end(), ":" | "=");
    if page.gap_after(at) == " " && between && sign(page.gap_after(at + 1)) {
        return Some((page.tokens[at + 1].end, Strength::Password));
    }
    if sign(page.gap_after(at))
        && !page
            .says(at + 1)
            .any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::BRAND))
    {
        return Some((page.tokens[at].end, Strength::Password));
    }
    // Without a sign only what cannot be anything but a password.
    let from = page.tokens[if between { at + 1 } else { at }].end;
    let rest = page.text[from..].strip_prefix([' ', '\n'])?;
    let value = &rest[..super::values::piece(rest)];
    let value = value.trim_end_matches(['.', ',', ';', ')', ':', '!', '?']);
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let odd = value.contains(['&', '$', '%', '!', '@', '#', '*', '_', '+'])
        || value.contains('.') && value.contains(|c: char| c.is_ascii_digit())
        || value.matches('-').count() >= 2;
    let known =
        page.says(page.token_at(from + 1)).any(Says::BRAND.and(Says::TECHNICAL).and(Says::UNIT));
    (odd && letters >= 4 && value.chars().count() >= 8 && !known).then_some((from, Strength::Code))
}

/// Whether a network or a code is spoken of a few words before.
fn keyed_near(page: &Page<'_>, at: usize) -> bool {
    const WITHIN: usize = 14;
    (at.saturating_sub(WITHIN)..at).any(|near| {
        page.says(near).any(Says::CREDENTIAL)
            || matches!(
                page.lower(near),
                "ssid"
                    | "wifi"
                    | "fi"
                    | "wlan"
                    | "key"
                    | "nyckel"
                    | "nyckeln"
                    | "gästnät"
                    | "hotspot"
            )
    })
}

/// Whether an account or a network is named a few words before: then `pass` is no verb.
fn account_before(page: &Page<'_>, at: usize) -> bool {
    (at.saturating_sub(4)..at).any(|at| {
        matches!(
            page.lower(at),
            "user"
                | "username"
                | "anv"
                | "användare"
                | "login"
                | "inlogg"
                | "wifi"
                | "fi"
                | "ssid"
                | "admin"
                | "wlan"
                | "router"
                | "account"
                | "konto"
                | "nät"
                | "network"
        )
    })
}

/// `byt till Vinter25!`, `set to Vinter25!`: what a password was changed to looks like one.
pub(super) fn changed(page: &Page<'_>, at: usize) -> Option<(usize, Strength)> {
    let to = matches!(page.lower(at), "till" | "to") && at > 0;
    let verb = to
        && matches!(
            page.lower(at - 1),
            "byt"
                | "bytt"
                | "bytte"
                | "byter"
                | "ändra"
                | "ändrat"
                | "ändrade"
                | "ändrar"
                | "changed"
                | "change"
                | "reset"
                | "återställt"
                | "återställde"
                | "satt"
                | "satte"
        );
    if !verb || page.gap_after(at) != " " {
        return None;
    }
    let rest = &page.text[page.tokens[at].end + 1..];
    let value = rest[..super::values::piece(rest)].trim_end_matches(['.', ',', ';', ')']);
    let has = |test: fn(char) -> bool| value.contains(test);
    let looks = value.chars().count() >= 6
        && has(|c| c.is_ascii_digit())
        && has(char::is_lowercase)
        && (has(|c| matches!(c, '!' | '@' | '#' | '$' | '%' | '&' | '*' | '_' | '+' | '?'))
            || value.starts_with(char::is_uppercase)
                && value.ends_with(|c: char| c.is_ascii_digit()));
    let first = page.says(at + 1);
    // `återställt till FISKPINNE-187`: a word and a short number.
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let word = page.tokens.get(at + 1).is_some_and(|token| {
        token.is_word() && token.length >= 4 && (token.case != Case::Upper || token.says.is_word())
    });
    let looks = looks || word && (1..=4).contains(&digits);
    (looks && !first.any(Says::BRAND.and(Says::TECHNICAL).and(Says::REFERENCE).and(Says::DOMAIN)))
        .then(|| (page.tokens[at].end, Strength::Code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    #[test]
    fn a_cue_may_be_the_last_word_of_a_text() {
        let lexicon = Lexicon::built_in();
        for text in ["admin:", "kolla user:", "wifi:", "lösen", "byt till", "nyckel =", "admin /"]
        {
            let page = Page::new(text, &lexicon, &[]);
            assert!((0..page.len()).all(|at| changed(&page, at).is_none()), "{text}");
            let found = (0..page.len()).find_map(|at| cue(&page, at));
            assert!(found.is_none_or(|(from, _)| from <= text.len()), "{text}");
        }
    }
}
