//! Words around codes that are none themselves.

use super::super::names::one_mistake;
use super::super::word_list::WordList;

/// Words that may stand between a cue and its value.
pub(super) const LINKS: &[&str] = &[
    "är", "is", "var", "was", "satt", "set", "bytt", "ändrat", "nytt", "new", "blir", "lyder", "=",
    "heter", "ändrad", "changed", "bytte", "skrev", "sattes", "blev", "stavas", "byttes", "valde",
    "angett", "funkar",
];

/// Words that tell about a code instead of being one.
pub(super) fn tells_about(word: &str) -> bool {
    ABOUT.has(word)
}

static ABOUT: WordList = WordList::new(
    "började börjar slutade slutar innehåller innehöll består bestod begins began starts started ends ended contains \
    blev stavas valde angett bytt borta byts ej fel finns fungerar funkar glömt inte klar krävs okänd okänt rätt saknas \
    samma satt skickad skickat spärrad spärrat återställt ändrat changed correct forgotten \
    incorrect known lost missing needed not ok required reset unknown wrong att av den det en \
    ett för från i med och om på som till via a an and at by for from in of on the to with är \
    is var was set nytt nya new blir lyder ni jag kund kunden kundens hos vid ska kan har hade \
    bara även också men but eller or efter innan enligt that this it he she we you they his \
    her their your my our utan krävde fick får has have had does did will can no nej ja yes \
    never aldrig bort sitt sin sina min mitt hans hennes deras man vi hon han de du så då när \
    where when if which vilket what vad använder används använda slå slås ange anges heter \
    code koden kod lösen lösenord lösenordet password pin porten port dörren dörr larmet larm \
    grinden grind entrén hissen wifi wi fi routern router nätet nät nätverket been stängd \
    avstängd aktiverad meddelas kommer sms separat senare tomt tom fungerade godtas stämmer \
    ändrades byttes now nu idag igår sedan since före before again igen avkodning återställd \
    återställdes skickades accepted works work working worked expired visible printed sticker \
    label sitter står ligger underneath hittas behövs saknade avvisas nekas ogiltigt gäller \
    skrivs stod dekalen lapp lappen routerns baksida baksidan undersidan back bottom written \
    kept wifit trådlösa wireless problem mobilen nycklar byte svagt support kundtjänst mailet \
    mejlet brev los message prompt field page screen error meddelande meddelandet fält rutan ruta sida sidan \
    nere uppe instabilt segt långsamt dåligt bra prio prioritet verifiering uses uppger verify",
);

/// What a word for a code is mistyped as: each letter but the first may be wrong, missing, or in the
/// place of the next.
pub(super) fn misspells(word: &str) -> bool {
    const CUES: [&str; 22] = [
        "portkod",
        "portkoden",
        "lösenord",
        "lösenordet",
        "lösen",
        "dörrkod",
        "dörrkoden",
        "larmkod",
        "larmkoden",
        "pinkod",
        "pinkoden",
        "entrékod",
        "grindkod",
        "kodlås",
        "nyckelbox",
        "nyckelskåp",
        "wifikod",
        "wifilösen",
        "password",
        "passcode",
        "passphrase",
        "lösenkod",
    ];
    const LENGTH_MIN: usize = 5;
    if word.len() < LENGTH_MIN {
        return false;
    }
    let mut near = CUES.iter().filter(|cue| {
        cue.len().abs_diff(word.len()) <= 2 && cue.as_bytes()[0] == word.as_bytes()[0]
    });
    near.any(|cue| {
        let letters = |word: &str| word.chars().collect::<Vec<char>>();
        one_mistake(&letters(word), &letters(cue))
    })
}

/// Codes that open nothing.
pub(super) const PLAIN: &[&str] = &[
    "felkod",
    "statuskod",
    "orsakskod",
    "postkod",
    "riktkod",
    "landskod",
    "landkod",
    "streckkod",
    "qrkod",
    "källkod",
    "produktkod",
    "artikelkod",
    "avslutskod",
    "tjänstekod",
    "rabattkod",
    "färgkod",
    "diagnoskod",
    "riktnummerkod",
    "blinkkod",
    "avkod",
    "svarskod",
    "kampanjkod",
    "felkoder",
    "enhetskod",
    "modellkod",
    "valutakod",
    "lagerkod",
    "tidskod",
    "ordkod",
    "lagrumskod",
];
