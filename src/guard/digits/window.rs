//! Digits that stand apart by spaces, dashes, dots or one line break, read as one number: in every
//! window that could be one, and the longest that has a meaning wins.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::super::{Kind, Why, identity};
use super::Hit;

/// How many groups of digits a number can be spread over.
const GROUPS_MAX: usize = 16;
const DIGITS_MAX: usize = 20;

/// Digits from a token on, with what stands between them.
pub(super) struct Window<'p> {
    pub(super) page: &'p Page<'p>,
    pub(super) at: usize,
    /// The digits of all groups.
    pub(super) digits: String,
    /// Where each group ends in `digits`.
    pub(super) ends: Vec<usize>,
    pub(super) gaps: Vec<&'p str>,
}

/// How long some groups are.
pub(super) struct Lengths {
    values: [usize; GROUPS_MAX],
    count: usize,
}

impl std::ops::Deref for Lengths {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.values[..self.count]
    }
}

impl<'p> Window<'p> {
    pub(super) fn new(page: &'p Page<'p>, at: usize) -> Self {
        let mut window = Self {
            page,
            at,
            digits: page.str(at).to_owned(),
            ends: vec![page.tokens[at].length],
            gaps: Vec::new(),
        };
        let mut next = at + 1;
        while next < page.len() && window.ends.len() < GROUPS_MAX {
            let token = &page.tokens[next];
            let gap = page.gap(next);
            if !token.is_digits()
                || token.settled
                || gap.is_empty()
                || !soft(gap)
                || window.digits.len() + token.length > DIGITS_MAX
            {
                break;
            }
            window.digits.push_str(page.str(next));
            window.ends.push(window.digits.len());
            window.gaps.push(gap);
            next += 1;
        }
        window
    }

    /// The lengths of the first groups; those that only a line break parts are one.
    pub(super) fn lengths(&self, groups: usize, across: bool) -> Lengths {
        let mut lengths = Lengths { values: [0; GROUPS_MAX], count: 0 };
        let mut start = 0;
        for group in 0..groups {
            let length = self.ends[group] - start;
            start = self.ends[group];
            let broken = across && group > 0 && self.gaps[group - 1].contains('\n');
            if !broken {
                lengths.count += 1;
            }
            lengths.values[lengths.count - 1] += length;
        }
        lengths
    }

    pub(super) fn range(&self, groups: usize) -> Range<usize> {
        self.page.tokens[self.at].start..self.page.tokens[self.at + groups - 1].end
    }

    /// With the bracket that opens before the first group and closes behind one of them: `(19)520310`.
    fn bracketed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.page.text;
        let open = text[..range.start].chars().next_back();
        let close = match open {
            Some('(') => ')',
            Some('[') => ']',
            _ => return range,
        };
        if text[range.clone()].contains(close) { range.start - 1..range.end } else { range }
    }

    pub(super) fn glued_behind(&self, groups: usize) -> bool {
        self.page.tokens.get(self.at + groups).is_some_and(|next| next.glued)
    }

    /// The longest window that is something.
    pub(super) fn best(&self) -> Option<Hit> {
        let page = self.page;
        let token = &page.tokens[self.at];
        // Digits within a code: a serial number holds any digits.
        let code = token.glued && {
            let before = &page.tokens[self.at - 1];
            !(before.says.is_word()
                || before.says.is_name()
                || before.length >= 4 && before.case != Case::Mixed)
        };
        // `ordernr 4609658617`: a bare number behind the name of a reference.
        let reference = page.follows(self.at, Says::REFERENCE.and(Says::SERIAL))
            && page.lower(self.at - 1) != "id"
            && page.gap(self.at).trim_matches([' ', ':', '#', '.', '\n']).is_empty()
            && !page
                .follows(self.at, Says::PHONE.and(Says::PNR).and(Says::CUSTOMER).and(Says::BANK));
        let found = |kind, range| Some((kind, self.bracketed(range), Why::Digits));
        for groups in (1..=self.ends.len()).rev() {
            let digits = &self.digits[..self.ends[groups - 1]];
            if digits.len() < 5 {
                break;
            }
            // Many groups are one number only where each is a single digit, and then of few kinds.
            let apart = digits.len() == groups;
            if groups > 8 && (!apart || groups > 12) || apart && (2..9).contains(&groups) {
                continue;
            }
            let range = self.range(groups);
            for across in [false, true] {
                let lengths = self.lengths(groups, across);
                if across && lengths.len() == groups {
                    break;
                }
                let exempt = reference && lengths.len() <= 2;
                if (!code || page.cued(self.at, Says::PNR, 3))
                    && self.personnummer(digits, &lengths, groups)
                    && (!exempt || identity::luhn(&digits[digits.len() - 10..]))
                {
                    return found(Kind::Personnummer, range);
                }
                if !code && self.card(digits, &lengths) && !exempt {
                    return found(Kind::Bank, range);
                }
                let plus = page.text[..token.start].ends_with('+');
                if (!exempt || lengths.len() > 1 || plus)
                    && (!code || digits.len() >= 9)
                    && let Some(range) = self.phone(digits, &lengths, groups)
                {
                    return found(Kind::Phone, self.extension(range, groups));
                }
                if !code && self.account(digits, &lengths, groups) {
                    return found(Kind::Bank, range);
                }
            }
        }
        None
    }

    pub(super) fn is_date(lengths: &[usize], digits: &str) -> bool {
        lengths.len() >= 3
            && (digits.starts_with("20") && lengths[0] == 4 || lengths[..3] == [2, 2, 4])
    }
}

/// What people put between the digits of one number.
pub(super) fn soft(gap: &str) -> bool {
    gap.chars().count() <= 5
        && gap.matches('\n').count() <= 1
        && gap.chars().all(|c| {
            matches!(
                c,
                ' ' | '\n'
                    | '-'
                    | '.'
                    | '/'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '+'
                    | ','
                    | '|'
                    | '_'
                    | '='
                    | '\u{b7}'
            )
        })
}
