//! Where rules begin: what only begins with certain words visits only the tokens that carry its mark.
//!
//! A mark says nothing of a word; without it no rule that it stands for would look at the word twice.
//! It comes with what else is known of the word, in one look. It may stand on more words than its
//! rules need, and never on fewer.

use super::lexicon::Says;

/// Every word that is marked. `keyed` for codes, `ailing` before an illness, `placed` before a place,
/// `housed` before the name of a house, `headed` at the head of a mail, `numbered` between a word for
/// a number and the number.
pub(super) fn marked() -> impl Iterator<Item = (&'static str, Says)> {
    let with = |mark, words: &'static str| words.split_whitespace().map(move |word| (word, mark));
    let keyed = super::credentials::begin_words().map(|word| (word, Says::KEYED));
    keyed
        .chain(with(Says::KEYED, KEYED))
        .chain(with(Says::AILING, AILING))
        .chain(super::health::begin_words().map(|word| (word, Says::AILING)))
        .chain(with(Says::PLACED, "på vid i från till hos adress gatan"))
        .chain(with(Says::HOUSED, HOUSED))
        .chain(with(Says::HEADED, "från from till to kopia cc avsändare sender"))
        .chain(with(Says::NUMBERED, "nr nummer no number id numret är is ref num"))
}

/// Words that a rule about codes begins with, besides those of its lists.
const KEYED: &str = "opens öppnar låser unlocks is är till to for som as tryck tryckt trycker press \
    slå slår knappa dial buzz knappar punch enter type port porten dörr dörren hus huset house hiss \
    heter called named hette kallas name namn namnet in ord ordet word phrase answer key admin root \
    administrator user wifi fi wlan nät nätet nätverk nätverket ssid hotspot gästnät wifit nyckel \
    nyckeln anv användare användarnamn username konto gäst guest network wifinamn oh";

const AILING: &str = "av from med with för mot i for to diagnosen diagnos psykiskt mentalt kognitivt \
    gravt kroniskt neurologiskt";

const HOUSED: &str = "brf bostadsrättsföreningen bostadsrättsförening samfälligheten samfällighet \
    samfällighetsföreningen vägföreningen föreningen kvarteret kv villaföreningen byalaget \
    fiberföreningen hrf";

/// What a word is marked with by how it begins or ends: compounds with a word for a code or for what
/// it opens (`källardörren`, `hemlarmkod`), tens and a digit (`fyrtisju`).
pub(super) fn by_shape(word: &str) -> Says {
    let keyed = matches!(
        word.as_bytes(),
        [.., b'o' | b'r' | b'n' | b'a', b'd']
            | [.., b'd' | b's' | b'r', b'e', b'n']
            | [.., b'l' | 0xa9, b'n']
            | [.., b'd', b'e', b'r']
            | [.., b'r', b'r']
            | [.., b'r', b'n', b'a']
            | [.., b'd' | b's', b'e', b't']
            | [.., b'k' | b'n', b'e', b'l']
            | [.., b'o', b'x']
            | [.., b't', b's']
            | [.., b'p' | 0xa9]
    ) && super::credentials::ends_keyed(word);
    let counted = matches!(
        word.as_bytes(),
        [b't', b'j', b'u', ..]
            | [b't', b'r', b'e', b't', ..]
            | [b'f', b'y' | b'e', ..]
            | [b'f', 0xc3, 0xb6, ..]
            | [b's', b'e' | b'j', ..]
            | [0xc3, 0xa5, b't', ..]
            | [b'n', b'i', b't', ..]
    ) && super::credentials::counts(word);
    if keyed || counted { Says::KEYED } else { Says::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_by_shape_misses_no_ending() {
        for ending in super::super::credentials::KEYED_ENDINGS {
            assert!(by_shape(&format!("hem{ending}")).any(Says::KEYED), "{ending}");
        }
        for tens in ["tjugoett", "tretti", "fyrtisju", "förtitvå", "femti", "åttiåtta", "nitti"]
        {
            assert!(by_shape(tens).any(Says::KEYED), "{tens}");
        }
        assert!(!by_shape("router").any(Says::KEYED));
    }
}
