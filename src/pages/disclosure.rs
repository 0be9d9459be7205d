//! One leaf of the disclosure log: what it says, why, and the proof.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::disclosures::state;
use super::moment::written;
use super::sheet::Failed;
use super::words::Words;
use super::{Posted, Sheet, Visit};
use crate::auth::{Action, Caller};
use crate::desk::Desk;
use crate::gate::Person;
use crate::inspection::{Because, Inspection, InspectionError, Record, Step, Verified};
use crate::log::{Event, Facets, Intent, LeafIndex};

/// `GET /disclosures/{leaf}`.
pub async fn show(
    State(inspection): State<Inspection>,
    visit: Visit,
    person: Person,
    caller: Caller,
    Path(leaf): Path<String>,
) -> Result<Sheet, Failed> {
    let who = (caller.role(), Desk::sight(&person.roles));
    let record = inspection.record(read(&leaf)?, who).await?;
    Ok(page(&visit, &record, None))
}

/// `POST /disclosures/{leaf}/verify`.
pub async fn verify(
    State(inspection): State<Inspection>,
    visit: Visit,
    caller: Caller,
    Path(leaf): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Sheet, Failed> {
    let who = (caller.role(), Desk::sight(&person.roles));
    let (record, verified) = inspection.verify(read(&leaf)?, who).await?;
    Ok(page(&visit, &record, Some(&verified)))
}

/// `GET /disclosures/{leaf}/bundle`: to be verified elsewhere.
pub async fn bundle(
    State(inspection): State<Inspection>,
    _: Person,
    caller: Caller,
    Path(leaf): Path<String>,
) -> Result<Response, Failed> {
    let index = read(&leaf)?;
    let bundle = inspection.bundle(index, caller.role()).await?;
    let name = format!("attachment; filename=\"sluss-leaf-{index}.json\"");
    let mut response = bundle.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

pub(super) fn read(leaf: &str) -> Result<LeafIndex, Failed> {
    let index = crate::log::decimal(leaf).filter(|index| *index <= 1 << 53);
    Ok(LeafIndex(index.ok_or(InspectionError::NotThere)?))
}

fn page(visit: &Visit, record: &Record, verified: Option<&Verified>) -> Sheet {
    let words = visit.words;
    let index = record.row.index;
    let kind = record.row.leaf.event.kind();
    let number = index.to_string();
    let kind_told = words.one_of("leafkind", kind.as_str());
    let title = words.tell("leaf-title", &[("leaf", &number), ("kind", &kind_told)]);
    let body = html! {
        @if let Some(verified) = verified { (outcome_of(words, verified)) }
        (facts(visit, record))
        @if let Some(intent) = record.intent() { (decision(words, record, intent)) }
        (proof(words, record))
        div.acts {
            form method="post" action=(format!("/disclosures/{index}/verify")) {
                (visit.token())
                button { (words.say("leaf-verify")) }
            }
            a.button.second href=(format!("/disclosures/{index}/bundle")) { (words.say("leaf-bundle")) }
        }
        p.soft.small { (words.say("leaf-bundle-about")) }
        details {
            summary { (words.say("leaf-raw")) }
            pre tabindex="0" { code { (String::from_utf8_lossy(&record.row.stored.body)) } }
        }
    };
    visit.sheet(title, body)
}

fn outcome_of(words: Words, verified: &Verified) -> Markup {
    let (class, sign) = if verified.holds() { ("note good", "✓") } else { ("note wrong", "!") };
    html! {
        div class=(class) role="status" {
            span.sign aria-hidden="true" { (sign) }
            p { strong {
                @if verified.holds() { (words.say("verified-good")) } @else { (words.say("verified-bad")) }
            } }
            ul.steps { @for (step, held) in &verified.steps {
                li {
                    span aria-hidden="true" { @if *held { "✓ " } @else { "× " } }
                    (words.one_of("step", step.as_str())) ": "
                    @if *held { (words.say("verified-yes")) } @else { strong { (words.say("verified-no")) } }
                }
            } }
            @for (rule, what) in &verified.broken {
                p lang="en" { code { (rule) } " " (what) }
            }
        }
    }
}

fn facts(visit: &Visit, record: &Record) -> Markup {
    let words = visit.words;
    let row = &record.row;
    let facets = Facets::of(&row.leaf.event);
    html! {
        dl.facts {
            dt { (words.say("log-at")) }
            dd { time datetime=(row.leaf.at.rfc3339()) { (written(row.leaf.at, "%Y-%m-%d %H:%M:%S")) }
                span.soft { " (" (row.leaf.at.rfc3339()) ")" } }
            @if let Some(ending) = row.ending() {
                dt { (words.say("log-end")) }
                dd { (state(words, ending))
                    @if let Some((index, at, outcome)) = &row.outcome {
                        " · " (written(*at, "%Y-%m-%d %H:%M:%S"))
                        @if let Some(code) = &outcome.code { " · " code { (code) } }
                        " · " a href=(format!("/disclosures/{index}")) { (words.say("log-leaf")) " " (index) }
                    }
                }
            }
            @match &row.leaf.event {
                Event::Intent(intent) => {
                    dt { (words.say("log-to")) }
                    dd { (intent.recipient.legal_name) ", " (intent.recipient.org_no) " ("
                        (intent.recipient.country) ")" br; span.soft { (intent.endpoint) } }
                    dt { (words.say("leaf-agreement")) } dd { (intent.recipient.agreement) }
                }
                Event::Outcome(outcome) => {
                    dt { (words.say("log-end")) }
                    dd { (state(words, outcome.result.into()))
                        @if let Some(code) = &outcome.code { " · " code { (code) } } }
                    dt { (words.say("log-of")) }
                    dd { a href=(format!("/disclosures/{}", outcome.intent)) { (words.say("log-leaf")) " "
                        (outcome.intent) } }
                }
                Event::Read(read) => {
                    dt { (words.say("leaf-read")) } dd { code { (read.what) } }
                    dt { (words.say("leaf-read-first")) } dd { (read.first) }
                    dt { (words.say("leaf-read-count")) } dd { (read.count) }
                }
                _ => @if let Some(recipient) = &facets.recipient {
                    dt { (words.say("log-to")) } dd { (recipient.as_str()) }
                },
            }
            @if let Some(purpose) = facets.purpose {
                dt { (words.say("case-purpose")) }
                dd { (words.one_of("purpose", purpose.as_str())) " " code { (purpose) } }
            }
            @if let Some(reason) = &facets.reason {
                dt { (words.one_of("ask", "reason")) } dd { (words.one_of("hold", reason)) " " code { (reason) } }
            }
            @if let Some(actor) = facets.actor {
                dt { (words.say("log-actor")) } dd { (words.one_of("actor", actor.as_str())) }
            }
            @if let Some(case) = record.case {
                dt { (words.one_of("ask", "case")) }
                dd {
                    a href=(format!("/disclosures?case={case}")) { code { (case) } }
                    @if visit.may(Action::SeeCases) {
                        " · " a href=(format!("/cases/{case}")) { (words.say("leaf-case-open")) }
                    }
                }
            }
        }
    }
}

/// Rules, conditions, grounds: as they were, and not as they are today.
fn decision(words: Words, record: &Record, intent: &Intent) -> Markup {
    html! {
        h2 { (words.say("leaf-why")) }
        dl.facts {
            dt { (words.say("leaf-basis")) }
            dd { @for basis in &intent.basis { (words.one_of("basis", basis.as_str())) " " code { (basis) } br; } }
            dt { (words.say("leaf-policy")) }
            dd {
                @if let Some(version) = &record.policy_version { (version) " · " }
                @if let Some(leaf) = record.policy_leaf {
                    a href=(format!("/disclosures/{leaf}")) { (words.say("log-leaf")) " " (leaf) } br;
                }
                code.hash { (intent.policy) }
            }
            dt { (words.say("leaf-handling")) }
            dd { @if record.by_hand() { (words.say("leaf-by-hand")) } @else { (words.say("leaf-by-rule")) } }
            dt { (words.say("leaf-attempt")) } dd { (intent.attempt) }
            @if !intent.masked.is_empty() {
                dt { (words.say("leaf-masked")) }
                dd { @for mask in &intent.masked {
                    (mask.count) " × " (mask.kind) " – " (words.one_of("field", mask.field.as_str())) br;
                } }
            }
            @if !intent.replaced.is_empty() {
                dt { (words.say("leaf-replaced")) }
                dd { @for field in &intent.replaced { (words.one_of("field", field.as_str())) br; } }
            }
        }
        @let conditions = record.conditions();
        @if !conditions.is_empty() {
            h3 { (words.say("leaf-conditions")) }
            ul.steps { @for (name, held) in &conditions {
                li { span aria-hidden="true" { @if *held { "✓ " } @else { "– " } }
                    code { (name) } ": " @if *held { (words.say("leaf-held")) } @else { (words.say("leaf-held-not")) } }
            } }
        }
        (fields(words, "leaf-sent", &record.sent))
        (fields(words, "leaf-withheld", &record.withheld))
    }
}

fn fields(words: Words, title: &str, fields: &[Because]) -> Markup {
    let title = words.count(title, fields.len());
    html! {
        @if !fields.is_empty() {
            h3 { (title) }
            div.scroll tabindex="0" role="region" aria-label=(title) {
                // On a phone its cells stand below each other; the roles stay what they are.
                table.stacked role="table" {
                    thead role="rowgroup" { tr role="row" {
                        th scope="col" role="columnheader" { (words.one_of("ask", "field")) }
                        th scope="col" role="columnheader" { (words.one_of("ask", "rule")) }
                        th scope="col" role="columnheader" { (words.say("leaf-because")) }
                    } }
                    tbody role="rowgroup" { @for one in fields { tr role="row" {
                        th scope="row" role="rowheader" { (words.one_of("field", one.field.as_str())) }
                        td role="cell" { @match &one.rule { Some(rule) => code { (rule) }, None => "–" } }
                        td lang="sv" role="cell" { (one.why_sv) }
                    } } }
                }
            }
        }
    }
}

fn proof(words: Words, record: &Record) -> Markup {
    let digests = record.row.leaf.event.digests();
    html! {
        h2 { (words.say("leaf-proof")) }
        dl.facts {
            dt { (words.say("leaf-hash")) } dd { code.hash { (record.row.stored.hash) } }
            dt { (words.say("leaf-head")) }
            dd { (words.tell("leaf-head-of", &[("size", &record.head.size.to_string())])) br;
                code.hash { (record.head.root.base64()) } }
            dt { (words.say("leaf-key")) } dd { code.hash { (record.fingerprint) } }
            @if let Some(digests) = digests {
                dt { (words.say("leaf-digests")) }
                dd { (words.count("leaf-digests-count", digests.len())) }
            }
        }
        details {
            summary { (words.count("leaf-path", record.proof.len())) }
            ol.hashes { @for hash in &record.proof { li { code.hash { (hash.base64()) } } } }
        }
        details {
            summary { (words.say("leaf-checkpoint")) }
            pre tabindex="0" { code { (record.checkpoint.to_string()) } }
        }
        @if let Some(digests) = digests.filter(|digests| !digests.is_empty()) {
            details {
                summary { (words.say("leaf-digests-show")) }
                ul.hashes { @for digest in digests { li { code.hash { (digest.as_str()) } } } }
            }
        }
    }
}

/// Words of a closed list for the catalogues.
pub(super) fn steps() -> Vec<&'static str> {
    Step::ALL.iter().map(|step| step.as_str()).collect()
}
