//! Where a letter is signed and where a chat says who speaks.

use super::super::lexicon::Says;
use super::{Class, People, ROLES};

/// What stands before a colon at the start of a line of a mail, and is nobody.
const HEADERS: [&str; 16] = [
    "to", "from", "cc", "bcc", "re", "sv", "vb", "fw", "fwd", "till", "ang", "kl", "port", "dag",
    "max", "min",
];

impl People<'_> {
    /// What stands after a greeting, after a slash at the end of a line, and before what is said in a
    /// chat.
    pub(super) fn signatures(&mut self) {
        const WORDS_MAX: usize = 4;
        let page = self.page;
        for at in 0..page.len() {
            if page.tokens[at].is_digits() || page.tokens[at].shielded {
                continue;
            }
            let gap = page.gap(at);
            let signing = at > 0 && page.says(at - 1).any(Says::SIGN);
            // `br-lan` is a bridge.
            if !signing && !gap.ends_with('/') || gap == "-" {
                continue;
            }
            let slashed = gap.ends_with('/')
                && !gap.ends_with("//")
                && (gap.len() > 1
                    && gap[..gap.len() - 1].ends_with([' ', '\n', '.', ',', '!', '?', ')', '"'])
                    || gap == "/" && at == 0);
            let thanks = at > 0 && matches!(page.lower(at - 1), "tack" | "thanks" | "thx");
            let signed = signing
                && gap.len() <= 6
                && (gap.contains('\n')
                    || !thanks && gap.contains([',', '/', '-'])
                    || self.capital(at) && (!thanks || page.tokens[at].length > 1)
                    || matches!(
                        page.lower(at - 1),
                        "mvh" | "vh" | "hälsar" | "hälsningar" | "regards" | "sincerely" | "cheers"
                    ));
            if !slashed && !signed {
                continue;
            }
            let mut end = at;
            while end < page.len()
                && end - at < WORDS_MAX
                && page.tokens[end].is_word()
                && !page.tokens[end].shielded
            {
                let beyond = end > at && !self.joined(end);
                let role = page.says(end).any(Says::FUNCTION.and(ROLES).and(Says::DOMAIN))
                    && !page.says(end).is_name();
                // `/GL`, `mvh sm`: initials.
                let initials = end == at
                    && (2..=3).contains(&page.tokens[end].length)
                    && (slashed || !page.says(end).any(Says::DOMAIN))
                    && (end + 1 == page.len() || page.gap_after(end).contains('\n'))
                    && (slashed || signed);
                if initials {
                    self.hit[end] = true;
                    break;
                }
                let ordinary = self.class[end] == Class::Word
                    && page.tokens[end].length > 1
                    && (end > at || !self.capital(end) && !slashed);
                let post = super::posts::is_post(page.lower(end));
                if beyond
                    || role
                    || post
                    || ordinary && !(end > at && self.hit[at] && self.capital(end))
                {
                    break;
                }
                if end > at && page.gap(end).contains('\n') && !self.strong(end) {
                    break;
                }
                self.hit[end] = true;
                end += 1;
            }
        }
    }

    /// Before what is said in a chat: a name alone at the start of a line, and a colon; an arrow
    /// between two.
    pub(super) fn speaker(&self, at: usize) -> bool {
        let before = self.page.gap(at);
        let after = self.page.gap_after(at);
        let to = |gap: &str| matches!(gap.trim(), "->" | "-->" | "=>" | "\u{2192}" | ">>");
        if self.capital(at) && (to(before) || to(after)) && self.page.says(at).any(Says::GIVEN) {
            return true;
        }
        let starts = at == 0 || before.contains('\n') || before.contains(']');
        let quotes = after.starts_with(": \"");
        // `.. affected. Sol: what will it cost?`
        let mid = before == ". "
            && after == ": "
            && self.page.tokens.get(at + 1).is_some_and(super::super::page::Token::is_word)
            && self.page.says(at).any(Says::GIVEN)
            && !self.page.says(at).any(Says::FUNCTION);
        // `agent Nok: hi`.
        let role = at > 0
            && before == " "
            && matches!(self.page.lower(at - 1), "agent" | "visitor" | "handläggare" | "tekniker")
            && self.page.says(at).any(Says::GIVEN);
        (starts || quotes || role || mid)
            && self.capital(at)
            && after.starts_with(':')
            && !HEADERS.contains(&self.page.lower(at))
            && !self.page.says(at).any(ROLES)
    }
}
