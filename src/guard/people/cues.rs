//! Words before and behind a name that say that somebody is meant.

use super::super::lexicon::Says;
use super::super::word_list::WordList;
use super::People;

/// Before a name these say little when the text has no capitals.
static PREPOSITIONS: WordList =
    WordList::new("från av till hos med via utan för met from by for k m avtal hej");

/// Cues that are written with a dot.
static SHORTENED: WordList = WordList::new(
    "fam ang tekn tek handl kontaktp sign mont kd ring dr prof ordf vaktm fru hr mr mrs ms",
);

/// What only somebody does.
pub(super) static TALKS: WordList = WordList::new(
    "flyttar flyttade övertar tillträder beställer beställde avbeställer bokar bokade bokat betalar betalade signerade kvitterar kvitterade kvitterat släpper släppte felanmält mäter mätte monterar monterade installerar installerade svetsar svetsade skarvar skarvade skriker gråter moved moves signs signed pays paid pleads begs nekar nekade vägrar vägrade kräver krävde accepterar accepterade godkänner godkände intygar intygade förklarar förklarade rapporterar rapporterade larmar larmade klagar klagade gnäller skriker hotar hotade insisterar ifrågasätter efterfrågar denies denied refuses refused insisted complained complains reports reported asks asked wrote writes vill ville önskar tycker tyckte tror trodde hävdar hävdade påstår påstod bekräftar bekräftade lovade bad ber jobbar bor bodde flyttade öppnar öppnade hämtar hämtade undrade ringer återkommer återkom felanmäler felanmälde meddelade berättade emailed texted phoned wants wanted thinks insists confirmed confirms lives works felsöker felsökte åker återkopplar återkopplade messar messade tipsar tipsade skickade kollar kollade undersöker undersökte skrev skriver mailade mejlade attesterar attesterade ringer ringde ringt säger sade sa svarar svarade pratar pratade uppger uppgav undrar berättar meddelar hälsar called calls says said answered told rang phoned",
);

impl People<'_> {
    /// The word before says that a person comes.
    pub(super) fn cue(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let gap = self.page.gap(at);
        if gap.len() > 3
            || gap.contains([';', '!', '?', '/'])
            || gap.contains('.') && !SHORTENED.has(self.page.lower(before))
            || self.page.tokens[before].shielded
            || self.page.measures(before)
        {
            return false;
        }
        if self.sure(at) {
            return true;
        }
        let says = self.page.says(before);
        let word = self.page.lower(before);
        // `agent Nok:`, `pratade med Juni`: a capital that no sentence asks for needs no more.
        if !says.any(Says::PERSON.and(Says::RELATION)) && word != "efter" {
            return false;
        }
        if gap.contains('\n') {
            return false;
        }
        if self.capital(at) && !self.page.caseless && word != "efter" {
            true
        } else {
            // `pratat med viola`.
            let spoken = before > 0
                && matches!(word, "med" | "with" | "to" | "till")
                && self.page.says(before - 1).any(Says::SURE.and(Says::SPEECH).and(Says::PERSON));
            let given = self.page.says(at).any(Says::GIVEN);
            // `besvarat av tor`: what somebody has done.
            let done = before > 0
                && matches!(word, "av" | "by")
                && given
                && ["at", "ad", "ats", "ades", "as", "ed", "it", "et"]
                    .iter()
                    .any(|ending| self.page.lower(before - 1).ends_with(ending));
            // `fråga efter linda`.
            let sought = before > 0
                && word == "efter"
                && given
                && matches!(
                    self.page.lower(before - 1),
                    "fråga" | "frågar" | "frågade" | "sök" | "söker" | "sökte" | "sökt" | "ropa"
                );
            spoken
                || done
                || sought
                || !PREPOSITIONS.has(word) && word != "efter"
                || given && matches!(word, "hos" | "enligt" | "åt" | "enl")
        }
    }

    pub(super) fn sure(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let gap = self.page.gap(at);
        // `fam. Ek`: the dot of an abbreviation.
        let short = gap == ". " && SHORTENED.has(self.page.lower(before));
        let near = gap.len() <= 3
            && !gap.contains([';', '!', '?', '/', '-', ')'])
            && (short || !gap.contains('.'));
        // `370 ms to ..`.
        if self.page.measures(before) {
            return false;
        }
        let says = self.page.says(before);
        near && (says.any(Says::SURE) || says.any(Says::RELATION))
            && !(gap.contains(',') && says.any(Says::RELATION))
    }
}
