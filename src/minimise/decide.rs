//! The decision, field by field.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use thiserror::Error;
use zeroize::Zeroizing;

use super::TEXT_REPLACED;
use crate::dialects::Dialect;
use crate::domain::{
    Case, Field, Handling, HoldReason, LegalBasis, MaskCount, PolicyId, Purpose, RuleId,
};
use crate::guard::{self, Kind, Vocabulary};
use crate::recipients::{Agreement, Because, Recipient, Ruling, Situation, TextOverLimit};

/// A case cut down to what may leave. [`minimise`] is the only way to get one.
///
/// It borrows from the case and cannot be kept: what may leave is decided anew at each attempt.
pub struct Minimised<'case> {
    case: &'case Case,
    recipient: &'case Recipient,
    agreement: &'case Agreement,
    dialect: &'static dyn Dialect,
    fields: BTreeMap<Field, Zeroizing<String>>,
    rulings: BTreeMap<Field, Ruling<'case>>,
    masked: Vec<MaskCount>,
}

/// Why nothing may leave. Every refusal is recorded, and a person decides what happens to the case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("nothing may leave: {reason}")]
pub struct Refusal {
    /// What stands in the way.
    pub reason: HoldReason,
    /// The policy that was asked; absent where it did not come to that.
    pub policy: Option<PolicyId>,
    /// The names of all that stays.
    pub withheld: Vec<Field>,
}

impl<'case> Minimised<'case> {
    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.case.purpose()
    }

    /// The text of a field that may leave; `None` where it is withheld or not known.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(|text| text.as_str())
    }

    /// All that may leave.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &str)> {
        self.fields
            .iter()
            .map(|(field, text)| (*field, text.as_str()))
    }

    /// The case itself: for the steps that follow, which know what it holds already.
    pub fn case(&self) -> &'case Case {
        self.case
    }

    /// Who may have it.
    pub fn recipient(&self) -> &'case Recipient {
        self.recipient
    }

    /// On which agreement.
    pub fn agreement(&self) -> &'case Agreement {
        self.agreement
    }

    /// In whose words.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// What the policy says of every field that the case has, or had.
    pub fn rulings(&self) -> &BTreeMap<Field, Ruling<'case>> {
        &self.rulings
    }

    /// What was taken out of free text.
    pub fn masked(&self) -> &[MaskCount] {
        &self.masked
    }

    /// The names of the fields that stay.
    pub fn withheld(&self) -> Vec<Field> {
        let stays = |(field, ruling): (&Field, &Ruling<'_>)| {
            matches!(ruling, Ruling::Withheld(_)).then_some(*field)
        };
        self.rulings.iter().filter_map(stays).collect()
    }

    /// The rules that opened something.
    pub fn rules(&self) -> BTreeSet<RuleId> {
        self.opened().map(|rule| rule.id.clone()).collect()
    }

    /// The grounds of the law that those rules stand on.
    pub fn basis(&self) -> BTreeSet<LegalBasis> {
        self.opened().filter_map(|rule| rule.basis).collect()
    }

    fn opened(&self) -> impl Iterator<Item = &'case crate::recipients::Rule> {
        self.fields
            .keys()
            .filter_map(|field| match self.rulings.get(field) {
                Some(Ruling::Sent(rule)) => Some(*rule),
                _ => None,
            })
    }
}

/// Decides what may leave. `released` says that a person has looked at a case that a machine may
/// not decide; even then only ids leave.
pub fn minimise<'case>(
    case: &'case Case,
    recipient: &'case Recipient,
    dialect: &'static dyn Dialect,
    today: Date,
    released: bool,
) -> Result<Minimised<'case>, Refusal> {
    let refuse = |reason, policy| Refusal {
        reason,
        policy,
        withheld: everything(case),
    };
    let policy = &recipient.policy;
    if !recipient.enabled || case.recipient() != &recipient.id {
        return Err(refuse(HoldReason::RecipientDisabled, None));
    }
    let Some(agreement) = recipient.agreement_on(today) else {
        return Err(refuse(HoldReason::NoAgreement, Some(policy.id())));
    };
    let carried = dialect.carries(case.purpose());
    if carried.is_empty() {
        return Err(refuse(HoldReason::NotOffered, Some(policy.id())));
    }
    if !policy.opens(case.purpose()) {
        return Err(refuse(HoldReason::NoRule, Some(policy.id())));
    }
    if case.handling() == Handling::Special && !released {
        return Err(refuse(HoldReason::SpecialHandling, Some(policy.id())));
    }

    let value = |field: Field| case.facts().get(&field).map(|text| text.disclose());
    let all_clean = |_: Field| true;
    let first = Situation {
        purpose: case.purpose(),
        subject: case.subject(),
        handling: case.handling(),
        value: &value,
        text_clean: &all_clean,
    };
    let mut rulings: BTreeMap<Field, Ruling<'case>> = case
        .facts()
        .keys()
        .map(|&field| {
            (
                field,
                narrowed(field, policy.rule_on(field, &first), carried),
            )
        })
        .collect();

    let texts = guarded_texts(case, &rulings);
    let limits = policy.text();
    let mut fields = BTreeMap::new();
    let mut masked = Vec::new();
    for (&field, text) in case.facts() {
        let Some(Ruling::Sent(rule)) = rulings.get(&field) else {
            continue;
        };
        let Some(redacted) = texts.get(&field) else {
            let text = text.disclose();
            let text = rule
                .transform
                .map_or_else(|| text.to_owned(), |how| how.apply(text));
            fields.insert(field, Zeroizing::new(text));
            continue;
        };
        for (kind, count) in redacted.counts() {
            masked.push(MaskCount {
                field,
                kind: kind.tag().to_owned(),
                count,
            });
        }
        if redacted.masked_share() <= usize::from(limits.masked_percent_max) {
            let cut: String = redacted.text().chars().take(limits.length_max).collect();
            fields.insert(field, Zeroizing::new(cut));
        } else if limits.over == TextOverLimit::Replace {
            fields.insert(field, Zeroizing::new(TEXT_REPLACED.to_owned()));
        } else {
            return Err(refuse(HoldReason::TextNeedsReview, Some(policy.id())));
        }
    }
    // What intake took out of a text that leaves; of a text that stays nothing need be said.
    masked.extend(
        case.masked()
            .iter()
            .filter(|mask| fields.contains_key(&mask.field))
            .cloned(),
    );
    for &field in case.dropped() {
        let ruling = match policy.rule_on(field, &first) {
            Ruling::Withheld(because @ Because::Never(_)) => Ruling::Withheld(because),
            _ => Ruling::Withheld(Because::NotKept),
        };
        rulings.entry(field).or_insert(ruling);
    }
    Ok(Minimised {
        case,
        recipient,
        agreement,
        dialect,
        fields,
        rulings,
        masked,
    })
}

/// What the policy opens, less what the dialect has no place for.
fn narrowed<'case>(field: Field, ruling: Ruling<'case>, carried: &[Field]) -> Ruling<'case> {
    match ruling {
        Ruling::Sent(rule) if !carried.contains(&field) => {
            Ruling::Withheld(Because::NotCarried(rule))
        }
        ruling => ruling,
    }
}

/// Passes the free texts that the policy opens through the guard. What the policy lets through in
/// its own field may stand in the text too; every other known value is taken out.
fn guarded_texts(
    case: &Case,
    rulings: &BTreeMap<Field, Ruling<'_>>,
) -> BTreeMap<Field, guard::Redacted> {
    let mut vocabulary = Vocabulary::new();
    // The texts themselves are what is looked through: one of them must not vouch for its words.
    for (&field, value) in case
        .facts()
        .iter()
        .filter(|(field, _)| !field.is_free_text())
    {
        let plain = matches!(
            rulings.get(&field),
            Some(Ruling::Sent(rule)) if rule.transform.is_none()
        );
        if plain {
            vocabulary = vocabulary.protect(value.disclose());
        } else if let Some(kind) = kind_in_text(field) {
            vocabulary = vocabulary.mask(kind, value.disclose());
        }
    }
    let street = case
        .facts()
        .get(&Field::Street)
        .map(|street| street.disclose());
    let number = case
        .facts()
        .get(&Field::StreetNumber)
        .map(|number| number.disclose());
    let apartment = case
        .facts()
        .get(&Field::Apartment)
        .map(|number| number.disclose());
    let littera = case
        .facts()
        .get(&Field::StreetLittera)
        .map_or("", |littera| littera.disclose());
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

/// As what a withheld value is taken out of a text. House numbers and apartment numbers alone are
/// too short to be looked for; they go with their street or with the word before them.
const fn kind_in_text(field: Field) -> Option<Kind> {
    match field {
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

fn everything(case: &Case) -> Vec<Field> {
    let names: BTreeSet<Field> = case.facts().keys().chain(case.dropped()).copied().collect();
    names.into_iter().collect()
}
