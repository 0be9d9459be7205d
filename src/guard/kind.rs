//! What the guard finds, and why: closed lists, for `explain` and for the counts in the log.

/// What kind of value was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Name of a natural person, or a part of it.
    Person,
    /// Personnummer or samordningsnummer, also mistyped or half hidden.
    Personnummer,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// Street address or property that is not the delivery address.
    Address,
    /// The customer's IP address.
    Ip,
    /// MAC address.
    Mac,
    /// Account, giro or card number.
    Bank,
    /// Password, PIN, door or alarm code.
    Credential,
    /// A word that tells of somebody's health.
    Health,
    /// Our own number of the customer.
    CustomerNumber,
    /// Date of birth.
    BirthDate,
    /// Registration plate.
    Vehicle,
    /// A link that opens something for whoever holds it.
    Url,
    /// Organisation number.
    OrgNo,
    /// Something else that the register has about somebody, or that nothing vouches for.
    Other,
    /// A text that was not read at all, or that was not clean after all: see [`Why::TooLong`] and
    /// [`Why::StillThere`].
    Unread,
}

impl Kind {
    /// The Swedish word that stands in the text instead, between brackets.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Person => "namn",
            Self::Personnummer => "personnummer",
            Self::Phone => "telefon",
            Self::Email => "e-post",
            Self::Address => "adress",
            Self::Ip => "ip-adress",
            Self::Mac => "mac-adress",
            Self::Bank => "bankuppgift",
            Self::Credential => "kod",
            Self::Health => "hälsa",
            Self::CustomerNumber => "kundnummer",
            Self::BirthDate => "födelsedatum",
            Self::Vehicle => "regnummer",
            Self::Url => "länk",
            Self::OrgNo => "orgnummer",
            Self::Other => "uppgift",
            Self::Unread => "text",
        }
    }

    /// The name that labelled texts use for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Personnummer => "PERSONNUMMER",
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
            Self::Address => "ADDRESS",
            Self::Ip => "IP",
            Self::Mac => "MAC",
            Self::Bank => "BANK",
            Self::Credential => "CREDENTIAL",
            Self::Health => "HEALTH",
            Self::CustomerNumber => "CUSTOMER_NO",
            Self::BirthDate => "DATE_OF_BIRTH",
            Self::Vehicle => "VEHICLE",
            Self::Url => "URL",
            Self::OrgNo => "ORG_NO",
            Self::Other => "OTHER",
            Self::Unread => "TEXT",
        }
    }
}

/// What a finding goes by; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The whole text: too long to be read, or not clean at the end.
    Length,
    /// The register has this value.
    KnownValue,
    /// The value has the shape of such an identifier.
    Identifier,
    /// The words around it say so.
    Context,
    /// Nothing vouches for it.
    Denied,
}

impl Layer {
    /// The word for whoever asks why.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::KnownValue => "known-value",
            Self::Identifier => "identifier",
            Self::Context => "context",
            Self::Denied => "denied",
        }
    }
}

/// The rule that found a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The text is longer than [`super::LENGTH_MAX`].
    TooLong,
    /// The text still held a value of the record when all else was done.
    StillThere,
    /// The record has it, in this or another spelling.
    Record,
    /// Its digits are put together like this.
    Digits,
    /// Its characters are those of such an address or link.
    Shape,
    /// A word before it says what it is.
    Cue,
    /// It is a name, or a part of one.
    Name,
    /// It stands where a signature stands.
    Signature,
    /// A street, a house number, a town.
    Place,
    /// A word about health or care.
    HealthWord,
    /// Words that say that somebody's identity is protected.
    Protected,
    /// A word that no list has.
    UnknownWord,
    /// A number or a code that nothing explains.
    UnknownNumber,
    /// An identifier that showed once something beside it was gone.
    Leftover,
}

impl Why {
    /// Its reason in Swedish, for whoever looks at a preview.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "texten är för lång för att granskas",
            Self::StillThere => "en uppgift ur registret stod kvar efter maskningen",
            Self::Record => "finns i kundens uppgifter",
            Self::Digits => "siffrorna är uppställda som ett sådant nummer",
            Self::Shape => "tecknen har den formen",
            Self::Cue => "ordet före säger vad det är",
            Self::Name => "är ett namn",
            Self::Signature => "står där en underskrift står",
            Self::Place => "är en adress",
            Self::HealthWord => "säger något om någons hälsa",
            Self::Protected => "säger att någon har skyddade uppgifter",
            Self::UnknownWord => "ordet är okänt och kan vara ett namn",
            Self::UnknownNumber => "inget i texten förklarar numret",
            Self::Leftover => "syntes när något bredvid hade tagits bort",
        }
    }
}

/// One stretch of the text that was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins: Unicode code points of the text as it was handed in, from 0.
    pub start: usize,
    /// Where it ends: code points, exclusive.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What it was found by.
    pub layer: Layer,
    /// Which rule found it.
    pub why: Why,
}
