//! Names of networks and accounts. They are chosen by a person, tell who it is, and go with a
//! password: `ssid Villa Solbacken nyckel ..`, `user astrid79 pass ..`.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::word_list::WordList;
use super::words::tells_about;

/// What the name of a network or an account follows.
static NAMES: WordList = WordList::new(
    "ssid ssid2 essid wifinamn wifinamnet nätverksnamn nätverksnamnet nätnamn \
    nätnamnet nätverksnamnet wlan-namn username user usr userid loginname användare \
    användarnamn användarnamnet anv användarid credentials creds inloggningsnamn kontonamn login \
    inlogg uid",
);

/// What a name is named by, with a word for a network before it.
const NAMED: [&str; 5] = ["heter", "called", "named", "hette", "kallas"];

/// How many words before what it is called a network is spoken of.
const NEAR: usize = 7;

static NETWORKS: WordList = WordList::new(
    "nät nätet nätverk nätverket network wifi wi-fi fi wlan gästnät gästnätet \
    trådlöst trådlösa gästnätverk wifit wifinätet hemmanät hemmanätet ssid",
);

/// What ends a name: the password's own cue, or a new clause.
static ENDS: WordList = WordList::new(
    "lösen lösenord lösenordet nyckel nyckeln key pw pwd pass passw passwd password \
    passphrase psk wpa wpa2 wpa3 kod koden code pin och and med with men but som on på is är syns \
    försvinner inte not does funkar fungerar från from visas but har has for när when",
);

pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    NAMES.words()
}

/// The name that follows one of these words, to the end of the clause.
pub(super) fn named(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = page.lower(at);
    if page.tokens[at].shielded || page.tokens[at].is_digits() {
        return None;
    }
    let before = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
    let sign = |gap: &str| gap.contains([':', '=', '"', '\'']);
    let gap = page.gap_after(at);
    let by_name = NAMED.contains(&word)
        && (NETWORKS.has(before(1))
            || matches!(before(1), "som" | "det" | "its" | "it's" | "is")
                && (2..=NEAR).any(|back| NETWORKS.has(before(back))));
    let two = matches!(
        (before(1), word),
        ("network" | "user" | "net" | "wifi" | "fi" | "wlan", "name" | "namn" | "namnet")
    ) && page.gap(at).len() <= 1
        || matches!((before(1), word), ("log" | "logga", "in"))
            && matches!(
                page.tokens.get(at + 1).map(|_| page.lower(at + 1)),
                Some("med" | "with" | "as" | "som")
            );
    let account = NAMES.has(word) && (sign(gap) || gap == " " || gap == " = ");
    if !(by_name || two || account) {
        return None;
    }
    let loose = matches!(word, "user" | "användare" | "login" | "inlogg" | "anv" | "credentials")
        && !sign(gap);
    let from = if two && word == "in" { at + 2 } else { at + 1 };
    // Without a sign a password must be told as well, or the word is an ordinary one.
    if (loose || word == "in") && !password_near(page, from) {
        return None;
    }
    name(page, from)
}

/// Whether a word for a password, or a sign between two, comes within a few words.
fn password_near(page: &Page<'_>, from: usize) -> bool {
    const WORDS_MAX: usize = 4;
    (from..page.len().min(from + WORDS_MAX)).any(|at| {
        page.says(at).any(Says::CREDENTIAL)
            || at > from && page.tokens[at].is_digits() && page.tokens[at].glued
            || matches!(page.gap_after(at), "/" | " / ")
    })
}

fn name(page: &Page<'_>, from: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 4;
    let first = page.tokens.get(from)?;
    let gap = page.gap(from);
    if gap.contains('.') || gap.matches('\n').count() > 1 || gap.len() > 4 {
        return None;
    }
    let is_link = matches!(
        page.lower(from),
        "är" | "is" | "för" | "for" | "till" | "heter" | "namn" | "name"
    );
    if is_link {
        return if page.lower(from) == "för" || page.lower(from) == "for" {
            None
        } else {
            name(page, from + 1)
        };
    }
    if first.shielded || tells_about(page.lower(from)) || ENDS.has(page.lower(from)) {
        return None;
    }
    // `user admin, password ..`: everybody's, and nobody's name.
    let shared =
        matches!(page.lower(from), "admin" | "root" | "administrator" | "user" | "mina" | "my")
            && (!page.gap_after(from).is_empty() || from + 1 == page.len());
    if shared {
        return None;
    }
    let mut end = from + 1;
    while end < page.len() && end - from < 3 * WORDS_MAX {
        let gap = page.gap(end);
        let inside =
            gap.is_empty() || matches!(gap, " " | "-" | "_" | "." | "'" | "&" | " & " | "@" | "!");
        if !inside
            || page.tokens[end].is_digits() && page.tokens[end].settled && gap.contains(' ')
            || gap.contains(' ') && (ENDS.has(page.lower(end)) || page.tokens[end].shielded)
            || gap.contains(' ')
                && page.says(end).any(Says::PHONE.and(Says::REFERENCE).and(Says::SPEECH))
        {
            break;
        }
        end += 1;
    }
    Some(first.start..page.tokens[end - 1].end)
}
