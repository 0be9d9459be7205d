//! What an address says, in one form whichever way it was written.

use zeroize::Zeroize;

use super::fold::{exact, loose};

/// The fields of an address as they came; what is empty is absent.
#[derive(Clone, Copy, Default)]
pub struct PlaceParts<'t> {
    /// Name of street, village, farm or property.
    pub street: &'t str,
    /// `10`, or a metre address such as `652-16`.
    pub number: &'t str,
    /// `G`, an entrance such as `UH`; `16A` where the number's second half stands here (2.3.1).
    pub littera: &'t str,
    /// The number of Lantmäteriet, four digits.
    pub apartment: &'t str,
    /// A label that the house itself uses.
    pub distinguisher: &'t str,
    /// The label on the socket.
    pub outlet: &'t str,
    /// Five digits.
    pub postcode: &'t str,
    /// Postal city.
    pub city: &'t str,
}

/// A place. Not printable: where somebody asks about one, it is theirs. Overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    pub(super) street: String,
    pub(super) number: Number,
    pub(super) littera: String,
    /// Of Lantmäteriet: four digits, leading zeros and all.
    pub(super) apartment: Option<String>,
    /// The house's own.
    pub(super) label: Option<String>,
    pub(super) outlet: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) city: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        for text in [&mut self.street, &mut self.littera, &mut self.city] {
            text.zeroize();
        }
        for text in [&mut self.apartment, &mut self.label, &mut self.outlet, &mut self.postcode] {
            text.zeroize();
        }
        self.number.zeroize();
    }
}

/// A house number. Text: a leading zero is part of it.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize)]
pub(super) enum Number {
    /// The address has none.
    None,
    /// `10`.
    One(String),
    /// `550-70`: a metre address, or a building that has all from one to the other.
    Pair(String, String),
}

impl Number {
    /// Digits, or digits twice; `None` for what is no number.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(dash).collect();
        let digits =
            |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        match text.split_once('-') {
            None if text.is_empty() => Some(Self::None),
            None if digits(&text) => Some(Self::One(text)),
            Some((a, b)) if digits(a) && digits(b) => Some(Self::Pair(a.to_owned(), b.to_owned())),
            _ => None,
        }
    }

    /// From the first to the second, where that may be a row of houses. In a metre address the second
    /// number is how far in from the road it is; where it is the larger one, nobody can tell.
    pub(super) fn as_range(&self) -> Option<(u32, u32)> {
        let Self::Pair(a, b) = self else { return None };
        let (a, b) = (a.parse().ok()?, b.parse().ok()?);
        (a < b).then_some((a, b))
    }

    /// Whether this house may be one of that row.
    pub(super) fn may_be_in(&self, (a, b): (u32, u32)) -> bool {
        matches!(self, Self::One(n) if n.parse().is_ok_and(|n: u32| a <= n && n <= b))
    }
}

/// The many dashes as one.
pub(super) fn dash(c: char) -> char {
    if matches!(c, '‐' | '‑' | '‒' | '–' | '—' | '−') { '-' } else { c }
}

impl Place {
    /// Of fields. A number that is none becomes part of the name, as in a property `Dragverket 1:66`.
    pub fn new(parts: &PlaceParts<'_>) -> Self {
        let (mut street, mut littera) = (exact(parts.street), entrance(parts.littera));
        let number = match Number::read(parts.number) {
            // `550` and `70`, or `652` and `16A`: the second half of a metre address (2.3.1).
            Some(Number::One(first)) => {
                let digits = littera.bytes().take_while(u8::is_ascii_digit).count();
                if (1..=4).contains(&digits) {
                    let second = littera[..digits].to_owned();
                    littera.drain(..digits);
                    Number::Pair(first, second)
                } else {
                    Number::One(first)
                }
            }
            Some(number) => number,
            None => {
                street = exact(&[parts.street, parts.number].join(" "));
                Number::None
            }
        };
        let (apartment, label) = unit(parts.apartment, parts.distinguisher);
        let text = |text: &str| Some(exact(text)).filter(|text| !text.is_empty());
        Self {
            street,
            number,
            littera,
            apartment,
            label,
            outlet: text(parts.outlet),
            postcode: postcode(parts.postcode),
            city: exact(parts.city),
        }
    }

    /// What rows are looked up by: the street as it may be spelled anywhere.
    pub fn key(&self) -> String {
        loose(&self.street)
    }

    /// Five digits, where it has them.
    pub fn postcode(&self) -> Option<&str> {
        self.postcode.as_deref()
    }

    /// Whether it names no street, village or property.
    pub fn is_blank(&self) -> bool {
        self.street.is_empty()
    }
}

/// Five digits, however they are grouped.
pub(super) fn postcode(text: &str) -> Option<String> {
    let text = text.trim();
    let text = ["SE-", "S-", "se-", "s-"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fits =
        digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    fits.then_some(digits)
}

/// `G`, `UH`, `A-C`: capitals without space.
pub(super) fn entrance(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(dash).flat_map(char::to_uppercase).collect()
}

/// Number and label of an apartment. Either may stand in the place of the other, or both in one
/// (`1002;198-234B12`), and only four digits are a number of Lantmäteriet.
fn unit(apartment: &str, distinguisher: &str) -> (Option<String>, Option<String>) {
    let is_number = |text: &&str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let mut number = None;
    let mut label = None;
    for text in apartment.split(';').map(str::trim).filter(|text| !text.is_empty()) {
        if number.is_none() && is_number(&text) {
            number = Some(text.to_owned());
        } else if label.is_none() {
            label = Some(exact(text));
        }
    }
    let mut labels = distinguisher.split(';').map(str::trim).filter(|text| !text.is_empty());
    let first = labels.next();
    if let Some(second) = labels.next() {
        // Both in the label's field.
        number = number.or_else(|| first.filter(is_number).map(str::to_owned));
        label = Some(exact(second));
    } else if let Some(first) = first {
        label = Some(exact(first));
    }
    (number, label.filter(|label| !label.is_empty()))
}
