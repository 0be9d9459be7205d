//! Names that are ordinary words as well: what stands around them decides.

use super::super::lexicon::Says;
use super::super::page::Case;
use super::super::word_list::WordList;
use super::cues::TALKS;
use super::{Class, People, ROLES};

/// What somebody does and no thing in a fault report: behind a name that opens a sentence.
pub(super) static VERBS: WordList = WordList::new(
    "flyttar flyttade flyttat äger ägde hyr hyrde hyrt köper köpte köpt säljer sålde ärver ärvde avled dog \
    delar delade betalar betalade signerar signerade kvitterar kvitterade parkerar parkerade låser låste låste \
    stänger stängde lämnar lämnade beställer beställde avbeställer sade säger uppger sover jobbade studerar pluggar \
    reser reste avgår slutar slutade börjar började tillträder tillträdde godkänner godkände vägrar vägrade \
    owns rents moved moves pays paid signs signed bought sold died drives studies \
    har hade är var ser såg hittar hittade vet visste märker märkte kommer kom vill ville ska skulle kan kunde bor bodde jobbar jobbade har ringer \
    ringde säger sa sade svarar svarade testar testade provar provade startar startade kopplar \
    kopplade bytte byter åkte åker felsöker felsökte kollar kollade mäter mätte bokade bokar tog tar \
    fick får gick går lovade lovar undrar undrade meddelar meddelade berättar berättade återkommer \
    återkom hör hörde skriver skrev mailade mejlade messade smsade väntar väntade behöver behövde \
    önskar önskade anmäler anmälde felanmälde tycker tyckte tror trodde menar menade hävdar påstår \
    bad ber bekräftar bekräftade hämtar hämtade öppnar öppnade släpper släppte visar visade has had \
    is was will would can could wants wanted says said called calls rang asked asks told tells tried \
    tries rebooted restarted works lives reported reports confirmed confirms checked checks tested \
    went goes came comes got gets needs needed thinks thought took booked answered answers replied",
);

/// Given names somewhere, and hardly ever here.
pub(super) static PRONOUNS: WordList = WordList::new(
    "ingen inga ville my old and be no best god lan han hon man min hans en du vi de den i so can will per van",
);

impl People<'_> {
    /// A name that is an ordinary word as well.
    #[expect(clippy::too_many_lines, reason = "the things that make a name of a word, one by one")]
    pub(super) fn either(&self, at: usize) -> bool {
        if self.hit[at] || self.class[at] != Class::Either {
            return false;
        }
        let page = self.page;
        let says = page.says(at);
        // `Bo i huset sedan 2019`: a verb.
        if page.lower(at) == "bo"
            && at + 1 < page.len()
            && matches!(page.lower(at + 1), "i" | "på" | "kvar" | "ihop" | "här" | "där")
        {
            return self.sure(at);
        }
        // `Ring Astrid`: what is asked for, unless it stands where a family name does.
        if says.any(Says::PHONE) && says.any(Says::PERSON) && page.tokens[at].opens {
            return false;
        }
        // `Will the weather hurt it?`, `May need a new one`: a verb that opens a sentence.
        let asks =
            matches!(page.lower(at), "will" | "may" | "can" | "mark" | "grant" | "rob" | "sue")
                && page.tokens[at].opens
                && page.tokens.get(at + 1).is_some_and(|next| next.case == Case::Lower)
                && page.gap(at + 1) == " "
                && matches!(
                    page.lower(at + 1),
                    "the"
                        | "need"
                        | "be"
                        | "it"
                        | "you"
                        | "he"
                        | "she"
                        | "they"
                        | "we"
                        | "this"
                        | "that"
                        | "not"
                        | "have"
                        | "someone"
                        | "a"
                        | "an"
                        | "as"
                        | "require"
                        | "want"
                );
        if self.ordinary(at) {
            return false;
        }
        // `kund rask att svara`.
        let quick = page.tokens.get(at + 1).is_some()
            && page.lower(at + 1) == "att"
            && page.tokens[at].case == Case::Lower;
        if asks || quick && !page.caseless || self.only_does(at) || self.located(at) {
            return false;
        }
        if self.heads_sentence(at)
            || self.whole_before_verb(at)
            || self.behind_given(at)
            || self.talked_with(at)
            || self.in_row(at)
            || self.household(at)
            || self.said_again(at)
            || self.introduced_whole(at)
            || self.before_family(at)
            || self.before_initial(at)
            || self.titled(at)
            || self.leads(at)
        {
            return true;
        }
        // `kundens bror Ellen` is no Bror; `CASE-89-3775` is nobody.
        let role = says.any(Says::RELATION) && (!self.capital(at) || page.caseless);
        let code = page.tokens[at].case == Case::Upper
            && says.any(Says::REFERENCE.and(Says::TECHNICAL))
            && page.gap_after(at).starts_with(['-', ':', '/', '_']);
        // `WAN IP`.
        let shouted = page.tokens[at].case == Case::Upper
            && !page.caseless
            && says.any(Says::TECHNICAL.and(Says::DOMAIN))
            && page.tokens[at].length <= 3;
        // `Mina sidor`: a page that is everybody's.
        let pages = matches!(page.lower(at), "mina" | "mitt")
            && page.tokens.get(at + 1).is_some_and(|_| {
                matches!(
                    page.lower(at + 1),
                    "sidor" | "sidorna" | "uppgifter" | "ärenden" | "konto"
                )
            });
        if role || code || shouted || pages {
            return false;
        }
        // `Bo von Ek`.
        let particle = at > 1
            && page.says(at - 1).any(Says::PARTICLE)
            && page.gap(at) == " "
            && self.joined(at - 1)
            && self.hit[at - 2];
        if particle && (self.raised(at) || page.caseless) {
            return true;
        }
        // `hej hans,`: whom a letter is for.
        let greeted = at > 0
            && matches!(
                page.lower(at - 1),
                "hej" | "hejsan" | "tjena" | "hallå" | "hi" | "hello" | "dear" | "hey" | "tja"
            )
            && matches!(page.gap(at), " " | "")
            && says.any(Says::GIVEN)
            && page.gap_after(at).starts_with([',', '!', '\n', '.']);
        // `björn som är hennes granne`, `Sky (barnet)`, `My W. ringde`, `namn på dörren: Duva`.
        let clause = page.tokens.get(at + 2).is_some()
            && page.lower(at + 1) == "som"
            && page.gap(at + 1) == " "
            && matches!(
                page.lower(at + 2),
                "är" | "var" | "va" | "bor" | "heter" | "jobbar" | "äger"
            );
        let next_says = page.says(at + 1);
        let bracketed = page.gap_after(at) == " ("
            && next_says.any(Says::RELATION)
            && page.gap_after(at + 1).starts_with(')');
        let lettered = page.tokens.get(at + 1).is_some_and(|next| {
            next.case == Case::Upper && next.length == 1 && page.gap(at + 1) == " "
        }) && page.gap_after(at + 1).starts_with(". ")
            && page.tokens.get(at + 2).is_some_and(|next| next.case == Case::Lower);
        let labelled = page.gap(at) == ": " && page.cued(at, Says::SURE, 4);
        let capital = self.capital(at) && !page.caseless;
        if clause && says.any(Says::GIVEN) && page.lower(at) != "mark"
            || capital && (bracketed || labelled || lettered && says.any(Says::GIVEN))
        {
            return true;
        }
        if self.begins(at)
            || self.lone(at)
            || self.paired(at)
            || self.reached(at)
            || greeted
            || self.device(at)
            || self.speaker(at)
            || self.turned(at)
        {
            return true;
        }
        if self.alone(at) {
            return true;
        }
        let talks = at + 1 < page.len() && page.gap(at + 1) == " " && TALKS.has(page.lower(at + 1));
        let doer = !PRONOUNS.has(page.lower(at)) || matches!(page.lower(at), "per" | "hans");
        if talks && says.any(Says::GIVEN) && doer {
            return true;
        }

        // `hans-olof`: one half of it is a name and nothing else.
        let half = |near: usize, gap: usize| {
            matches!(self.page.gap(gap), "-" | "-\n")
                && self.class.get(near) == Some(&Class::Name)
                && self.page.says(near).any(Says::GIVEN)
        };
        if says.any(Says::GIVEN)
            && (at > 0 && half(at - 1, at) || at + 1 < page.len() && half(at + 1, at + 1))
        {
            return true;
        }
        if !self.capital(at) && PRONOUNS.has(page.lower(at)) && !self.sure(at) {
            return false;
        }
        if says.any(Says::GIVEN) && self.coordinated(at) {
            return true;
        }
        let function = says.any(Says::FUNCTION);
        let next = at + 1;
        // `sten och lisa`, `mark rosén`: small letters beside a name in small letters.
        if !self.capital(at) && says.any(Says::GIVEN) && !PRONOUNS.has(page.lower(at)) {
            let and = |at: usize| matches!(page.lower(at), "och" | "o" | "and" | "&");
            let named = |near: usize| self.hit[near] && self.class[near] != Class::Either;
            let paired = !function
                && (at + 2 < page.len() && and(next) && named(at + 2) && page.gap(next) == " "
                    || at > 1 && and(at - 1) && named(at - 2) && page.gap(at) == " ");
            let family = |at: usize| {
                self.class[at] == Class::Name && page.says(at).any(Says::FAMILY)
                    || self.class[at] == Class::Unknown && page.tokens[at].length > 3
            };
            let whole = next < page.len()
                && page.gap(next) == " "
                && !self.capital(next)
                && family(next)
                && (!function || self.cue(at));
            if paired || whole {
                return true;
            }
        }
        let written = self.capital(at) || page.caseless;
        let next_joined = next < page.len() && self.joined(next);
        let measure = next_joined && page.gap(next) == " " && page.tokens[next].is_digits();
        // `(Frank 4 år och Loke 7 år)`.
        let aged = measure
            && matches!(
                page.tokens.get(next + 1).map(|_| page.lower(next + 1)),
                Some("år" | "years" | "yrs" | "mån")
            );
        if aged && self.capital(at) && !page.caseless && says.any(Says::GIVEN) {
            return true;
        }
        // Beside a name: before it or after it.
        if next_joined
            && self.company(next)
            && written
            && !(page.caseless && function && !self.strong(next))
        {
            let follows_name = self.capital(next) || page.caseless;
            if follows_name {
                return true;
            }
        }
        if at > 0 && self.joined(at) && self.hit[at - 1] && !self.page.gap(at).contains('.') {
            let same = self.capital(at) == self.capital(at - 1);
            let doer = says.any(Says::SPEECH)
                || (function && !self.capital(at))
                || (page.caseless && function);
            if same && !doer && !says.any(Says::GENITIVE) || self.raised(at) {
                return true;
            }
            if same
                && says.any(Says::GENITIVE)
                && !doer
                && (!page.caseless || self.class[at - 1] == Class::Name && says.any(Says::FAMILY))
            {
                return true;
            }
        }
        // `E. Tjäder`.
        let led = at > 0
            && page.tokens[at - 1].length == 1
            && !page.tokens[at - 1].glued
            && page.tokens[at - 1].is_word()
            && page.gap(at).trim() == "."
            && page.gap(at).len() <= 5;
        if led
            && written
            && (says.any(Says::FAMILY) || self.capital(at))
            && !page.tokens[at].settled
        {
            return true;
        }
        if at > 0 && self.comma(at) && self.hit[at - 1] && written && !function && self.capital(at)
        {
            return true;
        }
        // Two of them, one after the other.
        if next_joined && self.class[next] == Class::Either && written {
            let second = page.says(next);
            let both = self.raised(next)
                || page.caseless && !function && !second.any(Says::FUNCTION) && self.cue(at);
            if both && !second.any(ROLES) {
                return true;
            }
        }
        if at > 0
            && self.joined(at)
            && self.class[at - 1] == Class::Either
            && self.raised(at)
            && self.capital(at - 1)
        {
            return true;
        }
        if measure && !self.sure(at) {
            return false;
        }
        if self.raised(at) && !says.any(Says::UNIT.and(Says::BRAND)) && !self.dated(at) {
            return true;
        }
        // `Juni på larmcentralen ringer`.
        if self.capital(at) && !page.caseless && says.any(Says::GIVEN) && self.acts(at) {
            return true;
        }
        // Opens a sentence: who does something is somebody.
        if self.capital(at) && !page.caseless && says.any(Says::GIVEN) && !function {
            let acts =
                next < page.len() && page.gap(next) == " " && page.says(next).any(Says::SPEECH);
            if acts {
                return true;
            }
        }
        if self.capital(at)
            && !page.caseless
            && next < page.len()
            && page.gap(next) == " "
            && TALKS.has(page.lower(next))
            && !matches!(
                page.lower(at),
                "han" | "hon" | "man" | "ingen" | "inga" | "du" | "vi" | "de" | "den" | "en" | "i"
            )
        {
            return true;
        }
        self.cue(at) && !(function && !self.capital(at) && !self.sure(at))
    }

    /// What is a word and no name by what stands beside it: `Max en timme`, `hette han`, a dog.
    fn ordinary(&self, at: usize) -> bool {
        let page = self.page;
        let word = page.lower(at);
        let before = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
        let next = page.tokens.get(at + 1).filter(|_| page.gap(at + 1) == " ");
        let counted = matches!(word, "max" | "min")
            && next.is_some_and(|next| {
                matches!(
                    page.lower(at + 1),
                    "en" | "ett" | "one" | "half" | "halv" | "antal" | "längd"
                ) || next.is_digits()
            })
            && page.tokens.get(at + 2).is_some_and(|unit| {
                unit.says.any(Says::UNIT.and(Says::TIME)) || page.lower(at + 1) == "antal"
            });
        let told = matches!(word, "han" | "hon" | "hen" | "jag" | "det")
            && matches!(before(1), "heter" | "hette" | "heta");
        // `The dog's called Max`.
        let pet = matches!(before(1), "called" | "named" | "heter" | "kallas" | "hette")
            && (2..=4).any(|back| {
                matches!(
                    before(back).trim_end_matches("'s"),
                    "dog"
                        | "hund"
                        | "hunden"
                        | "katt"
                        | "katten"
                        | "cat"
                        | "valp"
                        | "valpen"
                        | "puppy"
                )
            });
        // `Louise\nGran mot ledning`: another line begins, and it goes on in small letters.
        let begins = page.gap(at).contains('\n')
            && next.is_some_and(|next| next.case == Case::Lower)
            && matches!(
                page.lower(at + 1),
                "mot" | "i" | "över" | "längs" | "utanför" | "bredvid" | "per" | "en" | "ett"
            );
        counted || told || pet || begins
    }

    /// Opens a sentence or a line, and what follows is said of somebody: `Max har startat om`,
    /// `Björn på support`, `Stens router`, `Sten, tekniker`, `Sten (montör)`.
    fn begins(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        let says = page.says(at);
        let lower = page.lower(at);
        if !(page.tokens[at].opens && self.capital(at) && !page.caseless && says.any(Says::GIVEN))
            || says.any(Says::MONTH)
            || next >= page.len()
            || page.tokens[next].case != Case::Lower
            || matches!(
                lower,
                "han"
                    | "hon"
                    | "man"
                    | "ingen"
                    | "inga"
                    | "du"
                    | "vi"
                    | "de"
                    | "den"
                    | "en"
                    | "i"
                    | "so"
                    | "can"
                    | "my"
                    | "god"
                    | "old"
                    | "no"
                    | "be"
                    | "best"
            )
        {
            return false;
        }
        let gap = page.gap(next);
        let other = page.says(next);
        let verb = gap == " " && VERBS.has(page.lower(next));
        let somewhere = gap == " "
            && matches!(page.lower(next), "på" | "från" | "hos" | "i" | "from" | "at")
            && !says.any(Says::FUNCTION)
            && page.tokens.get(next + 1).is_some_and(super::super::page::Token::is_word);
        let whose = gap == " " && says.any(Says::GENITIVE) && !says.any(Says::FUNCTION);
        let role = matches!(gap, ", " | " (" | " - ")
            && other.any(Says::RELATION.and(Says::SURE))
            && !says.any(Says::FUNCTION);
        verb || somewhere || whose || role
    }

    /// Before a telephone number: `(Tindra, 070-174 06 05)`.
    pub(super) fn reached(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        let near = next < page.len()
            && matches!(page.gap(next).trim_end_matches('+'), " " | ", " | ": " | " (" | "/" | ",");
        let word = near
            && page.says(next).any(Says::PHONE)
            && page.tokens.get(next + 1).is_some_and(|token| token.phone);
        near && (page.tokens[next].phone || word && page.gap(next) == ", ")
            && !page.caseless
            && page.tokens[at].case == Case::Title
            && !page.says(at).any(ROLES.and(Says::DOMAIN).and(Says::MONTH).and(Says::BRAND))
            && (page.says(at).is_name() || !page.says(at).any(Says::BUILT_IN))
            && (!page.tokens[at].opens
                || page.says(at).is_name() && !page.says(at).any(Says::FUNCTION)
                || page.gap(at).ends_with('('))
    }

    /// A month beside a number, or in a language that writes it with a capital.
    fn dated(&self, at: usize) -> bool {
        let page = self.page;
        if !page.says(at).any(Says::MONTH) {
            return false;
        }
        let number = |at: Option<usize>| {
            at.and_then(|at| page.tokens.get(at)).is_some_and(super::super::page::Token::is_digits)
        };
        let near = |at: usize| at < page.len() && page.gap(at).len() <= 3;
        number(at.checked_sub(1)) && near(at)
            || number(Some(at + 1)) && near(at + 1)
            || matches!(
                page.lower(at),
                "january"
                    | "february"
                    | "march"
                    | "april"
                    | "may"
                    | "june"
                    | "july"
                    | "august"
                    | "september"
                    | "october"
                    | "november"
                    | "december"
            )
            || page.follows(at, Says::TIME)
    }

    /// `Juni på larmcentralen ringer`, `Bo från Telia hör av sig`: who is somewhere and says something.
    fn acts(&self, at: usize) -> bool {
        const WORDS_MAX: usize = 5;
        let page = self.page;
        let next = at + 1;
        if next >= page.len() || !matches!(page.lower(next), "på" | "från" | "hos" | "at" | "from")
        {
            return false;
        }
        (next + 1..page.len().min(next + WORDS_MAX))
            .take_while(|here| page.gap(*here) == " ")
            .any(|here| TALKS.has(page.lower(here)))
    }

    /// Between brackets, or between a colon and a bracket: nothing but a name stands so.
    pub(super) fn alone(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        let pronoun = PRONOUNS.has(page.lower(at));
        let opened = |at: usize| {
            at == 0 || page.gap(at).ends_with(['(', '\n']) || page.gap(at).ends_with(": ")
        };
        let closed = |at: usize| {
            page.gap_after(at).is_empty() && at + 1 == page.len()
                || page.gap_after(at).starts_with([')', '\n'])
                || page.gap_after(at).starts_with(" (")
        };
        if pronoun {
            return false;
        }
        let bracketed = page.gap(at).ends_with('(') && page.gap_after(at).starts_with(')');
        if bracketed && says.any(Says::GIVEN) && (self.capital(at) || !says.any(Says::FUNCTION)) {
            return true;
        }
        // Two in a row: `(max falk)`, `kontakt 3: sten torp (elfirma)`.
        let next = at + 1;
        let first = next < page.len()
            && says.any(Says::GIVEN)
            && opened(at)
            && page.gap(next) == " "
            && page.says(next).any(Says::FAMILY)
            && closed(next);
        let second = at > 0
            && says.any(Says::FAMILY)
            && closed(at)
            && page.gap(at) == " "
            && page.says(at - 1).any(Says::GIVEN)
            && opened(at - 1);
        first || second
    }

    /// `Sagas iPhone`, `max-laptop`.
    pub(super) fn device(&self, at: usize) -> bool {
        let next = at + 1;
        let related = next < self.page.len()
            && self.page.gap(next) == " "
            && self.page.says(at).any(Says::GENITIVE)
            && self.page.says(at).any(Says::GIVEN)
            && self.page.says(next).any(Says::RELATION);
        related
            || next < self.page.len()
                && matches!(self.page.gap(next), "-" | " ")
                && (self.page.gap(next) == "-" || self.page.says(at).any(Says::GENITIVE))
                && matches!(
                    self.page.lower(next),
                    "laptop"
                        | "iphone"
                        | "ipad"
                        | "dator"
                        | "mobil"
                        | "pc"
                        | "telefon"
                        | "macbook"
                        | "phone"
                        | "samsung"
                        | "galaxy"
                        | "nät"
                        | "wifi"
                        | "router"
                        | "routern"
                        | "wifit"
                        | "nätverk"
                        | "tv"
                        | "konto"
                        | "lägenhet"
                        | "nummer"
                        | "surfplatta"
                        | "box"
                        | "modem"
                )
    }
}
