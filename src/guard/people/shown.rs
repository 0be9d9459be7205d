//! Where a name is shown: on a door, before what is said in a chat, alone behind the last sentence,
//! beside the name that somebody had before.

use super::super::lexicon::Says;
use super::super::page::Case;
use super::super::word_list::WordList;
use super::{Class, People, ROLES};

/// What bears the name of who lives there.
static SIGNS: WordList = WordList::new(
    "skylt skylten dörrskylt dörrskylten namnskylt namnskylten brevinkast brevinkastet brevlåda brevlådan postlåda postlådan \
    postfack postfacket ringklocka ringklockan dörrklocka porttavla porttavlan namntavla namntavlan porttelefon porttelefonen \
    namn namnet name nameplate doorbell letterbox mailbox doorplate buzzer intercom",
);

/// What stands between it and the name.
static ON_SIGNS: WordList = WordList::new(
    "på dörr dörren porten brevlådan brevinkastet lådan är står det stod med märkt märkta heter säger namn namnet texten the \
    door on says said reads reading is marked labelled letterbox mailbox bell lyder",
);

/// Before the name that somebody has now, or has no longer.
static RENAMED: WordList = WordList::new(
    "heter heta hette efternamn efternamnet surname namnbyte bytt numera förut tidigare ogift gift formerly née nee fd",
);

/// What stands between that word and the name.
static SINCE: WordList = WordList::new(
    "sen sedan nu numera efter giftermålet giftermål skilsmässan skilsmässa bröllopet bröllop vigseln vigsel i till är namn efternamn \
    flicknamn som ogift gift now after the wedding divorce marriage to is fru herr",
);

impl People<'_> {
    /// A word with a capital, and any name, where a name is shown.
    pub(super) fn shown(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        let trade = ROLES.and(Says::DOMAIN).and(Says::BRAND).and(Says::STREET).and(Says::MONTH);
        if self.class[at] == Class::Out || page.tokens[at].length < 2 || self.hit[at] {
            return false;
        }
        let title = page.tokens[at].case == Case::Title && !page.caseless && !says.any(trade);
        title && (self.on_sign(at) || self.renamed(at) || self.before_whole(at))
            || says.any(Says::GIVEN) && (self.speaks(at) || title && self.signs_off(at))
    }

    /// `skylt på dörren: Glad`, `brevinkast märkt Lans`.
    fn on_sign(&self, at: usize) -> bool {
        const BETWEEN_MAX: usize = 4;
        let page = self.page;
        let mut here = at;
        while here > 0 && at - here <= BETWEEN_MAX {
            if !matches!(page.gap(here), " " | ": " | " \"" | ": \"" | "\n" | " '") {
                return false;
            }
            here -= 1;
            if SIGNS.has(page.lower(here)) {
                // `namn Max`: only the word for a name, which says little of what stands far off.
                return here + 1 < at || page.gap(at) != " ";
            }
            if !ON_SIGNS.has(page.lower(here)) {
                return false;
            }
        }
        false
    }

    /// `Heter sedan bröllopet Stolt`, `förut Lans`: behind what says that a name was changed.
    fn renamed(&self, at: usize) -> bool {
        const BETWEEN_MAX: usize = 3;
        const NAMED_MAX: usize = 4;
        let page = self.page;
        let mut here = at;
        while here > 0 && at - here <= BETWEEN_MAX {
            if page.gap(here) != " " && !(here == at && page.gap(here) == ": ") {
                return false;
            }
            here -= 1;
            let word = page.lower(here);
            if RENAMED.has(word) {
                let before = here.saturating_sub(NAMED_MAX)..here;
                let named = before.clone().any(|at| self.hit[at]);
                let asked = word.starts_with("het") || word.contains("namn") || word == "hette";
                return asked || named;
            }
            if !SINCE.has(word) {
                return false;
            }
        }
        false
    }

    /// `Musse (Mustafa Ekman)`: what somebody is called, and the name in brackets.
    fn before_whole(&self, at: usize) -> bool {
        let page = self.page;
        page.gap_after(at) == " ("
            && self.hit.get(at + 1) == Some(&true)
            && page.tokens[at + 1].case == Case::Title
            && page.says(at + 1).any(Says::GIVEN)
            && !page.common(at)
            && (at == 0 || !self.capital(at - 1))
    }

    /// `[17:30] my: hej`: who speaks in a chat with times.
    fn speaks(&self, at: usize) -> bool {
        let page = self.page;
        let role = Says::PERSON.and(Says::REFERENCE).and(Says::PHONE).and(Says::SIGN);
        at > 0
            && matches!(page.gap(at), "] " | "]" | ") ")
            && page.gap_after(at).starts_with(':')
            && !page.says(at).any(role)
            && (page.tokens[at - 1].is_digits() || matches!(page.lower(at - 1), "am" | "pm"))
    }

    /// `.. mäter från noden. Sol`: a given name alone behind the last sentence of a note.
    fn signs_off(&self, at: usize) -> bool {
        let page = self.page;
        at > 2
            && matches!(page.gap(at), ". " | "! " | "? " | ".\n" | "!\n")
            && !page.says(at).any(Says::FUNCTION)
            && (at + 1 == page.len() && page.gap_after(at).trim().is_empty()
                || page.gap_after(at).starts_with('\n'))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lexicon::Lexicon;
    use super::super::super::page::Page;

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        super::super::find(&page).into_iter().map(|finding| &text[finding.range]).collect()
    }

    #[test]
    fn names_that_are_shown() {
        assert_eq!(found("ring på, på dörrskylten står det Kämpe."), ["Kämpe"]);
        assert_eq!(found("Hon heter sedan skilsmässan Stolt, så ändra det"), ["Stolt"]);
        assert_eq!(found("[12:04] kund: hej\n[12:05] sol: hej, vad gäller det?"), ["sol"]);
        assert_eq!(found("mätt från noden, allt ser bra ut. Vide\n"), ["Vide"]);
        for text in ["Skylt vid skåpet: Nod 4", "[12:05] svar: klart", "Kontakten är röd. Klart"]
        {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
