//! Layer 3, people and places: names and street addresses that nobody has told us of.
//!
//! Goes by cues, capitals and endings. It does not know what a name is: a word list will.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind, Layer, numbers};

/// Every finding of this layer in a folded text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let patterns = [&CUED, &PAIR, &TURNED, &INITIAL, &SPEAKER, &ASIDE, &RELATIVE, &JOINED];
    let people = patterns.map(|pattern| names(text, pattern)).into_iter().chain([signatures(text)]);
    let people = people.flatten().map(|range| (Kind::Person, range));
    let places = addresses(text).into_iter().map(|range| (Kind::Address, range));
    let layer = Layer::Context;
    people.chain(places).map(|(kind, range)| Finding { range, kind, layer }).collect()
}

/// A capitalised word, an initial, or a particle before one; hyphens inside.
const NAME: &str = r"(?:\p{Lu}[\p{L}']+(?:-\p{Lu}?[\p{L}']+)*|\p{Lu}\.)";
const PARTICLE: &str = r"(?:(?:von|van|af|av|de|der|den|El|Al|el|al|bin)[\s-])";

/// One to four names after a word that people are spoken of with.
static CUED: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(
        r"(?:\b(?i:heter|hos|till|från|m|med|av|för|fru|herr|frun|ring|ringer|ringde|kontakta|kontakt|kontaktperson|fråga\sefter|prata\smed|pratade\smed|pratat\smed|talat\smed|sökt|sök|söka|träffa|hälsar|hälsningar|mvh|vh|hej|hi|hello|dear|regards|sincerely|namn|name|c/o|granne|grannen|grannens|sambo|sambon|make|maken|maka|makan|man|hustru|hustrun|son|sonen|dotter|dottern|mor|modern|mamma|far|fadern|pappa|bror|brodern|syster|systern|svärmor|svärmodern|kollega|kollegan|kompis|chef|vaktmästare|vaktmästaren|fastighetsskötare|fastighetsskötaren|hyresvärd|hyresvärden|ordförande|ordföranden|byggherre|byggherren|tekniker|teknikern|tek|montör|montören|handläggare|handläggaren|agent|agenten|kund|kunden|kundens|slutkund|slutkunden|beställare|beställaren|innehavare|innehavaren|ägare|ägaren|owner|samtal|svarar|svarade|öppnar|öppnade|customer|customer's|neighbour|neighbor|wife|husband|daughter|mother|father|brother|sister|partner|landlord|technician|caretaker|call|called|spoke\sto|spoke\swith|ask\sfor|contact|from|by|signed|signerat\sav|är\sdet|det\sär|linjen|på\splats|vill\satt|utan|thanks|tack|k|mr|mrs)[:,]?\s{{1,2}}(?:{PARTICLE})?)((?:{PARTICLE})?{NAME}(?:[ ]+(?:{PARTICLE})?{NAME}){{0,3}}(?:,\s{NAME})?(?:[ ]\p{{Lu}}\b)?)"
    ))
});

/// Endings that Swedish family names have.
const FAMILY: &str = r"(?:sson|[qk]vist|qvist|berg|bergh|ström|lund|lind|gren|dahl|dal|man|mann|ell|én|ius|sen|stedt|stedt|stad|holm|feldt|fors|hammar|blad|löf|löv|strand|mark|skog|rooth|roth|sköld|hielm|hjelm|ander|ér|elius|wall|vall|borg|land|ås|bäck|beck|hed|hag|quist|ovic|ović|ic|ić|ski|wski|ska)";

/// A given name and a family name, one after the other.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(
        r"\b({NAME}(?:\s{NAME})?\s{{1,2}}(?:{PARTICLE})?(?:\p{{Lu}}\p{{L}}+-)?\p{{Lu}}\p{{L}}*{FAMILY}s?(?:-\p{{Lu}}\p{{L}}+)?)\b"
    ))
});

/// `Lindqvist, Astrid`.
static TURNED: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(r"\b(\p{{Lu}}\p{{L}}*{FAMILY}(?:-\p{{Lu}}\p{{L}}+)?,\s{NAME})"))
});

/// `A. Lindqvist`.
static INITIAL: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"(?:^|[\s(,/])((?:\p{Lu}\.\s?){1,2}\p{Lu}[\p{L}'-]{2,})"));

/// Somebody who does what only people do.
static SPEAKER: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(
        r"({NAME}(?:[ ]{NAME}){{0,2}})\s(?i:ringer|ringde|ringt|säger|sade|svarar|svarade|pratar|pratade|öppnar|öppnade|meddelar|uppger|undrar|berättar|called|calls|says|said|answered|told)\b"
    ))
});

/// `(Astrid)`, `(hustrun astrid)`.
static ASIDE: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"\((\p{Lu}\p{Ll}+(?:[ -]\p{Lu}\p{Ll}+){0,2})\)"));
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\((?:hustrun?|frun?|maken?|makan?|sambon?|sonen|son|dottern?|modern|mamma|fadern|pappa|brodern?|systern?|svär\p{L}+|grannen?|barnbarnet|kollegan?|wife|husband|son|daughter|neighbou?r)\s(\p{L}[\p{L}'-]+(?:\s\p{L}[\p{L}'-]+)?)\)",
    )
});

/// `Astrid och Bo`.
static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(r"\p{Lu}\p{Ll}+\s(?:och|and|&)\s(\p{Lu}\p{Ll}+(?:[ ]\p{Lu}\p{Ll}+)?)")
});

/// The end of a mail, and `/Astrid`.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?im)(?:\b(?:mvh|vänliga?\shälsning(?:ar)?|hälsningar|hälsn|med\svänliga?\shälsning(?:ar)?|vh|regards|sincerely|cheers|thanks|tack)[,.:!]?\s{0,2}\n?[\s/]{0,3}|^/\s?|[\s.,!?]/)(\p{L}[\p{L}'.-]+(?:[ ]\p{L}[\p{L}'.-]*){0,3}?)[ .,]*(?:$|[^\p{L}\p{N} ])",
    )
});
static INITIALLED: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(&format!(r"(?:^|[\s.,!?])/({NAME}(?:[ ]{NAME})?)")));

/// Somebody says something in a chat: `[09:41] Astrid Lindqvist: hej`.
static CHAT: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"(?m)^\[\d{1,2}[:.]?\d{2}\]\s*([^:\n\[\]\d]{2,40}):"));

/// Capitalised words that cues precede and that are nobody's name.
const NOBODY: &[&str] = &[
    "access",
    "accessid",
    "kontakta",
    "kontakt",
    "kontaktperson",
    "ring",
    "fråga",
    "prata",
    "pratade",
    "sökt",
    "granne",
    "grannen",
    "sambo",
    "beställare",
    "slutkund",
    "herr",
    "fru",
    "från",
    "till",
    "hos",
    "vaktmästare",
    "heter",
    "innehavare",
    "innehavaren",
    "call",
    "contact",
    "regards",
    "bankid",
    "bredband",
    "bredbandet",
    "cpe",
    "dhcp",
    "dns",
    "fiber",
    "fel",
    "felet",
    "gbit",
    "huawei",
    "icotera",
    "inteno",
    "genexis",
    "nokia",
    "tilgin",
    "zyxel",
    "tp",
    "tp-link",
    "internet",
    "ip",
    "iptv",
    "kund",
    "kunden",
    "ko",
    "lan",
    "los",
    "mac",
    "max",
    "mbit",
    "mvh",
    "noc",
    "olt",
    "ont",
    "onu",
    "order",
    "pon",
    "port",
    "portkod",
    "router",
    "routern",
    "rx",
    "support",
    "switch",
    "tel",
    "teknik",
    "tekniker",
    "tv",
    "vlan",
    "wan",
    "wifi",
    "wlan",
    "ärende",
    "system",
    "statisk",
    "static",
    "the",
    "vi",
    "jag",
    "hon",
    "han",
    "det",
    "den",
    "de",
    "customer",
    "door",
    "install",
    "note",
    "order",
    "ticket",
    "callback",
    "regnr",
    "plan",
    "kvar",
    "nu",
    "idag",
    "igår",
    "måndag",
    "tisdag",
    "onsdag",
    "torsdag",
    "fredag",
    "lördag",
    "söndag",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "öppet",
    "hej",
    "obs",
    "ok",
    "sms",
    "sedan",
    "efter",
    "tack",
    "thanks",
    "ingen",
    "någon",
    "användaren",
    "abonnenten",
    "hyresgästen",
    "boendet",
    "agent",
    "ny",
    "nytt",
    "namn",
    "kl",
];

/// Captures that hold a name, without the words that are nobody's at either end.
fn names(text: &str, pattern: &Regex) -> Vec<Range<usize>> {
    let captures = pattern.captures_iter(text).filter_map(|captures| captures.get(1));
    captures.filter_map(|hit| somebody(text, hit.range())).collect()
}

fn somebody(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let nobody =
        |word: &str| NOBODY.contains(&word.trim_matches(['.', ',', '\'']).to_lowercase().as_str());
    let mut kept = range.clone();
    loop {
        let rest = &text[kept.clone()];
        let word = rest.split_whitespace().next()?;
        if !nobody(word) {
            break;
        }
        let skip = rest.find(word).unwrap_or(0) + word.len();
        kept.start += skip;
        kept.start += text[kept.clone()].len() - text[kept.clone()].trim_start().len();
    }
    // From the first word that is nobody's on, the rest belongs to the sentence.
    let rest = &text[kept.clone()];
    let mut end = 0;
    let mut at = 0;
    for word in rest.split_inclusive(char::is_whitespace) {
        if nobody(word.trim()) {
            break;
        }
        at += word.len();
        end = at - (word.len() - word.trim_end().len());
    }
    kept.end = kept.start + end;
    (!kept.is_empty()).then_some(kept)
}

fn signatures(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = SIGNED.captures_at(text, from) {
        from = captures.get_match().end();
        if let Some(hit) = captures.get(1) {
            // The next signature may begin where this one ended.
            from = hit.end();
            found.extend(somebody(text, hit.range()));
        }
    }
    found.extend(names(text, &INITIALLED));
    found.extend(names(text, &CHAT));
    found
}

/// What Swedish streets end in, at the end of a word; and the few that are words of their own.
const STREET: &str = r"(?:gatan|gata|vägen|väg|gränden|gränd|torget|torg|stigen|stig|allén|allé|backen|backe|planen|platsen|kajen|leden|svängen|slingan|stråket|ringen|rondellen|höjden|kullen|liden|parken|gången|gårdarna|gården|esplanaden)";
const STREET_WORD: &str = r"(?:gatan|gata|vägen|väg|gränden|gränd|torget|torg|stigen|stig|allén|allé|backen|backe|plan|plats|kaj|led|esplanad|street|road|avenue|lane)";
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(&format!(
        r"\b((?:(?:\p{{Lu}}[\p{{L}}']+|(?i:norra|södra|östra|västra|stora|lilla|gamla|nya|övre|nedre|sankt))\s)?(?i:[\p{{L}}'-]{{2,}}{STREET})\s{{1,2}}\d{{1,4}}(?:\s?[A-Ha-h])?\b|(?:\p{{L}}[\p{{L}}']*\s)?\p{{L}}{{2,}}s\s(?i:{STREET_WORD})\s{{1,2}}\d{{1,4}}(?:\s?[A-Ha-h])?\b)((?:,?\s(?i:lgh|lägenhet|lght|apt|apartment)\.?\s{{0,2}}\d{{1,4}}\b)?)((?:,?\s{{1,2}}\d{{3}}\s?\d{{2}}\s{{1,2}}\p{{L}}+)?)"
    ))
});
/// Words that stand before a street without being a part of its name.
static BEFORE_STREET: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)^(?:\p{L}*adress(?:en)?|leverans|flytt|till|från|vid|på|av|i|kund|hos|install|at|moving|to|from|customer|granne|grannen|bor|ligger|verifierad|mot)\s",
    )
});
static PROPERTY: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\bfastighet(?:en|sbeteckning(?:en)?)?[\s:]{1,3}(\p{L}+(?:[ -]\p{L}+)?\s\d{1,3}:\d{1,4})\b",
    )
});

/// Street and number, and then apart from it apartment and town: each may be protected by itself.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let streets = ADDRESS.captures_iter(text).flat_map(|captures| {
        (1..=3).filter_map(|group| captures.get(group).map(|hit| hit.range())).collect::<Vec<_>>()
    });
    let properties =
        PROPERTY.captures_iter(text).filter_map(|captures| Some(captures.get(1)?.range()));
    let trimmed = streets.chain(properties).map(|range| {
        let value = &text[range.clone()];
        let value = value.trim_start_matches([' ', ',', '\n']);
        let skipped = BEFORE_STREET.find(value).map_or(0, |word| word.end());
        range.end - value.len() + skipped..range.end
    });
    trimmed.filter(|range| range.start < range.end).collect()
}
