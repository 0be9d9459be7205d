//! What the copies of operators' access lists say, where a body leaves it open: whose access it is
//! about, and which. Asked for only then, and behind every other fault.

use super::draft::Facts;
use super::fault::{Fault, Faults, IntakeError};
use super::reader::OPERATOR;
use super::{Context, Found, Head};
use crate::address::{Doubt, NoPlace, Place, PlaceParts, fields};
use crate::domain::{AccessId, Field, RecipientId};

/// The copies of operators' access lists. They come in as an argument: intake reads no store.
pub trait Accesses: Sync {
    /// The operators whose list has this access.
    fn operators(&self, access: &AccessId) -> Result<Vec<RecipientId>, ListsUnavailable>;

    /// The access that is meant by a place, at one operator or at any.
    fn meant(&self, place: &Place, at: Option<&RecipientId>) -> Result<Meant, ListsUnavailable>;
}

/// The copies cannot be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListsUnavailable;

/// Which access a place means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This one.
    One(RecipientId, AccessId),
    /// None that could be delivered to.
    None,
    /// A person decides.
    Doubt(Doubt),
}

/// No copies at all: every body must say it itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLists;

impl Accesses for NoLists {
    fn operators(&self, _: &AccessId) -> Result<Vec<RecipientId>, ListsUnavailable> {
        Ok(Vec::new())
    }

    fn meant(&self, _: &Place, _: Option<&RecipientId>) -> Result<Meant, ListsUnavailable> {
        Ok(Meant::None)
    }
}

const UNLISTED: &str = "has no party with the role communicationsOperator, and the access is in no \
                        operator's list";
const UNPLACED: &str = "is missing, and the address is that of no access that is listed";
const SEVERAL: &str = "has no party with the role communicationsOperator, and the access is in \
                       several operators' lists";

/// Fills in the operator and the access ids that a sound body leaves out. What cannot be told for
/// certain is a fault.
pub(super) fn fill_in(
    head: &mut Head,
    found: &mut [Found],
    context: &Context<'_>,
    faults: &mut Faults,
) -> Result<(), IntakeError> {
    let unavailable = |_| IntakeError::ListsUnavailable;
    let is_order = found.iter().any(|(_, action, _)| action.is_some());
    let mut operators: Vec<RecipientId> = head.recipient.iter().cloned().collect();
    for (at, (_, _, draft)) in found.iter_mut().enumerate() {
        let facts = &mut draft.part.facts;
        let known = facts.get(Field::AccessId).or_else(|| head.part.facts.get(Field::AccessId));
        let known = known.and_then(|id| AccessId::parse(id).ok());
        let member = if is_order {
            format!("serviceOrderItem[{at}].service")
        } else {
            "relatedEntity".to_owned()
        };
        let mut fault = |member: String, rule: &str| {
            faults.push(Fault { member, rule: rule.to_owned() });
        };
        match (known, &head.recipient) {
            (Some(_), Some(_)) => {}
            (Some(access), None) => {
                match &context.accesses.operators(&access).map_err(unavailable)?[..] {
                    [one] => operators.push(one.clone()),
                    [] => fault(OPERATOR.0.to_owned(), UNLISTED),
                    _ => fault(OPERATOR.0.to_owned(), SEVERAL),
                }
            }
            (None, operator) => {
                let (access, member) = (
                    format!("{member}.serviceCharacteristic[accessId]"),
                    format!("{member}.place"),
                );
                let place = match fields(&parts(facts)) {
                    Ok(place) => place,
                    Err(no) => {
                        fault(member, no_place(no));
                        continue;
                    }
                };
                match context.accesses.meant(&place, operator.as_ref()).map_err(unavailable)? {
                    Meant::One(operator, access) => {
                        facts.set(Field::AccessId, access.as_str().to_owned());
                        operators.push(operator);
                    }
                    Meant::None => fault(access, UNPLACED),
                    Meant::Doubt(doubt) => fault(member, in_doubt(doubt)),
                }
            }
        }
    }
    operators.dedup();
    match &operators[..] {
        [one] if context.recipients.contains(one) => head.recipient = Some(one.clone()),
        [] if !faults.is_empty() => {}
        [_, _, ..] => faults.push(Fault {
            member: "(body)".to_owned(),
            rule: "has accesses of several operators: one body goes to one".to_owned(),
        }),
        _ => faults.push(Fault { member: OPERATOR.0.to_owned(), rule: UNLISTED.to_owned() }),
    }
    Ok(())
}

fn parts(facts: &Facts) -> PlaceParts<'_> {
    let text = |field| facts.get(field).unwrap_or_default();
    PlaceParts {
        street: text(Field::Street),
        number: text(Field::StreetNumber),
        littera: text(Field::StreetLittera),
        apartment: text(Field::Apartment),
        distinguisher: "",
        outlet: "",
        postcode: text(Field::Postcode),
        city: text(Field::City),
    }
}

/// What is wrong with it, for who handed it in. Names no value.
const fn no_place(no: NoPlace) -> &'static str {
    match no {
        NoPlace::Blank => "has neither an accessId beside it nor a street",
        NoPlace::TooLong => "is longer than an address",
        NoPlace::PostBox => "is a post box: nothing is delivered there",
        NoPlace::CareOf => "is in care of somebody: name the address itself, or the accessId",
        NoPlace::Guarded => "is handled by hand: name the accessId",
    }
}

const fn in_doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Several => "has several accesses: name the accessId",
        Doubt::Apartment => {
            "has accesses by apartment: name the apartment as the list has it, or the accessId"
        }
        Doubt::Label => "has apartments by another numbering in the list: name the accessId",
        Doubt::Range => "may be a row of houses or entrances: name the accessId",
        Doubt::Entrance => "is listed by entrance, or without one: name the accessId",
        Doubt::HouseNumber => "needs a house number, or an accessId",
        Doubt::Postcode => "needs a postcode that fits, or an accessId",
        Doubt::Spelling => "is spelled otherwise than in the list: name the accessId",
        Doubt::TooMany => "has too many accesses to compare: name the postcode, or the accessId",
    }
}
