//! An address in words, as people write it on one line or several.

use thiserror::Error;
use zeroize::Zeroizing;

use super::LENGTH_MAX;
use super::fold::{exact, repaired};
use super::place::{Number, Place, PlaceParts, dash, entrance, postcode};

/// Why words name no place that anything could be delivered to. Says what, never which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoPlace {
    /// Nothing that could be a street.
    #[error("names no street")]
    Blank,
    /// Longer than any address.
    #[error("is longer than an address")]
    TooLong,
    /// A post box: also Skatteverket's, for people whose address nobody may know.
    #[error("is a post box: nothing is delivered there")]
    PostBox,
    /// In care of somebody: where post goes, and nobody's own door.
    #[error("is in care of somebody: ask for the address itself")]
    CareOf,
    /// A military site: handled by hand.
    #[error("is handled by hand")]
    Guarded,
}

/// Reads words. What cannot be understood stays part of the street's name, and will not be found.
pub fn parse(text: &str) -> Result<Place, NoPlace> {
    if text.chars().count() > LENGTH_MAX {
        return Err(NoPlace::TooLong);
    }
    let text = Zeroizing::new(repaired(text).chars().map(dash).collect::<String>());
    let (text, is_label) = without_asides(&text);
    let mut read = Read { is_label, ..Read::default() };
    for line in text.split([',', '\n', '\r', '\t']) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !words.is_empty() {
            read.line(&words)?;
        }
    }
    read.place()
}

/// Reads fields as somebody fills them in: some registers write the whole line in the first.
pub fn fields(parts: &PlaceParts<'_>) -> Result<Place, NoPlace> {
    let texts = [parts.street, parts.number, parts.littera, parts.apartment, parts.distinguisher];
    let length: usize = texts.iter().map(|text| text.chars().count()).sum();
    if length > LENGTH_MAX {
        return Err(NoPlace::TooLong);
    }
    let street = Zeroizing::new(repaired(parts.street).chars().map(dash).collect::<String>());
    let words: Vec<&str> = street.split_whitespace().collect();
    let Some(first) = words.first() else { return Err(NoPlace::Blank) };
    let numbered: Vec<&str> =
        words.iter().copied().chain(parts.number.split_whitespace()).collect();
    refused(&first.to_lowercase(), &numbered)?;
    let place = if parts.number.trim().is_empty() {
        let (street, number, littera) = house(&words);
        let littera = if parts.littera.is_empty() { littera.as_str() } else { parts.littera };
        Place::new(&PlaceParts { street: &street, number: &number, littera, ..*parts })
    } else {
        Place::new(parts)
    };
    if place.is_blank() { Err(NoPlace::Blank) } else { Ok(place) }
}

/// What a line that begins so is not: a place.
fn refused(first: &str, words: &[&str]) -> Result<(), NoPlace> {
    if first.starts_with("c/o") || first == "co/" || first == "att:" {
        return Err(NoPlace::CareOf);
    }
    let is_numbered = words.get(1).is_none_or(|word| starts_with_digit(word));
    if (["box", "postbox", "pl", "fack"].contains(&first) && is_numbered) || first == "poste" {
        return Err(NoPlace::PostBox);
    }
    if first.starts_with("försvarsbyggnad") || (first == "kasern" && is_numbered) {
        return Err(NoPlace::Guarded);
    }
    Ok(())
}

/// The text without what stands in brackets; and whether that says that a number is the house's own.
fn without_asides(text: &str) -> (Zeroizing<String>, bool) {
    let (mut rest, mut aside, mut depth) = (String::new(), String::new(), 0_u32);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => rest.push(c),
            c => aside.push(c),
        }
    }
    let aside = Zeroizing::new(exact(&aside));
    (Zeroizing::new(rest), aside.contains("förening"))
}

/// What was read so far.
#[derive(Default)]
struct Read {
    street: Zeroizing<String>,
    number: Zeroizing<String>,
    littera: Zeroizing<String>,
    unit: Zeroizing<String>,
    postcode: Zeroizing<String>,
    city: Zeroizing<String>,
    /// Words that came behind a number: a city, or a part of one.
    behind: Zeroizing<String>,
    is_label: bool,
}

impl Read {
    fn line(&mut self, words: &[&str]) -> Result<(), NoPlace> {
        refused(&words[0].to_lowercase(), words)?;
        let words = self.take_unit(words);
        let words = self.take_postcode(&words);
        if words.is_empty() {
            return Ok(());
        }
        let (street, number, littera) = house(words);
        match (self.street.is_empty(), self.number.is_empty(), number.is_empty()) {
            (true, _, _) => {
                (*self.street, *self.number, *self.littera) = (street, number, littera);
            }
            // A farm within its village: the name is both.
            (false, true, false) => {
                *self.street = format!("{} {street}", *self.street);
                (*self.number, *self.littera) = (number, littera);
            }
            (false, _, true) => *self.behind = street,
            // A second address.
            (false, false, false) => {
                *self.street = format!("{} {} {street} {number}", *self.street, *self.number);
            }
        }
        Ok(())
    }

    /// `lgh 1101`, `lägenhet nr 28`, `lgh1101`.
    fn take_unit<'w>(&mut self, words: &[&'w str]) -> Vec<&'w str> {
        const MARKS: &[&str] = &["lgh", "lägenhet", "lght", "lghnr", "apt", "apartment"];
        let mut rest = Vec::with_capacity(words.len());
        let mut words = words.iter().copied().peekable();
        while let Some(word) = words.next() {
            let lower = exact(word);
            if MARKS.contains(&lower.as_str()) {
                let nr = ["nr", "nummer", "no"];
                while words.next_if(|next| nr.contains(&exact(next).as_str())).is_some() {}
                if let Some(unit) = words.next() {
                    unit.clone_into(&mut self.unit);
                }
            } else if let Some(unit) =
                lower.strip_prefix("lgh").filter(|unit| starts_with_digit(unit))
            {
                unit.clone_into(&mut self.unit);
            } else {
                rest.push(word);
            }
        }
        rest
    }

    /// `413 69 Göteborg`, alone or behind a street.
    fn take_postcode<'w, 'v>(&mut self, words: &'v [&'w str]) -> &'v [&'w str] {
        for at in 0..words.len() {
            let two = words.get(at + 1).filter(|next| {
                words[at].len() <= 6 && next.len() == 2 && next.bytes().all(|b| b.is_ascii_digit())
            });
            let (found, length) = match (postcode(words[at]), two) {
                (Some(found), _) => (found, 1),
                (None, Some(two)) => match postcode(&format!("{}{two}", words[at])) {
                    Some(found) => (found, 2),
                    None => continue,
                },
                (None, None) => continue,
            };
            let city = &words[at + length..];
            // A name of digits would be another house.
            if city.iter().any(|word| starts_with_digit(word)) {
                continue;
            }
            *self.postcode = found;
            *self.city = city.join(" ");
            return &words[..at];
        }
        words
    }

    fn place(self) -> Result<Place, NoPlace> {
        let city = if self.city.is_empty() { &self.behind } else { &self.city };
        let (apartment, distinguisher) =
            if self.is_label { ("", self.unit.as_str()) } else { (self.unit.as_str(), "") };
        let place = Place::new(&PlaceParts {
            street: &self.street,
            number: &self.number,
            littera: &self.littera,
            apartment,
            distinguisher,
            outlet: "",
            postcode: &self.postcode,
            city,
        });
        if place.is_blank() { Err(NoPlace::Blank) } else { Ok(place) }
    }
}

/// Street, number and littera of one line. The last word that can be a number is it, if at most an
/// entrance stands behind it.
fn house(words: &[&str]) -> (String, String, String) {
    const ENTRANCE_MAX: usize = 6;
    let numbered = words.iter().enumerate().skip(1).rev().find_map(|(at, word)| {
        let (number, letters) = split(word)?;
        Some((at, number, letters))
    });
    if let Some((at, number, letters)) = numbered {
        let behind = entrance(&words[at + 1..].concat());
        let littera = format!("{}{behind}", entrance(&letters));
        let fits = littera.chars().count() <= ENTRANCE_MAX
            && littera.chars().all(|c| c.is_alphanumeric() || c == '-');
        if fits {
            return (words[..at].join(" "), number, littera);
        }
    }
    (words.join(" "), String::new(), String::new())
}

/// `10`, `10G`, `652-16A`, `12-14`, `10-B`: the number, and what stands behind it.
fn split(word: &str) -> Option<(String, String)> {
    let word = word.trim_end_matches('.');
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(word);
    if first == 0 {
        return None;
    }
    let second = word[first..].strip_prefix('-').map_or(0, digits);
    let end = if second > 0 { first + 1 + second } else { first };
    Number::read(&word[..end])?;
    let letters = word[end..].trim_start_matches('-');
    let fits = letters.chars().all(|c| c.is_alphanumeric() || c == '-');
    fits.then(|| (word[..end].to_owned(), letters.to_owned()))
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}
