//! Random samples: drawn, looked at one by one, judged, signed off.

use axum::extract::{self, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::disclosures::{named, select, state};
use super::pieces::alert;
use super::sheet::Failed;
use super::words::Words;
use super::{Posted, Sheet, Visit, moment, see, sorted_by};
use crate::auth::Caller;
use crate::desk::Desk;
use crate::domain::{Purpose, SampleId};
use crate::inspection::draw::{Seed, Stratum, WANTED_MAX};
use crate::inspection::sample::{Draw, Item, SHOWN_MAX, Sample};
use crate::inspection::{Inspection, InspectionError, Query};
use crate::log::Event;
use crate::store::{SampleRow, Verdict, sample_digest};

/// How many are drawn where nobody says otherwise.
const WANTED: u32 = 25;

/// `GET /samples`.
pub async fn list(
    State(desk): State<Desk>,
    State(inspection): State<Inspection>,
    visit: Visit,
) -> Result<Sheet, Failed> {
    overview(&desk, &inspection, &visit, &html! {}).await
}

async fn overview(
    desk: &Desk,
    inspection: &Inspection,
    visit: &Visit,
    told: &Markup,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let samples = inspection.samples().await?;
    let body = html! {
        (told)
        p.lead { (words.say("samples-lead")) }
        (draw_form(visit, desk, inspection))
        h2 { (words.say("samples-before")) }
        @if samples.is_empty() { p.soft { (words.say("samples-none")) } }
        @else {
            ul.rows { @for row in &samples { li {
                div.what {
                    a href=(format!("/samples/{}", row.id)) { strong {
                        (words.tell("sample-of", &[("items", &row.items.to_string()),
                            ("population", &row.population.to_string())])) } }
                    p.soft.small { (words.say("sample-seed")) " " code { (row.seed) } " · " (moment(row.drawn))
                        " · " (row.drawn_by) }
                }
                (stands(words, row))
            } } }
        }
    };
    Ok(visit.sheet(words.say("samples"), body))
}

/// How far it is: by a word and a sign.
fn stands(words: Words, row: &SampleRow) -> Markup {
    let judged = format!("{}/{}", row.judged, row.items);
    html! {
        @if row.signed.is_some() {
            span.state.good { span aria-hidden="true" { "✓ " } (words.say("sample-signed")) }
        } @else {
            span.state.going { span aria-hidden="true" { "→ " } (words.tell("sample-judged", &[("judged", &judged)])) }
        }
    }
}

fn draw_form(visit: &Visit, desk: &Desk, inspection: &Inspection) -> Markup {
    let words = visit.words;
    let mut recipients: Vec<(String, String)> =
        desk.recipients.values().map(|one| (one.id.to_string(), one.legal_name.clone())).collect();
    sorted_by(&mut recipients, |(_, name)| name);
    let purposes = named(words, "purpose", Purpose::ALL.iter().map(|one| one.as_str()));
    // A seed that nobody has chosen; whoever wants another writes it there.
    let seed = SampleId::draw(&*inspection.entropy).to_string();
    let seed = seed.get(..12).unwrap_or(&seed);
    html! {
        form.filters method="post" action="/samples" {
            (visit.token())
            div.grid {
                div {
                    label for="ask-wanted" { (words.say("sample-wanted")) }
                    input #ask-wanted type="number" name="wanted" value=(WANTED) min="1" max=(WANTED_MAX) required;
                }
                div {
                    label for="ask-seed" { (words.say("sample-seed")) }
                    input #ask-seed type="text" name="seed" value=(seed) required maxlength="64"
                        pattern="[A-Za-z0-9._\\-]+" autocomplete="off" spellcheck="false"
                        aria-describedby="seed-hint";
                    span.hint #seed-hint { (words.say("sample-seed-hint")) }
                }
                (select(words, "recipient", recipients.into_iter(), None, true))
                (select(words, "purpose", purposes.into_iter(), None, true))
                @for name in ["from", "to"] {
                    div {
                        label for=(format!("ask-{name}")) { (words.one_of("ask", name)) }
                        input #(format!("ask-{name}")) type="date" name=(name);
                    }
                }
            }
            fieldset.choice-of {
                legend { (words.say("sample-strata")) }
                div.choice { @for stratum in Stratum::ALL {
                    label.tick {
                        input type="checkbox" name="strata" value=(stratum.as_str()) checked;
                        span { (words.one_of("group", stratum.as_str())) }
                    }
                } }
            }
            div.acts { button { (words.say("sample-draw")) } }
        }
    }
}

/// `POST /samples`.
pub async fn draw(
    State(desk): State<Desk>,
    State(inspection): State<Inspection>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let wanted = form.get("wanted").and_then(|text| text.trim().parse().ok());
    let wanted = wanted.filter(|wanted| (1..=WANTED_MAX).contains(wanted));
    let seed = form.get("seed").and_then(|text| Seed::parse(text.trim()));
    let strata: Option<Vec<Stratum>> =
        form.all("strata").map(|word| Stratum::parse(&word)).collect();
    let query = Query::read(form.pairs()).ok();
    let (Some(wanted), Some(seed), Some(mut strata), Some(query)) = (wanted, seed, strata, query)
    else {
        return Err(Failed::unreadable());
    };
    strata.sort_unstable();
    strata.dedup();
    let drawn = inspection.draw(Draw { wanted, seed, strata, query }, &person.name).await?;
    if let Some(id) = drawn {
        return Ok(see(&format!("/samples/{id}")));
    }
    let told = alert(&visit.words.say("sample-of-nothing"));
    Ok(overview(&desk, &inspection, &visit, &told).await?.into_response())
}

/// Which page of a sample.
#[derive(Deserialize)]
pub struct At {
    #[serde(default)]
    page: String,
}

/// `GET /samples/{id}`.
pub async fn show(
    State(inspection): State<Inspection>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<String>,
    extract::Query(at): extract::Query<At>,
) -> Result<Sheet, Failed> {
    let sample = inspection.sample(read(&id)?, at.page.parse().unwrap_or(1), caller.role()).await?;
    Ok(page(&visit, &sample, &html! {}))
}

/// `POST /samples/{id}/verdicts`.
pub async fn judge(
    State(inspection): State<Inspection>,
    Path(id): Path<String>,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let id = read(&id)?;
    let mut verdicts = Vec::new();
    for (name, word) in form.pairs() {
        let Some(seq) = name.strip_prefix("verdict-") else { continue };
        if word.is_empty() {
            continue;
        }
        let seq = seq.parse().ok();
        verdicts.push(seq.zip(Verdict::parse(&word)).ok_or_else(Failed::unreadable)?);
    }
    if !verdicts.is_empty() && !inspection.judge(id, verdicts, &person.name).await? {
        return Err(Failed::moved());
    }
    Ok(see(&match form.get("page").and_then(|page| page.parse::<usize>().ok()) {
        Some(page @ 2..) => format!("/samples/{id}?page={page}"),
        _ => format!("/samples/{id}"),
    }))
}

/// `POST /samples/{id}/sign`.
pub async fn sign(
    State(inspection): State<Inspection>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Failed> {
    let id = read(&id)?;
    if inspection.sign(id, &person.name, caller.role()).await?.is_some() {
        return Ok(see(&format!("/samples/{id}")));
    }
    let sample = inspection.sample(id, 1, caller.role()).await?;
    let told = alert(&visit.words.say("sample-not-yet"));
    Ok(page(&visit, &sample, &told).into_response())
}

/// `GET /samples/{id}/file`: all of it, for other programs.
pub async fn file(
    State(inspection): State<Inspection>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let sample = inspection.sample_along(read(&id)?, caller.role()).await?;
    let mut response = format!("{:#}\n", data(&sample)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = format!("attachment; filename=\"sluss-sample-{}.json\"", sample.row.id);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn read(id: &str) -> Result<SampleId, Failed> {
    Ok(SampleId::parse(id).ok_or(InspectionError::NotThere)?)
}

fn hexadecimal(digest: [u8; 32]) -> String {
    crate::log::Hash::new(digest).to_string()
}

fn data(sample: &Sample) -> Value {
    let Sample { row, items, .. } = sample;
    let told: Vec<Value> = items
        .iter()
        .map(|Item { kept, row, broken }| {
            let verdict = kept.verdict.as_ref();
            json!({
                "seq": kept.seq,
                "index": kept.index.0,
                "leafHash": row.stored.hash.to_string(),
                "stratum": kept.stratum,
                "replayed": broken.iter().map(|(rule, what)| json!({ "rule": rule.as_str(), "what": what }))
                    .collect::<Vec<_>>(),
                "verdict": verdict.map(|(verdict, ..)| verdict.as_str()),
                "by": verdict.map(|(_, by, _)| by),
                "at": verdict.map(|(.., at)| at.rfc3339()),
            })
        })
        .collect();
    let signed = row.signed.as_ref();
    json!({
        "id": row.id.to_string(),
        "drawn": row.drawn.rfc3339(),
        "drawnBy": row.drawn_by,
        "seed": row.seed,
        "wanted": row.wanted,
        "strata": row.strata,
        "query": row.query,
        "logSize": row.size.0,
        "population": row.population,
        "digest": hexadecimal(sample_digest(row, &sample.kept)),
        "signed": signed.map(|(at, by, leaf)| json!({ "at": at.rfc3339(), "by": by, "leaf": leaf.0 })),
        "items": told,
    })
}

fn page(visit: &Visit, sample: &Sample, told: &Markup) -> Sheet {
    let words = visit.words;
    let row = &sample.row;
    let none = words.say("sample-no-strata");
    let strata: Vec<_> =
        row.strata.split_whitespace().map(|word| words.one_of("group", word)).collect();
    let strata = if strata.is_empty() { none.into_owned() } else { strata.join(", ") };
    let body = html! {
        (told)
        dl.facts {
            dt { (words.say("sample-stands")) } dd { (stands(words, row)) }
            dt { (words.say("sample-drawn")) } dd { (moment(row.drawn)) " · " (row.drawn_by) }
            dt { (words.say("sample-seed")) } dd { code { (row.seed) } }
            dt { (words.say("sample-strata")) } dd { (strata) }
            dt { (words.say("taken-query")) } dd { a href=(format!("/disclosures?{}", row.query)) { code { (row.query) } } }
            dt { (words.say("sample-population")) }
            dd { (words.tell("sample-of", &[("items", &row.items.to_string()),
                ("population", &row.population.to_string())])) ", "
                (words.tell("sample-in", &[("size", &row.size.to_string())])) }
            @if let Some((at, by, leaf)) = &row.signed {
                dt { (words.say("sample-signed")) }
                dd { (moment(*at)) " · " (by) " · " a href=(format!("/disclosures/{leaf}")) {
                    (words.say("log-leaf")) " " (leaf) } br;
                    code.hash { (hexadecimal(sample_digest(row, &sample.kept))) } }
            }
        }
        @if row.signed.is_none() { p.soft { (words.say("sample-how")) } }
        (pages(words, sample))
        form method="post" action=(format!("/samples/{}/verdicts", row.id)) {
            (visit.token())
            input type="hidden" name="page" value=(sample.page.0);
            div.scroll tabindex="0" role="region" aria-label=(words.say("sample-items")) {
                table.log {
                    thead { tr {
                        th.number scope="col" { (words.say("log-leaf")) }
                        th scope="col" { (words.say("log-what")) }
                        th scope="col" { (words.say("log-fields")) }
                        th scope="col" { (words.say("log-end")) }
                        th scope="col" { (words.say("sample-replay")) }
                        th scope="col" { (words.say("sample-verdict")) }
                    } }
                    tbody { @for item in &sample.items { (line(words, item, row.signed.is_some())) } }
                }
            }
            @if row.signed.is_none() { div.acts { button { (words.say("sample-save")) } } }
        }
        @if row.signed.is_none() {
            form.acts method="post" action=(format!("/samples/{}/sign", row.id)) {
                (visit.token())
                button.second { (words.say("sample-sign")) }
                span.soft { (words.say("sample-sign-about")) }
            }
        }
        p { a href=(format!("/samples/{}/file", row.id)) { (words.say("sample-file")) } }
        details { summary { (words.say("sample-again")) } p { (words.say("sample-again-how")) } }
    };
    visit.sheet(words.say("sample"), body).wide()
}

/// The way to the other pages.
fn pages(words: Words, sample: &Sample) -> Markup {
    let (page, pages) = sample.page;
    html! {
        @if pages > 1 {
            nav.spans aria-label=(words.say("sample-pages")) {
                @for one in 1..=pages {
                    @let (first, last) = ((one - 1) * SHOWN_MAX + 1, (one * SHOWN_MAX).min(sample.kept.len()));
                    a href=(format!("/samples/{}?page={one}", sample.row.id))
                        aria-current=[(one == page).then_some("page")] { (first) "–" (last) }
                }
            }
        }
    }
}

fn line(words: Words, item: &Item, signed: bool) -> Markup {
    let Item { kept, row, broken } = item;
    let Event::Intent(intent) = &row.leaf.event else { return html! {} };
    let number = kept.index.to_string();
    html! { tr {
        td.number { a href=(format!("/disclosures/{}", kept.index)) { (kept.index) } }
        td { (intent.recipient.legal_name) br;
            span.soft { (words.one_of("purpose", intent.purpose.as_str())) " · " (moment(row.leaf.at)) } }
        td { @for (at, field) in intent.sent.iter().enumerate() {
                @if at > 0 { ", " } (words.one_of("field", field.as_str())) } br;
            span.soft { (words.count("log-withheld", intent.withheld.len())) } }
        td { @if let Some(ending) = row.ending() { (state(words, ending)) } }
        td {
            @if broken.is_empty() {
                span.state.good { span aria-hidden="true" { "✓ " } (words.say("sample-same")) }
            } @else {
                span.state.bad { span aria-hidden="true" { "× " } (words.say("sample-differs")) }
                @for (rule, what) in broken { br; span lang="en" { code { (rule) } " " (what) } }
            }
        }
        td {
            @let said = kept.verdict.as_ref();
            @if signed {
                @if let Some((verdict, by, at)) = said {
                    (words.one_of("verdict", verdict.as_str())) br; span.soft { (by) " · " (moment(*at)) }
                }
            } @else {
                select name=(format!("verdict-{}", kept.seq))
                    aria-label=(words.tell("sample-verdict-of", &[("leaf", &number)])) {
                    option value="" selected[said.is_none()] { (words.say("sample-no-verdict")) }
                    @for verdict in Verdict::ALL {
                        option value=(verdict.as_str()) selected[said.is_some_and(|(one, ..)| one == verdict)] {
                            (words.one_of("verdict", verdict.as_str())) }
                    }
                }
                @if let Some((_, by, at)) = said { span.soft.small { (by) " · " (moment(*at)) } }
            }
        }
    } }
}
