//! One row of an operator's list of accesses (ON-API spec/accesses.md).

use std::fmt;

use super::{Place, PlaceParts};
use crate::domain::{AccessId, RecipientId, closed_list};

closed_list! {
    /// Whether an access can be used (ON-API 2.6; 2.4 has the first five).
    AccessState {
        /// To be connected some day.
        Planned = "PLANNED",
        /// Being built.
        Deploying = "DEPLOYING",
        /// The network goes past it.
        HomesPassed = "HOMESPASSED",
        /// In use, or ready to be.
        Connected = "CONNECTED",
        /// No part of the network any more.
        Disconnected = "DISCONNECTED",
        /// On its way into this operator's network.
        InMigration = "INMIGRATION",
        /// On its way out of it: no orders.
        OutMigration = "OUTMIGRATION",
        /// A word that the standard does not have, or none.
        Unknown = "UNKNOWN",
    }
}

impl AccessState {
    /// Whether a customer can have something there, now or later.
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::Disconnected | Self::OutMigration)
    }
}

closed_list! {
    /// What kind of place it is. Some lists have words of their own: those are unknown.
    Premises {
        /// Offices, shops.
        Commercial = "COMMERCIAL",
        /// An apartment in a house with several.
        Apartment = "MDU_APARTMENT",
        /// A stairwell, a laundry.
        Common = "MDU_COMMON",
        /// A machine room.
        Technical = "MDU_TECHNICAL",
        /// Where everybody may go; military sites count as this in older lists.
        Public = "PUBLIC",
        /// A house for one family.
        House = "RESIDENTIAL_HOUSE",
        /// Not said.
        Unknown = "UNKNOWN",
    }
}

impl Premises {
    /// Whether nobody lives or works there.
    pub const fn is_nobodys(self) -> bool {
        matches!(self, Self::Common | Self::Technical)
    }
}

/// An address as its operator writes it. Of a network, and nobody's in particular: it may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `streetName`.
    pub street: String,
    /// `streetNumber`.
    pub number: String,
    /// `streetLittera`.
    pub littera: String,
    /// `mduApartmentNumber`, four digits.
    pub apartment: String,
    /// `mduDistinguisher`.
    pub distinguisher: String,
    /// `outlet`.
    pub outlet: String,
    /// `postalCode`.
    pub postcode: String,
    /// `city`.
    pub city: String,
}

impl Written {
    /// Its fields.
    pub fn parts(&self) -> PlaceParts<'_> {
        PlaceParts {
            street: &self.street,
            number: &self.number,
            littera: &self.littera,
            apartment: &self.apartment,
            distinguisher: &self.distinguisher,
            outlet: &self.outlet,
            postcode: &self.postcode,
            city: &self.city,
        }
    }
}

/// On one line.
impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.street, self.number, self.littera)?;
        for (mark, text) in [
            (" lgh ", &self.apartment),
            (" nr ", &self.distinguisher),
            (" uttag ", &self.outlet),
            (", ", &self.postcode),
            (" ", &self.city),
        ] {
            if !text.is_empty() {
                write!(f, "{mark}{text}")?;
            }
        }
        Ok(())
    }
}

/// One delivery point.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// The operator's id of it.
    pub id: AccessId,
    /// Its id with the operator before.
    pub legacy: Option<AccessId>,
    /// Its address as it is written there.
    pub written: Written,
    /// Where that is.
    pub place: Place,
    /// What kind of place that is.
    pub premises: Premises,
    /// Whether it can be used.
    pub state: AccessState,
}

impl Access {
    /// At an address.
    pub fn new(id: AccessId, written: Written, premises: Premises, state: AccessState) -> Self {
        let place = Place::new(&written.parts());
        Self { id, legacy: None, written, place, premises, state }
    }
}

/// Its id and state.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A delivery point, and whose list it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose.
    pub recipient: RecipientId,
    /// Which.
    pub access: Access,
}
