//! Who has to do with it: the operator that delivers, the customer, and others. Lenient: of a
//! customer whatever the register knows may come, and all but a name and a way to call is dropped.

use zeroize::Zeroizing;

use super::Context;
use super::draft::Facts;
use super::json::Json;
use super::reader::{Node, Object};
use super::surplus::{STRUCTURE, Surplus, Whose, each_scalar};
use super::value;
use crate::domain::{Field, RecipientId, SubjectKind};
use crate::guard::Kind;
use crate::guard::identity::{Confidence, is_personnummer, luhn};

const PARTIES_MAX: usize = 20;
const MEDIA_MAX: usize = 20;
const NAME_MAX: usize = 200;

/// The role of whoever delivers and repairs.
const OPERATOR: &str = "communicationsOperator";
/// The role of whom the data is about.
const CUSTOMER: &str = "customer";

/// What a body says about its parties.
pub(super) struct Parties {
    /// The operator, where one is named.
    pub(super) recipient: Option<RecipientId>,
    /// The customer's number with the ordering system.
    pub(super) number: Option<Zeroizing<String>>,
    /// What kind of customer it is.
    pub(super) subject: SubjectKind,
}

/// Reads `relatedParty`.
pub(super) fn read(
    body: &mut Object<'_>,
    context: &Context<'_>,
    facts: &mut Facts,
    surplus: &mut Surplus,
) -> Parties {
    // Without a customer the rules for persons hold.
    let mut parties = Parties { recipient: None, number: None, subject: SubjectKind::Person };
    let (mut operators, mut customers) = (0, 0);
    let nodes = body.take("relatedParty").map(|node| node.array(PARTIES_MAX)).unwrap_or_default();
    for node in nodes {
        let Some(mut party) = node.object() else {
            continue;
        };
        let role = party.take("role").and_then(|role| role.text(NAME_MAX)).unwrap_or_default();
        if role.eq_ignore_ascii_case(OPERATOR) {
            operators += 1;
            if operators > 1 {
                node.fault("is the second operator: one body goes to one");
            }
            parties.recipient = operator(&mut party, context);
        } else if role.eq_ignore_ascii_case(CUSTOMER) {
            customers += 1;
            if customers > 1 {
                node.fault("is the second customer: one body is about one");
            }
            (parties.number, parties.subject) = customer(party, facts, surplus);
        } else {
            surplus.name(Field::CommercialOther);
            surplus.add_all("", node.json(), Whose::Others);
        }
    }
    if operators == 0 {
        body.nobody_named();
    }
    parties
}

fn operator(party: &mut Object<'_>, context: &Context<'_>) -> Option<RecipientId> {
    let node = party.need("id")?;
    let id = node.id(RecipientId::parse)?;
    let known = context.recipients.contains(&id);
    if !known {
        node.fault("is not an operator that is configured here");
    }
    known.then_some(id)
}

fn customer(
    mut party: Object<'_>,
    facts: &mut Facts,
    surplus: &mut Surplus,
) -> (Option<Zeroizing<String>>, SubjectKind) {
    party.pass(STRUCTURE);
    let number = party.take("id").and_then(|id| id.scalar(NAME_MAX));
    if let Some(number) = number {
        // Some registers use the personnummer.
        let kind = match is_personnummer(number) {
            Some(_) => Kind::Personnummer,
            None => Kind::CustomerNumber,
        };
        surplus.add(Field::CustomerNumber, kind, number);
    }
    let nature = nature(&mut party, surplus);
    names(&mut party, nature.is_organization, facts, surplus);
    if let Some(media) = party.take("contactMedium") {
        contact(&media, facts, surplus);
    }
    if let Some(given) = party.take("individualIdentification") {
        individual(given.json(), surplus);
    }
    for (name, json) in party.rest() {
        surplus.add_all(name, json, Whose::Customer);
    }
    (number.map(|number| Zeroizing::new(number.to_owned())), nature.subject)
}

/// What kind of customer a party is.
struct Nature {
    subject: SubjectKind,
    /// Its `name` is that of a company.
    is_organization: bool,
}

/// Person, sole trader or company. What cannot be told is treated as a person in trade.
fn nature(party: &mut Object<'_>, surplus: &mut Surplus) -> Nature {
    let mut numbers = Vec::new();
    let given = party.take("organizationIdentification");
    if let Some(given) = &given {
        each_scalar("", given.json(), &mut |name, text| {
            if matches!(name, "" | "identificationId") {
                surplus.add(Field::CompanyOrgNo, Kind::OrgNo, text);
                numbers.push(of_org_no(text));
            } else {
                surplus.name(Field::CompanyOrgNo);
            }
        });
    }
    let names_company =
        ["tradingName", "organizationType", "isLegalEntity"].iter().any(|member| party.has(member));
    let in_trade = given.is_some() || names_company;
    let referred = party.peek("@referredType").unwrap_or_default().to_lowercase();
    let is_organization = match () {
        () if referred.contains("organi") => true,
        () if referred.contains("individual") => false,
        () => in_trade,
    };
    let sole_by_word =
        party.peek("organizationType").is_some_and(|kind| kind.to_lowercase().contains("enskild"));
    let legal = !numbers.is_empty()
        && numbers.iter().all(|number| *number == Some(SubjectKind::LegalPerson))
        && !sole_by_word;
    let subject = match (is_organization, legal) {
        (true, true) => SubjectKind::LegalPerson,
        (true, false) => SubjectKind::SoleTrader,
        (false, _) if in_trade => SubjectKind::SoleTrader,
        (false, _) => SubjectKind::Person,
    };
    Nature { subject, is_organization }
}

fn of_org_no(text: &str) -> Option<SubjectKind> {
    let digits: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect());
    let ten = &digits[digits.len().saturating_sub(10)..];
    // A number with a wrong check digit tells nothing.
    luhn(ten).then(|| SubjectKind::of_org_no(text)).flatten()
}

/// One name of the person and one of the company; every other is surplus.
fn names(party: &mut Object<'_>, is_organization: bool, facts: &mut Facts, surplus: &mut Surplus) {
    let mut text = |name| party.take(name).and_then(|node| node.scalar(NAME_MAX));
    let (given, family) = (text("givenName"), text("familyName"));
    let whole = [text("fullName"), text("formattedName")];
    let (trading, name) = (text("tradingName"), text("name"));

    let both = Zeroizing::new([given.unwrap_or_default(), family.unwrap_or_default()].join(" "));
    let of_person = [Some(both.as_str()), whole[0], whole[1], name.filter(|_| !is_organization)];
    let of_company = [trading, name.filter(|_| is_organization)];

    keep_one(of_person, value::person_name, Field::ContactName, facts, surplus);
    keep_one(of_company, value::company_name, Field::CompanyName, facts, surplus);
}

/// Keeps the first candidate that can be read; the others are surplus.
fn keep_one<'t>(
    candidates: impl IntoIterator<Item = Option<&'t str>>,
    read: fn(&str) -> Option<Zeroizing<String>>,
    field: Field,
    facts: &mut Facts,
    surplus: &mut Surplus,
) {
    for candidate in candidates.into_iter().flatten().filter(|text| !text.trim().is_empty()) {
        match (facts.get(field), read(candidate)) {
            (None, Some(name)) => facts.set(field, name),
            (Some(kept), Some(name)) if kept == *name => {}
            _ => surplus.add(Field::IdentityOther, Kind::Person, candidate),
        }
    }
}

/// One telephone number, a mobile where there is one, and one e-mail address.
fn contact(media: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    let (mut mobiles, mut phones): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for node in media.array(MEDIA_MAX) {
        let Some(mut medium) = node.object() else {
            continue;
        };
        let kind = medium.take("mediumType").and_then(|kind| kind.text(NAME_MAX));
        let kind = kind.unwrap_or_default().to_lowercase();
        // The values stand in `characteristic`, or from TMF632 version 5 in the medium itself.
        each_scalar("", node.json(), &mut |name, text| match name {
            "phoneNumber" if ["mobil", "cell"].iter().any(|word| kind.contains(word)) => {
                mobiles.push(text);
            }
            "phoneNumber" => phones.push(text),
            "emailAddress" => match (facts.get(Field::ContactEmail), value::email(text)) {
                (None, Some(address)) => facts.set(Field::ContactEmail, address),
                (Some(kept), Some(address)) if kept == *address => {}
                _ => surplus.add(Field::IdentityOther, Kind::Email, text),
            },
            "city" | "country" | "stateOrProvince" => surplus.name(Field::InvoiceAddress),
            "street1" | "street2" | "postCode" => {
                surplus.add(Field::InvoiceAddress, Kind::Address, text);
            }
            _ => surplus.add_as(name, text, Whose::Customer),
        });
    }
    for text in mobiles.into_iter().chain(phones) {
        match (facts.get(Field::ContactPhone), value::phone(text)) {
            (None, Some(number)) => facts.set(Field::ContactPhone, number),
            (Some(kept), Some(number)) if kept == *number => {}
            _ => surplus.add(Field::ContactPhoneOther, Kind::Phone, text),
        }
    }
}

/// Identity documents: a personnummer by its type or its form; anything else is surplus too.
fn individual(json: &Json, surplus: &mut Surplus) {
    match json {
        Json::Array(entries) => entries.iter().for_each(|entry| individual(entry, surplus)),
        Json::Object(members) => {
            let kind = members.get("identificationType").and_then(Json::scalar);
            let kind = kind.unwrap_or_default().to_lowercase();
            let national = ["person", "samordning", "national", "ssn"];
            for (name, value) in members.iter().filter(|(name, _)| *name != "identificationType") {
                let id = value.scalar().filter(|_| name == "identificationId");
                match id {
                    Some(id)
                        if national.iter().any(|word| kind.contains(word))
                            || is_personnummer(id) == Some(Confidence::High) =>
                    {
                        surplus.add(Field::Personnummer, Kind::Personnummer, id);
                    }
                    Some(id) => surplus.add(Field::IdentityOther, Kind::Other, id),
                    None => surplus.add_all(name, value, Whose::Customer),
                }
            }
        }
        other => surplus.add_all("", other, Whose::Customer),
    }
}
