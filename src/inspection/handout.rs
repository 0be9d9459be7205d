//! What is taken along: the rows of a question in a form for other programs, each form with a head that
//! says what was asked, when, by whom, how many rows there are, and where the log stood. Pure but for
//! [`Handout::begin`], which finds the rows and writes down that they are handed out.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::listing::Row;
use super::query::Query;
use super::{Inspection, InspectionError};
use crate::domain::{Field, Handling, LegalBasis, Purpose, Timestamp, closed_list};
use crate::log::{Checkpoint, Event, Intent, LeafIndex, Note, Role, TreeSize};
use crate::store::{Ending, Sight, StoreError};

use std::fmt;

closed_list! {
    /// A form of what is taken along.
    Form {
        /// RFC 4180, UTF-8.
        Csv = "csv",
        /// A JSON object a line.
        JsonLines = "jsonl",
        /// JSON-LD, in the words of the Data Privacy Vocabulary.
        JsonLd = "jsonld",
        /// A page to be printed, or kept as PDF.
        Print = "print",
    }
}

impl Form {
    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/x-ndjson",
            Self::JsonLd => "application/ld+json",
            Self::Print => "text/html; charset=utf-8",
        }
    }

    /// So many rows are handed out at once. A page to be printed is held in memory by a browser.
    pub const fn rows_max(self) -> u64 {
        match self {
            Self::Csv | Self::JsonLines | Self::JsonLd => 100_000,
            Self::Print => 2_000,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Csv => "export-csv",
            Self::JsonLines => "export-jsonl",
            Self::JsonLd => "export-jsonld",
            Self::Print => "export-print",
        }
    }
}

/// How many rows are read at a time.
const PAGE: usize = 500;

/// What every form says of itself.
#[derive(Clone, Debug)]
pub struct Head {
    /// What was asked, as it stands in an address.
    pub query: String,
    /// When.
    pub at: Timestamp,
    /// By whom, as they have signed in, and in which role.
    pub by: (String, Role),
    /// How many rows there are.
    pub rows: u64,
    /// How large the log was, with its root.
    pub head: Checkpoint,
    /// That head as it was signed.
    pub checkpoint: Note,
}

/// Rows on their way out.
pub struct Handout {
    inspection: Inspection,
    query: Query,
    sight: Sight,
    form: Form,
    /// What it says of itself.
    pub head: Head,
    given: u64,
}

impl Inspection {
    /// Begins to hand out what is asked for. It is written down first: how, and how many.
    pub async fn hand_out(
        &self,
        query: &Query,
        form: Form,
        (who, role, sight): (&str, Role, Sight),
    ) -> Result<Handout, InspectionError> {
        // The log as it is signed now; what comes later, the leaf about this too, is not in it.
        let (checkpoint, head) = self.head().await?;
        let mut query = query.whole();
        query.before = Some(LeafIndex(head.size.0));
        let rows = self.how_many(&query, sight, head.size).await?;
        if rows > form.rows_max() {
            return Err(InspectionError::TooMany { rows, most: form.rows_max() });
        }
        self.note(role, form.code(), LeafIndex(0), rows).await?;
        let head = Head {
            query: query.whole().address(),
            at: self.clock.now(),
            by: (who.to_owned(), role),
            rows,
            head,
            checkpoint,
        };
        Ok(Handout { inspection: self.clone(), query, sight, form, head, given: 0 })
    }

    /// Counted at the same head: what was appended meanwhile is taken off again.
    async fn how_many(
        &self,
        query: &Query,
        sight: Sight,
        size: TreeSize,
    ) -> Result<u64, InspectionError> {
        let listing = self.find(&query.whole(), sight, PAGE).await?;
        let newer = listing.rows.iter().filter(|row| !size.holds(row.index)).count();
        Ok(listing.total.saturating_sub(newer as u64))
    }
}

impl Handout {
    /// What stands before the rows.
    pub fn begin(&self, with_mark: bool) -> String {
        match self.form {
            Form::Csv => csv_head(&self.head, with_mark),
            Form::JsonLines => format!("{}\n", json!({ "export": head_data(&self.head) })),
            Form::JsonLd => json_ld_head(&self.head),
            Form::Print => String::new(),
        }
    }

    /// The next rows; none: that was all.
    pub async fn rows(&mut self) -> Result<Vec<Row>, InspectionError> {
        let left = self.head.rows.saturating_sub(self.given);
        if left == 0 {
            return Ok(Vec::new());
        }
        let most = usize::try_from(left).unwrap_or(PAGE).min(PAGE);
        let listing = self.inspection.find(&self.query, self.sight, most).await?;
        self.given += listing.rows.len() as u64;
        if let Some(last) = listing.rows.last() {
            self.query.before = Some(last.index);
        }
        Ok(listing.rows)
    }

    /// Rows in their form, behind what was given already.
    pub fn tell(&self, rows: &[Row]) -> Result<String, StoreError> {
        let mut told = String::new();
        let before = self.given - rows.len() as u64;
        for (nth, row) in (before..).zip(rows) {
            match self.form {
                Form::Csv => told.push_str(&csv_row(row)),
                Form::JsonLines => {
                    let _ = writeln!(told, "{}", row_data(row)?);
                }
                Form::JsonLd => {
                    let comma = if nth == 0 { "\n" } else { ",\n" };
                    let _ = write!(told, "{comma}{}", linked(row, &self.head.head));
                }
                Form::Print => {}
            }
        }
        Ok(told)
    }

    /// What stands behind the rows: whoever reads it knows that nothing was cut off.
    pub fn end(&self) -> String {
        match self.form {
            Form::JsonLines => format!("{}\n", json!({ "end": { "rows": self.given } })),
            Form::JsonLd => "\n]}\n".to_owned(),
            Form::Csv | Form::Print => String::new(),
        }
    }

    /// A name for the file.
    pub fn file_name(&self) -> String {
        let at = self.head.at.rfc3339().replace([':', '-'], "");
        format!("sluss-{at}.{}", self.form)
    }
}

fn head_data(head: &Head) -> Value {
    json!({
        "query": head.query,
        "at": head.at.rfc3339(),
        "by": head.by.0,
        "role": head.by.1.as_str(),
        "rows": head.rows,
        "log": {
            "origin": head.head.origin.as_str(),
            "size": head.head.size.0,
            "root": head.head.root.base64(),
            "checkpoint": head.checkpoint.to_string(),
        },
    })
}

const COLUMNS: [&str; 29] = [
    "leaf",
    "time_utc",
    "kind",
    "recipient",
    "legal_name",
    "org_no",
    "country",
    "agreement",
    "endpoint",
    "purpose",
    "basis",
    "policy",
    "rules",
    "sent",
    "withheld",
    "not_carried",
    "masked",
    "replaced",
    "conditions",
    "handling",
    "actor",
    "attempt",
    "reason",
    "outcome",
    "outcome_time_utc",
    "outcome_code",
    "outcome_leaf",
    "commitments",
    "leaf_hash",
];

/// Lines that begin with `#` stand before the line with the columns' names.
fn csv_head(head: &Head, with_mark: bool) -> String {
    let mut text = if with_mark { "\u{feff}".to_owned() } else { String::new() };
    let (size, root) = (head.head.size.to_string(), head.head.root.base64());
    let (at, rows) = (head.at.rfc3339(), head.rows.to_string());
    let by = format!("{} ({})", head.by.0, head.by.1);
    for line in [
        ["#query", &head.query],
        ["#time", &at],
        ["#exporter", &by],
        ["#rows", &rows],
        ["#log_origin", head.head.origin.as_str()],
        ["#log_size", &size],
        ["#log_root", &root],
    ] {
        text.push_str(&csv_line(line));
    }
    text.push_str(&csv_line(COLUMNS));
    text
}

fn csv_line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut line: Vec<String> = Vec::new();
    line.extend(cells.into_iter().map(cell));
    line.join(",") + "\r\n"
}

/// One cell, always in quotes. What a spreadsheet would take for a formula gets an apostrophe before
/// it: a name in an agreement is a name, whoever wrote it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let apostrophe = if formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

fn words<T: fmt::Display>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
}

fn csv_row(row: &Row) -> String {
    let told = Told::of(row);
    let (index, time) = (row.index.to_string(), row.leaf.at.rfc3339());
    let hash = row.stored.hash.to_string();
    let digests = row.leaf.event.digests().map_or(0, std::collections::BTreeSet::len).to_string();
    let (outcome, at, code, leaf) = match (&row.outcome, row.ending()) {
        (Some((index, at, outcome)), _) => (
            outcome.result.to_string(),
            at.rfc3339(),
            outcome.code.as_ref().map(ToString::to_string).unwrap_or_default(),
            index.to_string(),
        ),
        (None, Some(open)) => (open.to_string(), String::new(), String::new(), String::new()),
        (None, None) => Default::default(),
    };
    let kind = row.leaf.event.kind().to_string();
    let mut cells = vec![index, time, kind];
    cells.extend(told.0);
    cells.extend([outcome, at, code, leaf, digests, hash]);
    csv_line(cells.iter().map(String::as_str))
}

/// The columns from `recipient` to `reason`, in their order.
struct Told([String; 20]);

impl Told {
    fn of(row: &Row) -> Self {
        let mut told = <[String; 20]>::default();
        match &row.leaf.event {
            Event::Intent(intent) => told = Self::of_intent(intent),
            Event::Refusal(stopped) | Event::Hold(stopped) => {
                told[0] = stopped.recipient.to_string();
                told[6] = stopped.purpose.to_string();
                told[8] = stopped.policy.map(|policy| policy.to_string()).unwrap_or_default();
                told[11] = words(stopped.withheld.iter().map(|field| field.as_str()));
                told[17] = stopped.actor.to_string();
                told[19] = stopped.reason.to_string();
            }
            Event::Release(release) => {
                told[0] = release.recipient.to_string();
                told[6] = release.purpose.to_string();
                told[17] = release.actor.to_string();
                told[19] = release.reason.to_string();
            }
            Event::Read(read) => {
                told[17] = read.actor.to_string();
                told[19] = read.what.to_string();
            }
            Event::Policy(policy) => {
                told[0] = policy.recipient.to_string();
                told[1].clone_from(&policy.registered.legal_name);
                told[2].clone_from(&policy.registered.org_no);
                told[3].clone_from(&policy.registered.country);
                told[5].clone_from(&policy.registered.endpoint);
                told[8] = policy.policy.to_string();
            }
            Event::Erasure(erasure) => told[19] = erasure.reason.to_string(),
            Event::Resume(resume) => {
                told[17] = resume.actor.to_string();
                told[19] = resume.reason.to_string();
            }
            Event::Outcome(outcome) => told[19] = outcome.result.to_string(),
            Event::Key(_) | Event::Heartbeat | Event::Anchor(_) => {}
        }
        Self(told)
    }

    fn of_intent(intent: &Intent) -> [String; 20] {
        let to = &intent.recipient;
        let fields = |fields: &std::collections::BTreeSet<Field>| {
            words(fields.iter().map(|field| field.as_str()))
        };
        let masked = intent.masked.iter();
        let masked = masked.map(|mask| format!("{}:{}={}", mask.field, mask.kind, mask.count));
        let conditions = intent.conditions.iter();
        let conditions: Vec<_> = conditions.map(|(name, held)| format!("{name}={held}")).collect();
        [
            to.id.to_string(),
            to.legal_name.clone(),
            to.org_no.clone(),
            to.country.clone(),
            to.agreement.clone(),
            intent.endpoint.clone(),
            intent.purpose.to_string(),
            words(&intent.basis),
            intent.policy.to_string(),
            words(&intent.rules),
            fields(&intent.sent),
            fields(&intent.withheld),
            fields(&intent.not_carried),
            words(masked),
            fields(&intent.replaced),
            conditions.join("; "),
            match intent.handling {
                Handling::Ordinary => "ordinary".to_owned(),
                Handling::Special => "special".to_owned(),
            },
            intent.actor.to_string(),
            intent.attempt.to_string(),
            String::new(),
        ]
    }
}

fn row_data(row: &Row) -> Result<Value, StoreError> {
    let corrupt = |_| StoreError::Corrupt { table: "leaf" };
    let leaf: Value = serde_json::from_slice(&row.stored.body).map_err(corrupt)?;
    let mut data =
        json!({ "index": row.index.0, "hash": row.stored.hash.to_string(), "leaf": leaf });
    if let Some((index, at, outcome)) = &row.outcome {
        data["outcome"] = json!({
            "index": index.0,
            "at": at.rfc3339(),
            "result": outcome.result.as_str(),
            "code": outcome.code.as_ref().map(ToString::to_string),
        });
    }
    Ok(data)
}

/// Terms of the Data Privacy Vocabulary 2 (its catalogues of 2.2 and 2.3 were looked at); where it has
/// none, ours, by their own names.
fn json_ld_head(head: &Head) -> String {
    let context = json!({
        "dpv": "https://w3id.org/dpv#",
        "pd": "https://w3id.org/dpv/pd#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "dct": "http://purl.org/dc/terms/",
        "sluss": "urn:sluss:",
        "dct:created": { "@type": "http://www.w3.org/2001/XMLSchema#dateTime" },
    });
    format!(
        "{{\"@context\":{context},\"@id\":\"urn:sluss:export\",\"dct:created\":{},\"sluss:export\":{},\
         \"@graph\":[",
        json!(head.at.rfc3339()),
        json!({ "@type": "@json", "@value": head_data(head) }),
    )
}

fn linked(row: &Row, head: &Checkpoint) -> Value {
    let id = format!("urn:sluss:leaf:{}:{}", head.origin.as_str(), row.index);
    let mut data = json!({
        "@id": id,
        "dct:created": row.leaf.at.rfc3339(),
        "sluss:kind": row.leaf.event.kind().as_str(),
        "sluss:leafHash": row.stored.hash.to_string(),
    });
    if let Event::Intent(intent) = &row.leaf.event {
        let ids = |terms: Vec<String>| -> Vec<Value> {
            terms.into_iter().map(|term| json!({ "@id": term })).collect()
        };
        let to = &intent.recipient;
        data["@type"] = json!("dpv:Process");
        data["dpv:hasProcessing"] = json!({ "@id": "dpv:DiscloseByTransmission" });
        data["dpv:hasPurpose"] = json!(ids(purpose(intent.purpose)));
        if is_notice(intent.purpose) {
            data["dpv:hasRight"] = json!({ "@id": "eu-gdpr:A19" });
        }
        data["dpv:hasLegalBasis"] =
            json!(ids(intent.basis.iter().map(|one| basis(*one)).collect()));
        data["dpv:hasRecipient"] = json!({
            "@id": format!("sluss:recipient:{}", to.id),
            "@type": "dpv:Recipient",
            "dct:title": to.legal_name,
            "dct:identifier": to.org_no,
            "sluss:agreement": to.agreement,
        });
        data["dpv:hasPersonalData"] =
            json!(ids(intent.sent.iter().map(|field| personal_data(*field)).collect()));
        data["sluss:withheld"] =
            json!(ids(intent.withheld.iter().map(|field| personal_data(*field)).collect()));
        data["sluss:policy"] = json!(format!("sha256:{}", intent.policy));
        data["sluss:rule"] =
            json!(intent.rules.iter().map(ToString::to_string).collect::<Vec<_>>());
        data["sluss:outcome"] = json!(row.ending().map(Ending::as_str));
    } else {
        let facets = crate::log::Facets::of(&row.leaf.event);
        data["sluss:recipient"] = json!(facets.recipient.map(|one| one.to_string()));
        data["sluss:purpose"] = json!(facets.purpose.map(Purpose::as_str));
        data["sluss:reason"] = json!(facets.reason);
        data["sluss:actor"] = json!(facets.actor.map(Role::as_str));
    }
    data
}

fn purpose(purpose: Purpose) -> Vec<String> {
    let ours = format!("sluss:purpose:{purpose}");
    let theirs = match purpose {
        Purpose::Feasibility
        | Purpose::Activate
        | Purpose::Change
        | Purpose::Suspend
        | Purpose::Resume
        | Purpose::Terminate => Some("dpv:RequestedServiceProvision"),
        Purpose::FaultReport
        | Purpose::FaultSupplement
        | Purpose::FaultClose
        | Purpose::ContactPull => Some("dpv:RepairImpairments"),
        // Article 19 itself is a right there, and no purpose.
        Purpose::NoticeRectification | Purpose::NoticeErasure => Some("dpv:RightsFulfilment"),
    };
    theirs.map(str::to_owned).into_iter().chain([ours]).collect()
}

/// Whether somebody is told that what they got was wrong, or is to be erased.
const fn is_notice(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::NoticeRectification | Purpose::NoticeErasure)
}

fn basis(basis: LegalBasis) -> String {
    match basis {
        LegalBasis::Contract => "eu-gdpr:A6-1-b-contract-performance",
        LegalBasis::LegalObligation => "eu-gdpr:A6-1-c",
        LegalBasis::LegitimateInterest => "eu-gdpr:A6-1-f",
    }
    .to_owned()
}

fn personal_data(field: Field) -> String {
    match field {
        Field::Street => "pd:Street".to_owned(),
        Field::StreetNumber => "pd:HouseNumber".to_owned(),
        Field::Postcode => "pd:PostalCode".to_owned(),
        Field::City => "pd:City".to_owned(),
        Field::ContactName => "pd:Name".to_owned(),
        Field::ContactPhone | Field::ContactPhoneOther => "pd:TelephoneNumber".to_owned(),
        Field::ContactEmail => "pd:EmailAddress".to_owned(),
        Field::CpeMac => "pd:MACAddress".to_owned(),
        Field::IpAddress => "pd:IPAddress".to_owned(),
        Field::Personnummer => "pd:OfficialID".to_owned(),
        field => format!("sluss:field:{field}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looked up in the catalogues of DPV 2.2, one by one, each as what it is used for here.
    const PURPOSES: [&str; 3] =
        ["dpv:RequestedServiceProvision", "dpv:RepairImpairments", "dpv:RightsFulfilment"];
    const BASES: [&str; 3] =
        ["eu-gdpr:A6-1-b-contract-performance", "eu-gdpr:A6-1-c", "eu-gdpr:A6-1-f"];
    const DATA: [&str; 10] = [
        "pd:Street",
        "pd:HouseNumber",
        "pd:PostalCode",
        "pd:City",
        "pd:Name",
        "pd:TelephoneNumber",
        "pd:EmailAddress",
        "pd:MACAddress",
        "pd:IPAddress",
        "pd:OfficialID",
    ];

    #[test]
    fn every_term_is_one_of_the_vocabulary_or_ours() {
        let known = |all: &[&str], term: &str| all.contains(&term) || term.starts_with("sluss:");
        for one in Purpose::ALL {
            let terms = purpose(*one);
            assert!(terms.iter().all(|term| known(&PURPOSES, term)), "{one}: {terms:?}");
            assert!(terms.contains(&format!("sluss:purpose:{one}")), "{terms:?}");
        }
        for one in LegalBasis::ALL {
            assert!(BASES.contains(&basis(*one).as_str()), "{one}");
        }
        for one in Field::ALL {
            let term = personal_data(*one);
            assert!(known(&DATA, &term), "{term}");
        }
    }

    #[test]
    fn no_cell_is_a_formula_or_ends_another() {
        for text in ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(cell(text).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(cell("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
        assert_eq!(cell("2026-03-01"), "\"2026-03-01\"");
        assert_eq!(csv_line(["a", "=b"]), "\"a\",\"'=b\"\r\n");
    }
}
