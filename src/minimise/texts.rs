//! Free text on its way through the guard: what stands in it, what is taken out, and how much that
//! was. Decides nothing: whether a text leaves is [`super::decide`]'s.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::domain::{Case, Field, MaskCount, Personal};
use crate::guard::{self, Kind, Vocabulary};
use crate::recipients::Ruling;

/// Passes the free texts that the policy opens through the guard. What the policy lets through in
/// its own field may stand in the text too; every other known value is taken out.
pub(super) fn guarded_texts(
    case: &Case,
    rulings: &BTreeMap<Field, Ruling<'_>>,
) -> BTreeMap<Field, guard::Redacted> {
    let mut vocabulary = Vocabulary::new();
    for (&field, value) in case.facts() {
        // The texts are what is looked through: one of them must not vouch for its own words.
        if field.is_free_text() {
            continue;
        }
        let plain = matches!(
            rulings.get(&field),
            Some(Ruling::Sent(rule)) if rule.transform.is_none()
        );
        if plain {
            // In a text nobody can tell an access id of ten digits from a personnummer that it
            // equals: there it is masked, and its own field tells it.
            if guard::identity::is_personnummer(value.disclose()).is_none() {
                vocabulary = vocabulary.protect(value.disclose());
            }
        } else if let Some(kind) = kind_in_text(field, value.disclose()) {
            vocabulary = vocabulary.mask(kind, value.disclose());
        }
    }
    let street = case.facts().get(&Field::Street).map(Personal::disclose);
    let number = case.facts().get(&Field::StreetNumber).map(Personal::disclose);
    let apartment = case.facts().get(&Field::Apartment).map(Personal::disclose);
    let littera = case.facts().get(&Field::StreetLittera).map_or("", |littera| littera.disclose());
    let place_withheld = matches!(rulings.get(&Field::Street), Some(Ruling::Withheld(_)));
    let mut lines = Vec::new();
    if let (Some(street), Some(number), true) = (street, number, place_withheld) {
        lines.push(Zeroizing::new(format!("{street} {number}{littera}")));
        lines.push(Zeroizing::new(format!("{street} {number} {littera}")));
        lines.push(Zeroizing::new(format!("{street} {number}")));
    }
    if let (Some(apartment), true) = (apartment, place_withheld) {
        lines.push(Zeroizing::new(format!("lgh {apartment}")));
        lines.push(Zeroizing::new(format!("lägenhet {apartment}")));
    }
    for line in &lines {
        vocabulary = vocabulary.mask(Kind::Address, line.trim());
    }
    case.facts()
        .iter()
        .filter(|(field, _)| field.is_free_text())
        .filter(|(field, _)| matches!(rulings.get(field), Some(Ruling::Sent(_))))
        .map(|(&field, text)| (field, guard::redact(text.disclose(), &vocabulary)))
        .collect()
}

/// What was taken out of the texts of a case: by intake, and then by the guard.
pub(super) struct Masks(BTreeMap<(Field, String), u32>);

impl Masks {
    pub(super) fn new(case: &Case) -> Self {
        let mut masks = Self(BTreeMap::new());
        for mask in case.masked() {
            masks.add(mask.field, &mask.kind, mask.count);
        }
        masks
    }

    pub(super) fn add(&mut self, field: Field, kind: &str, count: u32) {
        let known = self.0.entry((field, kind.to_owned())).or_default();
        *known = known.saturating_add(count);
    }

    /// The kinds that were taken out of one text, and how often.
    pub(super) fn of(&self, field: Field) -> Vec<(&str, u32)> {
        let here = self.0.iter().filter(|((of, _), _)| *of == field);
        here.map(|((_, kind), count)| (kind.as_str(), *count)).collect()
    }

    /// All that was taken out of the texts that leave; of a text that stays nothing need be said.
    pub(super) fn of_texts(self, leaves: impl Fn(Field) -> bool) -> Vec<MaskCount> {
        let masks = self.0.into_iter().filter(|((field, _), _)| leaves(*field));
        masks.map(|((field, kind), count)| MaskCount { field, kind, count }).collect()
    }
}

/// How much of a text was personal, in percent of its code points, rounded up: what the guard has
/// found in it, and the tags that stand where intake took something out before.
///
/// A tag counts as often as intake says, no more: people write brackets too.
pub(super) fn masked_share(
    text: &str,
    redacted: &guard::Redacted,
    before: &[(&str, u32)],
) -> usize {
    let spans = redacted.spans();
    let found: usize = spans.iter().map(|span| span.end - span.start).sum();
    let mut tags = 0;
    for (kind, count) in before {
        let tag = format!("[{kind}]");
        let length = tag.chars().count();
        let standing = text.match_indices(&tag).filter(|(at, _)| {
            let start = text[..*at].chars().count();
            // Within a span it is counted already.
            spans.iter().all(|span| span.end <= start || start + length <= span.start)
        });
        let most = usize::try_from(*count).unwrap_or(usize::MAX);
        tags += standing.count().min(most) * length;
    }
    ((found + tags) * 100).div_ceil(text.chars().count().max(1))
}

/// As what a withheld value is taken out of a text. House numbers and apartment numbers alone are
/// too short to be looked for; they go with their street or with the word before them. The number
/// of a meter address (`652-16`) is not.
fn kind_in_text(field: Field, value: &str) -> Option<Kind> {
    let telling = || value.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
    match field {
        Field::StreetNumber if telling() => Some(Kind::Address),
        Field::ContactName | Field::CompanyName => Some(Kind::Person),
        Field::ContactPhone | Field::ContactPhoneOther => Some(Kind::Phone),
        Field::ContactEmail => Some(Kind::Email),
        Field::Street | Field::Postcode | Field::City => Some(Kind::Address),
        Field::DoorCode => Some(Kind::Credential),
        Field::CpeMac => Some(Kind::Mac),
        Field::IpAddress => Some(Kind::Ip),
        Field::Personnummer => Some(Kind::Personnummer),
        Field::CompanyOrgNo => Some(Kind::OrgNo),
        Field::BirthDate => Some(Kind::BirthDate),
        Field::CustomerNumber => Some(Kind::CustomerNumber),
        Field::AccessId
        | Field::SubscriptionId
        | Field::CaseReference
        | Field::ServiceId
        | Field::Operation
        | Field::RequestedDate
        | Field::ForcedTakeover
        | Field::FixedIp
        | Field::Sla
        | Field::StreetNumber
        | Field::StreetLittera
        | Field::Apartment
        | Field::ProtectedIdentity
        | Field::IdentityOther
        | Field::CpeModel
        | Field::ProblemType
        | Field::FaultHeading
        | Field::FaultSeverity
        | Field::FaultSince
        | Field::FaultPattern
        | Field::FaultLamps
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::FaultSpeed
        | Field::FaultNeighbours
        | Field::VisitBooked
        | Field::VisitWindow
        | Field::FaultDescription
        | Field::Note
        | Field::Attachment
        | Field::InvoiceAddress
        | Field::StaffName
        | Field::CommercialOther => None,
    }
}
