//! The words of the log in plain Swedish, for whom it is about.

use crate::domain::{CaseState, Field, HoldReason, LegalBasis, MaskCount, Purpose};
use crate::log::{Kind, OutcomeResult};

/// A field of the catalogue.
pub const fn field(field: Field) -> &'static str {
    match field {
        Field::AccessId => "uttagets id (access-id)",
        Field::SubscriptionId => "abonnemangets id hos operatören",
        Field::CaseReference => "vår slumpade referens för ärendet",
        Field::OperatorReference => "operatörens nummer på ärendet",
        Field::ServiceId => "tjänst",
        Field::Operation => "vad som beställs",
        Field::RequestedDate => "önskad dag",
        Field::ForcedTakeover => "om en annan leverantörs tjänst ska ersättas",
        Field::FixedIp => "om fast IP-adress ingår",
        Field::Sla => "servicenivå",
        Field::Street => "gata",
        Field::StreetNumber => "gatunummer",
        Field::StreetLittera => "uppgång",
        Field::Postcode => "postnummer",
        Field::City => "postort",
        Field::Apartment => "lägenhetsnummer",
        Field::ContactName => "kontaktpersonens namn",
        Field::ContactPhone => "telefonnummer",
        Field::ContactEmail => "e-postadress",
        Field::ContactPhoneOther => "ytterligare telefonnummer",
        Field::Personnummer => "personnummer",
        Field::BirthDate => "födelsedatum",
        Field::CompanyName => "företagets namn",
        Field::CompanyOrgNo => "organisationsnummer",
        Field::ProtectedIdentity => "uppgift om skyddad identitet",
        Field::IdentityOther => "övriga folkbokföringsuppgifter",
        Field::CpeMac => "MAC-adress på din utrustning",
        Field::CpeModel => "modell på din utrustning",
        Field::IpAddress => "IP-adress",
        Field::ProblemType => "typ av fel",
        Field::FaultHeading => "felets rubrik",
        Field::FaultSeverity => "hur allvarligt felet är",
        Field::FaultSince => "när felet började",
        Field::FaultPattern => "om felet kommer och går",
        Field::FaultLamps => "lampor på utrustningen",
        Field::FaultLink => "om det finns länk",
        Field::FaultLevel => "uppmätt optisk nivå",
        Field::FaultWiredTest => "prov med kabel",
        Field::FaultRestarted => "om utrustningen startats om",
        Field::FaultSpeed => "uppmätt hastighet",
        Field::FaultResponsible => "vems tur det är att arbeta med felet",
        Field::FaultNeighbours => "antal grannar med samma fel",
        Field::VisitBooked => "om ett besök är bokat",
        Field::VisitWindow => "tid för besök",
        Field::DoorCode => "portkod",
        Field::FaultDescription => "felbeskrivning",
        Field::Note => "anteckning",
        Field::Attachment => "bilagor",
        Field::CustomerNumber => "kundnummer",
        Field::InvoiceAddress => "fakturaadress",
        Field::StaffName => "handläggarens namn",
        Field::CommercialOther => "avtal, priser och betalning",
    }
}

/// What a disclosure was for.
pub const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Feasibility => "ta reda på om adressen kan få tjänsten",
        Purpose::Activate => "leverera en ny tjänst",
        Purpose::Change => "byta tjänst på samma uttag",
        Purpose::Suspend => "pausa en tjänst",
        Purpose::Resume => "återuppta en pausad tjänst",
        Purpose::Terminate => "avsluta en tjänst",
        Purpose::FaultReport => "få ett fel avhjälpt",
        Purpose::FaultSupplement => "komplettera en felanmälan",
        Purpose::FaultClose => "avsluta en felanmälan",
        Purpose::ContactPull => "ge operatören en kontakt som den frågat efter",
        Purpose::NoticeRectification => "meddela att en lämnad uppgift var fel",
        Purpose::NoticeErasure => "meddela att lämnade uppgifter ska raderas",
    }
}

/// On which ground of the law.
pub const fn basis(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::Contract => {
            "det behövs för att fullgöra avtalet med dig (dataskyddsförordningen artikel 6.1 b)"
        }
        LegalBasis::LegalObligation => {
            "vi är skyldiga till det enligt lag (dataskyddsförordningen artikel 6.1 c)"
        }
        LegalBasis::LegitimateInterest => {
            "ett berättigat intresse som vägts mot ditt (dataskyddsförordningen artikel 6.1 f)"
        }
    }
}

/// How a disclosure ended; `None`: it has not.
pub const fn outcome(result: Option<OutcomeResult>) -> &'static str {
    match result {
        Some(OutcomeResult::Accepted) => "mottagaren tog emot uppgifterna",
        Some(OutcomeResult::Rejected) => {
            "mottagaren fick uppgifterna men avvisade det som begärdes"
        }
        Some(OutcomeResult::Unsent) => "uppgifterna lämnade oss aldrig",
        Some(OutcomeResult::Unknown) => {
            "det är inte känt om uppgifterna kom fram; det räknas som att de gjorde det"
        }
        None => "inte avslutat: det är ännu inte känt om uppgifterna kom fram",
    }
}

/// Why nothing was disclosed.
pub const fn stopped(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::SpecialHandling => "ärendet handläggs för hand",
        HoldReason::NoAgreement => "det finns inget gällande avtal med mottagaren",
        HoldReason::RecipientDisabled => "inget lämnas ut till mottagaren för närvarande",
        HoldReason::NoRule => "ingen regel tillåter utlämnande för ändamålet",
        HoldReason::MissingField => "det som behövs får inte lämnas ut eller saknas",
        HoldReason::Screened => "meddelandet innehöll något som inte får lämnas ut",
        HoldReason::TextNeedsReview => "för mycket av texten var personuppgifter",
        HoldReason::Credentials => "mottagaren godtog inte vår inloggning",
        HoldReason::NotOffered => "mottagaren erbjuder inte detta",
        HoldReason::Unclear => "mottagarens svar gick inte att förstå",
        HoldReason::ReasonUnknown => "mottagaren sade nej av ett skäl som utreds",
        HoldReason::ServiceUnavailable => "tjänsten går inte att beställa på adressen den dagen",
        HoldReason::Taken => "en annan leverantör har tjänsten på adressen",
        HoldReason::TakeoverNotOffered => "mottagaren tar inte över från en annan leverantör",
        HoldReason::CharacteristicMissing => "beställningen saknar en uppgift som tjänsten kräver",
        HoldReason::AttemptsUsedUp => "det har försökts så många gånger som är tillåtet",
        HoldReason::Unreadable => "det som sparats om ärendet gick inte att läsa",
        HoldReason::Person => "en handläggare har stoppat ärendet",
        HoldReason::ReferenceUnknown | HoldReason::ReferenceElsewhere => {
            "mottagaren angav en referens som inte är dess egen"
        }
        HoldReason::NotLive => "ärendet var inte pågående hos mottagaren",
        HoldReason::TicketUnknown => "mottagaren angav en felanmälan som inte är öppen där",
        HoldReason::NoContact => "det finns inget sätt att nå dig som mottagaren får ha",
    }
}

/// What a leaf is about.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Intent => "utlämnande",
        Kind::Outcome => "hur ett utlämnande slutade",
        Kind::Refusal => "ett utlämnande nekades",
        Kind::Hold => "ett ärende stoppades: en person måste avgöra",
        Kind::Release => "en person avgjorde ett stoppat ärende",
        Kind::Read => "loggen lästes",
        Kind::Policy => "ett regelverk började gälla",
        Kind::Key => "en nyckel byttes eller kom till",
        Kind::Erasure => "uppgifter raderades",
        Kind::Heartbeat => "loggen var i gång",
        Kind::Anchor => "en tidigare logg",
        Kind::Resume => "loggen återupptogs efter ett stopp",
    }
}

/// Where a case stands.
pub const fn state(state: CaseState) -> &'static str {
    match state {
        CaseState::Waiting | CaseState::Accepted | CaseState::Recorded => "mottaget",
        CaseState::Placed => "hos operatören",
        CaseState::Completed => "klart",
        CaseState::Failed => "kunde inte utföras",
        CaseState::Rejected => "avvisat av operatören",
        CaseState::Held => "väntar på en handläggare",
        CaseState::Cancelled => "avbrutet",
    }
}

/// What was taken out of a text.
pub fn masked(mask: &MaskCount) -> String {
    format!("{} × {} i {}", mask.count, mask.kind, field(mask.field))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_fields_or_purposes_read_alike() {
        let fields: BTreeSet<_> = Field::ALL.iter().map(|one| field(*one)).collect();
        assert_eq!(fields.len(), Field::ALL.len());
        let purposes: BTreeSet<_> = Purpose::ALL.iter().map(|one| purpose(*one)).collect();
        assert_eq!(purposes.len(), Purpose::ALL.len());
    }
}
