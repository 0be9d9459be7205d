//! Which access is meant. Exactly one, or none, or why a person must decide.

use std::fmt;

use super::fold::{is_plain, loose};
use super::place::Number;
use super::{Listed, Place};
use crate::domain::closed_list;

closed_list! {
    /// Why it cannot be told which access is meant.
    Doubt {
        /// Several are at the very same place: the outlet would tell, or another operator is there too.
        Several = "several",
        /// The house has apartments, and none was named; or one was, and the list has none.
        Apartment = "apartment",
        /// A number of Lantmäteriet on one side, the house's own label on the other.
        Label = "label",
        /// A row of houses or entrances on one side.
        Range = "range",
        /// The list has the house by entrances, or the other way round.
        Entrance = "entrance",
        /// The street has numbers, and none was named.
        HouseNumber = "house-number",
        /// A street of that name is in several places, or postcode and city do not fit each other.
        Postcode = "postcode",
        /// It is spelled otherwise than in the list, and more than lost marks could be the reason.
        Spelling = "spelling",
        /// The list has too many rows to compare.
        TooMany = "too-many",
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'l> {
    /// This one and no other.
    One(&'l Listed),
    /// Nothing like it is listed.
    None,
    /// A person decides, perhaps between these.
    Doubt(Doubt, Vec<&'l Listed>),
}

/// Compares a place with rows. The rows are those whose street may be the same; others do no harm.
pub fn resolve<'l>(sought: &Place, rows: &'l [Listed]) -> Found<'l> {
    let lives = |row: &&Listed| !row.access.premises.is_nobodys();
    let exactly = |row: &&Listed| row.access.place.street == sought.street;
    let same: Vec<&Listed> = rows.iter().filter(lives).filter(exactly).collect();
    if !same.is_empty() {
        return among(sought, &same);
    }
    let plain = loose(&sought.street);
    let spelled = |row: &&Listed| loose(&row.access.place.street) == plain;
    let spelled: Vec<&Listed> = rows.iter().filter(lives).filter(spelled).collect();
    match among(sought, &spelled) {
        // One side has lost its marks, and all else fits to the postcode.
        Found::One(row)
            if sought.postcode.is_some()
                && (is_plain(&sought.street) || is_plain(&row.access.place.street)) =>
        {
            Found::One(row)
        }
        Found::One(row) => Found::Doubt(Doubt::Spelling, vec![row]),
        found => found,
    }
}

fn among<'l>(sought: &Place, rows: &[&'l Listed]) -> Found<'l> {
    let mut same = Vec::new();
    let mut doubtful: Vec<(Doubt, &'l Listed)> = Vec::new();
    for row in rows {
        match compare(sought, &row.access.place) {
            Likeness::Same => same.push(*row),
            Likeness::Perhaps(doubt) => doubtful.push((doubt, row)),
            Likeness::Other => {}
        }
    }
    let served: Vec<&Listed> =
        same.iter().copied().filter(|row| row.access.state.is_served()).collect();
    let chosen = if served.is_empty() { same } else { served };
    // Beside a house without apartments the list has apartments at the same address.
    let apartments = doubtful.iter().any(|(doubt, _)| *doubt == Doubt::Apartment);
    match (&chosen[..], doubtful.first()) {
        ([one], _) if !apartments => Found::One(one),
        ([], None) => Found::None,
        ([], Some(&(first, _))) => {
            let gravest = doubtful.iter().map(|(doubt, _)| *doubt).min().unwrap_or(first);
            Found::Doubt(gravest, doubtful.into_iter().map(|(_, row)| row).collect())
        }
        (all, _) => {
            let first = all.first().and_then(|row| row.access.place.postcode.as_ref());
            let elsewhere = all.iter().any(|row| row.access.place.postcode.as_ref() != first);
            let doubt = match () {
                () if apartments => Doubt::Apartment,
                () if elsewhere => Doubt::Postcode,
                () => Doubt::Several,
            };
            let perhaps = doubtful.into_iter().map(|(_, row)| row);
            Found::Doubt(doubt, all.iter().copied().chain(perhaps).collect())
        }
    }
}

/// How two places are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    Same,
    Perhaps(Doubt),
    Other,
}

impl Likeness {
    /// Both must hold; what is another place in one respect is another place.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Perhaps(a), Self::Perhaps(b)) => Self::Perhaps(a.min(b)),
            (Self::Perhaps(a), Self::Same) | (Self::Same, Self::Perhaps(a)) => Self::Perhaps(a),
            (Self::Same, Self::Same) => Self::Same,
        }
    }

    const fn same_if(same: bool) -> Self {
        if same { Self::Same } else { Self::Other }
    }
}

fn compare(sought: &Place, listed: &Place) -> Likeness {
    area(sought, listed)
        .and(house(sought, listed))
        .and(entrance(&sought.littera, &listed.littera))
        .and(unit(sought, listed))
        .and(match &sought.outlet {
            Some(outlet) => Likeness::same_if(listed.outlet.as_ref() == Some(outlet)),
            None => Likeness::Same,
        })
}

/// The postcode decides; where it is not given, the city does.
fn area(sought: &Place, listed: &Place) -> Likeness {
    let cities = sought.city.is_empty()
        || listed.city.is_empty()
        || loose(&sought.city) == loose(&listed.city);
    match (&sought.postcode, &listed.postcode) {
        (Some(a), Some(b)) if a != b => Likeness::Other,
        (Some(_), Some(_)) if cities => Likeness::Same,
        (Some(_), Some(_)) => Likeness::Perhaps(Doubt::Postcode),
        _ => Likeness::same_if(cities),
    }
}

fn house(sought: &Place, listed: &Place) -> Likeness {
    let (a, b) = (&sought.number, &listed.number);
    match (a, b) {
        (Number::None, Number::None) => Likeness::Same,
        (Number::None, _) => Likeness::Perhaps(Doubt::HouseNumber),
        (_, Number::None) => Likeness::Other,
        // The same digits, and nobody can tell whether they mean a row of houses.
        _ if a == b && a.as_range().is_some() => Likeness::Perhaps(Doubt::Range),
        _ if a == b => Likeness::Same,
        _ => {
            let within = |one: &Number, row: &Number| {
                row.as_range().is_some_and(|range| one.may_be_in(range))
            };
            if within(a, b) || within(b, a) {
                Likeness::Perhaps(Doubt::Range)
            } else {
                Likeness::Other
            }
        }
    }
}

fn entrance(sought: &str, listed: &str) -> Likeness {
    let is_row = |text: &str| text.contains(['-', ',', '/', '+']);
    match (sought, listed) {
        (a, b) if is_row(a) || is_row(b) => Likeness::Perhaps(Doubt::Range),
        (a, b) if a == b => Likeness::Same,
        ("", _) | (_, "") => Likeness::Perhaps(Doubt::Entrance),
        _ => Likeness::Other,
    }
}

fn unit(sought: &Place, listed: &Place) -> Likeness {
    let number = (&sought.apartment, &listed.apartment);
    let label = (&sought.label, &listed.label);
    match (number, label) {
        // None is asked for.
        ((None, None), (None, None)) => Likeness::Same,
        // None is, or the list has none here at all.
        ((None, _), (None, _)) | ((_, None), (_, None)) => Likeness::Perhaps(Doubt::Apartment),
        // What both have decides.
        ((Some(a), Some(b)), (Some(x), Some(y))) => Likeness::same_if(a == b && x == y),
        ((Some(a), Some(b)), _) => Likeness::same_if(a == b),
        (_, (Some(x), Some(y))) => Likeness::same_if(x == y),
        // One goes by Lantmäteriet, the other by what stands on the door.
        _ => Likeness::Perhaps(Doubt::Label),
    }
}
