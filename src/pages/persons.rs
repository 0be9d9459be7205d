//! What left about one person. Whom it is about stands in no address and in no log.

use axum::extract::State;
use maud::{Markup, html};
use zeroize::Zeroizing;

use super::disclosures::{named, state};
use super::pieces::alert;
use super::sheet::Failed;
use super::words::Words;
use super::{Posted, Sheet, Visit, moment};
use crate::auth::Caller;
use crate::domain::ClientId;
use crate::gate::Person;
use crate::inspection::Inspection;
use crate::inspection::person::{Answer, Asked, Report, View, Why};
use crate::log::Role;
use crate::store::{Ending, Reference};
use crate::subject::{CaseStatement, Statement, Utterance, told};

/// A longer reference is none.
const REFERENCE_MAX: usize = 256;

/// `GET /persons`: whom to ask about.
pub async fn ask(visit: Visit, person: Person) -> Sheet {
    form_page(&visit, &person, &html! {})
}

/// `POST /persons`.
pub async fn report(
    State(inspection): State<Inspection>,
    visit: Visit,
    caller: Caller,
    Posted { person, form }: Posted,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let reference = Zeroizing::new(form.get("reference").unwrap_or_default());
    let reference = reference.trim();
    if reference.is_empty() || reference.len() > REFERENCE_MAX {
        return Err(Failed::unreadable());
    }
    let client = form.get("client").filter(|text| !text.trim().is_empty());
    let client = client.map(|text| ClientId::parse(text.trim())).transpose();
    let view = form.get("view").and_then(|word| View::parse(&word));
    let values = form.get("values").filter(|word| !word.is_empty());
    let values = values.map(|word| Why::parse(&word).ok_or_else(Failed::unreadable)).transpose()?;
    let asked = Asked {
        reference: Reference::new(reference.to_owned()),
        client: client.map_err(|_| Failed::unreadable())?,
        view: view.ok_or_else(Failed::unreadable)?,
        values,
    };
    Ok(match inspection.person(asked, (caller.role(), &person.roles)).await? {
        Answer::Nobody => form_page(&visit, &person, &alert(&words.say("person-nobody"))),
        Answer::Several(clients) => {
            let clients: Vec<_> = clients.iter().map(ClientId::as_str).collect();
            let told = words.tell("person-several", &[("clients", &clients.join(", "))]);
            form_page(&visit, &person, &alert(&told))
        }
        Answer::Told(report) => told_page(&visit, &inspection, &report)?,
    })
}

fn form_page(visit: &Visit, person: &Person, told: &Markup) -> Sheet {
    let words = visit.words;
    let is_privacy = person.roles.first_of(&[Role::Privacy]).is_some();
    let whys = named(words, "why", Why::ALL.iter().map(|why| why.as_str()));
    let body = html! {
        (told)
        p.lead { (words.say("person-lead")) }
        form.filters method="post" action="/persons" autocomplete="off" {
            (visit.token())
            div.field {
                label for="reference" { (words.say("person-reference")) }
                span.hint #reference-hint { (words.say("person-reference-hint")) }
                input #reference type="text" name="reference" required maxlength=(REFERENCE_MAX)
                    autocomplete="off" spellcheck="false" aria-describedby="reference-hint";
            }
            div.field {
                label for="client" { (words.say("person-client")) }
                input #client .short type="text" name="client" maxlength="64" autocomplete="off";
            }
            fieldset {
                legend { (words.say("person-view")) }
                div.choice { @for view in View::ALL {
                    label.tick {
                        input type="radio" name="view" value=(view.as_str()) checked[*view == View::Internal];
                        span { (words.one_of("view", view.as_str())) }
                    }
                } }
            }
            @if is_privacy {
                div.field {
                    label for="values" { (words.say("person-values")) }
                    span.hint #values-hint { (words.say("person-values-hint")) }
                    select #values .short name="values" aria-describedby="values-hint" {
                        option value="" { (words.say("person-without")) }
                        @for (word, name) in &whys { option value=(word) { (name) } }
                    }
                }
            }
            div.acts { button { (words.say("person-show")) } }
        }
    };
    visit.sheet(words.say("person"), body)
}

fn told_page(visit: &Visit, inspection: &Inspection, report: &Report) -> Result<Sheet, Failed> {
    let words = visit.words;
    let statement = report.statement()?;
    let now = inspection.clock.now();
    let body = match report.view {
        View::Internal if !report.values => internal(words, &statement),
        View::Internal | View::Customer => html! {
            // The person is told in Swedish, whatever is spoken here.
            div.letter lang="sv" {
                (customer(&statement, report.values))
                p.soft { "Utskrivet " (moment(now)) }
            }
        },
    };
    let body = html! {
        p.acts.top-acts { a href="/persons" { (words.say("person-another")) } }
        (body)
    };
    let title = match report.view {
        View::Internal => "person-internal",
        View::Customer => "person-customer",
    };
    Ok(visit.sheet(words.say(title), body))
}

/// In plain words, as `sluss subject report` tells it.
fn customer(statement: &Statement<'_>, values: bool) -> Markup {
    html! {
        @if statement.count() == 0 { p { "Inget har lämnats ut om dig." } }
        @for case in &statement.cases { @for one in &case.disclosures { section {
            h2 { (moment(one.at)) " lämnades uppgifter ut till " (one.recipient.legal_name) }
            ul { @for (line, reasons) in &with_reasons(&told(one, values)) { li {
                (line) @for reason in reasons { span.because { (reason) } }
            } } }
        } } }
    }
}

/// Each line behind the heading with those that stand below it.
fn with_reasons(lines: &[String]) -> Vec<(&str, Vec<&str>)> {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines.iter().skip(1) {
        match (line.strip_prefix("    "), told.last_mut()) {
            (Some(reason), Some((_, reasons))) => reasons.push(reason),
            _ => told.push((line.trim(), Vec::new())),
        }
    }
    told
}

/// Codes, rules and places in the log.
fn internal(words: Words, statement: &Statement<'_>) -> Markup {
    html! {
        p.found role="status" { strong { (words.count("person-found", statement.count())) } }
        @for case in &statement.cases { (case_of(words, case)) }
    }
}

fn case_of(words: Words, case: &CaseStatement<'_>) -> Markup {
    let id = case.id.to_string();
    html! {
        section {
            h2 { (words.one_of("ask", "case")) " " a href=(format!("/disclosures?case={id}")) {
                (case.case.and_then(|of| of.external_id.as_ref()).map_or(id.as_str(), |id| id.as_str())) } }
            @for one in &case.disclosures { (utterance(words, one)) }
            @if !case.stops.is_empty() {
                ul.steps { @for stop in &case.stops { li {
                    (moment(stop.at)) " · "
                    @match stop.reason {
                        Some(reason) => (words.one_of("hold", reason.as_str())),
                        None => (words.say("person-decided")),
                    }
                    " · " a href=(format!("/disclosures/{}", stop.index)) { (words.say("log-leaf")) " " (stop.index) }
                } } }
            }
        }
    }
}

fn utterance(words: Words, one: &Utterance<'_>) -> Markup {
    let index = one.told.leaf.index;
    html! {
        h3 { (one.recipient.legal_name) " · " (words.one_of("purpose", one.purpose.as_str())) }
        dl.facts {
            dt { (words.say("log-at")) } dd { (moment(one.at)) " · "
                a href=(format!("/disclosures/{index}")) { (words.say("log-leaf")) " " (index) } }
            dt { (words.say("log-end")) } dd { (state(words, one.outcome.map_or(Ending::Open, Ending::from))) }
            dt { (words.say("leaf-agreement")) } dd { (one.recipient.agreement) }
            dt { (words.say("leaf-basis")) }
            dd { @for basis in &one.basis { (words.one_of("basis", basis.as_str())) br; } }
            dt { (words.one_of("side", "sent")) }
            dd { ul.steps { @for sent in &one.sent { li { (words.one_of("field", sent.field.as_str()))
                @if let Some((rule, _)) = &sent.rule { " " code { (rule) } } } } } }
            dt { (words.one_of("side", "withheld")) }
            dd { ul.steps { @for stayed in &one.withheld { li { (words.one_of("field", stayed.field.as_str()))
                ": " span lang="sv" { (stayed.why_sv) } } } } }
            dt { (words.say("leaf-policy")) } dd { code.hash { (one.policy) } }
        }
    }
}
